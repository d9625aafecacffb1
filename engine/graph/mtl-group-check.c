/* mtl-group-check.c — what a definition of a group has to be like
 *
 * Messages say which group, port or parameter, what was expected and what was
 * found; a reader of files puts the place in front.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-group-private.h"

#include <math.h>
#include <string.h>

#include "mtl-catalogue.h"
#include "mtl-json.h"
#include "mtl-name.h"

/* Always FALSE; takes @message. */
static gboolean
refuse (const MtlGroupParts  *parts,
        char                 *message,
        GError              **error)
{
  g_autofree char *id = mtl_json_quote_found (parts->id);

  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "the group %s: %s", id, message);
  g_free (message);
  return FALSE;
}

static gboolean
check_name (const MtlGroupParts  *parts,
            const char           *what,
            const char           *name,
            GHashTable           *taken,
            GError              **error)
{
  g_autofree char *quoted = mtl_json_quote_found (name);

  if (!mtl_name_is_valid (name))
    return refuse (parts, g_strdup_printf ("%s is called %s; use lower-case letters, digits, _ "
                                           "and -, a letter first, at most %d", what, quoted,
                                           MTL_NAME_MAX), error);
  if (!g_hash_table_add (taken, (gpointer) name))
    return refuse (parts, g_strdup_printf ("two of its %ss are called %s",
                                           g_str_has_prefix (what, "an ") ? what + 3 : what + 2,
                                           quoted), error);

  return TRUE;
}

static gboolean
check_id (const MtlGroupParts  *parts,
          GError              **error)
{
  if (!mtl_name_is_valid (parts->id))
    return refuse (parts, g_strdup_printf ("expected an id of lower-case letters, digits, _ and "
                                           "-, a letter first, at most %d", MTL_NAME_MAX), error);
  if (mtl_catalogue_find (MTL_KIND_OP, parts->id, NULL) != NULL
      || mtl_catalogue_find (MTL_KIND_SOURCE, parts->id, NULL) != NULL)
    return refuse (parts, g_strdup ("a type of block has this id already; choose another"), error);

  return TRUE;
}

static gboolean
check_blocks (const MtlGroupParts  *parts,
              GError              **error)
{
  for (guint i = 0; i < parts->body->blocks->len; i++)
    {
      const MtlBlock *block = parts->body->blocks->pdata[i];

      if (mtl_block_is_source (block) || mtl_block_is_task (block))
        return refuse (parts, g_strdup_printf ("%s is a %s, which a group cannot have; leave it "
                                               "outside", block->id,
                                               mtl_block_is_task (block) ? "task" : "data source"),
                       error);
    }

  return TRUE;
}

/* --- ports --- */

static const MtlBlock *
find_end (const MtlGroupParts  *parts,
          const char           *end,
          char                **port,
          GError              **error)
{
  g_autofree char *id = NULL;
  g_autofree char *quoted = mtl_json_quote_found (end);
  int n = -1;

  if (!mtl_end_parse (end, &id, port, NULL))
    {
      refuse (parts, g_strdup_printf ("expected block.name, such as conv1.in, found %s", quoted),
              error);
      return NULL;
    }

  n = mtl_design_find_index (parts->body, id);
  if (n < 0)
    refuse (parts, g_strdup_printf ("no block of it is called %s, as in %s", id, quoted), error);
  return n >= 0 ? parts->body->blocks->pdata[n] : NULL;
}

/* Each port that takes one wire is fed once, by a wire or by an input. */
static gboolean
check_input (const MtlGroupParts  *parts,
             const char           *end,
             GHashTable           *fed,
             GHashTable           *pairs,
             GError              **error)
{
  g_autofree char *port = NULL;
  const MtlBlock *block = find_end (parts, end, &port, error);
  guint n;

  if (block == NULL)
    return FALSE;
  if (mtl_block_find_input (block, port) < 0)
    return refuse (parts, g_strdup_printf ("%s has no input “%s”", block->id, port), error);
  if (!g_hash_table_add (pairs, (gpointer) end)
      || (!mtl_block_port_repeats (block, port) && g_hash_table_contains (fed, end)))
    return refuse (parts, g_strdup_printf ("%s is fed twice", end), error);

  n = GPOINTER_TO_UINT (g_hash_table_lookup (fed, block->id)) + 1;
  if (n > MTL_MAX_PORTS)
    return refuse (parts, g_strdup_printf ("%s takes at most %d wires", block->id, MTL_MAX_PORTS),
                   error);
  g_hash_table_insert (fed, g_strdup (block->id), GUINT_TO_POINTER (n));
  g_hash_table_insert (fed, g_strdup (end), GUINT_TO_POINTER (1));
  return TRUE;
}

/* Ends that wires feed, and how many wires each block has. */
static GHashTable *
count_wires (const MtlDesign *body)
{
  GHashTable *fed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < body->wires->len; i++)
    {
      const MtlWire *wire = body->wires->pdata[i];
      guint n = GPOINTER_TO_UINT (g_hash_table_lookup (fed, wire->to));

      g_hash_table_insert (fed, g_strdup (wire->to), GUINT_TO_POINTER (n + 1));
      g_hash_table_insert (fed, g_strdup_printf ("%s.%s", wire->to, wire->to_port),
                           GUINT_TO_POINTER (1));
    }

  return fed;
}

