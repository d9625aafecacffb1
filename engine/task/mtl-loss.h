/* mtl-loss.h — the descriptor of a task's loss
 *
 * A loss is a mean over the valid items of the batch. What it divides by
 * follows from the targets alone, before the first shard runs: divisor()
 * answers for the whole batch, and value_and_gradient() works on a shard.
 * A target that is not there is NaN.
 *
 * A target has one item a sample, or one for each pixel of a picture or each
 * token of a text. A picture comes channels first, C × H × W, tokens come
 * channels last, T × C; MtlItems says where an item's outputs are.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"
#include "mtl-rng.h"
#include "mtl-survey.h"

typedef enum
{
  MTL_TARGET_CLASS,   /* one float an item: 0 … n_classes-1, or NaN */
  MTL_TARGET_VALUES,  /* size floats a sample, each may be NaN */
} MtlTargetKind;

typedef struct
{
  MtlTargetKind kind;
  guint         n_classes;  /* of a CLASS */
  gsize         size;       /* floats a sample; of a CLASS, its items */
} MtlTargetType;

/* How the outputs of a sample lie: channel c of item i is at
 * i × item_stride + c × channel_stride. Targets of values lie alike; those of
 * classes are one float an item. */
typedef struct
{
  MtlShape shape;           /* of the output */
  gsize    size;            /* floats a sample */
  gsize    n_items;         /* pixels, tokens, or 1 */
  gsize    n_channels;      /* of an item: mostly one for each class */
  gsize    item_stride;
  gsize    channel_stride;
  int      ignored;         /* class that is as good as missing; −1: none */
} MtlItems;

typedef struct
{
  MtlMethod method;
  /* Whether raw outputs can be trained towards @target; MTL_ERROR_SHAPE:
   * “needs 10 values, one for each class, but gets 50”. */
  gboolean (*fits)    (const MtlTargetType *target,
                       const MtlItems      *items,
                       const MtlSetting    *set,
                       GError             **error);
  /* How many items count, or the sum of their weights; 0: no valid label. */
  double   (*divisor) (const MtlTargetType *target,
                       const MtlItems      *items,
                       const MtlSetting    *set,
                       gsize                rows,
                       const float         *targets);
  /* Returns the sum (not yet divided) of the shard's loss. @gradient (nullable):
   * as @outputs, gradient of the sum, overwritten, 0 where a target is missing. */
  double   (*value)   (const MtlTargetType *target,
                       const MtlItems      *items,
                       const MtlSetting    *set,
                       gsize                rows,
                       const float         *outputs,
                       const float         *targets,
                       float               *gradient);
  /* Puts labels in place of those that are there, drawn from the distribution that outputs
   * stand for: that whose −log p, up to a constant, the loss of an item is while no setting
   * changes it. By numbers of @rng, one for each target. NULL: there is none. */
  void     (*draw)    (const MtlTargetType *target,
                       const MtlItems      *items,
                       gsize                rows,
                       const float         *outputs,
                       MtlRng               rng,
                       float               *targets);
  /* Outputs are estimates of the target's values, not logits: where these were
   * standardised, undoing that gives values in the target's own unit. */
  gboolean estimates;
  /* The class that it leaves out, as MtlItems.ignored; NULL: none. */
  int      (*ignored) (const MtlSetting    *set);
  /* Ids of the metrics reported with it, best first; those that do not fit the
   * target are left out, but one always does. */
  const char *const *metrics;
} MtlLoss;
