/* losses.c — the loss of each task, of each step and of the test set
 *
 * Faint: the clean pass of each step. Strong and dashed as the task: its
 * moving average. Hollow markers: the test set, once an epoch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-chart.h"
#include "mtw-number.h"
#include "mtw-plot-input.h"

#define RAW_ALPHA 0.28

static char *
losses_subtitle (const MtwPlotInput *input)
{
  return NULL;
}

static char *
losses_waiting (const MtwPlotInput *input)
{
  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    if (mtw_input_curve (input, "loss", k) != NULL
        || mtw_input_curve (input, "epoch/test/loss", k) != NULL)
      return NULL;

  return g_strdup (_("Press Train to see losses."));
}

static void
find_axis (const MtwPlotInput *input,
           MtwAxis            *axis)
{
  double low = INFINITY;
  double high = -INFINITY;

  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    {
      if (input->hidden >> k & 1)
        continue;
      mtw_input_grow (mtw_input_curve (input, "loss", k), input->log_scale, &low, &high);
      mtw_input_grow (mtw_input_curve (input, "epoch/test/loss", k), input->log_scale, &low,
                      &high);
    }

  if (input->log_scale && low > 0 && high > 0)
    mtw_axis_log (axis, low, high);
  else
    mtw_axis_linear (axis, MIN (low, 0), high);
}

/* All of them before any strong line, or one task would cover another. */
static void
draw_raw (MtwChart *chart)
{
  MtwPen *pen = chart->pen;

  mtw_chart_clip (chart);
  cairo_set_line_width (pen->cr, 1);
  for (guint k = 0; k < mtw_input_n_tasks (pen->input); k++)
    {
      MtwCurve *steps = mtw_input_curve (pen->input, "loss", k);

      if (steps == NULL || !mtw_pen_shows (pen, k))
        continue;
      mtw_pen_task (pen, k, RAW_ALPHA);
      mtw_chart_trace (chart, steps, 1 / chart->per_epoch);
    }
  mtw_chart_unclip (chart);
}

static void
draw_task (MtwChart *chart,
           guint     k)
{
  MtwPen *pen = chart->pen;
  const MtwPlotInput *input = pen->input;
  MtwCurve *steps = mtw_input_curve (input, "loss", k);
  MtwCurve *test = mtw_input_curve (input, "epoch/test/loss", k);

  if (!mtw_pen_shows (pen, k))
    return;

  if (steps != NULL)
    {
      MtwCurve *smooth = mtw_curve_smoothed (steps, input->smoothing);

      mtw_chart_clip (chart);
      mtw_pen_stroke_of (pen, k, 2);
      mtw_pen_task (pen, k, 1);
      mtw_chart_mean (chart, smooth, 1 / chart->per_epoch);
      mtw_chart_unclip (chart);
      mtw_chart_gaps (chart, steps, 1 / chart->per_epoch);
      mtw_chart_read (chart, k,
                      mtw_number (mtw_curve_at (smooth, input->cursor * chart->per_epoch), 3));
    }
  if (test != NULL)
    mtw_chart_points (chart, test, 1, k);
}

static void
losses_draw (MtwPen *pen)
{
  MtwChart chart = { .pen = pen };

  find_axis (pen->input, &chart.y);
  mtw_legend (pen, _("test"), pen->input->log_scale ? _("log") : NULL);
  mtw_chart_begin (&chart, pen, 0, mtw_legend_height (pen), pen->width,
                   pen->height - mtw_legend_height (pen));
  draw_raw (&chart);
  for (guint k = 0; k < mtw_input_n_tasks (pen->input); k++)
    draw_task (&chart, k);
  mtw_chart_end (&chart);
}

static void
describe_task (const MtwPlotInput *input,
               guint               k,
               GString            *text)
{
  MtwCurve *curve = mtw_input_curve (input, "loss", k);
  g_autofree char *value = NULL;

  if (curve == NULL)
    curve = mtw_input_curve (input, "epoch/test/loss", k);
  if (curve == NULL)
    return;

  value = mtw_number (mtw_curve_last (mtw_curve_smoothed (curve, input->smoothing)), 2);
  if (text->len == 0)
    /* Translators: a task, its loss, and falling, rising or steady. */
    g_string_append_printf (text, _("Loss of %s %s, %s"), mtw_input_task (input, k), value,
                            mtw_input_trend (input, curve));
  else
    /* Translators: goes on “Loss of left 0.39, falling”. */
    g_string_append_printf (text, _("; of %s %s, %s"), mtw_input_task (input, k), value,
                            mtw_input_trend (input, curve));
}

static char *
losses_describe (const MtwPlotInput *input)
{
  GString *text = g_string_new (NULL);
  MtwCurve *conflict = mtw_curves_get (input->curves, "epoch/conflict");

  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    describe_task (input, k, text);
  if (conflict != NULL && isfinite (mtw_curve_last (conflict)))
    {
      g_autofree char *share = mtw_number_percent (mtw_curve_last (conflict), 2);

      /* Translators: the share of batches in conflict, after the losses. */
      g_string_append_printf (text, _("; conflict %s"), share);
    }
  g_string_append_c (text, '.');

  return g_string_free (text, FALSE);
}

static MtwTable *
losses_table (const MtwPlotInput *input,
              gboolean            every_step)
{
  static const char *const families[] = { "epoch/train/loss", "epoch/test/loss" };
  guint n_tasks = mtw_input_n_tasks (input);
  guint n_families = every_step ? 1 : G_N_ELEMENTS (families);
  MtwTable *table = mtw_table_new ();
  g_autofree MtwCurve **curves = g_new0 (MtwCurve *, n_families * n_tasks + 1);
  MtwCurve *lead = NULL;

  mtw_table_add_column (table, "%s", every_step ? "step" : "epoch");
  for (guint f = 0; f < n_families; f++)
    {
      mtw_input_add_columns (input, table, every_step ? "loss" : families[f] + 6);
      for (guint k = 0; k < n_tasks; k++)
        {
          MtwCurve *curve = mtw_input_curve (input, every_step ? "loss" : families[f], k);

          curves[f * n_tasks + k] = curve;
          lead = lead != NULL ? lead : curve;
        }
    }
  mtw_input_add_rows (table, lead, 1, curves, n_families * n_tasks);

  return table;
}

const MtwPlotKind mtw_plot_losses = {
  .id = "losses",
  .title = N_("Losses"),
  .info = N_("The loss of each task. The faint line is the loss of every step before it is "
             "taken, the strong line its moving average, and the hollow marks are the test "
             "set after each epoch. A triangle on the axis marks a loss that was not finite."),
  .flags = MTW_PLOT_TIME | MTW_PLOT_LOG | MTW_PLOT_SMOOTH,
  .log_scale = TRUE,
  .subtitle = losses_subtitle,
  .waiting = losses_waiting,
  .draw = losses_draw,
  .describe = losses_describe,
  .table = losses_table,
};
