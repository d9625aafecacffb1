/* mtl-design-json.c — a design from its file
 *
 * The file is hostile: what JSON itself can do is bounded in mtl-json.c; here
 * every member is looked at for type and range before it is used. Messages
 * name file, line, block, what was expected and what was found.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-reader.h"

#include <math.h>
#include <string.h>

#include "mtl-catalogue.h"
#include "mtl-chosen-json.h"
#include "mtl-experiment.h"
#include "mtl-json.h"
#include "mtl-name.h"

static const char *const design_keys[] = { "basin", "name", "groups", "blocks", "wires",
                                           "experiment", NULL };
static const char *const block_keys[] = { "id", "type", "at", "params", NULL };

/* --- blocks --- */

static gboolean
read_id (MtlReader   *reader,
         JsonObject  *object,
         const char **id,
         GError     **error)
{
  JsonNode *node = json_object_get_member (object, "id");
  g_autofree char *place = NULL;

  if (!mtl_json_get_text (node, id) || !mtl_name_is_valid (*id))
    {
      place = g_strdup_printf ("%s: block %u", reader->places.file, reader->draft->blocks->len + 1);
      return mtl_place_refuse (place, "an “id” of lower-case letters, digits, _ and -, a letter "
                               "first, at most 64", node, error);
    }
  if (!g_hash_table_add (reader->seen, g_strdup (*id)))
    {
      place = mtl_places_block (&reader->places, *id);
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s: two blocks have this id", place);
      return FALSE;
    }

  return TRUE;
}

static gboolean
read_place (JsonObject  *object,
            const char  *place,
            double      *at,
            GError     **error)
{
  JsonNode *node = json_object_get_member (object, "at");
  JsonArray *array = NULL;

  at[0] = at[1] = 0.0;
  if (node == NULL)
    return TRUE;

  if (JSON_NODE_HOLDS_ARRAY (node))
    array = json_node_get_array (node);
  if (array == NULL || json_array_get_length (array) != 2
      || !mtl_json_get_number (json_array_get_element (array, 0), &at[0])
      || !mtl_json_get_number (json_array_get_element (array, 1), &at[1])
      || fabs (at[0]) > MTL_MAX_COORDINATE || fabs (at[1]) > MTL_MAX_COORDINATE)
    return mtl_place_refuse (place, "“at” to be [x, y], each from -1000000 to 1000000", node,
                             error);

  return TRUE;
}

static const MtlMethod *
find_type (MtlReader   *reader,
           const char  *type,
           MtlKind     *kind,
           GError     **error)
{
  const MtlMethod *method = mtl_catalogue_choose (MTL_KIND_SOURCE, type, NULL);
  g_autoptr(GError) inside = NULL;
  const MtlGroup *group;

  *kind = method != NULL ? MTL_KIND_SOURCE : MTL_KIND_OP;
  if (method != NULL)
    return method;

  group = mtl_group_reader_find (reader->groups, type, &inside);
  if (group != NULL)
    return mtl_group_method (group);
  if (inside != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&inside));
      return NULL;
    }

  return mtl_catalogue_choose (MTL_KIND_OP, type, error);
}

/* An op, a use of a group, or a source. */
static MtlChosen *
read_what (MtlReader   *reader,
           JsonObject  *object,
           const char  *place,
           GError     **error)
{
  JsonNode *params = json_object_get_member (object, "params");
  const MtlMethod *method;
  const char *type = NULL;
  MtlChosen *what;
  MtlKind kind;

  if (!mtl_json_get_text (json_object_get_member (object, "type"), &type))
    {
      mtl_place_refuse (place, "a “type”", json_object_get_member (object, "type"), error);
      return NULL;
    }
  if (params != NULL && !JSON_NODE_HOLDS_OBJECT (params))
    {
      mtl_place_refuse (place, "“params” to be an object", params, error);
      return NULL;
    }

  method = find_type (reader, type, &kind, error);
  what = method == NULL ? NULL
    : mtl_chosen_from_json (kind, method, params != NULL ? json_node_get_object (params) : NULL,
                            place, reader->notes, error);
  if (what == NULL)
    g_prefix_error (error, "%s: ", place);

  return what;
}

