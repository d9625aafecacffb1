/* mtl-prober.c — a thread of low priority for probes
 *
 * One probe at a time: starting one cancels the one before and waits for it,
 * which takes one pass at most.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define _GNU_SOURCE   /* SCHED_IDLE */

#include "mtl-prober.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "mtl-ending.h"
#include "mtl-mailbox.h"
#include "mtl-probe-private.h"

struct _MtlProber
{
  /* constant while a probe runs */
  pthread_t        thread;
  gboolean         started;   /* the thread is to be joined */
  const MtlChosen *probe;
  MtlSnapshot     *snapshot;
  guint            n_threads;
  GCancellable    *cancel;
  MtlProbeEnded    ended;
  MtlEnding       *ending;
  MtlMailbox      *frames;

  pthread_mutex_t  lock;      /* guards what follows */
  MtlGrid         *grid;
  MtlFindings     *findings;
  gboolean         busy;
};

MtlProber *
mtl_prober_new (void)
{
  MtlProber *self = g_new0 (MtlProber, 1);

  self->frames = mtl_mailbox_new (sizeof (MtlProbeFrame));
  pthread_mutex_init (&self->lock, NULL);

  return self;
}

static void
post_cb (const MtlProbeFrame *frame,
         gpointer             data)
{
  MtlProber *self = data;

  mtl_mailbox_post (self->frames, frame);
}

static void
post_grid_cb (MtlGrid  *grid,
              gpointer  data)
{
  MtlProber *self = data;

  pthread_mutex_lock (&self->lock);
  g_clear_pointer (&self->grid, mtl_grid_unref);
  self->grid = mtl_grid_ref (grid);
  pthread_mutex_unlock (&self->lock);
}

static void
post_findings_cb (MtlFindings *findings,
                  gpointer     data)
{
  MtlProber *self = data;

  pthread_mutex_lock (&self->lock);
  g_clear_pointer (&self->findings, mtl_findings_unref);
  self->findings = mtl_findings_ref (findings);
  pthread_mutex_unlock (&self->lock);
}

static void
ended_cb (gpointer      owner,
          const GError *error,
          GObject      *listener)
{
  MtlProber *self = owner;

  if (self->ended != NULL)
    self->ended (self, error, listener);
}

static void
end (MtlProber *self,
     GError    *error)
{
  pthread_mutex_lock (&self->lock);
  self->busy = FALSE;
  pthread_mutex_unlock (&self->lock);
  mtl_ending_post (self->ending, error);
}

/* Training and drawing go first: a processor that only probes counts as free to
 * them. The threads of the probe's pool inherit it. */
static void
go_last (void)
{
#ifdef SCHED_IDLE
  const struct sched_param none = { 0 };

  pthread_setschedparam (pthread_self (), SCHED_IDLE, &none);
#endif
}

static void *
probe_thread (void *data)
{
  MtlProber *self = data;
  GError *error = NULL;
  MtlProbeRun run = {
    .snapshot = self->snapshot,
    .cancel = self->cancel,
    .untimed = ((const MtlProbe *) mtl_chosen_method (self->probe))->brief,
    .post = post_cb,
    .post_grid = post_grid_cb,
    .post_findings = post_findings_cb,
    .post_data = self,
  };

  go_last ();
  mtl_probe_run (self->probe, &run, self->n_threads, &error);
  end (self, error);

  return NULL;
}

/* Ends what runs and drops its ending. */
static void
finish (MtlProber *self)
{
  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
  if (self->started)
    pthread_join (self->thread, NULL);
  self->started = FALSE;

  g_clear_pointer (&self->ending, mtl_ending_free);
  g_clear_object (&self->cancel);
  g_clear_pointer (&self->probe, mtl_chosen_unref);
  g_clear_pointer (&self->snapshot, mtl_snapshot_unref);
}

