/* within-11.c — share of directions that are less than 11.25° off
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>

#include "mtl-angle.h"
#include "mtl-target.h"

#define LIMIT 11.25  /* degrees */

static void
within_11_add (const MtlTargetType *target,
               const MtlItems      *items,
               gsize                rows,
               const float         *outputs,
               const float         *targets,
               double              *sums)
{
  mtl_angle_count (items, rows, outputs, targets, LIMIT, sums);
}

const MtlMetric mtl_metric_within_11 = {
  .method = {
    .id = "within-11",
    .title = N_("Within 11.25°"),
    .summary = N_("Share of directions that are less than 11.25 degrees off."),
    .reference = "Fouhey, Gupta, Hebert, “Data-Driven 3D Primitives for Single Image "
                 "Understanding”, ICCV 2013",
  },
  .higher_is_better = TRUE,
  .percent = TRUE,
  .fits = mtl_target_has_vectors,
  .add = within_11_add,
  .finish = mtl_metric_mean,
};
