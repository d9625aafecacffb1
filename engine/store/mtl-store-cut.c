/* mtl-store-cut.c — taking back what a run recorded after its checkpoint
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-store-private.h"

typedef struct
{
  gint64   first;
  gsize    n;
  MtlPoint points[MTL_CHUNK_POINTS];
} Chunk;

/* Points up to @limit; an x grows along a curve. */
static gsize
count_kept (const Chunk *chunk,
            double       limit)
{
  gsize n = 0;

  while (n < chunk->n && chunk->points[n].x <= limit)
    n++;

  return n;
}

/* The last chunk of a curve; FALSE in *found where it has none. */
static gboolean
read_last_chunk (MtlDb     *db,
                 gint64     id,
                 Chunk     *chunk,
                 gboolean  *found,
                 GError   **error)
{
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT first, points FROM chunk WHERE series = ?1 "
                  "ORDER BY first DESC LIMIT 1", "i", id);
  MtlQueryStep step = query != NULL ? mtl_db_step (db, query, error) : MTL_QUERY_FAILED;

  *found = step == MTL_QUERY_ROW;
  if (*found)
    {
      chunk->first = mtl_query_int (query, 0);
      chunk->n = mtl_curve_unpack (query, 1, chunk->points);
    }

  return step != MTL_QUERY_FAILED;
}

/* Takes chunks off the end until one keeps a point; what no curve can have
 * goes as well. Returns through @n how many points are left. */
static gboolean
cut_curve (MtlDb   *db,
           gint64   id,
           double   limit,
           gsize   *n,
           GError **error)
{
  Chunk chunk;
  gboolean found;

  while (read_last_chunk (db, id, &chunk, &found, error))
    {
      gsize kept = found ? count_kept (&chunk, limit) : 0;

      *n = kept > 0 ? (gsize) chunk.first + kept : 0;
      if (!found || (kept == chunk.n && kept > 0))
        return TRUE;
      if (kept > 0 && chunk.first >= 0 && chunk.first % MTL_CHUNK_POINTS == 0)
        return mtl_curve_write (db, id, (gsize) chunk.first, chunk.points, kept, error);
      if (!mtl_db_run (db, error, "DELETE FROM chunk WHERE series = ?1 AND first = ?2", "ii", id,
                       chunk.first))
        return FALSE;
    }

  return FALSE;
}

static gboolean
read_curves (MtlDb           *db,
             MtlStoreWriter  *writer,
             GError         **error)
{
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT id, name FROM series WHERE run = ?1 ORDER BY id", "i",
                  writer->number);
  MtlQueryStep step = MTL_QUERY_FAILED;

  while (query != NULL && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    {
      MtlCurveMark *mark = g_new0 (MtlCurveMark, 1);

      mark->id = mtl_query_int (query, 0);
      g_hash_table_replace (writer->curves, mtl_query_text (query, 1), mark);
    }

  return step != MTL_QUERY_FAILED;
}

static gboolean
cut_events (MtlDb           *db,
            MtlStoreWriter  *writer,
            guint64          step,
            GError         **error)
{
  g_autoptr(MtlQuery) query = NULL;

  if (!mtl_db_run (db, error, "DELETE FROM event WHERE run = ?1 AND step > ?2", "ii",
                   writer->number, (gint64) MIN (step, G_MAXINT64)))
    return FALSE;

  query = mtl_db_query (db, error, "SELECT count(*) FROM event WHERE run = ?1", "i",
                        writer->number);
  if (query == NULL || mtl_db_step (db, query, error) != MTL_QUERY_ROW)
    return FALSE;

  writer->n_events = (guint) mtl_query_count (query, 0);
  return TRUE;
}

/* Epochs that had ended at @step. Figures of one that ended later may be there
 * when its last checkpoint is not; a measurement amid it stands. */
static gboolean
count_epochs (MtlDb           *db,
              MtlStoreWriter  *writer,
              guint64          step,
              guint64         *n,
              GError         **error)
{
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT steps_per_epoch FROM run WHERE number = ?1", "i",
                  writer->number);
  guint64 steps_per_epoch;

  if (query == NULL || mtl_db_step (db, query, error) != MTL_QUERY_ROW)
    return FALSE;

  steps_per_epoch = mtl_query_count (query, 0);
  *n = steps_per_epoch > 0 ? step / steps_per_epoch : 0;
  return TRUE;
}

static double
find_limit (const char *name,
            guint64     step,
            guint64     epoch,
            guint64     ended)
{
  if (mtl_curve_is_measured (name))
    return (double) epoch;

  return (double) (mtl_curve_is_of_epochs (name) ? MIN (epoch, ended) : step);
}

gboolean
mtl_store_cut (MtlDb           *db,
               MtlStoreWriter  *writer,
               guint64          step,
               guint64          epoch,
               GError         **error)
{
  GHashTableIter iter;
  gpointer name, value;
  guint64 ended;

  if (!read_curves (db, writer, error) || !count_epochs (db, writer, step, &ended, error))
    return FALSE;

  g_hash_table_iter_init (&iter, writer->curves);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      MtlCurveMark *mark = value;

      if (!cut_curve (db, mark->id, find_limit (name, step, epoch, ended), &mark->stored, error))
        return FALSE;
      /* Measurements are told apart by their value, not by their place. */
      if (mtl_curve_is_measured (name))
        mark->stored = 0;
    }

  return cut_events (db, writer, step, error)
         && mtl_store_cut_kept (db, writer->number, step, error)
         && mtl_store_sum_up (db, writer->number, error);
}
