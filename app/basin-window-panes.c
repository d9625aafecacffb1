/* basin-window-panes.c — what stands around the canvas, and the page of runs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-window-private.h"

#include <glib/gi18n.h>

#include "mtw-inspector.h"
#include "mtw-outline.h"
#include "mtw-palette.h"
#include "mtw-runs-page.h"
#include "mtw-work.h"

#define PALETTE_WIDTH   152
#define INSPECTOR_WIDTH 284

/* --- panes --- */

static void
add_palette (BasinWindow *self)
{
  GtkWidget *palette = mtw_palette_new (self->document);

  gtk_widget_set_size_request (palette, PALETTE_WIDTH, -1);
  gtk_widget_add_css_class (palette, "basin-pane");
  adw_flap_set_flap (self->palette_flap, palette);
}

static void
add_inspector (BasinWindow *self)
{
  GtkWidget *inspector = mtw_inspector_new (self->document, self->session);

  GtkWidget *clamp = adw_clamp_new ();

  /* Long words in a row are to wrap, not to widen the pane. */
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), INSPECTOR_WIDTH);
  adw_clamp_set_tightening_threshold (ADW_CLAMP (clamp), INSPECTOR_WIDTH);
  adw_clamp_set_child (ADW_CLAMP (clamp), inspector);
  gtk_widget_set_size_request (clamp, INSPECTOR_WIDTH, -1);
  gtk_widget_set_hexpand (clamp, FALSE);
  gtk_widget_add_css_class (clamp, "basin-pane");
  adw_flap_set_flap (self->inspector_flap, clamp);
}

static void
activated_cb (GtkWidget   *widget,
              const char  *id,
              BasinWindow *self)
{
  AdwClamp *clamp = ADW_CLAMP (adw_flap_get_flap (self->inspector_flap));

  adw_flap_set_reveal_flap (self->inspector_flap, TRUE);
  mtw_inspector_focus (MTW_INSPECTOR (adw_clamp_get_child (clamp)));
}

static void
outline_cb (GSimpleAction *action,
            GVariant      *state,
            gpointer       data)
{
  BasinWindow *self = data;
  gboolean outline = g_variant_get_boolean (state);

  gtk_stack_set_visible_child_name (self->views, outline ? "outline" : "canvas");
  g_simple_action_set_state (action, state);
  if (outline)
    mtw_outline_focus (MTW_OUTLINE (gtk_stack_get_child_by_name (self->views, "outline")));
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static void
add_outline (BasinWindow *self)
{
  static const GActionEntry entries[] = {
    { .name = "outline", .state = "false", .change_state = outline_cb },
  };
  GtkWidget *outline = mtw_outline_new (self->document);

  gtk_stack_add_named (self->views, outline, "outline");
  g_signal_connect (outline, "activated", G_CALLBACK (activated_cb), self);
  g_signal_connect (self->canvas, "activate-block", G_CALLBACK (activated_cb), self);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
}

/* --- runs --- */

typedef struct
{
  MtlStore  *store;
  char      *run;
  MtlRecord *record;   /* out */
} Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  mtl_store_unref (wanted->store);
  g_clear_pointer (&wanted->record, mtl_record_unref);
  g_free (wanted->run);
  g_free (wanted);
}

static void
load_run_thread (GTask        *task,
                 gpointer      source,
                 gpointer      data,
                 GCancellable *cancel)
{
  Wanted *wanted = data;
  GError *error = NULL;

  wanted->record = mtl_store_load (wanted->store, wanted->run, &error);
  if (wanted->record != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
resume_cb (AdwToast    *toast,
           BasinWindow *self)
{
  g_autoptr(GError) error = NULL;

  if (!mtw_session_resume (self->session, g_object_get_data (G_OBJECT (toast), "run"), &error))
    basin_window_say (self, error->message);
}

/* Offers to go on with a run that did not come to its end. */
static void
offer_resume (BasinWindow         *self,
              const MtlRecordInfo *info,
              MtlRunStatus         status)
{
  g_autofree char *words = g_strdup_printf (_("Design of run %u"), info->number);
  AdwToast *toast = adw_toast_new (words);

  if (status == MTL_RUN_STOPPED || status == MTL_RUN_LOST)
    {
      adw_toast_set_button_label (toast, _("Resume Training"));
      adw_toast_set_timeout (toast, 0);
      g_object_set_data_full (G_OBJECT (toast), "run", g_strdup (info->run), g_free);
      g_signal_connect_object (toast, "button-clicked", G_CALLBACK (resume_cb), self, 0);
    }
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
run_loaded_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      data)
{
  BasinWindow *self = BASIN_WINDOW (object), *window;
  Wanted *wanted = g_task_get_task_data (G_TASK (result));
  g_autoptr(GError) error = NULL;
  const MtlRecordInfo *info;
  MtlProgress progress;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      basin_window_say (self, error->message);
      return;
    }

  info = mtl_record_info (wanted->record);
  mtl_record_progress (wanted->record, &progress);
  window = basin_window_for_design (self);
  basin_window_open_design (window, info->design);
  offer_resume (window, info, progress.status);
  gtk_window_present (GTK_WINDOW (window));
}

static void
open_run_cb (MtwRunsPage *page,
             const char  *run,
             BasinWindow *self)
{
  g_autoptr(GTask) task = mtw_work_new (self, run_loaded_cb, NULL);
  Wanted *wanted = g_new0 (Wanted, 1);

  wanted->store = mtl_store_ref (self->store);
  wanted->run = g_strdup (run);
  g_task_set_task_data (task, wanted, wanted_free);
  g_task_run_in_thread (task, load_run_thread);
}

static void
undelete_cb (AdwToast    *toast,
             MtwRunsPage *page)
{
  mtw_runs_page_restore (page, g_object_get_data (G_OBJECT (toast), "run"));
}

static void
deleted_cb (MtwRunsPage *page,
            const char  *run,
            const char  *words,
            BasinWindow *self)
{
  g_autofree char *title = g_markup_escape_text (words, -1);
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_button_label (toast, _("Undo"));
  g_object_set_data_full (G_OBJECT (toast), "run", g_strdup (run), g_free);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (undelete_cb), page, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
failed_cb (MtwRunsPage *page,
           const char  *message,
           BasinWindow *self)
{
  basin_window_say (self, message);
}

static void
go_to_studio_cb (BasinWindow *self)
{
  adw_view_stack_set_visible_child_name (self->pages, "studio");
}

static void
add_runs (BasinWindow *self)
{
  GtkWidget *runs = mtw_runs_page_new (self->store);
  AdwViewStackPage *page = adw_view_stack_add_titled (self->pages, runs, "runs", _("Runs"));

  adw_view_stack_page_set_icon_name (page, "view-list-symbolic");
  g_signal_connect (runs, "open-design", G_CALLBACK (open_run_cb), self);
  g_signal_connect (runs, "deleted", G_CALLBACK (deleted_cb), self);
  g_signal_connect (runs, "failed", G_CALLBACK (failed_cb), self);
  g_signal_connect_swapped (runs, "go-to-studio", G_CALLBACK (go_to_studio_cb), self);
}

void
basin_window_add_panes (BasinWindow *self)
{
  add_palette (self);
  add_inspector (self);
  add_outline (self);
  basin_window_add_plots (self);
  add_runs (self);
}
