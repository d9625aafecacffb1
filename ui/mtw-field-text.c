/* mtw-field-text.c — words, lists of numbers, files and folders
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-field-private.h"

#include <glib/gi18n-lib.h>

/* --- text --- */

static void
applied_cb (MtwField *self)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->row)));

  mtw_field_commit (self, g_strstrip (text));
}

static void
build_text (MtwField *self)
{
  self->row = g_object_ref_sink (adw_entry_row_new ());
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self->row), TRUE);
  g_signal_connect_swapped (self->row, "apply", G_CALLBACK (applied_cb), self);
}

static void
show_text (MtwField   *self,
           const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->row), text != NULL ? text : MTW_MIXED);
}

const MtwFieldLook mtw_field_text = { build_text, show_text };

/* --- path --- */

static void
response_cb (MtwField             *self,
             int                   response,
             GtkFileChooserNative *chooser)
{
  g_autoptr(GFile) file = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));
  if (file != NULL)
    path = g_file_get_path (file);
  g_clear_object (&self->chooser);
  if (path != NULL)
    mtw_field_commit (self, path);
}

static void
choose_cb (MtwField *self)
{
  GtkRoot *root = gtk_widget_get_root (self->row);
  gboolean folder = self->param->folder;

  if (self->chooser != NULL || !GTK_IS_WINDOW (root))
    return;

  self->chooser = gtk_file_chooser_native_new (self->title, GTK_WINDOW (root),
                                               folder ? GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER
                                                      : GTK_FILE_CHOOSER_ACTION_OPEN,
                                               NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  if (self->shown != NULL && *self->shown != '\0')
    {
      g_autoptr(GFile) file = g_file_new_for_path (self->shown);

      gtk_file_chooser_set_file (GTK_FILE_CHOOSER (self->chooser), file, NULL);
    }
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (response_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
build_path (MtwField *self)
{
  const char *words = self->param->folder ? _("Choose Folder…") : _("Choose File…");
  GtkWidget *button = gtk_button_new_from_icon_name ("document-open-symbolic");

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, words);
  mtw_field_put (self, button);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (choose_cb), self);
}

static void
show_path (MtwField   *self,
           const char *text)
{
  g_autofree char *name = NULL;

  if (text == NULL)
    name = g_strdup (MTW_MIXED);
  else if (*text == '\0')
    name = g_strdup (_("None chosen"));
  else
    name = g_filename_display_basename (text);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->row), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->control),
                                  GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT, name, -1);
}

const MtwFieldLook mtw_field_path = { build_path, show_path };
