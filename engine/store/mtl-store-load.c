/* mtl-store-load.c — a record as it was stored
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-store-private.h"

/* --- the run --- */

static const MtlDesign *
parse_design (const char  *run,
              const char  *text,
              GError     **error)
{
  g_autoptr(GBytes) json = g_bytes_new (text, strlen (text));
  g_autofree char *file = g_strdup_printf ("run %s", run);
  g_autoptr(GError) failure = NULL;
  MtlDesign *design = mtl_design_parse (json, file, NULL, &failure);

  if (design == NULL)
    g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                 _("The design of run %s cannot be read: %s. Delete the run, or open it with "
                   "the Basin that made it."), run, failure->message);

  return design;
}

static gboolean
read_run (MtlStore       *self,
          MtlQuery       *query,
          MtlRecordInfo  *info,
          MtlProgress    *progress,
          GError        **error)
{
  g_autofree char *design = mtl_query_text (query, 2);

  info->run = mtl_query_text (query, 0);
  info->name = mtl_query_text (query, 1);
  info->number = (guint) mtl_query_count (query, 3);
  info->started = mtl_query_int (query, 4);
  info->n_weights = mtl_query_count (query, 5);
  info->n_trunk = mtl_query_count (query, 6);
  info->steps_per_epoch = mtl_query_count (query, 7);
  info->n_epochs = mtl_query_count (query, 8);
  *progress = (MtlProgress) {
    .status = mtl_store_status (self, info->run, mtl_query_int (query, 9)),
    .epoch = mtl_query_count (query, 10),
    .step = mtl_query_count (query, 11),
    .seconds = mtl_query_double (query, 12),
    .time_left = NAN,
  };
  info->design = parse_design (info->run, design, error);

  return info->design != NULL;
}

static gboolean
read_info (MtlStore       *self,
           MtlDb          *db,
           gint64          number,
           MtlRecordInfo  *info,
           MtlProgress    *progress,
           GError        **error)
{
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT id, name, design, number, started, n_weights, n_trunk, "
                  "steps_per_epoch, n_epochs, status, epoch, step, seconds FROM run "
                  "WHERE number = ?1", "i", number);

  switch (query != NULL ? mtl_db_step (db, query, error) : MTL_QUERY_FAILED)
    {
    case MTL_QUERY_ROW:
      return read_run (self, query, info, progress, error);
    case MTL_QUERY_DONE:
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   _("The index of runs in %s is damaged. Move that file away to begin a new "
                     "one."), db->path);
      return FALSE;
    default:
      return FALSE;
    }
}

static gboolean
read_tasks (MtlDb          *db,
            gint64          number,
            MtlRecordInfo  *info,
            GError        **error)
{
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT id, metric FROM task WHERE run = ?1 ORDER BY position", "i",
                  number);
  MtlQueryStep step = query != NULL ? MTL_QUERY_DONE : MTL_QUERY_FAILED;

  info->tasks = g_new0 (char *, MTL_MAX_TASKS + 1);
  info->metrics = g_new0 (char *, MTL_MAX_TASKS + 1);
  while (query != NULL && info->n_tasks < MTL_MAX_TASKS
         && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    {
      info->tasks[info->n_tasks] = mtl_query_text (query, 0);
      info->metrics[info->n_tasks] = mtl_query_text (query, 1);
      info->n_tasks++;
    }

  return step != MTL_QUERY_FAILED;
}

/* --- its curves and events --- */

static gboolean
read_curve (MtlDb       *db,
            gint64       id,
            const char  *name,
            MtlRecord   *record,
            GError     **error)
{
  g_autoptr(GArray) points = mtl_curve_read (db, id, error);
  MtlSeries *series;

  if (points == NULL)
    return FALSE;

  series = mtl_record_series (record, name);
  for (guint n = 0; n < points->len; n++)
    {
      const MtlPoint *point = &g_array_index (points, MtlPoint, n);

      mtl_series_append (series, point->x, point->y);
    }

  return TRUE;
}

static gboolean
read_curves (MtlDb      *db,
             gint64      number,
             MtlRecord  *record,
             GError    **error)
{
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT id, name FROM series WHERE run = ?1 ORDER BY id", "i",
                  number);
  MtlQueryStep step = MTL_QUERY_FAILED;

  while (query != NULL && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    {
      g_autofree char *name = mtl_query_text (query, 1);

      /* Only a damaged file has a name twice. */
      if (mtl_record_find (record, name) == NULL
          && !read_curve (db, mtl_query_int (query, 0), name, record, error))
        return FALSE;
    }

  return step == MTL_QUERY_DONE;
}

static gboolean
read_events (MtlDb      *db,
             gint64      number,
             MtlRecord  *record,
             GError    **error)
{
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT step, time, kind, text FROM event WHERE run = ?1 ORDER BY id",
                  "i", number);
  MtlQueryStep step = MTL_QUERY_FAILED;

  while (query != NULL && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    {
      MtlEvent event = { .step = mtl_query_count (query, 0), .time = mtl_query_int (query, 1) };

      event.kind = mtl_query_text (query, 2);
      event.text = mtl_query_text (query, 3);
      mtl_record_put_event (record, &event);
      mtl_event_clear (&event);
    }

  return step == MTL_QUERY_DONE;
}

/**
 * mtl_store_load:
 *
 * Returns: (transfer full): the record, deleted runs included; NULL with
 *   MTL_ERROR_RUN where there is no such run, or MTL_ERROR_STORE
 */
MtlRecord *
mtl_store_load (MtlStore    *self,
                const char  *run,
                GError     **error)
{
  g_autoptr(MtlDb) db = mtl_store_reader (self, error);
  g_autoptr(MtlRecord) record = NULL;
  MtlRecordInfo info = { 0 };
  MtlProgress progress;
  gint64 number;

  if (db == NULL || !mtl_store_number (db, run, &number, error))
    return NULL;

  if (read_info (self, db, number, &info, &progress, error)
      && read_tasks (db, number, &info, error))
    record = mtl_record_new (&info);
  mtl_record_info_clear (&info);
  if (record == NULL)
    return NULL;

  mtl_record_set_progress (record, &progress);
  if (!read_curves (db, number, record, error) || !read_events (db, number, record, error)
      || !mtl_store_load_kept (db, number, record, error))
    return NULL;

  return g_steal_pointer (&record);
}
