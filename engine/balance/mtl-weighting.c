/* mtl-weighting.c — what loss weightings share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-weighting.h"

#include <math.h>

#define LEAST_LOSS 1e-8  /* of the largest one */
#define MOST       10.0  /* size of a learned log-variance or log-weight */

gboolean
mtl_weighting_check (const MtlBalanceInput *in,
                     GError               **error)
{
  if (in->losses == NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   "the weights follow from the losses of the tasks, and none are given; give "
                   "them, or choose a method that takes gradients alone");
      return FALSE;
    }

  for (guint i = 0; i < in->n_tasks; i++)
    if (in->losses[i] < 0.0)
      {
        g_autofree char *task = mtl_balancer_name_task (in, i);

        g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                     "the loss of %s is %g, and ratios and logarithms of losses are taken, so none "
                     "may be below 0; choose a loss that is not", task, in->losses[i]);
        return FALSE;
      }

  return TRUE;
}

void
mtl_weighting_floor (const MtlBalanceInput *in,
                     double                *losses)
{
  double largest = 0.0;

  for (guint i = 0; i < in->n_tasks; i++)
    largest = MAX (largest, in->losses[i]);
  for (guint i = 0; i < in->n_tasks; i++)
    losses[i] = largest > 0.0 ? MAX (in->losses[i], LEAST_LOSS * largest) : 1.0;
}

void
mtl_weighting_softmax (double *x,
                       guint   n)
{
  double largest = -INFINITY, sum = 0.0;

  for (guint i = 0; i < n; i++)
    largest = MAX (largest, x[i]);
  for (guint i = 0; i < n; i++)
    {
      x[i] = exp (x[i] - largest);
      sum += x[i];
    }
  for (guint i = 0; i < n; i++)
    x[i] /= sum;
}

/* By the task's index in the run, so that a task left out changes no other's number. */
void
mtl_weighting_draw (const MtlBalanceInput *in,
                    double                *w)
{
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = mtl_rng_normal (in->rng, in->task[i]);
  mtl_weighting_softmax (w, in->n_tasks);
}

void
mtl_weighting_clamp (const MtlBalanceInput *in,
                     double                *values)
{
  for (guint i = 0; i < in->n_tasks; i++)
    values[in->task[i]] = CLAMP (values[in->task[i]], -MOST, MOST);
}

double
mtl_weighting_rate (const MtlBalanceInput *in,
                    guint                  param)
{
  double own = in->set[param].number;

  return isnan (own) ? in->rate : own;
}

/* --- baselines --- */

/* After the first of its arrays. */
enum
{
  MEAN,
  COUNT,
  EPOCH,
};

void
mtl_baseline_declare (MtlStateSpec *spec,
                      const char   *name,
                      guint         n_tasks)
{
  mtl_state_declare (spec, name, n_tasks, FALSE, NAN, TRUE);
  mtl_state_declare (spec, "baseline-count", n_tasks, FALSE, 0.0, FALSE);
  mtl_state_declare (spec, "baseline-epoch", 1, FALSE, -1.0, FALSE);
}

/* A task without a label in that epoch has its first loss afterwards for a mean. */
gboolean
mtl_baseline_take (const MtlBalanceInput *in,
                   guint                  first)
{
  double *mean = mtl_state_doubles (in->state, first + MEAN);
  double *count = mtl_state_doubles (in->state, first + COUNT);
  double *epoch = mtl_state_doubles (in->state, first + EPOCH);
  gboolean over;

  if (*epoch < 0.0)
    *epoch = (double) in->epoch;
  over = (double) in->epoch != *epoch;
  for (guint i = 0; i < in->n_tasks; i++)
    {
      guint k = in->task[i];

      if (over && count[k] > 0.0)
        continue;
      count[k] += 1.0;
      mean[k] = count[k] > 1.0 ? mean[k] + (in->losses[i] - mean[k]) / count[k] : in->losses[i];
    }

  return over;
}

double
mtl_baseline_ratio (const MtlBalanceInput *in,
                    guint                  first,
                    guint                  i)
{
  double mean = mtl_state_doubles (in->state, first + MEAN)[in->task[i]];

  return mean > 0.0 ? in->losses[i] / mean : 1.0;
}
