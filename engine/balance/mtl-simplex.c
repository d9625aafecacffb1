/* mtl-simplex.c — the nearest point of the probability simplex
 *
 * The projection of y is max(y_i − tau, 0) with the one tau that makes the sum
 * 1. With y sorted downwards as u, tau = (u_1 + … + u_r − 1) / r for the
 * largest r that leaves u_r above its tau. A constant added to y changes nothing, so
 * the largest entry is taken off first: tau then lies in [−1, 0) and keeps its digits
 * where y is long. O(n log n).
 *
 * Source: Held, Wolfe, Crowder, “Validation of subgradient optimization”,
 * Mathematical Programming 6 (1974) 62–88.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-solvers.h"

#include <stdlib.h>

static int
compare_downwards (const void *a,
                   const void *b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return (left < right) - (left > right);
}

void
mtl_simplex_project (double *w,
                     guint   n)
{
  g_autofree double *sorted = NULL;
  double largest = w[0], sum = 0.0, tau = 0.0;

  for (guint i = 1; i < n; i++)
    largest = MAX (largest, w[i]);
  for (guint i = 0; i < n; i++)
    w[i] -= largest;
  sorted = g_memdup2 (w, sizeof (double) * n);
  qsort (sorted, n, sizeof (double), compare_downwards);

  for (guint r = 0; r < n; r++)
    {
      sum += sorted[r];
      if (sorted[r] + (1.0 - sum) / (r + 1) > 0.0)
        tau = (sum - 1.0) / (r + 1);
    }

  for (guint i = 0; i < n; i++)
    w[i] = MAX (w[i] - tau, 0.0);
}

double
mtl_simplex_take (const double *whole,
                  const guint  *task,
                  guint         n,
                  double       *part)
{
  double share = 0.0;

  for (guint i = 0; i < n; i++)
    share += whole[task[i]];
  for (guint i = 0; i < n; i++)
    part[i] = share > 0.0 ? whole[task[i]] / share : 1.0 / n;

  return share;
}

void
mtl_simplex_put (const double *part,
                 const guint  *task,
                 guint         n,
                 double        share,
                 double       *whole)
{
  for (guint i = 0; i < n; i++)
    whole[task[i]] = share * part[i];
}
