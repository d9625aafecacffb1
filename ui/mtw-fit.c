/* mtw-fit.c — what can be added where, what can be wired to what
 *
 * Whether a block of some type fits is found by trying: blocks of all types
 * are added to a copy of the design, and its survey is asked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-fit.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-look.h"

const MtlMethod *
mtw_fit_parse (const char *choice,
               MtlKind    *kind)
{
  g_auto(GStrv) parts = g_strsplit (choice, ":", 2);

  if (g_strv_length (parts) != 2 || !mtl_kind_from_name (parts[0], kind)
      || (*kind != MTL_KIND_OP && *kind != MTL_KIND_SOURCE))
    return NULL;

  return mtl_catalogue_find (*kind, parts[1], NULL);
}

static char *
join_end (const char *block,
          const char *port)
{
  return g_strconcat (block, ".", port, NULL);
}

/* @design, which is taken, with one more block, whose id goes to *id. */
static MtlDesign *
with_new_block (MtlDesign        *design,
                MtlKind           kind,
                const MtlMethod  *method,
                char            **id)
{
  g_autoptr(MtlDesign) base = design;
  g_autoptr(MtlChosen) what = mtl_chosen_new (kind, method);
  g_autoptr(MtlBlock) block = NULL;

  *id = mtl_design_free_id (base, method);
  block = mtl_block_new (*id, what, 0, 0);
  return mtl_design_with_block (base, block);
}

/* Why no output of @from can be read by the first input of @to; NULL: the one
 * in *end can. (transfer full) */
static char *
find_output (MtlSurvey       *survey,
             const char      *from,
             const MtlBlock  *to,
             char           **end)
{
  g_autofree char *input = NULL;
  char *reason = NULL;

  if (to == NULL || mtl_block_n_inputs (to) == 0)
    return g_strdup (_("has no input"));

  input = join_end (mtl_block_id (to), mtl_block_input (to, 0));
  for (guint i = 0; i < mtl_survey_n_outputs (survey, from); i++)
    {
      g_autofree char *output = join_end (from, mtl_survey_output (survey, from, i));

      g_free (reason);
      reason = mtl_survey_refusal (survey, output, input);
      if (reason == NULL)
        {
          *end = g_steal_pointer (&output);
          return NULL;
        }
    }

  return reason != NULL ? reason : g_strdup (_("nothing to read"));
}

char *
mtw_fit_from_selection (MtwDocument     *document,
                        MtlKind          kind,
                        const MtlMethod *method)
{
  g_auto(GStrv) ids = mtw_document_dup_selection (document);
  g_autoptr(MtlDesign) trial = NULL;
  g_autoptr(MtlSurvey) survey = NULL;
  g_autofree char *id = NULL;
  g_autofree char *reason = NULL;
  char *end = NULL;

  if (kind != MTL_KIND_OP || g_strv_length (ids) != 1)
    return NULL;

  trial = with_new_block (mtl_design_ref (mtw_document_get_design (document)), kind, method, &id);
  survey = mtl_survey_new (trial);
  reason = find_output (survey, ids[0], mtl_design_find (trial, id), &end);
  return end;
}

char *
mtw_fit_add (MtwDocument *document,
             const char  *choice)
{
  MtlKind kind;
  const MtlMethod *method = mtw_fit_parse (choice, &kind);
  g_autofree char *from = NULL;

  if (method == NULL)
    return NULL;

  from = mtw_fit_from_selection (document, kind, method);
  return mtw_document_add_block (document, kind, method, NULL, from);
}

static void
offer_block (MtwChoiceMenu   *menu,
             MtlKind          kind,
             const MtlMethod *method,
             const char      *reason)
{
  g_autofree char *choice = g_strconcat (mtl_kind_name (kind), ":", method->id, NULL);

  mtw_choice_menu_add (menu, choice, mtl_look_icon (kind, method), _(method->title), reason,
                       reason == NULL);
}

