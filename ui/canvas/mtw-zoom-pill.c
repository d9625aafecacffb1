/* mtw-zoom-pill.c — − 83 % + and fit, floating at the bottom of the canvas
 *
 * It stands beside the canvas, not in it, so its actions hand on to those of
 * the canvas.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-zoom-pill.h"

#include <glib/gi18n-lib.h>
#include <math.h>

struct _MtwZoomPill
{
  AdwBin     parent_instance;

  GtkLabel  *figure;
  GtkMenuButton *percent;
  MtwCanvas *canvas;
};

G_DEFINE_FINAL_TYPE (MtwZoomPill, mtw_zoom_pill, ADW_TYPE_BIN)

/* pill.zoom-in → canvas.zoom-in, and so on. */
static void
hand_on_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  g_autofree char *action = g_strconcat ("canvas.", name + strlen ("pill."), NULL);

  gtk_widget_activate_action_variant (GTK_WIDGET (MTW_ZOOM_PILL (widget)->canvas), action,
                                      parameter);
}

static void
zoom_changed_cb (MtwZoomPill *self)
{
  int percent = lround (100 * mtw_canvas_get_zoom (self->canvas));
  /* Translators: a zoom; a no-break space stands before the sign. */
  g_autofree char *figure = g_strdup_printf (_("%d %%"), percent);

  gtk_label_set_label (self->figure, figure);
}

static void
mtw_zoom_pill_class_init (MtwZoomPillClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/canvas/mtw-zoom-pill.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwZoomPill, figure);
  gtk_widget_class_bind_template_child (widget_class, MtwZoomPill, percent);
  gtk_widget_class_install_action (widget_class, "pill.zoom-in", NULL, hand_on_cb);
  gtk_widget_class_install_action (widget_class, "pill.zoom-out", NULL, hand_on_cb);
  gtk_widget_class_install_action (widget_class, "pill.zoom-fit", NULL, hand_on_cb);
  gtk_widget_class_install_action (widget_class, "pill.zoom-to", "d", hand_on_cb);
}

static void
mtw_zoom_pill_init (MtwZoomPill *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* @canvas: must live as long as the pill; both are children of one view. */
GtkWidget *
mtw_zoom_pill_new (MtwCanvas *canvas)
{
  MtwZoomPill *self = g_object_new (MTW_TYPE_ZOOM_PILL, NULL);

  self->canvas = canvas;
  g_signal_connect_object (canvas, "notify::zoom", G_CALLBACK (zoom_changed_cb), self,
                           G_CONNECT_SWAPPED);
  zoom_changed_cb (self);
  return GTK_WIDGET (self);
}
