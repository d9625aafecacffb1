/* basin-preferences.c — the few things of taste
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-preferences.h"

#include <glib/gi18n.h>

#include "basin-window.h"

#define MAX_THREADS 256   /* as in the schema */

static const struct
{
  const char     *word;
  const char     *title;
  AdwColorScheme  scheme;
} schemes[] = {
  { "default", N_("As the system"), ADW_COLOR_SCHEME_DEFAULT },
  { "light", N_("Light"), ADW_COLOR_SCHEME_FORCE_LIGHT },
  { "dark", N_("Dark"), ADW_COLOR_SCHEME_FORCE_DARK },
};

static guint
find_scheme (BasinSettings *settings)
{
  g_autofree char *word = basin_settings_text (settings, "colour-scheme");

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    if (g_str_equal (word, schemes[i].word))
      return i;

  return 0;
}

void
basin_preferences_apply (BasinSettings *settings)
{
  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      schemes[find_scheme (settings)].scheme);
}

static void
scheme_cb (AdwComboRow   *row,
           GParamSpec    *pspec,
           BasinSettings *settings)
{
  basin_settings_set_text (settings, "colour-scheme",
                           schemes[adw_combo_row_get_selected (row)].word);
  basin_preferences_apply (settings);
}

static void
tell_windows (void)
{
  GtkApplication *app = GTK_APPLICATION (g_application_get_default ());

  for (GList *l = gtk_application_get_windows (app); l != NULL; l = l->next)
    if (BASIN_IS_WINDOW (l->data))
      basin_window_take_settings (l->data);
}

static void
letters_cb (GtkSwitch     *toggle,
            GParamSpec    *pspec,
            BasinSettings *settings)
{
  basin_settings_set_flag (settings, "letter-keys", gtk_switch_get_active (toggle));
  tell_windows ();
}

static void
threads_cb (GtkSpinButton *spin,
            GParamSpec    *pspec,
            BasinSettings *settings)
{
  basin_settings_set_int (settings, "threads", gtk_spin_button_get_value_as_int (spin));
  tell_windows ();
}

static GtkWidget *
make_scheme_row (BasinSettings *settings)
{
  GtkWidget *row = adw_combo_row_new ();
  g_autoptr(GtkStringList) titles = gtk_string_list_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    gtk_string_list_append (titles, _(schemes[i].title));
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("Colours"));
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (titles));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), find_scheme (settings));
  g_signal_connect (row, "notify::selected", G_CALLBACK (scheme_cb), settings);

  return row;
}

static GtkWidget *
make_row (const char *title,
          const char *subtitle,
          GtkWidget  *control)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, subtitle, -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);

  return row;
}

static GtkWidget *
make_letters_row (BasinSettings *settings)
{
  GtkWidget *toggle = gtk_switch_new ();

  gtk_switch_set_active (GTK_SWITCH (toggle), basin_settings_flag (settings, "letter-keys"));
  g_signal_connect (toggle, "notify::active", G_CALLBACK (letters_cb), settings);

  return make_row (_("Single-letter keys"), _("L connects, Shift+A adds a block"), toggle);
}

static GtkWidget *
make_threads_row (BasinSettings *settings)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (0, MAX_THREADS, 1);

  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), basin_settings_int (settings, "threads"));
  g_signal_connect (spin, "notify::value", G_CALLBACK (threads_cb), settings);

  return make_row (_("Threads"), _("0 is one for each processor; no result depends on it"), spin);
}

/* A page's group with one row. */
static void
add_group (AdwPreferencesPage *page,
           const char         *title,
           GtkWidget          *row)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  adw_preferences_group_set_title (group, title);
  adw_preferences_group_add (group, row);
  adw_preferences_page_add (page, group);
}

void
basin_preferences_show (GtkApplication *app,
                        BasinSettings  *settings)
{
  GtkWidget *window = adw_preferences_window_new ();
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());

  add_group (page, _("Look"), make_scheme_row (settings));
  add_group (page, _("Canvas"), make_letters_row (settings));
  add_group (page, _("Training"), make_threads_row (settings));
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), page);
  adw_preferences_window_set_search_enabled (ADW_PREFERENCES_WINDOW (window), FALSE);

  gtk_window_set_transient_for (GTK_WINDOW (window), gtk_application_get_active_window (app));
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}
