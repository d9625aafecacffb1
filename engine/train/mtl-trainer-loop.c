/* mtl-trainer-loop.c — epochs and steps
 *
 * Orders are taken between two steps. Whatever way a run ends, what it holds
 * is flushed, a checkpoint is saved, and its status is written.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-trainer-private.h"

#define FLUSH_EVERY (2 * G_USEC_PER_SEC)
#define SAVE_EVERY  (30 * G_USEC_PER_SEC)
#define FRAME_EVERY (G_USEC_PER_SEC / 60)
#define MAX_SKIPPED 10    /* perturbed steps in a row that are not finite */
#define SMOOTHING   0.05  /* of the time a step takes */

typedef enum
{
  GO_ON,
  STOP,
} Verdict;

void
mtl_loop_report (MtlTrainer  *self,
                 MtlRunStatus status)
{
  MtlLoop *loop = &self->loop;
  guint64 total = loop->n_epochs * loop->steps_per_epoch;
  MtlProgress progress = {
    .status = status,
    .step = loop->mark.step,
    .epoch = MIN (loop->mark.epoch, loop->n_epochs),
    .seconds = loop->mark.total,
    .step_time = loop->step_time,
    .time_left = loop->step_time > 0.0 && total >= loop->mark.step
                 ? (double) (total - loop->mark.step) * loop->step_time : NAN,
  };

  mtl_record_set_progress (self->record, &progress);
}

void
mtl_loop_save (MtlTrainer *self,
               gboolean    best)
{
  MtlLoop *loop = &self->loop;
  g_autoptr(GBytes) bytes = NULL;

  /* The last good checkpoint stays the newest one. */
  if (loop->writer == NULL || loop->broken)
    return;

  /* Curves first: those on disk are never older than the checkpoint. */
  mtl_store_writer_flush (loop->writer, self->record);
  bytes = mtl_checkpoint_write (loop->design, mtl_data_info (loop->data), &loop->mark, loop->model,
                                loop->step, loop->recorder);
  mtl_store_writer_checkpoint (loop->writer, bytes, loop->mark.step, loop->mark.epoch, best);
  loop->last_save = g_get_monotonic_time ();
}

/* --- orders --- */

/* Waits while paused. */
static Verdict
take_orders (MtlTrainer *self)
{
  gboolean was_paused = FALSE;
  gboolean save, stop;

  pthread_mutex_lock (&self->lock);
  while (self->pause && !self->stop && self->n_single == 0)
    {
      if (!was_paused)
        {
          was_paused = TRUE;
          mtl_loop_report (self, MTL_RUN_PAUSED);
          mtl_record_add_event (self->record, self->loop.mark.step, "pause", _("paused"));
          if (self->loop.writer != NULL)
            mtl_store_writer_flush (self->loop.writer, self->record);
        }
      pthread_cond_wait (&self->wake, &self->lock);
    }
  if (self->n_single > 0)
    self->n_single--;
  save = self->save;
  stop = self->stop;
  self->save = FALSE;
  pthread_mutex_unlock (&self->lock);

  if (stop)
    return STOP;
  if (was_paused)
    mtl_loop_report (self, MTL_RUN_TRAINING);
  if (save)
    mtl_loop_save (self, FALSE);
  mtl_loop_take_settings (self);

  return GO_ON;
}

/* --- a step --- */

static gboolean
should_diagnose (const MtlLoop *loop)
{
  guint64 every = (guint64) mtl_setup_number (loop->design, "diagnose-every");

  return every > 0 && loop->mark.step % every == 0;
}

/* Returns how many batches the next step has. */
static guint
fill_batches (MtlLoop *loop)
{
  gsize capacity = loop->batches[0]->capacity;
  gsize first = loop->mark.batch * capacity * loop->n_batches;
  guint b;

  for (b = 0; b < loop->n_batches && first < loop->n_rows; b++, first += capacity)
    mtl_batch_fill (loop->batches[b], loop->data, MTL_DATA_TRAIN, loop->order + first,
                    MIN (capacity, loop->n_rows - first), loop->pool);

  return b;
}

/* Rows drawn anew for each step, whatever the order of the epoch. */
static void
fill_fresh (MtlLoop *loop)
{
  guint n = mtl_step_n_fresh (loop->step);
  gsize capacity = loop->batches[0]->capacity;
  g_autofree guint32 *rows = g_new (guint32, capacity);

  for (guint b = 0; b < n; b++)
    {
      MtlRng rng = mtl_rng_derive (mtl_rng_derive (mtl_rng_new (loop->seed, MTL_STREAM_FRESH), b),
                                   loop->mark.step);

      if (loop->fresh[b] == NULL)
        loop->fresh[b] = mtl_batch_new (loop->data, capacity);
      for (gsize i = 0; i < capacity; i++)
        rows[i] = (guint32) mtl_rng_below (rng, i, loop->n_rows);
      mtl_batch_fill (loop->fresh[b], loop->data, MTL_DATA_TRAIN, rows, capacity, loop->pool);
    }
  mtl_step_set_fresh (loop->step, n > 0 ? (const MtlBatch *const *) loop->fresh : NULL);
}

