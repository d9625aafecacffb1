/* basin-feed.c — what training says, brought to the canvas and into words
 *
 * Figures on the blocks change twice a second at most, so that they can be
 * read, and an epoch is announced once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-feed.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mtl-look.h"

#include "mtw-number.h"

#define WORDS_EVERY (G_USEC_PER_SEC / 2)
#define N_POINTS    128   /* read at a time */
#define N_MEAN      20    /* steps that the loss on a block is the mean of */

struct _BasinFeed
{
  MtwDocument *document;
  MtwSession  *session;
  MtwCanvas   *canvas;
  guint64      step;         /* of the conflict shown */
  gsize        n_read;       /* points of the conflict's curve */
  gsize        share_epochs; /* that had ended when the sum began */
  guint        n_batches;    /* in the sum */
  double       conflicts;    /* sum of the shares of pairs in conflict */
  gsize        epochs;       /* announced */
  gint64       words_time;   /* monotonic; also of the cosines of blocks */
};

static double
recent_mean (MtlRecord  *record,
             const char *task)
{
  g_autofree char *name = g_strconcat ("loss/", task, NULL);
  MtlSeries *series = mtl_record_find (record, name);
  gsize n = series != NULL ? mtl_series_get_length (series) : 0;
  MtlPoint points[N_MEAN];
  double sum = 0.0;
  guint count = 0;

  if (n == 0)
    return NAN;

  n = mtl_series_read (series, n > N_MEAN ? n - N_MEAN : 0, points, N_MEAN);
  for (gsize i = 0; i < n; i++)
    if (isfinite (points[i].y))
      {
        sum += points[i].y;
        count++;
      }

  return count > 0 ? sum / count : NAN;
}

/* The newest value of the task's first metric, on test or else on training data. */
static char *
metric_words (MtlRecord *record,
              guint      task)
{
  static const char *const splits[] = { "test", "train" };
  const MtlRecordInfo *info = mtl_record_info (record);
  const MtlMethod *metric = mtl_catalogue_find (MTL_KIND_METRIC, info->metrics[task], NULL);

  for (guint i = 0; metric != NULL && i < G_N_ELEMENTS (splits); i++)
    {
      g_autofree char *name = g_strdup_printf ("epoch/%s/%s/%s", splits[i], info->metrics[task],
                                               info->tasks[task]);
      MtlSeries *series = mtl_record_find (record, name);
      gsize n = series != NULL ? mtl_series_get_length (series) : 0;
      MtlPoint point;

      if (n > 0 && mtl_series_read (series, n - 1, &point, 1) == 1 && isfinite (point.y))
        return mtl_look_is_percent (metric) ? mtw_number_percent (point.y, 3)
                                            : mtw_number (point.y, 3);
    }

  return NULL;
}

/* Reads the points that are new, from the epoch that runs alone. */
static void
show_share (BasinFeed *self,
            MtlRecord *record)
{
  MtlSeries *conflict = mtl_record_find (record, "conflict");
  MtlSeries *steps = mtl_record_find (record, "epoch/steps");
  gsize n_epochs = steps != NULL ? mtl_series_get_length (steps) : 0;
  MtlPoint points[N_POINTS], end = { 0 };
  gsize n;

  if (conflict == NULL)
    return;

  if (n_epochs > 0)
    mtl_series_read (steps, n_epochs - 1, &end, 1);
  if (n_epochs != self->share_epochs)
    {
      self->share_epochs = n_epochs;
      self->n_batches = 0;
      self->conflicts = 0.0;
    }
  while ((n = mtl_series_read (conflict, self->n_read, points, N_POINTS)) > 0)
    {
      self->n_read += n;
      for (gsize i = 0; i < n; i++)
        if (points[i].x > end.y && isfinite (points[i].y))
          {
            self->conflicts += points[i].y;
            self->n_batches++;
          }
    }
  if (self->n_batches > 0)
    mtw_canvas_set_conflict_share (self->canvas, self->conflicts / self->n_batches);
}

static void
show_blocks (BasinFeed *self)
{
  const char *const *blocks;
  const MtlConflictFrame *frame = mtw_session_get_conflict (self->session, &blocks);

  if (frame != NULL)
    mtw_canvas_set_block_cosines (self->canvas, blocks, mtl_conflict_frame_blocks (frame));
}

static void
show_words (BasinFeed *self,
            MtlRecord *record)
{
  const MtlRecordInfo *info = mtl_record_info (record);
  gint64 now = g_get_monotonic_time ();

  if (now - self->words_time < WORDS_EVERY && mtw_session_is_live (self->session))
    return;

  self->words_time = now;
  show_share (self, record);
  show_blocks (self);
  for (guint k = 0; k < info->n_tasks; k++)
    {
      double loss = recent_mean (record, info->tasks[k]);
      g_autofree char *figure = mtw_number_fixed (loss, 2);
      g_autofree char *metric = metric_words (record, k);
      g_autofree char *words = metric != NULL ? g_strdup_printf ("%s · %s", figure, metric)
                                              : g_strdup (figure);

      if (isfinite (loss))
        mtw_canvas_set_task_words (self->canvas, info->tasks[k], words);
    }
}