static gboolean
check_inputs (const MtlGroupParts  *parts,
              GError              **error)
{
  g_autoptr(GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GHashTable) fed = count_wires (parts->body);

  for (const MtlGroupPort *port = parts->inputs; port->name != NULL; port++)
    {
      g_autoptr(GHashTable) pairs = g_hash_table_new (g_str_hash, g_str_equal);

      if (!check_name (parts, "an input", port->name, names, error))
        return FALSE;
      if (port->ends[0] == NULL)
        return refuse (parts, g_strdup_printf ("the input “%s” feeds nothing", port->name), error);
      for (guint i = 0; port->ends[i] != NULL; i++)
        if (!check_input (parts, port->ends[i], fed, pairs, error))
          return FALSE;
    }

  return TRUE;
}

static gboolean
check_outputs (const MtlGroupParts  *parts,
               GError              **error)
{
  g_autoptr(GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (const MtlGroupPort *port = parts->outputs; port->name != NULL; port++)
    {
      g_autofree char *inner = NULL;
      const MtlBlock *block;

      if (!check_name (parts, "an output", port->name, names, error))
        return FALSE;
      if (g_strv_length ((char **) port->ends) != 1)
        return refuse (parts, g_strdup_printf ("the output “%s” has to show one inner output",
                                               port->name), error);
      block = find_end (parts, port->ends[0], &inner, error);
      if (block == NULL)
        return FALSE;
      if (!mtl_block_has_output (block, inner))
        return refuse (parts, g_strdup_printf ("%s has no output “%s”", block->id, inner), error);
    }

  return TRUE;
}

static gboolean
check_ports (const MtlGroupParts  *parts,
             GError              **error)
{
  if (mtl_group_count_ports (parts->inputs) > MTL_MAX_PORTS
      || mtl_group_count_ports (parts->outputs) > MTL_MAX_PORTS)
    return refuse (parts, g_strdup_printf ("a group has at most %d inputs and %d outputs",
                                           MTL_MAX_PORTS, MTL_MAX_PORTS), error);

  return check_inputs (parts, error) && check_outputs (parts, error);
}

/* --- parameters --- */

static gboolean
has_plain_type (const MtlParam *param)
{
  return param->type == MTL_NUMBER || param->type == MTL_WHOLE || param->type == MTL_FLAG
    || param->type == MTL_CHOICE || param->type == MTL_TEXT;
}

static gboolean
is_alike (const MtlParam *a,
          const MtlParam *b)
{
  if (a->type != b->type)
    return FALSE;

  return a->type != MTL_CHOICE
    || g_strv_equal ((const char *const *) a->choices, (const char *const *) b->choices);
}

static gboolean
check_set (const MtlGroupParts  *parts,
           const MtlGroupParam  *param,
           const char           *end,
           GHashTable           *set,
           GError              **error)
{
  g_autofree char *name = NULL;
  const MtlBlock *block = find_end (parts, end, &name, error);
  const MtlParam *first, *own;
  const MtlSetting *value;

  if (block == NULL)
    return FALSE;
  if (mtl_group_setting (parts->body, end, &own) == NULL)
    return refuse (parts, g_strdup_printf ("%s has no setting “%s”", block->id, name), error);
  if (!has_plain_type (own))
    return refuse (parts, g_strdup_printf ("%s is a list or a method, which a parameter cannot "
                                           "set", end), error);
  if (!g_hash_table_add (set, (gpointer) end))
    return refuse (parts, g_strdup_printf ("%s is set by two parameters", end), error);

  value = mtl_group_setting (parts->body, param->sets[0], &first);
  if (!is_alike (first, own))
    return refuse (parts, g_strdup_printf ("“%s” sets %s and %s, whose values are of different "
                                           "types", param->id, param->sets[0], end), error);
  if ((own->type == MTL_NUMBER || own->type == MTL_WHOLE)
      && (value->number < own->minimum || value->number > own->maximum))
    return refuse (parts, g_strdup_printf ("“%s” sets %s, whose range does not have the value "
                                           "of %s", param->id, end, param->sets[0]), error);

  return TRUE;
}

static gboolean
check_params (const MtlGroupParts  *parts,
              GError              **error)
{
  g_autoptr(GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);

  for (const MtlGroupParam *param = parts->params; param != NULL && param->id != NULL; param++)
    {
      if (!check_name (parts, "a parameter", param->id, names, error))
        return FALSE;
      if (strcmp (param->id, MTL_GROUP_REPEAT) == 0 || strcmp (param->id, "type") == 0)
        return refuse (parts, g_strdup_printf ("a parameter cannot be called “%s”, as each group "
                                               "has that of its own", param->id), error);
      if (param->sets[0] == NULL)
        return refuse (parts, g_strdup_printf ("the parameter “%s” sets nothing", param->id),
                       error);
      for (guint i = 0; param->sets[i] != NULL; i++)
        if (!check_set (parts, param, param->sets[i], set, error))
          return FALSE;
    }

  return TRUE;
}

gboolean
mtl_group_check (const MtlGroupParts  *parts,
                 GError              **error)
{
  return check_id (parts, error) && check_blocks (parts, error) && check_ports (parts, error)
    && check_params (parts, error);
}
