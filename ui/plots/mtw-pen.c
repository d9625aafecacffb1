/* mtw-pen.c — what a plot draws with: colours, text, markers, hatching
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-pen.h"

#include <math.h>

#define CAPTION_PT 8.5
#define PRINT_PT   7.0
#define LINE       1.36   /* height of a line in font sizes */
#define PX_PER_PT  (96.0 / 72.0)
#define FAINT      0.3    /* of what is hidden */
#define GRID_PRINT 0.4    /* px: 0.3 pt */

typedef struct
{
  double grey, alpha;
} Ink;

static const Ink light[MTW_N_INKS] = {
  [MTW_INK_TEXT] = { 0.14, 1 },    [MTW_INK_CAPTION] = { 0, 0.66 },
  [MTW_INK_AXIS] = { 0, 0.35 },    [MTW_INK_GRID] = { 0, 0.08 },
  [MTW_INK_EDGE] = { 0, 0.15 },    [MTW_INK_CURSOR] = { 0, 0.45 },
  [MTW_INK_BAND] = { 0.14, 0.13 }, [MTW_INK_PAPER] = { 1, 1 },
  [MTW_INK_CARD] = { 1, 1 },
};

/* Paper is what the card comes to on the desk. */
static const Ink dark[MTW_N_INKS] = {
  [MTW_INK_TEXT] = { 1, 1 },       [MTW_INK_CAPTION] = { 1, 0.72 },
  [MTW_INK_AXIS] = { 1, 0.35 },    [MTW_INK_GRID] = { 1, 0.08 },
  [MTW_INK_EDGE] = { 1, 0.18 },    [MTW_INK_CURSOR] = { 1, 0.45 },
  [MTW_INK_BAND] = { 1, 0.13 },    [MTW_INK_PAPER] = { 0.212, 1 },
  [MTW_INK_CARD] = { 0.22, 1 },
};

void
mtw_pen_begin (MtwPen             *self,
               const MtwPlotInput *input,
               cairo_t            *cr,
               double              width,
               double              height,
               MtwPlotArea        *area)
{
  double points = (input->print ? PRINT_PT : CAPTION_PT) * input->text_scale;
  PangoAttrList *attributes = pango_attr_list_new ();

  *self = (MtwPen) { .cr = cr, .input = input, .width = width, .height = height, .area = area };
  *area = (MtwPlotArea) { .n_legend = 0 };

  self->em = points * PX_PER_PT * LINE;
  self->font = pango_font_description_new ();
  pango_font_description_set_family (self->font,
                                     input->font != NULL ? input->font : "Cantarell, Sans");
  pango_font_description_set_absolute_size (self->font, points * PX_PER_PT * PANGO_SCALE);
  self->layout = pango_cairo_create_layout (cr);
  /* Changing figures keep their width. */
  pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum"));
  pango_layout_set_attributes (self->layout, attributes);
  pango_attr_list_unref (attributes);
}

void
mtw_pen_end (MtwPen *self)
{
  g_object_unref (self->layout);
  pango_font_description_free (self->font);
}

void
mtw_pen_ink (MtwPen *self,
             MtwInk  ink)
{
  gboolean print = self->input->print;
  const Ink *entry = self->input->dark && !print ? &dark[ink] : &light[ink];
  double grey = print && ink <= MTW_INK_CAPTION ? 0 : entry->grey;
  double alpha = print && ink <= MTW_INK_CAPTION ? 1 : entry->alpha;

  if (self->input->high_contrast && ink == MTW_INK_GRID)
    alpha = 0.30;
  else if (self->input->high_contrast && ink != MTW_INK_BAND)
    alpha = MAX (alpha, ink == MTW_INK_CAPTION ? 0.9 : 0.5);

  cairo_set_source_rgba (self->cr, grey, grey, grey, alpha);
}

void
mtw_pen_rgb (MtwPen       *self,
             const double  rgb[3],
             double        alpha)
{
  cairo_set_source_rgba (self->cr, rgb[0], rgb[1], rgb[2], alpha);
}

gboolean
mtw_pen_shows (MtwPen *self,
               guint   task)
{
  return task >= 64 || (self->input->hidden >> task & 1) == 0;
}

