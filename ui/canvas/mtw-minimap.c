/* mtw-minimap.c — the whole design in a corner, with a frame around what is seen
 *
 * The map shows design and view together, so the frame never leaves it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-minimap.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "mtw-colours.h"

#define WIDTH    118
#define HEIGHT   66
#define PADDING  5.0
#define MIN_WIDE 720     /* narrower views keep their room */

struct _MtwMinimap
{
  GtkWidget        parent_instance;

  MtwCanvas       *canvas;
  graphene_point_t grip;
};

G_DEFINE_FINAL_TYPE (MtwMinimap, mtw_minimap, GTK_TYPE_WIDGET)

/* Scale, and where the canvas point (0, 0) is on the map. */
static double
find_map (MtwMinimap       *self,
          graphene_point_t *origin)
{
  graphene_rect_t all = mtw_canvas_get_scene (self->canvas)->bounds;
  graphene_rect_t view = mtw_canvas_get_view (self->canvas);
  double scale;

  graphene_rect_union (&all, &view, &all);
  scale = MIN ((WIDTH - 2 * PADDING) / MAX (all.size.width, 1),
               (HEIGHT - 2 * PADDING) / MAX (all.size.height, 1));
  origin->x = (WIDTH - all.size.width * scale) / 2 - all.origin.x * scale;
  origin->y = (HEIGHT - all.size.height * scale) / 2 - all.origin.y * scale;
  return scale;
}

static void
mtw_minimap_measure (GtkWidget      *widget,
                     GtkOrientation  orientation,
                     int             for_size,
                     int            *minimum,
                     int            *natural,
                     int            *minimum_baseline,
                     int            *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;
}

static void
draw_links (const MtwScene *scene,
            cairo_t        *cr)
{
  for (guint i = 0; i < scene->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (scene, i);

      cairo_move_to (cr, link->start.x, link->start.y);
      cairo_line_to (cr, link->end.x, link->end.y);
    }
  cairo_stroke (cr);
}

static void
draw_design (MtwMinimap *self,
             cairo_t    *cr,
             gboolean    dark)
{
  const MtwScene *scene = mtw_canvas_get_scene (self->canvas);
  double grey = dark ? 0.6 : 0.47;

  cairo_set_source_rgb (cr, grey, grey, grey);
  draw_links (scene, cr);
  for (guint i = 0; i < scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (scene, i);
      double rgb[3] = { grey, grey, grey };

      if (item->host >= 0)
        continue;
      if (item->head >= 0)
        mtw_task_colour (item->head, dark, rgb);
      cairo_set_source_rgb (cr, rgb[0], rgb[1], rgb[2]);
      cairo_rectangle (cr, item->box.origin.x, item->box.origin.y, item->box.size.width,
                       item->box.size.height);
      /* Of an open group the edge, or it would hide what is in it. */
      if (item->open > 0)
        cairo_stroke (cr);
      else
        cairo_fill (cr);
    }
}

static void
mtw_minimap_snapshot (GtkWidget   *widget,
                      GtkSnapshot *snapshot)
{
  MtwMinimap *self = MTW_MINIMAP (widget);
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, WIDTH, HEIGHT));
  graphene_rect_t view = mtw_canvas_get_view (self->canvas);
  GdkRGBA accent = { 0.2f, 0.5f, 0.9f, 1 };
  graphene_point_t origin;
  double scale = find_map (self, &origin);

  gtk_style_context_lookup_color (gtk_widget_get_style_context (widget), "accent_bg_color",
                                  &accent);
  cairo_rectangle (cr, 2, 2, WIDTH - 4, HEIGHT - 4);
  cairo_clip (cr);
  cairo_translate (cr, origin.x, origin.y);
  cairo_scale (cr, scale, scale);
  cairo_rectangle (cr, view.origin.x, view.origin.y, view.size.width, view.size.height);
  cairo_set_source_rgba (cr, accent.red, accent.green, accent.blue, 0.08);
  cairo_fill_preserve (cr);
  gdk_cairo_set_source_rgba (cr, &accent);
  cairo_set_line_width (cr, 1.5 / scale);
  cairo_stroke (cr);
  cairo_set_line_width (cr, 1.2 / scale);
  draw_design (self, cr, dark);
  cairo_destroy (cr);
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               MtwMinimap     *self)
{
  graphene_point_t origin;
  double scale = find_map (self, &origin);

  self->grip = GRAPHENE_POINT_INIT ((x - origin.x) / scale, (y - origin.y) / scale);
  mtw_canvas_center_on (self->canvas, self->grip.x, self->grip.y);
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                MtwMinimap     *self)
{
  graphene_point_t origin;
  double scale = find_map (self, &origin);

  mtw_canvas_center_on (self->canvas, self->grip.x + dx / scale, self->grip.y + dy / scale);
}

/* Larger than the view at 100 %: else the map tells nothing. */
static void
view_changed_cb (MtwMinimap *self)
{
  const graphene_rect_t *bounds = &mtw_canvas_get_scene (self->canvas)->bounds;
  int width = gtk_widget_get_width (GTK_WIDGET (self->canvas));
  int height = gtk_widget_get_height (GTK_WIDGET (self->canvas));

  gtk_widget_set_visible (GTK_WIDGET (self),
                          width > MIN_WIDE
                          && (bounds->size.width > width || bounds->size.height > height));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
mtw_minimap_class_init (MtwMinimapClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = mtw_minimap_measure;
  widget_class->snapshot = mtw_minimap_snapshot;

  gtk_widget_class_set_css_name (widget_class, "minimap");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mtw_minimap_init (MtwMinimap *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Map of the design"), -1);
}

/* @canvas: must live as long as the map; both are children of one view. */
GtkWidget *
mtw_minimap_new (MtwCanvas *canvas)
{
  MtwMinimap *self = g_object_new (MTW_TYPE_MINIMAP, NULL);

  self->canvas = canvas;
  g_signal_connect_object (canvas, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
