/* mtl-ending.c — word from a thread that is done, to the thread that started it
 *
 * An idle source with a weak reference. Invoking in the context would not do:
 * it may call at once, in the wrong thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-ending.h"

#include <pthread.h>

struct _MtlEnding
{
  /* constant */
  gpointer         owner;
  MtlEndingCall    call;
  GMainContext    *context;   /* of the starter */
  GWeakRef         listener;

  pthread_mutex_t  lock;      /* guards what follows */
  GSource         *pending;
  GError          *error;     /* to be told of */
};

MtlEnding *
mtl_ending_new (gpointer       owner,
                GObject       *listener,
                MtlEndingCall  call)
{
  MtlEnding *self = g_new0 (MtlEnding, 1);

  self->owner = owner;
  self->call = call;
  self->context = g_main_context_ref_thread_default ();
  g_weak_ref_init (&self->listener, listener);
  pthread_mutex_init (&self->lock, NULL);

  return self;
}

static gboolean
deliver_cb (gpointer data)
{
  MtlEnding *self = data;
  g_autoptr(GObject) listener = g_weak_ref_get (&self->listener);
  g_autoptr(GError) error = NULL;

  pthread_mutex_lock (&self->lock);
  error = g_steal_pointer (&self->error);
  g_clear_pointer (&self->pending, g_source_unref);
  pthread_mutex_unlock (&self->lock);

  /* The call may free the ending, which is not touched after it. */
  if (listener != NULL && self->call != NULL)
    self->call (self->owner, error, listener);

  return G_SOURCE_REMOVE;
}

void
mtl_ending_post (MtlEnding *self,
                 GError    *error)
{
  g_autoptr(GSource) source = g_idle_source_new ();

  g_source_set_callback (source, deliver_cb, self, NULL);

  pthread_mutex_lock (&self->lock);
  g_assert (self->pending == NULL && self->error == NULL);
  self->error = error;
  self->pending = g_source_ref (source);
  pthread_mutex_unlock (&self->lock);
  g_source_attach (source, self->context);
}

void
mtl_ending_free (MtlEnding *self)
{
  pthread_mutex_lock (&self->lock);
  if (self->pending != NULL)
    g_source_destroy (self->pending);
  g_clear_pointer (&self->pending, g_source_unref);
  g_clear_error (&self->error);
  pthread_mutex_unlock (&self->lock);

  g_main_context_unref (self->context);
  g_weak_ref_clear (&self->listener);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}
