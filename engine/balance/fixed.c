/* fixed.c — weights chosen by hand
 *
 *   d = Σ w_k·g_k
 *
 * Source: as equal weights; with weights from a grid it is the scalarisation
 * that Xin et al., “Do Current Multi-Task Optimization Methods in Deep Learning
 * Even Help?”, NeurIPS 2022, find hard to beat.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>

enum
{
  WEIGHTS,
  NORMALIZE,
};

static const MtlParam fixed_params[] = {
  {
    .id = "weights",
    .title = N_("Weights"),
    .summary = N_("How much each task counts"),
    .type = MTL_PER_TASK,
    .maximum = 1e6,
    .initial = 1.0,
  },
  {
    .id = "normalize",
    .title = N_("Normalise"),
    .summary = N_("Scale the weights so that they sum to the number of tasks"),
    .type = MTL_FLAG,
    .maximum = 1.0,
  },
  { .id = NULL },
};

static MtlBalanceStatus
fixed_weigh (const MtlBalanceInput  *in,
             double                 *w,
             GError                **error)
{
  double sum = 0.0;

  mtl_balancer_per_task (in, WEIGHTS, 1.0, w);
  if (in->set[NORMALIZE].number == 0.0)
    return MTL_BALANCE_OK;

  for (guint i = 0; i < in->n_tasks; i++)
    sum += w[i];
  for (guint i = 0; sum > 0.0 && i < in->n_tasks; i++)
    w[i] *= in->n_tasks / sum;

  return MTL_BALANCE_OK;
}

/* The claims of ones, the initial weights, except that no order matters to
 * any weights. */
const MtlBalancer mtl_balancer_fixed = {
  .method = {
    .id = "fixed",
    .title = N_("Fixed Weights"),
    .summary = N_("Follows a weighted sum of the task gradients, the weights chosen by hand"),
    .reference = "Xin, Ghorbani, Gilmer, Garg, Firat, “Do Current Multi-Task Optimization "
                 "Methods in Deep Learning Even Help?”, NeurIPS 2022, arXiv 2209.11379",
    .params = fixed_params,
  },
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_SUM_IF_ALIGNED,
  .weigh = fixed_weigh,
};
