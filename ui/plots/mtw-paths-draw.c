/* mtw-paths-draw.c — the ways of several runs as a picture: a small chart for each method
 *
 * Beneath is the mean of the two losses, in bands evenly spaced. The thick white line is
 * the Pareto front; a way has the colour of its starting point, begins at a hollow
 * marker and ends at a star.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-paths.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-number.h"
#include "mtw-sea.h"

#define GAP    10    /* px between charts */
#define MARKER 3
#define STAR   5
#define NEAR   0.4   /* px: points of a way that are closer are one */

static const double white[] = { 1, 1, 1 };
static const double rim[] = { 0.05, 0.07, 0.16 };

typedef struct
{
  MtwPen          *pen;
  const MtwPaths  *paths;
  const MtwRelief *relief;
  double           left, top, right, bottom;
} Chart;

static double
place_x (const Chart    *chart,
         const MtwPlace *place)
{
  double range = mtl_grid_range (chart->paths->grid);

  return chart->left + (place->x[0] / range + 1.0) / 2.0 * (chart->right - chart->left);
}

static double
place_y (const Chart    *chart,
         const MtwPlace *place)
{
  double range = mtl_grid_range (chart->paths->grid);

  return chart->bottom - (place->x[1] / range + 1.0) / 2.0 * (chart->bottom - chart->top);
}

/* The mean of both losses, 0 where it is least and 1 where it is most. */
static MtwRelief *
make_relief (const MtwPaths *paths)
{
  guint side = mtl_grid_side (paths->grid);
  g_autofree double *mean = g_new (double, side * side);
  double low = INFINITY, high = -INFINITY;

  for (guint i = 0; i < side * side; i++)
    {
      mean[i] = (mtl_grid_read (paths->grid, 0)[i] + mtl_grid_read (paths->grid, 1)[i]) / 2.0;
      low = isfinite (mean[i]) ? MIN (low, mean[i]) : low;
      high = isfinite (mean[i]) ? MAX (high, mean[i]) : high;
    }
  for (guint i = 0; i < side * side; i++)
    mean[i] = isfinite (mean[i]) ? (mean[i] - low) / MAX (high - low, 1e-12) : NAN;

  return mtw_relief_new (mean, side, 1);
}

/* As a path of @cr, without the points that a line would not show. */
static void
trace (const Chart    *chart,
       const MtwPlace *places,
       gsize           n)
{
  cairo_t *cr = chart->pen->cr;
  double last_x = INFINITY, last_y = INFINITY;

  cairo_new_path (cr);
  for (gsize i = 0; i < n; i++)
    {
      double x = place_x (chart, &places[i]), y = place_y (chart, &places[i]);

      if (isfinite (x) && isfinite (y)
          && (i + 1 == n || !(hypot (x - last_x, y - last_y) < NEAR)))
        {
          cairo_line_to (cr, x, y);
          last_x = x;
          last_y = y;
        }
    }
}

static void
stroke (const Chart  *chart,
        const double  outer[3],
        double        outer_width,
        const double  inner[3],
        double        inner_width)
{
  cairo_t *cr = chart->pen->cr;

  cairo_set_dash (cr, NULL, 0, 0);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  mtw_pen_rgb (chart->pen, outer, 1);
  cairo_set_line_width (cr, outer_width);
  cairo_stroke_preserve (cr);
  mtw_pen_rgb (chart->pen, inner, 1);
  cairo_set_line_width (cr, inner_width);
  cairo_stroke (cr);
}

static void
draw_star (const Chart *chart,
           double       x,
           double       y)
{
  mtw_pen_star (chart->pen, x, y, STAR);
  mtw_pen_rgb (chart->pen, rim, 1);
  cairo_set_line_width (chart->pen->cr, 2);
  cairo_stroke_preserve (chart->pen->cr);
  mtw_pen_rgb (chart->pen, white, 1);
  cairo_fill (chart->pen->cr);
}

static void
draw_way (const Chart  *chart,
          const MtwWay *way)
{
  const MtwPlace *end = &way->places[way->n - 1];
  double rgb[3];

  mtw_task_colour (way->start, FALSE, rgb);
  trace (chart, way->places, way->n);
  stroke (chart, white, 2.4, rgb, 1.3);
  mtw_pen_marker (chart->pen, way->start, place_x (chart, way->places),
                  place_y (chart, way->places), MARKER, TRUE);
  draw_star (chart, place_x (chart, end), place_y (chart, end));
}

