/* mgda.c — the shortest vector in the convex hull of the task gradients
 *
 *   min_w  |Σ w_k·g_k / c_k|²    subject to  w ≥ 0, Σ w_k = 1
 *
 * With c = 1 its optimum d has ⟨d, g_k⟩ ≥ |d|² for every k: a direction in
 * which no task gets worse, or d = 0 at a Pareto-stationary point. A task whose
 * gradient is zero alone makes d = 0: by definition nothing can be gained there
 * without loss to it.
 *
 * Gradients may be normalised by c_k first; the direction is then made of the
 * normalised rows, or by the same weights of the raw ones, as published codes
 * differ. A c_k that is not above 0 leaves its row as it is.
 *
 * Sources: Désidéri, “Multiple-gradient descent algorithm (MGDA) for
 * multiobjective optimization”, C. R. Math. 350 (2012) 313–318; Sener, Koltun,
 * “Multi-Task Learning as Multi-Objective Optimization”, NeurIPS 2018, eq. 3.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-mgda.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"

enum
{
  NORMALIZATION,
  APPLY_TO,
};

const char *const mtl_mgda_normalizations[] = { "none", "l2", "loss", "loss+", NULL };
const char *const mtl_mgda_applications[] = { "normalized", "raw", NULL };

static const MtlParam mgda_params[] = {
  {
    .id = "normalization",
    .title = N_("Normalisation"),
    .summary = N_("Divide each gradient by its length, by its loss, or by both (loss+); the paper "
                  "does not, the authors’ code and LibMTL have all four"),
    .type = MTL_CHOICE,
    .choices = mtl_mgda_normalizations,
    .initial = MTL_MGDA_NONE,
  },
  {
    .id = "apply-to",
    .title = N_("Weights Apply To"),
    .summary = N_("Whether the normalised or the raw gradients are combined; LibMTL takes the "
                  "normalised ones, the authors’ code the raw ones"),
    .type = MTL_CHOICE,
    .choices = mtl_mgda_applications,
    .initial = MTL_MGDA_NORMALIZED,
    .rare = TRUE,
  },
  { .id = NULL },
};

/* 1/c_k */
static double
find_factor (const MtlBalanceInput *in,
             guint                  i,
             guint                  normalization)
{
  double divisor = 1.0;

  if (normalization == MTL_MGDA_LOSS || normalization == MTL_MGDA_LOSS_AND_L2)
    divisor *= in->losses[i];
  if (normalization == MTL_MGDA_L2 || normalization == MTL_MGDA_LOSS_AND_L2)
    divisor *= sqrt (MAX (in->gramian[i * in->n_tasks + i], 0.0));

  return divisor > 0.0 ? 1.0 / divisor : 1.0;
}

MtlBalanceStatus
mtl_mgda_weigh (const MtlBalanceInput  *in,
                double                 *w,
                GError                **error)
{
  guint k = in->n_tasks;
  guint normalization = in->set[NORMALIZATION].number;
  g_autofree double *factors = g_new (double, k);
  g_autofree double *scaled = g_new (double, k * k);

  if (normalization >= MTL_MGDA_LOSS && in->losses == NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   "normalization “%s” divides by the losses, and none are given; give them, or "
                   "choose none or l2", mtl_mgda_normalizations[normalization]);
      return MTL_BALANCE_REFUSED;
    }

  for (guint i = 0; i < k; i++)
    factors[i] = find_factor (in, i, normalization);
  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      scaled[i * k + j] = in->gramian[i * k + j] * factors[i] * factors[j];

  if (!mtl_min_norm (scaled, NULL, k, w, error))
    return MTL_BALANCE_REFUSED;

  for (guint i = 0; in->set[APPLY_TO].number == MTL_MGDA_NORMALIZED && i < k; i++)
    w[i] *= factors[i];

  return mtl_balancer_judge (in, w);
}

const MtlBalancer mtl_balancer_mgda = {
  .method = {
    .id = "mgda",
    .title = N_("MGDA"),
    .summary = N_("Follows the shortest vector between the task gradients, which harms no task"),
    .reference = "Sener, Koltun, “Multi-Task Learning as Multi-Objective Optimization”, "
                 "NeurIPS 2018, arXiv 1810.04650, eq. 3",
    .params = mgda_params,
  },
  .needs = MTL_NEEDS_GRAMIAN | MTL_NEEDS_LOSSES,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_DESCENT | MTL_CLAIM_PERMUTES | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_STOPS | MTL_CLAIM_MIN_NORM,
  .weigh = mtl_mgda_weigh,
};
