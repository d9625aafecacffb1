/* mtl-store-private.h — what the files of the store share
 *
 * Who owns what: the store's thread has the only connection that writes, and
 * does one job after another; a caller that wants something written hands it
 * a job and, but for a writer's flushes and checkpoints, waits for its end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <pthread.h>

#include "mtl-db.h"
#include "mtl-error.h"
#include "mtl-store.h"

#define MTL_CHUNK_POINTS 512
#define MTL_POINT_SIZE   16   /* bytes: x and y */
#define MTL_RUN_ID_SIZE  8    /* characters */

struct _MtlStore
{
  /* Constant. */
  char            *folder;
  char            *path;      /* of the database */
  pthread_t        thread;

  gint             refs;      /* atomic */
  MtlDb           *db;        /* the thread's own once it runs */

  pthread_mutex_t  lock;      /* guards the rest, and what writers say it guards */
  pthread_cond_t   wake;      /* a job came, or the end */
  pthread_cond_t   done;      /* a job that somebody waits for is done */
  GQueue           jobs;      /* MtlJob */
  gboolean         ends;
};

/* On the store's thread. */
typedef gboolean (*MtlJobFunc) (MtlStore  *store,
                                MtlDb     *db,
                                gpointer   data,
                                GError   **error);

/* A curve as the database has it. */
typedef struct
{
  gint64   id;       /* 0: no row yet */
  gsize    stored;   /* points */
  gsize    pending;  /* points, once the transaction is through */
  gboolean is_new;   /* the row was made in this transaction */
} MtlCurveMark;

struct _MtlStoreWriter
{
  /* Constant. */
  MtlStore   *store;
  char       *run;
  gint64      number;
  int         claim;         /* descriptor; see mtl-store-claim.c */

  /* The store thread's own. */
  GHashTable *curves;        /* name → MtlCurveMark */
  guint       n_events;      /* stored */
  MtlRecord  *known;         /* the last that was flushed; NULL before the first */

  /* Guarded by the lock of the store. */
  gboolean    is_queued;
  MtlRecord  *record;        /* to be flushed, or NULL */
  GBytes     *waiting[2];    /* a checkpoint, and one that is the best */
  guint64     steps[2];
  GError     *failure;       /* the first */
};

/* mtl-store-thread.c */
void      mtl_store_start    (MtlStore     *self);
void      mtl_store_end      (MtlStore     *self);
/* With the lock held: queues; nobody waits for it and @data outlives it. */
void      mtl_store_post     (MtlStore     *self,
                              MtlJobFunc    func,
                              gpointer      data);
/* Queues and waits; whether the job went well. */
gboolean  mtl_store_call     (MtlStore     *self,
                              MtlJobFunc    func,
                              gpointer      data,
                              GError      **error);

/* mtl-store-schema.c */
gboolean  mtl_store_migrate  (MtlDb        *db,
                              GError      **error);

/* mtl-store-run.c */
/* Whether @run can be an id: it becomes part of a path. Sets MTL_ERROR_RUN. */
gboolean  mtl_store_check_id (const char   *run,
                              GError      **error);
char     *mtl_store_folder   (MtlStore     *self,
                              const char   *run);
/* The row of @run; FALSE with MTL_ERROR_RUN when there is none. */
gboolean  mtl_store_number   (MtlDb        *db,
                              const char   *run,
                              gint64       *number,
                              GError      **error);
/* (transfer full): a connection of the caller's, for reading. */
MtlDb    *mtl_store_reader   (MtlStore     *self,
                              GError      **error);
MtlRunStatus mtl_store_status (MtlStore    *self,
                               const char  *run,
                               gint64       stored);

/* mtl-store-name.c */
char     *mtl_store_new_id   (void);
char     *mtl_store_new_name (GHashTable   *used);

/* mtl-store-claim.c */
/* A descriptor that holds @run for this process until it is closed; -1 with
 * MTL_ERROR_RUN when it is held already. */
int       mtl_store_claim    (MtlStore     *self,
                              const char   *run,
                              GError      **error);
