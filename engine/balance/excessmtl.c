/* excessmtl.c — tasks far from the best that they can be weigh more
 *
 *   a_k ← a_k + g_k²,    e_k = Σ_i g_ki² / √(a_ki + 1e-7)
 *   w_k ← w_k·exp(η·e_k / e_k(0)),    then w ← K·w / Σ w
 *
 * elementwise, with a and e_k the estimate of the excess risk by a diagonal Hessian, which
 * label noise raises less than it does the loss. The first step of a task gives e_k(0)
 * and leaves its weight; e_k(0) = 0 has the ratio 1. Logarithms of w are kept, so that
 * no number of steps makes one overflow.
 *
 * A task without a label in a step is neither learned from nor in the sum.
 *
 * Cost: the gradients of all tasks, written out, one pass over them, and K·d floats of
 * state, of which a step keeps a copy to go back to.
 *
 * Source: He et al., ICML 2024, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-weighting.h"

#define SMALL   1e-7  /* as published: keeps the root of an a of zero from dividing */
#define COLUMNS 1024  /* read at a time */

enum
{
  ETA,
};

enum
{
  SQUARES,      /* a, K×d */
  FIRST,        /* e(0); NaN: none yet */
  LOG_WEIGHTS,
};

static const MtlParam excessmtl_params[] = {
  {
    .id = "eta",
    .title = N_("Rate η"),
    .summary = N_("How fast weights follow the excess risks; 0.01 in LibMTL and here"),
    .type = MTL_NUMBER,
    .maximum = 100.0,
    .initial = 0.01,
  },
  { .id = NULL },
};

static void
excessmtl_declare (guint             n_tasks,
                   gsize             n_columns,
                   const MtlSetting *set,
                   MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "squares", n_tasks * n_columns, TRUE, 0.0, FALSE);
  mtl_state_declare (spec, "first-excess", n_tasks, FALSE, NAN, FALSE);
  mtl_state_declare (spec, "log-weight", n_tasks, FALSE, 0.0, TRUE);
}

/* e of task @i of this call, once its gradient is added to a. */
static double
measure_excess (const MtlBalanceInput *in,
                guint                  i)
{
  gsize d = in->rows->n_columns;
  float *squares = mtl_state_floats (in->state, SQUARES) + in->task[i] * d;
  double g[COLUMNS];
  double sum = 0.0;

  for (gsize first = 0; first < d; first += COLUMNS)
    {
      gsize n = MIN (COLUMNS, d - first);

      mtl_rows_read (in->rows, i, first, n, g);
      for (gsize c = 0; c < n; c++)
        {
          double square = g[c] * g[c];
          double a = squares[first + c] + square;

          squares[first + c] = (float) a;
          sum += square / sqrt (a + SMALL);
        }
    }

  return sum;
}

static MtlBalanceStatus
excessmtl_weigh (const MtlBalanceInput  *in,
                 double                 *w,
                 GError                **error)
{
  double *first = mtl_state_doubles (in->state, FIRST);
  double *log_weights = mtl_state_doubles (in->state, LOG_WEIGHTS);

  for (guint i = 0; i < in->n_tasks; i++)
    {
      guint k = in->task[i];
      double excess = measure_excess (in, i);

      if (isnan (first[k]))
        first[k] = excess;
      else
        log_weights[k] += in->set[ETA].number * (first[k] > 0.0 ? excess / first[k] : 1.0);
      w[i] = log_weights[k];
    }
  mtl_weighting_softmax (w, in->n_tasks);
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] *= in->n_tasks;

  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_excessmtl = {
  .method = {
    .id = "excessmtl",
    .title = N_("ExcessMTL"),
    .summary = N_("Gives tasks that are far from their best more weight, whatever their noise"),
    .reference = "He, Zhou, Zhang, Yun, Xu, Zeng, Chilimbi, Zhao, “Robust Multi-Task Learning "
                 "with Excess Risks”, ICML 2024, arXiv 2402.02009, algorithm 1",
    .params = excessmtl_params,
  },
  .needs = MTL_NEEDS_ROWS,
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_POSITIVE | MTL_CLAIM_SUM_IS_K,
  .declare = excessmtl_declare,
  .weigh = excessmtl_weigh,
};
