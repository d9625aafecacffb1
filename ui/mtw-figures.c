/* mtw-figures.c — findings as words: cells of a table, text to paste, a file
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-figures.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtw-number.h"

#define DIGITS       4
#define ERROR_DIGITS 2

static const char *const titles[MTW_N_FIGURES] = {
  N_("Measure"), N_("Task"), N_("Value"), N_("At"), N_("Block"),
};

const char *
mtw_figure_title (MtwFigure column)
{
  return _(titles[column]);
}

static char *
name_subject (const MtlFinding  *finding,
              char             **tasks)
{
  if (finding->task == MTL_ALL_TASKS)
    return g_strdup (_("All tasks"));
  if (finding->other == MTL_ALL_TASKS)
    return g_strdup (tasks[finding->task]);

  /* Translators: a pair of tasks. */
  return g_strdup_printf (_("%s × %s"), tasks[finding->task], tasks[finding->other]);
}

static char *
name_place (const MtlFinding *finding)
{
  g_autofree char *x = mtw_number (finding->x, DIGITS);

  if (finding->measure->x == NULL || isnan (finding->x))
    return g_strdup ("");

  return g_strdup_printf ("%s %s", _(finding->measure->x), x);
}

static char *
name_value (const MtlFinding *finding)
{
  g_autofree char *value = mtw_number (finding->value, DIGITS);
  g_autofree char *error = mtw_number (finding->error, ERROR_DIGITS);

  if (isnan (finding->error))
    return g_steal_pointer (&value);

  /* Translators: a figure and its uncertainty. */
  return g_strdup_printf (_("%s ± %s"), value, error);
}

char *
mtw_figure_words (MtwFigure          column,
                  const MtlFinding  *finding,
                  char             **tasks)
{
  switch (column)
    {
    case MTW_FIGURE_MEASURE:
      return g_strdup (_(finding->measure->title));
    case MTW_FIGURE_TASK:
      return name_subject (finding, tasks);
    case MTW_FIGURE_BLOCK:
      return g_strdup (finding->block != NULL ? finding->block : "");
    case MTW_FIGURE_AT:
      return name_place (finding);
    case MTW_FIGURE_VALUE:
    default:
      return name_value (finding);
    }
}

char *
mtw_figures_to_text (const MtlFindings  *findings,
                     char              **tasks)
{
  GString *text = g_string_new (NULL);

  for (guint c = 0; c < MTW_N_FIGURES; c++)
    g_string_append_printf (text, "%s%s", c > 0 ? "\t" : "", mtw_figure_title (c));
  g_string_append_c (text, '\n');
  for (guint n = 0; n < mtl_findings_count (findings); n++)
    {
      for (guint c = 0; c < MTW_N_FIGURES; c++)
        {
          g_autofree char *words = mtw_figure_words (c, mtl_findings_get (findings, n), tasks);

          g_string_append_printf (text, "%s%s", c > 0 ? "\t" : "", words);
        }
      g_string_append_c (text, '\n');
    }

  return g_string_free (text, FALSE);
}

/* --- the file --- */

static void
append_quoted (GString    *text,
               const char *word)
{
  g_auto(GStrv) parts = g_strsplit (word, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", parts);

  if (strpbrk (word, "\",\r\n") != NULL)
    g_string_append_printf (text, "\"%s\"", doubled);
  else
    g_string_append (text, word);
}

static void
append_number (GString *text,
               double   number)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_c (text, ',');
  if (!isnan (number))
    g_string_append (text, g_ascii_dtostr (digits, sizeof digits, number));
}

static const char *
id_of (int    task,
       char **tasks)
{
  return task != MTL_ALL_TASKS ? tasks[task] : "";
}

char *
mtw_figures_to_csv (const MtlFindings  *findings,
                    char              **tasks)
{
  GString *text = g_string_new ("measure,task,other,block,x,value,uncertainty\r\n");

  for (guint n = 0; n < mtl_findings_count (findings); n++)
    {
      const MtlFinding *finding = mtl_findings_get (findings, n);

      append_quoted (text, finding->measure->id);
      g_string_append_c (text, ',');
      append_quoted (text, id_of (finding->task, tasks));
      g_string_append_c (text, ',');
      append_quoted (text, id_of (finding->other, tasks));
      g_string_append_c (text, ',');
      append_quoted (text, finding->block != NULL ? finding->block : "");
      append_number (text, finding->x);
      append_number (text, finding->value);
      append_number (text, finding->error);
      g_string_append (text, "\r\n");
    }

  return g_string_free (text, FALSE);
}
