/* mtw-runs-columns.c — the columns of the table of runs
 *
 * A column is a table entry: what it says of a run, and by which figure it
 * sorts. A figure that is not there is shown as a dash and sorts last.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-runs-columns.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-look.h"
#include "mtw-number.h"

#define DIGITS      4   /* significant, in tables */
#define MAX_METRICS 8   /* columns */
#define FIRST_PLACE 5   /* of the metrics: after the epochs */

typedef struct _Column Column;

struct _Column
{
  const char *title;
  gboolean    figures;   /* at the end of the cell, tabular */
  int         chars;     /* at least; of words that are cut where there is no room */
  gboolean    wide;      /* takes room that is left */
  /* (transfer full) */
  char     *(*text)   (const Column    *self,
                       const MtlRunRow *row);
  double    (*figure) (const Column    *self,
                       const MtlRunRow *row);   /* NULL: sorts by text */
  /* Of a column of one metric. */
  char       *task;
  char       *metric;
};

static char *
dash (void)
{
  return g_strdup ("—");
}

static char *
text_of_name (const Column    *self,
              const MtlRunRow *row)
{
  return g_strdup (row->name);
}

static double
figure_of_name (const Column    *self,
                const MtlRunRow *row)
{
  return row->number;
}

static char *
text_of_design (const Column    *self,
                const MtlRunRow *row)
{
  return g_strdup (row->design_name != NULL ? row->design_name : "");
}

static char *
text_of_settings (const Column    *self,
                  const MtlRunRow *row)
{
  return g_strdup (row->settings != NULL ? row->settings : "");
}

static char *
text_of_status (const Column    *self,
                const MtlRunRow *row)
{
  return g_strdup (mtw_run_row_status (row));
}

static char *
text_of_epochs (const Column    *self,
                const MtlRunRow *row)
{
  if (row->epoch >= row->n_epochs)
    return g_strdup_printf ("%" G_GUINT64_FORMAT, row->n_epochs);

  /* Translators: epochs done of those planned. */
  return g_strdup_printf (_("%u of %u"), (guint) row->epoch, (guint) row->n_epochs);
}

static double
figure_of_epochs (const Column    *self,
                  const MtlRunRow *row)
{
  return row->epoch;
}

static double
figure_of_metric (const Column    *self,
                  const MtlRunRow *row)
{
  int task = mtw_run_row_find (row, self->task, self->metric);

  return task >= 0 ? row->test_metric[task] : NAN;
}

static char *
text_of_metric (const Column    *self,
                const MtlRunRow *row)
{
  double value = figure_of_metric (self, row);
  const MtlMethod *metric = mtl_catalogue_find (MTL_KIND_METRIC, self->metric, NULL);

  if (!isfinite (value))
    return dash ();
  if (metric != NULL && mtl_look_is_percent (metric))
    return mtw_number_percent (value, DIGITS - 1);

  return mtw_number (value, DIGITS);
}

static double
figure_of_conflict (const Column    *self,
                    const MtlRunRow *row)
{
  return row->conflict;
}

static char *
text_of_conflict (const Column    *self,
                  const MtlRunRow *row)
{
  return isfinite (row->conflict) ? mtw_number_percent (row->conflict, 2) : dash ();
}

/* The mean of the tasks that were measured. */
static double
figure_of_flatness (const Column    *self,
                    const MtlRunRow *row)
{
  double sum = 0.0;
  guint n = 0;

  for (guint k = 0; k < row->n_tasks; k++)
    if (isfinite (row->flatness[k]))
      {
        sum += row->flatness[k];
        n++;
      }

  return n > 0 ? sum / n : NAN;
}

static char *
text_of_flatness (const Column    *self,
                  const MtlRunRow *row)
{
  double mean = figure_of_flatness (self, row);

  return isfinite (mean) ? mtw_number (mean, DIGITS - 1) : dash ();
}

static double
figure_of_time (const Column    *self,
                const MtlRunRow *row)
{
  return row->seconds;
}

static char *
text_of_time (const Column    *self,
              const MtlRunRow *row)
{
  return row->seconds > 0.0 ? mtw_number_time (row->seconds) : dash ();
}

