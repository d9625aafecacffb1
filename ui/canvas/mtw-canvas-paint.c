/* mtw-canvas-paint.c — snapshot: paper, wires, blocks, and what floats above
 *
 * What is out of view is left out: blocks by their box, wires by theirs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define GUIDE_REACH 14.0   /* of a guide, beyond the blocks that it joins */

static GdkRGBA
named_colour (MtwCanvas  *self,
              const char *name)
{
  GdkRGBA colour = { 0.5f, 0.5f, 0.5f, 1 };

  gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (self)), name, &colour);
  return colour;
}

static void
prepare (MtwCanvas *self,
         MtwPaint  *paint)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  *paint = (MtwPaint) {
    .scene = self->scene,
    .view = mtw_canvas_get_view (self),
    .zoom = self->zoom,
    .dark = adw_style_manager_get_dark (style),
    .contrast = adw_style_manager_get_high_contrast (style),
    .paper = named_colour (self, "view_bg_color"),
    .ink = named_colour (self, "view_fg_color"),
    .accent = named_colour (self, "accent_bg_color"),
    .error = named_colour (self, "error_color"),
    .show = self->show,
    .lit = self->lit,
    .selected = self->selected_link,
    .refusals = self->refusals,
    .cosines = self->cosines,
    .costs = self->costs,
    .labels = (const char *const *) self->region_labels,
  };
  paint->layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
}

static void
start_layer (MtwCanvas   *self,
             GtkSnapshot *snapshot,
             MtwPaint    *paint)
{
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (GTK_WIDGET (self)),
                                               gtk_widget_get_height (GTK_WIDGET (self)));

  paint->cr = gtk_snapshot_append_cairo (snapshot, &bounds);
  cairo_save (paint->cr);
  cairo_scale (paint->cr, self->zoom, self->zoom);
  cairo_translate (paint->cr, -self->x, -self->y);
}

static void
draw_hint (MtwCanvas   *self,
           GtkSnapshot *snapshot,
           MtwPaint    *paint)
{
  int width, height;
  GdkRGBA ink = paint->ink;

  ink.alpha *= 0.7f;
  pango_layout_set_text (paint->layout, _("Drag a block here, or press Shift+A."), -1);
  pango_layout_get_pixel_size (paint->layout, &width, &height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (
    (gtk_widget_get_width (GTK_WIDGET (self)) - width) / 2.0f,
    (gtk_widget_get_height (GTK_WIDGET (self)) - height) / 2.0f));
  gtk_snapshot_append_layout (snapshot, paint->layout, &ink);
  gtk_snapshot_restore (snapshot);
}

static void
draw_band (MtwCanvas      *self,
           const MtwPaint *paint)
{
  const graphene_point_t *a = &self->drag.press, *b = &self->drag.pointer;
  GdkRGBA accent = paint->accent;

  cairo_rectangle (paint->cr, MIN (a->x, b->x), MIN (a->y, b->y),
                   fabsf (a->x - b->x), fabsf (a->y - b->y));
  accent.alpha = 0.12f;
  gdk_cairo_set_source_rgba (paint->cr, &accent);
  cairo_fill_preserve (paint->cr);
  accent.alpha = 0.9f;
  gdk_cairo_set_source_rgba (paint->cr, &accent);
  cairo_set_line_width (paint->cr, 1 / self->zoom);
  cairo_stroke (paint->cr);
}

/* Lines in accent through edges and centres that the dragged block shares. */
static void
draw_guides (MtwCanvas      *self,
             const MtwPaint *paint)
{
  int n = mtw_scene_find (self->scene, self->drag.id);
  const graphene_rect_t *a = n >= 0 ? &mtw_scene_item (self->scene, n)->box : NULL;
  int frame = n >= 0 ? mtw_scene_item (self->scene, n)->frame : -1;

  for (guint i = 0; a != NULL && i < self->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);
      const graphene_rect_t *b = &item->box;
      double left = MIN (a->origin.x, b->origin.x) - GUIDE_REACH;
      double right = MAX (a->origin.x + a->size.width, b->origin.x + b->size.width) + GUIDE_REACH;
      double top = MIN (a->origin.y, b->origin.y) - GUIDE_REACH;
      double bottom = MAX (a->origin.y, b->origin.y) + MTW_BLOCK_HEIGHT + GUIDE_REACH;

      if ((int) i == n || item->host >= 0 || item->frame != frame || item->open > 0
          || mtw_document_is_selected (self->document, item->id))
        continue;
      if (a->origin.y == b->origin.y)
        {
          cairo_move_to (paint->cr, left, a->origin.y + a->size.height / 2);
          cairo_line_to (paint->cr, right, a->origin.y + a->size.height / 2);
        }
      if (a->origin.x == b->origin.x)
        {
          cairo_move_to (paint->cr, a->origin.x, top);
          cairo_line_to (paint->cr, a->origin.x, bottom);
        }
    }

  gdk_cairo_set_source_rgba (paint->cr, &paint->accent);
  cairo_set_line_width (paint->cr, 1 / self->zoom);
  cairo_stroke (paint->cr);
}

