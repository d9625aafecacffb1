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
  float          **outputs;    /* [K] */
  double          *losses;     /* [K] */
  double           clip;       /* longest gradient; 0: any */

  /* of the step that runs */
  const float     *theta;
  const MtlBatch  *batch;
  guint64          tasks;
  guint64          step;
  guint64          seed;
  const MtlGrads  *clean;      /* rows of the clean pass; NULL: none yet, or merged */
  gboolean         merge;      /* the clean pass may take one lane */
  gboolean         merged;     /* it did: the trunk direction is in gradient */
  gboolean         perturbed;  /* the pass that failed was at perturbed weights */
};

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
