/* mtl-chosen-json.c — settings from JSON and to JSON
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-chosen-json.h"

#include <string.h>

#include "mtl-catalogue.h"
#include "mtl-chosen-private.h"
#include "mtl-json.h"
#include "mtl-setting.h"

/* --- reading --- */

static gboolean
refuse_node (const MtlParam *param,
             JsonNode       *node,
             GError        **error)
{
  g_autofree char *found = mtl_json_quote_node (node);

  return mtl_param_refuse (param, found, error);
}

static gboolean
read_flag (MtlSetting     *setting,
           const MtlParam *param,
           JsonNode       *node,
           GError        **error)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return refuse_node (param, node, error);

  mtl_setting_put_flag (setting, param, json_node_get_boolean (node));
  return TRUE;
}

static gboolean
read_numbers (MtlSetting     *setting,
              const MtlParam *param,
              JsonNode       *node,
              GError        **error)
{
  g_autoptr(GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse_node (param, node, error);

  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      double number;

      if (!mtl_json_get_number (json_array_get_element (array, i), &number))
        return refuse_node (param, node, error);
      g_array_append_val (numbers, number);
    }

  return mtl_setting_put_numbers (setting, param, (const double *) numbers->data, numbers->len,
                                  error);
}

static gboolean
read_per_task (MtlSetting     *setting,
               const MtlParam *param,
               JsonNode       *node,
               GError        **error)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  g_autoptr(GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;
  double number;

  if (mtl_json_get_number (node, &number))
    return mtl_setting_put_number (setting, param, number, error);
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse_node (param, node, error);

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member))
    {
      if (!mtl_json_get_number (member, &number))
        return refuse_node (param, node, error);
      g_ptr_array_add (names, (gpointer) name);
      g_array_append_val (numbers, number);
    }

  return mtl_setting_put_per_task (setting, param, (const char *const *) names->pdata,
                                   (const double *) numbers->data, names->len, error);
}

static gboolean
read_method (MtlSetting     *setting,
             const MtlParam *param,
             JsonNode       *node,
             const char     *where,
             GPtrArray      *notes,
             GError        **error)
{
  g_autofree char *inside = g_strdup_printf ("%s: %s", where, param->id);
  MtlChosen *method = mtl_chosen_from_node (param->kind, node, inside, notes, error);

  if (method == NULL)
    {
      g_prefix_error (error, "%s: ", param->id);
      return FALSE;
    }

  mtl_setting_put_method (setting, param, method);
  return TRUE;
}

static gboolean
read_setting (MtlSetting     *setting,
              const MtlParam *param,
              JsonNode       *node,
              const char     *where,
              GPtrArray      *notes,
              GError        **error)
{
  const char *word;
  double number;

  switch (param->type)
    {
    case MTL_NUMBER:
    case MTL_WHOLE:
      if (!mtl_json_get_number (node, &number))
        return refuse_node (param, node, error);
      return mtl_setting_put_number (setting, param, number, error);
    case MTL_FLAG:
      return read_flag (setting, param, node, error);
    case MTL_CHOICE:
    case MTL_TEXT:
    case MTL_PATH:
      if (!mtl_json_get_text (node, &word))
        return refuse_node (param, node, error);
      return mtl_setting_put_word (setting, param, word, error);
    case MTL_NUMBERS:
      return read_numbers (setting, param, node, error);
    case MTL_PER_TASK:
      return read_per_task (setting, param, node, error);
    case MTL_METHOD:
      return read_method (setting, param, node, where, notes, error);
    default:
      g_assert_not_reached ();
    }
}

char **
mtl_json_take_unknown (JsonObject        *object,
                       const char *const *known,
                       const char        *where,
                       GPtrArray         *notes)
{
  g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    {
      g_autoptr(GString) text = NULL;

      if (g_strv_contains (known, key))
        continue;

      text = g_string_new (NULL);
      mtl_json_append_node (text, node);
      g_ptr_array_add (kept, g_strdup (key));
      g_ptr_array_add (kept, g_string_free (g_steal_pointer (&text), FALSE));
      if (notes != NULL)
        {
          g_autofree char *quoted = mtl_json_quote_found (key);

          g_ptr_array_add (notes, g_strdup_printf ("%s: %s is not known here; it is kept",
                                                   where, quoted));
        }
    }

  if (kept->len == 0)
    return NULL;

  g_ptr_array_add (kept, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&kept), FALSE);
}

