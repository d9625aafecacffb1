/* mtl-conflict.h — how the gradients of the tasks lay to each other in one step
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

/* Frame of mtl_trainer_conflict(); its size follows from the number of tasks. */
typedef struct
{
  guint64 step;
  guint   n_tasks;
  guint   flat;          /* 1: the second half holds the flatness part */
  double  update_gain[MTL_MAX_TASKS];  /* ⟨d, g_k⟩: > 0 where the step descends; NaN: left out */
  double  norm[MTL_MAX_TASKS];
  double  weight[MTL_MAX_TASKS];       /* NaN: none */
  double  cosine[];      /* K×K, then K×K of the flatness part; NaN: undefined */
} MtlConflictFrame;

gsize mtl_conflict_frame_size (guint n_tasks);
