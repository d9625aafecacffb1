/* metrics.c — the first metric of each task, once an epoch
 *
 * The line with markers is the test set, the thin line the training set. Only
 * tasks with the metric of the chosen task stand in one chart: figures of
 * different kinds have no axis in common. A star marks the best epoch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-look.h"

#include "mtw-chart.h"
#include "mtw-number.h"
#include "mtw-plot-input.h"

#define TRAIN_ALPHA 0.55

/* --- which tasks, which metric --- */

static const char *
metric_id (const MtwPlotInput *input,
           guint               k)
{
  const MtlRecordInfo *info = mtl_record_info (input->record);

  return k < info->n_tasks && info->metrics != NULL ? info->metrics[k] : NULL;
}

static gboolean
is_shown (const MtwPlotInput *input,
          guint               k)
{
  return (input->hidden >> k & 1) == 0
         && g_strcmp0 (metric_id (input, k), metric_id (input, mtw_input_chosen (input))) == 0;
}

/* (nullable) */
static const MtlMethod *
metric (const MtwPlotInput *input)
{
  const char *id = metric_id (input, mtw_input_chosen (input));

  return id != NULL ? mtl_catalogue_find (MTL_KIND_METRIC, id, NULL) : NULL;
}

static gboolean
is_percent (const MtwPlotInput *input)
{
  const MtlMethod *method = metric (input);

  return method != NULL && mtl_look_is_percent (method);
}

static gboolean
higher_is_better (const MtwPlotInput *input)
{
  const MtlMethod *method = metric (input);

  return method == NULL || mtl_look_higher_is_better (method);
}

/* @split: "test" or "train" */
static MtwCurve *
find_curve (const MtwPlotInput *input,
            const char         *split,
            guint               k)
{
  g_autofree char *family = NULL;

  if (metric_id (input, k) == NULL)
    return NULL;
  family = g_strdup_printf ("epoch/%s/%s", split, metric_id (input, k));

  return mtw_input_curve (input, family, k);
}

static char *
show_value (const MtwPlotInput *input,
            double              value,
            guint               digits)
{
  return is_percent (input) ? mtw_number_percent (value, digits) : mtw_number (value, digits);
}

/* --- the plot --- */

/* Only where tasks differ in their metric. */
static gboolean
metrics_chooses (const MtwPlotInput *input)
{
  for (guint k = 1; k < mtw_input_n_tasks (input); k++)
    if (g_strcmp0 (metric_id (input, k), metric_id (input, 0)) != 0)
      return TRUE;

  return FALSE;
}

static char *
metrics_subtitle (const MtwPlotInput *input)
{
  const MtlMethod *method = input->record != NULL ? metric (input) : NULL;

  if (method == NULL)
    return NULL;
  if (mtl_look_is_percent (method))
    /* Translators: a metric and its unit, percent. */
    return g_strdup_printf (_("%s, %%"), _(method->title));

  return g_strdup (_(method->title));
}

static char *
metrics_waiting (const MtwPlotInput *input)
{
  guint n = mtw_input_n_tasks (input);

  for (guint k = 0; k < n; k++)
    if (find_curve (input, "test", k) != NULL || find_curve (input, "train", k) != NULL)
      return NULL;

  return g_strdup (n > 0 && mtw_input_epochs (input) > 0 ? _("Appears after the first epoch.")
                                                         : _("Press Train to see metrics."));
}

static void
find_axis (const MtwPlotInput *input,
           MtwAxis            *axis)
{
  double low = INFINITY;
  double high = -INFINITY;

  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    if (is_shown (input, k))
      {
        mtw_input_grow (find_curve (input, "train", k), FALSE, &low, &high);
        mtw_input_grow (find_curve (input, "test", k), FALSE, &low, &high);
      }

  mtw_axis_linear (axis, low, high);
  if (is_percent (input) && axis->high > 1)
    axis->high = 1;
  while (axis->n > 0 && axis->ticks[axis->n - 1] > axis->high * (1 + 1e-9))
    axis->n--;
}

