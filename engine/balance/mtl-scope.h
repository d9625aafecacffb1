/* mtl-scope.h — which scopes of a balancer make sense
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"

/* Whether the balancers of @experiment can have the scopes that they are to have, beside its
 * other settings. FALSE with MTL_ERROR_DESIGN and the reason; then @key: (out) (nullable): the
 * setting that says otherwise. */
gboolean mtl_scope_check (const MtlChosen  *experiment,
                          const char      **key,
                          GError          **error);
