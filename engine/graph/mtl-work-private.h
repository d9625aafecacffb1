/* mtl-work-private.h — the inside of a work, for the files that run it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-plan-private.h"
#include "mtl-work.h"

/* Where the gradients of a pass go; all NULL: they are not wanted. */
typedef struct
{
  MtlGrads *grads;      /* heads, and rows unless merged; NULL: of the trunk alone */
  float    *direction;  /* merged: of the trunk */
} MtlTargets;

/* What a pass runs. */
typedef enum
{
  MTL_RUN_ALL,
  MTL_RUN_TO_FORK,     /* forward, and the heads backward */
  MTL_RUN_FROM_FORK,   /* the trunk alone, both ways */
} MtlExtent;

struct _MtlWork
{
  MtlPlan       *plan;
  MtlPool       *pool;       /* not owned */
  guint          n_workers;
  GPtrArray     *memory;     /* that arenas, whole and slots lie in */
  char         **arenas;     /* one a worker */
  char          *whole;      /* of all workers */
  guint          max_slots;
  gsize          slot_size;  /* floats */
  float         *slots;
  double        *sums;       /* [shard][n_sums] */
  double        *totals;     /* [n_sums] */
  float         *renewed;    /* running statistics after the pass */

  /* constant while a pass runs */
  const MtlPass *pass;
  float *const  *outputs;
  MtlTargets     to;
  MtlExtent      extent;
  MtlFork       *fork;      /* NULL where all is run */
  const double  *weights;    /* [K]: from the fork */
  gsize          n_shards;
  guint          n_slots;
  guint64        active;     /* tasks of the pass that have a label */
  gboolean       merged;     /* one lane in the trunk, seeds weighted */
  double        *divisors;   /* [K] */
  double        *seeds;      /* [K] */
  double        *penalties;  /* [K]: of the blocks that a task reads */

  /* each shard writes its own */
  double        *losses;     /* [shard][K]: sums */
  guint64       *written;    /* [shard][step × 4 + output]: a bit for each lane's place */
  guint         *bad;        /* [shard]: first step with outputs that are not finite; NULL:
                              * nobody wants to know */

  /* for what is shared out now */
  guint          first, end; /* actions of the phase */
  GArray        *jobs;       /* of MtlWorkJob */
};

/* A step of which something is done in pieces, side by side. */
typedef struct
{
  guint    step;
  gboolean back;             /* of what is prepared: for backward alone */
  guint    first_piece;      /* among those of all jobs */
} MtlWorkJob;

/* What an MtlOpPass points to. */
typedef struct
{
  const float *x[MTL_MAX_PORTS];
  float       *y[4];
  const float *weights[MTL_OP_MAX_TENSORS];
  const float *buffers[MTL_OP_MAX_BUFFERS];
  float       *renewed[MTL_OP_MAX_BUFFERS];
  const float *dy[4 * MTL_MAX_TASKS];
  float       *dx[MTL_MAX_PORTS * MTL_MAX_TASKS];
  gboolean     dx_fresh[MTL_MAX_PORTS * MTL_MAX_TASKS];
  float       *dw[MTL_OP_MAX_TENSORS * MTL_MAX_TASKS];
  double       seeds[MTL_MAX_TASKS];
} MtlPointers;

/* Rows of the batch that are worked on, and by whom. */
typedef struct
{
  MtlWork *work;
  guint    worker;
  gsize    number;           /* of the shard */
  gsize    first, rows;
} MtlShard;

static inline gboolean
mtl_work_wants_gradients (const MtlWork *self)
{
  return self->to.grads != NULL || self->to.direction != NULL;
}

/* --- mtl-work-shard.c --- */
/* Actions first … end − 1 that the pass asks for. @slot: NULL when none is backward. */
void    mtl_work_run_shard    (MtlWork           *self,
                               gsize              number,
                               guint              worker,
                               float             *slot);

static inline gboolean
mtl_work_is_trunk (const MtlPlanStep *step)
{
  return mtl_count_tasks (step->tasks) > 1;
}

/* Whether a pass forward comes through a step. */
static inline gboolean
mtl_work_visits (const MtlWork     *self,
                 const MtlPlanStep *step)
{
  return (step->tasks & self->pass->tasks) != 0
         && (self->extent != MTL_RUN_FROM_FORK || mtl_work_is_trunk (step));
}

/* --- mtl-work-lanes.c --- */
/* The tasks whose lanes run through a step; bit 0 alone for a merged trunk. */
guint64 mtl_work_lanes        (const MtlWork     *self,
                               const MtlPlanStep *step);
float  *mtl_work_gradient     (const MtlShard    *shard,
                               MtlInput           of,
                               guint              task);
/* ∂l_k/∂Z of the step's outputs from their lanes into the fork; zeros where there is no lane. */
void    mtl_work_keep_fork   (const MtlShard    *shard,
                               const MtlPlanStep *step);
/* Marks a lane of an output as written; TRUE for the first time in this shard. */
gboolean mtl_work_claim       (const MtlShard    *shard,
                               MtlInput           of,
                               guint              task);
/* For a step with a penalty, the weights of its lanes. */
void    mtl_work_fill_seeds   (const MtlWork     *self,
                               const MtlPlanStep *step,
                               MtlPointers       *p,
                               MtlOpPass         *pass);
/* dy of all lanes; returns how many there are. */
guint   mtl_work_fill_dy      (const MtlShard    *shard,
                               const MtlPlanStep *step,
                               MtlPointers       *p,
                               MtlOpPass         *pass);
/* dy, dx, and dw where that is added up by shard. */
void    mtl_work_fill_lanes   (const MtlShard    *shard,
                               const MtlPlanStep *step,
                               float             *slot,
                               MtlPointers       *p,
                               MtlOpPass         *pass);

/* --- mtl-work-pointers.c --- */
/* NULL where it has no place. */
gpointer mtl_work_prepared    (const MtlWork     *self,
                               const MtlPlace    *place);
float  *mtl_work_output       (const MtlShard    *shard,
                               MtlInput           of);
void    mtl_work_fill_forward (const MtlShard    *shard,
                               const MtlPlanStep *step,
                               MtlPointers       *p,
                               MtlOpPass         *pass);

/* --- mtl-work-phase.c --- */
void    mtl_work_run_phases   (MtlWork           *self);

/* --- mtl-work-slots.c --- */
float  *mtl_work_slot         (MtlWork           *self,
                               guint              slot);
/* Slots into one, and from there to where gradients go. */
void    mtl_work_gather       (MtlWork           *self,
                               const double      *weights);
/* Where a tile writes the gradient of a tensor in the lane of @task; NULL: nowhere, as it is
 * kept as factors. */
float  *mtl_work_target       (MtlWork           *self,
                               const MtlTensor   *tensor,
                               guint              task);
