/* mtl-setting.c — filling one MtlSetting, with the checks of its MtlParam
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-setting.h"

#include <math.h>
#include <string.h>

#include "mtl-catalogue.h"
#include "mtl-chosen-private.h"
#include "mtl-json.h"
#include "mtl-name.h"

#define MOST_NUMBERS 4096
#define LONGEST_TEXT 65536  /* bytes */

static gboolean
same_number (double a,
             double b)
{
  return a == b || (isnan (a) && isnan (b));
}

static MtlChosen *
new_initial_method (const MtlParam *param)
{
  const MtlMethod *method;

  if (param->initial_text == NULL)
    return NULL;

  method = mtl_catalogue_find (param->kind, param->initial_text, NULL);
  return method != NULL ? mtl_chosen_new (param->kind, method) : NULL;
}

void
mtl_setting_init (MtlSetting     *self,
                  const MtlParam *param)
{
  *self = (MtlSetting) { .number = param->initial };

  switch (param->type)
    {
    case MTL_CHOICE:
      self->text = param->choices[(guint) param->initial];
      break;
    case MTL_TEXT:
    case MTL_PATH:
      self->text = g_strdup (param->initial_text != NULL ? param->initial_text : "");
      break;
    case MTL_NUMBERS:
      if (!isnan (param->initial))
        {
          self->numbers = g_memdup2 (&param->initial, sizeof param->initial);
          self->n = 1;
        }
      break;
    case MTL_METHOD:
      self->method = new_initial_method (param);
      break;
    default:
      break;
    }
}

void
mtl_setting_copy (MtlSetting       *self,
                  const MtlSetting *from,
                  const MtlParam   *param)
{
  *self = *from;
  self->numbers = g_memdup2 (from->numbers, from->n * sizeof *from->numbers);
  self->names = (const char *const *) g_strdupv ((char **) from->names);
  if (param->type == MTL_TEXT || param->type == MTL_PATH)
    self->text = g_strdup (from->text);
  if (from->method != NULL)
    self->method = mtl_chosen_ref (from->method);
}

void
mtl_setting_clear (MtlSetting     *self,
                   const MtlParam *param)
{
  g_free ((double *) self->numbers);
  g_strfreev ((char **) self->names);
  if (param->type == MTL_TEXT || param->type == MTL_PATH)
    g_free ((char *) self->text);
  if (self->method != NULL)
    mtl_chosen_unref (self->method);
  *self = (MtlSetting) { 0 };
}

static gboolean
same_names (const char *const *a,
            const char *const *b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return g_strv_equal (a, b);
}

gboolean
mtl_setting_equal (const MtlSetting *a,
                   const MtlSetting *b,
                   const MtlParam   *param)
{
  if (!same_number (a->number, b->number) || g_strcmp0 (a->text, b->text) != 0 || a->n != b->n
      || !same_names (a->names, b->names))
    return FALSE;

  for (guint i = 0; i < a->n; i++)
    if (!same_number (a->numbers[i], b->numbers[i]))
      return FALSE;

  if (a->method == NULL || b->method == NULL)
    return a->method == b->method;

  return mtl_chosen_equal (a->method, b->method);
}

/* Refreshes is_set. For a METHOD: another method, or settings of its own. */
static void
note_whether_set (MtlSetting     *self,
                  const MtlParam *param)
{
  MtlSetting initial;

  mtl_setting_init (&initial, param);
  self->is_set = !mtl_setting_equal (self, &initial, param);
  mtl_setting_clear (&initial, param);
}

static gboolean
is_bounded (double bound)
{
  return fabs (bound) < G_MAXDOUBLE;
}

static void
append_range (GString        *text,
              const MtlParam *param)
{
  g_autofree char *minimum = mtl_json_number (param->minimum);
  g_autofree char *maximum = mtl_json_number (param->maximum);

  if (is_bounded (param->minimum) && is_bounded (param->maximum))
    g_string_append_printf (text, " from %s to %s", minimum, maximum);
  else if (is_bounded (param->minimum))
    g_string_append_printf (text, " of at least %s", minimum);
  else if (is_bounded (param->maximum))
    g_string_append_printf (text, " of at most %s", maximum);
}

