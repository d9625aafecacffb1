/* mtw-choice-menu.c — a popover to search and choose in
 *
 * What does not fit stays in its place, greyed and with its reason: a list
 * that changed with the block in hand could not be learned.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-choice-menu.h"

#include <glib/gi18n-lib.h>

#define MTW_TYPE_CHOICE (mtw_choice_get_type ())

G_DECLARE_FINAL_TYPE (MtwChoice, mtw_choice, MTW, CHOICE, GObject)

struct _MtwChoice
{
  GObject   parent_instance;

  char     *id, *icon, *title, *detail;
  gboolean  fits;
};

G_DEFINE_FINAL_TYPE (MtwChoice, mtw_choice, G_TYPE_OBJECT)

static void
mtw_choice_finalize (GObject *object)
{
  MtwChoice *self = MTW_CHOICE (object);

  g_free (self->id);
  g_free (self->icon);
  g_free (self->title);
  g_free (self->detail);

  G_OBJECT_CLASS (mtw_choice_parent_class)->finalize (object);
}

static void
mtw_choice_class_init (MtwChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mtw_choice_finalize;
}

static void
mtw_choice_init (MtwChoice *self)
{
}

struct _MtwChoiceMenu
{
  GtkPopover         parent_instance;

  GtkSearchEntry    *search;
  GtkLabel          *nothing;
  GtkListView       *list;

  char              *nothing_words;
  GListStore        *choices;
  GtkCustomFilter   *filter;
  GListModel        *shown;
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (MtwChoiceMenu, mtw_choice_menu, GTK_TYPE_POPOVER)

static gboolean
matches (gpointer item,
         gpointer data)
{
  MtwChoiceMenu *self = data;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autofree char *key = g_utf8_casefold (text, -1);
  g_autofree char *title = g_utf8_casefold (MTW_CHOICE (item)->title, -1);

  return strstr (title, key) != NULL || strstr (MTW_CHOICE (item)->id, key) != NULL;
}

/* The one that Enter takes is shown as selected. */
static void
select_first (MtwChoiceMenu *self)
{
  GtkSingleSelection *selection = GTK_SINGLE_SELECTION (gtk_list_view_get_model (self->list));
  guint first = GTK_INVALID_LIST_POSITION;

  for (guint i = g_list_model_get_n_items (self->shown); i-- > 0;)
    {
      g_autoptr(MtwChoice) choice = g_list_model_get_item (self->shown, i);

      if (choice->fits)
        first = i;
    }
  gtk_single_selection_set_selected (selection, first);
}

static void
searched_cb (MtwChoiceMenu *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_auto(GStrv) halves = g_strsplit (self->nothing_words, "%s", 2);
  g_autofree char *words = g_strjoinv (text, halves);

  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  select_first (self);
  gtk_label_set_label (self->nothing, words);
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), g_list_model_get_n_items (self->shown) == 0);
}

static gboolean
choose (MtwChoiceMenu *self,
        guint          position)
{
  g_autoptr(MtwChoice) choice = g_list_model_get_item (self->shown, position);

  if (choice == NULL || !choice->fits)
    return FALSE;

  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, chosen_signal, 0, choice->id);
  return TRUE;
}

static void
entered_cb (MtwChoiceMenu *self)
{
  /* The entry tells late of what was typed: Enter must not take what stood there before. */
  searched_cb (self);
  if (!mtw_choice_menu_choose_first (self))
    gtk_widget_error_bell (GTK_WIDGET (self));
}

static void
stopped_cb (MtwChoiceMenu *self)
{
  gtk_popover_popdown (GTK_POPOVER (self));
}

static void
activated_cb (MtwChoiceMenu *self,
              guint          position)
{
  choose (self, position);
}

