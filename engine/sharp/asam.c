/* asam.c — adaptive sharpness-aware minimisation
 *
 *   ε = ρ·T²ḡ / |T ḡ|_2,   T = |θ| + η elementwise,
 *   ε = ρ·T·sign ḡ         by the largest element, norm = inf,
 *
 * with ḡ the gradient of the mean of all losses, over trunk and heads alike. The
 * tasks' gradients are taken at θ + ε and balanced there. With η = 0 nothing
 * depends on how two layers share a scale between them: multiplying the weights of
 * one by a and of the next by 1/a leaves the perturbed function as it was. ε = 0
 * where T ḡ = 0. Cost: two passes a step, and one more for each further radius.
 *
 * The authors' code has T = 1 for tensors whose name has no “weight” in it
 * (`adaptive-scope` weights); others take T = |θ| of all, with η = 0, by which
 * biases that are zero never move, and a radius of about 2.
 *
 * Source: Kwon, Kim, Park, Choi, “ASAM: Adaptive Sharpness-Aware Minimization for
 * Scale-Invariant Learning of Deep Neural Networks”, ICML 2021, arXiv 2102.11600,
 * eq. 7 and Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <glib/gi18n-lib.h>

enum { RHO, ETA, ADAPTIVE_SCOPE, MOVE };

static const char *const scopes[] = { "all", "weights", NULL };

static const MtlParam asam_params[] = {
  { MTL_MOVE_RHO, .initial = 0.5 },
  { .id = "eta", .title = N_("Floor η"),
    .summary = N_("Added to the size of each weight; 0 in libraries other than the authors’, with "
                  "a radius of about 2"),
    .type = MTL_NUMBER, .maximum = 10.0, .initial = 0.01 },
  { .id = "adaptive-scope", .title = N_("Scaled"),
    .summary = N_("The moves of all tensors by weight size, or as the authors’ code of weights "
                  "alone and not of biases"),
    .type = MTL_CHOICE, .choices = scopes, .maximum = 1.0, .rare = TRUE },
  MTL_MOVE_PLAIN_PARAMS,
  { .id = NULL }
};

static gboolean
asam_step (MtlStep           *step,
           const MtlSetting  *set,
           MtlState          *state,
           GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  MtlGrads *s = mtl_step_rows (step, 1);
  float *v = mtl_step_vector (step, 0);
  MtlMove how = mtl_move_read (&set[MOVE], FALSE);

  how.adaptive = TRUE;
  how.eta = set[ETA].number;
  how.weights_only = set[ADAPTIVE_SCOPE].number != 0.0;
  if (!mtl_move_clean (step, g, v, error))
    return FALSE;

  mtl_move_direct (step, &how, v);

  return mtl_move_gradients (step, v, set[RHO].numbers, s, error)
         && mtl_move_balance (step, s, error);
}

const MtlSharp mtl_sharp_asam = {
  .method = {
    .id = "asam",
    .title = N_("Adaptive SAM"),
    .summary = N_("As SAM, within a region that is wider along large weights: it does not depend "
                  "on how layers share their scale."),
    .reference = "Kwon, Kim, Park, Choi, “ASAM: Adaptive Sharpness-Aware Minimization for "
                 "Scale-Invariant Learning of Deep Neural Networks”, ICML 2021, "
                 "arXiv 2102.11600, Algorithm 1",
    .params = asam_params,
  },
  .n_rows = 2,
  .n_vectors = 1,
  .balanced = 3,
  .takes = MTL_TAKES_MEAN_FIRST,
  .passes = mtl_move_passes,
  .step = asam_step,
};
