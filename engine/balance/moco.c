/* moco.c — MGDA along running means of the gradients
 *
 * The weights of MGDA are biased where they are found from one batch. Here y_k follows
 * l_k·g_k / |g_k| over the steps t = 1, 2, …, and λ moves towards the weights of the
 * shortest combination of these:
 *
 *   y_k ← y_k + beta / t^beta-sigma · (l_k·g_k / |g_k| − y_k)
 *   λ   ← map (λ − gamma / t^gamma-sigma · (Y·Yᵀ + rho·I)·λ),    d = Yᵀ·λ
 *
 * y starts at 0 and λ at 1/K. `map` is the projection onto the simplex, as in the
 * paper, or softmax, as in LibMTL, which draws λ to 1/K in every step. A task that a
 * step lacks keeps its y and its λ; a zero gradient draws its y to 0. t counts the
 * steps that had a gradient.
 *
 * The lengths of the gradients are gone, those of the losses take their place: d is in
 * units of the loss.
 *
 * Y is kept as K×d floats, so d is exact to 1e-7 of Y. O(K²·d) a step for Y·Yᵀ.
 *
 * Source: Fernando et al., “Mitigating Gradient Bias in Multi-objective Learning: A
 * Provably Convergent Approach”, ICLR 2023, algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-row-average.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"
#include "mtl-weighting.h"

enum
{
  BETA,
  BETA_SIGMA,
  GAMMA,
  GAMMA_SIGMA,
  RHO,
  MAP,
};

enum
{
  MAP_PROJECT,
  MAP_SOFTMAX,
};

enum
{
  STATE_LAMBDA,  /* [K of the run]: on the simplex */
  STATE_STEPS,   /* [1]: t of the last step */
  STATE_MEANS,   /* [K of the run × d], floats: Y */
};

static const char *const maps[] = { "project", "softmax", NULL };

static const MtlParam moco_params[] = {
  { .id = "beta", .title = N_("Pace of the Means β"), .type = MTL_NUMBER, .maximum = 1.0,
    .initial = 0.5,
    .summary = N_("What a gradient counts in its running mean; 0.5 in LibMTL") },
  { .id = "beta-sigma", .title = N_("Decay of β"), .type = MTL_NUMBER, .maximum = 10.0,
    .initial = 0.5, .rare = TRUE,
    .summary = N_("The power of the step by which that is divided; 0.5 in LibMTL") },
  { .id = "gamma", .title = N_("Pace of the Weights γ"), .type = MTL_NUMBER, .maximum = 1e6,
    .initial = 0.1,
    .summary = N_("Step size of the weights; 0.1 in LibMTL") },
  { .id = "gamma-sigma", .title = N_("Decay of γ"), .type = MTL_NUMBER, .maximum = 10.0,
    .initial = 0.5, .rare = TRUE,
    .summary = N_("The power of the step by which that is divided; 0.5 in LibMTL") },
  { .id = "rho", .title = N_("Pull to Equal Weights ρ"), .type = MTL_NUMBER, .maximum = 1e6,
    .rare = TRUE,
    .summary = N_("Strength of the term that keeps the weights near each other; 0 in LibMTL") },
  { .id = "map", .title = N_("Kept on the Simplex by"), .type = MTL_CHOICE, .choices = maps,
    .initial = MAP_PROJECT, .rare = TRUE,
    .summary = N_("Projection, as in the paper, or softmax, as in LibMTL, which draws the weights "
                  "to equal ones in every step") },
  { .id = NULL },
};

static void
moco_declare (guint             n_tasks,
              gsize             n_columns,
              const MtlSetting *set,
              MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "lambda", n_tasks, FALSE, 1.0 / n_tasks, TRUE);
  mtl_state_declare (spec, "steps", 1, FALSE, 0.0, FALSE);
  mtl_state_declare (spec, "means", n_tasks * n_columns, TRUE, 0.0, FALSE);
}

static MtlBalanceStatus
moco_weigh (const MtlBalanceInput  *in,
            double                 *w,
            GError                **error)
{
  guint k = in->n_tasks;
  double *lambda = mtl_state_doubles (in->state, STATE_LAMBDA);
  g_autofree double *factors = g_new (double, k);
  g_autofree double *slopes = g_new (double, k);
  g_autofree double *gramian = g_new (double, k * k);
  double t, beta, gamma, share;

  if (in->losses == NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   "each gradient is made as long as the loss of its task, and no losses are "
                   "given; give them, or choose a method that takes gradients alone");
      return MTL_BALANCE_REFUSED;
    }

  t = *mtl_state_doubles (in->state, STATE_STEPS) += 1.0;
  beta = in->set[BETA].number / pow (t, in->set[BETA_SIGMA].number);
  gamma = in->set[GAMMA].number / pow (t, in->set[GAMMA_SIGMA].number);
  share = mtl_simplex_take (lambda, in->task, k, w);
  for (guint i = 0; i < k; i++)
    {
      double norm = sqrt (MAX (in->gramian[i * k + i], 0.0));

      factors[i] = norm > 0.0 ? in->losses[i] / norm : 0.0;
    }
  mtl_row_average_move (in, factors, beta, mtl_state_floats (in->state, STATE_MEANS), gramian);

  mtl_gram_apply (gramian, k, w, slopes);
  for (guint i = 0; i < k; i++)
    w[i] -= gamma * (slopes[i] + in->set[RHO].number * w[i]);
  if (in->set[MAP].number == MAP_SOFTMAX)
    mtl_weighting_softmax (w, k);
  else
    mtl_simplex_project (w, k);
  mtl_simplex_put (w, in->task, k, share, lambda);

  return MTL_BALANCE_OK;
}

static void
moco_combine (const MtlBalanceInput *in,
              const double          *w,
              gsize                  first,
              gsize                  n,
              const double          *rows,
              double                *d)
{
  mtl_row_average_combine (in, w, mtl_state_floats (in->state, STATE_MEANS), first, n, d);
}

const MtlBalancer mtl_balancer_moco = {
  .method = {
    .id = "moco",
    .title = N_("MoCo"),
    .summary = N_("Follows running means of the gradients, weighted towards their shortest "
                  "combination"),
    .reference = "Fernando, Shen, Liu, Chaudhury, Murugesan, Chen, “Mitigating Gradient Bias in "
                 "Multi-objective Learning: A Provably Convergent Approach”, ICLR 2023, "
                 "arXiv 2210.12624, algorithm 1",
    .params = moco_params,
  },
  .needs = MTL_NEEDS_LOSSES | MTL_NEEDS_GRAMIAN | MTL_NEEDS_ROWS,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES | MTL_CLAIM_ROTATES
            | MTL_CLAIM_SCALE_INVARIANT,
  .declare = moco_declare,
  .weigh = moco_weigh,
  .combine = moco_combine,
};
