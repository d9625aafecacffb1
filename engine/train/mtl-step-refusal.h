/* mtl-step-refusal.h — methods that do not go together in one step
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

/* (transfer full) (nullable): why the methods of @design, and the scopes that its balancers
 * are to have, do not go together, a sentence; NULL: they do. @scope: (out) (optional): the
 * setting of a scope that mends it as “trunk”, or NULL. */
char *mtl_step_refusal (const MtlDesign  *design,
                        const char      **scope);
