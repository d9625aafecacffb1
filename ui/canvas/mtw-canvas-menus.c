/* mtw-canvas-menus.c — what the canvas asks: what to add, where to connect, a name
 *
 * What an op would do with a wire is found by trying: all of them are added
 * to a copy of the design and asked, then those that fit are wired in a
 * second copy and their shapes read off its survey.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>

#include "mtl-look.h"
#include "mtw-choice-menu.h"

typedef struct
{
  MtwCanvas        *canvas;
  char             *from;      /* output to wire, or NULL */
  gboolean          placed;
  graphene_point_t  at;
} Asked;

static void
asked_free (gpointer  data,
            GClosure *closure)
{
  g_free (((Asked *) data)->from);
  g_free (data);
}

static gboolean
drop_popover_cb (gpointer popover)
{
  if (gtk_widget_get_parent (popover) != NULL)
    gtk_widget_unparent (popover);
  return G_SOURCE_REMOVE;
}

/* Not at once: the popover still runs the action that closed it. */
static void
closed_cb (GtkPopover *popover,
           MtwCanvas  *self)
{
  if (self->popover == GTK_WIDGET (popover))
    self->popover = NULL;
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, drop_popover_cb, g_object_ref (popover),
                   g_object_unref);
}

static void
show_popover (MtwCanvas              *self,
              GtkWidget              *popover,
              const graphene_point_t *at,
              gboolean                arrow)
{
  GdkRectangle place = { at->x, at->y, 1, 1 };

  if (self->popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (self->popover));
  gtk_widget_set_parent (popover, GTK_WIDGET (self));
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &place);
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), arrow);
  gtk_popover_set_position (GTK_POPOVER (popover), arrow ? GTK_POS_BOTTOM : GTK_POS_RIGHT);
  g_signal_connect (popover, "closed", G_CALLBACK (closed_cb), self);
  self->popover = popover;
  gtk_popover_popup (GTK_POPOVER (popover));
}

/* The lower edge of a block, in the widget. */
static graphene_point_t
below_block (MtwCanvas  *self,
             const char *id)
{
  const graphene_rect_t *box
    = &mtw_scene_item (self->scene, mtw_scene_find (self->scene, id))->box;

  return mtw_canvas_to_widget (self, box->origin.x + box->size.width / 2,
                               box->origin.y + box->size.height);
}

static void
add_chosen_cb (MtwChoiceMenu *menu,
               const char    *chosen,
               Asked         *asked)
{
  MtwCanvas *self = asked->canvas;
  g_auto(GStrv) parts = g_strsplit (chosen, ":", 2);
  const MtlMethod *method;
  graphene_point_t at = asked->at;
  g_autofree char *id = NULL;
  MtlKind kind;

  if (!mtl_kind_from_name (parts[0], &kind)
      || (method = mtl_catalogue_find (kind, parts[1], NULL)) == NULL)
    return;

  at.y -= MTW_BLOCK_HEIGHT / 2;
  id = mtw_document_add_block (self->document, kind, method, asked->placed ? &at : NULL,
                               asked->from);
  mtw_canvas_reveal (self, id);
}

/* @design with a block of each op, whose id goes to @ids. */
static MtlDesign *
add_all_ops (MtlDesign *base,
             GPtrArray *ids)
{
  MtlDesign *design = mtl_design_ref (base);

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_OP); *m != NULL; m++)
    {
      g_autofree char *id = mtl_design_free_id (design, *m);
      g_autoptr(MtlChosen) what = mtl_chosen_new (MTL_KIND_OP, *m);
      g_autoptr(MtlBlock) block = mtl_block_new (id, what, 0, 0);
      MtlDesign *larger = mtl_design_with_block (design, block);

      mtl_design_unref (design);
      design = larger;
      g_ptr_array_add (ids, g_steal_pointer (&id));
    }

  return design;
}

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
      const MtlBlock *block = mtl_design_find (trial, ids->pdata[i]);
      g_autofree char *to = NULL;
      char *reason;
      MtlDesign *wired;

      if (block == NULL || mtl_block_n_inputs (block) == 0)
        {
          g_ptr_array_add (reasons, g_strdup (_("has no input")));
          continue;
        }
      to = g_strconcat (ids->pdata[i], ".", mtl_block_input (block, 0), NULL);
      reason = mtl_survey_refusal (survey, from, to);
      g_ptr_array_add (reasons, reason);
      wired = reason == NULL ? mtl_design_with_wire (design, from, to, NULL) : NULL;
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
offer_ops (MtwCanvas     *self,
           MtwChoiceMenu *menu,
           const char    *from)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GPtrArray) reasons = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(MtlDesign) trial = NULL;
  g_autoptr(MtlSurvey) survey = NULL;
  const MtlMethod *const *methods = mtl_catalogue_list (MTL_KIND_OP);

  if (from != NULL)
    {
      trial = add_all_ops (mtw_document_get_design (self->document), ids);
      survey = wire_fitting (trial, from, ids, reasons);
    }

  for (guint i = 0; methods[i] != NULL; i++)
    {
      g_autofree char *choice = g_strconcat ("op:", methods[i]->id, NULL);
      const char *reason = from != NULL ? reasons->pdata[i] : NULL;
      g_autofree char *shapes = from != NULL && reason == NULL
                                ? shape_change (survey, from, ids->pdata[i]) : NULL;

      if (!methods[i]->hidden)
        mtw_choice_menu_add (menu, choice, mtl_look_icon (MTL_KIND_OP, methods[i]),
                             _(methods[i]->title), reason != NULL ? reason : shapes,
                             reason == NULL);
    }
}

