/* ece.c — expected calibration error
 *
 *   Σ_b |B_b|/N · |accuracy of B_b − mean confidence of B_b|
 *
 * B_b holds the items whose confidence, the probability of the class that is
 * guessed, lies in (b/15, (b + 1)/15]. An output that is NaN is wrong with
 * full confidence.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-softmax.h"
#include "mtl-target.h"

enum { COUNT, RIGHT, CONFIDENCE, N_SUMS };

#define BINS 15

static gboolean
ece_fits (const MtlTargetType *target,
          const MtlItems      *items)
{
  return target->kind == MTL_TARGET_CLASS;
}

static gsize
ece_n_sums (const MtlTargetType *target,
            const MtlItems      *items)
{
  return BINS * N_SUMS;
}

/* The largest of the probabilities. */
static double
find_confidence (const MtlItems *items,
                 const float    *z)
{
  if (items->n_channels == 1)
    return 1.0 / (1.0 + exp (-fabs (z[0])));

  return exp (-mtl_softmax (z, items->n_channels, items->channel_stride, 1.0).log_sum);
}

static void
ece_add (const MtlTargetType *target,
         const MtlItems      *items,
         gsize                rows,
         const float         *outputs,
         const float         *targets,
         double              *sums)
{
  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < items->n_items; i++)
      {
        int y = mtl_target_class (target, items, targets[r * items->n_items + i]);
        const float *z = outputs + r * items->size + i * items->item_stride;
        double confidence;
        double *bin;

        if (y < 0)
          continue;
        confidence = find_confidence (items, z);
        confidence = isnan (confidence) ? 1.0 : confidence;
        bin = sums + N_SUMS * (gsize) CLAMP (ceil (confidence * BINS) - 1.0, 0.0, BINS - 1.0);
        bin[COUNT] += 1.0;
        bin[RIGHT] += mtl_items_guess (items, z) == y;
        bin[CONFIDENCE] += confidence;
      }
}

static double
ece_finish (const double *sums,
            gsize         n_sums)
{
  double gap = 0.0, count = 0.0;

  for (const double *bin = sums; bin < sums + BINS * N_SUMS; bin += N_SUMS)
    {
      gap += fabs (bin[RIGHT] - bin[CONFIDENCE]);
      count += bin[COUNT];
    }

  return count > 0.0 ? gap / count : NAN;
}

const MtlMetric mtl_metric_ece = {
  .method = {
    .id = "ece",
    .title = N_("Calibration Error"),
    .summary = N_("How far confidence is from the share that is right, over 15 bins (ECE)."),
    .reference = "Guo, Pleiss, Sun, Weinberger, “On Calibration of Modern Neural Networks”, ICML "
                 "2017, arXiv 1706.04599, eq. 3",
  },
  .percent = TRUE,
  .fits = ece_fits,
  .n_sums = ece_n_sums,
  .add = ece_add,
  .finish = ece_finish,
};
