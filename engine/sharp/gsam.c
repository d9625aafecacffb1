/* gsam.c — surrogate gap guided sharpness-aware minimisation
 *
 * With ḡ the gradient of the mean loss at θ and ḡ_s that at θ + ρ_t·ḡ/|ḡ|, what of
 * ḡ is perpendicular to ḡ_s widens the gap between the two losses and lowers
 * neither where it counts. It is descended backwards:
 *
 *   ḡ_s − α·(ḡ − (⟨ḡ, ḡ_s⟩ / |ḡ_s|²)·ḡ_s).
 *
 * The radius goes with the learning rate r,
 *
 *   ρ_t = ρ_min + (ρ_max − ρ_min)·(r_t − r_min) / (r_max − r_min),
 *
 * r_max what the optimiser is set to, r_min a share of it.
 *
 * Of several tasks, the gradients at the moved point are balanced, and −α times the
 * perpendicular part of the mean gradient is added to the trunk direction and to
 * each head (mtl-sharp-moves.h), which with equal weights is the above for the mean
 * loss. α = 0 is SAM. ḡ_s = 0: ḡ itself is added. Cost: two passes a step, and one
 * more for each further radius.
 *
 * Source: Zhuang et al., “Surrogate Gap Minimization Improves Sharpness-Aware
 * Training”, ICLR 2022, arXiv 2203.08065, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <glib/gi18n-lib.h>

enum { RHO_MAX, RHO_MIN, ALPHA, RATE_MIN, MOVE };

static const MtlParam gsam_params[] = {
  { .id = "rho-max", .title = N_("Largest radius ρ"),
    .summary = N_("How far the weights are moved uphill at the highest learning rate; a task with "
                  "a radius of its own takes one more pass"),
    .type = MTL_PER_TASK, .maximum = 100.0, .initial = 0.05 },
  { .id = "rho-min", .title = N_("Smallest radius ρ"),
    .summary = N_("… at the lowest"),
    .type = MTL_PER_TASK, .maximum = 100.0, .initial = 0.01 },
  { .id = "alpha", .title = N_("Gap factor α"),
    .summary = N_("How much of the perpendicular part is taken away; published scripts use 0.01 "
                  "to 0.5, and 0 is SAM"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.4 },
  { .id = "rate-min", .title = N_("Lowest rate"),
    .summary = N_("The learning rate of the smallest radius, as a share of the highest"),
    .type = MTL_NUMBER, .maximum = 0.99, .rare = TRUE },
  MTL_MOVE_PLAIN_PARAMS,
  MTL_MOVE_ADAPTIVE_PARAMS,
  { .id = NULL }
};

/* At @pace, a share of the highest rate. */
static void
find_radii (const MtlSetting *set,
            double            pace,
            double           *rho)
{
  double lowest = set[RATE_MIN].number;
  double share = MAX (pace - lowest, 0.0) / (1.0 - lowest);

  for (guint k = 0; k < set[RHO_MAX].n; k++)
    rho[k] = set[RHO_MIN].numbers[k]
             + (set[RHO_MAX].numbers[k] - set[RHO_MIN].numbers[k]) * share;
}

static void
gsam_passes (const MtlSetting *set,
             guint             n_tasks,
             double           *forward,
             double           *backward)
{
  double rho[MTL_MAX_TASKS];
  MtlSetting middle = { .numbers = rho };

  find_radii (set, 0.5 + 0.5 * set[RATE_MIN].number, rho);
  mtl_move_passes (&middle, n_tasks, forward, backward);
}

static gboolean
gsam_step (MtlStep           *step,
           const MtlSetting  *set,
           MtlState          *state,
           GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  MtlGrads *s = mtl_step_rows (step, 1);
  float *v = mtl_step_vector (step, 0);
  float *mean_s = mtl_step_vector (step, 1);
  MtlMove how = mtl_move_read (&set[MOVE], TRUE);
  double rho[MTL_MAX_TASKS];
  gboolean still;

  if (!mtl_move_clean (step, g, v, error))
    return FALSE;

  find_radii (set, mtl_step_pace (step), rho);
  mtl_move_direct (step, &how, v);
  if (!mtl_move_gradients (step, v, rho, s, error)
      || !mtl_step_balance (step, MTL_PART_LOSS, s, 1.0, error))
    return FALSE;

  mtl_step_mean (step, g, v);
  mtl_step_mean (step, s, mean_s);
  still = mtl_move_dot (step, mean_s, mean_s) == 0.0;
  mtl_move_reject (step, v, mean_s);
  mtl_move_correct (step, v, still ? 1.0 : -set[ALPHA].number, s);
  mtl_step_heads (step, s);

  return TRUE;
}

const MtlSharp mtl_sharp_gsam = {
  .method = {
    .id = "gsam",
    .title = N_("Gap-Guided SAM"),
    .summary = N_("As SAM, and narrows the gap between the loss and the worst one nearby; the "
                  "radius goes with the learning rate."),
    .reference = "Zhuang et al., “Surrogate Gap Minimization Improves Sharpness-Aware Training”, "
                 "ICLR 2022, arXiv 2203.08065, Algorithm 1",
    .params = gsam_params,
  },
  .n_rows = 2,
  .n_vectors = 2,
  .balanced = 3,
  .takes = MTL_TAKES_BOTH,
  .passes = gsam_passes,
  .step = gsam_step,
};
