/* mtw-outline-actions.c — what can be done in the outline, each as an action
 *
 * An action that asks opens a menu whose choice is the parameter of the action
 * that does: a program may leave out the asking.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-outline-private.h"

#include <glib/gi18n-lib.h>

#include "mtl-group.h"
#include "mtw-clipboard.h"
#include "mtw-fit.h"
#include "mtw-outline-move.h"
#include "mtw-path.h"

/* --- doing --- */

static void
add_block_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *choice)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  const char *text = g_variant_get_string (choice, NULL);
  g_autoptr(GError) error = NULL;
  g_autofree char *id = mtw_fit_add (self->document, text, &error);

  mtw_outline_refuse (self, NULL);
  if (id != NULL)
    mtw_outline_want_focus (self, id);
  else
    mtw_outline_refuse (self, error->message);
}

static void
connect_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *wire)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_auto(GStrv) ends = g_strsplit (g_variant_get_string (wire, NULL), " ", 2);
  g_autoptr(GError) error = NULL;

  mtw_outline_refuse (self, NULL);
  if (g_strv_length (ends) == 2
      && !mtw_document_connect (self->document, ends[0], ends[1], &error))
    mtw_outline_refuse (self, error->message);
}

static void
disconnect_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *wire)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_auto(GStrv) ends = g_strsplit (g_variant_get_string (wire, NULL), " ", 2);

  mtw_outline_refuse (self, NULL);
  if (g_strv_length (ends) == 2)
    mtw_document_disconnect (self->document, ends[0], ends[1]);
}

static gboolean
rename_to (MtwOutline  *self,
           const char  *to,
           GError     **error)
{
  g_autofree char *from = mtw_outline_dup_block (self);
  g_autofree char *scope = NULL;
  g_autofree char *path = NULL;

  if (from == NULL)
    return TRUE;
  if (!mtw_document_rename (self->document, from, to, error))
    return FALSE;

  scope = mtw_path_scope (from);
  path = mtw_path_join (scope, to);
  mtw_outline_want_focus (self, path);
  return TRUE;
}

static void
rename_to_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *to)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_autoptr(GError) error = NULL;

  mtw_outline_refuse (self, NULL);
  if (!rename_to (self, g_variant_get_string (to, NULL), &error))
    mtw_outline_refuse (self, error->message);
}

void
mtw_outline_named_cb (MtwOutline *self)
{
  g_autofree char *to = g_strdup (gtk_editable_get_text (self->rename_entry));
  g_autoptr(GError) error = NULL;
  gboolean done = rename_to (self, g_strstrip (to), &error);

  gtk_widget_set_visible (GTK_WIDGET (self->rename_refusal), !done);
  if (done)
    {
      gtk_popover_popdown (GTK_POPOVER (self->rename_popover));
      return;
    }

  gtk_label_set_label (self->rename_refusal, error->message);
  mtw_document_announce (self->document, error->message);
}

static void
delete_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);

  mtw_outline_refuse (self, NULL);
  mtw_document_delete_selection (self->document, g_str_equal (name, "outline.delete"));
}

static void
copy_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_autoptr(GBytes) text = g_str_equal (name, "outline.cut")
                           ? mtw_document_cut_selection (self->document)
                           : mtw_document_copy_selection (self->document);

  mtw_outline_refuse (self, NULL);
  if (text != NULL)
    mtw_clipboard_offer (gtk_widget_get_clipboard (widget), text);
}

