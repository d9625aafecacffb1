/* mtl-store-kept.c — figures that probes have found of a run, with their uncertainties
 *
 * A measurement is one probe with its settings on the weights after a step; done again, it takes
 * the place of the one before. Its figures come back as rows, and, of the settings that a probe
 * was last used with, as curves over the epochs in the record.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-store-private.h"

char *
mtl_measure_curve (const char *probe,
                   const char *measure,
                   const char *task,
                   const char *other)
{
  return g_strconcat ("measure/", probe, "/", measure, task != NULL ? "/" : "",
                      task != NULL ? task : "", other != NULL ? "/" : "",
                      other != NULL ? other : "", NULL);
}

gboolean
mtl_curve_is_kept (const char *name)
{
  return g_str_has_prefix (name, "measure/");
}

/* --- writing --- */

typedef struct
{
  const char          *run;
  const MtlChosen     *probe;
  const MtlProbeFrame *frame;
  const MtlFindings   *findings;
  char *const         *tasks;
} Keep;

/* “samples=512 rho=0.05”, initial values too, since these may change. */
static char *
name_settings (const MtlChosen *probe)
{
  const MtlMethod *method = mtl_chosen_method (probe);
  const MtlSetting *set = mtl_chosen_settings (probe);
  guint n = mtl_method_n_params (method, MTL_KIND_PROBE);
  g_autoptr(GString) words = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      const MtlParam *param = mtl_method_param (method, MTL_KIND_PROBE, i);
      g_autofree char *value = mtl_setting_to_text (&set[i], param);

      g_string_append_printf (words, "%s%s=%s", i > 0 ? " " : "", param->id, value);
    }

  return g_string_free (g_steal_pointer (&words), FALSE);
}

