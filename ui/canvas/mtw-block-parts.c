/* mtw-block-parts.c — texts and icons of a block, and their fixed places
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-block-parts.h"

#include <math.h>

#define MAX_SCALE 8

void
mtw_part_place (GtkWidget *child,
                int        x,
                int        y,
                int        width,
                int        height)
{
  GtkAllocation box = { x, y, MAX (width, 1), MAX (height, 1) };
  int minimum;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  box.width = MAX (box.width, minimum);
  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, box.width, &minimum, NULL, NULL, NULL);
  box.height = MAX (box.height, minimum);
  gtk_widget_size_allocate (child, &box, -1);
}

GtkWidget *
mtw_part_add_text (GtkWidget  *parent,
                   const char *class_name)
{
  GtkWidget *text = gtk_inscription_new (NULL);

  gtk_widget_add_css_class (text, class_name);
  gtk_inscription_set_min_chars (GTK_INSCRIPTION (text), 0);
  gtk_inscription_set_min_lines (GTK_INSCRIPTION (text), 0);
  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (text),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_yalign (GTK_INSCRIPTION (text), 0.5);
  gtk_widget_set_can_target (text, FALSE);
  gtk_widget_set_parent (text, parent);
  return text;
}

/* Rendered as large as it is shown, or twice: a texture of 15 px would blur. */
void
mtw_part_load_icon (GtkImage   *image,
                    const char *name,
                    int         size,
                    double      zoom)
{
  GtkWidget *widget = GTK_WIDGET (image);
  GtkIconTheme *theme = gtk_icon_theme_get_for_display (gtk_widget_get_display (widget));
  int scale = CLAMP ((int) ceil (zoom * gtk_widget_get_scale_factor (widget)), 2, MAX_SCALE);
  g_autoptr(GtkIconPaintable) icon = NULL;

  if (name == NULL)
    return;

  /* The theme keeps what it has loaded, so the same again costs a look-up. */
  icon = gtk_icon_theme_lookup_icon (theme, name, NULL, size, scale, GTK_TEXT_DIR_LTR,
                                     GTK_ICON_LOOKUP_FORCE_SYMBOLIC);
  gtk_image_set_from_paintable (image, GDK_PAINTABLE (icon));
  gtk_image_set_pixel_size (image, size);
}
