/* mtl-probe.h — the descriptor of a measurement beside training
 *
 * A probe works on a snapshot of the weights, on the prober's thread and with
 * its own plan, and can be cancelled between two passes. θ is never written to.
 *
 * What it takes is said before it begins: `cost` counts passes, a few of them are
 * timed, and the share of them that is done is the progress.
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
  double passes;    /* calls of mtl_probe_pass() and its like */
  double forward;   /* rows that go forward */
  double backward;  /* rows × tasks that come back */
} MtlProbeCost;

typedef struct
{
  MtlMethod         method;
  const MtlMeasure *measures;   /* NULL: it finds no MtlFindings */
  gboolean          brief;      /* a few passes: by a prober it is not timed before */
  /* Adds to @cost; @rows is what there is, see mtl_probe_rows(). */
  void     (*cost) (const MtlPlan     *plan,
                    const MtlSetting  *set,
                    gsize              rows,
                    MtlProbeCost      *cost);
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
/* Adds @passes passes over @rows rows each to @cost, which go back for @tasks tasks. */
void           mtl_probe_add_cost  (MtlProbeCost  *cost,
                                    double         passes,
                                    double         rows,
                                    double         tasks);

/* --- for probes that look at parts of the rows and post findings --- */

/* Fetches the first @samples rows; all passes are over these. Returns the tasks that have
 * a label there, 0 on an error. */
guint64        mtl_probe_load      (MtlProbeRun   *run,
                                    gsize          samples,
                                    GError       **error);
/* Puts labels that the model itself draws at the snapshot's weights in place of those of
 * @tasks in these rows. MTL_ERROR_SETTING: a loss has no distribution to draw from. */
gboolean       mtl_probe_draw_labels (MtlProbeRun *run,
                                      guint64       tasks,
                                      GError      **error);
/* (transfer full): the numbers 0 … @n_rows − 1 in a random order, to make batches of. */
guint32       *mtl_probe_deal      (MtlProbeRun   *run,
                                    gsize          n_rows);
/* The tasks that row @row of those has a label of. */
guint64        mtl_probe_labelled  (MtlProbeRun   *run,
                                    guint32        row);
/* Over rows @rows[0 … n-1] of those; NULL: all of them. @losses: [K] (nullable), NaN where
 * there is no label. @out (nullable): as in mtl_work_run(). Posts how far it has come. */
gboolean       mtl_probe_pass      (MtlProbeRun   *run,
                                    const float   *theta,
                                    const guint32 *rows,
                                    gsize          n,
                                    guint64        tasks,
                                    double        *losses,
                                    MtlGrads      *out,
                                    GError       **error);
/* What was found so far; copied. */
void           mtl_probe_post_findings (MtlProbeRun *run,
                                    const MtlFindings *findings);
/* The same, and that it is all. */
void           mtl_probe_finish    (MtlProbeRun   *run,
                                    const MtlFindings *findings);

/* What is known so far; @done: 0 … 1. The frame is copied. */
void           mtl_probe_post      (MtlProbeRun   *run,
                                    const MtlProbeFrame *frame,
                                    double         done);
void           mtl_probe_post_grid (MtlProbeRun   *run,
                                    MtlGrid       *grid);   /* not changed afterwards */
