/* mtl-work-slots.c — gradients added up by shard, and where they go
 *
 * A slot holds K rows over those trunk tensors whose gradients are added up by
 * shard, and behind them those of all heads. Slots are added 0, 1, 2 …, and
 * the sum is dealt out to the rows. Tiles write there at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-work-private.h"

#define RANGE 8192  /* floats of a slot added up in one piece */

float *
mtl_work_slot (MtlWork *self,
               guint    slot)
{
  return self->slots + slot * self->slot_size;
}

float *
mtl_work_target (MtlWork         *self,
                 const MtlTensor *tensor,
                 guint            task)
{
  const MtlPlan *plan = self->plan;

  if (tensor->offset >= plan->n_trunk)
    return mtl_grads_head (self->to.grads, task) + (tensor->offset - plan->tasks[task].offset);

  return self->merged ? self->to.direction + tensor->offset
                      : mtl_grads_part (self->to.grads, task, tensor->offset);
}

/* Slots 0, 1, 2 … over one range of elements, into slot 0. */
static void
add_range (guint    piece,
           guint    worker,
           gpointer data)
{
  MtlWork *self = data;
  gsize first = (gsize) piece * RANGE;
  gsize n = MIN (RANGE, self->slot_size - first);
  float *sum = self->slots + first;

  for (guint s = 1; s < self->n_slots; s++)
    {
      const float *slot = mtl_work_slot (self, s) + first;

      for (gsize i = 0; i < n; i++)
        sum[i] += slot[i];
    }
}

/* From the first slot to where gradients of the lane of @task go. */
static void
deal (MtlWork         *self,
      const MtlTensor *tensor,
      guint            task)
{
  const MtlPlan *plan = self->plan;
  gboolean trunk = tensor->offset < plan->n_trunk;
  gsize row = trunk ? (self->merged ? 0 : task) : plan->n_tasks;

  if (tensor->slot != G_MAXSIZE)
    memcpy (mtl_work_target (self, tensor, task),
            self->slots + row * plan->slot_trunk + tensor->slot, tensor->size * sizeof (float));
}

static gboolean
is_weight_of (const MtlPlan   *plan,
              const MtlTensor *tensor,
              guint            task)
{
  return tensor->offset < plan->n_weights && (tensor->tasks >> task & 1) != 0;
}

static void
scale_head (MtlWork *self,
            guint    task,
            double   factor)
{
  float *head = mtl_grads_head (self->to.grads, task);

  for (gsize i = 0; i < self->plan->tasks[task].n_weights; i++)
    head[i] = (float) (factor * head[i]);
}

/* Rows are zero where a task does not reach; a task without a label has no gradient. */
static void
take_task (MtlWork *self,
           guint    task,
           gboolean active)
{
  const MtlPlan *plan = self->plan;

  if (!active)
    memset (mtl_grads_head (self->to.grads, task), 0,
            plan->tasks[task].n_weights * sizeof (float));

  for (guint t = 0; t < plan->tensors->len; t++)
    {
      const MtlTensor *tensor = &g_array_index (plan->tensors, MtlTensor, t);
      gboolean trunk = tensor->offset < plan->n_trunk;
      float *part;

      if (trunk && self->extent == MTL_RUN_TO_FORK)
        continue;
      part = trunk && !self->merged ? mtl_work_target (self, tensor, task) : NULL;

      if (active && is_weight_of (plan, tensor, task) && !(trunk && self->merged))
        deal (self, tensor, task);
      else if (part != NULL)
        memset (part, 0, tensor->size * sizeof (float));
    }
}

/* In the merged lane a trunk tensor that no active task reaches has no gradient. */
static void
take_direction (MtlWork *self)
{
  for (guint t = 0; t < self->plan->tensors->len; t++)
    {
      const MtlTensor *tensor = &g_array_index (self->plan->tensors, MtlTensor, t);

      if (tensor->offset >= self->plan->n_trunk)
        continue;
      if ((tensor->tasks & self->active) != 0)
        deal (self, tensor, 0);
      else
        memset (self->to.direction + tensor->offset, 0, tensor->size * sizeof (float));
    }
}

void
mtl_work_gather (MtlWork      *self,
                 const double *weights)
{
  if (self->n_slots > 1 && self->slot_size > 0)
    mtl_pool_run (self->pool, (guint) ((self->slot_size + RANGE - 1) / RANGE), add_range, self);

  if (self->merged)
    take_direction (self);
  for (guint k = 0; k < self->plan->n_tasks; k++)
    {
      gboolean active = self->active >> k & 1;

      if ((self->pass->tasks >> k & 1) == 0 || self->to.grads == NULL)
        continue;
      take_task (self, k, active && !(weights != NULL && weights[k] == 0.0));
      if (active && weights != NULL && weights[k] != 0.0)
        scale_head (self, k, 1.0 / weights[k]);
    }
}
