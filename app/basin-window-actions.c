/* basin-window-actions.c — the actions `win.…`
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-window-private.h"

#include <glib/gi18n.h>

#include "mtw-measures.h"
#include "mtw-problem-box.h"

#include "basin-application.h"
#include "basin-export.h"
#include "basin-finder.h"
#include "basin-problems.h"

static const char *const shows[] = {
  [MTW_SHOW_SHAPES] = "shapes",
  [MTW_SHOW_COST] = "cost",
  [MTW_SHOW_CONFLICT] = "conflict",
  [MTW_SHOW_NOTHING] = "nothing",
};

static const char *const show_words[] = {
  [MTW_SHOW_SHAPES] = N_("Show: Shapes"),
  [MTW_SHOW_COST] = N_("Show: Cost"),
  [MTW_SHOW_CONFLICT] = N_("Show: Conflict"),
  [MTW_SHOW_NOTHING] = N_("Show: Nothing"),
};

/* --- designs and files --- */

BasinWindow *
basin_window_for_design (BasinWindow *self)
{
  GtkApplication *app = gtk_window_get_application (GTK_WINDOW (self));

  return basin_window_is_pristine (self) ? self
                                         : basin_application_add_window (BASIN_APPLICATION (app));
}

static void
new_cb (GSimpleAction *action,
        GVariant      *parameter,
        gpointer       data)
{
  GtkApplication *app = gtk_window_get_application (GTK_WINDOW (data));

  gtk_window_present (GTK_WINDOW (basin_application_add_window (BASIN_APPLICATION (app))));
}

static void
template_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       data)
{
  BasinWindow *window = basin_window_for_design (data);

  basin_window_open_template (window, g_variant_get_string (parameter, NULL));
  gtk_window_present (GTK_WINDOW (window));
}

static void
open_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  basin_window_choose_file (data);
}

static void
open_uri_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       data)
{
  g_autoptr(GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));
  BasinWindow *window = basin_window_for_design (data);

  basin_window_open_file (window, file);
  gtk_window_present (GTK_WINDOW (window));
}

static void
save_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  basin_window_save (data);
}

static void
save_as_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       data)
{
  basin_window_save_as (data);
}

static void
export_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       data)
{
  BasinWindow *self = data;
  g_autoptr(MtlSnapshot) snapshot = mtw_session_dup_snapshot (self->session);

  if (snapshot != NULL && mtw_session_get_record (self->session) != NULL)
    basin_export_show (self, mtw_session_get_record (self->session), snapshot);
}

static void
measure_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       data)
{
  GtkWidget *window = mtw_measures_new (BASIN_WINDOW (data)->session);

  gtk_window_set_transient_for (GTK_WINDOW (window), data);
  gtk_window_present (GTK_WINDOW (window));
}

static void
reload_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       data)
{
  basin_window_reload (data);
}

static void
keep_mine_cb (GSimpleAction *action,
              GVariant      *parameter,
              gpointer       data)
{
  basin_window_keep_mine (data);
}

static void
restore_edits_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       data)
{
  basin_window_restore (data);
}

static void
discard_edits_cb (GSimpleAction *action,
                  GVariant      *parameter,
                  gpointer       data)
{
  basin_window_discard (data);
}

static void
close_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       data)
{
  gtk_window_close (GTK_WINDOW (data));
}

/* --- editing --- */

static void
undo_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  MtwDocument *document = BASIN_WINDOW (data)->document;
  /* Translators: said to screen readers; %s is the name of an edit. */
  g_autofree char *words = g_strdup_printf (_("Undone: %s"), mtw_document_undo_name (document));

  mtw_document_undo (document);
  mtw_document_announce (document, words);
}

static void
redo_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  MtwDocument *document = BASIN_WINDOW (data)->document;
  /* Translators: said to screen readers; %s is the name of an edit. */
  g_autofree char *words = g_strdup_printf (_("Done again: %s"), mtw_document_redo_name (document));

  mtw_document_redo (document);
  mtw_document_announce (document, words);
}

