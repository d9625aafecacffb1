/* csv.c — a table of which some columns are inputs and others targets
 *
 * What the file may look like stands in mtl-csv.h, how columns become numbers
 * in mtl-column.h, how rows are split in mtl-table.h. In a row of x each
 * number takes one float and each class as many as there are classes, one of
 * them 1; what is missing is 0 throughout, which for a number is its mean.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-source.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-table.h"

enum
{
  PATH,
  TEST_PATH,
  INPUTS,
  TARGETS,
  IGNORE,
  CLASSES,
  SPLIT,
  TEST,
  MISSING,
  N_OWN,   /* the settings common to all sources follow */
};

static const char *const splits[] = { "random", "interleaved", "last", NULL };  /* MtlTableSplit */
static const char *const missings[] = { "mean", "drop", NULL };

static const MtlParam params[] = {
  { .id = "path", .title = N_("Table"),
    .summary = N_("A .csv file, plain or packed (.csv.gz), whose first line names the columns"),
    .type = MTL_PATH },
  { .id = "test-path", .title = N_("Table of Test Rows"),
    .summary = N_("Another file with the same columns; without it, test rows are split off"),
    .type = MTL_PATH, .rare = TRUE },
  { .id = "inputs", .title = N_("Inputs"),
    .summary = N_("Names of columns, with commas; none: all but targets and ignored ones"),
    .type = MTL_TEXT },
  { .id = "targets", .title = N_("Targets"),
    .summary = N_("Names of the columns to learn, with commas; numbers are standardised by the "
                  "training rows, but 0 and 1 stay as they are"),
    .type = MTL_TEXT },
  { .id = "ignore", .title = N_("Ignored"),
    .summary = N_("Names of columns that are neither, with commas"),
    .type = MTL_TEXT },
  { .id = "classes", .title = N_("Numbers as Classes"),
    .summary = N_("Names of columns whose numbers are names of classes, with commas"),
    .type = MTL_TEXT, .rare = TRUE },
  { .id = "split", .title = N_("Test Rows"),
    .summary = N_("Drawn at random by the data seed, spread evenly over the file, or its end"),
    .type = MTL_CHOICE, .choices = splits },
  { .id = "test", .title = N_("Test Part"),
    .summary = N_("Share of the rows that are kept for testing"),
    .type = MTL_NUMBER, .minimum = 0.0, .maximum = 0.9, .initial = 0.2 },
  { .id = "missing", .title = N_("Missing Inputs"),
    .summary = N_("Take the column’s mean and no class, or leave out the row"),
    .type = MTL_CHOICE, .choices = missings, .rare = TRUE },
  { .id = NULL },
};

static MtlTableWish
to_wish (const MtlSetting *set)
{
  guint64 seed = (guint64) set[N_OWN + MTL_SOURCE_SEED].number;

  return (MtlTableWish) {
    .path = set[PATH].text,
    .test_path = set[TEST_PATH].text,
    .inputs = set[INPUTS].text,
    .targets = set[TARGETS].text,
    .ignore = set[IGNORE].text,
    .classes = set[CLASSES].text,
    .split = (MtlTableSplit) set[SPLIT].number,
    .test = set[TEST].number,
    .drop = set[MISSING].number == 1.0,
    .rng = mtl_rng_new (seed, MTL_STREAM_DATA),
  };
}

static MtlTarget
describe_target (const MtlColumn *column)
{
  MtlTarget target = {
    .name = g_strdup (column->name),
    .type = {
      .kind = column->is_class ? MTL_TARGET_CLASS : MTL_TARGET_VALUES,
      .n_classes = column->is_class ? column->levels->len : 0,
      .size = 1,
    },
  };

  if (!mtl_column_stays (column))
    {
      target.raw = g_new (MtlRaw, 1);
      *target.raw = mtl_column_describe (column);
    }

  return target;
}

static void
describe (const MtlTable *table,
          MtlSourceInfo  *info)
{
  *info = (MtlSourceInfo) {
    .n_ports = 1,
    .ports = { g_strdup ("features") },
    .shapes = { { .rank = 1, .size = { table->width } } },
    .n_raws = { table->n_inputs },
    .raws = { g_new (MtlRaw, table->n_inputs) },
    .n_targets = table->n_targets,
    .targets = g_new0 (MtlTarget, table->n_targets),
    .train_rows = table->n_rows[0],
    .test_rows = table->n_rows[1],
    .note = mtl_table_note (table),
  };

  for (guint c = 0; c < table->n_inputs; c++)
    info->raws[0][c] = mtl_column_describe (&table->columns[c]);
  for (guint t = 0; t < table->n_targets; t++)
    info->targets[t] = describe_target (&table->columns[table->n_inputs + t]);
}

static gboolean
csv_open (const MtlSetting  *set,
          MtlSourceInfo     *info,
          gpointer          *data,
          GCancellable      *cancel,
          GError           **error)
{
  const MtlTableWish wish = to_wish (set);
  g_autoptr(MtlTable) table = NULL;

  if (*wish.path == '\0')
    {
      g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DATA,
                           _("A table is needed: choose a .csv file."));
      return FALSE;
    }

  table = mtl_table_open (&wish, cancel, error);
  if (table == NULL)
    return FALSE;

  describe (table, info);
  if (data != NULL)
    *data = g_steal_pointer (&table);
  return TRUE;
}

static void
spread_inputs (const MtlTable *table,
               const float    *values,
               float          *x)
{
  memset (x, 0, table->width * sizeof *x);
  for (guint c = 0; c < table->n_inputs; c++)
    {
      const MtlColumn *column = &table->columns[c];

      if (isnan (values[c]))
        continue;
      if (column->is_class)
        x[column->offset + (gsize) values[c]] = 1.0f;
      else
        x[column->offset] = values[c];
    }
}

static void
csv_fill (gconstpointer   data,
          MtlRawSplit     split,
          const guint32  *index,
          gsize           n,
          float *const   *x,
          float *const   *targets)
{
  const MtlTable *table = data;

  for (gsize i = 0; i < n; i++)
    {
      const float *values = table->values[split]
                            + (gsize) index[i] * (table->n_inputs + table->n_targets);

      if (x != NULL && x[0] != NULL)
        spread_inputs (table, values, x[0] + i * table->width);
      for (guint t = 0; targets != NULL && t < table->n_targets; t++)
        if (targets[t] != NULL)
          targets[t][i] = values[table->n_inputs + t];
    }
}

static void
csv_close (gpointer data)
{
  mtl_table_free (data);
}

static char *
csv_line (const MtlSetting *set)
{
  return set[PATH].text[0] != '\0' ? g_path_get_basename (set[PATH].text)
                                   : g_strdup (_("no table yet"));
}

const MtlSource mtl_source_csv = {
  .method = {
    .id = "csv",
    .title = N_("Table"),
    .summary = N_("Rows of a .csv file: chosen columns in, chosen columns to learn."),
    .reference = "The format: Shafranovich, “Common Format and MIME Type for Comma-Separated "
                 "Values (CSV) Files”, RFC 4180, 2005",
    .params = params,
  },
  .icon = "basin-table-symbolic",
  .width = 84,
  .line = csv_line,
  .open = csv_open,
  .fill = csv_fill,
  .close = csv_close,
};
