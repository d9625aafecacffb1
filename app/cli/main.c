/* main.c — basin-cli: finds the verb and runs it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

#include "cli.h"
#include "cli-verb-list.h"

#define X(word) extern const CliVerb cli_verb_##word;
CLI_VERB_LIST
#undef X

static const CliVerb *const verbs[] = {
#define X(word) &cli_verb_##word,
  CLI_VERB_LIST
#undef X
  NULL
};

static void
append_help (GString *text)
{
  g_string_append (text, _("Usage: basin-cli VERB …\n\n"
                           "Multi-task-learning experiments without a display.\n\n"));
  for (const CliVerb *const *verb = verbs; *verb != NULL; verb++)
    g_string_append_printf (text, "  %-10s %s\n", (*verb)->name, _((*verb)->summary));
  g_string_append (text, _("\nRUN is an id, its beginning, a number, or “last”. "
                           "“basin-cli VERB --help” tells more.\n"
                           "Exit status: 0 done, 1 wrong input, 2 usage, 3 another failure, "
                           "130 interrupted after saving.\n"));
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GString) help = g_string_new (NULL);

  setlocale (LC_ALL, "");
  /* A bare system has no locale set, but terminals that read UTF-8. */
  if (strcmp (setlocale (LC_CTYPE, NULL), "C") == 0)
    setlocale (LC_CTYPE, "C.UTF-8");
  bindtextdomain (GETTEXT_PACKAGE, LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname ("basin-cli");

  for (const CliVerb *const *verb = verbs; argc > 1 && *verb != NULL; verb++)
    if (strcmp (argv[1], (*verb)->name) == 0)
      return (*verb)->run (argc - 1, argv + 1);

  append_help (help);
  if (argc > 1 && (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "-h") == 0
                   || strcmp (argv[1], "help") == 0))
    {
      g_print ("%s", help->str);
      return CLI_DONE;
    }
  if (argc > 1 && strcmp (argv[1], "--version") == 0)
    {
      g_print ("basin-cli %s\n", VERSION);
      return CLI_DONE;
    }

  if (argc > 1)
    g_printerr (_("basin-cli: there is no verb “%s”\n\n"), argv[1]);
  g_printerr ("%s", help->str);

  return CLI_USAGE;
}
