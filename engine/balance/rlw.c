/* rlw.c — weights drawn anew in every step, for heads and trunk
 *
 *   w = softmax(z),    z ~ N(0, I)
 *
 * so that Σ w_k = 1 and each weight is 1/K on average: the paper's normal distribution,
 * its initial one. The numbers come from the run's own generator, one stream a step.
 * Where random weights reach the trunk alone the method is `random`.
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
rlw_weigh (const MtlBalanceInput  *in,
           double                 *w,
           GError                **error)
{
  mtl_weighting_draw (in, w);

  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_rlw = {
  .method = {
    .id = "rlw",
    .title = N_("Random Loss Weighting"),
    .summary = N_("Draws the weights of the losses anew in every step"),
    .reference = "Lin, Ye, Zhang, Tsang, “Reasonable Effectiveness of Random Weighting: A Litmus "
                 "Test for Multi-Task Learning”, TMLR 2022, arXiv 2111.10603, section 3",
  },
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING
            | MTL_CLAIM_HOMOGENEOUS | MTL_CLAIM_POSITIVE,
  .weigh = rlw_weigh,
};
