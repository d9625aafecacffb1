/* mtw-bounded.h — all of a stream that another program writes, up to a limit
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

/* More than @limit bytes are an error, G_IO_ERROR_MESSAGE_TOO_LARGE. */
void    mtw_bounded_read_async  (GInputStream         *stream,
                                 gsize                 limit,
                                 GCancellable         *cancel,
                                 GAsyncReadyCallback   callback,
                                 gpointer              data);
/* (transfer full) */
GBytes *mtw_bounded_read_finish (GAsyncResult         *result,
                                 GError              **error);
