/* moml.c — weights under which a step harms no task on other samples
 *
 *   min_a  (l_1(θ'(a); B_out), …, l_K(θ'(a); B_out)),    θ'(a) = θ − r·Σ_k w_k·∂l_k(B_in)/∂θ
 *
 * with w = softmax(a): a problem of K objectives in the K numbers a. Row k of its Jacobian is
 * the slope of outer loss k (mtl-bilevel.h); the rows are made unit vectors and combined by
 * MGDA, and Adam steps a along that. Then the model follows Σ w_k·l_k on the whole batch.
 *
 * Rows that are zero are left out: a task without a label in B_out, or any task where K = 1.
 *
 * Cost: the lanes of all tasks on both halves of the batch, beside the plain step; 2·K·d
 * floats. Where batches are accumulated the first one is halved. K = 1: w = 1.
 *
 * Source: Ye, Lin, Yue, Guo, Xiao, Zhang, “Multi-Objective Meta Learning”, NeurIPS 2021, arXiv
 * 2102.07121, Algorithm 1 with one inner step.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-bilevel.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"

enum
{
  OUTER_RATE,
  INNER_RATE,
};

static const MtlParam moml_params[] = {
  {
    .id = "outer-lr",
    .title = N_("Rate of the Weights"),
    .summary = N_("Adam’s rate for the logits; 0.001 in LibMTL too"),
    .type = MTL_NUMBER,
    .maximum = 100.0,
    .initial = 1e-3,
  },
  {
    .id = "inner-lr",
    .title = N_("Rate of the Look Ahead"),
    .summary = N_("Length of the step whose outcome is judged; 0.1 in LibMTL too, 0 is the rate "
                  "of the model"),
    .type = MTL_NUMBER,
    .maximum = 100.0,
    .initial = 0.1,
  },
  { .id = NULL },
};

/* The shortest vector between the unit rows of @rows (n×n), those of zero left out. */
static gboolean
combine_rows (const double  *rows,
              guint          n,
              double        *slope,
              GError       **error)
{
  g_autofree double *gramian = g_new0 (double, n * n);
  g_autofree double *cosines = g_new (double, n * n);
  g_autofree double *norms = g_new (double, n);
  g_autofree double *shares = g_new (double, n);
  g_autofree guint *kept = g_new (guint, n);
  guint n_kept;

  for (guint i = 0; i < n * n; i++)
    for (guint c = 0; c < n; c++)
      gramian[i] += rows[i / n * n + c] * rows[i % n * n + c];
  n_kept = mtl_gram_cosines (gramian, n, kept, norms, cosines);
  if (n_kept == 0)
    return TRUE;
  if (!mtl_min_norm (cosines, NULL, n_kept, shares, error))
    return FALSE;

  for (guint i = 0; i < n_kept; i++)
    for (guint c = 0; c < n; c++)
      slope[c] += shares[i] / norms[i] * rows[kept[i] * n + c];

  return TRUE;
}

static gboolean
moml_learn (MtlStep                *step,
            const MtlBalanceInput  *in,
            GError                **error)
{
  guint n = in->n_tasks;
  g_autofree double *rows = g_new (double, n * n);
  g_autofree double *slope = g_new0 (double, n);

  if (!mtl_bilevel_slopes (step, in, in->set[INNER_RATE].number, rows, error)
      || !combine_rows (rows, n, slope, error))
    return FALSE;

  mtl_bilevel_step (in, slope, in->set[OUTER_RATE].number);
  return TRUE;
}

const MtlBalancer mtl_balancer_moml = {
  .method = {
    .id = "moml",
    .title = N_("MOML"),
    .summary = N_("Learns weights under which a step on one half of the batch harms no task on "
                  "the other"),
    .reference = "Ye, Lin, Yue, Guo, Xiao, Zhang, “Multi-Objective Meta Learning”, NeurIPS 2021, "
                 "arXiv 2102.07121, Algorithm 1",
    .params = moml_params,
  },
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES,
  .n_sets = 2,
  .declare = mtl_bilevel_declare,
  .weigh = mtl_bilevel_weigh,
  .learn = moml_learn,
  .passes = mtl_bilevel_passes,
};
