/* mtw-pace.h — how often the screen is renewed while something runs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

typedef struct
{
  GdkFrameClock *clock;    /* owned; NULL before the first frame */
  gulong         handler;  /* of its end of a frame */
  gint64         began;    /* monotonic time of the frame that is renewed now; 0: none */
  double         work;     /* µs that such a frame takes, smoothed */
  gint64         rest;     /* monotonic time until which nothing is renewed */
} MtwPace;

/* Whether to renew in the frame that @clock begins; for a tick callback. */
gboolean mtw_pace_begin (MtwPace       *self,
                         GdkFrameClock *clock);
void     mtw_pace_clear (MtwPace       *self);
