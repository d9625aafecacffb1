/* mtl-step-refusal.h — methods that do not go together in one step
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

/* (transfer full) (nullable): why the methods of @design do not go together, a sentence;
 * NULL: they do. */
char *mtl_step_refusal (const MtlDesign *design);
