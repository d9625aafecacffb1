/* mtl-step-balance.c — the balance of a part
 *
 * Conflict is always reported at the clean point. A part that is balanced at
 * perturbed weights has its clean rows measured beside.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-step-inside.h"

/* The Gramian of @rows over all tasks; NaN where one is left out. */
static void
measure (MtlStep        *self,
         const MtlGrads *rows,
         double         *gramian)
{
  guint k = self->n_tasks;

  mtl_grads_gram (rows, rows, mtl_work_pool (self->work), gramian);
  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      if ((self->tasks >> i & self->tasks >> j & 1) == 0)
        gramian[i * k + j] = NAN;
}

static MtlRng
part_rng (MtlStep *self,
          MtlPart  part)
{
  MtlStream stream = part == MTL_PART_LOSS ? MTL_STREAM_LOSS_PART : MTL_STREAM_FLAT_PART;

  return mtl_rng_derive (mtl_rng_new (self->seed, stream), self->step);
}

/* Asks the balancer of @part for weights of the tasks that take part. */
gboolean
mtl_step_weigh (MtlStep       *self,
                MtlPart        p,
                const double  *gramian,
                const guint   *task,
                guint          n,
                GError       **error)
{
  MtlStepPart *part = &self->parts[p];
  g_autofree double *losses = g_new (double, n);
  g_autofree double *w = g_new (double, n);
  MtlBalanceInput input = {
    .n_tasks = n,
    .task = task,
    .losses = losses,
    .gramian = gramian,
    .set = mtl_chosen_settings (part->spread),
    .chosen = part->spread,
    .state = part->state,
    .rng = part_rng (self, p),
  };

  for (guint i = 0; i < n; i++)
    losses[i] = self->losses[task[i]];
  part->report.status = mtl_balancer_weigh (part->balancer, &input, w, error);
  if (part->report.status == MTL_BALANCE_REFUSED)
    {
      g_prefix_error (error, _("Step %" G_GUINT64_FORMAT ": "), self->step);
      return FALSE;
    }

  for (guint k = 0; k < self->n_tasks; k++)
    part->report.weights[k] = NAN;
  for (guint i = 0; i < n; i++)
    part->report.weights[task[i]] = w[i];

  return TRUE;
}

guint
mtl_step_list_tasks (guint64  tasks,
                     guint   *list)
{
  guint n = 0;

  for (guint k = 0; k < MTL_MAX_TASKS; k++)
    if ((tasks >> k & 1) != 0)
      list[n++] = k;

  return n;
}

/* Flatness rows that are nothing but rounding are left out: ρ = 0 must not
 * divide by them. */
static guint64
live_tasks (MtlStep      *self,
            MtlPart       part,
            const double *gramian)
{
  guint64 tasks = 0;

  if (part == MTL_PART_LOSS)
    return self->tasks;

  for (guint k = 0; k < self->n_tasks; k++)
    {
      double flat = gramian[k * self->n_tasks + k];
      double loss = self->parts[MTL_PART_LOSS].report.gramian[k * self->n_tasks + k];

      if (flat > 1e-24 * loss)
        tasks |= (G_GUINT64_CONSTANT (1) << k) & self->tasks;
    }

  return tasks;
}

/* Weights of the tasks in @live, for rows with the Gramian @full. */
static gboolean
find_weights (MtlStep       *self,
              MtlPart        p,
              const double  *full,
              guint64        live,
              GError       **error)
{
  const MtlStepPart *part = &self->parts[p];
  guint task[MTL_MAX_TASKS];
  guint n = mtl_step_list_tasks (live, task);
  g_autofree double *gramian = g_new (double, n * n);

  /* What does not look at rows has the weights of the loss part for both. */
  if (p == MTL_PART_FLAT
      && (mtl_balancer_needs (part->balancer, part->spread) & MTL_NEEDS_GRAMIAN) == 0)
    {
      memcpy (part->report.weights, self->parts[MTL_PART_LOSS].report.weights,
              self->n_tasks * sizeof (double));
      return TRUE;
    }

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      gramian[i * n + j] = full[task[i] * self->n_tasks + task[j]];

  return mtl_step_weigh (self, p, gramian, task, n, error);
}

gboolean
mtl_step_balance (MtlStep         *self,
                  MtlPart          p,
                  const MtlGrads  *rows,
                  double           scale,
                  GError         **error)
{
  MtlPartReport *report = &self->parts[p].report;
  gboolean elsewhere = p == MTL_PART_LOSS && self->clean != NULL && rows != self->clean;
  g_autofree double *full = g_new (double, self->n_tasks * self->n_tasks);
  g_autofree double *combined = g_new0 (double, self->n_tasks);
  guint64 live;

  /* The merged lane already holds the direction of the loss part. */
  if (p == MTL_PART_LOSS && self->merged && rows == self->rows[0])
    return TRUE;

  measure (self, rows, full);
  if (elsewhere)
    measure (self, self->clean, report->gramian);
  else
    memcpy (report->gramian, full, self->n_tasks * self->n_tasks * sizeof (double));
  report->valid = TRUE;

  live = live_tasks (self, p, full);
  if (live == 0)
    return TRUE;
  if (!find_weights (self, p, full, live, error))
    return FALSE;

  for (guint k = 0; k < self->n_tasks; k++)
    if ((live >> k & 1) != 0)
      combined[k] = scale * report->weights[k];
  mtl_grads_combine (rows, combined, mtl_work_pool (self->work), self->gradient);

  return TRUE;
}

void
mtl_step_add_mean (MtlStep        *self,
                   const MtlGrads *rows)
{
  g_autofree double *w = g_new0 (double, self->n_tasks);
  guint n = (guint) __builtin_popcountll (self->tasks);

  for (guint k = 0; k < self->n_tasks; k++)
    w[k] = (self->tasks >> k & 1) != 0 ? 1.0 / n : 0.0;
  mtl_grads_combine (rows, w, mtl_work_pool (self->work), self->gradient);
}

/* Copied at once: a method may go on to work in these rows. */
void
mtl_step_heads (MtlStep        *self,
                const MtlGrads *from)
{
  MtlPlan *plan = mtl_work_plan (self->work);
  const MtlStepPart *part = &self->parts[MTL_PART_LOSS];
  gboolean weighted = mtl_plan_n_trunk (plan) > 0
                      && mtl_balancer_weighs_heads (part->balancer, part->chosen);

  for (guint k = 0; k < self->n_tasks; k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);
      const float *head = mtl_grads_head ((MtlGrads *) from, k);
      float *to = self->gradient + task->offset;
      gboolean takes_part = self->tasks >> k & 1;
      float factor = weighted ? (float) part->report.weights[k] : 1.0f;

      for (gsize i = 0; i < task->n_weights; i++)
        to[i] = takes_part ? factor * head[i] : 0.0f;
    }
}
