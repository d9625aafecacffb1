/* mtl-export.h — a trained network as a file for elsewhere
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-prober.h"

/**
 * mtl_export:
 * @exporter: of MTL_KIND_EXPORTER
 * @heads: (nullable): ids of tasks, NULL-terminated; NULL: all
 * @provenance: one line for the head of the file
 * @name: (out) (transfer full): a file name, e.g. two_digits.h
 *
 * Opens the data for the self test's samples, so not for the main thread.
 *
 * Returns: (transfer full): the file; NULL with MTL_ERROR_EXPORT naming the
 *   block, or an error of the data
 */
GBytes *mtl_export (const MtlChosen    *exporter,
                    MtlSnapshot        *snapshot,
                    const char *const  *heads,
                    const char         *provenance,
                    char              **name,
                    GError            **error);
