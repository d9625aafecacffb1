/* mtl-step-inside.h — a step's own, for the files that make it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-step-private.h"

#define MTL_MAX_ROW_SETS 4
#define MTL_MAX_OWN_SETS 3
#define MTL_MAX_VECTORS  4

/* Columns of the trunk that a balancer is asked about as one. */
typedef struct
{
  gsize       first, n;
  guint64     tasks;     /* that reach it */
  const char *block;     /* its id, of the plan; NULL: the whole trunk */
  MtlState   *state;     /* NULL: stateless */
  MtlState   *before;    /* copy to go back to when a step fails */
} MtlSlice;

typedef struct
{
  const MtlChosen   *chosen;   /* as in the design, to tell a swap */
  MtlChosen         *spread;   /* PER_TASK settings spread to K numbers */
  const MtlBalancer *balancer;
  MtlBalanceScope    scope;
  MtlSlice          *slices;   /* one at least */
  guint              n_slices;
  MtlGrads          *sets[MTL_MAX_OWN_SETS];   /* that learn() works with */
  MtlPartReport      report;
} MtlStepPart;

/* What a balancer is asked, and what stands behind it. */
typedef struct
{
  MtlBalanceInput in;
  guint           task[MTL_MAX_TASKS];
  double          losses[MTL_MAX_TASKS];
  const float    *row[MTL_MAX_TASKS];
  MtlRows         rows;
  double         *gramian;   /* NULL: not measured */
  double         *last;      /* NULL: not known */
  double         *cross;     /* NULL: not needed */
} MtlStepCall;

/* Σ u_k·row_k over the trunk, in the place of the rows of a set. */
typedef struct
{
  float  *own;                  /* d floats; NULL: none yet */
  float  *sum;                  /* own, or the step's direction; NULL: the rows are there */
  double  u[MTL_MAX_TASKS];     /* 0 for tasks that are left out */
} MtlLane;

struct _MtlStep
{
  MtlWork         *work;
  guint            n_tasks;
  GArray          *blocks;     /* of MtlTrunkBlock */
  MtlStepPart      parts[MTL_N_PARTS];
  MtlChosen       *sharp_chosen;   /* as in the design */
  MtlChosen       *sharp_spread;   /* PER_TASK settings spread to K numbers */
  const MtlSharp  *sharp;
  MtlState        *sharp_state;
  float           *vectors[MTL_MAX_VECTORS];   /* P each, that it works in */
  MtlGrads        *rows[MTL_MAX_ROW_SETS];
  MtlLane          lanes[MTL_MAX_ROW_SETS];    /* of each of these sets */
  float           *moved;      /* weights to be moved, and the running statistics */
  float           *renewed;    /* the statistics after the clean pass */
  gsize            n_statistics;
  float           *gradient;   /* P */
  float           *beside;     /* P: what the optimiser does not see; NULL: nothing so far */
  double          *losses;     /* [K] */
  const double    *last;       /* K×K, of the last shared layer while a part is balanced */
  double          *aside;      /* [2 × K]: of a pass at perturbed weights, and of a batch there */
  double           clip;       /* longest gradient; 0: any */
  gboolean         clips_trunk;   /* … of the trunk alone */

  guint64          epoch;
  double           rate;
  double           highest;    /* rate that the schedule may give */

  MtlFork         *fork;       /* of a loss part that is balanced there; NULL: it is not */

  /* of a balancer that looks at more than the step's own batches */
  MtlBatch        *half;       /* NULL: none yet */
  const MtlBatch *const *fresh;   /* [2]; NULL: none were given */
  MtlGrads        *crossed[2]; /* rows of the fresh ones; NULL: not needed */
  double          *cross;      /* K×K, their inner products; NULL: not needed */

  /* of a method that chooses among samples */
  float           *far[MTL_MAX_TASKS];   /* outputs at moved weights; NULL: none yet */
  MtlBatch        *few;        /* the samples chosen; NULL: none yet */
  gboolean         narrowed;   /* of this step, these are looked at alone */

  /* of its batches, at most most_batches */
  guint            most_batches;
  float          **outputs;       /* [most × K] */
  double          *shares;        /* [most × K]: of a batch in a task's loss */
  double          *batch_losses;  /* [most × K] of the clean pass, where there are several */
  MtlGrads        *one;           /* rows of one of several batches; NULL: there never are */
  float           *chained;       /* θ with statistics that go from batch to batch; NULL: no need */

  /* of the step that runs */
  const float     *theta;
  const MtlBatch *const *batches;
  guint            n_batches;
  const MtlBatch  *only;          /* what batches is, where there is one */
  guint64          tasks;
  guint64          step;
  guint64          seed;
  const MtlGrads  *clean;      /* rows of the clean pass; NULL: none yet, or merged */
  gboolean         diagnose;   /* the rows of all tasks are wanted */
  gboolean         is_beside;  /* there is something in beside */
  gboolean         merge;      /* passes may take one lane */
  gboolean         weighed;    /* weights of the loss part are known without rows */
  gboolean         perturbed;  /* the pass that failed was at perturbed weights */
};

