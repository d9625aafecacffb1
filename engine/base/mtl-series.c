/* mtl-series.c — a growing array of points behind one lock
 *
 * The array doubles, so an append costs O(1) on average. A reader holds the
 * lock for one copy of what it asked for, a few microseconds for a thousand
 * points.
 *
 * The lock is a pthread mutex: ThreadSanitizer sees through it, and does not
 * through a GMutex.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-series.h"

#include <pthread.h>
#include <string.h>

#define FIRST_ROOM 64

struct _MtlSeries
{
  gint             refs;    /* atomic */

  pthread_mutex_t  lock;    /* guards the rest */
  MtlPoint        *points;
  gsize            length;  /* points in use */
  gsize            room;    /* points allocated */
};

/**
 * mtl_series_new:
 *
 * Returns: (transfer full): a series without points
 */
MtlSeries *
mtl_series_new (void)
{
  MtlSeries *self = g_new0 (MtlSeries, 1);

  self->refs = 1;
  self->room = FIRST_ROOM;
  self->points = g_new (MtlPoint, self->room);
  pthread_mutex_init (&self->lock, NULL);

  return self;
}

MtlSeries *
mtl_series_ref (MtlSeries *self)
{
  g_atomic_int_inc (&self->refs);

  return self;
}

void
mtl_series_unref (MtlSeries *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;

  pthread_mutex_destroy (&self->lock);
  g_free (self->points);
  g_free (self);
}

/**
 * mtl_series_append:
 * @x: at least the x of the last point
 * @y: any value; a NaN stands for a gap
 *
 * One thread appends.
 */
void
mtl_series_append (MtlSeries *self,
                   double     x,
                   double     y)
{
  pthread_mutex_lock (&self->lock);
  if (self->length == self->room)
    {
      self->room *= 2;
      self->points = g_renew (MtlPoint, self->points, self->room);
    }
  self->points[self->length] = (MtlPoint) { .x = x, .y = y };
  self->length++;
  pthread_mutex_unlock (&self->lock);
}

gsize
mtl_series_get_length (MtlSeries *self)
{
  gsize length;

  pthread_mutex_lock (&self->lock);
  length = self->length;
  pthread_mutex_unlock (&self->lock);

  return length;
}

/**
 * mtl_series_read:
 * @from: index of the first point wanted; may be past the end
 * @points: (out caller-allocates) (array length=n_points): takes the copies
 * @n_points: room in @points
 *
 * Returns: the number of points copied, 0 when there is none from @from on
 */
gsize
mtl_series_read (MtlSeries *self,
                 gsize      from,
                 MtlPoint  *points,
                 gsize      n_points)
{
  gsize n_copied = 0;

  pthread_mutex_lock (&self->lock);
  if (from < self->length && n_points > 0)
    {
      n_copied = MIN (n_points, self->length - from);
      memcpy (points, self->points + from, n_copied * sizeof *points);
    }
  pthread_mutex_unlock (&self->lock);

  return n_copied;
}
