/* mtl-table.c — the rows of a table as inputs and targets
 *
 * Which rows are for testing is settled before anything is learnt, and means,
 * spreads and classes are learnt from the training rows alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-table.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-error.h"

#define MOST_NAMED 8      /* columns that the note names */
#define A_LITTLE   1e-9   /* so that 10 × 0.3 is not a little below 3 */

/* Rows of one table, training or test. */
typedef struct
{
  guint32 *rows;
  gsize    n;
} RowList;

static guint
count_columns (const MtlTable *self)
{
  return self->n_inputs + self->n_targets;
}

/* --- rows --- */

static gboolean
misses_input (const MtlTable *self,
              const MtlCsv   *csv,
              guint           table,
              gsize           row)
{
  for (guint c = 0; c < self->n_inputs; c++)
    if (mtl_cell_is_missing (mtl_csv_cell (csv, row, self->columns[c].at[table])))
      return TRUE;

  return FALSE;
}

static RowList
keep_rows (MtlTable      *self,
           const MtlCsv  *csv,
           guint          table,
           gboolean       drop)
{
  RowList list = { g_new (guint32, csv->n_rows), 0 };

  for (gsize r = 0; r < csv->n_rows; r++)
    if (!drop || !misses_input (self, csv, table, r))
      list.rows[list.n++] = (guint32) r;
  self->n_dropped += csv->n_rows - list.n;

  return list;
}

static void
mark_random (guint8 *is_test,
             gsize   n,
             gsize   n_test,
             MtlRng  rng)
{
  g_autofree guint32 *order = g_new (guint32, n);

  for (gsize i = 0; i < n; i++)
    order[i] = (guint32) i;
  mtl_rng_shuffle (rng, order, n);
  for (gsize i = 0; i < n_test; i++)
    is_test[order[i]] = 1;
}

/* Moves the test rows from @train to @test; both keep the order of the file. */
static void
split_off (const MtlTableWish *wish,
           RowList            *train,
           RowList            *test)
{
  g_autofree guint8 *is_test = g_new0 (guint8, train->n);
  gsize n_test = (gsize) floor (train->n * wish->test + A_LITTLE);
  gsize kept = 0;

  if (wish->split == MTL_TABLE_RANDOM)
    mark_random (is_test, train->n, n_test, wish->rng);
  for (gsize i = 0; i < train->n; i++)
    {
      if (wish->split == MTL_TABLE_LAST)
        is_test[i] = i >= train->n - n_test;
      else if (wish->split == MTL_TABLE_INTERLEAVED)
        is_test[i] = floor ((i + 1) * wish->test + A_LITTLE) > floor (i * wish->test + A_LITTLE);
    }

  test->rows = g_new (guint32, train->n);
  for (gsize i = 0; i < train->n; i++)
    if (is_test[i])
      test->rows[test->n++] = train->rows[i];
    else
      train->rows[kept++] = train->rows[i];
  train->n = kept;
}

/* --- values --- */

static gboolean
check_classes (const MtlColumn  *column,
               GError          **error)
{
  guint least = column->is_target ? 2 : 0;

  if (!column->is_class || column->levels->len >= least)
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               "the target “%s”: expected two classes or more in the training rows, found %u",
               column->name, column->levels->len);
  return FALSE;
}

static gboolean
learn_columns (MtlTable       *self,
               const MtlCsv   *csv,
               const RowList  *rows,
               GCancellable   *cancel,
               GError        **error)
{
  for (guint c = 0; c < count_columns (self); c++)
    {
      MtlColumn *column = &self->columns[c];

      if (g_cancellable_set_error_if_cancelled (cancel, error)
          || !mtl_column_learn (column, csv, rows->rows, rows->n, error)
          || !check_classes (column, error))
        return FALSE;
      if (column->is_target)
        continue;
      column->offset = self->width;
      self->width += mtl_column_width (column);
      if (self->width > MTL_TABLE_MAX_WIDTH)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                       "%s: expected inputs of at most %d numbers with their classes spread out, "
                       "found more; ignore columns with many classes",
                       csv->file, MTL_TABLE_MAX_WIDTH);
          return FALSE;
        }
    }

  if (self->width == 0)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                 "%s: expected a value in the inputs, found that all are missing", csv->file);
  return self->width > 0;
}

