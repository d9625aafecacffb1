/* made-data.h — what sources that draw their samples have to keep, for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <math.h>

#include "data-files.h"

/* Whether @n rows of @a from @from are those of @b from 0. */
static inline gboolean
same_rows (MtlData        *data,
           const MtlBatch *a,
           gsize           from,
           const MtlBatch *b,
           gsize           n)
{
  gsize port = mtl_shape_size (&mtl_data_info (data)->shapes[0]);
  gboolean same = memcmp (a->x[0] + from * port, b->x[0], n * port * sizeof (float)) == 0;

  for (guint k = 0; k < a->n_tasks; k++)
    {
      gsize size = mtl_data_target (data, k)->size;

      same = same && memcmp (a->targets[k] + from * size, b->targets[k],
                             n * size * sizeof (float)) == 0;
    }

  return same;
}

/* Rows do not depend on their order, on who fills them, on what else is asked
 * for, nor on when the source was opened. */
static inline void
check_rows (const MtlChosen   *source,
            const char *const *tasks,
            guint              n_tasks,
            const char        *alone)
{
  g_autoptr(MtlData) data = open_data (source, tasks, n_tasks);
  g_autoptr(MtlData) again = open_data (source, tasks, n_tasks);
  g_autoptr(MtlData) single = open_data (source, &alone, 1);
  g_autoptr(MtlBatch) whole = read_split (data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) shared = mtl_batch_new (again, whole->rows);
  g_autoptr(MtlBatch) row = mtl_batch_new (data, 1);
  g_autoptr(MtlBatch) part = mtl_batch_new (single, 1);
  g_autoptr(MtlPool) pool = mtl_pool_new (4);
  gsize size = mtl_data_target (single, 0)->size, port;
  guint k = 0;

  mtl_batch_fill (shared, again, MTL_DATA_TRAIN, whole->samples, whole->rows, pool);
  g_assert_true (same_rows (data, whole, 0, shared, whole->rows));

  while (strcmp (tasks[k], alone) != 0)
    k++;
  for (guint32 r = (guint32) whole->rows; r-- > 0;)
    {
      mtl_batch_fill (row, data, MTL_DATA_TRAIN, &r, 1, NULL);
      g_assert_true (same_rows (data, whole, r, row, 1));
      mtl_batch_fill (part, single, MTL_DATA_TRAIN, &r, 1, NULL);
      g_assert_cmpmem (part->targets[0], size * sizeof (float),
                       whole->targets[k] + r * size, size * sizeof (float));
    }

  /* Inputs alone: labels are spoilt in training, so they differ anyway. */
  mtl_batch_fill (row, data, MTL_DATA_TEST, (guint32[]) { 0 }, 1, NULL);
  port = mtl_shape_size (&mtl_data_info (data)->shapes[0]);
  g_assert_cmpint (memcmp (row->x[0], whole->x[0], port * sizeof (float)), !=, 0);
}

static inline void
check_other_seed (const MtlChosen   *source,
                  const char *const *tasks,
                  guint              n_tasks)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlChosen) other = mtl_chosen_with (source, "seed", "2", &error);
  g_autoptr(MtlData) data = open_data (source, tasks, n_tasks);
  g_autoptr(MtlData) elsewhere = open_data (other, tasks, n_tasks);
  g_autoptr(MtlBatch) a = read_split (data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) b = read_split (elsewhere, MTL_DATA_TRAIN);

  g_assert_no_error (error);
  g_assert_false (same_rows (data, a, 0, b, 1));
}

/* @count of @n where each is counted with probability @share: within four spreads. */
static inline void
check_share (const char *what,
             double      count,
             double      n,
             double      share)
{
  g_test_message ("%s: %g of %g, expected %g", what, count, n, share * n);
  if (!(fabs (count - share * n) <= 4.0 * sqrt (n * share * (1.0 - share))))
    g_error ("%s: %g of %g, expected %g", what, count, n, share * n);
}

/* What a source says of itself comes back as it was saved. */
static inline void
check_info_kept (const MtlChosen *source)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) saved = NULL;
  MtlSourceInfo info, back;

  g_assert_true (mtl_data_describe (source, &info, &error));
  g_assert_no_error (error);
  saved = g_variant_ref_sink (mtl_source_info_save (&info));
  g_assert_true (mtl_source_info_load (&back, saved));
  g_assert_true (mtl_source_info_matches (&back, &info));
  mtl_source_info_clear (&info);
  mtl_source_info_clear (&back);
}
