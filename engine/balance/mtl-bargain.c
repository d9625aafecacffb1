/* mtl-bargain.c — damped Newton for the equations of bargaining
 *
 *   (M·w)_k = w_k^(−1/alpha),    w > 0
 *
 * With s_k = |g_k|^(−2·alpha/(1+alpha)), w = s·u and A = diag(s)·M·diag(s) they
 * become (A·u)_k = A_kk·u_k^(−1/alpha), whose solution for orthogonal rows is
 * u = 1, the start. They are the gradient of the strictly convex potential
 *
 *   Φ(u) = ½·uᵀAu − Σ_k A_kk·ψ(u_k),
 *   ψ(u) = log u for alpha = 1, else u^(1−1/alpha) / (1 − 1/alpha)
 *
 * A Newton step is cut to 0.95 of the way to the border of u > 0. While it
 * changes an entry by more than a tenth it is halved until Φ falls (Armijo);
 * later full steps converge quadratically. It stops at a residual
 * max_k |(Au)_k / (A_kk·u_k^(−1/alpha)) − 1| below 1e-12, or where that no
 * longer falls; 1e-6 is accepted then, or the rounding of (Au)_k: near a
 * stationary point u is large and its terms cancel.
 * 5 to 7 steps are usual, 14 for alpha = 10.
 *
 * Sources of the equations: Navon et al., “Multi-Task Learning as a Bargaining
 * Game”, ICML 2022, arXiv 2202.01017 (alpha = 1); Ban, Ji, “Fair
 * Resource Allocation in Multi-Task Learning”, arXiv 2402.15638.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-solvers.h"

#include <math.h>
#include <string.h>

#define MAX_STEPS   200
#define EXACT       1e-12
#define ACCEPTED    1e-6
#define ROUNDING    1e-15 /* of the sizes of the terms of (Au)_k */
#define LOOSEST     1e-2  /* residual beyond which no rounding is an excuse */
#define NEAR        0.1   /* relative change below which full steps are taken */
#define TO_BORDER   0.95
#define ARMIJO      1e-4
#define PIVOT_FLOOR 1e-16 /* of a diagonal of ones */

typedef struct
{
  guint   n;
  double  alpha;
  double *a;         /* [n²] */
  double *u;
  double *direction; /* of Newton, before it is cut */
  double *gradient;  /* of Φ */
  double *root;      /* of the diagonal of the Hessian of Φ */
  double *hessian;   /* [n²] scratch */
  double *floor;
  double  accepted;  /* residual, at u */
} Bargain;

/* ψ(u + r·u) − ψ(u) − r·u·ψ'(u) in units of u^(1−1/alpha) */
static double
curve (double r,
       double alpha)
{
  double power = 1.0 - 1.0 / alpha;

  return (power == 0.0 ? log1p (r) : expm1 (power * log1p (r)) / power) - r;
}

/* By how much Φ changes from u to u + step·direction. From its slope and its curvature
 * there: the values themselves are large and would leave only rounding. */
static double
change_of_potential (const Bargain *b,
                     double         step)
{
  double sum = 0.0;

  for (guint i = 0; i < b->n; i++)
    {
      double move = step * b->direction[i];

      sum += move * b->gradient[i];
      for (guint j = 0; j < b->n; j++)
        sum += 0.5 * move * b->a[i * b->n + j] * step * b->direction[j];
      sum -= b->a[i * b->n + i] * pow (b->u[i], 1.0 - 1.0 / b->alpha)
             * curve (move / b->u[i], b->alpha);
    }

  return sum;
}

/* Fills the gradient of Φ and returns the residual. */
static double
measure (Bargain *b)
{
  double worst = 0.0;

  b->accepted = ACCEPTED;
  for (guint i = 0; i < b->n; i++)
    {
      double wanted = b->a[i * b->n + i] * pow (b->u[i], -1.0 / b->alpha);
      double size = 0.0;

      b->gradient[i] = 0.0;
      for (guint j = 0; j < b->n; j++)
        {
          double term = b->a[i * b->n + j] * b->u[j];

          b->gradient[i] += term;
          size += fabs (term);
        }

      worst = MAX (worst, fabs (b->gradient[i] / wanted - 1.0));
      b->accepted = MAX (b->accepted, MIN (ROUNDING * size / wanted, LOOSEST));
      b->gradient[i] -= wanted;
    }

  return worst;
}

