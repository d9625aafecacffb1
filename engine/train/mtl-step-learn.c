/* mtl-step-learn.c — what a balancer does beside the gradients of a step
 *
 * Some look at more than one batch: inner products of the gradients of two fresh
 * ones, or gradients of the halves of this one at weights of their choosing. Others
 * look back at what a step did to the losses. All such passes draw as the clean one
 * does and leave running statistics alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-kernels.h"
#include "mtl-step-inside.h"

/* --- what it works with --- */

void
mtl_step_clear_sets (MtlStep *self,
                     MtlPart  p)
{
  for (guint n = 0; n < MTL_MAX_OWN_SETS; n++)
    g_clear_pointer (&self->parts[p].sets[n], mtl_grads_free);
  if (p != MTL_PART_LOSS)
    return;

  for (guint n = 0; n < G_N_ELEMENTS (self->crossed); n++)
    g_clear_pointer (&self->crossed[n], mtl_grads_free);
  g_clear_pointer (&self->cross, g_free);
}

void
mtl_step_make_sets (MtlStep *self,
                    MtlPart  p)
{
  MtlStepPart *part = &self->parts[p];
  const MtlPlan *plan = mtl_work_plan (self->work);

  g_assert (part->balancer->n_sets <= MTL_MAX_OWN_SETS);
  if (p != MTL_PART_LOSS)
    return;

  for (guint n = 0; n < part->balancer->n_sets; n++)
    part->sets[n] = mtl_grads_new (plan);
  if ((part->balancer->needs & MTL_NEEDS_CROSS) == 0)
    return;

  for (guint n = 0; n < G_N_ELEMENTS (self->crossed); n++)
    self->crossed[n] = mtl_grads_new (plan);
  self->cross = g_new0 (double, self->n_tasks * self->n_tasks);
}

guint
mtl_step_n_fresh (MtlStep *self)
{
  return self->cross != NULL ? G_N_ELEMENTS (self->crossed) : 0;
}

void
mtl_step_set_fresh (MtlStep               *self,
                    const MtlBatch *const *fresh)
{
  self->fresh = fresh;
}

MtlGrads *
mtl_step_set (MtlStep *self,
              guint    n)
{
  const MtlStepPart *part = &self->parts[MTL_PART_LOSS];

  g_return_val_if_fail (n < part->balancer->n_sets, NULL);

  return part->sets[n];
}

/* --- passes --- */

MtlPass
mtl_step_pass_at (MtlStep        *self,
                  const float    *theta,
                  const MtlBatch *batch)
{
  return (MtlPass) {
    .theta = theta,
    .batch = batch,
    .tasks = self->tasks,
    .mode = MTL_PASS_PERTURBED,
    .rng = mtl_rng_derive (mtl_rng_new (self->seed, MTL_STREAM_DROPOUT), self->step),
  };
}

static gboolean
run_pass (MtlStep        *self,
          const MtlPass  *pass,
          MtlGrads       *out,
          double         *losses,
          GError        **error)
{
  MtlPass labelled = *pass;

  self->perturbed = pass->theta != self->theta;
  mtl_work_run (self->work, pass, losses, out, NULL);
  labelled.tasks &= mtl_work_labelled (self->work, pass->batch);

  return mtl_step_check (self, &labelled, losses, out, error);
}

static const MtlBatch *
half_of (MtlStep *self,
         guint    half)
{
  const MtlBatch *batch = self->batches[0];
  gsize middle = (batch->rows + 1) / 2;
  gsize first = half == 0 ? 0 : middle;
  gsize n = half == 0 ? middle : batch->rows - middle;
  g_autofree guint32 *rows = g_new (guint32, MAX (n, 1));

  if (half == MTL_STEP_WHOLE || n == 0 || n == batch->rows)
    return batch;

  if (self->half == NULL)
    self->half = mtl_batch_new_like (batch);
  for (gsize i = 0; i < n; i++)
    rows[i] = (guint32) (first + i);
  mtl_batch_take (self->half, batch, rows, n);

  return self->half;
}

gboolean
mtl_step_probe_tasks (MtlStep      *self,
                      const float  *theta,
                      guint64       tasks,
                      guint         half,
                      MtlGrads     *out,
                      double       *losses,
                      GError      **error)
{
  MtlPass pass = mtl_step_pass_at (self, theta, half_of (self, half));

  pass.tasks &= tasks;

  return run_pass (self, &pass, out, losses, error);
}

gboolean
mtl_step_probe (MtlStep      *self,
                const float  *theta,
                guint         half,
                MtlGrads     *out,
                double       *losses,
                GError      **error)
{
  return mtl_step_probe_tasks (self, theta, self->tasks, half, out, losses, error);
}

void
mtl_step_descend (MtlStep        *self,
                  const float    *from,
                  const MtlGrads *rows,
                  const double   *w,
                  double          rate)
{
  const MtlPlan *plan = mtl_work_plan (self->work);
  g_autofree double *factors = g_new0 (double, self->n_tasks);

  if (from != self->moved)
    memcpy (self->moved, from, mtl_step_n_weights (self) * sizeof *from);
  for (guint k = 0; k < self->n_tasks; k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);

      if ((self->tasks >> k & 1) == 0)
        continue;
      factors[k] = -rate * w[k];
      mtl_add_rows (1, &factors[k], mtl_grads_head ((MtlGrads *) rows, k), task->n_weights,
                    task->n_weights, self->moved + task->offset);
    }
  mtl_grads_combine (rows, factors, mtl_work_pool (self->work), self->moved);
}

