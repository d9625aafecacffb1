/* wsam.c — sharpness as a weighted term of its own
 *
 * With ḡ the gradient of the mean loss at θ and ḡ_s that at θ + ρ·ḡ/|ḡ|, the
 * sharpness ḡ_s − ḡ has a weight a = γ / (1 − γ):
 *
 *   coupled     the optimiser is given (1 − a)·ḡ + a·ḡ_s = ḡ + a·(ḡ_s − ḡ)
 *   decoupled   the optimiser is given ḡ; beside it θ ← θ − r·a·(ḡ_s − ḡ), r the rate
 *
 * Each of ḡ and ḡ_s is cut to max-norm before, where that is not 0. γ = 0.5 coupled
 * is SAM, γ = 0 decoupled the plain step.
 *
 * Of several tasks: decoupled, the gradients at θ are balanced; coupled, those at the
 * moved point as by SAM, and (1 − a)·(ḡ − ḡ_s) is added to the trunk direction and to
 * each head (mtl-sharp-moves.h). With equal weights both are the above for the mean
 * loss. The experiment's clip-norm and the optimiser's weight decay do not see what is
 * descended beside.
 *
 * Cost: two passes a step, and one more for each further radius.
 *
 * Source: Yue, Jiang, Ye, Gao, Liu, Zhang, “Sharpness-Aware Minimization Revisited:
 * Weighted Sharpness as a Regularization Term”, KDD 2023, arXiv 2305.15817,
 * Algorithms 1 and 2.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define LEAST 1e-6  /* beside the norm, as in common use */

enum { RHO, GAMMA, DECOUPLE, MAX_NORM, MOVE };

static const MtlParam wsam_params[] = {
  { MTL_MOVE_RHO, .initial = 0.05 },
  { .id = "gamma", .title = N_("Sharpness γ"),
    .summary = N_("Weight γ / (1 − γ) of the sharpness: 0.5 coupled is SAM; 0.88 in the authors’ "
                  "first release, 0.9 later"),
    .type = MTL_NUMBER, .maximum = 0.999, .initial = 0.9 },
  { .id = "decouple", .title = N_("Decoupled"),
    .summary = N_("Descend the sharpness by the learning rate beside the optimiser"),
    .type = MTL_FLAG, .maximum = 1.0, .initial = 1.0 },
  { .id = "max-norm", .title = N_("Longest gradient"),
    .summary = N_("To which the gradients at both points are cut, each apart; 0 is any"),
    .type = MTL_NUMBER, .maximum = 1e6, .initial = 1.0, .rare = TRUE },
  MTL_MOVE_PLAIN_PARAMS,
  MTL_MOVE_ADAPTIVE_PARAMS,
  { .id = NULL }
};

/* The factor by which @v is cut. */
static double
find_cut (MtlStep     *step,
          const float *v,
          double       most)
{
  double norm = most > 0.0 ? sqrt (mtl_move_dot (step, v, v)) : 0.0;

  return norm > most ? most / (norm + LEAST) : 1.0;
}

/* a·v + b·u in the place of v. */
static void
mix (MtlStep     *step,
     double       a,
     float       *v,
     double       b,
     const float *u)
{
  for (gsize i = 0; i < mtl_step_n_weights (step); i++)
    v[i] = (float) (a * v[i] + b * u[i]);
}

static void
scale_heads (MtlStep  *step,
             MtlGrads *rows,
             double    factor)
{
  for (guint k = 0; k < mtl_grads_n_tasks (rows); k++)
    for (gsize i = 0; i < mtl_plan_task (mtl_step_plan (step), k)->n_weights; i++)
      mtl_grads_head (rows, k)[i] *= (float) factor;
}

static gboolean
wsam_step (MtlStep           *step,
           const MtlSetting  *set,
           MtlState          *state,
           GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  MtlGrads *s = mtl_step_rows (step, 1);
  float *v = mtl_step_vector (step, 0);
  float *mean_s = mtl_step_vector (step, 1);
  double a = set[GAMMA].number / (1.0 - set[GAMMA].number);
  gboolean apart = set[DECOUPLE].number != 0.0;
  MtlMove how = mtl_move_read (&set[MOVE], TRUE);
  double cut, cut_s;

  if (!mtl_move_clean (step, g, v, error))
    return FALSE;
  mtl_move_direct (step, &how, v);
  if (!mtl_move_gradients (step, v, set[RHO].numbers, s, error))
    return FALSE;

  mtl_step_mean (step, g, v);
  mtl_step_mean (step, s, mean_s);
  cut = find_cut (step, v, set[MAX_NORM].number);
  cut_s = find_cut (step, mean_s, set[MAX_NORM].number);
  mix (step, cut, v, -cut_s, mean_s);
  scale_heads (step, apart ? g : s, apart ? cut : cut_s);
  if (!mtl_step_balance (step, MTL_PART_LOSS, apart ? g : s, apart ? cut : cut_s, error))
    return FALSE;

  if (!apart)
    mtl_move_correct (step, v, 1.0 - a, s);
  mtl_step_heads (step, apart ? g : s);
  if (apart)
    mtl_step_beside (step, v, -a);

  return TRUE;
}

const MtlSharp mtl_sharp_wsam = {
  .method = {
    .id = "wsam",
    .title = N_("Weighted SAM"),
    .summary = N_("The sharpness of the mean loss is a term with a weight of its own."),
    .reference = "Yue, Jiang, Ye, Gao, Liu, Zhang, “Sharpness-Aware Minimization Revisited: "
                 "Weighted Sharpness as a Regularization Term”, KDD 2023, arXiv 2305.15817, "
                 "Algorithms 1 and 2",
    .params = wsam_params,
  },
  .n_rows = 2,
  .n_vectors = 2,
  .balanced = 3,
  .takes = MTL_TAKES_BOTH,
  .passes = mtl_move_passes,
  .step = wsam_step,
};
