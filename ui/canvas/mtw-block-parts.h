/* mtw-block-parts.h — texts and icons of a block, and their fixed places
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

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
