/* mtl-chosen.c — a method together with its checked settings
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-chosen-private.h"

#include <string.h>

#include "mtl-catalogue.h"
#include "mtl-group.h"
#include "mtl-nearest.h"
#include "mtl-setting.h"

static MtlChosen *
new_empty (MtlKind          kind,
           const MtlMethod *method)
{
  MtlChosen *self = g_new0 (MtlChosen, 1);

  g_atomic_ref_count_init (&self->refs);
  self->kind = kind;
  self->method = method;
  if (method->group != NULL)
    mtl_group_ref (method->group);
  self->n = mtl_method_n_params (method, kind);
  self->settings = g_new0 (MtlSetting, self->n);

  return self;
}

/**
 * mtl_chosen_new:
 * @method: of @kind
 *
 * Returns: (transfer full): every setting at its initial value
 */
MtlChosen *
mtl_chosen_new (MtlKind          kind,
                const MtlMethod *method)
{
  MtlChosen *self;

  g_return_val_if_fail (method != NULL, NULL);

  self = new_empty (kind, method);
  for (guint i = 0; i < self->n; i++)
    mtl_setting_init (&self->settings[i], mtl_chosen_param (self, i));

  return self;
}

MtlChosen *
mtl_chosen_copy (const MtlChosen *self)
{
  MtlChosen *copy = new_empty (self->kind, self->method);

  for (guint i = 0; i < self->n; i++)
    mtl_setting_copy (&copy->settings[i], &self->settings[i], mtl_chosen_param (self, i));
  copy->kept = g_strdupv (self->kept);

  return copy;
}

MtlChosen *
mtl_chosen_ref (const MtlChosen *self)
{
  MtlChosen *own = (MtlChosen *) self;

  g_atomic_ref_count_inc (&own->refs);
  return own;
}

void
mtl_chosen_unref (const MtlChosen *self)
{
  MtlChosen *own = (MtlChosen *) self;

  if (!g_atomic_ref_count_dec (&own->refs))
    return;

  for (guint i = 0; i < own->n; i++)
    mtl_setting_clear (&own->settings[i], mtl_chosen_param (own, i));
  if (own->method->group != NULL)
    mtl_group_unref (own->method->group);
  g_free (own->settings);
  g_strfreev (own->kept);
  g_free (own);
}

MtlKind
mtl_chosen_kind (const MtlChosen *self)
{
  return self->kind;
}

const MtlMethod *
mtl_chosen_method (const MtlChosen *self)
{
  return self->method;
}

const MtlSetting *
mtl_chosen_settings (const MtlChosen *self)
{
  return self->settings;
}

const MtlParam *
mtl_chosen_param (const MtlChosen *self,
                  guint            n)
{
  return mtl_method_param (self->method, self->kind, n);
}

const MtlSetting *
mtl_chosen_get (const MtlChosen *self,
                const char      *param)
{
  for (guint i = 0; i < self->n; i++)
    if (strcmp (mtl_chosen_param (self, i)->id, param) == 0)
      return &self->settings[i];

  return NULL;
}

int
mtl_chosen_find (const MtlChosen *self,
                 const char      *param,
                 GError         **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (guint i = 0; i < self->n; i++)
    {
      const char *id = mtl_chosen_param (self, i)->id;

      if (strcmp (id, param) == 0)
        return i;
      g_ptr_array_add (known, (gpointer) id);
    }

  g_ptr_array_add (known, (gpointer) "type");
  hint = mtl_nearest_hint (param, known);
  g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING, "%s has no setting “%s”; %s",
               self->method->id, param, hint);
  return -1;
}

gboolean
mtl_chosen_is_changed (const MtlChosen *self)
{
  for (guint i = 0; i < self->n; i++)
    if (self->settings[i].is_set)
      return TRUE;

  return self->kept != NULL;
}

static gboolean
same_kept (char **a,
           char **b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return g_strv_equal ((const char *const *) a, (const char *const *) b);
}

/* The method of a group is another one each time that its definition is read. */
static gboolean
same_method (const MtlMethod *a,
             const MtlMethod *b)
{
  return a == b
    || (a->group != NULL && b->group != NULL && mtl_group_equal (a->group, b->group));
}

gboolean
mtl_chosen_equal (const MtlChosen *a,
                  const MtlChosen *b)
{
  if (a == b)
    return TRUE;
  if (a->kind != b->kind || !same_method (a->method, b->method) || !same_kept (a->kept, b->kept))
    return FALSE;

  for (guint i = 0; i < a->n; i++)
    if (!mtl_setting_equal (&a->settings[i], &b->settings[i], mtl_chosen_param (a, i)))
      return FALSE;

  return TRUE;
}

/* A value that fits neither type nor range is passed over. */
static void
put_value (MtlSetting       *self,
           const MtlParam   *param,
           const MtlSetting *value)
{
  switch (param->type)
    {
    case MTL_NUMBER:
    case MTL_WHOLE:
      mtl_setting_put_number (self, param, value->number, NULL);
      break;
    case MTL_FLAG:
      mtl_setting_put_flag (self, param, value->number != 0.0);
      break;
    case MTL_CHOICE:
    case MTL_TEXT:
      if (value->text != NULL)
        mtl_setting_put_word (self, param, value->text, NULL);
      break;
    default:
      break;
    }
}

