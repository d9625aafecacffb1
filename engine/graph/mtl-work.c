/* mtl-work.c — a plan with its arenas, ready to run
 *
 * One piece of work is a slot: its shards run one after the other on one
 * worker, each forward and then backward, and add into the slot's gradients.
 * Slots are then added in order. A pass without gradients has a shard a piece.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-work-private.h"

#include <math.h>
#include <string.h>

#define RANGE 8192  /* floats of a slot added up in one piece */

MtlWork *
mtl_work_new (MtlPlan *plan,
              MtlPool *pool)
{
  MtlWork *self = g_new0 (MtlWork, 1);
  gsize n_shards = (plan->capacity + MTL_SHARD_ROWS - 1) / MTL_SHARD_ROWS;

  self->plan = mtl_plan_ref (plan);
  self->pool = pool;
  self->n_workers = mtl_pool_n_workers (pool);
  self->arenas = g_new0 (char *, self->n_workers);
  self->written = g_new0 (guint64 *, self->n_workers);
  for (guint n = 0; n < self->n_workers; n++)
    {
      self->arenas[n] = g_aligned_alloc0 (MAX (plan->arena, 64), 1, 64);
      self->written[n] = g_new0 (guint64, plan->n_steps * 4);
    }

  self->max_slots = (guint) MIN (n_shards, MTL_MAX_SLOTS);
  self->slot_size = plan->n_tasks * plan->n_trunk + (plan->n_weights - plan->n_trunk);
  if (plan->trains)
    self->slots = g_aligned_alloc0 (MAX (self->max_slots * self->slot_size, 16),
                                    sizeof (float), 64);
  self->losses = g_new0 (double, n_shards * plan->n_tasks);
  self->divisors = g_new0 (double, plan->n_tasks);
  self->seeds = g_new0 (double, plan->n_tasks);

  return self;
}

void
mtl_work_free (MtlWork *self)
{
  for (guint n = 0; n < self->n_workers; n++)
    {
      g_aligned_free (self->arenas[n]);
      g_free (self->written[n]);
    }
  g_free (self->written);
  g_clear_pointer (&self->slots, g_aligned_free);
  g_free (self->arenas);
  g_free (self->losses);
  g_free (self->divisors);
  g_free (self->seeds);
  mtl_plan_unref (self->plan);
  g_free (self);
}

MtlPlan *
mtl_work_plan (MtlWork *self)
{
  return self->plan;
}

MtlPool *
mtl_work_pool (MtlWork *self)
{
  return self->pool;
}

/* --- divisors and losses --- */

static double
find_divisor (const MtlTask  *task,
              const MtlBatch *batch,
              guint           k)
{
  return task->loss->divisor (&task->target, task->set, batch->rows, task->size,
                              batch->targets[k]);
}

guint64
mtl_work_labelled (MtlWork        *self,
                   const MtlBatch *batch)
{
  guint64 tasks = 0;

  for (guint k = 0; k < self->plan->n_tasks; k++)
    if (find_divisor (&self->plan->tasks[k], batch, k) > 0.0)
      tasks |= G_GUINT64_CONSTANT (1) << k;

  return tasks;
}

static void
sum_losses (const MtlWork *self,
            gsize          n_shards,
            double        *losses)
{
  for (guint k = 0; k < self->plan->n_tasks; k++)
    {
      double sum = 0.0;

      losses[k] = NAN;
      if ((self->active >> k & 1) == 0)
        continue;
      for (gsize s = 0; s < n_shards; s++)
        sum += self->losses[s * self->plan->n_tasks + k];
      losses[k] = sum / self->divisors[k];
    }
}

/* --- slots --- */

static void
slot_piece (guint    piece,
            guint    worker,
            gpointer data)
{
  MtlWork *self = data;
  gsize first = (self->n_shards * piece + self->n_slots - 1) / self->n_slots;
  gsize end = (self->n_shards * (piece + 1) + self->n_slots - 1) / self->n_slots;
  float *slot = self->slots + piece * self->slot_size;

  memset (slot, 0, self->slot_size * sizeof *slot);
  for (gsize s = first; s < end; s++)
    {
      mtl_work_shard_forward (self, s, worker);
      mtl_work_shard_backward (self, s, worker, slot);
    }
}

