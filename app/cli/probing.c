/* probing.c — a probe of a stored run, with progress
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "probing.h"

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

char *
cli_probe_cost (const MtlProbeFrame *frame)
{
  /* Translators: rows go forward through the network, and back once for each task. */
  return g_strdup_printf (_("%.0f passes, %.0f rows forward, %.0f rows and tasks back; about "
                            "%.2g s"), frame->passes, frame->forward, frame->backward,
                          frame->seconds);
}

/* Also lets the main context notice Ctrl-C. */
static void
progress_cb (const MtlProbeFrame *frame,
             gpointer             data)
{
  gboolean *said = data;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  if (!*said)
    {
      g_autofree char *cost = cli_probe_cost (frame);

      *said = TRUE;
      g_printerr ("%s\n", cost);
    }
  if (!isatty (STDERR_FILENO))
    return;

  fprintf (stderr, "\r\033[K");
  fprintf (stderr, _("%.0f %%"), 100.0 * frame->done);
  if (isfinite (frame->seconds_left) && !frame->finished)
    fprintf (stderr, _(", %.0f s left"), frame->seconds_left);
  if (frame->finished)
    fprintf (stderr, "\r\033[K");
  fflush (stderr);
}

int
cli_probe (const CliProbe  *probe,
           const char      *method,
           MtlProbeFrame   *frame,
           MtlGrid        **grid,
           MtlFindings    **findings,
           MtlStore       **store,
           char           **id)
{
  g_autoptr(GCancellable) cancel = cli_cancel_on_interrupt ();
  g_autoptr(MtlChosen) chosen = NULL;
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(GError) error = NULL;
  gboolean said = FALSE;   /* what it takes */
  guint64 n_threads = 0;

  if (!cli_whole ("threads", probe->threads, 1, 1024, &n_threads))
    return CLI_USAGE;

  chosen = cli_method (MTL_KIND_PROBE, method, (const char *const *) probe->sets->pdata, &error);
  if (chosen == NULL || !cli_open_run (probe->run, store, id, &error))
    return cli_fail (error);

  snapshot = mtl_store_snapshot (*store, *id, probe->best, &error);
  if (snapshot == NULL)
    return cli_fail (error);
  if (probe->cost ? !mtl_probe_cost (chosen, snapshot, (guint) n_threads, cancel, frame, &error)
                  : !mtl_probe_now (chosen, snapshot, (guint) n_threads, cancel, progress_cb,
                                    &said, frame, grid, findings, &error))
    return cli_fail (error);

  return CLI_DONE;
}
