/* mtl-op-slope.h — backward of functions that act on each value by itself
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-op.h"

/* Writes f′ at the values @first … @first + @n − 1 of the shard to @slope, from x or y. */
typedef void (*MtlOpSlope) (const MtlOpPass *pass,
                            gsize            first,
                            gsize            n,
                            float           *slope);

/* dx = f′·dy in all lanes. A slope is found once for all of them: it may cost an
 * exponential, a lane costs a product. */
void mtl_op_slope_backward (const MtlOpPass *pass,
                            MtlOpSlope       find);
