/* mtw-canvas-keys.c — the keyboard: along wires, moving, single letters
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

const char *
mtw_canvas_current (MtwCanvas *self)
{
  GtkWidget *focused = gtk_widget_get_focus_child (GTK_WIDGET (self));
  g_auto(GStrv) selection = NULL;
  int item;

  if (focused != NULL && MTW_IS_BLOCK (focused))
    return mtw_block_get_id (MTW_BLOCK (focused));

  selection = mtw_document_dup_selection (self->document);
  if (selection[0] == NULL)
    return NULL;
  item = mtw_scene_find (self->scene, selection[0]);
  return item >= 0 ? mtw_scene_item (self->scene, item)->id : NULL;
}

/* Whether the link leads from item @n to what is before or after it, and to which. To the
 * right of an open group is what is in it; to the right of the last block in that, what
 * follows the group. */
static gboolean
leads (const MtwLink *link,
       guint          n,
       gboolean       forward,
       guint         *there)
{
  *there = forward ? link->to : link->from;
  return (forward ? link->from : link->to) == n && (forward || link->rim != MTW_RIM_OUT);
}

/* The other end of the wire that leads there most nearly level; −1: none. */
static int
find_along (MtwCanvas *self,
            guint      n,
            gboolean   forward)
{
  gboolean open = mtw_scene_item (self->scene, n)->open > 0;
  double nearest = G_MAXDOUBLE;
  int found = -1;

  for (guint i = 0; i < self->scene->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self->scene, i);
      double rise = fabsf (link->end.y - link->start.y);
      guint there;

      if (!leads (link, n, forward, &there) || rise >= nearest
          || (open && forward && link->rim != MTW_RIM_IN))
        continue;
      nearest = rise;
      found = there;
    }

  return found;
}

/* Past the groups that end where the block does. */
static int
find_after (MtwCanvas *self,
            guint      n)
{
  int found = find_along (self, n, TRUE);
  int inner = n;

  while (found >= 0 && mtw_scene_item (self->scene, inner)->frame == found)
    {
      int next = -1;

      for (guint i = 0; next < 0 && i < self->scene->links->len; i++)
        {
          const MtwLink *link = mtw_scene_link (self->scene, i);

          if ((int) link->from == found && link->rim != MTW_RIM_IN)
            next = link->to;
        }
      if (next < 0)
        break;
      inner = found;
      found = next;
    }

  return found;
}

/* The nearest block in a direction, by its middle, in the same group; beads are reached
 * along wires. */
static int
find_beside (MtwCanvas *self,
             guint      n,
             int        dx,
             int        dy)
{
  const MtwItem *from = mtw_scene_item (self->scene, n);
  graphene_point_t here, there;
  double nearest = G_MAXDOUBLE;
  int found = -1;

  graphene_rect_get_center (&from->box, &here);
  for (guint i = 0; i < self->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);
      double along, across;

      graphene_rect_get_center (&item->box, &there);
      along = dx * (there.x - here.x) + dy * (there.y - here.y);
      across = fabs (dy * (there.x - here.x)) + fabs (dx * (there.y - here.y));
      if (i == n || item->frame != from->frame || item->host >= 0 || along < 1
          || along + 2 * across >= nearest)
        continue;
      nearest = along + 2 * across;
      found = i;
    }

  return found >= 0 ? found : from->frame;
}

static gboolean
go_cb (GtkWidget *widget,
       GVariant  *args,
       gpointer   data)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  const char *current = mtw_canvas_current (self);
  int dx, dy, n, to;

  g_variant_get (args, "(ii)", &dx, &dy);
  n = current != NULL ? mtw_scene_find (self->scene, current) : -1;
  if (self->blocks->len == 0)
    return FALSE;

  if (n < 0)
    to = 0;
  else
    {
      to = dx > 0 ? find_after (self, n) : dx < 0 ? find_along (self, n, FALSE) : -1;
      if (to < 0)
        to = find_beside (self, n, dx, dy);
    }

  if (to >= 0)
    {
      const char *id = mtw_scene_item (self->scene, to)->id;

      self->selected_link = -1;
      mtw_document_select (self->document, (const char *const[]) { id, NULL });
      mtw_canvas_reveal (self, id);
    }
  else
    {
      gtk_widget_error_bell (widget);
    }
  return TRUE;
}

static gboolean
nudge_cb (GtkWidget *widget,
          GVariant  *args,
          gpointer   data)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  g_auto(GStrv) ids = mtw_document_dup_selection (self->document);
  MtlDesign *design = mtl_design_ref (mtw_document_get_design (self->document));
  guint n = g_strv_length (ids);
  g_autofree char *name = NULL;
  int dx, dy;

  g_variant_get (args, "(ii)", &dx, &dy);
  for (guint i = 0; i < n; i++)
    {
      const MtlBlock *block = mtl_design_find (design, ids[i]);
      MtlDesign *moved = mtw_canvas_with_place (design, ids[i], mtl_block_x (block) + dx,
                                                mtl_block_y (block) + dy);

      mtl_design_unref (design);
      design = moved;
    }

  name = n == 1 ? g_strdup_printf (_("Move %s"), ids[0])
                : g_strdup_printf (ngettext ("Move %u block", "Move %u blocks", n), n);
  mtw_document_edit (self->document, design, name);
  return TRUE;
}

