/* mtw-session-probe.c — measurements beside training
 *
 * A probe is never started over another one, as that would wait for a pass:
 * the one that runs is cancelled, and its end starts the next.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-session-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static void
store_point_thread (GTask        *task,
                    gpointer      source,
                    gpointer      data,
                    GCancellable *cancel)
{
  GVariant *point = data;
  g_autoptr(GError) error = NULL;
  const char *run, *series;
  double x, y;

  g_variant_get (point, "(&s&sdd)", &run, &series, &x, &y);
  if (!mtl_store_add_point (g_object_get_data (G_OBJECT (task), "store"), run, series, x, y,
                            &error))
    g_message ("Run %s: %s could not be kept: %s", run, series, error->message);
}

static void
store_point (MtwSession *self,
             const char *run,
             const char *series,
             double      x,
             double      y)
{
  g_autoptr(GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_object_set_data_full (G_OBJECT (task), "store", mtl_store_ref (self->store),
                          (GDestroyNotify) mtl_store_unref);
  g_task_set_task_data (task, g_variant_ref_sink (g_variant_new ("(ssdd)", run, series, x, y)),
                        (GDestroyNotify) g_variant_unref);
  g_task_run_in_thread (task, store_point_thread);
}

/* The writer of a run that lives stores what its record gains; a run that has
 * ended has none. */
static void
keep_flatness (MtwSession          *self,
               const MtlProbeFrame *frame)
{
  const MtlRecordInfo *info = mtl_record_info (self->probed);
  gboolean written = self->trainer != NULL && self->probed == self->record;
  double epoch = (double) self->probed_epoch;

  for (guint k = 0; k < MIN (frame->n_tasks, info->n_tasks); k++)
    {
      g_autofree char *name = g_strconcat ("flatness/", info->tasks[k], NULL);

      mtl_series_append (mtl_record_series (self->probed, name), epoch, frame->sharpness[k]);
      if (!written && self->store != NULL)
        store_point (self, info->run, name, epoch, frame->sharpness[k]);
    }
}

void
mtw_session_pull_probe (MtwSession *self,
                        gboolean    ended)
{
  MtlProbeFrame frame;
  gboolean news = mtl_prober_take (self->prober, &self->frame_seen, &frame);

  if (!news)
    return;

  if (g_str_equal (frame.probe, "landscape"))
    {
      self->frame = frame;
      g_clear_pointer (&self->grid, mtl_grid_unref);
      self->grid = mtl_prober_grid (self->prober);
    }
  else if (ended && self->flat && self->probed != NULL)
    {
      keep_flatness (self, &frame);
    }
}

static void
probe_ended_cb (MtlProber    *prober,
                const GError *error,
                GObject      *listener)
{
  MtwSession *self = MTW_SESSION (listener);

  if (error == NULL)
    mtw_session_pull_probe (self, TRUE);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    mtw_document_announce (self->document, error->message);

  /* A landscape that was cancelled does not go on. */
  if (!self->flat)
    self->frame.finished = TRUE;
  self->probing = FALSE;
  g_clear_pointer (&self->probed, mtl_record_unref);
  if (self->draw_next)
    {
      self->draw_next = FALSE;
      mtw_session_draw_landscape (self, NULL);
    }
  mtw_session_start_flatness (self);
  mtw_session_update_state (self);
  mtw_session_emit_tick (self);
}

static void
start_probe (MtwSession  *self,
             const char  *id,
             MtlSnapshot *snapshot)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_PROBE, id, NULL);
  g_autoptr(MtlChosen) probe = mtl_chosen_new (MTL_KIND_PROBE, method);

  self->probing = TRUE;
  self->flat = g_str_equal (id, "flatness");
  self->probed = self->record != NULL ? mtl_record_ref (self->record) : NULL;
  /* Training has the other processors; without it the probe takes them all. */
  mtl_prober_start (self->prober, probe, snapshot, self->trainer != NULL ? 1 : 0,
                    G_OBJECT (self), probe_ended_cb);
  mtw_session_watch (self);
}

void
mtw_session_start_flatness (MtwSession *self)
{
  g_autoptr(MtlSnapshot) snapshot = NULL;
  gsize epochs;

  if (self->probing || self->record == NULL)
    return;

  epochs = mtl_series_get_length (mtl_record_series (self->record, "epoch/steps"));
  if (epochs <= self->measured && !self->measure_next)
    return;

  snapshot = mtw_session_dup_snapshot (self);
  if (snapshot == NULL)
    return;

  self->measure_next = FALSE;
  self->measured = epochs;
  self->probed_epoch = epochs;
  start_probe (self, "flatness", snapshot);
}

static void
set_no_weights (GError **error)
{
  g_set_error_literal (error, MTL_ERROR, MTL_ERROR_RUN,
                       _("There are no weights yet. Press Train first."));
}

gboolean
mtw_session_draw_landscape (MtwSession  *self,
                            GError     **error)
{
  g_autoptr(MtlSnapshot) snapshot = NULL;

  g_return_val_if_fail (MTW_IS_SESSION (self), FALSE);

  snapshot = mtw_session_dup_snapshot (self);
  if (snapshot == NULL)
    {
      set_no_weights (error);
      return FALSE;
    }

  if (self->probing)
    {
      self->draw_next = TRUE;
      mtl_prober_cancel (self->prober);
      return TRUE;
    }

  self->frame = (MtlProbeFrame) { .probe = "landscape", .seconds_left = NAN };
  start_probe (self, "landscape", snapshot);
  return TRUE;
}

gboolean
mtw_session_measure_flatness (MtwSession  *self,
                              GError     **error)
{
  g_autoptr(MtlSnapshot) snapshot = NULL;

  g_return_val_if_fail (MTW_IS_SESSION (self), FALSE);

  snapshot = mtw_session_dup_snapshot (self);
  if (snapshot == NULL || self->record == NULL)
    {
      set_no_weights (error);
      return FALSE;
    }

  self->measure_next = TRUE;
  mtw_session_start_flatness (self);
  return TRUE;
}

void
mtw_session_cancel_probe (MtwSession *self)
{
  g_return_if_fail (MTW_IS_SESSION (self));

  self->draw_next = FALSE;
  mtl_prober_cancel (self->prober);
}

MtlGrid *
mtw_session_get_grid (MtwSession    *self,
                      MtlProbeFrame *frame)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), NULL);

  if (frame != NULL)
    *frame = self->frame;

  return self->grid;
}

