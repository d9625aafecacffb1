/* test-correlated.c — the directions, waves and noise of tasks made to be related
 *
 * Without waves and noise a target is linear in the columns, so that as many
 * samples as there are columns give back its direction.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "made-data.h"

#define COLUMNS 16   /* the least that the source takes, and the most tasks */
#define SAMPLES "500"
#define SINES   4

static const char *const tasks[] = {
  "y1", "y2", "y3", "y4", "y5", "y6", "y7", "y8", "y9", "y10", "y11", "y12", "y13", "y14", "y15",
  "y16",
};

static MtlChosen *
choose_tasks (const char *n_tasks,
              const char *correlation,
              const char *sines,
              const char *noise)
{
  return choose ("correlated-tasks", "columns", "16", "tasks", n_tasks, "correlation", correlation,
                 "train-size", SAMPLES, "test-size", "10", "sines", sines, "noise", noise,
                 "scale", "0.7", NULL);
}

/* z of a·z = b, by elimination with pivots; @a n×n and @b are spoilt. */
static void
solve (guint   n,
       double *a,
       double *b,
       double *z)
{
  for (guint k = 0; k < n; k++)
    {
      guint best = k;

      for (guint r = k + 1; r < n; r++)
        best = fabs (a[r * n + k]) > fabs (a[best * n + k]) ? r : best;
      for (guint c = 0; c < n; c++)
        {
          double kept = a[k * n + c];

          a[k * n + c] = a[best * n + c];
          a[best * n + c] = kept;
        }
      z[0] = b[k];
      b[k] = b[best];
      b[best] = z[0];
      for (guint r = k + 1; r < n; r++)
        {
          double factor = a[r * n + k] / a[k * n + k];

          for (guint c = k; c < n; c++)
            a[r * n + c] -= factor * a[k * n + c];
          b[r] -= factor * b[k];
        }
    }
  for (guint k = n; k-- > 0;)
    {
      z[k] = b[k];
      for (guint c = k + 1; c < n; c++)
        z[k] -= a[k * n + c] * z[c];
      z[k] /= a[k * n + k];
    }
}

/* The least squares of @rows samples: @features of each are @n numbers. */
static void
fit (guint         n,
     gsize         rows,
     const double *features,
     const double *y,
     double       *z)
{
  g_autofree double *a = g_new0 (double, n * n);
  g_autofree double *b = g_new0 (double, n);

  for (gsize r = 0; r < rows; r++)
    for (guint i = 0; i < n; i++)
      {
        b[i] += features[r * n + i] * y[r];
        for (guint j = 0; j < n; j++)
          a[i * n + j] += features[r * n + i] * features[r * n + j];
      }
  solve (n, a, b, z);
}

/* --- directions --- */

static void
find_direction (const MtlBatch *batch,
                guint           task,
                double         *w)
{
  g_autofree double *x = g_new (double, batch->rows * COLUMNS);
  g_autofree double *y = g_new (double, batch->rows);

  for (gsize i = 0; i < batch->rows * COLUMNS; i++)
    x[i] = (double) batch->x[0][i];
  for (gsize r = 0; r < batch->rows; r++)
    y[r] = (double) batch->targets[task][r];
  fit (COLUMNS, batch->rows, x, y, w);
}

static void
check_correlation (const char *n_tasks,
                   const char *correlation)
{
  g_autoptr(MtlChosen) source = choose_tasks (n_tasks, correlation, "0", "0");
  guint n = (guint) g_ascii_strtoull (n_tasks, NULL, 10);
  g_autoptr(MtlData) data = open_data (source, tasks, n);
  g_autoptr(MtlBatch) batch = read_split (data, MTL_DATA_TRAIN);
  double w[COLUMNS][COLUMNS];

  for (guint k = 0; k < n; k++)
    find_direction (batch, k, w[k]);
  for (guint j = 0; j < n; j++)
    for (guint k = 0; k < n; k++)
      {
        double product = 0.0;

        for (guint i = 0; i < COLUMNS; i++)
          product += w[j][i] * w[k][i];
        g_assert_cmpfloat_with_epsilon (product / 0.49, j == k ? 1.0
                                        : g_ascii_strtod (correlation, NULL), 1e-5);
      }
}