static void
offer_sources (MtwChoiceMenu *menu)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_SOURCE); *m != NULL; m++)
    {
      g_autofree char *choice = g_strconcat ("source:", (*m)->id, NULL);

      if (!(*m)->hidden)
        mtw_choice_menu_add (menu, choice, mtl_look_icon (MTL_KIND_SOURCE, *m), _((*m)->title),
                             NULL, TRUE);
    }
}

/* @from: an output to wire, or NULL; @at: canvas units, NULL: a free place. */
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
  asked->placed = at != NULL;
  if (at != NULL)
    asked->at = *at;
  place = at != NULL ? mtw_canvas_to_widget (self, at->x, at->y)
                     : GRAPHENE_POINT_INIT (gtk_widget_get_width (GTK_WIDGET (self)) / 2.0f,
                                            gtk_widget_get_height (GTK_WIDGET (self)) / 4.0f);
  offer_ops (self, MTW_CHOICE_MENU (menu), from);
  if (from == NULL)
    offer_sources (MTW_CHOICE_MENU (menu));
  g_signal_connect_data (menu, "chosen", G_CALLBACK (add_chosen_cb), asked, asked_free, 0);
  show_popover (self, menu, &place, FALSE);
}

static void
connect_chosen_cb (MtwChoiceMenu *menu,
                   const char    *chosen,
                   MtwCanvas     *self)
{
  g_auto(GStrv) ends = g_strsplit (chosen, " ", 2);
  g_autoptr(GError) error = NULL;

  if (!mtw_document_connect (self->document, ends[0], ends[1], &error))
    mtw_document_announce (self->document, error->message);
}

static void
offer_inputs (MtwCanvas     *self,
              MtwChoiceMenu *menu,
              guint          n,
              guint          output)
{
  g_autofree char *from = mtw_scene_end (self->scene, n, TRUE, output);
  MtlSurvey *survey = mtw_document_get_survey (self->document);

  for (guint i = 0; i < self->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);
      const MtlChosen *what = mtl_block_what (item->block);

      for (guint port = 0; i != n && port < item->n_in; port++)
        {
          g_autofree char *to = mtw_scene_end (self->scene, i, FALSE, port);
          g_autofree char *choice = g_strconcat (from, " ", to, NULL);
          g_autofree char *reason = mtl_survey_refusal (survey, from, to);

          mtw_choice_menu_add (menu, choice,
                               mtl_look_icon (mtl_chosen_kind (what), mtl_chosen_method (what)),
                               item->n_in > 1 ? to : item->id,
                               reason != NULL ? reason : _(mtl_chosen_method (what)->title),
                               reason == NULL);
        }
    }
}

void
mtw_canvas_ask_connect (MtwCanvas  *self,
                        const char *id)
{
  int n = mtw_scene_find (self->scene, id);
  graphene_point_t place = below_block (self, id);
  GtkWidget *menu;

  if (mtw_scene_item (self->scene, n)->n_out == 0)
    {
      gtk_widget_error_bell (GTK_WIDGET (self));
      return;
    }

  menu = mtw_choice_menu_new (_("Connect to"), _("No inputs match “%s”."));
  for (guint output = 0; output < mtw_scene_item (self->scene, n)->n_out; output++)
    offer_inputs (self, MTW_CHOICE_MENU (menu), n, output);
  g_signal_connect (menu, "chosen", G_CALLBACK (connect_chosen_cb), self);
  show_popover (self, menu, &place, TRUE);
}

static void
disconnect_chosen_cb (MtwChoiceMenu *menu,
                      const char    *chosen,
                      MtwCanvas     *self)
{
  g_auto(GStrv) ends = g_strsplit (chosen, " ", 2);

  mtw_document_disconnect (self->document, ends[0], ends[1]);
}

