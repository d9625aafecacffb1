/* mtl-c-run.c — the functions that somebody calls: one for each head, one for all
 *
 * Each calls the blocks in order, with the places that its own layout gives to
 * the values; the function of all heads runs every block once. At the end values
 * whose targets were standardised for training go back to the targets' own unit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-c-private.h"

/* Where a value is, as an expression. @alone: in the function of one head. */
static void
append_place (MtlCFile         *file,
              const MtlCLayout *layout,
              MtlInput          value,
              gboolean          alone)
{
  const MtlCPlace *place = &layout->places[value.step];

  if (file->plan->steps[value.step].op == NULL)
    g_string_append (file->text, file->inputs[value.output]);
  else if (place->where == MTL_C_OUTPUT)
    g_string_append (file->text, alone ? "output" : file->heads[place->task].output);
  else if (place->offset == 0)
    g_string_append (file->text, "scratch");
  else
    g_string_append_printf (file->text, "scratch + %" G_GSIZE_FORMAT, place->offset);
}

static void
write_call (MtlCFile         *file,
            const MtlCLayout *layout,
            guint             s,
            gboolean          alone)
{
  const MtlPlanStep *step = &file->plan->steps[s];

  g_string_append_printf (file->text, "  %s (", file->steps[s].name);
  for (guint n = 0; n < step->n_in; n++)
    {
      append_place (file, layout, mtl_c_resolve (file, step->in[n]), alone);
      g_string_append (file->text, ", ");
    }
  append_place (file, layout, (MtlInput) { s, 0 }, alone);
  g_string_append (file->text, ");\n");
}

/* A task whose value is an input, or already the output of another task. */
static void
write_copy (MtlCFile         *file,
            const MtlCLayout *layout,
            guint             s,
            gboolean          alone)
{
  const MtlPlanStep *step = &file->plan->steps[s];
  MtlInput value = mtl_c_resolve (file, step->in[0]);
  const MtlCPlace *place = &layout->places[value.step];

  if (file->plan->steps[value.step].op != NULL && place->where == MTL_C_OUTPUT
      && place->task == (guint) step->task)
    return;

  g_string_append_printf (file->text, "  for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)\n"
                          "    %s[i] = ", file->plan->tasks[step->task].size,
                          alone ? "output" : file->heads[step->task].output);
  append_place (file, layout, value, alone);
  g_string_append (file->text, "[i];\n");
}

/* After all copies: another task may have its values from this one's output. */
static void
write_scale (MtlCFile *file,
             guint     task,
             gboolean  alone)
{
  const char *output = alone ? "output" : file->heads[task].output;
  g_autofree char *upper = g_ascii_strup (file->heads[task].name, -1);

  if (mtl_c_scale (file, task) != NULL)
    g_string_append_printf (file->text, "  for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)\n"
                            "    %s[i] = %s[i] * %s_SCALE + %s_MEAN;\n",
                            file->plan->tasks[task].size, output, output, upper, upper);
}

static void
write_signature (MtlCFile         *file,
                 const char       *name,
                 const MtlCLayout *layout,
                 gboolean          alone)
{
  g_autofree char *indent = g_strnfill (strlen (name) + 2, ' ');

  g_string_append_printf (file->text, "static inline void\n%s (", name);
  for (guint p = 0; p < MTL_SOURCE_MAX_PORTS; p++)
    if ((layout->ports >> p & 1) != 0)
      g_string_append_printf (file->text, "const float *%s,\n%s", file->inputs[p], indent);

  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (mtl_c_has_task (layout->tasks, k))
      g_string_append_printf (file->text, "float       *%s,\n%s",
                              alone ? "output" : file->heads[k].output, indent);
  g_string_append (file->text, "float       *scratch)\n{\n");
}

static void
write_function (MtlCFile         *file,
                const char       *name,
                const MtlCLayout *layout,
                gboolean          alone)
{
  const MtlPlan *plan = file->plan;

  write_signature (file, name, layout, alone);
  if (layout->floats == 0)
    g_string_append (file->text, "  (void) scratch;\n");

  for (guint s = 0; s < plan->n_steps; s++)
    if ((plan->steps[s].tasks & layout->tasks) != 0)
      {
        if (file->steps[s].wanted && file->steps[s].kind != MTL_C_SAME)
          write_call (file, layout, s, alone);
        else if (plan->steps[s].task >= 0)
          write_copy (file, layout, s, alone);
      }
  for (guint k = 0; k < plan->n_tasks; k++)
    if (mtl_c_has_task (layout->tasks, k))
      write_scale (file, k, alone);
  g_string_append (file->text, "}\n");
}

void
mtl_c_write_functions (MtlCFile *file)
{
  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (file->heads[k].layout != NULL)
      {
        g_string_append_printf (file->text, "\n/* The head %s%s. */\n", file->plan->tasks[k].id,
                                file->n_heads > 1 ? " alone" : "");
        write_function (file, file->heads[k].name, file->heads[k].layout, TRUE);
      }

  if (file->n_heads > 1)
    {
      g_autofree char *name = g_strdup_printf ("%s_all", file->prefix);

      g_string_append (file->text, "\n/* All heads; what they share is computed once. */\n");
      write_function (file, name, file->all, FALSE);
    }
}