static const Column columns[] = {
  { .title = N_("Run"), .chars = 17, .wide = TRUE, .text = text_of_name,
    .figure = figure_of_name },
  { .title = N_("Design"), .chars = 11, .text = text_of_design },
  { .title = N_("Settings"), .chars = 15, .wide = TRUE, .text = text_of_settings },
  { .title = N_("Status"), .text = text_of_status },
  { .title = N_("Epochs"), .figures = TRUE, .text = text_of_epochs, .figure = figure_of_epochs },
  { .title = N_("Conflict"), .figures = TRUE, .text = text_of_conflict,
    .figure = figure_of_conflict },
  /* Translators: how much the loss rises around a minimum, mean of all tasks. */
  { .title = N_("Rise at ρ"), .figures = TRUE, .text = text_of_flatness,
    .figure = figure_of_flatness },
  { .title = N_("Time"), .figures = TRUE, .text = text_of_time, .figure = figure_of_time },
};

/* --- sorting --- */

static int
compare (gconstpointer a,
         gconstpointer b,
         gpointer      data)
{
  const Column *self = data;
  const MtlRunRow *first = mtw_run_item_row (MTW_RUN_ITEM ((gpointer) a));
  const MtlRunRow *second = mtw_run_item_row (MTW_RUN_ITEM ((gpointer) b));
  double x, y;

  if (self->figure == NULL)
    {
      g_autofree char *left = self->text (self, first);
      g_autofree char *right = self->text (self, second);

      return g_utf8_collate (left, right);
    }

  x = self->figure (self, first);
  y = self->figure (self, second);
  if (isnan (x) || isnan (y))
    return isnan (x) - isnan (y);

  return (x > y) - (x < y);
}

/* --- cells --- */

static GtkWidget *
add_label (GtkWidget  *box,
           gboolean    end,
           const char *class_name)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), end ? 1 : 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  if (class_name != NULL)
    gtk_widget_add_css_class (label, class_name);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          const Column             *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gboolean first = self->text == text_of_name;
  GtkWidget *label;

  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  label = add_label (box, self->figures, self->figures ? "numeric" : first ? "basin-strong" : NULL);
  if (self->chars > 0)
    gtk_label_set_width_chars (GTK_LABEL (label), self->chars);
  if (first)
    gtk_widget_add_css_class (add_label (box, FALSE, "caption"), "basin-secondary");
  gtk_list_item_set_child (item, box);
}

static gboolean
is_best (const Column *self,
         MtwRunItem   *run)
{
  int task = self->task != NULL
             ? mtw_run_row_find (mtw_run_item_row (run), self->task, self->metric) : -1;

  return task >= 0 && (mtw_run_item_best (run) >> task & 1) != 0;
}

static void
show_cell (GtkListItem  *item,
           const Column *self)
{
  MtwRunItem *run = gtk_list_item_get_item (item);
  const MtlRunRow *row = mtw_run_item_row (run);
  GtkWidget *box = gtk_list_item_get_child (item);
  GtkWidget *label = gtk_widget_get_first_child (box);
  GtkWidget *below = gtk_widget_get_next_sibling (label);
  g_autofree char *text = self->text (self, row);

  gtk_label_set_label (GTK_LABEL (label), text);
  if (self->figures && is_best (self, run))
    gtk_widget_add_css_class (label, "basin-strong");
  else if (self->figures)
    gtk_widget_remove_css_class (label, "basin-strong");
  if (self->text == text_of_settings || self->text == text_of_name)
    gtk_widget_set_tooltip_text (label, text);
  if (self->text == text_of_status && row->status == MTL_RUN_FAILED)
    gtk_widget_add_css_class (label, "error");
  else
    gtk_widget_remove_css_class (label, "error");

  if (below != NULL)
    {
      g_autofree char *when = mtw_run_row_when (row);

      gtk_label_set_label (GTK_LABEL (below), when);
    }
}

static void
changed_cb (MtwRunItem  *run,
            GtkListItem *item)
{
  show_cell (item, g_object_get_data (G_OBJECT (item), "column"));
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         Column                   *self)
{
  g_object_set_data (G_OBJECT (item), "column", self);
  g_signal_connect (gtk_list_item_get_item (item), "changed", G_CALLBACK (changed_cb), item);
  show_cell (item, self);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           Column                   *self)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), changed_cb, item);
}