static void
pasted_cb (GObject      *clipboard,
           GAsyncResult *result,
           gpointer      data)
{
  MtwOutline *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) text = mtw_clipboard_read_finish (result, &error);

  /* Then there is no outline any more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (text == NULL || !mtw_document_paste (self->document, text, &error))
    mtw_outline_refuse (self, error->message);
}

static void
paste_cb (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);

  mtw_outline_refuse (self, NULL);
  mtw_clipboard_read_async (gtk_widget_get_clipboard (widget), self->closed, pasted_cb,
                            self);
}

static void
move_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_autofree char *id = mtw_outline_dup_block (self);
  g_autoptr(GError) error = NULL;

  mtw_outline_refuse (self, NULL);
  if (id == NULL)
    return;
  if (mtw_outline_move (self->document, id, g_str_equal (name, "outline.move-later"), &error))
    mtw_outline_want_focus (self, id);
  else
    mtw_outline_refuse (self, error->message);
}

static void
group_cb (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_autoptr(GError) error = NULL;
  g_autofree char *id = mtw_document_group_selection (self->document, NULL, &error);

  mtw_outline_refuse (self, id != NULL ? NULL : error->message);
  if (id != NULL)
    mtw_outline_want_focus (self, id);
}

static void
ungroup_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_autofree char *id = mtw_outline_dup_block (self);
  g_autoptr(GError) error = NULL;

  if (id == NULL)
    return;
  if (mtw_document_ungroup (self->document, id, &error))
    {
      g_auto(GStrv) ids = mtw_document_dup_selection (self->document);

      mtw_outline_refuse (self, NULL);
      mtw_outline_want_focus (self, ids[0]);
    }
  else
    {
      mtw_outline_refuse (self, error->message);
    }
}

/* --- asking --- */

static void
chosen_cb (GtkWidget  *menu,
           const char *choice,
           MtwOutline *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), g_object_get_data (G_OBJECT (menu), "action"),
                              "s", choice);
}

/* @action: static; takes what is chosen. */
static MtwChoiceMenu *
open_menu (MtwOutline *self,
           GtkWidget  *button,
           const char *placeholder,
           const char *nothing,
           const char *action)
{
  mtw_outline_refuse (self, NULL);
  if (self->choices != NULL)
    gtk_widget_unparent (self->choices);

  self->choices = mtw_choice_menu_new (placeholder, nothing);
  gtk_widget_set_parent (self->choices, button);
  g_object_set_data (G_OBJECT (self->choices), "action", (gpointer) action);
  g_signal_connect_object (self->choices, "chosen", G_CALLBACK (chosen_cb), self, 0);

  return MTW_CHOICE_MENU (self->choices);
}

static void
ask_add_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_autofree char *id = mtw_outline_dup_block (self);
  MtwChoiceMenu *menu = open_menu (self, self->add_button, _("Add block"),
                                   /* Translators: what was searched for. */
                                   _("No blocks match “%s”."), "outline.add-block");

  mtw_fit_offer_blocks (self->document, menu, id);
  gtk_popover_popup (GTK_POPOVER (menu));
}

static void
ask_connect_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_autofree char *id = mtw_outline_dup_block (self);
  MtwChoiceMenu *menu;

  if (id == NULL)
    return;

  /* Translators: what was searched for. */
  menu = open_menu (self, self->connect_button, _("Connect to"), _("No inputs match “%s”."),
                    "outline.connect");
  mtw_fit_offer_inputs (self->document, menu, id);
  gtk_popover_popup (GTK_POPOVER (menu));
}

static void
ask_disconnect_cb (GtkWidget  *widget,
                   const char *name,
                   GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_autofree char *id = mtw_outline_dup_block (self);
  MtwChoiceMenu *menu;

  if (id == NULL)
    return;

  /* Translators: what was searched for. */
  menu = open_menu (self, self->disconnect_button, _("Disconnect"), _("No wires match “%s”."),
                    "outline.disconnect");
  mtw_fit_offer_wires (self->document, menu, id);
  gtk_popover_popup (GTK_POPOVER (menu));
}

static void
rename_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  g_autofree char *id = mtw_outline_dup_block (self);

  if (id == NULL)
    return;

  gtk_widget_set_visible (GTK_WIDGET (self->rename_refusal), FALSE);
  gtk_editable_set_text (self->rename_entry, mtw_path_name (id));
  gtk_popover_popup (GTK_POPOVER (self->rename_popover));
  gtk_widget_grab_focus (GTK_WIDGET (self->rename_entry));
}

/* For the menu key: beside the list, as no pointer says where. */
static void
context_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  MtwOutline *self = MTW_OUTLINE (widget);
  GtkWidget *row = gtk_widget_get_focus_child (GTK_WIDGET (self->list));
  graphene_rect_t bounds;
  GdkRectangle at = { 0, 0, 1, 1 };

  if (row != NULL && gtk_widget_compute_bounds (row, GTK_WIDGET (self->list), &bounds))
    at = (GdkRectangle) { bounds.origin.x + 24, bounds.origin.y + bounds.size.height / 2, 1, 1 };
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &at);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

