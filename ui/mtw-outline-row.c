/* mtw-outline-row.c — the widgets of a row of the outline
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-outline-row.h"

#include "mtw-colours.h"
#include "mtw-outline-node.h"

static GtkWidget *
add_label (GtkWidget  *box,
           const char *class_name)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (class_name != NULL)
    gtk_widget_add_css_class (label, class_name);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

/* icon, (title over detail), end, problem */
static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  GtkWidget *expander = g_object_new (GTK_TYPE_TREE_EXPANDER, "accessible-role",
                                      GTK_ACCESSIBLE_ROLE_TREE_ITEM, NULL);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_box_append (GTK_BOX (row), gtk_image_new ());
  gtk_widget_set_margin_end (row, 12);
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_widget_set_valign (lines, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (row), lines);
  add_label (lines, "heading");
  gtk_widget_add_css_class (add_label (lines, "caption"), "basin-secondary");
  gtk_widget_add_css_class (add_label (row, "numeric"), "basin-secondary");
  gtk_box_append (GTK_BOX (row), gtk_image_new ());
  gtk_tree_expander_set_child (GTK_TREE_EXPANDER (expander), row);
  gtk_list_item_set_child (item, expander);
}

static void
colour_title (GtkWidget *title,
              int        task)
{
  for (int k = 0; k < MTW_N_TASK_COLOURS; k++)
    {
      g_autofree char *class_name = g_strdup_printf ("task-%d-text", k + 1);

      if (task >= 0 && task % MTW_N_TASK_COLOURS == k)
        gtk_widget_add_css_class (title, class_name);
      else
        gtk_widget_remove_css_class (title, class_name);
    }
}

static void
show_icon (GtkWidget  *image,
           const char *icon)
{
  gtk_widget_set_visible (image, icon != NULL);
  if (icon != NULL)
    gtk_image_set_from_icon_name (GTK_IMAGE (image), icon);
}

static void
show_node (MtwOutlineNode *node,
           GtkListItem    *item)
{
  const MtwOutlineWords *words = mtw_outline_node_get_words (node);
  GtkWidget *expander = gtk_list_item_get_child (item);
  GtkWidget *row = gtk_tree_expander_get_child (GTK_TREE_EXPANDER (expander));
  GtkWidget *icon = gtk_widget_get_first_child (row);
  GtkWidget *lines = gtk_widget_get_next_sibling (icon);
  GtkWidget *title = gtk_widget_get_first_child (lines);
  GtkWidget *detail = gtk_widget_get_next_sibling (title);
  GtkWidget *end = gtk_widget_get_next_sibling (lines);
  GtkWidget *problem = gtk_widget_get_next_sibling (end);

  show_icon (icon, words->icon);
  gtk_label_set_label (GTK_LABEL (title), words->title);
  colour_title (title, words->task);
  gtk_widget_set_visible (detail, words->detail != NULL);
  gtk_label_set_label (GTK_LABEL (detail), words->detail != NULL ? words->detail : "");
  gtk_label_set_label (GTK_LABEL (end), words->end != NULL ? words->end : "");
  show_icon (problem, words->problems == NULL ? NULL
                      : words->error ? "basin-problem-symbolic" : "basin-warning-symbolic");
  gtk_widget_remove_css_class (problem, words->error ? "warning" : "error");
  gtk_widget_add_css_class (problem, words->error ? "error" : "warning");
  gtk_widget_set_tooltip_text (expander, words->problems);

  /* The row that takes the focus is the list's own, around the expander. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (expander), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  words->spoken, -1);
  if (gtk_widget_get_parent (expander) != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (expander)),
                                    GTK_ACCESSIBLE_PROPERTY_LABEL, words->spoken, -1);
}

/* What a person opens or closes stays so when the row comes again. */
static void
expanded_cb (GtkTreeListRow *row,
             GParamSpec     *property,
             MtwOutlineNode *node)
{
  g_autoptr(GObject) item = gtk_tree_list_row_get_item (row);

  /* A row that leaves the tree is closed, and knows its node no longer. */
  if (item != NULL)
    mtw_outline_node_set_open (node, gtk_tree_list_row_get_expanded (row));
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  GtkTreeListRow *row = gtk_list_item_get_item (item);
  g_autoptr(MtwOutlineNode) node = gtk_tree_list_row_get_item (row);

  gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (gtk_list_item_get_child (item)), row);
  /* A row that has left the tree knows its node no longer, so it is kept here. */
  g_object_set_data_full (G_OBJECT (item), "node", g_object_ref (node), g_object_unref);
  g_signal_connect (row, "notify::expanded", G_CALLBACK (expanded_cb), node);
  g_signal_connect (node, "changed", G_CALLBACK (show_node), item);
  show_node (node, item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item)
{
  gtk_tree_expander_set_list_row (GTK_TREE_EXPANDER (gtk_list_item_get_child (item)), NULL);
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), expanded_cb,
                                        g_object_get_data (G_OBJECT (item), "node"));
  g_signal_handlers_disconnect_by_func (g_object_get_data (G_OBJECT (item), "node"), show_node,
                                        item);
  g_object_set_data (G_OBJECT (item), "node", NULL);
}

GtkListItemFactory *
mtw_outline_row_factory (void)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  return factory;
}
