/* mtl-cholesky.c — linear systems with a symmetric positive matrix
 *
 * A = L·Lᵀ in place, then L·y = b and Lᵀ·x = y. O(n³ / 3).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-solvers.h"

#include <math.h>

static void
factor (double       *a,
        guint         n,
        const double *floor)
{
  for (guint j = 0; j < n; j++)
    {
      double pivot = a[j * n + j];

      for (guint m = 0; m < j; m++)
        pivot -= a[j * n + m] * a[j * n + m];
      a[j * n + j] = sqrt (MAX (pivot, floor[j]));

      for (guint i = j + 1; i < n; i++)
        {
          for (guint m = 0; m < j; m++)
            a[i * n + j] -= a[i * n + m] * a[j * n + m];
          a[i * n + j] /= a[j * n + j];
        }
    }
}

void
mtl_cholesky_solve (double       *a,
                    guint         n,
                    const double *floor,
                    double       *b)
{
  factor (a, n, floor);

  for (guint i = 0; i < n; i++)
    {
      for (guint m = 0; m < i; m++)
        b[i] -= a[i * n + m] * b[m];
      b[i] /= a[i * n + i];
    }

  for (guint i = n; i-- > 0;)
    {
      for (guint m = i + 1; m < n; m++)
        b[i] -= a[m * n + i] * b[m];
      b[i] /= a[i * n + i];
    }
}