/* --- the class --- */

static void
bind_keys (GtkWidgetClass *widget_class)
{
  static const struct
  {
    guint            key;
    GdkModifierType  mods;
    const char      *action;
  } keys[] = {
    { GDK_KEY_A, GDK_SHIFT_MASK, "outline.ask-add" },
    { GDK_KEY_l, 0, "outline.ask-connect" },
    { GDK_KEY_L, GDK_SHIFT_MASK, "outline.ask-disconnect" },
    { GDK_KEY_F2, 0, "outline.rename" },
    { GDK_KEY_x, GDK_CONTROL_MASK, "outline.cut" },
    { GDK_KEY_c, GDK_CONTROL_MASK, "outline.copy" },
    { GDK_KEY_v, GDK_CONTROL_MASK, "outline.paste" },
    { GDK_KEY_Delete, 0, "outline.delete" },
    { GDK_KEY_Delete, GDK_SHIFT_MASK, "outline.delete-cutting" },
    { GDK_KEY_g, GDK_CONTROL_MASK, "outline.group" },
    { GDK_KEY_g, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "outline.ungroup" },
    { GDK_KEY_Up, GDK_ALT_MASK, "outline.move-earlier" },
    { GDK_KEY_Down, GDK_ALT_MASK, "outline.move-later" },
    { GDK_KEY_Menu, 0, "outline.context" },
    { GDK_KEY_F10, GDK_SHIFT_MASK, "outline.context" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (widget_class, keys[i].key, keys[i].mods, keys[i].action,
                                         NULL);
}

void
mtw_outline_install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char                      *name;
    const char                      *parameter;
    GtkWidgetActionActivateFunc      activate;
  } actions[] = {
    { "outline.add-block", "s", add_block_cb },
    { "outline.connect", "s", connect_cb },
    { "outline.disconnect", "s", disconnect_cb },
    { "outline.rename-to", "s", rename_to_cb },
    { "outline.cut", NULL, copy_cb },
    { "outline.copy", NULL, copy_cb },
    { "outline.paste", NULL, paste_cb },
    { "outline.delete", NULL, delete_cb },
    { "outline.delete-cutting", NULL, delete_cb },
    { "outline.group", NULL, group_cb },
    { "outline.ungroup", NULL, ungroup_cb },
    { "outline.move-earlier", NULL, move_cb },
    { "outline.move-later", NULL, move_cb },
    { "outline.ask-add", NULL, ask_add_cb },
    { "outline.ask-connect", NULL, ask_connect_cb },
    { "outline.ask-disconnect", NULL, ask_disconnect_cb },
    { "outline.rename", NULL, rename_cb },
    { "outline.context", NULL, context_cb },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].parameter,
                                     actions[i].activate);
  bind_keys (widget_class);
}

/* An action can be done exactly when it makes sense for what is selected. */
void
mtw_outline_update_actions (MtwOutline *self)
{
  static const char *const of_one[] = { "outline.ask-disconnect", "outline.rename",
                                        "outline.rename-to", "outline.move-earlier",
                                        "outline.move-later" };
  static const char *const of_any[] = { "outline.group", "outline.cut", "outline.copy",
                                        "outline.delete", "outline.delete-cutting" };
  g_auto(GStrv) ids = mtw_document_dup_selection (self->document);
  guint n = g_strv_length (ids);
  const MtlBlock *block = n == 1 ? mtl_design_find (mtw_document_get_design (self->document),
                                                    ids[0]) : NULL;

  for (guint i = 0; i < G_N_ELEMENTS (of_one); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), of_one[i], n == 1);
  for (guint i = 0; i < G_N_ELEMENTS (of_any); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), of_any[i], n > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "outline.ask-connect",
                                 block != NULL && !mtl_block_is_task (block));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "outline.ungroup",
                                 block != NULL && mtl_block_group (block) != NULL);
}
