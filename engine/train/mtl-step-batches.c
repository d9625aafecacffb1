/* mtl-step-batches.c — a step of several batches
 *
 * Wherever gradients are asked for, they are those of all batches together,
 * as if these were one: of task k in batch b
 *
 *   l_k = Σ_b s_bk·l_bk,   g_k = Σ_b s_bk·g_bk,   s_bk = n_bk / Σ_b n_bk,
 *
 * with n_bk what its loss divides by. Balancers and sharpness methods see l_k
 * and g_k and cannot tell, at whatever weights they ask. A batch in which a
 * task has no label adds nothing to it.
 *
 * Only what looks at a batch as such sees one at a time: penalties of blocks, and
 * batch norm, whose running statistics go on from one to the next.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-step-inside.h"

static double *
share_of (MtlStep *self,
          guint    b)
{
  return self->shares + b * self->n_tasks;
}

double
mtl_step_share (MtlStep *self,
                guint    task,
                guint    b)
{
  return self->n_batches == 1 ? 1.0 : share_of (self, b)[task];
}

void
mtl_step_set_batches (MtlStep *self,
                      guint    most)
{
  MtlPlan *plan = mtl_work_plan (self->work);
  guint before = self->most_batches;

  if (most <= before)
    return;

  self->most_batches = most;
  self->outputs = g_renew (float *, self->outputs, most * self->n_tasks);
  for (guint n = before * self->n_tasks; n < most * self->n_tasks; n++)
    self->outputs[n] = g_new0 (float, mtl_plan_capacity (plan)
                                      * mtl_plan_task (plan, n % self->n_tasks)->size);
  self->shares = g_renew (double, self->shares, most * self->n_tasks);
  self->batch_losses = g_renew (double, self->batch_losses, most * self->n_tasks);
  if (most == 1)
    return;

  if (self->sharp != NULL)
    mtl_step_make_rows (self);
  if (self->one == NULL)
    self->one = mtl_grads_new (plan);
  if (self->chained == NULL && self->n_statistics > 0)
    self->chained = g_new (float, mtl_plan_n_theta (plan));
}

void
mtl_step_clear_batches (MtlStep *self)
{
  for (guint n = 0; n < self->most_batches * self->n_tasks; n++)
    g_free (self->outputs[n]);
  g_clear_pointer (&self->one, mtl_grads_free);
  g_free (self->outputs);
  g_free (self->shares);
  g_free (self->batch_losses);
  g_free (self->chained);
}

/* What the loss of @task divides by in a batch. */
static double
find_divisor (MtlStep *self,
              guint    task,
              guint    b)
{
  const MtlTask *what = mtl_plan_task (mtl_work_plan (self->work), task);
  const MtlBatch *batch = self->batches[b];

  return what->loss->divisor (&what->target, &what->items, what->set, batch->rows,
                              batch->targets[task]);
}

void
mtl_step_begin_batches (MtlStep *self)
{
  self->tasks = 0;
  for (guint b = 0; b < self->n_batches; b++)
    self->tasks |= mtl_work_labelled (self->work, self->batches[b]);
  if (self->n_batches == 1)
    return;

  for (guint k = 0; k < self->n_tasks; k++)
    {
      double sum = 0.0;

      for (guint b = 0; b < self->n_batches; b++)
        sum += share_of (self, b)[k] = find_divisor (self, k, b);
      for (guint b = 0; b < self->n_batches; b++)
        share_of (self, b)[k] = sum > 0.0 ? share_of (self, b)[k] / sum : 0.0;
    }
}

/* Adds what batch @b has of the tasks in @pass. */
static void
add_batch (MtlStep       *self,
           const MtlPass *pass,
           guint          b,
           const double  *batch_losses,
           double        *losses,
           MtlGrads      *out)
{
  for (guint k = 0; k < self->n_tasks; k++)
    if ((pass->tasks >> k & 1) != 0)
      losses[k] = (isnan (losses[k]) ? 0.0 : losses[k]) + share_of (self, b)[k] * batch_losses[k];
  mtl_grads_add (out, share_of (self, b), self->one, pass->tasks);
}

/* The statistics that the next batch goes on from; taken over from the last one. */
static void
chain (MtlStep     *self,
       const float *statistics)
{
  gsize size = self->n_statistics * sizeof *statistics;

  memcpy (self->renewed, statistics, size);
  if (self->chained != NULL)
    memcpy (self->chained + mtl_step_n_weights (self), statistics, size);
}

/* The weights of a clean pass, whose statistics change from batch to batch. */
static const float *
begin_chain (MtlStep     *self,
             const float *theta)
{
  gsize n = mtl_step_n_weights (self);

  if (self->chained != NULL)
    memcpy (self->chained, theta, n * sizeof *theta);
  chain (self, theta + n);

  return self->chained != NULL ? self->chained : theta;
}

gboolean
mtl_step_run_batches (MtlStep        *self,
                      const MtlPass  *like,
                      double         *losses,
                      MtlGrads       *out,
                      GError        **error)
{
  gboolean clean = like->mode == MTL_PASS_TRAIN;
  MtlPass pass = *like;

  for (guint k = 0; k < self->n_tasks; k++)
    losses[k] = NAN;
  mtl_grads_clear (out, like->tasks);
  if (clean)
    pass.theta = begin_chain (self, like->theta);

  for (guint b = 0; b < self->n_batches; b++)
    {
      double *batch_losses = clean ? self->batch_losses + b * self->n_tasks
                                   : self->aside + self->n_tasks;

      pass.batch = self->batches[b];
      pass.tasks = like->tasks & mtl_work_labelled (self->work, pass.batch);
      pass.rng = mtl_rng_derive (like->rng, b);
      mtl_work_run (self->work, &pass, batch_losses, self->one,
                    clean ? mtl_step_outputs (self, b) : NULL);
      if (clean)
        chain (self, mtl_work_renewed (self->work));
      if (!mtl_step_check (self, &pass, batch_losses, self->one, error))
        return FALSE;
      add_batch (self, &pass, b, batch_losses, losses, out);
    }

  return TRUE;
}

guint
mtl_step_n_batches (MtlStep *self)
{
  return self->n_batches;
}

const MtlBatch *
mtl_step_batch (MtlStep *self,
                guint    b)
{
  return self->batches[b];
}

const double *
mtl_step_batch_losses (MtlStep *self,
                       guint    b)
{
  return self->n_batches == 1 ? self->losses : self->batch_losses + b * self->n_tasks;
}

float *const *
mtl_step_outputs (MtlStep *self,
                  guint    b)
{
  return self->outputs + b * self->n_tasks;
}
