/* mgda-ub.c — MGDA on the gradients where the trunk splits into heads
 *
 *   min_w  |Σ w_k·∂l_k/∂Z / c_k|²    subject to  w ≥ 0, Σ w_k = 1
 *
 * with Z the values that the trunk hands to the heads, of all samples of the batch. Since
 * g_k = (∂Z/∂θ)ᵀ·∂l_k/∂Z, that times |∂Z/∂θ|² is an upper bound of what MGDA minimises; where
 * ∂Z/∂θ has full rank, d = 0 only at a Pareto-stationary point, as there. Otherwise it is
 * mgda.c with another Gramian, and with scope trunk it is MGDA. That no task gets worse holds of
 * steps of Z and is not claimed of those of θ.
 *
 * The paper compares whole batches (`flatten`); LibMTL adds up over the samples first, which
 * is cheaper and no bound, as samples may cancel.
 *
 * Cost: the trunk forward twice and back once, the heads once, whatever K; K times the values
 * of Z in memory.
 *
 * Source: Sener, Koltun, “Multi-Task Learning as Multi-Objective Optimization”, NeurIPS 2018,
 * arXiv 1810.04650, eq. 5.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-mgda.h"

#include <glib/gi18n-lib.h>

static const char *const reductions[] = { "flatten", "sum", NULL };

static const MtlParam mgda_ub_params[] = {
  {
    .id = "normalization",
    .title = N_("Normalisation"),
    .summary = N_("Divide each gradient by its length, by its loss, or by both (loss+); the "
                  "paper does not, the authors’ code and LibMTL have all four"),
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
  {
    .id = "ub-reduce",
    .title = N_("Samples"),
    .summary = N_("Compare gradients of all samples side by side, as the paper does, or added up "
                  "over them, as LibMTL does"),
    .type = MTL_CHOICE,
    .choices = reductions,
    .rare = TRUE,
  },
  { .id = NULL },
};

const MtlBalancer mtl_balancer_mgda_ub = {
  .method = {
    .id = "mgda-ub",
    .title = N_("MGDA-UB"),
    .summary = N_("MGDA where the trunk splits into heads: an upper bound, with a single pass "
                  "back through the trunk"),
    .reference = "Sener, Koltun, “Multi-Task Learning as Multi-Objective Optimization”, "
                 "NeurIPS 2018, arXiv 1810.04650, eq. 5",
    .params = mgda_ub_params,
  },
  .needs = MTL_NEEDS_GRAMIAN | MTL_NEEDS_LOSSES,
  .heads = MTL_HEADS_PLAIN,
  .scope = MTL_SCOPE_SPLIT,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES | MTL_CLAIM_HOMOGENEOUS,
  .weigh = mtl_mgda_weigh,
};
