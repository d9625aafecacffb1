/* mtw-canvas-actions.c — the actions `canvas.…`
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>

#include "mtw-clipboard.h"

#define ZOOM_STEP 1.2

void
mtw_canvas_refuse (MtwCanvas  *self,
                   const char *words)
{
  mtw_document_announce (self->document, words);
  g_signal_emit_by_name (self, "refused", words);
}

static void
zoom_in_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  mtw_canvas_set_zoom (MTW_CANVAS (widget), MTW_CANVAS (widget)->zoom * ZOOM_STEP, NULL);
}

static void
zoom_out_cb (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  mtw_canvas_set_zoom (MTW_CANVAS (widget), MTW_CANVAS (widget)->zoom / ZOOM_STEP, NULL);
}

static void
zoom_reset_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  mtw_canvas_set_zoom (MTW_CANVAS (widget), 1, NULL);
}

static void
zoom_to_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  mtw_canvas_set_zoom (MTW_CANVAS (widget), g_variant_get_double (parameter), NULL);
}

static void
zoom_fit_cb (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  mtw_canvas_zoom_to_fit (MTW_CANVAS (widget));
}

/* What an action is about when nothing is selected: the block with the focus. */
static void
select_current (MtwCanvas *self)
{
  g_auto(GStrv) ids = mtw_document_dup_selection (self->document);
  const char *current = mtw_canvas_current (self);

  if (ids[0] == NULL && current != NULL)
    mtw_document_select (self->document, (const char *const[]) { current, NULL });
}

static void
delete_link (MtwCanvas *self)
{
  const MtwLink *link = mtw_scene_link (self->scene, self->selected_link);
  g_autofree char *from = mtw_scene_end (self->scene, link->from, link->rim != MTW_RIM_IN,
                                         link->from_port);
  g_autofree char *to = mtw_scene_end (self->scene, link->to, link->rim == MTW_RIM_OUT,
                                       link->to_port);

  self->selected_link = -1;
  mtw_document_disconnect (self->document, from, to);
}

/* Focus is never lost: with no producer left it is the canvas's own. */
static void
keep_focus (GtkWidget *widget)
{
  if (gtk_widget_get_mapped (widget) && gtk_widget_get_focus_child (widget) == NULL)
    gtk_widget_grab_focus (widget);
}

/* Focus goes to the first of the blocks that are selected. */
static void
reveal_selection (MtwCanvas *self)
{
  g_auto(GStrv) ids = mtw_document_dup_selection (self->document);

  if (ids[0] != NULL)
    mtw_canvas_reveal (self, ids[0]);
}

static void
delete_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  MtwCanvas *self = MTW_CANVAS (widget);

  if (self->selected_link >= 0)
    {
      delete_link (self);
      return;
    }

  select_current (self);
  mtw_document_delete_selection (self->document, g_str_equal (name, "canvas.delete"));
  keep_focus (widget);
}

static void
copy_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  gboolean cut = g_str_equal (name, "canvas.cut");
  g_autoptr(GBytes) text = NULL;

  select_current (self);
  text = cut ? mtw_document_cut_selection (self->document)
             : mtw_document_copy_selection (self->document);
  if (text != NULL)
    mtw_clipboard_offer (gtk_widget_get_clipboard (widget), text);
  if (cut)
    keep_focus (widget);
}

static void
pasted_cb (GObject      *clipboard,
           GAsyncResult *result,
           gpointer      data)
{
  MtwCanvas *self = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) text = mtw_clipboard_read_finish (result, &error);

  /* Then there is no canvas any more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (text == NULL || !mtw_document_paste (self->document, text, &error))
    mtw_canvas_refuse (self, error->message);
}

static void
paste_cb (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  mtw_clipboard_read_async (gtk_widget_get_clipboard (widget), MTW_CANVAS (widget)->closed,
                            pasted_cb, widget);
}

static void
tidy_up_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  mtw_canvas_tidy_up (MTW_CANVAS (widget));
}

static void
duplicate_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  g_autoptr(GError) error = NULL;

  select_current (self);
  if (!mtw_document_duplicate_selection (self->document, &error))
    mtw_canvas_refuse (self, error->message);
}

/* All beside the block with the focus: of the design, or of the group that it is in. */
static void
select_all_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();
  const char *current = mtw_canvas_current (self);
  int n = current != NULL ? mtw_scene_find (self->scene, current) : -1;
  int frame = n >= 0 ? mtw_scene_item (self->scene, n)->frame : -1;

  for (guint i = 0; i < self->scene->items->len; i++)
    if (mtw_scene_item (self->scene, i)->frame == frame)
      g_ptr_array_add (ids, (gpointer) mtw_scene_item (self->scene, i)->id);
  g_ptr_array_add (ids, NULL);
  mtw_document_select (self->document, (const char *const *) ids->pdata);
}

