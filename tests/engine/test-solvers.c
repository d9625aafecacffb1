/* test-solvers.c — the small solvers against closed forms and slower ones
 *
 * Golden numbers come from independent programs in double precision, printed
 * to nine decimals.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "balance-answers.h"
#include "mtl-solvers.h"
#include "slow-solvers.h"

#define GOLDEN     1e-7
#define N_PROBLEMS (60 * N_FAMILIES)
#define SQUARE     (MOST_TASKS * MOST_TASKS)

static void
expect (const char   *what,
        const double *found,
        const double *expected,
        guint         n,
        double        tolerance)
{
  for (guint i = 0; i < n; i++)
    if (!(fabs (found[i] - expected[i]) <= tolerance))
      g_test_fail_printf ("%s: element %u is %.12g, expected %.12g to %g", what, i, found[i],
                          expected[i], tolerance);
}

/* For what should be at most @most, in problem @p. */
static void
expect_small (const Problem *p,
              const char    *what,
              double         value,
              double         most)
{
  if (!(value <= most))
    g_test_fail_printf ("problem %u (%s), %u×%u: %s is %g, at most %g", p->n,
                        family_names[p->family], p->k, p->columns, what, value, most);
}

static void
test_simplex_golden (void)
{
  static const struct
  {
    guint  n;
    double from[4], to[4];
  } cases[] = {
    { 3, { 1, 2, 3 }, { 0, 0, 1 } },
    { 3, { -1, -2, -3 }, { 1, 0, 0 } },
    { 4, { .5, .5, .5, .5 }, { .25, .25, .25, .25 } },
    { 3, { 10, 0, 0 }, { 1, 0, 0 } },
    { 2, { .4, .9 }, { .25, .75 } },
    { 3, { 0, 0, 0 }, { 1 / 3.0, 1 / 3.0, 1 / 3.0 } },
    { 4, { .3, .3, -5, .9 }, { .133333333, .133333333, 0, .733333333 } },
    { 3, { .2, .3, .5 }, { .2, .3, .5 } },
    { 3, { -1e24, -3e24, 1e24 }, { 0, 0, 1 } },
    { 2, { 1e15 + .5, 1e15 }, { .75, .25 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double w[4];

      memcpy (w, cases[i].from, sizeof w);
      mtl_simplex_project (w, cases[i].n);
      expect ("projection", w, cases[i].to, cases[i].n, 1e-9);

      /* Nothing changes when it is done again, or a constant is added. */
      for (guint n = 0; n < cases[i].n; n++)
        w[n] += 7.0;
      mtl_simplex_project (w, cases[i].n);
      expect ("projected again", w, cases[i].to, cases[i].n, 1e-9);
    }
}

static void
test_min_norm_golden (void)
{
  static const struct
  {
    guint  k;
    double gramian[9], w[3];
  } cases[] = {
    { 2, { 1, .999, .999, 1 }, { .5, .5 } },
    { 2, { 4, 2, 2, 1 }, { 0, 1 } },
    { 3, { 1, 0, 0, 0, 4, 0, 0, 0, 9 }, { .734693878, .183673469, .081632653 } },
    { 2, { 1, .999, .999, 1.1 }, { .990196078, .009803922 } },
    { 3, { 10, -5, .5, -5, 6, -2.5, .5, -2.5, 9.25 }, { .313918306, .483358548, .202723147 } },
    { 2, { 0, 0, 0, 0 }, { 1, 0 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double w[3];

      g_assert_true (mtl_min_norm (cases[i].gramian, NULL, cases[i].k, w, NULL));
      expect ("w", w, cases[i].w, cases[i].k, GOLDEN);
    }
}

/* Of two rows: γ = (M_22 − M_12) / (M_11 + M_22 − 2·M_12), kept in [0, 1]. */
static void
test_min_norm_pair (void)
{
  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      Problem p;
      double w[2], gamma, along[2];

      draw_problem (&p, n);
      p.k = 2;
      measure_problem (&p);
      gamma = (p.gramian[3] - p.gramian[1]) / (p.gramian[0] + p.gramian[3] - 2.0 * p.gramian[1]);
      if (!(p.gramian[0] + p.gramian[3] - 2.0 * p.gramian[1] > 1e-8 * trace (&p)))
        continue;

      g_assert_true (mtl_min_norm (p.gramian, NULL, 2, w, NULL));
      gamma = CLAMP (gamma, 0.0, 1.0);
      along[0] = gamma - w[0];
      along[1] = 1.0 - gamma - w[1];
      expect_small (&p, "the distance from the closed form", mtl_gram_length (p.gramian, 2, along),
                    1e-8 * p.scale);
    }
}

static void
test_min_norm_frank_wolfe (void)
{
  for (guint n = 0; n < 3 * N_FAMILIES; n++)
    {
      Problem p;
      double exact[MOST_TASKS], slow[MOST_TASKS], value, slow_value;

      draw_problem (&p, n);
      slow_value = run_frank_wolfe (&p, slow);
      g_assert_true (mtl_min_norm (p.gramian, NULL, p.k, exact, NULL));
      value = 0.5 * pow (mtl_gram_length (p.gramian, p.k, exact), 2.0);

      expect_small (&p, "the value above Frank–Wolfe’s", value - slow_value, 1e-15 * trace (&p));
      expect_small (&p, "the value below Frank–Wolfe’s", slow_value - value, 1e-4 * trace (&p));
    }
}

/* No slope below that of w itself; with and without a linear term. */
static void
test_min_norm_optimal (void)
{
  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      Problem p;
      double w[MOST_TASKS], slopes[MOST_TASKS], linear[MOST_TASKS], mean[MOST_TASKS];
      double v, lowest = INFINITY;

      draw_problem (&p, n);
      for (guint i = 0; i < p.k; i++)
        mean[i] = (n % 2) * 3.0 / p.k;
      mtl_gram_apply (p.gramian, p.k, mean, linear);

      g_assert_true (mtl_min_norm (p.gramian, n % 2 != 0 ? linear : NULL, p.k, w, NULL));
      mtl_gram_apply (p.gramian, p.k, w, slopes);
      for (guint i = 0; i < p.k; i++)
        {
          slopes[i] += linear[i];
          lowest = MIN (lowest, slopes[i]);
        }
      v = dot (w, slopes, p.k);
      expect_small (&p, "the gap", v - lowest, 1e-14 * trace (&p));
    }
}

/* v ≥ u, Mv ≥ 0, and no row with both above. */
static void
test_dual_cone_optimal (void)
{
  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      Problem p;
      double u[MOST_TASKS], v[MOST_TASKS], slopes[MOST_TASKS], size = 0.0;

      draw_problem (&p, n);
      for (guint i = 0; i < p.k; i++)
        u[i] = draw_unit (&p);
      g_assert_true (mtl_dual_cone (p.gramian, p.k, u, v, NULL));

      mtl_gram_apply (p.gramian, p.k, v, slopes);
      for (guint i = 0; i < p.k; i++)
        size += v[i] * sqrt (p.gramian[i * p.k + i]);
      for (guint i = 0; i < p.k; i++)
        {
          double norm = sqrt (p.gramian[i * p.k + i]);

          expect_small (&p, "u − v", u[i] - v[i], 0.0);
          expect_small (&p, "the conflict", -slopes[i], 3e-8 * norm * size);
          expect_small (&p, "(v − u)·Mv", (v[i] - u[i]) * slopes[i], 1e-7 * size * size);
        }
    }
}

static void
test_dual_cone_gauss_seidel (void)
{
  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      Problem p;
      double gramian[SQUARE], u[MOST_TASKS], fast[MOST_TASKS], slow[MOST_TASKS];

      draw_problem (&p, n);
      for (guint i = 0; i < p.k * p.k; i++)
        gramian[i] = p.gramian[i] / MAX (trace (&p), G_MINDOUBLE)
                     + (i % (p.k + 1) == 0 ? 1e-4 : 0.0);
      for (guint i = 0; i < p.k; i++)
        u[i] = 1.0 / p.k;

      g_assert_true (mtl_dual_cone (gramian, p.k, u, fast, NULL));
      run_gauss_seidel (gramian, p.k, u, slow);
      for (guint i = 0; i < p.k; i++)
        expect_small (&p, "the distance from Gauss–Seidel", fabs (fast[i] - slow[i]), 1e-8);
    }
}