static void
shard_piece (guint    piece,
             guint    worker,
             gpointer data)
{
  mtl_work_shard_forward (data, piece, worker);
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
      const float *slot = self->slots + s * self->slot_size + first;

      for (gsize i = 0; i < n; i++)
        sum[i] += slot[i];
    }
}

static void
add_slots (MtlWork *self)
{
  if (self->n_slots > 1 && self->slot_size > 0)
    mtl_pool_run (self->pool, (guint) ((self->slot_size + RANGE - 1) / RANGE), add_range, self);
}

static void
take_heads (MtlWork  *self,
            MtlGrads *grads,
            guint     k,
            double    factor)
{
  const MtlTask *task = &self->plan->tasks[k];
  gsize d = self->plan->n_trunk;
  const float *sum = self->slots + self->plan->n_tasks * d + (task->offset - d);
  float *head = mtl_grads_head (grads, k);

  for (gsize i = 0; i < task->n_weights; i++)
    head[i] = (float) (factor * sum[i]);
}

static void
take_rows (MtlWork  *self,
           MtlGrads *grads,
           guint64   tasks)
{
  gsize d = self->plan->n_trunk;

  for (guint k = 0; k < self->plan->n_tasks; k++)
    {
      gboolean active = self->active >> k & 1;

      if ((tasks >> k & 1) == 0)
        continue;
      if (active)
        memcpy (mtl_grads_row (grads, k), self->slots + k * d, d * sizeof (float));
      else
        memset (mtl_grads_row (grads, k), 0, d * sizeof (float));
      take_heads (self, grads, k, active ? 1.0 : 0.0);
    }
}

/* --- passes --- */

static void
begin (MtlWork       *self,
       const MtlPass *pass,
       float *const  *outputs)
{
  self->pass = pass;
  self->outputs = outputs;
  self->n_shards = (pass->batch->rows + MTL_SHARD_ROWS - 1) / MTL_SHARD_ROWS;
  self->n_slots = (guint) MIN (self->n_shards, self->max_slots);
  self->active = 0;
  self->merged = FALSE;

  g_assert (pass->batch->rows <= self->plan->capacity);

  for (guint k = 0; k < self->plan->n_tasks; k++)
    {
      if ((pass->tasks >> k & 1) == 0)
        continue;
      self->divisors[k] = find_divisor (&self->plan->tasks[k], pass->batch, k);
      if (self->divisors[k] > 0.0)
        self->active |= G_GUINT64_CONSTANT (1) << k;
      self->seeds[k] = self->plan->tasks[k].weight;
    }
}

void
mtl_work_run (MtlWork       *self,
              const MtlPass *pass,
              double        *losses,
              MtlGrads      *grads,
              float *const  *outputs)
{
  g_return_if_fail (grads == NULL || self->plan->trains);

  begin (self, pass, outputs);
  if (grads != NULL)
    {
      mtl_pool_run (self->pool, self->n_slots, slot_piece, self);
      add_slots (self);
      take_rows (self, grads, pass->tasks);
    }
  else
    {
      mtl_pool_run (self->pool, (guint) self->n_shards, shard_piece, self);
    }

  if (losses != NULL)
    sum_losses (self, self->n_shards, losses);
}

void
mtl_work_run_sum (MtlWork       *self,
                  const MtlPass *pass,
                  const double  *weights,
                  double        *losses,
                  MtlGrads      *grads,
                  float *const  *outputs,
                  float         *direction)
{
  guint n_tasks = self->plan->n_tasks;

  g_return_if_fail (self->plan->trains);

  begin (self, pass, outputs);
  self->merged = TRUE;
  for (guint k = 0; k < n_tasks; k++)
    self->seeds[k] *= weights[k];

  mtl_pool_run (self->pool, self->n_slots, slot_piece, self);
  add_slots (self);

  memcpy (direction, self->slots, self->plan->n_trunk * sizeof *direction);
  for (guint k = 0; k < n_tasks; k++)
    if ((pass->tasks >> k & 1) != 0)
      take_heads (self, grads, k,
                  (self->active >> k & 1) != 0 && weights[k] != 0.0 ? 1.0 / weights[k] : 0.0);
  if (losses != NULL)
    sum_losses (self, self->n_shards, losses);
}
