/* mean-squared.c — mean of (x − t)² over the values that are there
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>

const MtlMetric mtl_metric_mean_squared = {
  .method = {
    .id = "mean-squared",
    .title = N_("Mean Squared Error"),
    .summary = N_("Mean of the squares of all misses."),
    .reference = "Hastie, Tibshirani, Friedman, “The Elements of Statistical Learning”, 2nd ed., "
                 "Springer 2009, sec. 7.2",
  },
  .add = mtl_metric_add_squares,
  .finish = mtl_metric_mean,
};
