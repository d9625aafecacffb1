/* mean-angle.c — mean angle between predicted and true directions, in degrees
 *
 * A prediction without a direction counts as 90°.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-angle.h"
#include "mtl-target.h"

static void
mean_angle_add (const MtlTargetType *target,
                const MtlItems      *items,
                gsize                rows,
                const float         *outputs,
                const float         *targets,
                double              *sums)
{
  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < items->n_items; i++)
      {
        gsize at = r * items->size + i * items->item_stride;
        double angle = mtl_angle (items, outputs + at, targets + at);

        if (isnan (angle))
          continue;
        sums[MTL_METRIC_SUM] += angle;
        sums[MTL_METRIC_COUNT] += 1.0;
      }
}

const MtlMetric mtl_metric_mean_angle = {
  .method = {
    .id = "mean-angle",
    .title = N_("Mean Angle"),
    .summary = N_("Degrees between predicted and true directions, such as surface normals."),
    .reference = "Fouhey, Gupta, Hebert, “Data-Driven 3D Primitives for Single Image "
                 "Understanding”, ICCV 2013",
  },
  .fits = mtl_target_has_vectors,
  .add = mean_angle_add,
  .finish = mtl_metric_mean,
};
