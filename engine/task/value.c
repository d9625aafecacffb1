/* value.c — outputs that are losses already
 *
 *   l = x − t    dl/dx = 1
 *
 * For a network that works its loss out itself. The target is what is taken off, mostly 0,
 * which moves no weight. A mean over the values that are there; one that is missing (NaN)
 * is out of sum and count. Nothing bounds it from below but the network.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static double
value_value (const MtlTargetType *target,
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
      gboolean missing = isnan (targets[i]);

      sum += missing ? 0.0 : (double) outputs[i] - (double) targets[i];
      if (gradient != NULL)
        gradient[i] = missing ? 0.0f : 1.0f;
    }

  return sum;
}

const MtlLoss mtl_loss_value = {
  .method = {
    .id = "value",
    .title = N_("Value"),
    .summary = N_("Makes the output itself small, less its target: for a network that works out "
                  "its loss by its own blocks."),
    .reference = "Boyd, Vandenberghe, “Convex Optimization”, Cambridge University Press 2004, "
                 "sec. 1.1: the objective",
  },
  .fits = mtl_target_fits_values,
  .divisor = mtl_target_count_values,
  .value = value_value,
  .metrics = (const char *const[]) { "mean-absolute", NULL },
};
