/* mtw-clipboard.h — blocks by way of the clipboard, as the text of a design
 *
 * Offered as application/x-basin and as plain text; whatever of the two is
 * there is read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gdk/gdk.h>

/* @text: UTF-8 */
void    mtw_clipboard_offer       (GdkClipboard         *clipboard,
                                   GBytes               *text);
void    mtw_clipboard_read_async  (GdkClipboard         *clipboard,
                                   GCancellable         *cancel,
                                   GAsyncReadyCallback   callback,
                                   gpointer              data);
/* (transfer full): at most 16 MiB of anything; NULL with an error for people,
 * or G_IO_ERROR_CANCELLED. */
GBytes *mtw_clipboard_read_finish (GAsyncResult         *result,
                                   GError              **error);
