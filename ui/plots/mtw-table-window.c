/* mtw-table-window.c — the figures of a plot, to be read or read out
 *
 * The list holds empty strings, one for each row: a cell finds its figure in
 * the table by its place.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-table-window.h"

#include <math.h>

#include "mtw-number.h"

#define DIGITS 4

struct _MtwTableWindow
{
  AdwWindow      parent_instance;

  MtwTable      *table;
  GtkColumnView *view;
};

G_DEFINE_FINAL_TYPE (MtwTableWindow, mtw_table_window, ADW_TYPE_WINDOW)

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_list_item_set_child (item, label);
}

/* Steps and epochs are counted; the rest has four digits. */
static char *
show_figure (double value)
{
  if (isnan (value))
    return g_strdup ("");
  if (value == floor (value))
    return mtw_number_fixed (value, 0);

  return mtw_number (value, DIGITS);
}

static void
bind_cb (MtwTableWindow           *self,
         GtkListItem              *item,
         GtkSignalListItemFactory *factory)
{
  guint column = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "column"));
  g_autofree char *text = show_figure (mtw_table_value (self->table,
                                                        gtk_list_item_get_position (item),
                                                        column));

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

static void
add_column (MtwTableWindow *self,
            guint           column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr(GtkColumnViewColumn) view_column = NULL;

  g_object_set_data (G_OBJECT (factory), "column", GUINT_TO_POINTER (column));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  view_column = gtk_column_view_column_new (mtw_table_title (self->table, column), factory);
  gtk_column_view_column_set_expand (view_column, TRUE);
  gtk_column_view_append_column (self->view, view_column);
}

static void
mtw_table_window_finalize (GObject *object)
{
  MtwTableWindow *self = MTW_TABLE_WINDOW (object);

  g_clear_pointer (&self->table, mtw_table_free);

  G_OBJECT_CLASS (mtw_table_window_parent_class)->finalize (object);
}

static void
mtw_table_window_class_init (MtwTableWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mtw_table_window_finalize;

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/basin_studio/Basin/plots/mtw-table-window.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwTableWindow, view);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
mtw_table_window_init (MtwTableWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mtw_table_window_new (const char *title,
                      MtwTable   *table)
{
  MtwTableWindow *self = g_object_new (MTW_TYPE_TABLE_WINDOW, "title", title, NULL);
  gsize n = mtw_table_n_rows (table);
  g_auto(GStrv) rows = g_new0 (char *, n + 1);
  g_autoptr(GtkStringList) list = NULL;

  self->table = table;
  for (guint c = 0; c < mtw_table_n_columns (table); c++)
    add_column (self, c);
  for (gsize r = 0; r < n; r++)
    rows[r] = g_strdup ("");
  list = gtk_string_list_new ((const char *const *) rows);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (
    gtk_no_selection_new (G_LIST_MODEL (g_steal_pointer (&list)))));

  return GTK_WIDGET (self);
}