static gboolean
read_block (MtlReader *reader,
            JsonNode  *node,
            GError   **error)
{
  JsonObject *object;
  const char *id = NULL;
  g_autofree char *place = NULL;
  g_autoptr(MtlChosen) what = NULL;
  MtlBlock *block;
  double at[2];

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return mtl_place_refuse (reader->places.file, "each of “blocks” to be an object", node, error);

  object = json_node_get_object (node);
  if (!read_id (reader, object, &id, error))
    return FALSE;

  place = mtl_places_block (&reader->places, id);
  if (!read_place (object, place, at, error))
    return FALSE;
  what = read_what (reader, object, place, error);
  if (what == NULL)
    return FALSE;

  block = mtl_block_new (id, what, at[0], at[1]);
  block->kept = mtl_json_take_unknown (object, block_keys, place, reader->notes);
  g_ptr_array_add (reader->draft->blocks, block);
  reader->n_tasks += mtl_block_is_task (block);

  if (reader->n_tasks > MTL_MAX_TASKS)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s: this is task %u, but a design has at "
                   "most %d", place, reader->n_tasks, MTL_MAX_TASKS);
      return FALSE;
    }

  return TRUE;
}

/* The list that is a member of the root; where there is none, *array is NULL. */
static gboolean
get_array (const MtlReader *reader,
           JsonObject    *root,
           const char    *key,
           JsonArray    **array,
           GError       **error)
{
  JsonNode *node = json_object_get_member (root, key);
  g_autofree char *place = NULL;

  *array = NULL;
  if (node == NULL)
    return TRUE;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      place = mtl_places_literal (&reader->places, key, key);
      return mtl_place_refuse (place, "a list", node, error);
    }

  *array = json_node_get_array (node);
  return TRUE;
}

gboolean
mtl_reader_read_blocks (MtlReader   *reader,
                        JsonObject  *root,
                        GError     **error)
{
  JsonArray *array;

  if (!get_array (reader, root, "blocks", &array, error))
    return FALSE;

  if (array != NULL && json_array_get_length (array) > MTL_MAX_BLOCKS)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s: a design has at most %d blocks, "
                   "found %u", reader->places.file, MTL_MAX_BLOCKS,
                   json_array_get_length (array));
      return FALSE;
    }

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (!read_block (reader, json_array_get_element (array, i), error))
      return FALSE;

  return TRUE;
}

/* --- wires --- */

/* As an edit by hand would: no wire twice, one wire for a port that does not
 * repeat, at most MTL_MAX_PORTS for a block. */
static gboolean
check_number_of_wires (MtlReader      *reader,
                       const MtlWire  *wire,
                       const char     *from,
                       const char     *to,
                       GError        **error)
{
  const MtlBlock *block = mtl_design_find (reader->draft, wire->to);
  guint n_into = GPOINTER_TO_UINT (g_hash_table_lookup (reader->n_into, block->id)) + 1;

  if (!g_hash_table_add (reader->seen, g_strdup_printf ("%s %s", from, to))
      || (!mtl_block_port_repeats (block, wire->to_port)
          && !g_hash_table_add (reader->seen, g_strdup (to))))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "a second wire ends at %s, which takes one",
                   to);
      return FALSE;
    }
  if (n_into > MTL_MAX_PORTS)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s takes at most %d wires", block->id,
                   MTL_MAX_PORTS);
      return FALSE;
    }

  g_hash_table_insert (reader->n_into, block->id, GUINT_TO_POINTER (n_into));
  return TRUE;
}

static gboolean
read_wire (MtlReader *reader,
           JsonNode  *node,
           GError   **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  const char *from, *to;
  MtlWire *wire;

  if (array == NULL || json_array_get_length (array) != 2
      || !mtl_json_get_text (json_array_get_element (array, 0), &from)
      || !mtl_json_get_text (json_array_get_element (array, 1), &to))
    return mtl_place_refuse (reader->places.file, "each of “wires” to be [\"block.port\", "
                             "\"block.port\"]", node, error);

  wire = mtl_wire_parse (from, to, error);
  if (wire == NULL
      || !mtl_design_check_ends (reader->draft, wire, error)
      || !check_number_of_wires (reader, wire, from, to, error))
    {
      g_autofree char *place = mtl_places_literal (&reader->places, to, "wires");

      g_prefix_error (error, "%s: ", place);
      g_clear_pointer (&wire, mtl_wire_unref);
      return FALSE;
    }

  g_ptr_array_add (reader->draft->wires, wire);
  return TRUE;
}

gboolean
mtl_reader_read_wires (MtlReader   *reader,
                       JsonObject  *root,
                       GError     **error)
{
  JsonArray *array;
  const char *loop;

  if (!get_array (reader, root, "wires", &array, error))
    return FALSE;

  g_hash_table_remove_all (reader->seen);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (!read_wire (reader, json_array_get_element (array, i), error))
      return FALSE;

  loop = mtl_design_find_loop (reader->draft);
  if (loop != NULL)
    {
      g_autofree char *place = mtl_places_literal (&reader->places, "wires", "wires");

      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s: %s leads back to itself; a design "
                   "has no loops", place, loop);
      return FALSE;
    }

  return TRUE;
}

