/* mtl-data-private.h — the inside of an opened source
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-data.h"

typedef struct
{
  guint   target;     /* of the source */
  double  noise;      /* share of training labels that are wrong */
  double  fraction;   /* share of training labels that are there */
  MtlRng  rng;        /* of its labels: a function of the seed and the task's id */
} MtlDataTask;

/* Constant once it is open, but for the count of references. */
struct _MtlData
{
  gatomicrefcount  refs;
  const MtlSource *source;
  MtlSourceInfo    info;
  gpointer         raw;                  /* the source's own */
  guint            n_tasks;
  MtlDataTask     *tasks;
  guint32         *rows[MTL_N_SPLITS];   /* raw rows of a split; NULL: all, as they are */
  gsize            n_rows[MTL_N_SPLITS];
};

/* --- labels --- */

typedef enum
{
  MTL_LABEL_TRUE,
  MTL_LABEL_WRONG,
  MTL_LABEL_MISSING,
} MtlLabelFate;

/* What becomes of the label of raw training row @row, where it is one: a
 * function of (seed, task, row). The rows with wrong labels, and those that keep
 * theirs, are subsets of those at a larger noise or fraction. */
MtlLabelFate mtl_data_label_fate  (const MtlDataTask *task,
                                   guint32            row);
/* Spoils the labels @targets of raw training rows @rows[0 … n-1] of a task. */
void         mtl_data_spoil       (const MtlData     *self,
                                   guint              task,
                                   const guint32     *rows,
                                   gsize              n,
                                   float             *targets);
