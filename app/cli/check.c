/* check.c — design rules, and the memory that training will need
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>

#include "cli.h"
#include "mtl-group.h"
#include "mtl-survey.h"
#include "mtl-trainer.h"

/* What the uses of groups stand for. */
static void
add_uses (JsonBuilder *builder,
          MtlSurvey   *survey)
{
  const MtlDesign *design = mtl_survey_design (survey);

  json_builder_set_member_name (builder, "uses");
  json_builder_begin_object (builder);
  for (guint n = 0; n < mtl_design_n_blocks (design); n++)
    {
      const MtlBlock *block = mtl_design_block (design, n);
      const MtlGroup *group = mtl_block_group (block);

      if (group == NULL)
        continue;
      json_builder_set_member_name (builder, mtl_block_id (block));
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "group");
      json_builder_add_string_value (builder, mtl_group_id (group));
      cli_json_member (builder, "blocks", mtl_block_n_flat (block));
      cli_json_member (builder, "parameters",
                       (double) mtl_survey_n_weights (survey, mtl_block_id (block)));
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
print_uses (MtlSurvey *survey)
{
  const MtlDesign *design = mtl_survey_design (survey);

  for (guint n = 0; n < mtl_design_n_blocks (design); n++)
    {
      const MtlBlock *block = mtl_design_block (design, n);
      const MtlGroup *group = mtl_block_group (block);

      if (group != NULL)
        /* Translators: id of a block, id of its group, how many blocks it stands for */
        g_print (_("%s (%s): %u blocks, %" G_GSIZE_FORMAT " parameters\n"), mtl_block_id (block),
                 mtl_group_id (group), mtl_block_n_flat (block),
                 mtl_survey_n_weights (survey, mtl_block_id (block)));
    }
}

static void
print_json (MtlSurvey *survey,
            gsize      bytes)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  cli_json_member (builder, "trunk", (double) mtl_survey_n_reached (survey, G_MAXUINT64));
  json_builder_set_member_name (builder, "heads");
  json_builder_begin_object (builder);
  for (guint k = 0; k < mtl_survey_n_tasks (survey); k++)
    cli_json_member (builder, mtl_survey_task (survey, k),
                     (double) mtl_survey_n_reached (survey, G_GUINT64_CONSTANT (1) << k));
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "problems");
  json_builder_begin_array (builder);
  for (guint n = 0; n < mtl_survey_n_problems (survey); n++)
    {
      const MtlProblem *problem = mtl_survey_problem (survey, n);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "block");
      if (problem->block != NULL)
        json_builder_add_string_value (builder, problem->block);
      else
        json_builder_add_null_value (builder);
      json_builder_set_member_name (builder, "message");
      json_builder_add_string_value (builder, problem->message);
      json_builder_set_member_name (builder, "warning");
      json_builder_add_boolean_value (builder, problem->warning);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  add_uses (builder, survey);
  if (bytes > 0)
    cli_json_member (builder, "memory", (double) bytes);
  json_builder_end_object (builder);
  cli_json_print (builder);
}

static void
print_text (MtlSurvey *survey,
            gsize      bytes)
{
  g_autofree char *memory = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);

  for (guint n = 0; n < mtl_survey_n_problems (survey); n++)
    {
      const MtlProblem *problem = mtl_survey_problem (survey, n);

      g_printerr ("%s%s\n", problem->warning ? _("warning: ") : "", problem->message);
    }
  if (!mtl_survey_trains (survey))
    return;

  print_uses (survey);
  g_print (_("Trunk: %" G_GSIZE_FORMAT " parameters\n"),
           mtl_survey_n_reached (survey, G_MAXUINT64));
  for (guint k = 0; k < mtl_survey_n_tasks (survey); k++)
    g_print (_("Head %s: %" G_GSIZE_FORMAT " parameters\n"), mtl_survey_task (survey, k),
             mtl_survey_n_reached (survey, G_GUINT64_CONSTANT (1) << k));
  g_print (_("Training needs %s of memory beside the data.\n"), memory);
}

static int
check (const char  *path,
       GPtrArray   *sets,
       const char  *data,
       guint        n_threads,
       gboolean     json)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = cli_load_design (path, (const char *const *) sets->pdata, data,
                                                 &error);
  g_autoptr(MtlSurvey) survey = NULL;
  gsize bytes = 0;

  if (design == NULL)
    return cli_fail (error);

  survey = mtl_survey_new (design);
  if (mtl_survey_trains (survey) && !mtl_trainer_estimate (design, n_threads, &bytes, &error))
    return cli_fail (error);

  if (json)
    print_json (survey, bytes);
  else
    print_text (survey, bytes);

  return mtl_survey_trains (survey) ? CLI_DONE : CLI_INPUT;
}

static int
check_run (int    argc,
           char **argv)
{
  extern const CliVerb cli_verb_check;
  g_autoptr(GPtrArray) sets = g_ptr_array_new ();
  char *data = NULL;
  char *threads = NULL;
  guint64 n_threads = 0;
  gboolean json = FALSE;
  const CliOption options[] = {
    { .name = "set", .word = "KEY=VALUE", .summary = N_("change a value first; may be repeated"),
      .values = sets },
    { .name = "data", .word = "DIR", .summary = N_("folder or file of the data"), .value = &data },
    { .name = "threads", .word = "N", .summary = N_("threads that training will use"),
      .value = &threads },
    { .name = "json", .summary = N_("print one JSON object"), .flag = &json },
    { .name = NULL }
  };
  int status;

  if (!cli_parse (&cli_verb_check, options, &argc, &argv, 1, 1, &status))
    return status;
  if (!cli_whole ("threads", threads, 1, 1024, &n_threads))
    return CLI_USAGE;

  g_ptr_array_add (sets, NULL);
  return check (argv[1], sets, data, (guint) n_threads, json);
}

const CliVerb cli_verb_check = {
  .name = "check",
  .usage = "FILE",
  .summary = N_("Checks a design and tells the memory that training will need."),
  .run = check_run,
};
