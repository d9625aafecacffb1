/* cosine.c — the cosine between gradients of the tasks over time
 *
 * The view is divided into bins three pixels wide. The line is the mean of
 * all pairs and steps of a bin, the band reaches from the 10th to the 90th
 * percentile of at most 64 of its values, taken evenly: the cost does not
 * grow with the run. Above 8 tasks the means of epochs stand for the steps,
 * which would be thousands of curves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-chart.h"
#include "mtw-number.h"
#include "mtw-plot-input.h"

#define BIN           3    /* px */
#define SAMPLES       64
#define MOST_IN_STEPS 8    /* tasks */

typedef struct
{
  double mean, low, high;  /* NaN: nothing in this bin */
} Bin;

typedef struct
{
  MtwCurve **curves;  /* of pairs; owned by the input */
  guint      n;
  double     scale;
} Pairs;

static void
find_pairs (const MtwPlotInput *input,
            Pairs              *pairs)
{
  guint n = mtw_input_n_tasks (input);
  gboolean in_steps = n <= MOST_IN_STEPS;

  *pairs = (Pairs) { .curves = g_new (MtwCurve *, (gsize) n * n + 1) };
  pairs->scale = in_steps ? 1 / mtw_input_per_epoch (input) : 1;
  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n; j++)
      {
        MtwCurve *curve = mtw_input_pair (input, in_steps ? "cosine" : "epoch/cosine", i, j);

        if (curve != NULL)
          pairs->curves[pairs->n++] = curve;
      }
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return x < y ? -1 : x > y;
}

/* Fills @samples with finite values of the column, evenly; returns how many. */
static guint
take_samples (const MtwCurve  *curve,
              const MtwColumn *column,
              guint            room,
              double          *samples)
{
  const MtlPoint *points = mtw_curve_points (curve);
  gsize n = column->to - column->from;
  guint n_taken = 0;

  for (guint i = 0; i < MIN (n, room); i++)
    {
      double y = points[column->from + (n <= room ? i : i * n / room)].y;

      if (isfinite (y))
        samples[n_taken++] = y;
    }

  return n_taken;
}

static void
fill_bin (const Pairs     *pairs,
          const MtwColumn *columns,   /* of each pair, n_bins apart */
          guint            n_bins,
          Bin             *bin)
{
  double samples[SAMPLES];
  guint room = MAX (SAMPLES / MAX (pairs->n, 1), 1);
  guint n = 0;
  guint n_values = 0;
  double sum = 0;

  for (guint p = 0; p < pairs->n; p++)
    {
      const MtwColumn *column = &columns[(gsize) p * n_bins];

      sum += column->span.sum;
      n_values += column->span.n;
      n += take_samples (pairs->curves[p], column, MIN (room, SAMPLES - n), samples + n);
    }

  *bin = (Bin) { NAN, NAN, NAN };
  if (n == 0 || n_values == 0)
    return;
  qsort (samples, n, sizeof *samples, compare);
  bin->mean = sum / n_values;
  bin->low = samples[(guint) floor (0.1 * (n - 1))];
  bin->high = samples[(guint) ceil (0.9 * (n - 1))];
}

static Bin *
fill_bins (const MtwPlotInput *input,
           double              end,
           guint               n)
{
  Pairs pairs;
  Bin *bins = g_new (Bin, n);
  g_autofree MtwColumn *columns = NULL;

  find_pairs (input, &pairs);
  columns = g_new0 (MtwColumn, (gsize) pairs.n * n + 1);
  for (guint p = 0; p < pairs.n; p++)
    mtw_columns (pairs.curves[p], pairs.scale, 0, end / n, n, columns + (gsize) p * n);
  for (guint b = 0; b < n; b++)
    fill_bin (&pairs, columns + b, n, &bins[b]);
  g_free (pairs.curves);

  return bins;
}

/* --- the plot --- */

static char *
cosine_subtitle (const MtwPlotInput *input)
{
  guint n = mtw_input_n_tasks (input);

  if (n == 2)
    /* Translators: two tasks whose gradients are compared. */
    return g_strdup_printf (_("%s and %s"), mtw_input_task (input, 0), mtw_input_task (input, 1));
  if (n > 2)
    /* Translators: how many pairs of tasks are compared. */
    return g_strdup_printf (ngettext ("%u pair", "%u pairs", n * (n - 1) / 2), n * (n - 1) / 2);

  return NULL;
}

static char *
cosine_waiting (const MtwPlotInput *input)
{
  Pairs pairs;
  guint n_pairs;

  find_pairs (input, &pairs);
  n_pairs = pairs.n;
  g_free (pairs.curves);
  if (n_pairs > 0)
    return NULL;

  return g_strdup (input->record != NULL && mtw_input_n_tasks (input) < 2
                   ? _("Needs two tasks that share blocks.")
                   : _("Appears after the first step."));
}

static void
find_axis (const Bin *bins,
           guint      n,
           MtwAxis   *axis)
{
  double low = -0.1;
  double high = 0.1;

  for (guint b = 0; b < n; b++)
    if (isfinite (bins[b].low))
      {
        low = MIN (low, bins[b].low);
        high = MAX (high, bins[b].high);
      }
  mtw_axis_linear (axis, low, high);
}

/* Below zero is conflict: tinted, and named. */
static void
draw_conflict_area (MtwChart *chart)
{
  MtwPen *pen = chart->pen;
  double zero = mtw_chart_y (chart, 0);
  double rust[3];

  mtw_conflict_word_colour (TRUE, pen->input->dark && !pen->input->print, rust);
  cairo_rectangle (pen->cr, chart->left, zero, chart->right - chart->left, chart->bottom - zero);
  mtw_pen_rgb (pen, rust, 0.09);
  cairo_fill (pen->cr);
  mtw_pen_rgb (pen, rust, 0.55);
  mtw_pen_line (pen, chart->left, zero, chart->right, zero);
  mtw_pen_rgb (pen, rust, 1);
  mtw_pen_halo (pen, _("conflict"), chart->right - 3, chart->bottom - 3,
                MTW_TEXT_END | MTW_TEXT_BOTTOM);
}

