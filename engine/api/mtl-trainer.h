/* mtl-trainer.h — one run of training on its own thread
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-conflict.h"
#include "mtl-mailbox.h"
#include "mtl-prober.h"
#include "mtl-record.h"
#include "mtl-store.h"
#include "mtl-survey.h"

typedef struct _MtlTrainer MtlTrainer;

typedef struct
{
  guint        n_threads;      /* 0: the number of processors */
  MtlStore    *store;          /* NULL: nothing is recorded on disk */
  const char  *resume;         /* id of a run, or NULL */
  MtlSnapshot *weights;        /* start from these where blocks did not change, or NULL */
  guint64      n_epochs;       /* 0: as the design says */
  gsize        budget;         /* bytes for gradients and arenas; 0: no limit */
  GPtrArray   *measures;       /* (element-type MtlChosen) (nullable): probes with findings, run
                                * after each epoch on the trainer's thread; by reference */
  guint64      measure_every;  /* epochs between two of these; the last epoch has them too */
  gboolean     pause_on_error; /* what is not finite pauses the run; else it ends it */
} MtlRunOptions;

typedef enum
{
  MTL_ORDER_PAUSE,
  MTL_ORDER_GO_ON,
  MTL_ORDER_SAVE,    /* a checkpoint after this step */
  MTL_ORDER_STEP,    /* one step, then pause */
  MTL_ORDER_STOP,    /* after this step; saves */
} MtlOrder;

typedef enum
{
  MTL_CHANGE_NONE,
  MTL_CHANGE_SETTINGS,   /* taken at the next step */
  MTL_CHANGE_STRUCTURE,  /* training goes on as it was; offer a restart */
} MtlChange;

/* Once, in the main context of the thread that started the run; @error NULL:
 * done or stopped. Not called when @listener or the trainer is gone by then. */
typedef void (*MtlRunEnded) (MtlTrainer   *trainer,
                             const GError *error,
                             GObject      *listener);

/* Returns at once; data is opened on the trainer's thread. Errors that can be
 * known before (problems of the design) are reported here. */
MtlTrainer  *mtl_trainer_start    (const MtlDesign     *design,
                                   const MtlRunOptions *options,
                                   GObject             *listener,
                                   MtlRunEnded          ended,
                                   GError             **error);
/* Stops after the step that runs, saves, joins, drops the pending ending. */
void         mtl_trainer_free     (MtlTrainer          *self);
void         mtl_trainer_order    (MtlTrainer          *self,
                                   MtlOrder             order);
/* Takes over what can be taken over at the next step; never blocks. */
MtlChange    mtl_trainer_apply    (MtlTrainer          *self,
                                   const MtlDesign     *design);
/* (transfer full) (nullable): NULL while data is being opened. */
MtlRecord   *mtl_trainer_record   (MtlTrainer          *self);
/* (transfer full) (nullable): a copy of the weights between two steps. */
MtlSnapshot *mtl_trainer_snapshot (MtlTrainer          *self);
/* (transfer none) (nullable while preparing) */
MtlMailbox  *mtl_trainer_conflict (MtlTrainer          *self);
/* (transfer none) (nullable while preparing): ids of the blocks of the trunk that have weights,
 * in the order of a frame of conflict; NULL-terminated. */
const char *const *mtl_trainer_blocks (MtlTrainer      *self);
/* The memory that training will need, in bytes, for @design on @n_threads. */
gboolean     mtl_trainer_estimate (const MtlDesign     *design,
                                   guint                n_threads,
                                   gsize               *bytes,
                                   GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlTrainer, mtl_trainer_free)
