/* basin-window-plots.c — the observatory under the canvas: what it is given, what it asks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-window-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "mtw-path.h"
#include "mtw-problem-box.h"

#define LEAST_HEIGHT  180
#define HEADER_HEIGHT 47

/* --- what it is given --- */

static void
timed_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  MtlProbeFrame frame;

  if (mtw_session_estimate_finish (result, &frame, NULL))
    mtw_observatory_set_cost (MTW_OBSERVATORY (object), frame.seconds);
}

/* The plot of the curvature says what it takes: passes are timed once a run, when it ends. */
static void
time_curvature (BasinWindow *self)
{
  MtwProbes *probes = mtw_session_get_probes (self->session);
  g_autoptr(GCancellable) cancel = g_cancellable_new ();

  if (strstr (mtw_observatory_get_layout (self->observatory), "density") != NULL
      && !mtw_session_is_live (self->session))
    mtw_session_estimate (self->session, mtw_probes_get (probes, "hessian"), cancel,
                          self->observatory, timed_cb, NULL);
}

static void
run_changed_cb (BasinWindow *self)
{
  mtw_observatory_set_record (self->observatory, mtw_session_get_record (self->session));
}

static void
tick_cb (BasinWindow *self)
{
  MtlProbeFrame frame;
  MtlGrid *grid = mtw_session_get_grid (self->session, &frame);
  MtlProbeFrame measure;
  MtlFindings *spectrum = mtw_session_get_spectrum (self->session, &measure);

  mtw_observatory_set_findings (self->observatory, spectrum, &measure);
  mtw_observatory_set_conflict (self->observatory,
                                mtw_session_get_conflict (self->session, NULL));
  mtw_observatory_set_grid (self->observatory, grid, *frame.probe != '\0' ? &frame : NULL);
  mtw_observatory_refresh (self->observatory);
}

static void
survey_cb (BasinWindow *self)
{
  mtw_observatory_set_survey (self->observatory, mtw_document_get_survey (self->document));
}

/* --- what it asks for --- */

static void
draw_cb (BasinWindow *self)
{
  g_autoptr(GError) error = NULL;

  if (!mtw_session_draw_landscape (self->session, &error))
    basin_window_say (self, error->message);
}

static void
measure_cb (BasinWindow *self)
{
  g_autoptr(GError) error = NULL;

  if (!mtw_session_measure_flatness (self->session, &error))
    basin_window_say (self, error->message);
}

static void
curvature_cb (BasinWindow *self)
{
  MtwProbes *probes = mtw_session_get_probes (self->session);
  g_autoptr(GError) error = NULL;

  if (!mtw_session_measure (self->session, mtw_probes_get (probes, "hessian"), &error))
    basin_window_say (self, error->message);
}

static void
cancel_cb (BasinWindow *self)
{
  mtw_session_cancel_probe (self->session);
}

static void
jump_cb (MtwObservatory *observatory,
         const char     *block,
         BasinWindow    *self)
{
  g_autofree char *path = mtw_path_of_flat (block);

  mtw_document_select (self->document, (const char *const[]) { path, NULL });
  mtw_document_reveal (self->document, path);
}

static void
fix_cb (MtwObservatory *observatory,
        int             number,
        BasinWindow    *self)
{
  basin_window_fix (self, number);
}

static void
message_cb (MtwObservatory *observatory,
            const char     *words,
            BasinWindow    *self)
{
  basin_window_say (self, words);
}

static void
conflict_cb (BasinWindow *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->observatory), TRUE);
  mtw_observatory_show_page (self->observatory, "plots");
  mtw_observatory_show_plot (self->observatory, "conflict");
}

/* --- room --- */

