/* mtl-step-private.h — one step of training, as the trainer drives it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-balancer.h"
#include "mtl-sharp.h"
#include "mtl-step.h"

/* What a step reports of a part, at the clean point or of the flatness rows. */
typedef struct
{
  gboolean          valid;      /* it was taken in the last step */
  MtlBalanceStatus  status;     /* the gravest of all blocks, where these are balanced apart */
  double           *gramian;    /* K×K; rows of tasks left out are NaN */
  double           *blocks;     /* [block of the trunk][K×K]: what it is the sum of */
  double           *weights;    /* [K]; the mean over such blocks; NaN: left out, or the method
                                 * has none */
} MtlPartReport;

/* Owns rows, moved weights and the direction; the model's θ belongs to the trainer. */
MtlStep             *mtl_step_new       (MtlWork          *work);
void                 mtl_step_free      (MtlStep          *self);

/* The balancers, one a part, with the state of each. Kept by reference. */
void                 mtl_step_set_balancer (MtlStep       *self,
                                            MtlPart        part,
                                            const MtlChosen *balancer);
/* State stays when the method is the same. */
void                 mtl_step_set_sharp (MtlStep          *self,
                                         const MtlChosen  *sharp);
/* How many batches a step may have; 1 if not set. */
void                 mtl_step_set_batches (MtlStep        *self,
                                           guint           most);
/* The longest gradient, of @trunk alone or of trunk and heads together, that a step leaves;
 * 0: any. */
void                 mtl_step_set_clip  (MtlStep          *self,
                                         double            most,
                                         gboolean          trunk);
/* What a step is told of the run: as for step 0 of epoch 0, at a rate of 1, if not set. */
void                 mtl_step_set_clock (MtlStep          *self,
                                         guint64           epoch,
                                         double            rate);
/* The highest rate that set_clock() may be given; 1 if not set. */
void                 mtl_step_set_highest_rate (MtlStep  *self,
                                                double    highest);
/* How many batches of its own the balancer needs beside those of a step, 0 or 2. */
guint                mtl_step_n_fresh   (MtlStep          *self);
/* These, for the next step. */
void                 mtl_step_set_fresh (MtlStep          *self,
                                         const MtlBatch *const *fresh);
/* Tells the balancers how the losses of the last step's batches are at @theta, the
 * weights after it. */
void                 mtl_step_follow    (MtlStep          *self,
                                         const float      *theta);
/* Of the trunk, or of its first block where blocks are balanced apart. */
MtlState            *mtl_step_state     (MtlStep          *self,
                                         MtlPart           part);
/* One, or one for each block; all NULL: stateless. @block: (out): NULL: of the trunk. */
guint                mtl_step_n_states  (MtlStep          *self,
                                         MtlPart           part);
MtlState            *mtl_step_state_of  (MtlStep          *self,
                                         MtlPart           part,
                                         guint             n,
                                         const char      **block);
/* What array @array holds of @task, in the mean over the blocks that the task reaches. */
double               mtl_step_state_mean (MtlStep         *self,
                                          MtlPart          part,
                                          guint            array,
                                          guint            task);
MtlState            *mtl_step_sharp_state (MtlStep        *self);

/**
 * mtl_step_take:
 * @theta: weights and running statistics, constant during the call
 * @diagnose: whether the lanes of all tasks run, even if the balancer does not need them
 *
 * One step on @batch; the answers below hold until the next one.
 *
 * Returns: TRUE; FALSE with MTL_ERROR_NOT_FINITE or a balancer's error. The
 *   states are then as they were before.
 */
gboolean             mtl_step_take      (MtlStep          *self,
                                         const float      *theta,
                                         const MtlBatch   *batch,
                                         guint64           step,
                                         guint64           seed,
                                         gboolean          diagnose,
                                         GError          **error);
/* As mtl_step_take() with one batch of all rows of @batches, for what does not
 * look at a batch as such. They have to stay until the next step. */
gboolean             mtl_step_take_batches (MtlStep        *self,
                                            const float    *theta,
                                            const MtlBatch *const *batches,
                                            guint           n_batches,
                                            guint64         step,
                                            guint64         seed,
                                            gboolean        diagnose,
                                            GError        **error);
/* P floats: direction of the trunk, then the heads' gradients; clipped. */
const float         *mtl_step_gradient  (MtlStep          *self);
/* (nullable): P floats to be descended beside the optimiser, not clipped. */
const float         *mtl_step_descent   (MtlStep          *self);
/* The running statistics that stand behind θ's weights after the step. */
const float         *mtl_step_renewed   (MtlStep          *self);
const double        *mtl_step_losses    (MtlStep          *self);   /* [K]; NaN: no label */
const GArray        *mtl_step_blocks    (MtlStep          *self);   /* of MtlTrunkBlock */
const MtlPartReport *mtl_step_report    (MtlStep          *self,
                                         MtlPart           part);
/* One batch of the last step. */
guint                mtl_step_n_batches (MtlStep          *self);
const MtlBatch      *mtl_step_batch     (MtlStep          *self,
                                         guint             b);
const double        *mtl_step_batch_losses (MtlStep       *self,
                                            guint          b);
/* At each task's input, rows × size, of the clean pass. */
float *const        *mtl_step_outputs   (MtlStep          *self,
                                         guint             b);
/* ⟨trunk direction, g_k⟩ of the clean rows; NaN where unknown. */
void                 mtl_step_gains     (MtlStep          *self,
                                         double           *gains);
/* Whether the failure came at perturbed weights: such a step is skipped. */
gboolean             mtl_step_failed_perturbed (MtlStep   *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlStep, mtl_step_free)
