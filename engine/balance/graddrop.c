/* graddrop.c — pick a sign for each coordinate by lot
 *
 * With P = (1 + Σ_k g_k / Σ_k |g_k|) / 2 of a coordinate and u drawn from
 * U[0, 1), the entries above zero are kept where P > u, those below elsewhere; a
 * kept entry counts whole, another `leak` of it, and d is their sum. Where all
 * agree, P is 0 or 1 and d their sum for certain; where all are zero so is d.
 *
 * No weighted sum of gradients, so there are no weights, and d depends on the
 * coordinates. u belongs to seed, step and coordinate, whatever the order of the
 * tasks. leak = 1 is the sum. O(K·d) a step and K rows written out.
 *
 * Here, as in TorchJD, it acts on gradients of weights; the paper and LibMTL act
 * on those at the shared representation Z, times the sign of Z and summed over
 * the batch.
 *
 * Source: Chen et al., “Just Pick a Sign: Optimizing Deep Multitask Models with
 * Gradient Sign Dropout”, NeurIPS 2020, algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-design.h"

enum
{
  LEAK,
};

static const MtlParam graddrop_params[] = {
  {
    .id = "leak",
    .title = N_("Leak"),
    .summary = N_("What a dropped entry of this task still counts, 0 in LibMTL; 1 is the sum of "
                  "the gradients"),
    .type = MTL_PER_TASK,
    .maximum = 1.0,
  },
  { .id = NULL },
};

static MtlBalanceStatus
graddrop_weigh (const MtlBalanceInput  *in,
                double                 *w,
                GError                **error)
{
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = NAN;

  return MTL_BALANCE_OK;
}

static void
graddrop_combine (const MtlBalanceInput *in,
                  const double          *w,
                  gsize                  first,
                  gsize                  n,
                  const double          *rows,
                  double                *d)
{
  double leak[MTL_MAX_TASKS];

  mtl_balancer_per_task (in, LEAK, 0.0, leak);
  for (gsize c = 0; c < n; c++)
    {
      double sum = 0.0, size = 0.0, p, u;

      for (guint i = 0; i < in->n_tasks; i++)
        {
          sum += rows[i * n + c];
          size += fabs (rows[i * n + c]);
        }

      p = size > 0.0 ? 0.5 * (1.0 + sum / size) : 0.5;
      u = mtl_rng_unit (in->rng, first + c);
      d[c] = 0.0;
      for (guint i = 0; i < in->n_tasks; i++)
        {
          double g = rows[i * n + c];
          gboolean kept = p > u ? g > 0.0 : g < 0.0;

          d[c] += (kept ? 1.0 : leak[i]) * g;
        }
    }
}

const MtlBalancer mtl_balancer_graddrop = {
  .method = {
    .id = "graddrop",
    .title = N_("GradDrop"),
    .summary = N_("Draws one sign for each coordinate and drops what has the other"),
    .reference = "Chen, Ngiam, Huang, Luong, Kretzschmar, Chai, Anguelov, “Just Pick a Sign: "
                 "Optimizing Deep Multitask Models with Gradient Sign Dropout”, NeurIPS 2020, "
                 "arXiv 2010.06808, algorithm 1",
    .params = graddrop_params,
  },
  .needs = MTL_NEEDS_ROWS,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_HOMOGENEOUS | MTL_CLAIM_SUM_IF_ALIGNED,
  .weigh = graddrop_weigh,
  .combine = graddrop_combine,
};