void
mtw_canvas_ask_disconnect (MtwCanvas  *self,
                           const char *id)
{
  int n = mtw_scene_find (self->scene, id);
  graphene_point_t place = below_block (self, id);
  GtkWidget *menu = mtw_choice_menu_new (_("Disconnect"), _("No wires match “%s”."));

  for (guint i = 0; i < self->scene->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self->scene, i);
      g_autofree char *from = NULL;
      g_autofree char *to = NULL;
      g_autofree char *choice = NULL;
      g_autofree char *title = NULL;

      if ((int) link->from != n && (int) link->to != n)
        continue;
      from = mtw_scene_end (self->scene, link->from, TRUE, link->from_port);
      to = mtw_scene_end (self->scene, link->to, FALSE, link->to_port);
      choice = g_strconcat (from, " ", to, NULL);
      title = g_strconcat (mtw_scene_item (self->scene, link->from)->id, " → ",
                           mtw_scene_item (self->scene, link->to)->id, NULL);
      mtw_choice_menu_add (MTW_CHOICE_MENU (menu), choice, "basin-connect-symbolic", title, NULL,
                           TRUE);
    }

  if (mtw_choice_menu_n_choices (MTW_CHOICE_MENU (menu)) == 0)
    {
      g_object_ref_sink (menu);
      g_object_unref (menu);
      gtk_widget_error_bell (GTK_WIDGET (self));
      return;
    }
  g_signal_connect (menu, "chosen", G_CALLBACK (disconnect_chosen_cb), self);
  show_popover (self, menu, &place, TRUE);
}

static void
named_cb (GtkEntry  *entry,
          MtwCanvas *self)
{
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (entry), GTK_TYPE_POPOVER);
  const char *id = gtk_widget_get_name (GTK_WIDGET (entry));
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));
  g_autoptr(GError) error = NULL;

  if (mtw_document_rename (self->document, id, name, &error))
    {
      gtk_popover_popdown (GTK_POPOVER (popover));
      mtw_canvas_reveal (self, name);
      return;
    }

  gtk_widget_add_css_class (GTK_WIDGET (entry), "error");
  gtk_widget_set_tooltip_text (GTK_WIDGET (entry), error->message);
  mtw_document_announce (self->document, error->message);
}

void
mtw_canvas_ask_name (MtwCanvas  *self,
                     const char *id)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *entry = gtk_entry_new ();
  graphene_point_t place = below_block (self, id);

  /* The name of the widget carries the id, which may change before Enter. */
  gtk_widget_set_name (entry, id);
  gtk_editable_set_text (GTK_EDITABLE (entry), id);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), 16);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Name"), -1);
  g_signal_connect (entry, "activate", G_CALLBACK (named_cb), self);
  gtk_popover_set_child (GTK_POPOVER (popover), entry);
  show_popover (self, popover, &place, TRUE);
  gtk_widget_grab_focus (entry);
}

void
mtw_canvas_show_menu (MtwCanvas              *self,
                      const graphene_point_t *at)
{
  g_autoptr(GMenu) menu = g_menu_new ();
  g_autoptr(GMenu) what = g_menu_new ();
  g_autoptr(GMenu) edit = g_menu_new ();
  g_autoptr(GMenu) more = g_menu_new ();

  if (mtw_canvas_current (self) != NULL)
    {
      g_menu_append (what, _("_Settings"), "canvas.activate");
      g_menu_append (what, _("_Rename…"), "canvas.rename");
      g_menu_append (edit, _("Cu_t"), "canvas.cut");
      g_menu_append (edit, _("C_opy"), "canvas.copy");
      g_menu_append (edit, _("_Paste"), "canvas.paste");
      g_menu_append (edit, _("_Duplicate"), "canvas.duplicate");
      g_menu_append (edit, _("D_elete"), "canvas.delete");
      g_menu_append (more, _("_Connect to…"), "canvas.connect");
      g_menu_append (more, _("D_isconnect…"), "canvas.disconnect");
    }
  else
    {
      g_menu_append (what, _("_Add Block…"), "canvas.add");
      g_menu_append (edit, _("_Paste"), "canvas.paste");
      g_menu_append (edit, _("_Select All"), "canvas.select-all");
      g_menu_append (more, _("_Tidy Up"), "canvas.tidy-up");
      g_menu_append (more, _("_Zoom to Fit"), "canvas.zoom-fit");
    }

  g_menu_append_section (menu, NULL, G_MENU_MODEL (what));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (edit));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  show_popover (self, gtk_popover_menu_new_from_model (G_MENU_MODEL (menu)), at, FALSE);
}