static gboolean
letter_cb (GtkWidget *widget,
           GVariant  *args,
           gpointer   data)
{
  MtwCanvas *self = MTW_CANVAS (widget);

  return !self->no_letters
         && gtk_widget_activate_action (widget, g_variant_get_string (args, NULL), NULL);
}

static void
add_arrows (GtkWidgetClass *widget_class,
            guint           key,
            guint           keypad,
            int             dx,
            int             dy)
{
  const guint keys[2] = { key, keypad };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      gtk_widget_class_add_binding (widget_class, keys[i], 0, go_cb, "(ii)", dx, dy);
      gtk_widget_class_add_binding (widget_class, keys[i], GDK_SHIFT_MASK, nudge_cb, "(ii)",
                                    8 * dx, 8 * dy);
      gtk_widget_class_add_binding (widget_class, keys[i], GDK_SHIFT_MASK | GDK_CONTROL_MASK,
                                    nudge_cb, "(ii)", dx, dy);
    }
}

/* Of these a person may want to be rid of. */
static void
add_letters (GtkWidgetClass *widget_class)
{
  static const struct { guint key; GdkModifierType state; const char *action; } letters[] = {
    { GDK_KEY_l, 0, "canvas.connect" },
    { GDK_KEY_l, GDK_SHIFT_MASK, "canvas.disconnect" },
    { GDK_KEY_a, GDK_SHIFT_MASK, "canvas.add" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    gtk_widget_class_add_binding (widget_class, letters[i].key, letters[i].state, letter_cb, "s",
                                  letters[i].action);
}

void
mtw_canvas_class_add_keys (GtkWidgetClass *widget_class)
{
  static const struct { guint key; GdkModifierType state; const char *action; } keys[] = {
    { GDK_KEY_Delete, 0, "canvas.delete" },
    { GDK_KEY_KP_Delete, 0, "canvas.delete" },
    { GDK_KEY_BackSpace, 0, "canvas.delete" },
    { GDK_KEY_Delete, GDK_SHIFT_MASK, "canvas.cut-out" },
    { GDK_KEY_x, GDK_CONTROL_MASK, "canvas.cut" },
    { GDK_KEY_c, GDK_CONTROL_MASK, "canvas.copy" },
    { GDK_KEY_v, GDK_CONTROL_MASK, "canvas.paste" },
    { GDK_KEY_d, GDK_CONTROL_MASK, "canvas.duplicate" },
    { GDK_KEY_a, GDK_CONTROL_MASK, "canvas.select-all" },
    { GDK_KEY_F2, 0, "canvas.rename" },
    { GDK_KEY_Return, 0, "canvas.activate" },
    { GDK_KEY_KP_Enter, 0, "canvas.activate" },
    { GDK_KEY_Menu, 0, "canvas.menu" },
    { GDK_KEY_F10, GDK_SHIFT_MASK, "canvas.menu" },
    { GDK_KEY_plus, GDK_CONTROL_MASK, "canvas.zoom-in" },
    { GDK_KEY_equal, GDK_CONTROL_MASK, "canvas.zoom-in" },
    { GDK_KEY_KP_Add, GDK_CONTROL_MASK, "canvas.zoom-in" },
    { GDK_KEY_minus, GDK_CONTROL_MASK, "canvas.zoom-out" },
    { GDK_KEY_KP_Subtract, GDK_CONTROL_MASK, "canvas.zoom-out" },
    { GDK_KEY_0, GDK_CONTROL_MASK, "canvas.zoom-reset" },
    { GDK_KEY_1, GDK_CONTROL_MASK, "canvas.zoom-fit" },
    { GDK_KEY_l, GDK_CONTROL_MASK, "canvas.tidy-up" },
    { GDK_KEY_g, GDK_CONTROL_MASK, "canvas.group" },
    { GDK_KEY_g, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "canvas.ungroup" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].state, keys[i].action,
                                         NULL);

  add_letters (widget_class);
  add_arrows (widget_class, GDK_KEY_Left, GDK_KEY_KP_Left, -1, 0);
  add_arrows (widget_class, GDK_KEY_Right, GDK_KEY_KP_Right, 1, 0);
  add_arrows (widget_class, GDK_KEY_Up, GDK_KEY_KP_Up, 0, -1);
  add_arrows (widget_class, GDK_KEY_Down, GDK_KEY_KP_Down, 0, 1);
}

void
mtw_canvas_set_letter_keys (MtwCanvas *self,
                            gboolean   letter_keys)
{
  g_return_if_fail (MTW_IS_CANVAS (self));

  self->no_letters = !letter_keys;
}
