/* test-paths.c — the ways of runs over a plane whose Pareto front is known
 *
 * With l_k = (x_1 − c_k)² + 2·(x_2 − h − c_k/4)² and c = ∓2 the front is the line
 * x_2 = h + x_1/4 between both. Across it, along (−1/2, 1), both losses rise alike, by
 * 9/4 of the square of the way. Between the bottoms of both losses in a column of the
 * grid no point betters another in both, so that these are a band.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-error.h"
#include "mtw-paths.h"
#include "mtw-plot-write.h"

#define SIDE   33
#define RANGE  5.0
#define CENTRE 2.0
#define HEIGHT 0.0703125
#define PITCH  (2.0 * RANGE / (SIDE - 1.0) / 8.0)   /* refined */

static double
front (double x1)
{
  return HEIGHT + x1 / 4.0;
}

static double
loss (guint  k,
      double x1,
      double x2)
{
  double across = x1 - (k == 0 ? -CENTRE : CENTRE);

  double along = x2 - front (k == 0 ? -CENTRE : CENTRE);

  return across * across + 2.0 * along * along;
}

static MtwPaths *
make_paths (void)
{
  g_autoptr(MtlGrid) grid = mtl_grid_new (2, SIDE, RANGE);

  for (guint k = 0; k < 2; k++)
    for (guint i = 0; i < SIDE * SIDE; i++)
      mtl_grid_values (grid, k)[i] = loss (k, RANGE * (2.0 * (i % SIDE) / (SIDE - 1.0) - 1.0),
                                           RANGE * (2.0 * (i / SIDE) / (SIDE - 1.0) - 1.0));

  return mtw_paths_new (grid);
}

/* A run straight from (@x1, @x2) to the front in @n steps; none: not even begun. */
static MtlRecord *
make_record (double x1,
             double x2,
             guint  n,
             guint  n_trunk)
{
  g_autoptr(MtlDesign) design = mtl_template_design ("toy-2d", NULL);
  char *tasks[] = { "a", "b", NULL };
  char *metrics[] = { "mean-absolute", "mean-absolute", NULL };
  const MtlRecordInfo info = { .name = "Dry Basin", .design = design, .n_tasks = 2, .tasks = tasks,
                               .metrics = metrics, .n_trunk = n_trunk };
  MtlRecord *record = mtl_record_new (&info);

  for (guint s = 0; n > 0 && s <= n; s++)
    {
      double at = front (x1) + (x2 - front (x1)) * (1.0 - (double) s / n);

      mtl_series_append (mtl_record_series (record, "trunk/1"), s, x1);
      mtl_series_append (mtl_record_series (record, "trunk/2"), s, at);
      mtl_series_append (mtl_record_series (record, "loss/a"), s, loss (0, x1, at));
      mtl_series_append (mtl_record_series (record, "loss/b"), s, loss (1, x1, at));
    }

  return record;
}

static void
test_front (void)
{
  g_autoptr(MtwPaths) paths = make_paths ();
  const MtwPlace *places = (const MtwPlace *) (gpointer) paths->front->data;
  guint n = paths->front->len;

  g_assert_cmpuint (n, >, 10);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpfloat (fabs (places[i].x[1] - front (places[i].x[0])), <=, PITCH);
      if (i > 0)
        g_assert_cmpfloat (places[i].x[0], >=, places[i - 1].x[0]);
    }
  g_assert_cmpfloat (fabs (places[0].x[0] + CENTRE), <=, PITCH);
  g_assert_cmpfloat (fabs (places[n - 1].x[0] - CENTRE), <=, PITCH);
}

static void
test_gap (void)
{
  g_autoptr(MtwPaths) paths = make_paths ();

  for (int at = -1; at <= 1; at++)
    for (int t = 0; t <= 2; t++)
      {
        double x1 = at - 0.5 * t, x2 = front (at) + t;
        const double losses[] = { loss (0, x1, x2), loss (1, x1, x2) };
        double gap = mtw_paths_gap (paths, losses);

        /* Half a refined cell beside it costs 6·PITCH/2 of one loss, and as much again. */
        g_assert_cmpfloat (gap, <=, 2.25 * t * t + 1e-6);
        g_assert_cmpfloat (gap, >=, 2.25 * t * t - 6.0 * PITCH);
      }
}

