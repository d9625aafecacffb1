/* basin-window-run.c — the Train button, its state and the bars of a run
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-window-private.h"

#include <glib/gi18n.h>

void
basin_window_toggle_train (BasinWindow *self)
{
  g_autoptr(GError) error = NULL;

  if (mtw_session_is_live (self->session)
      && mtw_session_get_state (self->session) != MTL_RUN_PAUSED)
    mtw_session_pause (self->session);
  else if (!mtw_session_train (self->session, FALSE, &error))
    basin_window_say (self, error->message);

  basin_window_update_train (self);
}

static char *
why_not (BasinWindow *self)
{
  MtlSurvey *survey = mtw_document_get_survey (self->document);

  for (guint i = 0; i < mtl_survey_n_problems (survey); i++)
    if (!mtl_survey_problem (survey, i)->warning)
      /* Translators: a problem of the design follows. */
      return g_strdup_printf (_("Cannot train: %s"), mtl_survey_problem (survey, i)->message);

  return NULL;
}

static void
label_train (BasinWindow *self,
             const char  *icon,
             const char  *label,
             const char  *tooltip)
{
  gboolean narrow = self->width < 800;

  adw_button_content_set_icon_name (self->train_content, icon);
  /* An empty label leaves the icon alone. */
  adw_button_content_set_label (self->train_content, narrow ? "" : label);
  gtk_widget_set_tooltip_text (self->train_button, tooltip);
}

/* Accessible names carry no mnemonic. */
static void
name_train (BasinWindow *self,
            const char  *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->train_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
update_title (BasinWindow *self,
              gboolean     live)
{
  const char *name = mtl_design_name (mtw_document_get_design (self->document));
  g_autofree char *status = live ? basin_feed_status (self->session) : NULL;
  const char *edited = mtw_document_get_edited (self->document) ? _("Edited") : NULL;
  g_autofree char *both = edited != NULL && status != NULL
                          ? g_strdup_printf ("%s · %s", edited, status) : NULL;
  const char *subtitle = both != NULL ? both : status != NULL ? status
                         : edited != NULL ? edited : "";

  adw_view_switcher_title_set_title (self->switcher, self->started ? name : _("Basin"));
  adw_view_switcher_title_set_subtitle (self->switcher, subtitle);
}

static void
update_progress (BasinWindow *self,
                 gboolean     live)
{
  MtlRecord *record = mtw_session_get_record (self->session);
  MtlProgress progress = { 0 };
  double total = 0.0;

  /* Where the status line of the observatory has room, it shows progress. */
  gtk_widget_set_visible (GTK_WIDGET (self->progress), live && self->width <= 720);
  if (record == NULL || !live)
    return;

  mtl_record_progress (record, &progress);
  total = (double) (mtl_record_info (record)->n_epochs * mtl_record_info (record)->steps_per_epoch);
  if (total > 0.0)
    gtk_progress_bar_set_fraction (self->progress, CLAMP ((double) progress.step / total, 0.0,
                                                          1.0));
}

void
basin_window_update_train (BasinWindow *self)
{
  gboolean live = mtw_session_is_live (self->session);
  int state = mtw_session_get_state (self->session);
  g_autofree char *why = live ? NULL : why_not (self);

  if (!live)
    {
      label_train (self, "media-playback-start-symbolic", _("_Train"),
                   why != NULL ? why : _("Train (Ctrl+R)"));
      name_train (self, _("Train"));
    }
  else if (state == MTL_RUN_PAUSED)
    {
      label_train (self, "media-playback-start-symbolic", _("_Resume"), _("Resume (Ctrl+R)"));
      name_train (self, _("Resume"));
    }
  else
    {
      label_train (self, "media-playback-pause-symbolic", _("_Pause"), _("Pause (Ctrl+R)"));
      name_train (self, _("Pause"));
    }

  if (live && state != MTL_RUN_PAUSED)
    gtk_widget_remove_css_class (self->train_button, "suggested-action");
  else
    gtk_widget_add_css_class (self->train_button, "suggested-action");
  gtk_widget_set_visible (self->stop_button, live);
  update_title (self, live);
  update_progress (self, live);
}

/* --- what the session says --- */

static void
state_cb (BasinWindow *self)
{
  g_autofree char *status = basin_feed_status (self->session);

  basin_window_update_actions (self);
  basin_window_update_train (self);
  mtw_document_announce (self->document, status);
}

static void
tick_cb (BasinWindow *self)
{
  gboolean live = mtw_session_is_live (self->session);

  if (self->width <= 720)
    update_progress (self, live);
  if (adw_view_switcher_title_get_title_visible (self->switcher))
    update_title (self, live);
}

static void
ended_cb (MtwSession  *session,
          const char  *message,
          BasinWindow *self)
{
  basin_window_update_actions (self);
  basin_window_update_train (self);
  if (message != NULL)
    basin_window_say (self, message);

  if (self->close_after_run)
    {
      self->close_after_run = FALSE;
      basin_window_close_soon (self);
    }
}

/* The inspector says it as well; one of the two is enough. */
void
basin_window_update_structure (BasinWindow *self)
{
  gtk_revealer_set_reveal_child (self->structure_bar,
                                 mtw_session_is_structural (self->session)
                                 && !adw_flap_get_reveal_flap (self->inspector_flap));
}

void
basin_window_connect_run (BasinWindow *self)
{
  g_signal_connect_swapped (self->session, "notify::state", G_CALLBACK (state_cb), self);
  g_signal_connect_swapped (self->session, "run-changed", G_CALLBACK (state_cb), self);
  g_signal_connect_swapped (self->session, "tick", G_CALLBACK (tick_cb), self);
  g_signal_connect (self->session, "ended", G_CALLBACK (ended_cb), self);
  g_signal_connect_swapped (self->session, "structure-changed",
                            G_CALLBACK (basin_window_update_structure), self);
  g_signal_connect_swapped (self->inspector_flap, "notify::reveal-flap",
                            G_CALLBACK (basin_window_update_structure), self);
}
