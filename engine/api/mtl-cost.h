/* mtl-cost.h — what a step of a design takes, told before it is trained
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

/**
 * mtl_design_cost:
 * @forward: (out): forward passes a step, each over a batch; in the mean, where
 *   steps are not alike
 * @backward: (out): backward passes a step, the same
 * @relative: (out): time of a step over that of plain training of the same
 *   design, one backward counted as two forwards; an estimate
 *
 * Returns: FALSE for a design without tasks, the arguments left alone
 */
gboolean mtl_design_cost (const MtlDesign *self,
                          double          *forward,
                          double          *backward,
                          double          *relative);