void
mtw_pen_task (MtwPen *self,
              guint   task,
              double  alpha)
{
  double rgb[3];

  mtw_task_colour (task, self->input->dark && !self->input->print, rgb);
  mtw_pen_rgb (self, rgb, mtw_pen_shows (self, task) ? alpha : alpha * FAINT);
}

/* --- text --- */

static void
set_text (MtwPen       *self,
          const char   *text,
          MtwTextStyle  style,
          int          *width,
          int          *height)
{
  pango_font_description_set_weight (self->font, style & MTW_TEXT_BOLD ? PANGO_WEIGHT_BOLD
                                                                       : PANGO_WEIGHT_NORMAL);
  pango_layout_set_font_description (self->layout, self->font);
  pango_layout_set_text (self->layout, text, -1);
  pango_layout_get_size (self->layout, width, height);
}

double
mtw_pen_measure (MtwPen       *self,
                 const char   *text,
                 MtwTextStyle  style)
{
  int width, height;

  set_text (self, text, style, &width, &height);

  return (double) width / PANGO_SCALE;
}

/* Moves to where the layout at hand has to be shown. */
static double
place_text (MtwPen       *self,
            const char   *text,
            double        x,
            double        y,
            MtwTextStyle  style)
{
  int width, height;
  double w, h;

  set_text (self, text, style, &width, &height);
  w = (double) width / PANGO_SCALE;
  h = (double) height / PANGO_SCALE;
  if (style & MTW_TEXT_MIDDLE)
    x -= w / 2;
  else if (style & MTW_TEXT_END)
    x -= w;
  if (style & MTW_TEXT_BOTTOM)
    y -= h;
  else if (!(style & MTW_TEXT_TOP))
    y -= h / 2;

  cairo_move_to (self->cr, x, y);
  return w;
}

double
mtw_pen_text (MtwPen       *self,
              const char   *text,
              double        x,
              double        y,
              MtwTextStyle  style)
{
  double width = place_text (self, text, x, y, style);

  pango_cairo_show_layout (self->cr, self->layout);
  cairo_new_path (self->cr);

  return width;
}

