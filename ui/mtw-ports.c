/* mtw-ports.c — wires over the border of a group, by a port of it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-ports.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtw-offer.h"
#include "mtw-path.h"

static gboolean
has_port (const MtlGroupPort *ports,
          const char         *name)
{
  for (; ports->name != NULL; ports++)
    if (g_str_equal (ports->name, name))
      return TRUE;

  return FALSE;
}

/* `use.in`, `use.in2` … : the first that is no port of the group. (transfer full) */
static char *
free_port (const MtlGroup *group,
           const char     *use,
           const char     *base)
{
  g_autofree char *name = g_strdup (base);

  for (guint n = 2; has_port (mtl_group_inputs (group), name)
                    || has_port (mtl_group_outputs (group), name); n++)
    {
      g_free (name);
      name = g_strdup_printf ("%s%u", base, n);
    }

  return g_strconcat (use, ".", name, NULL);
}

/* The input of @use that @from feeds, or a new one, called as the inner port @to. */
static char *
find_input (MtlDesign  *design,
            const char *use,
            const char *from,
            const char *to)
{
  g_autofree char *scope = mtw_path_scope (use);
  const MtlDesign *graph = mtw_offer_graph (design, scope);

  for (guint i = 0; i < mtl_design_n_wires (graph); i++)
    {
      const MtlWire *wire = mtl_design_wire (graph, i);
      g_autofree char *giver = g_strconcat (wire->from, ".", wire->from_port, NULL);

      if (g_str_equal (wire->to, mtw_path_name (use))
          && g_str_equal (giver, mtw_path_name (from)))
        return g_strconcat (use, ".", wire->to_port, NULL);
    }

  return free_port (mtw_offer_group (design, use), use, strrchr (to, '.') + 1);
}

/* The output of @use that shows @from, or a new one, called as that inner port. */
static char *
find_output (MtlDesign  *design,
             const char *use,
             const char *from)
{
  const MtlGroup *group = mtw_offer_group (design, use);

  for (const MtlGroupPort *port = mtl_group_outputs (group); port->name != NULL; port++)
    if (g_str_equal (port->ends[0], mtw_path_name (from)))
      return g_strconcat (use, ".", port->name, NULL);

  return free_port (group, use, strrchr (from, '.') + 1);
}

/* From @from by the port @port to @to. */
static MtlDesign *
wire_by (MtlDesign   *design,
         const char  *from,
         const char  *port,
         const char  *to,
         gboolean     inward,
         GError     **error)
{
  g_autoptr(MtlDesign) opened = inward ? mtl_design_with_wire (design, port, to, error)
                                       : mtl_design_with_wire (design, from, port, error);

  if (opened == NULL)
    return NULL;
  return inward ? mtl_design_with_wire (opened, from, port, error)
                : mtl_design_with_wire (opened, port, to, error);
}

MtlDesign *
mtw_ports_wire (MtlDesign   *design,
                const char  *from,
                const char  *to,
                GError     **error)
{
  g_autofree char *giver = mtw_path_scope (from);
  g_autofree char *taker = mtw_path_scope (to);
  g_autofree char *around_giver = giver != NULL ? mtw_path_scope (giver) : NULL;
  g_autofree char *around_taker = taker != NULL ? mtw_path_scope (taker) : NULL;
  gboolean inward = taker != NULL && g_strcmp0 (giver, around_taker) == 0;
  gboolean outward = giver != NULL && g_strcmp0 (around_giver, taker) == 0;
  /* Between blocks of one body, or between a use's port and a block in it. */
  gboolean plain = g_strcmp0 (giver, taker) == 0
                   || (taker != NULL && mtw_path_has_port (taker, from))
                   || (giver != NULL && mtw_path_has_port (giver, to));
  g_autofree char *port = NULL;

  if (plain)
    return mtl_design_with_wire (design, from, to, error);
  if (!inward && !outward)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN,
                   _("%s and %s lie in different groups: go by ports of the groups."), from, to);
      return NULL;
    }

  port = inward ? find_input (design, taker, from, to) : find_output (design, giver, from);
  return wire_by (design, from, port, to, inward, error);
}
