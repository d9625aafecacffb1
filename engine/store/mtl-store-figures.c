/* mtl-store-figures.c — the figures of the list, taken from the stored curves
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-store-private.h"

/* The y of the last point; NaN where there is no such curve. */
static gboolean
read_last (MtlDb       *db,
           gint64       number,
           const char  *name,
           double      *y,
           GError     **error)
{
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT points FROM chunk JOIN series ON series.id = chunk.series "
                  "WHERE run = ?1 AND name = ?2 ORDER BY first DESC LIMIT 1", "it", number, name);
  MtlQueryStep step = query != NULL ? mtl_db_step (db, query, error) : MTL_QUERY_FAILED;
  MtlPoint points[MTL_CHUNK_POINTS];
  gsize n = step == MTL_QUERY_ROW ? mtl_curve_unpack (query, 0, points) : 0;

  *y = n > 0 ? points[n - 1].y : NAN;
  return step != MTL_QUERY_FAILED;
}

static gboolean
sum_up_task (MtlDb       *db,
             gint64       number,
             const char  *task,
             const char  *metric,
             GError     **error)
{
  g_autofree char *loss_name = g_strdup_printf ("epoch/test/loss/%s", task);
  g_autofree char *metric_name = g_strdup_printf ("epoch/test/%s/%s", metric, task);
  g_autofree char *flatness_name = g_strdup_printf ("flatness/%s", task);
  double loss, value, flatness;

  return read_last (db, number, loss_name, &loss, error)
         && read_last (db, number, metric_name, &value, error)
         && read_last (db, number, flatness_name, &flatness, error)
         && mtl_db_run (db, error, "UPDATE task SET test_loss = ?3, test_metric = ?4, "
                        "flatness = ?5 WHERE run = ?1 AND id = ?2", "itddd",
                        number, task, loss, value, flatness);
}

gboolean
mtl_store_sum_up (MtlDb   *db,
                  gint64   number,
                  GError **error)
{
  g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT id, metric FROM task WHERE run = ?1", "i", number);
  MtlQueryStep step = MTL_QUERY_FAILED;
  double conflict;

  while (query != NULL && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    {
      g_ptr_array_add (words, mtl_query_text (query, 0));
      g_ptr_array_add (words, mtl_query_text (query, 1));
    }
  if (step == MTL_QUERY_FAILED)
    return FALSE;

  for (guint n = 0; n < words->len; n += 2)
    if (!sum_up_task (db, number, words->pdata[n], words->pdata[n + 1], error))
      return FALSE;

  return read_last (db, number, "epoch/conflict", &conflict, error)
         && mtl_db_run (db, error, "UPDATE run SET conflict = ?2 WHERE number = ?1", "id", number,
                        conflict);
}

static gboolean
is_same (MtlPoint a,
         MtlPoint b)
{
  return a.x == b.x && (a.y == b.y || (isnan (a.y) && isnan (b.y)));
}

/* Where @point goes, after what was measured at the same x before it; -1
 * where it is there already. */
static gint64
find_place (const GArray *all,
            MtlPoint      point)
{
  gint64 place = 0;

  for (guint n = 0; n < all->len; n++)
    {
      MtlPoint other = g_array_index (all, MtlPoint, n);

      if (is_same (other, point))
        return -1;
      if (other.x <= point.x)
        place = (gint64) n + 1;
    }

  return place;
}

/* A measurement of older weights may come after that of newer ones, and the
 * same may come by the record and by mtl_store_add_point(). */
gboolean
mtl_store_measure (MtlDb       *db,
                   gint64       number,
                   const char  *name,
                   MtlPoint     point,
                   GError     **error)
{
  g_autoptr(GArray) all = NULL;
  gint64 id, place;

  if (!mtl_curve_row (db, number, name, &id, error))
    return FALSE;

  all = mtl_curve_read (db, id, error);
  place = all != NULL ? find_place (all, point) : -1;
  if (place < 0)
    return all != NULL;

  g_array_insert_val (all, (guint) place, point);
  for (guint first = 0; first < all->len; first += MTL_CHUNK_POINTS)
    if (!mtl_curve_write (db, id, first, &g_array_index (all, MtlPoint, first),
                          MIN (all->len - first, MTL_CHUNK_POINTS), error))
      return FALSE;

  return TRUE;
}
