/* mtl-common-params.h — settings that every method of a kind has
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-method.h"

/* Whole numbers that a double holds exactly: seeds go no further. */
#define MTL_LARGEST_WHOLE 9007199254740991.0

/* (nullable): ends with an entry whose id is NULL. */
const MtlParam *mtl_common_params (MtlKind kind);