MtlChosen *
mtl_chosen_from_json (MtlKind           kind,
                      const MtlMethod  *method,
                      JsonObject       *object,
                      const char       *where,
                      GPtrArray        *notes,
                      GError          **error)
{
  g_autoptr(MtlChosen) self = mtl_chosen_new (kind, method);
  g_autoptr(GPtrArray) known = g_ptr_array_new ();

  if (object == NULL)
    return g_steal_pointer (&self);

  for (guint i = 0; i < self->n; i++)
    {
      const MtlParam *param = mtl_chosen_param (self, i);
      JsonNode *node = json_object_get_member (object, param->id);

      g_ptr_array_add (known, (gpointer) param->id);
      if (node != NULL
          && !read_setting (&self->settings[i], param, node, where, notes, error))
        return NULL;
    }

  g_ptr_array_add (known, (gpointer) "type");
  g_ptr_array_add (known, NULL);
  self->kept = mtl_json_take_unknown (object, (const char *const *) known->pdata, where, notes);
  return g_steal_pointer (&self);
}

MtlChosen *
mtl_chosen_from_node (MtlKind           kind,
                      JsonNode         *node,
                      const char       *where,
                      GPtrArray        *notes,
                      GError          **error)
{
  JsonObject *object = NULL;
  const MtlMethod *method;
  const char *id = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      object = json_node_get_object (node);
      mtl_json_get_text (json_object_get_member (object, "type"), &id);
    }
  else
    mtl_json_get_text (node, &id);

  if (id == NULL)
    {
      g_autofree char *found = mtl_json_quote_node (node);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   "expected a %s, as a word or as {\"type\": word, …}, found %s",
                   mtl_kind_noun (kind), found);
      return NULL;
    }

  method = mtl_catalogue_choose (kind, id, error);
  return method != NULL ? mtl_chosen_from_json (kind, method, object, where, notes, error) : NULL;
}

/* --- writing --- */

void
mtl_json_append_kept (char       **kept,
                      const char  *separator,
                      gboolean     begun,
                      GString     *to)
{
  for (guint i = 0; kept != NULL && kept[i] != NULL; i += 2)
    {
      g_string_append (to, begun ? separator : "");
      mtl_json_append_text (to, kept[i]);
      g_string_append_printf (to, ": %s", kept[i + 1]);
      begun = TRUE;
    }
}

static void
append_list (const MtlSetting *setting,
             GString          *to)
{
  gboolean named = setting->names != NULL;

  g_string_append_c (to, named ? '{' : '[');
  for (guint i = 0; i < setting->n; i++)
    {
      g_string_append (to, i > 0 ? ", " : "");
      if (named)
        {
          mtl_json_append_text (to, setting->names[i]);
          g_string_append (to, ": ");
        }
      mtl_json_append_number (to, setting->numbers[i]);
    }
  g_string_append_c (to, named ? '}' : ']');
}

static void
append_setting (const MtlSetting *setting,
                const MtlParam   *param,
                gboolean          may_be_word,
                GString          *to)
{
  switch (param->type)
    {
    case MTL_FLAG:
      g_string_append (to, setting->number != 0.0 ? "true" : "false");
      break;
    case MTL_CHOICE:
    case MTL_TEXT:
    case MTL_PATH:
      mtl_json_append_text (to, setting->text);
      break;
    case MTL_NUMBERS:
      append_list (setting, to);
      break;
    case MTL_PER_TASK:
      if (setting->names != NULL)
        append_list (setting, to);
      else
        mtl_json_append_number (to, setting->number);
      break;
    case MTL_METHOD:
      mtl_chosen_append_method (setting->method, may_be_word, to);
      break;
    default:
      mtl_json_append_number (to, setting->number);
      break;
    }
}

gboolean
mtl_chosen_append_json (const MtlChosen *self,
                        const char      *separator,
                        GString         *to)
{
  gboolean begun = FALSE;

  for (guint i = 0; i < self->n; i++)
    if (self->settings[i].is_set)
      {
        const MtlParam *param = mtl_chosen_param (self, i);

        g_string_append (to, begun ? separator : "");
        mtl_json_append_text (to, param->id);
        g_string_append (to, ": ");
        /* An experiment's methods stand as objects, so that adding their
         * first setting changes one line by little. */
        append_setting (&self->settings[i], param, self->kind != MTL_KIND_EXPERIMENT, to);
        begun = TRUE;
      }

  mtl_json_append_kept (self->kept, separator, begun, to);
  return begun || self->kept != NULL;
}

void
mtl_chosen_append_method (const MtlChosen *self,
                          gboolean         may_be_word,
                          GString         *to)
{
  if (may_be_word && !mtl_chosen_is_changed (self))
    {
      mtl_json_append_text (to, self->method->id);
      return;
    }

  g_string_append (to, "{\"type\": ");
  mtl_json_append_text (to, self->method->id);
  if (mtl_chosen_is_changed (self))
    {
      g_string_append (to, ", ");
      mtl_chosen_append_json (self, ", ", to);
    }
  g_string_append_c (to, '}');
}
