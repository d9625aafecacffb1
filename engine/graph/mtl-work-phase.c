/* mtl-work-phase.c — what all shards do together: phases, sums, and work in pieces
 *
 * In a phase that goes backward one piece of work is a slot: its shards run one
 * after the other on one worker and add into the slot's gradients. Elsewhere it
 * is a shard. Before a phase that is made which its blocks read of their weights;
 * a phase begins with it also where there are no sums to wait for, for the memory
 * serves another block later. After a phase the shards' sums are added up in order, and the
 * gradients that are made by tile are made.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-work-private.h"

#define WORTH_SHARING 65536  /* bytes to be prepared */

/* --- pieces of steps --- */

static const MtlWorkJob *
find_job (const MtlWork *self,
          guint          piece,
          guint         *number)
{
  guint n = self->jobs->len - 1;

  while (g_array_index (self->jobs, MtlWorkJob, n).first_piece > piece)
    n--;
  *number = piece - g_array_index (self->jobs, MtlWorkJob, n).first_piece;

  return &g_array_index (self->jobs, MtlWorkJob, n);
}

/* Returns the number of pieces with those of @step. */
static guint
add_job (MtlWork *self,
         guint    step,
         gboolean back,
         guint    first_piece,
         guint    n_pieces)
{
  MtlWorkJob job = { step, back, first_piece };

  g_array_append_val (self->jobs, job);

  return first_piece + n_pieces;
}

/* The batch as one shard. */
static MtlShard
whole_batch (MtlWork *self,
             guint    worker)
{
  return (MtlShard) { self, worker, 0, 0, self->pass->batch->rows };
}

static gboolean
goes_back (const MtlWork     *self,
           const MtlPlanStep *step)
{
  gboolean wanted = FALSE;

  for (guint n = 0; n < step->n_in; n++)
    wanted = wanted || self->plan->steps[step->in[n].step].wants_dy;

  return wanted && mtl_work_wants_gradients (self) && mtl_work_lanes (self, step) != 0;
}

static void
prepare_piece (guint    piece,
               guint    worker,
               gpointer data)
{
  MtlWork *self = data;
  MtlShard shard = whole_batch (self, worker);
  MtlOpPass pass;
  MtlPointers p;
  guint number;
  const MtlWorkJob *job = find_job (self, piece, &number);
  const MtlPlanStep *step = &self->plan->steps[job->step];

  mtl_work_fill_forward (&shard, step, &p, &pass);
  pass.piece = number;
  pass.goes_back = job->back || (step->needs.prepared_back == 0 && goes_back (self, step));
  if (job->back)
    pass.prepared = mtl_work_prepared (self, &step->prepared_back);
  step->op->prepare (&pass);
}

/* Bytes that have to be made of a step's weights before an action, or 0. */
static gsize
count_prepared (const MtlWork   *self,
                const MtlAction *action)
{
  const MtlPlanStep *step = &self->plan->steps[action->step];

  if (action->what == MTL_DO_FORWARD && mtl_work_visits (self, step))
    return step->needs.prepared;
  if (action->what == MTL_DO_BACKWARD && goes_back (self, step))
    return step->needs.prepared_back;

  return 0;
}

/* What the actions of the phase read of weights. */
static void
prepare (MtlWork *self)
{
  guint n_pieces = 0;
  gsize bytes = 0;

  g_array_set_size (self->jobs, 0);
  for (guint a = self->first; a < self->end; a++)
    {
      const MtlAction *action = &self->plan->actions[a];
      gsize size = count_prepared (self, action);

      if (size > 0)
        n_pieces = add_job (self, action->step, action->what == MTL_DO_BACKWARD, n_pieces,
                            self->plan->steps[action->step].needs.n_pieces);
      bytes += size;
    }

  /* A little is done faster than shared out. */
  mtl_pool_run (bytes >= WORTH_SHARING ? self->pool : NULL, n_pieces, prepare_piece, self);
}

/* --- tiles --- */

static void
tile_piece (guint    piece,
            guint    worker,
            gpointer data)
{
  MtlWork *self = data;
  MtlShard shard = whole_batch (self, worker);
  MtlOpPass pass;
  MtlPointers p;
  guint number, lane = 0;
  const MtlWorkJob *job = find_job (self, piece, &number);
  const MtlPlanStep *step = &self->plan->steps[job->step];
  guint64 tasks = mtl_work_lanes (self, step);

  mtl_work_fill_forward (&shard, step, &p, &pass);
  pass.piece = number;
  pass.n_lanes = mtl_count_tasks (tasks);
  pass.dy = p.dy;
  pass.dw = p.dw;
  for (guint k = 0; k < self->plan->n_tasks; k++)
    {
      if ((tasks >> k & 1) == 0)
        continue;
      for (guint n = 0; n < step->n_out; n++)
        p.dy[n * pass.n_lanes + lane] = mtl_work_gradient (&shard, (MtlInput) { job->step, n }, k);
      for (guint t = 0; t < step->n_tensors; t++)
        p.dw[t * pass.n_lanes + lane] =
          mtl_work_target (self, &g_array_index (self->plan->tensors, MtlTensor,
                                                 step->tensors[t]), k);
      lane++;
    }
  mtl_work_fill_seeds (self, step, &p, &pass);
  step->op->grad (&pass);
}

