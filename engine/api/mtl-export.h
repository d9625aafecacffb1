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
 * Where the source prepares what is measured, as a table does, the file says how
 * and does it too: a network with its numbers is of use on raw values. They are
 * those of the training that @snapshot comes from, which a checkpoint keeps; only
 * those of a Basin that did not keep them are learnt from the data as it is now.
 *
 * Opens the data for the self test's samples, so not for the main thread. Data
 * that is gone or has changed does no harm: samples are drawn then.
 *
 * Returns: (transfer full): the file; NULL with MTL_ERROR_EXPORT naming the
 *   block, or an error of the data where nothing of it was kept
 */
GBytes *mtl_export (const MtlChosen    *exporter,
                    MtlSnapshot        *snapshot,
                    const char *const  *heads,
                    const char         *provenance,
                    char              **name,
                    GError            **error);
