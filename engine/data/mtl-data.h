/* mtl-data.h — an opened source with splits, missing and noisy labels
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-pool.h"
#include "mtl-rng.h"
#include "mtl-source.h"

typedef enum
{
  MTL_DATA_TRAIN,        /* noise and fraction apply */
  MTL_DATA_TRAIN_CLEAN,  /* the same rows with their true labels, for probes */
  MTL_DATA_VALIDATION,
  MTL_DATA_TEST,
  MTL_N_SPLITS
} MtlSplit;

typedef struct _MtlData MtlData;

/* Room for @capacity rows. x and targets belong to the batch. */
typedef struct
{
  gsize     rows;
  gsize     capacity;
  guint32  *samples;    /* [rows]: number of each row within its split */
  guint     n_ports;
  float   **x;          /* [port]: capacity × size */
  gsize    *x_size;     /* [port] */
  guint     n_tasks;
  float   **targets;    /* [task]: capacity × type.size */
  gsize    *target_size;   /* [task] */
} MtlBatch;

/* @tasks, @targets: id of each task block and the name of its target. */
MtlData             *mtl_data_open        (const MtlChosen    *source,
                                           const char *const  *tasks,
                                           const char *const  *targets,
                                           guint               n_tasks,
                                           GCancellable       *cancel,
                                           GError            **error);
/* What @info says, with no rows: for plans where the data is not at hand or has
 * changed. Copies @info. MTL_ERROR_DATA: it has no such target. */
MtlData             *mtl_data_new_rowless (const MtlChosen    *source,
                                           const MtlSourceInfo *info,
                                           const char *const  *tasks,
                                           const char *const  *targets,
                                           guint               n_tasks,
                                           GError            **error);
MtlData             *mtl_data_ref         (MtlData            *self);
void                 mtl_data_unref       (MtlData            *self);
const MtlSourceInfo *mtl_data_info        (MtlData            *self);
const MtlTargetType *mtl_data_target      (MtlData            *self,
                                           guint               task);
/* (nullable): how its values were made of what was measured. */
const MtlRaw        *mtl_data_target_raw  (MtlData            *self,
                                           guint               task);
gsize                mtl_data_rows        (MtlData            *self,
                                           MtlSplit            split);

/* The source's info without its samples, remembered while the files do not
 * change; for surveys, from any thread. Clear with mtl_source_info_clear(). */
gboolean             mtl_data_describe    (const MtlChosen    *source,
                                           MtlSourceInfo      *info,
                                           GError            **error);

MtlBatch            *mtl_batch_new        (MtlData            *data,
                                           gsize               capacity);
/* Empty, with room for as many rows of the same sizes. */
MtlBatch            *mtl_batch_new_like   (const MtlBatch     *other);
void                 mtl_batch_free       (MtlBatch           *self);
/* Rows @rows[0 … n-1] of another batch of these sizes. */
void                 mtl_batch_take       (MtlBatch           *self,
                                           const MtlBatch     *from,
                                           const guint32      *rows,
                                           gsize               n);
/* Rows @samples[0 … n-1] of @split; work is shared out over @pool (nullable). */
void                 mtl_batch_fill       (MtlBatch           *self,
                                           MtlData            *data,
                                           MtlSplit            split,
                                           const guint32      *samples,
                                           gsize               n,
                                           MtlPool            *pool);
/* A permutation of 0 … n-1: a function of (seed, epoch) alone. */
void                 mtl_data_order       (guint64             seed,
                                           guint64             epoch,
                                           guint32            *order,
                                           gsize               n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlData, mtl_data_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlBatch, mtl_batch_free)
