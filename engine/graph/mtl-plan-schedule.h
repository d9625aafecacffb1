/* mtl-plan-schedule.h — what is done in which order
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-plan-private.h"

/* Fills the actions, phases and places of sums of a plan whose steps are known. */
void mtl_plan_schedule (MtlPlan *self);
