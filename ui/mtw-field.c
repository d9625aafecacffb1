/* mtw-field.c — one setting of the catalogue as a row of a form
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-field-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define SHORT_LINE 20   /* characters: a longer summary is a tooltip, and in the help */

G_DEFINE_FINAL_TYPE (MtwField, mtw_field, G_TYPE_OBJECT)

/* --- reading --- */

/* The method that the first parts of @key name, or NULL. *rest: what follows. */
static const MtlChosen *
find_owner (MtwField    *self,
            const char  *key,
            const char **rest)
{
  MtlDesign *design = mtw_document_get_design (self->document);
  g_auto(GStrv) parts = g_strsplit (key, ".", 3);
  const MtlBlock *block;

  if (g_str_equal (parts[0], "experiment"))
    {
      *rest = key + strlen ("experiment.");
      return mtl_design_experiment (design);
    }

  *rest = key + strlen (parts[0]) + 1 + strlen (parts[1]) + 1;
  if (self->probes != NULL)
    return mtw_probes_get (self->probes, parts[1]);

  block = mtl_design_find (design, parts[1]);
  return block != NULL ? mtl_block_what (block) : NULL;
}

static const MtlSetting *
find_setting (MtwField         *self,
              const char       *key,
              const MtlChosen **owner)
{
  const char *rest;
  const MtlSetting *setting = NULL;
  g_auto(GStrv) parts = NULL;

  *owner = find_owner (self, key, &rest);
  parts = g_strsplit (rest, ".", -1);
  for (guint i = 0; *owner != NULL && parts[i] != NULL; i++)
    {
      setting = mtl_chosen_get (*owner, parts[i]);
      if (parts[i + 1] != NULL)
        *owner = setting != NULL ? setting->method : NULL;
    }

  return *owner != NULL ? setting : NULL;
}

static double
number_of_task (const MtlSetting *setting,
                const char       *task)
{
  for (guint i = 0; setting->names != NULL && i < setting->n; i++)
    if (g_str_equal (setting->names[i], task))
      return setting->numbers[i];

  return setting->number;
}

static char *
number_to_text (double number)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (isnan (number) ? "" : g_ascii_formatd (text, sizeof text, "%.10g", number));
}

/* The value at @key as text, of the field's task. (transfer full) (nullable) */
static char *
read_value (MtwField   *self,
            const char *key)
{
  const MtlChosen *owner;
  const MtlSetting *setting = find_setting (self, key, &owner);

  if (owner != NULL && g_str_has_suffix (key, ".type"))
    return g_strdup (mtl_chosen_method (owner)->id);
  if (setting == NULL)
    return NULL;
  if (self->param->type == MTL_METHOD)
    return g_strdup (setting->method != NULL ? mtl_chosen_method (setting->method)->id : "");
  if (self->param->type == MTL_PER_TASK && self->task != NULL)
    return number_to_text (number_of_task (setting, self->task));

  return mtl_setting_to_text (setting, self->param);
}

void
mtw_field_update (MtwField *self)
{
  g_autofree char *text = read_value (self, self->keys[0]);

  for (guint i = 1; text != NULL && self->keys[i] != NULL; i++)
    {
      g_autofree char *other = read_value (self, self->keys[i]);

      if (g_strcmp0 (text, other) != 0)
        g_clear_pointer (&text, g_free);
    }

  /* A combo of targets changes with the survey, so combos are always asked. */
  if (self->fresh && self->look != &mtw_field_combo && g_strcmp0 (text, self->shown) == 0)
    return;

  self->fresh = TRUE;
  g_free (self->shown);
  self->shown = g_steal_pointer (&text);
  self->showing = TRUE;
  self->look->show (self, self->shown);
  self->showing = FALSE;
}

/* --- writing --- */

/* `left:0.3,right:0` with @value for the field's own task. (transfer full) */
static char *
name_tasks (MtwField   *self,
            const char *value)
{
  MtlSurvey *survey = mtw_document_get_survey (self->document);
  const MtlChosen *owner;
  const MtlSetting *setting = find_setting (self, self->keys[0], &owner);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint task = 0; setting != NULL && task < mtl_survey_n_tasks (survey); task++)
    {
      const char *id = mtl_survey_task (survey, task);
      g_autofree char *number = g_str_equal (id, self->task)
                                ? g_strdup (value)
                                : number_to_text (number_of_task (setting, id));

      if (*number != '\0')
        g_string_append_printf (text, "%s%s:%s", text->len > 0 ? "," : "", id, number);
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Several blocks at once are one undo. */
static gboolean
set_all (MtwField    *self,
         const char  *value,
         GError     **error)
{
  g_autoptr(MtlDesign) design = mtl_design_ref (mtw_document_get_design (self->document));
  guint n = g_strv_length (self->keys);
  g_autofree char *name = NULL;

  for (guint i = 0; i < n; i++)
    {
      MtlDesign *next = mtl_design_with_value (design, self->keys[i], value, error);

      if (next == NULL)
        return FALSE;
      mtl_design_unref (design);
      design = next;
    }

  /* Translators: name of an edit, e.g. “Change kernel of 3 blocks”. */
  name = g_strdup_printf (ngettext ("Change %s of %u block", "Change %s of %u blocks", n),
                          self->param->id, n);
  mtw_document_edit (self->document, g_steal_pointer (&design), name);
  return TRUE;
}

static gboolean
set_value (MtwField    *self,
           const char  *key,
           const char  *value,
           GError     **error)
{
  if (self->probes != NULL)
    return mtw_probes_set_value (self->probes, key, value, error);

  return self->keys[1] == NULL ? mtw_document_set_value (self->document, key, value, error)
                               : set_all (self, value, error);
}

void
mtw_field_commit (MtwField   *self,
                  const char *value)
{
  g_autoptr(MtwField) alive = g_object_ref (self);
  g_autoptr(GtkWidget) row = g_object_ref (self->row);
  g_autofree char *named = self->task != NULL ? name_tasks (self, value) : NULL;
  g_autofree char *key = g_strdup (self->keys[0]);
  const char *text = named != NULL ? named : value;
  g_autoptr(GError) error = NULL;

  if (set_value (self, key, text, &error))
    {
      gtk_widget_activate_action (row, "inspector.taken", "s", key);
    }
  else
    {
      self->fresh = FALSE;
      mtw_field_update (self);
      gtk_widget_activate_action (row, "inspector.refused", "s", error->message);
    }
}

/* --- the row --- */

gboolean
mtw_field_is_target (MtwField *self)
{
  return self->param->type == MTL_TEXT && g_str_equal (self->param->id, "target")
         && mtl_survey_n_targets (mtw_document_get_survey (self->document)) > 0;
}

static const MtwFieldLook *
choose_look (MtwField *self)
{
  switch (self->param->type)
    {
    case MTL_FLAG:
      return &mtw_field_flag;
    case MTL_CHOICE:
      return &mtw_field_combo;
    case MTL_METHOD:
      return mtw_field_has_many (self->param->kind) ? &mtw_field_method : &mtw_field_combo;
    case MTL_PATH:
      return &mtw_field_path;
    case MTL_TEXT:
      return mtw_field_is_target (self) ? &mtw_field_combo : &mtw_field_text;
    case MTL_NUMBERS:
      return &mtw_field_text;
    default:
      return &mtw_field_number;
    }
}

static void
show_line (MtwField   *self,
           const char *line)
{
  /* A path stands in the place of the line; a combo has no room for one. */
  if (ADW_IS_ACTION_ROW (self->row) && self->look != &mtw_field_path)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self->row), line != NULL ? line : "");
}

