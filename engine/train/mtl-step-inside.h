/* mtl-step-inside.h — a step's own, for the files that make it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-step-private.h"

#define MTL_MAX_ROW_SETS 4

typedef struct
{
  const MtlChosen   *chosen;   /* as in the design, to tell a swap */
  MtlChosen         *spread;   /* PER_TASK settings spread to K numbers */
  const MtlBalancer *balancer;
  MtlState          *state;    /* NULL: stateless */
  MtlState          *before;   /* copy to go back to when a step fails */
  MtlPartReport      report;
} MtlStepPart;

struct _MtlStep
{
  MtlWork         *work;
  guint            n_tasks;
  MtlStepPart      parts[MTL_N_PARTS];
  MtlChosen       *sharp_chosen;
  const MtlSharp  *sharp;
  MtlState        *sharp_state;
  MtlGrads        *rows[MTL_MAX_ROW_SETS];
  float           *moved;      /* weights to be moved, and the running statistics */
  float           *renewed;    /* the statistics after the clean pass */
  gsize            n_statistics;
  float           *gradient;   /* P */
  double          *losses;     /* [K] */
  double          *aside;      /* [2 × K]: of a pass at perturbed weights, and of a batch there */
  double           clip;       /* longest gradient; 0: any */

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
  gboolean         merge;      /* the clean pass may take one lane */
  gboolean         merged;     /* it did: the trunk direction is in gradient */
  gboolean         perturbed;  /* the pass that failed was at perturbed weights */
};

/* Whether losses and gradients of a pass are finite. */
gboolean mtl_step_check      (MtlStep         *self,
                              const MtlPass   *pass,
                              const double    *losses,
                              const MtlGrads  *grads,
                              GError         **error);
void     mtl_step_clear_batches (MtlStep      *self);
/* The sets that the sharpness method works with. */
void     mtl_step_make_rows  (MtlStep         *self);
/* The tasks of the step, and what each batch counts in them. */
void     mtl_step_begin_batches (MtlStep      *self);
/* A pass like @like over several batches. */
gboolean mtl_step_run_batches (MtlStep        *self,
                              const MtlPass   *like,
                              double          *losses,
                              MtlGrads        *out,
                              GError         **error);
/* The tasks in @tasks, one after the other, into @list; returns how many. */
guint    mtl_step_list_tasks (guint64   tasks,
                              guint    *list);
/* Asks the balancer of @part for the weights of these tasks, into its report. */
gboolean mtl_step_weigh      (MtlStep       *self,
                              MtlPart        part,
                              const double  *gramian,
                              const guint   *task,
                              guint          n,
                              GError       **error);
