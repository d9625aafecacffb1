/* huber.c — squares of small misses, sizes of large ones
 *
 *   l = r²/2           dl/dx = r           |r| ≤ δ,  r = x − t
 *   l = δ·(|r| − δ/2)  dl/dx = δ·sign (r)  beyond
 *
 * A mean over the values that are there; one that is missing (NaN) is out of
 * sum and count.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>

enum { DELTA };

static double
huber_value (const MtlTargetType *target,
             const MtlItems      *items,
             const MtlSetting    *set,
             gsize                rows,
             const float         *outputs,
             const float         *targets,
             float               *gradient)
{
  double delta = set[DELTA].number, sum = 0.0;

  for (gsize i = 0; i < rows * items->size; i++)
    {
      double r = isnan (targets[i]) ? 0.0 : (double) outputs[i] - targets[i];
      /* Compared so that a NaN is kept. */
      double slope = r > delta ? delta : r < -delta ? -delta : r;

      sum += slope * (r - slope / 2.0);
      if (gradient != NULL)
        gradient[i] = slope;
    }

  return sum;
}

const MtlLoss mtl_loss_huber = {
  .method = {
    .id = "huber",
    .title = N_("Huber"),
    .summary = N_("Squared error of small misses, absolute error of large ones."),
    .reference = "Huber, “Robust Estimation of a Location Parameter”, Annals of Mathematical "
                 "Statistics 35 (1964)",
    .params = (const MtlParam[]) {
      [DELTA] = { .id = "delta", .title = N_("Delta"),
                  .summary = N_("Size of a miss from which on it counts in proportion"),
                  .type = MTL_NUMBER, .minimum = 1e-3, .maximum = 1e6, .initial = 1.0 },
      { NULL }
    },
  },
  .fits = mtl_target_fits_values,
  .divisor = mtl_target_count_values,
  .value = huber_value,
  .estimates = TRUE,
  .metrics = (const char *const[]) { "mean-absolute", "relative", "rmse", "r2", NULL },
};