/* The simplex weights behind CAGrad's are those above 1/K, scaled. */
static void
test_cagrad_dual (void)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_BALANCER, "cagrad", NULL);
  g_autoptr(MtlChosen) initial = mtl_chosen_new (MTL_KIND_BALANCER, method);
  g_autoptr(MtlChosen) chosen = mtl_chosen_with (initial, "rescale", "none", NULL);
  double c = mtl_chosen_get (chosen, "c")->number;

  for (guint n = 0; n < 10 * N_FAMILIES; n++)
    {
      double mean[MOST_TASKS], slopes[MOST_TASKS], sum = 0.0, phi, exact, slow;
      Problem p;
      Answer a;

      draw_problem (&p, n);
      g_assert_null (answer ((const MtlBalancer *) method, chosen, &p, &a));
      if (a.status != MTL_BALANCE_OK)
        continue;

      for (guint i = 0; i < p.k; i++)
        mean[i] = 1.0 / p.k;
      mtl_gram_apply (p.gramian, p.k, mean, slopes);
      phi = c * mtl_gram_length (p.gramian, p.k, mean);
      for (guint i = 0; i < p.k; i++)
        sum += a.w[i] -= mean[i];
      for (guint i = 0; i < p.k; i++)
        a.w[i] /= sum;

      exact = evaluate_dual (&p, slopes, phi, a.w, NULL);
      slow = run_projected_gradient (&p, slopes, phi);
      expect_small (&p, "F above that of projected gradients", exact - slow, 1e-12 * trace (&p));
      expect_small (&p, "F below that of projected gradients", slow - exact,
                    (p.family == FAMILY_INTEGERS ? 1e-5 : 1e-3) * trace (&p));
    }
}

