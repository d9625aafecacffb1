/* mtl-file.h — reading a data file, plain or packed with gzip
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

/**
 * mtl_file_read:
 * @path: a plain file or a .gz file, told apart by what is in it
 * @at_most: bytes to read, unpacked; memory grows with what is there, not with
 *   what a header promises
 * @more: (out) (optional): whether the file goes on after them
 *
 * Returns: (transfer full): the bytes; NULL with MTL_ERROR_DATA naming the
 *   file (not there, no regular file, a .gz that is cut off or damaged), or
 *   G_IO_ERROR_CANCELLED
 */
GByteArray *mtl_file_read (const char    *path,
                           gsize          at_most,
                           gboolean      *more,
                           GCancellable  *cancel,
                           GError       **error);
