/* mtl-probe-step.h — the step that a run would take on a batch, at a probe's weights
 *
 * As in training, by the run's own balancer and sharpness method, dropout included; what
 * these learn begins anew with the probe and goes on from batch to batch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-probe.h"

typedef struct _MtlProbeStep MtlProbeStep;

MtlProbeStep *mtl_probe_step_new  (MtlProbeRun   *run);
void          mtl_probe_step_free (MtlProbeStep  *self);
/* The learning rate of the run's optimiser, without its schedule. */
double        mtl_probe_step_rate (MtlProbeRun   *run);
/* On rows @rows[0 … n-1] of those loaded, once they are. @direction: [P], what is descended:
 * of the trunk the balanced direction, of heads their gradients. Not clipped. */
gboolean      mtl_probe_step_take (MtlProbeStep  *self,
                                   const guint32 *rows,
                                   gsize          n,
                                   double        *direction,
                                   GError       **error);
/* Adds that of @steps of them, over @rows rows each. */
void          mtl_probe_step_add_cost
                                  (const MtlPlan *plan,
                                   double         steps,
                                   double         rows,
                                   MtlProbeCost  *cost);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlProbeStep, mtl_probe_step_free)
