/* mtw-canvas-add.c — what the canvas asks: what to add
 *
 * What a block would do with a wire is found by trying: all of them are added
 * to a copy of the design and asked, then those that fit are wired in a
 * second copy and their shapes read off its survey.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>

#include "mtl-look.h"
#include "mtw-choice-menu.h"
#include "mtw-offer.h"
#include "mtw-path.h"

typedef struct
{
  MtwCanvas        *canvas;
  char             *from;      /* output to wire, or NULL */
  char             *scope;     /* use in whose group it is to be, or NULL */
  gboolean          placed;
  graphene_point_t  at;
} Asked;

static void
asked_free (gpointer  data,
            GClosure *closure)
{
  g_free (((Asked *) data)->from);
  g_free (((Asked *) data)->scope);
  g_free (data);
}

static void
add_chosen_cb (MtwChoiceMenu *menu,
               const char    *chosen,
               Asked         *asked)
{
  MtwCanvas *self = asked->canvas;
  g_autoptr(MtlChosen) what = mtw_offer_parse (mtw_document_get_design (self->document), chosen);
  g_autoptr(GError) error = NULL;
  graphene_point_t at = asked->at;
  g_autofree char *id = NULL;

  if (what == NULL)
    return;

  /* Data is of the design itself. */
  if (mtl_chosen_kind (what) == MTL_KIND_SOURCE)
    g_clear_pointer (&asked->scope, g_free);
  at.y -= MTW_BLOCK_HEIGHT / 2;
  if (asked->placed)
    at = mtw_canvas_place_in (self, asked->scope, &at, what);
  id = mtw_document_add_block (self->document, what, asked->scope, asked->placed ? &at : NULL,
                               asked->from, &error);
  if (id != NULL)
    mtw_canvas_reveal (self, id);
  else
    mtw_canvas_refuse (self, error->message);
}

/* The survey of @trial with @from wired to all that can read it; why not goes to
 * @reasons, where something stands already for what could not even be added. */
static MtlSurvey *
wire_fitting (MtlDesign  *trial,
              const char *from,
              GPtrArray  *ids,
              GPtrArray  *reasons)
{
  g_autoptr(MtlSurvey) survey = mtl_survey_new (trial);
  g_autoptr(MtlDesign) design = mtl_design_ref (trial);

  for (guint i = 0; i < ids->len; i++)
    {
      const MtlBlock *block = ids->pdata[i] != NULL ? mtl_design_find (trial, ids->pdata[i])
                                                    : NULL;
      g_autofree char *to = NULL;
      MtlDesign *wired;

      if (block == NULL)
        continue;
      if (mtl_block_n_inputs (block) == 0)
        {
          reasons->pdata[i] = g_strdup (_("has no input"));
          continue;
        }
      to = g_strconcat (ids->pdata[i], ".", mtl_block_input (block, 0), NULL);
      reasons->pdata[i] = mtl_survey_refusal (survey, from, to);
      wired = reasons->pdata[i] == NULL ? mtl_design_with_wire (design, from, to, NULL) : NULL;
      if (wired != NULL)
        {
          mtl_design_unref (design);
          design = wired;
        }
    }

  return mtl_survey_new (design);
}

/* “50 → 50” (transfer full) (nullable) */
static char *
shape_change (MtlSurvey  *survey,
              const char *from,
              const char *id)
{
  g_auto(GStrv) ends = g_strsplit (from, ".", 2);
  MtlShape in = { 0 }, out = mtl_survey_shape (survey, id, 0);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  for (guint i = 0; i < mtl_survey_n_outputs (survey, ends[0]); i++)
    if (g_strcmp0 (mtl_survey_output (survey, ends[0], i), ends[1]) == 0)
      in = mtl_survey_shape (survey, ends[0], i);
  if (in.rank == 0)
    return NULL;

  before = mtl_shape_to_text (&in);
  if (out.rank == 0)
    return g_steal_pointer (&before);
  after = mtl_shape_to_text (&out);
  return g_strdup_printf ("%s → %s", before, after);
}

static void
offer_blocks (MtwCanvas     *self,
              MtwChoiceMenu *menu,
              const char    *from,
              const char    *scope)
{
  MtlDesign *design = mtw_document_get_design (self->document);
  g_autoptr(GPtrArray) offers = mtw_offer_list (design);
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(MtlDesign) trial = NULL;
  g_autoptr(MtlSurvey) survey = NULL;

  if (from != NULL)
    {
      trial = mtw_offer_add_all (design, offers, scope, ids, reasons);
      survey = wire_fitting (trial, from, ids, reasons);
    }

  for (guint i = 0; i < offers->len; i++)
    {
      const MtlChosen *what = offers->pdata[i];
      g_autofree char *choice = mtw_offer_choice (what);
      const char *reason = from != NULL ? reasons->pdata[i] : NULL;
      g_autofree char *shapes = from != NULL && reason == NULL && ids->pdata[i] != NULL
                                ? shape_change (survey, from, ids->pdata[i]) : NULL;

      /* Nothing can be wired to a source. */
      if (from != NULL && mtl_chosen_kind (what) == MTL_KIND_SOURCE)
        continue;
      mtw_choice_menu_add (menu, choice,
                           mtl_look_icon (mtl_chosen_kind (what), mtl_chosen_method (what)),
                           mtw_offer_title (what), reason != NULL ? reason : shapes,
                           reason == NULL);
    }
}

/* @from: an output to wire, or NULL; @at: canvas units, NULL: a free place. What is
 * added goes where the wire comes from, else where the keyboard is. */
void
mtw_canvas_ask_add (MtwCanvas              *self,
                    const char             *from,
                    const graphene_point_t *at)
{
  GtkWidget *menu = mtw_choice_menu_new (from != NULL ? _("Add and connect") : _("Add block"),
                                         /* Translators: what was searched for. */
                                         _("No blocks match “%s”."));
  Asked *asked = g_new0 (Asked, 1);
  graphene_point_t place;

  asked->canvas = self;
  asked->from = g_strdup (from);
  asked->scope = from != NULL ? mtw_path_scope (from) : mtw_canvas_dup_scope (self);
  asked->placed = at != NULL;
  if (at != NULL)
    asked->at = *at;
  place = at != NULL ? mtw_canvas_to_widget (self, at->x, at->y)
                     : GRAPHENE_POINT_INIT (gtk_widget_get_width (GTK_WIDGET (self)) / 2.0f,
                                            gtk_widget_get_height (GTK_WIDGET (self)) / 4.0f);
  offer_blocks (self, MTW_CHOICE_MENU (menu), from, asked->scope);
  g_signal_connect_data (menu, "chosen", G_CALLBACK (add_chosen_cb), asked, asked_free, 0);
  mtw_canvas_show_popover (self, menu, &place, FALSE);
}
