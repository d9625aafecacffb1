/* mtl-work-lanes.c — which lanes run through a step, and where their gradients lie
 *
 * A lane is one task's seed. Where the weights of the tasks are known before
 * backward, all lanes of the trunk are merged into one: heads run in lanes of
 * their own and add into the trunk's lane 0. A pass that ends at the fork hands over what the
 * heads' lanes hold there, and one that begins there takes its one lane from it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-work-private.h"

guint64
mtl_work_lanes (const MtlWork     *self,
                const MtlPlanStep *step)
{
  guint64 tasks = step->tasks & self->active;
  gboolean trunk = mtl_work_is_trunk (step);

  if (self->extent == MTL_RUN_ALL ? FALSE : trunk != (self->extent == MTL_RUN_FROM_FORK))
    return 0;
  if (self->merged && trunk)
    return tasks != 0 ? step->tasks & -step->tasks : 0;

  return tasks;
}

/* Place of @task's lane in the buffers of a step. */
static guint
lane_place (const MtlWork     *self,
            const MtlPlanStep *step,
            guint              task)
{
  if (self->merged)
    return 0;

  return mtl_count_tasks (step->tasks & ((G_GUINT64_CONSTANT (1) << task) - 1));
}

float *
mtl_work_gradient (const MtlShard *shard,
                   MtlInput        of,
                   guint           task)
{
  const MtlWork *work = shard->work;
  const MtlPlanStep *step = &work->plan->steps[of.step];
  const MtlBuffer *buffer = &step->out[of.output];
  gsize lane = lane_place (work, step, task);
  float *start;

  if (!buffer->dy.whole)
    {
      start = (float *) (gpointer) (work->arenas[shard->worker] + buffer->dy.at);
      return start + lane * work->plan->shard_rows * buffer->size;
    }

  start = (float *) (gpointer) (work->whole + buffer->dy.at);
  return start + (lane * work->plan->capacity + shard->first) * buffer->size;
}

gboolean
mtl_work_claim (const MtlShard *shard,
                MtlInput        of,
                guint           task)
{
  const MtlWork *work = shard->work;
  guint place = lane_place (work, &work->plan->steps[of.step], task);
  guint64 *written = &work->written[(shard->number * work->plan->n_steps + of.step) * 4
                                    + of.output];
  gboolean fresh = (*written >> place & 1) == 0;

  *written |= G_GUINT64_CONSTANT (1) << place;

  return fresh;
}

/* --- the fork --- */

#define FROM_FORK (G_GUINT64_CONSTANT (1) << 1)   /* beside the one lane, which has bit 0 */

void
mtl_work_keep_fork (const MtlShard    *shard,
                     const MtlPlanStep *step)
{
  const MtlWork *work = shard->work;
  guint index = (guint) (step - work->plan->steps);

  for (guint n = 0; n < step->n_out; n++)
    for (guint k = 0; k < work->plan->n_tasks; k++)
      {
        MtlInput output = { index, n };
        float *to = mtl_fork_at (work->fork, index, n, k, shard->first);
        gsize size = shard->rows * step->out[n].size * sizeof *to;

        if (to == NULL)
          continue;
        if (((step->tasks & work->active) >> k & 1) != 0 && !mtl_work_claim (shard, output, k))
          memcpy (to, mtl_work_gradient (shard, output, k), size);
        else
          memset (to, 0, size);
      }
}

/* Once for each output: sums behind and gradients are two actions. */
static void
add_fork (const MtlShard *shard,
           MtlInput        output,
           float          *dy)
{
  const MtlWork *work = shard->work;
  guint64 *written = &work->written[(shard->number * work->plan->n_steps + output.step) * 4
                                    + output.output];

  if (work->extent != MTL_RUN_FROM_FORK || (*written & FROM_FORK) != 0)
    return;

  *written |= FROM_FORK;
  mtl_fork_add (work->fork, work->weights, output.step, output.output, shard->first,
                 shard->rows, dy);
}

/* --- what an op is given --- */

