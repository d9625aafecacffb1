/* basin-window.c — one document with all that works on it
 *
 * The template holds the frame; the canvas, the observatory and the panes are
 * made here, because each needs the document or the session.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-window-private.h"

#include <glib/gi18n.h>

#include "basin-problems.h"
#include "basin-start.h"

G_DEFINE_FINAL_TYPE (BasinWindow, basin_window, ADW_TYPE_APPLICATION_WINDOW)

/* --- words --- */

void
basin_window_say (BasinWindow *self,
                  const char  *words)
{
  g_autofree char *title = g_markup_escape_text (words, -1);

  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (title));
}

static void
show_in_files_cb (AdwToast    *toast,
                  BasinWindow *self)
{
  GFile *file = g_object_get_data (G_OBJECT (toast), "file");
  g_autoptr(GFile) folder = g_file_get_parent (file);
  g_autofree char *uri = g_file_get_uri (folder != NULL ? folder : file);

  gtk_show_uri (GTK_WINDOW (self), uri, GDK_CURRENT_TIME);
}

void
basin_window_say_file (BasinWindow *self,
                       GFile       *file)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *words = g_strdup_printf (_("Exported %s"), name);
  g_autofree char *title = g_markup_escape_text (words, -1);
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_button_label (toast, _("Show in Files"));
  g_object_set_data_full (G_OBJECT (toast), "file", g_object_ref (file), g_object_unref);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (show_in_files_cb), self, 0);
  adw_toast_overlay_add_toast (self->toasts, toast);
  mtw_document_announce (self->document, words);
}

static void
announce_cb (MtwDocument *document,
             const char  *words,
             BasinWindow *self)
{
  gtk_label_set_label (self->status, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->status), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  words, -1);
}

/* --- the name --- */

static void
name_shown_cb (BasinWindow *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->name_entry),
                         mtl_design_name (mtw_document_get_design (self->document)));
}

static void
name_cb (BasinWindow *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text
                                                (GTK_EDITABLE (self->name_entry))));

  gtk_menu_button_popdown (self->name_button);
  if (*name != '\0')
    mtw_document_edit (self->document,
                       mtl_design_with_name (mtw_document_get_design (self->document), name),
                       _("Rename the Design"));
}

/* --- opening and closing --- */

void
basin_window_start (BasinWindow *self)
{
  self->started = TRUE;
  gtk_stack_set_visible_child_name (self->studio, "editor");
  adw_view_stack_set_visible_child_name (self->pages, "studio");
  basin_window_fit_width (self);
  basin_window_update_strip (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

gboolean
basin_window_is_pristine (BasinWindow *self)
{
  g_return_val_if_fail (BASIN_IS_WINDOW (self), FALSE);

  return !mtw_session_is_live (self->session) && basin_file_get_file (self->file) == NULL
         && !mtw_document_get_edited (self->document)
         && (!self->started
             || mtl_design_n_blocks (mtw_document_get_design (self->document)) == 0);
}

void
basin_window_open_design (BasinWindow     *self,
                          const MtlDesign *design)
{
  g_autoptr(MtlDesign) kept = mtl_design_ref (design);

  mtw_document_replace (self->document, kept);
  basin_file_set_file (self->file, NULL);
  basin_window_start (self);
}

void
basin_window_open_template (BasinWindow *self,
                            const char  *id)
{
  g_autoptr(MtlDesign) design = NULL;
  g_autoptr(GError) error = NULL;

  g_return_if_fail (BASIN_IS_WINDOW (self));

  design = *id != '\0' ? mtl_template_design (id, &error) : mtl_design_new (_("Untitled"));
  if (design == NULL)
    {
      basin_window_say (self, error->message);
      return;
    }

  basin_window_open_design (self, design);
}

static void
remember_size (BasinWindow *self)
{
  gboolean maximized = gtk_window_is_maximized (GTK_WINDOW (self));
  int width, height;

  basin_settings_set_flag (self->settings, "maximized", maximized);
  if (!maximized)
    {
      gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
      basin_settings_set_int (self->settings, "window-width", MAX (width, 360));
      basin_settings_set_int (self->settings, "window-height", MAX (height, 500));
    }
  if (self->placed && basin_settings_flag (self->settings, "observatory"))
    basin_settings_set_int (self->settings, "observatory-height",
                            MAX (180, gtk_widget_get_height (GTK_WIDGET (self->divider))
                                      - gtk_paned_get_position (self->divider)));
}

static gboolean
basin_window_close_request (GtkWindow *window)
{
  BasinWindow *self = BASIN_WINDOW (window);

  if (!self->closing && !basin_window_may_close (self))
    return TRUE;

  remember_size (self);
  return GTK_WINDOW_CLASS (basin_window_parent_class)->close_request (window);
}

/* --- the object --- */

static void
basin_window_size_allocate (GtkWidget *widget,
                            int        width,
                            int        height,
                            int        baseline)
{
  BasinWindow *self = BASIN_WINDOW (widget);

  GTK_WIDGET_CLASS (basin_window_parent_class)->size_allocate (widget, width, height, baseline);
  if (width != self->width)
    {
      self->width = width;
      basin_window_fit_width (self);
    }
}

static void
basin_window_dispose (GObject *object)
{
  BasinWindow *self = BASIN_WINDOW (object);

  g_clear_handle_id (&self->resized, g_source_remove);
  g_clear_pointer (&self->feed, basin_feed_free);
  basin_window_remove_actions (self);
  if (self->session != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->session, self);
      /* Its threads end here, whoever still holds it. */
      g_object_run_dispose (G_OBJECT (self->session));
    }
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->file != NULL)
    g_signal_handlers_disconnect_by_data (self->file, self);
  g_clear_pointer (&self->orphan, basin_orphan_free);
  g_clear_object (&self->journal);
  g_clear_object (&self->file);
  g_clear_object (&self->session);
  g_clear_object (&self->document);
  g_clear_pointer (&self->store, mtl_store_unref);

  G_OBJECT_CLASS (basin_window_parent_class)->dispose (object);
}