/* −range, 0 and range at the left and below. */
static void
label (const Chart *chart)
{
  double range = mtl_grid_range (chart->paths->grid);

  mtw_pen_ink (chart->pen, MTW_INK_CAPTION);
  for (int i = -1; i <= 1; i++)
    {
      const MtwPlace place = { { i * range, i * range } };
      g_autofree char *text = mtw_number_short (i * range, 3);
      double half = mtw_pen_measure (chart->pen, text, 0) / 2.0;

      mtw_pen_text (chart->pen, text, place_x (chart, &place) - i * half, chart->bottom + 2,
                    MTW_TEXT_MIDDLE | MTW_TEXT_TOP);
      mtw_pen_text (chart->pen, text, chart->left - 4,
                    place_y (chart, &place) + i * chart->pen->em / 2.0, MTW_TEXT_END);
    }
}

static void
draw_chart (const Chart *chart,
            const char  *method)
{
  MtwPen *pen = chart->pen;

  mtw_pen_ink (pen, MTW_INK_TEXT);
  mtw_pen_text (pen, method, chart->left, chart->top - 2, MTW_TEXT_BOTTOM | MTW_TEXT_BOLD);
  cairo_save (pen->cr);
  cairo_rectangle (pen->cr, chart->left, chart->top, chart->right - chart->left,
                   chart->bottom - chart->top);
  cairo_clip (pen->cr);
  mtw_sea_draw (pen, chart->relief, chart->left, chart->top, chart->right, chart->bottom);
  trace (chart, (const MtwPlace *) (gpointer) chart->paths->front->data,
         chart->paths->front->len);
  stroke (chart, rim, 4.6, white, 3);
  for (guint i = 0; i < chart->paths->ways->len; i++)
    {
      const MtwWay *way = g_ptr_array_index (chart->paths->ways, i);

      if (g_str_equal (way->method, method))
        draw_way (chart, way);
    }
  cairo_restore (pen->cr);
  label (chart);
}

/* Charts that are about as wide as high, in rows that are about as full as each other. */
static void
paths_draw (MtwPen *pen)
{
  const MtwPaths *paths = pen->input->paths;
  guint n = paths->methods->len;
  guint most = (guint) CLAMP (ceil (sqrt (n * pen->width / pen->height)), 1.0, n);
  guint rows = (n + most - 1) / most, columns = (n + rows - 1) / rows;
  g_autoptr(MtwRelief) relief = make_relief (paths);
  g_autofree char *end = mtw_number_short (-mtl_grid_range (paths->grid), 3);
  double left = ceil (mtw_pen_measure (pen, end, 0)) + 6.0, head = ceil (pen->em) + 3.0;
  double width = pen->width / columns, height = pen->height / rows;

  for (guint i = 0; i < n; i++)
    {
      double x = i % columns * width, y = i / columns * height;
      Chart chart = { pen, paths, relief, x + left, y + head, x + width - GAP,
                      y + height - pen->em - GAP };

      chart.right = MAX (chart.right, chart.left + 1.0);
      chart.bottom = MAX (chart.bottom, chart.top + 1.0);
      draw_chart (&chart, g_ptr_array_index (paths->methods, i));
    }
}

static char *
paths_waiting (const MtwPlotInput *input)
{
  return input->paths != NULL && input->paths->ways->len > 0
         ? NULL : g_strdup (_("Runs with two tasks and two shared weights."));
}

static char *
paths_describe (const MtwPlotInput *input)
{
  guint n = input->paths->ways->len;

  /* Translators: how many runs a picture shows, each as a line. */
  return g_strdup_printf (ngettext ("The way of %u run over the plane of its two weights.",
                                    "The ways of %u runs over the plane of their two weights.", n),
                          n);
}

/* One row a point of a way; runs and starting points are numbers from 1. */
static MtwTable *
paths_table (const MtwPlotInput *input,
             gboolean            every_step)
{
  static const char *const titles[] = { "run", "start", "step", "x1", "x2" };
  MtwTable *table = mtw_table_new ();

  for (guint i = 0; i < G_N_ELEMENTS (titles); i++)
    mtw_table_add_column (table, "%s", titles[i]);
  for (guint i = 0; i < input->paths->ways->len; i++)
    {
      const MtwWay *way = g_ptr_array_index (input->paths->ways, i);

      for (gsize p = 0; p < way->n; p++)
        {
          const double row[] = { i + 1, way->start + 1, (double) p, way->places[p].x[0],
                                 way->places[p].x[1] };

          mtw_table_add_row (table, row);
        }
    }

  return table;
}

const MtwPlotKind mtw_plot_paths = {
  .id = "paths",
  .title = N_("Paths"),
  .info = N_("The ways of runs over the plane of their two shared weights, on the mean of both "
             "losses: dark is low. The thick white line is the Pareto front."),
  .waiting = paths_waiting,
  .draw = paths_draw,
  .describe = paths_describe,
  .table = paths_table,
};