static gboolean
encode_rows (MtlTable       *self,
             const MtlCsv   *csv,
             guint           table,
             const RowList  *rows,
             guint           split,
             GCancellable   *cancel,
             GError        **error)
{
  guint n_columns = count_columns (self);
  float *values = g_new (float, MAX (rows->n, 1) * n_columns);

  self->n_rows[split] = rows->n;
  self->values[split] = values;
  for (guint c = 0; c < n_columns; c++)
    {
      if (g_cancellable_set_error_if_cancelled (cancel, error))
        return FALSE;
      for (gsize i = 0; i < rows->n; i++)
        if (!mtl_column_encode (&self->columns[c], csv, table, rows->rows[i],
                                &values[i * n_columns + c], error))
          return FALSE;
    }

  return TRUE;
}

static gboolean
fill_table (MtlTable            *self,
            const MtlTableWish  *wish,
            const MtlCsv        *csv,
            const MtlCsv        *test_csv,
            GCancellable        *cancel,
            GError             **error)
{
  RowList train = keep_rows (self, csv, 0, wish->drop);
  RowList test = { 0 };
  gboolean fine;

  if (test_csv != NULL)
    test = keep_rows (self, test_csv, 1, wish->drop);
  else
    split_off (wish, &train, &test);

  if (train.n == 0)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                 "%s: expected rows to train on, found that each of %" G_GSIZE_FORMAT
                 " misses an input; set missing to mean", csv->file, csv->n_rows);
  fine = train.n > 0
         && learn_columns (self, csv, &train, cancel, error)
         && encode_rows (self, csv, 0, &train, 0, cancel, error)
         && encode_rows (self, test_csv != NULL ? test_csv : csv, test_csv != NULL, &test, 1,
                         cancel, error);

  g_free (train.rows);
  g_free (test.rows);
  return fine;
}

MtlTable *
mtl_table_open (const MtlTableWish  *wish,
                GCancellable        *cancel,
                GError             **error)
{
  g_autoptr(MtlTable) self = g_new0 (MtlTable, 1);
  g_autoptr(MtlCsv) csv = mtl_csv_read (wish->path, cancel, error);
  g_autoptr(MtlCsv) test = NULL;

  if (csv == NULL)
    return NULL;

  if (*wish->test_path != '\0')
    {
      test = mtl_csv_read (wish->test_path, cancel, error);
      if (test == NULL)
        return NULL;
    }

  if (!mtl_table_choose_columns (self, wish, csv, test, error)
      || !fill_table (self, wish, csv, test, cancel, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
mtl_table_free (MtlTable *self)
{
  for (guint c = 0; c < count_columns (self); c++)
    mtl_column_clear (&self->columns[c]);
  g_free (self->columns);
  g_free (self->values[0]);
  g_free (self->values[1]);
  g_free (self);
}

/* --- what a person should know --- */

/* “workclass 2799, occupation 2809”: of the columns that have any. */
static char *
list_counts (const MtlTable *self,
             gsize           at)
{
  g_autoptr(GString) text = g_string_new (NULL);
  guint n = 0;

  for (guint c = 0; c < count_columns (self); c++)
    {
      gsize count = G_STRUCT_MEMBER (gsize, &self->columns[c], at);

      if (count > 0 && n < MOST_NAMED)
        g_string_append_printf (text, "%s%s %" G_GSIZE_FORMAT, n > 0 ? ", " : "",
                                self->columns[c].name, count);
      n += count > 0;
    }
  if (n > MOST_NAMED)
    g_string_append (text, " …");

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_line (GString    *text,
          const char *heading,
          const char *what)
{
  if (*what == '\0')
    return;

  if (text->len > 0)
    g_string_append_c (text, '\n');
  g_string_append (text, heading);
  g_string_append (text, what);
}

char *
mtl_table_note (const MtlTable *self)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autofree char *missing = list_counts (self, G_STRUCT_OFFSET (MtlColumn, n_missing));
  g_autofree char *unseen = list_counts (self, G_STRUCT_OFFSET (MtlColumn, n_unseen));
  g_autofree char *dropped = g_strdup_printf ("%" G_GSIZE_FORMAT, self->n_dropped);

  /* Translators: a list of columns and counts follows each of these. */
  add_line (text, _("Missing values: "), missing);
  add_line (text, _("Classes that no training row holds: "), unseen);
  add_line (text, _("Rows left out because an input is missing: "),
            self->n_dropped > 0 ? dropped : "");

  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
