/* mtw-colours.h — the colours, dashes and markers of tasks, conflict and loss
 *
 * Plain numbers without a toolkit: the canvas, the plots and the exported
 * pictures read the same table. Components are sRGB, 0 to 1.
 *
 * Tasks are counted from 0 here and shown from 1. Task 8 takes colour 0 with
 * a hollow marker, and so on; see mtw_task_hollow().
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

#define MTW_N_TASK_COLOURS 8

typedef enum
{
  MTW_MARKER_CIRCLE,
  MTW_MARKER_SQUARE,
  MTW_MARKER_TRIANGLE_UP,
  MTW_MARKER_DIAMOND,
  MTW_MARKER_CROSS,          /* × */
  MTW_MARKER_PLUS,
  MTW_MARKER_TRIANGLE_DOWN,
  MTW_MARKER_STAR,
} MtwMarker;

void          mtw_task_colour       (guint     task,
                                     gboolean  dark,
                                     double    rgb[3]);
/* Lengths for a line 2 wide; @n is 0 and the answer NULL for a solid line. */
const double *mtw_task_dash         (guint     task,
                                     guint    *n);
MtwMarker     mtw_task_marker       (guint     task);
gboolean      mtw_task_hollow       (guint     task);

/* @cosine: clamped to −1 … +1; 0 stands for NaN. */
void          mtw_conflict_colour   (double    cosine,
                                     gboolean  dark,
                                     double    rgb[3]);
/* Conflict or agreement as one line or word. */
void          mtw_conflict_word_colour (gboolean  conflict,
                                     gboolean  dark,
                                     double    rgb[3]);
/* @t: 0 for the lowest loss, 1 for the highest; clamped. */
void          mtw_loss_colour       (double    t,
                                     double    rgb[3]);

/* Lightness of the OKLab space, 0 to 1: figures are white below 0.62. */
double        mtw_oklab_lightness   (const double rgb[3]);
void          mtw_oklab             (const double rgb[3],
                                     double       lab[3]);
