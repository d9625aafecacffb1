/* mtl-evaluate.h — losses and metrics of a whole split
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-metric.h"
#include "mtl-work.h"

/* Sums over a split, or over the clean passes of an epoch. */
typedef struct
{
  guint    n_tasks;
  double  *losses;      /* [K]: Σ loss × items */
  double  *items;       /* [K] */
  const MtlMetric **metrics;  /* [K × MTL_MAX_METRICS]; NULL: no more of the task */
  gsize   *firsts;      /* [K × MTL_MAX_METRICS + 1]: where a metric has its sums */
  double  *sums;
} MtlTally;

#define MTL_MAX_METRICS 6

MtlTally        *mtl_tally_new      (const MtlPlan   *plan);
void             mtl_tally_free     (MtlTally        *self);
void             mtl_tally_clear    (MtlTally        *self);
/* Adds a batch: mean @losses and each task's @outputs. */
void             mtl_tally_add      (MtlTally        *self,
                                     const MtlPlan   *plan,
                                     const MtlBatch  *batch,
                                     const double    *losses,
                                     float *const    *outputs);
double           mtl_tally_loss     (const MtlTally  *self,
                                     guint            task);    /* NaN: nothing valid */
double           mtl_tally_mean     (const MtlTally  *self);    /* of tasks that have any */
double           mtl_tally_metric   (const MtlTally  *self,
                                     const MtlPlan   *plan,
                                     guint            task,
                                     guint            n);
GVariant        *mtl_tally_save     (const MtlTally  *self);
gboolean         mtl_tally_load     (MtlTally        *self,
                                     GVariant        *saved);
/* Metrics that go with a task's loss and fit its target. */
guint            mtl_task_n_metrics (const MtlTask   *task);
const MtlMetric *mtl_task_metric    (const MtlTask   *task,
                                     guint            n);   /* NULL: none */

/**
 * mtl_evaluate:
 * @stop: (nullable): asked before each batch; TRUE gives up
 *
 * Runs all rows of @split in EVALUATE mode.
 *
 * Returns: whether it came to the end
 */
gboolean         mtl_evaluate       (MtlWork         *work,
                                     const float     *theta,
                                     MtlSplit         split,
                                     MtlBatch        *batch,
                                     MtlTally        *tally,
                                     gboolean       (*stop) (gpointer data),
                                     gpointer         data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlTally, mtl_tally_free)
