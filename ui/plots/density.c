/* density.c — how the curvature of one task's loss is spread: the eigenvalues of its Hessian
 *
 * The density that stochastic Lanczos quadrature finds, see engine/probe/hessian.c: its area
 * is 1 and its height is shown on a log scale, from a millionth of the highest on, since nearly
 * all eigenvalues stand at zero. λ₁ is the largest, with its uncertainty.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-chart.h"
#include "mtw-number.h"
#include "mtw-plot-input.h"

#define PROBE  "hessian"
#define FLOOR  1e-6   /* of the highest density */
#define DIGITS 3
#define FILL   0.18   /* opacity */

/* The @n-th finding of @id about task @k; NULL: there are not so many. */
static const MtlFinding *
find (const MtwPlotInput *input,
      const char         *id,
      guint               k,
      guint               n)
{
  guint count = input->findings != NULL ? mtl_findings_count (input->findings) : 0;

  for (guint i = 0; i < count; i++)
    {
      const MtlFinding *finding = mtl_findings_get (input->findings, i);

      if (finding->task == (int) k && g_str_equal (finding->measure->id, id) && n-- == 0)
        return finding;
    }

  return NULL;
}

/* (transfer full): of task @k, by x; of const MtlFinding. */
static GPtrArray *
find_density (const MtwPlotInput *input,
              guint               k)
{
  GPtrArray *points = g_ptr_array_new ();
  guint count = input->findings != NULL ? mtl_findings_count (input->findings) : 0;

  for (guint i = 0; i < count; i++)
    {
      const MtlFinding *finding = mtl_findings_get (input->findings, i);

      if (finding->task == (int) k && g_str_equal (finding->measure->id, "density")
          && isfinite (finding->x) && isfinite (finding->value))
        g_ptr_array_add (points, (gpointer) finding);
    }

  return points;
}

static double
find_peak (GPtrArray *points)
{
  double peak = 0.0;

  for (guint i = 0; i < points->len; i++)
    peak = MAX (peak, ((const MtlFinding *) points->pdata[i])->value);

  return peak;
}

/* --- words --- */

/* “λ₁ 12.8 ± 0.3” (transfer full) (nullable) */
static char *
describe_largest (const MtwPlotInput *input,
                  guint               k)
{
  const MtlFinding *largest = find (input, "eigenvalue", k, 0);
  g_autofree char *value = largest != NULL ? mtw_number (largest->value, DIGITS) : NULL;
  g_autofree char *error = NULL;

  if (largest == NULL)
    return NULL;
  if (isnan (largest->error))
    /* Translators: the largest eigenvalue. */
    return g_strdup_printf (_("λ₁ %s"), value);

  error = mtw_number (largest->error, 2);
  /* Translators: the largest eigenvalue and its uncertainty. */
  return g_strdup_printf (_("λ₁ %s ± %s"), value, error);
}

static char *
density_subtitle (const MtwPlotInput *input)
{
  const MtlProbeFrame *running = mtw_input_running (input, PROBE);
  g_autofree char *done = NULL;
  g_autofree char *left = NULL;

  if (running == NULL)
    return g_strdup (input->log_scale ? _("of the Hessian, log") : _("of the Hessian"));

  done = mtw_number_percent (running->done, 2);
  left = mtw_number_time (running->seconds_left);
  /* Translators: the share that is measured, and the time that is left. */
  return g_strdup_printf (_("%s, %s left"), done, left);
}

static char *
density_waiting (const MtwPlotInput *input)
{
  guint k = mtw_input_chosen (input);
  g_autoptr(GPtrArray) points = find_density (input, k);
  g_autofree char *time = NULL;

  if (points->len > 1 && find_peak (points) > 0.0)
    return NULL;
  if (mtw_input_running (input, PROBE) != NULL)
    return g_strdup (_("Measuring…"));
  if (!(input->cost > 0.0))
    return g_strdup (_("How curved the loss is, and in how many directions."));

  time = mtw_number_time (input->cost);
  /* Translators: a time, “40 s”. */
  return g_strdup_printf (_("Takes about %s for all tasks."), time);
}

/* --- drawing --- */

static void
find_axes (MtwChart  *chart,
           GPtrArray *points,
           gboolean   log_scale)
{
  const MtlFinding *first = points->pdata[0], *last = points->pdata[points->len - 1];
  double peak = find_peak (points);

  mtw_axis_linear (&chart->x, MIN (first->x, 0.0), MAX (last->x, 0.0));
  if (log_scale)
    mtw_axis_log (&chart->y, peak * FLOOR, peak);
  else
    mtw_axis_linear (&chart->y, 0.0, peak);
}

static void
trace (const MtwChart *chart,
       GPtrArray      *points)
{
  for (guint i = 0; i < points->len; i++)
    {
      const MtlFinding *point = points->pdata[i];

      cairo_line_to (chart->pen->cr, mtw_chart_x (chart, point->x),
                     mtw_chart_y (chart, MAX (point->value, chart->y.low)));
    }
}

