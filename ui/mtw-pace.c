/* mtw-pace.c — how often the screen is renewed while something runs
 *
 * A processor that draws a frame does not train meanwhile. Where a frame is
 * cheap the screen is renewed in each of them; where it takes long, because
 * the processor fills the pixels as well, the screen rests afterwards, so that
 * drawing takes SHARE of the time and no more:
 *
 *   rest until began + work / SHARE
 *
 * Work is the time from the tick callback to the end of the frame. It is
 * smoothed, so that one slow frame does not hold the next ones back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-pace.h"

#define SHARE  0.6
#define SMOOTH 0.25   /* weight of the newest frame */

static void
ended_cb (MtwPace *self)
{
  gint64 now = g_get_monotonic_time ();

  if (self->began == 0)
    return;

  self->work += SMOOTH * ((double) (now - self->began) - self->work);
  self->rest = self->began + (gint64) (self->work / SHARE);
  self->began = 0;
}

gboolean
mtw_pace_begin (MtwPace       *self,
                GdkFrameClock *clock)
{
  gint64 now = g_get_monotonic_time ();

  if (self->clock != clock)
    {
      mtw_pace_clear (self);
      self->clock = g_object_ref (clock);
      self->handler = g_signal_connect_swapped (clock, "after-paint", G_CALLBACK (ended_cb), self);
    }
  if (now < self->rest)
    return FALSE;

  self->began = now;
  return TRUE;
}

void
mtw_pace_clear (MtwPace *self)
{
  /* The clock of a surface that is gone has been disposed of, and its handlers with it. */
  if (self->clock != NULL && g_signal_handler_is_connected (self->clock, self->handler))
    g_signal_handler_disconnect (self->clock, self->handler);
  g_clear_object (&self->clock);
  *self = (MtwPace) { 0 };
}
