/* basin-export.c — the dialog that writes a trained network as a file
 *
 * The preview is the file itself, made anew on a worker thread after each
 * change; a change while it is made asks for another. What is saved is what
 * is shown.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-export.h"

#include <glib/gi18n.h>
#include <string.h>

#include "mtl-survey.h"

#include "mtw-number.h"

#include "basin-export-job.h"

#define SHOWN_BYTES (256 * 1024)   /* of the preview; longer text makes the view slow */

#define BASIN_TYPE_EXPORT (basin_export_get_type ())

G_DECLARE_FINAL_TYPE (BasinExport, basin_export, BASIN, EXPORT, AdwWindow)

struct _BasinExport
{
  AdwWindow            parent_instance;

  BasinWindow         *window;      /* the parent; it outlives the dialog */
  MtlSnapshot         *snapshot;
  char                *provenance;
  MtlChosen           *exporter;
  GStrv                tasks;
  GPtrArray           *checks;      /* GtkCheckButton of each head */
  GPtrArray           *rows;        /* of the format's settings */

  gboolean             making;
  gboolean             again;
  GBytes              *bytes;       /* the file; NULL: not made, or it failed */
  char                *name;

  AdwWindowTitle      *title;
  GtkBox              *formats;
  AdwPreferencesGroup *numbers;
  AdwPreferencesGroup *heads;
  GtkWidget           *save_button;
  GtkWidget           *copy_button;
  GtkLabel            *file_name;
  GtkLabel            *file_size;
  GtkTextView         *text;
};

G_DEFINE_FINAL_TYPE (BasinExport, basin_export, ADW_TYPE_WINDOW)

/* --- making the file --- */

static void
show_text (BasinExport *self,
           const char  *text,
           gsize        length)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);
  gsize shown = MIN (length, SHOWN_BYTES);

  if (!g_utf8_validate_len (text, length, NULL))
    gtk_text_buffer_set_text (buffer, _("This format is not text."), -1);
  else
    {
      /* Not in the middle of a character. */
      while (shown < length && shown > 0 && ((guchar) text[shown] & 0xc0) == 0x80)
        shown--;
      gtk_text_buffer_set_text (buffer, text, (int) shown);
    }
}

static void
show_file (BasinExport  *self,
           const GError *error)
{
  g_autofree char *size = NULL;
  gsize length = 0;

  gtk_widget_set_sensitive (self->save_button, self->bytes != NULL);
  gtk_widget_set_sensitive (self->copy_button, self->bytes != NULL);
  if (self->bytes == NULL)
    {
      gtk_label_set_label (self->file_name, _("Cannot export"));
      gtk_label_set_label (self->file_size, "");
      show_text (self, error->message, strlen (error->message));
      return;
    }

  show_text (self, g_bytes_get_data (self->bytes, &length), g_bytes_get_size (self->bytes));
  size = g_format_size_full (length, G_FORMAT_SIZE_IEC_UNITS);
  gtk_label_set_label (self->file_name, self->name);
  gtk_label_set_label (self->file_size, size);
}

static void make (BasinExport *self);

static void
made_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  BasinExport *self = BASIN_EXPORT (object);
  g_autoptr(GError) error = NULL;

  self->making = FALSE;
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->name, g_free);
  self->bytes = basin_export_make_finish (result, &self->name, &error);
  if (self->again)
    make (self);
  else
    show_file (self, error);
}

static GStrv
chosen_heads (BasinExport *self)
{
  g_autoptr(GStrvBuilder) heads = g_strv_builder_new ();

  for (guint k = 0; k < self->checks->len; k++)
    if (gtk_check_button_get_active (self->checks->pdata[k]))
      g_strv_builder_add (heads, self->tasks[k]);

  return g_strv_builder_end (heads);
}

static void
make (BasinExport *self)
{
  g_auto(GStrv) heads = NULL;

  self->again = self->making;
  if (self->making || self->exporter == NULL)
    return;

  self->making = TRUE;
  gtk_widget_set_sensitive (self->save_button, FALSE);
  heads = chosen_heads (self);
  basin_export_make (self, self->exporter, self->snapshot, heads, self->provenance, made_cb);
}

/* --- writing it --- */

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr(BasinExport) self = data;
  g_autoptr(GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    {
      basin_window_say (self->window, error->message);
      return;
    }

  basin_window_say_file (self->window, G_FILE (object));
  gtk_window_close (GTK_WINDOW (self));
}

