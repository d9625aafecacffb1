/* test-plot-parts.c — what plots are made of: figures, axes, curves, contours
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtw-chart.h"
#include "mtw-contour.h"
#include "mtw-number.h"

#include "plot-sample.h"

/* --- figures in words --- */

static void
test_numbers (void)
{
  const struct { double value; guint digits; const char *text; } cases[] = {
    { 0.412, 3, "0.412" }, { 5640, 4, "5\u2009640" }, { -0.31, 2, "\u22120.31" },
    { 0, 3, "0" }, { 1234567, 3, "1\u2009234\u2009567" }, { NAN, 3, "–" },
    { 2.5e-6, 2, "2.5\u00a0×\u00a010⁻⁶" }, { 999.6, 3, "1\u2009000" },
  };
  g_autofree char *percent = mtw_number_percent (0.948, 3);
  g_autofree char *whole = mtw_number_percent (0.064, 2);
  g_autofree char *zero = mtw_number_fixed (-0.001, 2);
  g_autofree char *time = mtw_number_time (154);
  g_autofree char *tick = mtw_number_short (0.5, 3);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = mtw_number (cases[i].value, cases[i].digits);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
  g_assert_cmpstr (percent, ==, "94.8\u00a0%");
  g_assert_cmpstr (whole, ==, "6.4\u00a0%");
  g_assert_cmpstr (zero, ==, "0.00");
  g_assert_cmpstr (time, ==, "2 min 34 s");
  g_assert_cmpstr (tick, ==, "0.5");
}

/* --- axes --- */

static void
check_axis (const MtwAxis *axis,
            double         low,
            double         high,
            double         fill,
            gint32         seed)
{
  double span = mtw_axis_place (axis, high) - mtw_axis_place (axis, low);

  g_test_message ("seed %d: %g … %g as %g … %g with %u ticks", seed, low, high, axis->low,
                  axis->high, axis->n);
  g_assert_cmpfloat (axis->low, <=, low * (low > 0 ? 1 + 1e-6 : 1 - 1e-6) + 1e-300);
  g_assert_cmpfloat (axis->high, >=, high * (high > 0 ? 1 - 1e-6 : 1 + 1e-6));
  g_assert_cmpuint (axis->n, >=, 2);
  g_assert_cmpuint (axis->n, <=, 5);
  g_assert_cmpfloat (span, >=, fill);
  for (guint i = 0; i < axis->n; i++)
    {
      double place = mtw_axis_place (axis, axis->ticks[i]);

      g_assert_cmpfloat (place, >=, -1e-9);
      g_assert_cmpfloat (place, <=, 1 + 1e-9);
      g_assert_cmpfloat (fabs (mtw_axis_value (axis, place) - axis->ticks[i]), <=,
                         1e-9 * MAX (fabs (axis->low), fabs (axis->high)));
    }
}

/* Steps are 1, 2 or 5 times a power of ten. */
static void
check_step (double step)
{
  double mantissa = step / pow (10, floor (log10 (step) + 1e-9));

  g_test_message ("step %g", step);
  g_assert_true (fabs (mantissa - 1) < 1e-6 || fabs (mantissa - 2) < 1e-6
                 || fabs (mantissa - 5) < 1e-6);
}

/* No long stretch of a logarithmic axis is without a tick. */
static void
check_log_gaps (const MtwAxis *axis,
                gint32         seed)
{
  double widest = 0, before = 0;

  for (guint i = 0; i <= axis->n; i++)
    {
      double place = i < axis->n ? mtw_axis_place (axis, axis->ticks[i]) : 1;

      widest = MAX (widest, place - before);
      before = place;
    }
  g_test_message ("seed %d: %g … %g, %u ticks, widest gap %g", seed, axis->low, axis->high,
                  axis->n, widest);
  g_assert_cmpfloat (widest, <, 0.6);
}

static void
test_axes (void)
{
  for (gint32 seed = 0; seed < 500; seed++)
    {
      GRand *rand = g_rand_new_with_seed ((guint32) seed);
      double size = pow (10, g_rand_double_range (rand, -8, 8));
      double low = size * g_rand_double_range (rand, -1, 1);
      double high = low + size * g_rand_double_range (rand, 0.01, 2);
      double base = pow (10, g_rand_double_range (rand, -8, 8));
      double top = base * pow (10, g_rand_double_range (rand, 0.1, 12));
      MtwAxis axis;

      mtw_axis_linear (&axis, low, high);
      check_axis (&axis, low, high, 0.3, seed);
      check_step (axis.step);
      mtw_axis_time (&axis, size);
      check_axis (&axis, 0, size, 0.7, seed);
      mtw_axis_log (&axis, base, top);
      check_axis (&axis, base, top, 0.2, seed);
      check_log_gaps (&axis, seed);
      g_rand_free (rand);
    }
}

