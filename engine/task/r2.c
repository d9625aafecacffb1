/* r2.c — share of the variance that is explained
 *
 *   R² = 1 − Σ (x − t)² / Σ (t − t̄)²        Σ (t − t̄)² = Σ t² − (Σ t)²/n
 *
 * A target of several values is pooled: t̄ is the mean of them all, so values
 * on different scales count by their scale. The sums of two parts of a split
 * add up. NaN where the targets do not vary: there is nothing to explain.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-metric.h"

#include <glib/gi18n-lib.h>
#include <math.h>

enum { COUNT, SUM, SQUARES, RESIDUAL };

/* Relative to Σ t², which the difference is rounded by: less is a constant. */
#define NO_VARIANCE 1e-13

static void
r2_add (const MtlTargetType *target,
        const MtlItems      *items,
        gsize                rows,
        const float         *outputs,
        const float         *targets,
        double              *sums)
{
  for (gsize i = 0; i < rows * items->size; i++)
    if (!isnan (targets[i]))
      {
        double t = targets[i], error = outputs[i] - t;

        sums[COUNT] += 1.0;
        sums[SUM] += t;
        sums[SQUARES] += t * t;
        sums[RESIDUAL] += error * error;
      }
}

static double
r2_finish (const double *sums,
           gsize         n_sums)
{
  double total;

  if (sums[COUNT] == 0.0)
    return NAN;

  total = sums[SQUARES] - sums[SUM] * sums[SUM] / sums[COUNT];
  return total > NO_VARIANCE * sums[SQUARES] ? 1.0 - sums[RESIDUAL] / total : NAN;
}

const MtlMetric mtl_metric_r2 = {
  .method = {
    .id = "r2",
    .title = N_("R²"),
    .summary = N_("Share of the variance that is explained: 1 is perfect, 0 no better than the "
                  "mean; several values are pooled around their common mean."),
    .reference = "Draper, Smith, “Applied Regression Analysis”, 3rd ed., Wiley 1998, ch. 1.3",
  },
  .higher_is_better = TRUE,
  .add = r2_add,
  .finish = r2_finish,
};
