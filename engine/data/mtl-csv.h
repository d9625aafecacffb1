/* mtl-csv.h — a table of text: rows and columns of cells
 *
 * After RFC 4180, and forgiving where that harms nobody: the separator may be
 * a comma, a semicolon or a tab (the one that the first line has most of),
 * lines may end in LF, CR LF or CR, blanks around a cell do not count, and
 * empty lines are passed over. The first line names the columns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

typedef struct
{
  char    *file;        /* name for messages */
  char    *text;        /* all cells, each ends with a zero byte */
  char   **names;       /* of the columns, n_columns, unique, none empty */
  gsize    n_rows;      /* without the line of names */
  guint    n_columns;
  GArray  *cells;       /* guint32: where in text; row by row */
  GArray  *lines;       /* guint32: line of each row, counted from 1 */
} MtlCsv;

/* (transfer full): NULL with MTL_ERROR_DATA naming file, line and column. */
MtlCsv     *mtl_csv_read      (const char    *path,
                               GCancellable  *cancel,
                               GError       **error);
/* @bytes: (transfer full): overwritten by the cells. */
MtlCsv     *mtl_csv_parse     (const char    *file,
                               GByteArray    *bytes,
                               GError       **error);
void        mtl_csv_free      (MtlCsv        *self);

const char *mtl_csv_cell      (const MtlCsv  *self,
                               gsize          row,
                               guint          column);
/* The column called @name; -1 with MTL_ERROR_DATA, whose message offers the
 * nearest name. */
int         mtl_csv_find      (const MtlCsv  *self,
                               const char    *name,
                               GError       **error);
/* Always FALSE: sets “table.csv, line 7, column 3 (age): expected …, found “x””. */
gboolean    mtl_csv_refuse    (const MtlCsv  *self,
                               gsize          row,
                               guint          column,
                               const char    *expected,
                               GError       **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlCsv, mtl_csv_free)
