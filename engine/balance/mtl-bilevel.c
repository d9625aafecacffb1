/* mtl-bilevel.c — what the balancers share that learn weights from a second half of the batch
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-bilevel.h"

#include "mtl-small-adam.h"
#include "mtl-weighting.h"

void
mtl_bilevel_declare (guint             n_tasks,
                     gsize             n_columns,
                     const MtlSetting *set,
                     MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "logits", n_tasks, FALSE, 0.0, TRUE);
  mtl_small_declare (spec, n_tasks);
}

MtlBalanceStatus
mtl_bilevel_weigh (const MtlBalanceInput  *in,
                   double                 *w,
                   GError                **error)
{
  const double *logits = mtl_state_doubles (in->state, MTL_BILEVEL_LOGITS);

  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = logits[in->task[i]];
  mtl_weighting_softmax (w, in->n_tasks);

  return MTL_BALANCE_OK;
}

void
mtl_bilevel_step (const MtlBalanceInput *in,
                  const double          *slope,
                  double                 rate)
{
  mtl_small_step (in, MTL_SMALL_ADAM, MTL_BILEVEL_MOMENTS, rate, slope,
                  mtl_state_doubles (in->state, MTL_BILEVEL_LOGITS));
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

  if (rate == 0.0)
    rate = in->rate;
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

gboolean
mtl_bilevel_unroll (MtlStep                *step,
                    const MtlBalanceInput  *in,
                    const double           *w,
                    double                  rate,
                    guint                   n_steps,
                    double                 *here,
                    double                 *there,
                    GError                **error)
{
  MtlGrads *inner = mtl_step_set (step, MTL_BILEVEL_INNER);
  MtlGrads *other = mtl_step_set (step, MTL_BILEVEL_OUTER);
  const float *theta = mtl_step_theta (step);
  float *moved = mtl_step_moved (step);

  if (!mtl_step_probe (step, theta, 0, inner, here, error))
    return FALSE;

  mtl_bilevel_descend (step, in, theta, inner, w, rate);
  for (guint t = 1; t < n_steps; t++)
    {
      if (!mtl_step_probe (step, moved, 0, other, there, error))
        return FALSE;
      mtl_bilevel_descend (step, in, moved, other, w, rate);
    }

  return mtl_step_probe (step, moved, 0, NULL, there, error);
}

void
mtl_bilevel_passes (const MtlSetting *set,
                    guint             n_tasks,
                    double           *forward,
                    double           *backward)
{
  *forward = 1.0;
  *backward = n_tasks;
}
