/* mtw-minimap.h — the whole design in a corner, with a frame around what is seen
 *
 * Drag the frame to pan. Hidden when the design fits at 100 %.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-canvas.h"

#define MTW_TYPE_MINIMAP (mtw_minimap_get_type ())

G_DECLARE_FINAL_TYPE (MtwMinimap, mtw_minimap, MTW, MINIMAP, GtkWidget)

GtkWidget *mtw_minimap_new (MtwCanvas *canvas);
