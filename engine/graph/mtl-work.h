/* mtl-work.h — a plan with its arenas, ready to run
 *
 * One call runs a batch forward, and backward when gradients are wanted: a
 * shard goes both ways while its activations are in cache, as far as nothing
 * waits for sums over the batch. That is possible because what a loss divides
 * by follows from the targets alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-grads.h"
#include "mtl-pool.h"
#include "mtl-fork.h"

typedef struct _MtlWork MtlWork;

typedef struct
{
  const float    *theta;   /* weights read by this pass; never written to */
  const MtlBatch *batch;   /* rows ≤ capacity */
  guint64         tasks;   /* blocks that serve none of them are not run */
  MtlPassMode     mode;
  MtlRng          rng;     /* keyed by run and step */
} MtlPass;

/* Of one owner thread. @pool has to outlive it. */
MtlWork *mtl_work_new       (MtlPlan       *plan,
                             MtlPool       *pool);
void     mtl_work_free      (MtlWork       *self);
MtlPlan *mtl_work_plan      (MtlWork       *self);
MtlPool *mtl_work_pool      (MtlWork       *self);

/* Bits of the tasks that have a valid label in @batch. */
guint64  mtl_work_labelled  (MtlWork       *self,
                             const MtlBatch *batch);

/**
 * mtl_work_run:
 * @losses: (nullable): K means, in passes that train with the penalties of blocks that
 *   the task reads; NaN for tasks that are not run or have no label
 * @grads: (nullable): rows and heads of the pass's labelled tasks are
 *   overwritten, those of its tasks without a label set to zero, others left
 * @outputs: (nullable): [K] rows × size at each task's input, or NULL entries
 *
 * Lane k is task k's own seed. Never fails: what is not finite comes out so.
 */
void     mtl_work_run       (MtlWork       *self,
                             const MtlPass *pass,
                             double        *losses,
                             MtlGrads      *grads,
                             float *const  *outputs);

/* One lane for a weighted sum of the losses: the trunk's part is added up in
 * @direction (d floats, overwritten), the heads' gradients (unweighted) go to
 * @grads. For balancers whose weights are known before backward. */
void     mtl_work_run_sum   (MtlWork       *self,
                             const MtlPass *pass,
                             const double  *weights,
                             double        *losses,
                             MtlGrads      *grads,
                             float *const  *outputs,
                             float         *direction);

/* Forward, and back as far as the heads go: theirs to @grads, whose rows are not touched, and
 * ∂l_k/∂Z to @fork. A task without a label has none. */
void     mtl_work_run_heads (MtlWork       *self,
                             const MtlPass *pass,
                             double        *losses,
                             MtlGrads      *grads,
                             float *const  *outputs,
                             MtlFork       *fork);

/* What is left of that pass: the trunk forward again, and one lane back from Σ w_k·∂l_k/∂Z into
 * @direction (d floats, overwritten). @weights: [K], 0 for tasks that are left out. */
void     mtl_work_run_trunk (MtlWork        *self,
                             const MtlPass  *pass,
                             const MtlFork  *fork,
                             const double   *weights,
                             float          *direction);

/* The running statistics that the last pass leaves behind (those behind θ's P
 * weights), to be taken over once a step has succeeded; as they were where the
 * pass did not train. */
const float *mtl_work_renewed (MtlWork     *self);

/* The first block, in order of computation, whose output or weights are not
 * finite in the last run on @theta; NULL when all are. Slow: for messages. */
const char *mtl_work_first_not_finite (MtlWork       *self,
                                       const MtlPass *pass);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlWork, mtl_work_free)
