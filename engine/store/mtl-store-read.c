/* mtl-store-read.c — the list of runs, and from words to a run
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-nearest.h"
#include "mtl-store-private.h"

#define MAX_NAMED 4  /* runs named in a message */

/* --- the list --- */

void
mtl_run_row_free (MtlRunRow *row)
{
  g_free (row->run);
  g_free (row->name);
  g_free (row->design_name);
  g_free (row->settings);
  g_strfreev (row->tasks);
  g_strfreev (row->metrics);
  g_free (row->test_metric);
  g_free (row->test_loss);
  g_free (row->flatness);
  g_free (row);
}

static void
free_row_cb (gpointer row)
{
  mtl_run_row_free (row);
}

static MtlRunRow *
read_row (MtlStore *self,
          MtlQuery *query)
{
  MtlRunRow *row = g_new0 (MtlRunRow, 1);

  row->number = (guint) mtl_query_count (query, 0);
  row->run = mtl_query_text (query, 1);
  row->name = mtl_query_text (query, 2);
  row->design_name = mtl_query_text (query, 3);
  row->settings = mtl_query_text (query, 4);
  row->seed = mtl_query_count (query, 5);
  row->started = mtl_query_int (query, 6);
  row->status = mtl_store_status (self, row->run, mtl_query_int (query, 7));
  row->epoch = mtl_query_count (query, 8);
  row->n_epochs = mtl_query_count (query, 9);
  row->step = mtl_query_count (query, 10);
  row->seconds = mtl_query_double (query, 11);
  row->conflict = mtl_query_double (query, 12);
  row->n_weights = mtl_query_count (query, 13);

  row->tasks = g_new0 (char *, MTL_MAX_TASKS + 1);
  row->metrics = g_new0 (char *, MTL_MAX_TASKS + 1);
  row->test_metric = g_new0 (double, MTL_MAX_TASKS);
  row->test_loss = g_new0 (double, MTL_MAX_TASKS);
  row->flatness = g_new0 (double, MTL_MAX_TASKS);

  return row;
}

static gboolean
read_tasks (MtlDb      *db,
            MtlQuery   *query,
            gint64      number,
            MtlRunRow  *row,
            GError    **error)
{
  MtlQueryStep step = MTL_QUERY_DONE;

  mtl_query_again (query, "i", number);
  while (row->n_tasks < MTL_MAX_TASKS
         && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    {
      guint k = row->n_tasks++;

      row->tasks[k] = mtl_query_text (query, 0);
      row->metrics[k] = mtl_query_text (query, 1);
      row->test_metric[k] = mtl_query_double (query, 2);
      row->test_loss[k] = mtl_query_double (query, 3);
      row->flatness[k] = mtl_query_double (query, 4);
    }

  return step != MTL_QUERY_FAILED;
}

/**
 * mtl_store_list:
 *
 * Returns: (transfer full) (element-type MtlRunRow): newest first; NULL with
 *   MTL_ERROR_STORE
 */
GPtrArray *
mtl_store_list (MtlStore  *self,
                GError   **error)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func (free_row_cb);
  g_autoptr(MtlDb) db = mtl_store_reader (self, error);
  g_autoptr(MtlQuery) runs = NULL;
  g_autoptr(MtlQuery) tasks = NULL;
  MtlQueryStep step;

  if (db == NULL)
    return NULL;

  runs = mtl_db_query (db, error, "SELECT number, id, name, design_name, settings, seed, started, "
                       "status, epoch, n_epochs, step, seconds, conflict, n_weights FROM run "
                       "WHERE deleted = 0 ORDER BY number DESC", "");
  tasks = runs == NULL ? NULL
          : mtl_db_query (db, error, "SELECT id, metric, test_metric, test_loss, flatness "
                          "FROM task WHERE run = ?1 ORDER BY position", "");
  if (tasks == NULL)
    return NULL;

  while ((step = mtl_db_step (db, runs, error)) == MTL_QUERY_ROW)
    {
      MtlRunRow *row = read_row (self, runs);

      g_ptr_array_add (rows, row);
      if (!read_tasks (db, tasks, mtl_query_int (runs, 0), row, error))
        return NULL;
    }

  return step == MTL_QUERY_DONE ? g_steal_pointer (&rows) : NULL;
}

