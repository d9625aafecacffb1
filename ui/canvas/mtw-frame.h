/* mtw-frame.h — what stands at the top of an open group: arrow, name, size
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#define MTW_TYPE_FRAME (mtw_frame_get_type ())

G_DECLARE_FINAL_TYPE (MtwFrame, mtw_frame, MTW, FRAME, GtkWidget)

GtkWidget *mtw_frame_new        (void);
/* The use that the arrow closes, by `canvas.toggle-use`. */
void       mtw_frame_set_id     (MtwFrame   *self,
                                 const char *id);
/* As the titles of blocks, it grows when the canvas is small. */
void       mtw_frame_set_scale  (MtwFrame   *self,
                                 double      scale);
/* “5 840 parameters” */
void       mtw_frame_set_figure (MtwFrame   *self,
                                 const char *figure);
