/* config.c — a direction that is free of conflict, as long as it is agreed on
 *
 * With the unit rows U and the pseudo-inverse, v is the direction of U⁺·p: for
 * p = 1 and full rank it has the same cosine with every g_k. Its length is what
 * the gradients say together along it: d = (Σ ⟨g_k, v⟩)·v.
 *
 * By the cosines C = U·Uᵀ: a = C⁺·p, |U⁺·p| = √(aᵀCa) = rho, the length is
 * Σ |g_k|·(Ca)_k / rho, and w_k = length·a_k / (|g_k|·rho). A row that is zero
 * stays zero. Where p lies in the null space of C there is no such direction,
 * and where the length cancels the gradients say nothing along it: d = 0. With
 * C singular the cosines differ and a task may lose.
 *
 * Source: Liu, Chu, Thuerey, “ConFIG: Towards Conflict-free Training of Physics
 * Informed Neural Networks”, 2024, arXiv 2408.11104.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"

#define SINGULAR  1e-10  /* eigenvalues of C below this part of the largest are 0 */
#define CANCELLED 1e-10  /* the part of p in the range of C, next to p; a sum next to its terms */

enum
{
  PREFERENCE,
};

static const MtlParam config_params[] = {
  {
    .id = "preference",
    .title = N_("Preference"),
    .summary = N_("The cosine wanted with each task, up to a common factor; alike in the paper and "
                  "in TorchJD"),
    .type = MTL_PER_TASK,
    .maximum = 1e6,
    .initial = 1.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

static double
dot (const double *x,
     const double *y,
     guint         n)
{
  double sum = 0.0;

  for (guint i = 0; i < n; i++)
    sum += x[i] * y[i];

  return sum;
}

static MtlBalanceStatus
config_weigh (const MtlBalanceInput  *in,
              double                 *w,
              GError                **error)
{
  guint k = in->n_tasks;
  g_autofree guint *kept = g_new (guint, k);
  g_autofree double *norms = g_new (double, k);
  g_autofree double *p = g_new (double, k);
  g_autofree double *a = g_new (double, k);
  g_autofree double *ca = g_new (double, k);
  g_autofree double *cosines = g_new (double, k * k);
  guint n = mtl_gram_cosines (in->gramian, k, kept, norms, cosines);
  double length, terms = 0.0;

  mtl_balancer_per_task (in, PREFERENCE, 1.0, p);
  for (guint i = 0; i < n; i++)
    p[i] = p[kept[i]];
  for (guint i = 0; i < k; i++)
    w[i] = 0.0;

  if (!mtl_pseudo_solve (cosines, n, SINGULAR, p, a, error))
    return MTL_BALANCE_REFUSED;

  /* Ca is the part of p in the range of C. */
  mtl_gram_apply (cosines, n, a, ca);
  length = dot (norms, ca, n);
  for (guint i = 0; i < n; i++)
    terms += norms[i] * fabs (ca[i]);
  if (dot (ca, ca, n) <= CANCELLED * CANCELLED * dot (p, p, n)
      || fabs (length) <= CANCELLED * terms)
    return MTL_BALANCE_STATIONARY;

  for (guint i = 0; i < n; i++)
    w[kept[i]] = length / dot (a, ca, n) * a[i] / norms[i];

  return MTL_BALANCE_OK;
}

/* For two tasks a_k = 1 / (1 + cos) > 0, hence descent. */
const MtlBalancer mtl_balancer_config = {
  .method = {
    .id = "config",
    .title = N_("ConFIG"),
    .summary = N_("Follows the direction with the same cosine to every task gradient"),
    .reference = "Liu, Chu, Thuerey, “ConFIG: Towards Conflict-free Training of Physics "
                 "Informed Neural Networks”, 2024, arXiv 2408.11104",
    .params = config_params,
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_PAIR_DESCENT | MTL_CLAIM_PERMUTES | MTL_CLAIM_HOMOGENEOUS
            | MTL_CLAIM_EQUAL_COSINES,
  .weigh = config_weigh,
};
