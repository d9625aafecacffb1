/* mtl-db.c — one connection to the database of runs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-db.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdarg.h>

#include "mtl-error.h"

#define BUSY_TIMEOUT 5000        /* ms */
#define BUSY_STEP    10000       /* µs */
#define MAX_LENGTH   (64 << 20)  /* bytes of a text or blob */

/* --- errors --- */

/* A format of two texts: the path and what SQLite says. */
static const char *
find_words (int code)
{
  switch (code & 0xff)
    {
    case SQLITE_FULL:
      return _("There is no room left for %s (%s). Free some space on its disk and try again.");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return _("%s was held by another process for 5 seconds (%s). "
               "Try again when that is done.");
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
    case SQLITE_IOERR:
      return _("Cannot use %s (%s). Check that its folder exists, that you may write to it, "
               "and that its disk works.");
    default:
      return _("The database of runs %s is damaged (%s). Move that file away to begin a new "
               "one; the weights in the folder “runs” beside it stay as they are.");
    }
}

gboolean
mtl_db_fail (MtlDb   *self,
             GError **error)
{
  int code = self->handle != NULL ? sqlite3_extended_errcode (self->handle) : SQLITE_NOMEM;
  const char *words = self->handle != NULL ? sqlite3_errmsg (self->handle)
                                           : sqlite3_errstr (code);
  g_autofree char *shown = g_filename_display_name (self->path);
  g_autofree char *said = g_utf8_make_valid (words, -1);

  g_set_error (error, MTL_ERROR, MTL_ERROR_STORE, find_words (code), shown, said);
  return FALSE;
}

/* --- the connection --- */

/* The schema comes with the file, so nothing in it is trusted to run. */
static void
protect (sqlite3 *handle)
{
  sqlite3_busy_timeout (handle, BUSY_TIMEOUT);
  sqlite3_limit (handle, SQLITE_LIMIT_LENGTH, MAX_LENGTH);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
}

/**
 * mtl_db_open:
 *
 * Returns: (transfer full): a connection of the calling thread; NULL with
 *   MTL_ERROR_STORE
 */
MtlDb *
mtl_db_open (const char  *path,
             gboolean     create,
             GError     **error)
{
  g_autoptr(MtlDb) self = g_new0 (MtlDb, 1);
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

  self->path = g_strdup (path);
  if (create)
    flags |= SQLITE_OPEN_CREATE;
  if (sqlite3_open_v2 (path, &self->handle, flags, NULL) != SQLITE_OK)
    {
      mtl_db_fail (self, error);
      return NULL;
    }

  protect (self->handle);
  /* What is said to be on disk is: a run's curves must not be older than its
   * checkpoint after a loss of power. */
  if (!mtl_db_run (self, error, "PRAGMA synchronous = FULL", "")
      || !mtl_db_run (self, error, "PRAGMA cell_size_check = ON", ""))
    return NULL;

  return g_steal_pointer (&self);
}

void
mtl_db_free (MtlDb *self)
{
  sqlite3_close_v2 (self->handle);
  g_free (self->path);
  g_free (self);
}

/* Two processes that meet a new file at once: the change of mode reports the
 * other one without waiting for it, so the waiting is done here. */
gboolean
mtl_db_use_wal (MtlDb   *self,
                GError **error)
{
  for (guint waited = 0; ; waited += BUSY_STEP / 1000)
    {
      g_autoptr(GError) failure = NULL;

      if (mtl_db_run (self, &failure, "PRAGMA journal_mode = WAL", ""))
        return TRUE;
      if (waited >= BUSY_TIMEOUT || (sqlite3_errcode (self->handle) & 0xff) != SQLITE_BUSY)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      g_usleep (BUSY_STEP);
    }
}

gboolean
mtl_db_begin (MtlDb     *self,
              gboolean   writes,
              GError   **error)
{
  return mtl_db_run (self, error, writes ? "BEGIN IMMEDIATE" : "BEGIN", "");
}

