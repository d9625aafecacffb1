/* mtw-canvas-scroll.c — what of the canvas is on screen: place, zoom, adjustments
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <math.h>

#define FIT_MARGIN 14     /* px around the design */
#define FIT_BOTTOM 56     /* px that the zoom pill covers */
#define FITTING    0.01   /* share by which a zoom may be off and still fit */
#define SPARE      0.7    /* of the view, beyond the design, that can be scrolled to */

graphene_point_t
mtw_canvas_to_scene (MtwCanvas *self,
                     double     x,
                     double     y)
{
  return GRAPHENE_POINT_INIT (self->x + x / self->zoom, self->y + y / self->zoom);
}

graphene_point_t
mtw_canvas_to_widget (MtwCanvas *self,
                      double     x,
                      double     y)
{
  return GRAPHENE_POINT_INIT ((x - self->x) * self->zoom, (y - self->y) * self->zoom);
}

graphene_rect_t
mtw_canvas_get_view (MtwCanvas *self)
{
  return GRAPHENE_RECT_INIT (self->x, self->y,
                             gtk_widget_get_width (GTK_WIDGET (self)) / self->zoom,
                             gtk_widget_get_height (GTK_WIDGET (self)) / self->zoom);
}

static void
configure (MtwCanvas *self,
           guint      axis)
{
  const graphene_rect_t *bounds = &self->scene->bounds;
  double page = axis == 0 ? gtk_widget_get_width (GTK_WIDGET (self))
                          : gtk_widget_get_height (GTK_WIDGET (self));
  double value = (axis == 0 ? self->x : self->y) * self->zoom;
  double low = (axis == 0 ? bounds->origin.x : bounds->origin.y) * self->zoom;
  double high = low + (axis == 0 ? bounds->size.width : bounds->size.height) * self->zoom;

  if (self->adjustments[axis] == NULL)
    return;

  /* What is on screen stays allowed, or the view would jump after an edit. */
  gtk_adjustment_configure (self->adjustments[axis], value,
                            MIN (low - SPARE * page, value),
                            MAX (high + SPARE * page, value + page),
                            page * 0.1, page * 0.9, page);
}

void
mtw_canvas_update_adjustments (MtwCanvas *self)
{
  self->configuring = TRUE;
  configure (self, 0);
  configure (self, 1);
  self->configuring = FALSE;
}

void
mtw_canvas_move_view (MtwCanvas *self,
                      double     x,
                      double     y,
                      double     zoom)
{
  gboolean zoomed = zoom != self->zoom;

  self->x = x;
  self->y = y;
  self->zoom = zoom;
  self->placed = TRUE;
  if (zoomed)
    {
      mtw_canvas_sync_detail (self);
      g_object_notify (G_OBJECT (self), "zoom");
    }

  mtw_canvas_update_adjustments (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "view-changed");
}

void
mtw_canvas_fly_cb (double   t,
                   gpointer data)
{
  MtwCanvas *self = data;
  const graphene_rect_t *a = &self->fly_from, *b = &self->fly_to;
  /* Zoom grows by a factor a frame, which the eye sees as even. */
  double zoom = a->size.width * pow (b->size.width / a->size.width, t);

  mtw_canvas_move_view (self, a->origin.x + t * (b->origin.x - a->origin.x),
                        a->origin.y + t * (b->origin.y - a->origin.y), zoom);
}

void
mtw_canvas_fly_to (MtwCanvas *self,
                   double     x,
                   double     y,
                   double     zoom)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) || !self->placed)
    {
      mtw_canvas_move_view (self, x, y, zoom);
      return;
    }

  self->fly_from = GRAPHENE_RECT_INIT (self->x, self->y, self->zoom, 0);
  self->fly_to = GRAPHENE_RECT_INIT (x, y, zoom, 0);
  adw_animation_reset (self->animation);
  adw_animation_play (self->animation);
}

void
mtw_canvas_follow_adjustments (MtwCanvas *self)
{
  double x = self->adjustments[0] ? gtk_adjustment_get_value (self->adjustments[0]) / self->zoom
                                  : self->x;
  double y = self->adjustments[1] ? gtk_adjustment_get_value (self->adjustments[1]) / self->zoom
                                  : self->y;

  if (!self->configuring && (x != self->x || y != self->y))
    mtw_canvas_move_view (self, x, y, self->zoom);
}

