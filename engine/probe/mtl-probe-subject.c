/* mtl-probe-subject.c — whose loss is measured, and vectors over its weights
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-probe-subject.h"

#include <math.h>
#include <string.h>

guint
mtl_subject_count (guint64 tasks)
{
  guint n = (guint) __builtin_popcountll (tasks);

  return n > 1 ? n + 1 : n;
}

gboolean
mtl_subject_get (guint64  tasks,
                 guint    n,
                 int     *subject)
{
  guint n_tasks = (guint) __builtin_popcountll (tasks);

  if (n >= mtl_subject_count (tasks))
    return FALSE;

  *subject = MTL_ALL_TASKS;
  if (n == n_tasks)
    return TRUE;
  for (guint k = 0; n < n_tasks; k++)
    if ((tasks >> k & 1) != 0 && n-- == 0)
      {
        *subject = (int) k;
        return TRUE;
      }

  return TRUE;
}

guint64
mtl_subject_tasks (int     subject,
                   guint64 tasks)
{
  return subject == MTL_ALL_TASKS ? tasks : tasks & G_GUINT64_CONSTANT (1) << subject;
}

double
mtl_subject_loss (int           subject,
                  guint64       tasks,
                  const double *losses)
{
  double sum = 0.0;

  if (subject != MTL_ALL_TASKS)
    return losses[subject];

  for (guint k = 0; k < 64; k++)
    if ((tasks >> k & 1) != 0)
      sum += losses[k];

  return sum / __builtin_popcountll (tasks);
}

guint64
mtl_subject_known (guint64       tasks,
                   const double *losses)
{
  guint64 known = 0;

  for (guint k = 0; k < MTL_MAX_TASKS && tasks >> k != 0; k++)
    if ((tasks >> k & 1) != 0 && !isnan (losses[k]))
      known |= G_GUINT64_CONSTANT (1) << k;

  return known;
}

void
mtl_subject_gradient (const MtlPlan *plan,
                      int            subject,
                      guint64        tasks,
                      MtlGrads      *grads,
                      double        *gradient)
{
  guint64 own = mtl_subject_tasks (subject, tasks);
  double share = 1.0 / __builtin_popcountll (own);
  gsize d = mtl_plan_n_trunk (plan);

  memset (gradient, 0, sizeof *gradient * mtl_plan_n_weights (plan));
  for (guint k = 0; k < mtl_plan_n_tasks (plan); k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);
      const float *row = mtl_grads_row (grads, k);
      const float *head = mtl_grads_head (grads, k);

      if ((own >> k & 1) == 0)
        continue;
      for (gsize i = 0; i < d; i++)
        gradient[i] += share * row[i];
      for (gsize i = 0; i < task->n_weights; i++)
        gradient[task->offset + i] = share * head[i];
    }
}

double
mtl_subject_dot (const double *a,
                 const double *b,
                 gsize         n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];

  return sum;
}

gsize
mtl_subject_restrict (const MtlPlan *plan,
                      int            subject,
                      guint64        tasks,
                      float         *v)
{
  guint64 own = mtl_subject_tasks (subject, tasks);
  gsize n = 0;

  for (guint t = 0; t < mtl_plan_n_tensors (plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (plan, t);

      if ((tensor->tasks & own) != 0)
        n += tensor->size;
      else if (v != NULL)
        memset (v + tensor->offset, 0, sizeof *v * tensor->size);
    }

  return n;
}

void
mtl_subject_move (const MtlPlan *plan,
                  const float   *theta,
                  const double  *v,
                  double         radius,
                  gboolean       adaptive,
                  double         eta,
                  float         *to)
{
  gsize n = mtl_plan_n_weights (plan);
  double norm2 = 0.0;
  double factor;

  for (gsize i = 0; i < n; i++)
    {
      double scale = adaptive ? fabs ((double) theta[i]) + eta : 1.0;

      norm2 += scale * scale * v[i] * v[i];
    }

  factor = norm2 > 0.0 ? radius / sqrt (norm2) : 0.0;
  for (gsize i = 0; i < n; i++)
    {
      double scale = adaptive ? fabs ((double) theta[i]) + eta : 1.0;

      to[i] = (float) (theta[i] + factor * scale * scale * v[i]);
    }
}

/* --- spreads --- */

/* Welford's rule, which has no difference of large sums. */
void
mtl_spread_add (MtlSpread *self,
                double     value)
{
  double before = value - self->mean;

  self->n++;
  self->mean += before / self->n;
  self->m2 += before * (value - self->mean);
  if (self->n == 1 || !(value <= self->largest))
    self->largest = value;
}

void
mtl_spread_add_known (MtlSpread *self,
                      double     value)
{
  if (!isnan (value))
    mtl_spread_add (self, value);
}

double
mtl_spread_mean (const MtlSpread *self)
{
  return self->n > 0 ? self->mean : NAN;
}

double
mtl_spread_error (const MtlSpread *self)
{
  return self->n > 1 ? sqrt (self->m2 / (self->n - 1.0) / self->n) : NAN;
}

void
mtl_spread_tell (const MtlSpread  *self,
                 const MtlMeasure *measure,
                 int               task,
                 int               other,
                 const char       *block,
                 MtlFindings      *findings)
{
  const MtlFinding finding = { measure, task, other, block, NAN, mtl_spread_mean (self),
                               measure->error != NULL ? mtl_spread_error (self) : NAN };

  if (self->n > 0)
    mtl_findings_add (findings, &finding);
}
