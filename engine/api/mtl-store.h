/* mtl-store.h — runs on disk: SQLite for what is said of them, files for weights
 *
 * Studio and command line may use the same database at once (WAL, busy
 * timeout). Writing is done by the store's own thread; reading happens in the
 * calling thread on a connection of its own.
 *
 * $BASIN_HOME, or $XDG_DATA_HOME/basin, holds runs.db and runs/ID/.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-prober.h"
#include "mtl-record.h"

typedef struct _MtlStore       MtlStore;
typedef struct _MtlStoreWriter MtlStoreWriter;

/* (transfer full): folders of the user: $BASIN_HOME/{data,state,cache} or XDG's. */
char        *mtl_home_data        (void);
char        *mtl_home_state       (void);
char        *mtl_home_cache       (void);

/* @folder: NULL for mtl_home_data(). Errors: MTL_ERROR_STORE, with path and remedy. */
MtlStore    *mtl_store_open       (const char      *folder,
                                   GError         **error);
MtlStore    *mtl_store_ref        (MtlStore        *self);
void         mtl_store_unref      (MtlStore        *self);

/* --- reading --- */
typedef struct
{
  char         *run;
  char         *name;
  guint         number;
  char         *design_name;
  char         *settings;       /* “CAGrad · flat regions” one line, of the experiment */
  gint64        started;
  MtlRunStatus  status;
  guint64       epoch, n_epochs, step;
  double        seconds;
  guint64       seed;
  guint64       n_weights;
  guint         n_tasks;
  char        **tasks;
  char        **metrics;
  double       *test_metric;    /* [n_tasks]; last epoch; NaN: none */
  double       *test_loss;
  double       *flatness;       /* [n_tasks]; NaN: not measured */
  double        conflict;       /* of the last epoch; NaN: none */
} MtlRunRow;

void         mtl_run_row_free     (MtlRunRow       *row);
/* (element-type MtlRunRow) (transfer full): newest first, deleted ones left out. */
GPtrArray   *mtl_store_list       (MtlStore        *self,
                                   GError         **error);
/* (transfer full): the id that @words stand for: an id, its unique beginning,
 * a number, or `last`. MTL_ERROR_RUN. */
char        *mtl_store_resolve    (MtlStore        *self,
                                   const char      *words,
                                   GError         **error);
/* (transfer full): everything said of a run. */
MtlRecord   *mtl_store_load       (MtlStore        *self,
                                   const char      *run,
                                   GError         **error);
/* (transfer full): weights of the newest checkpoint, or of the best. */
MtlSnapshot *mtl_store_snapshot   (MtlStore        *self,
                                   const char      *run,
                                   gboolean         best,
                                   GError         **error);
/* Hides a run; it is removed for good by mtl_store_purge(), so that a delete
 * can be undone. */
gboolean     mtl_store_delete     (MtlStore        *self,
                                   const char      *run,
                                   gboolean         deleted,
                                   GError         **error);
gboolean     mtl_store_purge      (MtlStore        *self,
                                   GError         **error);
gboolean     mtl_store_rename     (MtlStore        *self,
                                   const char      *run,
                                   const char      *name,
                                   GError         **error);
/* Keeps a figure measured later, e.g. `flatness/left` at x = epoch. */
gboolean     mtl_store_add_point  (MtlStore        *self,
                                   const char      *run,
                                   const char      *series,
                                   double           x,
                                   double           y,
                                   GError         **error);

/* A figure of a probe. */
typedef struct
{
  char   *probe;
  char   *settings;        /* “samples=512 rho=0.05”: all of them */
  guint64 step, epoch;     /* of the weights */
  guint64 samples;
  char   *measure;
  char   *task, *other;    /* NULL: all; no pair */
  char   *block;           /* NULL: of all weights */
  double  x, value, error; /* as in MtlFinding */
} MtlKept;

/* Keeps what @probe found; also of a run that is being trained. */
gboolean     mtl_store_keep       (MtlStore        *self,
                                   const char      *run,
                                   const MtlChosen *probe,
                                   const MtlProbeFrame *frame,
                                   const MtlFindings *findings,
                                   char *const     *tasks,
                                   GError         **error);
GPtrArray   *mtl_store_kept       (MtlStore        *self,
                                   const char      *run,
                                   GError         **error);
/* (transfer full): “measure/PROBE/FIGURE/TASK”, as in mtl-record.h. */
char        *mtl_measure_curve    (const char      *probe,
                                   const char      *measure,
                                   const char      *task,
                                   const char      *other);

/* --- writing, by the trainer --- */
/* Fills in run, name, number and started of @info and makes its row. */
MtlStoreWriter *mtl_store_begin   (MtlStore        *self,
                                   MtlRecordInfo   *info,
                                   GError         **error);
/* Goes on with a run: what it recorded after @step is cut off. */
MtlStoreWriter *mtl_store_resume  (MtlStore        *self,
                                   const char      *run,
                                   guint64          step,
                                   guint64          epoch,
                                   GError         **error);
/* Queues what @record has gained since the last flush. */
void         mtl_store_writer_flush      (MtlStoreWriter *self,
                                          MtlRecord      *record);
/* Queues a checkpoint: written beside, synced, renamed; the newest two and
 * the best are kept. */
void         mtl_store_writer_checkpoint (MtlStoreWriter *self,
                                          GBytes         *checkpoint,
                                          guint64         step,
                                          guint64         epoch,
                                          gboolean        best);
/* Flushes, waits until all is on disk, frees. @error: the first failure. */
gboolean     mtl_store_writer_close      (MtlStoreWriter *self,
                                          MtlRecord      *record,
                                          GError        **error);
/* (transfer full): the newest checkpoint that is whole; a damaged one is
 * passed over in favour of the one before. MTL_ERROR_RUN. */
GBytes      *mtl_store_checkpoint        (MtlStore       *self,
                                          const char     *run,
                                          gboolean        best,
                                          GError        **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlStore, mtl_store_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlRunRow, mtl_run_row_free)
