/* mtl-group-border.c — the ports of a group as wires of its body, and back
 *
 * While a body is edited, its border stands in it as the block “/”, whose outputs
 * are the group's inputs and whose inputs are its outputs. Healing, renaming and
 * replacing of wires then need no word about groups.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-group-private.h"

#include <string.h>

static void
put_ports (MtlDesign          *draft,
           const MtlGroupPort *ports,
           gboolean            inputs)
{
  for (; ports->name != NULL; ports++)
    for (guint i = 0; ports->ends[i] != NULL; i++)
      {
        g_autofree char *id = NULL;
        g_autofree char *port = NULL;

        mtl_end_parse (ports->ends[i], &id, &port, NULL);
        g_ptr_array_add (draft->wires, inputs ? mtl_wire_new (MTL_BORDER, ports->name, id, port)
                                              : mtl_wire_new (id, port, MTL_BORDER, ports->name));
      }
}

MtlDesign *
mtl_design_open_border (const MtlDesign *self,
                        const MtlScope  *scope)
{
  g_autoptr(MtlDesign) body = mtl_design_open (self, scope);
  MtlDesign *draft;

  if (scope->group == NULL)
    return g_steal_pointer (&body);

  draft = mtl_design_copy (body);
  g_ptr_array_set_size (draft->wires, 0);
  put_ports (draft, scope->group->parts.inputs, TRUE);
  put_ports (draft, scope->group->parts.outputs, FALSE);
  for (guint i = 0; i < body->wires->len; i++)
    g_ptr_array_add (draft->wires, g_atomic_rc_box_acquire (body->wires->pdata[i]));

  return mtl_design_seal (draft);
}

static gboolean
is_border (const char *id)
{
  return strcmp (id, MTL_BORDER) == 0;
}

/* Names of ports: those there were, then new ones. */
static GPtrArray *
list_names (const MtlDesign    *body,
            const MtlGroupPort *old,
            gboolean            inputs)
{
  GPtrArray *names = g_ptr_array_new ();

  for (; old->name != NULL; old++)
    g_ptr_array_add (names, (gpointer) old->name);
  for (guint i = 0; i < body->wires->len; i++)
    {
      const MtlWire *wire = body->wires->pdata[i];
      const char *name = inputs ? wire->from_port : wire->to_port;

      if (is_border (inputs ? wire->from : wire->to)
          && !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, (gpointer) name);
    }

  return names;
}

/* (transfer full): what joins the border's port with an inner one. */
static const char *const *
list_ends (const MtlDesign *body,
           const char      *name,
           gboolean         inputs)
{
  g_autoptr(GStrvBuilder) ends = g_strv_builder_new ();
  guint n = 0;

  for (guint i = 0; i < body->wires->len; i++)
    {
      const MtlWire *wire = body->wires->pdata[i];
      g_autofree char *end = inputs ? g_strdup_printf ("%s.%s", wire->to, wire->to_port)
                                    : g_strdup_printf ("%s.%s", wire->from, wire->from_port);

      if (!is_border (inputs ? wire->from : wire->to)
          || is_border (inputs ? wire->to : wire->from)
          || strcmp (inputs ? wire->from_port : wire->to_port, name) != 0)
        continue;
      g_strv_builder_add (ends, end);
      n++;
    }

  return n > 0 ? (const char *const *) g_strv_builder_end (ends) : NULL;
}

static MtlGroupPort *
take_ports (const MtlDesign    *body,
            const MtlGroupPort *old,
            gboolean            inputs)
{
  g_autoptr(GPtrArray) names = list_names (body, old, inputs);
  MtlGroupPort *ports = g_new0 (MtlGroupPort, names->len + 1);
  guint n = 0;

  for (guint i = 0; i < names->len; i++)
    {
      ports[n].ends = list_ends (body, names->pdata[i], inputs);
      if (ports[n].ends != NULL)
        ports[n++].name = g_strdup (names->pdata[i]);
    }

  return ports;
}

static void
rename_in_params (MtlGroupParam *params,
                  const char    *from,
                  const char    *to)
{
  for (; params->id != NULL; params++)
    for (guint i = 0; params->sets[i] != NULL; i++)
      {
        char *end = (char *) params->sets[i];
        const char *dot = strchr (end, '.');

        if (strncmp (end, from, dot - end) != 0 || from[dot - end] != '\0')
          continue;
        ((char **) params->sets)[i] = g_strconcat (to, dot, NULL);
        g_free (end);
      }
}

static MtlDesign *
drop_border (const MtlDesign *body)
{
  MtlDesign *draft = mtl_design_copy (body);

  for (guint i = draft->wires->len; i > 0; i--)
    {
      const MtlWire *wire = draft->wires->pdata[i - 1];

      if (is_border (wire->from) || is_border (wire->to))
        g_ptr_array_remove_index (draft->wires, i - 1);
    }

  return mtl_design_seal (draft);
}

MtlDesign *
mtl_design_close_border (const MtlDesign  *self,
                         const MtlScope   *scope,
                         MtlDesign        *body,
                         const char       *from,
                         const char       *to,
                         GError          **error)
{
  g_autoptr(MtlDesign) edited = body;
  g_autoptr(MtlDesign) inner = NULL;
  g_autoptr(MtlGroup) group = NULL;
  MtlGroupParts parts;

  if (body == NULL || scope->group == NULL)
    return g_steal_pointer (&edited);

  inner = drop_border (body);
  parts = scope->group->parts;
  parts.inputs = take_ports (body, scope->group->parts.inputs, TRUE);
  parts.outputs = take_ports (body, scope->group->parts.outputs, FALSE);
  parts.params = mtl_group_params_copy (scope->group->parts.params);
  if (from != NULL)
    rename_in_params ((MtlGroupParam *) parts.params, from, to);
  group = mtl_group_prune (&parts, inner, error);
  mtl_group_ports_free ((MtlGroupPort *) parts.inputs);
  mtl_group_ports_free ((MtlGroupPort *) parts.outputs);
  mtl_group_params_free ((MtlGroupParam *) parts.params);

  return group != NULL ? mtl_design_with_group (self, group, error) : NULL;
}