MtlChosen *
mtl_chosen_with_setting (const MtlChosen  *self,
                         const char       *param,
                         const MtlSetting *value)
{
  MtlChosen *copy = mtl_chosen_copy (self);

  for (guint i = 0; i < copy->n; i++)
    if (strcmp (mtl_chosen_param (copy, i)->id, param) == 0)
      put_value (&copy->settings[i], mtl_chosen_param (copy, i), value);

  return copy;
}

MtlChosen *
mtl_chosen_on (const MtlChosen *self,
               const MtlMethod *method)
{
  MtlChosen *copy = mtl_chosen_new (self->kind, method);

  for (guint i = 0; i < copy->n; i++)
    {
      const MtlParam *param = mtl_chosen_param (copy, i);
      const MtlSetting *old = mtl_chosen_get (self, param->id);

      if (old != NULL && old->is_set)
        put_value (&copy->settings[i], param, old);
    }
  copy->kept = g_strdupv (self->kept);

  return copy;
}

static int
find_task (const char        *name,
           const char *const *ids,
           guint              n_tasks)
{
  for (guint k = 0; k < n_tasks; k++)
    if (strcmp (ids[k], name) == 0)
      return k;

  return -1;
}

/* With the tasks there are, in the form in which numbers are given to them. */
static gboolean
refuse_task (const MtlParam    *param,
             const char        *name,
             const char *const *ids,
             guint              n_tasks,
             GError           **error)
{
  g_autoptr(GString) form = g_string_new (NULL);

  for (guint k = 0; k < n_tasks; k++)
    g_string_append_printf (form, "%s%s:NUMBER", k > 0 ? "," : "", ids[k]);
  g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
               "%s names the task “%s”, which is not one of the tasks here; take it out or "
               "rename it: %s", param->id, name, form->str);
  return FALSE;
}

/* Replaces named entries by one number for each task. */
static gboolean
spread_setting (MtlSetting        *self,
                const MtlParam    *param,
                const char *const *ids,
                guint              n_tasks,
                GError           **error)
{
  g_autofree double *numbers = g_new (double, n_tasks);

  for (guint k = 0; k < n_tasks; k++)
    numbers[k] = self->number;

  for (guint i = 0; self->names != NULL && i < self->n; i++)
    {
      int task = find_task (self->names[i], ids, n_tasks);

      if (task < 0)
        return refuse_task (param, self->names[i], ids, n_tasks, error);
      numbers[task] = self->numbers[i];
    }

  g_strfreev ((char **) self->names);
  g_free ((double *) self->numbers);
  self->names = NULL;
  self->numbers = g_steal_pointer (&numbers);
  self->n = n_tasks;
  return TRUE;
}

/**
 * mtl_chosen_for_tasks:
 * @ids: of the task blocks, in the order of the run
 *
 * Methods within settings are spread too. To be applied to what is in a
 * design, not to its own result.
 *
 * Returns: (transfer full): the copy; NULL with MTL_ERROR_SETTING
 */
MtlChosen *
mtl_chosen_for_tasks (const MtlChosen   *self,
                      const char *const *ids,
                      guint              n_tasks,
                      GError           **error)
{
  g_autoptr(MtlChosen) copy = mtl_chosen_copy (self);

  for (guint i = 0; i < copy->n; i++)
    {
      MtlSetting *setting = &copy->settings[i];
      const MtlParam *param = mtl_chosen_param (copy, i);

      if (param->type == MTL_PER_TASK
          && !spread_setting (setting, param, ids, n_tasks, error))
        return NULL;

      if (param->type == MTL_METHOD && setting->method != NULL)
        {
          MtlChosen *inner = mtl_chosen_for_tasks (setting->method, ids, n_tasks, error);

          if (inner == NULL)
            {
              g_prefix_error (error, "%s: ", param->id);
              return NULL;
            }
          mtl_chosen_unref (setting->method);
          setting->method = inner;
        }
    }

  return g_steal_pointer (&copy);
}

static gboolean
names_task (const MtlChosen *self,
            const char      *task)
{
  for (guint i = 0; i < self->n; i++)
    {
      const MtlSetting *setting = &self->settings[i];

      if (setting->names != NULL && g_strv_contains (setting->names, task))
        return TRUE;
      if (setting->method != NULL && names_task (setting->method, task))
        return TRUE;
    }

  return FALSE;
}

static void
rename_in_setting (MtlSetting     *self,
                   const MtlParam *param,
                   const char     *from,
                   const char     *to)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GArray) numbers = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < self->n; i++)
    {
      gboolean hit = strcmp (self->names[i], from) == 0;

      if (hit && to == NULL)
        continue;
      g_ptr_array_add (names, g_strdup (hit ? to : self->names[i]));
      g_array_append_val (numbers, self->numbers[i]);
    }

  /* What was in the setting passed its checks, so this cannot fail. */
  mtl_setting_put_per_task (self, param, (const char *const *) names->pdata,
                            (const double *) numbers->data, names->len, NULL);
}

MtlChosen *
mtl_chosen_rename_task (const MtlChosen *self,
                        const char      *from,
                        const char      *to)
{
  MtlChosen *copy;

  if (!names_task (self, from))
    return mtl_chosen_ref (self);

  copy = mtl_chosen_copy (self);
  for (guint i = 0; i < copy->n; i++)
    {
      MtlSetting *setting = &copy->settings[i];
      const MtlParam *param = mtl_chosen_param (copy, i);

      if (setting->names != NULL)
        rename_in_setting (setting, param, from, to);
      else if (setting->method != NULL)
        mtl_setting_put_method (setting, param,
                                mtl_chosen_rename_task (setting->method, from, to));
    }

  return copy;
}