static void
test_correlation (void)
{
  static const char *const cases[][2] = {
    { "2", "-1" }, { "2", "-0.3" }, { "2", "0" }, { "2", "0.5" }, { "2", "1" }, { "3", "-0.5" },
    { "3", "0.9" }, { "16", "-0.0666666667" }, { "16", "0.25" }, { "16", "1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check_correlation (cases[i][0], cases[i][1]);
}

static void
test_refusal (void)
{
  g_autoptr(MtlChosen) source = choose_tasks ("4", "-0.5", "0", "0");
  g_autoptr(GError) error = NULL;
  MtlSourceInfo info;

  g_assert_false (mtl_data_describe (source, &info, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "4 tasks cannot have a correlation of -0.5 with each "
                            "other; the least is -0.3333: raise the correlation or have fewer "
                            "tasks"));
}

/* --- waves and noise --- */

/* What is left of a target without its line is a sine of each frequency, of height
 * 1, and the phases are those of the other task. */
static void
test_waves (void)
{
  g_autoptr(MtlChosen) straight = choose_tasks ("2", "0.5", "0", "0");
  g_autoptr(MtlChosen) waved = choose_tasks ("2", "0.5", "4", "0");
  g_autoptr(MtlData) straight_data = open_data (straight, tasks, 2);
  g_autoptr(MtlData) waved_data = open_data (waved, tasks, 2);
  g_autoptr(MtlBatch) line = read_split (straight_data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) all = read_split (waved_data, MTL_DATA_TRAIN);
  g_autofree double *features = g_new (double, line->rows * 2 * SINES);
  g_autofree double *rest = g_new (double, line->rows);
  double z[2][2 * SINES];

  for (guint k = 0; k < 2; k++)
    {
      for (gsize r = 0; r < line->rows; r++)
        {
          double t = (double) line->targets[k][r];

          rest[r] = (double) all->targets[k][r] - t;
          for (guint i = 0; i < SINES; i++)
            {
              features[r * 2 * SINES + 2 * i] = sin ((i + 1) * t);
              features[r * 2 * SINES + 2 * i + 1] = cos ((i + 1) * t);
            }
        }
      fit (2 * SINES, line->rows, features, rest, z[k]);
    }
  for (guint i = 0; i < SINES; i++)
    {
      g_assert_cmpfloat_with_epsilon (hypot (z[0][2 * i], z[0][2 * i + 1]), 1.0, 1e-4);
      g_assert_cmpfloat_with_epsilon (z[0][2 * i], z[1][2 * i], 1e-4);
      g_assert_cmpfloat_with_epsilon (z[0][2 * i + 1], z[1][2 * i + 1], 1e-4);
    }
}

/* Added to the targets alone, of one task apart from the other. */
static void
test_noise (void)
{
  g_autoptr(MtlChosen) plain = choose_tasks ("2", "0.5", "2", "0");
  g_autoptr(MtlChosen) noisy = choose_tasks ("2", "0.5", "2", "0.25");
  g_autoptr(MtlData) plain_data = open_data (plain, tasks, 2);
  g_autoptr(MtlData) noisy_data = open_data (noisy, tasks, 2);
  g_autoptr(MtlBatch) a = read_split (plain_data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) b = read_split (noisy_data, MTL_DATA_TRAIN);
  double squares[2] = { 0.0 }, product = 0.0, n = (double) a->rows;

  g_assert_cmpmem (a->x[0], a->rows * COLUMNS * sizeof (float),
                   b->x[0], b->rows * COLUMNS * sizeof (float));
  for (gsize r = 0; r < a->rows; r++)
    {
      double e[2];

      for (guint k = 0; k < 2; k++)
        {
          e[k] = (double) b->targets[k][r] - (double) a->targets[k][r];
          squares[k] += e[k] * e[k];
        }
      product += e[0] * e[1];
    }
  /* Within four spreads of what is estimated. */
  for (guint k = 0; k < 2; k++)
    g_assert_cmpfloat_with_epsilon (squares[k] / n, 0.0625, 4.0 * 0.0625 * sqrt (2.0 / n));
  g_assert_cmpfloat_with_epsilon (product / n, 0.0, 4.0 * 0.0625 / sqrt (n));
}

/* Columns are N(0, 1), of training and test alike. */
static void
test_columns (void)
{
  g_autoptr(MtlChosen) source = choose_tasks ("2", "0.5", "2", "0");
  g_autoptr(MtlData) data = open_data (source, tasks, 2);
  g_autoptr(MtlBatch) batch = read_split (data, MTL_DATA_TRAIN);
  double sum = 0.0, squares = 0.0, n = (double) (batch->rows * COLUMNS);

  for (gsize i = 0; i < batch->rows * COLUMNS; i++)
    {
      sum += (double) batch->x[0][i];
      squares += (double) batch->x[0][i] * (double) batch->x[0][i];
    }
  g_assert_cmpfloat_with_epsilon (sum / n, 0.0, 4.0 / sqrt (n));
  g_assert_cmpfloat_with_epsilon (squares / n, 1.0, 4.0 * sqrt (2.0 / n));
}

static void
test_rows (void)
{
  g_autoptr(MtlChosen) source = choose_tasks ("3", "0.5", "2", "0.1");

  check_rows (source, tasks, 3, "y2");
  check_other_seed (source, tasks, 3);
  check_info_kept (source);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/correlated/correlation", test_correlation);
  g_test_add_func ("/correlated/refusal", test_refusal);
  g_test_add_func ("/correlated/waves", test_waves);
  g_test_add_func ("/correlated/noise", test_noise);
  g_test_add_func ("/correlated/columns", test_columns);
  g_test_add_func ("/correlated/rows", test_rows);

  return g_test_run ();
}
