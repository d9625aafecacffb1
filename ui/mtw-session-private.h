/* mtw-session-private.h — what the two files of the session share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-pace.h"
#include "mtw-session.h"

struct _MtwSession
{
  GObject           parent_instance;

  MtwDocument      *document;
  MtlStore         *store;
  GtkWidget        *clock;        /* weak */
  guint             tick;
  MtwPace           pace;
  guint             n_threads;    /* of the next run; 0: one for each processor */
  gint64            linger;       /* monotonic time until which the tick stays */

  MtlTrainer       *trainer;      /* NULL: no run lives */
  MtlRecord        *record;       /* of the present or last run; NULL while data is opened */
  MtlSnapshot      *last;         /* weights at the end of the last run */
  char            **blocks;       /* of the trunk; NULL: not known yet */
  MtlConflictFrame *conflict;     /* of these blocks and the record's tasks */
  guint64           conflict_seen;   /* frames; 0: none, and nothing in it */
  int               state;
  gboolean          busy;
  gboolean          structural;
  gboolean          restart;      /* the end of this run begins the next, keeping weights */

  MtlProber        *prober;
  gboolean          probing;
  const MtlChosen  *probe;        /* the probe that runs, or ran last; NULL: none */
  MtlRecord        *probed;       /* the run that the probe measures */
  guint64           probed_epoch;
  guint64           measured;     /* last epoch of which flatness was asked */
  gboolean          measure_next; /* flatness was asked for by a person */
  const MtlChosen  *next;         /* waits for the probe to end; NULL: none does */
  guint64           frame_seen;
  MtlProbeFrame     frame;        /* newest of the landscape */
  MtlGrid          *grid;
  MtlProbeFrame     measure;      /* newest of a probe that finds figures */
  MtlFindings      *findings;     /* NULL: none yet */
  char             *failure;      /* why it stopped; NULL: it did not, or was cancelled */
  MtlProbeFrame     curvature;    /* newest of the probe that finds a spectrum */
  MtlFindings      *spectrum;     /* its findings; NULL: none yet */
  MtwProbes        *probes;       /* NULL: nobody has asked for them */
};

/* Whether flatness is measured, which is looked at when it has ended. */
gboolean mtw_session_probes_flatness (MtwSession *self);

void mtw_session_watch          (MtwSession *self);   /* the tick callback runs for a while */
void mtw_session_update_state   (MtwSession *self);
void mtw_session_emit_tick      (MtwSession *self);
void mtw_session_pull_probe     (MtwSession *self,
                                 gboolean    ended);
/* That there is nothing to measure. */
void mtw_session_set_no_weights (GError    **error);
/* All that was found of the run before. */
void mtw_session_forget_found   (MtwSession *self);
/* Measures flatness of the newest epoch, unless that is done or a probe runs. */
void mtw_session_start_flatness (MtwSession *self);
