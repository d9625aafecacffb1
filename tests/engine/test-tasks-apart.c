/* test-tasks-apart.c — Fisher and conflict probes against arithmetic in double
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-pair.h"
#include "mtl-probe-subject.h"
#include "probe-bench.h"

#define ROWS 60

static char *table;

/* --- Fisher --- */

static double
square (const double *a,
        const double *b)
{
  double sum = 0.0;

  for (guint i = 0; i < NET_P; i++)
    sum += a[i] * b[i];

  return sum;
}

static double
expected_fisher (const Bench   *bench,
                 int            subject,
                 const guint32 *rows,
                 const double  *theta)
{
  double sum = 0.0;
  double g[NET_P];

  for (gsize r = 0; r < ROWS; r++)
    {
      net_loss (bench, subject, rows + r, 1, theta, g);
      sum += square (g, g) / ROWS;
    }

  return sum;
}

static void
test_rows (void)
{
  g_autoptr(MtlFindings) findings = NULL;
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  findings = find_all (&bench, "fisher", NULL, 1);
  for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
    {
      double expected = expected_fisher (&bench, subject, rows, theta);

      check (find_one (findings, "fisher-trace", subject), expected, 1e-4 * expected);
      g_assert_cmpfloat (find_one (findings, "fisher-trace", subject)->error, >, 0.0);
    }
  bench_clear (&bench);
}

/* Over batches it is right in the mean over ways to deal, which the seed decides, and far
 * from B·mean |g|², which forgets the mean gradient. */
static void
test_fisher_batches (void)
{
  static const char *const sets[] = { "batch", "10", NULL };
  MtlSpread spreads[3] = { 0 };
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  for (guint seed = 0; seed < 200; seed++)
    {
      g_autofree char *text = g_strdup_printf ("%u", seed);
      g_autoptr(MtlFindings) findings = NULL;

      bench.design = set_value (bench.design, "experiment.seed", text);
      findings = find_all (&bench, "fisher", sets, 1);
      for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
        mtl_spread_add (&spreads[subject + 1],
                        find_one (findings, "fisher-trace-by-batch", subject)->value);
    }

  for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
    {
      double expected = expected_fisher (&bench, subject, rows, theta);
      double error = mtl_spread_error (&spreads[subject + 1]);
      double g[NET_P];

      net_loss (&bench, subject, rows, ROWS, theta, g);
      if (!(fabs (spreads[subject + 1].mean - expected) <= 4.0 * error))
        g_test_fail_printf ("task %d: over batches %.6g ± %.2g in the mean, by row %.6g", subject,
                            spreads[subject + 1].mean, error, expected);
      g_assert_cmpfloat (9.0 * square (g, g), >, 10.0 * error);
    }
  bench_clear (&bench);
}

/* --- conflict --- */

/* Diagnostics of J4 = [[3, 0, 1], [−2, 1, 1], [0, −3, 0.5]] (the golden checks, 11.9). */
static void
test_pairs (void)
{
  static const double j4[3][3] = { { 3.0, 0.0, 1.0 }, { -2.0, 1.0, 1.0 }, { 0.0, -3.0, 0.5 } };
  static const struct { guint i, j; double cosine, similarity, curvature; } golden[] = {
    { 0, 1, -0.645497224, 0.968245837, 2.527777778 },
    { 0, 2, 0.051987525, 0.999240730, 0.898798799 },
    { 1, 2, -0.335578028, 0.977027175, 1.753131180 },
  };

  for (guint n = 0; n < G_N_ELEMENTS (golden); n++)
    {
      double m[3] = { 0 };
      MtlPair pair;

      for (guint c = 0; c < 3; c++)
        {
          m[0] += j4[golden[n].i][c] * j4[golden[n].i][c];
          m[1] += j4[golden[n].j][c] * j4[golden[n].j][c];
          m[2] += j4[golden[n].i][c] * j4[golden[n].j][c];
        }
      pair = mtl_pair (m[0], m[1], m[2]);
      g_assert_cmpfloat (fabs (pair.cosine - golden[n].cosine), <, 1e-9);
      g_assert_cmpfloat (fabs (pair.similarity - golden[n].similarity), <, 1e-9);
      g_assert_cmpfloat (fabs (pair.curvature - golden[n].curvature), <, 1e-9);
      g_assert_false (pair.zero);
    }

  g_assert_true (mtl_pair (0.0, 4.0, 0.0).zero);
  g_assert_cmpfloat (mtl_pair (0.0, 4.0, 0.0).cosine, ==, 0.0);
  g_assert_cmpfloat (mtl_pair (0.0, 4.0, 0.0).similarity, ==, 0.0);
  g_assert_cmpfloat (mtl_pair (0.0, 0.0, 0.0).similarity, ==, 1.0);
  g_assert_true (isnan (mtl_pair (0.0, 0.0, 0.0).curvature));
  g_assert_true (isnan (mtl_pair (4.0, 4.0, -4.0).curvature));
  g_assert_cmpfloat (fabs (mtl_pair (1e-200, 4e-200, 1e-200).cosine - 0.5), <, 1e-12);
}

