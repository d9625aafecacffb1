/* mtw-block-parts.c — texts and icons of a block, their fixed places, and what is drawn
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-block-parts.h"

#include <adwaita.h>
#include <math.h>

#include "mtw-wires.h"

#define MAX_SCALE    8
#define RING_ROOM    6
#define RING_ALPHA   0.45f
#define STACK_STEP   4       /* px from an edge of a stack to the next */
#define STACK_WIDTH  1.4

void
mtw_part_measure (GtkWidget      *widget,
                  GtkOrientation  orientation,
                  int             for_size,
                  int            *minimum,
                  int            *natural,
                  int            *minimum_baseline,
                  int            *natural_baseline)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gtk_widget_measure (child, orientation, -1, NULL, NULL, NULL, NULL);
  *minimum = *natural = 1;
}

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

void
mtw_part_draw_ring (GtkWidget   *block,
                    GtkSnapshot *snapshot,
                    int          width,
                    int          height,
                    gboolean     paused)
{
  graphene_rect_t box;
  GdkRGBA green;
  cairo_t *cr;

  if (!gtk_style_context_lookup_color (gtk_widget_get_style_context (block), "success_bg_color",
                                       &green))
    return;

  green.alpha *= RING_ALPHA;
  graphene_rect_init (&box, -RING_ROOM, -RING_ROOM, width + 2 * RING_ROOM,
                      height + 2 * RING_ROOM);
  cr = gtk_snapshot_append_cairo (snapshot, &box);
  gdk_cairo_set_source_rgba (cr, &green);
  mtw_paint_ring (cr, width, height, paused);
  cairo_destroy (cr);
}

void
mtw_part_draw_marker (GtkSnapshot *snapshot,
                      int          width,
                      int          task)
{
  graphene_rect_t box = GRAPHENE_RECT_INIT (width - 21, 9, 16, 16);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &box);

  mtw_paint_marker (cr, task, adw_style_manager_get_dark (adw_style_manager_get_default ()),
                    width - 13, 17);
  cairo_destroy (cr);
}

void
mtw_part_draw_stack (GtkWidget   *block,
                     GtkSnapshot *snapshot,
                     int          width,
                     int          height)
{
  graphene_rect_t box = GRAPHENE_RECT_INIT (0, height, width, 3 * STACK_STEP);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &box);
  GdkRGBA edge = { 0 };

  /* Clear where there is none. */
  gtk_style_context_lookup_color (gtk_widget_get_style_context (block), "block_edge", &edge);
  gdk_cairo_set_source_rgba (cr, &edge);
  cairo_set_line_width (cr, STACK_WIDTH);
  for (int i = 1; i <= 2; i++)
    {
      cairo_move_to (cr, i * STACK_STEP, height - 1 + i * STACK_STEP);
      cairo_line_to (cr, width - i * STACK_STEP, height - 1 + i * STACK_STEP);
    }
  cairo_stroke (cr);
  cairo_destroy (cr);
}
