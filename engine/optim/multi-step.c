/* multi-step.c — the rate falls by a factor at epochs of one's choosing
 *
 *   γⁿ,  n the number of milestones that are not above e
 *
 * A milestone that stands there twice falls twice; their order is free.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-optimizer.h"

#include <math.h>

#include <glib/gi18n.h>

enum
{
  MILESTONES,
  GAMMA,
};

static const MtlParam params[] = {
  {
    .id = "milestones",
    .title = N_("Milestones"),
    .summary = N_("After how many epochs the rate falls, e.g. 30, 60, 90"),
    .unit = N_("epochs"),
    .type = MTL_NUMBERS,
    .maximum = 100000.0,
    .initial = 30.0,
  },
  {
    .id = "gamma",
    .title = N_("Factor"),
    .summary = N_("What is left of the rate after a fall"),
    .type = MTL_NUMBER,
    .maximum = 1.0,
    .initial = 0.1,
  },
  { .id = NULL },
};

static double
multi_step_factor (const MtlSetting *set,
                   double            epoch,
                   double            n_epochs)
{
  guint n_falls = 0;

  for (guint i = 0; i < set[MILESTONES].n; i++)
    if (set[MILESTONES].numbers[i] <= epoch)
      n_falls++;

  return pow (set[GAMMA].number, n_falls);
}

const MtlSchedule mtl_schedule_multi_step = {
  .method = {
    .id = "multi-step",
    .title = N_("Milestones"),
    .summary = N_("The rate falls by a factor at epochs of your choosing"),
    .reference = "He et al., “Deep Residual Learning for Image Recognition”, CVPR 2016, "
                 "arXiv 1512.03385, section 4.2",
    .params = params,
  },
  .factor = multi_step_factor,
};
