/* mtw-runs-list.c — the runs that a table shows, renewed with the least change
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-runs-list.h"

#include <math.h>

#include "mtl-look.h"
#include "mtw-run-item.h"

/* The best figure of one metric of one task, over all runs. */
typedef struct
{
  gboolean higher;   /* is better */
  double   value;
  guint    n;        /* runs that have one */
} Best;

static char *
key_of (const MtlRunRow *row,
        guint            task)
{
  return g_strconcat (row->tasks[task], " ", row->metrics[task], NULL);
}

static void
note_figure (GHashTable      *all,
             const MtlRunRow *row,
             guint            task)
{
  const char *id = row->metrics[task];
  const MtlMethod *metric = id != NULL ? mtl_catalogue_find (MTL_KIND_METRIC, id, NULL) : NULL;
  g_autofree char *key = NULL;
  double value = row->test_metric[task];
  Best *best;

  if (metric == NULL || !isfinite (value))
    return;

  key = key_of (row, task);
  best = g_hash_table_lookup (all, key);
  if (best == NULL)
    {
      best = g_new0 (Best, 1);
      best->higher = mtl_look_higher_is_better (metric);
      best->value = value;
      g_hash_table_insert (all, g_steal_pointer (&key), best);
    }
  best->value = best->higher ? MAX (best->value, value) : MIN (best->value, value);
  best->n++;
}

static GHashTable *
collect_best (GListModel *items)
{
  GHashTable *all = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr(MtwRunItem) item = g_list_model_get_item (items, i);
      const MtlRunRow *row = mtw_run_item_row (item);

      for (guint k = 0; k < row->n_tasks; k++)
        note_figure (all, row, k);
    }

  return all;
}

static void
mark_best (GListModel *items)
{
  g_autoptr(GHashTable) all = collect_best (items);

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr(MtwRunItem) item = g_list_model_get_item (items, i);
      const MtlRunRow *row = mtw_run_item_row (item);
      guint64 marks = 0;

      for (guint k = 0; k < row->n_tasks; k++)
        {
          g_autofree char *key = key_of (row, k);
          const Best *best = g_hash_table_lookup (all, key);

          /* A run that nothing is compared with is not the best of them. */
          if (best != NULL && best->n > 1 && row->test_metric[k] == best->value)
            marks |= G_GUINT64_CONSTANT (1) << k;
        }
      mtw_run_item_set_best (item, marks);
      mtw_run_item_changed (item);
    }
}

/* Run → its item; both live as long as @items does not change. */
static GHashTable *
index_items (GListModel *items)
{
  GHashTable *index = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      MtwRunItem *item = g_list_model_get_item (items, i);

      g_hash_table_insert (index, g_strdup (mtw_run_item_row (item)->run), item);
    }

  return index;
}

/* Takes @row. (transfer full) */
static MtwRunItem *
renew_item (GHashTable *index,
            MtlRunRow  *row)
{
  MtwRunItem *item = g_hash_table_lookup (index, row->run);

  if (item == NULL)
    return mtw_run_item_new (row);

  mtw_run_item_set_row (item, row);
  return g_object_ref (item);
}

/* Replaces only what differs. @items: (element-type MtwRunItem) */
static void
splice_items (GListStore *list,
              GPtrArray  *items)
{
  GListModel *old = G_LIST_MODEL (list);
  guint n_old = g_list_model_get_n_items (old), first = 0, last = 0;

  for (; first < MIN (n_old, items->len); first++)
    {
      g_autoptr(GObject) item = g_list_model_get_item (old, first);

      if (item != items->pdata[first])
        break;
    }
  for (; last < MIN (n_old, items->len) - first; last++)
    {
      g_autoptr(GObject) item = g_list_model_get_item (old, n_old - 1 - last);

      if (item != items->pdata[items->len - 1 - last])
        break;
    }

  if (first + last < n_old || first + last < items->len)
    g_list_store_splice (list, first, n_old - first - last, items->pdata + first,
                         items->len - first - last);
}

void
mtw_runs_list_take (GListStore *list,
                    GPtrArray  *rows)
{
  g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GHashTable) index = index_items (G_LIST_MODEL (list));

  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (items, renew_item (index, rows->pdata[i]));
  g_ptr_array_set_free_func (rows, NULL);
  g_ptr_array_set_size (rows, 0);

  splice_items (list, items);
  mark_best (G_LIST_MODEL (list));
}

void
mtw_runs_list_remove (GListStore *list,
                      const char *run)
{
  g_autoptr(GHashTable) index = index_items (G_LIST_MODEL (list));
  MtwRunItem *item = g_hash_table_lookup (index, run);
  guint n;

  if (item != NULL && g_list_store_find (list, item, &n))
    g_list_store_remove (list, n);
  mark_best (G_LIST_MODEL (list));
}
