/* mtl-trainer-measure.c — probes of the weights after an epoch, on the trainer's thread
 *
 * What they find goes to the store, with settings and uncertainty, and to curves of the record,
 * measure/PROBE/FIGURE[/TASK[/TASK]]: of the whole network, of several x those at the first. A
 * probe reads weights and nothing else of the run, so that training goes on as without it. One
 * that fails is told of in an event and does not end the run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtl-probe-private.h"
#include "mtl-trainer-private.h"

static void
take_findings_cb (MtlFindings *findings,
                  gpointer     data)
{
  MtlFindings **last = data;

  g_clear_pointer (last, mtl_findings_unref);
  *last = mtl_findings_ref (findings);
}

static void
append_curves (MtlTrainer        *self,
               const char        *probe,
               const MtlFindings *findings,
               double             epoch)
{
  char **tasks = mtl_record_info (self->record)->tasks;
  g_autoptr(GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint n = 0; n < mtl_findings_count (findings); n++)
    {
      const MtlFinding *f = mtl_findings_get (findings, n);
      char *name = mtl_measure_curve (probe, f->measure->id,
                                      f->task != MTL_ALL_TASKS ? tasks[f->task] : NULL,
                                      f->other != MTL_ALL_TASKS ? tasks[f->other] : NULL);

      if (f->block == NULL && !g_hash_table_contains (seen, name))
        mtl_series_append (mtl_record_series (self->record, name), epoch, f->value);
      g_hash_table_add (seen, name);
    }
}

static gboolean
measure (MtlTrainer       *self,
         const MtlChosen  *probe,
         MtlSnapshot      *snapshot,
         GError          **error)
{
  const char *id = mtl_chosen_method (probe)->id;
  g_autoptr(MtlFindings) findings = NULL;
  MtlProbeRun run = { .snapshot = snapshot, .cancel = self->cancel, .untimed = TRUE,
                      .post_findings = take_findings_cb, .post_data = &findings };
  MtlProbeFrame frame = { .step = mtl_snapshot_step (snapshot),
                          .epoch = mtl_snapshot_epoch (snapshot) };

  if (!mtl_probe_run (probe, &run, self->options.n_threads, error))
    return FALSE;
  if (findings == NULL)
    return TRUE;

  frame.samples = run.loaded;
  append_curves (self, id, findings, (double) frame.epoch);

  return self->options.store == NULL
         || mtl_store_keep (self->options.store, mtl_record_info (self->record)->run, probe,
                            &frame, findings, mtl_record_info (self->record)->tasks, error);
}

void
mtl_loop_measure (MtlTrainer *self)
{
  guint64 every = MAX (self->options.measure_every, 1);
  guint64 epoch = self->loop.mark.epoch - 1;
  g_autoptr(MtlSnapshot) snapshot = NULL;

  if (self->measures == NULL || (epoch % every != 0 && epoch != self->loop.n_epochs))
    return;

  snapshot = mtl_trainer_snapshot (self);
  for (guint n = 0; n < self->measures->len; n++)
    {
      g_autoptr(GError) error = NULL;

      if (!measure (self, self->measures->pdata[n], snapshot, &error)
          && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        mtl_record_add_event (self->record, self->loop.mark.step, "warning", error->message);
    }
}
