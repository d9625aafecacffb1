/* modo.c — weights that follow the conflict seen by two other batches
 *
 * MGDA's weights minimise |Gᵀ·λ|², whose gradient in λ is G·Gᵀ·λ. Of one batch that
 * is biased, since the noise of a batch agrees with itself; of two independent ones
 * it is not. Each step, with G₁ and G₂ of two fresh batches,
 *
 *   λ ← Π(λ − gamma·(G₁·G₂ᵀ·λ + rho·λ)),    d = G₃ᵀ·λ
 *
 * Π the projection onto the simplex and G₃ the gradients of the step's own batch.
 * G₁·G₂ᵀ is not symmetric. λ starts at 1/K; tasks that a step lacks keep theirs.
 *
 * d does not look at G₃, so the weights are known before backward and one merged
 * lane carries it: two passes with K lanes for the fresh batches and one with one.
 * Heads are stepped along the mean of the three batches, as in LibMTL; a sharpness
 * method moves the weights for the step's own batch alone.
 *
 * gamma is an absolute pace: λ moves by gamma times squared lengths of gradients.
 *
 * Source: Chen, Fernando, Ying, Chen, “Three-Way Trade-Off in Multi-Objective
 * Learning: Optimization, Generalization and Conflict-Avoidance”, NeurIPS 2023,
 * algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>

#include "mtl-solvers.h"

enum
{
  GAMMA,
  RHO,
};

enum
{
  STATE_LAMBDA,  /* [K of the run]: on the simplex */
};

static const MtlParam modo_params[] = {
  {
    .id = "gamma",
    .title = N_("Pace of the Weights γ"),
    .summary = N_("Step size of the weights; LibMTL takes 0.001"),
    .type = MTL_NUMBER,
    .maximum = 1e6,
    .initial = 0.001,
  },
  {
    .id = "rho",
    .title = N_("Pull to Equal Weights ρ"),
    .summary = N_("Strength of the term that keeps the weights near each other; LibMTL takes 0.1"),
    .type = MTL_NUMBER,
    .maximum = 1e6,
    .initial = 0.1,
  },
  { .id = NULL },
};

static void
modo_declare (guint             n_tasks,
              gsize             n_columns,
              const MtlSetting *set,
              MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "lambda", n_tasks, FALSE, 1.0 / n_tasks, TRUE);
}

static MtlBalanceStatus
modo_weigh (const MtlBalanceInput  *in,
            double                 *w,
            GError                **error)
{
  guint k = in->n_tasks;
  double *lambda = mtl_state_doubles (in->state, STATE_LAMBDA);
  double share = mtl_simplex_take (lambda, in->task, k, w);
  g_autofree double *slopes = g_new (double, k);

  mtl_gram_apply (in->cross, k, w, slopes);
  for (guint i = 0; i < k; i++)
    w[i] -= in->set[GAMMA].number * (slopes[i] + in->set[RHO].number * w[i]);
  mtl_simplex_project (w, k);
  mtl_simplex_put (w, in->task, k, share, lambda);

  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_modo = {
  .method = {
    .id = "modo",
    .title = N_("MoDo"),
    .summary = N_("Moves the weights towards MGDA’s by what two other batches say of the conflict"),
    .reference = "Chen, Fernando, Ying, Chen, “Three-Way Trade-Off in Multi-Objective Learning: "
                 "Optimization, Generalization and Conflict-Avoidance”, NeurIPS 2023, "
                 "arXiv 2305.20057",
    .params = modo_params,
  },
  .needs = MTL_NEEDS_CROSS,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES | MTL_CLAIM_ROTATES,
  .declare = modo_declare,
  .weigh = modo_weigh,
};
