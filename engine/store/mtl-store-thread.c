/* mtl-store-thread.c — the thread that writes
 *
 * One queue, first in, first out. The thread ends when the store is let go
 * of, after the last job: what was queued is on disk by then.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-store-private.h"

typedef struct
{
  MtlJobFunc  func;
  gpointer    data;
  gboolean    is_awaited;  /* the caller has the job on its stack */
  /* Guarded by the lock of the store. */
  gboolean    is_done;
  gboolean    went_well;
  GError     *error;
} MtlJob;

static void
do_job (MtlStore *self,
        MtlJob   *job)
{
  g_autoptr(GError) error = NULL;
  gboolean went_well = job->func (self, self->db, job->data, &error);

  if (!job->is_awaited)
    {
      g_free (job);
      return;
    }

  pthread_mutex_lock (&self->lock);
  job->went_well = went_well;
  job->error = g_steal_pointer (&error);
  job->is_done = TRUE;
  pthread_cond_broadcast (&self->done);
  pthread_mutex_unlock (&self->lock);
}

static void *
work_cb (void *data)
{
  MtlStore *self = data;

  pthread_mutex_lock (&self->lock);
  while (!self->ends || !g_queue_is_empty (&self->jobs))
    {
      MtlJob *job = g_queue_pop_head (&self->jobs);

      if (job == NULL)
        {
          pthread_cond_wait (&self->wake, &self->lock);
          continue;
        }
      pthread_mutex_unlock (&self->lock);
      do_job (self, job);
      pthread_mutex_lock (&self->lock);
    }
  pthread_mutex_unlock (&self->lock);

  return NULL;
}

void
mtl_store_start (MtlStore *self)
{
  int failure;

  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->wake, NULL);
  pthread_cond_init (&self->done, NULL);
  g_queue_init (&self->jobs);
  failure = pthread_create (&self->thread, NULL, work_cb, self);
  if (failure != 0)
    g_error ("The store cannot start a thread: %s", g_strerror (failure));
}

void
mtl_store_end (MtlStore *self)
{
  pthread_mutex_lock (&self->lock);
  self->ends = TRUE;
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);

  pthread_join (self->thread, NULL);
  pthread_cond_destroy (&self->done);
  pthread_cond_destroy (&self->wake);
  pthread_mutex_destroy (&self->lock);
}

static void
push (MtlStore *self,
      MtlJob   *job)
{
  g_queue_push_tail (&self->jobs, job);
  pthread_cond_signal (&self->wake);
}

void
mtl_store_post (MtlStore   *self,
                MtlJobFunc  func,
                gpointer    data)
{
  MtlJob *job = g_new0 (MtlJob, 1);

  job->func = func;
  job->data = data;
  push (self, job);
}

gboolean
mtl_store_call (MtlStore    *self,
                MtlJobFunc   func,
                gpointer     data,
                GError     **error)
{
  MtlJob job = { .func = func, .data = data, .is_awaited = TRUE };

  pthread_mutex_lock (&self->lock);
  push (self, &job);
  while (!job.is_done)
    pthread_cond_wait (&self->done, &self->lock);
  pthread_mutex_unlock (&self->lock);

  if (job.error != NULL)
    g_propagate_error (error, job.error);

  return job.went_well;
}
