/* fairgrad.c — gains of the tasks, shared out by alpha-fairness
 *
 * Of all d in a ball the one with the largest Σ ⟨d, g_k⟩^(1−alpha) / (1−alpha),
 * the alpha-fair utility of network engineering. With d = Σ w_k·g_k it solves
 *
 *   (Mw)_k = w_k^(−1/alpha),    w > 0
 *
 * here by Newton to the last digits. Gains are ⟨d, g_k⟩ = (Mw)_k > 0. alpha = 1 is
 * proportional fairness, the bargain of Nash-MTL; a larger alpha makes the gains
 * more equal, a smaller one is nearer to the sum of gradients. |d|² =
 * Σ w_k^(1−1/alpha), and A(cG) = c^((1−alpha)/(1+alpha))·A(G): where gradients
 * shrink, steps do not for alpha = 1, and grow for alpha > 1.
 *
 * `alpha` is kept to where the solution is found to its last digits for any rows:
 * w_k is the gain to the power −alpha, so that beyond it w has more orders of
 * magnitude than a double has digits.
 *
 * One task: w = |g|^(−2·alpha/(1+alpha)). Stationary points (d = 0), zero gradients
 * and `update-every`: mtl-bargainer.c. O(K³) a step.
 *
 * Source: Ban, Ji, “Fair Resource Allocation in Multi-Task Learning”, ICML 2024;
 * there solved as nonlinear least squares.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-bargainer.h"

#include <glib/gi18n-lib.h>

enum
{
  ALPHA,
  MAX_NORM,
  UPDATE_EVERY,
};

static const MtlParam fairgrad_params[] = {
  {
    .id = "alpha",
    .title = N_("Fairness α"),
    .summary = N_("How equal the gains of the tasks are made; 1 is Nash-MTL and LibMTL’s value, "
                  "the paper tries 0.5 to 10 and often takes 2"),
    .type = MTL_NUMBER,
    .minimum = 0.5,
    .maximum = 20.0,
    .initial = 1.0,
  },
  {
    .id = "max-norm",
    .title = N_("Longest Step"),
    .summary = N_("The direction is shortened to this length; 0 is off, as in the paper"),
    .type = MTL_NUMBER,
    .maximum = 1e9,
    .rare = TRUE,
  },
  { MTL_BARGAINER_UPDATE_EVERY, .summary = N_("Steps from one sharing out to the next") },
  { .id = NULL },
};

static MtlBalanceStatus
fairgrad_weigh (const MtlBalanceInput  *in,
                double                 *w,
                GError                **error)
{
  return mtl_bargainer_weigh (in, in->set[ALPHA].number, in->set[MAX_NORM].number,
                              in->set[UPDATE_EVERY].number, w, error);
}

/* Factors of the rows are without effect for alpha = 1 alone. */
const MtlBalancer mtl_balancer_fairgrad = {
  .method = {
    .id = "fairgrad",
    .title = N_("FairGrad"),
    .summary = N_("Shares the gain of a step out among the tasks, as fairly as asked for"),
    .reference = "Ban, Ji, “Fair Resource Allocation in Multi-Task Learning”, ICML 2024, "
                 "arXiv 2402.15638",
    .params = fairgrad_params,
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_DESCENT | MTL_CLAIM_PERMUTES | MTL_CLAIM_SCALE_INVARIANT | MTL_CLAIM_STOPS
            | MTL_CLAIM_UNIT_GAIN,
  .declare = mtl_bargainer_declare,
  .weigh = fairgrad_weigh,
};