static void
draw_curve (MtwChart  *chart,
            GPtrArray *points,
            guint      k)
{
  cairo_t *cr = chart->pen->cr;
  const MtlFinding *first = points->pdata[0], *last = points->pdata[points->len - 1];

  mtw_chart_clip (chart);
  cairo_move_to (cr, mtw_chart_x (chart, first->x), chart->bottom);
  trace (chart, points);
  cairo_line_to (cr, mtw_chart_x (chart, last->x), chart->bottom);
  cairo_close_path (cr);
  mtw_pen_task (chart->pen, k, FILL);
  cairo_fill (cr);

  trace (chart, points);
  mtw_pen_stroke_of (chart->pen, k, 2);
  mtw_pen_task (chart->pen, k, 1);
  cairo_stroke (cr);
  mtw_chart_unclip (chart);
}

/* A line where the largest eigenvalue is, named on the side that has room. */
static void
draw_largest (MtwChart *chart,
              guint     k)
{
  static const double dots[] = { 2, 3 };
  MtwPen *pen = chart->pen;
  const MtlFinding *largest = find (pen->input, "eigenvalue", k, 0);
  g_autofree char *words = describe_largest (pen->input, k);
  double x;

  if (largest == NULL || !isfinite (largest->value))
    return;

  x = CLAMP (mtw_chart_x (chart, largest->value), chart->left, chart->right);
  cairo_save (pen->cr);
  cairo_set_dash (pen->cr, dots, 2, 0);
  mtw_pen_ink (pen, MTW_INK_CURSOR);
  mtw_pen_line (pen, x, chart->top, x, chart->bottom);
  cairo_restore (pen->cr);
  mtw_pen_ink (pen, MTW_INK_TEXT);
  if (x - chart->left > chart->right - x)
    mtw_pen_halo (pen, words, x - 4, chart->top, MTW_TEXT_END | MTW_TEXT_TOP);
  else
    mtw_pen_halo (pen, words, x + 4, chart->top, MTW_TEXT_TOP);
}

static void
density_draw (MtwPen *pen)
{
  guint k = mtw_input_chosen (pen->input);
  MtwChart chart = { .pen = pen };
  g_autoptr(GPtrArray) points = find_density (pen->input, k);

  find_axes (&chart, points, pen->input->log_scale);
  mtw_chart_frame (&chart, pen, 0, 0, pen->width, pen->height - ceil (pen->em));
  draw_curve (&chart, points, k);
  draw_largest (&chart, k);
  mtw_pen_ink (pen, MTW_INK_CAPTION);
  mtw_pen_text (pen, _("eigenvalue"), chart.right, pen->height - 1,
                MTW_TEXT_END | MTW_TEXT_BOTTOM);
}

/* --- words and figures --- */

static char *
density_describe (const MtwPlotInput *input)
{
  guint k = mtw_input_chosen (input);
  g_autoptr(GPtrArray) points = find_density (input, k);
  const MtlFinding *first = points->pdata[0], *last = points->pdata[points->len - 1];
  g_autofree char *low = mtw_number (first->x, DIGITS);
  g_autofree char *high = mtw_number (last->x, DIGITS);
  g_autofree char *largest = describe_largest (input, k);

  /* Translators: a task, both ends of a range, “λ₁ 12.8 ± 0.3”. */
  return g_strdup_printf (_("Eigenvalues of the Hessian of %s from %s to %s; %s."),
                          mtw_input_task (input, k), low, high,
                          largest != NULL ? largest : _("the largest is not known"));
}

static MtwTable *
density_table (const MtwPlotInput *input,
               gboolean            every_step)
{
  guint n_tasks = mtw_input_n_tasks (input);
  g_autoptr(GPtrArray) densities = g_ptr_array_new_with_free_func ((GDestroyNotify)
                                                                   g_ptr_array_unref);
  g_autofree double *row = g_new (double, 3 * n_tasks + 1);
  MtwTable *table = mtw_table_new ();
  guint n_rows = 0;

  for (guint k = 0; k < n_tasks; k++)
    {
      GPtrArray *points = find_density (input, k);

      mtw_table_add_column (table, "eigenvalue/%s", mtw_input_task (input, k));
      mtw_table_add_column (table, "density/%s", mtw_input_task (input, k));
      mtw_table_add_column (table, "uncertainty/%s", mtw_input_task (input, k));
      g_ptr_array_add (densities, points);
      n_rows = MAX (n_rows, points->len);
    }
  for (guint i = 0; i < n_rows; i++)
    {
      for (guint k = 0; k < n_tasks; k++)
        {
          GPtrArray *points = densities->pdata[k];
          const MtlFinding *point = i < points->len ? points->pdata[i] : NULL;

          row[3 * k] = point != NULL ? point->x : NAN;
          row[3 * k + 1] = point != NULL ? point->value : NAN;
          row[3 * k + 2] = point != NULL ? point->error : NAN;
        }
      mtw_table_add_row (table, row);
    }

  return table;
}

const MtwPlotKind mtw_plot_density = {
  .id = "density",
  .title = N_("Spectral Density"),
  .info = N_("How many directions are curved, and how much: the density of the eigenvalues of "
             "the Hessian of one task’s loss. A tall middle at zero with a short tail is a flat "
             "region; λ₁, the largest, is the steepest direction; what stands below zero curves "
             "down."),
  .flags = MTW_PLOT_TASK | MTW_PLOT_LOG,
  .log_scale = TRUE,
  .button = N_("Measure"),
  .action = "measure-curvature",
  .probe = PROBE,
  .subtitle = density_subtitle,
  .waiting = density_waiting,
  .draw = density_draw,
  .describe = density_describe,
  .table = density_table,
};
