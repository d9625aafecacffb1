/* mtl-store-run.c — from an id to its row and its folder
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-store-private.h"

static gboolean
is_id (const char *run)
{
  if (run == NULL || strlen (run) != MTL_RUN_ID_SIZE || !g_ascii_islower (run[0]))
    return FALSE;

  for (gsize n = 1; n < MTL_RUN_ID_SIZE; n++)
    if (!g_ascii_islower (run[n]) && !g_ascii_isdigit (run[n]))
      return FALSE;

  return TRUE;
}

gboolean
mtl_store_check_id (const char  *run,
                    GError     **error)
{
  g_autofree char *shown = NULL;

  if (is_id (run))
    return TRUE;

  shown = g_strescape (run != NULL ? run : "", NULL);
  g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
               _("“%.60s” is not the id of a run: expected %d lower-case letters and digits, "
                 "a letter first"), shown, MTL_RUN_ID_SIZE);
  return FALSE;
}

char *
mtl_store_folder (MtlStore   *self,
                  const char *run)
{
  return g_build_filename (self->folder, "runs", run, NULL);
}

MtlDb *
mtl_store_reader (MtlStore  *self,
                  GError   **error)
{
  g_autoptr(MtlDb) db = mtl_db_open (self->path, FALSE, error);

  /* One moment of the database for all that one call asks. */
  if (db == NULL || !mtl_db_begin (db, FALSE, error))
    return NULL;

  return g_steal_pointer (&db);
}

gboolean
mtl_store_number (MtlDb       *db,
                  const char  *run,
                  gint64      *number,
                  GError     **error)
{
  g_autoptr(MtlQuery) query = NULL;

  if (!mtl_store_check_id (run, error))
    return FALSE;

  query = mtl_db_query (db, error, "SELECT number FROM run WHERE id = ?1", "t", run);
  switch (query != NULL ? mtl_db_step (db, query, error) : MTL_QUERY_FAILED)
    {
    case MTL_QUERY_ROW:
      *number = mtl_query_int (query, 0);
      return TRUE;
    case MTL_QUERY_DONE:
      g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                   _("There is no run %s; it may have been deleted"), run);
      return FALSE;
    default:
      return FALSE;
    }
}

/* What is stored as going on, while nobody holds the run, is lost. */
MtlRunStatus
mtl_store_status (MtlStore   *self,
                  const char *run,
                  gint64      stored)
{
  switch (stored)
    {
    case MTL_RUN_DONE:
    case MTL_RUN_STOPPED:
    case MTL_RUN_FAILED:
      return (MtlRunStatus) stored;
    case MTL_RUN_PREPARING:
    case MTL_RUN_TRAINING:
    case MTL_RUN_PAUSED:
      return is_id (run) && mtl_store_is_held (self, run) ? (MtlRunStatus) stored : MTL_RUN_LOST;
    default:
      return MTL_RUN_LOST;
    }
}
