/* mtw-runs-page.c — all runs in a table: search, sort, open, delete
 *
 * The list is read on a worker thread. A run that is there already keeps its
 * item, so that selection and focus outlive a refresh.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-runs-page.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtw-run-item.h"
#include "mtw-runs-columns.h"
#include "mtw-runs-list.h"
#include "mtw-work.h"

struct _MtwRunsPage
{
  AdwBin              parent_instance;

  GtkStack           *states;
  GtkSearchEntry     *search;
  GtkLabel           *count;
  GtkColumnView      *table;
  GtkLabel           *nothing;

  MtlStore           *store;       /* NULL: none could be opened */
  GListStore         *items;       /* newest first */
  GtkCustomFilter    *filter;
  GtkSingleSelection *shown;
  gboolean            loading;
  gboolean            again;       /* asked for while one was loading */
};

enum { OPEN_DESIGN, DELETED, FAILED, GO_TO_STUDIO, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MtwRunsPage, mtw_runs_page, ADW_TYPE_BIN)

/* --- what is shown --- */

static gboolean
contains (const char *text,
          const char *key)
{
  g_autofree char *folded = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return folded != NULL && strstr (folded, key) != NULL;
}

static gboolean
matches (gpointer item,
         gpointer data)
{
  MtwRunsPage *self = data;
  const MtlRunRow *row = mtw_run_item_row (item);
  g_autofree char *key = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search)), -1);
  g_autofree char *when = mtw_run_row_when (row);

  g_strstrip (key);
  return contains (row->name, key) || contains (row->design_name, key)
         || contains (row->settings, key) || contains (when, key)
         || contains (mtw_run_row_status (row), key);
}

static void
update_state (MtwRunsPage *self)
{
  guint n_all = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->shown));
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  /* Translators: what was searched for. */
  g_autofree char *nothing = g_strdup_printf (_("No runs match “%s”."), text);
  g_autofree char *count = g_strdup_printf (ngettext ("%u run", "%u runs", n), n);
  gboolean chosen = gtk_single_selection_get_selected_item (self->shown) != NULL;

  gtk_stack_set_visible_child_name (self->states, n_all > 0 ? "table" : "empty");
  gtk_label_set_label (self->count, count);
  gtk_label_set_label (self->nothing, nothing);
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), n_all > 0 && n == 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "runs.open", chosen);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "runs.delete", chosen);
}

static void
searched_cb (MtwRunsPage *self)
{
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  update_state (self);
}

static void
stopped_cb (MtwRunsPage *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
}

/* --- the list --- */

static void
take_rows (MtwRunsPage *self,
           GPtrArray   *rows)
{
  mtw_runs_list_take (self->items, rows);
  mtw_runs_columns_set_metrics (self->table, G_LIST_MODEL (self->items));
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  gtk_sorter_changed (gtk_column_view_get_sorter (self->table), GTK_SORTER_CHANGE_DIFFERENT);
  update_state (self);
}

static void
list_thread (GTask        *task,
             gpointer      source,
             gpointer      store,
             GCancellable *cancel)
{
  GError *error = NULL;
  GPtrArray *rows = mtl_store_list (store, &error);

  if (rows == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, rows, (GDestroyNotify) g_ptr_array_unref);
}

static void
listed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  MtwRunsPage *self = MTW_RUNS_PAGE (object);
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rows = g_task_propagate_pointer (G_TASK (result), &error);

  self->loading = FALSE;
  if (self->store == NULL)   /* disposed meanwhile */
    return;
  if (rows == NULL)
    g_signal_emit (self, signals[FAILED], 0, error->message);
  else
    take_rows (self, rows);

  if (self->again)
    mtw_runs_page_refresh (self);
}

/* --- what can be done --- */

static const MtlRunRow *
find_selected (MtwRunsPage *self)
{
  MtwRunItem *item = gtk_single_selection_get_selected_item (self->shown);

  return item != NULL ? mtw_run_item_row (item) : NULL;
}