static void
draw_wire (MtwCanvas      *self,
           const MtwPaint *paint)
{
  const MtwDrag *drag = &self->drag;
  const MtwTarget *target = drag->target;
  gboolean refused = target != NULL && target->reason != NULL;
  gboolean snapped = target != NULL && !refused;
  graphene_point_t free_end = drag->pointer;

  if (snapped)
    free_end = mtw_scene_port (self->scene, target->item, target->output, target->port);
  mtw_paint_drawn (paint, drag->from_output ? &drag->start : &free_end,
                   drag->from_output ? &free_end : &drag->start, snapped, refused);
}

static void
draw_above (MtwCanvas   *self,
            GtkSnapshot *snapshot,
            MtwPaint    *paint)
{
  if (self->drag.mode != MTW_DRAG_WIRE && self->drag.mode != MTW_DRAG_BAND)
    return;

  start_layer (self, snapshot, paint);
  if (self->drag.mode == MTW_DRAG_WIRE)
    draw_wire (self, paint);
  else
    draw_band (self, paint);
  cairo_destroy (paint->cr);
}

static graphene_rect_t
to_widget (MtwCanvas             *self,
           const graphene_rect_t *box)
{
  graphene_point_t corner = mtw_canvas_to_widget (self, box->origin.x, box->origin.y);

  return GRAPHENE_RECT_INIT (corner.x, corner.y, box->size.width * self->zoom,
                             box->size.height * self->zoom);
}

static void
snapshot_block (MtwCanvas   *self,
                GtkSnapshot *snapshot,
                guint        n)
{
  const MtwItem *item = mtw_scene_item (self->scene, n);
  graphene_rect_t view = mtw_canvas_get_view (self), box, clip;
  gboolean cut = mtw_scene_clip (self->scene, item->frame, &clip);

  graphene_rect_inset_r (&item->box, -20, -20, &box);
  if (!graphene_rect_intersection (&box, &view, NULL))
    return;

  if (cut)
    {
      clip = to_widget (self, &clip);
      gtk_snapshot_push_clip (snapshot, &clip);
    }
  gtk_widget_snapshot_child (GTK_WIDGET (self), self->blocks->pdata[n], snapshot);
  if (cut)
    gtk_snapshot_pop (snapshot);
}

static void
snapshot_blocks (MtwCanvas   *self,
                 GtkSnapshot *snapshot)
{
  /* Open groups lie under all, beads ride on top of their blocks. */
  for (guint pass = 0; pass < 3; pass++)
    for (guint i = 0; i < self->blocks->len; i++)
      {
        const MtwItem *item = mtw_scene_item (self->scene, i);

        if (pass == (item->open > 0 ? 0 : item->host >= 0 ? 2 : 1))
          snapshot_block (self, snapshot, i);
      }
  for (guint i = 0; i < self->forks->len; i++)
    gtk_widget_snapshot_child (GTK_WIDGET (self), self->forks->pdata[i], snapshot);
}

static void
draw_ground (MtwCanvas   *self,
             GtkSnapshot *snapshot,
             MtwPaint    *paint)
{
  start_layer (self, snapshot, paint);
  mtw_paint_grid (paint);
  mtw_paint_regions (paint);
  mtw_paint_frames (paint);
  mtw_paint_underlines (paint);
  mtw_paint_wires (paint);
  if (self->drag.mode == MTW_DRAG_MOVE)
    draw_guides (self, paint);
  cairo_restore (paint->cr);
  mtw_canvas_draw_lead (self, paint->cr);
  cairo_destroy (paint->cr);
}

void
mtw_canvas_snapshot (GtkWidget   *widget,
                     GtkSnapshot *snapshot)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  MtwPaint paint;

  if (gtk_widget_get_width (widget) < 2 || gtk_widget_get_height (widget) < 2)
    return;

  prepare (self, &paint);
  draw_ground (self, snapshot, &paint);
  snapshot_blocks (self, snapshot);
  draw_above (self, snapshot, &paint);
  if (self->blocks->len == 0)
    draw_hint (self, snapshot, &paint);
  gtk_widget_snapshot_child (widget, self->card, snapshot);
  gtk_widget_snapshot_child (widget, self->reason, snapshot);
  g_object_unref (paint.layout);
}