static void
save_response_cb (GtkNativeDialog *dialog,
                  int              response,
                  BasinExport     *self)
{
  g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT
                          ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  if (file != NULL && self->bytes != NULL)
    g_file_replace_contents_bytes_async (file, self->bytes, NULL, FALSE,
                                         G_FILE_CREATE_REPLACE_DESTINATION, NULL, written_cb,
                                         g_object_ref (self));
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

static void
save_cb (BasinExport *self)
{
  GtkFileChooserNative *dialog =
    gtk_file_chooser_native_new (_("Export"), GTK_WINDOW (self), GTK_FILE_CHOOSER_ACTION_SAVE,
                                 _("_Export"), _("_Cancel"));

  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), self->name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (save_response_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
copy_cb (BasinExport *self)
{
  gsize length;
  const char *data = g_bytes_get_data (self->bytes, &length);

  if (g_utf8_validate_len (data, length, NULL))
    {
      g_autofree char *text = g_strndup (data, length);

      gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
    }
}

/* --- what can be chosen --- */

static void
take_setting (BasinExport *self,
              GObject     *row,
              const char  *value)
{
  const MtlParam *param = g_object_get_data (row, "param");
  MtlChosen *exporter = mtl_chosen_with (self->exporter, param->id, value, NULL);

  if (exporter == NULL)
    return;

  mtl_chosen_unref (self->exporter);
  self->exporter = exporter;
  make (self);
}

static void
choice_cb (AdwComboRow *row,
           GParamSpec  *pspec,
           BasinExport *self)
{
  const MtlParam *param = g_object_get_data (G_OBJECT (row), "param");

  take_setting (self, G_OBJECT (row), param->choices[adw_combo_row_get_selected (row)]);
}

static void
flag_cb (GtkSwitch   *toggle,
         GParamSpec  *pspec,
         BasinExport *self)
{
  take_setting (self, G_OBJECT (toggle), gtk_switch_get_active (toggle) ? "true" : "false");
}

static GtkWidget *
make_choice_row (BasinExport      *self,
                 const MtlParam   *param,
                 const MtlSetting *setting)
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr(GtkStringList) words = gtk_string_list_new ((const char **) param->choices);

  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (words));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), (guint) setting->number);
  g_object_set_data (G_OBJECT (row), "param", (gpointer) param);
  g_signal_connect (row, "notify::selected", G_CALLBACK (choice_cb), self);

  return row;
}

static GtkWidget *
make_flag_row (BasinExport      *self,
               const MtlParam   *param,
               const MtlSetting *setting)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *toggle = gtk_switch_new ();

  gtk_switch_set_active (GTK_SWITCH (toggle), setting->number != 0.0);
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _(param->title), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  g_object_set_data (G_OBJECT (toggle), "param", (gpointer) param);
  g_signal_connect (toggle, "notify::active", G_CALLBACK (flag_cb), self);

  return row;
}

/* Formats have choices and flags only. */
static void
show_settings (BasinExport *self)
{
  const MtlMethod *method = mtl_chosen_method (self->exporter);
  const MtlSetting *settings = mtl_chosen_settings (self->exporter);
  guint n = mtl_method_n_params (method, MTL_KIND_EXPORTER);
  guint shown = 0;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->numbers, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);

  for (guint i = 0; i < n; i++)
    {
      const MtlParam *param = mtl_method_param (method, MTL_KIND_EXPORTER, i);
      GtkWidget *row;

      if (param->type != MTL_CHOICE && param->type != MTL_FLAG)
        continue;
      row = param->type == MTL_CHOICE ? make_choice_row (self, param, &settings[i])
                                      : make_flag_row (self, param, &settings[i]);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _(param->title));
      if (param->summary != NULL)
        adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _(param->summary));
      adw_preferences_group_add (self->numbers, row);
      g_ptr_array_add (self->rows, row);
      shown++;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->numbers), shown > 0);
}

static void
format_cb (GtkToggleButton *button,
           BasinExport     *self)
{
  if (!gtk_toggle_button_get_active (button))
    return;

  g_clear_pointer (&self->exporter, mtl_chosen_unref);
  self->exporter = mtl_chosen_new (MTL_KIND_EXPORTER,
                                   g_object_get_data (G_OBJECT (button), "method"));
  show_settings (self);
  make (self);
}

static void
add_formats (BasinExport *self)
{
  GtkToggleButton *first = NULL;

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_EXPORTER); *m != NULL; m++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (_((*m)->title));

      g_object_set_data (G_OBJECT (button), "method", (gpointer) *m);
      gtk_widget_set_tooltip_text (button, _((*m)->summary));
      gtk_widget_set_hexpand (button, TRUE);
      g_signal_connect (button, "toggled", G_CALLBACK (format_cb), self);
      if (first == NULL)
        first = GTK_TOGGLE_BUTTON (button);
      else
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), first);
      gtk_box_append (self->formats, button);
    }

  if (first != NULL)
    gtk_toggle_button_set_active (first, TRUE);
  else
    gtk_label_set_label (self->file_name, _("This build has no formats to export to."));
}

