/* mtl-plan-fuse.h — hidden ops in place of chains of blocks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-network.h"

/* The hidden op that can stand for a chain which begins at node @first and
 * has no other reader on its way; NULL: none. @chain: (out): its nodes. */
const MtlOp *mtl_plan_find_fused (const MtlNetwork *network,
                                  guint             first,
                                  guint            *chain,
                                  guint            *n_chain);
