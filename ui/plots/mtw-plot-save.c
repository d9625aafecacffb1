/* mtw-plot-save.c — a plot to the clipboard, or to a file that is asked for
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-plot-save.h"

#include <glib/gi18n-lib.h>

#include "mtw-plot-write.h"

#define SAVE_KEY "mtw-plot-save"

typedef struct
{
  GtkFileChooserNative *chooser;
  GWeakRef              plot;
  GWeakRef              who;
  MtwPlotSay            say;
} Saving;

static GBytes *
write_plot (MtwPlot    *plot,
            MtwFormat   format,
            GError    **error)
{
  MtwPlotInput input;

  mtw_plot_get_input (plot, &input);

  return mtw_plot_write (mtw_plot_get_kind (plot), &input, format, MTW_PRINT_WIDE, error);
}

void
mtw_plot_copy (MtwPlot    *plot,
               MtwPlotSay  say,
               gpointer    who)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) picture = write_plot (plot, MTW_FORMAT_PNG, &error);
  g_autoptr(GBytes) figures = picture != NULL ? write_plot (plot, MTW_FORMAT_CSV, &error) : NULL;
  GdkContentProvider *both[2];
  g_autoptr(GdkContentProvider) provider = NULL;

  if (figures == NULL)
    {
      say (who, error->message);
      return;
    }

  both[0] = gdk_content_provider_new_for_bytes ("image/png", picture);
  both[1] = gdk_content_provider_new_for_bytes ("text/plain;charset=utf-8", figures);
  provider = gdk_content_provider_new_union (both, 2);
  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (plot)), provider);
  say (who, _("Plot copied"));
}

static void
saving_free (gpointer data)
{
  Saving *self = data;

  g_weak_ref_clear (&self->plot);
  g_weak_ref_clear (&self->who);
  g_object_unref (self->chooser);
  g_free (self);
}

static gboolean
write_file (MtwPlot  *plot,
            GFile    *file,
            GError  **error)
{
  g_autofree char *name = g_file_get_basename (file);
  MtwFormat format = MTW_FORMAT_SVG;
  g_autoptr(GBytes) bytes = NULL;
  gsize n;
  gconstpointer data;

  mtw_format_find (name, &format);
  bytes = write_plot (plot, format, error);
  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &n);

  return g_file_replace_contents (file, data, n, NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL,
                                  error);
}

static void
response_cb (Saving *self,
             int     response)
{
  g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_autoptr(MtwPlot) plot = g_weak_ref_get (&self->plot);
  g_autoptr(GtkWidget) who = g_weak_ref_get (&self->who);
  g_autoptr(GError) error = NULL;
  g_autofree char *words = NULL;

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && plot != NULL && who != NULL)
    {
      g_autofree char *name = g_file_get_basename (file);

      if (write_file (plot, file, &error))
        /* Translators: the name of a file. */
        words = g_strdup_printf (_("Saved %s"), name);
      else
        /* Translators: the name of a file, then the reason. */
        words = g_strdup_printf (_("Cannot save %s: %s"), name, error->message);
      self->say (who, words);
    }
  if (plot != NULL)
    g_object_set_data (G_OBJECT (plot), SAVE_KEY, NULL);
}

static void
add_formats (GtkFileChooser *chooser)
{
  static const char *const titles[MTW_N_FORMATS] = {
    N_("Drawing (SVG)"), N_("Document (PDF)"), N_("Picture (PNG)"), N_("Figures (CSV)"),
  };

  for (guint f = 0; f < MTW_N_FORMATS; f++)
    {
      g_autoptr(GtkFileFilter) filter = gtk_file_filter_new ();

      gtk_file_filter_set_name (filter, _(titles[f]));
      gtk_file_filter_add_suffix (filter, mtw_format_name ((MtwFormat) f));
      gtk_file_chooser_add_filter (chooser, filter);
    }
}

/* The chooser lives as long as the plot, or until it is answered. */
void
mtw_plot_save_as (MtwPlot    *plot,
                  MtwPlotSay  say,
                  GtkWidget  *who)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (plot));
  g_autofree char *name = g_strdup_printf ("%s.svg", mtw_plot_get_kind (plot)->id);
  Saving *self = g_new0 (Saving, 1);

  self->say = say;
  g_weak_ref_init (&self->plot, plot);
  g_weak_ref_init (&self->who, who);
  self->chooser = gtk_file_chooser_native_new (_("Save Plot"),
                                               GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"),
                                               _("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  add_formats (GTK_FILE_CHOOSER (self->chooser));
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (response_cb), self);
  g_object_set_data_full (G_OBJECT (plot), SAVE_KEY, self, saving_free);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}