/* --- from words to a run --- */

/* (transfer full) (element-type utf8): what @query gives, or NULL. */
static GPtrArray *
read_ids (MtlDb     *db,
          MtlQuery  *query,
          GError   **error)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  MtlQueryStep step = MTL_QUERY_FAILED;

  while (query != NULL && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    g_ptr_array_add (ids, mtl_query_text (query, 0));

  return step == MTL_QUERY_DONE ? g_steal_pointer (&ids) : NULL;
}

static gboolean
is_number (const char *words)
{
  return *words != '\0' && strlen (words) <= 9 && strspn (words, "0123456789") == strlen (words);
}

static GPtrArray *
find_runs (MtlDb       *db,
           const char  *words,
           GError     **error)
{
  g_autoptr(MtlQuery) query = NULL;

  if (strcmp (words, "last") == 0)
    query = mtl_db_query (db, error, "SELECT id FROM run WHERE deleted = 0 "
                          "ORDER BY number DESC LIMIT 1", "");
  else if (is_number (words))
    query = mtl_db_query (db, error, "SELECT id FROM run WHERE deleted = 0 AND number = ?1", "i",
                          g_ascii_strtoll (words, NULL, 10));
  else
    query = mtl_db_query (db, error, "SELECT id FROM run WHERE deleted = 0 "
                          "AND substr(id, 1, length(?1)) = ?1 AND ?1 != '' ORDER BY number DESC",
                          "t", words);

  return read_ids (db, query, error);
}

static void
explain_none (MtlDb       *db,
              const char  *words,
              GError     **error)
{
  g_autoptr(MtlQuery) query = mtl_db_query (db, error, "SELECT id FROM run WHERE deleted = 0", "");
  g_autoptr(GPtrArray) known = read_ids (db, query, *error == NULL ? error : NULL);
  g_autofree char *shown = g_strescape (words, NULL);
  g_autofree char *hint = NULL;

  if (known == NULL)
    return;

  hint = mtl_nearest_hint (words, known);
  if (known->len == 0)
    g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                 _("There is no run “%.60s”: nothing has been trained yet"), shown);
  else
    g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                 _("There is no run “%.60s”: expected an id, the beginning of one, a number or "
                   "“last”; %s"), shown, hint);
}

static void
explain_many (GPtrArray   *ids,
              const char  *words,
              GError     **error)
{
  g_autoptr(GString) named = g_string_new (NULL);

  for (guint n = 0; n < MIN (ids->len, MAX_NAMED); n++)
    g_string_append_printf (named, "%s%s", n > 0 ? ", " : "", (char *) ids->pdata[n]);
  if (ids->len > MAX_NAMED)
    g_string_append (named, ", …");

  g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
               _("“%.60s” is the beginning of %u runs: %s. Write more of the id."), words, ids->len,
               named->str);
}

/**
 * mtl_store_resolve:
 * @words: of a person: an id, its beginning, a number, `last`
 *
 * Returns: (transfer full): the id; NULL with MTL_ERROR_RUN where no run or
 *   more than one is meant, or MTL_ERROR_STORE
 */
char *
mtl_store_resolve (MtlStore    *self,
                   const char  *words,
                   GError     **error)
{
  g_autofree char *bare = g_strstrip (g_utf8_make_valid (words, -1));
  g_autoptr(MtlDb) db = mtl_store_reader (self, error);
  g_autoptr(GPtrArray) ids = NULL;
  GError *failure = NULL;

  if (db == NULL)
    return NULL;

  ids = find_runs (db, bare, &failure);
  if (ids != NULL && ids->len == 1)
    return g_strdup (ids->pdata[0]);

  if (ids != NULL && ids->len == 0)
    explain_none (db, bare, &failure);
  else if (ids != NULL)
    explain_many (ids, bare, &failure);
  g_propagate_error (error, failure);

  return NULL;
}
