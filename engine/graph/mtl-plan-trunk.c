/* mtl-plan-trunk.c — the trunk by its blocks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-plan-private.h"

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

/* Whether @step has a weight matrix in the trunk. */
static gboolean
has_matrix (const MtlPlan     *self,
            const MtlPlanStep *step)
{
  for (guint t = 0; t < step->n_tensors; t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (self, step->tensors[t]);

      if (tensor->offset < self->n_trunk && tensor->shape.rank > 1)
        return TRUE;
    }

  return FALSE;
}

int
mtl_plan_last_shared (const MtlPlan *self,
                      const GArray  *blocks,
                      guint64        tasks)
{
  for (guint n = self->n_steps; n-- > 0;)
    {
      const MtlPlanStep *step = &self->steps[n];
      const char *id;

      if ((step->tasks & tasks) != tasks || !has_matrix (self, step))
        continue;
      id = mtl_plan_tensor (self, step->tensors[0])->block;
      for (guint b = 0; b < blocks->len; b++)
        if (strcmp (g_array_index (blocks, MtlTrunkBlock, b).id, id) == 0)
          return (int) b;
    }

  return -1;
}
