/* mtw-form.c — a group of settings, kept in step with what the catalogue lists
 *
 * A group can only be added to at its end, so rows from the first difference
 * on are taken out and put in again; those before it are not touched, and a
 * row that was there is put back, not made anew.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-form.h"

#include <glib/gi18n-lib.h>

#include "mtw-help.h"

struct _MtwForm
{
  AdwPreferencesGroup  parent_instance;

  GPtrArray           *fields;     /* as they stand */
  GPtrArray           *rare;       /* behind “More” */
  GtkWidget           *more;       /* NULL: nothing is rare */
  GtkWidget           *help;       /* NULL: none */

  MtwDocument         *document;   /* from begin to end */
  MtwProbes           *probes;     /* the same; NULL: settings of the design */
  GPtrArray           *wanted;
  GPtrArray           *wanted_rare;

  GPtrArray           *held;       /* MtlChosen: the parameters of a group live in it */
  guint                n_held;     /* for the fields that stand */
};

G_DEFINE_FINAL_TYPE (MtwForm, mtw_form, ADW_TYPE_PREFERENCES_GROUP)

static void
mtw_form_dispose (GObject *object)
{
  MtwForm *self = MTW_FORM (object);

  g_ptr_array_set_size (self->fields, 0);
  g_ptr_array_set_size (self->rare, 0);
  g_clear_object (&self->more);
  self->help = NULL;

  G_OBJECT_CLASS (mtw_form_parent_class)->dispose (object);
}

static void
mtw_form_finalize (GObject *object)
{
  MtwForm *self = MTW_FORM (object);

  g_ptr_array_unref (self->fields);
  g_ptr_array_unref (self->rare);
  g_ptr_array_unref (self->held);

  G_OBJECT_CLASS (mtw_form_parent_class)->finalize (object);
}

static void
mtw_form_class_init (MtwFormClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mtw_form_dispose;
  object_class->finalize = mtw_form_finalize;
}

static void
unref_chosen (gpointer what)
{
  mtl_chosen_unref (what);
}

static void
mtw_form_init (MtwForm *self)
{
  self->held = g_ptr_array_new_with_free_func (unref_chosen);
  self->fields = g_ptr_array_new_with_free_func (g_object_unref);
  self->rare = g_ptr_array_new_with_free_func (g_object_unref);
}

/* --- what is wanted --- */

void
mtw_form_begin (MtwForm     *self,
                MtwDocument *document)
{
  g_return_if_fail (MTW_IS_FORM (self));
  g_return_if_fail (self->wanted == NULL);

  self->document = document;
  self->wanted = g_ptr_array_new_with_free_func (g_object_unref);
  self->wanted_rare = g_ptr_array_new_with_free_func (g_object_unref);
}

void
mtw_form_begin_probe (MtwForm     *self,
                      MtwDocument *document,
                      MtwProbes   *probes)
{
  mtw_form_begin (self, document);
  self->probes = probes;
}

static MtwField *
find_same (GPtrArray         *fields,
           const MtlParam    *param,
           const char *const *keys,
           const char        *task)
{
  for (guint i = 0; i < fields->len; i++)
    if (mtw_field_is (fields->pdata[i], param, keys, task))
      return g_object_ref (fields->pdata[i]);

  return NULL;
}

void
mtw_form_want (MtwForm           *self,
               const MtlParam    *param,
               const char *const *keys,
               const char        *task,
               const char        *title,
               gboolean           rare)
{
  MtwField *field = find_same (rare ? self->rare : self->fields, param, keys, task);

  if (field != NULL)
    mtw_field_update (field);
  else
    field = mtw_field_new (self->document, self->probes, param, keys, task, title);

  g_ptr_array_add (rare ? self->wanted_rare : self->wanted, field);
}

