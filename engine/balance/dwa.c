/* dwa.c — what falls slowest weighs most
 *
 *   w = K·softmax(r / T),    r_k = Lbar_k(e − 1) / Lbar_k(e − 2)
 *
 * with Lbar_k(e) the mean loss of task k over the steps of epoch e, each counting the
 * same. Until a task has two epochs of losses, and where the older mean is zero, r = 1; so all
 * weights are 1 in the first two epochs. The weights sum to the number of tasks and
 * change once an epoch.
 *
 * The sums of the epoch under way are state too, so a run that was stopped amid an
 * epoch goes on with them. A task without a label in a whole epoch keeps its means.
 *
 * Cost: that of equal weights.
 *
 * Source: Liu, Johns, Davison, CVPR 2019, eq. 7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-weighting.h"

enum
{
  TEMPERATURE,
};

enum
{
  LAST,     /* mean of the newest epoch that is over; NaN: there is none */
  BEFORE,   /* … and of that before */
  SUM,      /* of the epoch under way */
  COUNT,
  EPOCH,    /* its number */
};

static const MtlParam dwa_params[] = {
  {
    .id = "t",
    .title = N_("Temperature T"),
    .summary = N_("Divides the ratios before the softmax: the larger, the more even the weights; "
                  "2 in the paper and in LibMTL"),
    .type = MTL_NUMBER,
    .minimum = 1e-3,
    .maximum = 1e6,
    .initial = 2.0,
  },
  { .id = NULL },
};

static void
dwa_declare (guint             n_tasks,
             gsize             n_columns,
             const MtlSetting *set,
             MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "mean-loss", n_tasks, FALSE, NAN, TRUE);
  mtl_state_declare (spec, "mean-loss-before", n_tasks, FALSE, NAN, FALSE);
  mtl_state_declare (spec, "sum", n_tasks, FALSE, 0.0, FALSE);
  mtl_state_declare (spec, "count", n_tasks, FALSE, 0.0, FALSE);
  mtl_state_declare (spec, "epoch", 1, FALSE, 0.0, FALSE);
}

static void
end_epoch (MtlState *state)
{
  gsize n_tasks = mtl_state_spec (state)->arrays[SUM].length;
  double *last = mtl_state_doubles (state, LAST);
  double *before = mtl_state_doubles (state, BEFORE);
  double *sum = mtl_state_doubles (state, SUM);
  double *count = mtl_state_doubles (state, COUNT);

  for (gsize k = 0; k < n_tasks; k++)
    if (count[k] > 0.0)
      {
        before[k] = last[k];
        last[k] = sum[k] / count[k];
        sum[k] = count[k] = 0.0;
      }
}

static MtlBalanceStatus
dwa_weigh (const MtlBalanceInput  *in,
           double                 *w,
           GError                **error)
{
  const double *last = mtl_state_doubles (in->state, LAST);
  const double *before = mtl_state_doubles (in->state, BEFORE);
  double *epoch = mtl_state_doubles (in->state, EPOCH);

  if ((double) in->epoch != *epoch)
    end_epoch (in->state);
  *epoch = (double) in->epoch;

  for (guint i = 0; i < in->n_tasks; i++)
    {
      guint k = in->task[i];
      /* Compared so that a mean that is not known, NaN, has the ratio 1. */
      double ratio = before[k] > 0.0 ? last[k] / before[k] : 1.0;

      w[i] = ratio / in->set[TEMPERATURE].number;
    }
  mtl_weighting_softmax (w, in->n_tasks);
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] *= in->n_tasks;

  return MTL_BALANCE_OK;
}

static void
dwa_note (const MtlBalanceInput *in)
{
  double *sum = mtl_state_doubles (in->state, SUM);
  double *count = mtl_state_doubles (in->state, COUNT);

  for (guint i = 0; i < in->n_tasks; i++)
    {
      sum[in->task[i]] += in->losses[i];
      count[in->task[i]] += 1.0;
    }
}

const MtlBalancer mtl_balancer_dwa = {
  .method = {
    .id = "dwa",
    .title = N_("Dynamic Weight Average"),
    .summary = N_("Gives the tasks whose loss fell least from epoch to epoch the most weight"),
    .reference = "Liu, Johns, Davison, “End-to-End Multi-Task Learning with Attention”, "
                 "CVPR 2019, arXiv 1803.10704, eq. 7",
    .params = dwa_params,
  },
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_POSITIVE | MTL_CLAIM_SUM_IS_K,
  .declare = dwa_declare,
  .weigh = dwa_weigh,
  .note = dwa_note,
};