/* For the finder and the strip: what the canvas does of this name, seen or not. */
static void
canvas_cb (GSimpleAction *action,
           GVariant      *parameter,
           gpointer       data)
{
  g_autofree char *name = g_strconcat ("canvas.", g_action_get_name (G_ACTION (action)), NULL);

  gtk_widget_activate_action (GTK_WIDGET (BASIN_WINDOW (data)->canvas), name, NULL);
}

static void
find_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  basin_finder_show (GTK_WINDOW (data), BASIN_WINDOW (data)->document);
}

static void
next_problem_cb (GSimpleAction *action,
                 GVariant      *parameter,
                 gpointer       data)
{
  BasinWindow *self = data;

  self->problem = basin_problems_next (self->document, self->problem);
}

void
basin_window_fix (BasinWindow *self,
                  int          number)
{
  MtlSurvey *survey = mtw_document_get_survey (self->document);
  g_autoptr(GError) error = NULL;
  const MtlProblem *problem;

  if (number < 0 || (guint) number >= mtl_survey_n_problems (survey))
    return;

  problem = mtl_survey_problem (survey, (guint) number);
  if (!mtw_problem_mend (self->document, problem, &error))
    basin_window_say (self, error != NULL ? error->message : problem->message);
}

static void
fix_problem_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       data)
{
  basin_window_fix (data, MAX (BASIN_WINDOW (data)->problem, 0));
}

/* --- training --- */

static void
train_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       data)
{
  basin_window_toggle_train (data);
}

static void
stop_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  mtw_session_stop (BASIN_WINDOW (data)->session);
}

static void
step_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  mtw_session_step (BASIN_WINDOW (data)->session);
}

static void
restart_cb (GSimpleAction *action,
            GVariant      *parameter,
            gpointer       data)
{
  BasinWindow *self = data;
  g_autoptr(GError) error = NULL;

  if (!mtw_session_train (self->session, TRUE, &error))
    basin_window_say (self, error->message);
}

/* --- views --- */

static void
show_cb (GSimpleAction *action,
         GVariant      *state,
         gpointer       data)
{
  BasinWindow *self = data;

  for (guint i = 0; i < G_N_ELEMENTS (shows); i++)
    if (g_str_equal (g_variant_get_string (state, NULL), shows[i]))
      {
        mtw_canvas_set_show (self->canvas, (MtwShow) i);
        gtk_menu_button_set_label (self->show_button, _(show_words[i]));
        gtk_accessible_update_property (GTK_ACCESSIBLE (self->show_button),
                                        GTK_ACCESSIBLE_PROPERTY_LABEL, _(show_words[i]), -1);
        g_simple_action_set_state (action, state);
      }
}

static void
page_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  adw_view_stack_set_visible_child_name (BASIN_WINDOW (data)->pages,
                                         g_variant_get_string (parameter, NULL));
}

static void
full_screen_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       data)
{
  GtkWindow *window = GTK_WINDOW (data);

  if (gtk_window_is_fullscreen (window))
    gtk_window_unfullscreen (window);
  else
    gtk_window_fullscreen (window);
}

/* What a person folds away stays so; folding for want of room is not meant. */
static void
revealed_cb (AdwFlap     *flap,
             GParamSpec  *pspec,
             BasinWindow *self)
{
  if (adw_flap_get_fold_policy (flap) == ADW_FLAP_FOLD_POLICY_NEVER && !self->maximised)
    basin_settings_set_flag (self->settings, flap == self->palette_flap ? "palette" : "inspector",
                             adw_flap_get_reveal_flap (flap));
}

static void
add_flap (BasinWindow *self,
          AdwFlap     *flap,
          const char  *name)
{
  g_autoptr(GPropertyAction) action = g_property_action_new (name, flap, "reveal-flap");

  adw_flap_set_reveal_flap (flap, basin_settings_flag (self->settings, name));
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (action));
  g_signal_connect (flap, "notify::reveal-flap", G_CALLBACK (revealed_cb), self);
}

