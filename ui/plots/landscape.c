/* landscape.c — the loss of one task around the weights, as a sea chart
 *
 * Ten contours, evenly spaced in the logarithm of the loss, part eleven
 * bands: dark is low. The star is where the weights are now.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-chart.h"
#include "mtw-number.h"
#include "mtw-plot-input.h"
#include "mtw-sea.h"

#define FINE       96      /* cells a side after refinement, or a little more */
#define FLOOR      1e-9    /* of the highest loss: for a loss of zero */
#define BAR        10      /* px: width of the colour bar */
#define RADIUS     5

typedef struct
{
  double low, high;  /* finite losses of the task */
} Range;

static gboolean
find_range (const MtwPlotInput *input,
            Range              *range)
{
  guint side = mtl_grid_side (input->grid);
  const double *values = mtl_grid_read (input->grid, mtw_input_chosen (input));

  *range = (Range) { INFINITY, -INFINITY };
  for (guint i = 0; i < side * side; i++)
    if (isfinite (values[i]))
      {
        range->low = MIN (range->low, values[i]);
        range->high = MAX (range->high, values[i]);
      }
  if (range->low > range->high)
    return FALSE;

  range->low = MAX (range->low, MAX (range->high, 1e-12) * FLOOR);
  range->high = MAX (range->high, range->low * 1.001);
  return TRUE;
}

static gboolean
is_running (const MtwPlotInput *input)
{
  return input->probe != NULL && g_str_equal (input->probe->probe, "landscape")
         && !input->probe->finished;
}

/* “41×41, 3 s left” (transfer full) */
static char *
describe_progress (const MtwPlotInput *input)
{
  guint side = input->grid != NULL ? mtl_grid_side (input->grid) : 0;
  g_autofree char *left = mtw_number_time (input->probe->seconds_left);
  g_autofree char *done = mtw_number_percent (input->probe->done, 2);

  if (isfinite (input->probe->seconds_left) && side > 0)
    /* Translators: size of a grid, then the time that is left to measure it. */
    return g_strdup_printf (_("%u×%u, %s left"), side, side, left);
  if (isfinite (input->probe->seconds_left))
    /* Translators: the time that is left to draw a landscape. */
    return g_strdup_printf (_("Drawing, %s left"), left);

  /* Translators: the share of a landscape that is measured. */
  return g_strdup_printf (_("Drawing, %s"), done);
}

static char *
landscape_subtitle (const MtwPlotInput *input)
{
  guint not_finite = 0;

  if (is_running (input))
    return describe_progress (input);
  if (input->grid == NULL)
    return NULL;
  mtl_grid_count (input->grid, NULL, &not_finite);
  if (not_finite > 0)
    /* Translators: points of the landscape where the loss is not a number. */
    return g_strdup_printf (ngettext ("%u point not finite", "%u points not finite", not_finite),
                            not_finite);

  return g_strdup (mtw_input_task (input, mtw_input_chosen (input)));
}

static char *
landscape_waiting (const MtwPlotInput *input)
{
  Range range;

  if (input->grid != NULL && mtw_input_chosen (input) < mtl_grid_n_tasks (input->grid)
      && find_range (input, &range))
    return NULL;
  if (is_running (input))
    return describe_progress (input);

  return g_strdup (_("The loss around the weights as they are now."));
}

/* --- drawing --- */

static MtwRelief *
make_relief (const MtwPlotInput *input,
            const Range        *range)
{
  guint side = mtl_grid_side (input->grid);
  const double *values = mtl_grid_read (input->grid, mtw_input_chosen (input));
  g_autofree double *logs = g_new (double, side * side);

  for (guint i = 0; i < side * side; i++)
    logs[i] = isfinite (values[i])
              ? log (MAX (values[i], range->low) / range->low) / log (range->high / range->low)
              : NAN;

  return mtw_relief_new (logs, side, MAX (FINE / (side - 1), 1));
}

static void
draw_bar (MtwPen      *pen,
          const Range *range,
          double       x,
          double       top,
          double       bottom)
{
  double height = (bottom - top) / MTW_SEA_BANDS;
  const double places[] = { 0, 0.5, 1 };

  for (guint band = 0; band < MTW_SEA_BANDS; band++)
    {
      double rgb[3];

      mtw_loss_colour (band / (MTW_SEA_BANDS - 1.0), rgb);
      mtw_pen_rgb (pen, rgb, 1);
      cairo_rectangle (pen->cr, x, floor (bottom - (band + 1) * height), BAR,
                       ceil (height) + (band > 0 ? 1 : 0));
      cairo_fill (pen->cr);
    }
  mtw_pen_ink (pen, MTW_INK_CAPTION);
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *text = mtw_number (range->low * pow (range->high / range->low, places[i]),
                                          2);
      double y = bottom - places[i] * (bottom - top);

      mtw_pen_text (pen, text, x + BAR + 5,
                    CLAMP (y, top + pen->em / 2 - 2, bottom - pen->em / 2 + 2), 0);
    }
}

