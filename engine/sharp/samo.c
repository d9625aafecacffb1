/* samo.c — joint global-local perturbation
 *
 * Every task has a perturbation of its own, at the price of two forward passes
 * instead of a backward one. With ḡ the gradient of the mean loss at θ, and for task k
 * a zeroth-order estimate along one random direction of the trunk,
 *
 *   ζ_k = (l_k(θ + μ·z) − l_k(θ − μ·z)) / (2μ) · z,   z ~ N(0, I),
 *
 * both mixed tensor by tensor at the length of ḡ there,
 *
 *   m_kt = (1 − β)·ḡ_t + β·|ḡ_t|·ζ_kt / |ζ_kt|,
 *
 * the trunk moves by ε_k = ρ_k·m_k / |m_k| and head k by ρ_k along its part of ḡ, each by
 * a norm of its own; where adaptive by ρ_k·T²m / |T m| with T = |θ|. The gradient of l_k
 * alone is taken there, for trunk and head; the tasks' gradients are balanced.
 *
 * Of ζ_k only the sign of the difference enters, so μ need not be small, but the losses
 * have to differ: where they do not, or are not finite, ḡ stands for it. β = 0 is one
 * perturbation for all, and takes no forward passes for it. ρ = 0 is plain training. The
 * losses at θ ± μ·z are evaluated: by running statistics, without draws or penalties.
 *
 * Cost: 1 + 3K passes forward, 2K backward.
 *
 * Source: Ban, Subramani, Ji, “SAMO: A Lightweight Sharpness-Aware Approach for
 * Multi-Task Optimization with Joint Global-Local Perturbation”, ICCV 2025, arXiv
 * 2507.07883, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-kernels.h"

enum { RHO, BETA, ZO_EPS, ADAPTIVE };

static const MtlParam samo_params[] = {
  { .id = "rho", .title = N_("Radius ρ"),
    .summary = N_("How far each task moves trunk and head; 0.001 in the authors’ scripts"),
    .type = MTL_PER_TASK, .maximum = 100.0, .initial = 0.003 },
  { .id = "beta", .title = N_("Task’s own part β"),
    .summary = N_("Of the move, beside the one for all; 0.5 in the authors’ scripts"),
    .type = MTL_NUMBER, .maximum = 1.0, .initial = 0.1 },
  { .id = "zo-eps", .title = N_("Probe μ"),
    .summary = N_("How far to both sides a task’s loss is probed, of each weight"),
    .type = MTL_NUMBER, .minimum = 1e-6, .maximum = 10.0, .initial = 0.01, .rare = TRUE },
  { .id = "adaptive", .title = N_("Adaptive"), .summary = N_("Scale by weight size"),
    .type = MTL_FLAG, .maximum = 1.0, .rare = TRUE },
  { .id = NULL }
};

/* −1, 0 or 1: where along @z, over the trunk, the loss of @task is larger. */
static int
find_side (MtlStep     *step,
           guint        task,
           double       mu,
           const float *z)
{
  const float *theta = mtl_step_theta (step);
  float *moved = mtl_step_moved (step);
  gsize d = mtl_step_n_trunk (step);
  double losses[2][MTL_MAX_TASKS];

  memcpy (moved + d, theta + d, (mtl_step_n_weights (step) - d) * sizeof *moved);
  for (guint side = 0; side < 2; side++)
    {
      float by = (float) (side == 0 ? -mu : mu);

      for (gsize i = 0; i < d; i++)
        moved[i] = theta[i] + by * z[i];
      mtl_step_evaluate (step, moved, G_GUINT64_CONSTANT (1) << task, losses[side]);
    }
  if (!isfinite (losses[0][task]) || !isfinite (losses[1][task]))
    return 0;

  return (losses[1][task] > losses[0][task]) - (losses[1][task] < losses[0][task]);
}

