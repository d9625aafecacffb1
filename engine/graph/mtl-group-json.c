/* mtl-group-json.c — the groups of a design from its file
 *
 * A definition may stand behind one that uses it, so each is read when a block
 * first asks for it; one that asks for itself meanwhile is refused. Its body is
 * read as a design's blocks and wires are.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-reader.h"

#include <string.h>

#include "mtl-chosen-json.h"
#include "mtl-group-private.h"
#include "mtl-json.h"
#include "mtl-name.h"

static const char *const group_keys[] = { "id", "title", "summary", "inputs", "outputs", "params",
                                          "blocks", "wires", NULL };

typedef struct
{
  JsonObject *object;
  MtlPlaces   places;   /* where its id stands */
  char       *place;    /* the same for people */
  gboolean    busy;
  MtlGroup   *group;    /* once it is read */
} Entry;

static void
entry_free (gpointer data)
{
  Entry *self = data;

  g_clear_pointer (&self->group, mtl_group_unref);
  g_free (self->place);
  g_free (self);
}

/* --- finding --- */

static gboolean
find_entry (MtlGroupReader   *self,
            JsonNode         *node,
            MtlPlaces        *places,
            GError          **error)
{
  JsonNode *id_node;
  const char *id = NULL;
  Entry *entry;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return mtl_place_refuse (places->file, "each of “groups” to be an object", node, error);

  id_node = json_object_get_member (json_node_get_object (node), "id");
  if (!mtl_json_get_text (id_node, &id) || !mtl_name_is_valid (id))
    {
      g_autofree char *place = g_strdup_printf ("%s: group %u", places->file, self->ids->len + 1);

      return mtl_place_refuse (place, "an “id” of lower-case letters, digits, _ and -, a letter "
                               "first, at most 64", id_node, error);
    }

  entry = g_new0 (Entry, 1);
  entry->object = json_node_get_object (node);
  entry->place = mtl_places_block (places, id);
  entry->places = *places;
  if (g_hash_table_contains (self->entries, id))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s: two groups have this id", entry->place);
      entry_free (entry);
      return FALSE;
    }

  g_hash_table_insert (self->entries, (gpointer) id, entry);
  g_ptr_array_add (self->ids, (gpointer) id);
  return TRUE;
}

gboolean
mtl_group_reader_init (MtlGroupReader   *self,
                       JsonObject       *root,
                       const MtlPlaces  *places,
                       GPtrArray        *notes,
                       GError          **error)
{
  JsonNode *node = json_object_get_member (root, "groups");
  MtlPlaces at = *places;
  guint n;

  self->ids = g_ptr_array_new ();
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  self->notes = notes;
  self->end = at;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      g_autofree char *place = mtl_places_literal (&at, "groups", "groups");

      return mtl_place_refuse (place, "a list", node, error);
    }

  n = json_array_get_length (json_node_get_array (node));
  if (n > MTL_MAX_GROUPS)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s: a design has at most %d groups, found "
                   "%u", at.file, MTL_MAX_GROUPS, n);
      return FALSE;
    }

  for (guint i = 0; i < n; i++)
    if (!find_entry (self, json_array_get_element (json_node_get_array (node), i), &at, error))
      return FALSE;

  return TRUE;
}

void
mtl_group_reader_clear (MtlGroupReader *self)
{
  g_clear_pointer (&self->ids, g_ptr_array_unref);
  g_clear_pointer (&self->entries, g_hash_table_unref);
}

/* --- one definition --- */

static gboolean
read_text (const Entry  *entry,
           const char   *key,
           const char  **text,
           GError      **error)
{
  JsonNode *node = json_object_get_member (entry->object, key);
  g_autofree char *expected = NULL;

  if (node == NULL || mtl_json_get_text (node, text))
    return TRUE;

  expected = g_strdup_printf ("“%s” to be a text", key);
  return mtl_place_refuse (entry->place, expected, node, error);
}

/* A text or a list of texts; NULL: neither. (transfer full) */
static const char *const *
read_ends (JsonNode *node)
{
  g_autoptr(GStrvBuilder) ends = g_strv_builder_new ();
  const char *text;

  if (mtl_json_get_text (node, &text))
    g_strv_builder_add (ends, text);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      {
        if (!mtl_json_get_text (json_array_get_element (json_node_get_array (node), i), &text))
          return NULL;
        g_strv_builder_add (ends, text);
      }
  else
    return NULL;

  return (const char *const *) g_strv_builder_end (ends);
}

/* The members of the object @key; NULL with an error where it is none. */
static gboolean
get_members (const Entry     *entry,
             const char      *key,
             JsonObjectIter  *iter,
             guint           *n,
             GError         **error)
{
  JsonNode *node = json_object_get_member (entry->object, key);
  g_autofree char *expected = NULL;

  *n = 0;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      expected = g_strdup_printf ("“%s” to be an object", key);
      return mtl_place_refuse (entry->place, expected, node, error);
    }

  *n = json_object_get_size (json_node_get_object (node));
  json_object_iter_init_ordered (iter, json_node_get_object (node));
  return TRUE;
}

