/* stch.c — a smooth form of the worst relative loss
 *
 *   u_k = log (l_k / z_k),    L = K·μ·log Σ exp (u_k / μ),    w_k = K·softmax(u / μ)_k / l_k
 *
 * with z_k, the nadir, the mean loss of an epoch near the beginning. For μ → 0 only the
 * task with the worst relative loss is trained; for μ → ∞ L is Σ log l_k, the loss of
 * si.c up to a constant. It is also the loss of the first `warmup` epochs and of the one after
 * them, over which z is taken, each step counting the same. A run that comes to the
 * method later takes z in its first epoch there. z and where in its epoch the mean stands are
 * state. A task without a label in that epoch has its first loss afterwards for z.
 *
 * A loss of next to nothing counts as 1e-8 of the largest; negative ones are refused.
 *
 * Cost: a pass forward beside that of equal weights, as the losses of all rows have to
 * be known before the first of them goes backward.
 *
 * Source: Lin et al., ICML 2024, with logarithms and the warm-up of its published code.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-weighting.h"

enum
{
  MU,
  WARMUP,
};

enum
{
  NADIR,   /* a baseline */
};

static const MtlParam stch_params[] = {
  {
    .id = "mu",
    .title = N_("Smoothness μ"),
    .summary = N_("Near 0 the worst task alone is trained, far above 1 all are alike; 1 in LibMTL "
                  "and here"),
    .type = MTL_NUMBER,
    .minimum = 1e-3,
    .maximum = 1e6,
    .initial = 1.0,
  },
  {
    .id = "warmup",
    .title = N_("Warm-Up"),
    .summary = N_("Epochs in which the sum of log losses is minimised, before the one that the "
                  "losses are measured against; 4 in LibMTL and here"),
    .unit = N_("epochs"),
    .type = MTL_WHOLE,
    .maximum = 10000.0,
    .initial = 4.0,
  },
  { .id = NULL },
};

static void
stch_declare (guint             n_tasks,
              gsize             n_columns,
              const MtlSetting *set,
              MtlStateSpec     *spec)
{
  mtl_baseline_declare (spec, "nadir", n_tasks);
}

/* K·softmax(u/μ) */
static void
weigh_relative (const MtlBalanceInput *in,
                double                *w)
{
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = log (MAX (mtl_baseline_ratio (in, NADIR, i), G_MINDOUBLE)) / in->set[MU].number;
  mtl_weighting_softmax (w, in->n_tasks);
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] *= in->n_tasks;
}

static MtlBalanceStatus
stch_weigh (const MtlBalanceInput  *in,
            double                 *w,
            GError                **error)
{
  g_autofree double *losses = g_new (double, in->n_tasks);

  if (!mtl_weighting_check (in, error))
    return MTL_BALANCE_REFUSED;

  mtl_weighting_floor (in, losses);
  if ((double) in->epoch >= in->set[WARMUP].number && mtl_baseline_take (in, NADIR))
    weigh_relative (in, w);
  else
    for (guint i = 0; i < in->n_tasks; i++)
      w[i] = 1.0;
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] /= losses[i];

  return MTL_BALANCE_OK;
}

/* The claims of its first steps, in which it is the sum of logarithms. */
const MtlBalancer mtl_balancer_stch = {
  .method = {
    .id = "stch",
    .title = N_("Smooth Tchebycheff"),
    .summary = N_("Minimises a smooth form of the largest loss relative to an early epoch"),
    .reference = "Lin, Zhang, Yang, Liu, Wang, Zhang, “Smooth Tchebycheff Scalarization for "
                 "Multi-Objective Optimization”, ICML 2024, arXiv 2402.19078",
    .params = stch_params,
  },
  .needs = MTL_NEEDS_LOSSES,
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_POSITIVE | MTL_CLAIM_LOSS_SCALE,
  .declare = stch_declare,
  .weigh = stch_weigh,
};
