/* mtl-chosen-parse.c — settings from text and to text, as --set takes them
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-chosen-private.h"

#include <string.h>

#include "mtl-catalogue.h"
#include "mtl-chosen-json.h"
#include "mtl-json.h"
#include "mtl-setting.h"

static gboolean
refuse_text (const MtlParam *param,
             const char     *value,
             GError        **error)
{
  g_autofree char *found = mtl_json_quote_found (value);

  return mtl_param_refuse (param, found, error);
}

/* The whole of @text is a number. Whether it is finite is checked later. */
static gboolean
parse_number (const char *text,
              double     *number)
{
  char *end;

  *number = g_ascii_strtod (text, &end);
  return end != text && *end == '\0';
}

static gboolean
parse_flag (MtlSetting     *setting,
            const MtlParam *param,
            const char     *value,
            GError        **error)
{
  if (strcmp (value, "true") != 0 && strcmp (value, "false") != 0)
    return refuse_text (param, value, error);

  mtl_setting_put_flag (setting, param, value[0] == 't');
  return TRUE;
}

static gboolean
parse_numbers (MtlSetting     *setting,
               const MtlParam *param,
               const char     *value,
               GError        **error)
{
  g_auto(GStrv) parts = g_strsplit (value, ",", -1);
  g_autoptr(GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; parts[i] != NULL; i++)
    {
      double number;

      if (!parse_number (g_strstrip (parts[i]), &number))
        return refuse_text (param, value, error);
      g_array_append_val (numbers, number);
    }

  return mtl_setting_put_numbers (setting, param, (const double *) numbers->data, numbers->len,
                                  error);
}

/* right:0.3,left:0 */
static gboolean
parse_named (MtlSetting     *setting,
             const MtlParam *param,
             const char     *value,
             GError        **error)
{
  g_auto(GStrv) parts = g_strsplit (value, ",", -1);
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  g_autoptr(GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; parts[i] != NULL; i++)
    {
      char *colon = strchr (parts[i], ':');
      double number;

      if (colon == NULL || !parse_number (g_strstrip (colon + 1), &number))
        return refuse_text (param, value, error);
      *colon = '\0';
      if (g_ptr_array_find_with_equal_func (names, g_strstrip (parts[i]), g_str_equal, NULL))
        {
          g_autofree char *twice = g_strdup_printf ("“%s” twice", parts[i]);

          return mtl_param_refuse (param, twice, error);
        }
      g_ptr_array_add (names, parts[i]);
      g_array_append_val (numbers, number);
    }

  return mtl_setting_put_per_task (setting, param, (const char *const *) names->pdata,
                                   (const double *) numbers->data, names->len, error);
}

/* An object in JSON as the value of a METHOD or PER_TASK: read as the member
 * of a file would be. */
static gboolean
parse_object (MtlChosen      *self,
              guint           n,
              const char     *value,
              GError        **error)
{
  const MtlParam *param = mtl_chosen_param (self, n);
  g_autoptr(JsonNode) node = mtl_json_parse (value, strlen (value), error);
  g_autoptr(JsonObject) around = NULL;
  g_autoptr(MtlChosen) read = NULL;

  if (node == NULL)
    {
      g_prefix_error (error, "%s: ", param->id);
      return FALSE;
    }

  around = json_object_new ();
  json_object_set_member (around, param->id, g_steal_pointer (&node));
  read = mtl_chosen_from_json (self->kind, self->method, around, self->method->id, NULL, error);
  if (read == NULL)
    return FALSE;

  mtl_setting_clear (&self->settings[n], param);
  mtl_setting_copy (&self->settings[n], &read->settings[n], param);
  return TRUE;
}

static gboolean
parse_per_task (MtlChosen   *self,
                guint        n,
                const char  *value,
                GError     **error)
{
  const MtlParam *param = mtl_chosen_param (self, n);
  double number;

  if (value[0] == '{')
    return parse_object (self, n, value, error);
  if (parse_number (value, &number))
    return mtl_setting_put_number (&self->settings[n], param, number, error);

  return parse_named (&self->settings[n], param, value, error);
}

static gboolean
parse_method (MtlChosen   *self,
              guint        n,
              const char  *value,
              GError     **error)
{
  const MtlParam *param = mtl_chosen_param (self, n);
  const MtlMethod *method;

  if (value[0] == '{')
    return parse_object (self, n, value, error);

  method = mtl_catalogue_choose (param->kind, value, error);
  if (method == NULL)
    {
      g_prefix_error (error, "%s: ", param->id);
      return FALSE;
    }

  mtl_setting_put_method (&self->settings[n], param, mtl_chosen_new (param->kind, method));
  return TRUE;
}

