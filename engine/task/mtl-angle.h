/* mtl-angle.h — the vector that the channels of an item make
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-metric.h"

/* A vector shorter than this has no direction. */
#define MTL_NO_LENGTH 1e-8

/* NaN where a channel is. */
double   mtl_vector_product (const MtlItems      *items,
                             const float         *a,
                             const float         *b);
double   mtl_vector_length  (const MtlItems      *items,
                             const float         *a);

/* The angle between two vectors in degrees: NaN where @t is missing or has no
 * length, 90 where @p has none or is no number. */
double   mtl_angle          (const MtlItems      *items,
                             const float         *p,
                             const float         *t);
/* Adds up how many angles of @outputs are smaller than @limit, and how many
 * there are. */
void     mtl_angle_count    (const MtlItems      *items,
                             gsize                rows,
                             const float         *outputs,
                             const float         *targets,
                             double               limit,
                             double              *sums);
