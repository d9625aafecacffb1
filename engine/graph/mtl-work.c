/* mtl-work.c — a plan with its arenas, ready to run
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-work-private.h"

#include <math.h>
#include <string.h>

#define ALIGNMENT 64

/* Zeros that the system gives page by page when they are first touched: what only
 * some passes need, such as the lanes of all tasks, costs nothing until then. */
static gpointer
allocate (MtlWork *self,
          gsize    n,
          gsize    size)
{
  char *start = g_malloc0 (MAX (n, 1) * size + ALIGNMENT - 1);

  g_ptr_array_add (self->memory, start);

  return start + (ALIGNMENT - (guintptr) start % ALIGNMENT) % ALIGNMENT;
}

MtlWork *
mtl_work_new (MtlPlan *plan,
              MtlPool *pool)
{
  MtlWork *self = g_new0 (MtlWork, 1);
  gsize n_shards = mtl_plan_count_shards (plan, plan->capacity);

  self->plan = mtl_plan_ref (plan);
  self->pool = pool;
  self->n_workers = mtl_pool_n_workers (pool);
  self->memory = g_ptr_array_new_with_free_func (g_free);
  self->arenas = g_new0 (char *, self->n_workers);
  for (guint n = 0; n < self->n_workers; n++)
    self->arenas[n] = allocate (self, plan->arena, 1);
  self->whole = allocate (self, plan->whole, 1);

  self->max_slots = (guint) MIN (n_shards, MTL_MAX_SLOTS);
  self->slot_size = plan->n_tasks * plan->slot_trunk + plan->slot_heads;
  if (plan->trains)
    self->slots = allocate (self, self->max_slots * self->slot_size, sizeof (float));
  self->sums = g_new0 (double, MAX (n_shards * plan->n_sums, 1));
  self->totals = g_new0 (double, MAX (plan->n_sums, 1));
  self->renewed = g_new0 (float, MAX (plan->n_theta - plan->n_weights, 1));
  self->losses = g_new0 (double, n_shards * plan->n_tasks);
  self->written = g_new0 (guint64, n_shards * plan->n_steps * 4);
  self->divisors = g_new0 (double, plan->n_tasks);
  self->seeds = g_new0 (double, plan->n_tasks);
  self->penalties = g_new0 (double, plan->n_tasks);
  self->jobs = g_array_new (FALSE, FALSE, sizeof (MtlWorkJob));

  return self;
}

void
mtl_work_free (MtlWork *self)
{
  g_ptr_array_unref (self->memory);
  g_array_unref (self->jobs);
  g_free (self->arenas);
  g_free (self->sums);
  g_free (self->totals);
  g_free (self->renewed);
  g_free (self->losses);
  g_free (self->written);
  g_free (self->divisors);
  g_free (self->seeds);
  g_free (self->penalties);
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
  return task->loss->divisor (&task->target, &task->items, task->set, batch->rows,
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
      losses[k] = sum / self->divisors[k] + self->penalties[k];
    }
}

/* --- passes --- */

static void
begin (MtlWork       *self,
       const MtlPass *pass,
       float *const  *outputs)
{
  const MtlPlan *plan = self->plan;

  self->pass = pass;
  self->outputs = outputs;
  self->to = (MtlTargets) { NULL, NULL };
  self->extent = MTL_RUN_ALL;
  self->fork = NULL;
  self->n_shards = mtl_plan_count_shards (plan, pass->batch->rows);
  self->n_slots = (guint) MIN (self->n_shards, self->max_slots);
  self->active = 0;
  self->merged = FALSE;
  memset (self->penalties, 0, plan->n_tasks * sizeof *self->penalties);
  memcpy (self->renewed, pass->theta + plan->n_weights,
          (plan->n_theta - plan->n_weights) * sizeof *self->renewed);

  g_assert (pass->batch->rows <= plan->capacity);

  for (guint k = 0; k < plan->n_tasks; k++)
    {
      if ((pass->tasks >> k & 1) == 0)
        continue;
      self->divisors[k] = find_divisor (&plan->tasks[k], pass->batch, k);
      if (self->divisors[k] > 0.0)
        self->active |= G_GUINT64_CONSTANT (1) << k;
      self->seeds[k] = plan->tasks[k].weight;
    }
}

static void
run (MtlWork      *self,
     MtlTargets    to,
     const double *weights)
{
  self->to = to;
  if (to.grads != NULL)
    mtl_grads_begin (to.grads);
  if (mtl_work_wants_gradients (self))
    {
      memset (self->slots, 0, self->n_slots * self->slot_size * sizeof *self->slots);
      memset (self->written, 0, self->n_shards * self->plan->n_steps * 4 * sizeof *self->written);
    }
  mtl_work_run_phases (self);
  if (mtl_work_wants_gradients (self))
    mtl_work_gather (self, weights);
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
  run (self, (MtlTargets) { grads, NULL }, NULL);
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
  g_return_if_fail (self->plan->trains);

  begin (self, pass, outputs);
  self->merged = TRUE;
  for (guint k = 0; k < self->plan->n_tasks; k++)
    self->seeds[k] *= weights[k];
  run (self, (MtlTargets) { grads, direction }, weights);
  if (losses != NULL)
    sum_losses (self, self->n_shards, losses);
}

void
mtl_work_run_heads (MtlWork       *self,
                    const MtlPass *pass,
                    double        *losses,
                    MtlGrads      *grads,
                    float *const  *outputs,
                    MtlFork       *fork)
{
  g_return_if_fail (self->plan->trains);

  begin (self, pass, outputs);
  self->extent = MTL_RUN_TO_FORK;
  self->fork = fork;
  mtl_fork_begin (fork, pass->batch->rows);
  run (self, (MtlTargets) { grads, NULL }, NULL);
  sum_losses (self, self->n_shards, losses);
}

void
mtl_work_run_trunk (MtlWork        *self,
                    const MtlPass  *pass,
                    const MtlFork  *fork,
                    const double   *weights,
                    float          *direction)
{
  g_return_if_fail (self->plan->trains);

  begin (self, pass, NULL);
  self->extent = MTL_RUN_FROM_FORK;
  self->fork = (MtlFork *) fork;
  self->weights = weights;
  self->merged = TRUE;
  for (guint k = 0; k < self->plan->n_tasks; k++)
    self->seeds[k] *= weights[k];
  run (self, (MtlTargets) { NULL, direction }, NULL);
}

const float *
mtl_work_renewed (MtlWork *self)
{
  return self->renewed;
}

/* --- for messages --- */

const char *
mtl_work_first_not_finite (MtlWork       *self,
                           const MtlPass *pass)
{
  gsize n_shards = mtl_plan_count_shards (self->plan, pass->batch->rows);
  g_autofree guint *bad = g_new (guint, n_shards);
  guint first = self->plan->n_steps;

  for (gsize s = 0; s < n_shards; s++)
    bad[s] = self->plan->n_steps;
  self->bad = bad;
  mtl_work_run (self, pass, NULL, NULL, NULL);
  self->bad = NULL;
  for (gsize s = 0; s < n_shards; s++)
    first = MIN (first, bad[s]);

  return first < self->plan->n_steps ? self->plan->steps[first].block : NULL;
}
