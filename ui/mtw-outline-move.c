/* mtw-outline-move.c — a block changes places with its neighbour in a chain
 *
 *   p → first → second → r, s …   becomes   p → second → first → r, s …
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-outline-move.h"

#include <glib/gi18n-lib.h>

#include "mtw-offer.h"
#include "mtw-path.h"

/* The only wire into (@into) or out of @id; NULL where there are none or several. */
static const MtlWire *
find_only (const MtlDesign *design,
           const char      *id,
           gboolean         into)
{
  const MtlWire *found = NULL;

  for (guint i = 0; i < mtl_design_n_wires (design); i++)
    {
      const MtlWire *wire = mtl_design_wire (design, i);

      if (!g_str_equal (into ? wire->to : wire->from, id))
        continue;
      if (found != NULL)
        return NULL;
      found = wire;
    }

  return found;
}

/* One way in and one way out, by its type: it can stand anywhere in a chain. */
static gboolean
is_link (const MtlDesign *design,
         const char      *id)
{
  const MtlBlock *block = mtl_design_find (design, id);

  return block != NULL && !mtl_block_is_source (block) && mtl_block_n_inputs (block) == 1
         && mtl_block_n_outputs (block) == 1;
}

/* @design, which is taken, with a wire more or less; NULL stays NULL. */
static MtlDesign *
rewire (MtlDesign   *design,
        const char  *from,
        const char  *from_port,
        const char  *to,
        const char  *to_port,
        gboolean     join,
        GError     **error)
{
  g_autoptr(MtlDesign) before = design;
  g_autofree char *start = g_strconcat (from, ".", from_port, NULL);
  g_autofree char *end = g_strconcat (to, ".", to_port, NULL);

  if (before == NULL)
    return NULL;

  return join ? mtl_design_with_wire (before, start, end, error)
              : mtl_design_without_wire (before, start, end);
}

/* @design, which is taken, with the two at each other's places. */
static MtlDesign *
swap_places (MtlDesign  *design,
             const char *first,
             const char *second)
{
  g_autoptr(MtlDesign) before = design;
  g_autoptr(MtlDesign) half = NULL;
  g_autoptr(MtlBlock) a = NULL;
  g_autoptr(MtlBlock) b = NULL;
  const MtlBlock *x, *y;

  if (before == NULL)
    return NULL;

  x = mtl_design_find (before, first);
  y = mtl_design_find (before, second);
  a = mtl_block_new (first, mtl_block_what (x), mtl_block_x (y), mtl_block_y (y));
  b = mtl_block_new (second, mtl_block_what (y), mtl_block_x (x), mtl_block_y (x));
  half = mtl_design_with_block (before, a);
  return mtl_design_with_block (half, b);
}

/* @between: the wire from the first to the second. */
static MtlDesign *
swap (const MtlDesign  *old,
      const MtlWire    *between,
      GError          **error)
{
  const char *first = between->from, *second = between->to;
  const char *in = mtl_block_input (mtl_design_find (old, first), 0);
  const char *out = mtl_block_output (mtl_design_find (old, second), 0);
  const MtlWire *before = find_only (old, first, TRUE);
  MtlDesign *design = mtl_design_ref (old);

  design = rewire (design, first, between->from_port, second, between->to_port, FALSE, error);
  if (before != NULL)
    design = rewire (design, before->from, before->from_port, first, in, FALSE, error);
  for (guint i = 0; i < mtl_design_n_wires (old); i++)
    {
      const MtlWire *wire = mtl_design_wire (old, i);

      if (!g_str_equal (wire->from, second))
        continue;
      design = rewire (design, second, out, wire->to, wire->to_port, FALSE, error);
      design = rewire (design, first, between->from_port, wire->to, wire->to_port, TRUE, error);
    }
  if (before != NULL)
    design = rewire (design, before->from, before->from_port, second, between->to_port, TRUE,
                     error);
  design = rewire (design, second, out, first, in, TRUE, error);

  return swap_places (design, first, second);
}

static gboolean
has_end (const MtlGroupPort *ports,
         const char         *id)
{
  for (; ports->name != NULL; ports++)
    for (guint i = 0; ports->ends[i] != NULL; i++)
      if (mtw_path_has_port (id, ports->ends[i]))
        return TRUE;

  return FALSE;
}

/* A port of the group around would be left behind at one of the two. */
static gboolean
is_at_border (const MtlDesign *design,
              const char      *scope,
              const MtlWire   *between)
{
  const MtlGroup *group = scope != NULL ? mtw_offer_group (design, scope) : NULL;

  return group != NULL && (has_end (mtl_group_inputs (group), between->from)
                           || has_end (mtl_group_inputs (group), between->to)
                           || has_end (mtl_group_outputs (group), between->from)
                           || has_end (mtl_group_outputs (group), between->to));
}

static gboolean
can_swap (const MtlDesign  *design,
          const char       *scope,
          const MtlWire    *between,
          const char       *id,
          gboolean          later,
          GError          **error)
{
  const MtlDesign *graph = mtw_offer_graph (design, scope);

  if (between == NULL || find_only (graph, between->from, FALSE) == NULL
      || !is_link (graph, between->from) || !is_link (graph, between->to))
    g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN,
                 later ? _("%s cannot be moved past what reads it: both need one input and one "
                           "output, and nothing else may read between them.")
                       : _("%s cannot be moved before what it reads: both need one input and "
                           "one output, and nothing else may read between them."), id);
  else if (is_at_border (design, scope, between))
    g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN,
                 _("%s and %s cannot change places: a port of %s is at one of them."),
                 between->from, between->to, scope);
  else
    return TRUE;

  return FALSE;
}

gboolean
mtw_outline_move (MtwDocument  *document,
                  const char   *id,
                  gboolean      later,
                  GError      **error)
{
  MtlDesign *design = mtw_document_get_design (document);
  g_autofree char *scope = mtw_path_scope (id);
  const MtlDesign *graph = mtw_offer_graph (design, scope);
  const MtlWire *between = find_only (graph, mtw_path_name (id), !later);
  g_autoptr(MtlDesign) swapped = NULL;
  MtlDesign *moved;
  g_autofree char *name = NULL;

  if (!can_swap (design, scope, between, id, later, error))
    return FALSE;

  /* Translators: name of an edit, e.g. “Move relu1 Before conv1”. */
  name = g_strdup_printf (_("Move %s Before %s"), between->to, between->from);
  swapped = swap (graph, between, error);
  if (swapped == NULL)
    return FALSE;

  moved = scope != NULL ? mtl_design_with_body (design, scope, swapped, error)
                        : mtl_design_ref (swapped);
  if (moved == NULL)
    return FALSE;

  mtw_document_edit (document, moved, name);
  mtw_document_announce (document, name);
  return TRUE;
}
