/* imtl-g.c — a direction with the same projection on every task gradient
 *
 * Of all d = Σ w_k·g_k with Σ w_k = 1 the one for which ⟨d, g_k⟩ / |g_k| is
 * alike for all k: w = v / Σ v with M·v = n, the lengths n_k = |g_k|. In unit
 * rows, C·y = 1 with the cosines C and v_k = y_k / n_k, solved by the
 * pseudo-inverse where C is singular.
 *
 * The common projection is (1/Σ v)-fold. It is negative where Σ v is, which
 * takes three tasks or more: that step would climb for every task, and the
 * mean is followed instead (FALLBACK). Σ v = 0 has no such direction: d = 0.
 * A task whose gradient is zero is left out.
 *
 * Source: Liu et al., “Towards Impartial Multi-task Learning”, ICLR 2021.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"

#define SINGULAR  1e-10  /* eigenvalues of C below this part of the largest are 0 */
#define CANCELLED 1e-12  /* Σ v next to the sizes of its terms */

/* Puts v into @w and its sum into @sum; @size: by what to judge whether that
 * is 0. Where C·y = 1 has no solution y is rounding, so the lengths count too. */
static gboolean
find_directions (const MtlBalanceInput  *in,
                 double                 *w,
                 double                 *sum,
                 double                 *size,
                 GError                **error)
{
  guint k = in->n_tasks;
  g_autofree guint *kept = g_new (guint, k);
  g_autofree double *norms = g_new (double, k);
  g_autofree double *ones = g_new (double, k);
  g_autofree double *y = g_new (double, k);
  g_autofree double *cosines = g_new (double, k * k);
  guint n = mtl_gram_cosines (in->gramian, k, kept, norms, cosines);

  for (guint i = 0; i < k; i++)
    {
      ones[i] = 1.0;
      w[i] = 0.0;
    }

  if (!mtl_pseudo_solve (cosines, n, SINGULAR, ones, y, error))
    return FALSE;

  *sum = *size = 0.0;
  for (guint i = 0; i < n; i++)
    {
      w[kept[i]] = y[i] / norms[i];
      *sum += w[kept[i]];
      *size += MAX (fabs (y[i]), 1.0) / norms[i];
    }

  return TRUE;
}

static MtlBalanceStatus
imtl_g_weigh (const MtlBalanceInput  *in,
              double                 *w,
              GError                **error)
{
  guint k = in->n_tasks;
  gboolean stops, falls_back;
  double sum, size;

  if (!find_directions (in, w, &sum, &size, error))
    return MTL_BALANCE_REFUSED;

  stops = fabs (sum) <= CANCELLED * size;
  falls_back = !stops && sum < 0.0;

  for (guint i = 0; i < k; i++)
    if (stops)
      w[i] = 0.0;
    else
      w[i] = falls_back ? 1.0 / k : w[i] / sum;

  if (stops)
    return MTL_BALANCE_STATIONARY;

  return falls_back ? MTL_BALANCE_FALLBACK : MTL_BALANCE_OK;
}

/* For two tasks y_k = 1 / (1 + cos) > 0, hence descent. */
const MtlBalancer mtl_balancer_imtl_g = {
  .method = {
    .id = "imtl-g",
    .title = N_("IMTL-G"),
    .summary = N_("Follows the direction that projects alike on every task gradient"),
    .reference = "Liu, Li, Kuang, Xue, Chen, Yang, Liao, Zhang, “Towards Impartial Multi-task "
                 "Learning”, ICLR 2021",
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_PAIR_DESCENT | MTL_CLAIM_PERMUTES | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_EQUAL_COSINES,
  .weigh = imtl_g_weigh,
};
