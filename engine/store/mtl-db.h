/* mtl-db.h — one connection to the database of runs
 *
 * A connection belongs to one thread. The file is taken to be hostile: a text
 * may be no UTF-8, a number anything, a blob of any size.
 *
 * The letters of @types say what follows as arguments, and are bound in their
 * order: i gint64, d double (a NaN becomes NULL), t text (NULL too), b a
 * pointer and a gsize.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>
#include <sqlite3.h>

typedef struct
{
  sqlite3 *handle;
  char    *path;
} MtlDb;

typedef sqlite3_stmt MtlQuery;

typedef enum
{
  MTL_QUERY_FAILED,
  MTL_QUERY_ROW,
  MTL_QUERY_DONE,
} MtlQueryStep;

/* @create: whether the file is made when there is none. */
MtlDb        *mtl_db_open      (const char  *path,
                                gboolean     create,
                                GError     **error);
void          mtl_db_free      (MtlDb       *self);
/* Write-ahead logging, so that readers and a writer do not wait for each other. */
gboolean      mtl_db_use_wal   (MtlDb       *self,
                                GError     **error);
/* Sets what SQLite says of the last call as an error with a remedy; FALSE. */
gboolean      mtl_db_fail      (MtlDb       *self,
                                GError     **error);

gboolean      mtl_db_begin     (MtlDb       *self,
                                gboolean     writes,
                                GError     **error);
/* Commits where @good; else, or when that fails, rolls back. Returns whether
 * it was committed. */
gboolean      mtl_db_end       (MtlDb       *self,
                                gboolean     good,
                                GError     **error);

/* (transfer full) */
MtlQuery     *mtl_db_query     (MtlDb       *self,
                                GError     **error,
                                const char  *sql,
                                const char  *types,
                                ...);
/* From the start, with other values. */
void          mtl_query_again  (MtlQuery    *self,
                                const char  *types,
                                ...);
MtlQueryStep  mtl_db_step      (MtlDb       *self,
                                MtlQuery    *query,
                                GError     **error);
/* Steps to the end, whatever rows come. */
gboolean      mtl_db_finish    (MtlDb       *self,
                                MtlQuery    *query,
                                GError     **error);
gboolean      mtl_db_run       (MtlDb       *self,
                                GError     **error,
                                const char  *sql,
                                const char  *types,
                                ...);

/* (transfer full): UTF-8, never NULL. */
char         *mtl_query_text   (MtlQuery    *self,
                                int          column);
/* NaN for NULL. */
double        mtl_query_double (MtlQuery    *self,
                                int          column);
gint64        mtl_query_int    (MtlQuery    *self,
                                int          column);
/* As a count: 0 for what is below it. */
guint64       mtl_query_count  (MtlQuery    *self,
                                int          column);

void          mtl_query_free   (MtlQuery    *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlDb, mtl_db_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlQuery, mtl_query_free)