static GtkWidget *
add_line (GtkWidget  *box,
          const char *class_name)
{
  GtkWidget *line = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (line), 0);
  gtk_label_set_ellipsize (GTK_LABEL (line), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (line, class_name);
  gtk_box_append (GTK_BOX (box), line);
  return line;
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_margin_top (row, 3);
  gtk_widget_set_margin_bottom (row, 3);
  gtk_box_append (GTK_BOX (row), gtk_image_new ());
  gtk_box_append (GTK_BOX (row), lines);
  add_line (lines, "heading");
  add_line (lines, "caption");
  gtk_list_item_set_child (item, row);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  MtwChoice *choice = gtk_list_item_get_item (item);
  GtkWidget *row = gtk_list_item_get_child (item);
  GtkWidget *icon = gtk_widget_get_first_child (row);
  GtkWidget *title = gtk_widget_get_first_child (gtk_widget_get_last_child (row));
  GtkWidget *detail = gtk_widget_get_next_sibling (title);

  gtk_image_set_from_icon_name (GTK_IMAGE (icon), choice->icon);
  gtk_label_set_label (GTK_LABEL (title), choice->title);
  gtk_label_set_label (GTK_LABEL (detail), choice->detail != NULL ? choice->detail : "");
  gtk_widget_set_visible (detail, choice->detail != NULL);
  if (choice->fits)
    gtk_widget_remove_css_class (row, "unfit");
  else
    gtk_widget_add_css_class (row, "unfit");
  gtk_list_item_set_activatable (item, choice->fits);
  gtk_list_item_set_selectable (item, choice->fits);
}

static void
mtw_choice_menu_finalize (GObject *object)
{
  MtwChoiceMenu *self = MTW_CHOICE_MENU (object);

  g_free (self->nothing_words);
  g_object_unref (self->choices);
  g_object_unref (self->shown);

  G_OBJECT_CLASS (mtw_choice_menu_parent_class)->finalize (object);
}

static void
mtw_choice_menu_class_init (MtwChoiceMenuClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mtw_choice_menu_finalize;

  chosen_signal = g_signal_new ("chosen", MTW_TYPE_CHOICE_MENU, G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/canvas/mtw-choice-menu.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwChoiceMenu, search);
  gtk_widget_class_bind_template_child (widget_class, MtwChoiceMenu, nothing);
  gtk_widget_class_bind_template_child (widget_class, MtwChoiceMenu, list);
  gtk_widget_class_bind_template_callback (widget_class, searched_cb);
  gtk_widget_class_bind_template_callback (widget_class, entered_cb);
  gtk_widget_class_bind_template_callback (widget_class, stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
}

static void
mtw_choice_menu_init (MtwChoiceMenu *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSingleSelection *selection;

  gtk_widget_init_template (GTK_WIDGET (self));

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);

  self->choices = g_list_store_new (MTW_TYPE_CHOICE);
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  self->shown = G_LIST_MODEL (gtk_filter_list_model_new (
    g_object_ref (G_LIST_MODEL (self->choices)), GTK_FILTER (self->filter)));
  selection = gtk_single_selection_new (g_object_ref (self->shown));
  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
}

GtkWidget *
mtw_choice_menu_new (const char *placeholder,
                     const char *nothing)
{
  MtwChoiceMenu *self = g_object_new (MTW_TYPE_CHOICE_MENU, NULL);

  self->nothing_words = g_strdup (nothing);
  g_object_set (self->search, "placeholder-text", placeholder, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  placeholder, -1);
  return GTK_WIDGET (self);
}

void
mtw_choice_menu_add (MtwChoiceMenu *self,
                     const char    *id,
                     const char    *icon,
                     const char    *title,
                     const char    *detail,
                     gboolean       fits)
{
  g_autoptr(MtwChoice) choice = g_object_new (MTW_TYPE_CHOICE, NULL);

  g_return_if_fail (MTW_IS_CHOICE_MENU (self));

  choice->id = g_strdup (id);
  choice->icon = g_strdup (icon);
  choice->title = g_strdup (title);
  choice->detail = g_strdup (detail);
  choice->fits = fits;
  g_list_store_append (self->choices, choice);
}

guint
mtw_choice_menu_n_choices (MtwChoiceMenu *self)
{
  g_return_val_if_fail (MTW_IS_CHOICE_MENU (self), 0);

  return g_list_model_get_n_items (self->shown);
}

void
mtw_choice_menu_search (MtwChoiceMenu *self,
                        const char    *text)
{
  g_return_if_fail (MTW_IS_CHOICE_MENU (self));

  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  searched_cb (self);
}

/**
 * mtw_choice_menu_choose_first:
 *
 * Returns: FALSE when nothing that is shown fits
 */
gboolean
mtw_choice_menu_choose_first (MtwChoiceMenu *self)
{
  g_return_val_if_fail (MTW_IS_CHOICE_MENU (self), FALSE);

  for (guint i = 0; i < g_list_model_get_n_items (self->shown); i++)
    if (choose (self, i))
      return TRUE;

  return FALSE;
}
