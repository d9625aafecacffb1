/* test-data-shared.c — the three shared tables against the figures that came
 * with them
 *
 * Rows, classes and missing values are those of the READMEs beside the tables.
 * The errors of least squares in them were computed elsewhere, so they vouch for
 * the whole way from the file to a batch: parsing, split, standardisation, targets.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "data-files.h"

static const char *const torques[] = { "tau1", "tau2", "tau3", "tau4", "tau5", "tau6", "tau7" };
static const char *const scores[] = { "motor_UPDRS", "total_UPDRS" };

/* Solves a·w = b for a symmetric positive a (n × n), both overwritten, by
 * elimination. */
static void
solve (double *a,
       double *b,
       guint   n)
{
  for (guint p = 0; p < n; p++)
    for (guint r = p + 1; r < n; r++)
      {
        double factor = a[r * n + p] / a[p * n + p];

        for (guint c = p; c < n; c++)
          a[r * n + c] -= factor * a[p * n + c];
        b[r] -= factor * b[p];
      }

  for (guint p = n; p-- > 0;)
    {
      for (guint c = p + 1; c < n; c++)
        b[p] -= a[p * n + c] * b[c];
      b[p] /= a[p * n + p];
    }
}

/* Input @i of row @r, with a constant behind the last one. */
static double
input_of (const MtlBatch *batch,
          gsize           r,
          guint           i,
          guint           width)
{
  return i < width ? batch->x[0][r * width + i] : 1.0;
}

/* Least squares on the training rows, @ridge on all but the constant; writes
 * what it says of each test row. */
static void
predict (const MtlBatch *train,
         const MtlBatch *test,
         guint           task,
         guint           width,
         double          ridge,
         double         *said)
{
  guint n = width + 1;
  g_autofree double *a = g_new0 (double, n * n);
  g_autofree double *b = g_new0 (double, n);

  for (gsize r = 0; r < train->rows; r++)
    for (guint i = 0; i < n; i++)
      {
        double x = input_of (train, r, i, width);

        if (x == 0.0)
          continue;
        b[i] += x * train->targets[task][r];
        for (guint j = 0; j < n; j++)
          a[i * n + j] += x * input_of (train, r, j, width);
      }
  for (guint i = 0; i < width; i++)
    a[i * n + i] += ridge;
  solve (a, b, n);

  for (gsize r = 0; r < test->rows; r++)
    {
      said[r] = 0.0;
      for (guint i = 0; i < n; i++)
        said[r] += b[i] * input_of (test, r, i, width);
    }
}

/* Mean squared error over the test rows; *variance: of the test targets. */
static double
measure (MtlData *data,
         guint    task,
         double  *variance)
{
  g_autoptr(MtlBatch) train = read_split (data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) test = read_split (data, MTL_DATA_TEST);
  g_autofree double *said = g_new (double, test->rows);
  double error = 0.0, mean = 0.0, squares = 0.0;

  predict (train, test, task, (guint) mtl_data_info (data)->shapes[0].size[0], 0.0, said);
  for (gsize r = 0; r < test->rows; r++)
    {
      double y = test->targets[task][r];

      error += (said[r] - y) * (said[r] - y) / test->rows;
      mean += y / test->rows;
      squares += y * y / test->rows;
    }

  *variance = squares - mean * mean;
  return error;
}

static void
check_near (const char *what,
            double      found,
            double      expected,
            double      tolerance)
{
  if (!(fabs (found - expected) <= tolerance))
    g_error ("%s: expected %g ± %g, found %.6g", what, expected, tolerance, found);
}

/* --- SARCOS: mean squared error by variance --- */

