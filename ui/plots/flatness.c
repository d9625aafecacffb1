/* flatness.c — how much the loss of each task rises nearby
 *
 * l(θ + ε) − l(θ) where ε is the steepest step of length ρ; one point for each
 * snapshot that was measured. Small is flat.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-chart.h"
#include "mtw-number.h"
#include "mtw-plot-input.h"

static char *
flatness_subtitle (const MtwPlotInput *input)
{
  g_autofree char *rho = NULL;

  if (input->probe == NULL || !g_str_equal (input->probe->probe, "flatness")
      || !(input->probe->rho > 0))
    return g_strdup (input->log_scale ? _("rise of the loss, log") : _("rise of the loss"));

  rho = mtw_number (input->probe->rho, 2);
  /* Translators: ρ is the distance at which the rise is measured. */
  return g_strdup_printf (input->log_scale ? _("rise at ρ = %s, log") : _("rise at ρ = %s"), rho);
}

static char *
flatness_waiting (const MtwPlotInput *input)
{
  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    if (mtw_input_curve (input, "flatness", k) != NULL)
      return NULL;

  return g_strdup (_("First measured after epoch 1."));
}

static void
find_axis (const MtwPlotInput *input,
           MtwAxis            *axis)
{
  double low = INFINITY;
  double high = -INFINITY;

  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    if ((input->hidden >> k & 1) == 0)
      mtw_input_grow (mtw_input_curve (input, "flatness", k), input->log_scale, &low, &high);

  if (input->log_scale && low > 0 && high > 0)
    mtw_axis_log (axis, low, high);
  else
    mtw_axis_linear (axis, MIN (low, 0), high);
}

static void
flatness_draw (MtwPen *pen)
{
  MtwChart chart = { .pen = pen };

  find_axis (pen->input, &chart.y);
  mtw_legend (pen, NULL, NULL);
  mtw_chart_begin (&chart, pen, 0, mtw_legend_height (pen), pen->width,
                   pen->height - mtw_legend_height (pen));
  for (guint k = 0; k < mtw_input_n_tasks (pen->input); k++)
    {
      MtwCurve *curve = mtw_input_curve (pen->input, "flatness", k);

      if (curve == NULL || !mtw_pen_shows (pen, k))
        continue;
      cairo_save (pen->cr);
      mtw_pen_stroke_of (pen, k, 2);
      mtw_pen_task (pen, k, 1);
      mtw_chart_trace (&chart, curve, 1);
      cairo_restore (pen->cr);
      mtw_chart_points (&chart, curve, 1, k);
      mtw_chart_gaps (&chart, curve, 1);
      mtw_chart_read (&chart, k, mtw_number (mtw_curve_at (curve, pen->input->cursor), 3));
    }
  mtw_chart_end (&chart);
}

static char *
flatness_describe (const MtwPlotInput *input)
{
  GString *text = g_string_new (_("Rise of the loss nearby"));

  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    {
      MtwCurve *curve = mtw_input_curve (input, "flatness", k);
      g_autofree char *value = NULL;

      if (curve == NULL)
        continue;
      value = mtw_number (mtw_curve_last (curve), 2);
      /* Translators: part of a list: a task, its rise of the loss, its trend. */
      g_string_append_printf (text, _("; %s %s, %s"), mtw_input_task (input, k), value,
                              mtw_input_trend (input, curve));
    }
  g_string_append_c (text, '.');

  return g_string_free (text, FALSE);
}

static MtwTable *
flatness_table (const MtwPlotInput *input,
                gboolean            every_step)
{
  guint n_tasks = mtw_input_n_tasks (input);
  MtwTable *table = mtw_table_new ();
  g_autofree MtwCurve **curves = g_new0 (MtwCurve *, n_tasks + 1);

  mtw_table_add_column (table, "epoch");
  mtw_input_add_columns (input, table, "flatness");
  for (guint k = 0; k < n_tasks; k++)
    curves[k] = mtw_input_curve (input, "flatness", k);
  mtw_input_add_rows (table, n_tasks > 0 ? curves[0] : NULL, 1, curves, n_tasks);

  return table;
}

const MtwPlotKind mtw_plot_flatness = {
  .id = "flatness",
  .title = N_("Flatness"),
  .info = N_("How much the loss of each task rises when the weights move a small step the worst "
             "way. Small values mean a flat region, where a model tends to do better on data "
             "it has not seen."),
  .flags = MTW_PLOT_TIME | MTW_PLOT_LOG,
  .log_scale = TRUE,
  .button = N_("Measure Now"),
  .action = "measure-flatness",
  .probe = "flatness",
  .subtitle = flatness_subtitle,
  .waiting = flatness_waiting,
  .draw = flatness_draw,
  .describe = flatness_describe,
  .table = flatness_table,
};
