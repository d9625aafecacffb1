/* slow-solvers.h — the problems of mtl-solvers.h, solved the plain way
 *
 * Frank–Wolfe, Gauss–Seidel and projected gradients, written from their
 * definition: references for the exact methods, too slow for a step.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "balance-problems.h"
#include "mtl-solvers.h"

static double
trace (const Problem *p)
{
  double sum = 0.0;

  for (guint i = 0; i < p->k; i++)
    sum += p->gramian[i * p->k + i];

  return sum;
}

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

/* ½·wᵀMw after 1e5 rounds of Frank–Wolfe from the centre. */
static double
run_frank_wolfe (const Problem *p,
                 double        *w)
{
  double slopes[MOST_TASKS];

  for (guint i = 0; i < p->k; i++)
    w[i] = 1.0 / p->k;

  for (guint round = 0; round < 100000; round++)
    {
      guint t = 0;
      double a, b, c, step;

      mtl_gram_apply (p->gramian, p->k, w, slopes);
      for (guint i = 1; i < p->k; i++)
        if (slopes[i] < slopes[t])
          t = i;
      a = slopes[t];
      b = dot (w, slopes, p->k);
      c = p->gramian[t * p->k + t];
      if (b - a <= 1e-14 * trace (p))
        break;

      step = c <= a ? 1.0 : (b - a) / (b + c - 2.0 * a);
      for (guint i = 0; i < p->k; i++)
        w[i] = (1.0 - step) * w[i] + (i == t ? step : 0.0);
    }

  return 0.5 * dot (w, slopes, p->k);
}

/* Sweeps of v_i ← max(u_i, v_i − (Mv)_i / M_ii). */
static void
run_gauss_seidel (const double *gramian,
                  guint         k,
                  const double *u,
                  double       *v)
{
  double largest = INFINITY;

  memcpy (v, u, sizeof (double) * k);
  for (guint sweep = 0; sweep < 30000 && largest > 1e-12; sweep++)
    {
      largest = 0.0;
      for (guint i = 0; i < k; i++)
        {
          double moved = MAX (u[i], v[i] - dot (gramian + i * k, v, k) / gramian[i * k + i]);

          largest = MAX (largest, fabs (moved - v[i]) * sqrt (gramian[i * k + i]));
          v[i] = moved;
        }
    }
}

/* F(w) = ⟨g_w, g_0⟩ + φ·|g_w|; its gradient goes into @gradient if not NULL. */
static double
evaluate_dual (const Problem *p,
               const double  *slopes,
               double         phi,
               const double  *w,
               double        *gradient)
{
  double length = mtl_gram_length (p->gramian, p->k, w);

  if (gradient != NULL)
    {
      mtl_gram_apply (p->gramian, p->k, w, gradient);
      for (guint i = 0; i < p->k; i++)
        gradient[i] = slopes[i] + phi * gradient[i] / MAX (length, G_MINDOUBLE);
    }

  return dot (w, slopes, p->k) + phi * length;
}

/* Projected gradients with a step that is halved until F falls. */
static double
run_projected_gradient (const Problem *p,
                        const double  *slopes,
                        double         phi)
{
  double w[MOST_TASKS], gradient[MOST_TASKS], trial[MOST_TASKS];
  double step = 1.0 / trace (p), value, next;

  for (guint i = 0; i < p->k; i++)
    w[i] = 1.0 / p->k;

  for (guint round = 0; round < 20000 && step > 1e-12 / trace (p); round++)
    {
      value = evaluate_dual (p, slopes, phi, w, gradient);
      for (guint i = 0; i < p->k; i++)
        trial[i] = w[i] - step * gradient[i];
      mtl_simplex_project (trial, p->k);
      next = evaluate_dual (p, slopes, phi, trial, NULL);

      step *= next < value ? 2.0 : 0.5;
      if (next < value)
        memcpy (w, trial, sizeof w);
    }

  return evaluate_dual (p, slopes, phi, w, NULL);
}
