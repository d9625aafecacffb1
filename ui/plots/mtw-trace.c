/* mtw-trace.c — curves in a chart: decimated lines, markers, gaps
 *
 * Where there are more points than pixels, a line is drawn column by column
 * from its lowest to its highest value: what is seen is what all points would
 * have drawn, at a cost that does not grow with their number.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtw-chart.h"

#define RADIUS      2.9   /* of a marker */
#define CROWDED     9     /* px: markers closer than this are left out */
#define BEAD_GAP    45
#define TRIANGLE    3.6
#define CROWD       2     /* points a pixel: from here on columns are drawn */

void
mtw_columns (const MtwCurve *curve,
             double          scale,
             double          start,
             double          width,
             guint           n,
             MtwColumn      *columns)
{
  gsize next = mtw_curve_seek (curve, 0, start / scale);

  for (guint c = 0; c < n; c++)
    {
      columns[c].from = next;
      next = mtw_curve_seek (curve, next, (start + (c + 1) * width) / scale);
      columns[c].to = next;
      mtw_curve_span (curve, columns[c].from, columns[c].to, &columns[c].span);
    }
}

/* One column for each pixel and one past the end, for the last point. */
static MtwColumn *
divide (MtwChart       *self,
        const MtwCurve *curve,
        double          scale,
        guint          *n)
{
  MtwColumn *columns;
  double width = (self->x.high - self->x.low) / (self->right - self->left);

  *n = (guint) ceil (self->right - self->left) + 1;
  columns = g_new (MtwColumn, *n);
  mtw_columns (curve, scale, self->x.low, width, *n, columns);

  return columns;
}

/* The place of its only point, or the middle. */
static double
column_x (MtwChart        *self,
          const MtwCurve  *curve,
          double           scale,
          const MtwColumn *column,
          guint            n)
{
  if (column->to == column->from + 1)
    return mtw_chart_x (self, mtw_curve_points (curve)[column->from].x * scale);

  return self->left + n + 0.5;
}

static void
line_or_move (cairo_t  *cr,
              gboolean  is_down,
              double    x,
              double    y)
{
  if (is_down)
    cairo_line_to (cr, x, y);
  else
    cairo_move_to (cr, x, y);
}

static void
trace_points (MtwChart       *self,
              const MtwCurve *curve,
              double          scale)
{
  const MtlPoint *points = mtw_curve_points (curve);
  gboolean is_down = FALSE;

  for (gsize i = 0; i < mtw_curve_length (curve); i++)
    {
      gboolean known = isfinite (points[i].y);

      if (known)
        line_or_move (self->pen->cr, is_down, mtw_chart_x (self, points[i].x * scale),
                      mtw_chart_y (self, points[i].y));
      is_down = known;
    }
  cairo_stroke (self->pen->cr);
}

/* Each column is one box from its lowest to its highest value, drawn out to the
 * value before it: the outline of what a line would have drawn,
 * at a fraction of its cost. */
static void
trace_columns (MtwChart        *self,
               const MtlPoint  *points,
               const MtwColumn *columns,
               guint            n)
{
  cairo_t *cr = self->pen->cr;
  double before = NAN;

  for (guint c = 0; c < n; c++)
    {
      const MtwSpan *span = &columns[c].span;
      double top, bottom;

      if (span->gaps > 0)
        before = NAN;
      if (span->n == 0)
        continue;
      top = mtw_chart_y (self, span->high);
      bottom = mtw_chart_y (self, span->low);
      if (isfinite (before))
        {
          top = MIN (top, before);
          bottom = MAX (bottom, before);
        }
      before = span->gaps == 0 ? mtw_chart_y (self, points[columns[c].to - 1].y) : NAN;
      cairo_rectangle (cr, self->left + c, top - 0.5, 1, bottom - top + 1);
    }
  cairo_fill (cr);
}

void
mtw_chart_trace (MtwChart       *self,
                 const MtwCurve *curve,
                 double          scale)
{
  guint n;
  g_autofree MtwColumn *columns = NULL;

  if (mtw_curve_length (curve) < CROWD * (self->right - self->left))
    {
      trace_points (self, curve, scale);
      return;
    }

  columns = divide (self, curve, scale, &n);
  trace_columns (self, mtw_curve_points (curve), columns, n);
}

void
mtw_chart_mean (MtwChart       *self,
                const MtwCurve *curve,
                double          scale)
{
  cairo_t *cr = self->pen->cr;
  guint n;
  g_autofree MtwColumn *columns = divide (self, curve, scale, &n);
  gboolean is_down = FALSE;

  for (guint c = 0; c < n; c++)
    {
      const MtwSpan *span = &columns[c].span;

      if (span->gaps > 0)
        is_down = FALSE;
      if (span->n == 0)
        continue;
      line_or_move (cr, is_down, column_x (self, curve, scale, &columns[c], c),
                    mtw_chart_y (self, span->sum / span->n));
      is_down = span->gaps == 0;
    }
  cairo_stroke (cr);
}

void
mtw_chart_points (MtwChart       *self,
                  const MtwCurve *curve,
                  double          scale,
                  guint           task)
{
  const MtlPoint *points = mtw_curve_points (curve);
  gsize n = mtw_curve_length (curve);
  double apart = n > 1 ? (mtw_chart_x (self, points[n - 1].x * scale)
                          - mtw_chart_x (self, points[0].x * scale)) / (n - 1) : BEAD_GAP;
  gsize stride = (gsize) MAX (ceil (CROWDED / MAX (apart, 1e-3)), 1);

  for (gsize i = (n - 1) % stride; i < n; i += stride)
    if (isfinite (points[i].y))
      mtw_pen_marker (self->pen, task, mtw_chart_x (self, points[i].x * scale),
                      mtw_chart_y (self, points[i].y), RADIUS, TRUE);
}

void
mtw_chart_beads (MtwChart       *self,
                 const MtwCurve *curve,
                 double          scale,
                 guint           task)
{
  const MtlPoint *points = mtw_curve_points (curve);
  double start = mtw_chart_x (self, points[0].x * scale);
  double end = mtw_chart_x (self, points[mtw_curve_length (curve) - 1].x * scale);

  for (double x = start; x <= end; x += BEAD_GAP)
    {
      double place = (x - self->left) / (self->right - self->left);
      double y = mtw_curve_at (curve, mtw_axis_value (&self->x, place) / scale);

      if (isfinite (y))
        mtw_pen_marker (self->pen, task, x, mtw_chart_y (self, y), RADIUS, TRUE);
    }
}

void
mtw_chart_gaps (MtwChart       *self,
                const MtwCurve *curve,
                double          scale)
{
  cairo_t *cr = self->pen->cr;
  guint n;
  g_autofree MtwColumn *columns = divide (self, curve, scale, &n);
  double rust[3];
  double last = -INFINITY;

  mtw_conflict_word_colour (TRUE, self->pen->input->dark && !self->pen->input->print, rust);
  for (guint c = 0; c < n; c++)
    {
      double x = column_x (self, curve, scale, &columns[c], c);

      if (columns[c].span.gaps == 0 || x - last < 2 * TRIANGLE)
        continue;
      last = x;
      cairo_move_to (cr, x, self->bottom - 2 * TRIANGLE);
      cairo_line_to (cr, x + TRIANGLE, self->bottom);
      cairo_line_to (cr, x - TRIANGLE, self->bottom);
      cairo_close_path (cr);
    }
  mtw_pen_rgb (self->pen, rust, 1);
  cairo_fill (cr);
}
