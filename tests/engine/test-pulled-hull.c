/* test-pulled-hull.c — the conditions of the optimum of a hull that follows a vector
 *
 * With d = Σ λ_k·r_k + ν·b: λ_k > 0 only where ⟨d, r_k⟩ is the least; ⟨d, b⟩ ≥ φ·|b|², with
 * equality where ν > 0. They are sufficient, since the problem is convex.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtl-rng.h"
#include "mtl-solvers.h"

enum { MOST = 6, COLUMNS = 9, N_PROBLEMS = 500 };

typedef struct
{
  guint  n, k;
  double r[MOST][COLUMNS], b[COLUMNS];
  double phi, square;
  double lambda[MOST], nu;
  double d[COLUMNS];
} Problem;

static double
dot (const double *a,
     const double *b)
{
  double sum = 0.0;

  for (guint c = 0; c < COLUMNS; c++)
    sum += a[c] * b[c];

  return sum;
}

static void
draw (Problem *p,
      guint    n)
{
  MtlRng rng = mtl_rng_derive (mtl_rng_new (8, MTL_STREAM_PROBE), n);

  *p = (Problem) { .n = n, .k = 1 + n % MOST, .phi = 0.3 * (n % 7) };
  for (guint i = 0; i < p->k * COLUMNS; i++)
    p->r[i / COLUMNS][i % COLUMNS] = mtl_rng_normal (rng, i);
  for (guint c = 0; c < COLUMNS; c++)
    p->b[c] = pow (10.0, n % 5 - 2.0) * mtl_rng_normal (rng, 1000 + c);
  p->square = dot (p->b, p->b);
}

static void
solve (Problem *p)
{
  double gramian[MOST * MOST], along[MOST];
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < p->k; i++)
    {
      along[i] = dot (p->r[i], p->b);
      for (guint j = 0; j < p->k; j++)
        gramian[i * p->k + j] = dot (p->r[i], p->r[j]);
    }
  mtl_pulled_hull (gramian, along, p->k, p->square, p->phi, p->lambda, &error);
  g_assert_no_error (error);

  p->nu = p->phi;
  for (guint i = 0; i < p->k; i++)
    p->nu -= p->lambda[i] * along[i] / p->square;
  p->nu = MAX (p->nu, 0.0);
  for (guint c = 0; c < COLUMNS; c++)
    {
      p->d[c] = p->nu * p->b[c];
      for (guint i = 0; i < p->k; i++)
        p->d[c] += p->lambda[i] * p->r[i][c];
    }
}

static void
check (const Problem *p)
{
  double least = INFINITY, sum = 0.0, pull = dot (p->d, p->b) - p->phi * p->square;

  for (guint i = 0; i < p->k; i++)
    {
      sum += p->lambda[i];
      least = MIN (least, dot (p->d, p->r[i]));
      g_assert_cmpfloat (p->lambda[i], >=, 0.0);
    }
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-12);
  for (guint i = 0; i < p->k; i++)
    {
      double slack = dot (p->d, p->r[i]) - least;

      if (p->lambda[i] * slack > 1e-8 * (1.0 + dot (p->d, p->d)))
        g_test_fail_printf ("problem %u: λ_%u = %g where ⟨d, r⟩ is %g above the least", p->n, i,
                            p->lambda[i], slack);
    }
  if (pull < -1e-9 * (p->square + 1.0) || p->nu * pull > 1e-8 * (p->square + 1.0))
    g_test_fail_printf ("problem %u: ν = %g, ⟨b, d⟩ − φ|b|² = %g", p->n, p->nu, pull);
}

static void
test_optimum (void)
{
  guint n_pulled = 0;

  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      Problem p;

      draw (&p, n);
      solve (&p);
      check (&p);
      n_pulled += p.nu > 0.0;
    }
  g_assert_cmpuint (n_pulled, >, N_PROBLEMS / 10);
  g_assert_cmpuint (n_pulled, <, 9 * N_PROBLEMS / 10);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pulled-hull/optimum", test_optimum);

  return g_test_run ();
}