static gboolean
parse_value (MtlChosen   *self,
             guint        n,
             const char  *value,
             GError     **error)
{
  const MtlParam *param = mtl_chosen_param (self, n);
  MtlSetting *setting = &self->settings[n];
  double number;

  switch (param->type)
    {
    case MTL_NUMBER:
    case MTL_WHOLE:
      if (!parse_number (value, &number))
        return refuse_text (param, value, error);
      return mtl_setting_put_number (setting, param, number, error);
    case MTL_FLAG:
      return parse_flag (setting, param, value, error);
    case MTL_CHOICE:
    case MTL_TEXT:
    case MTL_PATH:
      return mtl_setting_put_word (setting, param, value, error);
    case MTL_NUMBERS:
      return parse_numbers (setting, param, value, error);
    case MTL_PER_TASK:
      return parse_per_task (self, n, value, error);
    case MTL_METHOD:
      return parse_method (self, n, value, error);
    default:
      g_assert_not_reached ();
    }
}

/* Nothing typed: back to the initial value, where nothing is what it is. */
static gboolean
is_reset (const MtlParam *param,
          const char     *value)
{
  MtlSetting initial;
  g_autofree char *text = NULL;

  if (*value != '\0')
    return FALSE;

  mtl_setting_init (&initial, param);
  text = mtl_setting_to_text (&initial, param);
  mtl_setting_clear (&initial, param);
  return *text == '\0' || param->type == MTL_METHOD;
}

static gboolean
set_inner (MtlChosen   *self,
           guint        n,
           const char  *path,
           const char  *value,
           GError     **error)
{
  const MtlParam *param = mtl_chosen_param (self, n);
  MtlSetting *setting = &self->settings[n];
  MtlChosen *inner;

  if (param->type != MTL_METHOD)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   "%s has no settings of its own, so there is no “%s.%s”",
                   param->id, param->id, path);
      return FALSE;
    }
  if (strcmp (path, "type") == 0)
    return parse_method (self, n, value, error);
  if (setting->method == NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   "%s: no %s is chosen yet; set %s.type first",
                   param->id, mtl_kind_noun (param->kind), param->id);
      return FALSE;
    }

  inner = mtl_chosen_with (setting->method, path, value, error);
  if (inner == NULL)
    {
      g_prefix_error (error, "%s: ", param->id);
      return FALSE;
    }

  mtl_setting_put_method (setting, param, inner);
  return TRUE;
}

/* Documented in mtl-chosen.h. */
MtlChosen *
mtl_chosen_with (const MtlChosen  *self,
                 const char       *path,
                 const char       *value,
                 GError          **error)
{
  g_autoptr(MtlChosen) copy = NULL;
  const char *dot = strchr (path, '.');
  g_autofree char *id = dot != NULL ? g_strndup (path, dot - path) : g_strdup (path);
  int n;

  if (strcmp (path, "type") == 0)
    {
      const MtlMethod *method = mtl_catalogue_choose (self->kind, value, error);

      return method != NULL ? mtl_chosen_new (self->kind, method) : NULL;
    }

  n = mtl_chosen_find (self, id, error);
  if (n < 0)
    return NULL;

  copy = mtl_chosen_copy (self);
  if (dot != NULL)
    return set_inner (copy, n, dot + 1, value, error) ? g_steal_pointer (&copy) : NULL;

  if (is_reset (mtl_chosen_param (copy, n), value))
    {
      mtl_setting_clear (&copy->settings[n], mtl_chosen_param (copy, n));
      mtl_setting_init (&copy->settings[n], mtl_chosen_param (copy, n));
      return g_steal_pointer (&copy);
    }

  return parse_value (copy, n, value, error) ? g_steal_pointer (&copy) : NULL;
}

static void
append_numbers (const MtlSetting *self,
                GString          *to)
{
  for (guint i = 0; i < self->n; i++)
    {
      g_string_append (to, i > 0 ? "," : "");
      if (self->names != NULL)
        g_string_append_printf (to, "%s:", self->names[i]);
      mtl_json_append_number (to, self->numbers[i]);
    }
}

/* A number that is required and missing is an empty text. */
static void
append_number (double   number,
               GString *to)
{
  if (number == number)
    mtl_json_append_number (to, number);
}

char *
mtl_setting_to_text (const MtlSetting *self,
                     const MtlParam   *param)
{
  g_autoptr(GString) text = g_string_new (NULL);

  switch (param->type)
    {
    case MTL_FLAG:
      g_string_append (text, self->number != 0.0 ? "true" : "false");
      break;
    case MTL_CHOICE:
    case MTL_TEXT:
    case MTL_PATH:
      g_string_append (text, self->text);
      break;
    case MTL_NUMBERS:
      append_numbers (self, text);
      break;
    case MTL_PER_TASK:
      if (self->names != NULL)
        append_numbers (self, text);
      else
        append_number (self->number, text);
      break;
    case MTL_METHOD:
      if (self->method != NULL && !mtl_chosen_is_changed (self->method))
        g_string_append (text, mtl_chosen_method (self->method)->id);
      else if (self->method != NULL)
        mtl_chosen_append_method (self->method, FALSE, text);
      break;
    default:
      append_number (self->number, text);
      break;
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}
