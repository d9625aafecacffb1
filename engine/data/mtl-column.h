/* mtl-column.h — a column of a table as numbers or as classes
 *
 * A column whose every value is a number is standardised with the mean and the
 * spread of the training rows; any other column is one of classes, numbered by
 * the values that the training rows hold, sorted. Missing are the empty cell,
 * ?, NA and nan.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-csv.h"
#include "mtl-raw.h"

#define MTL_COLUMN_MAX_LEVELS 256

typedef struct
{
  char       *name;
  guint       at[2];       /* its place in the training and in the test table */
  gboolean    is_target;   /* then numbers that are all 0 or 1 stay as they are */
  gboolean    is_class;    /* asked for before learning; known after it */

  /* What was learnt. */
  GPtrArray  *levels;      /* of classes: (element-type utf8) */
  GHashTable *numbers;     /* of classes: from level to its number */
  double      mean;
  double      spread;      /* standard deviation; 0: all training values are the same */
  gsize       offset;      /* of an input: its first float in a row of x */

  /* What was counted while encoding. */
  gsize       n_missing;
  gsize       n_unseen;    /* values that no training row holds */
} MtlColumn;

gboolean mtl_cell_is_missing (const char      *cell);
/* Whether the whole cell is one finite number that fits a float. */
gboolean mtl_cell_to_number  (const char      *cell,
                              double          *number);

/**
 * mtl_column_learn:
 * @csv: the training table
 * @rows: its training rows, @n of them, at least one
 *
 * Returns: FALSE with MTL_ERROR_DATA naming line and column: mostly numbers
 *   but not all, or more than 256 classes
 */
gboolean mtl_column_learn    (MtlColumn       *self,
                              const MtlCsv    *csv,
                              const guint32   *rows,
                              gsize            n,
                              GError         **error);
/* How many floats of x the column takes as an input. */
gsize    mtl_column_width    (const MtlColumn *self);
/**
 * mtl_column_encode:
 * @table: 0 when @csv is the training table, 1 when it is the test table
 * @value: (out): the standardised number or the number of the class; NaN when
 *   it is missing or a class that no training row holds
 *
 * Returns: FALSE with MTL_ERROR_DATA where a number was expected
 */
gboolean mtl_column_encode   (MtlColumn       *self,
                              const MtlCsv    *csv,
                              guint            table,
                              gsize            row,
                              float           *value,
                              GError         **error);
/* Whether its numbers go in as they are. */
gboolean mtl_column_stays    (const MtlColumn *self);
/* (transfer full): what was learnt, for those who have a value and no table. */
MtlRaw   mtl_column_describe (const MtlColumn *self);
void     mtl_column_clear    (MtlColumn       *self);