static void
bind_header (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, switcher);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, palette_button);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, open_button);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, new_button);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, undo_button);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, redo_button);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, train_button);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, train_content);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, stop_button);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, inspector_button);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, recent);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, narrow_menu);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, progress);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, status);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, recovery_bar);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, recovery_words);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, disk_bar);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, disk_words);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, structure_bar);
}

static void
bind_studio (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, studio);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, inspector_flap);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, palette_flap);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, divider);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, strip);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, views);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, name_button);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, name_label);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, name_entry);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, edited);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, problems_button);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, problems_content);
  gtk_widget_class_bind_template_child (widget_class, BasinWindow, show_button);
  gtk_widget_class_bind_template_callback (widget_class, name_cb);
  gtk_widget_class_bind_template_callback (widget_class, name_shown_cb);
}

static void
basin_window_class_init (BasinWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = basin_window_dispose;
  widget_class->size_allocate = basin_window_size_allocate;
  GTK_WINDOW_CLASS (klass)->close_request = basin_window_close_request;

  g_type_ensure (BASIN_TYPE_START);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/basin_studio/Basin/basin-window.ui");
  bind_header (widget_class);
  bind_studio (widget_class);
}

/* The arrow of a split button has a tooltip, but takes no name from a template. */
static void
name_recent (BasinWindow *self)
{
  GtkWidget *arrow = gtk_widget_get_last_child (self->open_button);

  gtk_accessible_update_property (GTK_ACCESSIBLE (arrow), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Recent designs"), -1);
}

static void
basin_window_init (BasinWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  name_recent (self);
}

/* --- making --- */

static gboolean
space_cb (GtkWidget *widget,
          GVariant  *args,
          gpointer   data)
{
  const char *action = g_variant_get_string (args, NULL);

  return gtk_widget_activate_action (widget, action, NULL);
}

static void
add_float (BasinWindow *self,
           GtkOverlay  *overlay)
{
  self->float_problems = gtk_menu_button_new ();
  self->float_content = ADW_BUTTON_CONTENT (adw_button_content_new ());
  gtk_menu_button_set_child (GTK_MENU_BUTTON (self->float_problems),
                             GTK_WIDGET (self->float_content));
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (self->float_problems), GTK_ARROW_UP);
  gtk_widget_add_css_class (self->float_problems, "basin-float");
  gtk_widget_set_halign (self->float_problems, GTK_ALIGN_END);
  gtk_widget_set_valign (self->float_problems, GTK_ALIGN_END);
  gtk_widget_set_margin_end (self->float_problems, 12);
  gtk_widget_set_margin_bottom (self->float_problems, 12);
  gtk_widget_set_visible (self->float_problems, FALSE);
  gtk_overlay_add_overlay (overlay, self->float_problems);
}

