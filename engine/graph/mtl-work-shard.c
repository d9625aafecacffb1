/* mtl-work-shard.c — one shard through all steps, forward and backward
 *
 * A lane is one task's seed. Where the weights of the tasks are known before
 * backward, all lanes of the trunk are merged into one: heads run in lanes of
 * their own and add into the trunk's lane 0.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-work-private.h"

typedef struct
{
  MtlWork *work;
  char    *arena;
  guint64 *written; /* outputs and lanes that have a gradient by now */
  gsize    first;   /* row of the batch */
  gsize    rows;
} Shard;

/* What an MtlOpPass points to. */
typedef struct
{
  const float *x[MTL_MAX_PORTS];
  float       *y[4];
  const float *weights[MTL_OP_MAX_TENSORS];
  const float *dy[4 * MTL_MAX_TASKS];
  float       *dx[MTL_MAX_PORTS * MTL_MAX_TASKS];
  gboolean     dx_fresh[MTL_MAX_PORTS * MTL_MAX_TASKS];
  float       *dw[MTL_OP_MAX_TENSORS * MTL_MAX_TASKS];
} Pointers;

static Shard
find_shard (MtlWork *work,
            gsize    shard,
            guint    worker)
{
  gsize first = shard * MTL_SHARD_ROWS;

  return (Shard) { work, work->arenas[worker], work->written[worker], first,
                   MIN (MTL_SHARD_ROWS, work->pass->batch->rows - first) };
}

static float *
output_of (const Shard *shard,
           guint        step,
           guint        output)
{
  const MtlPlanStep *it = &shard->work->plan->steps[step];
  const MtlBuffer *buffer = &it->out[output];

  if (it->op == NULL)
    return shard->work->pass->batch->x[output] + shard->first * buffer->size;

  return (float *) (gpointer) (shard->arena + buffer->y);
}

static void
fill_forward (const Shard       *shard,
              const MtlPlanStep *step,
              Pointers          *p,
              MtlOpPass         *pass)
{
  MtlWork *work = shard->work;
  guint index = (guint) (step - work->plan->steps);

  for (guint n = 0; n < step->n_in; n++)
    p->x[n] = output_of (shard, step->in[n].step, step->in[n].output);
  for (guint n = 0; n < step->n_out; n++)
    p->y[n] = output_of (shard, index, n);
  for (guint t = 0; t < step->n_tensors; t++)
    p->weights[t] = work->pass->theta
                    + g_array_index (work->plan->tensors, MtlTensor, step->tensors[t]).offset;

  *pass = (MtlOpPass) {
    .shape = &step->shape,
    .mode = work->pass->mode,
    .rows = shard->rows,
    .samples = work->pass->batch->samples + shard->first,
    .x = p->x,
    .y = p->y,
    .weights = p->weights,
    .kept = step->kept != MTL_NO_BUFFER ? shard->arena + step->kept : NULL,
    .scratch = shard->arena + work->plan->scratch,
    .rng = mtl_rng_derive (work->pass->rng, step->word),
  };
}

/* --- tasks --- */

/* The loss of one shard; its gradient goes straight to the producer. */
static void
run_task (const Shard       *shard,
          const MtlPlanStep *step,
          float             *gradient)
{
  MtlWork *work = shard->work;
  guint k = (guint) step->task;
  const MtlTask *task = &work->plan->tasks[k];
  const float *x = output_of (shard, step->in[0].step, step->in[0].output);
  const float *targets = work->pass->batch->targets[k] + shard->first * task->target.size;
  gsize n = shard->rows * task->size;
  float scale;

  work->losses[shard->first / MTL_SHARD_ROWS * work->plan->n_tasks + k] =
    task->loss->value (&task->target, task->set, shard->rows, task->size, x, targets, gradient);

  if (work->outputs != NULL && work->outputs[k] != NULL)
    memcpy (work->outputs[k] + shard->first * task->size, x, n * sizeof (float));

  if (gradient == NULL)
    return;
  scale = (float) (work->seeds[k] / work->divisors[k]);
  for (gsize i = 0; i < n; i++)
    gradient[i] *= scale;
}

void
mtl_work_shard_forward (MtlWork *self,
                        gsize    index,
                        guint    worker)
{
  Shard shard = find_shard (self, index, worker);

  for (guint s = 0; s < self->plan->n_steps; s++)
    {
      const MtlPlanStep *step = &self->plan->steps[s];
      MtlOpPass pass;
      Pointers p;

      if (step->op == NULL || (step->tasks & self->pass->tasks) == 0)
        continue;
      if (step->task >= 0)
        {
          if ((self->active >> step->task & 1) != 0)
            run_task (&shard, step, NULL);
          continue;
        }
      fill_forward (&shard, step, &p, &pass);
      step->op->forward (&pass);
    }
}

/* --- lanes --- */

/* The tasks whose lanes run through a step; bit 0 alone for a merged trunk. */
static guint64
lanes_of (const MtlWork     *work,
          const MtlPlanStep *step)
{
  guint64 tasks = step->tasks & work->active;

  if (work->merged && mtl_count_tasks (step->tasks) > 1)
    return tasks != 0 ? step->tasks & -step->tasks : 0;

  return tasks;
}

/* Place of @task's lane in the buffers of a step. */
static guint
lane_place (const MtlWork     *work,
            const MtlPlanStep *step,
            guint              task)
{
  if (work->merged)
    return 0;

  return mtl_count_tasks (step->tasks & ((G_GUINT64_CONSTANT (1) << task) - 1));
}

