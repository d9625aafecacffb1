/* mtw-runs-list.c — the runs that a table shows, renewed with the least change
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-runs-list.h"

#include <math.h>

#include "mtl-look.h"
#include "mtw-run-item.h"

static gboolean
is_better (const MtlMethod *metric,
           double           a,
           double           b)
{
  return mtl_look_higher_is_better (metric) ? a > b : a < b;
}

static gboolean
is_best (GListModel      *items,
         const MtlRunRow *row,
         guint            task)
{
  const char *id = row->metrics[task];
  const MtlMethod *metric = id != NULL ? mtl_catalogue_find (MTL_KIND_METRIC, id, NULL) : NULL;
  guint n_others = 0;

  if (metric == NULL || !isfinite (row->test_metric[task]))
    return FALSE;

  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr(MtwRunItem) item = g_list_model_get_item (items, i);
      const MtlRunRow *other = mtw_run_item_row (item);
      int k = mtw_run_row_find (other, row->tasks[task], row->metrics[task]);

      if (k < 0 || other == row || !isfinite (other->test_metric[k]))
        continue;
      n_others++;
      if (is_better (metric, other->test_metric[k], row->test_metric[task]))
        return FALSE;
    }

  /* A run that nothing is compared with is not the best of them. */
  return n_others > 0;
}

static void
find_best (GListModel *items)
{
  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr(MtwRunItem) item = g_list_model_get_item (items, i);
      const MtlRunRow *row = mtw_run_item_row (item);
      guint64 best = 0;

      for (guint k = 0; k < row->n_tasks; k++)
        if (is_best (items, row, k))
          best |= G_GUINT64_CONSTANT (1) << k;
      mtw_run_item_set_best (item, best);
      mtw_run_item_changed (item);
    }
}

static MtwRunItem *
find_item (GListModel *items,
           const char *run)
{
  for (guint i = 0; i < g_list_model_get_n_items (items); i++)
    {
      g_autoptr(MtwRunItem) item = g_list_model_get_item (items, i);

      if (g_str_equal (mtw_run_item_row (item)->run, run))
        return g_steal_pointer (&item);
    }

  return NULL;
}

/* Takes @row. (transfer full) */
static MtwRunItem *
renew_item (GListModel *items,
            MtlRunRow  *row)
{
  MtwRunItem *item = find_item (items, row->run);

  if (item == NULL)
    return mtw_run_item_new (row);

  mtw_run_item_set_row (item, row);
  return item;
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

  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (items, renew_item (G_LIST_MODEL (list), rows->pdata[i]));
  g_ptr_array_set_free_func (rows, NULL);
  g_ptr_array_set_size (rows, 0);

  splice_items (list, items);
  find_best (G_LIST_MODEL (list));
}

void
mtw_runs_list_remove (GListStore *list,
                      const char *run)
{
  g_autoptr(MtwRunItem) item = find_item (G_LIST_MODEL (list), run);
  guint n;

  if (item != NULL && g_list_store_find (list, item, &n))
    g_list_store_remove (list, n);
  find_best (G_LIST_MODEL (list));
}
