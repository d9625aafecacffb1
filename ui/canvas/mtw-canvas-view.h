/* mtw-canvas-view.h — the canvas with what floats over it: pill, map, legend
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-canvas.h"

#define MTW_TYPE_CANVAS_VIEW (mtw_canvas_view_get_type ())

G_DECLARE_FINAL_TYPE (MtwCanvasView, mtw_canvas_view, MTW, CANVAS_VIEW, AdwBin)

GtkWidget  *mtw_canvas_view_new         (MtwDocument   *document);
MtwCanvas  *mtw_canvas_view_get_canvas  (MtwCanvasView *self);   /* (transfer none) */
/* For more that floats. (transfer none) */
GtkOverlay *mtw_canvas_view_get_overlay (MtwCanvasView *self);
/* Whether a button adds blocks: where there is no palette beside. */
void        mtw_canvas_view_set_adds    (MtwCanvasView *self,
                                         gboolean       adds);
