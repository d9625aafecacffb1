/* cli.c — what the verbs of basin-cli share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "cli.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "mtl-survey.h"

/* --- options --- */

static const CliOption *
find_option (const CliOption *options,
             const char      *name,
             gsize            length)
{
  for (; options->name != NULL; options++)
    if (strlen (options->name) == length && strncmp (options->name, name, length) == 0)
      return options;

  return NULL;
}

void
cli_print_usage (const CliVerb   *verb,
                 const CliOption *options,
                 gboolean         to_error)
{
  g_autoptr(GString) text = g_string_new (NULL);

  g_string_append_printf (text, _("Usage: basin-cli %s %s\n"), verb->name, verb->usage);
  g_string_append_printf (text, "\n%s\n", _(verb->summary));
  if (options->name != NULL)
    g_string_append_printf (text, "\n%s\n", _("Options:"));
  for (; options->name != NULL; options++)
    {
      g_autofree char *left = g_strdup_printf ("--%s%s%s", options->name,
                                               options->word != NULL ? " " : "",
                                               options->word != NULL ? options->word : "");

      g_string_append_printf (text, "  %-24s %s\n", left, _(options->summary));
    }

  if (to_error)
    g_printerr ("%s", text->str);
  else
    g_print ("%s", text->str);
}

int
cli_usage (const CliVerb *verb,
           const char    *format,
           ...)
{
  g_autofree char *message = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_printerr (_("basin-cli %s: %s\nTry “basin-cli %s --help”.\n"), verb->name, message,
              verb->name);

  return CLI_USAGE;
}

static gboolean
take_option (const CliVerb   *verb,
             const CliOption *options,
             char           **argv,
             int              argc,
             int             *at,
             int             *status)
{
  const char *name = argv[*at] + 2;
  const char *equals = strchr (name, '=');
  gsize length = equals != NULL ? (gsize) (equals - name) : strlen (name);
  const CliOption *option = find_option (options, name, length);
  char *value = NULL;

  if (option == NULL || (option->word == NULL && equals != NULL))
    {
      *status = cli_usage (verb, _("there is no option %s"), argv[*at]);
      return FALSE;
    }
  if (option->word == NULL)
    {
      *option->flag = TRUE;
      return TRUE;
    }

  if (equals != NULL)
    value = (char *) equals + 1;
  else if (*at + 1 < argc)
    value = argv[++*at];
  if (value == NULL)
    {
      *status = cli_usage (verb, _("--%s needs a value: %s"), option->name, option->word);
      return FALSE;
    }

  if (option->values != NULL)
    g_ptr_array_add (option->values, value);
  else
    *option->value = value;

  return TRUE;
}

gboolean
cli_parse (const CliVerb    *verb,
           const CliOption  *options,
           int              *argc,
           char           ***argv,
           int               least,
           int               most,
           int              *status)
{
  int kept = 1;
  gboolean all = FALSE;

  for (int n = 1; n < *argc; n++)
    {
      char *word = (*argv)[n];

      if (!all && (strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0))
        {
          cli_print_usage (verb, options, FALSE);
          *status = CLI_DONE;
          return FALSE;
        }
      if (!all && strcmp (word, "--") == 0)
        all = TRUE;
      else if (!all && strcmp (word, "-o") == 0)
        {
          (*argv)[n] = (char *) "--output";
          if (!take_option (verb, options, *argv, *argc, &n, status))
            return FALSE;
        }
      else if (!all && g_str_has_prefix (word, "--"))
        {
          if (!take_option (verb, options, *argv, *argc, &n, status))
            return FALSE;
        }
      else
        (*argv)[kept++] = word;
    }

  (*argv)[kept] = NULL;
  *argc = kept;
  if (kept - 1 >= least && kept - 1 <= most)
    return TRUE;

  *status = cli_usage (verb, kept - 1 < least ? _("an argument is missing: %s")
                                              : _("too many arguments; it takes: %s"), verb->usage);
  return FALSE;
}

gboolean
cli_whole (const char *option,
           const char *text,
           guint64     least,
           guint64     most,
           guint64    *value)
{
  g_autoptr(GError) error = NULL;

  if (text == NULL || g_ascii_string_to_unsigned (text, 10, least, most, value, &error))
    return TRUE;

  g_printerr (_("basin-cli: --%s takes a whole number from %" G_GUINT64_FORMAT " to %"
                G_GUINT64_FORMAT ", not “%s”\n"), option, least, most, text);
  return FALSE;
}

/* --- errors --- */

int
cli_fail (const GError *error)
{
  gboolean input = (error->domain == MTL_ERROR && error->code != MTL_ERROR_STORE
                    && error->code != MTL_ERROR_NOT_FINITE
                    && error->code != MTL_ERROR_NO_CONVERGENCE
                    && error->code != MTL_ERROR_MEMORY)
                   || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)
                   || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return CLI_INTERRUPTED;

  g_printerr ("basin-cli: %s\n", error->message);
  return input ? CLI_INPUT : CLI_FAILURE;
}

/* --- designs and runs --- */

