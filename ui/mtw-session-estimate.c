/* mtw-session-estimate.c — what a measurement takes, before it begins
 *
 * Beside a run it has one thread, as the measurement will.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-session-private.h"

#include "mtw-work.h"

typedef struct
{
  const MtlChosen *probe;
  MtlSnapshot     *snapshot;
  GCancellable    *cancel;
  guint            n_threads;
} Estimate;

static void
estimate_free (gpointer data)
{
  Estimate *self = data;

  mtl_chosen_unref (self->probe);
  mtl_snapshot_unref (self->snapshot);
  g_object_unref (self->cancel);
  g_free (self);
}

static void
estimate_thread (GTask        *task,
                 gpointer      source,
                 gpointer      data,
                 GCancellable *cancel)
{
  const Estimate *estimate = data;
  g_autofree MtlProbeFrame *frame = g_new0 (MtlProbeFrame, 1);
  GError *error = NULL;

  if (mtl_probe_cost (estimate->probe, estimate->snapshot, estimate->n_threads, estimate->cancel,
                      frame, &error))
    g_task_return_pointer (task, g_steal_pointer (&frame), g_free);
  else
    g_task_return_error (task, error);
}

gboolean
mtw_session_estimate (MtwSession           *self,
                      const MtlChosen      *probe,
                      GCancellable         *cancel,
                      gpointer              owner,
                      GAsyncReadyCallback   ready,
                      GError              **error)
{
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(GTask) task = NULL;
  Estimate *estimate;

  g_return_val_if_fail (MTW_IS_SESSION (self), FALSE);

  snapshot = mtw_session_dup_snapshot (self);
  if (snapshot == NULL)
    {
      mtw_session_set_no_weights (error);
      return FALSE;
    }

  estimate = g_new (Estimate, 1);
  *estimate = (Estimate) { mtl_chosen_ref (probe), g_steal_pointer (&snapshot),
                           g_object_ref (cancel), self->trainer != NULL ? 1 : 0 };
  task = mtw_work_new (owner, ready, NULL);
  g_task_set_task_data (task, estimate, estimate_free);
  /* Until it is there, the process stays: libraries do not work while it ends. */
  if (g_application_get_default () != NULL)
    g_application_hold (g_application_get_default ());
  g_task_run_in_thread (task, estimate_thread);
  return TRUE;
}

gboolean
mtw_session_estimate_finish (GAsyncResult   *result,
                             MtlProbeFrame  *frame,
                             GError        **error)
{
  const Estimate *estimate = g_task_get_task_data (G_TASK (result));
  g_autofree MtlProbeFrame *found = g_task_propagate_pointer (G_TASK (result), error);

  if (g_application_get_default () != NULL)
    g_application_release (g_application_get_default ());
  /* It may have been cancelled since the thread was done. */
  if (found == NULL || g_cancellable_set_error_if_cancelled (estimate->cancel, error))
    return FALSE;

  *frame = *found;
  return TRUE;
}
