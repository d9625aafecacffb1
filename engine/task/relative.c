/* relative.c — mean of |x − t|/t over the values above 0
 *
 * Of pictures of one channel: a depth, for which 0 says that it was not
 * measured.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static gboolean
relative_fits (const MtlTargetType *target,
               const MtlItems      *items)
{
  return target->kind == MTL_TARGET_VALUES && items->shape.rank > 2 && items->n_channels == 1;
}

static void
relative_add (const MtlTargetType *target,
              const MtlItems      *items,
              gsize                rows,
              const float         *outputs,
              const float         *targets,
              double              *sums)
{
  for (gsize i = 0; i < rows * items->size; i++)
    if (targets[i] > 0.0f)
      {
        sums[MTL_METRIC_SUM] += fabs ((double) outputs[i] - targets[i]) / targets[i];
        sums[MTL_METRIC_COUNT] += 1.0;
      }
}

const MtlMetric mtl_metric_relative = {
  .method = {
    .id = "relative",
    .title = N_("Relative Error"),
    .summary = N_("Mean of the sizes of all misses, each divided by the true value."),
    .reference = "Eigen, Puhrsch, Fergus, “Depth Map Prediction from a Single Image using a "
                 "Multi-Scale Deep Network”, NeurIPS 2014, arXiv 1406.2283",
  },
  .percent = TRUE,
  .fits = relative_fits,
  .add = relative_add,
  .finish = mtl_metric_mean,
};
