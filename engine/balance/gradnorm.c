/* gradnorm.c — gradients whose lengths follow how far a task has come
 *
 * With n_k = |g_k|, p the weights and r_k = (l_k / l_k(0)) / mean_j (l_j / l_j(0)):
 *
 *   F = Σ |p_k·n_k − t_k|,    t_k = mean_j (p_j·n_j)·r_k^α, a constant
 *   q_k = ∂F/∂p_k = sign(p_k·n_k − t_k)·n_k,    sign(0) = 0
 *
 * form softmax, as LibMTL: p = K·softmax(a) and ∂F/∂a_j = p_j·(q_j − (1/K)·Σ p_k·q_k).
 * form paper: p goes down q and is scaled to sum to K; p_k stays above 1e-6.
 *
 * State keeps a, in both forms, so that Σ p_k = K. A step is weighed by p as it was
 * before; l(0) is the mean loss of the first epoch with the method, during which p = 1.
 * LibMTL does so too; the paper takes the first step's loss, or log of the number of
 * classes. Where the mean of the ratios is zero r = 1.
 *
 * n is the length over the whole trunk, or over the last layer that all tasks share, which
 * the paper takes to save time: here all is known, so it saves none. Where only a part of the
 * trunk is balanced, or no layer is shared by all, n is of what is balanced.
 *
 * Published codes step a by the optimiser of the model; see uw.c. In LibMTL heads follow
 * their own gradients: setting `heads` to plain does that.
 *
 * Cost: the gradients of all tasks and their Gramian.
 *
 * Source: Chen, Badrinarayanan, Lee, Rabinovich, ICML 2018, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-small-adam.h"
#include "mtl-weighting.h"

#define LEAST_WEIGHT 1e-6  /* of the form paper, whose steps may go below zero */

enum
{
  ALPHA,
  LR_W,
  LENGTHS,
  FORM,
  RULE,
};

enum
{
  LENGTHS_TRUNK,
  LENGTHS_LAST_LAYER,
};

enum
{
  FORM_SOFTMAX,
  FORM_PAPER,
};

enum
{
  LOGITS,
  MOMENTS,
  BASELINE = MOMENTS + 3,
};

static const char *const lengths[] = { "trunk", "last-layer", NULL };
static const char *const forms[] = { "softmax", "paper", NULL };

static const MtlParam gradnorm_params[] = {
  {
    .id = "alpha",
    .title = N_("Asymmetry α"),
    .summary = N_("How much longer the gradient of a task that lags has to be; 0 makes all "
                  "alike. 1.5 in the paper on NYUv2 and in LibMTL"),
    .type = MTL_NUMBER,
    .maximum = 100.0,
    .initial = 1.5,
  },
  {
    .id = "lr-w",
    .title = N_("Rate of the Weights"),
    .summary = N_("Learning rate of the weights; where not set, that of the model, as in LibMTL; "
                  "0.025 in the paper"),
    .type = MTL_NUMBER,
    .maximum = 10.0,
    .initial = NAN,
  },
  {
    .id = "lengths",
    .title = N_("Gradient Lengths Of"),
    .summary = N_("The whole trunk, as in LibMTL, or the last layer that all tasks share, as in "
                  "the paper"),
    .type = MTL_CHOICE,
    .choices = lengths,
    .initial = LENGTHS_TRUNK,
    .rare = TRUE,
  },
  {
    .id = "form",
    .title = N_("Weights As"),
    .summary = N_("A softmax that is learned, as in LibMTL, or weights scaled to their sum after "
                  "each step, as in the paper"),
    .type = MTL_CHOICE,
    .choices = forms,
    .initial = FORM_SOFTMAX,
    .rare = TRUE,
  },
  MTL_SMALL_RULE,
  { .id = NULL },
};

static void
gradnorm_declare (guint             n_tasks,
                  gsize             n_columns,
                  const MtlSetting *set,
                  MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "logit", n_tasks, FALSE, 0.0, TRUE);
  mtl_small_declare (spec, n_tasks);
  mtl_baseline_declare (spec, "first-loss", n_tasks);
}

