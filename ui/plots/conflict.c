/* conflict.c — who is against whom in this step, and how often
 *
 * Left the cosines of the newest step as a matrix, cells below zero hatched;
 * under it how unequal the gradients are and whom the step helps. Right the
 * share of pairs in conflict over time, as the mean of 1/20 of the view.
 *
 * Without a live frame the last values of the record stand in.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-chart.h"
#include "mtw-number.h"
#include "mtw-plot-input.h"

#define MOST_FIGURES 8     /* tasks: beyond, cells have no figures */
#define WHITE_BELOW  0.62  /* OKLab lightness */
#define WINDOW       0.05  /* of the view */
#define CELL_GAP     3
#define MOST_CELL    46
#define NARROW       250   /* px: the matrix alone */

typedef struct
{
  guint   n;
  double *cosine;  /* n×n; owned */
  double  ratio;   /* smallest norm by largest; NaN: unknown */
} Moment;

/* --- the newest step --- */

static double
last_value (MtwCurve *curve)
{
  return curve != NULL ? mtw_curve_points (curve)[mtw_curve_length (curve) - 1].y : NAN;
}

static void
read_moment (const MtwPlotInput *input,
             Moment             *moment)
{
  const MtlConflictFrame *frame = input->conflict;
  guint n = mtw_input_n_tasks (input);
  double low = INFINITY;
  double high = 0;

  if (frame != NULL && frame->n_tasks != n)
    frame = NULL;
  *moment = (Moment) { .n = n, .cosine = g_new (double, (gsize) n * n + 1) };
  for (guint i = 0; i < n; i++)
    {
      double norm = frame != NULL ? frame->norm[i]
                                  : last_value (mtw_input_curve (input, "norm", i));

      low = MIN (low, norm);
      high = MAX (high, norm);
      for (guint j = 0; j < n; j++)
        if (i == j)
          moment->cosine[i * n + j] = 1;
        else if (frame != NULL)
          moment->cosine[i * n + j] = frame->cosine[i * n + j];
        else
          moment->cosine[i * n + j] = last_value (mtw_input_pair (input, "cosine", MIN (i, j),
                                                                  MAX (i, j)));
    }
  moment->ratio = high > 0 && isfinite (low) ? low / high : NAN;
}

/* (transfer full) (nullable): whom the step helps; NULL while unknown */
static char *
name_gainers (const MtwPlotInput *input)
{
  const MtlConflictFrame *frame = input->conflict;
  guint n = mtw_input_n_tasks (input);
  GString *names;
  guint n_gain = 0;

  if (frame == NULL || frame->n_tasks != n)
    return NULL;

  names = g_string_new (NULL);
  for (guint k = 0; k < n; k++)
    if (frame->update_gain[k] > 0)
      {
        g_string_append_printf (names, "%s%s", n_gain > 0 ? ", " : "", mtw_input_task (input, k));
        n_gain++;
      }
  if (n_gain < n && n_gain > 0 && n_gain <= 2)
    return g_string_free (names, FALSE);

  g_string_free (names, TRUE);
  if (n_gain == 0)
    /* Translators: of the tasks. */
    return g_strdup (_("none"));
  if (n_gain == n)
    return g_strdup (n == 2 ? _("both") : _("all"));
  /* Translators: so many of so many tasks. */
  return g_strdup_printf (_("%u of %u"), n_gain, n);
}

/* --- the matrix --- */

static void
draw_figure (MtwPen       *pen,
             const Moment *moment,
             double        cosine,
             const double  back[3],
             double        x,
             double        y)
{
  static const double white[] = { 1, 1, 1 };
  static const double black[] = { 0.114, 0.114, 0.125 };
  g_autofree char *text = mtw_number_fixed (cosine, moment->n <= 4 ? 2 : 1);

  if (moment->n > MOST_FIGURES || isnan (cosine))
    return;
  mtw_pen_rgb (pen, mtw_oklab_lightness (back) < WHITE_BELOW ? white : black, 1);
  mtw_pen_text (pen, text, x, y, MTW_TEXT_MIDDLE | MTW_TEXT_BOLD);
}