/* m_k over the trunk into @v, which holds z. */
static void
mix (MtlStep     *step,
     double       beta,
     int          side,
     const float *mean,
     float       *v)
{
  const MtlRowKernels *rows = mtl_kernels ()->rows;
  gsize d = mtl_step_n_trunk (step);

  for (guint n = 0; n < mtl_move_n_tensors (step, d); n++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (mtl_step_plan (step), n);
      const float *g = mean + tensor->offset;
      float *z = v + tensor->offset;
      double length = sqrt (rows->dot (g, g, tensor->size));
      double random = sqrt (rows->dot (z, z, tensor->size));
      gboolean alone = side == 0 || random == 0.0;
      float a = (float) (alone ? 1.0 : 1.0 - beta);
      float b = (float) (alone ? 0.0 : beta * side * length / random);

      for (gsize i = 0; i < tensor->size; i++)
        z[i] = a * g[i] + b * z[i];
    }
}

/* v ← T²v / |T v|; as it was where that is 0. */
static void
normalise (float       *v,
           const float *scale,
           gsize        n)
{
  double norm2 = 0.0;
  double factor;

  for (gsize i = 0; i < n; i++)
    {
      double length = scale != NULL ? (double) scale[i] * v[i] : v[i];

      norm2 += length * length;
    }
  factor = norm2 > 0.0 ? 1.0 / sqrt (norm2) : 0.0;
  for (gsize i = 0; i < n; i++)
    v[i] = (float) (factor * v[i] * (scale != NULL ? (double) scale[i] * scale[i] : 1.0));
}

/* ε_k / ρ_k into @v. */
static void
direct (MtlStep          *step,
        const MtlSetting *set,
        guint             k,
        const float      *mean,
        float            *v)
{
  const MtlTask *task = mtl_plan_task (mtl_step_plan (step), k);
  gsize d = mtl_step_n_trunk (step);
  MtlMove how = { .adaptive = set[ADAPTIVE].number != 0.0 };
  const float *scale;

  if (set[BETA].number > 0.0)
    {
      mtl_step_normals (step, mtl_rng_derive (mtl_step_rng (step), k), d, v);
      mix (step, set[BETA].number, find_side (step, k, set[ZO_EPS].number, v), mean, v);
    }
  else
    memcpy (v, mean, d * sizeof *v);
  memset (v + d, 0, (mtl_step_n_weights (step) - d) * sizeof *v);
  memcpy (v + task->offset, mean + task->offset, task->n_weights * sizeof *v);

  scale = mtl_move_scale (step, &how, mtl_step_moved (step)) ? mtl_step_moved (step) : NULL;
  normalise (v, scale, d);
  normalise (v + task->offset, scale != NULL ? scale + task->offset : NULL, task->n_weights);
}

static gboolean
samo_step (MtlStep           *step,
           const MtlSetting  *set,
           MtlState          *state,
           GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  MtlGrads *s = mtl_step_rows (step, 1);
  float *mean = mtl_step_vector (step, 0);
  float *v = mtl_step_vector (step, 1);

  if (!mtl_move_clean (step, g, mean, error))
    return FALSE;

  for (guint k = 0; k < mtl_grads_n_tasks (g); k++)
    {
      if ((mtl_step_tasks (step) >> k & 1) == 0)
        continue;
      direct (step, set, k, mean, v);
      mtl_move_by (step, v, set[RHO].numbers[k]);
      if (!mtl_step_gradients (step, mtl_step_moved (step), G_GUINT64_CONSTANT (1) << k, s, error))
        return FALSE;
    }

  return mtl_move_balance (step, s, error);
}

static void
samo_passes (const MtlSetting *set,
             guint             n_tasks,
             double           *forward,
             double           *backward)
{
  *forward = 1.0 + (set[BETA].number > 0.0 ? 3.0 : 1.0) * n_tasks;
  *backward = 2.0 * n_tasks;
}

const MtlSharp mtl_sharp_samo = {
  .method = {
    .id = "samo",
    .title = N_("SAMO"),
    .summary = N_("Every task looks from a point of its own, found by the mean gradient and two "
                  "forward passes."),
    .reference = "Ban, Subramani, Ji, “SAMO: A Lightweight Sharpness-Aware Approach for "
                 "Multi-Task Optimization with Joint Global-Local Perturbation”, ICCV 2025, "
                 "arXiv 2507.07883, Algorithm 1",
    .params = samo_params,
  },
  .n_rows = 2,
  .n_vectors = 2,
  .passes = samo_passes,
  .step = samo_step,
};