static void
note_time (MtlLoop *loop,
           gint64   began)
{
  double seconds = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;

  loop->mark.seconds += seconds;
  loop->mark.total += seconds;
  loop->step_time = loop->step_time > 0.0
                    ? loop->step_time + SMOOTHING * (seconds - loop->step_time) : seconds;
}

/* A step is done, or passed over. With θ locked. */
static void
advance (MtlLoop *loop)
{
  loop->mark.step++;
  loop->mark.batch++;
  if (loop->mark.batch == loop->steps_per_epoch)
    mtl_average_end_epoch (&loop->model->average, loop->model->theta,
                           (double) loop->mark.epoch / (double) loop->n_epochs, loop->pool);
}

static void
update_model (MtlTrainer *self,
              double      rate)
{
  MtlLoop *loop = &self->loop;

  pthread_mutex_lock (&self->theta_lock);
  mtl_model_update (loop->model, mtl_step_gradient (loop->step), rate, loop->pool);
  if (mtl_step_descent (loop->step) != NULL)
    mtl_model_descend (loop->model, mtl_step_descent (loop->step), rate, loop->pool);
  mtl_model_renew (loop->model, mtl_step_renewed (loop->step));
  mtl_average_end_step (&loop->model->average, loop->model->theta, loop->pool);
  advance (loop);
  pthread_mutex_unlock (&self->theta_lock);
}

/* What a step that failed means: a perturbed point that is not finite is
 * passed over, ten in a row or a clean one are not. */
static gboolean
forgive (MtlTrainer  *self,
         GError     **failure,
         GError     **error)
{
  MtlLoop *loop = &self->loop;

  if (g_error_matches (*failure, MTL_ERROR, MTL_ERROR_NOT_FINITE)
      && mtl_step_failed_perturbed (loop->step) && ++loop->n_skipped < MAX_SKIPPED)
    {
      mtl_record_add_event (self->record, loop->mark.step, "warning", (*failure)->message);
      g_clear_error (failure);
      pthread_mutex_lock (&self->theta_lock);
      advance (loop);
      pthread_mutex_unlock (&self->theta_lock);
      return TRUE;
    }

  g_propagate_error (error, g_steal_pointer (failure));
  return FALSE;
}

static gboolean
take_step (MtlTrainer  *self,
           GError     **error)
{
  MtlLoop *loop = &self->loop;
  gint64 began = g_get_monotonic_time ();
  double epoch = ((double) loop->mark.step + 0.5) / (double) loop->steps_per_epoch;
  double rate = mtl_model_rate (loop->model, epoch, (double) loop->n_epochs);
  g_autoptr(GError) failure = NULL;
  guint n_batches;

  n_batches = fill_batches (loop);
  fill_fresh (loop);
  mtl_step_set_clock (loop->step, loop->mark.epoch - 1, rate);
  if (!mtl_step_take_batches (loop->step, loop->model->theta,
                              (const MtlBatch *const *) loop->batches, n_batches,
                              loop->mark.step, loop->seed, should_diagnose (loop), &failure))
    return forgive (self, &failure, error);

  loop->n_skipped = 0;
  loop->broken = FALSE;
  update_model (self, rate);
  mtl_step_follow (loop->step, loop->model->theta);
  mtl_recorder_add_step (loop->recorder, loop->step, loop->mark.step, rate);
  mtl_recorder_add_trunk (loop->recorder, loop->model->theta, loop->mark.step);
  note_time (loop, began);

  return TRUE;
}

/* What is owed to the outside now and then. */
static void
tell (MtlTrainer *self)
{
  MtlLoop *loop = &self->loop;
  gint64 now = g_get_monotonic_time ();

  if (now - loop->last_frame >= FRAME_EVERY)
    {
      loop->last_frame = now;
      mtl_loop_report (self, MTL_RUN_TRAINING);
      if (mtl_step_report (loop->step, MTL_PART_LOSS)->valid)
        {
          mtl_recorder_fill_frame (loop->recorder, loop->step, loop->mark.step, loop->frame);
          mtl_mailbox_post (self->conflict, loop->frame);
        }
    }
  if (loop->writer != NULL && now - loop->last_flush >= FLUSH_EVERY)
    {
      loop->last_flush = now;
      mtl_store_writer_flush (loop->writer, self->record);
    }
  if (now - loop->last_save >= SAVE_EVERY)
    mtl_loop_save (self, FALSE);
}

