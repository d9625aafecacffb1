/* constant.c — the rate stays as it is set
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-optimizer.h"

#include <glib/gi18n.h>

static double
constant_factor (const MtlSetting *set,
                 double            epoch,
                 double            n_epochs)
{
  return 1.0;
}

const MtlSchedule mtl_schedule_constant = {
  .method = {
    .id = "constant",
    .title = N_("Constant"),
    .summary = N_("The rate stays as it is set"),
    .reference = "Warm-up: Goyal et al., “Accurate, Large Minibatch SGD”, arXiv 1706.02677, "
                 "section 2.2",
  },
  .factor = constant_factor,
};