static void
open_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  MtwRunsPage *self = MTW_RUNS_PAGE (widget);
  const MtlRunRow *row = find_selected (self);

  if (row != NULL)
    g_signal_emit (self, signals[OPEN_DESIGN], 0, row->run);
}

static void
activated_cb (MtwRunsPage *self,
              guint        position)
{
  g_autoptr(MtwRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->shown), position);

  if (item != NULL)
    g_signal_emit (self, signals[OPEN_DESIGN], 0, mtw_run_item_row (item)->run);
}

/* The row is gone at once, though the store is read anew only afterwards. */
static void
take_out (MtwRunsPage *self,
          const char  *run)
{
  guint selected = gtk_single_selection_get_selected (self->shown), n;

  mtw_runs_list_remove (self->items, run);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->shown));
  if (n > 0)
    gtk_single_selection_set_selected (self->shown, MIN (selected, n - 1));
  self->again = self->loading;
  update_state (self);
}

static void
delete_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  MtwRunsPage *self = MTW_RUNS_PAGE (widget);
  const MtlRunRow *row = find_selected (self);
  g_autoptr(GError) error = NULL;
  g_autofree char *run = NULL;
  g_autofree char *words = NULL;

  if (row == NULL || self->store == NULL)
    return;

  run = g_strdup (row->run);
  /* Translators: a toast; the name of a run. */
  words = g_strdup_printf (_("Run “%s” deleted"), row->name);
  if (!mtl_store_delete (self->store, run, TRUE, &error))
    {
      g_signal_emit (self, signals[FAILED], 0, error->message);
      return;
    }

  take_out (self, run);
  g_signal_emit (self, signals[DELETED], 0, run, words);
}

static void
go_to_studio_cb (GtkWidget  *widget,
                 const char *name,
                 GVariant   *parameter)
{
  g_signal_emit (widget, signals[GO_TO_STUDIO], 0);
}

/* --- the widget --- */

static void
mtw_runs_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (mtw_runs_page_parent_class)->map (widget);

  mtw_runs_page_refresh (MTW_RUNS_PAGE (widget));
}

static void
mtw_runs_page_dispose (GObject *object)
{
  MtwRunsPage *self = MTW_RUNS_PAGE (object);

  g_clear_pointer (&self->store, mtl_store_unref);
  if (self->shown != NULL)
    g_signal_handlers_disconnect_by_data (self->shown, self);

  G_OBJECT_CLASS (mtw_runs_page_parent_class)->dispose (object);
}

static void
mtw_runs_page_finalize (GObject *object)
{
  MtwRunsPage *self = MTW_RUNS_PAGE (object);

  g_object_unref (self->items);
  g_object_unref (self->shown);

  G_OBJECT_CLASS (mtw_runs_page_parent_class)->finalize (object);
}

