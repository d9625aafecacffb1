/* weights.c — how the balancer weighs the tasks, step by step
 *
 * Methods whose weights lie between 0 and 1 share that axis. Weights that are
 * free are shown from 0, or by their logarithm where they differ by more than
 * a factor of 20 and are all above zero.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-chart.h"
#include "mtw-number.h"
#include "mtw-plot-input.h"

#define WIDE      20
#define RAW_ALPHA 0.28

static char *
weights_subtitle (const MtwPlotInput *input)
{
  const MtlMethod *balancer = mtw_input_method (input, "balancer");

  return balancer != NULL ? g_strdup (_(balancer->title)) : NULL;
}

static char *
weights_waiting (const MtwPlotInput *input)
{
  const MtlMethod *balancer = mtw_input_method (input, "balancer");

  if (balancer != NULL && g_str_equal (balancer->id, "equal"))
    return g_strdup (_("Equal weighting has no weights to show."));
  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    {
      MtwCurve *curve = mtw_input_curve (input, "weight", k);

      if (curve != NULL && isfinite (mtw_curve_last (curve)))
        return NULL;
    }
  if (mtw_input_n_tasks (input) > 0 && mtw_input_epochs (input) > 0 && balancer != NULL)
    /* Translators: a gradient balancer that does not weigh tasks. */
    return g_strdup_printf (_("%s has no weights to show."), _(balancer->title));

  return g_strdup (_("Press Train to see weights."));
}

static void
find_axis (const MtwPlotInput *input,
           MtwAxis            *axis)
{
  double low = INFINITY;
  double high = -INFINITY;

  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    if ((input->hidden >> k & 1) == 0)
      mtw_input_grow (mtw_input_curve (input, "weight", k), FALSE, &low, &high);

  if (low >= 0 && high <= 1)
    mtw_axis_linear (axis, 0, 1);
  else if (input->log_scale && low > 0)
    mtw_axis_log (axis, low, high);
  else if (low > 0 && high / low > WIDE)
    mtw_axis_log (axis, low, high);
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

static void
weights_draw (MtwPen *pen)
{
  MtwChart chart = { .pen = pen };

  find_axis (pen->input, &chart.y);
  mtw_legend (pen, NULL, chart.y.log_scale ? _("log") : NULL);
  mtw_chart_begin (&chart, pen, 0, mtw_legend_height (pen), pen->width,
                   pen->height - mtw_legend_height (pen));
  for (guint k = 0; k < mtw_input_n_tasks (pen->input); k++)
    {
      MtwCurve *curve = mtw_input_curve (pen->input, "weight", k);

      if (curve != NULL && mtw_pen_shows (pen, k))
        draw_task (&chart, curve, k);
    }
  mtw_chart_end (&chart);
}

static char *
weights_describe (const MtwPlotInput *input)
{
  GString *text = g_string_new (_("Weights"));

  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    {
      MtwCurve *curve = mtw_input_curve (input, "weight", k);
      g_autofree char *value = NULL;

      if (curve == NULL)
        continue;
      value = mtw_number (mtw_curve_last (mtw_curve_smoothed (curve, input->smoothing)), 2);
      /* Translators: part of a list: a task, its weight, its trend. */
      g_string_append_printf (text, _("; %s %s, %s"), mtw_input_task (input, k), value,
                              mtw_input_trend (input, curve));
    }
  g_string_append_c (text, '.');

  return g_string_free (text, FALSE);
}

static MtwTable *
weights_table (const MtwPlotInput *input,
               gboolean            every_step)
{
  guint n_tasks = mtw_input_n_tasks (input);
  MtwTable *table = mtw_table_new ();
  g_autofree MtwCurve **curves = g_new0 (MtwCurve *, n_tasks + 1);

  mtw_table_add_column (table, "%s", every_step ? "step" : "epoch");
  mtw_input_add_columns (input, table, "weight");
  for (guint k = 0; k < n_tasks; k++)
    curves[k] = mtw_input_curve (input, every_step ? "weight" : "epoch/weight", k);
  mtw_input_add_rows (table, n_tasks > 0 ? curves[0] : NULL, 1, curves, n_tasks);

  return table;
}

const MtwPlotKind mtw_plot_weights = {
  .id = "weights",
  .title = N_("Task Weights"),
  .info = N_("How much each task counts in the step that the gradient balancer takes. The "
             "faint line is every step, the strong line its moving average."),
  .flags = MTW_PLOT_TIME | MTW_PLOT_LOG | MTW_PLOT_SMOOTH,
  .subtitle = weights_subtitle,
  .waiting = weights_waiting,
  .draw = weights_draw,
  .describe = weights_describe,
  .table = weights_table,
};
