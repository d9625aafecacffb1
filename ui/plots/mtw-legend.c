/* mtw-legend.c — the line on top of a chart: which line is which task
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtw-chart.h"
#include "mtw-plot-input.h"

#define SAMPLE 20  /* px of a line */
#define GAP    5
#define APART  13
#define LEAST_HEIGHT 20.0

double
mtw_legend_height (const MtwPen *pen)
{
  return MAX (LEAST_HEIGHT, ceil (pen->em) + 4);
}

static double
draw_sample (MtwPen *pen,
             guint   task,
             double  x,
             double  y)
{
  cairo_save (pen->cr);
  mtw_pen_stroke_of (pen, task, 2);
  mtw_pen_task (pen, task, 1);
  cairo_move_to (pen->cr, x, y);
  cairo_line_to (pen->cr, x + SAMPLE, y);
  cairo_stroke (pen->cr);
  cairo_restore (pen->cr);
  mtw_pen_marker (pen, task, x + SAMPLE / 2.0, y, 3, FALSE);

  return x + SAMPLE + GAP;
}

static double
draw_item (MtwPen *pen,
           guint   task,
           double  x,
           double  y)
{
  MtwPlotArea *area = pen->area;
  double end = draw_sample (pen, task, x, y);

  mtw_pen_ink (pen, mtw_pen_shows (pen, task) ? MTW_INK_TEXT : MTW_INK_AXIS);
  end += mtw_pen_text (pen, mtw_input_task (pen->input, task), end, y, 0);
  if (area->n_legend < MTW_MAX_LEGEND)
    {
      area->legend[area->n_legend].task = task;
      area->legend[area->n_legend].x = x;
      area->legend[area->n_legend].y = 0;
      area->legend[area->n_legend].width = end - x;
      area->legend[area->n_legend].height = mtw_legend_height (pen);
      area->n_legend++;
    }

  return end + APART;
}

static double
item_width (MtwPen *pen,
            guint   task)
{
  return SAMPLE + GAP + mtw_pen_measure (pen, mtw_input_task (pen->input, task), 0) + APART;
}

static void
draw_extra (MtwPen     *pen,
            const char *extra,
            double      x,
            double      y)
{
  cairo_new_sub_path (pen->cr);
  cairo_arc (pen->cr, x + 4, y, 2.9, 0, 2 * G_PI);
  cairo_set_line_width (pen->cr, 1.3);
  mtw_pen_ink (pen, MTW_INK_TEXT);
  cairo_stroke (pen->cr);
  mtw_pen_text (pen, extra, x + 8 + GAP, y, 0);
}

void
mtw_legend (MtwPen     *pen,
            const char *extra,
            const char *end)
{
  guint n = mtw_input_n_tasks (pen->input);
  double y = mtw_legend_height (pen) / 2;
  double x = 2;
  double room = pen->width - 4;
  guint k;

  if (end != NULL)
    {
      room -= mtw_pen_measure (pen, end, 0) + APART;
      mtw_pen_ink (pen, MTW_INK_CAPTION);
      mtw_pen_text (pen, end, pen->width - 8, y, MTW_TEXT_END);
    }

  for (k = 0; k < n && x + item_width (pen, k) - APART <= room; k++)
    x = draw_item (pen, k, x, y);
  if (k < n)
    {
      g_autofree char *more = g_strdup_printf ("+%u", n - k);

      mtw_pen_ink (pen, MTW_INK_CAPTION);
      mtw_pen_text (pen, more, x, y, 0);
    }
  else if (extra != NULL && x + 8 + GAP + mtw_pen_measure (pen, extra, 0) <= room)
    draw_extra (pen, extra, x, y);
}
