/* basin-application.c — windows, files from outside, what they all share
 *
 * The store and the journals are read on a worker thread when the program
 * starts; windows are made when they are there. What is asked for before
 * waits: a path to open, or the name of a starter design.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-application.h"

#include <glib/gi18n.h>

#include "basin-preferences.h"
#include "mtw-work.h"

struct _BasinApplication
{
  AdwApplication  parent_instance;

  BasinSettings  *settings;
  MtlStore       *store;        /* NULL: not open yet, or it cannot be used */
  char           *trouble;      /* why there is no store */
  GPtrArray      *orphans;      /* not offered yet */
  gboolean        ready;
  GPtrArray      *waiting;      /* GFile, or NULL for a plain start */
  char           *template;     /* --template */
};

G_DEFINE_FINAL_TYPE (BasinApplication, basin_application, ADW_TYPE_APPLICATION)

BasinWindow *
basin_application_add_window (BasinApplication *self)
{
  BasinWindow *window;

  g_return_val_if_fail (BASIN_IS_APPLICATION (self), NULL);

  window = basin_window_new (ADW_APPLICATION (self), self->settings, self->store);
  if (self->trouble != NULL)
    basin_window_say (window, self->trouble);
  /* One for each window, so that each can be restored into its own. */
  if (self->orphans != NULL && self->orphans->len > 0)
    basin_window_offer (window, g_ptr_array_steal_index (self->orphans, 0));

  return window;
}

static BasinWindow *
find_window (BasinApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window != NULL && BASIN_IS_WINDOW (window)
      && basin_window_is_pristine (BASIN_WINDOW (window)))
    return BASIN_WINDOW (window);

  return basin_application_add_window (self);
}

static void
show (BasinApplication *self,
      GFile            *file)
{
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (self));
  g_autofree char *template = g_steal_pointer (&self->template);
  BasinWindow *window;

  if (file == NULL && template == NULL && active != NULL)
    {
      gtk_window_present (active);
      return;
    }

  window = find_window (self);
  if (file != NULL)
    basin_window_open_file (window, file);
  else if (template != NULL)
    basin_window_open_template (window, template);
  gtk_window_present (GTK_WINDOW (window));
}

/* --- the start --- */

typedef struct
{
  MtlStore  *store;
  char      *trouble;
  GPtrArray *orphans;
} Start;

static void
start_free (gpointer data)
{
  Start *start = data;

  g_clear_pointer (&start->store, mtl_store_unref);
  g_clear_pointer (&start->orphans, g_ptr_array_unref);
  g_free (start->trouble);
  g_free (start);
}

static void
start_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancel)
{
  Start *start = g_new0 (Start, 1);
  g_autoptr(GError) error = NULL;

  start->store = mtl_store_open (NULL, &error);
  if (start->store == NULL)
    start->trouble = g_strdup_printf (_("Runs are not recorded: %s"), error->message);
  start->orphans = basin_orphan_find ();
  g_task_return_pointer (task, start, start_free);
}

static void
started_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  BasinApplication *self = BASIN_APPLICATION (object);
  Start *start = g_task_propagate_pointer (G_TASK (result), NULL);

  self->store = g_steal_pointer (&start->store);
  self->trouble = g_steal_pointer (&start->trouble);
  self->orphans = g_steal_pointer (&start->orphans);
  start_free (start);

  self->ready = TRUE;
  for (guint i = 0; i < self->waiting->len; i++)
    show (self, self->waiting->pdata[i]);
  g_ptr_array_set_size (self->waiting, 0);
  g_application_release (G_APPLICATION (self));
}

static void
free_file (gpointer file)
{
  if (file != NULL)
    g_object_unref (file);
}

static void
ask_for (BasinApplication *self,
         GFile            *file)
{
  if (self->ready)
    show (self, file);
  else
    g_ptr_array_add (self->waiting, file != NULL ? g_object_ref (file) : NULL);
}

static void
basin_application_activate (GApplication *application)
{
  ask_for (BASIN_APPLICATION (application), NULL);
}

static void
basin_application_open (GApplication  *application,
                        GFile        **files,
                        int            n_files,
                        const char    *hint)
{
  for (int i = 0; i < n_files; i++)
    ask_for (BASIN_APPLICATION (application), files[i]);
}

static int
basin_application_handle_local_options (GApplication *application,
                                        GVariantDict *options)
{
  BasinApplication *self = BASIN_APPLICATION (application);
  g_autoptr(GError) error = NULL;

  if (g_variant_dict_contains (options, "version"))
    {
      g_print ("basin %s\n", VERSION);
      return 0;
    }
  if (!g_variant_dict_lookup (options, "template", "s", &self->template))
    return -1;

  if (mtl_template_title (self->template) == NULL)
    {
      g_autoptr(MtlDesign) none = mtl_template_design (self->template, &error);

      g_printerr ("basin: %s\n", error->message);
      return 2;
    }
  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("basin: %s\n", error->message);
      return 3;
    }
  if (!g_application_get_is_remote (application))
    return -1;

  g_action_group_activate_action (G_ACTION_GROUP (application), "template",
                                  g_variant_new_string (self->template));
  /* This process ends at once, and the words with it if they are still queued. */
  g_dbus_connection_flush_sync (g_application_get_dbus_connection (application), NULL, NULL);
  return 0;
}

/* --- actions --- */

static void
template_cb (GSimpleAction *action,
             GVariant      *parameter,
             gpointer       data)
{
  BasinApplication *self = data;

  g_free (self->template);
  self->template = g_variant_dup_string (parameter, NULL);
  ask_for (self, NULL);
}

