/* mtw-canvas-drag.c — the pointer: select, move, draw wires
 *
 * One drag gesture decides by what was pressed: a port draws a wire, a block
 * moves with the selection, paper spans a band. While blocks move, the canvas
 * shows a preview design; the document is edited once, at the end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-look.h"
#include "mtw-path.h"

#define GRID        8.0
#define BEAD_OFF    24.0    /* px that pull a bead off its wire */
#define WIRE_REACH  6.0     /* px */

void
mtw_canvas_clear_drag (MtwCanvas *self)
{
  MtwDrag *drag = &self->drag;

  g_free (drag->id);
  g_free (drag->fixed);
  g_free (drag->taken);
  g_strfreev (drag->kept);
  g_clear_pointer (&drag->base, mtl_design_unref);
  g_clear_pointer (&drag->still, mtw_scene_free);
  g_clear_pointer (&drag->targets, g_array_unref);
  *drag = (MtwDrag) { 0 };
}

static void
stop_drag (MtwCanvas *self)
{
  gboolean previewed = self->preview != NULL;

  if (self->drag.mode == MTW_DRAG_WIRE)
    {
      g_array_set_size (self->drag.targets, 0);
      mtw_canvas_follow_wire (self);
    }

  mtw_canvas_clear_drag (self);
  g_clear_pointer (&self->preview, mtl_design_unref);
  if (previewed)
    mtw_canvas_sync (self);
  else
    mtw_canvas_sync_states (self);
}

gboolean
mtw_canvas_cancel_drag (MtwCanvas *self)
{
  MtwDragMode mode = self->drag.mode;

  if (mode == MTW_DRAG_NONE)
    return FALSE;

  if (mode == MTW_DRAG_BAND)
    mtw_document_select (self->document, (const char *const *) self->drag.kept);
  stop_drag (self);
  gtk_gesture_set_state (self->drag_gesture, GTK_EVENT_SEQUENCE_DENIED);
  return mode != MTW_DRAG_PRESS;
}

static void
toggle_selection (MtwCanvas  *self,
                  const char *id)
{
  g_auto(GStrv) old = mtw_document_dup_selection (self->document);
  g_autoptr(GStrvBuilder) ids = g_strv_builder_new ();
  g_auto(GStrv) chosen = NULL;
  gboolean found = FALSE;

  for (guint i = 0; old[i] != NULL; i++)
    if (g_str_equal (old[i], id))
      found = TRUE;
    else
      g_strv_builder_add (ids, old[i]);
  if (!found)
    g_strv_builder_add (ids, id);

  chosen = g_strv_builder_end (ids);
  mtw_document_select (self->document, (const char *const *) chosen);
}

static void
press_block (MtwCanvas *self,
             MtwBlock  *block)
{
  const char *id = mtw_block_get_id (block);

  self->drag.mode = MTW_DRAG_PRESS;
  self->drag.id = g_strdup (id);
  self->drag.was_selected = mtw_document_is_selected (self->document, id);
  self->selected_link = -1;
  gtk_widget_grab_focus (GTK_WIDGET (block));
  if (self->drag.toggles)
    toggle_selection (self, id);
  else if (!self->drag.was_selected)
    mtw_document_select (self->document, (const char *const[]) { id, NULL });
}