/* One edge of the bins from @from to @to, which are all filled. */
static void
trace_edge (MtwChart  *chart,
            const Bin *bins,
            guint      n,
            guint      from,
            guint      to,
            gboolean   high)
{
  double width = (chart->right - chart->left) / n;

  for (guint i = 0; i < to - from; i++)
    {
      guint b = high ? from + i : to - 1 - i;

      cairo_line_to (chart->pen->cr, chart->left + (b + 0.5) * width,
                     mtw_chart_y (chart, high ? bins[b].high : bins[b].low));
    }
}

static void
draw_band (MtwChart  *chart,
           const Bin *bins,
           guint      n)
{
  cairo_t *cr = chart->pen->cr;
  guint to;

  for (guint from = 0; from < n; from = to + 1)
    {
      for (to = from; to < n && isfinite (bins[to].low); to++)
        ;
      if (to == from)
        continue;
      cairo_new_sub_path (cr);
      trace_edge (chart, bins, n, from, to, TRUE);
      trace_edge (chart, bins, n, from, to, FALSE);
      cairo_close_path (cr);
    }

  mtw_pen_ink (chart->pen, MTW_INK_BAND);
  cairo_fill (cr);
}

static void
draw_mean (MtwChart  *chart,
           const Bin *bins,
           guint      n)
{
  cairo_t *cr = chart->pen->cr;
  double width = (chart->right - chart->left) / n;
  gboolean is_down = FALSE;

  for (guint b = 0; b < n; b++)
    {
      double x = chart->left + (b + 0.5) * width;

      if (!isfinite (bins[b].mean))
        continue;
      if (is_down)
        cairo_line_to (cr, x, mtw_chart_y (chart, bins[b].mean));
      else
        cairo_move_to (cr, x, mtw_chart_y (chart, bins[b].mean));
      is_down = TRUE;
    }
  cairo_set_line_width (cr, 1.8);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  mtw_pen_ink (chart->pen, MTW_INK_TEXT);
  cairo_stroke (cr);
}

static void
cosine_draw (MtwPen *pen)
{
  MtwChart chart = { .pen = pen, .signs = TRUE };
  MtwAxis time;
  guint n = (guint) MAX (pen->width / BIN, 1);
  g_autofree Bin *bins = NULL;

  mtw_axis_time (&time, mtw_input_epochs (pen->input));
  bins = fill_bins (pen->input, time.high, n);
  find_axis (bins, n, &chart.y);
  mtw_chart_begin (&chart, pen, 0, 0, pen->width, pen->height);
  mtw_chart_clip (&chart);
  draw_conflict_area (&chart);
  draw_band (&chart, bins, n);
  draw_mean (&chart, bins, n);
  mtw_chart_unclip (&chart);
  mtw_chart_end (&chart);
}

static char *
cosine_describe (const MtwPlotInput *input)
{
  MtwCurve *first = mtw_input_n_tasks (input) == 2 ? mtw_input_pair (input, "cosine", 0, 1) : NULL;
  MtwCurve *share = mtw_curves_get (input->curves, "epoch/conflict");
  g_autofree char *percent = NULL;

  if (first != NULL)
    {
      double now = mtw_curve_last (mtw_curve_smoothed (first, input->smoothing));
      g_autofree char *value = mtw_number (now, 2);

      /* Translators: two tasks, then a cosine from −1 to 1, then its trend. */
      return g_strdup_printf (now < 0 ? _("Cosine of %s and %s %s, in conflict, %s.")
                                      : _("Cosine of %s and %s %s, in agreement, %s."),
                              mtw_input_task (input, 0), mtw_input_task (input, 1), value,
                              mtw_input_trend (input, first));
    }
  percent = mtw_number_percent (share != NULL ? mtw_curve_last (share) : NAN, 2);

  /* Translators: the share of pairs of tasks whose gradients conflict. */
  return g_strdup_printf (_("%s of the pairs of tasks in conflict."), percent);
}

static MtwTable *
cosine_table (const MtwPlotInput *input,
              gboolean            every_step)
{
  guint n = mtw_input_n_tasks (input);
  MtwTable *table = mtw_table_new ();
  g_autofree MtwCurve **curves = g_new0 (MtwCurve *, (gsize) n * n + 1);
  guint n_curves = 0;

  mtw_table_add_column (table, "%s", every_step ? "step" : "epoch");
  for (guint i = 0; i < n; i++)
    for (guint j = i + 1; j < n; j++)
      {
        mtw_table_add_column (table, "cosine/%s/%s", mtw_input_task (input, i),
                              mtw_input_task (input, j));
        curves[n_curves++] = mtw_input_pair (input, every_step ? "cosine" : "epoch/cosine", i, j);
      }
  mtw_input_add_rows (table, n_curves > 0 ? curves[0] : NULL, 1, curves, n_curves);

  return table;
}

const MtwPlotKind mtw_plot_cosine = {
  .id = "cosine",
  .title = N_("Cosine"),
  .info = N_("The cosine between the gradients of the tasks in the blocks that they share. "
             "Below zero, what helps one task harms the other. The line is the mean, the band "
             "holds 80 % of the steps."),
  .flags = MTW_PLOT_TIME,
  .subtitle = cosine_subtitle,
  .waiting = cosine_waiting,
  .draw = cosine_draw,
  .describe = cosine_describe,
  .table = cosine_table,
};
