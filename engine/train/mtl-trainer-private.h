/* mtl-trainer-private.h — who owns what of a run
 *
 * The trainer's thread owns the loop; the starter's thread gives orders and
 * frees. What both touch is guarded by one lock, held for copies only; θ has
 * a lock of its own, taken by the trainer while it writes θ and by whoever
 * copies it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <pthread.h>

#include "mtl-checkpoint.h"
#include "mtl-ending.h"
#include "mtl-setup.h"
#include "mtl-trainer.h"

/* What the trainer's thread works with; its own. */
typedef struct
{
  const MtlDesign *design;      /* as it trains now */
  MtlPool         *pool;
  MtlData         *data;
  MtlPlan         *plan;
  MtlWork         *work;
  MtlBatch       **batches;     /* of a step: n_batches, in the last of an epoch fewer are filled */
  guint            n_batches;
  MtlBatch        *fresh[2];    /* that a balancer has beside; NULL: none did so far */
  MtlModel        *model;
  MtlStep         *step;
  MtlRecorder     *recorder;
  MtlStoreWriter  *writer;      /* NULL: nothing is recorded on disk */
  MtlTally        *validation;
  MtlTally        *test;
  guint32         *order;       /* of the epoch */
  gsize            n_rows;      /* of the training split */
  guint64          seed;
  guint64          n_epochs;
  guint64          steps_per_epoch;
  MtlProgressMark  mark;
  guint            n_skipped;   /* perturbed steps in a row that were not finite */
  gboolean         broken;      /* the last step failed: these weights are not to be saved */
  gint64           last_flush;  /* monotonic, µs */
  gint64           last_save;
  gint64           last_frame;
  double           step_time;   /* s, smoothed */
  MtlConflictFrame *frame;
  gsize             frame_size;
} MtlLoop;

struct _MtlTrainer
{
  /* constant while the thread lives */
  pthread_t        thread;
  MtlRunOptions    options;
  char            *resume;
  GPtrArray       *measures;    /* NULL: nothing is measured */
  const MtlDesign *first;       /* the design it was started with */
  GCancellable    *cancel;
  MtlRunEnded      ended;
  MtlEnding       *ending;

  pthread_mutex_t  lock;        /* guards what follows */
  pthread_cond_t   wake;
  gboolean         pause, save, stop;
  guint            n_single;    /* steps to take although paused */
  const MtlDesign *pending;     /* newest settings not yet taken; NULL: none */
  const MtlDesign *applied;     /* what training follows, structure as at the start */
  MtlRecord       *record;
  MtlMailbox      *conflict;
  char           **blocks;      /* constant once set */

  pthread_mutex_t  theta_lock;  /* guards θ, and the fact that loop.model is there */
  gboolean         has_model;
  MtlLoop          loop;        /* the trainer's thread's own, but for θ under its lock */
};

/* One run from its first order to its last, on the trainer's thread. */
gboolean mtl_trainer_loop       (MtlTrainer  *self,
                                 GError     **error);
void     mtl_loop_clear         (MtlLoop     *loop);
gboolean mtl_loop_prepare       (MtlTrainer  *self,
                                 GError     **error);
void     mtl_loop_report        (MtlTrainer  *self,
                                 MtlRunStatus status);
void     mtl_loop_save          (MtlTrainer  *self,
                                 gboolean     best);
void     mtl_loop_take_settings (MtlTrainer  *self);
/* Runs the probes that are due after the epoch that has ended. */
void     mtl_loop_measure       (MtlTrainer  *self);
/* What @next changes against @now. */
MtlChange mtl_design_compare    (const MtlDesign *now,
                                 const MtlDesign *next);
