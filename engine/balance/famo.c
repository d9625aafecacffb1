/* famo.c — tasks that improve alike
 *
 * With D_k = l_k − b_k + 1e-8, b a lower bound of the losses, and z = softmax(ξ):
 *
 *   w_k = (z_k / D_k) / Σ_j z_j / D_j = softmax(ξ − log D)_k
 *
 * so that Σ w_k = 1. After the step the losses of the same batch are measured again at
 * the new weights, as l'; the task that improved most loses weight:
 *
 *   δ_k = log D_k(l) − log D_k(l'),    v_k = z_k·(δ_k − ⟨z, δ⟩)
 *
 * and ξ goes down v + γ·ξ by Adam. Shifting ξ changes no weight, and neither do positive
 * factors of the losses change δ, but for the 1e-8. A loss below its bound, which would
 * get all the weight, is refused; l' counts as at the bound then. Where l' is not finite
 * ξ rests.
 *
 * The author's code shortens the shared gradient to a length of 1 at most; here the
 * settings `clip-norm` and `clip-part` of the experiment do, whatever the balancer.
 *
 * Cost: one more pass forward after the step, whatever the number of tasks, and one before
 * the gradients, as the losses of all rows have to be known before the first goes backward.
 *
 * Source: Liu, Feng, Stone, Liu, NeurIPS 2023, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-small-adam.h"
#include "mtl-weighting.h"

#define LEAST 1e-8  /* as published: keeps the logarithm of a loss at its bound finite */

enum
{
  W_LR,
  GAMMA,
  MIN_LOSSES,
  AFTER,
};

enum
{
  AFTER_SAME_BATCH,
  AFTER_NEXT_BATCH,
};

enum
{
  LOGITS,
  MOMENTS,
  LAST = MOMENTS + 3,  /* [K]: losses of the last step; of next-batch alone */
  SEEN,                /* [K]: 1 where it had that task */
};

static const char *const afters[] = { "same-batch", "next-batch", NULL };

static const MtlParam famo_params[] = {
  {
    .id = "w-lr",
    .title = N_("Rate of the Weights"),
    .summary = N_("Learning rate of the logits ξ; 0.025 in the paper and in LibMTL"),
    .type = MTL_NUMBER,
    .maximum = 10.0,
    .initial = 0.025,
  },
  {
    .id = "gamma",
    .title = N_("Decay γ"),
    .summary = N_("Pull of the logits towards 0, so that weights forget: 0.001 in LibMTL; in the "
                  "author’s codes 0.01 and, in the library class, 0.00001"),
    .type = MTL_NUMBER,
    .maximum = 10.0,
    .initial = 1e-3,
  },
  {
    .id = "min-losses",
    .title = N_("Lower Bounds"),
    .summary = N_("What each loss, times the weight of its task, cannot fall below; 0 in the "
                  "paper and in the codes"),
    .type = MTL_PER_TASK,
    .minimum = -1e9,
    .maximum = 1e9,
    .rare = TRUE,
  },
  {
    .id = "after",
    .title = N_("Progress Seen In"),
    .summary = N_("Losses of the same batch after the step, at the price of a pass forward, as in "
                  "the paper, the authors’ code and LibMTL; or those of the next batch, which "
                  "cost nothing and are noisier"),
    .type = MTL_CHOICE,
    .choices = afters,
    .initial = AFTER_SAME_BATCH,
    .rare = TRUE,
  },
  { .id = NULL },
};

static void
famo_declare (guint             n_tasks,
              gsize             n_columns,
              const MtlSetting *set,
              MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "logit", n_tasks, FALSE, 0.0, TRUE);
  mtl_small_declare (spec, n_tasks);
  if (set[AFTER].number != AFTER_NEXT_BATCH)
    return;

  mtl_state_declare (spec, "last-loss", n_tasks, FALSE, 0.0, FALSE);
  mtl_state_declare (spec, "seen", n_tasks, FALSE, 0.0, FALSE);
}

/* Whether there are losses, none below its bound. */
static gboolean
check_bounds (const MtlBalanceInput  *in,
              GError                **error)
{
  g_autofree double *bounds = g_new (double, in->n_tasks);

  if (in->losses == NULL)
    return mtl_weighting_check (in, error);

  mtl_balancer_per_task (in, MIN_LOSSES, 0.0, bounds);
  for (guint i = 0; i < in->n_tasks; i++)
    if (in->losses[i] < bounds[i])
      {
        g_autofree char *task = mtl_balancer_name_task (in, i);

        g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                     "the loss of %s is %g, below the bound of %g that min-losses gives it; lower "
                     "that", task, in->losses[i], bounds[i]);
        return FALSE;
      }

  return TRUE;
}

