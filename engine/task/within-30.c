/* within-30.c — share of directions that are less than 30° off
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>

#include "mtl-angle.h"
#include "mtl-target.h"

#define LIMIT 30.0  /* degrees */

static void
within_30_add (const MtlTargetType *target,
               const MtlItems      *items,
               gsize                rows,
               const float         *outputs,
               const float         *targets,
               double              *sums)
{
  mtl_angle_count (items, rows, outputs, targets, LIMIT, sums);
}

const MtlMetric mtl_metric_within_30 = {
  .method = {
    .id = "within-30",
    .title = N_("Within 30°"),
    .summary = N_("Share of directions that are less than 30 degrees off."),
    .reference = "Fouhey, Gupta, Hebert, “Data-Driven 3D Primitives for Single Image "
                 "Understanding”, ICCV 2013",
  },
  .higher_is_better = TRUE,
  .percent = TRUE,
  .fits = mtl_target_has_vectors,
  .add = within_30_add,
  .finish = mtl_metric_mean,
};
