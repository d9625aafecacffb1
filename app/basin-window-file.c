/* basin-window-file.c — opening, saving, and the questions before closing
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#define SUFFIX   ".basin"
#define N_RECENT 8

char *
basin_window_dup_name (BasinWindow *self)
{
  return g_strdup (mtl_design_name (mtw_document_get_design (self->document)));
}

/* --- opening --- */

static void
loaded_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr(BasinWindow) self = data;
  g_autoptr(GError) error = NULL;

  if (!basin_file_load_finish (BASIN_FILE (object), result, &error))
    {
      basin_window_say (self, error->message);
      return;
    }

  gtk_revealer_set_reveal_child (self->disk_bar, FALSE);
  basin_window_start (self);
}

void
basin_window_open_file (BasinWindow *self,
                        GFile       *file)
{
  g_return_if_fail (BASIN_IS_WINDOW (self));

  basin_file_load (self->file, file, loaded_cb, g_object_ref (self));
}

static void
add_filters (GtkFileChooser *chooser)
{
  g_autoptr(GtkFileFilter) designs = gtk_file_filter_new ();
  g_autoptr(GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (designs, _("Basin Designs"));
  gtk_file_filter_add_pattern (designs, "*" SUFFIX);
  gtk_file_filter_set_name (all, _("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  gtk_file_chooser_add_filter (chooser, designs);
  gtk_file_chooser_add_filter (chooser, all);
}

static void
open_response_cb (GtkNativeDialog *dialog,
                  int              response,
                  BasinWindow     *self)
{
  g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT
                          ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  if (file != NULL)
    {
      g_autofree char *uri = g_file_get_uri (file);

      gtk_widget_activate_action (GTK_WIDGET (self), "win.open-uri", "s", uri);
    }
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

void
basin_window_choose_file (BasinWindow *self)
{
  GtkFileChooserNative *dialog =
    gtk_file_chooser_native_new (_("Open a Design"), GTK_WINDOW (self),
                                 GTK_FILE_CHOOSER_ACTION_OPEN, _("_Open"), _("_Cancel"));

  add_filters (GTK_FILE_CHOOSER (dialog));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (open_response_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

/* --- saving --- */

static void
save_elsewhere_cb (AdwToast    *toast,
                   BasinWindow *self)
{
  basin_window_save_as (self);
}

static void
say_not_saved (BasinWindow  *self,
               const GError *error)
{
  g_autofree char *words = g_strdup_printf (_("Cannot save: %s Nothing is lost."), error->message);
  g_autofree char *title = g_markup_escape_text (words, -1);
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_timeout (toast, 0);
  adw_toast_set_button_label (toast, _("Save Elsewhere…"));
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (save_elsewhere_cb), self, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
saved_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr(BasinWindow) self = data;
  g_autoptr(GError) error = NULL;
  gboolean close = self->close_after_save;

  self->close_after_save = FALSE;
  if (!basin_file_save_finish (BASIN_FILE (object), result, &error))
    {
      say_not_saved (self, error);
      return;
    }

  gtk_revealer_set_reveal_child (self->disk_bar, FALSE);
  mtw_document_announce (self->document, _("Saved"));
  if (close)
    gtk_window_close (GTK_WINDOW (self));
}

static void
save_response_cb (GtkNativeDialog *dialog,
                  int              response,
                  BasinWindow     *self)
{
  g_autoptr(GFile) file = response == GTK_RESPONSE_ACCEPT
                          ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog)) : NULL;

  if (file != NULL)
    basin_file_save (self->file, file, saved_cb, g_object_ref (self));
  else
    self->close_after_save = FALSE;
  gtk_native_dialog_destroy (dialog);
  g_object_unref (dialog);
}

void
basin_window_save_as (BasinWindow *self)
{
  GtkFileChooserNative *dialog =
    gtk_file_chooser_native_new (_("Save the Design"), GTK_WINDOW (self),
                                 GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"), _("_Cancel"));
  g_autofree char *name = basin_window_dup_name (self);
  g_autofree char *file_name = g_strconcat (g_strdelimit (name, "/", '-'), SUFFIX, NULL);

  add_filters (GTK_FILE_CHOOSER (dialog));
  if (basin_file_get_file (self->file) != NULL)
    gtk_file_chooser_set_file (GTK_FILE_CHOOSER (dialog), basin_file_get_file (self->file), NULL);
  else
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), file_name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_signal_connect_object (dialog, "response", G_CALLBACK (save_response_cb), self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

void
basin_window_save (BasinWindow *self)
{
  GFile *file = basin_file_get_file (self->file);

  if (file != NULL)
    basin_file_save (self->file, file, saved_cb, g_object_ref (self));
  else
    basin_window_save_as (self);
}

/* --- what others did to the file --- */

static void
changed_on_disk_cb (BasinFile   *file,
                    BasinWindow *self)
{
  g_autofree char *name = g_file_get_basename (basin_file_get_file (file));
  /* Translators: %s is the name of a file. */
  g_autofree char *words = g_strdup_printf (_("“%s” has changed on disk."), name);

  gtk_label_set_label (self->disk_words, words);
  gtk_revealer_set_reveal_child (self->disk_bar, TRUE);
  mtw_document_announce (self->document, words);
}

void
basin_window_reload (BasinWindow *self)
{
  GFile *file = basin_file_get_file (self->file);

  if (file != NULL)
    basin_window_open_file (self, file);
}

void
basin_window_keep_mine (BasinWindow *self)
{
  gtk_revealer_set_reveal_child (self->disk_bar, FALSE);
}

/* --- what a killed Basin left --- */

void
basin_window_offer (BasinWindow *self,
                    BasinOrphan *orphan)
{
  g_autofree char *words = NULL;

  g_return_if_fail (BASIN_IS_WINDOW (self));

  g_clear_pointer (&self->orphan, basin_orphan_free);
  self->orphan = orphan;
  words = g_strdup_printf (_("Basin was closed while “%s” had unsaved changes."),
                           mtl_design_name (orphan->design));
  gtk_label_set_label (self->recovery_words, words);
  gtk_revealer_set_reveal_child (self->recovery_bar, TRUE);
  mtw_document_announce (self->document, words);
}

/* The file is the state to compare with, where there is one and it can be read. */
static void
put_back (BasinWindow *self)
{
  BasinOrphan *orphan = g_steal_pointer (&self->orphan);
  g_autoptr(MtlDesign) design = mtl_design_ref (orphan->design);
  g_autoptr(MtlDesign) empty = mtl_design_new (mtl_design_name (design));

  if (orphan->file == NULL)
    mtw_document_replace (self->document, empty);
  basin_journal_adopt (self->journal, orphan);
  mtw_document_edit (self->document, g_steal_pointer (&design), _("Restore"));
  basin_window_start (self);
}

static void
loaded_before_cb (GObject      *object,
                  GAsyncResult *result,
                  gpointer      data)
{
  g_autoptr(BasinWindow) self = data;
  g_autoptr(GError) error = NULL;

  if (self->orphan == NULL)
    return;

  if (!basin_file_load_finish (BASIN_FILE (object), result, &error))
    {
      basin_window_say (self, error->message);
      g_clear_object (&self->orphan->file);
    }
  put_back (self);
}

void
basin_window_restore (BasinWindow *self)
{
  gtk_revealer_set_reveal_child (self->recovery_bar, FALSE);
  if (self->orphan == NULL)
    return;

  if (self->orphan->file != NULL)
    basin_file_load (self->file, self->orphan->file, loaded_before_cb, g_object_ref (self));
  else
    put_back (self);
}

void
basin_window_discard (BasinWindow *self)
{
  gtk_revealer_set_reveal_child (self->recovery_bar, FALSE);
  g_clear_pointer (&self->orphan, basin_orphan_discard);
}

/* --- closing --- */

static void
close_cb (gpointer data)
{
  gtk_window_close (GTK_WINDOW (data));
  g_object_unref (data);
}

void
basin_window_close_soon (BasinWindow *self)
{
  g_idle_add_once (close_cb, g_object_ref (self));
}

static void
stop_response_cb (AdwMessageDialog *dialog,
                  const char       *response,
                  BasinWindow      *self)
{
  if (!g_str_equal (response, "stop"))
    return;

  if (!mtw_session_is_live (self->session))
    {
      basin_window_close_soon (self);
      return;
    }

  self->close_after_run = TRUE;
  mtw_session_stop (self->session);
}

static void
ask_to_stop (BasinWindow *self)
{
  g_autofree char *status = basin_feed_status (self->session);
  gboolean paused = mtw_session_get_state (self->session) == MTL_RUN_PAUSED;
  GtkWidget *dialog;
  AdwMessageDialog *message;

  dialog = adw_message_dialog_new (GTK_WINDOW (self), _("Stop Training?"), NULL);
  message = ADW_MESSAGE_DIALOG (dialog);
  if (paused)
    adw_message_dialog_format_body (message, _("%s. A checkpoint will be saved, and you can "
                                               "resume later."), status);
  else
    adw_message_dialog_format_body (message, _("%s is running. A checkpoint will be saved, and "
                                               "you can resume later."), status);
  adw_message_dialog_add_response (message, "keep", _("_Keep Training"));
  adw_message_dialog_add_response (message, "stop", _("_Stop and Close"));
  adw_message_dialog_set_response_appearance (message, "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (message, "keep");
  adw_message_dialog_set_close_response (message, "keep");
  g_signal_connect_object (dialog, "response", G_CALLBACK (stop_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
unsaved_response_cb (AdwMessageDialog *dialog,
                     const char       *response,
                     BasinWindow      *self)
{
  if (g_str_equal (response, "save"))
    {
      self->close_after_save = TRUE;
      basin_window_save (self);
    }
  else if (g_str_equal (response, "discard"))
    {
      basin_journal_drop (self->journal);
      self->closing = TRUE;
      basin_window_close_soon (self);
    }
}

static void
ask_to_save (BasinWindow *self)
{
  g_autofree char *name = basin_window_dup_name (self);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _("Save Changes?"), NULL);
  AdwMessageDialog *message = ADW_MESSAGE_DIALOG (dialog);

  adw_message_dialog_format_body (message, _("“%s” has changes that are not saved. If they are "
                                             "discarded, they are lost."), name);
  adw_message_dialog_add_response (message, "cancel", _("_Cancel"));
  adw_message_dialog_add_response (message, "discard", _("_Discard"));
  adw_message_dialog_add_response (message, "save", _("_Save"));
  adw_message_dialog_set_response_appearance (message, "discard", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_response_appearance (message, "save", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (message, "save");
  adw_message_dialog_set_close_response (message, "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (unsaved_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

gboolean
basin_window_may_close (BasinWindow *self)
{
  if (mtw_session_is_live (self->session))
    {
      if (!self->close_after_run)
        ask_to_stop (self);
      return FALSE;
    }
  if (mtw_document_get_edited (self->document))
    {
      ask_to_save (self);
      return FALSE;
    }

  return TRUE;
}

/* --- recent files --- */

static void
update_recent (BasinWindow *self)
{
  g_autolist(GtkRecentInfo) items =
    gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  guint n = 0;

  g_menu_remove_all (self->recent);
  for (GList *l = items; l != NULL && n < N_RECENT; l = l->next)
    {
      const char *uri = gtk_recent_info_get_uri (l->data);
      g_autoptr(GMenuItem) item = NULL;
      g_autofree char *name = NULL;

      if (!g_str_has_suffix (uri, SUFFIX))
        continue;
      name = g_strdup (gtk_recent_info_get_display_name (l->data));
      if (g_str_has_suffix (name, SUFFIX))
        name[strlen (name) - strlen (SUFFIX)] = '\0';
      item = g_menu_item_new (name, NULL);
      g_menu_item_set_action_and_target (item, "win.open-uri", "s", uri);
      g_menu_append_item (self->recent, item);
      n++;
    }
}

static void
file_changed_cb (BasinFile   *file,
                 BasinWindow *self)
{
  basin_journal_set_file (self->journal, basin_file_get_file (file));
}

void
basin_window_connect_file (BasinWindow *self)
{
  g_signal_connect (self->file, "changed", G_CALLBACK (file_changed_cb), self);
  g_signal_connect (self->file, "changed-on-disk", G_CALLBACK (changed_on_disk_cb), self);
  g_signal_connect_object (gtk_recent_manager_get_default (), "changed",
                           G_CALLBACK (update_recent), self, G_CONNECT_SWAPPED);
  update_recent (self);
}
