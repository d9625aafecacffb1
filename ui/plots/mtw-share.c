/* mtw-share.c — how often tasks are in conflict, over time
 *
 * The strong line is the mean over 1/20 of the view, the faint one over
 * 1/100: a single step says yes or no and would only flicker.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-share.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-number.h"
#include "mtw-plot-input.h"

#define WINDOW 0.05  /* of the view */

MtwCurve *
mtw_share_curve (const MtwPlotInput *input)
{
  MtwCurve *curve = input->curves != NULL ? mtw_curves_get (input->curves, "conflict") : NULL;

  return curve != NULL && mtw_curve_length (curve) > 0 ? curve : NULL;
}

/* Mean over @window epochs around each of @n places from 0 to @end. */
static double *
average (MtwCurve *curve,
         double    per_epoch,
         double    end,
         double    window,
         guint     n)
{
  double *means = g_new (double, n);
  double last = mtw_curve_points (curve)[mtw_curve_length (curve) - 1].x / per_epoch;
  double start = mtw_curve_points (curve)[0].x / per_epoch;

  for (guint i = 0; i < n; i++)
    {
      double at = end * i / (n - 1.0);
      MtwSpan span = { .n = 0 };

      if (at <= last + end / n && at + end / n >= start)
        mtw_curve_span (curve, mtw_curve_seek (curve, 0, (at - window / 2) * per_epoch),
                        mtw_curve_seek (curve, 0, (at + window / 2) * per_epoch), &span);
      means[i] = span.n > 0 ? span.sum / span.n : NAN;
    }

  return means;
}

static void
trace_means (MtwChart     *chart,
             const double *means,
             guint         n,
             gboolean      filled)
{
  cairo_t *cr = chart->pen->cr;
  double start = NAN;
  double x = 0;

  for (guint i = 0; i < n; i++)
    if (isfinite (means[i]))
      {
        x = mtw_chart_x (chart, chart->x.high * i / (n - 1.0));
        if (isnan (start))
          start = x;
        cairo_line_to (cr, x, mtw_chart_y (chart, means[i]));
      }
  if (filled && isfinite (start))
    {
      cairo_line_to (cr, x, chart->bottom);
      cairo_line_to (cr, start, chart->bottom);
      cairo_close_path (cr);
    }
}

/* The highest and the newest value, where there is room for both. */
static void
label_means (MtwChart     *chart,
             const double *means,
             guint         n,
             const double  rust[3])
{
  MtwPen *pen = chart->pen;
  guint top = G_MAXUINT, last = G_MAXUINT;
  double x, y;

  mtw_pen_rgb (pen, rust, 1);

  for (guint i = 0; i < n; i++)
    if (isfinite (means[i]))
      {
        top = top == G_MAXUINT || means[i] > means[top] ? i : top;
        last = i;
      }
  if (last == G_MAXUINT)
    return;

  x = mtw_chart_x (chart, chart->x.high * last / (n - 1.0));
  y = mtw_chart_y (chart, means[last]);
  cairo_arc (pen->cr, x, y, 3.2, 0, 2 * G_PI);
  cairo_fill (pen->cr);
  for (guint pass = 0; pass < 2; pass++)
    {
      guint at = pass == 0 ? last : top;
      g_autofree char *text = mtw_number_percent (means[at], 2);
      double place = mtw_chart_x (chart, chart->x.high * at / (n - 1.0));
      double width = mtw_pen_measure (pen, text, MTW_TEXT_BOLD);

      if (pass == 1 && (fabs (place - x) < 2 * width || means[top] <= 0))
        break;
      mtw_pen_halo (pen, text, CLAMP (place, chart->left + width / 2, chart->right - width / 2),
                    mtw_chart_y (chart, means[at]) - 6,
                    MTW_TEXT_MIDDLE | MTW_TEXT_BOTTOM | MTW_TEXT_BOLD);
    }
}

static void
draw_means (MtwChart *chart,
            MtwCurve *curve)
{
  MtwPen *pen = chart->pen;
  guint n = (guint) MAX ((chart->right - chart->left) / 2, 8);
  g_autofree double *fine = average (curve, chart->per_epoch, chart->x.high,
                                     chart->x.high * WINDOW / 5, n);
  g_autofree double *means = average (curve, chart->per_epoch, chart->x.high,
                                      chart->x.high * WINDOW, n);
  double rust[3];

  mtw_conflict_word_colour (TRUE, pen->input->dark && !pen->input->print, rust);
  mtw_chart_clip (chart);
  trace_means (chart, means, n, TRUE);
  mtw_pen_rgb (pen, rust, 0.14);
  cairo_fill (pen->cr);
  trace_means (chart, fine, n, FALSE);
  cairo_set_line_width (pen->cr, 1);
  mtw_pen_rgb (pen, rust, 0.28);
  cairo_stroke (pen->cr);
  trace_means (chart, means, n, FALSE);
  cairo_set_line_width (pen->cr, 2);
  cairo_set_line_join (pen->cr, CAIRO_LINE_JOIN_ROUND);
  mtw_pen_rgb (pen, rust, 1);
  cairo_stroke (pen->cr);
  mtw_chart_unclip (chart);
  label_means (chart, means, n, rust);
}

static void
title_share (MtwPen *pen,
             double  x)
{
  const char *title = mtw_input_n_tasks (pen->input) == 2 ? _("Batches in conflict, %")
                                                          : _("Pairs in conflict, %");

  if (x + mtw_pen_measure (pen, title, 0) > pen->width)
    title = _("In conflict, %");
  mtw_pen_ink (pen, MTW_INK_CAPTION);
  mtw_pen_text (pen, title, x, mtw_legend_height (pen) / 2, 0);
}

void
mtw_share_draw (MtwPen *pen,
                double  x)
{
  MtwChart chart = { .pen = pen, .percent = TRUE };
  MtwCurve *curve = mtw_share_curve (pen->input);
  double end = MAX (mtw_input_epochs (pen->input), 1e-3);
  double high = 0;

  if (curve != NULL)
    {
      g_autofree double *means = average (curve, mtw_input_per_epoch (pen->input), end,
                                          end * WINDOW, 100);

      for (guint i = 0; i < 100; i++)
        high = isfinite (means[i]) ? MAX (high, means[i]) : high;
    }
  mtw_axis_linear (&chart.y, 0, MIN (MAX (1.15 * high, 0.1), 1));

  title_share (pen, x);
  mtw_chart_begin (&chart, pen, x, mtw_legend_height (pen) + 6, pen->width - x,
                   pen->height - mtw_legend_height (pen) - 6);
  if (curve != NULL)
    draw_means (&chart, curve);
  mtw_chart_end (&chart);
}