/* --- columns --- */

/* @self: lives as long as the column. */
static GtkColumnViewColumn *
make_column (const Column *self,
             const char   *title)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSorter *sorter = GTK_SORTER (gtk_custom_sorter_new (compare, (gpointer) self, NULL));
  GtkColumnViewColumn *column;

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), (gpointer) self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), (gpointer) self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), (gpointer) self);
  column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_sorter (column, sorter);
  gtk_column_view_column_set_resizable (column, TRUE);
  gtk_column_view_column_set_expand (column, self->wide);
  g_object_unref (sorter);

  return column;
}

GtkColumnViewColumn *
mtw_runs_columns_add (GtkColumnView *view)
{
  GtkColumnViewColumn *first = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      GtkColumnViewColumn *column = make_column (&columns[i], _(columns[i].title));

      gtk_column_view_append_column (view, column);
      if (i == 0)
        first = column;
      g_object_unref (column);
    }

  return first;
}

static void
column_free (gpointer data)
{
  Column *self = data;

  g_free (self->task);
  g_free (self->metric);
  g_free (self);
}

/* “left accuracy” */
static GtkColumnViewColumn *
make_metric (const char *task,
             const char *metric)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_METRIC, metric, NULL);
  g_autofree char *lower = g_utf8_strdown (method != NULL ? _(method->title) : metric, -1);
  /* Translators: head of a column: a task and its metric, “left accuracy”. */
  g_autofree char *title = g_strdup_printf (_("%s %s"), task, lower);
  Column *self = g_new0 (Column, 1);
  GtkColumnViewColumn *column;

  self->figures = TRUE;
  self->text = text_of_metric;
  self->figure = figure_of_metric;
  self->task = g_strdup (task);
  self->metric = g_strdup (metric);
  column = make_column (self, title);
  g_object_set_data_full (G_OBJECT (column), "metric", self, column_free);

  return column;
}

static gboolean
is_listed (GPtrArray  *keys,
           const char *key)
{
  return g_ptr_array_find_with_equal_func (keys, key, g_str_equal, NULL);
}

/* “task metric” of all runs, those of the newest first. */
static GPtrArray *
list_metrics (GListModel *items)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr(MtwRunItem) item = g_list_model_get_item (items, i);
      const MtlRunRow *row = mtw_run_item_row (item);

      for (guint k = 0; k < row->n_tasks && keys->len < MAX_METRICS; k++)
        {
          g_autofree char *key = g_strconcat (row->tasks[k], " ", row->metrics[k], NULL);

          if (row->metrics[k] != NULL && !is_listed (keys, key))
            g_ptr_array_add (keys, g_steal_pointer (&key));
        }
    }

  return keys;
}

/* Takes out the columns that are not in @keys, and those that are there out of @keys. */
static guint
keep_metrics (GtkColumnView *view,
              GPtrArray     *keys)
{
  GListModel *present = gtk_column_view_get_columns (view);
  guint n_kept = 0;

  for (guint i = g_list_model_get_n_items (present); i-- > 0;)
    {
      g_autoptr(GtkColumnViewColumn) column = g_list_model_get_item (present, i);
      const Column *self = g_object_get_data (G_OBJECT (column), "metric");
      g_autofree char *key = NULL;
      guint n;

      if (self == NULL)
        continue;
      key = g_strconcat (self->task, " ", self->metric, NULL);
      if (g_ptr_array_find_with_equal_func (keys, key, g_str_equal, &n))
        {
          g_ptr_array_remove_index (keys, n);
          n_kept++;
        }
      else
        {
          gtk_column_view_remove_column (view, column);
        }
    }

  return n_kept;
}

void
mtw_runs_columns_set_metrics (GtkColumnView *view,
                              GListModel    *items)
{
  g_autoptr(GPtrArray) keys = list_metrics (items);
  guint place = FIRST_PLACE + keep_metrics (view, keys);

  for (guint i = 0; i < keys->len; i++)
    {
      g_auto(GStrv) parts = g_strsplit (keys->pdata[i], " ", 2);
      GtkColumnViewColumn *column = make_metric (parts[0], parts[1]);

      gtk_column_view_insert_column (view, place + i, column);
      g_object_unref (column);
    }
}
