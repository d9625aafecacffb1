/* basin-window-width.c — what folds when there is little room, and the strip
 *
 * libadwaita 1.2 has no breakpoints. The width is looked at in allocation and
 * acted upon in an idle source, as the tree must not change while it is laid out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-window-private.h"

#include <glib/gi18n.h>

#define FOLD_PANES   1000   /* below: palette and inspector slide over */
#define FOLD_HEADER  800    /* below: fewer buttons */
#define FOLD_STRIP   720    /* up to this: no strip */
#define FOLD_UNDO    500    /* below: undo and redo are in the menu */

static void
fold_flap (BasinWindow *self,
           AdwFlap     *flap,
           const char  *key,
           gboolean     fold)
{
  AdwFlapFoldPolicy policy = fold ? ADW_FLAP_FOLD_POLICY_ALWAYS : ADW_FLAP_FOLD_POLICY_NEVER;

  if (adw_flap_get_fold_policy (flap) == policy)
    return;

  adw_flap_set_fold_policy (flap, policy);
  adw_flap_set_reveal_flap (flap, !fold && basin_settings_flag (self->settings, key));
}

static void
fill_narrow_menu (BasinWindow *self,
                  gboolean     narrow)
{
  g_menu_remove_all (self->narrow_menu);
  if (!narrow)
    return;

  if (self->width < FOLD_UNDO)
    {
      g_menu_append (self->narrow_menu, _("_Undo"), "win.undo");
      g_menu_append (self->narrow_menu, _("_Redo"), "win.redo");
    }
  g_menu_append (self->narrow_menu, _("_New"), "win.new");
  g_menu_append (self->narrow_menu, _("_Open…"), "win.open");
  if (g_menu_model_get_n_items (G_MENU_MODEL (self->recent)) > 0)
    g_menu_append_submenu (self->narrow_menu, _("_Recent"), G_MENU_MODEL (self->recent));
}

static void
update_problems (BasinWindow *self)
{
  MtlSurvey *survey = mtw_document_get_survey (self->document);
  guint n = mtl_survey_n_problems (survey);
  const char *icon = n == 0 ? "object-select-symbolic"
                     : mtl_survey_trains (survey) ? "basin-warning-symbolic"
                                                  : "basin-problem-symbolic";
  const char *class = n == 0 ? "success" : mtl_survey_trains (survey) ? "warning" : "error";
  g_autofree char *words = n == 0 ? g_strdup (_("No problems"))
                           : g_strdup_printf (ngettext ("%u problem", "%u problems", n), n);
  AdwButtonContent *const contents[] = { self->problems_content, self->float_content };
  GtkWidget *const buttons[] = { GTK_WIDGET (self->problems_button), self->float_problems };
  /* The number alone where the canvas has no room for words beside its buttons. */
  g_autofree char *number = n == 0 ? g_strdup ("") : g_strdup_printf ("%u", n);
  const char *labels[] = { words, self->width < FOLD_UNDO ? number : words };

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      adw_button_content_set_icon_name (contents[i], icon);
      adw_button_content_set_label (contents[i], labels[i]);
      gtk_widget_set_css_classes (GTK_WIDGET (contents[i]),
                                  (const char *[]) { "basin-problems", class, NULL });
      gtk_accessible_update_property (GTK_ACCESSIBLE (buttons[i]),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
    }
  gtk_widget_set_tooltip_text (self->float_problems, words);
}

void
basin_window_fit_now (BasinWindow *self)
{
  gboolean panes = self->width < FOLD_PANES, header = self->width < FOLD_HEADER;
  gboolean strip = self->width <= FOLD_STRIP;

  basin_window_place_divider (self);
  fold_flap (self, self->palette_flap, "palette", panes);
  fold_flap (self, self->inspector_flap, "inspector", panes);
  gtk_widget_set_visible (self->inspector_button, panes && self->started);
  gtk_widget_set_visible (self->open_button, !header);
  gtk_widget_set_visible (self->new_button, !header);
  gtk_widget_set_visible (self->undo_button, self->width >= FOLD_UNDO);
  gtk_widget_set_visible (self->redo_button, self->width >= FOLD_UNDO);
  adw_view_switcher_title_set_view_switcher_enabled (self->switcher, !header);
  fill_narrow_menu (self, header);
  gtk_widget_set_visible (self->strip, !strip);
  gtk_widget_set_visible (self->float_problems, strip);
  update_problems (self);
  if (self->observatory != NULL)
    mtw_observatory_set_tells (self->observatory, !strip);
  mtw_canvas_view_set_adds (MTW_CANVAS_VIEW (gtk_stack_get_child_by_name (self->views, "canvas")),
                            strip);
  basin_window_update_train (self);
}

static gboolean
resized_cb (gpointer data)
{
  BasinWindow *self = data;

  self->resized = 0;
  basin_window_fit_now (self);

  return G_SOURCE_REMOVE;
}

void
basin_window_fit_width (BasinWindow *self)
{
  if (self->resized == 0)
    self->resized = g_idle_add_full (G_PRIORITY_HIGH_IDLE, resized_cb, self, NULL);
}

/* --- the strip --- */

void
basin_window_update_strip (BasinWindow *self)
{
  const char *name = mtl_design_name (mtw_document_get_design (self->document));
  gboolean edited = mtw_document_get_edited (self->document);

  gtk_label_set_label (self->name_label, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->name_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_visible (self->edited, edited);
  gtk_window_set_title (GTK_WINDOW (self), self->started ? name : _("Basin"));
  update_problems (self);
  basin_window_update_actions (self);
  basin_window_update_train (self);
}
