/* mtw-chart.c — a rectangle with axes over the epochs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-chart.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-number.h"
#include "mtw-plot-input.h"

#define LABEL_GAP  6
#define TICK       4
#define RIGHT_ROOM 8
#define CARD_GAP   8
#define CARD_PAD   8

double
mtw_chart_x (const MtwChart *self,
             double          epoch)
{
  return self->left + mtw_axis_place (&self->x, epoch) * (self->right - self->left);
}

double
mtw_chart_y (const MtwChart *self,
             double          value)
{
  return self->bottom - mtw_axis_place (&self->y, value) * (self->bottom - self->top);
}

static char *
label_y (const MtwChart *self,
         guint           n)
{
  MtwAxis axis = self->y;
  g_autofree char *plain = NULL;

  if (!self->percent)
    plain = mtw_axis_label (&axis, n);
  else
    {
      axis.ticks[n] *= 100;
      axis.step *= 100;
      plain = mtw_axis_label (&axis, n);
    }

  return self->signs && axis.ticks[n] > axis.step / 2 ? g_strconcat ("+", plain, NULL)
                                                      : g_steal_pointer (&plain);
}

/* Where the chart is low, labels that would touch are left out. */
static void
draw_rows (MtwChart *self)
{
  double last = INFINITY;

  for (guint i = 0; i < self->y.n; i++)
    {
      g_autofree char *label = label_y (self, i);
      double y = mtw_chart_y (self, self->y.ticks[i]);

      mtw_pen_ink (self->pen, MTW_INK_GRID);
      mtw_pen_line (self->pen, self->left, y, self->right, y);
      if (last - y < 0.9 * self->pen->em)
        continue;
      last = y;
      mtw_pen_ink (self->pen, MTW_INK_CAPTION);
      mtw_pen_text (self->pen, label, self->left - LABEL_GAP, y, MTW_TEXT_END);
    }
}

static void
draw_base (MtwChart *self)
{
  mtw_pen_ink (self->pen, MTW_INK_AXIS);
  mtw_pen_line (self->pen, self->left, self->bottom, self->right, self->bottom);
  for (guint i = 0; i < self->x.n; i++)
    {
      g_autofree char *label = mtw_axis_label (&self->x, i);
      double x = mtw_chart_x (self, self->x.ticks[i]);

      mtw_pen_ink (self->pen, MTW_INK_AXIS);
      mtw_pen_line (self->pen, x, self->bottom, x, self->bottom + TICK);
      mtw_pen_ink (self->pen, MTW_INK_CAPTION);
      mtw_pen_text (self->pen, label, x, self->bottom + TICK + 2,
                    MTW_TEXT_MIDDLE | MTW_TEXT_TOP);
    }
}

void
mtw_chart_frame (MtwChart *self,
                 MtwPen   *pen,
                 double    x,
                 double    y,
                 double    width,
                 double    height)
{
  double widest = 0;
  g_autofree char *last = mtw_axis_label (&self->x, self->x.n - 1);

  self->pen = pen;
  for (guint i = 0; i < self->y.n; i++)
    {
      g_autofree char *label = label_y (self, i);

      widest = MAX (widest, mtw_pen_measure (pen, label, 0));
    }

  self->left = x + ceil (widest) + LABEL_GAP;
  self->right = x + width - MAX (RIGHT_ROOM, ceil (mtw_pen_measure (pen, last, 0) / 2));
  self->right = MAX (self->right, self->left + 1);
  self->top = y + ceil (pen->em / 2);
  self->bottom = MAX (y + height - TICK - 2 - ceil (pen->em), self->top + 1);
  pen->area->left = self->left;
  pen->area->right = self->right;
  pen->area->top = self->top;
  pen->area->bottom = self->bottom;
  pen->area->epochs = self->x.high;

  draw_rows (self);
  draw_base (self);
}

void
mtw_chart_begin (MtwChart *self,
                 MtwPen   *pen,
                 double    x,
                 double    y,
                 double    width,
                 double    height)
{
  self->per_epoch = mtw_input_per_epoch (pen->input);
  mtw_axis_time (&self->x, mtw_input_epochs (pen->input));
  mtw_chart_frame (self, pen, x, y, width, height);
}

void
mtw_chart_clip (MtwChart *self)
{
  cairo_save (self->pen->cr);
  cairo_rectangle (self->pen->cr, self->left, self->top - 2, self->right - self->left,
                   self->bottom - self->top + 2);
  cairo_clip (self->pen->cr);
}

void
mtw_chart_unclip (MtwChart *self)
{
  cairo_restore (self->pen->cr);
}

/* --- events --- */

/* What a person did; a checkpoint comes every epoch and would hide it. */
static gboolean
is_shown (const MtlEvent *event)
{
  static const char *const kinds[] = { "settings", "pause", "warning", "error", NULL };

  return g_strv_contains (kinds, event->kind);
}

/* From @start on, or not at all. Returns the end of the last chip. */
static double
draw_chip (MtwChart   *self,
           const char *words,
           double      x,
           double      start)
{
  MtwPen *pen = self->pen;
  double width = mtw_pen_measure (pen, words, 0);
  double height = ceil (pen->em) + 3;
  double left = MIN (x + 2, self->right - width - 8);

  if (left < start)
    return start;

  mtw_pen_round (pen, floor (left) + 0.5, floor (self->top) + 0.5, ceil (width) + 8, height, 4);
  mtw_pen_ink (pen, MTW_INK_CARD);
  cairo_fill_preserve (pen->cr);
  cairo_set_line_width (pen->cr, 1);
  mtw_pen_ink (pen, MTW_INK_EDGE);
  cairo_stroke (pen->cr);
  mtw_pen_ink (pen, MTW_INK_CAPTION);
  mtw_pen_text (pen, words, left + 4, self->top + height / 2, 0);

  return left + width + 8;
}

