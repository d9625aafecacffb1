/* mtw-marker.c — the marker of a task, and the ring of one in training
 *
 * Shapes have about the same area, so that none looks more important.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-wires.h"

#include <math.h>

#include "mtw-colours.h"

#define RADIUS      4.0
#define SQUARE_HALF 3.6
#define LINE_WIDTH  1.3
#define RING_GAP    4.0
#define RING_RADIUS 13.0

static void
trace_polygon (cairo_t *cr,
               guint    n,
               double   radius,
               double   inner,     /* radius of every other corner; = radius: regular */
               double   turn)
{
  for (guint i = 0; i < n; i++)
    {
      double angle = turn + 2 * G_PI * i / n;
      double r = i % 2 == 0 ? radius : inner;

      cairo_line_to (cr, r * cos (angle), r * sin (angle));
    }
  cairo_close_path (cr);
}

static void
trace_lines (cairo_t *cr,
             double   turn)
{
  for (guint i = 0; i < 4; i++)
    {
      double angle = turn + i * G_PI_2;

      cairo_move_to (cr, 0, 0);
      cairo_line_to (cr, RADIUS * cos (angle), RADIUS * sin (angle));
    }
}

static gboolean
trace (cairo_t   *cr,
       MtwMarker  marker)
{
  switch (marker)
    {
    case MTW_MARKER_CIRCLE:
      cairo_arc (cr, 0, 0, RADIUS, 0, 2 * G_PI);
      return TRUE;
    case MTW_MARKER_SQUARE:
      cairo_rectangle (cr, -SQUARE_HALF, -SQUARE_HALF, 2 * SQUARE_HALF, 2 * SQUARE_HALF);
      return TRUE;
    case MTW_MARKER_TRIANGLE_UP:
      trace_polygon (cr, 3, 5, 5, -G_PI_2);
      return TRUE;
    case MTW_MARKER_DIAMOND:
      trace_polygon (cr, 4, 5, 5, 0);
      return TRUE;
    case MTW_MARKER_TRIANGLE_DOWN:
      trace_polygon (cr, 3, 5, 5, G_PI_2);
      return TRUE;
    case MTW_MARKER_STAR:
      trace_polygon (cr, 10, 5.6, 2.5, -G_PI_2);
      return TRUE;
    case MTW_MARKER_CROSS:
      trace_lines (cr, G_PI_4);
      return FALSE;
    case MTW_MARKER_PLUS:
      trace_lines (cr, 0);
      return FALSE;
    default:
      return FALSE;
    }
}

void
mtw_paint_marker (cairo_t  *cr,
                  guint     task,
                  gboolean  dark,
                  double    x,
                  double    y)
{
  double rgb[3];
  gboolean closed;

  mtw_task_colour (task, dark, rgb);
  cairo_save (cr);
  cairo_translate (cr, x, y);
  cairo_new_path (cr);
  closed = trace (cr, mtw_task_marker (task));
  cairo_set_source_rgb (cr, rgb[0], rgb[1], rgb[2]);
  cairo_set_dash (cr, NULL, 0, 0);
  cairo_set_line_width (cr, closed ? LINE_WIDTH : 2);
  if (closed && !mtw_task_hollow (task))
    cairo_fill_preserve (cr);
  cairo_stroke (cr);
  cairo_restore (cr);
}

void
mtw_paint_ring (cairo_t  *cr,
                double    width,
                double    height,
                gboolean  dashed)
{
  static const double dash[2] = { 5, 4 };
  double r = RING_RADIUS, left = -RING_GAP + r, top = -RING_GAP + r;
  double right = width + RING_GAP - r, bottom = height + RING_GAP - r;

  cairo_new_path (cr);
  cairo_arc (cr, right, top, r, -G_PI_2, 0);
  cairo_arc (cr, right, bottom, r, 0, G_PI_2);
  cairo_arc (cr, left, bottom, r, G_PI_2, G_PI);
  cairo_arc (cr, left, top, r, G_PI, 3 * G_PI_2);
  cairo_close_path (cr);
  cairo_set_dash (cr, dash, dashed ? 2 : 0, 0);
  cairo_set_line_width (cr, 2);
  cairo_stroke (cr);
}
