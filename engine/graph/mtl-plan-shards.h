/* mtl-plan-shards.h — how many samples go through a network together
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-plan-private.h"

void mtl_plan_choose_shards (MtlPlan *self);
