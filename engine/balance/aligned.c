/* aligned.c — gradients made orthogonal and equally long
 *
 * With M = V·diag(λ)·Vᵀ, d = Gᵀ·B·p for B = √σ · V·diag(λ^−½)·Vᵀ over the
 * eigenvalues that are not 0: the rows B·G are the nearest to G, up to scale,
 * that do not conflict, and their condition number is 1. σ is the smallest
 * kept λ, for which no component grows; or the lower median; or the mean, which
 * keeps the Frobenius norm (rmse). For nearly parallel tasks the smallest λ,
 * and with it the step, is tiny.
 *
 * p is 1/K, or 1 in another published code, a factor K.
 *
 * Source: Senushkin et al., “Independent Component Alignment for Multi-Task
 * Learning”, CVPR 2023.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>

#include "mtl-solvers.h"

#define CANCELLED 1e-10  /* the part of p in the kept components, next to p */

enum
{
  SCALE_MODE,
  RANK_TOL,
  PREFERENCE,
};

enum
{
  SCALE_MIN,
  SCALE_MEDIAN,
  SCALE_RMSE,
};

static const char *const scale_modes[] = { "min", "median", "rmse", NULL };

static const MtlParam aligned_params[] = {
  {
    .id = "scale-mode",
    .title = N_("Scale"),
    .summary = N_("How long the aligned gradients are: by the smallest principal component, as in "
                  "the paper, LibMTL and TorchJD at first, or by the median or the mean"),
    .type = MTL_CHOICE,
    .choices = scale_modes,
    .initial = SCALE_MIN,
  },
  {
    .id = "rank-tol",
    .title = N_("Rank Tolerance"),
    .summary = N_("Eigenvalues below this part of the largest count as zero; LibMTL and TorchJD "
                  "take that of single precision, 1.2e-7 times the number of tasks"),
    .type = MTL_NUMBER,
    .maximum = 0.1,
    .initial = 1e-10,
    .rare = TRUE,
  },
  {
    .id = "preference",
    .title = N_("Preference"),
    .summary = N_("How much each task counts; where not set, one over the number of tasks, as in "
                  "TorchJD; 1 in LibMTL"),
    .type = MTL_PER_TASK,
    .maximum = 1e6,
    .initial = NAN,
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

/* σ from the n kept eigenvalues. */
static double
find_scale (const double *values,
            guint         n,
            guint         mode)
{
  g_autofree double *sorted = g_memdup2 (values, sizeof (double) * n);
  double sum = 0.0;

  qsort (sorted, n, sizeof (double), compare_upwards);
  if (mode == SCALE_MIN)
    return sorted[0];
  if (mode == SCALE_MEDIAN)
    return sorted[(n - 1) / 2];

  for (guint i = 0; i < n; i++)
    sum += sorted[i];

  return sum / n;
}

/* Moves the components that are not zero to the front; returns their number,
 * which is 1 at least, for the trace is above 0. */
static guint
keep_components (double *values,
                 double *vectors,
                 guint   k,
                 double  tolerance)
{
  double largest = 0.0;
  guint n = 0;

  for (guint m = 0; m < k; m++)
    largest = MAX (largest, values[m]);

  for (guint m = 0; m < k; m++)
    if (values[m] > 0.0 && values[m] > tolerance * largest)
      {
        values[n] = values[m];
        for (guint i = 0; i < k; i++)
          vectors[i * k + n] = vectors[i * k + m];
        n++;
      }

  return n;
}

/* Adds √(σ/λ)·⟨v, p⟩·v to w for component m; returns ⟨v, p⟩². */
static double
add_component (const double *vectors,
               guint         k,
               guint         m,
               double        factor,
               const double *p,
               double       *w)
{
  double dot = 0.0;

  for (guint i = 0; i < k; i++)
    dot += vectors[i * k + m] * p[i];
  for (guint i = 0; i < k; i++)
    w[i] += factor * dot * vectors[i * k + m];

  return dot * dot;
}

static MtlBalanceStatus
aligned_weigh (const MtlBalanceInput  *in,
               double                 *w,
               GError                **error)
{
  guint k = in->n_tasks;
  g_autofree double *copy = g_memdup2 (in->gramian, sizeof (double) * k * k);
  g_autofree double *vectors = g_new (double, k * k);
  g_autofree double *values = g_new (double, k);
  g_autofree double *p = g_new (double, k);
  double scale, part = 0.0, whole = 0.0;
  guint n;

  if (!mtl_eigen_symmetric (copy, k, values, vectors, error))
    return MTL_BALANCE_REFUSED;

  n = keep_components (values, vectors, k, in->set[RANK_TOL].number);
  scale = find_scale (values, n, in->set[SCALE_MODE].number);

  mtl_balancer_per_task (in, PREFERENCE, 1.0 / k, p);
  for (guint i = 0; i < k; i++)
    {
      w[i] = 0.0;
      whole += p[i] * p[i];
    }

  for (guint m = 0; m < n; m++)
    part += add_component (vectors, k, m, sqrt (scale / values[m]), p, w);
  if (part > CANCELLED * CANCELLED * whole)
    return MTL_BALANCE_OK;

  for (guint i = 0; i < k; i++)
    w[i] = 0.0;

  return MTL_BALANCE_STATIONARY;
}

const MtlBalancer mtl_balancer_aligned = {
  .method = {
    .id = "aligned",
    .title = N_("Aligned-MTL"),
    .summary = N_("Turns the gradients into orthogonal ones of equal length and adds them up"),
    .reference = "Senushkin, Patakin, Kuznetsov, Konushin, “Independent Component Alignment for "
                 "Multi-Task Learning”, CVPR 2023, arXiv 2305.19000",
    .params = aligned_params,
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_HOMOGENEOUS,
  .weigh = aligned_weigh,
};
