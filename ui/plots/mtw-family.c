/* mtw-family.c — a plot of one curve for each task, step by step
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-family.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-chart.h"
#include "mtw-number.h"

#define WIDE      20
#define RAW_ALPHA 0.28

gboolean
mtw_family_is_there (const MtwPlotInput *input,
                     const char         *family)
{
  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    {
      MtwCurve *curve = mtw_input_curve (input, family, k);

      if (curve != NULL && isfinite (mtw_curve_last (curve)))
        return TRUE;
    }

  return FALSE;
}

static void
find_axis (const MtwPlotInput *input,
           const char         *family,
           gboolean            from_zero,
           MtwAxis            *axis)
{
  double low = INFINITY;
  double high = -INFINITY;

  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    if ((input->hidden >> k & 1) == 0)
      mtw_input_grow (mtw_input_curve (input, family, k), FALSE, &low, &high);

  if (from_zero && low >= 0 && high <= 1)
    mtw_axis_linear (axis, 0, 1);
  else if (low > 0 && (input->log_scale || (from_zero && high / low > WIDE)))
    mtw_axis_log (axis, low, high);
  else if (!from_zero)
    mtw_axis_linear (axis, low, high);
  else
    mtw_axis_linear (axis, MIN (low, 0), high);
}

static void
draw_task (MtwChart *chart,
           MtwCurve *curve,
           guint     k)
{
  MtwPen *pen = chart->pen;
  double scale = 1 / chart->per_epoch;
  MtwCurve *smooth = mtw_curve_smoothed (curve, pen->input->smoothing);

  mtw_chart_clip (chart);
  cairo_set_line_width (pen->cr, 1);
  mtw_pen_task (pen, k, RAW_ALPHA);
  mtw_chart_trace (chart, curve, scale);
  mtw_pen_stroke_of (pen, k, 2);
  mtw_pen_task (pen, k, 1);
  mtw_chart_mean (chart, smooth, scale);
  mtw_chart_unclip (chart);

  mtw_chart_beads (chart, smooth, scale, k);
  mtw_chart_read (chart, k,
                  mtw_number (mtw_curve_at (smooth, pen->input->cursor * chart->per_epoch), 3));
}

void
mtw_family_draw (MtwPen     *pen,
                 const char *family,
                 gboolean    from_zero)
{
  MtwChart chart = { .pen = pen };

  find_axis (pen->input, family, from_zero, &chart.y);
  mtw_legend (pen, NULL, chart.y.log_scale ? _("log") : NULL);
  mtw_chart_begin (&chart, pen, 0, mtw_legend_height (pen), pen->width,
                   pen->height - mtw_legend_height (pen));
  for (guint k = 0; k < mtw_input_n_tasks (pen->input); k++)
    {
      MtwCurve *curve = mtw_input_curve (pen->input, family, k);

      if (curve != NULL && mtw_pen_shows (pen, k))
        draw_task (&chart, curve, k);
    }
  mtw_chart_end (&chart);
}

char *
mtw_family_describe (const MtwPlotInput *input,
                     const char         *title,
                     const char         *family)
{
  GString *text = g_string_new (title);

  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    {
      MtwCurve *curve = mtw_input_curve (input, family, k);
      g_autofree char *value = NULL;

      if (curve == NULL)
        continue;
      value = mtw_number (mtw_curve_last (mtw_curve_smoothed (curve, input->smoothing)), 2);
      /* Translators: part of a list: a task, its value, its trend. */
      g_string_append_printf (text, _("; %s %s, %s"), mtw_input_task (input, k), value,
                              mtw_input_trend (input, curve));
    }
  g_string_append_c (text, '.');

  return g_string_free (text, FALSE);
}

MtwTable *
mtw_family_table (const MtwPlotInput *input,
                  gboolean            steps,
                  const char         *title,
                  const char         *family)
{
  guint n_tasks = mtw_input_n_tasks (input);
  MtwTable *table = mtw_table_new ();
  g_autofree MtwCurve **curves = g_new0 (MtwCurve *, n_tasks + 1);

  mtw_table_add_column (table, "%s", steps ? "step" : "epoch");
  mtw_input_add_columns (input, table, title);
  for (guint k = 0; k < n_tasks; k++)
    curves[k] = mtw_input_curve (input, family, k);
  mtw_input_add_rows (table, n_tasks > 0 ? curves[0] : NULL, 1, curves, n_tasks);

  return table;
}
