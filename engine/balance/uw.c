/* uw.c — each task has a learned variance
 *
 *   L = Σ l_k / (2·e^{s_k}) + s_k/2,    s_k = log σ_k²
 *   w_k = 1 / (2·e^{s_k}),    ∂L/∂s_k = 1/2 − l_k / (2·e^{s_k})
 *
 * so that s_k follows log l_k, where w_k = 1/(2·l_k). The paper derives 1/(2σ²) for
 * regression and 1/σ² for classification; the one formula serves all tasks here.
 *
 * Published codes hand s to the optimiser of the model. A balancer does not see that,
 * so s has Adam of its own, or plain descent, at the rate of the model unless it has
 * one. No weight decay reaches it. A loss of zero or less would send s to −∞: s is
 * kept within ±10, where w_k is between 2e-5 and 11,000.
 *
 * The weights of a step follow from s alone, so one lane runs and nothing is forwarded
 * twice. Cost: that of equal weights.
 *
 * Source: Kendall, Gal, Cipolla, CVPR 2018, section 3.2, which learns s = log σ² as well.
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

static const MtlParam uw_params[] = {
  {
    .id = "s0",
    .title = N_("Initial Log-Variance"),
    .summary = N_("What s = log σ² of each task begins with: −0.5 in LibMTL, 0 in other codes; "
                  "the paper does not say"),
    .type = MTL_NUMBER,
    .minimum = -10.0,
    .maximum = 10.0,
    .initial = -0.5,
  },
  {
    .id = "lr-s",
    .title = N_("Rate of s"),
    .summary = N_("Learning rate of the log-variances; where not set, that of the model, as in "
                  "the paper and the libraries"),
    .type = MTL_NUMBER,
    .maximum = 10.0,
    .initial = NAN,
  },
  MTL_SMALL_RULE,
  { .id = NULL },
};

static void
uw_declare (guint             n_tasks,
            gsize             n_columns,
            const MtlSetting *set,
            MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "log-variance", n_tasks, FALSE, set[S0].number, TRUE);
  mtl_small_declare (spec, n_tasks);
}

static MtlBalanceStatus
uw_weigh (const MtlBalanceInput  *in,
          double                 *w,
          GError                **error)
{
  const double *s = mtl_state_doubles (in->state, S);

  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = 0.5 * exp (-s[in->task[i]]);

  return MTL_BALANCE_OK;
}

static void
uw_note (const MtlBalanceInput *in)
{
  double *s = mtl_state_doubles (in->state, S);
  g_autofree double *slope = g_new (double, in->n_tasks);

  for (guint i = 0; i < in->n_tasks; i++)
    slope[i] = 0.5 - 0.5 * in->losses[i] * exp (-s[in->task[i]]);
  mtl_small_step (in, in->set[RULE].number, MOMENTS, mtl_weighting_rate (in, LR_S), slope, s);
  mtl_weighting_clamp (in, s);
}

const MtlBalancer mtl_balancer_uw = {
  .method = {
    .id = "uw",
    .title = N_("Uncertainty Weighting"),
    .summary = N_("Divides each loss by a variance that is learned with the weights"),
    .reference = "Kendall, Gal, Cipolla, “Multi-Task Learning Using Uncertainty to Weigh Losses "
                 "for Scene Geometry and Semantics”, CVPR 2018, arXiv 1705.07115, section 3.2",
    .params = uw_params,
  },
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_POSITIVE,
  .declare = uw_declare,
  .weigh = uw_weigh,
  .note = uw_note,
};
