/* mtl-source.h — the descriptor of where samples come from
 *
 * A source knows raw rows of a training and a test split. Validation, missing
 * labels, label noise and the order of an epoch are laid over it by MtlData,
 * alike for every source.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

#include "mtl-loss.h"
#include "mtl-raw.h"

#define MTL_SOURCE_MAX_PORTS   4
#define MTL_SOURCE_MAX_TARGETS 64

typedef struct
{
  char          *name;
  MtlTargetType  type;
  MtlRaw        *raw;   /* how each of its values was made, owned; NULL: it is as measured */
} MtlTarget;

typedef struct
{
  guint      n_ports;
  char      *ports[MTL_SOURCE_MAX_PORTS];    /* names, owned */
  MtlShape   shapes[MTL_SOURCE_MAX_PORTS];
  guint      n_raws[MTL_SOURCE_MAX_PORTS];   /* 0: a sample goes in as it is measured */
  MtlRaw    *raws[MTL_SOURCE_MAX_PORTS];     /* what a sample is made of, in order; owned */
  guint      n_targets;
  MtlTarget *targets;                        /* owned */
  gsize      train_rows;
  gsize      test_rows;                      /* 0: none */
  char      *note;                           /* what a person should know, or NULL */
} MtlSourceInfo;

void      mtl_source_info_clear   (MtlSourceInfo       *self);
/* Fills @to, which holds nothing yet. */
void      mtl_source_info_copy    (MtlSourceInfo       *to,
                                   const MtlSourceInfo *from);
/* Whether networks trained on the one can read the other: ports, targets and
 * how raw values are prepared, but not the rows nor the note. */
gboolean  mtl_source_info_matches (const MtlSourceInfo *a,
                                   const MtlSourceInfo *b);

/* Of type MTL_SOURCE_INFO_TYPE; floating. */
#define MTL_SOURCE_INFO_TYPE "(a(sat" MTL_RAWS_TYPE ")a(suut" MTL_RAWS_TYPE ")ttms)"
GVariant *mtl_source_info_save    (const MtlSourceInfo *self);
/* Fills @self, which holds nothing yet; FALSE, and nothing still, where what is
 * saved makes no sense. */
gboolean  mtl_source_info_load    (MtlSourceInfo       *self,
                                   GVariant            *saved);

typedef enum
{
  MTL_SPLIT_TRAIN,
  MTL_SPLIT_TEST,
} MtlRawSplit;

typedef struct
{
  MtlMethod method;
  const char *icon;
  int         width;                                  /* px on the canvas */
  char     *(*line) (const MtlSetting *set);          /* “36×36 pair” (transfer full) */
  /* Fills @info. When @data is NULL only the description is wanted (quick:
   * headers, no samples). Errors are MTL_ERROR_DATA with file and place. */
  gboolean  (*open)  (const MtlSetting  *set,
                      MtlSourceInfo     *info,
                      gpointer          *data,
                      GCancellable      *cancel,
                      GError           **error);
  /* Pure: called by several workers at once. Rows @index[0 … n-1] of @split:
   * @x[port]: n × size; @targets[t]: n × type.size; either, and each entry of
   * either, may be NULL: not wanted. */
  void      (*fill)  (gconstpointer      data,
                      MtlRawSplit        split,
                      const guint32     *index,
                      gsize              n,
                      float *const      *x,
                      float *const      *targets);
  void      (*close) (gpointer           data);
} MtlSource;

/* Settings common to every source, after its own. */
enum
{
  MTL_SOURCE_LABEL_NOISE,     /* PER_TASK, 0 … 1: share of wrong training labels */
  MTL_SOURCE_LABEL_FRACTION,  /* PER_TASK, 0 … 1: share of training labels that are there */
  MTL_SOURCE_VALIDATION,      /* 0 … 0.9 of the training rows */
  MTL_SOURCE_SEED,            /* of the construction, of noise and of splits */
};
