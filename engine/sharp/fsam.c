/* fsam.c — friendly sharpness-aware minimisation
 *
 * SAM's perturbation lies along the gradient of a batch, of which the part that all
 * batches share does little for flatness. A running mean m of the gradients ḡ of the
 * mean loss stands for that part and is taken away:
 *
 *   p = ḡ − σ·m,   ε = ρ·p / |p|,   then   m ← λ·m + (1 − λ)·ḡ.
 *
 * The first step moves along ḡ and begins m with it. The tasks' gradients are taken
 * at θ + ε and balanced there. σ = 0 is SAM; ε = 0 where p = 0. In a batch without a
 * label of some task, that task's head neither moves nor enters m.
 *
 * Cost: two passes a step, and one more for each further radius; m is a vector as
 * long as θ.
 *
 * Source: Li, Zhou, He, Cheng, Huang, “Friendly Sharpness-Aware Minimization”, CVPR
 * 2024, arXiv 2403.12350, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <glib/gi18n-lib.h>
#include <string.h>

enum { RHO, SIGMA, LAMBDA, MOVE };

/* state */
enum { SHARED, COUNT };

static const MtlParam fsam_params[] = {
  { MTL_MOVE_RHO, .initial = 0.05 },
  { .id = "sigma", .title = N_("Taken away σ"),
    .summary = N_("How much of the running mean the move leaves out: 1 in the authors’ code, 0 is "
                  "SAM"),
    .type = MTL_NUMBER, .maximum = 10.0, .initial = 1.0 },
  { .id = "lambda", .title = N_("Memory λ"),
    .summary = N_("Of the running mean: 0.9 in the authors’ code, 0 is the last batch alone"),
    .type = MTL_NUMBER, .maximum = 0.9999, .initial = 0.9 },
  MTL_MOVE_PLAIN_PARAMS,
  MTL_MOVE_ADAPTIVE_PARAMS,
  { .id = NULL }
};

static void
fsam_declare (guint             n_tasks,
              gsize             n_weights,
              const MtlSetting *set,
              MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "shared", n_weights, TRUE, 0.0, FALSE);
  mtl_state_declare (spec, "count", 1, FALSE, 0.0, FALSE);
}

/* v ← a·v + b·u over the trunk and the heads of the step's tasks. */
static void
mix (MtlStep     *step,
     float        a,
     float       *v,
     float        b,
     const float *u)
{
  const MtlPlan *plan = mtl_step_plan (step);

  for (gsize i = 0; i < mtl_step_n_trunk (step); i++)
    v[i] = a * v[i] + b * u[i];
  for (guint k = 0; k < mtl_plan_n_tasks (plan); k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);
      gsize end = task->offset + task->n_weights;

      for (gsize i = task->offset; i < end && (mtl_step_tasks (step) >> k & 1) != 0; i++)
        v[i] = a * v[i] + b * u[i];
    }
}

static gboolean
fsam_step (MtlStep           *step,
           const MtlSetting  *set,
           MtlState          *state,
           GError           **error)
{
  MtlGrads *s = mtl_step_rows (step, 1);
  float *mean = mtl_step_vector (step, 0);
  float *v = mtl_step_vector (step, 1);
  float *shared = mtl_state_floats (state, SHARED);
  double *count = mtl_state_doubles (state, COUNT);
  float lambda = *count > 0.0 ? (float) set[LAMBDA].number : 0.0f;
  MtlMove how = mtl_move_read (&set[MOVE], TRUE);

  if (!mtl_move_clean (step, mtl_step_rows (step, 0), mean, error))
    return FALSE;

  memcpy (v, mean, mtl_step_n_weights (step) * sizeof *v);
  mix (step, 1.0f, v, *count > 0.0 ? -(float) set[SIGMA].number : 0.0f, shared);
  mtl_move_direct (step, &how, v);
  if (!mtl_move_gradients (step, v, set[RHO].numbers, s, error)
      || !mtl_move_balance (step, s, error))
    return FALSE;

  mix (step, lambda, shared, 1.0f - lambda, mean);
  *count += 1.0;

  return TRUE;
}

const MtlSharp mtl_sharp_fsam = {
  .method = {
    .id = "fsam",
    .title = N_("Friendly SAM"),
    .summary = N_("As SAM, moved only along what sets a batch apart from those before it."),
    .reference = "Li, Zhou, He, Cheng, Huang, “Friendly Sharpness-Aware Minimization”, CVPR "
                 "2024, arXiv 2403.12350, Algorithm 1",
    .params = fsam_params,
  },
  .n_rows = 2,
  .n_vectors = 2,
  .balanced = 3,
  .takes = MTL_TAKES_MEAN_FIRST,
  .passes = mtl_move_passes,
  .declare = fsam_declare,
  .step = fsam_step,
};