static void
test_eigen (void)
{
  const double j4[] = { 10, -5, .5, -5, 6, -2.5, .5, -2.5, 9.25 };
  double a[9], values[3], vectors[9], sorted[3] = { INFINITY, 0.0, -INFINITY };
  const double expected[] = { 2.144563143, 9.0, 14.105436857 };

  memcpy (a, j4, sizeof a);
  g_assert_true (mtl_eigen_symmetric (a, 3, values, vectors, NULL));
  for (guint i = 0; i < 3; i++)
    {
      sorted[0] = MIN (sorted[0], values[i]);
      sorted[2] = MAX (sorted[2], values[i]);
      sorted[1] += values[i];
    }
  sorted[1] -= sorted[0] + sorted[2];
  expect ("eigenvalue", sorted, expected, 3, 1e-8);
}

/* V·diag·Vᵀ = M and VᵀV = 1. */
static void
test_eigen_restores (void)
{
  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      Problem p;
      double a[SQUARE], values[MOST_TASKS], v[SQUARE];

      draw_problem (&p, n);
      memcpy (a, p.gramian, sizeof a);
      g_assert_true (mtl_eigen_symmetric (a, p.k, values, v, NULL));

      for (guint i = 0; i < p.k; i++)
        for (guint j = 0; j < p.k; j++)
          {
            double restored = 0.0, product = i == j ? -1.0 : 0.0;

            for (guint m = 0; m < p.k; m++)
              {
                restored += v[i * p.k + m] * values[m] * v[j * p.k + m];
                product += v[m * p.k + i] * v[m * p.k + j];
              }
            expect_small (&p, "V·diag·Vᵀ − M", fabs (restored - p.gramian[i * p.k + j]),
                          1e-12 * trace (&p));
            expect_small (&p, "VᵀV − 1", fabs (product), 1e-13);
          }
    }
}

