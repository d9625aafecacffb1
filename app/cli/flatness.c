/* flatness.c — SAM sharpness of each task of a run
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>

#include "probing.h"

static void
print_json (const MtlProbeFrame *frame,
            char               **tasks,
            const char          *run)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "run");
  json_builder_add_string_value (builder, run);
  cli_json_member (builder, "epoch", (double) frame->epoch);
  cli_json_member (builder, "rho", frame->rho);
  cli_json_member (builder, "samples", (double) frame->samples);
  json_builder_set_member_name (builder, "flatness");
  json_builder_begin_object (builder);
  for (guint k = 0; k < frame->n_tasks; k++)
    cli_json_member (builder, tasks[k], frame->sharpness[k]);
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "loss");
  json_builder_begin_object (builder);
  for (guint k = 0; k < frame->n_tasks; k++)
    cli_json_member (builder, tasks[k], frame->loss[k]);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  cli_json_print (builder);
}

static void
print_text (const MtlProbeFrame  *frame,
            char                **tasks)
{
  g_print (_("Rise of the loss at ρ = %g, after epoch %" G_GUINT64_FORMAT
             ", on %" G_GUINT64_FORMAT " samples:\n"), frame->rho, frame->epoch, frame->samples);
  for (guint k = 0; k < frame->n_tasks; k++)
    g_print ("%-16s %.4g\n", tasks[k], frame->sharpness[k]);
}

/* Keeps the figures with the run, so that lists and plots have them. */
static gboolean
keep (MtlStore             *store,
      const char           *run,
      const MtlProbeFrame  *frame,
      char                **tasks,
      GError              **error)
{
  for (guint k = 0; k < frame->n_tasks; k++)
    {
      g_autofree char *name = g_strdup_printf ("flatness/%s", tasks[k]);

      if (!mtl_store_add_point (store, run, name, (double) frame->epoch, frame->sharpness[k],
                                error))
        return FALSE;
    }

  return TRUE;
}

static int
flatness_run (int    argc,
              char **argv)
{
  extern const CliVerb cli_verb_flatness;
  g_autoptr(GPtrArray) sets = g_ptr_array_new ();
  CliProbe probe = { .sets = sets };
  gboolean json = FALSE;
  const CliOption options[] = {
    { .name = "set", .word = "KEY=VALUE", .summary = N_("rho or samples"), .values = sets },
    { .name = "best", .summary = N_("the best checkpoint, not the newest"), .flag = &probe.best },
    { .name = "threads", .word = "N", .summary = N_("threads"), .value = &probe.threads },
    { .name = "json", .summary = N_("print one JSON object"), .flag = &json },
    { .name = NULL }
  };
  g_autoptr(MtlStore) store = NULL;
  g_autoptr(MtlRecord) record = NULL;
  g_autofree char *run = NULL;
  g_autoptr(GError) error = NULL;
  MtlProbeFrame frame = { .probe = "flatness" };
  int status;

  if (!cli_parse (&cli_verb_flatness, options, &argc, &argv, 1, 1, &status))
    return status;

  g_ptr_array_add (sets, NULL);
  probe.run = argv[1];
  status = cli_probe (&probe, "flatness", &frame, NULL, NULL, &store, &run);
  if (status != CLI_DONE)
    return status;

  record = mtl_store_load (store, run, &error);
  if (record == NULL || !keep (store, run, &frame, mtl_record_info (record)->tasks, &error))
    return cli_fail (error);
  if (json)
    print_json (&frame, mtl_record_info (record)->tasks, run);
  else
    print_text (&frame, mtl_record_info (record)->tasks);

  return CLI_DONE;
}

const CliVerb cli_verb_flatness = {
  .name = "flatness",
  .usage = "RUN",
  .summary = N_("Measures how much each task's loss rises at ρ uphill of the trained weights."),
  .run = flatness_run,
};