char *
mtl_param_expected (const MtlParam *param)
{
  g_autoptr(GString) text = g_string_new (NULL);

  switch (param->type)
    {
    case MTL_NUMBER:
    case MTL_WHOLE:
      g_string_append (text, param->type == MTL_WHOLE ? "a whole number" : "a number");
      append_range (text, param);
      break;
    case MTL_FLAG:
      g_string_append (text, "true or false");
      break;
    case MTL_CHOICE:
      g_string_append (text, "one of ");
      for (guint i = 0; param->choices[i] != NULL; i++)
        g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", param->choices[i]);
      break;
    case MTL_TEXT:
      g_string_append (text, "text");
      break;
    case MTL_PATH:
      g_string_append (text, "a path");
      break;
    case MTL_NUMBERS:
      g_string_append (text, "a list of numbers");
      append_range (text, param);
      break;
    case MTL_PER_TASK:
      g_string_append (text, "a number");
      append_range (text, param);
      g_string_append (text, ", or one for each task named, TASK:NUMBER,TASK:NUMBER");
      break;
    case MTL_METHOD:
      g_string_append_printf (text, "a %s", mtl_kind_noun (param->kind));
      break;
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
mtl_param_refuse (const MtlParam *param,
                  const char     *found,
                  GError        **error)
{
  g_autofree char *expected = mtl_param_expected (param);

  g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING, "%s: expected %s, found %s",
               param->id, expected, found);
  return FALSE;
}

static gboolean
check_number (const MtlParam *param,
              double          number,
              GError        **error)
{
  gboolean whole = param->type != MTL_WHOLE || number == floor (number);
  g_autofree char *found = NULL;

  /* Written so that a NaN is refused. */
  if (isfinite (number) && whole && number >= param->minimum && number <= param->maximum)
    return TRUE;

  found = mtl_json_number (number);
  return mtl_param_refuse (param, found, error);
}

gboolean
mtl_setting_put_number (MtlSetting     *self,
                        const MtlParam *param,
                        double          number,
                        GError        **error)
{
  if (!check_number (param, number, error))
    return FALSE;

  mtl_setting_clear (self, param);
  self->number = number == 0.0 ? 0.0 : number;  /* no minus zero */
  note_whether_set (self, param);
  return TRUE;
}

void
mtl_setting_put_flag (MtlSetting     *self,
                      const MtlParam *param,
                      gboolean        flag)
{
  mtl_setting_clear (self, param);
  self->number = flag ? 1.0 : 0.0;
  note_whether_set (self, param);
}

static gboolean
put_choice (MtlSetting     *self,
            const MtlParam *param,
            const char     *word,
            GError        **error)
{
  g_autofree char *quoted = NULL;

  for (guint i = 0; param->choices[i] != NULL; i++)
    if (strcmp (param->choices[i], word) == 0)
      {
        mtl_setting_clear (self, param);
        self->number = i;
        self->text = param->choices[i];
        note_whether_set (self, param);
        return TRUE;
      }

  quoted = mtl_json_quote_found (word);
  return mtl_param_refuse (param, quoted, error);
}

gboolean
mtl_setting_put_word (MtlSetting     *self,
                      const MtlParam *param,
                      const char     *word,
                      GError        **error)
{
  g_autofree char *copy = NULL;

  if (param->type == MTL_CHOICE)
    return put_choice (self, param, word, error);

  if (strlen (word) > LONGEST_TEXT)
    return mtl_param_refuse (param, "a text that is too long", error);
  if (!g_utf8_validate (word, -1, NULL))
    return mtl_param_refuse (param, "bytes that are not UTF-8", error);

  copy = g_strdup (word);  /* word may be the text that is cleared */
  mtl_setting_clear (self, param);
  self->number = param->initial;
  self->text = g_steal_pointer (&copy);
  note_whether_set (self, param);
  return TRUE;
}

gboolean
mtl_setting_put_numbers (MtlSetting     *self,
                         const MtlParam *param,
                         const double   *numbers,
                         gsize           n,
                         GError        **error)
{
  if (n > MOST_NUMBERS)
    return mtl_param_refuse (param, "too many of them", error);

  for (gsize i = 0; i < n; i++)
    if (!check_number (param, numbers[i], error))
      return FALSE;

  mtl_setting_clear (self, param);
  self->number = param->initial;
  self->numbers = g_memdup2 (numbers, n * sizeof *numbers);
  self->n = n;
  note_whether_set (self, param);
  return TRUE;
}

static gboolean
refuse_name (const MtlParam *param,
             const char     *name,
             GError        **error)
{
  g_autofree char *quoted = mtl_json_quote_found (name);

  g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
               "%s: expected the id of a task, found %s", param->id, quoted);
  return FALSE;
}

gboolean
mtl_setting_put_per_task (MtlSetting        *self,
                          const MtlParam    *param,
                          const char *const *names,
                          const double      *numbers,
                          gsize              n,
                          GError           **error)
{
  g_autoptr(GPtrArray) kept_names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GArray) kept = g_array_new (FALSE, FALSE, sizeof (double));

  if (n > MOST_NUMBERS)
    return mtl_param_refuse (param, "too many of them", error);

  for (gsize i = 0; i < n; i++)
    {
      if (!mtl_name_is_valid (names[i]))
        return refuse_name (param, names[i], error);
      if (!check_number (param, numbers[i], error))
        return FALSE;
      if (numbers[i] == param->initial)
        continue;
      g_ptr_array_add (kept_names, g_strdup (names[i]));
      g_array_append_val (kept, numbers[i]);
    }

  mtl_setting_clear (self, param);
  self->number = param->initial;
  if (kept->len > 0)
    {
      self->n = kept->len;
      self->numbers = (double *) g_array_free (g_steal_pointer (&kept), FALSE);
      g_ptr_array_add (kept_names, NULL);
      self->names = (const char *const *) g_ptr_array_free (g_steal_pointer (&kept_names), FALSE);
    }
  note_whether_set (self, param);
  return TRUE;
}

void
mtl_setting_put_method (MtlSetting     *self,
                        const MtlParam *param,
                        MtlChosen      *method)
{
  mtl_setting_clear (self, param);
  self->number = param->initial;
  self->method = method;
  note_whether_set (self, param);
}
