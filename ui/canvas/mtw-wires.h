/* mtw-wires.h — the drawing of what lies under the blocks: grid, regions, wires
 *
 * Cairo and Pango only. The context is scaled to canvas units by the caller.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gdk/gdk.h>

#include "mtw-scene.h"

typedef enum
{
  MTW_SHOW_SHAPES,
  MTW_SHOW_COST,
  MTW_SHOW_CONFLICT,
  MTW_SHOW_NOTHING,
} MtwShow;

typedef struct
{
  cairo_t         *cr;
  PangoLayout     *layout;     /* of the widget's font; its text is overwritten */
  const MtwScene  *scene;
  graphene_rect_t  view;       /* what is on screen, canvas units */
  double           zoom;
  gboolean         dark;
  gboolean         contrast;   /* high contrast: thicker lines, regions as outlines */
  GdkRGBA          paper, ink, accent, error;
  MtwShow          show;
  double           lit;        /* 0 … 1: how much conflict lights the forks */
  int              selected;   /* link; −1: none */
  GHashTable      *refusals;   /* link + 1 → reason, of wires that cannot be */
  const double    *cosines;    /* of each item, NaN: unknown; or NULL */
  const double    *costs;      /* of each item, 0 … 1 of the largest; or NULL */
  const char *const *labels;   /* of each region */
} MtwPaint;

void mtw_paint_grid      (const MtwPaint *paint);
void mtw_paint_regions   (const MtwPaint *paint);
void mtw_paint_frames    (const MtwPaint *paint);
void mtw_paint_wires     (const MtwPaint *paint);
/* Cuts off what frames leave no room for while they open or close, as mtw_scene_clip(). */
void mtw_paint_clip      (const MtwPaint *paint,
                          int             frame);
void mtw_paint_underlines (const MtwPaint *paint);
/* A wire on its way to @end; @reason: why it cannot end there, or NULL. */
void mtw_paint_drawn     (const MtwPaint         *paint,
                          const graphene_point_t *start,
                          const graphene_point_t *end,
                          gboolean                snapped,
                          gboolean                refused);
/* A task's marker, 8 across. */
void mtw_paint_marker    (cairo_t        *cr,
                          guint           task,
                          gboolean        dark,
                          double          x,
                          double          y);
/* Around a block in training, in the source of @cr; @dashed: paused. */
void mtw_paint_ring      (cairo_t        *cr,
                          double          width,
                          double          height,
                          gboolean        dashed);