/* On paper, or on what is paper of an open group. */
static void
press_paper (MtwCanvas *self,
             MtwBlock  *frame)
{
  self->selected_link = mtw_scene_link_at (self->scene, &self->drag.press,
                                           WIRE_REACH / self->zoom);
  self->drag.frame = frame != NULL ? mtw_scene_find (self->scene, mtw_block_get_id (frame)) : -1;
  gtk_widget_grab_focus (frame != NULL ? GTK_WIDGET (frame) : GTK_WIDGET (self));
  if (!self->drag.toggles || self->selected_link >= 0)
    mtw_document_select (self->document, NULL);
  if (self->selected_link < 0)
    {
      self->drag.mode = MTW_DRAG_BAND;
      self->drag.kept = mtw_document_dup_selection (self->document);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Whether it is an open group, pressed below its header. */
static gboolean
is_paper (MtwCanvas *self,
          GtkWidget *block)
{
  int item = mtw_scene_find (self->scene, mtw_block_get_id (MTW_BLOCK (block)));
  const MtwItem *frame = item >= 0 ? mtw_scene_item (self->scene, item) : NULL;

  return frame != NULL && frame->open > 0
         && self->drag.press.y > frame->box.origin.y + MTW_FRAME_HEADER;
}

static void
drag_begin_cb (GtkGestureDrag *gesture,
               double          x,
               double          y,
               MtwCanvas      *self)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);
  GtkWidget *port = picked != NULL ? gtk_widget_get_ancestor (picked, MTW_TYPE_PORT) : NULL;
  GtkWidget *block = picked != NULL ? gtk_widget_get_ancestor (picked, MTW_TYPE_BLOCK) : NULL;
  GdkModifierType state
    = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  mtw_canvas_land (self);
  mtw_canvas_clear_drag (self);
  self->drag.pressed_px = GRAPHENE_POINT_INIT (x, y);
  self->drag.press = self->drag.pointer = mtw_canvas_to_scene (self, x, y);
  self->drag.toggles = (state & (GDK_CONTROL_MASK | GDK_SHIFT_MASK)) != 0;
  if (port != NULL && block != NULL)
    mtw_canvas_begin_wire (self, MTW_BLOCK (block), MTW_PORT (port));
  else if (block != NULL && !is_paper (self, block))
    press_block (self, MTW_BLOCK (block));
  else
    press_paper (self, MTW_BLOCK (block));
}

/* @design with one block elsewhere. (transfer full) */
MtlDesign *
mtw_canvas_with_place (MtlDesign  *design,
                       const char *id,
                       double      x,
                       double      y)
{
  const MtlBlock *block = mtl_design_find (design, id);
  g_autoptr(MtlBlock) moved = mtl_block_new (id, mtl_block_what (block), x, y);

  return mtl_design_with_block (design, moved);
}

/* Pulled off its wire, whose ends then meet. */
static MtlDesign *
pull_bead (MtwCanvas  *self,
           const char *id)
{
  MtlDesign *base = self->drag.base;
  const MtlBlock *block = mtl_design_find (base, id);
  const MtlChosen *what = mtl_block_what (block);
  int width = mtl_look_width (mtl_chosen_kind (what), mtl_chosen_method (what));
  int n = mtw_scene_find (self->drag.still, id);
  graphene_point_t at = { self->drag.pointer.x - width / 2.0f,
                          self->drag.pointer.y - MTW_BLOCK_HEIGHT / 2 };
  g_autoptr(MtlDesign) healed = NULL;
  g_autoptr(MtlBlock) alone = NULL;

  if (graphene_point_distance (&self->drag.press, &self->drag.pointer, NULL, NULL)
      < BEAD_OFF / self->zoom)
    return mtl_design_ref (base);

  at = mtw_scene_place (self->drag.still, mtw_scene_item (self->drag.still, n)->frame, &at, width,
                        -1);
  alone = mtl_block_new (id, what, round (at.x / GRID) * GRID, round (at.y / GRID) * GRID);
  healed = mtl_design_without (base, (const char *const[]) { id, NULL }, TRUE);
  return mtl_design_with_block (healed, alone);
}

/* A bead goes with its carrier, so that it is near when it is pulled off. */
static gboolean
is_moved (MtwCanvas     *self,
          const MtwItem *item)
{
  return mtw_document_is_selected (self->document, item->id)
         || (item->host >= 0
             && mtw_document_is_selected (self->document,
                                          mtw_scene_item (self->drag.still, item->host)->id));
}

static MtlDesign *
move_selection (MtwCanvas *self)
{
  MtlDesign *base = self->drag.base, *design = mtl_design_ref (base);
  const MtlBlock *lead = mtl_design_find (base, self->drag.id);
  const MtwScene *still = self->drag.still;
  double dx = self->drag.pointer.x - self->drag.press.x;
  double dy = self->drag.pointer.y - self->drag.press.y;

  /* The pressed block lands on the grid; the others keep their distance to it. */
  dx = round ((mtl_block_x (lead) + dx) / GRID) * GRID - mtl_block_x (lead);
  dy = round ((mtl_block_y (lead) + dy) / GRID) * GRID - mtl_block_y (lead);
  for (guint i = 0; i < still->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (still, i);
      MtlDesign *moved;

      if (!is_moved (self, item))
        continue;
      moved = mtw_canvas_with_place (design, item->id, mtl_block_x (item->block) + dx,
                                     mtl_block_y (item->block) + dy);
      mtl_design_unref (design);
      design = moved;
    }

  return design;
}

