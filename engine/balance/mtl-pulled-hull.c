/* mtl-pulled-hull.c — the shortest vector in a convex hull that also follows another vector
 *
 *   min_{λ, ν}  ½·|Σ λ_k·r_k + ν·b|² − ν·φ·|b|²    subject to  λ ≥ 0, Σ λ_k = 1, ν ≥ 0
 *
 * is the dual of  min_d ½·|d|² − min_k ⟨r_k, d⟩  under ⟨b, d⟩ ≥ φ·|b|². For a given ν the
 * minimum over λ is that of a hull (mtl-min-norm.c), and the slope of its value in ν,
 *
 *   ⟨Σ λ_k·r_k, b⟩ + (ν − φ)·|b|²,
 *
 * grows with ν: it is not below zero at ν = max (φ − ⟨r_k, b⟩/|b|²). Bisection halves the
 * bracket until doubles end. Where b = 0, ν = 0.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-solvers.h"

#define MAX_HALVINGS 1100   /* from the largest double to the least: more there cannot be */

typedef struct
{
  const double *gramian;
  const double *along;
  guint         k;
  double        square, phi;
  double       *linear;   /* [k] scratch */
  double       *lambda;   /* [k]: of the last ν */
} Dual;

static gboolean
find_slope (Dual     *self,
            double    nu,
            double   *slope,
            GError  **error)
{
  for (guint i = 0; i < self->k; i++)
    self->linear[i] = nu * self->along[i];
  if (!mtl_min_norm (self->gramian, self->linear, self->k, self->lambda, error))
    return FALSE;

  *slope = (nu - self->phi) * self->square;
  for (guint i = 0; i < self->k; i++)
    *slope += self->lambda[i] * self->along[i];

  return TRUE;
}

/**
 * mtl_pulled_hull:
 * @gramian: k×k, of the r_k
 * @along: [k]: ⟨r_k, b⟩
 * @square: |b|²
 * @lambda: (out caller-allocates): [k]; ν follows as max (Σ λ_k·(φ − ⟨r_k, b⟩/|b|²), 0)
 *
 * Returns: FALSE with %MTL_ERROR_NO_CONVERGENCE of a hull
 */
gboolean
mtl_pulled_hull (const double  *gramian,
                 const double  *along,
                 guint          k,
                 double         square,
                 double         phi,
                 double        *lambda,
                 GError       **error)
{
  g_autofree double *linear = g_new (double, k);
  Dual dual = { gramian, along, k, square, phi, linear, lambda };
  double low = 0.0, high = 0.0, slope;

  if (!find_slope (&dual, 0.0, &slope, error))
    return FALSE;
  if (!(slope < 0.0))
    return TRUE;

  for (guint i = 0; i < k; i++)
    high = MAX (high, phi - along[i] / square);
  for (guint n = 0; n < MAX_HALVINGS; n++)
    {
      double nu = low + 0.5 * (high - low);

      if (!(nu > low && nu < high))
        break;
      if (!find_slope (&dual, nu, &slope, error))
        return FALSE;
      *(slope < 0.0 ? &low : &high) = nu;
    }

  return TRUE;
}
