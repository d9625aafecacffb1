/* sdmgrad.c — MGDA by batches, kept near the mean gradient
 *
 * d = (G₃ᵀ·w + lambda·mean(G₃)) / (1 + lambda), where w on the simplex goes some
 * rounds down the slope of |Gᵀw + lambda·mean(G)|² / 2. The inner products are those
 * of the gradients of two fresh batches, so that the noise of one does not bias them:
 *
 *   C = G₁·G₂ᵀ / s²,  s = mean_k √max((G₁·G₂ᵀ)_kk, 0),  q = the row means of C
 *
 *   b ← momentum·b + C·w + lambda·q,   w ← Π(w − lr·b)      niter times, from b = 0
 *
 * Division by s² makes the rounds the same whatever the length of the gradients; for
 * s = 0, w stays. The initial lr of 5 is long for C with a trace of about K: the
 * rounds end at a point on their way and not at a minimum. w starts at 1/K and is
 * carried from step to step; tasks that a step lacks keep theirs.
 *
 * The weights do not look at G₃: they are known before backward, and one merged lane
 * carries d, beside two passes with K lanes. Heads are stepped along the mean
 * of the three batches, of which LibMTL takes the sum; a sharpness method moves the
 * weights for the step's own batch alone.
 *
 * Source: Xiao, Ban, Ji, “Direction-oriented Multi-objective Learning: Simple and
 * Provable Stochastic Algorithms”, NeurIPS 2023; rounds, rate and momentum are those
 * of the authors' code.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"

enum
{
  LAMBDA,
  NITER,
  RATE,
  MOMENTUM,
};

enum
{
  STATE_WEIGHTS,  /* [K of the run]: w, on the simplex */
};

static const MtlParam sdmgrad_params[] = {
  {
    .id = "lambda",
    .title = N_("Pull to the Mean λ"),
    .summary = N_("What the mean gradient counts beside the weighted one; 0.3 in LibMTL and the "
                  "authors’ code, 0 is MGDA by batches"),
    .type = MTL_NUMBER,
    .maximum = 1e6,
    .initial = 0.3,
  },
  {
    .id = "niter",
    .title = N_("Rounds"),
    .summary = N_("How often the weights move each step; 20 in the authors’ code"),
    .type = MTL_WHOLE,
    .minimum = 1.0,
    .maximum = 10000.0,
    .initial = 20.0,
    .rare = TRUE,
  },
  {
    .id = "lr",
    .title = N_("Pace of the Weights"),
    .summary = N_("Step size of a round; 5 in the authors’ code"),
    .type = MTL_NUMBER,
    .maximum = 1000.0,
    .initial = 5.0,
    .rare = TRUE,
  },
  {
    .id = "momentum",
    .title = N_("Momentum"),
    .summary = N_("What of a round’s move goes on in the next; 0.5 in the authors’ code"),
    .type = MTL_NUMBER,
    .maximum = 0.999,
    .initial = 0.5,
    .rare = TRUE,
  },
  { .id = NULL },
};

static void
sdmgrad_declare (guint             n_tasks,
                 gsize             n_columns,
                 const MtlSetting *set,
                 MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "weights", n_tasks, FALSE, 1.0 / n_tasks, TRUE);
}

/* s²; 0 where the batches have nothing in common. */
static double
find_scale (const MtlBalanceInput *in)
{
  double sum = 0.0;

  for (guint i = 0; i < in->n_tasks; i++)
    sum += sqrt (MAX (in->cross[i * in->n_tasks + i], 0.0)) / in->n_tasks;

  return sum * sum;
}

/* @slopes: C·w + lambda·q */
static void
find_slopes (const MtlBalanceInput *in,
             double                 scale,
             const double          *w,
             double                *slopes)
{
  guint k = in->n_tasks;

  for (guint i = 0; i < k; i++)
    {
      slopes[i] = 0.0;
      for (guint j = 0; j < k; j++)
        slopes[i] += in->cross[i * k + j] / scale * (w[j] + in->set[LAMBDA].number / k);
    }
}

static MtlBalanceStatus
sdmgrad_weigh (const MtlBalanceInput  *in,
               double                 *w,
               GError                **error)
{
  guint k = in->n_tasks;
  double lambda = in->set[LAMBDA].number;
  double *kept = mtl_state_doubles (in->state, STATE_WEIGHTS);
  double share = mtl_simplex_take (kept, in->task, k, w);
  double scale = find_scale (in);
  g_autofree double *slopes = g_new (double, k);
  g_autofree double *move = g_new0 (double, k);

  for (guint n = 0; scale > 0.0 && n < in->set[NITER].number; n++)
    {
      find_slopes (in, scale, w, slopes);
      for (guint i = 0; i < k; i++)
        {
          move[i] = in->set[MOMENTUM].number * move[i] + slopes[i];
          w[i] -= in->set[RATE].number * move[i];
        }
      mtl_simplex_project (w, k);
    }

  mtl_simplex_put (w, in->task, k, share, kept);
  for (guint i = 0; i < k; i++)
    w[i] = (w[i] + lambda / k) / (1.0 + lambda);

  return MTL_BALANCE_OK;
}

/* On paper the order of the tasks does not matter, nor a common factor of the rows; but
 * rounds this long multiply rounding, so neither is claimed. */
const MtlBalancer mtl_balancer_sdmgrad = {
  .method = {
    .id = "sdmgrad",
    .title = N_("SDMGrad"),
    .summary = N_("MGDA by the inner products of two other batches, kept near the mean gradient"),
    .reference = "Xiao, Ban, Ji, “Direction-oriented Multi-objective Learning: Simple and "
                 "Provable Stochastic Algorithms”, NeurIPS 2023, arXiv 2305.18409",
    .params = sdmgrad_params,
  },
  .needs = MTL_NEEDS_CROSS,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_SIMPLEX,
  .declare = sdmgrad_declare,
  .weigh = sdmgrad_weigh,
};
