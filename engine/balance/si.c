/* si.c — the sum of the logarithms of the losses
 *
 *   L = Σ c_k·log l_k,    w_k = c_k / l_k
 *
 * No positive factor of a loss changes a step. With c = 1 the direction is that of the
 * geometric mean (gls.c); only its length differs.
 *
 * A loss below 1e-8 of the first that the task had, a state, counts as that; one of zero
 * before any other has the weight c_k, as it has no gradient. Negative ones are refused.
 *
 * Cost: a pass forward beside that of equal weights, as the losses of all rows have to
 * be known before the first of them goes backward.
 *
 * Source: a baseline of Navon et al., ICML 2022, section 6, there “SI”.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-weighting.h"

#define LEAST 1e-8  /* of the first loss */

enum
{
  WEIGHTS,
};

enum
{
  FIRST,   /* loss above 0 of each task; 0: none yet */
};

static const MtlParam si_params[] = {
  {
    .id = "weights",
    .title = N_("Weights"),
    .summary = N_("How much the logarithm of each loss counts; 1 in the paper"),
    .type = MTL_PER_TASK,
    .maximum = 1e6,
    .initial = 1.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

static void
si_declare (guint             n_tasks,
            gsize             n_columns,
            const MtlSetting *set,
            MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "first-loss", n_tasks, FALSE, 0.0, FALSE);
}

static MtlBalanceStatus
si_weigh (const MtlBalanceInput  *in,
          double                 *w,
          GError                **error)
{
  double *first = mtl_state_doubles (in->state, FIRST);

  if (!mtl_weighting_check (in, error))
    return MTL_BALANCE_REFUSED;

  mtl_balancer_per_task (in, WEIGHTS, 1.0, w);
  for (guint i = 0; i < in->n_tasks; i++)
    {
      guint k = in->task[i];

      if (first[k] == 0.0)
        first[k] = in->losses[i];
      if (first[k] > 0.0)
        w[i] /= MAX (in->losses[i], LEAST * first[k]);
    }

  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_si = {
  .method = {
    .id = "si",
    .title = N_("Scale-Invariant Loss"),
    .summary = N_("Minimises the sum of the logarithms of the losses"),
    .reference = "Navon, Shamsian, Achituve, Maron, Kawaguchi, Chechik, Fetaya, “Multi-Task "
                 "Learning as a Bargaining Game”, ICML 2022, arXiv 2202.01017, the baseline SI",
    .params = si_params,
  },
  .needs = MTL_NEEDS_LOSSES,
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_POSITIVE | MTL_CLAIM_LOSS_SCALE,
  .declare = si_declare,
  .weigh = si_weigh,
};