void
mtw_pen_halo (MtwPen       *self,
              const char   *text,
              double        x,
              double        y,
              MtwTextStyle  style)
{
  cairo_save (self->cr);
  mtw_pen_ink (self, MTW_INK_PAPER);
  place_text (self, text, x, y, style);
  pango_cairo_layout_path (self->cr, self->layout);
  cairo_set_dash (self->cr, NULL, 0, 0);
  cairo_set_line_width (self->cr, 3.5);
  cairo_set_line_join (self->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke (self->cr);
  cairo_restore (self->cr);
  mtw_pen_text (self, text, x, y, style);
}

/* --- shapes --- */

/* Centred on a pixel on the screen, thin on paper. */
void
mtw_pen_line (MtwPen *self,
              double  x0,
              double  y0,
              double  x1,
              double  y1)
{
  if (self->input->print)
    {
      cairo_set_line_width (self->cr, GRID_PRINT);
      cairo_move_to (self->cr, x0, y0);
      cairo_line_to (self->cr, x1, y1);
    }
  else
    {
      cairo_set_line_width (self->cr, 1);
      cairo_move_to (self->cr, floor (x0) + 0.5, floor (y0) + 0.5);
      cairo_line_to (self->cr, floor (x1) + 0.5, floor (y1) + 0.5);
    }
  cairo_stroke (self->cr);
}

void
mtw_pen_round (MtwPen *self,
               double  x,
               double  y,
               double  width,
               double  height,
               double  radius)
{
  cairo_new_sub_path (self->cr);
  cairo_arc (self->cr, x + width - radius, y + radius, radius, -G_PI / 2, 0);
  cairo_arc (self->cr, x + width - radius, y + height - radius, radius, 0, G_PI / 2);
  cairo_arc (self->cr, x + radius, y + height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (self->cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (self->cr);
}

/* A regular shape of @n corners, the first at @angle; @inner: every second
 * corner is drawn in to that radius. */
static void
trace_corners (MtwPen *self,
               double  x,
               double  y,
               guint   n,
               double  radius,
               double  inner,
               double  angle)
{
  cairo_new_sub_path (self->cr);
  for (guint i = 0; i < n; i++)
    {
      double a = angle + 2 * G_PI * i / n;
      double r = i % 2 == 1 ? inner : radius;

      cairo_line_to (self->cr, x + r * cos (a), y + r * sin (a));
    }
  cairo_close_path (self->cr);
}

void
mtw_pen_star (MtwPen *self,
              double  x,
              double  y,
              double  radius)
{
  trace_corners (self, x, y, 10, radius, 0.42 * radius, -G_PI / 2);
}

static void
trace_cross (MtwPen *self,
             double  x,
             double  y,
             double  dx,
             double  dy)
{
  cairo_move_to (self->cr, x - dx, y - dy);
  cairo_line_to (self->cr, x + dx, y + dy);
  cairo_move_to (self->cr, x - dy, y + dx);
  cairo_line_to (self->cr, x + dy, y - dx);
}

static void
trace_marker (MtwPen   *self,
              MtwMarker marker,
              double    x,
              double    y,
              double    r)
{
  switch (marker)
    {
    case MTW_MARKER_CIRCLE:
      cairo_new_sub_path (self->cr);
      cairo_arc (self->cr, x, y, r, 0, 2 * G_PI);
      cairo_close_path (self->cr);
      break;
    case MTW_MARKER_SQUARE:
      cairo_rectangle (self->cr, x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
      break;
    case MTW_MARKER_TRIANGLE_UP:
      trace_corners (self, x, y + 0.2 * r, 3, 1.3 * r, 1.3 * r, -G_PI / 2);
      break;
    case MTW_MARKER_DIAMOND:
      trace_corners (self, x, y, 4, 1.3 * r, 1.3 * r, 0);
      break;
    case MTW_MARKER_TRIANGLE_DOWN:
      trace_corners (self, x, y - 0.2 * r, 3, 1.3 * r, 1.3 * r, G_PI / 2);
      break;
    case MTW_MARKER_STAR:
      mtw_pen_star (self, x, y, 1.5 * r);
      break;
    case MTW_MARKER_CROSS:
      trace_cross (self, x, y, r, r);
      break;
    case MTW_MARKER_PLUS:
      trace_cross (self, x, y, 1.2 * r, 0);
      break;
    }
}

void
mtw_pen_marker (MtwPen   *self,
                guint     task,
                double    x,
                double    y,
                double    radius,
                gboolean  hollow)
{
  MtwMarker marker = mtw_task_marker (task);
  gboolean open = marker == MTW_MARKER_CROSS || marker == MTW_MARKER_PLUS;

  cairo_save (self->cr);
  cairo_set_dash (self->cr, NULL, 0, 0);
  cairo_set_line_width (self->cr, open ? 1.6 : 1.3);
  trace_marker (self, marker, x, y, radius);
  if (!open)
    {
      if (hollow || mtw_task_hollow (task))
        mtw_pen_ink (self, MTW_INK_PAPER);
      else
        mtw_pen_task (self, task, 1);
      cairo_fill_preserve (self->cr);
    }
  mtw_pen_task (self, task, 1);
  cairo_stroke (self->cr);
  cairo_restore (self->cr);
}

void
mtw_pen_hatch (MtwPen       *self,
               double        x,
               double        y,
               double        width,
               double        height,
               const double  rgb[3],
               double        alpha)
{
  const double gap = 5.5;

  cairo_save (self->cr);
  cairo_rectangle (self->cr, x, y, width, height);
  cairo_clip (self->cr);
  for (double at = x - height; at < x + width; at += gap)
    {
      cairo_move_to (self->cr, at, y + height);
      cairo_line_to (self->cr, at + height, y);
    }
  cairo_set_line_width (self->cr, 1.2);
  mtw_pen_rgb (self, rgb, alpha);
  cairo_stroke (self->cr);
  cairo_restore (self->cr);
}

void
mtw_pen_stroke_of (MtwPen *self,
                   guint   task,
                   double  width)
{
  guint n;
  const double *dash = mtw_task_dash (task, &n);

  cairo_set_line_width (self->cr, width);
  cairo_set_line_join (self->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash (self->cr, dash, (int) n, 0);
}
