/* mean-iou.c — intersection over union of true and predicted regions
 *
 *   IoU_c = both / (true + guessed − both), in pixels of the whole split
 *
 * The mean is over the classes that are true or guessed anywhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-regions.h"

static gboolean
mean_iou_fits (const MtlTargetType *target,
               const MtlItems      *items)
{
  return target->kind == MTL_TARGET_CLASS && items->shape.rank > 2 && target->size > 1;
}

static double
find_iou (const double *sums)
{
  return sums[MTL_REGION_BOTH]
         / (sums[MTL_REGION_TRUE] + sums[MTL_REGION_GUESSED] - sums[MTL_REGION_BOTH]);
}

static double
mean_iou_finish (const double *sums,
                 gsize         n_sums)
{
  return mtl_regions_mean (sums, n_sums, find_iou);
}

const MtlMetric mtl_metric_mean_iou = {
  .method = {
    .id = "mean-iou",
    .title = N_("Mean IoU"),
    .summary = N_("Intersection over union of predicted and true regions, a mean over classes."),
    .reference = "Everingham et al., “The Pascal Visual Object Classes Challenge”, IJCV 88 (2010), "
                 "sec. 4",
  },
  .higher_is_better = TRUE,
  .percent = TRUE,
  .fits = mean_iou_fits,
  .n_sums = mtl_regions_n_sums,
  .add = mtl_regions_add,
  .finish = mean_iou_finish,
};