static void
mark_best (MtwChart *chart,
           MtwCurve *test,
           guint     k)
{
  MtwPen *pen = chart->pen;
  const MtlPoint *points = mtw_curve_points (test);
  double sign = higher_is_better (pen->input) ? 1 : -1;
  gsize best = G_MAXSIZE;

  for (gsize i = 0; i < mtw_curve_length (test); i++)
    if (isfinite (points[i].y)
        && (best == G_MAXSIZE || sign * points[i].y > sign * points[best].y))
      best = i;
  if (best == G_MAXSIZE)
    return;

  mtw_pen_star (pen, mtw_chart_x (chart, points[best].x), mtw_chart_y (chart, points[best].y), 7);
  mtw_pen_task (pen, k, 1);
  cairo_fill_preserve (pen->cr);
  mtw_pen_ink (pen, MTW_INK_PAPER);
  cairo_set_line_width (pen->cr, 0.8);
  cairo_stroke (pen->cr);
}

static void
draw_task (MtwChart *chart,
           guint     k)
{
  MtwPen *pen = chart->pen;
  MtwCurve *train = find_curve (pen->input, "train", k);
  MtwCurve *test = find_curve (pen->input, "test", k);

  cairo_save (pen->cr);
  if (train != NULL)
    {
      mtw_pen_stroke_of (pen, k, 1.3);
      mtw_pen_task (pen, k, TRAIN_ALPHA);
      mtw_chart_trace (chart, train, 1);
    }
  if (test != NULL)
    {
      mtw_pen_stroke_of (pen, k, 2);
      mtw_pen_task (pen, k, 1);
      mtw_chart_trace (chart, test, 1);
    }
  cairo_restore (pen->cr);
  if (test == NULL)
    return;

  mtw_chart_points (chart, test, 1, k);
  mark_best (chart, test, k);
  mtw_chart_read (chart, k,
                  show_value (pen->input, mtw_curve_at (test, pen->input->cursor), 3));
}

static void
metrics_draw (MtwPen *pen)
{
  MtwChart chart = { .pen = pen, .percent = is_percent (pen->input) };

  find_axis (pen->input, &chart.y);
  mtw_legend (pen, NULL, NULL);
  mtw_chart_begin (&chart, pen, 0, mtw_legend_height (pen), pen->width,
                   pen->height - mtw_legend_height (pen));
  for (guint k = 0; k < mtw_input_n_tasks (pen->input); k++)
    if (is_shown (pen->input, k))
      draw_task (&chart, k);
  mtw_chart_end (&chart);
}

static char *
metrics_describe (const MtwPlotInput *input)
{
  GString *text = g_string_new (NULL);
  const MtlMethod *method = metric (input);

  g_string_append (text, method != NULL ? _(method->title) : _("Metrics"));
  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    {
      MtwCurve *curve = is_shown (input, k) ? find_curve (input, "test", k) : NULL;
      g_autofree char *value = NULL;

      if (curve == NULL)
        continue;
      value = show_value (input, mtw_curve_last (curve), 3);
      /* Translators: part of a list: a task, its test metric, its trend. */
      g_string_append_printf (text, _("; %s %s, %s"), mtw_input_task (input, k), value,
                              mtw_input_trend (input, curve));
    }
  g_string_append_c (text, '.');

  return g_string_free (text, FALSE);
}

static MtwTable *
metrics_table (const MtwPlotInput *input,
               gboolean            every_step)
{
  static const char *const splits[] = { "train", "test" };
  guint n_tasks = mtw_input_n_tasks (input);
  MtwTable *table = mtw_table_new ();
  g_autofree MtwCurve **curves = g_new0 (MtwCurve *, 2 * n_tasks + 1);
  MtwCurve *lead = NULL;

  mtw_table_add_column (table, "epoch");
  for (guint s = 0; s < G_N_ELEMENTS (splits); s++)
    for (guint k = 0; k < n_tasks; k++)
      {
        MtwCurve *curve = find_curve (input, splits[s], k);

        mtw_table_add_column (table, "%s/%s/%s", splits[s],
                              metric_id (input, k) != NULL ? metric_id (input, k) : "",
                              mtw_input_task (input, k));
        curves[s * n_tasks + k] = curve;
        lead = lead != NULL ? lead : curve;
      }
  mtw_input_add_rows (table, lead, 1, curves, 2 * n_tasks);

  return table;
}

const MtwPlotKind mtw_plot_metrics = {
  .id = "metrics",
  .title = N_("Metrics"),
  .info = N_("What each task is judged by, after each epoch: marks for the test set, a thin "
             "line for the training set. A wide gap between the two is overfitting. The star "
             "is the best epoch."),
  .flags = MTW_PLOT_TIME | MTW_PLOT_TASK,
  .chooses = metrics_chooses,
  .subtitle = metrics_subtitle,
  .waiting = metrics_waiting,
  .draw = metrics_draw,
  .describe = metrics_describe,
  .table = metrics_table,
};
