/* mtw-canvas-menus.c — what the canvas asks: where to connect, a name, what to do
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>

#include "mtl-look.h"
#include "mtw-choice-menu.h"
#include "mtw-path.h"

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

void
mtw_canvas_show_popover (MtwCanvas              *self,
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
  int frame = mtw_scene_item (self->scene, n)->frame;

  for (guint i = 0; i < self->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);
      const MtlChosen *what = mtl_block_what (item->block);

      for (guint port = 0; i != n && item->frame == frame && port < item->n_in; port++)
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
  mtw_canvas_show_popover (self, menu, &place, TRUE);
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

      if (link->rim != MTW_RIM_NONE || ((int) link->from != n && (int) link->to != n))
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
  mtw_canvas_show_popover (self, menu, &place, TRUE);
}

static void
refuse_name (GtkEntry     *entry,
             MtwCanvas    *self,
             const GError *error)
{
  gtk_widget_add_css_class (GTK_WIDGET (entry), "error");
  gtk_widget_set_tooltip_text (GTK_WIDGET (entry), error->message);
  mtw_document_announce (self->document, error->message);
}

/* (transfer full) */
static char *
name_in (GtkEntry *entry)
{
  return g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (entry))));
}

static void
close_popover (GtkEntry *entry)
{
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (GTK_WIDGET (entry),
                                                             GTK_TYPE_POPOVER)));
}

static void
named_cb (GtkEntry  *entry,
          MtwCanvas *self)
{
  const char *id = gtk_widget_get_name (GTK_WIDGET (entry));
  g_autofree char *name = name_in (entry);
  g_autofree char *scope = mtw_path_scope (id);
  g_autofree char *path = mtw_path_join (scope, name);
  g_autoptr(GError) error = NULL;

  if (!mtw_document_rename (self->document, id, name, &error))
    {
      refuse_name (entry, self, error);
      return;
    }

  close_popover (entry);
  mtw_canvas_reveal (self, path);
}

static void
grouped_cb (GtkEntry  *entry,
            MtwCanvas *self)
{
  g_autofree char *name = name_in (entry);
  g_autoptr(GError) error = NULL;
  g_autofree char *id = mtw_document_group_selection (self->document, name, &error);

  if (id == NULL)
    {
      refuse_name (entry, self, error);
      return;
    }

  close_popover (entry);
  mtw_canvas_reveal (self, id);
}

/* An entry below the block @id, which says @text; Enter is told to @callback. */
static void
show_entry (MtwCanvas  *self,
            const char *id,
            const char *text,
            const char *label,
            GCallback   callback)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *entry = gtk_entry_new ();
  graphene_point_t place = below_block (self, id);

  /* The name of the widget carries the id, which may change before Enter. */
  gtk_widget_set_name (entry, id);
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (entry), 16);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  g_signal_connect (entry, "activate", callback, self);
  gtk_popover_set_child (GTK_POPOVER (popover), entry);
  mtw_canvas_show_popover (self, popover, &place, TRUE);
  gtk_widget_grab_focus (entry);
}

void
mtw_canvas_ask_name (MtwCanvas  *self,
                     const char *id)
{
  show_entry (self, id, mtw_path_name (id), _("Name"), G_CALLBACK (named_cb));
}

/* What the group of the selection is to be called; first of all whether it can be one. */
void
mtw_canvas_ask_group (MtwCanvas *self)
{
  g_auto(GStrv) ids = mtw_document_dup_selection (self->document);
  g_autoptr(GError) error = NULL;
  g_autofree char *name = mtw_document_name_group (self->document, &error);

  if (name == NULL)
    mtw_canvas_refuse (self, error->message);
  else if (mtw_scene_find (self->scene, ids[0]) >= 0)
    show_entry (self, ids[0], name, _("Name of the group"), G_CALLBACK (grouped_cb));
}

static void
add_group_items (MtwCanvas *self,
                 GMenu     *menu)
{
  const char *current = mtw_canvas_current (self);
  g_auto(GStrv) ids = mtw_document_dup_selection (self->document);
  gboolean one = g_strv_length (ids) < 2;

  g_menu_append (menu, _("_Group Selection…"), "canvas.group");
  if (!one || !mtw_canvas_is_use (self, current))
    return;
  g_menu_append (menu, mtw_canvas_is_open (self, current) ? _("Close Gr_oup") : _("_Open Group"),
                 "canvas.toggle-group");
  g_menu_append (menu, _("_Ungroup"), "canvas.ungroup");
}

void
mtw_canvas_show_menu (MtwCanvas              *self,
                      const graphene_point_t *at)
{
  g_autoptr(GMenu) menu = g_menu_new ();
  g_autoptr(GMenu) what = g_menu_new ();
  g_autoptr(GMenu) edit = g_menu_new ();
  g_autoptr(GMenu) more = g_menu_new ();
  g_autoptr(GMenu) group = g_menu_new ();

  if (mtw_canvas_current (self) != NULL)
    {
      g_menu_append (what, _("_Settings"), "canvas.settings");
      g_menu_append (what, _("_Rename…"), "canvas.rename");
      g_menu_append (edit, _("Cu_t"), "canvas.cut");
      g_menu_append (edit, _("C_opy"), "canvas.copy");
      g_menu_append (edit, _("_Paste"), "canvas.paste");
      g_menu_append (edit, _("_Duplicate"), "canvas.duplicate");
      g_menu_append (edit, _("D_elete"), "canvas.delete");
      g_menu_append (more, _("_Connect to…"), "canvas.connect");
      g_menu_append (more, _("D_isconnect…"), "canvas.disconnect");
      add_group_items (self, group);
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
  g_menu_append_section (menu, NULL, G_MENU_MODEL (group));
  mtw_canvas_show_popover (self, gtk_popover_menu_new_from_model (G_MENU_MODEL (menu)), at, FALSE);
}