/* Instead of a gradient made by tile. */
static void
keep_factors (MtlWork           *self,
              const MtlPlanStep *step)
{
  const MtlTensor *tensor = &g_array_index (self->plan->tensors, MtlTensor, step->tensors[0]);
  MtlFactors *factors = self->merged ? NULL : mtl_grads_factors (self->to.grads, tensor->offset);
  const MtlInput output = { (guint) (step - self->plan->steps), 0 };
  const MtlShard shard = whole_batch (self, 0);
  guint64 tasks = mtl_work_lanes (self, step);
  const float *dz[MTL_MAX_TASKS] = { NULL };

  if (factors == NULL)
    return;

  for (guint k = 0; k < self->plan->n_tasks; k++)
    if ((tasks >> k & 1) != 0)
      dz[k] = mtl_work_gradient (&shard, output, k);
  mtl_factors_set (factors, self->pool,
                   shard.rows * (step->out[0].size / tensor->shape.size[0]),
                   mtl_work_output (&shard, step->in[0]), dz);
}

static void
run_tiles (MtlWork *self)
{
  guint n_pieces = 0;

  g_array_set_size (self->jobs, 0);
  for (guint a = self->first; a < self->end; a++)
    {
      const MtlAction *action = &self->plan->actions[a];
      const MtlPlanStep *step = &self->plan->steps[action->step];

      if (action->what == MTL_DO_BACKWARD && step->needs.n_tiles > 0
          && mtl_work_lanes (self, step) != 0)
        n_pieces = add_job (self, action->step, FALSE, n_pieces, step->needs.n_tiles);
    }
  if (n_pieces > 0)
    mtl_pool_run (self->pool, n_pieces, tile_piece, self);
  for (guint n = 0; n < self->jobs->len; n++)
    keep_factors (self, &self->plan->steps[g_array_index (self->jobs, MtlWorkJob, n).step]);
}

/* --- sums --- */

static void
add_sums (MtlWork *self,
          gsize    first,
          gsize    n)
{
  memset (self->totals + first, 0, n * sizeof *self->totals);
  for (gsize s = 0; s < self->n_shards; s++)
    for (gsize i = first; i < first + n; i++)
      self->totals[i] += self->sums[s * self->plan->n_sums + i];
}

static void
settle (MtlWork           *self,
        const MtlPlanStep *step)
{
  MtlShard shard = whole_batch (self, 0);
  MtlOpPass pass;
  MtlPointers p;

  mtl_work_fill_forward (&shard, step, &p, &pass);
  step->op->settle (&pass);
}

/* To the loss of every task that reads the step. */
static void
add_penalty (MtlWork           *self,
             const MtlPlanStep *step)
{
  MtlShard shard = whole_batch (self, 0);
  MtlOpPass pass;
  MtlPointers p;
  double penalty;

  mtl_work_fill_forward (&shard, step, &p, &pass);
  penalty = step->op->penalty (&pass);
  for (guint k = 0; k < self->plan->n_tasks; k++)
    if ((step->tasks >> k & 1) != 0)
      self->penalties[k] += penalty;
}

static void
total_sums (MtlWork *self)
{
  if (self->pass->mode == MTL_PASS_EVALUATE)
    return;

  for (guint a = self->first; a < self->end; a++)
    {
      const MtlAction *action = &self->plan->actions[a];
      const MtlPlanStep *step = &self->plan->steps[action->step];

      if (!mtl_work_visits (self, step))
        continue;
      if (action->what == MTL_DO_MEASURE)
        {
          add_sums (self, step->sums, step->needs.sums);
          if (self->pass->mode == MTL_PASS_TRAIN && step->op->settle != NULL)
            settle (self, step);
          if (step->op->penalty != NULL)
            add_penalty (self, step);
        }
      else if (action->what == MTL_DO_MEASURE_BACK)
        {
          add_sums (self, step->sums + step->needs.sums,
                    mtl_count_tasks (mtl_work_lanes (self, step)) * step->needs.sums_back);
        }
    }
}

/* --- phases --- */

static void
slot_piece (guint    piece,
            guint    worker,
            gpointer data)
{
  MtlWork *self = data;
  gsize first = (self->n_shards * piece + self->n_slots - 1) / self->n_slots;
  gsize end = (self->n_shards * (piece + 1) + self->n_slots - 1) / self->n_slots;

  for (gsize s = first; s < end; s++)
    mtl_work_run_shard (self, s, worker, mtl_work_slot (self, piece));
}

static void
shard_piece (guint    piece,
             guint    worker,
             gpointer data)
{
  mtl_work_run_shard (data, piece, worker, NULL);
}

static void
run_phase (MtlWork *self)
{
  prepare (self);
  if (mtl_is_backward (self->plan->actions[self->end - 1].what))
    mtl_pool_run (self->pool, self->n_slots, slot_piece, self);
  else
    mtl_pool_run (self->pool, (guint) self->n_shards, shard_piece, self);
  total_sums (self);
  if (mtl_work_wants_gradients (self))
    run_tiles (self);
}

void
mtl_work_run_phases (MtlWork *self)
{
  const MtlPlan *plan = self->plan;
  guint n = mtl_work_wants_gradients (self) ? plan->n_actions : plan->n_forward;

  for (self->first = 0; self->first < n; self->first = self->end)
    {
      self->end = self->first + 1;
      while (self->end < n && plan->actions[self->end].phase == plan->actions[self->first].phase)
        self->end++;
      run_phase (self);
    }
}