/* Maximised it has the page for itself; the panes come back as they were. */
static void
maximised_cb (BasinWindow *self)
{
  gboolean maximised;

  g_object_get (self->observatory, "maximised", &maximised, NULL);
  if (maximised)
    {
      self->inspector_before = adw_flap_get_reveal_flap (self->inspector_flap);
      self->maximised = TRUE;
      adw_flap_set_reveal_flap (self->inspector_flap, FALSE);
    }
  else if (self->maximised)
    {
      adw_flap_set_reveal_flap (self->inspector_flap, self->inspector_before);
      self->maximised = FALSE;
    }
  gtk_widget_set_visible (GTK_WIDGET (self->palette_flap), !maximised);
}

static void
visible_cb (BasinWindow *self)
{
  gboolean visible = gtk_widget_get_visible (GTK_WIDGET (self->observatory));

  basin_settings_set_flag (self->settings, "observatory", visible);
  if (!visible)
    g_object_set (self->observatory, "maximised", FALSE, NULL);
}

static void
layout_cb (BasinWindow *self)
{
  basin_settings_set_text (self->settings, "layout",
                           mtw_observatory_get_layout (self->observatory));
  time_curvature (self);
}

/* The divider's place needs its height, which is known once it is laid out;
 * until then it is guessed, or the canvas would fit itself into too little. */
void
basin_window_place_divider (BasinWindow *self)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self->divider));
  int below = basin_settings_int (self->settings, "observatory-height");

  if (self->placed)
    return;

  self->placed = height >= 2 * LEAST_HEIGHT;
  if (!self->placed)
    height = basin_settings_int (self->settings, "window-height") - HEADER_HEIGHT;
  gtk_paned_set_position (self->divider, MAX (height - below, LEAST_HEIGHT));
}

static void
add_actions (BasinWindow *self)
{
  g_autoptr(GPropertyAction) visible = g_property_action_new ("observatory", self->observatory,
                                                              "visible");
  g_autoptr(GPropertyAction) maximised = g_property_action_new ("maximise", self->observatory,
                                                                "maximised");

  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (visible));
  g_action_map_add_action (G_ACTION_MAP (self), G_ACTION (maximised));
}

void
basin_window_add_plots (BasinWindow *self)
{
  GtkWidget *observatory = mtw_observatory_new ();
  g_autofree char *layout = basin_settings_text (self->settings, "layout");

  self->observatory = MTW_OBSERVATORY (observatory);
  gtk_widget_set_size_request (observatory, -1, LEAST_HEIGHT);
  gtk_widget_set_visible (observatory, basin_settings_flag (self->settings, "observatory"));
  gtk_paned_set_end_child (self->divider, observatory);
  if (*layout != '\0')
    mtw_observatory_set_layout (self->observatory, layout);
  add_actions (self);
  survey_cb (self);

  g_signal_connect_object (self->session, "run-changed", G_CALLBACK (run_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "tick", G_CALLBACK (tick_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "ended", G_CALLBACK (time_curvature), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "survey-changed", G_CALLBACK (survey_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->canvas, "show-conflict", G_CALLBACK (conflict_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (observatory, "draw-landscape", G_CALLBACK (draw_cb), self);
  g_signal_connect_swapped (observatory, "cancel-landscape", G_CALLBACK (cancel_cb), self);
  g_signal_connect_swapped (observatory, "measure-flatness", G_CALLBACK (measure_cb), self);
  g_signal_connect_swapped (observatory, "measure-curvature", G_CALLBACK (curvature_cb), self);
  g_signal_connect (observatory, "jump-to-block", G_CALLBACK (jump_cb), self);
  g_signal_connect (observatory, "apply-fix", G_CALLBACK (fix_cb), self);
  g_signal_connect (observatory, "message", G_CALLBACK (message_cb), self);
  g_signal_connect_swapped (observatory, "notify::maximised", G_CALLBACK (maximised_cb), self);
  g_signal_connect_swapped (observatory, "notify::visible", G_CALLBACK (visible_cb), self);
  g_signal_connect_swapped (observatory, "notify::layout", G_CALLBACK (layout_cb), self);
  g_signal_connect_swapped (self->divider, "notify::max-position",
                            G_CALLBACK (basin_window_fit_width), self);
}
