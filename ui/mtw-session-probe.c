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

#define SPECTRUM "hessian"   /* the probe whose findings have a plot */

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

static const char *
probe_id (MtwSession *self)
{
  return self->probe != NULL ? mtl_chosen_method (self->probe)->id : "";
}

gboolean
mtw_session_probes_flatness (MtwSession *self)
{
  return g_str_equal (probe_id (self), "flatness");
}

static gboolean
finds_figures (const MtlChosen *probe)
{
  return probe != NULL && mtl_probe_measures (mtl_chosen_method (probe)) != NULL;
}

void
mtw_session_forget_found (MtwSession *self)
{
  g_clear_pointer (&self->grid, mtl_grid_unref);
  g_clear_pointer (&self->findings, mtl_findings_unref);
  g_clear_pointer (&self->spectrum, mtl_findings_unref);
  g_clear_pointer (&self->failure, g_free);
  self->frame = self->measure = self->curvature = (MtlProbeFrame) { 0 };
}

/* What a probe of figures has found so far. */
static void
keep_findings (MtwSession          *self,
               const MtlProbeFrame *frame)
{
  self->measure = *frame;
  g_clear_pointer (&self->findings, mtl_findings_unref);
  self->findings = mtl_prober_findings (self->prober);
  if (!g_str_equal (frame->probe, SPECTRUM))
    return;

  self->curvature = *frame;
  g_clear_pointer (&self->spectrum, mtl_findings_unref);
  self->spectrum = self->findings != NULL ? mtl_findings_ref (self->findings) : NULL;
}

void
mtw_session_pull_probe (MtwSession *self,
                        gboolean    ended)
{
  MtlProbeFrame frame;
  gboolean news = mtl_prober_take (self->prober, &self->frame_seen, &frame);

  /* One of the probe before may be left over. */
  if (!news || !g_str_equal (frame.probe, probe_id (self)))
    return;

  if (g_str_equal (frame.probe, "landscape"))
    {
      self->frame = frame;
      g_clear_pointer (&self->grid, mtl_grid_unref);
      self->grid = mtl_prober_grid (self->prober);
    }
  else if (finds_figures (self->probe))
    {
      keep_findings (self, &frame);
    }
  else if (ended && mtw_session_probes_flatness (self) && self->probed != NULL)
    {
      keep_flatness (self, &frame);
    }
}

/* Nothing is known yet of what @probe will find. */
static void
begin_frame (MtwSession       *self,
             const MtlChosen  *probe)
{
  MtlProbeFrame frame = { .seconds_left = NAN };

  g_strlcpy (frame.probe, mtl_chosen_method (probe)->id, sizeof frame.probe);
  if (finds_figures (probe))
    {
      self->measure = frame;
      g_clear_pointer (&self->failure, g_free);
      g_clear_pointer (&self->findings, mtl_findings_unref);
      if (g_str_equal (frame.probe, SPECTRUM))
        {
          self->curvature = frame;
          g_clear_pointer (&self->spectrum, mtl_findings_unref);
        }
    }
  else if (g_str_equal (frame.probe, "landscape"))
    {
      self->frame = frame;
    }
}

/* What was cancelled, or waited in vain, does not go on. */
static void
end_frame (MtwSession       *self,
           const MtlChosen  *probe)
{
  if (finds_figures (probe))
    self->measure.finished = TRUE;
  if (g_str_equal (mtl_chosen_method (probe)->id, SPECTRUM))
    self->curvature.finished = TRUE;
  if (g_str_equal (mtl_chosen_method (probe)->id, "landscape"))
    self->frame.finished = TRUE;
}

static void start_probe (MtwSession      *self,
                         const MtlChosen *probe,
                         MtlSnapshot     *snapshot);

static void
start_next (MtwSession *self)
{
  const MtlChosen *next = g_steal_pointer (&self->next);
  g_autoptr(MtlSnapshot) snapshot = NULL;

  if (next == NULL)
    return;

  snapshot = mtw_session_dup_snapshot (self);
  if (snapshot != NULL)
    start_probe (self, next, snapshot);
  mtl_chosen_unref (next);
}