/* --- the rest --- */

static gboolean
read_experiment (MtlReader   *reader,
                 JsonObject  *root,
                 GError     **error)
{
  JsonNode *node = json_object_get_member (root, "experiment");
  g_autofree char *place = NULL;

  place = mtl_places_literal (&reader->places, "experiment", "experiment");
  if (node != NULL && !JSON_NODE_HOLDS_OBJECT (node))
    return mtl_place_refuse (place, "an object", node, error);

  reader->draft->experiment
    = mtl_chosen_from_json (MTL_KIND_EXPERIMENT, &mtl_experiment,
                            node != NULL ? json_node_get_object (node) : NULL, place,
                            reader->notes, error);
  if (reader->draft->experiment == NULL)
    g_prefix_error (error, "%s: ", place);

  return reader->draft->experiment != NULL;
}

static gboolean
read_head (MtlReader   *reader,
           JsonObject  *root,
           GError     **error)
{
  JsonNode *format = json_object_get_member (root, "basin");
  JsonNode *name = json_object_get_member (root, "name");
  const char *text = "";
  double number;

  if (!mtl_json_get_number (format, &number) || number < 1.0)
    return mtl_place_refuse (reader->places.file, "a Basin design, which begins with "
                             "{\"basin\": 1, …}", format, error);
  if (number > MTL_DESIGN_FORMAT)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN,
                   "%s: made by a newer Basin (format %.15g, this one reads up to %d); "
                   "open it with that one", reader->places.file, number, MTL_DESIGN_FORMAT);
      return FALSE;
    }
  if (name != NULL && !mtl_json_get_text (name, &text))
    return mtl_place_refuse (reader->places.file, "“name” to be a text", name, error);

  reader->draft->name = g_strdup (text);
  reader->draft->kept = mtl_json_take_unknown (root, design_keys, reader->places.file,
                                               reader->notes);
  return TRUE;
}

static gboolean
read_design (MtlReader *reader,
             JsonNode  *node,
             GError   **error)
{
  JsonObject *root;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return mtl_place_refuse (reader->places.file, "a Basin design, which is an object", node,
                             error);

  root = json_node_get_object (node);
  if (!read_head (reader, root, error)
      || !mtl_group_reader_init (reader->groups, root, &reader->places, reader->notes, error)
      || !mtl_group_reader_finish (reader->groups, reader->draft, error))
    return FALSE;

  /* Where groups stand in front, as they are written, lines go on from there. */
  reader->places = reader->groups->end;
  if (!mtl_reader_read_blocks (reader, root, error))
    return FALSE;

  /* Wires look their ends up by id. */
  mtl_design_seal (reader->draft);
  return mtl_reader_read_wires (reader, root, error) && read_experiment (reader, root, error);
}

/**
 * mtl_design_parse:
 * @file: (nullable): name for messages
 * @notes: (element-type utf8) (nullable): takes texts, to be freed by g_free
 *
 * Returns: (transfer full): the design; NULL with MTL_ERROR_DESIGN,
 *   MTL_ERROR_SETTING or MTL_ERROR_UNKNOWN_METHOD
 */
MtlDesign *
mtl_design_parse (GBytes      *json,
                  const char  *file,
                  GPtrArray   *notes,
                  GError     **error)
{
  g_autoptr(JsonNode) root = NULL;
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GHashTable) n_into = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(MtlDesign) draft = mtl_design_draft ();
  MtlGroupReader groups = { 0 };
  MtlReader reader = { .notes = notes, .draft = draft, .seen = seen, .n_into = n_into,
                       .groups = &groups };
  gboolean done;
  gsize length;
  const char *text = g_bytes_get_data (json, &length);

  file = file != NULL ? file : "design";
  if (length > MTL_DESIGN_MAX_BYTES)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s: a design has at most 16 MiB, "
                   "found %" G_GSIZE_FORMAT " bytes", file, length);
      return NULL;
    }

  text = text != NULL ? text : "";
  root = mtl_json_parse (text, length, error);
  if (root == NULL)
    {
      g_prefix_error (error, "%s: ", file);
      return NULL;
    }

  mtl_places_init (&reader.places, file, text, length);
  done = read_design (&reader, root, error);
  mtl_group_reader_clear (&groups);
  return done ? g_steal_pointer (&draft) : NULL;
}
