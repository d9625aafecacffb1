/* sweep-run.c — runs the cells of a sweep, some at a time
 *
 * All of this is on the main thread, but for the steps, which are on a
 * trainer's own thread, and the measuring of sharpness, which is a GTask:
 *
 *   start_cell  →  trained_cb  →  measure  →  measured_cb  →  end_job  →  the next cell
 *
 * A run that fails is told and passed over. On Ctrl-C no cell is started any
 * more, the trainers stop after their step and save.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "sweep.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "mtl-trainer.h"

#define POLL_MS 200

typedef struct
{
  SweepPlan    *plan;
  MtlStore     *store;
  guint         n_jobs;
  guint         n_threads;
  GMainLoop    *loop;
  GPtrArray    *jobs;         /* (element-type Job): those that run */
  guint         next;         /* cell to look at */
  GCancellable *cancel;       /* of measurements */
  gboolean      interrupted;
  gboolean      terminal;     /* a progress line makes sense */
  guint         n_failed;
} Sweep;

typedef struct
{
  Sweep         *sweep;
  SweepCell     *cell;
  MtlTrainer    *trainer;     /* NULL: only to be measured */
  MtlRecord     *record;      /* NULL while data is being opened */
  GObject       *listener;
  gint64         began;       /* monotonic, µs */
  guint64        first_step;  /* of this process */
  double         before;      /* s that the run took before that */
  MtlProbeFrame  frame;       /* what was measured */
} Job;

static void start_cells (Sweep *self);

static void
free_job (gpointer data)
{
  Job *job = data;

  g_clear_pointer (&job->record, mtl_record_unref);
  g_clear_pointer (&job->trainer, mtl_trainer_free);
  g_object_unref (job->listener);
  g_free (job);
}

/* --- what is told --- */

static double
job_seconds (const Job *job)
{
  return job->before + (double) (g_get_monotonic_time () - job->began) / G_USEC_PER_SEC;
}

/* How long the cell took by now and, by the steps that this process did, will take. */
static void
take_time (Job *job)
{
  const MtlRecordInfo *info = job->record != NULL ? mtl_record_info (job->record) : NULL;
  MtlProgress progress;

  job->cell->seconds = job_seconds (job);
  job->cell->guess = NAN;
  if (info == NULL)
    return;

  mtl_record_progress (job->record, &progress);
  if (progress.step > job->first_step)
    job->cell->guess = job->before + (job->cell->seconds - job->before)
                       * (double) (info->n_epochs * info->steps_per_epoch - job->first_step)
                       / (double) (progress.step - job->first_step);
}

static void
clear_line (const Sweep *self)
{
  if (self->terminal)
    fprintf (stderr, "\r\033[K");
}

static void
tell_end (const Sweep *self,
          Job         *job)
{
  g_autofree char *left = NULL;

  job->cell->seconds = job_seconds (job);
  job->cell->running = FALSE;
  left = sweep_time_left (self->plan, self->n_jobs);
  clear_line (self);
  /* Translators: how many of how many runs, which one, how long it took, time left or nothing */
  fprintf (stderr, _("%u of %u: %s, %.1f s%s\n"), sweep_n_finished (self->plan),
           self->plan->cells->len, job->cell->title, job->cell->seconds, left);
}

static void
meet_record (Job *job)
{
  MtlProgress progress;

  job->record = mtl_trainer_record (job->trainer);
  if (job->record == NULL)
    return;

  mtl_record_progress (job->record, &progress);
  job->first_step = progress.step;
  job->began = g_get_monotonic_time ();
}

static gboolean
poll_cb (gpointer data)
{
  Sweep *self = data;
  g_autofree char *left = NULL;

  for (guint n = 0; n < self->jobs->len; n++)
    {
      Job *job = self->jobs->pdata[n];

      if (job->record == NULL && job->trainer != NULL)
        meet_record (job);
      take_time (job);
    }

  if (!self->terminal || self->interrupted)
    return G_SOURCE_CONTINUE;

  left = sweep_time_left (self->plan, self->n_jobs);
  fprintf (stderr, "\r\033[K");
  fprintf (stderr, _("%u of %u, %u running: %s%s"), sweep_n_finished (self->plan),
           self->plan->cells->len, self->jobs->len,
           self->jobs->len > 0 ? ((Job *) self->jobs->pdata[0])->cell->title : "", left);
  fflush (stderr);

  return G_SOURCE_CONTINUE;
}

