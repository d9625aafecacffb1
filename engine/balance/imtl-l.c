/* imtl-l.c — each loss is scaled to one
 *
 *   L = Σ e^{s_k}·l_k − s_k,    w_k = e^{s_k},    ∂L/∂s_k = e^{s_k}·l_k − 1
 *
 * with the fixed point w_k·l_k = 1, whatever the scale of a loss. s_k begins with 0, is
 * stepped as the log-variances of uncertainty weighting are (uw.c), and is kept within
 * ±10, as a loss of zero or less would send it to ∞.
 *
 * The paper joins it with IMTL-G on the gradients of the trunk; this is the part that
 * looks at losses alone, heads and trunk alike. Cost: that of equal weights.
 *
 * Source: Liu et al., ICLR 2021, section 3.2.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-small-adam.h"
#include "mtl-weighting.h"

enum
{
  S0,
  LR_S,
  RULE,
};

enum
{
  S,
  MOMENTS,
};

static const MtlParam imtl_l_params[] = {
  {
    .id = "s0",
    .title = N_("Initial Log-Weight"),
    .summary = N_("What s = log w of each task begins with; 0 in the paper and in LibMTL"),
    .type = MTL_NUMBER,
    .minimum = -10.0,
    .maximum = 10.0,
    .rare = TRUE,
  },
  {
    .id = "lr-s",
    .title = N_("Rate of s"),
    .summary = N_("Learning rate of the log-weights; where not set, that of the model, as in "
                  "the paper and the libraries"),
    .type = MTL_NUMBER,
    .maximum = 10.0,
    .initial = NAN,
  },
  MTL_SMALL_RULE,
  { .id = NULL },
};

static void
imtl_l_declare (guint             n_tasks,
                gsize             n_columns,
                const MtlSetting *set,
                MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "log-weight", n_tasks, FALSE, set[S0].number, TRUE);
  mtl_small_declare (spec, n_tasks);
}

static MtlBalanceStatus
imtl_l_weigh (const MtlBalanceInput  *in,
              double                 *w,
              GError                **error)
{
  const double *s = mtl_state_doubles (in->state, S);

  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = exp (s[in->task[i]]);

  return MTL_BALANCE_OK;
}

static void
imtl_l_note (const MtlBalanceInput *in)
{
  double *s = mtl_state_doubles (in->state, S);
  g_autofree double *slope = g_new (double, in->n_tasks);

  for (guint i = 0; i < in->n_tasks; i++)
    slope[i] = exp (s[in->task[i]]) * in->losses[i] - 1.0;
  mtl_small_step (in, in->set[RULE].number, MOMENTS, mtl_weighting_rate (in, LR_S), slope, s);
  mtl_weighting_clamp (in, s);
}

const MtlBalancer mtl_balancer_imtl_l = {
  .method = {
    .id = "imtl-l",
    .title = N_("IMTL-L"),
    .summary = N_("Learns to scale every loss to one"),
    .reference = "Liu, Li, Kuang, Xue, Chen, Yang, Liao, Zhang, “Towards Impartial Multi-task "
                 "Learning”, ICLR 2021, section 3.2",
    .params = imtl_l_params,
  },
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_POSITIVE,
  .declare = imtl_l_declare,
  .weigh = imtl_l_weigh,
  .note = imtl_l_note,
};
