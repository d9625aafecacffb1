/* basin-export-job.h — makes the file of an export on a worker thread
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

#include "mtl-export.h"

/* @source: a GObject, handed to @ready. @heads: ids of tasks, NULL-terminated. */
void    basin_export_make        (gpointer             source,
                                  MtlChosen           *exporter,
                                  MtlSnapshot         *snapshot,
                                  GStrv                heads,
                                  const char          *provenance,
                                  GAsyncReadyCallback  ready);
/* (transfer full): the file; @name: (out) (transfer full): what to call it. */
GBytes *basin_export_make_finish (GAsyncResult        *result,
                                  char               **name,
                                  GError             **error);
