/* mean-absolute.c — mean of |x − t| over the values that are there
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static void
mean_absolute_add (const MtlTargetType *target,
                   const MtlItems      *items,
                   gsize                rows,
                   const float         *outputs,
                   const float         *targets,
                   double              *sums)
{
  for (gsize i = 0; i < rows * items->size; i++)
    if (!isnan (targets[i]))
      {
        double error = (double) outputs[i] - targets[i];

        sums[MTL_METRIC_SUM] += fabs (error);
        sums[MTL_METRIC_COUNT] += 1.0;
      }
}

const MtlMetric mtl_metric_mean_absolute = {
  .method = {
    .id = "mean-absolute",
    .title = N_("Mean Absolute Error"),
    .summary = N_("Mean of the sizes of all misses."),
    .reference = "Hastie, Tibshirani, Friedman, “The Elements of Statistical Learning”, 2nd ed., "
                 "Springer 2009, sec. 7.2",
  },
  .add = mean_absolute_add,
  .finish = mtl_metric_mean,
};