static void
follow_move (MtwCanvas *self)
{
  int n = mtw_scene_find (self->scene, self->drag.id);
  g_auto(GStrv) selection = mtw_document_dup_selection (self->document);
  gboolean bead = n >= 0 && mtw_scene_item (self->scene, n)->host >= 0;
  MtlDesign *design;

  if (self->drag.mode == MTW_DRAG_PRESS)
    {
      self->drag.mode = MTW_DRAG_MOVE;
      self->drag.base = mtl_design_ref (mtw_document_get_design (self->document));
      self->drag.still = mtw_scene_new (self->drag.base,
                                        mtw_document_get_survey (self->document), self->open,
                                        NULL);
      self->drag.was_bead = bead && g_strv_length (selection) == 1;
    }

  design = self->drag.was_bead ? pull_bead (self, self->drag.id) : move_selection (self);
  g_clear_pointer (&self->preview, mtl_design_unref);
  self->preview = design;
  mtw_canvas_sync (self);
}

static void
follow_band (MtwCanvas *self)
{
  const graphene_point_t *a = &self->drag.press, *b = &self->drag.pointer;
  g_autoptr(GStrvBuilder) ids = g_strv_builder_new ();
  g_auto(GStrv) chosen = NULL;
  graphene_rect_t band;

  graphene_rect_init (&band, MIN (a->x, b->x), MIN (a->y, b->y), fabsf (a->x - b->x),
                      fabsf (a->y - b->y));
  g_strv_builder_addv (ids, (const char **) self->drag.kept);
  for (guint i = 0; i < self->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);

      if (item->frame == self->drag.frame && graphene_rect_intersection (&band, &item->box, NULL)
          && !g_strv_contains ((const char *const *) self->drag.kept, item->id))
        g_strv_builder_add (ids, item->id);
    }

  chosen = g_strv_builder_end (ids);
  mtw_document_select (self->document, (const char *const *) chosen);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
drag_update_cb (GtkGestureDrag *gesture,
                double          dx,
                double          dy,
                MtwCanvas      *self)
{
  double x = self->drag.pressed_px.x, y = self->drag.pressed_px.y;

  self->drag.pointer = mtw_canvas_to_scene (self, x + dx, y + dy);
  if (self->drag.mode == MTW_DRAG_PRESS
      && !gtk_drag_check_threshold (GTK_WIDGET (self), x, y, x + dx, y + dy))
    return;

  if (self->drag.mode != MTW_DRAG_NONE)
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  if (self->drag.mode == MTW_DRAG_PRESS || self->drag.mode == MTW_DRAG_MOVE)
    follow_move (self);
  else if (self->drag.mode == MTW_DRAG_WIRE)
    mtw_canvas_follow_wire (self);
  else if (self->drag.mode == MTW_DRAG_BAND)
    follow_band (self);
}

/* The design in which what was moved is shown where it has been dropped, although
 * frames now make room for it where it is. Takes @design. */
static MtlDesign *
keep_dropped (MtwCanvas *self,
              MtlDesign *design)
{
  for (guint i = 0; i < self->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);
      graphene_point_t origin = item->frame >= 0
                                ? mtw_scene_item (self->scene, item->frame)->origin
                                : GRAPHENE_POINT_INIT (0, 0);
      graphene_point_t at = { mtl_block_x (item->block) + item->shift.x + origin.x,
                              mtl_block_y (item->block) + item->shift.y + origin.y };
      const MtlChosen *what = mtl_block_what (item->block);
      MtlDesign *moved;

      if (item->host >= 0 || !mtw_document_is_selected (self->document, item->id))
        continue;
      at = mtw_scene_place (self->scene, item->frame, &at,
                            mtl_look_width (mtl_chosen_kind (what), mtl_chosen_method (what)), i);
      if (fabs (at.x - mtl_block_x (item->block)) < 0.5
          && fabs (at.y - mtl_block_y (item->block)) < 0.5)
        continue;
      moved = mtw_canvas_with_place (design, item->id, at.x, at.y);
      mtl_design_unref (design);
      design = moved;
    }

  return design;
}

