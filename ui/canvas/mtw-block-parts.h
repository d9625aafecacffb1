/* mtw-block-parts.h — texts and icons of a block, their fixed places, and what is drawn
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

/* The vfunc of what has its parts at fixed places: it can be of any size. */
void       mtw_part_measure   (GtkWidget      *widget,
                               GtkOrientation  orientation,
                               int             for_size,
                               int            *minimum,
                               int            *natural,
                               int            *minimum_baseline,
                               int            *natural_baseline);
/* At a fixed place of its parent, larger if it cannot be as small. */
void       mtw_part_place     (GtkWidget  *child,
                               int         x,
                               int         y,
                               int         width,
                               int         height);
/* A line that ends with “…” where it is too long; a child of @parent. */
GtkWidget *mtw_part_add_text  (GtkWidget  *parent,
                               const char *class_name);
/* @name may be NULL: nothing yet. */
void       mtw_part_load_icon (GtkImage   *image,
                               const char *name,
                               int         size,
                               double      zoom);

/* --- drawn by a block of @width × @height in its snapshot --- */
/* Around a task in training; @paused: dashed. */
void       mtw_part_draw_ring   (GtkWidget   *block,
                                 GtkSnapshot *snapshot,
                                 int          width,
                                 int          height,
                                 gboolean     paused);
void       mtw_part_draw_marker (GtkSnapshot *snapshot,
                                 int          width,
                                 int          task);
/* The edges of the blocks that a closed group stands for. */
void       mtw_part_draw_stack  (GtkWidget   *block,
                                 GtkSnapshot *snapshot,
                                 int          width,
                                 int          height);