/* Whether losses and gradients of a pass are finite. @grads: NULL: there are none. */
gboolean mtl_step_check      (MtlStep         *self,
                              const MtlPass   *pass,
                              const double    *losses,
                              const MtlGrads  *grads,
                              GError         **error);
void     mtl_step_clear_batches (MtlStep      *self);
/* The sets that the sharpness method works with. */
void     mtl_step_make_rows  (MtlStep         *self);
/* The vectors that it works in. */
void     mtl_step_make_vectors (MtlStep       *self);
/* The tasks of the step, and what each batch counts in them. */
void     mtl_step_begin_batches (MtlStep      *self);
/* What batch @b counts in the loss of @task. */
double   mtl_step_share      (MtlStep         *self,
                              guint            task,
                              guint            b);
/* A pass like @like over several batches. */
gboolean mtl_step_run_batches (MtlStep        *self,
                              const MtlPass   *like,
                              double          *losses,
                              MtlGrads        *out,
                              GError         **error);
/* The tasks in @tasks, one after the other, into @list; returns how many. */
guint    mtl_step_list_tasks (guint64   tasks,
                              guint    *list);
/* Those of a mean over the tasks of the step; 0 for others. */
void     mtl_step_even_weights (MtlStep       *self,
                                double        *w);
/* What the gradient of the head of @task is multiplied by. */
double   mtl_step_head_weight  (MtlStep       *self,
                                guint          task);
/* A question to the balancer of @part about @tasks in a slice. @gramian: K×K, NULL: not
 * measured; @rows: whose it is, or NULL. Both have to stay. */
/* Of Gramians of each block, that of the last layer that the tasks of the step share; or NULL. */
const double *mtl_step_last_shared
                             (MtlStep           *self,
                              const double      *apart);
void     mtl_step_open_call  (MtlStep           *self,
                              MtlPart            part,
                              const MtlSlice    *slice,
                              guint64            tasks,
                              const double      *gramian,
                              const MtlGrads    *rows,
                              MtlStepCall       *call);
void     mtl_step_close_call (MtlStepCall       *call);
/* Asks for weights; @w: [K], NaN for tasks that are not asked about. */
gboolean mtl_step_weigh      (MtlStep           *self,
                              MtlPart            part,
                              const MtlStepCall *call,
                              double            *w,
                              GError           **error);
/* The clean pass of a step that is balanced where the trunk splits into heads. */
gboolean mtl_step_run_fork   (MtlStep           *self,
                              const MtlPass     *pass,
                              MtlGrads          *out,
                              GError           **error);
/* Slices of the part's scope, with fresh states. */
void     mtl_step_make_slices (MtlStep          *self,
                              MtlPart            part);
void     mtl_step_clear_slices (MtlStepPart     *part);
void     mtl_step_keep_states (MtlStep          *self);
void     mtl_step_restore_states (MtlStep       *self);
/* A pass for all tasks of the step that draws as the clean one and leaves statistics alone. */
MtlPass  mtl_step_pass_at    (MtlStep           *self,
                              const float       *theta,
                              const MtlBatch    *batch);
void     mtl_step_clear_samples (MtlStep        *self);
/* What the balancer of the loss part does before the gradients of the step. */
gboolean mtl_step_learn      (MtlStep           *self,
                              GError           **error);
/* Tells it the losses of the step, once its gradients are known. */
void     mtl_step_note       (MtlStep           *self);
/* Whether the passes of the step may take one lane; asks for weights where that is needed for
 * the first one. */
gboolean mtl_step_prepare_lanes (MtlStep        *self,
                              GError           **error);
/* Before a pass that fills @out: one lane, or K. May ask for weights. */
gboolean mtl_step_open_lane  (MtlStep           *self,
                              const MtlPass     *pass,
                              const MtlGrads    *out,
                              GError           **error);
/* (nullable): what stands in the place of @rows. */
const MtlLane *mtl_step_lane (MtlStep           *self,
                              const MtlGrads    *rows);
/* direction ← direction + scale·sum, of a lane by the weights of the balancer. */
void     mtl_step_add_lane   (MtlStep           *self,
                              const MtlLane     *lane,
                              double             scale);
/* The mean of its rows, d floats. */
void     mtl_step_lane_mean  (MtlStep           *self,
                              const MtlLane     *lane,
                              float             *mean);
/* Losses of the clean pass, without gradients. */
void     mtl_step_find_losses (MtlStep          *self);
/* Sets and matrices that the balancer of @part wants beside. */
void     mtl_step_make_sets  (MtlStep           *self,
                              MtlPart            part);
void     mtl_step_clear_sets (MtlStep           *self,
                              MtlPart            part);