/* direction ← −H⁻¹·gradient, with H scaled to a diagonal of ones. */
static void
find_direction (Bargain *b)
{
  guint n = b->n;

  for (guint i = 0; i < n; i++)
    {
      double aii = b->a[i * n + i];

      b->root[i] = sqrt (aii * (1.0 + pow (b->u[i], -1.0 / b->alpha - 1.0) / b->alpha));
      b->direction[i] = -b->gradient[i] / b->root[i];
    }

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      b->hessian[i * n + j] = i == j ? 1.0 : b->a[i * n + j] / b->root[i] / b->root[j];

  mtl_cholesky_solve (b->hessian, n, b->floor, b->direction);
  for (guint i = 0; i < n; i++)
    b->direction[i] /= b->root[i];
}

/* The step that stays inside u > 0; @change: of its largest relative change. */
static double
cut_step (const Bargain *b,
          double        *change)
{
  double step = 1.0;

  *change = 0.0;
  for (guint i = 0; i < b->n; i++)
    {
      *change = MAX (*change, fabs (b->direction[i] / b->u[i]));
      if (b->direction[i] < 0.0)
        step = MIN (step, -TO_BORDER * b->u[i] / b->direction[i]);
    }

  return step;
}

static void
walk (Bargain *b,
      double   step,
      gboolean searches)
{
  double slope = 0.0;

  for (guint i = 0; i < b->n; i++)
    slope += b->gradient[i] * b->direction[i];
  /* Below 2^-40 the halving has met rounding, not the function. */
  while (searches && step > 0x1p-40 && change_of_potential (b, step) > ARMIJO * step * slope)
    step /= 2.0;

  for (guint i = 0; i < b->n; i++)
    b->u[i] += step * b->direction[i];
}

/* Leaves the best u in @best and returns its residual. */
static double
iterate (Bargain *b,
         double  *best)
{
  double least = INFINITY;
  gboolean near = FALSE;

  for (guint n = 0; n < MAX_STEPS; n++)
    {
      double residual = measure (b);
      double step, change;

      if (near && residual >= least)
        break;
      if (residual < least)
        {
          least = residual;
          memcpy (best, b->u, sizeof (double) * b->n);
        }
      if (residual < EXACT)
        break;

      find_direction (b);
      step = cut_step (b, &change);
      near = change <= NEAR;
      walk (b, step, !near);
    }

  return least;
}

gboolean
mtl_bargain (const double  *gramian,
             guint          k,
             double         alpha,
             double        *w,
             GError       **error)
{
  g_autofree double *matrices = g_new (double, 2 * k * k);
  g_autofree double *vectors = g_new (double, 6 * k);
  double *scale = vectors + 5 * k;
  Bargain bargain = {
    k, alpha, matrices, vectors, vectors + k, vectors + 2 * k, vectors + 3 * k,
    matrices + k * k, vectors + 4 * k, 0.0,
  };
  double residual;

  for (guint i = 0; i < k; i++)
    {
      scale[i] = pow (gramian[i * k + i], -alpha / (1.0 + alpha));
      bargain.u[i] = 1.0;
      bargain.floor[i] = PIVOT_FLOOR;
    }
  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      bargain.a[i * k + j] = scale[i] * gramian[i * k + j] * scale[j];

  residual = iterate (&bargain, w);
  for (guint i = 0; i < k; i++)
    w[i] *= scale[i];

  /* Not `>`, so that a NaN is an error too. */
  if (!(residual <= bargain.accepted))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_NO_CONVERGENCE,
                   "The bargain of %u tasks was not struck: residual %g after %d steps of "
                   "Newton at most, accepted %g", k, residual, MAX_STEPS, bargain.accepted);
      return FALSE;
    }

  return TRUE;
}
