/* mtl-block-sums.h — how the tasks lie to each other, in each block of the trunk and in all
 *
 * Kept over an epoch for the record, and over the last 50 steps for who watches.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-record.h"
#include "mtl-step-private.h"

typedef struct _MtlBlockSums MtlBlockSums;

MtlBlockSums *mtl_block_sums_new    (const MtlPlan       *plan);
void          mtl_block_sums_free   (MtlBlockSums        *self);
/* After a step that has measured the loss part. */
void          mtl_block_sums_add    (MtlBlockSums        *self,
                                     const MtlPartReport *report);
/* Appends the means of the epoch to @record, where there are any. */
void          mtl_block_sums_append (MtlBlockSums        *self,
                                     MtlRecord           *record,
                                     guint64              epoch);
/* An epoch begins. */
void          mtl_block_sums_clear  (MtlBlockSums        *self);
guint         mtl_block_sums_n_blocks (const MtlBlockSums *self);
/* The mean cosine of each block over the last 50 steps that were added; NaN: none. */
void          mtl_block_sums_recent (const MtlBlockSums  *self,
                                     double              *cosines);
/* For a checkpoint: what is kept over the epoch, as arrays of the length that is returned. */
#define MTL_BLOCK_SUMS_ARRAYS 2
guint         mtl_block_sums_arrays (MtlBlockSums        *self,
                                     double              *arrays[MTL_BLOCK_SUMS_ARRAYS]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlBlockSums, mtl_block_sums_free)
