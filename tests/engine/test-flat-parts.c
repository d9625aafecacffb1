/* test-flat-parts.c — loss parts and flatness parts against arithmetic in double
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-probe-subject.h"
#include "probe-bench.h"

#define ROWS 60

static char *table;

/* Of two parts, i ≤ j: 0: ⟨g_0, g_1⟩, 1: ⟨h_0, h_1⟩, 2 and 3: ⟨g_k, h_k⟩, 4 and 5: |h_k|. */
typedef struct
{
  MtlSpread products[6], shares[4];
} Expected;

static double
multiply (const double *a,
          const double *b)
{
  double sum = 0.0;

  for (guint i = 0; i < NET_TRUNK; i++)
    sum += a[i] * b[i];

  return sum;
}

static void
expect_batch (const Bench   *bench,
              const guint32 *rows,
              gsize          n,
              const double  *theta,
              double         rho,
              gboolean       adaptive,
              Expected      *expected)
{
  double g[2][NET_P], h[2][NET_P], moved[NET_P], products[6];

  for (int k = 0; k < 2; k++)
    {
      double norm2 = 0.0;

      net_loss (bench, k, rows, n, theta, g[k]);
      for (guint i = 0; i < NET_P; i++)
        norm2 += g[k][i] * g[k][i] * (adaptive ? theta[i] * theta[i] : 1.0);
      for (guint i = 0; i < NET_P; i++)
        moved[i] = theta[i] + rho / sqrt (norm2) * g[k][i]
                              * (adaptive ? theta[i] * theta[i] : 1.0);
      net_loss (bench, k, rows, n, moved, h[k]);
      for (guint i = 0; i < NET_P; i++)
        h[k][i] -= g[k][i];
      products[2 + k] = multiply (g[k], h[k]);
      products[4 + k] = sqrt (multiply (h[k], h[k]));
    }
  products[0] = multiply (g[0], g[1]);
  products[1] = multiply (h[0], h[1]);
  for (guint p = 0; p < 6; p++)
    mtl_spread_add (&expected->products[p], products[p]);
  for (guint p = 0; p < 4; p++)
    mtl_spread_add (&expected->shares[p], products[p] < 0.0);
}

static void
compare (const MtlFindings *findings,
         const char        *id,
         int                task,
         int                other,
         const MtlSpread   *spread)
{
  const MtlFinding *found = look_up (findings, id, task, other, NULL, NAN);

  g_assert_nonnull (found);
  check (found, spread->mean, 1e-3 * fabs (spread->mean) + 1e-7);
  if (!(fabs (found->error - mtl_spread_error (spread))
        <= 1e-3 * mtl_spread_error (spread) + 1e-7))
    g_test_fail_printf ("%s of task %d: error %.6g, expected %.6g", id, task, found->error,
                        mtl_spread_error (spread));
}

static void
test_network (gconstpointer data)
{
  const char *const *sets = data;
  gboolean adaptive = strcmp (sets[3], "true") == 0;
  g_autoptr(MtlFindings) findings = NULL;
  Expected expected = { 0 };
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  findings = find_all (&bench, "flat-parts", sets, 2);
  mtl_rng_shuffle (mtl_rng_new ((guint64) mtl_setup_number (bench.design, "seed"),
                                MTL_STREAM_PROBE), rows, ROWS);
  for (gsize first = 0; first < ROWS; first += 5)
    expect_batch (&bench, rows + first, 5, theta, atof (sets[1]), adaptive, &expected);

  compare (findings, "loss-conflict", 0, 1, &expected.shares[0]);
  compare (findings, "loss-conflict", MTL_ALL_TASKS, MTL_ALL_TASKS, &expected.shares[0]);
  compare (findings, "loss-product", 0, 1, &expected.products[0]);
  compare (findings, "flat-conflict", 0, 1, &expected.shares[1]);
  compare (findings, "flat-product", 0, 1, &expected.products[1]);
  for (int k = 0; k < 2; k++)
    {
      compare (findings, "own-conflict", k, MTL_ALL_TASKS, &expected.shares[2 + k]);
      compare (findings, "own-product", k, MTL_ALL_TASKS, &expected.products[2 + k]);
      compare (findings, "flat-part-norm", k, MTL_ALL_TASKS, &expected.products[4 + k]);
    }
  g_assert_cmpfloat (find_one (findings, "own-conflict", MTL_ALL_TASKS)->value, ==,
                     (expected.shares[2].mean + expected.shares[3].mean) / 2.0);
  bench_clear (&bench);
}

static const char *const radii[][7] = {
  { "rho", "0.3", "adaptive", "false", "batch", "5", NULL },
  { "rho", "1.5", "adaptive", "true", "batch", "5", NULL },
};

/* Nothing moves, so nothing is added and nothing of it is in conflict. */
static void
test_point (void)
{
  static const char *const sets[] = { "rho", "0", NULL };
  g_autoptr(MtlFindings) findings = NULL;
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  findings = find_all (&bench, "flat-parts", sets, 1);
  g_assert_cmpfloat (find_one (findings, "flat-part-norm", 0)->value, ==, 0.0);
  g_assert_cmpfloat (find_one (findings, "own-conflict", MTL_ALL_TASKS)->value, ==, 0.0);
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (75);

  g_test_add_data_func ("/flat-parts/plain", radii[0], test_network);
  g_test_add_data_func ("/flat-parts/adaptive", radii[1], test_network);
  g_test_add_func ("/flat-parts/point", test_point);

  status = g_test_run ();
  remove_table (table);

  return status;
}
