/* mtw-table.h — the figures of a plot in rows and columns
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct _MtwTable MtwTable;

MtwTable   *mtw_table_new       (void);
void        mtw_table_free      (MtwTable   *self);
/* Before the first row. @title: also the head of its column in a file */
void        mtw_table_add_column (MtwTable  *self,
                                 const char *format,
                                 ...) G_GNUC_PRINTF (2, 3);
/* (array): as many values as there are columns; NaN: an empty cell */
void        mtw_table_add_row   (MtwTable   *self,
                                 const double *values);
guint       mtw_table_n_columns (const MtwTable *self);
gsize       mtw_table_n_rows    (const MtwTable *self);
const char *mtw_table_title     (const MtwTable *self,
                                 guint       column);
double      mtw_table_value     (const MtwTable *self,
                                 gsize       row,
                                 guint       column);
/* RFC 4180, one head line, numbers with a point and all their digits. */
char       *mtw_table_to_csv    (const MtwTable *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtwTable, mtw_table_free)