gboolean
mtl_db_end (MtlDb     *self,
            gboolean   good,
            GError   **error)
{
  if (good && mtl_db_run (self, error, "COMMIT", ""))
    return TRUE;

  /* Some failures have rolled back already. */
  if (!sqlite3_get_autocommit (self->handle))
    mtl_db_run (self, NULL, "ROLLBACK", "");

  return FALSE;
}

/* --- queries --- */

static void
bind_values (MtlQuery   *query,
             const char *types,
             va_list     values)
{
  for (int n = 1; *types != '\0'; n++, types++)
    {
      gconstpointer bytes;

      switch (*types)
        {
        case 'i':
          sqlite3_bind_int64 (query, n, va_arg (values, gint64));
          break;
        case 'd':
          sqlite3_bind_double (query, n, va_arg (values, double));
          break;
        case 't':
          sqlite3_bind_text (query, n, va_arg (values, const char *), -1, SQLITE_TRANSIENT);
          break;
        case 'b':
          bytes = va_arg (values, gconstpointer);
          sqlite3_bind_blob64 (query, n, bytes, va_arg (values, gsize), SQLITE_TRANSIENT);
          break;
        default:
          g_assert_not_reached ();
        }
    }
}

static MtlQuery *
prepare (MtlDb       *self,
         const char  *sql,
         const char  *types,
         va_list      values,
         GError     **error)
{
  MtlQuery *query = NULL;

  if (sqlite3_prepare_v2 (self->handle, sql, -1, &query, NULL) != SQLITE_OK)
    {
      mtl_db_fail (self, error);
      return NULL;
    }

  bind_values (query, types, values);
  return query;
}

MtlQuery *
mtl_db_query (MtlDb       *self,
              GError     **error,
              const char  *sql,
              const char  *types,
              ...)
{
  MtlQuery *query;
  va_list values;

  va_start (values, types);
  query = prepare (self, sql, types, values, error);
  va_end (values);

  return query;
}

void
mtl_query_again (MtlQuery   *self,
                 const char *types,
                 ...)
{
  va_list values;

  sqlite3_reset (self);
  va_start (values, types);
  bind_values (self, types, values);
  va_end (values);
}

MtlQueryStep
mtl_db_step (MtlDb     *self,
             MtlQuery  *query,
             GError   **error)
{
  switch (sqlite3_step (query))
    {
    case SQLITE_ROW:
      return MTL_QUERY_ROW;
    case SQLITE_DONE:
      return MTL_QUERY_DONE;
    default:
      mtl_db_fail (self, error);
      return MTL_QUERY_FAILED;
    }
}

gboolean
mtl_db_finish (MtlDb     *self,
               MtlQuery  *query,
               GError   **error)
{
  MtlQueryStep step;

  do
    step = mtl_db_step (self, query, error);
  while (step == MTL_QUERY_ROW);

  return step == MTL_QUERY_DONE;
}

gboolean
mtl_db_run (MtlDb       *self,
            GError     **error,
            const char  *sql,
            const char  *types,
            ...)
{
  g_autoptr(MtlQuery) query = NULL;
  va_list values;

  va_start (values, types);
  query = prepare (self, sql, types, values, error);
  va_end (values);

  return query != NULL && mtl_db_finish (self, query, error);
}

void
mtl_query_free (MtlQuery *self)
{
  sqlite3_finalize (self);
}

/* --- columns --- */

char *
mtl_query_text (MtlQuery *self,
                int       column)
{
  const char *text = (const char *) sqlite3_column_text (self, column);

  return text != NULL ? g_utf8_make_valid (text, -1) : g_strdup ("");
}

double
mtl_query_double (MtlQuery *self,
                  int       column)
{
  return sqlite3_column_type (self, column) == SQLITE_NULL ? NAN
                                                           : sqlite3_column_double (self, column);
}

gint64
mtl_query_int (MtlQuery *self,
               int       column)
{
  return sqlite3_column_int64 (self, column);
}

guint64
mtl_query_count (MtlQuery *self,
                 int       column)
{
  return (guint64) MAX (0, sqlite3_column_int64 (self, column));
}
