/* mtw-session.h — training as the window sees it: one trainer, one prober
 *
 * Owns the trainer of the present run and the prober beside it, measures
 * flatness after each epoch, and passes on changes of settings. Properties:
 * `state` (MtlRunStatus, or -1: no run yet), `busy`. Signals: `run-changed`
 * (a new record), `tick` (in each frame of a live run that is renewed, see
 * mtw-pace.c: pull what is new),
 * `ended` (string: an error message or NULL), `structure-changed` (boolean).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#include "mtl-trainer.h"

#include "mtw-document.h"
#include "mtw-probes.h"

#define MTW_TYPE_SESSION (mtw_session_get_type ())

G_DECLARE_FINAL_TYPE (MtwSession, mtw_session, MTW, SESSION, GObject)

/* @clock: a widget whose frame clock paces `tick`. */
MtwSession  *mtw_session_new            (MtwDocument   *document,
                                         MtlStore      *store,
                                         GtkWidget     *clock);
/* Threads of the next run, 0 for one on each processor; no result depends on it. */
void         mtw_session_set_threads    (MtwSession    *self,
                                         guint          n_threads);
/* Starts, or goes on after a pause. @keep: begin with the weights of the run
 * before where blocks did not change. */
gboolean     mtw_session_train          (MtwSession    *self,
                                         gboolean       keep,
                                         GError       **error);
/* Goes on with a stored run, whose design the document holds. */
gboolean     mtw_session_resume         (MtwSession    *self,
                                         const char    *run,
                                         GError       **error);
void         mtw_session_pause          (MtwSession    *self);
void         mtw_session_stop           (MtwSession    *self);
void         mtw_session_step           (MtwSession    *self);
gboolean     mtw_session_is_live        (MtwSession    *self);   /* training or paused */
int          mtw_session_get_state      (MtwSession    *self);
/* (transfer none) (nullable): of the present or last run. */
MtlRecord   *mtw_session_get_record     (MtwSession    *self);
/* (transfer none) (nullable): newest frame of conflict, pulled at each tick. @blocks: (out)
 * (optional): those of the trunk that it has cosines of. */
const MtlConflictFrame *mtw_session_get_conflict (MtwSession         *self,
                                                  const char *const **blocks);
/* (transfer full) (nullable): weights now, or of the last run. */
MtlSnapshot *mtw_session_dup_snapshot   (MtwSession    *self);
/* Begins to draw the landscape of the weights now; see get_grid. */
gboolean     mtw_session_draw_landscape (MtwSession    *self,
                                         GError       **error);
/* Measures flatness of the weights now, after the probe that runs. */
gboolean     mtw_session_measure_flatness (MtwSession  *self,
                                           GError     **error);
/* Has @probe, of those with mtl_probe_measures(), look at the weights now, in place of
 * the probe that runs; see get_findings. */
gboolean     mtw_session_measure        (MtwSession      *self,
                                         const MtlChosen *probe,
                                         GError         **error);
void         mtw_session_cancel_probe   (MtwSession    *self);
/* What a probe takes, by a few passes that are timed on another thread. @ready is called
 * once, with @owner, which is kept until then. FALSE: there are no weights yet. */
gboolean     mtw_session_estimate       (MtwSession      *self,
                                         const MtlChosen *probe,
                                         GCancellable    *cancel,
                                         gpointer         owner,
                                         GAsyncReadyCallback ready,
                                         GError         **error);
/* In @ready: with seconds, passes and epoch in @frame. */
gboolean     mtw_session_estimate_finish (GAsyncResult  *result,
                                         MtlProbeFrame  *frame,
                                         GError        **error);
/* (transfer none) */
MtwDocument *mtw_session_get_document   (MtwSession    *self);
/* (transfer none): the settings of all probes, which measurements begin with. */
MtwProbes   *mtw_session_get_probes     (MtwSession    *self);
/* (transfer none) (nullable): newest grid; @frame (nullable): how far it is. */
MtlGrid     *mtw_session_get_grid       (MtwSession    *self,
                                         MtlProbeFrame *frame);
/* (transfer none) (nullable): what was found last; @frame: by which probe, how far it is
 * and what it takes. Its id is "" before the first. */
MtlFindings *mtw_session_get_findings   (MtwSession    *self,
                                         MtlProbeFrame *frame);
/* (nullable): why the measurement begun last has failed. */
const char  *mtw_session_get_failure    (MtwSession    *self);
/* (transfer none) (nullable): the findings of the probe `hessian`, whatever was measured
 * after it; @frame as above. */
MtlFindings *mtw_session_get_spectrum   (MtwSession    *self,
                                         MtlProbeFrame *frame);
/* Whether the design has changed since training began. */
gboolean     mtw_session_is_structural  (MtwSession    *self);
