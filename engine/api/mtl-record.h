/* mtl-record.h — all that is known of one run: the same for a live and a stored one
 *
 * The trainer appends, the store copies to disk, plots and the command line
 * read. Curves are MtlSeries by name, with x the step, or under `epoch/` the
 * number of the epoch, which counts from 1:
 *
 *   loss/TASK                 of the clean pass, each step
 *   norm/TASK                 |g_k| over the trunk
 *   cosine/TASK/TASK          of a pair, in document order; a gap where undefined
 *   conflict                  share of conflicting pairs among those defined
 *   weight/TASK               of the loss part, each step
 *   rate                      learning rate
 *   trunk/N                   the N-th weight of a trunk of three at most, after each step
 *   flat/norm, flat/cosine, flat/conflict, flat/weight   … of the flatness part
 *   state/NAME/TASK           what a method declares as plotted
 *   epoch/train/loss/TASK     running mean of the epoch's clean passes
 *   epoch/train/METRIC/TASK
 *   epoch/test/loss/TASK, epoch/test/METRIC/TASK; epoch/validation/… likewise
 *   epoch/conflict, epoch/cosine/TASK/TASK, epoch/weight/TASK, epoch/norm/TASK
 *   epoch/flat/conflict, epoch/flat/cosine/TASK/TASK, epoch/flat/weight/TASK
 *   epoch/similarity          magnitude similarity Φ of the trunk's gradients, 0 to 1
 *   epoch/curvature           curvature bounding measure ξ; not of pairs that cancel, where it
 *                             is 0/0 (mtl-block-sums.c)
 *   epoch/block/BLOCK/cosine  of each block of the trunk that has weights, in document order,
 *                             with its path in the flat design (`stage1/2/conv1`)
 *   epoch/block/BLOCK/conflict  … share of conflicting pairs
 *                             These four: means over pairs and steps, of the loss part
 *   epoch/seconds             of training alone
 *   epoch/steps               steps done at the end of the epoch
 *   flatness/TASK             SAM sharpness; x: the epoch of the snapshot
 *   measure/PROBE/FIGURE[/TASK[/TASK]]   what probes found; x: likewise. Without a task: of the
 *                             mean of all. The store has them with settings and uncertainty
 *
 * A curve of an `epoch/` family is appended after all others of its epoch, in
 * the order above, and `epoch/steps` last: who sees it sees the whole epoch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"
#include "mtl-series.h"

typedef struct _MtlRecord MtlRecord;

typedef enum
{
  MTL_RUN_PREPARING,   /* getting data ready */
  MTL_RUN_TRAINING,
  MTL_RUN_PAUSED,
  MTL_RUN_DONE,
  MTL_RUN_STOPPED,     /* by a person; can be resumed */
  MTL_RUN_FAILED,      /* not finite, or an error; see the last event */
  MTL_RUN_LOST,        /* its process is gone; can be resumed */
} MtlRunStatus;

typedef struct
{
  char            *run;              /* id: lower-case letters and digits */
  char            *name;             /* “Dry Basin” */
  guint            number;           /* “Run 12” */
  gint64           started;          /* unix time, µs */
  const MtlDesign *design;           /* as at the start */
  guint            n_tasks;
  char           **tasks;            /* ids, NULL-terminated */
  char           **metrics;          /* id of the first metric of each task */
  guint64          n_weights;        /* P */
  guint64          n_trunk;          /* d */
  guint64          steps_per_epoch;
  guint64          n_epochs;
} MtlRecordInfo;

typedef struct
{
  guint64  step;
  gint64   time;      /* unix time, µs */
  char    *kind;      /* "weights", "settings", "checkpoint", "pause", "resume", "warning", "error",
                         "end" */
  char    *text;      /* for people */
} MtlEvent;

typedef struct
{
  MtlRunStatus status;
  guint64      step;        /* done */
  guint64      epoch;       /* that runs, from 1; n_epochs when done */
  double       seconds;     /* of training so far */
  double       step_time;   /* s, smoothed; 0: not known yet */
  double       time_left;   /* s; NaN: not known */
} MtlProgress;

/* Copies @info; `run` and the like may be filled in by the store first. */
MtlRecord           *mtl_record_new         (const MtlRecordInfo *info);
MtlRecord           *mtl_record_ref         (MtlRecord           *self);
void                 mtl_record_unref       (MtlRecord           *self);
const MtlRecordInfo *mtl_record_info        (MtlRecord           *self);
void                 mtl_record_info_clear  (MtlRecordInfo       *info);

/* (transfer none): lives as long as the record; made when it is not there. */
MtlSeries           *mtl_record_series      (MtlRecord           *self,
                                             const char          *name);
/* (transfer none) (nullable) */
MtlSeries           *mtl_record_find        (MtlRecord           *self,
                                             const char          *name);
/* (transfer full): NULL-terminated, in the order they were made. */
char               **mtl_record_names       (MtlRecord           *self);
/* The y at exactly @x, the newest first; NaN when there is none. */
double               mtl_record_value       (MtlRecord           *self,
                                             const char          *name,
                                             double               x);

void                 mtl_record_add_event   (MtlRecord           *self,
                                             guint64              step,
                                             const char          *kind,
                                             const char          *text);
/* An event of a stored run, with its own time; copies @event. */
void                 mtl_record_put_event   (MtlRecord           *self,
                                             const MtlEvent      *event);
guint                mtl_record_n_events    (MtlRecord           *self);
/* Copies; clear with mtl_event_clear(). */
void                 mtl_record_event       (MtlRecord           *self,
                                             guint                n,
                                             MtlEvent            *event);
void                 mtl_event_clear        (MtlEvent            *event);

void                 mtl_record_set_progress (MtlRecord          *self,
                                              const MtlProgress  *progress);
void                 mtl_record_progress     (MtlRecord          *self,
                                              MtlProgress        *progress);
const char          *mtl_run_status_name     (MtlRunStatus        status);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlRecord, mtl_record_unref)