static void
draw_cell (MtwPen       *pen,
           const Moment *moment,
           guint         i,
           guint         j,
           double        x,
           double        y,
           double        size)
{
  gboolean dark = pen->input->dark && !pen->input->print;
  double cosine = moment->cosine[i * moment->n + j];
  double rgb[3], deep[3];

  mtw_conflict_colour (i == j ? 0 : cosine, dark, rgb);
  mtw_conflict_colour (MAX (cosine - 0.3, -1), dark, deep);
  cairo_save (pen->cr);
  mtw_pen_round (pen, x, y, size, size, MIN (4, size / 4));
  mtw_pen_rgb (pen, rgb, 1);
  cairo_fill_preserve (pen->cr);
  cairo_clip (pen->cr);
  if (i != j && cosine < 0)
    mtw_pen_hatch (pen, x, y, size, size, deep, 0.75);
  cairo_restore (pen->cr);

  if (i != j)
    draw_figure (pen, moment, cosine, rgb, x + size / 2, y + size / 2);
  else if (moment->n <= MOST_FIGURES)
    {
      mtw_pen_ink (pen, MTW_INK_AXIS);
      mtw_pen_text (pen, "1", x + size / 2, y + size / 2, MTW_TEXT_MIDDLE);
    }
}

static void
draw_cells (MtwPen       *pen,
            const Moment *moment,
            double        x,
            double        y,
            double        size)
{
  guint n = moment->n;

  for (guint i = 0; i < n; i++)
    {
      double at = x + i * (size + CELL_GAP) + size / 2;
      const char *name = mtw_input_task (pen->input, i);

      for (guint j = 0; j < n; j++)
        draw_cell (pen, moment, i, j, x + j * (size + CELL_GAP), y + i * (size + CELL_GAP), size);
      mtw_pen_ink (pen, MTW_INK_TEXT);
      if (size >= pen->em - 3)
        mtw_pen_text (pen, name, x - 6, y + i * (size + CELL_GAP) + size / 2, MTW_TEXT_END);
      if (mtw_pen_measure (pen, name, 0) <= size + CELL_GAP)
        mtw_pen_text (pen, name, at, y + n * (size + CELL_GAP) + 2,
                      MTW_TEXT_MIDDLE | MTW_TEXT_TOP);
    }
}

static void
draw_fact (MtwPen     *pen,
           const char *name,
           const char *value,
           double      x,
           double      width,
           double      y)
{
  mtw_pen_ink (pen, MTW_INK_CAPTION);
  mtw_pen_text (pen, name, x, y, 0);
  mtw_pen_ink (pen, MTW_INK_TEXT);
  mtw_pen_text (pen, value, x + width, y, MTW_TEXT_END | MTW_TEXT_BOLD);
}

static void
draw_facts (MtwPen       *pen,
            const Moment *moment,
            double        width)
{
  double line = ceil (pen->em) + 1;
  double y = pen->height - line / 2 - 2;
  g_autofree char *gainers = name_gainers (pen->input);
  g_autofree char *ratio = mtw_number_fixed (moment->ratio, 2);

  if (gainers != NULL)
    {
      draw_fact (pen, _("Update descends"), gainers, 2, width - 2, y);
      y -= line;
    }
  draw_fact (pen, _("Size ratio"), ratio, 2, width - 2, y);
}

static void
draw_moment (MtwPen *pen,
             double  width)
{
  Moment moment;
  double line = ceil (pen->em) + 2;
  double names = 0;
  double room, size, left;

  read_moment (pen->input, &moment);
  for (guint k = 0; k < moment.n; k++)
    names = MAX (names, mtw_pen_measure (pen, mtw_input_task (pen->input, k), 0));
  names = MIN (names, width / 3) + 8;

  mtw_pen_ink (pen, MTW_INK_CAPTION);
  mtw_pen_text (pen, _("Cosine, this step"), 2, MTW_LEGEND_HEIGHT / 2.0, 0);
  room = MIN (width - names, pen->height - MTW_LEGEND_HEIGHT - 3.4 * line - 4);
  size = CLAMP (floor (room / moment.n) - CELL_GAP, 2, MOST_CELL);
  left = names + MAX ((width - names - moment.n * (size + CELL_GAP)) / 2, 0);
  draw_cells (pen, &moment, floor (left), MTW_LEGEND_HEIGHT + 4, size);
  draw_facts (pen, &moment, width);
  g_free (moment.cosine);
}

