/* mtl-plan-trunk.c — the trunk by its blocks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-plan.h"

GArray *
mtl_plan_trunk_blocks (const MtlPlan *self)
{
  GArray *blocks = g_array_new (FALSE, FALSE, sizeof (MtlTrunkBlock));

  for (guint t = 0; t < mtl_plan_n_tensors (self); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (self, t);
      MtlTrunkBlock *last = blocks->len > 0
                            ? &g_array_index (blocks, MtlTrunkBlock, blocks->len - 1) : NULL;

      if (tensor->offset >= mtl_plan_n_trunk (self))
        continue;
      if (last != NULL && strcmp (last->id, tensor->block) == 0)
        last->n += tensor->size;
      else
        g_array_append_val (blocks, ((MtlTrunkBlock) { tensor->block, tensor->offset,
                                                       tensor->size, tensor->tasks }));
    }

  return blocks;
}
