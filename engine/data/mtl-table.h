/* mtl-table.h — the rows of a table as inputs and targets
 *
 * What csv.c knows of its file: columns with their roles, and one float for
 * each of them in each row. Classes among the inputs are spread to zeros and a
 * one when a batch is filled, not before.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-column.h"
#include "mtl-rng.h"

#define MTL_TABLE_MAX_WIDTH   65536   /* floats in a row of x */

typedef enum
{
  MTL_TABLE_RANDOM,       /* test rows drawn at random */
  MTL_TABLE_INTERLEAVED,  /* every so many-th row: with 0.2 those where i mod 5 = 4 */
  MTL_TABLE_LAST,         /* the last rows */
} MtlTableSplit;

/* What the person asks for; texts are lists of names with commas between. */
typedef struct
{
  const char    *path;
  const char    *test_path;  /* empty: test rows are split off */
  const char    *inputs;     /* empty: all columns that nothing else names */
  const char    *targets;
  const char    *ignore;
  const char    *classes;    /* columns of numbers that are names of classes */
  MtlTableSplit  split;
  double         test;       /* share of the rows that are test rows */
  gboolean       drop;       /* leaves out rows in which an input is missing */
  MtlRng         rng;
} MtlTableWish;

typedef struct
{
  guint      n_inputs;
  guint      n_targets;
  MtlColumn *columns;     /* inputs, then targets */
  gsize      width;       /* floats in a row of x */
  gsize      n_rows[2];   /* training, test */
  gsize      n_dropped;
  float     *values[2];   /* n_rows × (n_inputs + n_targets) */
} MtlTable;

/* (transfer full): NULL with MTL_ERROR_DATA. */
MtlTable *mtl_table_open           (const MtlTableWish *wish,
                                    GCancellable       *cancel,
                                    GError            **error);
void      mtl_table_free           (MtlTable           *self);
/* (transfer full) (nullable): what a person should know of its values. */
char     *mtl_table_note           (const MtlTable     *self);

/* Sets the columns, their places and roles, from the names in @wish.
 * @test: (nullable): the table of test rows */
gboolean  mtl_table_choose_columns (MtlTable           *self,
                                    const MtlTableWish *wish,
                                    const MtlCsv       *train,
                                    const MtlCsv       *test,
                                    GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlTable, mtl_table_free)
