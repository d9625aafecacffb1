/* equal.c — every task weighs the same
 *
 *   d = (1/K)·Σ g_k, or Σ g_k
 *
 * Papers mean either; the factor K would else hide in the learning rate.
 *
 * Source: Kurin et al., “In Defense of the Unitary Scalarization for Deep
 * Multi-Task Learning”, NeurIPS 2022, on why it is the baseline to beat.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>

enum
{
  REDUCTION,
};

enum
{
  REDUCE_SUM,
  REDUCE_MEAN,
};

static const char *const reductions[] = { "sum", "mean", NULL };

static const MtlParam equal_params[] = {
  {
    .id = "reduction",
    .title = N_("Reduction"),
    .summary = N_("Take the mean of the gradients, or add them up, as LibMTL and the code of FAMO "
                  "do: a factor that is otherwise hidden in the learning rate"),
    .type = MTL_CHOICE,
    .choices = reductions,
    .initial = REDUCE_MEAN,
  },
  { .id = NULL },
};

static MtlBalanceStatus
equal_weigh (const MtlBalanceInput  *in,
             double                 *w,
             GError                **error)
{
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = in->set[REDUCTION].number == REDUCE_MEAN ? 1.0 / in->n_tasks : 1.0;

  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_equal = {
  .method = {
    .id = "equal",
    .title = N_("Equal Weights"),
    .summary = N_("Follows the mean of the task gradients"),
    .reference = "Kurin, De Palma, Kostrikov, Whiteson, Kumar, “In Defense of the Unitary "
                 "Scalarization for Deep Multi-Task Learning”, NeurIPS 2022, arXiv 2201.04122",
    .params = equal_params,
  },
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING
            | MTL_CLAIM_HOMOGENEOUS | MTL_CLAIM_MEAN_IF_ALIGNED,
  .weigh = equal_weigh,
};
