/* mtl-plan-private.h — the inside of a plan, for the work that runs it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-network.h"
#include "mtl-plan.h"

#define MTL_NOWHERE G_MAXSIZE

/* Where something lies, in bytes: in each worker's arena, for the shard at hand,
 * or, where `whole`, in memory that all of them share, for the whole batch. */
typedef struct
{
  gsize    at;          /* MTL_NOWHERE: not wanted, or the batch's own */
  gboolean whole;
} MtlPlace;

/* One output of a step, and its gradients; lanes follow each other. */
typedef struct
{
  gsize    size;        /* floats a sample */
  MtlPlace y;
  MtlPlace dy;
} MtlBuffer;

/* What is done with a step for each shard. */
typedef enum
{
  MTL_DO_FORWARD,
  MTL_DO_MEASURE,       /* its sums over the batch, before its forward; of a penalty, behind it */
  MTL_DO_BACKWARD,
  MTL_DO_MEASURE_BACK,  /* its sums over the batch, before its backward */
} MtlDo;

/* A phase is run by all shards before the next one begins. */
typedef struct
{
  MtlDo what;
  guint step;
  guint phase;
} MtlAction;

typedef struct
{
  guint    step;        /* producer */
  guint    output;
} MtlInput;

typedef struct
{
  const MtlOp *op;          /* NULL: a source */
  const char  *block;       /* id of the (first) block it stands for */
  const char  *last;        /* id of the last one, where several are fused */
  guint64      word;        /* of the block's own random stream */
  MtlOpShape   shape;
  MtlOpNeeds   needs;
  guint64      tasks;
  int          task;        /* −1: not a task */
  guint        n_in, n_out;
  MtlInput     in[MTL_MAX_PORTS];
  MtlBuffer    out[4];
  MtlPlace     kept;
  MtlPlace     prepared;    /* for forward, and for backward where that has no place of its own */
  MtlPlace     prepared_back;
  gsize        sums;        /* offset in doubles: forward, then backward lane by lane */
  guint        n_tensors;
  guint        tensors[MTL_OP_MAX_TENSORS];  /* indexes in the plan */
  guint        n_buffers;
  guint        buffers[MTL_OP_MAX_BUFFERS];
  gboolean     wants_dy;    /* it or something before it learns */
} MtlPlanStep;

struct _MtlPlan
{
  gint             refs;    /* atomic */
  const MtlDesign *design;
  const MtlDesign *flat;    /* what steps and tensors point into */
  MtlData         *data;
  gsize            capacity;
  gboolean         trains;

  gsize            shard_rows;  /* of every shard but the last, which may have fewer */
  guint            n_steps;
  MtlPlanStep     *steps;   /* in order of computation */
  guint            n_tasks;
  MtlTask         *tasks;
  char           **task_ids;
  MtlChosen      **chosen;  /* losses that the tasks' settings belong to */
  guint            n_actions;
  MtlAction       *actions; /* forward in order, then backward */
  guint            n_forward;  /* of the actions */
  guint            n_phases;   /* of all actions */
  gsize            n_sums;  /* doubles a shard */

  GArray          *tensors; /* of MtlTensor: trunk, heads, running statistics */
  gsize            n_trunk;
  gsize            n_weights;  /* P: trunk and heads */
  gsize            n_theta;    /* P and the running statistics behind */
  gsize            slot_trunk; /* floats of a slot: a row of the trunk's tensors that are summed */
  gsize            slot_heads; /* … by shard, and those of all heads */

  gsize            arena;   /* bytes a worker, scratch at its end included */
  gsize            scratch; /* offset of it */
  gsize            whole;   /* bytes that workers share */
};

/* Whether it is done in the pass that goes backward. */
static inline gboolean
mtl_is_backward (MtlDo what)
{
  return what == MTL_DO_BACKWARD || what == MTL_DO_MEASURE_BACK;
}

static inline gsize
mtl_plan_count_shards (const MtlPlan *self,
                       gsize          rows)
{
  return (rows + self->shard_rows - 1) / self->shard_rows;
}

static inline guint
mtl_count_tasks (guint64 tasks)
{
  return (guint) __builtin_popcountll (tasks);
}
