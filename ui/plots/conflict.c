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
#include "mtw-share.h"

#define MOST_FIGURES 8     /* tasks: beyond, cells have no figures */
#define WHITE_BELOW  0.62  /* OKLab lightness */
#define CELL_GAP     3
#define MOST_CELL    46
#define NARROW       120   /* px left for the share: the matrix alone */

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
             double        y,
             double        size)
{
  static const double white[] = { 1, 1, 1 };
  static const double black[] = { 0.114, 0.114, 0.125 };
  g_autofree char *text = mtw_number_fixed (cosine, moment->n <= 4 ? 2 : 1);

  if (moment->n > MOST_FIGURES || isnan (cosine)
      || mtw_pen_measure (pen, text, MTW_TEXT_BOLD) > size)
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
    draw_figure (pen, moment, cosine, rgb, x + size / 2, y + size / 2, size);
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

/* Large text in a small panel leaves room for the matrix alone. */
static gboolean
has_facts (MtwPen       *pen,
           const Moment *moment)
{
  double line = ceil (pen->em) + 2;
  double least = moment->n <= MOST_FIGURES ? line : 4;

  return pen->height - mtw_legend_height (pen) - 3.4 * line - 4 >= moment->n * (least + CELL_GAP);
}

static void
draw_moment (MtwPen *pen,
             double  width)
{
  Moment moment;
  double line = ceil (pen->em) + 2;
  double names = 0;
  double room, size, left;
  gboolean facts;

  read_moment (pen->input, &moment);
  for (guint k = 0; k < moment.n; k++)
    names = MAX (names, mtw_pen_measure (pen, mtw_input_task (pen->input, k), 0));
  names = MIN (names, width / 3) + 8;

  mtw_pen_ink (pen, MTW_INK_CAPTION);
  mtw_pen_text (pen, _("Cosine, this step"), 2, mtw_legend_height (pen) / 2, 0);
  facts = has_facts (pen, &moment);
  room = MIN (width - names,
              pen->height - mtw_legend_height (pen) - (facts ? 3.4 : 1.1) * line - 4);
  size = CLAMP (floor (room / moment.n) - CELL_GAP, 2, MAX (MOST_CELL, 3 * pen->em));
  left = names + MAX ((width - names - moment.n * (size + CELL_GAP)) / 2, 0);
  draw_cells (pen, &moment, floor (left), mtw_legend_height (pen) + 4, size);
  if (facts)
    draw_facts (pen, &moment, width);
  g_free (moment.cosine);
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
  if (input->record != NULL && mtw_input_n_tasks (input) < 2)
    return g_strdup (_("Needs two tasks that share blocks."));
  if (mtw_share_curve (input) == NULL && input->conflict == NULL)
    return g_strdup (_("Appears after the first step."));

  return NULL;
}

static void
conflict_draw (MtwPen *pen)
{
  double facts = mtw_pen_measure (pen, _("Update descends"), 0)
                 + mtw_pen_measure (pen, _("both"), MTW_TEXT_BOLD) + 16;
  double half = floor (MAX (0.44 * pen->width, facts));

  if (pen->width - half < NARROW)
    {
      draw_moment (pen, pen->width - 4);
      return;
    }

  draw_moment (pen, half);
  mtw_share_draw (pen, half + floor (0.05 * pen->width));
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
