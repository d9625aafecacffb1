/* mtw-canvas-zoom.c — panning, zooming, and what is dropped from outside
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <math.h>

#include "mtl-look.h"
#include "mtw-offer.h"

#define ZOOM_STEP 1.1

static void
pan_begin_cb (GtkGestureDrag *gesture,
              double          x,
              double          y,
              MtwCanvas      *self)
{
  self->pan_from = GRAPHENE_POINT_INIT (self->x, self->y);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "grabbing");
}

static void
pan_update_cb (GtkGestureDrag *gesture,
               double          dx,
               double          dy,
               MtwCanvas      *self)
{
  mtw_canvas_move_view (self, self->pan_from.x - dx / self->zoom,
                        self->pan_from.y - dy / self->zoom, self->zoom);
}

static void
pan_end_cb (GtkGestureDrag *gesture,
            double          dx,
            double          dy,
            MtwCanvas      *self)
{
  gtk_widget_set_cursor (GTK_WIDGET (self), NULL);
}

/* Without Ctrl the scrolled window around it pans. */
static gboolean
scroll_cb (GtkEventControllerScroll *scroll,
           double                    dx,
           double                    dy,
           MtwCanvas                *self)
{
  GdkModifierType state
    = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));

  if ((state & GDK_CONTROL_MASK) == 0)
    return FALSE;

  mtw_canvas_set_zoom (self, self->zoom * pow (ZOOM_STEP, -dy), &self->hover);
  return TRUE;
}

static void
motion_cb (GtkEventControllerMotion *motion,
           double                    x,
           double                    y,
           MtwCanvas                *self)
{
  self->hover = GRAPHENE_POINT_INIT (x, y);
}

static void
pinch_begin_cb (GtkGesture       *pinch,
                GdkEventSequence *sequence,
                MtwCanvas        *self)
{
  self->pinch_zoom = self->zoom;
}

static void
pinch_cb (GtkGestureZoom *pinch,
          double          scale,
          MtwCanvas      *self)
{
  double x, y;

  if (gtk_gesture_get_bounding_box_center (GTK_GESTURE (pinch), &x, &y))
    mtw_canvas_set_zoom (self, self->pinch_zoom * scale, &GRAPHENE_POINT_INIT (x, y));
}

/* What mtw_offer_parse() takes, dropped from the palette: into the group that is open
 * there, or into the design. */
static gboolean
drop_cb (GtkDropTarget *target,
         const GValue  *value,
         double         x,
         double         y,
         MtwCanvas     *self)
{
  g_autoptr(MtlChosen) what = mtw_offer_parse (mtw_document_get_design (self->document),
                                               g_value_get_string (value));
  graphene_point_t at = mtw_canvas_to_scene (self, x, y);
  int frame = mtw_scene_frame_at (self->scene, &at);
  const char *scope = frame >= 0 ? mtw_scene_item (self->scene, frame)->id : NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *id = NULL;

  if (what == NULL)
    return FALSE;

  at.x -= mtl_look_width (mtl_chosen_kind (what), mtl_chosen_method (what)) / 2.0;
  at.y -= MTW_BLOCK_HEIGHT / 2;
  at = mtw_canvas_place_in (self, scope, &at, what);
  id = mtw_document_add_block (self->document, what, scope, &at, NULL, &error);
  if (id == NULL)
    {
      mtw_canvas_refuse (self, error->message);
      return FALSE;
    }

  gtk_widget_grab_focus (mtw_canvas_get_block (self, id));
  return TRUE;
}

void
mtw_canvas_add_zoom (MtwCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *pan = gtk_gesture_drag_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll
    = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_STRING, GDK_ACTION_COPY);

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (pan), GDK_BUTTON_MIDDLE);
  g_signal_connect (pan, "drag-begin", G_CALLBACK (pan_begin_cb), self);
  g_signal_connect (pan, "drag-update", G_CALLBACK (pan_update_cb), self);
  g_signal_connect (pan, "drag-end", G_CALLBACK (pan_end_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pan));

  g_signal_connect (pinch, "begin", G_CALLBACK (pinch_begin_cb), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (pinch_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (pinch));

  g_signal_connect (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (widget, motion);
  g_signal_connect (scroll, "scroll", G_CALLBACK (scroll_cb), self);
  gtk_widget_add_controller (widget, scroll);
  g_signal_connect (drop, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drop));
}
