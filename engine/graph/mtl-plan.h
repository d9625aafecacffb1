/* mtl-plan.h — a design compiled for a batch size
 *
 * Compilation settles all that does not depend on numbers: order, shapes,
 * which tensor belongs to trunk or head, what must live until backward, and
 * the offset of everything in one arena for each worker. A plan is immutable.
 *
 * θ is one vector of P floats: every tensor that two tasks or more reach (the
 * trunk, d floats) in document order, then head 0, head 1 …
 *
 * and behind these P floats the running statistics of blocks that keep some:
 * they are read like weights, but no gradient goes to them.
 *
 * A batch is cut into shards of 32 samples, fewer where the batch is small and the
 * network costly, which run forward and backward through all blocks while their
 * activations are in cache. What needs the whole
 * batch (the statistics of a batch norm) divides a pass into phases: one ends
 * when all shards have come that far. Gradients of weights are added up by
 * shard in at most 8 slots (shard s of n into slot ⌊8s/n⌋), and slots in order
 * 0, 1, 2 …; those of large weights are made by tile at the end of a phase, a
 * tile of all samples at once. So no bit depends on the number of threads.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-data.h"
#include "mtl-op.h"
#include "mtl-survey.h"

#define MTL_SHARD_ROWS 32  /* at most */
#define MTL_MAX_SLOTS  8

typedef struct _MtlPlan MtlPlan;

typedef struct
{
  const char   *block;     /* id */
  const char   *name;      /* "weight" */
  MtlShape      shape;
  MtlInit       init;
  gboolean      decay;
  gsize         fan_in, fan_out;
  double        value;     /* of an init that has one */
  gsize         offset;    /* in θ */
  gsize         size;      /* floats */
  gsize         slot;      /* offset among tensors of its kind; G_MAXSIZE: made by tile */
  guint64       tasks;     /* that it reaches */
} MtlTensor;

/* A block of the trunk that has weights; these lie one behind the other. */
typedef struct
{
  const char *id;
  gsize       first, n;   /* in θ */
  guint64     tasks;      /* that it reaches */
} MtlTrunkBlock;

typedef struct
{
  const char          *id;      /* of its block */
  const MtlLoss       *loss;
  const MtlSetting    *set;     /* of the loss */
  MtlTargetType        target;
  MtlItems             items;   /* how its input lies for the target */
  gsize                size;    /* values at its input */
  double               weight;  /* setting of the task block */
  gsize                offset, n_weights;  /* its head in θ */
} MtlTask;

/**
 * mtl_plan_new:
 * @data: opened for the tasks of @design in order; kept by reference
 * @capacity: rows of the largest batch
 * @trains: whether gradients are wanted
 * @budget: bytes at most for gradients and arenas of one worker; 0: no limit
 *
 * Returns: (transfer full): the plan; NULL with MTL_ERROR_DESIGN or, with the
 *   bytes in the message, MTL_ERROR_MEMORY
 */
MtlPlan         *mtl_plan_new        (const MtlDesign  *design,
                                      MtlData          *data,
                                      gsize             capacity,
                                      gboolean          trains,
                                      gsize             budget,
                                      GError          **error);
MtlPlan         *mtl_plan_ref        (MtlPlan          *self);
void             mtl_plan_unref      (MtlPlan          *self);

const MtlDesign *mtl_plan_design     (const MtlPlan    *self);
MtlData         *mtl_plan_data       (const MtlPlan    *self);
gsize            mtl_plan_capacity   (const MtlPlan    *self);
guint            mtl_plan_n_tasks    (const MtlPlan    *self);
const MtlTask   *mtl_plan_task       (const MtlPlan    *self,
                                      guint             task);
const char *const *mtl_plan_task_ids (const MtlPlan    *self);   /* NULL-terminated */
guint            mtl_plan_n_tensors  (const MtlPlan    *self);
const MtlTensor *mtl_plan_tensor     (const MtlPlan    *self,
                                      guint             n);
gsize            mtl_plan_n_trunk    (const MtlPlan    *self);   /* d */
gsize            mtl_plan_n_weights  (const MtlPlan    *self);   /* P */
gsize            mtl_plan_n_theta    (const MtlPlan    *self);   /* P and running statistics */
/* (transfer full) (element-type MtlTrunkBlock): in document order. */
GArray          *mtl_plan_trunk_blocks (const MtlPlan  *self);
/* Which of @blocks, as above, is the last computed of those with a weight matrix that all
 * of @tasks share; −1: none. */
int              mtl_plan_last_shared (const MtlPlan   *self,
                                       const GArray    *blocks,
                                       guint64          tasks);
/* Bytes of a worker's arena, of what all workers share, and of one set of K rows
 * with the slots. */
gsize            mtl_plan_arena_size (const MtlPlan    *self);
gsize            mtl_plan_whole_size (const MtlPlan    *self);
gsize            mtl_plan_rows_size  (const MtlPlan    *self);

/* Whether a batch is too little work for more than one thread. */
gboolean         mtl_plan_is_small   (const MtlPlan    *self);

/* Fills θ by the tensors' rules from @seed. */
void             mtl_plan_initialise (const MtlPlan    *self,
                                      guint64           seed,
                                      float            *theta);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlPlan, mtl_plan_unref)
