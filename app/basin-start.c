/* basin-start.c — the page before a design is open: starters, recent files
 *
 * Everything on it is a button with an action of the window.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-start.h"

#include <glib/gi18n.h>
#include <string.h>

#include "basin-thumbnail.h"

#define SUFFIX   ".basin"
#define N_RECENT 3
#define FIRST    "two-digits"   /* needs no files: gets the focus */

struct _BasinStart
{
  AdwBin      parent_instance;

  GtkFlowBox *cards;
  GtkWidget  *recent_group;
  GtkBox     *recent;
  GtkWidget  *first;
};

G_DEFINE_FINAL_TYPE (BasinStart, basin_start, ADW_TYPE_BIN)

static GtkWidget *
make_words (const char *id)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *title = gtk_label_new (_(mtl_template_title (id)));
  GtkWidget *summary = gtk_label_new (_(mtl_template_summary (id)));

  gtk_widget_add_css_class (title, "heading");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (head), title);
  if (g_str_equal (id, FIRST))
    {
      GtkWidget *badge = gtk_label_new (_("No files needed"));

      gtk_widget_add_css_class (badge, "basin-badge");
      gtk_box_append (GTK_BOX (head), badge);
    }

  gtk_widget_add_css_class (summary, "caption");
  gtk_widget_add_css_class (summary, "basin-secondary");
  gtk_label_set_xalign (GTK_LABEL (summary), 0);
  gtk_label_set_yalign (GTK_LABEL (summary), 0);
  gtk_label_set_wrap (GTK_LABEL (summary), TRUE);
  gtk_label_set_lines (GTK_LABEL (summary), 2);
  gtk_label_set_width_chars (GTK_LABEL (summary), 24);
  gtk_label_set_max_width_chars (GTK_LABEL (summary), 30);
  gtk_widget_add_css_class (box, "basin-starter-words");
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), summary);

  return box;
}

static GtkWidget *
make_card (const char *id)
{
  g_autoptr(MtlDesign) design = mtl_template_design (id, NULL);
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  if (design != NULL)
    gtk_box_append (GTK_BOX (box), basin_thumbnail_new (design));
  gtk_box_append (GTK_BOX (box), make_words (id));
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "card");
  gtk_widget_add_css_class (button, "activatable");
  gtk_widget_add_css_class (button, "basin-starter");
  gtk_widget_set_size_request (button, 280, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.template");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", id);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _(mtl_template_title (id)),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _(mtl_template_summary (id)), -1);

  return button;
}

static char *
when (GtkRecentInfo *info)
{
  g_autoptr(GDateTime) then = g_date_time_new_from_unix_local
    (g_date_time_to_unix (gtk_recent_info_get_modified (info)));
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  int days = g_date_time_get_year (now) * 366 + g_date_time_get_day_of_year (now)
             - g_date_time_get_year (then) * 366 - g_date_time_get_day_of_year (then);

  if (days <= 0)
    return g_strdup (_("today"));
  if (days == 1)
    return g_strdup (_("yesterday"));
  /* Translators: day of the week, and day and month. */
  return g_date_time_format (then, days < 7 ? "%A" : _("%-d %B"));
}

static GtkWidget *
make_recent (GtkRecentInfo *info)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *title, *date;
  g_autofree char *name = g_strdup (gtk_recent_info_get_display_name (info));
  g_autofree char *time = when (info);

  if (g_str_has_suffix (name, SUFFIX))
    name[strlen (name) - strlen (SUFFIX)] = '\0';
  title = gtk_label_new (name);
  date = gtk_label_new (time);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (title), 20);
  gtk_widget_add_css_class (date, "caption");
  gtk_widget_add_css_class (date, "basin-secondary");
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("basin-studio-symbolic"));
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), date);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.open-uri");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", gtk_recent_info_get_uri (info));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);

  return button;
}

static void
fill_recent (BasinStart *self)
{
  g_autolist(GtkRecentInfo) items =
    gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  GtkWidget *child;
  guint n = 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->recent))) != NULL)
    gtk_box_remove (self->recent, child);
  for (GList *l = items; l != NULL && n < N_RECENT; l = l->next)
    if (g_str_has_suffix (gtk_recent_info_get_uri (l->data), SUFFIX))
      {
        gtk_box_append (self->recent, make_recent (l->data));
        n++;
      }
  gtk_widget_set_visible (self->recent_group, n > 0);
}

static void
basin_start_map (GtkWidget *widget)
{
  BasinStart *self = BASIN_START (widget);

  GTK_WIDGET_CLASS (basin_start_parent_class)->map (widget);
  fill_recent (self);
  if (self->first == NULL)
    return;

  gtk_widget_grab_focus (self->first);
  gtk_window_set_focus_visible (GTK_WINDOW (gtk_widget_get_root (widget)), TRUE);
}

static void
basin_start_class_init (BasinStartClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->map = basin_start_map;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/basin_studio/Basin/basin-start.ui");
  gtk_widget_class_bind_template_child (widget_class, BasinStart, cards);
  gtk_widget_class_bind_template_child (widget_class, BasinStart, recent_group);
  gtk_widget_class_bind_template_child (widget_class, BasinStart, recent);
}

static void
basin_start_init (BasinStart *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  for (const char *const *id = mtl_template_list (); *id != NULL; id++)
    {
      GtkWidget *card = make_card (*id);
      GtkWidget *child = gtk_flow_box_child_new ();

      gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), card);
      /* The button has the focus, not the cell around it. */
      gtk_widget_set_focusable (child, FALSE);
      gtk_flow_box_insert (self->cards, child, -1);
      if (g_str_equal (*id, FIRST))
        self->first = card;
    }
}
