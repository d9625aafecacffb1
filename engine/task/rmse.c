/* rmse.c — root of the mean of (x − t)² over the values that are there
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

enum { SUM, COUNT };

static void
rmse_add (const MtlTargetType *target,
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

        sums[SUM] += error * error;
        sums[COUNT] += 1.0;
      }
}

static double
rmse_finish (const double *sums,
             gsize         n_sums)
{
  return sums[COUNT] > 0.0 ? sqrt (sums[SUM] / sums[COUNT]) : NAN;
}

const MtlMetric mtl_metric_rmse = {
  .method = {
    .id = "rmse",
    .title = N_("Root Mean Squared Error"),
    .summary = N_("Size of a miss, in the unit of the target; large ones count most."),
    .reference = "Hastie, Tibshirani, Friedman, “The Elements of Statistical Learning”, 2nd ed., "
                 "Springer 2009, sec. 7.2",
  },
  .add = rmse_add,
  .finish = rmse_finish,
};