static void
draw_events (MtwChart *self)
{
  static const double dots[] = { 2, 3 };
  const MtwPlotInput *input = self->pen->input;
  guint n = input->curves != NULL ? mtw_curves_n_events (input->curves) : 0;
  double chip_end = self->left;

  for (guint i = 0; i < n; i++)
    {
      const MtlEvent *event = mtw_curves_event (input->curves, i);
      double x = mtw_chart_x (self, event->step / self->per_epoch);

      if (!is_shown (event))
        continue;
      cairo_save (self->pen->cr);
      cairo_set_dash (self->pen->cr, dots, 2, 0);
      mtw_pen_ink (self->pen, MTW_INK_CURSOR);
      mtw_pen_line (self->pen, x, self->top, x, self->bottom);
      cairo_restore (self->pen->cr);
      if (input->event_words)
        chip_end = draw_chip (self, event->text, x, chip_end);
    }
}

/* --- cursor --- */

static void
add_reading (MtwChart   *self,
             MtwReading  reading)
{
  if (isfinite (self->pen->input->cursor) && self->n_readings < MTW_MAX_LEGEND)
    {
      self->readings[self->n_readings++] = reading;
      return;
    }

  g_free (reading.name);
  g_free (reading.value);
}

void
mtw_chart_read (MtwChart *self,
                guint     task,
                char     *value)
{
  add_reading (self, (MtwReading) { .task = task, .value = value });
}

void
mtw_chart_read_name (MtwChart   *self,
                     const char *name,
                     char       *value)
{
  add_reading (self, (MtwReading) { .name = g_strdup (name), .value = value });
}

static const char *
name_reading (const MtwChart   *self,
              const MtwReading *reading)
{
  return reading->name != NULL ? reading->name : mtw_input_task (self->pen->input, reading->task);
}

static double
card_width (MtwChart   *self,
            const char *title)
{
  double widest = mtw_pen_measure (self->pen, title, MTW_TEXT_BOLD);

  for (guint i = 0; i < self->n_readings; i++)
    {
      const char *name = name_reading (self, &self->readings[i]);

      widest = MAX (widest, 14 + mtw_pen_measure (self->pen, name, 0) + 16
                            + mtw_pen_measure (self->pen, self->readings[i].value, 0));
    }

  return ceil (widest) + 2 * CARD_PAD;
}

static void
draw_card_back (MtwPen *pen,
                double  x,
                double  y,
                double  width,
                double  height)
{
  cairo_set_source_rgba (pen->cr, 0, 0, 0, 0.07);
  mtw_pen_round (pen, x - 1, y + 1, width + 2, height + 1, 8);
  cairo_fill (pen->cr);
  mtw_pen_round (pen, x, y, width, height, 7);
  mtw_pen_ink (pen, MTW_INK_CARD);
  cairo_fill_preserve (pen->cr);
  mtw_pen_ink (pen, MTW_INK_EDGE);
  cairo_set_line_width (pen->cr, 1);
  cairo_stroke (pen->cr);
}

static void
draw_card (MtwChart *self,
           double    at)
{
  MtwPen *pen = self->pen;
  g_autofree char *epoch = mtw_number_fixed (pen->input->cursor, 1);
  /* Translators: where the cursor of a plot stands, in epochs. */
  g_autofree char *title = g_strdup_printf (_("Epoch %s"), epoch);
  double line = ceil (pen->em) + 1;
  double width = card_width (self, title);
  double height = line * (self->n_readings + 1) + CARD_PAD;
  double x = floor (at + CARD_GAP) + 0.5;
  double y = floor (self->top) + 0.5;

  if (x + width > pen->width)
    x = MAX (floor (at - CARD_GAP - width) + 0.5, 0.5);
  draw_card_back (pen, x, y, width, height);
  y += CARD_PAD / 2 + line / 2;
  mtw_pen_ink (pen, MTW_INK_TEXT);
  mtw_pen_text (pen, title, x + CARD_PAD, y, MTW_TEXT_BOLD);
  for (guint i = 0; i < self->n_readings; i++)
    {
      const MtwReading *reading = &self->readings[i];

      y += line;
      if (reading->name == NULL)
        mtw_pen_marker (pen, reading->task, x + CARD_PAD + 4, y, 3, FALSE);
      mtw_pen_ink (pen, MTW_INK_TEXT);
      mtw_pen_text (pen, name_reading (self, reading),
                    x + CARD_PAD + (reading->name == NULL ? 14 : 0), y, 0);
      mtw_pen_text (pen, reading->value, x + width - CARD_PAD, y, MTW_TEXT_END);
    }
}

void
mtw_chart_end (MtwChart *self)
{
  double cursor = self->pen->input->cursor;

  draw_events (self);
  if (isfinite (cursor) && cursor >= self->x.low && cursor <= self->x.high)
    {
      double x = mtw_chart_x (self, cursor);

      mtw_pen_ink (self->pen, MTW_INK_CURSOR);
      mtw_pen_line (self->pen, x, self->top, x, self->bottom);
      if (self->pen->input->card && self->n_readings > 0)
        draw_card (self, x);
    }

  while (self->n_readings > 0)
    {
      g_free (self->readings[--self->n_readings].name);
      g_free (self->readings[self->n_readings].value);
    }
}
