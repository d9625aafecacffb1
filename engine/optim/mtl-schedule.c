/* mtl-schedule.c — see mtl-schedule.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-schedule.h"

double
mtl_schedule_factor (const MtlChosen *schedule,
                     double           epoch,
                     double           n_epochs)
{
  const MtlSchedule *method = (const MtlSchedule *) mtl_chosen_method (schedule);
  double factor = method->factor (mtl_chosen_settings (schedule), epoch, n_epochs);
  double warmup = mtl_chosen_get (schedule, "warmup")->number;

  return epoch < warmup ? factor * (epoch / warmup) : factor;
}