static void
add_canvas (BasinWindow *self)
{
  GtkWidget *view = mtw_canvas_view_new (self->document);
  GtkEventController *keys = gtk_shortcut_controller_new ();
  static const struct { GdkModifierType state; const char *action; } spaces[] = {
    { 0, "win.train" },
    { GDK_SHIFT_MASK, "win.step" },
  };

  self->canvas = mtw_canvas_view_get_canvas (MTW_CANVAS_VIEW (view));
  g_signal_connect_swapped (self->canvas, "refused", G_CALLBACK (basin_window_say), self);
  gtk_stack_add_named (self->views, view, "canvas");

  /* Before the block that has the focus takes the key for a press. */
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  for (guint i = 0; i < G_N_ELEMENTS (spaces); i++)
    {
      GtkShortcutTrigger *trigger = gtk_keyval_trigger_new (GDK_KEY_space, spaces[i].state);
      GtkShortcut *shortcut = gtk_shortcut_new (trigger, gtk_callback_action_new (space_cb, NULL,
                                                                                  NULL));

      gtk_shortcut_set_arguments (shortcut, g_variant_new_string (spaces[i].action));
      gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (keys), shortcut);
    }
  gtk_widget_add_controller (GTK_WIDGET (self->canvas), keys);
  add_float (self, mtw_canvas_view_get_overlay (MTW_CANVAS_VIEW (view)));
}

void
basin_window_take_settings (BasinWindow *self)
{
  g_return_if_fail (BASIN_IS_WINDOW (self));

  mtw_canvas_set_letter_keys (self->canvas, basin_settings_flag (self->settings, "letter-keys"));
  mtw_session_set_threads (self->session,
                           (guint) MAX (basin_settings_int (self->settings, "threads"), 0));
}

static void
connect_document (BasinWindow *self)
{
  gtk_menu_button_set_popover (self->problems_button, basin_problems_new (self->document));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (self->float_problems),
                               basin_problems_new (self->document));
  g_signal_connect (self->document, "announce", G_CALLBACK (announce_cb), self);
  g_signal_connect_swapped (self->document, "changed", G_CALLBACK (basin_window_update_strip),
                            self);
  g_signal_connect_swapped (self->document, "survey-changed",
                            G_CALLBACK (basin_window_update_strip), self);
  g_signal_connect_swapped (self->document, "notify", G_CALLBACK (basin_window_update_strip),
                            self);
}

/**
 * basin_window_new:
 * @settings: outlives the window
 * @store: (nullable): where runs are recorded
 *
 * Returns: (transfer none): a window with the start page, of the application
 */
BasinWindow *
basin_window_new (AdwApplication *app,
                  BasinSettings  *settings,
                  MtlStore       *store)
{
  BasinWindow *self = g_object_new (BASIN_TYPE_WINDOW, "application", app, NULL);
  g_autoptr(MtlDesign) empty = mtl_design_new (_("Untitled"));

  self->settings = settings;
  self->store = store != NULL ? mtl_store_ref (store) : NULL;
  self->document = mtw_document_new (empty);
  self->session = mtw_session_new (self->document, store, GTK_WIDGET (self));
  self->file = basin_file_new (self->document);
  self->journal = basin_journal_new (self->document);

  add_canvas (self);
  self->feed = basin_feed_new (self->document, self->session, self->canvas);
  connect_document (self);
  basin_window_add_panes (self);
  basin_window_add_actions (self);
  basin_window_connect_file (self);
  basin_window_connect_run (self);
  basin_window_take_settings (self);

  gtk_window_set_default_size (GTK_WINDOW (self), basin_settings_int (settings, "window-width"),
                               basin_settings_int (settings, "window-height"));
  if (basin_settings_flag (settings, "maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  self->width = basin_settings_int (settings, "window-width");
  basin_window_fit_now (self);
  basin_window_update_strip (self);

  return self;
}
