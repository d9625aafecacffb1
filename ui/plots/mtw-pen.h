/* mtw-pen.h — what a plot draws with: colours, text, markers, hatching
 *
 * One pen lasts for one drawing. Lengths are px at 100 %; text grows with the
 * text scale.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <pango/pangocairo.h>

#include "mtw-colours.h"
#include "mtw-plot-kind.h"

typedef enum
{
  MTW_INK_TEXT,       /* words that are read */
  MTW_INK_CAPTION,    /* ticks and legends */
  MTW_INK_AXIS,
  MTW_INK_GRID,
  MTW_INK_EDGE,       /* of cards and chips */
  MTW_INK_CURSOR,
  MTW_INK_BAND,       /* of uncertainty */
  MTW_INK_PAPER,
  MTW_INK_CARD,
  MTW_N_INKS
} MtwInk;

typedef enum
{
  MTW_TEXT_START  = 0,       /* x is the left end, y the middle of the line */
  MTW_TEXT_MIDDLE = 1 << 0,
  MTW_TEXT_END    = 1 << 1,
  MTW_TEXT_TOP    = 1 << 2,  /* y is the upper edge */
  MTW_TEXT_BOTTOM = 1 << 3,
  MTW_TEXT_BOLD   = 1 << 4,
} MtwTextStyle;

struct _MtwPen
{
  cairo_t            *cr;
  const MtwPlotInput *input;
  double              width, height;
  MtwPlotArea        *area;       /* filled while drawing */

  double              em;         /* height of a line of text */
  PangoLayout        *layout;
  PangoFontDescription *font;
};

void    mtw_pen_begin    (MtwPen             *self,
                          const MtwPlotInput *input,
                          cairo_t            *cr,
                          double              width,
                          double              height,
                          MtwPlotArea        *area);
void    mtw_pen_end      (MtwPen             *self);

void    mtw_pen_ink      (MtwPen             *self,
                          MtwInk              ink);
void    mtw_pen_rgb      (MtwPen             *self,
                          const double        rgb[3],
                          double              alpha);
/* Of @task at full strength, or faint when it is hidden. */
void    mtw_pen_task     (MtwPen             *self,
                          guint               task,
                          double              alpha);
gboolean mtw_pen_shows   (MtwPen             *self,
                          guint               task);
/* In the ink at hand; returns the width. */
double  mtw_pen_text     (MtwPen             *self,
                          const char         *text,
                          double              x,
                          double              y,
                          MtwTextStyle        style);
double  mtw_pen_measure  (MtwPen             *self,
                          const char         *text,
                          MtwTextStyle        style);
/* As above, but with paper around it so that lines do not cross it. */
void    mtw_pen_halo     (MtwPen             *self,
                          const char         *text,
                          double              x,
                          double              y,
                          MtwTextStyle        style);
/* Crisp one-pixel line between two points. */
void    mtw_pen_line     (MtwPen             *self,
                          double              x0,
                          double              y0,
                          double              x1,
                          double              y1);
void    mtw_pen_round    (MtwPen             *self,
                          double              x,
                          double              y,
                          double              width,
                          double              height,
                          double              radius);
/* The task's marker in its colour; @hollow: filled with paper. */
void    mtw_pen_marker   (MtwPen             *self,
                          guint               task,
                          double              x,
                          double              y,
                          double              radius,
                          gboolean            hollow);
/* A star of five points as the path at hand. */
void    mtw_pen_star     (MtwPen             *self,
                          double              x,
                          double              y,
                          double              radius);
/* Lines at 45° over a rectangle. */
void    mtw_pen_hatch    (MtwPen             *self,
                          double              x,
                          double              y,
                          double              width,
                          double              height,
                          const double        rgb[3],
                          double              alpha);
/* Strokes to come are @width wide and dashed as the task. */
void    mtw_pen_stroke_of (MtwPen            *self,
                          guint               task,
                          double              width);
