/* dbmtl.c — losses balanced by their logarithms, gradients by their lengths
 *
 * The gradient of log (l_k + 1e-8) is g_k / (l_k + 1e-8), which no factor of a loss
 * changes. q_k follows it over the steps t = 1, 2, …, and all q_k are made as long as
 * the longest:
 *
 *   q_k ← q_k + (1 − beta / t^sigma)·(g_k / (l_k + 1e-8) − q_k),    q_k(0) = 0
 *   d   = Σ_k (max_j |q_j| / |q_k|)·q_k,    without those of length 0
 *
 * Heads take the gradient of the logarithm: the weights reported are
 * w_k = 1 / (l_k + 1e-8). They are not those of d, which this file writes itself; its
 * factors are kept as a state and drawn. A task that a step lacks keeps its q. A loss
 * below zero has no logarithm and is refused.
 *
 * q is kept as K×d floats, so d is exact to 1e-7 of its rows. O(K²·d) a step.
 *
 * Source: Lin et al., “Dual-Balancing for Multi-Task Learning”, 2023, algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-row-average.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-weighting.h"

#define LEAST_LOSS 1e-8

enum
{
  BETA,
  SIGMA,
};

enum
{
  STATE_FACTORS,  /* [K of the run]: max_j |q_j| / |q_k| */
  STATE_STEPS,    /* [1]: t of the last step */
  STATE_MEANS,    /* [K of the run × d], floats: q */
};

static const MtlParam dbmtl_params[] = {
  { .id = "beta", .title = N_("Memory β"), .type = MTL_NUMBER, .maximum = 0.9999,
    .initial = 0.9,
    .summary = N_("What of the running mean of a gradient stays in a step; 0.9 in LibMTL, 0 is "
                  "the gradient itself") },
  { .id = "sigma", .title = N_("Decay of β"), .type = MTL_NUMBER, .maximum = 10.0, .rare = TRUE,
    .summary = N_("The power of the step by which the memory is divided; 0 in LibMTL") },
  { .id = NULL },
};

static void
dbmtl_declare (guint             n_tasks,
               gsize             n_columns,
               const MtlSetting *set,
               MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "factors", n_tasks, FALSE, 1.0, TRUE);
  mtl_state_declare (spec, "steps", 1, FALSE, 0.0, FALSE);
  mtl_state_declare (spec, "means", n_tasks * n_columns, TRUE, 0.0, FALSE);
}

static MtlBalanceStatus
dbmtl_weigh (const MtlBalanceInput  *in,
             double                 *w,
             GError                **error)
{
  guint k = in->n_tasks;
  double *factors = mtl_state_doubles (in->state, STATE_FACTORS);
  double *steps = mtl_state_doubles (in->state, STATE_STEPS);
  g_autofree double *gramian = g_new (double, k * k);
  double longest = 0.0, kept;

  if (!mtl_weighting_check (in, error))
    return MTL_BALANCE_REFUSED;

  for (guint i = 0; i < k; i++)
    w[i] = 1.0 / (in->losses[i] + LEAST_LOSS);
  *steps += 1.0;
  kept = in->set[BETA].number / pow (*steps, in->set[SIGMA].number);
  mtl_row_average_move (in, w, 1.0 - kept, mtl_state_floats (in->state, STATE_MEANS), gramian);

  for (guint i = 0; i < k; i++)
    longest = MAX (longest, sqrt (gramian[i * k + i]));
  for (guint i = 0; i < k; i++)
    {
      double length = sqrt (gramian[i * k + i]);

      factors[in->task[i]] = length > 0.0 ? longest / length : 0.0;
    }

  return MTL_BALANCE_OK;
}

/* Where every gradient is zero the door answers w = 0 without weighing. */
static void
dbmtl_combine (const MtlBalanceInput *in,
               const double          *w,
               gsize                  first,
               gsize                  n,
               const double          *rows,
               double                *d)
{
  const double *factors = mtl_state_doubles (in->state, STATE_FACTORS);
  g_autofree double *of_call = g_new (double, in->n_tasks);

  for (guint i = 0; i < in->n_tasks; i++)
    of_call[i] = w[i] > 0.0 ? factors[in->task[i]] : 0.0;
  mtl_row_average_combine (in, of_call, mtl_state_floats (in->state, STATE_MEANS), first, n, d);
}

const MtlBalancer mtl_balancer_dbmtl = {
  .method = {
    .id = "dbmtl",
    .title = N_("DB-MTL"),
    .summary = N_("Takes logarithms of the losses and makes the running means of their gradients "
                  "equally long"),
    .reference = "Lin, Jiang, Ye, Zhang, Chen, Chen, Liu, Kwok, “Dual-Balancing for Multi-Task "
                 "Learning”, 2023, arXiv 2308.12029, algorithm 1",
    .params = dbmtl_params,
  },
  .needs = MTL_NEEDS_LOSSES | MTL_NEEDS_GRAMIAN | MTL_NEEDS_ROWS,
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_ROTATES | MTL_CLAIM_HOMOGENEOUS,
  .declare = dbmtl_declare,
  .weigh = dbmtl_weigh,
  .combine = dbmtl_combine,
};