gboolean  mtl_store_is_held  (MtlStore     *self,
                              const char   *run);

/* mtl-store-write.c */
/* A writer that holds @run; it knows nothing yet of what is stored. */
MtlStoreWriter *mtl_store_make_writer (MtlStore       *store,
                                       const char     *run,
                                       GError        **error);
void            mtl_store_free_writer (MtlStoreWriter *self);

/* mtl-store-curve.c */
gboolean  mtl_curve_is_of_epochs (const char   *name);  /* x is an epoch, not a step */
gboolean  mtl_curve_is_measured (const char    *name);  /* flatness/TASK */
/* The points of a chunk; 0 where its size is none that a chunk can have. */
gsize     mtl_curve_unpack      (MtlQuery       *query,
                                 int             column,
                                 MtlPoint        points[MTL_CHUNK_POINTS]);
/* The row of a curve, made when there is none. */
gboolean  mtl_curve_row         (MtlDb          *db,
                                 gint64          number,
                                 const char     *name,
                                 gint64         *id,
                                 GError        **error);
/* (element-type MtlPoint) (transfer full): of a damaged curve, what comes
 * before the damage. */
GArray   *mtl_curve_read        (MtlDb          *db,
                                 gint64          id,
                                 GError        **error);
gboolean  mtl_curve_write       (MtlDb          *db,
                                 gint64          id,
                                 gsize           first,   /* a multiple of MTL_CHUNK_POINTS */
                                 const MtlPoint *points,
                                 gsize           n,       /* ≤ MTL_CHUNK_POINTS */
                                 GError        **error);

/* mtl-store-kept.c */
gboolean  mtl_curve_is_kept     (const char     *name);  /* measure/…, which are no series */
gboolean  mtl_store_load_kept   (MtlDb          *db,
                                 gint64          number,
                                 MtlRecord      *record,
                                 GError        **error);
/* Takes back what was measured after @step. */
gboolean  mtl_store_cut_kept    (MtlDb          *db,
                                 gint64          number,
                                 guint64         step,
                                 GError        **error);

/* mtl-store-figures.c */
/* Adds a point of a measured curve unless it is there already. */
gboolean  mtl_store_measure     (MtlDb          *db,
                                 gint64          number,
                                 const char     *name,
                                 MtlPoint        point,
                                 GError        **error);
/* Brings what the list shows of the curves up to them. */
gboolean  mtl_store_sum_up      (MtlDb          *db,
                                 gint64          number,
                                 GError        **error);

/* mtl-store-cut.c */
/* Also tells @writer what is left. */
gboolean  mtl_store_cut         (MtlDb          *db,
                                 MtlStoreWriter *writer,
                                 guint64         step,
                                 guint64         epoch,
                                 GError        **error);

/* mtl-store-flush.c */
gboolean  mtl_store_flush       (MtlDb          *db,
                                 MtlStoreWriter *writer,
                                 MtlRecord      *record,
                                 GError        **error);

/* mtl-store-file.c */
/* Writes beside, syncs, renames, syncs the folder. */
gboolean  mtl_store_write_file  (const char     *folder,
                                 const char     *name,
                                 GBytes         *bytes,
                                 GError        **error);
/* A second name for a file, replacing what had it; a copy where there are no
 * links: @bytes are what the file holds. */
gboolean  mtl_store_link_file   (const char     *folder,
                                 const char     *from,
                                 const char     *to,
                                 GBytes         *bytes,
                                 GError        **error);
/* (transfer full): NULL where there is no such file, or no plain one. */
GBytes   *mtl_store_read_file   (const char     *folder,
                                 const char     *name);
gboolean  mtl_store_remove_folder (const char   *folder,
                                   GError      **error);

/* mtl-store-checkpoint.c */
gboolean  mtl_store_save_checkpoint (MtlStoreWriter *writer,
                                     GBytes         *bytes,
                                     guint64         step,
                                     gboolean        best,
                                     GError        **error);
/* Removes checkpoints of steps after @step. */
void      mtl_store_drop_checkpoints (MtlStore      *self,
                                      const char    *run,
                                      guint64        step);
