/* mtw-choice-menu.c — a popover to search and choose in
 *
 * What does not fit stays in its place, greyed and with its reason: a list
 * that changed with the block in hand could not be learned. The list view of GTK 4.8 knows
 * no sections: a heading is a row that cannot be chosen, there while something stands under it.
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

  char     *id, *icon, *title, *detail;   /* id NULL: a heading */
  char     *heading;                      /* that it stands under; NULL: none */
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
  g_free (self->heading);

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
  char              *heading;        /* of what is added next; NULL: none */
  char              *current;        /* id; NULL: none */
  GListStore        *choices;
  GtkCustomFilter   *filter;
  GListModel        *shown;
};

static guint chosen_signal;

G_DEFINE_FINAL_TYPE (MtwChoiceMenu, mtw_choice_menu, GTK_TYPE_POPOVER)

static gboolean
choice_matches (MtwChoice  *choice,
                const char *key)
{
  g_autofree char *title = g_utf8_casefold (choice->title, -1);

  return strstr (title, key) != NULL || strstr (choice->id, key) != NULL;
}

static gboolean
matches (gpointer item,
         gpointer data)
{
  MtwChoiceMenu *self = data;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autofree char *key = g_utf8_casefold (text, -1);

  if (MTW_CHOICE (item)->id != NULL)
    return choice_matches (item, key);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->choices)); i++)
    {
      g_autoptr(MtwChoice) choice = g_list_model_get_item (G_LIST_MODEL (self->choices), i);

      if (choice->id != NULL && g_strcmp0 (choice->heading, MTW_CHOICE (item)->title) == 0
          && choice_matches (choice, key))
        return TRUE;
    }

  return FALSE;
}

/* The one that Enter takes is shown as selected: the current one while nothing is searched. */
static void
select_first (MtwChoiceMenu *self)
{
  GtkSingleSelection *selection = GTK_SINGLE_SELECTION (gtk_list_view_get_model (self->list));
  gboolean searched = *gtk_editable_get_text (GTK_EDITABLE (self->search)) != '\0';
  guint first = GTK_INVALID_LIST_POSITION;

  for (guint i = g_list_model_get_n_items (self->shown); i-- > 0;)
    {
      g_autoptr(MtwChoice) choice = g_list_model_get_item (self->shown, i);

      if (choice->fits)
        first = i;
      if (!searched && self->current != NULL && g_strcmp0 (choice->id, self->current) == 0)
        break;
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

/* Once the list has its height, which it has not while it is being shown. */
static gboolean
scroll_cb (GtkWidget     *widget,
           GdkFrameClock *clock,
           gpointer       data)
{
  MtwChoiceMenu *self = MTW_CHOICE_MENU (widget);
  GtkSelectionModel *selection = gtk_list_view_get_model (self->list);
  guint selected = gtk_single_selection_get_selected (GTK_SINGLE_SELECTION (selection));

  if (gtk_widget_get_height (GTK_WIDGET (self->list)) == 0)
    return G_SOURCE_CONTINUE;
  if (selected != GTK_INVALID_LIST_POSITION)
    gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", selected);

  return G_SOURCE_REMOVE;
}

/* A search begins anew each time. */
static void
shown_cb (MtwChoiceMenu *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  searched_cb (self);
  gtk_widget_add_tick_callback (GTK_WIDGET (self), scroll_cb, NULL, NULL);
}

static gboolean
pressed_cb (MtwChoiceMenu *self,
            guint          key)
{
  return key == GDK_KEY_Down
         && gtk_widget_child_focus (GTK_WIDGET (self->list), GTK_DIR_TAB_FORWARD);
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

/* The row that takes the focus is the list's own, around @row. */
static void
name_row (GtkWidget *row,
          MtwChoice *choice)
{
  GtkWidget *outer = gtk_widget_get_parent (row);

  if (outer != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (outer), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    choice->title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    choice->detail != NULL ? choice->detail : "", -1);
}

static void
bind_cb (MtwChoiceMenu *self,
         GtkListItem   *item)
{
  MtwChoice *choice = gtk_list_item_get_item (item);
  GtkWidget *row = gtk_list_item_get_child (item);
  GtkWidget *icon = gtk_widget_get_first_child (row);
  GtkWidget *title = gtk_widget_get_first_child (gtk_widget_get_last_child (row));
  GtkWidget *detail = gtk_widget_get_next_sibling (title);
  gboolean current = choice->id != NULL && g_strcmp0 (choice->id, self->current) == 0;

  gtk_image_set_from_icon_name (GTK_IMAGE (icon), current ? "object-select-symbolic"
                                                          : choice->icon);
  gtk_widget_set_visible (icon, choice->id != NULL);
  gtk_label_set_label (GTK_LABEL (title), choice->title);
  gtk_label_set_label (GTK_LABEL (detail), choice->detail != NULL ? choice->detail : "");
  gtk_widget_set_visible (detail, choice->detail != NULL);
  gtk_widget_set_tooltip_text (row, choice->detail);
  if (choice->fits || choice->id == NULL)
    gtk_widget_remove_css_class (row, "unfit");
  else
    gtk_widget_add_css_class (row, "unfit");
  if (choice->id == NULL)
    gtk_widget_add_css_class (row, "basin-choice-heading");
  else
    gtk_widget_remove_css_class (row, "basin-choice-heading");
  name_row (row, choice);
  gtk_list_item_set_activatable (item, choice->fits);
  gtk_list_item_set_selectable (item, choice->fits);
}

static void
mtw_choice_menu_finalize (GObject *object)
{
  MtwChoiceMenu *self = MTW_CHOICE_MENU (object);

  g_free (self->nothing_words);
  g_free (self->heading);
  g_free (self->current);
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
  gtk_widget_class_bind_template_callback (widget_class, shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
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
  g_signal_connect_swapped (factory, "bind", G_CALLBACK (bind_cb), self);
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
mtw_choice_menu_add_heading (MtwChoiceMenu *self,
                             const char    *title)
{
  g_autoptr(MtwChoice) heading = g_object_new (MTW_TYPE_CHOICE, NULL);

  g_return_if_fail (MTW_IS_CHOICE_MENU (self));

  heading->title = g_strdup (title);
  g_free (self->heading);
  self->heading = g_strdup (title);
  g_list_store_append (self->choices, heading);
}

void
mtw_choice_menu_set_current (MtwChoiceMenu *self,
                             const char    *id)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  GListModel *model = G_LIST_MODEL (self->choices);

  g_return_if_fail (MTW_IS_CHOICE_MENU (self));

  if (g_strcmp0 (id, self->current) == 0)
    return;

  g_free (self->current);
  self->current = g_strdup (id);
  /* Rows are bound anew, with the mark at another one. */
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (items, g_list_model_get_item (model, i));
  g_list_store_splice (self->choices, 0, items->len, items->pdata, items->len);
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
  choice->heading = g_strdup (self->heading);
  choice->icon = g_strdup (icon);
  choice->title = g_strdup (title);
  choice->detail = g_strdup (detail);
  choice->fits = fits;
  g_list_store_append (self->choices, choice);
}

guint
mtw_choice_menu_n_choices (MtwChoiceMenu *self)
{
  guint n = 0;

  g_return_val_if_fail (MTW_IS_CHOICE_MENU (self), 0);

  for (guint i = 0; i < g_list_model_get_n_items (self->shown); i++)
    {
      g_autoptr(MtwChoice) choice = g_list_model_get_item (self->shown, i);

      n += choice->id != NULL;
    }

  return n;
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
