/* mtl-plan-private.h — the inside of a plan, for the work that runs it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-network.h"
#include "mtl-plan.h"

#define MTL_NO_BUFFER G_MAXSIZE

/* One output of a step, and its gradients. Offsets are in bytes of the arena. */
typedef struct
{
  gsize    size;        /* floats a sample */
  gsize    y;           /* MTL_NO_BUFFER: the batch's own (a source) */
  gsize    dy;          /* lanes follow each other; MTL_NO_BUFFER: not wanted */
} MtlBuffer;

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
  gsize        kept;        /* bytes of the arena */
  guint        n_tensors;
  guint        tensors[MTL_OP_MAX_TENSORS];  /* indexes in the plan */
  gboolean     wants_dy;    /* it or something before it learns */
} MtlPlanStep;

struct _MtlPlan
{
  gint             refs;    /* atomic */
  const MtlDesign *design;
  MtlData         *data;
  gsize            capacity;
  gboolean         trains;

  guint            n_steps;
  MtlPlanStep     *steps;   /* in order of computation */
  guint            n_tasks;
  MtlTask         *tasks;
  char           **task_ids;
  MtlChosen      **chosen;  /* losses that the tasks' settings belong to */
  GArray          *tensors; /* of MtlTensor */
  gsize            n_trunk;
  gsize            n_weights;
  gsize            arena;   /* bytes a worker, scratch at its end included */
  gsize            scratch; /* offset of it */
};

static inline guint
mtl_count_tasks (guint64 tasks)
{
  return (guint) __builtin_popcountll (tasks);
}
