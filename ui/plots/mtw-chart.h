/* mtw-chart.h — a rectangle with axes, and curves over the epochs in it
 *
 * The map from value to pixel is made once, in mtw_chart_begin(); all that
 * stands in the chart goes through it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-axis.h"
#include "mtw-pen.h"

typedef struct
{
  guint   task;
  char   *name;   /* NULL: of the task */
  char   *value;  /* as it is shown */
} MtwReading;

typedef struct
{
  MtwPen    *pen;
  MtwAxis    x, y;
  gboolean   percent;                  /* values of y are shown × 100 */
  gboolean   signs;                    /* values above zero have a + */
  double     left, top, right, bottom; /* of the axes */
  double     per_epoch;                /* steps */
  MtwReading readings[MTW_MAX_LEGEND];
  guint      n_readings;
} MtwChart;

/* What one column of pixels shows of a curve. */
typedef struct
{
  gsize   from, to;  /* points */
  MtwSpan span;
} MtwColumn;

/* Draws axes and grid into the rectangle, labels included. @self: y, percent
 * and signs are set, the rest is zero. */
void     mtw_chart_begin   (MtwChart       *self,
                            MtwPen         *pen,
                            double          x,
                            double          y,
                            double          width,
                            double          height);
/* The same where x is no time: it is set too. */
void     mtw_chart_frame   (MtwChart       *self,
                            MtwPen         *pen,
                            double          x,
                            double          y,
                            double          width,
                            double          height);
/* Event lines, the cursor and its read-out. */
void     mtw_chart_end     (MtwChart       *self);
double   mtw_chart_x       (const MtwChart *self,
                            double          epoch);
double   mtw_chart_y       (const MtwChart *self,
                            double          value);
/* A line of the read-out, while there is a cursor; takes @value. */
void     mtw_chart_read    (MtwChart       *self,
                            guint           task,
                            char           *value);
/* … of something else, without a marker. */
void     mtw_chart_read_name (MtwChart     *self,
                            const char     *name,
                            char           *value);
void     mtw_chart_clip    (MtwChart       *self);   /* to the axes; saves */
void     mtw_chart_unclip  (MtwChart       *self);

/* --- curves; @scale turns their x into epochs --- */

/* Fills @n columns, the first from epoch @start, each @width epochs wide. */
void     mtw_columns       (const MtwCurve *curve,
                            double          scale,
                            double          start,
                            double          width,
                            guint           n,
                            MtwColumn      *columns);
/* Every value as a line of one pixel, exact in its extremes; a gap where one
 * is not finite. Uses the source at hand; where points are few also width and
 * dash. */
void     mtw_chart_trace   (MtwChart       *self,
                            const MtwCurve *curve,
                            double          scale);
/* The mean of each column. */
void     mtw_chart_mean    (MtwChart       *self,
                            const MtwCurve *curve,
                            double          scale);
/* A marker on every point, or on every second … where they would touch. */
void     mtw_chart_points  (MtwChart       *self,
                            const MtwCurve *curve,
                            double          scale,
                            guint           task);
/* Markers about 45 px apart on a line without points of its own. */
void     mtw_chart_beads   (MtwChart       *self,
                            const MtwCurve *curve,
                            double          scale,
                            guint           task);
/* A rust triangle on the axis where a value is not finite. */
void     mtw_chart_gaps    (MtwChart       *self,
                            const MtwCurve *curve,
                            double          scale);

/* --- the line on top --- */

/* 20 px, more with large text. */
double   mtw_legend_height (const MtwPen   *pen);
/* One sample a task; @extra: what a hollow marker is, or NULL; @end: a word
 * at the far end, or NULL. */
void     mtw_legend        (MtwPen         *pen,
                            const char     *extra,
                            const char     *end);
