/* mtl-loss.h — the descriptor of a task's loss
 *
 * A loss is a mean over the valid items of the batch. What it divides by
 * follows from the targets alone, before the first shard runs: divisor()
 * answers for the whole batch, and value_and_gradient() works on a shard.
 * A target that is not there is NaN; for classes one NaN takes the sample out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"
#include "mtl-survey.h"

typedef enum
{
  MTL_TARGET_CLASS,   /* one float a sample: 0 … n_classes-1, or NaN */
  MTL_TARGET_VALUES,  /* size floats a sample, each may be NaN */
} MtlTargetKind;

typedef struct
{
  MtlTargetKind kind;
  guint         n_classes;  /* of a CLASS */
  gsize         size;       /* floats a sample: 1 for a CLASS */
} MtlTargetType;

typedef struct
{
  MtlMethod method;
  /* Whether raw outputs of @size values can be trained towards @target;
   * MTL_ERROR_SHAPE: “needs 10 values, one for each class, but gets 50”. */
  gboolean (*fits)    (const MtlTargetType *target,
                       gsize                size,
                       const MtlSetting    *set,
                       GError             **error);
  /* How many items count, or the sum of their weights; 0: no valid label. */
  double   (*divisor) (const MtlTargetType *target,
                       const MtlSetting    *set,
                       gsize                rows,
                       gsize                size,
                       const float         *targets);
  /* Returns the sum (not yet divided) of the shard's loss. @gradient (nullable):
   * rows × size, gradient of the sum, overwritten, 0 where a target is missing. */
  double   (*value)   (const MtlTargetType *target,
                       const MtlSetting    *set,
                       gsize                rows,
                       gsize                size,
                       const float         *outputs,
                       const float         *targets,
                       float               *gradient);
  /* Outputs are estimates of the target's values, not logits: where these were
   * standardised, undoing that gives values in the target's own unit. */
  gboolean estimates;
  const char *const *metrics;  /* ids of the metrics reported with it, best first */
} MtlLoss;