static float *
gradient_of (const Shard *shard,
             guint        step,
             guint        output,
             guint        task)
{
  const MtlPlanStep *it = &shard->work->plan->steps[step];
  const MtlBuffer *buffer = &it->out[output];

  return (float *) (gpointer) (shard->arena + buffer->dy)
         + lane_place (shard->work, it, task) * MTL_SHARD_ROWS * buffer->size;
}

/* Marks a lane of an output as written; TRUE for the first time in this shard. */
static gboolean
claim (const Shard *shard,
       MtlInput     input,
       guint        task)
{
  guint place = lane_place (shard->work, &shard->work->plan->steps[input.step], task);
  guint64 *written = &shard->written[input.step * 4 + input.output];
  gboolean fresh = (*written >> place & 1) == 0;

  *written |= G_GUINT64_CONSTANT (1) << place;

  return fresh;
}

static void
backward_task (const Shard       *shard,
               const MtlPlanStep *step)
{
  MtlWork *work = shard->work;
  guint k = (guint) step->task;
  gsize n = shard->rows * work->plan->tasks[k].size;
  float *into;

  if (!work->plan->steps[step->in[0].step].wants_dy)
    return;

  into = gradient_of (shard, step->in[0].step, step->in[0].output, k);
  if (claim (shard, step->in[0], k))
    {
      run_task (shard, step, into);
    }
  else
    {
      /* Two tasks on one output share its lane only when lanes are merged. */
      float *gradient = (float *) (gpointer) (shard->arena + work->plan->scratch);

      run_task (shard, step, gradient);
      for (gsize i = 0; i < n; i++)
        into[i] += gradient[i];
    }
}

static void
fill_lane (const Shard       *shard,
           const MtlPlanStep *step,
           float             *slot,
           guint              lane,
           guint              task,
           Pointers          *p,
           guint              n_lanes)
{
  const MtlPlan *plan = shard->work->plan;
  guint index = (guint) (step - plan->steps);
  gsize d = plan->n_trunk;

  for (guint n = 0; n < step->n_out; n++)
    {
      float *dy = gradient_of (shard, index, n, task);

      /* An output that nobody reads in this lane passes nothing back. */
      if (claim (shard, (MtlInput) { index, n }, task))
        memset (dy, 0, shard->rows * step->out[n].size * sizeof *dy);
      p->dy[n * n_lanes + lane] = dy;
    }

  for (guint n = 0; n < step->n_in; n++)
    {
      gboolean wanted = plan->steps[step->in[n].step].wants_dy;
      guint at = n * n_lanes + lane;

      p->dx[at] = wanted ? gradient_of (shard, step->in[n].step, step->in[n].output, task) : NULL;
      p->dx_fresh[at] = wanted && claim (shard, step->in[n], task);
    }

  for (guint t = 0; t < step->n_tensors; t++)
    {
      const MtlTensor *tensor = &g_array_index (plan->tensors, MtlTensor, step->tensors[t]);
      gboolean trunk = tensor->offset < d;
      gsize row = shard->work->merged ? 0 : task;

      p->dw[t * n_lanes + lane] = trunk ? slot + row * d + tensor->offset
                                        : slot + plan->n_tasks * d + (tensor->offset - d);
    }
}

static void
backward_step (const Shard       *shard,
               const MtlPlanStep *step,
                   float             *slot)
{
  guint64 tasks = lanes_of (shard->work, step);
  guint n_lanes = mtl_count_tasks (tasks);
  guint lane = 0;
  MtlOpPass pass;
  Pointers p;

  if (n_lanes == 0)
    return;

  fill_forward (shard, step, &p, &pass);
  for (guint k = 0; k < shard->work->plan->n_tasks; k++)
    if ((tasks >> k & 1) != 0)
      fill_lane (shard, step, slot, lane++, k, &p, n_lanes);
  pass.n_lanes = n_lanes;
  pass.dy = p.dy;
  pass.dx = p.dx;
  pass.dx_fresh = p.dx_fresh;
  pass.dw = p.dw;

  if (step->n_tensors > 0)
    step->op->grad (&pass);
  if (p.dx[0] != NULL || step->n_in > 1)
    step->op->backward (&pass);
}

void
mtl_work_shard_backward (MtlWork *self,
                         gsize    index,
                         guint    worker,
                         float   *slot)
{
  Shard shard = find_shard (self, index, worker);

  memset (shard.written, 0, self->plan->n_steps * 4 * sizeof *shard.written);
  for (guint s = self->plan->n_steps; s > 0; s--)
    {
      const MtlPlanStep *step = &self->plan->steps[s - 1];

      if (step->op == NULL || !step->wants_dy || (step->tasks & self->active) == 0)
        continue;
      if (step->task >= 0)
        backward_task (&shard, step);
      else
        backward_step (&shard, step, slot);
    }
}

const char *
mtl_work_first_not_finite (MtlWork       *self,
                           const MtlPass *pass)
{
  self->pass = pass;
  for (gsize first = 0; first < pass->batch->rows; first += MTL_SHARD_ROWS)
    {
      Shard shard = find_shard (self, first / MTL_SHARD_ROWS, 0);

      for (guint s = 0; s < self->plan->n_steps; s++)
        {
          const MtlPlanStep *step = &self->plan->steps[s];
          MtlOpPass op_pass;
          Pointers p;

          if (step->op == NULL || step->task >= 0 || (step->tasks & pass->tasks) == 0)
            continue;
          fill_forward (&shard, step, &p, &op_pass);
          step->op->forward (&op_pass);
          for (guint n = 0; n < step->n_out; n++)
            for (gsize i = 0; i < shard.rows * step->out[n].size; i++)
              if (!isfinite (p.y[n][i]))
                return step->block;
        }
    }

  return NULL;
}