static void
add_signals (void)
{
  GType type = MTW_TYPE_RUNS_PAGE;

  signals[OPEN_DESIGN] = g_signal_new ("open-design", type, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[DELETED] = g_signal_new ("deleted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[FAILED] = g_signal_new ("failed", type, G_SIGNAL_RUN_LAST,
                                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[GO_TO_STUDIO] = g_signal_new ("go-to-studio", type, G_SIGNAL_RUN_LAST,
                                        0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mtw_runs_page_class_init (MtwRunsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mtw_runs_page_dispose;
  object_class->finalize = mtw_runs_page_finalize;
  widget_class->map = mtw_runs_page_map;

  add_signals ();
  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/mtw-runs-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwRunsPage, states);
  gtk_widget_class_bind_template_child (widget_class, MtwRunsPage, search);
  gtk_widget_class_bind_template_child (widget_class, MtwRunsPage, count);
  gtk_widget_class_bind_template_child (widget_class, MtwRunsPage, table);
  gtk_widget_class_bind_template_child (widget_class, MtwRunsPage, nothing);
  gtk_widget_class_bind_template_callback (widget_class, searched_cb);
  gtk_widget_class_bind_template_callback (widget_class, stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_install_action (widget_class, "runs.open", NULL, open_cb);
  gtk_widget_class_install_action (widget_class, "runs.delete", NULL, delete_cb);
  gtk_widget_class_install_action (widget_class, "runs.go-to-studio", NULL, go_to_studio_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "runs.delete", NULL);
}

static void
mtw_runs_page_init (MtwRunsPage *self)
{
  GtkFilterListModel *found;
  GtkSortListModel *sorted;
  GtkSorter *sorter;

  gtk_widget_init_template (GTK_WIDGET (self));

  self->items = g_list_store_new (MTW_TYPE_RUN_ITEM);
  self->filter = gtk_custom_filter_new (matches, self, NULL);
  found = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->items)),
                                     GTK_FILTER (self->filter));
  sorter = gtk_column_view_get_sorter (self->table);
  sorted = gtk_sort_list_model_new (G_LIST_MODEL (found), g_object_ref (sorter));
  self->shown = gtk_single_selection_new (G_LIST_MODEL (sorted));
  gtk_single_selection_set_autoselect (self->shown, FALSE);
  gtk_single_selection_set_can_unselect (self->shown, TRUE);
  gtk_column_view_set_model (self->table, GTK_SELECTION_MODEL (self->shown));
  gtk_column_view_sort_by_column (self->table, mtw_runs_columns_add (self->table),
                                  GTK_SORT_DESCENDING);
  g_signal_connect_swapped (self->shown, "notify::selected-item", G_CALLBACK (update_state), self);
  update_state (self);
}

GtkWidget *
mtw_runs_page_new (MtlStore *store)
{
  MtwRunsPage *self = g_object_new (MTW_TYPE_RUNS_PAGE, NULL);

  self->store = store != NULL ? mtl_store_ref (store) : NULL;
  return GTK_WIDGET (self);
}

void
mtw_runs_page_refresh (MtwRunsPage *self)
{
  g_autoptr(GTask) task = NULL;

  g_return_if_fail (MTW_IS_RUNS_PAGE (self));

  self->again = self->loading;
  if (self->store == NULL || self->loading)
    return;

  self->loading = TRUE;
  task = mtw_work_new (self, listed_cb, NULL);
  g_task_set_task_data (task, mtl_store_ref (self->store), (GDestroyNotify) mtl_store_unref);
  g_task_run_in_thread (task, list_thread);
}

void
mtw_runs_page_restore (MtwRunsPage *self,
                       const char  *run)
{
  g_autoptr(GError) error = NULL;

  g_return_if_fail (MTW_IS_RUNS_PAGE (self));

  if (self->store == NULL)
    return;
  if (!mtl_store_delete (self->store, run, FALSE, &error))
    g_signal_emit (self, signals[FAILED], 0, error->message);
  mtw_runs_page_refresh (self);
}

void
mtw_runs_page_search (MtwRunsPage *self,
                      const char  *text)
{
  g_return_if_fail (MTW_IS_RUNS_PAGE (self));

  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  searched_cb (self);
}

guint
mtw_runs_page_n_shown (MtwRunsPage *self)
{
  g_return_val_if_fail (MTW_IS_RUNS_PAGE (self), 0);

  return g_list_model_get_n_items (G_LIST_MODEL (self->shown));
}

const char *
mtw_runs_page_run (MtwRunsPage *self,
                   guint        row)
{
  g_autoptr(MtwRunItem) item = NULL;

  g_return_val_if_fail (MTW_IS_RUNS_PAGE (self), NULL);

  item = g_list_model_get_item (G_LIST_MODEL (self->shown), row);
  return item != NULL ? mtw_run_item_row (item)->run : NULL;
}
