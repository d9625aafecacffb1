/* mtl-schedule.h — a schedule together with the warm-up that any of them may have
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-optimizer.h"

/**
 * mtl_schedule_factor:
 * @schedule: of MTL_KIND_SCHEDULE
 * @epoch: how far training is, from 0
 * @n_epochs: length of the run
 *
 * A warm-up of W epochs multiplies by min (1, epoch / W), to which (t + 1) / W
 * over W steps tends when steps are short. It does not move the schedule.
 *
 * Source: Goyal et al., “Accurate, Large Minibatch SGD”, arXiv 1706.02677,
 * section 2.2.
 *
 * Returns: the factor on the optimiser's rate
 */
double mtl_schedule_factor (const MtlChosen *schedule,
                            double           epoch,
                            double           n_epochs);
