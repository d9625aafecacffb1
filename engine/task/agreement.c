/* agreement.c — share of items in which the largest output is the teacher’s
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>

#include "mtl-target.h"

static void
agreement_add (const MtlTargetType *target,
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

        if (!mtl_items_are_shares (items, targets + at))
          continue;
        sums[MTL_METRIC_COUNT] += 1.0;
        sums[MTL_METRIC_SUM] += mtl_items_guess (items, outputs + at)
                      == mtl_items_guess (items, targets + at);
      }
}

const MtlMetric mtl_metric_agreement = {
  .method = {
    .id = "agreement",
    .title = N_("Agreement"),
    .summary = N_("How often the most probable class is the one of the teacher."),
    .reference = "Stanton, Izmailov, Kirichenko, Alemi, Wilson, “Does Knowledge Distillation "
                 "Really Work?”, NeurIPS 2021, arXiv 2106.05945, eq. 4",
  },
  .higher_is_better = TRUE,
  .percent = TRUE,
  .fits = mtl_target_has_vectors,
  .add = agreement_add,
  .finish = mtl_metric_mean,
};
