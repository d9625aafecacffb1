/* mtw-wires-words.c — what goes into a block and comes out of it, in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-wires-words.h"

#include <glib/gi18n-lib.h>

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

char *
mtw_words_of_inputs (MtwDocument    *document,
                     const MtlBlock *block)
{
  MtlDesign *design = mtw_document_get_design (document);
  g_autoptr(GString) words = g_string_new (NULL);

  for (guint i = 0; i < mtl_design_n_wires (design); i++)
    {
      const MtlWire *wire = mtl_design_wire (design, i);
      g_autofree char *shape = NULL;

      if (!g_str_equal (wire->to, mtl_block_id (block)))
        continue;
      shape = words_of_port (document, wire->from, wire->from_port);
      if (words->len > 0)
        g_string_append_c (words, '\n');
      /* Translators: what a block reads: another block and its shape, “dense1, 50 values”. */
      g_string_append_printf (words, _("%s, %s"), wire->from, shape);
    }

  return g_strdup (words->len > 0 ? words->str : _("nothing"));
}

static void
append_readers (GString    *words,
                MtlDesign  *design,
                const char *block,
                const char *port)
{
  gboolean first = TRUE;

  for (guint i = 0; i < mtl_design_n_wires (design); i++)
    {
      const MtlWire *wire = mtl_design_wire (design, i);

      if (!g_str_equal (wire->from, block) || !g_str_equal (wire->from_port, port))
        continue;
      /* Translators: between the shape of an output and the blocks that read it. */
      g_string_append (words, first ? _(" to ") : _(", "));
      g_string_append (words, wire->to);
      first = FALSE;
    }
}

char *
mtw_words_of_outputs (MtwDocument    *document,
                      const MtlBlock *block)
{
  MtlSurvey *survey = mtw_document_get_survey (document);
  const char *id = mtl_block_id (block);
  g_autoptr(GString) words = g_string_new (NULL);

  for (guint i = 0; i < mtl_survey_n_outputs (survey, id); i++)
    {
      g_autofree char *shape = mtw_words_of_shape (document, id, i);

      if (words->len > 0)
        g_string_append_c (words, '\n');
      g_string_append (words, shape);
      append_readers (words, mtw_document_get_design (document), id,
                      mtl_survey_output (survey, id, i));
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
