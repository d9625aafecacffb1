/* upgrad.c — the sum of the gradients, each made free of conflict
 *
 * Each p_k·g_k is projected onto the dual cone {x : ⟨x, g_j⟩ ≥ 0 for all j}, and
 * d is the sum of the projections. It conflicts with no task, is linear in
 * factors of the rows, and is 0 only where the point is Pareto-stationary.
 *
 * The exact projection needs no regularisation. `reg-eps` adds that multiple of
 * the trace of M to its diagonal, as the published codes do with 1e-4; the
 * result then conflicts by about 1e-3 of its length.
 *
 * Source: Quinton, Rey, “Jacobian Descent for Multi-Objective Optimization”,
 * arXiv 2406.16232.
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

static const MtlParam upgrad_params[] = {
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
upgrad_weigh (const MtlBalanceInput  *in,
              double                 *w,
              GError                **error)
{
  guint k = in->n_tasks;
  g_autofree double *gramian = mtl_gram_regularised (in->gramian, k, in->set[REG_EPS].number);
  g_autofree double *p = g_new (double, k);
  g_autofree double *u = g_new0 (double, k);
  g_autofree double *v = g_new (double, k);

  mtl_balancer_per_task (in, PREFERENCE, 1.0 / k, p);
  for (guint i = 0; i < k; i++)
    w[i] = 0.0;

  for (guint i = 0; i < k; i++)
    {
      u[i] = p[i];
      if (!mtl_dual_cone (gramian, k, u, v, error))
        return MTL_BALANCE_REFUSED;
      u[i] = 0.0;

      for (guint j = 0; j < k; j++)
        w[j] += v[j];
    }

  return mtl_balancer_judge (in, w);
}

const MtlBalancer mtl_balancer_upgrad = {
  .method = {
    .id = "upgrad",
    .title = N_("UPGrad"),
    .summary = N_("Projects each gradient to where it conflicts with none and adds them up"),
    .reference = "Quinton, Rey, “Jacobian Descent for Multi-Objective Optimization”, 2024, "
                 "arXiv 2406.16232",
    .params = upgrad_params,
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_DESCENT | MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING
            | MTL_CLAIM_HOMOGENEOUS | MTL_CLAIM_MEAN_IF_ALIGNED | MTL_CLAIM_STOPS,
  .weigh = upgrad_weigh,
};
