/* mse.c — mean squared error
 *
 *   l = (x − t)²    dl/dx = 2·(x − t)
 *
 * A mean over the values that are there, not over samples: each value of a
 * target counts alike, and one that is missing (NaN) is out of sum and count.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static double
mse_value (const MtlTargetType *target,
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

      sum += error * error;
      if (gradient != NULL)
        gradient[i] = 2.0 * error;
    }

  return sum;
}

/* N(x, ½): its −log p is (x − t)² and a constant. */
static void
mse_draw (const MtlTargetType *target,
          const MtlItems      *items,
          gsize                rows,
          const float         *outputs,
          MtlRng               rng,
          float               *targets)
{
  for (gsize i = 0; i < rows * items->size; i++)
    if (!isnan (targets[i]))
      targets[i] = (float) (outputs[i] + G_SQRT2 / 2.0 * mtl_rng_normal (rng, i));
}

const MtlLoss mtl_loss_mse = {
  .method = {
    .id = "mse",
    .title = N_("Squared Error"),
    .summary = N_("Brings each output close to its value; large misses count most."),
    .reference = "Gauss, “Theoria combinationis observationum erroribus minimis obnoxiae”, 1823",
  },
  .fits = mtl_target_fits_values,
  .divisor = mtl_target_count_values,
  .value = mse_value,
  .draw = mse_draw,
  .estimates = TRUE,
  .metrics = (const char *const[]) { "r2", "mean-absolute", "mean-squared", "rmse", "relative",
                                      NULL },
};