static MtlDesign *
apply_sets (MtlDesign         *design,
            const char *const *sets,
            GError           **error)
{
  g_autoptr(MtlDesign) now = design;

  for (guint n = 0; sets != NULL && sets[n] != NULL; n++)
    {
      const char *equals = strchr (sets[n], '=');
      g_autofree char *key = NULL;
      MtlDesign *next;

      if (equals == NULL)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                       _("--set takes KEY=VALUE, for example experiment.seed=2, not “%s”"),
                       sets[n]);
          return NULL;
        }
      key = g_strndup (sets[n], (gsize) (equals - sets[n]));
      next = mtl_design_with_value (now, key, equals + 1, error);
      if (next == NULL)
        return NULL;
      mtl_design_unref (now);
      now = next;
    }

  return g_steal_pointer (&now);
}

static MtlDesign *
point_to_data (MtlDesign   *design,
               const char  *data,
               GError     **error)
{
  g_autoptr(MtlDesign) now = design;

  for (guint n = 0; data != NULL && n < mtl_design_n_blocks (now); n++)
    {
      const MtlBlock *block = mtl_design_block (now, n);
      g_autofree char *key = NULL;

      if (!mtl_block_is_source (block) || mtl_chosen_get (mtl_block_what (block), "path") == NULL)
        continue;
      key = g_strdup_printf ("blocks.%s.path", mtl_block_id (block));
      return mtl_design_with_value (now, key, data, error);
    }

  return g_steal_pointer (&now);
}

MtlDesign *
cli_load_design (const char         *path,
                 const char *const  *sets,
                 const char         *data,
                 GError            **error)
{
  g_autoptr(GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  MtlDesign *design = mtl_design_load (file, notes, error);

  for (guint n = 0; n < notes->len; n++)
    g_printerr ("basin-cli: %s\n", (char *) g_ptr_array_index (notes, n));
  if (design == NULL)
    return NULL;

  design = apply_sets (design, sets, error);

  return design != NULL ? point_to_data (design, data, error) : NULL;
}

gboolean
cli_open_run (const char  *words,
              MtlStore   **store,
              char       **run,
              GError     **error)
{
  *store = mtl_store_open (NULL, error);
  *run = *store != NULL ? mtl_store_resolve (*store, words, error) : NULL;

  return *run != NULL;
}

MtlChosen *
cli_method (MtlKind             kind,
            const char         *id,
            const char *const  *sets,
            GError            **error)
{
  const MtlMethod *method = mtl_catalogue_find (kind, id, error);
  g_autoptr(MtlChosen) chosen = method != NULL ? mtl_chosen_new (kind, method) : NULL;

  for (guint n = 0; chosen != NULL && sets != NULL && sets[n] != NULL; n++)
    {
      const char *equals = strchr (sets[n], '=');
      g_autofree char *key = NULL;
      MtlChosen *next;

      if (equals == NULL)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                       _("--set takes KEY=VALUE, not “%s”"), sets[n]);
          return NULL;
        }
      key = g_strndup (sets[n], (gsize) (equals - sets[n]));
      next = mtl_chosen_with (chosen, key, equals + 1, error);
      if (next == NULL)
        return NULL;
      mtl_chosen_unref (chosen);
      chosen = next;
    }

  return g_steal_pointer (&chosen);
}

/* --- JSON --- */

void
cli_json_number (JsonBuilder *builder,
                 double       value)
{
  if (!isfinite (value))
    json_builder_add_null_value (builder);
  else if (value == floor (value) && fabs (value) < 1e15)
    json_builder_add_int_value (builder, (gint64) value);
  else
    json_builder_add_double_value (builder, value);
}

void
cli_json_member (JsonBuilder *builder,
                 const char  *name,
                 double       value)
{
  json_builder_set_member_name (builder, name);
  cli_json_number (builder, value);
}

void
cli_json_word (JsonBuilder *builder,
               const char  *name,
               const char  *word)
{
  json_builder_set_member_name (builder, name);
  if (word != NULL)
    json_builder_add_string_value (builder, word);
  else
    json_builder_add_null_value (builder);
}

void
cli_json_strings (JsonBuilder *builder,
                  const char  *name,
                  char       **strings)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (guint n = 0; strings != NULL && strings[n] != NULL; n++)
    json_builder_add_string_value (builder, strings[n]);
  json_builder_end_array (builder);
}

void
cli_json_print (JsonBuilder *builder)
{
  g_autoptr(JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, FALSE);

  g_print ("%s\n", text);
}

/* --- interruption --- */

void
cli_on_interrupt (GSourceFunc handler,
                  gpointer    data)
{
  g_unix_signal_add (SIGINT, handler, data);
  g_unix_signal_add (SIGTERM, handler, data);
}

static gboolean
cancel_cb (gpointer data)
{
  g_cancellable_cancel (data);

  return G_SOURCE_CONTINUE;
}

GCancellable *
cli_cancel_on_interrupt (void)
{
  GCancellable *cancel = g_cancellable_new ();

  cli_on_interrupt (cancel_cb, cancel);

  return cancel;
}