void
mtl_prober_free (MtlProber *self)
{
  finish (self);
  g_clear_pointer (&self->grid, mtl_grid_unref);
  g_clear_pointer (&self->findings, mtl_findings_unref);
  mtl_mailbox_unref (self->frames);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

void
mtl_prober_start (MtlProber       *self,
                  const MtlChosen *probe,
                  MtlSnapshot     *snapshot,
                  guint            n_threads,
                  GObject         *listener,
                  MtlProbeEnded    ended)
{
  int failure;

  finish (self);
  self->probe = mtl_chosen_ref (probe);
  self->snapshot = mtl_snapshot_ref (snapshot);
  self->n_threads = n_threads;
  self->cancel = g_cancellable_new ();
  self->ended = ended;
  self->ending = mtl_ending_new (self, listener, ended_cb);

  pthread_mutex_lock (&self->lock);
  self->busy = TRUE;
  g_clear_pointer (&self->findings, mtl_findings_unref);
  pthread_mutex_unlock (&self->lock);

  failure = pthread_create (&self->thread, NULL, probe_thread, self);
  self->started = failure == 0;
  if (failure != 0)
    end (self, g_error_new (G_IO_ERROR, g_io_error_from_errno (failure),
                            "No thread could be started: %s", g_strerror (failure)));
}

void
mtl_prober_cancel (MtlProber *self)
{
  if (self->cancel != NULL)
    g_cancellable_cancel (self->cancel);
}

gboolean
mtl_prober_busy (MtlProber *self)
{
  gboolean busy;

  pthread_mutex_lock (&self->lock);
  busy = self->busy;
  pthread_mutex_unlock (&self->lock);

  return busy;
}

gboolean
mtl_prober_take (MtlProber     *self,
                 guint64       *seen,
                 MtlProbeFrame *frame)
{
  return mtl_mailbox_take (self->frames, seen, frame);
}

MtlGrid *
mtl_prober_grid (MtlProber *self)
{
  MtlGrid *grid;

  pthread_mutex_lock (&self->lock);
  grid = self->grid != NULL ? mtl_grid_ref (self->grid) : NULL;
  pthread_mutex_unlock (&self->lock);

  return grid;
}

MtlFindings *
mtl_prober_findings (MtlProber *self)
{
  MtlFindings *findings;

  pthread_mutex_lock (&self->lock);
  findings = self->findings != NULL ? mtl_findings_ref (self->findings) : NULL;
  pthread_mutex_unlock (&self->lock);

  return findings;
}

const MtlMeasure *
mtl_probe_measures (const MtlMethod *probe)
{
  return ((const MtlProbe *) probe)->measures;
}

/* --- in the calling thread --- */

typedef struct
{
  void          (*progress) (const MtlProbeFrame *frame,
                             gpointer             data);
  gpointer        data;
  MtlProbeFrame  *frame;
  MtlGrid       **grid;
  MtlFindings   **findings;
} Now;

static void
now_cb (const MtlProbeFrame *frame,
        gpointer             data)
{
  Now *now = data;

  *now->frame = *frame;
  if (now->progress != NULL)
    now->progress (frame, now->data);
}

static void
now_grid_cb (MtlGrid  *grid,
             gpointer  data)
{
  Now *now = data;

  if (now->grid == NULL)
    return;
  g_clear_pointer (now->grid, mtl_grid_unref);
  *now->grid = mtl_grid_ref (grid);
}

static void
now_findings_cb (MtlFindings *findings,
                 gpointer     data)
{
  Now *now = data;

  if (now->findings == NULL)
    return;
  g_clear_pointer (now->findings, mtl_findings_unref);
  *now->findings = mtl_findings_ref (findings);
}

/**
 * mtl_probe_cost:
 * @frame: (out caller-allocates): with passes and seconds, and nothing found
 *
 * Returns: TRUE; FALSE with G_IO_ERROR_CANCELLED or an error of the data
 */
gboolean
mtl_probe_cost (const MtlChosen  *probe,
                MtlSnapshot      *snapshot,
                guint             n_threads,
                GCancellable     *cancel,
                MtlProbeFrame    *frame,
                GError          **error)
{
  Now now = { .frame = frame };
  MtlProbeRun run = {
    .snapshot = snapshot,
    .cancel = cancel,
    .only_cost = TRUE,
    .post = now_cb,
    .post_data = &now,
  };

  return mtl_probe_run (probe, &run, n_threads, error);
}

/**
 * mtl_probe_now:
 * @progress: (nullable): called with each frame
 * @frame: (out caller-allocates): the last one
 * @grid: (out) (nullable) (transfer full): the finest grid; NULL when the
 *   probe has none
 * @findings: (out) (nullable) (transfer full): all that was found; NULL when the
 *   probe finds no such figures
 *
 * Returns: TRUE; FALSE with G_IO_ERROR_CANCELLED or an error of the data
 */
gboolean
mtl_probe_now (const MtlChosen  *probe,
               MtlSnapshot      *snapshot,
               guint             n_threads,
               GCancellable     *cancel,
               void            (*progress) (const MtlProbeFrame *frame,
                                            gpointer             data),
               gpointer          data,
               MtlProbeFrame    *frame,
               MtlGrid         **grid,
               MtlFindings     **findings,
               GError          **error)
{
  Now now = { progress, data, frame, grid, findings };
  MtlProbeRun run = {
    .snapshot = snapshot,
    .cancel = cancel,
    .post = now_cb,
    .post_grid = now_grid_cb,
    .post_findings = now_findings_cb,
    .post_data = &now,
  };

  if (grid != NULL)
    *grid = NULL;
  if (findings != NULL)
    *findings = NULL;

  return mtl_probe_run (probe, &run, n_threads, error);
}
