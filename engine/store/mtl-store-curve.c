/* mtl-store-curve.c — curves as chunks of points
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-store-private.h"

gboolean
mtl_curve_is_measured (const char *name)
{
  return g_str_has_prefix (name, "flatness/");
}

gboolean
mtl_curve_is_of_epochs (const char *name)
{
  return g_str_has_prefix (name, "epoch/") || mtl_curve_is_measured (name);
}

/* --- bytes --- */

static void
put_double (guint8 *to,
            double  value)
{
  guint64 bits;

  memcpy (&bits, &value, sizeof bits);
  bits = GUINT64_TO_LE (bits);
  memcpy (to, &bits, sizeof bits);
}

static double
get_double (const guint8 *from)
{
  guint64 bits;
  double value;

  memcpy (&bits, from, sizeof bits);
  bits = GUINT64_FROM_LE (bits);
  memcpy (&value, &bits, sizeof value);

  return value;
}

gsize
mtl_curve_unpack (MtlQuery *query,
                  int       column,
                  MtlPoint  points[MTL_CHUNK_POINTS])
{
  const guint8 *bytes = sqlite3_column_blob (query, column);
  int size = sqlite3_column_bytes (query, column);
  gsize n = (gsize) MAX (size, 0) / MTL_POINT_SIZE;

  if (bytes == NULL || size % MTL_POINT_SIZE != 0 || n > MTL_CHUNK_POINTS)
    return 0;

  for (gsize i = 0; i < n; i++)
    points[i] = (MtlPoint) { .x = get_double (bytes + i * MTL_POINT_SIZE),
                             .y = get_double (bytes + i * MTL_POINT_SIZE + sizeof (double)) };

  return n;
}

/* --- rows --- */

gboolean
mtl_curve_row (MtlDb       *db,
               gint64       number,
               const char  *name,
               gint64      *id,
               GError     **error)
{
  g_autoptr(MtlQuery) query = NULL;

  if (!mtl_db_run (db, error, "INSERT INTO series (run, name) VALUES (?1, ?2) "
                   "ON CONFLICT DO NOTHING", "it", number, name))
    return FALSE;

  query = mtl_db_query (db, error, "SELECT id FROM series WHERE run = ?1 AND name = ?2", "it",
                        number, name);
  switch (query != NULL ? mtl_db_step (db, query, error) : MTL_QUERY_FAILED)
    {
    case MTL_QUERY_ROW:
      *id = mtl_query_int (query, 0);
      return TRUE;
    case MTL_QUERY_DONE:
      /* Only an index that does not agree with its table does this. */
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   _("The index of curves in %s is damaged at “%s”. Move that file away to begin "
                     "a new one."), db->path, name);
      return FALSE;
    default:
      return FALSE;
    }
}

/* Points that a curve can go on with: the x is finite and not before the last. */
static gboolean
append_good (GArray         *all,
             const MtlPoint *points,
             gsize           n)
{
  for (gsize i = 0; i < n; i++)
    {
      if (!isfinite (points[i].x)
          || (all->len > 0 && points[i].x < g_array_index (all, MtlPoint, all->len - 1).x))
        return FALSE;
      g_array_append_val (all, points[i]);
    }

  return n == MTL_CHUNK_POINTS;
}

GArray *
mtl_curve_read (MtlDb   *db,
                gint64   id,
                GError **error)
{
  g_autoptr(GArray) all = g_array_new (FALSE, FALSE, sizeof (MtlPoint));
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT first, points FROM chunk WHERE series = ?1 ORDER BY first",
                  "i", id);
  MtlQueryStep step = MTL_QUERY_ROW;
  gboolean goes_on = TRUE;

  if (query == NULL)
    return NULL;

  while (goes_on && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    {
      MtlPoint points[MTL_CHUNK_POINTS];
      gsize n = mtl_curve_unpack (query, 1, points);

      goes_on = mtl_query_int (query, 0) == (gint64) all->len && append_good (all, points, n);
    }

  return step != MTL_QUERY_FAILED ? g_steal_pointer (&all) : NULL;
}

gboolean
mtl_curve_write (MtlDb           *db,
                 gint64           id,
                 gsize            first,
                 const MtlPoint  *points,
                 gsize            n,
                 GError         **error)
{
  guint8 bytes[MTL_CHUNK_POINTS * MTL_POINT_SIZE];

  g_assert (n <= MTL_CHUNK_POINTS && first % MTL_CHUNK_POINTS == 0);

  for (gsize i = 0; i < n; i++)
    {
      put_double (bytes + i * MTL_POINT_SIZE, points[i].x);
      put_double (bytes + i * MTL_POINT_SIZE + sizeof (double), points[i].y);
    }

  return mtl_db_run (db, error, "INSERT INTO chunk (series, first, points) VALUES (?1, ?2, ?3) "
                     "ON CONFLICT (series, first) DO UPDATE SET points = excluded.points", "iib",
                     id, (gint64) first, (gconstpointer) bytes, n * MTL_POINT_SIZE);
}