/* --- the ways a job goes --- */

/* Not from within the ending of its trainer, which is freed here. */
static gboolean
end_job_cb (gpointer data)
{
  Job *job = data;
  Sweep *self = job->sweep;

  job->cell->running = FALSE;
  g_ptr_array_remove (self->jobs, job);
  start_cells (self);

  return G_SOURCE_REMOVE;
}

static void
fail_job (Job          *job,
          const GError *error)
{
  clear_line (job->sweep);
  g_printerr ("basin-cli: %s: %s\n", job->cell->title, error->message);
  job->sweep->n_failed++;
  g_idle_add (end_job_cb, job);
}

static void
ignore_cb (const MtlProbeFrame *frame,
           gpointer             data)
{
}

static void
measure_thread (GTask        *task,
                gpointer      source,
                gpointer      data,
                GCancellable *cancel)
{
  Job *job = data;
  Sweep *self = job->sweep;
  GError *error = NULL;
  g_autoptr(MtlSnapshot) snapshot = mtl_store_snapshot (self->store, job->cell->run, FALSE, &error);

  if (snapshot != NULL
      && mtl_probe_now (self->plan->probe, snapshot, self->n_threads, cancel, ignore_cb, NULL,
                        &job->frame, NULL, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* Also under the name that lists and plots know. */
static gboolean
keep_figures (Job     *job,
              GError **error)
{
  MtlStore *store = job->sweep->store;
  g_autoptr(MtlRecord) record = mtl_store_load (store, job->cell->run, error);

  for (guint k = 0; record != NULL && k < job->frame.n_tasks; k++)
    {
      const char *task = mtl_record_info (record)->tasks[k];
      g_autofree char *ours = sweep_curve (job->sweep->plan->probe, task);
      g_autofree char *shown = g_strdup_printf ("flatness/%s", task);
      double epoch = (double) job->frame.epoch;

      if (!mtl_store_add_point (store, job->cell->run, ours, epoch, job->frame.sharpness[k], error)
          || !mtl_store_add_point (store, job->cell->run, shown, epoch, job->frame.sharpness[k],
                                   error))
        return FALSE;
    }

  return record != NULL;
}

static void
measured_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  Job *job = data;
  g_autoptr(GError) error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error) && keep_figures (job, &error))
    {
      job->cell->measured = TRUE;
      tell_end (job->sweep, job);
      g_idle_add (end_job_cb, job);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_idle_add (end_job_cb, job);
  else
    fail_job (job, error);
}

static void
measure (Job *job)
{
  g_autoptr(GTask) task = NULL;

  if (job->sweep->plan->probe == NULL)
    {
      tell_end (job->sweep, job);
      g_idle_add (end_job_cb, job);
      return;
    }

  task = g_task_new (NULL, job->sweep->cancel, measured_cb, job);
  g_task_set_task_data (task, job, NULL);
  g_task_run_in_thread (task, measure_thread);
}

static void
trained_cb (MtlTrainer   *trainer,
            const GError *error,
            GObject      *listener)
{
  Job *job = g_object_get_data (listener, "job");
  MtlProgress progress = { .status = MTL_RUN_STOPPED };

  if (job->record == NULL)
    job->record = mtl_trainer_record (trainer);
  if (job->record != NULL)
    {
      mtl_record_progress (job->record, &progress);
      g_free (job->cell->run);
      job->cell->run = g_strdup (mtl_record_info (job->record)->run);
      job->cell->status = progress.status;
    }

  if (error != NULL && !job->sweep->interrupted)
    fail_job (job, error);
  else if (progress.status == MTL_RUN_DONE && !job->sweep->interrupted)
    measure (job);
  else
    g_idle_add (end_job_cb, job);
}

/* Of a run that was killed before its first checkpoint nothing is left to go on with. */
static gboolean
can_resume (const Sweep     *self,
            const SweepCell *cell)
{
  g_autoptr(GBytes) checkpoint = cell->run == NULL
                                 ? NULL : mtl_store_checkpoint (self->store, cell->run, FALSE,
                                                                NULL);

  return checkpoint != NULL;
}

static void
start_cell (Sweep     *self,
            SweepCell *cell)
{
  gboolean resumes = cell->status != MTL_RUN_DONE && can_resume (self, cell);
  MtlRunOptions options = { .n_threads = self->n_threads, .store = self->store,
                            .resume = resumes ? cell->run : NULL };
  Job *job = g_new0 (Job, 1);
  g_autoptr(GError) error = NULL;

  job->sweep = self;
  job->cell = cell;
  cell->running = TRUE;
  cell->guess = NAN;
  job->began = g_get_monotonic_time ();
  job->before = resumes ? cell->seconds : 0.0;
  job->listener = g_object_new (G_TYPE_OBJECT, NULL);
  g_object_set_data (job->listener, "job", job);
  g_ptr_array_add (self->jobs, job);

  if (cell->run != NULL && cell->status == MTL_RUN_DONE)
    {
      measure (job);
      return;
    }

  job->trainer = mtl_trainer_start (cell->design, &options, job->listener, trained_cb, &error);
  if (job->trainer == NULL)
    fail_job (job, error);
}

static void
start_cells (Sweep *self)
{
  while (!self->interrupted && self->next < self->plan->cells->len
         && self->jobs->len < self->n_jobs)
    {
      SweepCell *cell = self->plan->cells->pdata[self->next++];

      if (!sweep_is_finished (self->plan, cell))
        start_cell (self, cell);
    }

  if (self->jobs->len == 0)
    g_main_loop_quit (self->loop);
}

static gboolean
interrupt_cb (gpointer data)
{
  Sweep *self = data;

  self->interrupted = TRUE;
  g_cancellable_cancel (self->cancel);
  for (guint n = 0; n < self->jobs->len; n++)
    {
      Job *job = self->jobs->pdata[n];

      if (job->trainer != NULL)
        mtl_trainer_order (job->trainer, MTL_ORDER_STOP);
    }

  return G_SOURCE_CONTINUE;
}

/* --- the sweep --- */

static guint
count_failed (const SweepPlan *plan)
{
  guint n_failed = 0;

  for (guint n = 0; n < plan->cells->len; n++)
    {
      const SweepCell *cell = plan->cells->pdata[n];

      n_failed += cell->run != NULL && cell->status == MTL_RUN_FAILED;
    }

  return n_failed;
}

static void
tell_start (const Sweep *self)
{
  guint n_begun = 0;
  guint n_failed = count_failed (self->plan);
  guint n_done = sweep_n_finished (self->plan);

  for (guint n = 0; n < self->plan->cells->len; n++)
    {
      const SweepCell *cell = self->plan->cells->pdata[n];

      n_begun += cell->run != NULL && !sweep_is_finished (self->plan, cell);
    }
  fprintf (stderr, _("%u runs, %u of them done and %u begun; %u at a time, threads for each: %u\n"),
           self->plan->cells->len, n_done, n_begun, self->n_jobs, self->n_threads);
  if (n_failed > 0)
    fprintf (stderr, _("%u of those done have failed, and are tried again only after "
                       "“basin-cli runs --delete RUN”.\n"), n_failed);
}

static gboolean
start_cb (gpointer data)
{
  start_cells (data);

  return G_SOURCE_REMOVE;
}

int
sweep_run (SweepPlan *plan,
           MtlStore  *store,
           guint      n_jobs,
           guint      n_threads)
{
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func (free_job);
  g_autoptr(GCancellable) cancel = g_cancellable_new ();
  Sweep self = { .plan = plan, .store = store, .n_jobs = n_jobs, .n_threads = n_threads,
                 .loop = loop, .jobs = jobs, .cancel = cancel,
                 .terminal = isatty (STDERR_FILENO) };
  guint poll;

  tell_start (&self);
  cli_on_interrupt (interrupt_cb, &self);
  poll = g_timeout_add (POLL_MS, poll_cb, &self);
  g_idle_add (start_cb, &self);
  g_main_loop_run (loop);
  g_source_remove (poll);
  clear_line (&self);
  if (!self.interrupted)
    return self.n_failed + count_failed (plan) > 0 ? CLI_FAILURE : CLI_DONE;

  fprintf (stderr, _("Stopped: %u of %u runs are done, and what was begun is saved. "
                     "The same command goes on.\n"), sweep_n_finished (plan), plan->cells->len);
  return CLI_INTERRUPTED;
}
