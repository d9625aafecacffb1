/* rmse.c — root of the mean of (x − t)² over the values that are there
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static double
rmse_finish (const double *sums,
             gsize         n_sums)
{
  return sqrt (mtl_metric_mean (sums, n_sums));
}

const MtlMetric mtl_metric_rmse = {
  .method = {
    .id = "rmse",
    .title = N_("Root Mean Squared Error"),
    .summary = N_("Size of a miss, in the unit of the target; large ones count most."),
    .reference = "Hastie, Tibshirani, Friedman, “The Elements of Statistical Learning”, 2nd ed., "
                 "Springer 2009, sec. 7.2",
  },
  .add = mtl_metric_add_squares,
  .finish = rmse_finish,
};
