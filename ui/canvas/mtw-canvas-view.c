/* mtw-canvas-view.c — the canvas with what floats over it: pill, map, legend
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-view.h"

#include <glib/gi18n-lib.h>

#include "mtw-colours.h"
#include "mtw-minimap.h"
#include "mtw-zoom-pill.h"

#define MARGIN       12
#define RAMP_WIDTH   110
#define RAMP_HEIGHT  8
#define LEGEND_WIDTH 721     /* of the canvas, below which there is no room for it */

struct _MtwCanvasView
{
  AdwBin      parent_instance;

  GtkOverlay *overlay;
  MtwCanvas  *canvas;
  GtkWidget  *add;
  GtkWidget  *legend;
};

G_DEFINE_FINAL_TYPE (MtwCanvasView, mtw_canvas_view, ADW_TYPE_BIN)

static void
draw_ramp (GtkDrawingArea *area,
           cairo_t        *cr,
           int             width,
           int             height,
           gpointer        data)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  cairo_pattern_t *ramp = cairo_pattern_create_linear (0, 0, width, 0);
  double r = height / 2.0;

  for (int i = 0; i <= 24; i++)
    {
      double rgb[3];

      mtw_conflict_colour (i / 12.0 - 1, dark, rgb);
      cairo_pattern_add_color_stop_rgb (ramp, i / 24.0, rgb[0], rgb[1], rgb[2]);
    }

  cairo_arc (cr, r, r, r, G_PI_2, 3 * G_PI_2);
  cairo_arc (cr, width - r, r, r, -G_PI_2, G_PI_2);
  cairo_close_path (cr);
  cairo_set_source (cr, ramp);
  cairo_fill (cr);
  cairo_pattern_destroy (ramp);
}

static GtkWidget *
caption (const char *words)
{
  GtkWidget *label = gtk_label_new (words);

  gtk_widget_add_css_class (label, "caption");
  gtk_widget_set_valign (label, GTK_ALIGN_START);
  return label;
}

static GtkWidget *
make_legend (void)
{
  GtkWidget *legend = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *ramp = gtk_drawing_area_new ();
  GtkWidget *scale = gtk_center_box_new ();

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (ramp), RAMP_WIDTH);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (ramp), RAMP_HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (ramp), draw_ramp, NULL, NULL);
  gtk_widget_set_margin_top (ramp, 4);
  gtk_center_box_set_start_widget (GTK_CENTER_BOX (scale), caption ("−1"));
  gtk_center_box_set_center_widget (GTK_CENTER_BOX (scale), caption ("0"));
  gtk_center_box_set_end_widget (GTK_CENTER_BOX (scale), caption ("+1"));
  gtk_box_append (GTK_BOX (middle), ramp);
  gtk_box_append (GTK_BOX (middle), scale);
  gtk_box_append (GTK_BOX (legend), caption (_("Conflict")));
  gtk_box_append (GTK_BOX (legend), middle);
  gtk_box_append (GTK_BOX (legend), caption (_("Agreement")));
  gtk_widget_add_css_class (legend, "basin-legend");
  gtk_widget_set_can_target (legend, FALSE);
  gtk_widget_set_valign (legend, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (legend, FALSE);
  return legend;
}

static void
add_cb (MtwCanvasView *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self->canvas), "canvas.add", NULL);
}

static GtkWidget *
make_add (MtwCanvasView *self)
{
  GtkWidget *frame = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *button = gtk_button_new_from_icon_name ("list-add-symbolic");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _("Add a Block (Shift+A)"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Add a block"), -1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (add_cb), self);
  gtk_box_append (GTK_BOX (frame), button);
  gtk_widget_add_css_class (frame, "basin-float");
  gtk_widget_set_visible (frame, FALSE);
  return frame;
}

static void
view_changed_cb (MtwCanvasView *self)
{
  gboolean room = gtk_widget_get_width (GTK_WIDGET (self->canvas)) >= LEGEND_WIDTH;

  gtk_widget_set_visible (self->legend,
                          room && mtw_canvas_get_show (self->canvas) == MTW_SHOW_CONFLICT);
}

static void
mtw_canvas_view_class_init (MtwCanvasViewClass *klass)
{
}

static void
mtw_canvas_view_init (MtwCanvasView *self)
{
  self->overlay = GTK_OVERLAY (gtk_overlay_new ());
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->overlay));
}

GtkWidget *
mtw_canvas_view_new (MtwDocument *document)
{
  MtwCanvasView *self = g_object_new (MTW_TYPE_CANVAS_VIEW, NULL);
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *bottom = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, MARGIN);
  GtkWidget *map;

  self->canvas = MTW_CANVAS (mtw_canvas_new (document));
  /* The map says where one is; scroll bars would say it twice. */
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_EXTERNAL,
                                  GTK_POLICY_EXTERNAL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->canvas));
  gtk_overlay_set_child (self->overlay, scrolled);

  self->add = make_add (self);
  self->legend = make_legend ();
  gtk_box_append (GTK_BOX (bottom), self->add);
  gtk_box_append (GTK_BOX (bottom), mtw_zoom_pill_new (self->canvas));
  gtk_box_append (GTK_BOX (bottom), self->legend);
  gtk_widget_set_halign (bottom, GTK_ALIGN_START);
  gtk_widget_set_valign (bottom, GTK_ALIGN_END);
  gtk_widget_set_margin_start (bottom, MARGIN);
  gtk_widget_set_margin_bottom (bottom, MARGIN);
  gtk_overlay_add_overlay (self->overlay, bottom);

  map = mtw_minimap_new (self->canvas);
  gtk_widget_set_halign (map, GTK_ALIGN_END);
  gtk_widget_set_valign (map, GTK_ALIGN_END);
  gtk_widget_set_margin_end (map, MARGIN);
  gtk_widget_set_margin_bottom (map, MARGIN);
  gtk_overlay_add_overlay (self->overlay, map);

  g_signal_connect_object (self->canvas, "view-changed", G_CALLBACK (view_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

MtwCanvas *
mtw_canvas_view_get_canvas (MtwCanvasView *self)
{
  g_return_val_if_fail (MTW_IS_CANVAS_VIEW (self), NULL);

  return self->canvas;
}

GtkOverlay *
mtw_canvas_view_get_overlay (MtwCanvasView *self)
{
  g_return_val_if_fail (MTW_IS_CANVAS_VIEW (self), NULL);

  return self->overlay;
}

void
mtw_canvas_view_set_adds (MtwCanvasView *self,
                          gboolean       adds)
{
  g_return_if_fail (MTW_IS_CANVAS_VIEW (self));

  gtk_widget_set_visible (self->add, adds);
}
