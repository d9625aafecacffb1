/* mtl-bilevel.c — what the balancers share that learn weights from a second half of the batch
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-bilevel.h"

#include <math.h>

#define BETA_FIRST  0.9
#define BETA_SECOND 0.999
#define FLOOR       1e-8   /* Adam's ε */

void
mtl_bilevel_declare (guint             n_tasks,
                     gsize             n_columns,
                     const MtlSetting *set,
                     MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "logits", n_tasks, FALSE, 0.0, TRUE);
  mtl_state_declare (spec, "first-moment", n_tasks, FALSE, 0.0, FALSE);
  mtl_state_declare (spec, "second-moment", n_tasks, FALSE, 0.0, FALSE);
  mtl_state_declare (spec, "age", 1, FALSE, 0.0, FALSE);
}

MtlBalanceStatus
mtl_bilevel_weigh (const MtlBalanceInput  *in,
                   double                 *w,
                   GError                **error)
{
  const double *logits = mtl_state_doubles (in->state, MTL_BILEVEL_LOGITS);
  double largest = -INFINITY, sum = 0.0;

  for (guint i = 0; i < in->n_tasks; i++)
    largest = MAX (largest, logits[in->task[i]]);
  for (guint i = 0; i < in->n_tasks; i++)
    sum += w[i] = exp (logits[in->task[i]] - largest);
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] /= sum;

  return MTL_BALANCE_OK;
}

void
mtl_bilevel_step (const MtlBalanceInput *in,
                  const double          *slope,
                  double                 rate)
{
  double *logits = mtl_state_doubles (in->state, MTL_BILEVEL_LOGITS);
  double *first = mtl_state_doubles (in->state, MTL_BILEVEL_FIRST);
  double *second = mtl_state_doubles (in->state, MTL_BILEVEL_SECOND);
  double age = *mtl_state_doubles (in->state, MTL_BILEVEL_AGE) += 1.0;

  for (guint i = 0; i < in->n_tasks; i++)
    {
      guint k = in->task[i];

      first[k] += (1.0 - BETA_FIRST) * (slope[i] - first[k]);
      second[k] += (1.0 - BETA_SECOND) * (slope[i] * slope[i] - second[k]);
      logits[k] -= rate * first[k] / (1.0 - pow (BETA_FIRST, age))
                   / (sqrt (second[k] / (1.0 - pow (BETA_SECOND, age))) + FLOOR);
    }
}

void
mtl_bilevel_descend (MtlStep               *step,
                     const MtlBalanceInput *in,
                     const float           *from,
                     const MtlGrads        *rows,
                     const double          *w,
                     double                 rate)
{
  g_autofree double *all = g_new0 (double, mtl_grads_n_tasks (rows));

  for (guint i = 0; i < in->n_tasks; i++)
    all[in->task[i]] = w[i];
  mtl_step_descend (step, from, rows, all, rate);
}

void
mtl_bilevel_products (MtlStep               *step,
                      const MtlBalanceInput *in,
                      const MtlGrads        *a,
                      const MtlGrads        *b,
                      double                *m)
{
  guint k = mtl_grads_n_tasks (a);
  g_autofree double *all = g_new (double, k * k);

  mtl_step_products (step, a, b, all);
  for (guint i = 0; i < in->n_tasks; i++)
    for (guint j = 0; j < in->n_tasks; j++)
      m[i * in->n_tasks + j] = all[in->task[i] * k + in->task[j]];
}

/* C = V·Fᵀ of the tasks of the call into @c. */
static gboolean
measure (MtlStep                *step,
         const MtlBalanceInput  *in,
         double                  rate,
         const double           *w,
         double                 *c,
         GError                **error)
{
  MtlGrads *inner = mtl_step_set (step, MTL_BILEVEL_INNER);
  MtlGrads *outer = mtl_step_set (step, MTL_BILEVEL_OUTER);
  const float *theta = mtl_step_theta (step);
  double losses[MTL_MAX_TASKS];

  if (!mtl_step_probe (step, theta, 0, inner, losses, error))
    return FALSE;
  mtl_bilevel_descend (step, in, theta, inner, w, rate);
  if (!mtl_step_probe (step, mtl_step_moved (step), 1, outer, losses, error))
    return FALSE;
  mtl_bilevel_products (step, in, outer, inner, c);

  return TRUE;
}

gboolean
mtl_bilevel_slopes (MtlStep                *step,
                    const MtlBalanceInput  *in,
                    double                  rate,
                    double                 *rows,
                    GError                **error)
{
  guint n = in->n_tasks;
  g_autofree double *w = g_new (double, n);
  g_autofree double *c = g_new (double, n * n);

  mtl_bilevel_weigh (in, w, NULL);
  if (!measure (step, in, rate, w, c, error))
    return FALSE;

  for (guint k = 0; k < n; k++)
    {
      double mean = 0.0;

      for (guint i = 0; i < n; i++)
        mean += w[i] * c[k * n + i];
      for (guint j = 0; j < n; j++)
        rows[k * n + j] = -rate * w[j] * (c[k * n + j] - mean);
    }

  return TRUE;
}