/* --- the share over time --- */

/* (nullable) */
static MtwCurve *
share_curve (const MtwPlotInput *input)
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
  mtw_pen_text (pen, title, x, MTW_LEGEND_HEIGHT / 2.0, 0);
}

static void
draw_share (MtwPen *pen,
            double  x)
{
  MtwChart chart = { .pen = pen, .percent = TRUE };
  MtwCurve *curve = share_curve (pen->input);
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
  mtw_chart_begin (&chart, pen, x, MTW_LEGEND_HEIGHT + 6, pen->width - x,
                   pen->height - MTW_LEGEND_HEIGHT - 6);
  if (curve != NULL)
    draw_means (&chart, curve);
  mtw_chart_end (&chart);
}

/* --- the plot --- */

static char *
conflict_subtitle (const MtwPlotInput *input)
{
  /* Translators: the blocks that several tasks share. */
  return g_strdup (_("trunk"));
}

static char *
conflict_waiting (const MtwPlotInput *input)
{
  if (mtw_input_n_tasks (input) < 2)
    return g_strdup (_("Needs two tasks that share blocks."));
  if (share_curve (input) == NULL && input->conflict == NULL)
    return g_strdup (_("Appears after the first step."));

  return NULL;
}

static void
conflict_draw (MtwPen *pen)
{
  if (pen->width < NARROW)
    {
      draw_moment (pen, pen->width - 4);
      return;
    }

  draw_moment (pen, floor (0.44 * pen->width));
  draw_share (pen, floor (0.49 * pen->width));
}

static char *
conflict_describe (const MtwPlotInput *input)
{
  MtwCurve *share = mtw_curves_get (input->curves, "epoch/conflict");
  Moment moment;
  guint n_pairs = 0;
  guint n_conflicts = 0;
  g_autofree char *percent = NULL;

  read_moment (input, &moment);
  for (guint i = 0; i < moment.n; i++)
    for (guint j = i + 1; j < moment.n; j++)
      {
        n_pairs += isfinite (moment.cosine[i * moment.n + j]);
        n_conflicts += moment.cosine[i * moment.n + j] < 0;
      }
  percent = mtw_number_percent (share != NULL ? mtw_curve_last (share) : NAN, 2);

  if (moment.n == 2 && n_pairs > 0)
    {
      g_autofree char *cosine = mtw_number_fixed (moment.cosine[1], 2);

      g_free (moment.cosine);
      /* Translators: two tasks, their cosine, the share of an epoch's batches. */
      return g_strdup_printf (_("%s and %s: cosine %s; %s of batches in conflict."),
                              mtw_input_task (input, 0), mtw_input_task (input, 1), cosine,
                              percent);
    }
  g_free (moment.cosine);
  /* Translators: pairs of tasks in conflict, of all pairs, the epoch's share. */
  return g_strdup_printf (_("%u of %u pairs of tasks in conflict now; %s in the last epoch."),
                          n_conflicts, n_pairs, percent);
}

static MtwTable *
conflict_table (const MtwPlotInput *input,
                gboolean            every_step)
{
  MtwTable *table = mtw_table_new ();
  MtwCurve *curve = NULL;

  if (input->curves != NULL)
    curve = mtw_curves_get (input->curves, every_step ? "conflict" : "epoch/conflict");
  mtw_table_add_column (table, "%s", every_step ? "step" : "epoch");
  mtw_table_add_column (table, "conflict");
  mtw_input_add_rows (table, curve, 1, &curve, 1);

  return table;
}

const MtwPlotKind mtw_plot_conflict = {
  .id = "conflict",
  .title = N_("Conflict"),
  .info = N_("Tasks are in conflict when their gradients in the shared blocks point against each "
             "other: the cosine is below zero and the cell is hatched. The curve shows how "
             "often. “Update descends” names the tasks whose loss the step lowers."),
  .flags = MTW_PLOT_TIME,
  .subtitle = conflict_subtitle,
  .waiting = conflict_waiting,
  .draw = conflict_draw,
  .describe = conflict_describe,
  .table = conflict_table,
};
