/* show.c — everything said of one run
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>

#include "cli.h"
#include "report.h"

static void
print_design (MtlRecord *record)
{
  g_autoptr(GBytes) text = mtl_design_print (mtl_record_info (record)->design);

  g_print ("%.*s", (int) g_bytes_get_size (text), (const char *) g_bytes_get_data (text, NULL));
}

static void
print_epochs (MtlRecord *record,
              gboolean   json)
{
  MtlSeries *steps = mtl_record_series (record, "epoch/steps");
  MtlPoint point;

  for (gsize n = 0; mtl_series_read (steps, n, &point, 1) == 1; n++)
    {
      g_autofree char *words = NULL;

      if (json)
        {
          cli_report_epoch (record, (guint64) point.x);
          continue;
        }
      words = cli_report_words (record, (guint64) point.x);
      g_print ("%s\n", words);
    }
}

static void
print_events (MtlRecord *record)
{
  for (guint n = 0; n < mtl_record_n_events (record); n++)
    {
      MtlEvent event = { 0 };

      mtl_record_event (record, n, &event);
      g_print (_("step %" G_GUINT64_FORMAT "  %s: %s\n"), event.step, event.kind, event.text);
      mtl_event_clear (&event);
    }
}

static void
print_json (MtlRecord *record)
{
  cli_report_start (record);
  print_epochs (record, TRUE);
  cli_report_end (record);
}

static void
print_all (MtlRecord *record)
{
  const MtlRecordInfo *info = mtl_record_info (record);
  MtlProgress progress;

  mtl_record_progress (record, &progress);
  g_print (_("Run %u “%s” (%s), %s, %s after %" G_GUINT64_FORMAT " steps\n"), info->number,
           info->name, info->run, mtl_design_name (info->design),
           mtl_run_status_name (progress.status), progress.step);
  print_epochs (record, FALSE);
  print_events (record);
}

static int
show_run (int    argc,
          char **argv)
{
  extern const CliVerb cli_verb_show;
  gboolean json = FALSE;
  gboolean design = FALSE;
  const CliOption options[] = {
    { .name = "design", .summary = N_("print the design it was trained from"), .flag = &design },
    { .name = "json", .summary = N_("print what train --json printed"), .flag = &json },
    { .name = NULL }
  };
  g_autoptr(MtlStore) store = NULL;
  g_autoptr(MtlRecord) record = NULL;
  g_autofree char *run = NULL;
  g_autoptr(GError) error = NULL;
  int status;

  if (!cli_parse (&cli_verb_show, options, &argc, &argv, 1, 1, &status))
    return status;
  if (cli_open_run (argv[1], &store, &run, &error))
    record = mtl_store_load (store, run, &error);
  if (record == NULL)
    return cli_fail (error);

  if (design)
    print_design (record);
  else if (json)
    print_json (record);
  else
    print_all (record);

  return CLI_DONE;
}

const CliVerb cli_verb_show = {
  .name = "show",
  .usage = "RUN",
  .summary = N_("Tells all about a run: an id, its beginning, a number, or “last”."),
  .run = show_run,
};
