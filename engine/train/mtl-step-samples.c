/* mtl-step-samples.c — a batch sample by sample, for methods that choose among them
 *
 * The mean of the losses of the step's tasks over a batch is a sum over its samples,
 *
 *   L = Σ_r L_r,   L_r = (1/n)·Σ_k (weight_k / divisor_k)·(loss of task k on sample r),
 *
 * which follows from the outputs alone. Penalties of blocks belong to no sample and
 * are left out. Only steps of one batch are looked at so.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-step-inside.h"

static void
add_of_task (MtlStep     *self,
             guint        k,
             const float *outputs,
             double       factor,
             double      *losses)
{
  const MtlTask *task = mtl_plan_task (mtl_work_plan (self->work), k);
  const MtlBatch *batch = self->batches[0];
  const float *targets = batch->targets[k];
  double divisor = task->loss->divisor (&task->target, &task->items, task->set, batch->rows,
                                        targets);
  double by = factor * task->weight / (divisor * __builtin_popcountll (self->tasks));

  for (gsize r = 0; r < batch->rows; r++)
    losses[r] += by * task->loss->value (&task->target, &task->items, task->set, 1,
                                         outputs + r * task->size,
                                         targets + r * batch->target_size[k], NULL);
}

gsize
mtl_step_n_samples (MtlStep *self)
{
  return self->batches[0]->rows;
}

void
mtl_step_add_samples (MtlStep     *self,
                      const float *theta,
                      guint64      tasks,
                      double       factor,
                      double      *losses)
{
  float *const *outputs = mtl_step_outputs (self, 0);

  if (theta != self->theta)
    {
      MtlPass pass = mtl_step_pass_at (self, theta, self->batches[0]);

      for (guint k = 0; k < self->n_tasks; k++)
        if (self->far[k] == NULL)
          self->far[k] = g_new (float, self->batches[0]->capacity
                                       * mtl_plan_task (mtl_work_plan (self->work), k)->size);
      pass.tasks &= tasks;
      mtl_work_run (self->work, &pass, NULL, NULL, self->far);
      outputs = self->far;
    }

  for (guint k = 0; k < self->n_tasks; k++)
    if ((tasks & self->tasks) >> k & 1)
      add_of_task (self, k, outputs[k], factor, losses);
}

void
mtl_step_narrow (MtlStep       *self,
                 const guint32 *rows,
                 gsize          n)
{
  if (self->few == NULL)
    self->few = mtl_batch_new_like (self->batches[0]);
  mtl_batch_take (self->few, self->batches[0], rows, n);
  self->narrowed = TRUE;
  self->tasks &= mtl_work_labelled (self->work, self->few);
}

void
mtl_step_clear_samples (MtlStep *self)
{
  for (guint k = 0; k < G_N_ELEMENTS (self->far); k++)
    g_clear_pointer (&self->far[k], g_free);
  g_clear_pointer (&self->few, mtl_batch_free);
}