static const char deep[] =
  "d csv\nt dense units=6 < d.features\nr tanh < t.out\nu dense units=4 < r.out\n"
  "x tanh < u.out\nh0 dense units=1 < x.out\nh1 dense units=1 < x.out\n"
  "h2 dense units=1 < r.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\n"
  "y2 task loss=mse < h2.out";

/* Inner products of the blocks sum to those of the trunk, which are those that the balancers
 * see; the third task does not reach the second block. */
static void
test_blocks (void)
{
  static const char *const sets[] = { "batch", "60", NULL };
  static const char *const blocks[] = { "t", "u" };
  g_autoptr(MtlFindings) findings = NULL;
  g_autoptr(MtlGrads) grads = NULL;
  double m[9];
  MtlPass pass;
  Bench bench;

  bench_open (&bench, deep, table, ROWS, ROWS, 1);
  findings = find_all (&bench, "conflict", sets, 1);
  grads = mtl_grads_new (bench.plan);
  pass = bench_pass (&bench, 7, MTL_PASS_EVALUATE);
  mtl_work_run (bench.work, &pass, NULL, grads, NULL);
  mtl_grads_gram (grads, grads, NULL, m);
  for (int i = 0; i < 3; i++)
    for (int j = i; j < 3; j++)
      {
        const char *id = i == j ? "squared-norm" : "inner-product";
        int other = i == j ? MTL_ALL_TASKS : j;
        const MtlFinding *whole = look_up (findings, id, i, other, NULL, NAN);
        double scale = sqrt (m[i * 3 + i] * m[j * 3 + j]);
        double sum = 0.0;

        for (guint b = 0; b < 2; b++)
          {
            const MtlFinding *part = look_up (findings, id, i, other, blocks[b], NAN);

            g_assert_true ((part != NULL) == (b == 0 || j < 2));
            sum += part != NULL ? part->value : 0.0;
          }
        check (whole, m[i * 3 + j], 1e-5 * scale);
        check (whole, sum, 1e-9 * scale);
        if (i < j)
          check (look_up (findings, "cosine", i, j, NULL, NAN), m[i * 3 + j] / scale, 1e-5);
        g_assert_null (look_up (findings, "noise-floor", i, MTL_ALL_TASKS, NULL, NAN));
      }
  bench_clear (&bench);
}

/* ⟨g_i, g_j⟩ over the trunk, of the gradients of two batches in double. */
static double
multiply (const double *a,
          const double *b)
{
  double sum = 0.0;

  for (guint n = 0; n < NET_TRUNK; n++)
    sum += a[n] * b[n];

  return sum;
}

/* Four batches of 15 rows, dealt by the design's seed. */
static void
test_batches (void)
{
  static const char *const sets[] = { "batch", "15", NULL };
  g_autoptr(MtlFindings) findings = NULL;
  double theta[NET_P], g[4][2][NET_P];
  double cosine = 0.0, share = 0.0;
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  findings = find_all (&bench, "conflict", sets, 1);
  mtl_rng_shuffle (mtl_rng_new ((guint64) mtl_setup_number (bench.design, "seed"),
                                MTL_STREAM_PROBE), rows, ROWS);
  for (guint b = 0; b < 4; b++)
    {
      double c;

      for (int k = 0; k < 2; k++)
        net_loss (&bench, k, rows + b * 15, 15, theta, g[b][k]);
      c = multiply (g[b][0], g[b][1])
          / sqrt (multiply (g[b][0], g[b][0]) * multiply (g[b][1], g[b][1]));
      cosine += c / 4.0;
      share += c < 0.0 ? 0.25 : 0.0;
    }
  check (look_up (findings, "cosine", 0, 1, NULL, NAN), cosine, 1e-5);
  check (look_up (findings, "conflict-share", 0, 1, NULL, NAN), share, 1e-12);
  check (find_one (findings, "conflict-share", MTL_ALL_TASKS), share, 1e-12);
  g_assert_cmpfloat (look_up (findings, "cosine", 0, 1, NULL, NAN)->error, >, 0.0);
  for (int k = 0; k < 2; k++)
    {
      double floor = 0.0;

      for (guint b = 0; b < 4; b += 2)
        floor += 0.5 * multiply (g[b][k], g[b + 1][k])
                 / sqrt (multiply (g[b][k], g[b][k]) * multiply (g[b + 1][k], g[b + 1][k]));
      check (find_one (findings, "noise-floor", k), floor, 1e-5);
    }
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (75);

  g_test_add_func ("/fisher/rows", test_rows);
  g_test_add_func ("/fisher/batches", test_fisher_batches);
  g_test_add_func ("/conflict/pairs", test_pairs);
  g_test_add_func ("/conflict/blocks", test_blocks);
  g_test_add_func ("/conflict/batches", test_batches);

  status = g_test_run ();
  remove_table (table);

  return status;
}