static gboolean
read_ports (const Entry         *entry,
            const char          *key,
            const MtlGroupPort **into,
            GError             **error)
{
  JsonObjectIter iter;
  MtlGroupPort *ports;
  const char *name;
  JsonNode *node;
  guint n;

  if (!get_members (entry, key, &iter, &n, error))
    return FALSE;

  *into = ports = g_new0 (MtlGroupPort, n + 1);
  for (guint i = 0; i < n && json_object_iter_next_ordered (&iter, &name, &node); i++)
    {
      ports[i].ends = read_ends (node);
      if (ports[i].ends == NULL)
        return mtl_place_refuse (entry->place, "a port to be \"block.port\" or a list of such",
                                 node, error);
      ports[i].name = g_strdup (name);
    }

  return TRUE;
}

/* A list of settings, or {"title": …, "sets": […]}. */
static gboolean
read_param (MtlGroupParam *param,
            JsonNode      *node)
{
  JsonNode *sets = node;
  JsonNode *title = NULL;
  const char *text = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      sets = json_object_get_member (json_node_get_object (node), "sets");
      title = json_object_get_member (json_node_get_object (node), "title");
    }

  if (title != NULL && !mtl_json_get_text (title, &text))
    return FALSE;
  param->sets = sets != NULL ? read_ends (sets) : NULL;
  if (param->sets == NULL)
    return FALSE;

  param->title = g_strdup (text);
  return TRUE;
}

static gboolean
read_params (const Entry          *entry,
             const MtlGroupParam **into,
             GError              **error)
{
  JsonObjectIter iter;
  MtlGroupParam *params;
  const char *id;
  JsonNode *node;
  guint n;

  if (!get_members (entry, "params", &iter, &n, error))
    return FALSE;

  *into = params = g_new0 (MtlGroupParam, n + 1);
  for (guint i = 0; i < n && json_object_iter_next_ordered (&iter, &id, &node); i++)
    {
      if (!read_param (&params[i], node))
        return mtl_place_refuse (entry->place, "a parameter to be a list of \"block.setting\" or "
                                 "{\"title\": …, \"sets\": […]}", node, error);
      params[i].id = g_strdup (id);
    }

  return TRUE;
}

static MtlDesign *
read_body (MtlGroupReader  *self,
           Entry           *entry,
           GError         **error)
{
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GHashTable) n_into = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(MtlDesign) draft = mtl_design_draft ();
  MtlReader reader = { .places = entry->places, .notes = self->notes, .draft = draft,
                       .seen = seen, .n_into = n_into, .groups = self };

  if (!mtl_reader_read_blocks (&reader, entry->object, error))
    return NULL;

  mtl_design_seal (draft);
  if (!mtl_reader_read_wires (&reader, entry->object, error))
    return NULL;

  if (reader.places.cursor > self->end.cursor)
    self->end = reader.places;
  return g_steal_pointer (&draft);
}

static MtlGroup *
read_group (MtlGroupReader  *self,
            Entry           *entry,
            const char      *id,
            GError         **error)
{
  g_autoptr(MtlDesign) body = read_body (self, entry, error);
  MtlGroupParts parts = { .id = id, .body = body };
  MtlGroup *group = NULL;

  if (body != NULL
      && read_text (entry, "title", &parts.title, error)
      && read_text (entry, "summary", &parts.summary, error)
      && read_ports (entry, "inputs", &parts.inputs, error)
      && read_ports (entry, "outputs", &parts.outputs, error)
      && read_params (entry, &parts.params, error))
    {
      parts.kept = mtl_json_take_unknown (entry->object, group_keys, entry->place, self->notes);
      group = mtl_group_make (&parts, error);
      if (group == NULL)
        g_prefix_error (error, "%s: ", entry->place);
    }

  mtl_group_ports_free ((MtlGroupPort *) parts.inputs);
  mtl_group_ports_free ((MtlGroupPort *) parts.outputs);
  mtl_group_params_free ((MtlGroupParam *) parts.params);
  g_strfreev (parts.kept);
  return group;
}

const MtlGroup *
mtl_group_reader_find (MtlGroupReader  *self,
                       const char      *id,
                       GError         **error)
{
  Entry *entry = g_hash_table_lookup (self->entries, id);

  if (entry == NULL || entry->group != NULL)
    return entry != NULL ? entry->group : NULL;

  if (entry->busy)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s: the group “%s” contains itself",
                   entry->place, id);
      return NULL;
    }

  entry->busy = TRUE;
  entry->group = read_group (self, entry, id, error);
  entry->busy = FALSE;
  return entry->group;
}

gboolean
mtl_group_reader_finish (MtlGroupReader  *self,
                         MtlDesign       *draft,
                         GError         **error)
{
  for (guint i = 0; i < self->ids->len; i++)
    {
      const MtlGroup *group = mtl_group_reader_find (self, self->ids->pdata[i], error);

      if (group == NULL)
        return FALSE;
      g_ptr_array_add (draft->groups, mtl_group_ref (group));
    }

  return TRUE;
}