/* What is not a range still gives an axis. */
static void
test_axes_of_nothing (void)
{
  const struct { double low, high; } cases[] = {
    { INFINITY, -INFINITY }, { 0, 0 }, { 5, 5 }, { NAN, NAN }, { -3, -3 }, { 1e300, 1e300 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MtwAxis axis;

      mtw_axis_linear (&axis, cases[i].low, cases[i].high);
      g_test_message ("case %u: %g … %g", i, axis.low, axis.high);
      g_assert_cmpfloat (axis.low, <, axis.high);
      mtw_axis_log (&axis, cases[i].low, cases[i].high);
      g_assert_cmpfloat (axis.low, <, axis.high);
      g_assert_cmpfloat (axis.low, >, 0);
      mtw_axis_time (&axis, cases[i].high);
      g_assert_cmpfloat (axis.low, <, axis.high);
    }
}

/* --- curves --- */

static MtwCurve *
random_curve (GRand *rand,
              guint  n)
{
  MtwCurve *curve = mtw_curve_new (NULL);
  double x = 0;

  for (guint i = 0; i < n; i++)
    {
      x += g_rand_int_range (rand, 0, 3);
      mtw_curve_append (curve, x, g_rand_int_range (rand, 0, 50) == 0
                                  ? NAN : g_rand_double_range (rand, -1, 1));
    }

  return curve;
}

static void
span_by_hand (const MtwCurve *curve,
              gsize           from,
              gsize           to,
              MtwSpan        *span)
{
  *span = (MtwSpan) { .low = INFINITY, .high = -INFINITY };
  for (gsize i = from; i < to; i++)
    {
      double y = mtw_curve_points (curve)[i].y;

      if (isnan (y))
        {
          span->gaps++;
          continue;
        }
      span->low = MIN (span->low, y);
      span->high = MAX (span->high, y);
      span->sum += y;
      span->n++;
    }
}

/* Extremes of any stretch are exact, whatever the lengths. */
static void
test_spans (void)
{
  for (gint32 seed = 0; seed < 60; seed++)
    {
      GRand *rand = g_rand_new_with_seed ((guint32) seed);
      guint n = (guint) g_rand_int_range (rand, 1, 9000);
      g_autoptr(MtwCurve) curve = random_curve (rand, n);

      for (guint i = 0; i < 50; i++)
        {
          gsize from = (gsize) g_rand_int_range (rand, 0, (gint32) n);
          gsize to = (gsize) g_rand_int_range (rand, (gint32) from, (gint32) n + 1);
          MtwSpan span, expected;

          mtw_curve_span (curve, from, to, &span);
          span_by_hand (curve, from, to, &expected);
          g_test_message ("seed %d: %zu to %zu of %u", seed, from, to, n);
          g_assert_true (span.low == expected.low && span.high == expected.high);
          g_assert_cmpuint (span.n, ==, expected.n);
          g_assert_cmpuint (span.gaps, ==, expected.gaps);
          g_assert_cmpfloat (fabs (span.sum - expected.sum), <=, 1e-9);
        }
      g_rand_free (rand);
    }
}

/* Every point falls into one column, the one that its x lies in. */
static void
test_columns (void)
{
  const guint n_columns = 97;

  for (gint32 seed = 0; seed < 30; seed++)
    {
      GRand *rand = g_rand_new_with_seed ((guint32) seed);
      guint n = (guint) g_rand_int_range (rand, 1, 5000);
      g_autoptr(MtwCurve) curve = random_curve (rand, n);
      double end = mtw_curve_points (curve)[n - 1].x + 1;
      double scale = g_rand_double_range (rand, 0.001, 1);
      double width = end * scale / n_columns;
      g_autofree MtwColumn *columns = g_new (MtwColumn, n_columns);
      gsize next = 0;

      mtw_columns (curve, scale, 0, width, n_columns, columns);
      for (guint c = 0; c < n_columns; c++)
        {
          g_test_message ("seed %d: column %u from %zu to %zu", seed, c, columns[c].from,
                          columns[c].to);
          g_assert_cmpuint (columns[c].from, ==, next);
          next = columns[c].to;
          for (gsize i = columns[c].from; i < columns[c].to; i++)
            {
              double x = mtw_curve_points (curve)[i].x * scale;

              g_assert_cmpfloat (x, >=, c * width * (1 - 1e-9));
              g_assert_cmpfloat (x, <, (c + 1) * width * (1 + 1e-9));
            }
        }
      g_assert_cmpuint (next, ==, n);
      g_rand_free (rand);
    }
}

static void
test_lookup (void)
{
  g_autoptr(MtwCurve) curve = mtw_curve_new (NULL);

  g_assert_true (isnan (mtw_curve_at (curve, 3)));
  for (guint i = 1; i <= 1000; i++)
    mtw_curve_append (curve, i, 10.0 * i);

  g_assert_true (isnan (mtw_curve_at (curve, 0.5)));
  g_assert_cmpfloat (mtw_curve_at (curve, 1), ==, 10);
  g_assert_cmpfloat (mtw_curve_at (curve, 7.9), ==, 70);
  g_assert_cmpfloat (mtw_curve_at (curve, 1000), ==, 10000);
  g_assert_cmpfloat (mtw_curve_at (curve, 1e9), ==, 10000);
  g_assert_true (isnan (mtw_curve_at (curve, NAN)));
}

/* m after n values of weights f^(n−i)·(1−f), its bias taken out; the same
 * whether asked for before or after the points came. */
static void
test_smoothing (void)
{
  const double f = 0.8;
  g_autoptr(MtwCurve) curve = mtw_curve_new (NULL);
  MtwCurve *before = mtw_curve_smoothed (curve, f);
  double weights = 0, sum = 0;

  for (guint i = 0; i < 200; i++)
    {
      double y = i == 50 ? NAN : sin (0.3 * i) + 2;

      mtw_curve_append (curve, i, y);
      if (!isnan (y))
        {
          sum = f * sum + y;
          weights = f * weights + 1;
          g_assert_cmpfloat (fabs (mtw_curve_points (before)[i].y - sum / weights), <, 1e-12);
        }
      else
        {
          g_assert_true (isnan (mtw_curve_points (before)[i].y));
        }
    }
  g_assert_cmpfloat (mtw_curve_points (mtw_curve_smoothed (curve, 0))[199].y, ==,
                     mtw_curve_points (curve)[199].y);
  g_assert_cmpfloat (fabs (mtw_curve_last (mtw_curve_smoothed (curve, f)) - sum / weights), <,
                     1e-12);
}

/* A copy that pulls in pieces is that of one that pulls once. */
static void
test_pulls_what_is_new (void)
{
  g_autoptr(MtlRecord) record = sample_record (1, 3);
  g_autoptr(MtwCurves) curves = mtw_curves_new (record);
  MtlSeries *series = mtl_record_series (record, "loss/left");
  MtwCurve *curve = mtw_curves_get (curves, "loss/%s", "left");
  MtwCurve *other = mtw_curves_get (curves, "weight/left");

  g_assert_null (mtw_curves_get (curves, "loss/nobody"));
  g_assert_cmpuint (mtw_curve_length (curve), ==, mtl_series_get_length (series));
  g_assert_false (mtw_curves_pull (curves));
  for (guint i = 0; i < 3000; i++)
    {
      mtl_series_append (series, SAMPLE_PER_EPOCH + 1 + i, i);
      mtl_series_append (mtl_record_series (record, "weight/left"), SAMPLE_PER_EPOCH + 1 + i, i);
    }
  g_assert_true (mtw_curves_pull (curves));
  g_assert_cmpuint (mtw_curve_length (other), ==, mtl_series_get_length (series));
  g_assert_cmpuint (mtw_curve_length (curve), ==, mtl_series_get_length (series));
  g_assert_cmpfloat (mtw_curve_last (curve), ==, 2999);

  mtl_record_add_event (record, 3, "settings", "x");
  g_assert_true (mtw_curves_pull (curves));
  g_assert_cmpuint (mtw_curves_n_events (curves), ==, mtl_record_n_events (record));
}

/* --- contours --- */

/* Points of the line a² + 2b² = level: off by no more than the square of a
 * cell. */
static void
test_contour_of_a_quadratic (void)
{
  const guint side = 33, factor = 4;
  g_autofree double *values = g_new (double, side * side);
  g_autoptr(MtwRelief) relief = NULL;
  cairo_surface_t *surface = cairo_recording_surface_create (CAIRO_CONTENT_ALPHA, NULL);
  cairo_t *cr = cairo_create (surface);
  cairo_path_t *path;
  double cell = 2.0 / ((side - 1) * factor);
  double worst = 0;
  guint n = 0;

  for (guint i = 0; i < side * side; i++)
    {
      double a = 2.0 * (i % side) / (side - 1) - 1;
      double b = 2.0 * (i / side) / (side - 1) - 1;

      values[i] = a * a + 2 * b * b;
    }
  relief = mtw_relief_new (values, side, factor);
  g_assert_cmpuint (relief->side, ==, (side - 1) * factor + 1);
  mtw_relief_add_line (relief, 0.5, cr);
  path = cairo_copy_path (cr);
  for (int i = 0; i < path->num_data; i += path->data[i].header.length)
    {
      double a = path->data[i + 1].point.x * cell - 1;
      double b = path->data[i + 1].point.y * cell - 1;

      worst = MAX (worst, fabs (a * a + 2 * b * b - 0.5));
      n++;
    }
  g_test_message ("%u points, off by at most %g, cell %g", n, worst, cell);
  g_assert_cmpuint (n, >, 100);
  /* Cairo keeps coordinates in steps of 1/256 of a unit. */
  g_assert_cmpfloat (worst, <, 4 * cell * (1.0 / 256) + 2 * cell * cell);
  cairo_path_destroy (path);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* Pixels painted by the area above the level, of 200 × 200. */
static double
painted (const MtwRelief *relief,
         double          level)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 200, 200);
  cairo_t *cr = cairo_create (surface);
  const unsigned char *pixels;
  double sum = 0;

  cairo_scale (cr, 200.0 / (relief->side - 1), 200.0 / (relief->side - 1));
  mtw_relief_add_area (relief, level, cr);
  cairo_fill (cr);
  cairo_surface_flush (surface);
  pixels = cairo_image_surface_get_data (surface);
  for (int y = 0; y < 200; y++)
    for (int x = 0; x < 200; x++)
      sum += pixels[y * cairo_image_surface_get_stride (surface) + x] / 255.0;
  cairo_destroy (cr);
  cairo_surface_destroy (surface);

  return sum / (200 * 200);
}

