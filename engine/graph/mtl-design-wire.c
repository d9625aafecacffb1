/* mtl-design-wire.c — which wires a design takes
 *
 * A wire is refused when an end is not there, when it would close a loop, or
 * when the block has all the wires it can take. Whether shapes fit is for the
 * survey: an edit never fails for making a design incomplete.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-private.h"

#include <string.h>

#include "mtl-group-private.h"
#include "mtl-nearest.h"

static void
set_unknown_block (const MtlDesign  *self,
                   const char       *id,
                   GError          **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (guint i = 0; i < self->blocks->len; i++)
    g_ptr_array_add (known, (gpointer) mtl_block_id (self->blocks->pdata[i]));

  hint = mtl_nearest_hint (id, known);
  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "no block is called “%s”%s%s", id,
               *hint != '\0' ? "; " : "", hint);
}

const MtlBlock *
mtl_design_need (const MtlDesign  *self,
                 const char       *id,
                 GError          **error)
{
  int n = mtl_design_find_index (self, id);

  if (n < 0)
    {
      set_unknown_block (self, id, error);
      return NULL;
    }

  return self->blocks->pdata[n];
}

gboolean
mtl_design_has_wire (const MtlDesign *self,
                     const MtlWire   *wire)
{
  for (guint i = 0; i < self->wires->len; i++)
    if (mtl_wire_equal (self->wires->pdata[i], wire))
      return TRUE;

  return FALSE;
}

gboolean
mtl_design_has_wire_at (const MtlDesign *self,
                        const char      *id,
                        const char      *port,
                        gboolean         input)
{
  for (guint i = 0; i < self->wires->len; i++)
    {
      const MtlWire *wire = self->wires->pdata[i];

      if (strcmp (input ? wire->to : wire->from, id) == 0
          && strcmp (input ? wire->to_port : wire->from_port, port) == 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
check_output (const MtlBlock  *block,
              const char      *port,
              GError         **error)
{
  g_autoptr(GPtrArray) known = NULL;
  g_autofree char *hint = NULL;

  if (mtl_block_has_output (block, port))
    return TRUE;

  known = g_ptr_array_new ();
  for (guint i = 0; i < mtl_block_n_outputs (block); i++)
    g_ptr_array_add (known, (gpointer) mtl_block_output (block, i));
  hint = mtl_nearest_hint (port, known);
  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s has no output “%s”; %s", block->id, port,
               known->len > 0 ? hint : "nothing leaves it");
  return FALSE;
}

static gboolean
check_input (const MtlBlock  *block,
             const char      *port,
             GError         **error)
{
  g_autoptr(GPtrArray) known = NULL;
  g_autofree char *hint = NULL;

  if (mtl_block_find_input (block, port) >= 0)
    return TRUE;

  known = g_ptr_array_new ();
  for (guint i = 0; i < mtl_block_n_inputs (block); i++)
    g_ptr_array_add (known, (gpointer) mtl_block_input (block, i));
  hint = mtl_nearest_hint (port, known);
  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s has no input “%s”; %s", block->id, port,
               known->len > 0 ? hint : "it is a source, and nothing enters it");
  return FALSE;
}

/* Wires by the block they leave: first[b] is a wire, next[w] the one after it,
 * -1 the end; to[w] is the block it enters. */
typedef struct
{
  guint  n_blocks;
  int   *first;
  int   *next;
  int   *to;
} Links;

static void
links_free (Links *self)
{
  g_free (self->first);
  g_free (self->next);
  g_free (self->to);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Links, links_free)

static Links *
links_new (const MtlDesign *design)
{
  Links *self = g_new (Links, 1);

  self->n_blocks = design->blocks->len;
  self->first = g_new (int, self->n_blocks);
  self->next = g_new (int, design->wires->len);
  self->to = g_new (int, design->wires->len);

  for (guint b = 0; b < self->n_blocks; b++)
    self->first[b] = -1;
  for (guint w = 0; w < design->wires->len; w++)
    {
      const MtlWire *wire = design->wires->pdata[w];
      int from = mtl_design_find_index (design, wire->from);

      self->to[w] = mtl_design_find_index (design, wire->to);
      if (from < 0 || self->to[w] < 0)
        continue;  /* from or to the border of a group */
      self->next[w] = self->first[from];
      self->first[from] = w;
    }

  return self;
}

