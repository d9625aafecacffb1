/* mtw-canvas-wire.c — drawing a wire from port to port
 *
 * When a wire is taken up, every port on the other side is asked once
 * whether it could be, so that following the pointer is free. A wire pulled
 * off an in-port keeps its producer; dropped on nothing it is gone, while a
 * new one dropped on nothing asks what to add.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>

#include "mtw-ports.h"

#define SNAP 24.0   /* px */

static const MtwLink *
find_feeding (MtwCanvas *self,
              guint      item,
              guint      port)
{
  for (guint i = 0; i < self->scene->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self->scene, i);

      if (link->rim != MTW_RIM_OUT && link->to == item && link->to_port == port)
        return link;
    }

  return NULL;
}

static gboolean
port_repeats (const MtwItem *item,
              guint          port)
{
  return port + 1 == item->n_in && mtl_block_input_repeats (item->block);
}

/* --- what it can be joined to --- */

static void
clear_target (gpointer data)
{
  g_free (((MtwTarget *) data)->end);
  g_free (((MtwTarget *) data)->reason);
}

/* Why there can be no wire over the border of a group: whether the values fit is known
 * only once it is there. */
static char *
find_border_reason (MtwCanvas  *self,
                    const char *from,
                    const char *to)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) trial = mtw_ports_wire (mtw_document_get_design (self->document), from, to,
                                               &error);

  return trial != NULL ? NULL : g_strdup (error->message);
}

static char *
find_reason (MtwCanvas     *self,
             const MtwItem *item,
             const char    *end)
{
  const MtwDrag *drag = &self->drag;
  const char *from = drag->from_output ? drag->fixed : end;
  const char *to = drag->from_output ? end : drag->fixed;

  /* Putting it back where it was is always right. */
  if (g_strcmp0 (end, drag->taken) == 0)
    return NULL;
  if (drag->from_rim || mtw_scene_item (self->scene, drag->fixed_item)->frame != item->frame)
    return find_border_reason (self, from, to);
  return mtl_survey_refusal (mtw_document_get_survey (self->document), from, to);
}

static void
add_targets (MtwCanvas *self,
             guint      item,
             gboolean   output)
{
  const MtwItem *block = mtw_scene_item (self->scene, item);

  for (guint port = 0; port < (output ? block->n_out : block->n_in); port++)
    {
      MtwTarget target = { .item = item, .port = port, .output = output };

      target.end = mtw_scene_end (self->scene, item, output, port);
      target.reason = find_reason (self, block, target.end);
      g_array_append_val (self->drag.targets, target);
    }
}

/* Blocks beside the fixed end; in an open group also the ports of that and what stands
 * beside it; where a group beside it is open, also what is in that: such a wire
 * makes a new port. */
static void
find_targets (MtwCanvas *self)
{
  const MtwDrag *drag = &self->drag;
  int frame = drag->from_rim ? drag->fixed_item
                             : mtw_scene_item (self->scene, drag->fixed_item)->frame;
  int beyond = frame >= 0 && !drag->from_rim ? mtw_scene_item (self->scene, frame)->frame : -2;

  for (guint i = 0; i < self->scene->items->len; i++)
    {
      int there = mtw_scene_item (self->scene, i)->frame;
      gboolean in_beside = there >= 0 && !drag->from_rim
                           && mtw_scene_item (self->scene, there)->frame == frame
                           && there != drag->fixed_item;

      if ((int) i == frame)
        {
          if (!drag->from_rim)
            add_targets (self, i, drag->from_output);
        }
      else if ((int) i != drag->fixed_item && (there == frame || there == beyond || in_beside))
        {
          add_targets (self, i, !drag->from_output);
        }
    }
}