/* --- an epoch --- */

static gboolean
stop_cb (gpointer data)
{
  MtlTrainer *self = data;
  gboolean stop;

  pthread_mutex_lock (&self->lock);
  stop = self->stop;
  pthread_mutex_unlock (&self->lock);

  return stop;
}

static gboolean
evaluate (MtlTrainer *self,
          MtlSplit    split,
          MtlTally   *tally)
{
  MtlLoop *loop = &self->loop;

  mtl_tally_clear (tally);

  return mtl_evaluate (loop->work, mtl_model_evaluated (loop->model), split, loop->batches[0],
                       tally, stop_cb, self);
}

/* The figure that `best` is chosen by: on validation, else on training, never on test. */
static double
judge (MtlLoop  *loop,
       gboolean  validated)
{
  return validated ? mtl_tally_mean (loop->validation) : mtl_recorder_mean_loss (loop->recorder);
}

/* STOP leaves the epoch open: its last step is done, its figures are not. */
static Verdict
end_epoch (MtlTrainer *self)
{
  MtlLoop *loop = &self->loop;
  gboolean validated = mtl_data_rows (loop->data, MTL_DATA_VALIDATION) > 0;
  gboolean tested = mtl_data_rows (loop->data, MTL_DATA_TEST) > 0;
  double figure;
  gboolean best;

  if ((validated && !evaluate (self, MTL_DATA_VALIDATION, loop->validation))
      || (tested && !evaluate (self, MTL_DATA_TEST, loop->test)))
    return STOP;

  figure = judge (loop, validated);
  best = figure < loop->mark.best;
  if (best)
    loop->mark.best = figure;
  mtl_recorder_end_epoch (loop->recorder, loop->mark.epoch, loop->mark.seconds, loop->mark.step,
                          validated ? loop->validation : NULL, tested ? loop->test : NULL);

  pthread_mutex_lock (&self->theta_lock);
  loop->mark.epoch++;
  loop->mark.batch = 0;
  loop->mark.seconds = 0.0;
  pthread_mutex_unlock (&self->theta_lock);
  mtl_loop_report (self, MTL_RUN_TRAINING);
  mtl_loop_save (self, best);
  mtl_loop_measure (self);

  return GO_ON;
}

static Verdict
run_epoch (MtlTrainer  *self,
           GError     **error)
{
  MtlLoop *loop = &self->loop;

  mtl_data_order (loop->seed, loop->mark.epoch, loop->order, loop->n_rows);
  while (loop->mark.batch < loop->steps_per_epoch)
    {
      g_autoptr(GError) failure = NULL;

      if (take_orders (self) == STOP)
        return STOP;
      if (take_step (self, &failure))
        {
          tell (self);
          continue;
        }

      loop->broken = TRUE;
      mtl_record_add_event (self->record, loop->mark.step, "error", failure->message);
      if (self->options.pause_on_error
          && g_error_matches (failure, MTL_ERROR, MTL_ERROR_NOT_FINITE))
        {
          mtl_trainer_order (self, MTL_ORDER_PAUSE);
          continue;
        }
      g_propagate_error (error, g_steal_pointer (&failure));
      return STOP;
    }

  return end_epoch (self);
}

/* --- the run --- */

static void
finish (MtlTrainer    *self,
        MtlRunStatus   status,
        GError       **error)
{
  MtlLoop *loop = &self->loop;
  g_autoptr(GError) failure = NULL;

  if (status == MTL_RUN_STOPPED)
    {
      mtl_loop_save (self, FALSE);
      mtl_record_add_event (self->record, loop->mark.step, "end", _("stopped"));
    }
  mtl_loop_report (self, status);
  if (loop->writer != NULL
      && !mtl_store_writer_close (g_steal_pointer (&loop->writer), self->record, &failure)
      && (error == NULL || *error == NULL))
    g_propagate_error (error, g_steal_pointer (&failure));
}

gboolean
mtl_trainer_loop (MtlTrainer  *self,
                  GError     **error)
{
  MtlLoop *loop = &self->loop;
  MtlRunStatus status = MTL_RUN_DONE;
  GError *failure = NULL;

  if (!mtl_loop_prepare (self, error))
    {
      if (loop->writer != NULL)
        mtl_store_writer_close (g_steal_pointer (&loop->writer), self->record, NULL);
      return FALSE;
    }

  loop->last_save = loop->last_flush = g_get_monotonic_time ();
  mtl_loop_report (self, MTL_RUN_TRAINING);
  while (loop->mark.epoch <= loop->n_epochs && status == MTL_RUN_DONE)
    if (run_epoch (self, &failure) == STOP)
      status = failure != NULL ? MTL_RUN_FAILED : MTL_RUN_STOPPED;

  finish (self, status, &failure);
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, failure);
  return FALSE;
}
