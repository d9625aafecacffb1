/* mtl-plan-memory.h — places in the arena
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-plan-private.h"

void mtl_plan_place_buffers (MtlPlan *self);