void
mtw_fit_offer_blocks (MtwDocument   *document,
                      MtwChoiceMenu *menu,
                      const char    *block)
{
  const MtlMethod *const *ops = mtl_catalogue_list (MTL_KIND_OP);
  const MtlMethod *const *sources = mtl_catalogue_list (MTL_KIND_SOURCE);
  g_autoptr(MtlDesign) trial = mtl_design_ref (mtw_document_get_design (document));
  g_autoptr(MtlSurvey) survey = NULL;
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; block != NULL && ops[i] != NULL; i++)
    {
      char *id;

      trial = with_new_block (trial, MTL_KIND_OP, ops[i], &id);
      g_ptr_array_add (ids, id);
    }
  if (block != NULL)
    survey = mtl_survey_new (trial);

  for (guint i = 0; ops[i] != NULL; i++)
    {
      g_autofree char *end = NULL;
      g_autofree char *reason = survey != NULL
        ? find_output (survey, block, mtl_design_find (trial, ids->pdata[i]), &end) : NULL;

      if (!ops[i]->hidden)
        offer_block (menu, MTL_KIND_OP, ops[i], reason);
    }

  for (guint i = 0; sources[i] != NULL; i++)
    if (!sources[i]->hidden)
      offer_block (menu, MTL_KIND_SOURCE, sources[i], NULL);
}

static void
offer_wire (MtwDocument    *document,
            MtwChoiceMenu  *menu,
            const char     *from,
            const char     *to,
            const MtlBlock *shown,
            const char     *title)
{
  const MtlChosen *what = mtl_block_what (shown);
  const MtlMethod *method = mtl_chosen_method (what);
  g_autofree char *choice = g_strconcat (from, " ", to, NULL);
  g_autofree char *reason = mtl_survey_refusal (mtw_document_get_survey (document), from, to);

  mtw_choice_menu_add (menu, choice, mtl_look_icon (mtl_chosen_kind (what), method), title,
                       reason != NULL ? reason : _(method->title), reason == NULL);
}

void
mtw_fit_offer_inputs (MtwDocument   *document,
                      MtwChoiceMenu *menu,
                      const char    *block)
{
  MtlDesign *design = mtw_document_get_design (document);
  MtlSurvey *survey = mtw_document_get_survey (document);
  guint n_outputs = mtl_survey_n_outputs (survey, block);

  for (guint output = 0; output < n_outputs; output++)
    {
      const char *port = mtl_survey_output (survey, block, output);
      g_autofree char *from = join_end (block, port);

      for (guint i = 0; i < mtl_design_n_blocks (design); i++)
        {
          const MtlBlock *other = mtl_design_block (design, i);
          const char *id = mtl_block_id (other);
          guint n_inputs = g_str_equal (id, block) ? 0 : mtl_block_n_inputs (other);

          for (guint input = 0; input < n_inputs; input++)
            {
              g_autofree char *to = join_end (id, mtl_block_input (other, input));
              const char *place = n_inputs > 1 ? to : id;
              g_autofree char *title = n_outputs > 1 ? g_strconcat (port, " → ", place, NULL)
                                                     : g_strdup (place);

              offer_wire (document, menu, from, to, other, title);
            }
        }
    }
}

void
mtw_fit_offer_outputs (MtwDocument   *document,
                       MtwChoiceMenu *menu,
                       const char    *block,
                       const char    *port)
{
  MtlDesign *design = mtw_document_get_design (document);
  MtlSurvey *survey = mtw_document_get_survey (document);
  g_autofree char *to = join_end (block, port);

  for (guint i = 0; i < mtl_design_n_blocks (design); i++)
    {
      const MtlBlock *other = mtl_design_block (design, i);
      const char *id = mtl_block_id (other);
      guint n_outputs = g_str_equal (id, block) ? 0 : mtl_survey_n_outputs (survey, id);

      for (guint output = 0; output < n_outputs; output++)
        {
          g_autofree char *from = join_end (id, mtl_survey_output (survey, id, output));

          offer_wire (document, menu, from, to, other, n_outputs > 1 ? from : id);
        }
    }
}

void
mtw_fit_offer_wires (MtwDocument   *document,
                     MtwChoiceMenu *menu,
                     const char    *block)
{
  MtlDesign *design = mtw_document_get_design (document);

  for (guint i = 0; i < mtl_design_n_wires (design); i++)
    {
      const MtlWire *wire = mtl_design_wire (design, i);
      g_autofree char *from = join_end (wire->from, wire->from_port);
      g_autofree char *to = join_end (wire->to, wire->to_port);
      g_autofree char *choice = g_strconcat (from, " ", to, NULL);
      g_autofree char *title = g_strconcat (wire->from, " → ", wire->to, NULL);

      if (g_str_equal (wire->from, block) || g_str_equal (wire->to, block))
        mtw_choice_menu_add (menu, choice, "basin-connect-symbolic", title, NULL, TRUE);
    }
}
