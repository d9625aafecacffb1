/* autolambda.c — weights under which a step helps the sum of losses on other samples
 *
 *   min_a  Σ_k l_k(θ'(a); B_out),    θ'(a) = θ − r·Σ_k w_k·∂l_k(B_in)/∂θ,    w = softmax(a)
 *
 * by one step of Adam on a before each step of the model, which then follows Σ w_k·l_k on the
 * whole batch. mtl-bilevel.h has the slope. The published codes take it by a difference of
 * the weighted loss between θ ± v·0.01/|v|, v the outer gradient; here the tasks' own inner
 * gradients are at hand, so that the difference's limit costs nothing more.
 *
 * The authors start raw weights at 0.1 each; here, as in LibMTL, they are a softmax, and so
 * sum to 1. The authors and LibMTL look ahead at the rate of the model (`inner-lr` 0).
 *
 * Cost: the lanes of all tasks on both halves of the batch, beside the plain step; 2·K·d
 * floats. Where batches are accumulated the first one is halved. A task without a label in a
 * half has no gradient there and adds nothing. K = 1: w = 1.
 *
 * Source: Liu, James, Davison, Johns, “Auto-Lambda: Disentangling Dynamic Task Relationships”,
 * TMLR 2022, arXiv 2202.03091, eq. 4 to 7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-bilevel.h"

#include <glib/gi18n-lib.h>

enum
{
  OUTER_RATE,
  INNER_RATE,
};

static const MtlParam autolambda_params[] = {
  {
    .id = "outer-lr",
    .title = N_("Rate of the Weights"),
    .summary = N_("Adam’s rate for the logits; 0.001 in LibMTL too, 0.0001 and 0.0003 in the "
                  "authors’ code"),
    .type = MTL_NUMBER,
    .maximum = 100.0,
    .initial = 1e-3,
  },
  {
    .id = "inner-lr",
    .title = N_("Rate of the Look Ahead"),
    .summary = N_("Length of the step whose outcome is judged; 0 is the rate of the model, as in "
                  "the paper and in LibMTL"),
    .type = MTL_NUMBER,
    .maximum = 100.0,
    .initial = 0.1,
  },
  { .id = NULL },
};

static gboolean
autolambda_learn (MtlStep                *step,
                  const MtlBalanceInput  *in,
                  GError                **error)
{
  guint n = in->n_tasks;
  g_autofree double *rows = g_new (double, n * n);
  g_autofree double *slope = g_new0 (double, n);

  if (!mtl_bilevel_slopes (step, in, in->set[INNER_RATE].number, rows, error))
    return FALSE;

  for (guint k = 0; k < n; k++)
    for (guint j = 0; j < n; j++)
      slope[j] += rows[k * n + j];
  mtl_bilevel_step (in, slope, in->set[OUTER_RATE].number);

  return TRUE;
}

const MtlBalancer mtl_balancer_autolambda = {
  .method = {
    .id = "autolambda",
    .title = N_("Auto-Lambda"),
    .summary = N_("Learns weights under which a step on one half of the batch helps the other"),
    .reference = "Liu, James, Davison, Johns, “Auto-Lambda: Disentangling Dynamic Task "
                 "Relationships”, TMLR 2022, arXiv 2202.03091, eq. 4 to 7",
    .params = autolambda_params,
  },
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES,
  .n_sets = 2,
  .declare = mtl_bilevel_declare,
  .weigh = mtl_bilevel_weigh,
  .learn = autolambda_learn,
  .passes = mtl_bilevel_passes,
};