static void
announce_epoch (BasinFeed *self,
                MtlRecord *record)
{
  const MtlRecordInfo *info = mtl_record_info (record);
  MtlSeries *steps = mtl_record_find (record, "epoch/steps");
  gsize epochs = steps != NULL ? mtl_series_get_length (steps) : 0;
  g_autoptr(GString) words = NULL;

  if (epochs == self->epochs)
    return;

  self->epochs = epochs;
  if (epochs == 0)
    return;

  words = g_string_new (NULL);
  /* Translators: said to screen readers; figures of the tasks follow. */
  g_string_printf (words, _("Epoch %" G_GSIZE_FORMAT), epochs);
  for (guint k = 0; k < info->n_tasks; k++)
    {
      g_autofree char *metric = metric_words (record, k);

      if (metric != NULL)
        g_string_append_printf (words, "%s %s %s", k == 0 ? ":" : ",", info->tasks[k], metric);
    }
  mtw_document_announce (self->document, words->str);
}

static void
show_conflict (BasinFeed *self)
{
  const MtlConflictFrame *frame = mtw_session_get_conflict (self->session, NULL);

  if (frame == NULL || frame->step == self->step)
    return;

  self->step = frame->step;
  mtw_canvas_set_conflict (self->canvas, frame->n_tasks, frame->cosine, frame->step);
}

static void
tick_cb (BasinFeed *self)
{
  MtlRecord *record = mtw_session_get_record (self->session);
  int state = mtw_session_get_state (self->session);
  gboolean live = mtw_session_is_live (self->session);

  mtw_canvas_set_training (self->canvas, !live ? MTW_TRAINING_NONE
                                         : state == MTL_RUN_PAUSED ? MTW_TRAINING_PAUSED
                                                                   : MTW_TRAINING_RUNNING);
  if (record == NULL)
    return;

  show_conflict (self);
  show_words (self, record);
  announce_epoch (self, record);
}

static void
run_changed_cb (BasinFeed *self)
{
  self->step = 0;
  self->share_epochs = 0;
  self->n_read = 0;
  self->n_batches = 0;
  self->conflicts = 0.0;
  self->epochs = 0;
  mtw_canvas_set_conflict (self->canvas, 0, NULL, 0);
  mtw_canvas_set_block_cosines (self->canvas, NULL, NULL);
  mtw_canvas_set_conflict_share (self->canvas, NAN);
}

BasinFeed *
basin_feed_new (MtwDocument *document,
                MtwSession  *session,
                MtwCanvas   *canvas)
{
  BasinFeed *self = g_new0 (BasinFeed, 1);

  self->document = g_object_ref (document);
  self->session = g_object_ref (session);
  self->canvas = g_object_ref (canvas);
  g_signal_connect_swapped (session, "tick", G_CALLBACK (tick_cb), self);
  g_signal_connect_swapped (session, "run-changed", G_CALLBACK (run_changed_cb), self);

  return self;
}

void
basin_feed_free (BasinFeed *self)
{
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_object_unref (self->document);
  g_object_unref (self->session);
  g_object_unref (self->canvas);
  g_free (self);
}

char *
basin_feed_status (MtwSession *session)
{
  MtlRecord *record = mtw_session_get_record (session);
  g_autofree char *step = NULL;
  MtlProgress progress = { 0 };

  if (record == NULL)
    return g_strdup (mtw_session_is_live (session) ? _("Getting data ready…") : _("Ready"));

  mtl_record_progress (record, &progress);
  step = mtw_number_fixed ((double) progress.step, 0);
  switch (mtw_session_get_state (session))
    {
    case MTL_RUN_TRAINING:
      return g_strdup_printf (_("Epoch %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT),
                              progress.epoch, mtl_record_info (record)->n_epochs);
    case MTL_RUN_PAUSED:
      return g_strdup_printf (_("Paused at step %s"), step);
    case MTL_RUN_DONE:
      return g_strdup_printf (ngettext ("Trained %" G_GUINT64_FORMAT " epoch",
                                        "Trained %" G_GUINT64_FORMAT " epochs",
                                        (gulong) progress.epoch), progress.epoch);
    case MTL_RUN_STOPPED:
      return g_strdup_printf (_("Stopped at step %s"), step);
    case MTL_RUN_FAILED:
      return g_strdup_printf (_("Failed at step %s"), step);
    default:
      return g_strdup (_("Getting data ready…"));
    }
}