static void
tell_failure (MtwSession   *self,
              const GError *error)
{
  mtw_document_announce (self->document, error->message);
  if (!finds_figures (self->probe))
    return;

  g_free (self->failure);
  self->failure = g_strdup (error->message);
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
    tell_failure (self, error);

  end_frame (self, self->probe);
  self->probing = FALSE;
  g_clear_pointer (&self->probed, mtl_record_unref);
  start_next (self);
  mtw_session_start_flatness (self);
  mtw_session_update_state (self);
  mtw_session_emit_tick (self);
}

static void
start_probe (MtwSession       *self,
             const MtlChosen  *probe,
             MtlSnapshot      *snapshot)
{
  begin_frame (self, probe);
  self->probing = TRUE;
  mtl_chosen_ref (probe);
  g_clear_pointer (&self->probe, mtl_chosen_unref);
  self->probe = probe;
  self->probed = self->record != NULL ? mtl_record_ref (self->record) : NULL;
  /* Training has the other processors; without it the probe takes them all. */
  mtl_prober_start (self->prober, probe, snapshot, self->trainer != NULL ? 1 : 0,
                    G_OBJECT (self), probe_ended_cb);
  mtw_session_watch (self);
}

/* (transfer full): as the catalogue has it. */
static MtlChosen *
choose_plain (const char *id)
{
  return mtl_chosen_new (MTL_KIND_PROBE, mtl_catalogue_find (MTL_KIND_PROBE, id, NULL));
}

void
mtw_session_start_flatness (MtwSession *self)
{
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(MtlChosen) flatness = NULL;
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
  flatness = choose_plain ("flatness");
  start_probe (self, flatness, snapshot);
}

void
mtw_session_set_no_weights (GError **error)
{
  g_set_error_literal (error, MTL_ERROR, MTL_ERROR_RUN,
                       _("There are no weights yet. Press Train first."));
}

/* Starts @probe, or has the one that runs end for it. */
static gboolean
ask_for (MtwSession       *self,
         const MtlChosen  *probe,
         GError          **error)
{
  g_autoptr(MtlSnapshot) snapshot = mtw_session_dup_snapshot (self);

  if (snapshot == NULL)
    {
      mtw_session_set_no_weights (error);
      return FALSE;
    }

  if (!self->probing)
    {
      start_probe (self, probe, snapshot);
      return TRUE;
    }

  mtl_chosen_ref (probe);
  g_clear_pointer (&self->next, mtl_chosen_unref);
  self->next = probe;
  begin_frame (self, probe);
  mtl_prober_cancel (self->prober);
  return TRUE;
}

gboolean
mtw_session_draw_landscape (MtwSession  *self,
                            GError     **error)
{
  g_autoptr(MtlChosen) landscape = NULL;

  g_return_val_if_fail (MTW_IS_SESSION (self), FALSE);

  landscape = choose_plain ("landscape");
  return ask_for (self, landscape, error);
}

gboolean
mtw_session_measure (MtwSession       *self,
                     const MtlChosen  *probe,
                     GError          **error)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), FALSE);
  g_return_val_if_fail (finds_figures (probe), FALSE);

  return ask_for (self, probe, error);
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
      mtw_session_set_no_weights (error);
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

  if (self->next != NULL)
    end_frame (self, self->next);
  g_clear_pointer (&self->next, mtl_chosen_unref);
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

MtlFindings *
mtw_session_get_findings (MtwSession    *self,
                          MtlProbeFrame *frame)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), NULL);

  if (frame != NULL)
    *frame = self->measure;

  return self->findings;
}

const char *
mtw_session_get_failure (MtwSession *self)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), NULL);

  return self->failure;
}

MtlFindings *
mtw_session_get_spectrum (MtwSession    *self,
                          MtlProbeFrame *frame)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), NULL);

  *frame = self->curvature;
  return self->spectrum;
}

MtwProbes *
mtw_session_get_probes (MtwSession *self)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), NULL);

  if (self->probes == NULL)
    self->probes = mtw_probes_new ();

  return self->probes;
}

MtwDocument *
mtw_session_get_document (MtwSession *self)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), NULL);

  return self->document;
}
