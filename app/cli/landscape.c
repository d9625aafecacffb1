/* landscape.c — losses over a plane through the weights of a run
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>

#include "probing.h"

static void
print_text (const MtlGrid *grid,
            char         **tasks)
{
  guint side = mtl_grid_side (grid);

  g_print ("a,b");
  for (guint k = 0; k < mtl_grid_n_tasks (grid); k++)
    g_print (",%s", tasks[k]);
  g_print ("\n");
  for (guint n = 0; n < side * side; n++)
    {
      double scale = 2.0 * mtl_grid_range (grid) / (side - 1);

      g_print ("%g,%g", n % side * scale - mtl_grid_range (grid),
               n / side * scale - mtl_grid_range (grid));
      for (guint k = 0; k < mtl_grid_n_tasks (grid); k++)
        g_print (",%.6g", mtl_grid_read (grid, k)[n]);
      g_print ("\n");
    }
}

static void
print_json (const MtlGrid *grid,
            char         **tasks)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  guint side = mtl_grid_side (grid);

  json_builder_begin_object (builder);
  cli_json_member (builder, "side", side);
  cli_json_member (builder, "range", mtl_grid_range (grid));
  json_builder_set_member_name (builder, "losses");
  json_builder_begin_object (builder);
  for (guint k = 0; k < mtl_grid_n_tasks (grid); k++)
    {
      json_builder_set_member_name (builder, tasks[k]);
      json_builder_begin_array (builder);
      for (guint n = 0; n < side * side; n++)
        cli_json_number (builder, mtl_grid_read (grid, k)[n]);
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  cli_json_print (builder);
}

static int
landscape_run (int    argc,
               char **argv)
{
  extern const CliVerb cli_verb_landscape;
  g_autoptr(GPtrArray) sets = g_ptr_array_new ();
  CliProbe probe = { .sets = sets };
  gboolean json = FALSE;
  const CliOption options[] = {
    { .name = "set", .word = "KEY=VALUE", .summary = N_("side, range or samples"), .values = sets },
    { .name = "best", .summary = N_("the best checkpoint, not the newest"), .flag = &probe.best },
    { .name = "threads", .word = "N", .summary = N_("threads"), .value = &probe.threads },
    { .name = "json", .summary = N_("print one JSON object instead of a table"), .flag = &json },
    { .name = NULL }
  };
  g_autoptr(MtlStore) store = NULL;
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlGrid) grid = NULL;
  g_autofree char *run = NULL;
  g_autoptr(GError) error = NULL;
  MtlProbeFrame frame = { .probe = "landscape" };
  int status;

  if (!cli_parse (&cli_verb_landscape, options, &argc, &argv, 1, 1, &status))
    return status;

  g_ptr_array_add (sets, NULL);
  probe.run = argv[1];
  status = cli_probe (&probe, "landscape", &frame, &grid, NULL, &store, &run);
  if (status != CLI_DONE)
    return status;

  record = mtl_store_load (store, run, &error);
  if (record == NULL)
    return cli_fail (error);
  if (json)
    print_json (grid, mtl_record_info (record)->tasks);
  else
    print_text (grid, mtl_record_info (record)->tasks);

  return CLI_DONE;
}

const CliVerb cli_verb_landscape = {
  .name = "landscape",
  .usage = "RUN",
  .summary = N_("Measures each task's loss over a random plane through the trained weights."),
  .run = landscape_run,
};
