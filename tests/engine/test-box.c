/* test-box.c — sharpness in a box against the highest of all its corners
 *
 * The loss of a linear model is a convex quadratic, whose maximum over a box is at a corner:
 * with 12 weights there are 4096 of these, and each is looked at, in double.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "probe-bench.h"

#define ROWS 60
#define HALF (NET_X + 1)   /* weights of the trunk, and of the head */
#define ALL  (2 * HALF)

static char *table;

/* y1 reads the trunk, y0 the trunk and its head. */
static const char linear[] =
  "d csv\nt dense units=1 < d.features\nh0 dense units=1 < d.features\n"
  "s add < t.out h0.out\ny0 task loss=mse < s.out\ny1 task loss=mse < t.out";

static double
find_loss (const Bench  *bench,
           int           subject,
           const double *theta)
{
  double sum[2] = { 0 };

  for (guint r = 0; r < ROWS; r++)
    {
      const float *x = bench->batch->x[0] + r * NET_X;
      double own = theta[ALL - 1];
      double shared = theta[HALF - 1];

      for (guint i = 0; i < NET_X; i++)
        {
          shared += theta[i] * x[i];
          own += theta[HALF + i] * x[i];
        }
      sum[0] += pow (shared + own - bench->batch->targets[0][r], 2.0) / ROWS;
      sum[1] += pow (shared - bench->batch->targets[1][r], 2.0) / ROWS;
    }

  return subject == MTL_ALL_TASKS ? (sum[0] + sum[1]) / 2.0 : sum[subject];
}

/* In percent of 1 + the loss. */
static double
find_highest (const Bench *bench,
              int          subject,
              double       epsilon)
{
  double theta[ALL];
  double loss, most;

  for (guint i = 0; i < ALL; i++)
    theta[i] = bench->theta[i];
  most = loss = find_loss (bench, subject, theta);
  for (guint corner = 0; corner < 1u << ALL; corner++)
    {
      for (guint i = 0; i < ALL; i++)
        theta[i] = bench->theta[i] + ((corner >> i & 1) != 0 ? 1.0 : -1.0) * epsilon
                                     * (fabs ((double) bench->theta[i]) + 1.0);
      most = MAX (most, find_loss (bench, subject, theta));
    }

  return 100.0 * (most - loss) / (1.0 + loss);
}

static void
open_linear (Bench *bench)
{
  bench_open (bench, linear, table, ROWS, ROWS, 1);
  g_assert_cmpuint (bench->p, ==, ALL);
  g_assert_cmpuint (bench->d, ==, HALF);
  for (guint i = 0; i < ALL; i++)
    bench->theta[i] = (float) (0.9 * sin (1.3 * i + 0.4));
}

/* Never above the highest corner; and that corner itself where the box is small. */
static void
test_corners (void)
{
  static const struct { const char *epsilon, *ascent; double least; } cases[] = {
    { "0.001", "1", 1.0 - 1e-3 }, { "0.001", "10", 1.0 - 1e-3 }, { "0.02", "10", 1.0 - 1e-3 },
    { "0.3", "10", 0.9 },         { "1", "40", 0.8 },            { "0.3", "3", 0.5 },
  };
  Bench bench;

  open_linear (&bench);
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      const char *const sets[] = { "epsilon", cases[c].epsilon, "ascent", cases[c].ascent, NULL };
      g_autoptr(MtlFindings) findings = find_all (&bench, "box-sharpness", sets, 2);

      g_assert_cmpuint (mtl_findings_count (findings), ==, 3);
      for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
        {
          const MtlFinding *found = find_one (findings, "box-sharpness", subject);
          double highest = find_highest (&bench, subject, atof (cases[c].epsilon));

          g_test_message ("ε = %s, %s steps, task %d: %.9g of %.9g", cases[c].epsilon,
                          cases[c].ascent, subject, found->value, highest);
          g_assert_cmpfloat (found->x, ==, atof (cases[c].ascent));
          if (!(found->value <= highest * (1.0 + 1e-3))
              || !(found->value >= cases[c].least * highest))
            g_test_fail_printf ("ε = %s, %s steps, task %d: %.9g, the highest corner has %.9g",
                                cases[c].epsilon, cases[c].ascent, subject, found->value, highest);
          g_assert_true (found->x == 1.0 ? isnan (found->error)
                                         : found->error >= 0.0 && found->error <= found->value);
        }
    }
  bench_clear (&bench);
}

/* A box without extent has no rise, and one where nothing is a number has no figure. */
static void
test_ends (void)
{
  static const char *const point[] = { "epsilon", "0", NULL };
  g_autoptr(MtlFindings) none = NULL;
  g_autoptr(MtlFindings) beyond = NULL;
  Bench bench;

  open_linear (&bench);
  none = find_all (&bench, "box-sharpness", point, 1);
  for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
    g_assert_cmpfloat (find_one (none, "box-sharpness", subject)->value, ==, 0.0);

  bench.theta[0] = NAN;
  beyond = find_all (&bench, "box-sharpness", NULL, 1);
  for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
    g_assert_true (isnan (find_one (beyond, "box-sharpness", subject)->value));
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (75);

  g_test_add_func ("/box/corners", test_corners);
  g_test_add_func ("/box/ends", test_ends);

  status = g_test_run ();
  remove_table (table);

  return status;
}
