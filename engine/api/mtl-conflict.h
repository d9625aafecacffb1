/* mtl-conflict.h — how the gradients of the tasks lay to each other in one step
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

/* Frame of mtl_trainer_conflict(); its size follows from the number of tasks and of blocks. */
typedef struct
{
  guint64 step;
  guint   n_tasks;
  guint   flat;          /* 1: the second half holds the flatness part */
  double  update_gain[MTL_MAX_TASKS];  /* ⟨d, g_k⟩: > 0 where the step descends; NaN: left out */
  double  norm[MTL_MAX_TASKS];
  double  weight[MTL_MAX_TASKS];       /* NaN: none */
  guint   n_blocks;      /* of the trunk, that have weights; see mtl_trainer_blocks() */
  double  cosine[];      /* K×K, then K×K of the flatness part; NaN: undefined; then what
                          * mtl_conflict_frame_blocks() finds */
} MtlConflictFrame;

gsize         mtl_conflict_frame_size   (guint                   n_tasks,
                                         guint                   n_blocks);
/* The cosine in each block, in the mean over the pairs of tasks and the last 50 steps; NaN:
 * undefined. */
const double *mtl_conflict_frame_blocks (const MtlConflictFrame *frame);