static void
new_window_cb (GSimpleAction *action,
               GVariant      *parameter,
               gpointer       data)
{
  if (BASIN_APPLICATION (data)->ready)
    gtk_window_present (GTK_WINDOW (basin_application_add_window (data)));
}

/* Each window asks its own questions; one that stays keeps the program. */
static void
quit_cb (GSimpleAction *action,
         GVariant      *parameter,
         gpointer       data)
{
  g_autoptr(GList) windows = g_list_copy (gtk_application_get_windows (data));

  for (GList *l = windows; l != NULL; l = l->next)
    if (BASIN_IS_WINDOW (l->data))
      gtk_window_close (l->data);
}

static void
preferences_cb (GSimpleAction *action,
                GVariant      *parameter,
                gpointer       data)
{
  BasinApplication *self = data;

  basin_preferences_show (GTK_APPLICATION (self), self->settings);
}

static void
about_cb (GSimpleAction *action,
          GVariant      *parameter,
          gpointer       data)
{
  adw_show_about_window (gtk_application_get_active_window (data),
                         "application-name", "Basin",
                         "application-icon", "io.github.basin_studio.Basin",
                         "version", VERSION,
                         "comments", _("Draws multi-task networks, trains them, and shows where "
                                       "their tasks fight."),
                         "developer-name", _("The Basin Contributors"),
                         "license-type", GTK_LICENSE_APACHE_2_0,
                         NULL);
}

static void
add_keys (GtkApplication *app)
{
  static const struct { const char *action; const char *keys[3]; } accels[] = {
    { "win.new", { "<Control>n" } },
    { "win.open", { "<Control>o" } },
    { "win.save", { "<Control>s" } },
    { "win.save-as", { "<Control><Shift>s" } },
    { "win.close", { "<Control>w" } },
    { "app.quit", { "<Control>q" } },
    { "win.undo", { "<Control>z" } },
    { "win.redo", { "<Control><Shift>z", "<Control>y" } },
    { "win.tidy-up", { "<Control>l" } },
    { "win.train", { "<Control>r" } },
    { "win.page::studio", { "<Alt>1" } },
    { "win.page::runs", { "<Alt>2" } },
    { "win.next-problem", { "F8" } },
    { "win.fix-problem", { "<Control>period" } },
    { "win.palette", { "F9" } },
    { "win.inspector", { "<Shift>F9" } },
    { "win.observatory", { "<Control>F9" } },
    { "win.maximise", { "<Shift>F11" } },
    { "win.find", { "<Control>f", "<Control>k" } },
    { "win.outline", { "<Control><Shift>o" } },
    { "win.full-screen", { "F11" } },
    { "app.preferences", { "<Control>comma" } },
    { "win.show-help-overlay", { "<Control>question", "F1" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (app, accels[i].action,
                                           (const char *[]) { accels[i].keys[0],
                                                              accels[i].keys[1], NULL });
}

static void
basin_application_startup (GApplication *application)
{
  BasinApplication *self = BASIN_APPLICATION (application);
  static const GActionEntry entries[] = {
    { .name = "template", .activate = template_cb, .parameter_type = "s" },
    { .name = "new-window", .activate = new_window_cb },
    { .name = "quit", .activate = quit_cb },
    { .name = "preferences", .activate = preferences_cb },
    { .name = "about", .activate = about_cb },
  };
  g_autoptr(GTask) task = NULL;

  G_APPLICATION_CLASS (basin_application_parent_class)->startup (application);

  gtk_window_set_default_icon_name ("io.github.basin_studio.Basin");
  self->settings = basin_settings_new ();
  basin_preferences_apply (self->settings);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  add_keys (GTK_APPLICATION (self));

  g_application_hold (application);
  task = mtw_work_new (self, started_cb, NULL);
  g_task_run_in_thread (task, start_thread);
}

static void
basin_application_finalize (GObject *object)
{
  BasinApplication *self = BASIN_APPLICATION (object);

  g_clear_pointer (&self->waiting, g_ptr_array_unref);
  g_clear_pointer (&self->orphans, g_ptr_array_unref);
  g_clear_pointer (&self->store, mtl_store_unref);
  g_clear_pointer (&self->settings, basin_settings_free);
  g_clear_pointer (&self->trouble, g_free);
  g_clear_pointer (&self->template, g_free);

  G_OBJECT_CLASS (basin_application_parent_class)->finalize (object);
}

static void
basin_application_class_init (BasinApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = basin_application_finalize;
  application_class->startup = basin_application_startup;
  application_class->activate = basin_application_activate;
  application_class->open = basin_application_open;
  application_class->handle_local_options = basin_application_handle_local_options;
}

static void
basin_application_init (BasinApplication *self)
{
  static const GOptionEntry options[] = {
    { .long_name = "version", .arg = G_OPTION_ARG_NONE,
      .description = N_("Print the version and exit") },
    { .long_name = "template", .arg = G_OPTION_ARG_STRING,
      .description = N_("Begin with a starter design"), .arg_description = N_("NAME") },
    { .long_name = NULL }
  };

  self->waiting = g_ptr_array_new_with_free_func (free_file);
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_parameter_string (G_APPLICATION (self), _("[FILE…]"));
  g_application_set_option_context_summary (G_APPLICATION (self),
                                            _("Draws, trains and looks into multi-task networks."));
}

BasinApplication *
basin_application_new (void)
{
  return g_object_new (BASIN_TYPE_APPLICATION,
                       "application-id", "io.github.basin_studio.Basin",
                       "flags", G_APPLICATION_HANDLES_OPEN,
                       NULL);
}
