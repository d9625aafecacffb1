/* mtw-zoom-pill.h — − 83 % + and fit, floating at the bottom of the canvas
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-canvas.h"

#define MTW_TYPE_ZOOM_PILL (mtw_zoom_pill_get_type ())

G_DECLARE_FINAL_TYPE (MtwZoomPill, mtw_zoom_pill, MTW, ZOOM_PILL, AdwBin)

GtkWidget *mtw_zoom_pill_new (MtwCanvas *canvas);
