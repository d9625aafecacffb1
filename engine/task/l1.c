/* l1.c — mean absolute error
 *
 *   l = |x − t|    dl/dx = sign (x − t), 0 at 0
 *
 * A mean over the values that are there; one that is missing (NaN) is out of
 * sum and count.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static double
l1_value (const MtlTargetType *target,
          const MtlItems      *items,
          const MtlSetting    *set,
          gsize                rows,
          const float         *outputs,
          const float         *targets,
          float               *gradient)
{
  double sum = 0.0;

  for (gsize i = 0; i < rows * items->size; i++)
    {
      double error = isnan (targets[i]) ? 0.0 : (double) outputs[i] - targets[i];

      sum += fabs (error);
      /* A NaN is neither above nor below and would pass for a perfect answer. */
      if (gradient != NULL)
        gradient[i] = isnan (error) ? NAN : (error > 0.0) - (error < 0.0);
    }

  return sum;
}

const MtlLoss mtl_loss_l1 = {
  .method = {
    .id = "l1",
    .title = N_("Absolute Error"),
    .summary = N_("Brings each output close to its value; a few large misses do not rule it."),
    .reference = "Boscovich 1757; Bloomfield, Steiger, “Least Absolute Deviations”, Birkhäuser "
                 "1983",
  },
  .fits = mtl_target_fits_values,
  .divisor = mtl_target_count_values,
  .value = l1_value,
  .estimates = TRUE,
  .metrics = (const char *const[]) { "mean-absolute", "relative", "rmse", "r2", NULL },
};
