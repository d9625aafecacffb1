/* mtw-outline.c — the design as a tree of trunk and heads: the editor without geometry
 *
 * Rows follow the survey, which says what belongs where; the selection of the
 * rows and that of the document follow each other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-outline-private.h"

#include <glib/gi18n-lib.h>

#include "mtw-outline-node.h"
#include "mtw-outline-row.h"
#include "mtw-outline-tree.h"
#include "mtw-path.h"

static guint activated_signal;

G_DEFINE_FINAL_TYPE (MtwOutline, mtw_outline, ADW_TYPE_BIN)

/* --- rows --- */

/* (transfer full) (nullable) */
static MtwOutlineNode *
dup_node (MtwOutline *self,
          guint       position)
{
  g_autoptr(GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->rows), position);

  return row != NULL ? gtk_tree_list_row_get_item (row) : NULL;
}

static gboolean
is_block (MtwOutlineNode *node)
{
  return mtw_outline_node_get_row (node) != MTW_ROW_HEADING;
}

static int
find_row (MtwOutline *self,
          const char *id)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(MtwOutlineNode) node = dup_node (self, i);

      if (is_block (node) && g_str_equal (mtw_outline_node_get_key (node), id))
        return i;
    }

  return -1;
}

/* Of what is in a group, the groups around it. */
static void
expand_around (MtwOutline *self,
               const char *id)
{
  g_autofree char *scope = mtw_path_scope (id);
  int row;

  if (scope == NULL)
    return;

  expand_around (self, scope);
  row = find_row (self, scope);
  if (row >= 0)
    {
      g_autoptr(GtkTreeListRow) around = g_list_model_get_item (G_LIST_MODEL (self->rows), row);
      g_autoptr(MtwOutlineNode) node = gtk_tree_list_row_get_item (around);

      mtw_outline_node_set_open (node, TRUE);
      gtk_tree_list_row_set_expanded (around, TRUE);
    }
}

/* A row that comes, or comes again, is closed, whatever its node was. */
static void
expand_open (MtwOutline *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->rows)); i++)
    {
      g_autoptr(GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->rows), i);
      g_autoptr(MtwOutlineNode) node = gtk_tree_list_row_get_item (row);

      if (mtw_outline_node_get_open (node))
        gtk_tree_list_row_set_expanded (row, TRUE);
    }
}

static GListModel *
list_children (gpointer item,
               gpointer data)
{
  GListStore *children = mtw_outline_node_get_children (item);

  return children != NULL ? g_object_ref (G_LIST_MODEL (children)) : NULL;
}

/* --- focus and selection --- */

/* The list makes widgets only for rows that are in view. */
static GtkWidget *
find_widget (MtwOutline *self,
             guint       position)
{
  for (GtkWidget *widget = gtk_widget_get_first_child (GTK_WIDGET (self->list)); widget != NULL;
       widget = gtk_widget_get_next_sibling (widget))
    {
      GtkWidget *expander = gtk_widget_get_first_child (widget);
      GtkTreeListRow *row = GTK_IS_TREE_EXPANDER (expander)
                            ? gtk_tree_expander_get_list_row (GTK_TREE_EXPANDER (expander)) : NULL;

      if (row != NULL && gtk_tree_list_row_get_position (row) == position)
        return widget;
    }

  return NULL;
}

static void
focus_row (MtwOutline *self,
           guint       position)
{
  GtkWidget *widget;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;

  gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", position);
  widget = find_widget (self, position);
  gtk_widget_grab_focus (widget != NULL ? widget : GTK_WIDGET (self->list));
}

void
mtw_outline_want_focus (MtwOutline *self,
                        const char *id)
{
  int row = -1;

  if (mtw_document_is_surveyed (self->document))
    {
      expand_around (self, id);
      row = find_row (self, id);
    }
  g_clear_pointer (&self->wanted, g_free);
  if (row >= 0)
    focus_row (self, row);
  else
    self->wanted = g_strdup (id);
}

/* From the document to the rows. */
static void
show_selection (MtwOutline *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rows));
  g_autoptr(GtkBitset) selected = gtk_bitset_new_empty ();
  g_autoptr(GtkBitset) all = gtk_bitset_new_range (0, n);

  if (self->syncing)
    return;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr(MtwOutlineNode) node = dup_node (self, i);

      if (is_block (node)
          && mtw_document_is_selected (self->document, mtw_outline_node_get_key (node)))
        gtk_bitset_add (selected, i);
    }

  self->syncing = TRUE;
  gtk_selection_model_set_selection (GTK_SELECTION_MODEL (self->selection), selected, all);
  self->syncing = FALSE;
  mtw_outline_update_actions (self);
}

/* From the rows to the document; a heading stands for no block. */
static void
selected_cb (MtwOutline *self)
{
  g_autoptr(GtkBitset) selected = NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) ids = NULL;

  if (self->syncing)
    return;

  selected = gtk_selection_model_get_selection (GTK_SELECTION_MODEL (self->selection));
  for (guint i = 0; i < gtk_bitset_get_size (selected); i++)
    {
      g_autoptr(MtwOutlineNode) node = dup_node (self, gtk_bitset_get_nth (selected, i));

      if (node != NULL && is_block (node))
        g_strv_builder_add (builder, mtw_outline_node_get_key (node));
    }

  ids = g_strv_builder_end (builder);
  self->syncing = TRUE;
  mtw_document_select (self->document, (const char *const *) ids);
  self->syncing = FALSE;
  mtw_outline_update_actions (self);
}

static void
reveal_cb (MtwOutline *self,
           const char *id)
{
  /* The canvas reveals too: who is seen takes the focus. */
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    mtw_outline_want_focus (self, id);
}