static const GActionEntry entries[] = {
  { .name = "new", .activate = new_cb },
  { .name = "template", .activate = template_cb, .parameter_type = "s" },
  { .name = "open", .activate = open_cb },
  { .name = "open-uri", .activate = open_uri_cb, .parameter_type = "s" },
  { .name = "save", .activate = save_cb },
  { .name = "save-as", .activate = save_as_cb },
  { .name = "export", .activate = export_cb },
  { .name = "measure", .activate = measure_cb },
  { .name = "reload", .activate = reload_cb },
  { .name = "keep-mine", .activate = keep_mine_cb },
  { .name = "restore-edits", .activate = restore_edits_cb },
  { .name = "discard-edits", .activate = discard_edits_cb },
  { .name = "close", .activate = close_cb },
  { .name = "undo", .activate = undo_cb },
  { .name = "redo", .activate = redo_cb },
  { .name = "cut", .activate = canvas_cb },
  { .name = "copy", .activate = canvas_cb },
  { .name = "paste", .activate = canvas_cb },
  { .name = "tidy-up", .activate = canvas_cb },
  { .name = "group", .activate = canvas_cb },
  { .name = "ungroup", .activate = canvas_cb },
  { .name = "toggle-group", .activate = canvas_cb },
  { .name = "find", .activate = find_cb },
  { .name = "next-problem", .activate = next_problem_cb },
  { .name = "fix-problem", .activate = fix_problem_cb },
  { .name = "train", .activate = train_cb },
  { .name = "stop", .activate = stop_cb },
  { .name = "step", .activate = step_cb },
  { .name = "restart", .activate = restart_cb },
  { .name = "show", .parameter_type = "s", .state = "'shapes'", .change_state = show_cb },
  { .name = "page", .activate = page_cb, .parameter_type = "s" },
  { .name = "full-screen", .activate = full_screen_cb },
};

void
basin_window_add_actions (BasinWindow *self)
{
  self->problem = -1;
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  add_flap (self, self->palette_flap, "palette");
  add_flap (self, self->inspector_flap, "inspector");
}

/* A property action holds a part of the window, whose muxer holds the window's,
 * which holds its actions: none of them would ever go. */
void
basin_window_remove_actions (BasinWindow *self)
{
  g_auto(GStrv) names = g_action_group_list_actions (G_ACTION_GROUP (self));

  for (guint i = 0; names[i] != NULL; i++)
    g_action_map_remove_action (G_ACTION_MAP (self), names[i]);
}

static void
enable (BasinWindow *self,
        const char  *name,
        gboolean     enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
name_undo (GtkWidget  *button,
           const char *verb,
           const char *edit,
           const char *key)
{
  g_autofree char *words = edit != NULL ? g_strdup_printf ("%s %s (%s)", verb, edit, key)
                                        : g_strdup_printf ("%s (%s)", verb, key);

  gtk_widget_set_tooltip_text (button, words);
}

void
basin_window_update_actions (BasinWindow *self)
{
  const char *undo = mtw_document_undo_name (self->document);
  const char *redo = mtw_document_redo_name (self->document);
  gboolean live = mtw_session_is_live (self->session);
  MtlSurvey *survey = mtw_document_get_survey (self->document);

  enable (self, "undo", undo != NULL);
  enable (self, "redo", redo != NULL);
  name_undo (self->undo_button, _("Undo"), undo, _("Ctrl+Z"));
  name_undo (self->redo_button, _("Redo"), redo, _("Shift+Ctrl+Z"));
  enable (self, "paste", self->started);
  enable (self, "tidy-up", mtl_design_n_blocks (mtw_document_get_design (self->document)) > 0);
  enable (self, "save", self->started);
  enable (self, "save-as", self->started);
  enable (self, "export", mtw_session_get_record (self->session) != NULL);
  enable (self, "measure", mtw_session_get_record (self->session) != NULL);
  enable (self, "train", self->started && (live || mtl_survey_trains (survey)));
  enable (self, "step", self->started && (live || mtl_survey_trains (survey)));
  enable (self, "stop", live);
  enable (self, "next-problem", mtl_survey_n_problems (survey) > 0);
  enable (self, "fix-problem", mtl_survey_n_problems (survey) > 0);
}
