/* krum.c — follow the gradients that have company
 *
 * The score of task i is the sum of its distances |g_i − g_j| to its nearest
 * K − f − 2 others, and w = 1/m on the m tasks of lowest score: of K workers f may
 * send anything, and none of what they send is near the others. As a balancer it
 * leaves out the tasks that differ most.
 *
 *   |g_i − g_j|² = M_ii + M_jj − 2·M_ij,    rounding below 0 taken as 0
 *
 * It takes K ≥ f + 3 tasks and is refused for fewer; a step that lacks some of them
 * follows the mean (FALLBACK). The paper adds squared
 * distances up, TorchJD plain ones: `squared`. Scores that are alike but for
 * rounding (of three tasks the two nearest always are) count as equal, and the
 * lowest index wins; hence no claim about the order of the tasks.
 *
 * O(K² log K) a step, on the Gramian. A zero gradient is a gradient like others.
 *
 * Source: Blanchard, El Mhamdi, Guerraoui, Stainer, “Machine Learning with
 * Adversaries: Byzantine Tolerant Gradient Descent”, NeurIPS 2017.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

#define SAME 1e-9  /* relative difference of scores that are taken as equal */

enum
{
  N_BYZANTINE,
  N_SELECTED,
  SQUARED,
};

static const MtlParam krum_params[] = {
  {
    .id = "n-byzantine",
    .title = N_("Outliers"),
    .summary = N_("How many tasks may be off; three more than that are needed"),
    .type = MTL_WHOLE,
    .maximum = 61.0,
  },
  {
    .id = "n-selected",
    .title = N_("Selected"),
    .summary = N_("How many tasks are followed; one is Krum, more is Multi-Krum"),
    .type = MTL_WHOLE,
    .minimum = 1.0,
    .maximum = 64.0,
    .initial = 1.0,
  },
  {
    .id = "squared",
    .title = N_("Squared Distances"),
    .summary = N_("Whether squares of distances are added up, as in the paper; TorchJD adds the "
                  "distances"),
    .type = MTL_FLAG,
    .maximum = 1.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

static int
compare_upwards (const void *a,
                 const void *b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return (left > right) - (left < right);
}

/* @distances: [k] scratch */
static double
find_score (const MtlBalanceInput *in,
            guint                  i,
            guint                  n_nearest,
            double                *distances)
{
  guint k = in->n_tasks, n = 0;
  double sum = 0.0;

  for (guint j = 0; j < k; j++)
    {
      double square = in->gramian[i * k + i] + in->gramian[j * k + j]
                      - 2.0 * in->gramian[i * k + j];

      square = MAX (square, 0.0);
      if (j != i)
        distances[n++] = in->set[SQUARED].number != 0.0 ? square : sqrt (square);
    }

  qsort (distances, n, sizeof *distances, compare_upwards);
  for (guint j = 0; j < n_nearest; j++)
    sum += distances[j];

  return sum;
}

/* For a call with too few tasks: of a run that has enough, the mean. */
static MtlBalanceStatus
do_without (const MtlBalanceInput  *in,
            guint                   least,
            double                 *w,
            GError                **error)
{
  if (in->n_run < least)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   "n-byzantine %g and n-selected %g take %u tasks or more; here are %u: choose "
                   "smaller ones, or another method", in->set[N_BYZANTINE].number,
                   in->set[N_SELECTED].number, least, MAX (in->n_run, in->n_tasks));
      return MTL_BALANCE_REFUSED;
    }

  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = 1.0 / in->n_tasks;

  return MTL_BALANCE_FALLBACK;
}

static MtlBalanceStatus
krum_weigh (const MtlBalanceInput  *in,
            double                 *w,
            GError                **error)
{
  guint k = in->n_tasks;
  guint n_selected = in->set[N_SELECTED].number;
  guint least = MAX ((guint) in->set[N_BYZANTINE].number + 3, n_selected);
  g_autofree double *scores = g_new (double, k);
  g_autofree double *distances = g_new (double, k);

  if (k < least)
    return do_without (in, least, w, error);

  for (guint i = 0; i < k; i++)
    {
      scores[i] = find_score (in, i, k - (guint) in->set[N_BYZANTINE].number - 2, distances);
      w[i] = 0.0;
    }

  for (guint n = 0; n < n_selected; n++)
    {
      guint best = k;

      for (guint i = 0; i < k; i++)
        if (w[i] == 0.0 && (best == k || scores[i] < (1.0 - SAME) * scores[best]))
          best = i;
      w[best] = 1.0 / n_selected;
    }

  return mtl_balancer_judge (in, w);
}

const MtlBalancer mtl_balancer_krum = {
  .method = {
    .id = "krum",
    .title = N_("Krum"),
    .summary = N_("Follows the gradients that are nearest to most of the others"),
    .reference = "Blanchard, El Mhamdi, Guerraoui, Stainer, “Machine Learning with Adversaries: "
                 "Byzantine Tolerant Gradient Descent”, NeurIPS 2017, arXiv 1703.02757",
    .params = krum_params,
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_SIMPLEX | MTL_CLAIM_HOMOGENEOUS,
  .least_tasks = 3,
  .weigh = krum_weigh,
};