void
mtl_step_products (MtlStep        *self,
                   const MtlGrads *a,
                   const MtlGrads *b,
                   double         *m)
{
  const MtlPlan *plan = mtl_work_plan (self->work);
  guint n = self->n_tasks;

  mtl_grads_gram (a, b, mtl_work_pool (self->work), m);
  for (guint i = 0; i < n * n; i++)
    if ((self->tasks >> i / n & self->tasks >> i % n & 1) == 0)
      m[i] = 0.0;
  for (guint k = 0; k < n; k++)
    if ((self->tasks >> k & 1) != 0)
      m[k * n + k] += mtl_kernels ()->rows->dot (mtl_grads_head ((MtlGrads *) a, k),
                                                 mtl_grads_head ((MtlGrads *) b, k),
                                                 mtl_plan_task (plan, k)->n_weights);
}

/* --- before a step --- */

/* ⟨g_i, g_j'⟩ of two batches that the step does not train on. */
static gboolean
measure_cross (MtlStep  *self,
               GError  **error)
{
  double losses[MTL_MAX_TASKS];

  g_return_val_if_fail (self->fresh != NULL, FALSE);

  for (guint b = 0; b < G_N_ELEMENTS (self->crossed); b++)
    {
      MtlPass pass = mtl_step_pass_at (self, self->theta, self->fresh[b]);

      pass.rng = mtl_rng_derive (pass.rng, G_MAXUINT32 - b);
      if (!run_pass (self, &pass, self->crossed[b], losses, error))
        return FALSE;
    }
  mtl_grads_gram (self->crossed[0], self->crossed[1], mtl_work_pool (self->work), self->cross);

  return TRUE;
}

gboolean
mtl_step_learn (MtlStep  *self,
                GError  **error)
{
  const MtlBalancer *balancer = self->parts[MTL_PART_LOSS].balancer;
  MtlStepCall call = { 0 };
  gboolean ok;

  if (self->cross != NULL && !measure_cross (self, error))
    return FALSE;
  if (balancer->learn == NULL)
    return TRUE;

  mtl_step_open_call (self, MTL_PART_LOSS, self->parts[MTL_PART_LOSS].slices, self->tasks, NULL,
                      NULL, &call);
  ok = balancer->learn (self, &call.in, error);
  mtl_step_close_call (&call);

  return ok;
}

void
mtl_step_find_losses (MtlStep *self)
{
  MtlPass pass = mtl_step_pass_at (self, self->theta, self->batches[0]);

  mtl_work_run (self->work, &pass, self->losses, NULL, NULL);
}

/* --- after it --- */

void
mtl_step_note (MtlStep *self)
{
  const MtlBalancer *balancer = self->parts[MTL_PART_LOSS].balancer;
  MtlStepCall call = { 0 };

  if (balancer->note == NULL)
    return;

  mtl_step_open_call (self, MTL_PART_LOSS, self->parts[MTL_PART_LOSS].slices, self->tasks, NULL,
                      NULL, &call);
  balancer->note (&call.in);
  mtl_step_close_call (&call);
}

/* Losses of the step's batches at @theta, as if they were one. */
static void
find_losses_at (MtlStep     *self,
                const float *theta,
                guint64      tasks,
                MtlPassMode  mode,
                double      *losses)
{
  double of_batch[MTL_MAX_TASKS];

  for (guint k = 0; k < self->n_tasks; k++)
    if ((tasks >> k & 1) != 0)
      losses[k] = NAN;
  for (guint b = 0; b < self->n_batches; b++)
    {
      MtlPass pass = mtl_step_pass_at (self, theta, self->batches[b]);

      pass.tasks &= tasks;
      pass.mode = mode;
      if (self->n_batches > 1)
        pass.rng = mtl_rng_derive (pass.rng, b);
      mtl_work_run (self->work, &pass, of_batch, NULL, NULL);
      for (guint k = 0; k < self->n_tasks; k++)
        if ((pass.tasks >> k & 1) != 0 && !isnan (of_batch[k]))
          losses[k] = (isnan (losses[k]) ? 0.0 : losses[k])
                      + mtl_step_share (self, k, b) * of_batch[k];
    }
}

void
mtl_step_evaluate (MtlStep     *self,
                   const float *theta,
                   guint64      tasks,
                   double      *losses)
{
  find_losses_at (self, theta, tasks & self->tasks, MTL_PASS_EVALUATE, losses);
}

/* The flatness part has such a balancer only where the loss part has the same. */
void
mtl_step_follow (MtlStep     *self,
                 const float *theta)
{
  const MtlStepPart *part = &self->parts[MTL_PART_LOSS];
  const MtlPlan *plan = mtl_work_plan (self->work);
  double losses[MTL_MAX_TASKS], after[MTL_MAX_TASKS];
  MtlStepCall call = { 0 };
  gboolean finite = TRUE;

  if (!mtl_balancer_follows (part->balancer, part->spread) || self->tasks == 0)
    return;

  find_losses_at (self, theta, self->tasks, MTL_PASS_PERTURBED, losses);
  mtl_step_open_call (self, MTL_PART_LOSS, part->slices, self->tasks, NULL, NULL, &call);
  for (guint i = 0; i < call.in.n_tasks; i++)
    {
      after[i] = mtl_plan_task (plan, call.task[i])->weight * losses[call.task[i]];
      finite = finite && isfinite (after[i]);
    }
  /* Else the next step fails: there is nothing to be learned of this one. */
  if (finite)
    part->balancer->follow (&call.in, after);
  mtl_step_close_call (&call);
}