static void
check_sarcos (const char   *path,
              const char   *split,
              const double *expected)
{
  g_autoptr(MtlChosen) source = choose ("csv", "path", path, "split", split, "targets",
                                        "tau1, tau2, tau3, tau4, tau5, tau6, tau7", NULL);
  g_autoptr(MtlData) data = open_data (source, torques, 7);

  g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TRAIN), ==, 3560);
  g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TEST), ==, 889);
  g_assert_cmpuint (mtl_data_info (data)->shapes[0].size[0], ==, 21);
  for (guint k = 0; k < 7; k++)
    {
      double variance;
      double error = measure (data, k, &variance);

      check_near (torques[k], error / variance, expected[k], 6e-5);
    }
}

static void
test_sarcos (void)
{
  static const double interleaved[] = { .0713, .0989, .0843, .0530, .1195, .2702, .0600 };
  static const double last[] = { .1306, .0654, .0383, .0421, .4824, 2.5964, .0661 };
  g_autofree char *path = find_shared ("sarcos/sarcos_4449.csv");

  if (path == NULL)
    return;

  check_sarcos (path, "interleaved", interleaved);
  check_sarcos (path, "last", last);
}

/* --- Parkinson's: root mean squared error in the scores' own unit --- */

static void
check_parkinsons (const char   *path,
                  const char   *split,
                  const char   *share,
                  gsize         train_rows,
                  const double *expected)
{
  g_autoptr(MtlChosen) source = choose ("csv", "path", path, "split", split, "test", share,
                                        "targets", "motor_UPDRS,total_UPDRS", "ignore", "subject#",
                                        NULL);
  g_autoptr(MtlData) data = open_data (source, scores, 2);

  g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TRAIN), ==, train_rows);
  g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TEST), ==, 5875 - train_rows);
  g_assert_cmpuint (mtl_data_info (data)->shapes[0].size[0], ==, 19);
  for (guint k = 0; k < 2; k++)
    {
      const MtlRaw *raw = mtl_data_target_raw (data, k);
      double variance;

      /* What brings errors back to the unit of the target. */
      g_assert_cmpstr (raw->name, ==, scores[k]);
      check_near (scores[k], sqrt (measure (data, k, &variance)) * (double) raw->spread,
                  expected[k], 6e-3);
    }
}

static void
test_parkinsons (void)
{
  static const double by_row[] = { 7.54, 9.84 }, by_person[] = { 11.33, 15.79 };
  g_autofree char *path = find_shared ("parkinsons/parkinsons_updrs.csv");

  if (path == NULL)
    return;

  check_parkinsons (path, "interleaved", "0.2", 4700, by_row);
  /* Rows stand by person: the last 1183 are those of subjects 35 to 42. */
  check_parkinsons (path, "last", "0.2014", 4692, by_person);
}

/* --- Adult: classes, missing values, a file of test rows --- */

static const char *const labels[] = { "label_income", "label_never_married", "label_college" };

static MtlData *
open_adult (const char *train,
            const char *test,
            const char *missing)
{
  g_autoptr(MtlChosen) source = choose (
    "csv", "path", train, "test-path", test, "missing", missing,
    "targets", "label_income,label_never_married,label_college", "inputs",
    "age,capital_gain,capital_loss,hours_per_week,workclass,occupation,race,sex,native_country",
    NULL);

  return open_data (source, labels, 3);
}

/* Accuracy of ridge least squares at the threshold ½. */
static double
measure_accuracy (const MtlBatch *train,
                  const MtlBatch *test,
                  guint           task,
                  guint           width)
{
  g_autofree double *said = g_new (double, test->rows);
  guint right = 0;

  predict (train, test, task, width, 1.0, said);
  for (gsize r = 0; r < test->rows; r++)
    right += (said[r] > 0.5) == (test->targets[task][r] > 0.5f);

  return (double) right / test->rows;
}