/* Only with a survey of the present design: a stale one would put blocks that
 * were renamed under the wrong heading, and the focus would be lost. */
static void
update (MtwOutline *self)
{
  g_autofree char *wanted = NULL;

  if (!mtw_document_is_surveyed (self->document))
    return;

  self->syncing = TRUE;
  mtw_outline_tree_update (self->headings, self->document);
  expand_open (self);
  self->syncing = FALSE;
  show_selection (self);

  wanted = g_steal_pointer (&self->wanted);
  if (wanted != NULL && mtl_design_find (mtw_document_get_design (self->document), wanted) != NULL)
    mtw_outline_want_focus (self, wanted);
}

static void
activated_cb (MtwOutline *self,
              guint       position)
{
  g_autoptr(GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (self->rows), position);
  g_autoptr(MtwOutlineNode) node = gtk_tree_list_row_get_item (row);

  if (is_block (node))
    g_signal_emit (self, activated_signal, 0, mtw_outline_node_get_key (node));
  else
    gtk_tree_list_row_set_expanded (row, !gtk_tree_list_row_get_expanded (row));
}

static void
pressed_cb (GtkGestureClick *gesture,
            int              n_press,
            double           x,
            double           y,
            MtwOutline      *self)
{
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle) { x, y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

/* --- the widget --- */

char *
mtw_outline_dup_block (MtwOutline *self)
{
  g_auto(GStrv) ids = mtw_document_dup_selection (self->document);

  return g_strv_length (ids) == 1 ? g_strdup (ids[0]) : NULL;
}

void
mtw_outline_refuse (MtwOutline *self,
                    const char *words)
{
  gtk_widget_set_visible (GTK_WIDGET (self->refusal), words != NULL);
  gtk_label_set_label (self->refusal, words != NULL ? words : "");
  if (words != NULL)
    mtw_document_announce (self->document, words);
}

static void
mtw_outline_dispose (GObject *object)
{
  MtwOutline *self = MTW_OUTLINE (object);

  g_cancellable_cancel (self->closed);
  g_clear_pointer (&self->choices, gtk_widget_unparent);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->rename_popover, gtk_widget_unparent);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_object (&self->document);

  G_OBJECT_CLASS (mtw_outline_parent_class)->dispose (object);
}

static void
mtw_outline_finalize (GObject *object)
{
  MtwOutline *self = MTW_OUTLINE (object);

  g_clear_object (&self->headings);
  g_clear_object (&self->rows);
  g_clear_object (&self->selection);
  g_object_unref (self->closed);
  g_free (self->wanted);

  G_OBJECT_CLASS (mtw_outline_parent_class)->finalize (object);
}

static void
mtw_outline_class_init (MtwOutlineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mtw_outline_dispose;
  object_class->finalize = mtw_outline_finalize;

  activated_signal = g_signal_new ("activated", MTW_TYPE_OUTLINE, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/mtw-outline.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwOutline, add_button);
  gtk_widget_class_bind_template_child (widget_class, MtwOutline, connect_button);
  gtk_widget_class_bind_template_child (widget_class, MtwOutline, disconnect_button);
  gtk_widget_class_bind_template_child (widget_class, MtwOutline, rename_button);
  gtk_widget_class_bind_template_child (widget_class, MtwOutline, refusal);
  gtk_widget_class_bind_template_child (widget_class, MtwOutline, list);
  gtk_widget_class_bind_template_child (widget_class, MtwOutline, menu);
  gtk_widget_class_bind_template_child (widget_class, MtwOutline, rename_popover);
  gtk_widget_class_bind_template_child (widget_class, MtwOutline, rename_entry);
  gtk_widget_class_bind_template_child (widget_class, MtwOutline, rename_refusal);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
  gtk_widget_class_bind_template_callback_full (widget_class, "named_cb",
                                                G_CALLBACK (mtw_outline_named_cb));
  mtw_outline_install_actions (widget_class);
}

static void
mtw_outline_init (MtwOutline *self)
{
  GtkListItemFactory *factory = mtw_outline_row_factory ();

  self->closed = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self->list));
  gtk_widget_set_parent (self->rename_popover, self->rename_button);

  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);

  self->headings = g_list_store_new (MTW_TYPE_OUTLINE_NODE);
  self->rows = gtk_tree_list_model_new (g_object_ref (G_LIST_MODEL (self->headings)), FALSE, FALSE,
                                        list_children, NULL, NULL);
  self->selection = gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (self->rows)));
  g_signal_connect_swapped (self->selection, "selection-changed", G_CALLBACK (selected_cb), self);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
}

GtkWidget *
mtw_outline_new (MtwDocument *document)
{
  MtwOutline *self = g_object_new (MTW_TYPE_OUTLINE, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_object (document, "survey-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "selection-changed", G_CALLBACK (show_selection), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "reveal", G_CALLBACK (reveal_cb), self, G_CONNECT_SWAPPED);
  update (self);
  mtw_outline_update_actions (self);
  return GTK_WIDGET (self);
}

char *
mtw_outline_dup_row (MtwOutline *self,
                     guint       row)
{
  g_autoptr(MtwOutlineNode) node = NULL;

  g_return_val_if_fail (MTW_IS_OUTLINE (self), NULL);

  node = dup_node (self, row);
  return node != NULL ? g_strdup (mtw_outline_node_get_words (node)->spoken) : NULL;
}

void
mtw_outline_focus (MtwOutline *self)
{
  g_autofree char *id = NULL;

  g_return_if_fail (MTW_IS_OUTLINE (self));

  id = mtw_outline_dup_block (self);
  if (id != NULL)
    mtw_outline_want_focus (self, id);
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->list));
}
