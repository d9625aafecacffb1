/* trimmed-mean.c — the mean of each coordinate without its extremes
 *
 * Of the K values of a coordinate the `trim` largest and the `trim` smallest are
 * left out, and d is the mean of the rest. With trim = 0 it is the mean, with
 * K = 2·trim + 1 the median. No weighted sum of gradients, so there are no
 * weights, and d depends on the coordinates: turning them does not turn d.
 *
 * It takes K ≥ 2·trim + 1 tasks; a step that lacks some of them trims what it can.
 * O(K²·d) a step at worst, by insertion, and all K rows written out.
 *
 * Source: Yin, Chen, Ramchandran, Bartlett, “Byzantine-Robust Distributed
 * Learning: Towards Optimal Statistical Rates”, ICML 2018, definition 2.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-design.h"

enum
{
  TRIM,
};

static const MtlParam trimmed_mean_params[] = {
  {
    .id = "trim",
    .title = N_("Trim"),
    .summary = N_("How many values are left out at either end; twice that and one are needed"),
    .type = MTL_WHOLE,
    .maximum = 31.0,
  },
  { .id = NULL },
};

static MtlBalanceStatus
trimmed_mean_weigh (const MtlBalanceInput  *in,
                    double                 *w,
                    GError                **error)
{
  guint trim = in->set[TRIM].number;

  if (MAX (in->n_run, in->n_tasks) < 2 * trim + 1)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   "trim %u takes %u tasks or more; here are %u: choose a smaller one",
                   trim, 2 * trim + 1, MAX (in->n_run, in->n_tasks));
      return MTL_BALANCE_REFUSED;
    }

  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = NAN;

  return MTL_BALANCE_OK;
}

/* Upwards, by insertion. */
static void
insert (double *sorted,
        guint   n,
        double  value)
{
  for (; n > 0 && sorted[n - 1] > value; n--)
    sorted[n] = sorted[n - 1];
  sorted[n] = value;
}

static void
trimmed_mean_combine (const MtlBalanceInput *in,
                      const double          *w,
                      gsize                  first,
                      gsize                  n,
                      const double          *rows,
                      double                *d)
{
  guint k = in->n_tasks;
  guint trim = MIN ((guint) in->set[TRIM].number, (k - 1) / 2);
  double sorted[MTL_MAX_TASKS];

  for (gsize c = 0; c < n; c++)
    {
      for (guint i = 0; i < k; i++)
        insert (sorted, i, rows[i * n + c]);

      d[c] = 0.0;
      for (guint i = trim; i < k - trim; i++)
        d[c] += sorted[i];
      d[c] /= k - 2 * trim;
    }
}

const MtlBalancer mtl_balancer_trimmed_mean = {
  .method = {
    .id = "trimmed-mean",
    .title = N_("Trimmed Mean"),
    .summary = N_("Leaves the largest and smallest values of each coordinate out and takes the "
                  "mean of the rest"),
    .reference = "Yin, Chen, Ramchandran, Bartlett, “Byzantine-Robust Distributed Learning: "
                 "Towards Optimal Statistical Rates”, ICML 2018, arXiv 1803.01498, definition 2",
    .params = trimmed_mean_params,
  },
  .needs = MTL_NEEDS_ROWS,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_HOMOGENEOUS,
  .weigh = trimmed_mean_weigh,
  .combine = trimmed_mean_combine,
};