static gboolean
write_findings (MtlDb       *db,
                gint64       id,
                const Keep  *keep,
                GError     **error)
{
  for (guint n = 0; n < mtl_findings_count (keep->findings); n++)
    {
      const MtlFinding *f = mtl_findings_get (keep->findings, n);

      if (!mtl_db_run (db, error, "INSERT INTO finding (measurement, position, measure, task, "
                       "other, block, x, value, error) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, "
                       "?9)", "iittttddd", id, (gint64) n, f->measure->id,
                       f->task != MTL_ALL_TASKS ? keep->tasks[f->task] : NULL,
                       f->other != MTL_ALL_TASKS ? keep->tasks[f->other] : NULL, f->block,
                       f->x, f->value, f->error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
write_measurement (MtlDb       *db,
                   gint64       number,
                   const Keep  *keep,
                   GError     **error)
{
  const char *probe = mtl_chosen_method (keep->probe)->id;
  g_autofree char *settings = name_settings (keep->probe);
  gint64 step = (gint64) MIN (keep->frame->step, G_MAXINT64);

  return mtl_db_run (db, error, "DELETE FROM measurement WHERE run = ?1 AND probe = ?2 AND "
                     "settings = ?3 AND step = ?4", "itti", number, probe, settings, step)
         && mtl_db_run (db, error, "INSERT INTO measurement (run, probe, settings, step, epoch, "
                        "samples) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", "ittiii", number, probe,
                        settings, step, (gint64) MIN (keep->frame->epoch, G_MAXINT64),
                        (gint64) keep->frame->samples)
         && write_findings (db, sqlite3_last_insert_rowid (db->handle), keep, error);
}

static gboolean
keep_cb (MtlStore  *store,
         MtlDb     *db,
         gpointer   data,
         GError   **error)
{
  const Keep *keep = data;
  gint64 number;

  if (!mtl_db_begin (db, TRUE, error))
    return FALSE;

  return mtl_db_end (db, mtl_store_number (db, keep->run, &number, error)
                         && write_measurement (db, number, keep, error), error);
}

/**
 * mtl_store_keep:
 * @frame: the last one of the probe: its step, epoch and samples are kept
 * @tasks: ids, in the order in which @findings count them
 *
 * Returns: TRUE; FALSE with MTL_ERROR_RUN or MTL_ERROR_STORE
 */
gboolean
mtl_store_keep (MtlStore             *self,
                const char           *run,
                const MtlChosen      *probe,
                const MtlProbeFrame  *frame,
                const MtlFindings    *findings,
                char *const          *tasks,
                GError              **error)
{
  Keep keep = { run, probe, frame, findings, tasks };

  return mtl_store_check_id (run, error) && mtl_store_call (self, keep_cb, &keep, error);
}

gboolean
mtl_store_cut_kept (MtlDb    *db,
                    gint64    number,
                    guint64   step,
                    GError  **error)
{
  return mtl_db_run (db, error, "DELETE FROM measurement WHERE run = ?1 AND step > ?2", "ii",
                     number, (gint64) MIN (step, G_MAXINT64));
}

/* --- reading --- */

static char *
take_text (MtlQuery *query,
           int       column)
{
  return sqlite3_column_type (query, column) != SQLITE_NULL ? mtl_query_text (query, column)
                                                            : NULL;
}

static void
free_kept_cb (gpointer data)
{
  MtlKept *kept = data;

  g_free (kept->probe);
  g_free (kept->settings);
  g_free (kept->measure);
  g_free (kept->task);
  g_free (kept->other);
  g_free (kept->block);
  g_free (kept);
}

static MtlKept *
read_kept (MtlQuery *query)
{
  MtlKept *kept = g_new0 (MtlKept, 1);

  kept->probe = mtl_query_text (query, 0);
  kept->settings = mtl_query_text (query, 1);
  kept->step = mtl_query_count (query, 2);
  kept->epoch = mtl_query_count (query, 3);
  kept->samples = mtl_query_count (query, 4);
  kept->measure = mtl_query_text (query, 5);
  kept->task = take_text (query, 6);
  kept->other = take_text (query, 7);
  kept->block = take_text (query, 8);
  kept->x = mtl_query_double (query, 9);
  kept->value = mtl_query_double (query, 10);
  kept->error = mtl_query_double (query, 11);

  return kept;
}

/**
 * mtl_store_kept:
 *
 * Returns: (transfer full) (element-type MtlKept): by epoch, in the order in which they were
 *   measured and found; NULL with MTL_ERROR_RUN or MTL_ERROR_STORE
 */
GPtrArray *
mtl_store_kept (MtlStore    *self,
                const char  *run,
                GError     **error)
{
  g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func (free_kept_cb);
  g_autoptr(MtlDb) db = mtl_store_reader (self, error);
  g_autoptr(MtlQuery) query = NULL;
  MtlQueryStep step = MTL_QUERY_FAILED;
  gint64 number;

  if (db == NULL || !mtl_store_number (db, run, &number, error))
    return NULL;

  query = mtl_db_query (db, error, "SELECT probe, settings, step, epoch, samples, measure, task, "
                        "other, block, x, value, error FROM measurement JOIN finding ON "
                        "finding.measurement = measurement.id WHERE run = ?1 "
                        "ORDER BY step, measurement.id, position", "i", number);
  while (query != NULL && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    g_ptr_array_add (all, read_kept (query));

  return step == MTL_QUERY_DONE ? g_steal_pointer (&all) : NULL;
}

/* Of the whole network; of figures at several x, those at the first. */
gboolean
mtl_store_load_kept (MtlDb      *db,
                     gint64      number,
                     MtlRecord  *record,
                     GError    **error)
{
  g_autoptr(MtlQuery) query =
    mtl_db_query (db, error, "SELECT probe, measure, task, other, epoch, value, min (position) "
                  "FROM measurement m JOIN finding ON finding.measurement = m.id "
                  "WHERE run = ?1 AND block IS NULL AND settings = (SELECT settings FROM "
                  "measurement WHERE run = m.run AND probe = m.probe ORDER BY id DESC LIMIT 1) "
                  "GROUP BY m.id, measure, task, other ORDER BY epoch, m.id, position", "i",
                  number);
  MtlQueryStep step = MTL_QUERY_FAILED;

  while (query != NULL && (step = mtl_db_step (db, query, error)) == MTL_QUERY_ROW)
    {
      g_autofree char *probe = mtl_query_text (query, 0);
      g_autofree char *measure = mtl_query_text (query, 1);
      g_autofree char *task = take_text (query, 2);
      g_autofree char *other = take_text (query, 3);
      g_autofree char *name = mtl_measure_curve (probe, measure, task, other);

      mtl_series_append (mtl_record_series (record, name), (double) mtl_query_count (query, 4),
                         mtl_query_double (query, 5));
    }

  return step == MTL_QUERY_DONE;
}
