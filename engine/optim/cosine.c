/* cosine.c — the rate falls along half a cosine
 *
 *   f + (1 − f)·(1 + cos (π·e / T)) / 2
 *
 * from 1 at e = 0 to the least factor f at the end, e = T.
 *
 * Source: Loshchilov, Hutter, ICLR 2017, equation 5, without restarts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-optimizer.h"

#include <math.h>

#include <glib/gi18n.h>

enum
{
  MINIMUM,
};

static const MtlParam params[] = {
  {
    .id = "minimum",
    .title = N_("Least factor"),
    .summary = N_("What is left of the rate at the end"),
    .type = MTL_NUMBER,
    .minimum = 0.0,
    .maximum = 1.0,
    .initial = 0.0,
  },
  { .id = NULL },
};

static double
cosine_factor (const MtlSetting *set,
               double            epoch,
               double            n_epochs)
{
  double least = set[MINIMUM].number;
  double along = CLAMP (epoch / n_epochs, 0.0, 1.0);
  double height = 0.5 * (1.0 + cos (G_PI * along));

  return least + (1.0 - least) * height;
}

const MtlSchedule mtl_schedule_cosine = {
  .method = {
    .id = "cosine",
    .title = N_("Cosine"),
    .summary = N_("The rate falls along half a cosine until the last epoch"),
    .reference = "Loshchilov, Hutter, “SGDR: Stochastic Gradient Descent with Warm Restarts”, "
                 "ICLR 2017, arXiv 1608.03983, equation 5",
    .params = params,
  },
  .factor = cosine_factor,
};
