/* new.c — a starter design
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>

#include "cli.h"

static void
list_templates (void)
{
  for (const char *const *id = mtl_template_list (); *id != NULL; id++)
    g_print ("%-17s %s\n", *id, _(mtl_template_summary (*id)));
}

static gboolean
write_design (const MtlDesign  *design,
              const char       *output,
              GError          **error)
{
  g_autoptr(GFile) file = output != NULL ? g_file_new_for_commandline_arg (output) : NULL;
  g_autoptr(GBytes) text = NULL;

  if (file != NULL)
    return mtl_design_save (design, file, error);

  text = mtl_design_print (design);
  g_print ("%.*s", (int) g_bytes_get_size (text), (const char *) g_bytes_get_data (text, NULL));
  return TRUE;
}

static int
new_run (int    argc,
         char **argv)
{
  extern const CliVerb cli_verb_new;
  char *output = NULL;
  const CliOption options[] = {
    { .name = "output", .word = "FILE",
      .summary = N_("where to write it (also -o); else it is printed"),
      .value = &output },
    { .name = NULL }
  };
  g_autoptr(MtlDesign) design = NULL;
  g_autoptr(GError) error = NULL;
  int status;

  if (!cli_parse (&cli_verb_new, options, &argc, &argv, 0, 1, &status))
    return status;
  if (argc == 1)
    {
      list_templates ();
      return CLI_DONE;
    }

  design = mtl_template_design (argv[1], &error);
  if (design == NULL || !write_design (design, output, &error))
    return cli_fail (error);

  return CLI_DONE;
}

const CliVerb cli_verb_new = {
  .name = "new",
  .usage = "[TEMPLATE] [-o FILE]",
  .summary = N_("Writes a starter design; without a template, lists them."),
  .run = new_run,
};