static void
add_cb (GtkWidget  *widget,
        const char *name,
        GVariant   *parameter)
{
  mtw_canvas_ask_add (MTW_CANVAS (widget), NULL, NULL);
}

static void
rename_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  const char *current = mtw_canvas_current (MTW_CANVAS (widget));

  if (current != NULL)
    mtw_canvas_ask_name (MTW_CANVAS (widget), current);
}

static void
connect_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  const char *current = mtw_canvas_current (MTW_CANVAS (widget));

  if (current != NULL)
    mtw_canvas_ask_connect (MTW_CANVAS (widget), current);
}

static void
disconnect_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  const char *current = mtw_canvas_current (MTW_CANVAS (widget));

  if (current != NULL)
    mtw_canvas_ask_disconnect (MTW_CANVAS (widget), current);
}

void
mtw_canvas_activate (MtwCanvas  *self,
                     const char *id)
{
  if (mtw_canvas_is_use (self, id))
    mtw_canvas_toggle (self, id);
  else
    g_signal_emit_by_name (self, "activate-block", id);
}

static void
activate_cb (GtkWidget  *widget,
             const char *name,
             GVariant   *parameter)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  const char *current = mtw_canvas_current (self);

  if (current == NULL)
    return;
  select_current (self);
  if (g_str_equal (name, "canvas.activate"))
    mtw_canvas_activate (self, current);
  else
    g_signal_emit_by_name (self, "activate-block", current);
}

static void
group_cb (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  select_current (MTW_CANVAS (widget));
  mtw_canvas_ask_group (MTW_CANVAS (widget));
}

static void
ungroup_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  g_autofree char *id = g_strdup (mtw_canvas_current (self));
  g_autoptr(GError) error = NULL;

  if (!mtw_canvas_is_use (self, id))
    mtw_canvas_refuse (self, _("Only a group can be ungrouped."));
  else if (!mtw_document_ungroup (self->document, id, &error))
    mtw_canvas_refuse (self, error->message);
  else
    reveal_selection (self);
}

static void
toggle_group_cb (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  const char *current = mtw_canvas_current (self);

  if (mtw_canvas_is_use (self, current))
    mtw_canvas_toggle (self, current);
}

/* The arrow of an open group tells which. */
static void
toggle_use_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *id)
{
  mtw_canvas_toggle (MTW_CANVAS (widget), g_variant_get_string (id, NULL));
}

static void
menu_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  const char *current = mtw_canvas_current (self);
  int item = current != NULL ? mtw_scene_find (self->scene, current) : -1;
  graphene_point_t at = { 0 };

  if (item >= 0)
    graphene_rect_get_center (&mtw_scene_item (self->scene, item)->box, &at);
  at = mtw_canvas_to_widget (self, at.x, at.y);
  mtw_canvas_show_menu (self, &at);
}

static void
show_conflict_cb (GtkWidget  *widget,
                  const char *name,
                  GVariant   *parameter)
{
  g_signal_emit_by_name (widget, "show-conflict");
}

void
mtw_canvas_class_add_actions (GtkWidgetClass *widget_class)
{
  static const struct { const char *name; GtkWidgetActionActivateFunc run; } actions[] = {
    { "canvas.zoom-in", zoom_in_cb },
    { "canvas.zoom-out", zoom_out_cb },
    { "canvas.zoom-reset", zoom_reset_cb },
    { "canvas.zoom-fit", zoom_fit_cb },
    { "canvas.delete", delete_cb },
    { "canvas.cut-out", delete_cb },
    { "canvas.cut", copy_cb },
    { "canvas.copy", copy_cb },
    { "canvas.paste", paste_cb },
    { "canvas.duplicate", duplicate_cb },
    { "canvas.select-all", select_all_cb },
    { "canvas.tidy-up", tidy_up_cb },
    { "canvas.add", add_cb },
    { "canvas.rename", rename_cb },
    { "canvas.connect", connect_cb },
    { "canvas.disconnect", disconnect_cb },
    { "canvas.activate", activate_cb },
    { "canvas.settings", activate_cb },
    { "canvas.group", group_cb },
    { "canvas.ungroup", ungroup_cb },
    { "canvas.toggle-group", toggle_group_cb },
    { "canvas.menu", menu_cb },
    { "canvas.show-conflict", show_conflict_cb },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, NULL, actions[i].run);
  gtk_widget_class_install_action (widget_class, "canvas.zoom-to", "d", zoom_to_cb);
  gtk_widget_class_install_action (widget_class, "canvas.toggle-use", "s", toggle_use_cb);
}
