/* test-solvers-large.c — the small solvers against their conditions of optimality
 *
 * Each to 1e-9 of what it minimises, for up to 32 tasks. Where a direction is shorter
 * than 1e-7 of its terms it is rounding and has no ninth digit: 1e-15 of these is let
 * pass beside.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "large-problems.h"
#include "mtl-balancer.h"

#define N_PROBLEMS 500
#define EXACT      1e-9

/* For what should be at most @most. */
static void
expect_small (const LargeProblem *p,
              const char         *what,
              double              value,
              double              most)
{
  if (!(value <= most))
    g_test_fail_printf ("problem %u (%s), %u×%u: %s is %g, at most %g", p->n, p->family, p->k,
                        p->columns, what, value, most);
}

/* Σ |w_k|·|g_k| */
static double
measure_terms (const LargeProblem *p,
               const double       *w)
{
  double sum = 0.0;

  for (guint i = 0; i < p->k; i++)
    sum += fabs (w[i]) * p->norms[i];

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

/* No row gains less than |d|²: the gap bounds how far |d|² is from the least. */
static void
test_min_norm (void)
{
  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      LargeProblem p;
      double w[LARGEST], slopes[LARGEST], square, terms, sum = 0.0;

      draw_large (&p, n);
      g_assert_true (mtl_min_norm (p.gramian, NULL, p.k, w, NULL));
      mtl_gram_apply (p.gramian, p.k, w, slopes);
      square = dot (w, slopes, p.k);
      terms = measure_terms (&p, w);
      for (guint i = 0; i < p.k; i++)
        {
          sum += w[i];
          expect_small (&p, "−w", -w[i], 0.0);
          expect_small (&p, "the gap", square - slopes[i],
                        EXACT * square + 2e-14 * terms * (terms + p.norms[i]));
        }
      expect_small (&p, "Σ w − 1", fabs (sum - 1.0), 1e-14);
    }
}

/* v ≥ u, no conflict, and no row with both above. */
static void
check_cone (const LargeProblem *p,
            const double       *u)
{
  double v[LARGEST], slopes[LARGEST], length, terms;

  g_assert_true (mtl_dual_cone (p->gramian, p->k, u, v, NULL));
  mtl_gram_apply (p->gramian, p->k, v, slopes);
  length = mtl_gram_length (p->gramian, p->k, v);
  terms = measure_terms (p, v);
  if (length <= 1e-7 * terms)
    return;

  for (guint i = 0; i < p->k; i++)
    {
      expect_small (p, "u − v", u[i] - v[i], 0.0);
      expect_small (p, "the conflict", -slopes[i],
                    p->norms[i] * (EXACT * length + 1e-14 * terms));
      expect_small (p, "(v − u)·Mv", fabs ((v[i] - u[i]) * slopes[i]),
                    EXACT * length * length + 1e-14 * terms * terms);
    }
}

static void
test_dual_cone (void)
{
  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      LargeProblem p;
      double u[LARGEST] = { 0.0 };

      draw_large (&p, n);
      check_cone (&p, p.mean);
      u[n % p.k] = 1.0;
      check_cone (&p, u);
    }
}

static MtlBalanceStatus
weigh (const LargeProblem *p,
       const char         *id,
       const char         *param,
       const char         *value,
       double             *w)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_BALANCER, id, NULL);
  g_autoptr(MtlChosen) initial = mtl_chosen_new (MTL_KIND_BALANCER, method);
  g_autoptr(MtlChosen) chosen = mtl_chosen_with (initial, param, value, NULL);
  const MtlBalancer *balancer = (const MtlBalancer *) method;
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlState) state = NULL;
  MtlStateSpec spec = { 0 };
  MtlBalanceInput in = {
    .n_tasks = p->k, .task = p->task, .gramian = p->gramian,
    .set = mtl_chosen_settings (chosen), .chosen = chosen,
  };
  MtlBalanceStatus status;

  if (balancer->declare != NULL)
    balancer->declare (p->k, p->columns, in.set, &spec);
  in.state = state = mtl_state_new (&spec);
  status = mtl_balancer_weigh (balancer, &in, w, &error);
  if (error != NULL)
    g_test_fail_printf ("problem %u (%s), %u×%u: %s", p->n, p->family, p->k, p->columns,
                        error->message);

  return status;
}

