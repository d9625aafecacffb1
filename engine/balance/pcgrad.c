/* pcgrad.c — take out of each gradient what works against another
 *
 * Each g_i is projected, over the other tasks j in some order, onto the plane
 * normal to g_j whenever the two oppose:
 *
 *   g_i ← g_i − ⟨g_i, g_j⟩ / |g_j|² · g_j      if ⟨g_i, g_j⟩ < 0
 *
 * with g_j as it was given, and d is the sum of the results. A projected
 * gradient stays a combination Σ u_m·g_m of the given ones, so the method runs
 * on u and on the Gramian: O(K³) a step, whatever the number of weights.
 *
 * Published codes differ in whether g_i visits itself. It matters only after
 * two projections that turned it against its own beginning, so for K ≥ 3.
 *
 * Source: Yu et al., “Gradient Surgery for Multi-Task Learning”, NeurIPS 2020,
 * algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>

#include "mtl-solvers.h"

enum
{
  REDUCTION,
  VISIT_SELF,
  ORDER,
};

enum
{
  REDUCE_SUM,
  REDUCE_MEAN,
};

static const char *const reductions[] = { "sum", "mean", NULL };
const char *const mtl_visit_orders[] = { "random", "natural", "reversed", NULL };

static const MtlParam pcgrad_params[] = {
  {
    .id = "reduction",
    .title = N_("Reduction"),
    .summary = N_("Add the projected gradients up, as the paper, LibMTL and TorchJD do, or take "
                  "their mean"),
    .type = MTL_CHOICE,
    .choices = reductions,
    .initial = REDUCE_SUM,
  },
  {
    .id = "visit-self",
    .title = N_("Visit Self"),
    .summary = N_("Whether a gradient is also projected off what it was itself, as in LibMTL; "
                  "TorchJD skips it"),
    .type = MTL_FLAG,
    .maximum = 1.0,
    .rare = TRUE,
  },
  {
    .id = "order",
    .title = N_("Order"),
    .summary = N_("In which order the other tasks are visited; the paper and LibMTL draw one for "
                  "each gradient"),
    .type = MTL_CHOICE,
    .choices = mtl_visit_orders,
    .initial = MTL_VISIT_RANDOM,
    .rare = TRUE,
  },
  { .id = NULL },
};

void
mtl_surgery (const double  *gramian,
             guint          k,
             guint          i,
             const guint32 *order,
             gboolean       visit_self,
             double        *w)
{
  g_autofree double *u = g_new0 (double, k);

  u[i] = 1.0;
  for (guint n = 0; n < k; n++)
    {
      guint j = order[n];
      double dot = 0.0;

      if (j == i && !visit_self)
        continue;

      for (guint m = 0; m < k; m++)
        dot += gramian[j * k + m] * u[m];
      if (dot < 0.0 && gramian[j * k + j] > 0.0)
        u[j] -= dot / gramian[j * k + j];
    }

  for (guint m = 0; m < k; m++)
    w[m] += u[m];
}

void
mtl_visit_order (MtlRng   rng,
                 guint    i,
                 guint    how,
                 guint    k,
                 guint32 *order)
{
  for (guint n = 0; n < k; n++)
    order[n] = how == MTL_VISIT_REVERSED ? k - 1 - n : n;

  if (how == MTL_VISIT_RANDOM)
    mtl_rng_shuffle (mtl_rng_derive (rng, i), order, k);
}

static MtlBalanceStatus
pcgrad_weigh (const MtlBalanceInput  *in,
              double                 *w,
              GError                **error)
{
  guint k = in->n_tasks;
  g_autofree guint32 *order = g_new (guint32, k);

  for (guint i = 0; i < k; i++)
    w[i] = 0.0;

  for (guint i = 0; i < k; i++)
    {
      mtl_visit_order (in->rng, i, in->set[ORDER].number, k, order);
      mtl_surgery (in->gramian, k, i, order, in->set[VISIT_SELF].number != 0.0, w);
    }

  for (guint i = 0; in->set[REDUCTION].number == REDUCE_MEAN && i < k; i++)
    w[i] /= k;

  return mtl_balancer_judge (in, w);
}

/* With three tasks or more the sum may still oppose one of them, so descent is
 * promised for a pair only; the order rules out PERMUTES. A positive factor on
 * a row changes no sign, so in a given order the map of factors is linear. */
const MtlBalancer mtl_balancer_pcgrad = {
  .method = {
    .id = "pcgrad",
    .title = N_("PCGrad"),
    .summary = N_("Projects each gradient off those that it opposes and adds the results up"),
    .reference = "Yu, Kumar, Gupta, Levine, Hausman, Finn, “Gradient Surgery for Multi-Task "
                 "Learning”, NeurIPS 2020, arXiv 2001.06782, algorithm 1",
    .params = pcgrad_params,
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_PAIR_DESCENT | MTL_CLAIM_LINEAR_SCALING | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_SUM_IF_ALIGNED,
  .weigh = pcgrad_weigh,
};
