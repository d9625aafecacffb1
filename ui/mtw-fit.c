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
#include "mtw-offer.h"
#include "mtw-path.h"

static char *
join_end (const char *block,
          const char *port)
{
  return g_strconcat (block, ".", port, NULL);
}

/* Why no output of @from can be read by the first input of @to, called @id; NULL: the
 * one in *end can. (transfer full) */
static char *
find_output (MtlSurvey       *survey,
             const char      *from,
             const MtlBlock  *to,
             const char      *id,
             char           **end)
{
  g_autofree char *input = NULL;
  char *reason = NULL;

  if (to == NULL || mtl_block_n_inputs (to) == 0)
    return g_strdup (_("has no input"));

  input = join_end (id, mtl_block_input (to, 0));
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
                        const MtlChosen *what)
{
  g_auto(GStrv) ids = mtw_document_dup_selection (document);
  g_autofree char *scope = NULL;
  g_autoptr(MtlDesign) trial = NULL;
  g_autoptr(MtlSurvey) survey = NULL;
  g_autofree char *id = NULL;
  g_autofree char *reason = NULL;
  char *end = NULL;

  if (mtl_chosen_kind (what) != MTL_KIND_OP || g_strv_length (ids) != 1)
    return NULL;

  scope = mtw_path_scope (ids[0]);
  trial = mtw_offer_add (mtw_document_get_design (document), what, scope, 0, 0, &id, NULL);
  if (trial == NULL)
    return NULL;
  survey = mtl_survey_new (trial);
  reason = find_output (survey, ids[0], mtl_design_find (trial, id), id, &end);
  return end;
}

char *
mtw_fit_add (MtwDocument  *document,
             const char   *choice,
             GError      **error)
{
  g_auto(GStrv) ids = mtw_document_dup_selection (document);
  g_autoptr(MtlChosen) what = mtw_offer_parse (mtw_document_get_design (document), choice);
  g_autofree char *from = NULL;
  g_autofree char *scope = NULL;

  if (what == NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_UNKNOWN_METHOD,
                   _("There is no block type “%s”."), choice);
      return NULL;
    }

  from = mtw_fit_from_selection (document, what);
  /* Data is of the design itself. */
  if (g_strv_length (ids) == 1 && mtl_chosen_kind (what) == MTL_KIND_OP)
    scope = mtw_path_scope (ids[0]);
  return mtw_document_add_block (document, what, scope, NULL, from, error);
}

static void
offer_block (MtwChoiceMenu   *menu,
             const MtlChosen *what,
             const char      *reason)
{
  g_autofree char *choice = mtw_offer_choice (what);

  mtw_choice_menu_add (menu, choice,
                       mtl_look_icon (mtl_chosen_kind (what), mtl_chosen_method (what)),
                       mtw_offer_title (what), reason, reason == NULL);
}

void
mtw_fit_offer_blocks (MtwDocument   *document,
                      MtwChoiceMenu *menu,
                      const char    *block)
{
  MtlDesign *design = mtw_document_get_design (document);
  g_autoptr(GPtrArray) offers = mtw_offer_list (design);
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GPtrArray) refusals = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *scope = block != NULL ? mtw_path_scope (block) : NULL;
  g_autoptr(MtlDesign) trial = block != NULL ? mtw_offer_add_all (design, offers, scope, ids,
                                                                  refusals) : NULL;
  g_autoptr(MtlSurvey) survey = trial != NULL ? mtl_survey_new (trial) : NULL;

  for (guint i = 0; i < offers->len; i++)
    {
      const MtlChosen *what = offers->pdata[i];
      gboolean tried = survey != NULL && mtl_chosen_kind (what) == MTL_KIND_OP;
      g_autofree char *end = NULL;
      g_autofree char *reason = NULL;

      if (tried && refusals->pdata[i] != NULL)
        reason = g_strdup (refusals->pdata[i]);
      else if (tried)
        reason = find_output (survey, block, mtl_design_find (trial, ids->pdata[i]),
                              ids->pdata[i], &end);
      offer_block (menu, what, reason);
    }
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
  g_autofree char *scope = mtw_path_scope (block);
  const MtlDesign *graph = mtw_offer_graph (mtw_document_get_design (document), scope);
  MtlSurvey *survey = mtw_document_get_survey (document);
  guint n_outputs = mtl_survey_n_outputs (survey, block);

  for (guint output = 0; output < n_outputs; output++)
    {
      const char *port = mtl_survey_output (survey, block, output);
      g_autofree char *from = join_end (block, port);

      for (guint i = 0; i < mtl_design_n_blocks (graph); i++)
        {
          const MtlBlock *other = mtl_design_block (graph, i);
          g_autofree char *id = mtw_path_join (scope, mtl_block_id (other));
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
  g_autofree char *scope = mtw_path_scope (block);
  const MtlDesign *graph = mtw_offer_graph (mtw_document_get_design (document), scope);
  MtlSurvey *survey = mtw_document_get_survey (document);
  g_autofree char *to = join_end (block, port);

  for (guint i = 0; i < mtl_design_n_blocks (graph); i++)
    {
      const MtlBlock *other = mtl_design_block (graph, i);
      g_autofree char *id = mtw_path_join (scope, mtl_block_id (other));
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
  g_autofree char *scope = mtw_path_scope (block);
  const MtlDesign *graph = mtw_offer_graph (mtw_document_get_design (document), scope);
  const char *name = mtw_path_name (block);

  for (guint i = 0; i < mtl_design_n_wires (graph); i++)
    {
      const MtlWire *wire = mtl_design_wire (graph, i);
      g_autofree char *producer = mtw_path_join (scope, wire->from);
      g_autofree char *reader = mtw_path_join (scope, wire->to);
      g_autofree char *from = join_end (producer, wire->from_port);
      g_autofree char *to = join_end (reader, wire->to_port);
      g_autofree char *choice = g_strconcat (from, " ", to, NULL);
      g_autofree char *title = g_strconcat (wire->from, " → ", wire->to, NULL);

      if (g_str_equal (wire->from, name) || g_str_equal (wire->to, name))
        mtw_choice_menu_add (menu, choice, "basin-connect-symbolic", title, NULL, TRUE);
    }
}
