/* mtl-work-shard.c — the actions of a phase on one shard
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-work-private.h"

/* --- tasks --- */

/* The loss of one shard; its gradient goes straight to the producer. */
static void
run_task (const MtlShard    *shard,
          const MtlPlanStep *step,
          float             *gradient)
{
  MtlWork *work = shard->work;
  guint k = (guint) step->task;
  const MtlTask *task = &work->plan->tasks[k];
  const float *x = mtl_work_output (shard, step->in[0]);
  const float *targets = work->pass->batch->targets[k] + shard->first * task->target.size;
  gsize n = shard->rows * task->size;
  float scale;

  work->losses[shard->number * work->plan->n_tasks + k] =
    task->loss->value (&task->target, &task->items, task->set, shard->rows, x, targets, gradient);

  if (work->outputs != NULL && work->outputs[k] != NULL)
    memcpy (work->outputs[k] + shard->first * task->size, x, n * sizeof (float));

  if (gradient == NULL)
    return;
  scale = (float) (work->seeds[k] / work->divisors[k]);
  for (gsize i = 0; i < n; i++)
    gradient[i] *= scale;
}

/* Forward there is nothing to do where backward comes past. */
static void
forward_task (const MtlShard    *shard,
              const MtlPlanStep *step)
{
  const MtlWork *work = shard->work;
  gboolean again = mtl_work_wants_gradients (work) && step->wants_dy;

  if (!again && (work->active >> step->task & 1) != 0)
    run_task (shard, step, NULL);
}

static void
backward_task (const MtlShard    *shard,
               const MtlPlanStep *step)
{
  MtlWork *work = shard->work;
  guint k = (guint) step->task;
  gsize n = shard->rows * work->plan->tasks[k].size;
  float *into = mtl_work_gradient (shard, step->in[0], k);

  if (mtl_work_claim (shard, step->in[0], k))
    {
      run_task (shard, step, into);
    }
  else
    {
      /* Two tasks on one output share its lane only when lanes are merged. */
      float *gradient = (float *) (gpointer) (work->arenas[shard->worker] + work->plan->scratch);

      run_task (shard, step, gradient);
      for (gsize i = 0; i < n; i++)
        into[i] += gradient[i];
    }
}

/* --- other steps --- */

static double *
sums_of (const MtlShard    *shard,
         const MtlPlanStep *step)
{
  return shard->work->sums + shard->number * shard->work->plan->n_sums + step->sums;
}

/* Notes the step if it is the first one whose outputs are not finite. */
static void
watch (const MtlShard    *shard,
       const MtlPlanStep *step)
{
  guint index = (guint) (step - shard->work->plan->steps);
  guint *bad = &shard->work->bad[shard->number];

  for (guint n = 0; n < step->n_out && index < *bad; n++)
    {
      const float *y = mtl_work_output (shard, (MtlInput) { index, n });

      for (gsize i = 0; i < shard->rows * step->out[n].size; i++)
        if (!isfinite (y[i]))
          *bad = index;
    }
}

static void
forward (const MtlShard    *shard,
         const MtlPlanStep *step)
{
  MtlOpPass pass;
  MtlPointers p;

  mtl_work_fill_forward (shard, step, &p, &pass);
  step->op->forward (&pass);
  if (shard->work->bad != NULL)
    watch (shard, step);
}

static void
measure (const MtlShard    *shard,
         const MtlPlanStep *step)
{
  MtlOpPass pass;
  MtlPointers p;

  mtl_work_fill_forward (shard, step, &p, &pass);
  pass.sums = sums_of (shard, step);
  memset (pass.sums, 0, step->needs.sums * sizeof *pass.sums);
  step->op->measure (&pass);
}

static void
measure_back (const MtlShard    *shard,
              const MtlPlanStep *step)
{
  MtlOpPass pass;
  MtlPointers p;
  guint n_lanes;

  mtl_work_fill_forward (shard, step, &p, &pass);
  n_lanes = mtl_work_fill_dy (shard, step, &p, &pass);
  pass.sums = sums_of (shard, step) + step->needs.sums;
  memset (pass.sums, 0, n_lanes * step->needs.sums_back * sizeof *pass.sums);
  step->op->measure_back (&pass);
}

static void
backward (const MtlShard    *shard,
          const MtlPlanStep *step,
          float             *slot)
{
  MtlOpPass pass;
  MtlPointers p;

  mtl_work_fill_forward (shard, step, &p, &pass);
  mtl_work_fill_lanes (shard, step, slot, &p, &pass);
  if (step->needs.prepared_back > 0)
    pass.prepared = mtl_work_prepared (shard->work, &step->prepared_back);
  if (step->n_tensors > 0 && step->needs.n_tiles == 0)
    step->op->grad (&pass);
  if (step->op->backward != NULL && (p.dx[0] != NULL || step->n_in > 1))
    step->op->backward (&pass);
}

/* --- actions --- */

static void
act_forward (const MtlShard    *shard,
             const MtlPlanStep *step,
             MtlDo              what)
{
  const MtlPass *pass = shard->work->pass;

  if (!mtl_work_visits (shard->work, step))
    return;
  if (what == MTL_DO_MEASURE)
    {
      if (pass->mode != MTL_PASS_EVALUATE)
        measure (shard, step);
    }
  else if (step->task >= 0)
    {
      forward_task (shard, step);
    }
  else
    {
      forward (shard, step);
    }
}

static void
act_backward (const MtlShard    *shard,
              const MtlPlanStep *step,
              MtlDo              what,
              float             *slot)
{
  if (shard->work->extent == MTL_RUN_TO_FORK && what == MTL_DO_BACKWARD)
    mtl_work_keep_fork (shard, step);
  if (mtl_work_lanes (shard->work, step) == 0)
    return;
  if (what == MTL_DO_MEASURE_BACK)
    {
      if (shard->work->pass->mode != MTL_PASS_EVALUATE)
        measure_back (shard, step);
    }
  else if (step->task >= 0)
    backward_task (shard, step);
  else
    backward (shard, step, slot);
}

void
mtl_work_run_shard (MtlWork *self,
                    gsize    number,
                    guint    worker,
                    float   *slot)
{
  gsize first = number * self->plan->shard_rows;
  const MtlShard shard = { self, worker, number, first,
                           MIN (self->plan->shard_rows, self->pass->batch->rows - first) };

  for (guint a = self->first; a < self->end; a++)
    {
      const MtlAction *action = &self->plan->actions[a];
      const MtlPlanStep *step = &self->plan->steps[action->step];

      if (mtl_is_backward (action->what))
        act_backward (&shard, step, action->what, slot);
      else
        act_forward (&shard, step, action->what);
    }
}
