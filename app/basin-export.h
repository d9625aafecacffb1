/* basin-export.h — the dialog that writes a trained network as a file
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "basin-window.h"

#include "mtl-record.h"

/* @record: of the run that @snapshot is of. */
void basin_export_show (BasinWindow *parent,
                        MtlRecord   *record,
                        MtlSnapshot *snapshot);
