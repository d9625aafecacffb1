/* kept.c — what probes have found of a run, by epoch
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "probing.h"

/* “left × right in conv1” (transfer full) */
static char *
name_subject (const MtlKept *kept)
{
  const char *task = kept->task != NULL ? kept->task : _("all");
  g_autofree char *who = kept->other == NULL
    ? g_strdup (task) : g_strdup_printf ("%s × %s", task, kept->other);

  if (kept->block == NULL)
    return g_steal_pointer (&who);

  /* Translators: tasks, and the block of the network where something was measured of them. */
  return g_strdup_printf (_("%s in %s"), who, kept->block);
}

static gboolean
is_same_measurement (const MtlKept *a,
                     const MtlKept *b)
{
  return a->step == b->step && strcmp (a->probe, b->probe) == 0
         && strcmp (a->settings, b->settings) == 0;
}

static void
print_text (const MtlKept *before,
            const MtlKept *kept)
{
  g_autofree char *subject = name_subject (kept);

  if (before == NULL || !is_same_measurement (before, kept))
    /* Translators: a probe, its settings, and of which weights it measured. */
    g_print (_("%s after epoch %" G_GUINT64_FORMAT ", step %" G_GUINT64_FORMAT ", on %"
               G_GUINT64_FORMAT " samples; %s:\n"),
             kept->probe, kept->epoch, kept->step, kept->samples, kept->settings);
  g_print ("%-24s %-28s ", kept->measure, subject);
  if (!isnan (kept->x))
    g_print ("%-10.4g ", kept->x);
  g_print ("%.5g", kept->value);
  if (!isnan (kept->error))
    g_print (" ± %.2g", kept->error);
  g_print ("\n");
}

static void
print_json (const char    *run,
            const MtlKept *kept)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_json_word (builder, "run", run);
  cli_json_member (builder, "epoch", (double) kept->epoch);
  cli_json_member (builder, "step", (double) kept->step);
  cli_json_member (builder, "samples", (double) kept->samples);
  cli_json_word (builder, "probe", kept->probe);
  cli_json_word (builder, "settings", kept->settings);
  cli_json_word (builder, "measure", kept->measure);
  cli_json_word (builder, "task", kept->task);
  if (kept->other != NULL)
    cli_json_word (builder, "other", kept->other);
  if (kept->block != NULL)
    cli_json_word (builder, "block", kept->block);
  if (!isnan (kept->x))
    cli_json_member (builder, "x", kept->x);
  cli_json_member (builder, "value", kept->value);
  cli_json_member (builder, "error", kept->error);
  json_builder_end_object (builder);
  cli_json_print (builder);
}

int
cli_print_kept (const char *words,
                gboolean    json)
{
  g_autoptr(MtlStore) store = NULL;
  g_autofree char *run = NULL;
  g_autoptr(GPtrArray) all = NULL;
  g_autoptr(GError) error = NULL;

  if (cli_open_run (words, &store, &run, &error))
    all = mtl_store_kept (store, run, &error);
  if (all == NULL)
    return cli_fail (error);

  for (guint n = 0; n < all->len; n++)
    if (json)
      print_json (run, all->pdata[n]);
    else
      print_text (n > 0 ? all->pdata[n - 1] : NULL, all->pdata[n]);
  if (all->len == 0 && !json)
    g_print (_("No probe has measured run %s yet.\n"), run);

  return CLI_DONE;
}
