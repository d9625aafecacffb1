/* basin-window-plots.c — the observatory under palette and canvas
 *
 * The session pulls once a frame; the observatory is handed what it has and
 * draws what is new.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-window-private.h"

#include "mtw-observatory.h"

#include "basin-problems.h"

static MtwObservatory *
observatory_of (BasinWindow *self)
{
  return MTW_OBSERVATORY (gtk_paned_get_end_child (self->divider));
}

static void
tick_cb (BasinWindow *self)
{
  MtwObservatory *observatory = observatory_of (self);
  MtlProbeFrame frame = { 0 };
  MtlGrid *grid = mtw_session_get_grid (self->session, &frame);

  mtw_observatory_set_conflict (observatory, mtw_session_get_conflict (self->session));
  mtw_observatory_set_grid (observatory, grid, frame.n_tasks > 0 ? &frame : NULL);
  mtw_observatory_refresh (observatory);
}

static void
run_changed_cb (BasinWindow *self)
{
  mtw_observatory_set_record (observatory_of (self), mtw_session_get_record (self->session));
}

static void
survey_changed_cb (BasinWindow *self)
{
  mtw_observatory_set_survey (observatory_of (self), mtw_document_get_survey (self->document));
}

static void
draw_landscape_cb (BasinWindow *self)
{
  g_autoptr(GError) error = NULL;

  if (!mtw_session_draw_landscape (self->session, &error))
    basin_window_say (self, error->message);
}

static void
measure_flatness_cb (BasinWindow *self)
{
  g_autoptr(GError) error = NULL;

  if (!mtw_session_measure_flatness (self->session, &error))
    basin_window_say (self, error->message);
}

static void
jump_cb (MtwObservatory *observatory,
         const char     *block,
         BasinWindow    *self)
{
  mtw_document_reveal (self->document, block);
}

static void
fix_cb (MtwObservatory *observatory,
        int             n,
        BasinWindow    *self)
{
  MtlSurvey *survey = mtw_document_get_survey (self->document);
  g_autoptr(GError) error = NULL;

  if (n >= 0 && (guint) n < mtl_survey_n_problems (survey)
      && !basin_problems_fix (self->document, mtl_survey_problem (survey, (guint) n), &error)
      && error != NULL)
    basin_window_say (self, error->message);
}

static void
message_cb (MtwObservatory *observatory,
            const char     *words,
            BasinWindow    *self)
{
  basin_window_say (self, words);
}

/* The fork on the canvas is a button that leads here. */
static void
show_conflict_cb (BasinWindow *self)
{
  mtw_observatory_show_page (observatory_of (self), "plots");
  mtw_observatory_show_plot (observatory_of (self), "conflict");
}

static void
observatory_cb (GSimpleAction *action,
                GVariant      *state,
                gpointer       data)
{
  BasinWindow *self = data;

  g_simple_action_set_state (action, state);
  gtk_widget_set_visible (GTK_WIDGET (observatory_of (self)), g_variant_get_boolean (state));
  basin_settings_set_flag (self->settings, "observatory", g_variant_get_boolean (state));
}

void
basin_window_add_plots (BasinWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "observatory", .state = "true", .change_state = observatory_cb },
  };
  GtkWidget *observatory = mtw_observatory_new ();

  gtk_widget_add_css_class (observatory, "basin-pane");
  gtk_paned_set_end_child (self->divider, observatory);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  if (!basin_settings_flag (self->settings, "observatory"))
    g_action_group_change_action_state (G_ACTION_GROUP (self), "observatory",
                                        g_variant_new_boolean (FALSE));

  g_signal_connect_object (self->session, "tick", G_CALLBACK (tick_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "run-changed", G_CALLBACK (run_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "survey-changed", G_CALLBACK (survey_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "show-conflict", G_CALLBACK (show_conflict_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (observatory, "draw-landscape", G_CALLBACK (draw_landscape_cb), self);
  g_signal_connect_swapped (observatory, "cancel-landscape",
                            G_CALLBACK (mtw_session_cancel_probe), self->session);
  g_signal_connect_swapped (observatory, "measure-flatness", G_CALLBACK (measure_flatness_cb),
                            self);
  g_signal_connect (observatory, "jump-to-block", G_CALLBACK (jump_cb), self);
  g_signal_connect (observatory, "apply-fix", G_CALLBACK (fix_cb), self);
  g_signal_connect (observatory, "message", G_CALLBACK (message_cb), self);
  survey_changed_cb (self);
}
