/* step.c — the rate falls by a factor every so many epochs
 *
 *   γ^⌊e / s⌋
 *
 * The initial values are those of the long runs of FS-MTL: half every hundred
 * epochs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-optimizer.h"

#include <math.h>

#include <glib/gi18n.h>

enum
{
  EVERY,
  GAMMA,
};

static const MtlParam params[] = {
  {
    .id = "every",
    .title = N_("Every"),
    .summary = N_("Time between two falls"),
    .unit = N_("epochs"),
    .type = MTL_NUMBER,
    .minimum = 0.001,
    .maximum = 100000.0,
    .initial = 100.0,
  },
  {
    .id = "gamma",
    .title = N_("Factor"),
    .summary = N_("What is left of the rate after a fall"),
    .type = MTL_NUMBER,
    .minimum = 0.0,
    .maximum = 1.0,
    .initial = 0.5,
  },
  { .id = NULL },
};

static double
step_factor (const MtlSetting *set,
             double            epoch,
             double            n_epochs)
{
  double n_falls = floor (epoch / set[EVERY].number);

  return pow (set[GAMMA].number, n_falls);
}

const MtlSchedule mtl_schedule_step = {
  .method = {
    .id = "step",
    .title = N_("Steps"),
    .summary = N_("The rate falls by a factor every so many epochs"),
    .reference = "He et al., “Deep Residual Learning for Image Recognition”, CVPR 2016, "
                 "arXiv 1512.03385, section 3.4",
    .params = params,
  },
  .factor = step_factor,
};
