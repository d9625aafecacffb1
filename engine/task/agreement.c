/* agreement.c — share of items in which the largest output is the teacher’s
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-target.h"

enum { SAME, COUNT };

static gboolean
agreement_fits (const MtlTargetType *target,
                const MtlItems      *items)
{
  return target->kind == MTL_TARGET_VALUES && items->n_channels > 1;
}

static gboolean
is_there (const MtlItems *items,
          const float    *q)
{
  gboolean there = TRUE;

  for (gsize c = 0; there && c < items->n_channels; c++)
    there = mtl_target_is_share (q[c * items->channel_stride]);

  return there;
}

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

        if (!is_there (items, targets + at))
          continue;
        sums[COUNT] += 1.0;
        sums[SAME] += mtl_items_guess (items, outputs + at)
                      == mtl_items_guess (items, targets + at);
      }
}

static double
agreement_finish (const double *sums,
                  gsize         n_sums)
{
  return sums[COUNT] > 0.0 ? sums[SAME] / sums[COUNT] : NAN;
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
  .fits = agreement_fits,
  .add = agreement_add,
  .finish = agreement_finish,
};