/* A file without a head would compute nothing: the last one stays. */
static void
head_cb (GtkCheckButton *check,
         BasinExport    *self)
{
  guint n = 0;

  for (guint k = 0; k < self->checks->len; k++)
    n += gtk_check_button_get_active (self->checks->pdata[k]) ? 1 : 0;
  if (n == 0)
    gtk_check_button_set_active (check, TRUE);
  else
    make (self);
}

static void
add_heads (BasinExport *self)
{
  g_autoptr(MtlSurvey) survey = mtl_survey_new (mtl_snapshot_design (self->snapshot));
  g_autoptr(GStrvBuilder) tasks = g_strv_builder_new ();

  for (guint k = 0; k < mtl_survey_n_tasks (survey); k++)
    {
      const char *task = mtl_survey_task (survey, k);
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *check = gtk_check_button_new ();
      g_autofree char *n = mtw_number_fixed (mtl_survey_n_reached (survey,
                                                                   G_GUINT64_CONSTANT (1) << k), 0);
      g_autofree char *subtitle = g_strdup_printf (_("%s parameters of its own"), n);

      g_strv_builder_add (tasks, task);
      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
      gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, task,
                                      -1);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), task);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
      adw_action_row_add_prefix (ADW_ACTION_ROW (row), check);
      adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), check);
      adw_preferences_group_add (self->heads, row);
      g_ptr_array_add (self->checks, check);
    }

  self->tasks = g_strv_builder_end (tasks);
  for (guint k = 0; k < self->checks->len; k++)
    g_signal_connect (self->checks->pdata[k], "toggled", G_CALLBACK (head_cb), self);
}

/* --- the object --- */

static void
basin_export_finalize (GObject *object)
{
  BasinExport *self = BASIN_EXPORT (object);

  g_clear_pointer (&self->snapshot, mtl_snapshot_unref);
  g_clear_pointer (&self->exporter, mtl_chosen_unref);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_strfreev (self->tasks);
  g_free (self->provenance);
  g_free (self->name);

  G_OBJECT_CLASS (basin_export_parent_class)->finalize (object);
}

static void
basin_export_class_init (BasinExportClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = basin_export_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/basin_studio/Basin/basin-export.ui");
  gtk_widget_class_bind_template_child (widget_class, BasinExport, title);
  gtk_widget_class_bind_template_child (widget_class, BasinExport, formats);
  gtk_widget_class_bind_template_child (widget_class, BasinExport, numbers);
  gtk_widget_class_bind_template_child (widget_class, BasinExport, heads);
  gtk_widget_class_bind_template_child (widget_class, BasinExport, save_button);
  gtk_widget_class_bind_template_child (widget_class, BasinExport, copy_button);
  gtk_widget_class_bind_template_child (widget_class, BasinExport, file_name);
  gtk_widget_class_bind_template_child (widget_class, BasinExport, file_size);
  gtk_widget_class_bind_template_child (widget_class, BasinExport, text);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
  gtk_widget_class_bind_template_callback (widget_class, copy_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
basin_export_init (BasinExport *self)
{
  self->checks = g_ptr_array_new ();
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
basin_export_show (BasinWindow *parent,
                   MtlRecord   *record,
                   MtlSnapshot *snapshot)
{
  BasinExport *self = g_object_new (BASIN_TYPE_EXPORT, "transient-for", parent, NULL);
  const MtlRecordInfo *info = mtl_record_info (record);
  g_autofree char *subtitle = NULL;

  self->window = parent;
  self->snapshot = mtl_snapshot_ref (snapshot);
  /* Translators: name and number of a run, and the epoch of its weights. */
  subtitle = g_strdup_printf (_("%s · run %u, epoch %" G_GUINT64_FORMAT), info->name, info->number,
                              mtl_snapshot_epoch (snapshot));
  self->provenance = g_strdup_printf ("run %u (%s), step %" G_GUINT64_FORMAT ", epoch %"
                                      G_GUINT64_FORMAT, info->number, info->run,
                                      mtl_snapshot_step (snapshot), mtl_snapshot_epoch (snapshot));
  adw_window_title_set_subtitle (self->title, subtitle);
  add_heads (self);
  add_formats (self);
  gtk_window_present (GTK_WINDOW (self));
}
