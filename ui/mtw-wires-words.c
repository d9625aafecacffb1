/* mtw-wires-words.c — what goes into a block and comes out of it, in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-wires-words.h"

#include <glib/gi18n-lib.h>

#include "mtw-offer.h"
#include "mtw-path.h"

static char *
shape_words (const MtlShape *shape)
{
  g_autofree char *size = NULL;

  if (shape->rank == 0)
    return g_strdup (_("unknown"));
  size = mtl_shape_to_text (shape);
  if (shape->rank > 1)
    return g_steal_pointer (&size);

  /* Translators: the length of a vector, e.g. “50 values”. */
  return g_strdup_printf (ngettext ("%s value", "%s values", shape->size[0]), size);
}

char *
mtw_words_of_shape (MtwDocument *document,
                    const char  *block,
                    guint        output)
{
  MtlSurvey *survey = mtw_document_get_survey (document);
  MtlShape shape;

  if (output >= mtl_survey_n_outputs (survey, block))
    return NULL;

  shape = mtl_survey_shape (survey, block, output);
  return shape_words (&shape);
}

static char *
words_of_port (MtwDocument *document,
               const char  *block,
               const char  *port)
{
  MtlSurvey *survey = mtw_document_get_survey (document);

  for (guint i = 0; i < mtl_survey_n_outputs (survey, block); i++)
    if (g_strcmp0 (mtl_survey_output (survey, block, i), port) == 0)
      return mtw_words_of_shape (document, block, i);

  return g_strdup (_("unknown"));
}

static void
append_line (GString    *words,
             const char *line)
{
  if (words->len > 0)
    g_string_append_c (words, '\n');
  g_string_append (words, line);
}

static gboolean
is_end (const char *end,
        const char *block,
        const char *port)
{
  g_autofree char *own = g_strconcat (block, ".", port, NULL);

  return g_str_equal (end, own);
}

/* What the group around hands to the block: “input in of stage1”. */
static void
append_group_inputs (GString    *words,
                     MtlDesign  *design,
                     const char *scope,
                     const char *name)
{
  const MtlGroup *group = mtl_block_group (mtl_design_find (design, scope));

  for (const MtlGroupPort *input = mtl_group_inputs (group); input->name != NULL; input++)
    for (guint i = 0; input->ends[i] != NULL; i++)
      if (mtw_path_has_port (name, input->ends[i]))
        {
          /* Translators: what a block in a group reads: the name of an input, the group. */
          g_autofree char *line = g_strdup_printf (_("input %s of %s"), input->name, scope);

          append_line (words, line);
        }
}

char *
mtw_words_of_inputs (MtwDocument *document,
                     const char  *block)
{
  MtlDesign *design = mtw_document_get_design (document);
  g_autofree char *scope = mtw_path_scope (block);
  const MtlDesign *graph = mtw_offer_graph (design, scope);
  g_autoptr(GString) words = g_string_new (NULL);

  for (guint i = 0; i < mtl_design_n_wires (graph); i++)
    {
      const MtlWire *wire = mtl_design_wire (graph, i);
      g_autofree char *giver = NULL;
      g_autofree char *shape = NULL;
      g_autofree char *line = NULL;

      if (!g_str_equal (wire->to, mtw_path_name (block)))
        continue;
      giver = mtw_path_join (scope, wire->from);
      shape = words_of_port (document, giver, wire->from_port);
      /* Translators: what a block reads: another block and its shape, “dense1, 50 values”. */
      line = g_strdup_printf (_("%s, %s"), wire->from, shape);
      append_line (words, line);
    }

  if (scope != NULL)
    append_group_inputs (words, design, scope, mtw_path_name (block));
  return g_strdup (words->len > 0 ? words->str : _("nothing"));
}

static void
append_reader (GString    *words,
               gboolean   *first,
               const char *reader)
{
  /* Translators: between the shape of an output and the blocks that read it. */
  g_string_append (words, *first ? _(" to ") : _(", "));
  g_string_append (words, reader);
  *first = FALSE;
}

/* Blocks beside it, and the output of the group around that shows it. */
static void
append_readers (GString    *words,
                MtlDesign  *design,
                const char *block,
                const char *port)
{
  g_autofree char *scope = mtw_path_scope (block);
  const MtlDesign *graph = mtw_offer_graph (design, scope);
  const char *name = mtw_path_name (block);
  gboolean first = TRUE;

  for (guint i = 0; i < mtl_design_n_wires (graph); i++)
    {
      const MtlWire *wire = mtl_design_wire (graph, i);

      if (g_str_equal (wire->from, name) && g_str_equal (wire->from_port, port))
        append_reader (words, &first, wire->to);
    }
  if (scope == NULL)
    return;

  for (const MtlGroupPort *output
         = mtl_group_outputs (mtl_block_group (mtl_design_find (design, scope)));
       output->name != NULL; output++)
    if (is_end (output->ends[0], name, port))
      {
        /* Translators: what shows an output of a block in a group: its name, the group. */
        g_autofree char *shown = g_strdup_printf (_("output %s of %s"), output->name, scope);

        append_reader (words, &first, shown);
      }
}

char *
mtw_words_of_outputs (MtwDocument *document,
                      const char  *block)
{
  MtlSurvey *survey = mtw_document_get_survey (document);
  g_autoptr(GString) words = g_string_new (NULL);

  for (guint i = 0; i < mtl_survey_n_outputs (survey, block); i++)
    {
      g_autofree char *shape = mtw_words_of_shape (document, block, i);

      append_line (words, shape);
      append_readers (words, mtw_document_get_design (document), block,
                      mtl_survey_output (survey, block, i));
    }

  return g_strdup (words->len > 0 ? words->str : _("nothing"));
}

char *
mtw_words_of_problems (MtwDocument *document,
                       const char  *block,
                       gboolean    *error)
{
  MtlSurvey *survey = mtw_document_get_survey (document);
  g_autoptr(GString) words = g_string_new (NULL);

  *error = FALSE;
  for (guint i = 0; i < mtl_survey_n_problems (survey); i++)
    {
      const MtlProblem *problem = mtl_survey_problem (survey, i);

      if (g_strcmp0 (problem->block, block) != 0)
        continue;
      if (words->len > 0)
        g_string_append_c (words, ' ');
      g_string_append (words, problem->message);
      *error = *error || !problem->warning;
    }

  return g_string_free (g_steal_pointer (&words), FALSE);
}
