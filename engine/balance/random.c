/* random.c — weights drawn anew in every step, for the trunk alone
 *
 *   d = Σ w_k·g_k,    w = softmax(z),    z ~ N(0, I)
 *
 * As random loss weighting (rlw.c), but each head follows its own gradient: random
 * gradient weighting, a baseline for methods that balance gradients.
 *
 * Cost: that of equal weights.
 *
 * Source: Lin et al., TMLR 2022.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>

#include "mtl-weighting.h"

static MtlBalanceStatus
random_weigh (const MtlBalanceInput  *in,
              double                 *w,
              GError                **error)
{
  mtl_weighting_draw (in, w);

  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_random = {
  .method = {
    .id = "random",
    .title = N_("Random Gradient Weights"),
    .summary = N_("Draws the weights of the trunk’s gradients anew in every step"),
    .reference = "Lin, Ye, Zhang, Tsang, “Reasonable Effectiveness of Random Weighting: A Litmus "
                 "Test for Multi-Task Learning”, TMLR 2022, arXiv 2111.10603, section 3",
  },
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING
            | MTL_CLAIM_HOMOGENEOUS | MTL_CLAIM_POSITIVE,
  .weigh = random_weigh,
};
