/* probe.c — any probe of a run whose findings are figures with uncertainties
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "probing.h"

#include <glib/gi18n.h>
#include <math.h>

typedef struct
{
  const char          *run;
  const MtlMethod     *probe;
  const MtlProbeFrame *frame;
  const MtlFindings   *findings;
  char               **tasks;
} Report;

/* --- words --- */

static void
print_header (const Report *report)
{
  g_print (_("%s after epoch %" G_GUINT64_FORMAT ", on %" G_GSIZE_FORMAT " samples:\n"),
           _(report->probe->title), report->frame->epoch, report->frame->samples);
}

/* “left × right in conv1” (transfer full) */
static char *
name_subject (const Report     *report,
              const MtlFinding *finding)
{
  const char *task = finding->task == MTL_ALL_TASKS ? _("all") : report->tasks[finding->task];
  g_autofree char *who = finding->other == MTL_ALL_TASKS
    ? g_strdup (task) : g_strdup_printf ("%s × %s", task, report->tasks[finding->other]);

  if (finding->block == NULL)
    return g_steal_pointer (&who);

  /* Translators: tasks, and the block of the network where something was measured of them. */
  return g_strdup_printf (_("%s in %s"), who, finding->block);
}

static gboolean
has_measure (const MtlFindings *findings,
             const MtlMeasure  *measure)
{
  for (guint n = 0; n < mtl_findings_count (findings); n++)
    if (mtl_findings_get (findings, n)->measure == measure)
      return TRUE;

  return FALSE;
}

/* What @measure, its uncertainty and the number before its value are. */
static void
print_measure (const MtlMeasure *measure)
{
  g_print ("%s: %s", measure->id, _(measure->title));
  if (measure->error != NULL)
    g_print (" ± %s", _(measure->error));
  /* Translators: what the number before a value is, such as the rank of an eigenvalue. */
  if (measure->x != NULL)
    g_print (_("; at %s"), _(measure->x));
  g_print ("\n");
}

static void
print_text (const Report *report)
{
  print_header (report);
  for (const MtlMeasure *m = mtl_probe_measures (report->probe); m->id != NULL; m++)
    if (has_measure (report->findings, m))
      print_measure (m);
  for (guint n = 0; n < mtl_findings_count (report->findings); n++)
    {
      const MtlFinding *finding = mtl_findings_get (report->findings, n);
      g_autofree char *subject = name_subject (report, finding);

      g_print ("%-24s %-28s ", finding->measure->id, subject);
      if (!isnan (finding->x))
        g_print ("%-10.4g ", finding->x);
      g_print ("%.5g", finding->value);
      if (!isnan (finding->error))
        g_print (" ± %.2g", finding->error);
      g_print ("\n");
    }
}

/* --- JSON --- */

static void
print_json (const Report     *report,
            const MtlFinding *finding)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  const char *task = finding->task != MTL_ALL_TASKS ? report->tasks[finding->task] : NULL;

  json_builder_begin_object (builder);
  cli_json_word (builder, "run", report->run);
  cli_json_member (builder, "epoch", (double) report->frame->epoch);
  cli_json_member (builder, "samples", (double) report->frame->samples);
  cli_json_word (builder, "probe", report->probe->id);
  cli_json_word (builder, "measure", finding->measure->id);
  cli_json_word (builder, "task", task);
  if (finding->other != MTL_ALL_TASKS)
    cli_json_word (builder, "other", report->tasks[finding->other]);
  if (finding->block != NULL)
    cli_json_word (builder, "block", finding->block);
  if (finding->measure->x != NULL)
    cli_json_member (builder, "x", finding->x);
  cli_json_member (builder, "value", finding->value);
  cli_json_member (builder, "error", finding->error);
  if (finding->measure->error != NULL)
    cli_json_word (builder, "error-is", finding->measure->error);
  json_builder_end_object (builder);
  cli_json_print (builder);
}

static void
print_report (const Report *report,
              gboolean      json)
{
  if (!json)
    print_text (report);
  for (guint n = 0; json && n < mtl_findings_count (report->findings); n++)
    print_json (report, mtl_findings_get (report->findings, n));
}

/* --- the verb --- */

/* A probe that tells by findings, or NULL after a message. */
static const MtlMethod *
find_probe (const char  *id,
            GError     **error)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_PROBE, id, error);

  if (method != NULL && mtl_probe_measures (method) == NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   _("What %s finds is not a list of figures: basin-cli %s RUN prints it"), id,
                   id);
      return NULL;
    }

  return method;
}

static int
run_probe (const CliProbe   *probe,
           const MtlMethod  *method,
           gboolean          json)
{
  g_autoptr(MtlStore) store = NULL;
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlFindings) findings = NULL;
  g_autoptr(MtlChosen) chosen = NULL;
  g_autofree char *run = NULL;
  g_autoptr(GError) error = NULL;
  MtlProbeFrame frame = { 0 };
  int status = cli_probe (probe, method->id, &frame, NULL, &findings, &store, &run);

  if (status != CLI_DONE)
    return status;
  if (probe->cost)
    {
      g_autofree char *cost = cli_probe_cost (&frame);

      g_print ("%s\n", cost);
      return CLI_DONE;
    }

  chosen = cli_method (MTL_KIND_PROBE, method->id, (const char *const *) probe->sets->pdata,
                       &error);
  record = chosen != NULL ? mtl_store_load (store, run, &error) : NULL;
  if (record == NULL
      || !mtl_store_keep (store, run, chosen, &frame, findings, mtl_record_info (record)->tasks,
                          &error))
    return cli_fail (error);
  print_report (&(Report) { run, method, &frame, findings, mtl_record_info (record)->tasks },
                json);

  return CLI_DONE;
}

static int
probe_run (int    argc,
           char **argv)
{
  extern const CliVerb cli_verb_probe;
  g_autoptr(GPtrArray) sets = g_ptr_array_new ();
  CliProbe probe = { .sets = sets };
  gboolean json = FALSE, kept = FALSE;
  const CliOption options[] = {
    { .name = "kept", .summary = N_("list what was measured of RUN before, by epoch; takes no "
                                    "PROBE"), .flag = &kept },
    { .name = "set", .word = "KEY=VALUE", .summary = N_("a setting of the probe"),
      .values = sets },
    { .name = "best", .summary = N_("the best checkpoint, not the newest"), .flag = &probe.best },
    { .name = "threads", .word = "N", .summary = N_("threads"), .value = &probe.threads },
    { .name = "cost", .summary = N_("only say what it would take"), .flag = &probe.cost },
    { .name = "json", .summary = N_("print one JSON object a line"), .flag = &json },
    { .name = NULL }
  };
  g_autoptr(GError) error = NULL;
  const MtlMethod *method;
  int status;

  if (!cli_parse (&cli_verb_probe, options, &argc, &argv, 1, 2, &status))
    return status;
  if ((argc == 2) != kept)
    return cli_usage (&cli_verb_probe, _("give a probe and a run, or --kept and a run"));
  if (kept)
    return cli_print_kept (argv[1], json);

  method = find_probe (argv[1], &error);
  if (method == NULL)
    return cli_fail (error);

  g_ptr_array_add (sets, NULL);
  probe.run = argv[2];
  return run_probe (&probe, method, json);
}

const CliVerb cli_verb_probe = {
  .name = "probe",
  .usage = "PROBE RUN | --kept RUN",
  .summary = N_("Measures sharpness, curvature or conflict of the trained weights, with "
                "uncertainties, and keeps that with the run; `methods probe` lists the probes."),
  .run = probe_run,
};
