/* mtl-design-wires.c — edits of wires, of a design and within groups
 *
 * An end may be a path into a group. A wire from a use's own input to a block
 * within it, `stage1.in` to `stage1/conv1.in`, joins that input with the block; one
 * from a block within to the use's own output shows it there. A port that is not
 * there yet is made.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-group-private.h"

#include <string.h>

/* Whether @outer is the use around @inner, and not only one of the same group. */
static gboolean
is_around (const MtlScope *outer,
           const MtlScope *inner)
{
  return inner->use != NULL && outer->body == inner->around
    && strcmp (outer->id, mtl_block_id (inner->use)) == 0;
}

/* (transfer full): the wire as it stands in the body that @scope becomes; NULL with
 * MTL_ERROR_DESIGN. */
static MtlWire *
find_place (const MtlDesign  *self,
            const char       *from,
            const char       *to,
            MtlScope         *scope,
            GError          **error)
{
  MtlWire *wire = mtl_wire_parse (from, to, error);
  MtlWire *local = NULL;
  MtlScope start, end;

  if (wire == NULL)
    return NULL;

  if (mtl_design_enter (self, wire->from, &start, error)
      && mtl_design_enter (self, wire->to, &end, error))
    {
      *scope = end;
      if (start.group == end.group)
        local = mtl_wire_new (start.id, wire->from_port, end.id, wire->to_port);
      else if (is_around (&start, &end))
        local = mtl_wire_new (MTL_BORDER, wire->from_port, end.id, wire->to_port);
      else if (is_around (&end, &start))
        {
          *scope = start;
          local = mtl_wire_new (start.id, wire->from_port, MTL_BORDER, wire->to_port);
        }
      else
        g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "a wire from %s to %s would cross the "
                     "border of a group; go by a port of the group", wire->from, wire->to);
    }

  mtl_wire_unref (wire);
  return local;
}

/* Replaces what fed the end of @wire, unless it takes several. */
static MtlDesign *
put_wire (const MtlDesign  *self,
          MtlWire          *wire,
          GError          **error)
{
  const MtlBlock *to = mtl_design_find (self, wire->to);
  MtlDesign *copy;

  if (mtl_design_has_wire (self, wire))
    return mtl_design_ref (self);
  if (!mtl_design_check_wire (self, wire, error))
    return NULL;

  copy = mtl_design_copy (self);
  if (to == NULL || !mtl_block_port_repeats (to, wire->to_port))
    for (guint i = 0; i < copy->wires->len; i++)
      {
        const MtlWire *old = copy->wires->pdata[i];

        if (strcmp (old->to, wire->to) == 0 && strcmp (old->to_port, wire->to_port) == 0)
          g_ptr_array_remove_index (copy->wires, i--);
      }
  g_ptr_array_add (copy->wires, g_atomic_rc_box_acquire (wire));

  return mtl_design_seal (copy);
}

/* Documented in mtl-design.h; a wire that is there already changes nothing. */
MtlDesign *
mtl_design_with_wire (const MtlDesign  *self,
                      const char       *from,
                      const char       *to,
                      GError          **error)
{
  MtlScope scope;
  MtlWire *wire = find_place (self, from, to, &scope, error);
  g_autoptr(MtlDesign) body = NULL;
  MtlDesign *edited;

  if (wire == NULL)
    return NULL;

  body = mtl_design_open_border (self, &scope);
  edited = put_wire (body, wire, error);
  mtl_wire_unref (wire);
  return mtl_design_close_border (self, &scope, edited, NULL, NULL, error);
}

/**
 * mtl_design_without_wire:
 *
 * Returns: (transfer full): the new design; the same where there is no such wire
 */
MtlDesign *
mtl_design_without_wire (const MtlDesign *self,
                         const char      *from,
                         const char      *to)
{
  MtlScope scope;
  MtlWire *wire = find_place (self, from, to, &scope, NULL);
  g_autoptr(MtlDesign) body = NULL;
  MtlDesign *copy, *edited;

  if (wire == NULL)
    return mtl_design_ref (self);

  body = mtl_design_open_border (self, &scope);
  copy = mtl_design_copy (body);
  for (guint i = 0; i < copy->wires->len; i++)
    if (mtl_wire_equal (copy->wires->pdata[i], wire))
      g_ptr_array_remove_index (copy->wires, i--);

  mtl_wire_unref (wire);
  edited = mtl_design_close_border (self, &scope, mtl_design_seal (copy), NULL, NULL, NULL);
  return edited != NULL ? edited : mtl_design_ref (self);
}
