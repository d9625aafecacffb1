/* mtl-store-schema.c — the tables, and how older files get to them
 *
 * A step, once released, is never edited: a change of the tables is a new
 * step at the end. `user_version` counts the steps done.
 *
 * Points are kept in chunks of at most MTL_CHUNK_POINTS, pairs of
 * little-endian doubles; the first index of a chunk is a multiple of that, so
 * the chunk of a point is known and is written whole, again and again, until
 * it is full.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>

#include "mtl-store-private.h"

static const char *const steps[] = {
  /* 1. `number` counts on after a run is purged, so that no number comes twice. */
  "CREATE TABLE run ("
  "  number INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  id TEXT NOT NULL UNIQUE,"
  "  name TEXT NOT NULL,"
  "  design TEXT NOT NULL,"
  "  design_name TEXT NOT NULL,"
  "  settings TEXT NOT NULL,"
  "  seed INTEGER NOT NULL,"
  "  started INTEGER NOT NULL,"
  "  status INTEGER NOT NULL,"
  "  epoch INTEGER NOT NULL DEFAULT 0,"
  "  n_epochs INTEGER NOT NULL,"
  "  step INTEGER NOT NULL DEFAULT 0,"
  "  seconds REAL NOT NULL DEFAULT 0,"
  "  conflict REAL,"
  "  n_weights INTEGER NOT NULL,"
  "  n_trunk INTEGER NOT NULL,"
  "  steps_per_epoch INTEGER NOT NULL,"
  "  deleted INTEGER NOT NULL DEFAULT 0);"
  "CREATE TABLE task ("
  "  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
  "  position INTEGER NOT NULL,"
  "  id TEXT NOT NULL,"
  "  metric TEXT NOT NULL,"
  "  test_metric REAL,"
  "  test_loss REAL,"
  "  flatness REAL,"
  "  PRIMARY KEY (run, position)) WITHOUT ROWID;"
  "CREATE TABLE series ("
  "  id INTEGER PRIMARY KEY,"
  "  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
  "  name TEXT NOT NULL,"
  "  UNIQUE (run, name));"
  "CREATE TABLE chunk ("
  "  series INTEGER NOT NULL REFERENCES series ON DELETE CASCADE,"
  "  first INTEGER NOT NULL,"
  "  points BLOB NOT NULL,"
  "  UNIQUE (series, first));"
  "CREATE TABLE event ("
  "  id INTEGER PRIMARY KEY,"
  "  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
  "  step INTEGER NOT NULL,"
  "  time INTEGER NOT NULL,"
  "  kind TEXT NOT NULL,"
  "  text TEXT NOT NULL);"
  "CREATE INDEX event_of_run ON event (run, id);",
  /* 2. What probes have found; task, other and block are NULL where a figure has none. */
  "CREATE TABLE measurement ("
  "  id INTEGER PRIMARY KEY,"
  "  run INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,"
  "  probe TEXT NOT NULL,"
  "  settings TEXT NOT NULL,"
  "  step INTEGER NOT NULL,"
  "  epoch INTEGER NOT NULL,"
  "  samples INTEGER NOT NULL,"
  "  UNIQUE (run, probe, settings, step));"
  "CREATE TABLE finding ("
  "  measurement INTEGER NOT NULL REFERENCES measurement ON DELETE CASCADE,"
  "  position INTEGER NOT NULL,"
  "  measure TEXT NOT NULL,"
  "  task TEXT,"
  "  other TEXT,"
  "  block TEXT,"
  "  x REAL,"
  "  value REAL,"
  "  error REAL,"
  "  PRIMARY KEY (measurement, position)) WITHOUT ROWID;",
};

static gboolean
read_number (MtlDb       *db,
             const char  *sql,
             gint64      *number,
             GError     **error)
{
  g_autoptr(MtlQuery) query = mtl_db_query (db, error, sql, "");
  MtlQueryStep step = query != NULL ? mtl_db_step (db, query, error) : MTL_QUERY_FAILED;

  *number = step == MTL_QUERY_ROW ? mtl_query_int (query, 0) : 0;
  return step != MTL_QUERY_FAILED;
}

static gboolean
check_version (MtlDb   *db,
               gint64  *version,
               GError **error)
{
  g_autofree char *shown = g_filename_display_name (db->path);
  gint64 n_tables;

  if (!read_number (db, "PRAGMA user_version", version, error)
      || !read_number (db, "SELECT count(*) FROM sqlite_master", &n_tables, error))
    return FALSE;

  if (*version > (gint64) G_N_ELEMENTS (steps))
    g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                 _("%s was written by a newer Basin: its version is %" G_GINT64_FORMAT
                   ", this Basin knows versions up to %d. Use the newer Basin, or set "
                   "BASIN_HOME to another folder."),
                 shown, *version, (int) G_N_ELEMENTS (steps));
  else if (*version < 0 || (*version == 0 && n_tables > 0))
    g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                 _("%s is a database, but not one of runs (version %" G_GINT64_FORMAT ", %"
                   G_GINT64_FORMAT " tables). Move that file away to begin a new one."),
                 shown, *version, n_tables);
  else
    return TRUE;

  return FALSE;
}

static gboolean
climb (MtlDb   *db,
       gint64   version,
       GError **error)
{
  for (gsize n = (gsize) version; n < G_N_ELEMENTS (steps); n++)
    {
      g_autofree char *mark = g_strdup_printf ("PRAGMA user_version = %d", (int) n + 1);

      if (sqlite3_exec (db->handle, steps[n], NULL, NULL, NULL) != SQLITE_OK)
        return mtl_db_fail (db, error);
      if (!mtl_db_run (db, error, mark, ""))
        return FALSE;
    }

  return TRUE;
}

/* Asks for the write lock only where there is something to do, and then asks
 * for the version again, as another process may have been first. */
gboolean
mtl_store_migrate (MtlDb   *db,
                   GError **error)
{
  gint64 version;

  if (!check_version (db, &version, error))
    return FALSE;
  if (version == (gint64) G_N_ELEMENTS (steps))
    return TRUE;
  if (!mtl_db_begin (db, TRUE, error))
    return FALSE;

  return mtl_db_end (db, check_version (db, &version, error) && climb (db, version, error), error);
}
