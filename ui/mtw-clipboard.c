/* mtw-clipboard.c — blocks by way of the clipboard, as the text of a design
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-clipboard.h"

#include <glib/gi18n-lib.h>

#include "mtw-bounded.h"

#define TYPE     "application/x-basin"
#define MAX_MIB  16      /* as much as a design may have */

void
mtw_clipboard_offer (GdkClipboard *clipboard,
                     GBytes       *text)
{
  g_autofree char *plain = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  GdkContentProvider *both[] = {
    gdk_content_provider_new_for_bytes (TYPE, text),
    gdk_content_provider_new_typed (G_TYPE_STRING, plain),
  };
  g_autoptr(GdkContentProvider) offer
    = gdk_content_provider_new_union (both, G_N_ELEMENTS (both));

  gdk_clipboard_set_content (clipboard, offer);
}

static void
read_cb (GObject      *stream,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr(GTask) task = data;
  GError *error = NULL;
  GBytes *text = mtw_bounded_read_finish (result, &error);

  if (text != NULL)
    g_task_return_pointer (task, text, (GDestroyNotify) g_bytes_unref);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                             _("Cannot paste: the clipboard holds more than %d MiB, and a design "
                               "has less."), MAX_MIB);
  else
    g_task_return_error (task, g_steal_pointer (&error));
  g_clear_error (&error);
}

static void
opened_cb (GObject      *clipboard,
           GAsyncResult *result,
           gpointer      data)
{
  g_autoptr(GTask) task = data;
  GError *error = NULL;
  g_autoptr(GInputStream) stream = gdk_clipboard_read_finish (GDK_CLIPBOARD (clipboard), result,
                                                              NULL, &error);

  if (stream != NULL)
    mtw_bounded_read_async (stream, MAX_MIB << 20, g_task_get_cancellable (task), read_cb,
                            g_object_ref (task));
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "%s",
                             _("Cannot paste: expected the text of a design, and the clipboard "
                               "holds no text."));
  g_clear_error (&error);
}

void
mtw_clipboard_read_async (GdkClipboard        *clipboard,
                          GCancellable        *cancel,
                          GAsyncReadyCallback  callback,
                          gpointer             data)
{
  static const char *types[] = { TYPE, "text/plain;charset=utf-8", "text/plain", NULL };
  GTask *task = g_task_new (clipboard, cancel, callback, data);

  g_task_set_source_tag (task, mtw_clipboard_read_async);
  gdk_clipboard_read_async (clipboard, types, G_PRIORITY_DEFAULT, cancel, opened_cb, task);
}

GBytes *
mtw_clipboard_read_finish (GAsyncResult  *result,
                           GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