static void
test_ways (void)
{
  static const double starts[][2] = { { 1.0, 3.0 }, { -1.0, -4.5 }, { 1.0, 3.0 } };
  g_autoptr(MtwPaths) paths = make_paths ();
  g_autoptr(GError) error = NULL;
  const guint expected[] = { 0, 1, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (starts); i++)
    {
      g_autoptr(MtlRecord) record = make_record (starts[i][0], starts[i][1], 20, 2);
      const MtwWay *way;

      g_assert_cmpfloat (mtw_paths_reach (record, &error), ==, fabs (starts[i][1]));
      mtw_paths_add (paths, record, &error);
      g_assert_no_error (error);
      way = g_ptr_array_index (paths->ways, i);
      g_assert_cmpuint (way->start, ==, expected[i]);
      g_assert_cmpuint (way->n, ==, 21);
      g_assert_cmpfloat (way->places[20].x[1], ==, front (starts[i][0]));
      g_assert_cmpfloat (way->losses[1], ==, loss (1, starts[i][0], front (starts[i][0])));
      g_assert_cmpfloat (way->gap, <=, 1e-6);
    }
  g_assert_cmpuint (paths->n_starts, ==, 2);
  g_assert_cmpuint (paths->methods->len, ==, 1);
}

static void
test_no_way (void)
{
  g_autoptr(MtwPaths) paths = make_paths ();
  g_autoptr(MtlRecord) record = make_record (1.0, 1.0, 4, 3);
  g_autoptr(GError) error = NULL;

  g_assert_false (mtw_paths_add (paths, record, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SETTING);
  g_assert_nonnull (strstr (error->message, "Dry Basin: paths are drawn of runs with 2 tasks"));
}

/* A run that has not begun, and one that ended at what is no number. */
static void
test_nothing (void)
{
  const double losses[] = { 1.0, NAN };
  g_autoptr(MtwPaths) paths = make_paths ();
  g_autoptr(MtlRecord) record = make_record (1.0, 1.0, 0, 2);
  g_autoptr(GError) error = NULL;

  g_assert_true (isnan (mtw_paths_reach (record, &error)));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SETTING);
  g_assert_true (isnan (mtw_paths_gap (paths, losses)));
}

/* Without a way there is nothing to draw; with one, a picture and a row for each place. */
static void
test_files (void)
{
  g_autoptr(MtwPaths) paths = make_paths ();
  g_autoptr(MtlRecord) record = make_record (1.0, 3.0, 4, 2);
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) csv = NULL;
  g_autofree char *said = NULL;
  const char *text;
  MtwPlotInput input;

  mtw_plot_input_init (&input, &mtw_plot_paths);
  input.paths = paths;
  g_assert_null (mtw_plot_write (&mtw_plot_paths, &input, MTW_FORMAT_SVG, 84, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_clear_error (&error);

  mtw_paths_add (paths, record, &error);
  for (guint format = 0; format < MTW_N_FORMATS; format++)
    {
      g_autoptr(GBytes) bytes = mtw_plot_write (&mtw_plot_paths, &input, format, 84, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (bytes), >, 60);
    }
  csv = mtw_plot_write (&mtw_plot_paths, &input, MTW_FORMAT_CSV, 84, &error);
  text = g_bytes_get_data (csv, NULL);
  g_assert_true (g_str_has_prefix (text, "run,start,step,x1,x2\r\n1,1,0,1,3\r\n"
                                         "1,1,1,1,2.330078125\r\n"));
  said = mtw_plot_describe (&mtw_plot_paths, &input);
  g_assert_cmpstr (said, ==, "The way of 1 run over the plane of its two weights.");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/paths/front", test_front);
  g_test_add_func ("/paths/gap", test_gap);
  g_test_add_func ("/paths/ways", test_ways);
  g_test_add_func ("/paths/no-way", test_no_way);
  g_test_add_func ("/paths/nothing", test_nothing);
  g_test_add_func ("/paths/files", test_files);

  return g_test_run ();
}
