/* mtl-store-begin.c — a run gets its row and its folder, or is gone on with
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "mtl-store-private.h"

#define TRIES       16
#define FOLDER_MODE 0700

/* --- a new run --- */

typedef struct
{
  MtlStoreWriter *writer;
  MtlRecordInfo  *info;
  char           *name;
} Begin;

static gboolean
choose_name (MtlDb   *db,
             Begin   *begin,
             GError **error)
{
  g_autoptr(GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT name FROM run WHERE deleted = 0", "");
  MtlQueryStep step = MTL_QUERY_FAILED;

  while (query != NULL && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    g_hash_table_add (used, mtl_query_text (query, 0));
  if (step == MTL_QUERY_FAILED)
    return FALSE;

  g_free (begin->name);
  begin->name = mtl_store_new_name (used);
  return TRUE;
}

/* “CAGrad · flat regions”: the balancer, and the sharpness method if any. */
static char *
describe (const MtlDesign *design)
{
  const MtlChosen *experiment = mtl_design_experiment (design);
  const MtlSetting *balancer = mtl_chosen_get (experiment, "balancer");
  const MtlSetting *sharp = mtl_chosen_get (experiment, "sharpness");
  const MtlMethod *first = balancer != NULL && balancer->method != NULL
                           ? mtl_chosen_method (balancer->method) : NULL;
  const MtlMethod *second = sharp != NULL && sharp->method != NULL
                            ? mtl_chosen_method (sharp->method) : NULL;

  if (second == NULL || strcmp (second->id, "none") == 0)
    return g_strdup (first != NULL ? _(first->title) : "");

  return g_strdup_printf ("%s · %s", first != NULL ? _(first->title) : "", _(second->title));
}

static gboolean
insert_run (MtlDb   *db,
            Begin   *begin,
            GError **error)
{
  const MtlRecordInfo *info = begin->info;
  const MtlSetting *seed = mtl_chosen_get (mtl_design_experiment (info->design), "seed");
  g_autoptr(GBytes) text = mtl_design_print (info->design);
  g_autofree char *words = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  g_autofree char *settings = describe (info->design);

  if (!mtl_db_run (db, error, "INSERT INTO run (id, name, design, design_name, settings, seed, "
                   "started, status, n_epochs, n_weights, n_trunk, steps_per_epoch) "
                   "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)", "tttttiiiiiii",
                   begin->writer->run, begin->name, words, mtl_design_name (info->design),
                   settings, seed != NULL ? (gint64) seed->number : (gint64) 0, info->started,
                   (gint64) MTL_RUN_PREPARING, (gint64) info->n_epochs, (gint64) info->n_weights,
                   (gint64) info->n_trunk, (gint64) info->steps_per_epoch))
    return FALSE;

  begin->writer->number = sqlite3_last_insert_rowid (db->handle);
  return TRUE;
}

static gboolean
insert_tasks (MtlDb        *db,
              const Begin  *begin,
              GError      **error)
{
  for (guint k = 0; k < begin->info->n_tasks; k++)
    if (!mtl_db_run (db, error, "INSERT INTO task (run, position, id, metric) "
                     "VALUES (?1, ?2, ?3, ?4)", "iitt", begin->writer->number, (gint64) k,
                     begin->info->tasks[k], begin->info->metrics[k]))
      return FALSE;

  return TRUE;
}

static gboolean
begin_cb (MtlStore  *store,
          MtlDb     *db,
          gpointer   data,
          GError   **error)
{
  Begin *begin = data;

  if (!mtl_db_begin (db, TRUE, error))
    return FALSE;

  return mtl_db_end (db, choose_name (db, begin, error) && insert_run (db, begin, error)
                         && insert_tasks (db, begin, error), error);
}

/* (transfer full): an id whose folder was just made by us. */
static char *
make_folder (MtlStore  *self,
             GError   **error)
{
  g_autofree char *folder = NULL;
  g_autofree char *shown = NULL;
  int code = EEXIST;

  for (guint n = 0; n < TRIES && code == EEXIST; n++)
    {
      g_autofree char *run = mtl_store_new_id ();

      g_free (folder);
      folder = mtl_store_folder (self, run);
      code = g_mkdir (folder, FOLDER_MODE) == 0 ? 0 : errno;
      if (code == 0)
        return g_steal_pointer (&run);
    }

  shown = g_filename_display_name (folder);
  g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
               _("Cannot make the folder %s: %s. Check that you may write there, and that "
                 "there is room on the disk."), shown, g_strerror (code));
  return NULL;
}

/**
 * mtl_store_begin:
 * @info: `design` and what follows it are read; run, name, number and started
 *   are filled in, unless it fails
 *
 * Returns: (transfer full): the writer of a new run; close it with
 *   mtl_store_writer_close(); NULL with MTL_ERROR_STORE
 */
MtlStoreWriter *
mtl_store_begin (MtlStore       *self,
                 MtlRecordInfo  *info,
                 GError        **error)
{
  g_autofree char *run = NULL;
  g_autofree char *folder = NULL;
  Begin begin = { .info = info };

  g_return_val_if_fail (info->n_tasks <= MTL_MAX_TASKS, NULL);

  run = make_folder (self, error);
  if (run == NULL)
    return NULL;

  folder = mtl_store_folder (self, run);
  begin.writer = mtl_store_make_writer (self, run, error);
  info->started = g_get_real_time ();
  if (begin.writer == NULL || !mtl_store_call (self, begin_cb, &begin, error))
    {
      g_clear_pointer (&begin.writer, mtl_store_free_writer);
      mtl_store_remove_folder (folder, NULL);
      g_free (begin.name);
      return NULL;
    }

  g_free (info->run);
  g_free (info->name);
  info->run = g_steal_pointer (&run);
  info->name = begin.name;
  info->number = (guint) begin.writer->number;

  return begin.writer;
}

/* --- an old run --- */

typedef struct
{
  MtlStoreWriter *writer;
  guint64         step;
  guint64         epoch;
} Resume;

static gboolean
resume_run (MtlDb   *db,
            Resume  *resume,
            GError **error)
{
  MtlStoreWriter *writer = resume->writer;

  return mtl_store_number (db, writer->run, &writer->number, error)
         && mtl_store_cut (db, writer, resume->step, resume->epoch, error)
         && mtl_db_run (db, error, "UPDATE run SET status = ?2, step = ?3, deleted = 0 "
                        "WHERE number = ?1", "iii", writer->number, (gint64) MTL_RUN_PREPARING,
                        (gint64) resume->step);
}

static gboolean
resume_cb (MtlStore  *store,
           MtlDb     *db,
           gpointer   data,
           GError   **error)
{
  if (!mtl_db_begin (db, TRUE, error))
    return FALSE;

  return mtl_db_end (db, resume_run (db, data, error), error);
}

/**
 * mtl_store_resume:
 * @step: done by the checkpoint that is gone on from
 * @epoch: the last whole one by then
 *
 * Curves, events and checkpoints of later steps and epochs are taken away. A
 * run that was deleted comes back.
 *
 * Returns: (transfer full): the writer; close it with
 *   mtl_store_writer_close(); NULL with MTL_ERROR_RUN where there is no such
 *   run or somebody trains it, or MTL_ERROR_STORE
 */
MtlStoreWriter *
mtl_store_resume (MtlStore    *self,
                  const char  *run,
                  guint64      step,
                  guint64      epoch,
                  GError     **error)
{
  Resume resume = { .step = step, .epoch = epoch };

  if (!mtl_store_check_id (run, error))
    return NULL;

  resume.writer = mtl_store_make_writer (self, run, error);
  if (resume.writer == NULL)
    return NULL;
  if (!mtl_store_call (self, resume_cb, &resume, error))
    {
      mtl_store_free_writer (resume.writer);
      return NULL;
    }

  mtl_store_drop_checkpoints (self, run, step);
  return resume.writer;
}
