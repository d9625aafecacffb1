/* frame-meter.c — notes each frame that a GTK program draws
 *
 * Preloaded into a program (LD_PRELOAD); nothing of it is in Basin. For each
 * frame of the program's windows in which something is drawn it writes a line
 * to the file that BASIN_FRAMES names:
 *
 *   BEGAN ENDED
 *
 * Both are CLOCK_MONOTONIC in µs, at the first and the last phase of the frame
 * clock: between them GTK runs tick callbacks, layout and snapshots, and hands
 * the picture to the display. The time from one BEGAN to the next is what a
 * person sees as the pace of the screen.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <gtk/gtk.h>
#include <stdio.h>

#define LOOK_EVERY 100   /* ms between two looks for windows */

static struct
{
  FILE    *file;
  gint64   began;
  gboolean draws;
} meter;

static void
began_cb (void)
{
  meter.began = g_get_monotonic_time ();
  meter.draws = FALSE;
}

/* This phase is left out of a frame that has nothing to draw. */
static void
paint_cb (void)
{
  meter.draws = TRUE;
}

static void
ended_cb (void)
{
  if (meter.draws)
    fprintf (meter.file, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", meter.began,
             g_get_monotonic_time ());
}

static gboolean
look_cb (gpointer data)
{
  GListModel *windows = gtk_is_initialized () ? gtk_window_get_toplevels () : NULL;
  guint n = windows != NULL ? g_list_model_get_n_items (windows) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(GtkWidget) window = g_list_model_get_item (windows, i);
      GdkFrameClock *clock = gtk_widget_get_frame_clock (window);

      if (clock == NULL || g_object_get_data (G_OBJECT (clock), "meter") != NULL)
        continue;
      g_object_set_data (G_OBJECT (clock), "meter", &meter);
      g_signal_connect (clock, "before-paint", G_CALLBACK (began_cb), NULL);
      g_signal_connect (clock, "paint", G_CALLBACK (paint_cb), NULL);
      g_signal_connect_after (clock, "after-paint", G_CALLBACK (ended_cb), NULL);
    }

  return G_SOURCE_CONTINUE;
}

__attribute__ ((constructor)) static void
begin (void)
{
  const char *path = g_getenv ("BASIN_FRAMES");

  meter.file = path != NULL ? fopen (path, "we") : NULL;
  if (meter.file != NULL)
    {
      setvbuf (meter.file, NULL, _IOLBF, 0);
      g_timeout_add (LOOK_EVERY, look_cb, NULL);
    }
}