void
mtw_field_put (MtwField  *self,
               GtkWidget *control)
{
  self->row = g_object_ref_sink (adw_action_row_new ());
  self->control = control;
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->row), 1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self->row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self->row), control);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  self->title, -1);
}

static void
describe (MtwField *self)
{
  const MtlParam *param = self->param;
  const char *summary = param->summary != NULL ? _(param->summary) : NULL;
  GtkWidget *spoken = self->control != NULL ? self->control : self->row;

  if (self->look == &mtw_field_combo || self->look == &mtw_field_method)
    self->line = NULL;
  else if (summary != NULL && g_utf8_strlen (summary, -1) <= SHORT_LINE)
    self->line = g_strdup (summary);
  else if (param->unit != NULL)
    self->line = g_strdup (_(param->unit));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->row), self->title);
  show_line (self, self->line);
  gtk_widget_set_tooltip_text (self->row, summary);
  if (summary != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (spoken),
                                    GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, summary, -1);
}

static void
mtw_field_finalize (GObject *object)
{
  MtwField *self = MTW_FIELD (object);

  if (self->row != NULL)
    g_signal_handlers_disconnect_by_data (self->row, self);
  if (self->control != NULL)
    g_signal_handlers_disconnect_by_data (self->control, self);
  if (self->chooser != NULL)
    gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (self->chooser));
  g_clear_object (&self->chooser);
  g_clear_object (&self->control);
  g_clear_object (&self->row);
  g_clear_object (&self->document);
  g_clear_object (&self->probes);
  g_clear_pointer (&self->words, g_ptr_array_unref);
  g_strfreev (self->keys);
  g_free (self->task);
  g_free (self->title);
  g_free (self->line);
  g_free (self->shown);

  G_OBJECT_CLASS (mtw_field_parent_class)->finalize (object);
}

static void
mtw_field_class_init (MtwFieldClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mtw_field_finalize;
}

static void
mtw_field_init (MtwField *self)
{
}

MtwField *
mtw_field_new (MtwDocument       *document,
               MtwProbes         *probes,
               const MtlParam    *param,
               const char *const *keys,
               const char        *task,
               const char        *title)
{
  MtwField *self = g_object_new (MTW_TYPE_FIELD, NULL);

  self->document = g_object_ref (document);
  self->probes = probes != NULL ? g_object_ref (probes) : NULL;
  self->param = param;
  self->keys = g_strdupv ((char **) keys);
  self->task = g_strdup (task);
  if (title != NULL)
    self->title = g_strdup (title);
  else if (task != NULL)
    /* Translators: a setting of one task: “Label noise, left”. */
    self->title = g_strdup_printf (_("%s, %s"), _(param->title), task);
  else
    self->title = g_strdup (_(param->title));

  self->look = choose_look (self);
  self->look->build (self);
  if (self->control != NULL)
    g_object_ref (self->control);
  describe (self);
  mtw_field_update (self);
  return self;
}

gboolean
mtw_field_is (MtwField          *self,
              const MtlParam    *param,
              const char *const *keys,
              const char        *task)
{
  return self->param == param && g_strcmp0 (self->task, task) == 0
         && g_strv_equal ((const char *const *) self->keys, keys)
         && self->look == choose_look (self);
}

gboolean
mtw_field_has_key (MtwField   *self,
                   const char *key,
                   const char *task)
{
  return g_strv_contains ((const char *const *) self->keys, key)
         && g_strcmp0 (self->task, task) == 0;
}

GtkWidget *
mtw_field_get_row (MtwField *self)
{
  g_return_val_if_fail (MTW_IS_FIELD (self), NULL);

  return self->row;
}

void
mtw_field_set_note (MtwField   *self,
                    const char *note)
{
  g_return_if_fail (MTW_IS_FIELD (self));

  show_line (self, note != NULL ? note : self->line);
}