static void
end_move (MtwCanvas *self)
{
  MtlDesign *design = keep_dropped (self, g_steal_pointer (&self->preview));
  g_autofree char *name = NULL;
  g_auto(GStrv) ids = mtw_document_dup_selection (self->document);
  guint n = g_strv_length (ids);

  /* Translators: name of an edit, e.g. “Move conv1” or “Move 3 blocks”. */
  name = n == 1 ? g_strdup_printf (_("Move %s"), ids[0])
                : g_strdup_printf (ngettext ("Move %u block", "Move %u blocks", n), n);
  self->drag.mode = MTW_DRAG_NONE;
  g_clear_pointer (&self->drag.still, mtw_scene_free);
  mtw_document_edit (self->document, design, name);
}

/* A click on the paper of an open group chooses the group. */
static void
end_band (MtwCanvas *self)
{
  const graphene_point_t *a = &self->drag.press, *b = &self->drag.pointer;

  if (self->drag.frame >= 0 && a->x == b->x && a->y == b->y && !self->drag.toggles)
    mtw_document_select (self->document, (const char *const[])
                         { mtw_scene_item (self->scene, self->drag.frame)->id, NULL });
}

static void
drag_end_cb (GtkGestureDrag *gesture,
             double          dx,
             double          dy,
             MtwCanvas      *self)
{
  if (self->drag.mode == MTW_DRAG_MOVE && self->preview != NULL)
    end_move (self);
  else if (self->drag.mode == MTW_DRAG_WIRE)
    mtw_canvas_end_wire (self);
  else if (self->drag.mode == MTW_DRAG_BAND)
    end_band (self);
  else if (self->drag.mode == MTW_DRAG_PRESS && !self->drag.toggles && self->drag.was_selected)
    mtw_document_select (self->document, (const char *const[]) { self->drag.id, NULL });

  stop_drag (self);
}

static void
drag_cancel_cb (GtkGesture       *gesture,
                GdkEventSequence *sequence,
                MtwCanvas        *self)
{
  stop_drag (self);
}

static void
clicked_cb (GtkGestureClick *click,
            int              n_press,
            double           x,
            double           y,
            MtwCanvas       *self)
{
  GtkWidget *picked = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);
  GtkWidget *block = picked != NULL ? gtk_widget_get_ancestor (picked, MTW_TYPE_BLOCK) : NULL;
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (click));

  if (button == GDK_BUTTON_SECONDARY)
    {
      graphene_point_t at = GRAPHENE_POINT_INIT (x, y);
      const char *id = block != NULL ? mtw_block_get_id (MTW_BLOCK (block)) : NULL;

      if (id == NULL || !mtw_document_is_selected (self->document, id))
        mtw_document_select (self->document, (const char *const[]) { id, NULL });
      gtk_widget_grab_focus (block != NULL ? block : GTK_WIDGET (self));
      mtw_canvas_show_menu (self, &at);
    }
  else if (button == GDK_BUTTON_PRIMARY && n_press == 2 && block != NULL
           && gtk_widget_get_ancestor (picked, GTK_TYPE_BUTTON) == NULL)
    {
      mtw_canvas_activate (self, mtw_block_get_id (MTW_BLOCK (block)));
    }
}

static gboolean
key_cb (GtkEventControllerKey *keys,
        guint                  key,
        guint                  code,
        GdkModifierType        state,
        MtwCanvas             *self)
{
  return key == GDK_KEY_Escape && mtw_canvas_cancel_drag (self);
}

void
mtw_canvas_add_gestures (MtwCanvas *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  g_signal_connect (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (drag, "cancel", G_CALLBACK (drag_cancel_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (drag));
  self->drag_gesture = drag;

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  g_signal_connect (click, "pressed", G_CALLBACK (clicked_cb), self);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (widget, keys);
  mtw_canvas_add_zoom (self);
}
