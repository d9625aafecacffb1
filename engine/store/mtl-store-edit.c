/* mtl-store-edit.c — what a person changes: names, deletions, later measurements
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-store-private.h"

#define NAME_MAX_LETTERS 80

typedef struct
{
  const char *run;
  gboolean    deleted;
  const char *text;
  MtlPoint    point;
} Edit;

/* Runs one change of the run that @edit names in a transaction. */
static gboolean
change (MtlDb       *db,
        const Edit  *edit,
        gboolean   (*func) (MtlDb *db, gint64 number, const Edit *edit, GError **error),
        GError     **error)
{
  gint64 number;

  if (!mtl_db_begin (db, TRUE, error))
    return FALSE;

  return mtl_db_end (db, mtl_store_number (db, edit->run, &number, error)
                         && func (db, number, edit, error), error);
}

/* --- deleting --- */

static gboolean
set_deleted (MtlDb       *db,
             gint64       number,
             const Edit  *edit,
             GError     **error)
{
  return mtl_db_run (db, error, "UPDATE run SET deleted = ?2 WHERE number = ?1", "ii", number,
                     (gint64) (edit->deleted ? 1 : 0));
}

static gboolean
delete_cb (MtlStore  *store,
           MtlDb     *db,
           gpointer   data,
           GError   **error)
{
  return change (db, data, set_deleted, error);
}

/**
 * mtl_store_delete:
 * @deleted: FALSE takes an earlier deletion back
 *
 * Returns: TRUE; FALSE with MTL_ERROR_RUN where there is no such run
 */
gboolean
mtl_store_delete (MtlStore    *self,
                  const char  *run,
                  gboolean     deleted,
                  GError     **error)
{
  Edit edit = { .run = run, .deleted = deleted };

  return mtl_store_call (self, delete_cb, &edit, error);
}

/* The folder goes first: should it stay, the row says what it belongs to. */
static gboolean
purge_run (MtlStore    *self,
           MtlDb       *db,
           const char  *run,
           GError     **error)
{
  g_autofree char *folder = NULL;

  if (!mtl_store_check_id (run, NULL))
    return mtl_db_run (db, error, "DELETE FROM run WHERE id = ?1", "t", run);
  /* One that is being trained stays hidden until a later purge. */
  if (mtl_store_is_held (self, run))
    return TRUE;

  folder = mtl_store_folder (self, run);
  return mtl_store_remove_folder (folder, error)
         && mtl_db_run (db, error, "DELETE FROM run WHERE id = ?1 AND deleted != 0", "t", run);
}

static gboolean
purge_cb (MtlStore  *store,
          MtlDb     *db,
          gpointer   data,
          GError   **error)
{
  g_autoptr(GPtrArray) runs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(MtlQuery) query = mtl_db_query (db, error, "SELECT id FROM run WHERE deleted != 0",
                                            "");
  MtlQueryStep step = MTL_QUERY_FAILED;

  while (query != NULL && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    g_ptr_array_add (runs, mtl_query_text (query, 0));
  if (step == MTL_QUERY_FAILED)
    return FALSE;

  g_clear_pointer (&query, mtl_query_free);
  for (guint n = 0; n < runs->len; n++)
    if (!purge_run (store, db, runs->pdata[n], error))
      return FALSE;

  return TRUE;
}

/**
 * mtl_store_purge:
 *
 * Removes for good what was deleted, but for runs that are being trained.
 *
 * Returns: TRUE; FALSE with MTL_ERROR_STORE, some runs being removed by then
 */
gboolean
mtl_store_purge (MtlStore  *self,
                 GError   **error)
{
  return mtl_store_call (self, purge_cb, NULL, error);
}

/* --- naming --- */

static gboolean
set_name (MtlDb       *db,
          gint64       number,
          const Edit  *edit,
          GError     **error)
{
  return mtl_db_run (db, error, "UPDATE run SET name = ?2 WHERE number = ?1", "it", number,
                     edit->text);
}

static gboolean
rename_cb (MtlStore  *store,
           MtlDb     *db,
           gpointer   data,
           GError   **error)
{
  return change (db, data, set_name, error);
}

static gboolean
is_name (const char *name)
{
  if (!g_utf8_validate (name, -1, NULL) || g_utf8_strlen (name, -1) > NAME_MAX_LETTERS)
    return FALSE;

  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return FALSE;

  return *name != '\0';
}

/**
 * mtl_store_rename:
 * @name: for people; blanks around it are taken off
 *
 * Returns: TRUE; FALSE with MTL_ERROR_RUN where there is no such run or @name
 *   is none
 */
gboolean
mtl_store_rename (MtlStore    *self,
                  const char  *run,
                  const char  *name,
                  GError     **error)
{
  g_autofree char *bare = g_strstrip (g_strdup (name));
  Edit edit = { .run = run, .text = bare };

  if (!is_name (bare))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                   _("A name of a run is one line of 1 to %d letters"), NAME_MAX_LETTERS);
      return FALSE;
    }

  return mtl_store_call (self, rename_cb, &edit, error);
}

/* --- measuring --- */

static gboolean
append_point (MtlDb       *db,
              gint64       number,
              const Edit  *edit,
              GError     **error)
{
  return mtl_store_measure (db, number, edit->text, edit->point, error)
         && mtl_store_sum_up (db, number, error);
}

static gboolean
measure_cb (MtlStore  *store,
            MtlDb     *db,
            gpointer   data,
            GError   **error)
{
  return change (db, data, append_point, error);
}

/**
 * mtl_store_add_point:
 * @series: a curve of what is measured, e.g. `flatness/left`
 * @x: finite; the epoch
 *
 * Keeps the points in the order of x. The same point twice is kept once, so
 * it does no harm when a run that goes on records it as well.
 *
 * Returns: TRUE; FALSE with MTL_ERROR_RUN or MTL_ERROR_STORE
 */
gboolean
mtl_store_add_point (MtlStore    *self,
                     const char  *run,
                     const char  *series,
                     double       x,
                     double       y,
                     GError     **error)
{
  Edit edit = { .run = run, .text = series, .point = { .x = x, .y = y } };

  g_return_val_if_fail (series != NULL && isfinite (x), FALSE);

  if (!mtl_store_check_id (run, error))
    return FALSE;
  /* The trainer counts the points of its own curves. */
  if (!mtl_curve_is_measured (series) && mtl_store_is_held (self, run))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                   _("Run %s is being trained: only flatness/TASK can be added to, not %s"),
                   run, series);
      return FALSE;
    }

  return mtl_store_call (self, measure_cb, &edit, error);
}
