/* mtl-metric.c — sums and means that several metrics share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <math.h>

void
mtl_metric_add_squares (const MtlTargetType *target,
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

        sums[MTL_METRIC_SUM] += error * error;
        sums[MTL_METRIC_COUNT] += 1.0;
      }
}

double
mtl_metric_mean (const double *sums,
                 gsize         n_sums)
{
  return sums[MTL_METRIC_COUNT] > 0.0 ? sums[MTL_METRIC_SUM] / sums[MTL_METRIC_COUNT] : NAN;
}
