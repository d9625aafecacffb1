/* mtl-store-flush.c — what a record has gained goes into the database
 *
 * One transaction a flush. What is stored is remembered only once the
 * transaction is through, so a flush that failed is made up for by the next.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>

#include "mtl-store-private.h"

static gboolean
check_run (MtlDb                 *db,
           const MtlStoreWriter  *writer,
           GError               **error)
{
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT 1 FROM run WHERE number = ?1 AND id = ?2", "it",
                  writer->number, writer->run);
  MtlQueryStep step = query != NULL ? mtl_db_step (db, query, error) : MTL_QUERY_FAILED;

  if (step == MTL_QUERY_DONE)
    g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                 _("Run %s was removed while it was being trained; what it records is lost"),
                 writer->run);

  return step == MTL_QUERY_ROW;
}

/* --- curves --- */

static MtlCurveMark *
find_mark (MtlStoreWriter *writer,
           const char     *name)
{
  MtlCurveMark *mark = g_hash_table_lookup (writer->curves, name);

  if (mark == NULL)
    {
      mark = g_new0 (MtlCurveMark, 1);
      g_hash_table_insert (writer->curves, g_strdup (name), mark);
    }

  return mark;
}

/* From the start of the chunk that the first new point belongs to. */
static gboolean
write_points (MtlDb               *db,
              const MtlCurveMark  *mark,
              MtlSeries           *series,
              GError             **error)
{
  gsize first = mark->stored - mark->stored % MTL_CHUNK_POINTS;

  for (; first < mark->pending; first += MTL_CHUNK_POINTS)
    {
      MtlPoint points[MTL_CHUNK_POINTS];
      gsize n = mtl_series_read (series, first, points,
                                 MIN (mark->pending - first, MTL_CHUNK_POINTS));

      if (!mtl_curve_write (db, mark->id, first, points, n, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
measure_points (MtlDb               *db,
                gint64               number,
                const char          *name,
                const MtlCurveMark  *mark,
                MtlSeries           *series,
                GError             **error)
{
  for (gsize n = mark->stored; n < mark->pending; n++)
    {
      MtlPoint point;

      if (mtl_series_read (series, n, &point, 1) == 1
          && !mtl_store_measure (db, number, name, point, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_curve (MtlDb           *db,
             MtlStoreWriter  *writer,
             const char      *name,
             MtlSeries       *series,
             gsize            length,
             GError         **error)
{
  MtlCurveMark *mark = find_mark (writer, name);

  /* A damaged curve was read back shorter than it is said to be. */
  mark->stored = MIN (mark->stored, length);
  mark->pending = length;
  if (mark->id == 0)
    {
      if (!mtl_curve_row (db, writer->number, name, &mark->id, error))
        return FALSE;
      mark->is_new = TRUE;
    }
  if (mtl_curve_is_measured (name))
    return measure_points (db, writer->number, name, mark, series, error);

  return write_points (db, mark, series, error);
}

/* The lengths are asked for from the last name to the first: as the curves of
 * an epoch are appended in the order of names, one that is seen to have the
 * epoch is stored together with all before it. */
static gboolean
write_curves (MtlDb           *db,
              MtlStoreWriter  *writer,
              MtlRecord       *record,
              GError         **error)
{
  g_auto(GStrv) names = mtl_record_names (record);
  guint n_names = g_strv_length (names);
  g_autofree gsize *lengths = g_new0 (gsize, n_names);

  for (guint n = n_names; n-- > 0;)
    lengths[n] = mtl_series_get_length (mtl_record_find (record, names[n]));

  for (guint n = 0; n < n_names; n++)
    if (!mtl_curve_is_kept (names[n])
        && !write_curve (db, writer, names[n], mtl_record_find (record, names[n]), lengths[n],
                         error))
      return FALSE;

  return TRUE;
}

/* --- the rest --- */

static gboolean
write_events (MtlDb           *db,
              MtlStoreWriter  *writer,
              MtlRecord       *record,
              guint            n_events,
              GError         **error)
{
  for (guint n = writer->n_events; n < n_events; n++)
    {
      MtlEvent event;
      gboolean written;

      mtl_record_event (record, n, &event);
      written = mtl_db_run (db, error, "INSERT INTO event (run, step, time, kind, text) "
                            "VALUES (?1, ?2, ?3, ?4, ?5)", "iiitt", writer->number,
                            (gint64) event.step, event.time, event.kind, event.text);
      mtl_event_clear (&event);
      if (!written)
        return FALSE;
    }

  return TRUE;
}

/* A resumed run may have been given more epochs than it began with. */
static gboolean
write_progress (MtlDb                 *db,
                const MtlStoreWriter  *writer,
                const MtlProgress     *progress,
                GError               **error)
{
  return mtl_db_run (db, error, "UPDATE run SET status = ?2, epoch = ?3, step = ?4, seconds = ?5, "
                     "n_epochs = max(n_epochs, ?3) WHERE number = ?1", "iiiid",
                     writer->number, (gint64) progress->status, (gint64) progress->epoch,
                     (gint64) progress->step, progress->seconds);
}

static void
settle (MtlStoreWriter *writer,
        guint           n_events,
        gboolean        committed)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, writer->curves);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      MtlCurveMark *mark = value;

      if (committed)
        mark->stored = MAX (mark->stored, mark->pending);
      else if (mark->is_new)
        mark->id = 0;
      mark->is_new = FALSE;
      mark->pending = 0;
    }
  if (committed)
    writer->n_events = MAX (writer->n_events, n_events);
}

gboolean
mtl_store_flush (MtlDb           *db,
                 MtlStoreWriter  *writer,
                 MtlRecord       *record,
                 GError         **error)
{
  guint n_events = mtl_record_n_events (record);
  MtlProgress progress;
  gboolean good;

  mtl_record_progress (record, &progress);
  if (!mtl_db_begin (db, TRUE, error))
    return FALSE;

  good = check_run (db, writer, error)
         && write_events (db, writer, record, n_events, error)
         && write_curves (db, writer, record, error)
         && write_progress (db, writer, &progress, error)
         && mtl_store_sum_up (db, writer->number, error);
  good = mtl_db_end (db, good, error);
  settle (writer, n_events, good);

  return good;
}
