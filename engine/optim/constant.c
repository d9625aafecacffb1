/* constant.c — the rate stays as it is set, after a warm-up if wanted
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-optimizer.h"

#include <glib/gi18n.h>

#include "mtl-warmup.h"

enum
{
  WARMUP,
};

static const MtlParam params[] = {
  {
    .id = "warmup",
    .title = N_("Warm-up"),
    .summary = N_("Time in which the rate rises from zero"),
    .unit = N_("epochs"),
    .type = MTL_NUMBER,
    .minimum = 0.0,
    .maximum = 10000.0,
    .initial = 0.0,
  },
  { .id = NULL },
};

static double
constant_factor (const MtlSetting *set,
                 double            epoch,
                 double            n_epochs)
{
  return mtl_warmup_factor (epoch, set[WARMUP].number);
}

const MtlSchedule mtl_schedule_constant = {
  .method = {
    .id = "constant",
    .title = N_("Constant"),
    .summary = N_("The rate stays as it is set"),
    .reference = "Warm-up: Goyal et al., “Accurate, Large Minibatch SGD”, arXiv 1706.02677, "
                 "section 2.2",
    .params = params,
  },
  .factor = constant_factor,
};
