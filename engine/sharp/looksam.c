/* looksam.c — sharpness-aware minimisation that looks ahead every k-th step
 *
 * With ḡ the gradient of the mean loss at θ and ḡ_s that at θ + ρ·ḡ/|ḡ|: every k-th
 * step follows ḡ_s, and keeps what of it is perpendicular to ḡ, which changes
 * slowly from step to step. The others take one pass and add it to their gradient:
 *
 *   every k-th   g_v ← ḡ_s − (⟨ḡ_s, ḡ⟩ / |ḡ|²)·ḡ
 *   others       ḡ + α·(|ḡ| / |g_v|)·g_v
 *
 * Of several tasks, those every k-th step are balanced at the moved point, and at θ
 * otherwise; g_v is of the mean gradient and is added to the trunk direction and to
 * each head (mtl-sharp-moves.h), which with equal weights is the above for the mean
 * loss. k = 1 is SAM; g_v = 0 adds nothing. Steps are counted since the method
 * began, so the first one looks ahead.
 *
 * Cost: 1 + 1/k passes a step; g_v is a vector as long as θ.
 *
 * Source: Liu et al., “Towards Efficient and Scalable Sharpness-Aware Minimization”,
 * CVPR 2022, arXiv 2203.02714, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

enum { EVERY, ALPHA, RHO, MOVE };

/* state */
enum { AHEAD, COUNT };

static const MtlParam looksam_params[] = {
  { .id = "k", .title = N_("Looks ahead every"), .unit = N_("steps"),
    .summary = N_("How many steps apart it looks ahead: 5 in the authors’ code, 1 is SAM"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 10000.0, .initial = 5.0 },
  { .id = "alpha", .title = N_("Reuse α"),
    .summary = N_("How much of what was seen ahead is added to the steps between; 0.7 in the "
                  "authors’ code"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.7 },
  { MTL_MOVE_RHO, .initial = 0.1 },
  MTL_MOVE_PLAIN_PARAMS,
  MTL_MOVE_ADAPTIVE_PARAMS,
  { .id = NULL }
};

static void
looksam_declare (guint             n_tasks,
                 gsize             n_weights,
                 const MtlSetting *set,
                 MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "ahead", n_weights, TRUE, 0.0, FALSE);
  mtl_state_declare (spec, "count", 1, FALSE, 0.0, FALSE);
}

static void
looksam_passes (const MtlSetting *set,
                guint             n_tasks,
                double           *forward,
                double           *backward)
{
  double share = 1.0 / set[EVERY].number;

  *forward = 1.0 + share * mtl_move_n_radii (&set[RHO], n_tasks);
  *backward = (1.0 + share) * n_tasks;
}

/* A step at the moved point; @mean: ḡ. */
static gboolean
look_ahead (MtlStep           *step,
            const MtlSetting  *set,
            const float       *mean,
            float             *ahead,
            GError           **error)
{
  MtlGrads *s = mtl_step_rows (step, 1);
  float *v = mtl_step_vector (step, 1);
  MtlMove how = mtl_move_read (&set[MOVE], TRUE);

  memcpy (v, mean, mtl_step_n_weights (step) * sizeof *v);
  mtl_move_direct (step, &how, v);
  if (!mtl_move_gradients (step, v, set[RHO].numbers, s, error)
      || !mtl_move_balance (step, s, error))
    return FALSE;

  mtl_step_mean (step, s, ahead);
  mtl_move_reject (step, ahead, mean);

  return TRUE;
}

static gboolean
reuse (MtlStep      *step,
       double        alpha,
       const float  *mean,
       const float  *ahead,
       GError      **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  double norm2 = mtl_move_dot (step, ahead, ahead);

  if (!mtl_step_balance (step, MTL_PART_LOSS, g, 1.0, error))
    return FALSE;

  if (norm2 > 0.0)
    mtl_move_correct (step, ahead, alpha * sqrt (mtl_move_dot (step, mean, mean) / norm2), g);
  mtl_step_heads (step, g);

  return TRUE;
}

static gboolean
looksam_step (MtlStep           *step,
              const MtlSetting  *set,
              MtlState          *state,
              GError           **error)
{
  float *mean = mtl_step_vector (step, 0);
  float *ahead = mtl_state_floats (state, AHEAD);
  double *count = mtl_state_doubles (state, COUNT);

  if (!mtl_move_clean (step, mtl_step_rows (step, 0), mean, error))
    return FALSE;
  if (!(fmod (*count, set[EVERY].number) == 0.0
        ? look_ahead (step, set, mean, ahead, error)
        : reuse (step, set[ALPHA].number, mean, ahead, error)))
    return FALSE;

  *count += 1.0;
  return TRUE;
}

const MtlSharp mtl_sharp_looksam = {
  .method = {
    .id = "looksam",
    .title = N_("LookSAM"),
    .summary = N_("As SAM every few steps; those between reuse what it saw, at the price of plain "
                  "training."),
    .reference = "Liu et al., “Towards Efficient and Scalable Sharpness-Aware Minimization”, "
                 "CVPR 2022, arXiv 2203.02714, Algorithm 1",
    .params = looksam_params,
  },
  .n_rows = 2,
  .n_vectors = 2,
  .balanced = 3,
  .takes = MTL_TAKES_BOTH,
  .passes = looksam_passes,
  .declare = looksam_declare,
  .step = looksam_step,
};
