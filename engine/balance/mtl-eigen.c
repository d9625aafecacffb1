/* mtl-eigen.c — eigenvalues and eigenvectors of a small symmetric matrix
 *
 * Cyclic Jacobi: each rotation of the plane (p, q) makes a_pq zero, and a
 * sweep visits every pair. With theta = (a_qq − a_pp) / 2a_pq the smaller of
 * the two angles has the tangent t = sign(theta) / (|theta| + √(1 + theta²)).
 * An entry counts as zero below 1e-15·√|a_pp·a_qq|, so that small eigenvalues
 * of graded matrices keep their digits. It ends after the first sweep that
 * turns nothing: at most 6 or so for K ≤ 8, O(K³) each.
 *
 * Source: Golub, Van Loan, “Matrix Computations”, section 8.5.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-solvers.h"

#include <math.h>

#define NEGLIGIBLE 1e-15
#define MAX_SWEEPS 60

/* Columns p and q of the n×n matrix x become c·x_p − s·x_q and s·x_p + c·x_q. */
static void
turn_columns (double *x,
              guint   n,
              guint   p,
              guint   q,
              double  c,
              double  s)
{
  for (guint i = 0; i < n; i++)
    {
      double left = x[i * n + p];
      double right = x[i * n + q];

      x[i * n + p] = c * left - s * right;
      x[i * n + q] = s * left + c * right;
    }
}

static void
turn_rows (double *x,
           guint   n,
           guint   p,
           guint   q,
           double  c,
           double  s)
{
  for (guint j = 0; j < n; j++)
    {
      double upper = x[p * n + j];
      double lower = x[q * n + j];

      x[p * n + j] = c * upper - s * lower;
      x[q * n + j] = s * upper + c * lower;
    }
}

/* Returns FALSE where there was nothing to turn. */
static gboolean
rotate (double *a,
        guint   n,
        guint   p,
        guint   q,
        double *vectors)
{
  double apq = a[p * n + q];
  double theta, t, c;

  if (fabs (apq) <= NEGLIGIBLE * sqrt (fabs (a[p * n + p])) * sqrt (fabs (a[q * n + q])))
    return FALSE;

  theta = (a[q * n + q] - a[p * n + p]) / (2.0 * apq);
  t = copysign (1.0, theta) / (fabs (theta) + hypot (1.0, theta));
  c = 1.0 / sqrt (1.0 + t * t);

  turn_columns (a, n, p, q, c, t * c);
  turn_rows (a, n, p, q, c, t * c);
  a[p * n + q] = a[q * n + p] = 0.0;
  turn_columns (vectors, n, p, q, c, t * c);

  return TRUE;
}

gboolean
mtl_eigen_symmetric (double  *a,
                     guint    n,
                     double  *values,
                     double  *vectors,
                     GError **error)
{
  gboolean turned = TRUE;

  for (guint i = 0; i < n * n; i++)
    vectors[i] = i % (n + 1) == 0 ? 1.0 : 0.0;

  for (guint sweep = 0; turned && sweep < MAX_SWEEPS; sweep++)
    {
      turned = FALSE;
      for (guint p = 0; p + 1 < n; p++)
        for (guint q = p + 1; q < n; q++)
          turned |= rotate (a, n, p, q, vectors);
    }

  for (guint i = 0; i < n; i++)
    values[i] = a[i * n + i];

  if (turned)
    g_set_error (error, MTL_ERROR, MTL_ERROR_NO_CONVERGENCE,
                 "Jacobi's method still turns a %u×%u matrix after %d sweeps",
                 n, n, MAX_SWEEPS);

  return !turned;
}

gboolean
mtl_pseudo_solve (const double  *a,
                  guint          n,
                  double         cut,
                  const double  *b,
                  double        *x,
                  GError       **error)
{
  g_autofree double *copy = g_memdup2 (a, sizeof (double) * n * n);
  g_autofree double *values = g_new (double, n);
  g_autofree double *vectors = g_new (double, n * n);
  double largest = 0.0;

  if (!mtl_eigen_symmetric (copy, n, values, vectors, error))
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      largest = MAX (largest, values[i]);
      x[i] = 0.0;
    }

  for (guint m = 0; m < n; m++)
    {
      double dot = 0.0;

      if (values[m] <= cut * largest)
        continue;

      for (guint i = 0; i < n; i++)
        dot += vectors[i * n + m] * b[i];
      for (guint i = 0; i < n; i++)
        x[i] += dot / values[m] * vectors[i * n + m];
    }

  return TRUE;
}
