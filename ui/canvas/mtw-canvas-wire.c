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
#include <math.h>

#define SNAP 24.0   /* px */

static const MtwLink *
find_feeding (MtwCanvas *self,
              guint      item,
              guint      port)
{
  for (guint i = 0; i < self->scene->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self->scene, i);

      if (link->to == item && link->to_port == port)
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

static char *
find_reason (MtwCanvas  *self,
             const char *end)
{
  MtlSurvey *survey = mtw_document_get_survey (self->document);
  char *reason;

  /* Putting it back where it was is always right. */
  if (g_strcmp0 (end, self->drag.taken) == 0)
    return g_strdup ("");

  reason = self->drag.from_output ? mtl_survey_refusal (survey, self->drag.fixed, end)
                                  : mtl_survey_refusal (survey, end, self->drag.fixed);
  return reason != NULL ? reason : g_strdup ("");
}

static void
ask_all (MtwCanvas *self,
         guint      fixed_item)
{
  gboolean output = !self->drag.from_output;

  for (guint i = 0; i < self->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);

      for (guint port = 0; i != fixed_item && port < (output ? item->n_out : item->n_in); port++)
        {
          char *end = mtw_scene_end (self->scene, i, output, port);

          g_hash_table_insert (self->drag.reasons, end, find_reason (self, end));
        }
    }
}

void
mtw_canvas_begin_wire (MtwCanvas *self,
                       MtwBlock  *block,
                       MtwPort   *port)
{
  MtwDrag *drag = &self->drag;
  guint item = mtw_scene_find (self->scene, mtw_block_get_id (block));
  guint number = mtw_port_number (port);
  const MtwLink *old = mtw_port_is_output (port)
                       || port_repeats (mtw_scene_item (self->scene, item), number)
                       ? NULL : find_feeding (self, item, number);

  drag->mode = MTW_DRAG_WIRE;
  drag->from_output = mtw_port_is_output (port) || old != NULL;
  if (old != NULL)
    {
      drag->taken = mtw_scene_end (self->scene, item, FALSE, number);
      drag->fixed = mtw_scene_end (self->scene, old->from, TRUE, old->from_port);
      drag->start = old->start;
      item = old->from;
    }
  else
    {
      drag->fixed = mtw_scene_end (self->scene, item, drag->from_output, number);
      drag->start = mtw_scene_port (self->scene, item, drag->from_output, number);
    }

  drag->reasons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  ask_all (self, item);
  mtw_canvas_sync_states (self);
}

static gboolean
is_end_of (const MtwItem *item,
           const char    *end)
{
  gsize length = strlen (item->id);

  return strncmp (end, item->id, length) == 0 && end[length] == '.';
}

/* The nearest end within reach; fits go before refusals. */
static void
find_target (MtwCanvas *self)
{
  MtwDrag *drag = &self->drag;
  gboolean output = !drag->from_output;
  double nearest = G_MAXDOUBLE, reach = SNAP / self->zoom;

  g_clear_pointer (&drag->target, g_free);
  for (guint i = 0; i < self->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);

      for (guint port = 0; port < (output ? item->n_out : item->n_in); port++)
        {
          graphene_point_t place = mtw_scene_port (self->scene, i, output, port);
          double distance = graphene_point_distance (&place, &drag->pointer, NULL, NULL);
          gboolean inside = graphene_rect_contains_point (&item->box, &drag->pointer);
          g_autofree char *end = mtw_scene_end (self->scene, i, output, port);
          const char *reason = g_hash_table_lookup (drag->reasons, end);

          if (reason == NULL || (distance > reach && !inside))
            continue;
          if (*reason != '\0')
            distance += 1000;
          if (distance >= nearest)
            continue;
          nearest = distance;
          g_free (drag->target);
          drag->target = g_steal_pointer (&end);
          drag->target_place = place;
        }
    }
}

static void
show_taking (MtwCanvas *self)
{
  for (guint i = 0; i < self->blocks->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);
      gboolean output = !self->drag.from_output;

      for (guint port = 0; port < (output ? item->n_out : item->n_in); port++)
        {
          g_autofree char *end = mtw_scene_end (self->scene, i, output, port);

          mtw_port_set_taking (mtw_block_get_port (self->blocks->pdata[i], output, port),
                               self->drag.target != NULL && is_end_of (item, end)
                               && g_str_equal (end, self->drag.target));
        }
    }
}

void
mtw_canvas_follow_wire (MtwCanvas *self)
{
  const char *reason;

  find_target (self);
  show_taking (self);
  reason = self->drag.target != NULL ? g_hash_table_lookup (self->drag.reasons, self->drag.target)
                                     : NULL;
  gtk_label_set_label (GTK_LABEL (self->reason), reason != NULL ? reason : "");
  gtk_widget_set_visible (self->reason, reason != NULL && *reason != '\0');
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Off one in-port and onto another is one edit. */
static void
move_wire (MtwCanvas  *self,
           const char *from,
           const char *old,
           const char *to)
{
  g_autoptr(MtlDesign) without = mtl_design_without_wire (mtw_document_get_design (self->document),
                                                          from, old);
  g_autoptr(GError) error = NULL;
  MtlDesign *moved = mtl_design_with_wire (without, from, to, &error);

  if (moved == NULL)
    mtw_document_announce (self->document, error->message);
  else
    mtw_document_edit (self->document, moved, _("Move Wire"));
}

static void
join_ends (MtwCanvas *self)
{
  MtwDrag *drag = &self->drag;
  const char *from = drag->from_output ? drag->fixed : drag->target;
  const char *to = drag->from_output ? drag->target : drag->fixed;
  g_autoptr(GError) error = NULL;

  if (drag->taken != NULL && g_str_equal (drag->taken, to))
    return;
  if (drag->taken != NULL)
    move_wire (self, from, drag->taken, to);
  else if (!mtw_document_connect (self->document, from, to, &error))
    mtw_document_announce (self->document, error->message);
}

void
mtw_canvas_end_wire (MtwCanvas *self)
{
  MtwDrag *drag = &self->drag;
  const char *reason = drag->target != NULL ? g_hash_table_lookup (drag->reasons, drag->target)
                                            : NULL;

  if (reason != NULL && *reason == '\0')
    join_ends (self);
  else if (reason != NULL)
    mtw_document_announce (self->document, reason);
  else if (drag->taken != NULL)
    mtw_document_disconnect (self->document, drag->fixed, drag->taken);
  else if (drag->from_output)
    mtw_canvas_ask_add (self, drag->fixed, &drag->pointer);
}
