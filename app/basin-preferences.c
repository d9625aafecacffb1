/* basin-preferences.c — the few things of taste
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-preferences.h"

#include <glib/gi18n.h>

#include "basin-window.h"

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
letters_cb (GtkSwitch     *toggle,
            GParamSpec    *pspec,
            BasinSettings *settings)
{
  GtkApplication *app = GTK_APPLICATION (g_application_get_default ());

  basin_settings_set_flag (settings, "letter-keys", gtk_switch_get_active (toggle));
  for (GList *l = gtk_application_get_windows (app); l != NULL; l = l->next)
    if (BASIN_IS_WINDOW (l->data))
      basin_window_take_settings (l->data);
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
make_letters_row (BasinSettings *settings)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *toggle = gtk_switch_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _("Single-letter keys"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _("L connects, Shift+A adds a block"));
  gtk_switch_set_active (GTK_SWITCH (toggle), basin_settings_flag (settings, "letter-keys"));
  gtk_widget_set_valign (toggle, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Single-letter keys"), -1);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  g_signal_connect (toggle, "notify::active", G_CALLBACK (letters_cb), settings);

  return row;
}

void
basin_preferences_show (GtkApplication *app,
                        BasinSettings  *settings)
{
  GtkWidget *window = adw_preferences_window_new ();
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());
  AdwPreferencesGroup *look = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  AdwPreferencesGroup *canvas = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());

  adw_preferences_group_set_title (look, _("Look"));
  adw_preferences_group_add (look, make_scheme_row (settings));
  adw_preferences_group_set_title (canvas, _("Canvas"));
  adw_preferences_group_add (canvas, make_letters_row (settings));
  adw_preferences_page_add (page, look);
  adw_preferences_page_add (page, canvas);
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), page);
  adw_preferences_window_set_search_enabled (ADW_PREFERENCES_WINDOW (window), FALSE);

  gtk_window_set_transient_for (GTK_WINDOW (window), gtk_application_get_active_window (app));
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}
