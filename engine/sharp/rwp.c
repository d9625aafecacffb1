/* rwp.c — random weight perturbation
 *
 * Gradients are taken where noise has carried the weights, by filter: to each weight
 * of filter f (a row of a dense layer, an output of a convolution),
 *
 *   ε ~ N(0, (σ·|w_f|)²)             noise-scale filter, the paper's,
 *   ε ~ N(0, (σ·|w_f|)² / size f)    filter-rms: |ε_f| is about σ·|w_f|,
 *
 * and none to tensors of one dimension. They are mixed with those where the weights
 * are,
 *
 *   λ·g_k(θ + ε) + (1 − λ)·g_k(θ),
 *
 * for each task and its head, and then balanced. λ = 1 is plain random perturbation,
 * σ = 0 is plain training. The two may be of one batch, or of its halves: that is the
 * paper's mixture of two batches, of a batch twice as large. A task without a label in
 * one half has the gradient of the other.
 *
 * Cost: two passes a step, and one more for each further σ; by halves as much.
 *
 * Source: Li et al., “Revisiting Random Weight Perturbation for Efficiently
 * Improving Generalization”, TMLR 2024, arXiv 2404.00357, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-kernels.h"

enum { SIGMA, LAMBDA, NOISE_SCALE, BATCHES };

enum { SCALE_FILTER, SCALE_FILTER_RMS };
enum { BATCHES_SAME, BATCHES_HALVES };

static const char *const scales[] = { "filter", "filter-rms", NULL };
static const char *const batches[] = { "same", "halves", NULL };

static const MtlParam rwp_params[] = {
  { .id = "sigma", .title = N_("Noise σ"),
    .summary = N_("Of each weight, as a share of the length of its filter; a task with noise of "
                  "its own takes one more pass"),
    .type = MTL_PER_TASK, .maximum = 100.0, .initial = 0.01 },
  { .id = "lambda", .title = N_("Mixture λ"),
    .summary = N_("Share of the gradient under noise beside the clean one; 1 is noise alone"),
    .type = MTL_NUMBER, .maximum = 1.0, .initial = 0.5 },
  { .id = "noise-scale", .title = N_("Noise by"),
    .summary = N_("The length of the filter, as the paper has it, or the size of a weight in it"),
    .type = MTL_CHOICE, .choices = scales, .maximum = 1.0, .rare = TRUE },
  { .id = "batches", .title = N_("Mixed of"),
    .summary = N_("The same batch, or its halves: the paper mixes two batches, which halves of "
                  "one twice as large are"),
    .type = MTL_CHOICE, .choices = batches, .maximum = 1.0, .rare = TRUE },
  { .id = NULL }
};

/* |w_f| in the place of each weight of the trunk and the heads, times its number in @v. */
static void
scale_noise (MtlStep  *step,
             gboolean  rms,
             float    *v)
{
  const MtlPlan *plan = mtl_step_plan (step);
  const float *theta = mtl_step_theta (step);

  for (guint n = 0; n < mtl_move_n_tensors (step, mtl_step_n_weights (step)); n++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (plan, n);
      gsize n_filters = tensor->shape.rank > 1 ? tensor->shape.size[0] : 1;
      gsize size = tensor->size / n_filters;

      for (gsize f = 0; f < n_filters; f++)
        {
          const float *w = theta + tensor->offset + f * size;
          double norm2 = mtl_kernels ()->rows->dot (w, w, size) / (rms ? size : 1.0);
          float scale = tensor->shape.rank > 1 ? (float) sqrt (norm2) : 0.0f;

          for (gsize i = 0; i < size; i++)
            v[tensor->offset + f * size + i] *= scale;
        }
    }
}

/* The one half at θ + σ_k·v into @s, the other at θ into @g. */
static gboolean
take_halves (MtlStep       *step,
             const double  *sigma,
             const float   *v,
             MtlGrads      *g,
             MtlGrads      *s,
             double        *lambda,
             GError       **error)
{
  double here[MTL_MAX_TASKS], there[MTL_MAX_TASKS];

  for (guint64 left = mtl_step_tasks (step), alike; left != 0; left &= ~alike)
    {
      alike = mtl_move_alike (left, sigma);
      mtl_move_by (step, v, sigma[__builtin_ctzll (alike)]);
      if (!mtl_step_probe_tasks (step, mtl_step_moved (step), alike, 0, s, there, error))
        return FALSE;
    }
  if (!mtl_step_probe (step, mtl_step_theta (step), 1, g, here, error))
    return FALSE;

  for (guint k = 0; k < mtl_grads_n_tasks (g); k++)
    if ((mtl_step_tasks (step) >> k & 1) != 0)
      lambda[k] = isnan (here[k]) ? 1.0 : isnan (there[k]) ? 0.0 : lambda[k];

  return TRUE;
}

static gboolean
rwp_step (MtlStep           *step,
          const MtlSetting  *set,
          MtlState          *state,
          GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  MtlGrads *s = mtl_step_rows (step, 1);
  MtlGrads *other = mtl_step_rows (step, 2);
  gboolean halves = set[BATCHES].number == BATCHES_HALVES;
  const double *sigma = set[SIGMA].numbers;
  float *v = mtl_step_vector (step, 0);
  double lambda[MTL_MAX_TASKS];

  if (!mtl_step_gradients (step, mtl_step_theta (step), mtl_step_tasks (step), g, error))
    return FALSE;

  for (guint k = 0; k < MTL_MAX_TASKS; k++)
    lambda[k] = set[LAMBDA].number;
  mtl_step_normals (step, mtl_step_rng (step), mtl_step_n_weights (step), v);
  scale_noise (step, set[NOISE_SCALE].number == SCALE_FILTER_RMS, v);
  if (!(halves ? take_halves (step, sigma, v, other, s, lambda, error)
               : mtl_move_gradients (step, v, sigma, s, error)))
    return FALSE;

  mtl_step_mix (step, s, halves ? other : g, lambda);

  return mtl_move_balance (step, s, error);
}

/* Halves are looked at for each task. */
static gboolean
rwp_apart (const MtlSetting *set)
{
  return set[BATCHES].number == BATCHES_HALVES;
}

static const char *
rwp_refuses (const MtlSetting  *set,
             guint              n_batches,
             const MtlBalancer *flat,
             gboolean           same)
{
  return n_batches > 1 && set[BATCHES].number == BATCHES_HALVES
         ? N_("Random perturbation mixes the halves of one batch: have it mixed of the same "
              "batch, or accumulate 1 batch")
         : NULL;
}

static void
rwp_passes (const MtlSetting *set,
            guint             n_tasks,
            double           *forward,
            double           *backward)
{
  double n = mtl_move_n_radii (&set[SIGMA], n_tasks);

  *forward = set[BATCHES].number == BATCHES_HALVES ? 1.5 + 0.5 * n : 1.0 + n;
  *backward = 2.0 * n_tasks;
}

const MtlSharp mtl_sharp_rwp = {
  .method = {
    .id = "rwp",
    .title = N_("Random Perturbation"),
    .summary = N_("Gradients under noise on the weights, mixed with those without: flat regions "
                  "without a search for the worst."),
    .reference = "Li et al., “Revisiting Random Weight Perturbation for Efficiently "
                 "Improving Generalization”, TMLR 2024, arXiv 2404.00357, Algorithm 1",
    .params = rwp_params,
  },
  .n_rows = 3,
  .n_vectors = 1,
  .takes = MTL_TAKES_BALANCE,
  .apart = rwp_apart,
  .passes = rwp_passes,
  .refuses = rwp_refuses,
  .step = rwp_step,
};
