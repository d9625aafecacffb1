/* mtl-regions.h — for each class, how much of it is true, guessed and both
 *
 * What IoU and F1 are made of. Of values, each is a label of its own, of which
 * only the yes counts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-metric.h"

enum { MTL_REGION_BOTH, MTL_REGION_TRUE, MTL_REGION_GUESSED, MTL_REGION_SUMS };

gsize  mtl_regions_n_sums (const MtlTargetType *target,
                           const MtlItems      *items);
/* Of class c from sums[c × MTL_REGION_SUMS] on. */
void   mtl_regions_add    (const MtlTargetType *target,
                           const MtlItems      *items,
                           gsize                rows,
                           const float         *outputs,
                           const float         *targets,
                           double              *sums);
/* Mean of @score over the classes that are true or guessed anywhere; NaN where
 * there are none. */
double mtl_regions_mean   (const double        *sums,
                           gsize                n_sums,
                           double             (*score) (const double *sums));
