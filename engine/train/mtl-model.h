/* mtl-model.h — θ and its optimiser
 *
 * Behind the weights θ holds the running statistics of blocks that keep some;
 * the optimiser does not touch them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-average.h"
#include "mtl-optimizer.h"
#include "mtl-plan.h"
#include "mtl-pool.h"

#define MTL_MAX_MOMENTS 4

typedef struct
{
  gsize               n_weights;
  gsize               n_theta;          /* with the running statistics behind */
  float              *theta;
  guint8             *decay;            /* 1 where weight decay applies */
  const MtlChosen    *chosen;           /* optimiser and settings */
  const MtlOptimizer *optimizer;
  const MtlChosen    *schedule;
  float              *moments[MTL_MAX_MOMENTS];  /* NULL: not kept */
  guint64             optimizer_step;   /* steps since the optimiser began */
  MtlAverage          average;          /* of θ, where one is kept */
} MtlModel;

/* How many vectors an optimiser keeps under its settings. */
guint     mtl_model_n_moments     (const MtlChosen *optimizer);

MtlModel *mtl_model_new           (const MtlPlan   *plan,
                                   guint64          seed);
void      mtl_model_free          (MtlModel        *self);
/* Moments stay when the method is the same; one that its settings did not ask for begins at 0. */
void      mtl_model_set_optimizer (MtlModel        *self,
                                   const MtlChosen *optimizer);
void      mtl_model_set_schedule  (MtlModel        *self,
                                   const MtlChosen *schedule);
/* @epoch: real, from 0. */
double    mtl_model_rate          (const MtlModel  *self,
                                   double           epoch,
                                   double           n_epochs);
void      mtl_model_update        (MtlModel        *self,
                                   const float     *gradient,
                                   double           rate,
                                   MtlPool         *pool);
/* θ ← θ − rate·v, P floats, outside the optimiser. */
void      mtl_model_descend       (MtlModel        *self,
                                   const float     *v,
                                   double           rate,
                                   MtlPool         *pool);
/* Takes over the running statistics that a step leaves behind. */
void      mtl_model_renew         (MtlModel        *self,
                                   const float     *renewed);
/* What is evaluated, probed and exported: θ, or its mean. */
const float *mtl_model_evaluated  (const MtlModel  *self);
/* A floating variant of θ, moments and the optimiser's step. */
GVariant *mtl_model_save          (const MtlModel  *self);
gboolean  mtl_model_load          (MtlModel        *self,
                                   GVariant        *saved,
                                   GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlModel, mtl_model_free)
