/* runs.c — what has been trained
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "cli.h"

static void
print_row (const MtlRunRow *row)
{
  g_autoptr(GDateTime) started = g_date_time_new_from_unix_local (row->started / G_USEC_PER_SEC);
  g_autofree char *when = started != NULL ? g_date_time_format (started, "%Y-%m-%d %H:%M")
                                          : g_strdup ("?");

  g_print ("%4u  %s  %-18s %s  %-8s %3" G_GUINT64_FORMAT "/%-3" G_GUINT64_FORMAT " %s · %s",
           row->number, row->run, row->name, when, mtl_run_status_name (row->status), row->epoch,
           row->n_epochs, row->design_name, row->settings);
  for (guint k = 0; k < row->n_tasks; k++)
    if (isfinite (row->test_metric[k]))
      g_print ("  %s %.3f", row->tasks[k], row->test_metric[k]);
  g_print ("\n");
}

static void
add_numbers (JsonBuilder     *builder,
             const MtlRunRow *row,
             const char      *name,
             const double    *values)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
  for (guint k = 0; k < row->n_tasks; k++)
    cli_json_member (builder, row->tasks[k], values[k]);
  json_builder_end_object (builder);
}

static void
add_text (JsonBuilder *builder,
          const char  *name,
          const char  *text)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
print_json (const MtlRunRow *row)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_text (builder, "run", row->run);
  add_text (builder, "name", row->name);
  cli_json_member (builder, "number", row->number);
  add_text (builder, "design", row->design_name);
  add_text (builder, "settings", row->settings);
  add_text (builder, "status", mtl_run_status_name (row->status));
  cli_json_member (builder, "epoch", (double) row->epoch);
  cli_json_member (builder, "epochs", (double) row->n_epochs);
  cli_json_member (builder, "step", (double) row->step);
  cli_json_member (builder, "seconds", row->seconds);
  cli_json_member (builder, "seed", (double) row->seed);
  cli_json_strings (builder, "tasks", row->tasks);
  cli_json_strings (builder, "metrics", row->metrics);
  add_numbers (builder, row, "metric", row->test_metric);
  add_numbers (builder, row, "loss", row->test_loss);
  add_numbers (builder, row, "flatness", row->flatness);
  cli_json_member (builder, "conflict", row->conflict);
  json_builder_end_object (builder);
  cli_json_print (builder);
}

static int
delete_run (MtlStore   *store,
            const char *words)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *run = mtl_store_resolve (store, words, &error);

  if (run == NULL || !mtl_store_delete (store, run, TRUE, &error)
      || !mtl_store_purge (store, &error))
    return cli_fail (error);

  return CLI_DONE;
}

static int
list_runs (MtlStore *store,
           gboolean  json)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rows = mtl_store_list (store, &error);

  if (rows == NULL)
    return cli_fail (error);

  if (rows->len == 0 && !json)
    g_printerr (_("No runs yet. “basin-cli train FILE” makes one.\n"));
  for (guint n = 0; n < rows->len; n++)
    if (json)
      print_json (g_ptr_array_index (rows, n));
    else
      print_row (g_ptr_array_index (rows, n));

  return CLI_DONE;
}

static int
runs_run (int    argc,
          char **argv)
{
  extern const CliVerb cli_verb_runs;
  gboolean json = FALSE;
  char *delete = NULL;
  const CliOption options[] = {
    { .name = "delete", .word = "RUN", .summary = N_("delete a run for good"), .value = &delete },
    { .name = "json", .summary = N_("print one JSON object a run"), .flag = &json },
    { .name = NULL }
  };
  g_autoptr(MtlStore) store = NULL;
  g_autoptr(GError) error = NULL;
  int status;

  if (!cli_parse (&cli_verb_runs, options, &argc, &argv, 0, 0, &status))
    return status;

  store = mtl_store_open (NULL, &error);
  if (store == NULL)
    return cli_fail (error);

  return delete != NULL ? delete_run (store, delete) : list_runs (store, json);
}

const CliVerb cli_verb_runs = {
  .name = "runs",
  .usage = "",
  .summary = N_("Lists the runs, newest first."),
  .run = runs_run,
};
