/* auc.c — area under the ROC curve
 *
 *   AUC = P (score of a yes > score of a no) + P (both alike)/2
 *
 * Scores are counted in bins of 1/128 of a logit from −16 to 16, so a split of
 * any length needs the same room; two scores in one bin are alike. Of two
 * outputs the score is their difference; several labels are pooled. A score
 * that is NaN is the worst that its label can have.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-target.h"

#define BINS      4096
#define A_LOGIT   128.0
#define HALF_LINE 16.0

static gboolean
auc_fits (const MtlTargetType *target,
          const MtlItems      *items)
{
  return target->kind == MTL_TARGET_VALUES || target->n_classes == 2;
}

static gsize
auc_n_sums (const MtlTargetType *target,
            const MtlItems      *items)
{
  return 2 * BINS;
}

/* @sums: first the bins of a no, then those of a yes */
static void
add_score (double   score,
           gboolean yes,
           double  *sums)
{
  double place = isnan (score) ? (yes ? -INFINITY : INFINITY) : (score + HALF_LINE) * A_LOGIT;

  sums[(yes ? BINS : 0) + (gsize) CLAMP (floor (place), 0.0, BINS - 1.0)] += 1.0;
}

static void
auc_add (const MtlTargetType *target,
         const MtlItems      *items,
         gsize                rows,
         const float         *outputs,
         const float         *targets,
         double              *sums)
{
  gboolean two = target->kind == MTL_TARGET_CLASS && items->n_channels == 2;
  gsize n = two ? items->n_items : items->size;
  gsize stride = two ? items->item_stride : 1;

  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < n; i++)
      {
        double label = mtl_target_label (target, items, targets[r * n + i]);
        const float *z = outputs + r * items->size + i * stride;

        if (!isnan (label))
          add_score (two ? (double) z[items->channel_stride] - z[0] : z[0], label > 0.5, sums);
      }
}

static double
auc_finish (const double *sums,
            gsize         n_sums)
{
  double above = 0.0, no = 0.0, yes = 0.0;

  for (gsize b = 0; b < BINS; b++)
    {
      above += sums[BINS + b] * (no + sums[b] / 2.0);
      no += sums[b];
      yes += sums[BINS + b];
    }

  return no > 0.0 && yes > 0.0 ? above / (no * yes) : NAN;
}

const MtlMetric mtl_metric_auc = {
  .method = {
    .id = "auc",
    .title = N_("AUC"),
    .summary = N_("How often a yes scores higher than a no; ½ is chance. Labels are pooled."),
    .reference = "Hanley, McNeil, “The Meaning and Use of the Area under a Receiver Operating "
                 "Characteristic (ROC) Curve”, Radiology 143 (1982)",
  },
  .higher_is_better = TRUE,
  .percent = TRUE,
  .fits = auc_fits,
  .n_sums = auc_n_sums,
  .add = auc_add,
  .finish = auc_finish,
};