static void
fill_outputs (const MtlShard    *shard,
              const MtlPlanStep *step,
              guint              lane,
              guint              task,
              MtlPointers       *p,
              guint              n_lanes)
{
  guint index = (guint) (step - shard->work->plan->steps);

  for (guint n = 0; n < step->n_out; n++)
    {
      MtlInput output = { index, n };
      float *dy = mtl_work_gradient (shard, output, task);

      /* An output that nobody reads in this lane passes nothing back. */
      if (mtl_work_claim (shard, output, task))
        memset (dy, 0, shard->rows * step->out[n].size * sizeof *dy);
      add_fork (shard, output, dy);
      p->dy[n * n_lanes + lane] = dy;
    }
}

static void
fill_inputs (const MtlShard    *shard,
             const MtlPlanStep *step,
             guint              lane,
             guint              task,
             MtlPointers       *p,
             guint              n_lanes)
{
  for (guint n = 0; n < step->n_in; n++)
    {
      gboolean wanted = shard->work->plan->steps[step->in[n].step].wants_dy;
      guint at = n * n_lanes + lane;

      p->dx[at] = wanted ? mtl_work_gradient (shard, step->in[n], task) : NULL;
      p->dx_fresh[at] = wanted && mtl_work_claim (shard, step->in[n], task);
    }
}

static void
fill_weights (const MtlShard    *shard,
              const MtlPlanStep *step,
              float             *slot,
              guint              lane,
              guint              task,
              MtlPointers       *p,
              guint              n_lanes)
{
  const MtlPlan *plan = shard->work->plan;
  gsize row = shard->work->merged ? 0 : task;

  for (guint t = 0; t < step->n_tensors; t++)
    {
      const MtlTensor *tensor = &g_array_index (plan->tensors, MtlTensor, step->tensors[t]);
      gboolean trunk = tensor->offset < plan->n_trunk;

      if (tensor->slot != G_MAXSIZE)
        p->dw[t * n_lanes + lane] = slot + tensor->slot
                                    + (trunk ? row : plan->n_tasks) * plan->slot_trunk;
    }
}

/* A merged lane carries the losses of all tasks that it serves. */
void
mtl_work_fill_seeds (const MtlWork     *self,
                     const MtlPlanStep *step,
                     MtlPointers       *p,
                     MtlOpPass         *pass)
{
  gboolean merged = self->merged && mtl_count_tasks (step->tasks) > 1;
  guint lane = 0;

  pass->seeds = step->op->penalty != NULL ? p->seeds : NULL;
  if (pass->seeds == NULL)
    return;

  p->seeds[0] = 0.0;
  for (guint k = 0; k < self->plan->n_tasks; k++)
    if ((step->tasks & self->active) >> k & 1)
      {
        if (merged)
          p->seeds[0] += self->seeds[k];
        else
          p->seeds[lane++] = self->seeds[k];
      }
}

guint
mtl_work_fill_dy (const MtlShard    *shard,
                  const MtlPlanStep *step,
                  MtlPointers       *p,
                  MtlOpPass         *pass)
{
  guint64 tasks = mtl_work_lanes (shard->work, step);
  guint lane = 0;

  pass->n_lanes = mtl_count_tasks (tasks);
  pass->dy = p->dy;
  for (guint k = 0; k < shard->work->plan->n_tasks; k++)
    if ((tasks >> k & 1) != 0)
      fill_outputs (shard, step, lane++, k, p, pass->n_lanes);
  mtl_work_fill_seeds (shard->work, step, p, pass);

  return pass->n_lanes;
}

void
mtl_work_fill_lanes (const MtlShard    *shard,
                     const MtlPlanStep *step,
                     float             *slot,
                     MtlPointers       *p,
                     MtlOpPass         *pass)
{
  guint64 tasks = mtl_work_lanes (shard->work, step);
  guint lane = 0;

  mtl_work_fill_dy (shard, step, p, pass);
  pass->dx = p->dx;
  pass->dx_fresh = p->dx_fresh;
  pass->dw = p->dw;
  for (guint k = 0; k < shard->work->plan->n_tasks; k++)
    if ((tasks >> k & 1) != 0)
      {
        fill_inputs (shard, step, lane, k, p, pass->n_lanes);
        fill_weights (shard, step, slot, lane, k, p, pass->n_lanes);
        lane++;
      }
}