/* −range, 0 and range on both axes. */
static void
label_axes (const MtwChart *chart,
            double          range)
{
  MtwPen *pen = chart->pen;

  mtw_pen_ink (pen, MTW_INK_CAPTION);
  for (int i = -1; i <= 1; i++)
    {
      g_autofree char *text = mtw_number_short (i * range, 3);
      double x = chart->left + (i + 1) * (chart->right - chart->left) / 2;
      double y = chart->bottom - (i + 1) * (chart->bottom - chart->top) / 2;
      double inner = CLAMP (y, chart->top + pen->em / 2 - 2, chart->bottom - pen->em / 2 + 2);

      mtw_pen_text (pen, text, chart->left - 6, inner, MTW_TEXT_END);
      mtw_pen_text (pen, text, CLAMP (x, chart->left + 6, chart->right - 6), chart->bottom + 4,
                    MTW_TEXT_MIDDLE | MTW_TEXT_TOP);
    }
}

static void
draw_star (const MtwChart *chart)
{
  static const double white[] = { 1, 1, 1 };
  static const double rim[] = { 0.05, 0.07, 0.16 };
  MtwPen *pen = chart->pen;

  mtw_pen_star (pen, (chart->left + chart->right) / 2, (chart->top + chart->bottom) / 2, 6.5);
  mtw_pen_rgb (pen, rim, 1);
  cairo_set_line_width (pen->cr, 2);
  cairo_set_line_join (pen->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke_preserve (pen->cr);
  mtw_pen_rgb (pen, white, 1);
  cairo_fill (pen->cr);
}

static void
landscape_draw (MtwPen *pen)
{
  MtwChart chart = { .pen = pen };
  Range range;
  g_autoptr(MtwRelief) relief = NULL;
  g_autofree char *end = NULL;
  double labels;

  find_range (pen->input, &range);
  relief = make_relief (pen->input, &range);
  end = mtw_number_short (-mtl_grid_range (pen->input->grid), 3);
  labels = ceil (mtw_pen_measure (pen, end, 0));

  chart.left = labels + 8;
  chart.top = 4;
  chart.right = MAX (pen->width - BAR - 12 - ceil (mtw_pen_measure (pen, "0.000", 0)),
                     chart.left + 1);
  chart.bottom = MAX (pen->height - ceil (pen->em) - 5, chart.top + 1);

  cairo_save (pen->cr);
  mtw_pen_round (pen, chart.left, chart.top, chart.right - chart.left,
                 chart.bottom - chart.top, RADIUS);
  cairo_clip (pen->cr);
  mtw_sea_draw (pen, relief, chart.left, chart.top, chart.right, chart.bottom);
  cairo_restore (pen->cr);

  label_axes (&chart, mtl_grid_range (pen->input->grid));
  draw_bar (pen, &range, chart.right + 8, chart.top, chart.bottom);
  draw_star (&chart);
}

/* --- words and figures --- */

static char *
landscape_describe (const MtwPlotInput *input)
{
  guint side = mtl_grid_side (input->grid);
  guint k = mtw_input_chosen (input);
  Range range;
  g_autofree char *low = NULL;
  g_autofree char *high = NULL;
  g_autofree char *here = NULL;

  find_range (input, &range);
  low = mtw_number (range.low, 2);
  high = mtw_number (range.high, 2);
  here = mtw_number (mtl_grid_read (input->grid, k)[side / 2 * side + side / 2], 2);

  /* Translators: a task, its loss at the weights, the least and the most
   * around them, and the points along a side of the grid. */
  return g_strdup_printf (_("Loss of %s %s here, from %s to %s around, on %u×%u points."),
                          mtw_input_task (input, k), here, low, high, side, side);
}

static MtwTable *
landscape_table (const MtwPlotInput *input,
                 gboolean            every_step)
{
  MtwTable *table = mtw_table_new ();
  guint n_tasks = input->grid != NULL ? mtl_grid_n_tasks (input->grid) : 0;
  guint side = input->grid != NULL ? mtl_grid_side (input->grid) : 0;
  g_autofree double *row = g_new (double, n_tasks + 2);

  mtw_table_add_column (table, "a");
  mtw_table_add_column (table, "b");
  for (guint k = 0; k < n_tasks; k++)
    mtw_table_add_column (table, "loss/%s", mtw_input_task (input, k));
  for (guint i = 0; i < side * side; i++)
    {
      double range = mtl_grid_range (input->grid);

      row[0] = range * (2.0 * (i % side) / (side - 1) - 1);
      row[1] = range * (2.0 * (i / side) / (side - 1) - 1);
      for (guint k = 0; k < n_tasks; k++)
        row[k + 2] = mtl_grid_read (input->grid, k)[i];
      mtw_table_add_row (table, row);
    }

  return table;
}

const MtwPlotKind mtw_plot_landscape = {
  .id = "landscape",
  .title = N_("Landscape"),
  .info = N_("The loss of one task over a random plane through the weights, which stand at the "
             "star. Dark is low. A wide dark basin is a flat region; close contours are a steep "
             "one. Directions are scaled filter by filter, so that charts can be compared."),
  .flags = MTW_PLOT_TASK,
  .button = N_("Draw Landscape"),
  .action = "draw-landscape",
  .probe = "landscape",
  .subtitle = landscape_subtitle,
  .waiting = landscape_waiting,
  .draw = landscape_draw,
  .describe = landscape_describe,
  .table = landscape_table,
};