/* The area above a² + b² = r² is 1 − πr²/4 of the square, without seams. */
static void
test_area (void)
{
  const guint side = 41;
  g_autofree double *values = g_new (double, side * side);
  g_autoptr(MtwRelief) relief = NULL;

  for (guint i = 0; i < side * side; i++)
    values[i] = pow (2.0 * (i % side) / (side - 1) - 1, 2)
                + pow (2.0 * (i / side) / (side - 1) - 1, 2);
  relief = mtw_relief_new (values, side, 2);
  for (double r = 0.2; r < 1; r += 0.2)
    {
      double area = painted (relief, r * r);

      g_test_message ("radius %g: %g, expected %g", r, area, 1 - G_PI * r * r / 4);
      g_assert_cmpfloat (fabs (area - (1 - G_PI * r * r / 4)), <, 0.003);
    }
  g_assert_cmpfloat (painted (relief, -HUGE_VAL), ==, 1);
  g_assert_cmpfloat (painted (relief, 5), ==, 0);
}

/* Cells with a corner that is not known stay empty. */
static void
test_area_with_holes (void)
{
  double values[] = { 1, 1, 1, 1, NAN, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
  g_autoptr(MtwRelief) relief = mtw_relief_new (values, 4, 1);

  g_assert_cmpfloat (fabs (painted (relief, 0) - 7.0 / 9), <, 0.01);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/plot-parts/numbers", test_numbers);
  g_test_add_func ("/plot-parts/axes", test_axes);
  g_test_add_func ("/plot-parts/axes-of-nothing", test_axes_of_nothing);
  g_test_add_func ("/plot-parts/spans", test_spans);
  g_test_add_func ("/plot-parts/columns", test_columns);
  g_test_add_func ("/plot-parts/lookup", test_lookup);
  g_test_add_func ("/plot-parts/smoothing", test_smoothing);
  g_test_add_func ("/plot-parts/pulls-what-is-new", test_pulls_what_is_new);
  g_test_add_func ("/plot-parts/contour-of-a-quadratic", test_contour_of_a_quadratic);
  g_test_add_func ("/plot-parts/area", test_area);
  g_test_add_func ("/plot-parts/area-with-holes", test_area_with_holes);

  return g_test_run ();
}