/* The settings of all of @chosen named @param; NULL where one has none such. */
static const MtlSetting **
find_settings (const MtlChosen **chosen,
               guint             n,
               const MtlParam   *param)
{
  const MtlSetting **settings = g_new0 (const MtlSetting *, n);

  for (guint i = 0; i < n; i++)
    {
      const MtlMethod *method = mtl_chosen_method (chosen[i]);
      MtlKind kind = mtl_chosen_kind (chosen[i]);

      for (guint p = 0; p < mtl_method_n_params (method, kind); p++)
        {
          const MtlParam *other = mtl_method_param (method, kind, p);

          if (g_str_equal (other->id, param->id) && other->type == param->type
              && other->kind == param->kind)
            settings[i] = &mtl_chosen_settings (chosen[i])[p];
        }
      if (settings[i] == NULL)
        {
          g_free (settings);
          return NULL;
        }
    }

  return settings;
}

/* The settings of the methods that were chosen, where all chose the same. */
static void
want_inner (MtwForm           *self,
            const MtlSetting **settings,
            GStrv              keys,
            gboolean           rare)
{
  guint n = g_strv_length (keys);
  g_autofree const MtlChosen **inner = g_new0 (const MtlChosen *, n);
  g_auto(GStrv) prefixes = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      inner[i] = settings[i]->method;
      prefixes[i] = g_strconcat (keys[i], ".", NULL);
      if (inner[i] == NULL || mtl_chosen_method (inner[i]) != mtl_chosen_method (inner[0]))
        return;
    }

  mtw_form_want_shared (self, inner, (const char *const *) prefixes, rare);
}

static void
want_param (MtwForm           *self,
            const MtlParam    *param,
            const MtlChosen  **chosen,
            const char *const *prefixes,
            const char        *title,
            gboolean           rare)
{
  guint n = g_strv_length ((char **) prefixes);
  g_autofree const MtlSetting **settings = find_settings (chosen, n, param);
  g_auto(GStrv) keys = g_new0 (char *, n + 1);
  MtlSurvey *survey = mtw_document_get_survey (self->document);
  guint n_tasks = param->type == MTL_PER_TASK && n == 1 ? mtl_survey_n_tasks (survey) : 0;

  if (settings == NULL)
    return;

  for (guint i = 0; i < n; i++)
    keys[i] = g_strconcat (prefixes[i], param->id, NULL);
  for (guint task = 0; task < n_tasks; task++)
    mtw_form_want (self, param, (const char *const *) keys, mtl_survey_task (survey, task),
                   NULL, rare);
  if (n_tasks == 0)
    mtw_form_want (self, param, (const char *const *) keys, NULL, title, rare);
  if (param->type == MTL_METHOD)
    want_inner (self, settings, keys, rare);
}

static void
hold (MtwForm         *self,
      const MtlChosen *chosen)
{
  g_ptr_array_add (self->held, mtl_chosen_ref (chosen));
}

void
mtw_form_want_shared (MtwForm           *self,
                      const MtlChosen  **chosen,
                      const char *const *prefixes,
                      gboolean           rare)
{
  const MtlMethod *method = mtl_chosen_method (chosen[0]);
  MtlKind kind = mtl_chosen_kind (chosen[0]);

  hold (self, chosen[0]);
  for (guint p = 0; p < mtl_method_n_params (method, kind); p++)
    {
      const MtlParam *param = mtl_method_param (method, kind, p);

      want_param (self, param, chosen, prefixes, NULL, rare || param->rare);
    }
}

static void
want_one (MtwForm         *self,
          const MtlChosen *chosen,
          const char      *prefix,
          const char      *id,
          const char      *title,
          gboolean         rare)
{
  const MtlMethod *method = mtl_chosen_method (chosen);
  MtlKind kind = mtl_chosen_kind (chosen);

  hold (self, chosen);
  for (guint p = 0; p < mtl_method_n_params (method, kind); p++)
    {
      const MtlParam *param = mtl_method_param (method, kind, p);

      if (g_str_equal (param->id, id))
        want_param (self, param, &chosen, (const char *const[]) { prefix, NULL }, title,
                    rare || param->rare);
    }
}

