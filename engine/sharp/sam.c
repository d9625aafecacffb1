/* sam.c — sharpness-aware minimisation
 *
 *   ε = ρ·ḡ / |ḡ|        first-order solution of  max_{|ε| ≤ ρ} L(θ + ε)
 *
 * with ḡ the gradient of the mean of all losses, over trunk and heads alike.
 * The tasks' gradients are then taken at θ + ε and balanced there. ε = 0 where
 * ḡ = 0. Cost: two passes a step.
 *
 * Source: Foret et al., “Sharpness-Aware Minimization for Efficiently
 * Improving Generalization”, arXiv 2010.01412 (2020), eq. 2.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

enum
{
  RHO,
};

static const MtlParam sam_params[] = {
  { .id = "rho", .title = N_("Radius ρ"), .summary = N_("How far the weights are moved uphill"),
    .type = MTL_NUMBER, .minimum = 0.0, .maximum = 100.0, .initial = 0.05 },
  { .id = NULL }
};

/* Sum of all rows and heads into @sum, P floats: a direction, its length is free. */
static void
sum_gradients (MtlStep  *step,
               MtlGrads *g,
               float    *sum)
{
  const MtlPlan *plan = mtl_step_plan (step);
  gsize d = mtl_step_n_trunk (step);

  memset (sum, 0, mtl_step_n_weights (step) * sizeof *sum);
  for (guint k = 0; k < mtl_grads_n_tasks (g); k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);

      if ((mtl_step_tasks (step) >> k & 1) == 0)
        continue;
      for (gsize i = 0; i < d; i++)
        sum[i] += mtl_grads_row (g, k)[i];
      memcpy (sum + task->offset, mtl_grads_head (g, k), task->n_weights * sizeof *sum);
    }
}

static gboolean
sam_step (MtlStep           *step,
          const MtlSetting  *set,
          MtlState          *state,
          GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  MtlGrads *s = mtl_step_rows (step, 1);
  const float *theta = mtl_step_theta (step);
  float *moved = mtl_step_moved (step);
  gsize n = mtl_step_n_weights (step);
  double norm2 = 0.0;
  float factor;

  if (!mtl_step_gradients (step, theta, mtl_step_tasks (step), g, error))
    return FALSE;

  sum_gradients (step, g, moved);
  for (gsize i = 0; i < n; i++)
    norm2 += (double) moved[i] * moved[i];
  factor = norm2 > 0.0 ? (float) (set[RHO].number / sqrt (norm2)) : 0.0f;
  for (gsize i = 0; i < n; i++)
    moved[i] = theta[i] + factor * moved[i];

  if (!mtl_step_gradients (step, moved, mtl_step_tasks (step), s, error)
      || !mtl_step_balance (step, MTL_PART_LOSS, s, 1.0, error))
    return FALSE;

  mtl_step_heads (step, s);
  return TRUE;
}

const MtlSharp mtl_sharp_sam = {
  .method = {
    .id = "sam",
    .title = N_("SAM"),
    .summary = N_("All tasks seek one flat region: gradients are taken where the mean loss is "
                  "worst within a small radius."),
    .reference = "Foret et al., “Sharpness-Aware Minimization for Efficiently Improving "
                 "Generalization”, arXiv 2010.01412 (2020), eq. 2",
    .params = sam_params,
  },
  .n_rows = 2,
  .balanced = 2,
  .forward = { 2, 0 },
  .backward = { 0, 2 },
  .step = sam_step,
};
