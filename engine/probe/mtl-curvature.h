/* mtl-curvature.h — products with the Hessian of a task's loss, or of their mean
 *
 *   H·v ≈ [∇l(θ + r·v) − ∇l(θ − r·v)] / 2r,   |v| = 1
 *
 * over the weights that the loss depends on; two gradients each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-lanczos.h"
#include "mtl-probe-subject.h"

typedef struct
{
  MtlProbeRun   *run;
  const MtlPlan *plan;
  guint64        labelled;   /* tasks that have a label */
  int            subject;    /* whose loss; set by the owner */
  gsize          n;          /* P */
  double         step;       /* r */
  MtlGrads      *grads;
  float         *moved;      /* [P and statistics] */
  double        *ahead;      /* [P]: gradient at θ + r·v */
  double        *product;    /* [P]: of mtl_curvature_quotient() */
} MtlCurvature;

/* Loads the first @samples rows; @step is in units of max(1, |θ|). */
gboolean mtl_curvature_init     (MtlCurvature  *self,
                                 MtlProbeRun   *run,
                                 gsize          samples,
                                 double         step,
                                 GError       **error);
void     mtl_curvature_clear    (MtlCurvature  *self);
/* ⟨v, H·v⟩ with r = @step; MTL_ERROR_NOT_FINITE when a gradient is not, as below. */
gboolean mtl_curvature_quotient (MtlCurvature  *self,
                                 const float   *v,
                                 double         step,
                                 double        *value,
                                 GError       **error);
/* (transfer full): Lanczos from the @start-th random vector; NULL on an error. */
MtlLanczos *mtl_curvature_lanczos (MtlCurvature *self,
                                 guint          start,
                                 guint          steps,
                                 GError       **error);
/* Hutchinson's estimates of the traces, ⟨z, H·z⟩ of random signs, of every subject by the
 * same @draws draws: into @spreads. moved[s]: how far the first draw goes when the step is
 * halved and doubled. */
gboolean mtl_curvature_traces   (MtlCurvature  *self,
                                 MtlRng         rng,
                                 guint          draws,
                                 MtlSpread     *spreads,
                                 double        *moved,
                                 GError       **error);
