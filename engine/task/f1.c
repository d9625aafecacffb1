/* f1.c — harmonic mean of precision and recall, macro
 *
 *   F1_c = 2·both / (true + guessed)
 *
 * The mean is over the classes, or the labels, that are true or guessed
 * anywhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-regions.h"

static double
find_f1 (const double *sums)
{
  return 2.0 * sums[MTL_REGION_BOTH] / (sums[MTL_REGION_TRUE] + sums[MTL_REGION_GUESSED]);
}

static double
f1_finish (const double *sums,
           gsize         n_sums)
{
  return mtl_regions_mean (sums, n_sums, find_f1);
}

const MtlMetric mtl_metric_f1 = {
  .method = {
    .id = "f1",
    .title = N_("Macro F1"),
    .summary = N_("Precision and recall in one figure, a mean over classes, rare ones too."),
    .reference = "van Rijsbergen, “Information Retrieval”, 2nd ed., Butterworths 1979, ch. 7",
  },
  .higher_is_better = TRUE,
  .percent = TRUE,
  .n_sums = mtl_regions_n_sums,
  .add = mtl_regions_add,
  .finish = f1_finish,
};
