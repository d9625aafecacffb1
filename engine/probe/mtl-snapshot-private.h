/* mtl-snapshot-private.h — what a snapshot holds for the engine alone
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-prober.h"
#include "mtl-source.h"

/* As mtl_snapshot_new(). @info: (nullable): what the source said of the data that the
 * weights were trained on; copied. */
MtlSnapshot         *mtl_snapshot_new_on (const MtlDesign     *design,
                                          const MtlSourceInfo *info,
                                          const float         *theta,
                                          gsize                n,
                                          guint64              step,
                                          guint64              epoch);
/* (nullable): NULL where it was not kept. */
const MtlSourceInfo *mtl_snapshot_info   (const MtlSnapshot   *self);
