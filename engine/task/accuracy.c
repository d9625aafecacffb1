/* accuracy.c — share of labels that are predicted right
 *
 * Of classes: the largest output names the class, the lowest one on ties. Of
 * one output for two classes, and of values: a logit above 0 is a yes, and a
 * target above ½. A NaN among the first to be compared is never right. Each
 * pixel or token counts as a label.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-target.h"

static void
add_classes (const MtlTargetType *target,
             const MtlItems      *items,
             gsize                rows,
             const float         *outputs,
             const float         *targets,
             double              *sums)
{
  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < items->n_items; i++)
      {
        int y = mtl_target_class (target, items, targets[r * items->n_items + i]);

        if (y < 0)
          continue;
        sums[MTL_METRIC_COUNT] += 1.0;
        sums[MTL_METRIC_SUM] += y == mtl_items_guess (items, outputs + r * items->size
                                                    + i * items->item_stride);
      }
}

static void
add_values (gsize        n,
            const float *outputs,
            const float *targets,
            double      *sums)
{
  for (gsize i = 0; i < n; i++)
    if (mtl_target_is_share (targets[i]))
      {
        sums[MTL_METRIC_COUNT] += 1.0;
        sums[MTL_METRIC_SUM] += !isnan (outputs[i]) && (outputs[i] > 0.0f) == (targets[i] > 0.5f);
      }
}

static void
accuracy_add (const MtlTargetType *target,
              const MtlItems      *items,
              gsize                rows,
              const float         *outputs,
              const float         *targets,
              double              *sums)
{
  if (target->kind == MTL_TARGET_CLASS)
    add_classes (target, items, rows, outputs, targets, sums);
  else
    add_values (rows * items->size, outputs, targets, sums);
}

const MtlMetric mtl_metric_accuracy = {
  .method = {
    .id = "accuracy",
    .title = N_("Accuracy"),
    .summary = N_("Share of labels that are predicted right."),
    .reference = "Hastie, Tibshirani, Friedman, “The Elements of Statistical Learning”, 2nd ed., "
                 "Springer 2009, sec. 7.2",
  },
  .higher_is_better = TRUE,
  .percent = TRUE,
  .add = accuracy_add,
  .finish = mtl_metric_mean,
};