/* d = g_0 + φ·g_w/|g_w| gains Σ w_k·⟨d, g_k⟩ by the weights of its second part, and no
 * direction in the ball gains more in its worst task: the difference of the two is a
 * bound of what is left. */
static void
test_cagrad (void)
{
  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      LargeProblem p;
      double w[LARGEST], slopes[LARGEST], off[LARGEST], lowest = INFINITY, sum = 0.0;
      double longest = 0.0;

      draw_large (&p, n);
      if (weigh (&p, "cagrad", "rescale", "none", w) != MTL_BALANCE_OK)
        continue;

      mtl_gram_apply (p.gramian, p.k, w, slopes);
      for (guint i = 0; i < p.k; i++)
        {
          off[i] = w[i] - p.mean[i];
          sum += off[i];
          lowest = MIN (lowest, slopes[i]);
          longest = MAX (longest, p.norms[i]);
        }
      expect_small (&p, "the gap of the worst task", dot (off, slopes, p.k) / sum - lowest,
                    EXACT * longest * mtl_gram_length (p.gramian, p.k, w));
      expect_small (&p, "|d − g_0| over 0.5·|g_0|",
                    fabs (mtl_gram_length (p.gramian, p.k, off)
                          / mtl_gram_length (p.gramian, p.k, p.mean) / 0.5 - 1.0), EXACT);
    }
}

/* (Mw)_k = w_k^(−1/alpha) */
static void
check_bargain (const LargeProblem *p,
               const char         *value)
{
  double w[LARGEST], slopes[LARGEST];
  double alpha = g_ascii_strtod (value, NULL);
  double terms;

  if (weigh (p, "fairgrad", "alpha", value, w) != MTL_BALANCE_OK)
    return;

  mtl_gram_apply (p->gramian, p->k, w, slopes);
  terms = measure_terms (p, w);
  for (guint i = 0; i < p->k; i++)
    {
      double wanted = pow (w[i], -1.0 / alpha);

      if (p->norms[i] > 0.0)
        expect_small (p, value, fabs (slopes[i] - wanted),
                      EXACT * wanted + 1e-14 * p->norms[i] * terms);
    }
}

static void
test_bargain (void)
{
  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      LargeProblem p;

      draw_large (&p, n);
      check_bargain (&p, "1");
      check_bargain (&p, "0.5");
      check_bargain (&p, "2");
      check_bargain (&p, "10");
    }
}

/* V·diag·Vᵀ = M and VᵀV = 1. */
static void
test_eigen (void)
{
  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      LargeProblem p = { 0 };
      double a[LARGEST * LARGEST], values[LARGEST], v[LARGEST * LARGEST], trace = 0.0;

      draw_large (&p, n);
      memcpy (a, p.gramian, sizeof a);
      g_assert_true (mtl_eigen_symmetric (a, p.k, values, v, NULL));
      for (guint i = 0; i < p.k; i++)
        trace += p.gramian[i * p.k + i];

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
                          1e-12 * trace);
            expect_small (&p, "VᵀV − 1", fabs (product), 1e-12);
          }
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/solvers/large/min-norm", test_min_norm);
  g_test_add_func ("/solvers/large/dual-cone", test_dual_cone);
  g_test_add_func ("/solvers/large/cagrad", test_cagrad);
  g_test_add_func ("/solvers/large/bargain", test_bargain);
  g_test_add_func ("/solvers/large/eigen", test_eigen);

  return g_test_run ();
}