void
mtw_canvas_begin_wire (MtwCanvas *self,
                       MtwBlock  *block,
                       MtwPort   *port)
{
  MtwDrag *drag = &self->drag;
  int item = mtw_scene_find (self->scene, mtw_block_get_id (block));
  guint number = mtw_port_number (port);
  const MtwLink *old = mtw_port_is_output (port)
                       || port_repeats (mtw_scene_item (self->scene, item), number)
                       ? NULL : find_feeding (self, item, number);

  drag->mode = MTW_DRAG_WIRE;
  drag->from_output = mtw_port_is_output (port) || old != NULL;
  drag->from_rim = old != NULL && old->rim == MTW_RIM_IN;
  if (old != NULL)
    {
      drag->taken = mtw_scene_end (self->scene, item, FALSE, number);
      drag->fixed = mtw_scene_end (self->scene, old->from, !drag->from_rim, old->from_port);
      drag->start = old->start;
      drag->fixed_item = old->from;
    }
  else
    {
      drag->fixed = mtw_scene_end (self->scene, item, drag->from_output, number);
      drag->start = mtw_scene_port (self->scene, item, drag->from_output, number);
      drag->fixed_item = item;
    }

  drag->targets = g_array_new (FALSE, FALSE, sizeof (MtwTarget));
  g_array_set_clear_func (drag->targets, clear_target);
  find_targets (self);
  mtw_canvas_sync_states (self);
}

/* --- following the pointer --- */

/* The nearest end within reach; fits go before refusals. */
static void
find_target (MtwCanvas *self)
{
  MtwDrag *drag = &self->drag;
  double nearest = G_MAXDOUBLE, reach = SNAP / self->zoom;

  drag->target = NULL;
  for (guint i = 0; i < drag->targets->len; i++)
    {
      const MtwTarget *target = &g_array_index (drag->targets, MtwTarget, i);
      const MtwItem *item = mtw_scene_item (self->scene, target->item);
      graphene_point_t place = mtw_scene_port (self->scene, target->item, target->output,
                                               target->port);
      double distance = graphene_point_distance (&place, &drag->pointer, NULL, NULL);
      gboolean inside = item->open <= 0
                        && graphene_rect_contains_point (&item->box, &drag->pointer);

      if (distance > reach && !inside)
        continue;
      if (target->reason != NULL)
        distance += 1000;
      if (distance >= nearest)
        continue;
      nearest = distance;
      drag->target = target;
    }
}

static void
show_taking (MtwCanvas *self)
{
  for (guint i = 0; i < self->blocks->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);
      const MtwTarget *target = self->drag.target;

      for (guint port = 0; port < item->n_in + item->n_out; port++)
        {
          gboolean output = port >= item->n_in;
          guint number = output ? port - item->n_in : port;

          mtw_port_set_taking (mtw_block_get_port (self->blocks->pdata[i], output, number),
                               target != NULL && target->item == i && target->output == output
                               && target->port == number);
        }
    }
}

void
mtw_canvas_follow_wire (MtwCanvas *self)
{
  const char *reason;

  find_target (self);
  show_taking (self);
  reason = self->drag.target != NULL ? self->drag.target->reason : NULL;
  gtk_label_set_label (GTK_LABEL (self->reason), reason != NULL ? reason : "");
  gtk_widget_set_visible (self->reason, reason != NULL);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- dropped --- */

/* Off one in-port and onto another is one edit. */
static void
move_wire (MtwCanvas   *self,
           const char  *from,
           const char  *old,
           const char  *to,
           GError     **error)
{
  g_autoptr(MtlDesign) without = mtl_design_without_wire (mtw_document_get_design (self->document),
                                                          from, old);
  MtlDesign *moved = mtw_ports_wire (without, from, to, error);

  if (moved != NULL)
    mtw_document_edit (self->document, moved, _("Move Wire"));
}

static void
join_ends (MtwCanvas *self)
{
  MtwDrag *drag = &self->drag;
  const char *from = drag->from_output ? drag->fixed : drag->target->end;
  const char *to = drag->from_output ? drag->target->end : drag->fixed;
  g_autoptr(GError) error = NULL;

  if (g_strcmp0 (drag->taken, to) == 0)
    return;
  if (drag->taken != NULL)
    move_wire (self, from, drag->taken, to, &error);
  else
    mtw_document_connect (self->document, from, to, &error);
  if (error != NULL)
    mtw_document_announce (self->document, error->message);
}

void
mtw_canvas_end_wire (MtwCanvas *self)
{
  MtwDrag *drag = &self->drag;

  if (drag->target != NULL && drag->target->reason == NULL)
    join_ends (self);
  else if (drag->target != NULL)
    mtw_document_announce (self->document, drag->target->reason);
  else if (drag->taken != NULL)
    mtw_document_disconnect (self->document, drag->fixed, drag->taken);
  else if (drag->from_output)
    mtw_canvas_ask_add (self, drag->fixed, &drag->pointer);
}
