/* mtl-probe.h — the descriptor of a measurement beside training
 *
 * A probe works on a snapshot of the weights, on the prober's thread and with
 * its own plan, and can be cancelled between two passes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"
#include "mtl-grads.h"
#include "mtl-prober.h"
#include "mtl-rng.h"

typedef struct _MtlProbeRun MtlProbeRun;

typedef struct
{
  MtlMethod method;
  /* Samples forward, for the estimate of time. */
  gsize    (*cost) (const MtlPlan     *plan,
                    const MtlSetting  *set);
  gboolean (*run)  (MtlProbeRun       *run,
                    const MtlSetting  *set,
                    GError           **error);
} MtlProbe;

const MtlPlan *mtl_probe_plan      (MtlProbeRun   *run);
const float   *mtl_probe_theta     (MtlProbeRun   *run);   /* of the snapshot */
/* (transfer full): a copy to move weights in; statistics stand behind them. */
float         *mtl_probe_dup_theta (MtlProbeRun   *run);
MtlRng         mtl_probe_rng       (MtlProbeRun   *run);
/* How many rows a probe of @samples takes: no more than there are. */
gsize          mtl_probe_rows      (MtlProbeRun   *run,
                                    gsize          samples);
/* K mean losses over the first @samples training rows with clean labels, in
 * EVALUATE mode. Fails with G_IO_ERROR_CANCELLED. */
gboolean       mtl_probe_losses    (MtlProbeRun   *run,
                                    const float   *theta,
                                    gsize          samples,
                                    double        *losses,
                                    GError       **error);
gboolean       mtl_probe_gradients (MtlProbeRun   *run,
                                    const float   *theta,
                                    gsize          samples,
                                    guint64        tasks,
                                    MtlGrads      *out,
                                    GError       **error);
/* What is known so far; @done: 0 … 1. The frame is copied. */
void           mtl_probe_post      (MtlProbeRun   *run,
                                    const MtlProbeFrame *frame,
                                    double         done);
void           mtl_probe_post_grid (MtlProbeRun   *run,
                                    MtlGrid       *grid);   /* not changed afterwards */