/* log D of @losses, of this call's tasks. */
static void
find_logs (const MtlBalanceInput *in,
           const double          *losses,
           double                *logs)
{
  mtl_balancer_per_task (in, MIN_LOSSES, 0.0, logs);
  for (guint i = 0; i < in->n_tasks; i++)
    logs[i] = log (MAX (losses[i] - logs[i], 0.0) + LEAST);
}

/* Steps ξ by what losses of the tasks of @in were and are. */
static void
learn_from (const MtlBalanceInput *in,
            const double          *before,
            const double          *after)
{
  guint n = in->n_tasks;
  double *logits = mtl_state_doubles (in->state, LOGITS);
  g_autofree double *z = g_new (double, n);
  g_autofree double *gain = g_new (double, n);
  g_autofree double *left = g_new (double, n);
  double mean = 0.0;

  find_logs (in, before, gain);
  find_logs (in, after, left);
  for (guint i = 0; i < n; i++)
    {
      if (!isfinite (after[i]))
        return;
      gain[i] -= left[i];
      z[i] = logits[in->task[i]];
    }
  mtl_weighting_softmax (z, n);
  for (guint i = 0; i < n; i++)
    mean += z[i] * gain[i];
  for (guint i = 0; i < n; i++)
    gain[i] = z[i] * (gain[i] - mean) + in->set[GAMMA].number * logits[in->task[i]];
  mtl_small_step (in, MTL_SMALL_ADAM, MOMENTS, in->set[W_LR].number, gain, logits);
}

/* The losses of this step are what the last one left behind. */
static void
learn_of_last (const MtlBalanceInput *in)
{
  double *last = mtl_state_doubles (in->state, LAST);
  double *seen = mtl_state_doubles (in->state, SEEN);
  g_autofree guint *task = g_new (guint, in->n_tasks);
  g_autofree double *before = g_new (double, in->n_tasks);
  g_autofree double *after = g_new (double, in->n_tasks);
  MtlBalanceInput common = *in;

  common.task = task;
  common.n_tasks = 0;
  for (guint i = 0; i < in->n_tasks; i++)
    {
      guint k = in->task[i];

      if (seen[k] > 0.0)
        {
          before[common.n_tasks] = last[k];
          after[common.n_tasks] = in->losses[i];
          task[common.n_tasks++] = k;
        }
    }
  if (common.n_tasks > 0)
    learn_from (&common, before, after);
  memset (seen, 0, mtl_state_spec (in->state)->arrays[SEEN].length * sizeof *seen);
  for (guint i = 0; i < in->n_tasks; i++)
    {
      last[in->task[i]] = in->losses[i];
      seen[in->task[i]] = 1.0;
    }
}

static MtlBalanceStatus
famo_weigh (const MtlBalanceInput  *in,
            double                 *w,
            GError                **error)
{
  const double *logits = mtl_state_doubles (in->state, LOGITS);

  if (!check_bounds (in, error))
    return MTL_BALANCE_REFUSED;

  if (in->set[AFTER].number == AFTER_NEXT_BATCH)
    learn_of_last (in);
  find_logs (in, in->losses, w);
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = logits[in->task[i]] - w[i];
  mtl_weighting_softmax (w, in->n_tasks);

  return MTL_BALANCE_OK;
}

static gboolean
famo_follows (const MtlSetting *set)
{
  return set[AFTER].number == AFTER_SAME_BATCH;
}

static void
famo_follow (const MtlBalanceInput *in,
             const double          *after)
{
  learn_from (in, in->losses, after);
}

const MtlBalancer mtl_balancer_famo = {
  .method = {
    .id = "famo",
    .title = N_("FAMO"),
    .summary = N_("Weighs the losses so that all tasks improve at the same relative pace"),
    .reference = "Liu, Feng, Stone, Liu, “FAMO: Fast Adaptive Multitask Optimization”, NeurIPS "
                 "2023, arXiv 2306.03792, algorithm 1",
    .params = famo_params,
  },
  .needs = MTL_NEEDS_LOSSES,
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES | MTL_CLAIM_LINEAR_SCALING
            | MTL_CLAIM_HOMOGENEOUS | MTL_CLAIM_POSITIVE,
  .declare = famo_declare,
  .weigh = famo_weigh,
  .follow = famo_follow,
  .follows = famo_follows,
};