static void
test_bargain_golden (void)
{
  const double j4[] = { 10, -5, .5, -5, 6, -2.5, .5, -2.5, 9.25 };
  const double j_base[] = { 18, -22, -22, 38 };
  const double one[] = { 14 };
  static const struct
  {
    double alpha, base[2], four[3], one;
  } cases[] = {
    { 0.5, { .742828252, .525392609 }, { .677320364, .975213751, .565280904 }, 0.0 },
    { 1.0, { .591461152, .407071483 }, { .581237106, .862862935, .444823785 }, .267261242 },
    { 2.0, { .471362922, .319454228 }, { .502966057, .759792078, .358674629 }, .172153019 },
    { 5.0, { .375941595, .252310461 }, { .437188370, .667874264, .294889766 }, 0.0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      double w[3];

      g_assert_true (mtl_bargain (j_base, 2, cases[i].alpha, w, NULL));
      expect ("w of two", w, cases[i].base, 2, GOLDEN);
      g_assert_true (mtl_bargain (j4, 3, cases[i].alpha, w, NULL));
      expect ("w of three", w, cases[i].four, 3, GOLDEN);
      g_assert_true (mtl_bargain (one, 1, cases[i].alpha, w, NULL));
      if (cases[i].one > 0.0)
        expect ("w of one", w, &cases[i].one, 1, GOLDEN);
    }
}

/* Two unit rows at the cosine c: w = 1/√(1 + c). */
static void
test_bargain_pair (void)
{
  for (double cosine = -0.9999; cosine < 1.0; cosine += 0.01)
    {
      const double gramian[] = { 4.0, 6.0 * cosine, 6.0 * cosine, 9.0 };
      double expected[] = { 0.5 / sqrt (1.0 + cosine), 1.0 / 3.0 / sqrt (1.0 + cosine) };
      double w[2];

      g_assert_true (mtl_bargain (gramian, 2, 1.0, w, NULL));
      expect ("w", w, expected, 2, 1e-10 * expected[0]);
    }
}

static void
test_bargain_refuses (void)
{
  const double opposite[] = { 1, -1, -1, 1 };
  g_autoptr(GError) error = NULL;
  double w[2];

  g_assert_false (mtl_bargain (opposite, 2, 1.0, w, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_NO_CONVERGENCE);
}

/* Rows (1, 1, −2), (−2, 0, 2), (2, −1, −1), each with an order of its own. */
static void
test_surgery_golden (void)
{
  const double gramian[] = { 6, -6, 3, -6, 8, -6, 3, -6, 6 };
  const guint32 orders[3][3] = { { 1, 2, 0 }, { 2, 0, 1 }, { 0, 1, 2 } };
  const double expected[2][3] = { { 1.5, 2.5, 2.25 }, { 1.5, 2.625, 2.25 } };

  for (guint self = 0; self < 2; self++)
    {
      double w[3] = { 0.0 };

      for (guint i = 0; i < 3; i++)
        mtl_surgery (gramian, 3, i, orders[i], self != 0, w);
      expect (self != 0 ? "visiting itself" : "skipping itself", w, expected[self], 3, 1e-12);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/solvers/simplex/golden", test_simplex_golden);
  g_test_add_func ("/solvers/min-norm/golden", test_min_norm_golden);
  g_test_add_func ("/solvers/min-norm/pair", test_min_norm_pair);
  g_test_add_func ("/solvers/min-norm/frank-wolfe", test_min_norm_frank_wolfe);
  g_test_add_func ("/solvers/min-norm/optimal", test_min_norm_optimal);
  g_test_add_func ("/solvers/dual-cone/optimal", test_dual_cone_optimal);
  g_test_add_func ("/solvers/dual-cone/gauss-seidel", test_dual_cone_gauss_seidel);
  g_test_add_func ("/solvers/cagrad/dual", test_cagrad_dual);
  g_test_add_func ("/solvers/eigen/golden", test_eigen);
  g_test_add_func ("/solvers/eigen/restores", test_eigen_restores);
  g_test_add_func ("/solvers/bargain/golden", test_bargain_golden);
  g_test_add_func ("/solvers/bargain/pair", test_bargain_pair);
  g_test_add_func ("/solvers/bargain/refuses", test_bargain_refuses);
  g_test_add_func ("/solvers/surgery/golden", test_surgery_golden);

  return g_test_run ();
}