/* n_i */
static double
find_length (const MtlBalanceInput *in,
             guint                  i)
{
  gboolean last = in->set[LENGTHS].number == LENGTHS_LAST_LAYER && in->last != NULL;

  return sqrt (MAX ((last ? in->last : in->gramian)[i * in->n_tasks + i], 0.0));
}

/* q, the slopes of F in p. */
static void
find_slopes (const MtlBalanceInput *in,
             const double          *p,
             double                *q)
{
  guint n = in->n_tasks;
  double length = 0.0, pace = 0.0;

  for (guint i = 0; i < n; i++)
    {
      length += p[i] * find_length (in, i) / n;
      pace += mtl_baseline_ratio (in, BASELINE, i) / n;
    }

  for (guint i = 0; i < n; i++)
    {
      double norm = find_length (in, i);
      double ratio = pace > 0.0 ? mtl_baseline_ratio (in, BASELINE, i) / pace : 1.0;
      double excess = p[i] * norm - length * pow (ratio, in->set[ALPHA].number);

      q[i] = ((excess > 0.0) - (excess < 0.0)) * norm;
    }
}

/* The logits of this call's tasks whose softmax is that of @p, at the level they have. */
static void
keep_weights (const MtlBalanceInput *in,
              const double          *p,
              double                *logits)
{
  double before = 0.0, after = 0.0;

  for (guint i = 0; i < in->n_tasks; i++)
    {
      before += logits[in->task[i]] / in->n_tasks;
      after += log (p[i]) / in->n_tasks;
    }
  for (guint i = 0; i < in->n_tasks; i++)
    logits[in->task[i]] = log (p[i]) - after + before;
}

static void
step_weights (const MtlBalanceInput *in,
              const double          *p,
              double                *q)
{
  guint n = in->n_tasks;
  double *logits = mtl_state_doubles (in->state, LOGITS);
  double rate = mtl_weighting_rate (in, LR_W);
  guint rule = in->set[RULE].number;
  gsize n_run = mtl_state_spec (in->state)->arrays[LOGITS].length;
  g_autofree double *moved = g_new0 (double, n_run);
  double mean = 0.0;

  if (in->set[FORM].number == FORM_PAPER)
    {
      for (guint i = 0; i < n; i++)
        moved[in->task[i]] = p[i];
      mtl_small_step (in, rule, MOMENTS, rate, q, moved);
      for (guint i = 0; i < n; i++)
        q[i] = MAX (moved[in->task[i]], LEAST_WEIGHT);
      keep_weights (in, q, logits);
      return;
    }

  for (guint i = 0; i < n; i++)
    mean += p[i] * q[i] / n;
  for (guint i = 0; i < n; i++)
    q[i] = p[i] * (q[i] - mean);
  mtl_small_step (in, rule, MOMENTS, rate, q, logits);
}

static MtlBalanceStatus
gradnorm_weigh (const MtlBalanceInput  *in,
                double                 *w,
                GError                **error)
{
  const double *logits = mtl_state_doubles (in->state, LOGITS);
  g_autofree double *q = g_new (double, in->n_tasks);

  if (!mtl_weighting_check (in, error))
    return MTL_BALANCE_REFUSED;

  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = logits[in->task[i]];
  mtl_weighting_softmax (w, in->n_tasks);
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] *= in->n_tasks;

  if (mtl_baseline_take (in, BASELINE))
    {
      find_slopes (in, w, q);
      step_weights (in, w, q);
    }

  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_gradnorm = {
  .method = {
    .id = "gradnorm",
    .title = N_("GradNorm"),
    .summary = N_("Learns weights that make gradients alike in length, longer for tasks that lag"),
    .reference = "Chen, Badrinarayanan, Lee, Rabinovich, “GradNorm: Gradient Normalization for "
                 "Adaptive Loss Balancing in Deep Multitask Networks”, ICML 2018, arXiv "
                 "1711.02257, algorithm 1",
    .params = gradnorm_params,
  },
  .needs = MTL_NEEDS_LOSSES | MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_POSITIVE | MTL_CLAIM_SUM_IS_K,
  .declare = gradnorm_declare,
  .weigh = gradnorm_weigh,
};
