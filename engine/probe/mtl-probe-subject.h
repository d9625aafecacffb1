/* mtl-probe-subject.h — whose loss is measured, and vectors over its weights
 *
 * A subject is a task, or MTL_ALL_TASKS: the mean of the losses of all tasks that have a
 * label. Its weights are those that reach it. A vector has a value for each of the P
 * weights, zero where they do not reach it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-probe.h"

/* The @n-th subject of @tasks: each of these in turn, then all together where they are
 * several. FALSE: there are no more. */
gboolean mtl_subject_get      (guint64        tasks,
                               guint          n,
                               int           *subject);
guint    mtl_subject_count    (guint64        tasks);
/* Bits of its tasks, of @tasks. */
guint64  mtl_subject_tasks    (int            subject,
                               guint64        tasks);
double   mtl_subject_loss     (int            subject,
                               guint64        tasks,
                               const double  *losses);
/* Those of @tasks whose loss is known: that have a label in the rows of a pass. */
guint64  mtl_subject_known    (guint64        tasks,
                               const double  *losses);
/* P values from the rows and heads of its tasks. */
void     mtl_subject_gradient (const MtlPlan *plan,
                               int            subject,
                               guint64        tasks,
                               MtlGrads      *grads,
                               double        *gradient);
/* ⟨a, b⟩ over the first @n values. */
double   mtl_subject_dot      (const double   *a,
                               const double   *b,
                               gsize           n);
/* Clears what does not reach it (@v, nullable); returns how many weights do. */
gsize    mtl_subject_restrict (const MtlPlan *plan,
                               int            subject,
                               guint64        tasks,
                               float         *v);
/* to[i] ← theta[i] + factor·T_i²·v_i with T = 1, or |theta_i| + @eta where @adaptive; what
 * stands behind the P weights stays. Scaled so that |T·v|·@factor is @radius; v = 0: none. */
void     mtl_subject_move     (const MtlPlan *plan,
                               const float   *theta,
                               const double  *v,
                               double         radius,
                               gboolean       adaptive,
                               double         eta,
                               float         *to);

/* Mean, its standard error and the largest, of values that come one after the other. */
typedef struct
{
  guint  n;
  double mean, m2, largest;
} MtlSpread;

void     mtl_spread_add       (MtlSpread       *self,
                               double           value);
/* Leaves out what is not known: NaN. */
void     mtl_spread_add_known (MtlSpread       *self,
                               double           value);
double   mtl_spread_mean      (const MtlSpread *self);   /* NaN: none */
double   mtl_spread_error     (const MtlSpread *self);   /* NaN: fewer than two */
/* Adds the mean and its error to @findings, where there is any value; @task and the rest as in
 * MtlFinding, x is none. */
void     mtl_spread_tell      (const MtlSpread  *self,
                               const MtlMeasure *measure,
                               int               task,
                               int               other,
                               const char       *block,
                               MtlFindings      *findings);