static void
test_adult (void)
{
  static const guint ones[2][3] = { { 7841, 10683, 8067 }, { 3846, 5434, 4043 } };
  static const double accuracy[] = { 0.8082, 0.8165, 0.8216 };
  g_autofree char *train_path = find_shared ("adult/adult_train.csv.gz");
  g_autofree char *test_path = find_shared ("adult/adult_test.csv.gz");
  g_autoptr(MtlData) data = NULL, dropped = NULL;
  g_autoptr(MtlBatch) train = NULL, test = NULL;

  if (train_path == NULL || test_path == NULL)
    return;

  data = open_adult (train_path, test_path, "mean");
  train = read_split (data, MTL_DATA_TRAIN);
  test = read_split (data, MTL_DATA_TEST);
  g_assert_cmpuint (train->rows, ==, 32561);
  g_assert_cmpuint (test->rows, ==, 16281);
  /* Four numbers and 8 + 14 + 5 + 2 + 41 classes: “?” is none of them. */
  g_assert_cmpuint (mtl_data_info (data)->shapes[0].size[0], ==, 74);
  g_assert_nonnull (strstr (mtl_data_info (data)->note,
                            "workclass 2799, occupation 2809, native_country 857"));

  for (guint k = 0; k < 3; k++)
    {
      double sums[2] = { 0.0, 0.0 };

      for (gsize r = 0; r < train->rows; r++)
        sums[0] += train->targets[k][r];
      for (gsize r = 0; r < test->rows; r++)
        sums[1] += test->targets[k][r];
      g_assert_cmpfloat (sums[0], ==, ones[0][k]);
      g_assert_cmpfloat (sums[1], ==, ones[1][k]);
      /* The figures took “?” for a class and standardised the classes too, so
       * a few rows in a thousand may fall on the other side. */
      check_near (labels[k], measure_accuracy (train, test, k, 74), accuracy[k], 2e-3);
    }

  dropped = open_adult (train_path, test_path, "drop");
  g_assert_cmpuint (mtl_data_rows (dropped, MTL_DATA_TRAIN), ==, 32561 - 2399);
  g_assert_cmpuint (mtl_data_rows (dropped, MTL_DATA_TEST), ==, 16281 - 1221);
}

/* Wrong values are those of other rows: every one occurs in the column, and as
 * many differ as asked for. */
static void
test_noise_of_values (void)
{
  g_autofree char *path = find_shared ("sarcos/sarcos_4449.csv");
  g_autoptr(MtlChosen) source = NULL;
  g_autoptr(MtlData) data = NULL;
  g_autoptr(MtlBatch) train = NULL, clean = NULL;
  g_autoptr(GHashTable) known = g_hash_table_new (g_direct_hash, g_direct_equal);
  guint wrong = 0;

  if (path == NULL)
    return;

  source = choose ("csv", "path", path, "targets", "tau1", "ignore",
                   "tau2,tau3,tau4,tau5,tau6,tau7", "label-noise", "0.25", NULL);
  data = open_data (source, torques, 1);
  train = read_split (data, MTL_DATA_TRAIN);
  clean = read_split (data, MTL_DATA_TRAIN_CLEAN);
  for (gsize r = 0; r < clean->rows; r++)
    {
      guint32 bits;

      memcpy (&bits, &clean->targets[0][r], sizeof bits);
      g_hash_table_add (known, GUINT_TO_POINTER (bits));
    }
  for (gsize r = 0; r < train->rows; r++)
    {
      guint32 bits;

      memcpy (&bits, &train->targets[0][r], sizeof bits);
      g_assert_true (g_hash_table_contains (known, GUINT_TO_POINTER (bits)));
      wrong += train->targets[0][r] != clean->targets[0][r];
    }
  check_near ("wrong values", wrong, 0.25 * train->rows, 4.0 * sqrt (train->rows * 0.25 * 0.75));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/data-shared/sarcos", test_sarcos);
  g_test_add_func ("/data-shared/parkinsons", test_parkinsons);
  g_test_add_func ("/data-shared/adult", test_adult);
  g_test_add_func ("/data-shared/noise-of-values", test_noise_of_values);

  return g_test_run ();
}
