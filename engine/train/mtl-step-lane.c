/* mtl-step-lane.c — one lane for all tasks where nobody looks at their gradients apart
 *
 * Of the rows of a set, many sharpness methods take nothing but the mean and the balance, and
 * some one of them alone. Where weights do not follow from gradients, both are sums Σ u_k·g_k
 * with u known before backward, for which a single lane runs instead of K:
 *
 *   balances alone           u = w at all weights; w is asked for first, and a pass forward for
 *                            the losses is cheaper than a lane for each task
 *   the mean at θ, and       u = 1/n at θ, whose losses come with it, then u = w
 *   balances elsewhere
 *   both                     u = w where the weights of all tasks are alike: the mean is that
 *                            times a factor
 *
 * The sum of a set stands in for its rows. Heads are apart in any case.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtl-step-inside.h"

#define LEAST_WEIGHT 1e-6  /* of a task in such a lane: its head's gradient is divided by it */

static gboolean
ask (MtlStep  *self,
     GError  **error)
{
  MtlStepPart *part = &self->parts[MTL_PART_LOSS];
  MtlStepCall call = { 0 };

  mtl_step_open_call (self, MTL_PART_LOSS, &part->slices[0], self->tasks, NULL, NULL, &call);
  part->report.status = MTL_BALANCE_OK;
  self->weighed = mtl_step_weigh (self, MTL_PART_LOSS, &call, part->report.weights, error);
  mtl_step_close_call (&call);

  return self->weighed;
}

static gboolean
all_have_weight (MtlStep *self)
{
  for (guint k = 0; k < self->n_tasks; k++)
    if ((self->tasks >> k & 1) != 0
        && fabs (self->parts[MTL_PART_LOSS].report.weights[k]) < LEAST_WEIGHT)
      return FALSE;

  return TRUE;
}

static gboolean
weights_are_alike (MtlStep *self)
{
  const double *w = self->parts[MTL_PART_LOSS].report.weights;
  guint first = (guint) __builtin_ctzll (self->tasks);

  for (guint k = first; k < self->n_tasks; k++)
    if ((self->tasks >> k & 1) != 0 && (w[k] < w[first] || w[k] > w[first]))
      return FALSE;

  return TRUE;
}

gboolean
mtl_step_prepare_lanes (MtlStep  *self,
                        GError  **error)
{
  const MtlStepPart *part = &self->parts[MTL_PART_LOSS];
  const MtlSharp *sharp = self->sharp;
  gboolean needs_losses = (part->balancer->needs & MTL_NEEDS_LOSSES) != 0;

  self->merge = !self->diagnose && self->n_batches == 1
                && mtl_sharp_merges (sharp, mtl_chosen_settings (self->sharp_spread))
                && !(sharp->takes == MTL_TAKES_BOTH && needs_losses)
                && !mtl_balancer_looks_at_gradients (part->balancer, part->spread);
  if (!self->merge || sharp->takes == MTL_TAKES_MEAN_FIRST)
    return TRUE;

  if (needs_losses)
    mtl_step_find_losses (self);
  if (!ask (self, error))
    return FALSE;
  self->merge = all_have_weight (self)
                && (sharp->takes != MTL_TAKES_BOTH || weights_are_alike (self));

  return TRUE;
}

static MtlLane *
lane_of (MtlStep        *self,
         const MtlGrads *rows)
{
  for (guint n = 0; n < self->sharp->n_rows; n++)
    if (self->rows[n] == rows)
      return &self->lanes[n];

  return NULL;
}

const MtlLane *
mtl_step_lane (MtlStep        *self,
               const MtlGrads *rows)
{
  const MtlLane *lane = lane_of (self, rows);

  return lane != NULL && lane->sum != NULL ? lane : NULL;
}

/* Where a set is all that a step takes, its sum is the direction. */
static float *
place_for_sum (MtlStep *self,
               MtlLane *lane)
{
  if (self->sharp->n_rows == 1)
    return self->gradient;
  if (lane->own == NULL)
    lane->own = g_new (float, MAX (mtl_step_n_trunk (self), 1));

  return lane->own;
}

gboolean
mtl_step_open_lane (MtlStep         *self,
                    const MtlPass   *pass,
                    const MtlGrads  *out,
                    GError         **error)
{
  MtlLane *lane = lane_of (self, out);
  const double *w = self->parts[MTL_PART_LOSS].report.weights;

  if (lane == NULL)
    return TRUE;
  lane->sum = NULL;
  if (!self->merge || pass->tasks != self->tasks)
    return TRUE;

  if (self->sharp->takes == MTL_TAKES_MEAN_FIRST && pass->theta == self->theta)
    {
      mtl_step_even_weights (self, lane->u);
    }
  else
    {
      if (!self->weighed && !ask (self, error))
        return FALSE;
      if (!all_have_weight (self))
        return TRUE;
      /* A seed is a factor, so that of a task left out is 0 and not unknown. */
      for (guint k = 0; k < self->n_tasks; k++)
        lane->u[k] = (self->tasks >> k & 1) != 0 ? w[k] : 0.0;
    }
  lane->sum = place_for_sum (self, lane);

  return TRUE;
}

void
mtl_step_add_lane (MtlStep       *self,
                   const MtlLane *lane,
                   double         scale)
{
  gsize d = mtl_step_n_trunk (self);

  if (lane->sum != self->gradient)
    mtl_add_rows (1, &scale, lane->sum, d, d, self->gradient);
}

void
mtl_step_lane_mean (MtlStep       *self,
                    const MtlLane *lane,
                    float         *mean)
{
  guint n = (guint) __builtin_popcountll (self->tasks);
  float factor = (float) (1.0 / (n * lane->u[__builtin_ctzll (self->tasks)]));

  for (gsize i = 0; i < mtl_step_n_trunk (self); i++)
    mean[i] = factor * lane->sum[i];
}

void
mtl_step_add_mean (MtlStep        *self,
                   const MtlGrads *rows)
{
  double w[MTL_MAX_TASKS];

  mtl_step_even_weights (self, w);
  mtl_grads_combine (rows, w, mtl_work_pool (self->work), self->gradient);
}

/* --- a mixture --- */

static void
mix_floats (float       *s,
            const float *g,
            double       lambda,
            gsize        n)
{
  float by = (float) lambda;

  for (gsize i = 0; i < n; i++)
    s[i] = g[i] + by * (s[i] - g[i]);
}

void
mtl_step_mix (MtlStep        *self,
              MtlGrads       *s,
              const MtlGrads *g,
              const double   *lambda)
{
  const MtlPlan *plan = mtl_work_plan (self->work);
  const MtlLane *of_s = mtl_step_lane (self, s), *of_g = mtl_step_lane (self, g);

  g_assert ((of_s != NULL) == (of_g != NULL));
  if (of_s != NULL)
    mix_floats (of_s->sum, of_g->sum, lambda[__builtin_ctzll (self->tasks)],
                mtl_step_n_trunk (self));
  for (guint k = 0; k < self->n_tasks; k++)
    {
      if ((self->tasks >> k & 1) == 0)
        continue;
      mix_floats (mtl_grads_head (s, k), mtl_grads_head ((MtlGrads *) g, k), lambda[k],
                  mtl_plan_task (plan, k)->n_weights);
      if (of_s == NULL)
        mix_floats (mtl_grads_row (s, k), mtl_grads_row ((MtlGrads *) g, k), lambda[k],
                    mtl_step_n_trunk (self));
    }
}
