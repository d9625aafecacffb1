/* mtl-target.h — what losses and metrics ask of targets
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-loss.h"

/* How outputs of @shape, which is known, lie for @target. */
MtlItems mtl_loss_items          (const MtlLoss        *loss,
                                  const MtlSetting     *set,
                                  const MtlTargetType  *target,
                                  const MtlShape       *shape);

/* The class that a target names, or -1 where it is missing: NaN, no whole
 * number, out of range, which a damaged file may hold, or ignored. */
int      mtl_target_class        (const MtlTargetType  *type,
                                  const MtlItems       *items,
                                  float                 target);
/* Whether there is a probability: neither NaN nor outside 0 … 1. */
gboolean mtl_target_is_share     (float                 target);
/* The label 0 … 1 of a yes or no, a value or one of two classes; NaN: missing. */
double   mtl_target_label        (const MtlTargetType  *type,
                                  const MtlItems       *items,
                                  float                 target);

/* The class that outputs @z of one item speak for: the largest, the lowest one
 * on ties; of a single logit, 1 above 0. −1 where that is NaN. */
int      mtl_items_guess         (const MtlItems       *items,
                                  const float          *z);

/* Whether the targets of an item are all probabilities. */
gboolean mtl_items_are_shares    (const MtlItems       *items,
                                  const float          *targets);
/* For mtl_metric.fits: values that come several to an item. */
gboolean mtl_target_has_vectors  (const MtlTargetType  *type,
                                  const MtlItems       *items);

/* --- losses item by item --- */

/* Whether an item has a target. */
typedef gboolean (*MtlItemTest) (const MtlItems   *items,
                                 const float      *targets);
/* The loss of one item, 0 where it has no target. @gradient (nullable) is all zero. */
typedef double   (*MtlItemLoss) (const MtlItems   *items,
                                 const MtlSetting *set,
                                 const float      *outputs,
                                 const float      *targets,
                                 float            *gradient);

/* Of targets that lie as the outputs. */
gsize    mtl_items_count         (const MtlItems       *items,
                                  gsize                 rows,
                                  const float          *targets,
                                  MtlItemTest           test);
/* As mtl_loss.value. */
double   mtl_items_sum           (const MtlItems       *items,
                                  const MtlSetting     *set,
                                  gsize                 rows,
                                  const float          *outputs,
                                  const float          *targets,
                                  float                *gradient,
                                  MtlItemLoss           loss);

/* --- for mtl_loss.divisor --- */

/* Items of a target of classes that name one. */
double   mtl_target_count_classes (const MtlTargetType *type,
                                   const MtlItems      *items,
                                   const MtlSetting    *set,
                                   gsize                rows,
                                   const float         *targets);
/* Values that are not NaN. */
double   mtl_target_count_values (const MtlTargetType  *type,
                                  const MtlItems       *items,
                                  const MtlSetting     *set,
                                  gsize                 rows,
                                  const float          *targets);
/* Labels of a yes or no that are there. */
double   mtl_target_count_labels (const MtlTargetType  *type,
                                  const MtlItems       *items,
                                  const MtlSetting     *set,
                                  gsize                 rows,
                                  const float          *targets);

/* --- for mtl_loss.fits --- */

/* A target of classes with an output for each of them in every item: FALSE with
 * “needs 10 values, one for each class, but gets 50”. */
gboolean mtl_target_fits_classes (const MtlTargetType  *type,
                                  const MtlItems       *items,
                                  const MtlSetting     *set,
                                  GError              **error);
/* A target of two classes with one output for every item, or of values. */
gboolean mtl_target_fits_labels  (const MtlTargetType  *type,
                                  const MtlItems       *items,
                                  const MtlSetting     *set,
                                  GError              **error);
/* A target of values, as many as outputs. */
gboolean mtl_target_fits_values  (const MtlTargetType  *type,
                                  const MtlItems       *items,
                                  const MtlSetting     *set,
                                  GError              **error);
/* The same with several values in each item, which belong together. */
gboolean mtl_target_fits_vectors (const MtlTargetType  *type,
                                  const MtlItems       *items,
                                  const MtlSetting     *set,
                                  GError              **error);
