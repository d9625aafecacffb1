/* basin-export-job.c — makes the file of an export on a worker thread
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-export-job.h"

#include "mtw-work.h"

typedef struct
{
  MtlChosen   *exporter;
  MtlSnapshot *snapshot;
  GStrv        heads;
  char        *provenance;
  char        *name;       /* out */
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  mtl_chosen_unref (job->exporter);
  mtl_snapshot_unref (job->snapshot);
  g_strfreev (job->heads);
  g_free (job->provenance);
  g_free (job->name);
  g_free (job);
}

static void
make_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancel)
{
  Job *job = data;
  GError *error = NULL;
  GBytes *bytes = mtl_export (job->exporter, job->snapshot, (const char *const *) job->heads,
                              job->provenance, &job->name, &error);

  if (bytes != NULL)
    g_task_return_pointer (task, bytes, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

void
basin_export_make (gpointer             source,
                   MtlChosen           *exporter,
                   MtlSnapshot         *snapshot,
                   GStrv                heads,
                   const char          *provenance,
                   GAsyncReadyCallback  ready)
{
  g_autoptr(GTask) task = mtw_work_new (source, ready, NULL);
  Job *job = g_new0 (Job, 1);

  job->exporter = mtl_chosen_ref (exporter);
  job->snapshot = mtl_snapshot_ref (snapshot);
  job->heads = g_strdupv (heads);
  job->provenance = g_strdup (provenance);
  /* Until it is made, the process stays: libraries do not work while it ends. */
  g_application_hold (g_application_get_default ());
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, make_thread);
}

GBytes *
basin_export_make_finish (GAsyncResult  *result,
                          char         **name,
                          GError       **error)
{
  GBytes *bytes = g_task_propagate_pointer (G_TASK (result), error);
  Job *job = g_task_get_task_data (G_TASK (result));

  g_application_release (g_application_get_default ());
  if (bytes != NULL)
    *name = g_steal_pointer (&job->name);

  return bytes;
}