/* Depth first, with an own stack: a chain may be as long as a design. */
gboolean
mtl_design_leads (const MtlDesign *self,
                  const char      *from,
                  const char      *to)
{
  g_autoptr(Links) links = links_new (self);
  g_autofree gboolean *seen = g_new0 (gboolean, links->n_blocks);
  g_autofree int *stack = g_new (int, links->n_blocks);
  int target = mtl_design_find_index (self, to);
  guint depth = 0;

  stack[depth++] = mtl_design_find_index (self, from);
  seen[stack[0]] = TRUE;
  while (depth > 0)
    {
      int block = stack[--depth];

      if (block == target)
        return TRUE;

      for (int w = links->first[block]; w >= 0; w = links->next[w])
        if (!seen[links->to[w]])
          {
            seen[links->to[w]] = TRUE;
            stack[depth++] = links->to[w];
          }
    }

  return FALSE;
}

/* Kahn's order: a block whose wires are never all served lies on a loop or
 * behind one; the first that leads to itself is on it. */
const char *
mtl_design_find_loop (const MtlDesign *self)
{
  g_autoptr(Links) links = links_new (self);
  g_autofree guint *waiting = g_new0 (guint, links->n_blocks);
  g_autofree int *ready = g_new (int, links->n_blocks);
  guint n_ready = 0;

  for (guint b = 0; b < links->n_blocks; b++)
    for (int w = links->first[b]; w >= 0; w = links->next[w])
      waiting[links->to[w]]++;
  for (guint b = 0; b < links->n_blocks; b++)
    if (waiting[b] == 0)
      ready[n_ready++] = b;

  for (guint done = 0; done < n_ready; done++)
    for (int w = links->first[ready[done]]; w >= 0; w = links->next[w])
      if (--waiting[links->to[w]] == 0)
        ready[n_ready++] = links->to[w];

  for (guint b = 0; b < links->n_blocks; b++)
    if (waiting[b] > 0)
      {
        const char *id = mtl_block_id (self->blocks->pdata[b]);

        for (int w = links->first[b]; w >= 0; w = links->next[w])
          if (mtl_design_leads (self, mtl_block_id (self->blocks->pdata[links->to[w]]), id))
            return id;
      }

  return NULL;
}

gboolean
mtl_design_check_ends (const MtlDesign  *self,
                       const MtlWire    *wire,
                       GError          **error)
{
  const MtlBlock *from, *to;

  if (strcmp (wire->from, MTL_BORDER) != 0)
    {
      from = mtl_design_need (self, wire->from, error);
      if (from == NULL || !check_output (from, wire->from_port, error))
        return FALSE;
    }
  if (strcmp (wire->to, MTL_BORDER) == 0)
    return TRUE;

  to = mtl_design_need (self, wire->to, error);
  return to != NULL && check_input (to, wire->to_port, error);
}

static gboolean
check_room (const MtlDesign  *self,
            const MtlWire    *wire,
            GError          **error)
{
  guint n = 0;

  if (strcmp (wire->to, MTL_BORDER) == 0)
    return TRUE;

  for (guint i = 0; i < self->wires->len; i++)
    n += strcmp (((const MtlWire *) self->wires->pdata[i])->to, wire->to) == 0;

  if (n < MTL_MAX_PORTS)
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s takes at most %d wires; put another block "
               "of its kind in front of it", wire->to, MTL_MAX_PORTS);
  return FALSE;
}

gboolean
mtl_design_check_wire (const MtlDesign  *self,
                       const MtlWire    *wire,
                       GError          **error)
{
  if (!mtl_design_check_ends (self, wire, error) || !check_room (self, wire, error))
    return FALSE;

  if (strcmp (wire->from, MTL_BORDER) != 0 && strcmp (wire->to, MTL_BORDER) != 0
      && mtl_design_leads (self, wire->to, wire->from))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN,
                   "a wire from %s to %s would close a loop: %s already leads to %s",
                   wire->from, wire->to, wire->to, wire->from);
      return FALSE;
    }

  return TRUE;
}