void
mtw_form_want_setting (MtwForm         *self,
                       const MtlChosen *chosen,
                       const char      *prefix,
                       const char      *param,
                       const char      *title)
{
  want_one (self, chosen, prefix, param, title, FALSE);
}

void
mtw_form_want_rare (MtwForm         *self,
                    const MtlChosen *chosen,
                    const char      *prefix,
                    const char      *param)
{
  want_one (self, chosen, prefix, param, NULL, TRUE);
}

/* --- what stands --- */

static guint
count_kept (GPtrArray *old,
            GPtrArray *new)
{
  guint n = 0;

  while (n < old->len && n < new->len && old->pdata[n] == new->pdata[n])
    n++;

  return n;
}

static void
replace_rare (MtwForm *self)
{
  guint kept = count_kept (self->rare, self->wanted_rare);
  AdwExpanderRow *more;

  if (self->more == NULL && self->wanted_rare->len > 0)
    {
      self->more = g_object_ref_sink (adw_expander_row_new ());
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->more), _("More"));
      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), self->more);
    }
  if (self->more == NULL)
    return;

  more = ADW_EXPANDER_ROW (self->more);
  for (guint i = kept; i < self->rare->len; i++)
    adw_expander_row_remove (more, mtw_field_get_row (self->rare->pdata[i]));
  for (guint i = kept; i < self->wanted_rare->len; i++)
    adw_expander_row_add_row (more, mtw_field_get_row (self->wanted_rare->pdata[i]));
  gtk_widget_set_visible (self->more, self->wanted_rare->len > 0);
}

static void
replace_fields (MtwForm *self)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (self);
  guint kept = count_kept (self->fields, self->wanted);

  if (kept == self->fields->len && kept == self->wanted->len)
    return;

  for (guint i = kept; i < self->fields->len; i++)
    adw_preferences_group_remove (group, mtw_field_get_row (self->fields->pdata[i]));
  if (self->more != NULL)
    adw_preferences_group_remove (group, self->more);
  for (guint i = kept; i < self->wanted->len; i++)
    adw_preferences_group_add (group, mtw_field_get_row (self->wanted->pdata[i]));
  if (self->more != NULL)
    adw_preferences_group_add (group, self->more);
}

void
mtw_form_end (MtwForm *self)
{
  g_return_if_fail (MTW_IS_FORM (self));
  g_return_if_fail (self->wanted != NULL);

  replace_fields (self);
  replace_rare (self);

  g_ptr_array_unref (self->fields);
  g_ptr_array_unref (self->rare);
  self->fields = g_steal_pointer (&self->wanted);
  self->rare = g_steal_pointer (&self->wanted_rare);
  g_ptr_array_remove_range (self->held, 0, self->n_held);
  self->n_held = self->held->len;
  self->document = NULL;
  self->probes = NULL;
}

guint
mtw_form_n_fields (MtwForm *self)
{
  g_return_val_if_fail (MTW_IS_FORM (self), 0);

  return self->fields->len + self->rare->len;
}

static MtwField *
find_key (GPtrArray  *fields,
          const char *key,
          const char *task)
{
  for (guint i = 0; i < fields->len; i++)
    if (mtw_field_has_key (fields->pdata[i], key, task))
      return fields->pdata[i];

  return NULL;
}

MtwField *
mtw_form_find (MtwForm    *self,
               const char *key,
               const char *task)
{
  MtwField *field;

  g_return_val_if_fail (MTW_IS_FORM (self), NULL);

  field = find_key (self->fields, key, task);
  return field != NULL ? field : find_key (self->rare, key, task);
}

void
mtw_form_set_help (MtwForm         *self,
                   MtlKind          kind,
                   const MtlMethod *method)
{
  g_return_if_fail (MTW_IS_FORM (self));

  if (self->help == NULL && method != NULL)
    {
      self->help = mtw_help_new ();
      adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (self), self->help);
    }
  if (self->help == NULL)
    return;

  gtk_widget_set_visible (self->help, method != NULL);
  if (method != NULL)
    mtw_help_set_method (MTW_HELP (self->help), kind, method);
}
