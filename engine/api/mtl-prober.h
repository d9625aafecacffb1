/* mtl-prober.h — measurements beside training, on a thread of low priority
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

#include "mtl-chosen.h"
#include "mtl-design.h"
#include "mtl-findings.h"
#include "mtl-grid.h"

/* Weights at one moment, with the design they belong to and, of a run, what the
 * source said of its data: the numbers that raw values were standardised with.
 * Immutable. */
typedef struct _MtlSnapshot MtlSnapshot;

MtlSnapshot     *mtl_snapshot_new     (const MtlDesign   *design,
                                       const float       *theta,
                                       gsize              n,
                                       guint64            step,
                                       guint64            epoch);
MtlSnapshot     *mtl_snapshot_ref     (MtlSnapshot       *self);
void             mtl_snapshot_unref   (MtlSnapshot       *self);
const MtlDesign *mtl_snapshot_design  (const MtlSnapshot *self);
const float     *mtl_snapshot_theta   (const MtlSnapshot *self,
                                       gsize             *n);
guint64          mtl_snapshot_step    (const MtlSnapshot *self);
guint64          mtl_snapshot_epoch   (const MtlSnapshot *self);

typedef struct _MtlProber MtlProber;

/* In the main context of the thread that made the prober. @error NULL: done;
 * G_IO_ERROR_CANCELLED when it was cancelled. Not called once the prober or
 * @listener is gone. */
typedef void (*MtlProbeEnded) (MtlProber    *prober,
                               const GError *error,
                               GObject      *listener);

MtlProber *mtl_prober_new    (void);
/* Cancels, joins, and drops what is pending. */
void       mtl_prober_free   (MtlProber        *self);
/* Cancels what runs and starts @probe (of MTL_KIND_PROBE) on @snapshot. */
void       mtl_prober_start  (MtlProber        *self,
                              const MtlChosen  *probe,
                              MtlSnapshot      *snapshot,
                              guint             n_threads,
                              GObject          *listener,
                              MtlProbeEnded     ended);
void       mtl_prober_cancel (MtlProber        *self);
gboolean   mtl_prober_busy   (MtlProber        *self);
/* Newest state; @seen as for MtlMailbox. FALSE: nothing newer. */
gboolean   mtl_prober_take   (MtlProber        *self,
                              guint64          *seen,
                              MtlProbeFrame    *frame);
/* (transfer full) (nullable): newest grid of a landscape. */
MtlGrid   *mtl_prober_grid   (MtlProber        *self);
/* (transfer full) (nullable): what the probe that was started last has found so far. */
MtlFindings *mtl_prober_findings (MtlProber     *self);

/* What a probe tells by findings; NULL: it has its own form (frame, grid). */
const MtlMeasure *mtl_probe_measures (const MtlMethod *probe);

/* In the calling thread, for the command line: what a probe takes, by a few passes that
 * are timed, and the probe itself. */
gboolean   mtl_probe_cost    (const MtlChosen  *probe,
                              MtlSnapshot      *snapshot,
                              guint             n_threads,
                              GCancellable     *cancel,
                              MtlProbeFrame    *frame,
                              GError          **error);
gboolean   mtl_probe_now     (const MtlChosen  *probe,
                              MtlSnapshot      *snapshot,
                              guint             n_threads,
                              GCancellable     *cancel,
                              void            (*progress) (const MtlProbeFrame *frame,
                                                           gpointer             data),
                              gpointer          data,
                              MtlProbeFrame    *frame,
                              MtlGrid         **grid,
                              MtlFindings     **findings,
                              GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlSnapshot, mtl_snapshot_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlProber, mtl_prober_free)