double
mtw_canvas_get_zoom (MtwCanvas *self)
{
  g_return_val_if_fail (MTW_IS_CANVAS (self), 1);

  return self->zoom;
}

void
mtw_canvas_set_zoom (MtwCanvas              *self,
                     double                  zoom,
                     const graphene_point_t *at)
{
  double px, py;
  graphene_point_t fixed;

  g_return_if_fail (MTW_IS_CANVAS (self));

  px = at != NULL ? at->x : gtk_widget_get_width (GTK_WIDGET (self)) / 2.0;
  py = at != NULL ? at->y : gtk_widget_get_height (GTK_WIDGET (self)) / 2.0;
  fixed = mtw_canvas_to_scene (self, px, py);
  zoom = CLAMP (zoom, MTW_MIN_ZOOM, MTW_MAX_ZOOM);
  mtw_canvas_move_view (self, fixed.x - px / zoom, fixed.y - py / zoom, zoom);
}

/* FALSE: there is nothing to fit, or nothing to fit it into. */
static gboolean
find_fit (MtwCanvas *self,
          double    *x,
          double    *y,
          double    *zoom)
{
  const graphene_rect_t *bounds = &self->scene->bounds;
  double width = gtk_widget_get_width (GTK_WIDGET (self));
  double height = gtk_widget_get_height (GTK_WIDGET (self));

  if (self->blocks->len == 0 || width <= 1 || height <= 1)
    return FALSE;

  *zoom = MIN ((width - 2 * FIT_MARGIN) / bounds->size.width,
               (height - FIT_MARGIN - FIT_BOTTOM) / bounds->size.height);
  *zoom = CLAMP (*zoom, MTW_MIN_ZOOM, 1);
  *x = bounds->origin.x + (bounds->size.width - width / *zoom) / 2;
  *y = bounds->origin.y
       + (bounds->size.height - (height + FIT_MARGIN - FIT_BOTTOM) / *zoom) / 2;
  return TRUE;
}

void
mtw_canvas_zoom_to_fit (MtwCanvas *self)
{
  double x, y, zoom;

  g_return_if_fail (MTW_IS_CANVAS (self));

  if (find_fit (self, &x, &y, &zoom))
    mtw_canvas_fly_to (self, x, y, zoom);
}

gboolean
mtw_canvas_is_fitting (MtwCanvas *self)
{
  graphene_rect_t view = mtw_canvas_get_view (self);
  double x, y, zoom;

  return find_fit (self, &x, &y, &zoom) && fabs (self->zoom / zoom - 1) < FITTING
         && graphene_rect_contains_rect (&view, &self->scene->bounds);
}

void
mtw_canvas_center_on (MtwCanvas *self,
                      double     x,
                      double     y)
{
  graphene_rect_t view;

  g_return_if_fail (MTW_IS_CANVAS (self));

  view = mtw_canvas_get_view (self);
  mtw_canvas_move_view (self, x - view.size.width / 2, y - view.size.height / 2, self->zoom);
}

void
mtw_canvas_reveal (MtwCanvas  *self,
                   const char *id)
{
  int item;
  graphene_rect_t view, box;
  GtkWidget *block;

  g_return_if_fail (MTW_IS_CANVAS (self));

  if (mtw_scene_find (self->scene, id) < 0)
    mtw_canvas_open_around (self, id);
  item = mtw_scene_find (self->scene, id);
  block = mtw_canvas_get_block (self, id);
  if (item < 0 || block == NULL)
    return;

  view = mtw_canvas_get_view (self);
  graphene_rect_inset_r (&mtw_scene_item (self->scene, item)->box, -16, -16, &box);
  if (mtw_scene_item (self->scene, item)->open > 0)
    mtw_canvas_show_frame (self, id);
  else if (self->placed && !graphene_rect_contains_rect (&view, &box))
    mtw_canvas_fly_to (self, box.origin.x + (box.size.width - view.size.width) / 2,
                       box.origin.y + (box.size.height - view.size.height) / 2, self->zoom);
  gtk_widget_grab_focus (block);
}
