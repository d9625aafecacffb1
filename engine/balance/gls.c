/* gls.c — the geometric mean of the losses
 *
 *   L = (Π l_k)^(1/K) = exp(mean log l_k),    w_k = ∂L/∂l_k = L / (K·l_k)
 *
 * by logarithms, as the product would leave the range of a double for many tasks.
 * Multiplying a loss by c multiplies L by c^(1/K) and leaves the direction alone.
 *
 * A loss of next to nothing counts as 1e-8 of the largest; negative ones are refused.
 *
 * Cost: a pass forward beside that of equal weights, as the losses of all rows have to
 * be known before the first of them goes backward.
 *
 * Source: Chennupati et al., CVPR.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-weighting.h"

static MtlBalanceStatus
gls_weigh (const MtlBalanceInput  *in,
           double                 *w,
           GError                **error)
{
  guint k = in->n_tasks;
  g_autofree double *losses = g_new (double, k);
  double log_mean = 0.0;

  if (!mtl_weighting_check (in, error))
    return MTL_BALANCE_REFUSED;

  mtl_weighting_floor (in, losses);
  for (guint i = 0; i < k; i++)
    log_mean += log (losses[i]) / k;
  for (guint i = 0; i < k; i++)
    w[i] = exp (log_mean - log (losses[i])) / k;

  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_gls = {
  .method = {
    .id = "gls",
    .title = N_("Geometric Loss"),
    .summary = N_("Minimises the geometric mean of the losses, which no scale of a loss changes"),
    .reference = "Chennupati, Sistu, Yogamani, Rawashdeh, “MultiNet++: Multi-Stream Feature "
                 "Aggregation and Geometric Loss Strategy for Multi-Task Learning”, CVPR "
                 "Workshops 2019, arXiv 1904.08492",
  },
  .needs = MTL_NEEDS_LOSSES,
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_POSITIVE | MTL_CLAIM_LOSS_SCALE,
  .weigh = gls_weigh,
};
