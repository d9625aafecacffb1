/* mtl-mailbox.c — room for one frame, and a count of the frames posted
 *
 * A frame is copied in and out under the lock. The largest, a landscape of
 * 128×128 doubles, is 128 KiB and takes a few microseconds, so a second
 * buffer to swap with would save nothing that anybody notices.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-mailbox.h"

#include <pthread.h>
#include <string.h>

struct _MtlMailbox
{
  gint             refs;        /* atomic */
  gsize            frame_size;  /* bytes; constant */

  pthread_mutex_t  lock;        /* guards the rest */
  guint64          n_posted;
  gpointer         frame;       /* the newest, once n_posted > 0 */
};

/**
 * mtl_mailbox_new:
 * @frame_size: bytes of a frame, > 0
 *
 * Returns: (transfer full): a mailbox with nothing in it
 */
MtlMailbox *
mtl_mailbox_new (gsize frame_size)
{
  MtlMailbox *self;

  g_return_val_if_fail (frame_size > 0, NULL);

  self = g_new0 (MtlMailbox, 1);
  self->refs = 1;
  self->frame_size = frame_size;
  self->frame = g_malloc0 (frame_size);
  pthread_mutex_init (&self->lock, NULL);

  return self;
}

MtlMailbox *
mtl_mailbox_ref (MtlMailbox *self)
{
  g_atomic_int_inc (&self->refs);

  return self;
}

void
mtl_mailbox_unref (MtlMailbox *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;

  pthread_mutex_destroy (&self->lock);
  g_free (self->frame);
  g_free (self);
}

/**
 * mtl_mailbox_post:
 * @frame: the bytes of a frame; copied
 *
 * The frame before is gone, whether somebody took it or not.
 */
void
mtl_mailbox_post (MtlMailbox    *self,
                  gconstpointer  frame)
{
  pthread_mutex_lock (&self->lock);
  memcpy (self->frame, frame, self->frame_size);
  self->n_posted++;
  pthread_mutex_unlock (&self->lock);
}

/**
 * mtl_mailbox_take:
 * @seen: (inout): where this reader is; 0 before its first frame
 * @frame: (out caller-allocates): room for a frame; left alone when FALSE
 *
 * Returns: whether there was a frame that this reader had not seen
 */
gboolean
mtl_mailbox_take (MtlMailbox *self,
                  guint64    *seen,
                  gpointer    frame)
{
  gboolean is_new;

  pthread_mutex_lock (&self->lock);
  is_new = self->n_posted > *seen;
  if (is_new)
    {
      memcpy (frame, self->frame, self->frame_size);
      *seen = self->n_posted;
    }
  pthread_mutex_unlock (&self->lock);

  return is_new;
}
