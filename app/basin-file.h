/* basin-file.h — where a document lives on disk
 *
 * Reads and writes on a worker thread, and watches the file. Signals:
 * `changed` (the file of the document is another one), `changed-on-disk`
 * (somebody else wrote it).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

#include "mtw-document.h"

#define BASIN_TYPE_FILE (basin_file_get_type ())

G_DECLARE_FINAL_TYPE (BasinFile, basin_file, BASIN, FILE, GObject)

BasinFile *basin_file_new         (MtwDocument         *document);
/* (transfer none) (nullable): NULL: never saved. */
GFile     *basin_file_get_file    (BasinFile           *self);
/* The document is, from now on, of @file (nullable), as it is on disk now. */
void       basin_file_set_file    (BasinFile           *self,
                                   GFile               *file);
/* Reads @file into the document. */
void       basin_file_load        (BasinFile           *self,
                                   GFile               *file,
                                   GAsyncReadyCallback  ready,
                                   gpointer             data);
gboolean   basin_file_load_finish (BasinFile           *self,
                                   GAsyncResult        *result,
                                   GError             **error);
/* Writes the design as it is now, to @file. */
void       basin_file_save        (BasinFile           *self,
                                   GFile               *file,
                                   GAsyncReadyCallback  ready,
                                   gpointer             data);
gboolean   basin_file_save_finish (BasinFile           *self,
                                   GAsyncResult        *result,
                                   GError             **error);
