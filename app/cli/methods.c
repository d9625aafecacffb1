/* methods.c — the catalogue
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>
#include <math.h>

#include "cli.h"

static const char *const type_names[] = {
  "number", "whole", "flag", "choice", "text", "path", "numbers", "per-task", "method",
};

static void
print_range (const MtlParam *param)
{
  if (param->type == MTL_CHOICE)
    for (guint n = 0; param->choices[n] != NULL; n++)
      g_print ("%s%s", n > 0 ? "|" : "", param->choices[n]);
  else if (param->type == MTL_METHOD)
    g_print ("%s", mtl_kind_name (param->kind));
  else if (param->type == MTL_NUMBER || param->type == MTL_WHOLE || param->type == MTL_PER_TASK)
    g_print ("%g…%g%s", param->minimum, param->maximum,
             param->type == MTL_PER_TASK ? _(" or TASK:NUMBER,…") : "");
  else
    g_print ("%s", type_names[param->type]);
}

static void
print_param (const MtlMethod *method,
             MtlKind          kind,
             guint            n)
{
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (kind, method);
  const MtlParam *param = mtl_method_param (method, kind, n);
  g_autofree char *initial = mtl_setting_to_text (&mtl_chosen_settings (chosen)[n], param);

  g_print ("    %-16s %-10s ", param->id, initial);
  print_range (param);
  g_print ("  %s\n", _(param->summary != NULL ? param->summary : param->title));
}

static void
print_method (const MtlMethod *method,
              MtlKind          kind)
{
  g_print ("  %-14s %s\n", method->id, _(method->title));
  if (method->summary != NULL)
    g_print ("    %s\n", _(method->summary));
  if (method->reference != NULL)
    g_print ("    %s\n", method->reference);
  for (guint n = 0; n < mtl_method_n_params (method, kind); n++)
    print_param (method, kind, n);
}

static void
print_kind (MtlKind kind)
{
  g_print ("%s\n", mtl_kind_name (kind));
  for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
    if (!(*m)->hidden)
      print_method (*m, kind);
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
add_param (JsonBuilder     *builder,
           const MtlMethod *method,
           MtlKind          kind,
           guint            n)
{
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (kind, method);
  const MtlParam *param = mtl_method_param (method, kind, n);
  g_autofree char *initial = mtl_setting_to_text (&mtl_chosen_settings (chosen)[n], param);

  json_builder_begin_object (builder);
  add_text (builder, "id", param->id);
  add_text (builder, "title", _(param->title));
  add_text (builder, "summary", param->summary != NULL ? _(param->summary) : NULL);
  add_text (builder, "type", type_names[param->type]);
  add_text (builder, "initial", initial);
  if (param->type == MTL_CHOICE)
    cli_json_strings (builder, "choices", (char **) param->choices);
  if (param->type == MTL_NUMBER || param->type == MTL_WHOLE)
    {
      cli_json_member (builder, "minimum", param->minimum);
      cli_json_member (builder, "maximum", param->maximum);
    }
  json_builder_end_object (builder);
}

static void
print_json (MtlKind kind)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
    {
      g_autoptr(JsonBuilder) builder = json_builder_new ();

      if ((*m)->hidden)
        continue;
      json_builder_begin_object (builder);
      add_text (builder, "kind", mtl_kind_name (kind));
      add_text (builder, "id", (*m)->id);
      add_text (builder, "title", _((*m)->title));
      add_text (builder, "summary", (*m)->summary != NULL ? _((*m)->summary) : NULL);
      add_text (builder, "reference", (*m)->reference);
      json_builder_set_member_name (builder, "params");
      json_builder_begin_array (builder);
      for (guint n = 0; n < mtl_method_n_params (*m, kind); n++)
        add_param (builder, *m, kind, n);
      json_builder_end_array (builder);
      json_builder_end_object (builder);
      cli_json_print (builder);
    }
}

static char *
list_kinds (void)
{
  GString *text = g_string_new (NULL);

  for (MtlKind kind = 0; kind < MTL_N_KINDS; kind++)
    g_string_append_printf (text, "%s%s", kind > 0 ? ", " : "", mtl_kind_name (kind));

  return g_string_free (text, FALSE);
}

static int
methods_run (int    argc,
             char **argv)
{
  extern const CliVerb cli_verb_methods;
  gboolean json = FALSE;
  const CliOption options[] = {
    { .name = "json", .summary = N_("print one JSON object a method"), .flag = &json },
    { .name = NULL }
  };
  MtlKind only = MTL_N_KINDS;
  g_autofree char *kinds = list_kinds ();
  int status;

  if (!cli_parse (&cli_verb_methods, options, &argc, &argv, 0, 1, &status))
    return status;
  if (argc == 2 && !mtl_kind_from_name (argv[1], &only))
    return cli_usage (&cli_verb_methods, _("there is no kind “%s”; there is %s"), argv[1], kinds);

  for (MtlKind kind = 0; kind < MTL_N_KINDS; kind++)
    {
      if (only != MTL_N_KINDS && kind != only)
        continue;
      if (json)
        print_json (kind);
      else
        print_kind (kind);
    }

  return CLI_DONE;
}

const CliVerb cli_verb_methods = {
  .name = "methods",
  .usage = "[KIND]",
  .summary = N_("Lists the catalogue: every method with its settings and their initial values."),
  .run = methods_run,
};
