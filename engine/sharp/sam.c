/* sam.c — sharpness-aware minimisation
 *
 *   ε = ρ·ḡ / |ḡ|_2        first-order solution of  max_{|ε| ≤ ρ} L(θ + ε),
 *   ε = ρ·sign ḡ           … of  max_{|ε|_∞ ≤ ρ} L(θ + ε), norm = inf,
 *
 * with ḡ the gradient of the mean of all losses, over trunk and heads alike.
 * The tasks' gradients are then taken at θ + ε and balanced there. ε = 0 where
 * ḡ = 0. Cost: two passes a step, and one more for each further radius.
 *
 * Source: Foret et al., “Sharpness-Aware Minimization for Efficiently
 * Improving Generalization”, arXiv 2010.01412 (2020), eq. 2.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <glib/gi18n-lib.h>

enum { RHO, MOVE };

static const MtlParam sam_params[] = {
  { MTL_MOVE_RHO, .initial = 0.05 },
  MTL_MOVE_PLAIN_PARAMS,
  { .id = NULL }
};

static gboolean
sam_step (MtlStep           *step,
          const MtlSetting  *set,
          MtlState          *state,
          GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  MtlGrads *s = mtl_step_rows (step, 1);
  float *v = mtl_step_vector (step, 0);
  MtlMove how = mtl_move_read (&set[MOVE], FALSE);

  if (!mtl_move_clean (step, g, v, error))
    return FALSE;

  mtl_move_direct (step, &how, v);

  return mtl_move_gradients (step, v, set[RHO].numbers, s, error)
         && mtl_move_balance (step, s, error);
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
  .n_vectors = 1,
  .balanced = 3,
  .takes = MTL_TAKES_MEAN_FIRST,
  .passes = mtl_move_passes,
  .step = sam_step,
};
