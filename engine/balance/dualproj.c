/* dualproj.c — the mean gradient, made free of conflict
 *
 * d is the vector nearest to Σ p_k·g_k in the dual cone
 * {x : ⟨x, g_k⟩ ≥ 0 for all k}: the mean where nothing conflicts with it, else
 * as little else as possible.
 *
 * `reg-eps` as in upgrad.c.
 *
 * Source: Lopez-Paz, Ranzato, “Gradient Episodic Memory for Continual
 * Learning”, NeurIPS 2017, with the mean for the new gradient.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"

enum
{
  PREFERENCE,
  REG_EPS,
};

static const MtlParam dualproj_params[] = {
  {
    .id = "preference",
    .title = N_("Preference"),
    .summary = N_("How much each task counts; where not set, one over the number of tasks, as in "
                  "TorchJD"),
    .type = MTL_PER_TASK,
    .maximum = 1e6,
    .initial = NAN,
  },
  {
    .id = "reg-eps",
    .title = N_("Regularisation"),
    .summary = N_("Part of the trace that is added to the diagonal of the Gramian: 0 is exact, the "
                  "libraries add 0.0001 and then conflict by a thousandth"),
    .type = MTL_NUMBER,
    .maximum = 1.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

static MtlBalanceStatus
dualproj_weigh (const MtlBalanceInput  *in,
                double                 *w,
                GError                **error)
{
  guint k = in->n_tasks;
  g_autofree double *gramian = mtl_gram_regularised (in->gramian, k, in->set[REG_EPS].number);
  g_autofree double *p = g_new (double, k);

  mtl_balancer_per_task (in, PREFERENCE, 1.0 / k, p);
  if (!mtl_dual_cone (gramian, k, p, w, error))
    return MTL_BALANCE_REFUSED;

  return mtl_balancer_judge (in, w);
}

const MtlBalancer mtl_balancer_dualproj = {
  .method = {
    .id = "dualproj",
    .title = N_("DualProj"),
    .summary = N_("Follows the vector nearest to the mean gradient that conflicts with no task"),
    .reference = "Lopez-Paz, Ranzato, “Gradient Episodic Memory for Continual Learning”, "
                 "NeurIPS 2017, arXiv 1706.08840",
    .params = dualproj_params,
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_DESCENT | MTL_CLAIM_PERMUTES | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_MEAN_IF_ALIGNED | MTL_CLAIM_STOPS,
  .weigh = dualproj_weigh,
};
