/* exponential.c — the rate falls by the same factor in every epoch
 *
 *   γᵉ,  without steps, since e is a real number
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-optimizer.h"

#include <math.h>

#include <glib/gi18n.h>

enum
{
  GAMMA,
};

static const MtlParam params[] = {
  {
    .id = "gamma",
    .title = N_("Factor"),
    .summary = N_("What is left of the rate after an epoch"),
    .type = MTL_NUMBER,
    .maximum = 1.0,
    .initial = 0.95,
  },
  { .id = NULL },
};

static double
exponential_factor (const MtlSetting *set,
                    double            epoch,
                    double            n_epochs)
{
  return pow (set[GAMMA].number, epoch);
}

const MtlSchedule mtl_schedule_exponential = {
  .method = {
    .id = "exponential",
    .title = N_("Exponential"),
    .summary = N_("The rate falls by the same factor in every epoch"),
    .reference = "Szegedy et al., “Going Deeper with Convolutions”, CVPR 2015, "
                 "arXiv 1409.4842, section 6",
    .params = params,
  },
  .factor = exponential_factor,
};
