/* accuracy.c — share of labels that are predicted right
 *
 * Of classes: the largest output names the class, the lowest one on ties. Of
 * one output for two classes, and of values: a logit above 0 is a yes, and a
 * target above ½. A NaN among the first to be compared is never right.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-target.h"

enum { RIGHT, COUNT };

static gsize
find_largest (const float *z,
              gsize        size)
{
  gsize best = 0;

  for (gsize c = 1; c < size; c++)
    if (z[c] > z[best])
      best = c;

  return best;
}

static gboolean
is_right (const float *z,
          gsize        size,
          gsize        y)
{
  gsize found = size == 1 ? z[0] > 0.0f : find_largest (z, size);

  return found == y && !isnan (z[size == 1 ? 0 : found]);
}

static void
add_classes (const MtlTargetType *target,
             gsize                rows,
             gsize                size,
             const float         *outputs,
             const float         *targets,
             double              *sums)
{
  for (gsize r = 0; r < rows; r++)
    {
      int y = mtl_target_class (target, targets[r]);

      if (y < 0)
        continue;
      sums[COUNT] += 1.0;
      sums[RIGHT] += is_right (outputs + r * size, size, y);
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
        sums[COUNT] += 1.0;
        sums[RIGHT] += is_right (outputs + i, 1, targets[i] > 0.5f);
      }
}

static void
accuracy_add (const MtlTargetType *target,
              gsize                rows,
              gsize                size,
              const float         *outputs,
              const float         *targets,
              double              *sums)
{
  if (target->kind == MTL_TARGET_CLASS)
    add_classes (target, rows, size, outputs, targets, sums);
  else
    add_values (rows * size, outputs, targets, sums);
}

static double
accuracy_finish (const double *sums)
{
  return sums[COUNT] > 0.0 ? sums[RIGHT] / sums[COUNT] : NAN;
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
  .finish = accuracy_finish,
};
