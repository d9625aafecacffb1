/* mtl-column.c — a column of a table as numbers or as classes
 *
 * With mean m and standard deviation s over the training rows that are not
 * missing (two passes, divided by their number):
 *
 *   encode (v) = (v − m) / s,   0 where all training values are the same
 *
 * m and s are rounded to floats, the numbers that an exported network has. Where
 * floats near m are further apart than that does no harm, as with Unix times of
 * one minute, m stays a double: no device with floats can read such a column.
 *
 * A class is known by its text, a number by its value: 1 and 1.0 are one class.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-column.h"

#include <float.h>
#include <math.h>
#include <string.h>

gboolean
mtl_cell_is_missing (const char *cell)
{
  return *cell == '\0' || strcmp (cell, "?") == 0 || strcmp (cell, "NA") == 0
         || g_ascii_strcasecmp (cell, "nan") == 0;
}

gboolean
mtl_cell_to_number (const char *cell,
                    double     *number)
{
  char *end;

  /* The C library would take hexadecimal numbers too. */
  if (*cell == '\0' || strspn (cell, "+-.0123456789eE") != strlen (cell))
    return FALSE;

  *number = g_ascii_strtod (cell, &end);
  return *end == '\0' && fabs (*number) <= FLT_MAX;
}

/* --- numbers or classes --- */

/* Whether every value of the column is a number. */
static gboolean
find_kind (MtlColumn     *self,
           const MtlCsv  *csv,
           GError       **error)
{
  gsize n_numbers = 0, n_texts = 0, first_text = 0;
  double number;

  for (gsize r = 0; r < csv->n_rows && !self->is_class; r++)
    {
      const char *cell = mtl_csv_cell (csv, r, self->at[0]);

      if (mtl_cell_is_missing (cell))
        continue;
      if (mtl_cell_to_number (cell, &number))
        n_numbers++;
      else if (n_texts++ == 0)
        first_text = r;
    }

  /* One slip of the pen must not turn a measurement into classes. */
  if (n_texts > 0 && n_numbers > n_texts)
    return mtl_csv_refuse (csv, first_text, self->at[0],
                           "a number as in most rows (or name the column under classes)", error);

  self->is_class = self->is_class || n_texts > 0;
  return TRUE;
}

/* (transfer full): what is the same for the same class. */
static char *
to_level (const char *cell)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  double number;

  if (mtl_cell_to_number (cell, &number))
    return g_strdup (g_ascii_dtostr (digits, sizeof digits, number + 0.0));

  return g_strdup (cell);
}

static int
compare_levels (gconstpointer a,
                gconstpointer b)
{
  const char *first = *(const char *const *) a, *second = *(const char *const *) b;
  double x, y;
  gboolean x_is_number = mtl_cell_to_number (first, &x);
  gboolean y_is_number = mtl_cell_to_number (second, &y);

  if (x_is_number && y_is_number)
    return (x > y) - (x < y);
  if (x_is_number != y_is_number)
    return x_is_number ? -1 : 1;

  return strcmp (first, second);
}

static gboolean
learn_classes (MtlColumn      *self,
               const MtlCsv   *csv,
               const guint32  *rows,
               gsize           n,
               GError        **error)
{
  self->levels = g_ptr_array_new_with_free_func (g_free);
  self->numbers = g_hash_table_new (g_str_hash, g_str_equal);

  for (gsize i = 0; i < n; i++)
    {
      const char *cell = mtl_csv_cell (csv, rows[i], self->at[0]);
      g_autofree char *level = mtl_cell_is_missing (cell) ? NULL : to_level (cell);

      if (level == NULL || g_hash_table_contains (self->numbers, level))
        continue;
      if (self->levels->len == MTL_COLUMN_MAX_LEVELS)
        return mtl_csv_refuse (csv, rows[i], self->at[0],
                               "numbers, or at most 256 classes in the training rows", error);
      g_hash_table_add (self->numbers, level);
      g_ptr_array_add (self->levels, g_steal_pointer (&level));
    }

  g_ptr_array_sort (self->levels, compare_levels);
  for (guint l = 0; l < self->levels->len; l++)
    g_hash_table_insert (self->numbers, self->levels->pdata[l], GUINT_TO_POINTER (l));
  return TRUE;
}

/* @squares: sum of the squared distances from the mean of @n values. */
static void
settle_scale (MtlColumn *self,
              double     squares,
              gsize      n)
{
  self->spread = (double) (float) sqrt (squares / n);
  if (!mtl_raw_is_coarse (self->mean, self->spread))
    self->mean = (double) (float) self->mean;
}

static void
learn_numbers (MtlColumn     *self,
               const MtlCsv  *csv,
               const guint32 *rows,
               gsize          n)
{
  double low = G_MAXDOUBLE, high = -G_MAXDOUBLE, sum = 0.0, squares = 0.0, v;
  gboolean binary = TRUE;
  gsize present = 0;

  for (gsize i = 0; i < n; i++)
    if (mtl_cell_to_number (mtl_csv_cell (csv, rows[i], self->at[0]), &v))
      {
        low = MIN (low, v);
        high = MAX (high, v);
        sum += v;
        binary = binary && (v == 0.0 || v == 1.0);
        present++;
      }

  self->mean = present > 0 ? sum / present : 0.0;
  for (gsize i = 0; i < n; i++)
    if (mtl_cell_to_number (mtl_csv_cell (csv, rows[i], self->at[0]), &v))
      squares += (v - self->mean) * (v - self->mean);

  /* Asked of the values: rounding of the mean leaves squares a little above 0. */
  settle_scale (self, high > low ? squares : 0.0, MAX (present, 1));
  if (self->is_target && binary)
    {
      self->mean = 0.0;
      self->spread = 1.0;
    }
}

gboolean
mtl_column_learn (MtlColumn      *self,
                  const MtlCsv   *csv,
                  const guint32  *rows,
                  gsize           n,
                  GError        **error)
{
  if (!find_kind (self, csv, error))
    return FALSE;
  if (self->is_class)
    return learn_classes (self, csv, rows, n, error);

  learn_numbers (self, csv, rows, n);
  return TRUE;
}

gsize
mtl_column_width (const MtlColumn *self)
{
  return self->is_class ? self->levels->len : 1;
}

/* --- encoding --- */

static float
encode_class (MtlColumn  *self,
              const char *cell)
{
  g_autofree char *level = to_level (cell);
  gpointer number;

  if (g_hash_table_lookup_extended (self->numbers, level, NULL, &number))
    return (float) GPOINTER_TO_UINT (number);

  self->n_unseen++;
  return NAN;
}

gboolean
mtl_column_encode (MtlColumn     *self,
                   const MtlCsv  *csv,
                   guint          table,
                   gsize          row,
                   float         *value,
                   GError       **error)
{
  const char *cell = mtl_csv_cell (csv, row, self->at[table]);
  double number;

  if (mtl_cell_is_missing (cell))
    {
      *value = NAN;
      self->n_missing++;
    }
  else if (self->is_class)
    {
      *value = encode_class (self, cell);
    }
  else
    {
      if (!mtl_cell_to_number (cell, &number))
        return mtl_csv_refuse (csv, row, self->at[table], "a number as in the training rows",
                               error);
      number = self->spread > 0.0 ? (number - self->mean) / self->spread : 0.0;
      *value = (float) CLAMP (number, -MTL_RAW_FARTHEST, MTL_RAW_FARTHEST);
    }

  return TRUE;
}

/* --- what was learnt --- */

gboolean
mtl_column_stays (const MtlColumn *self)
{
  return !self->is_class && self->mean == 0.0 && self->spread == 1.0;
}

MtlRaw
mtl_column_describe (const MtlColumn *self)
{
  g_autoptr(GStrvBuilder) classes = self->is_class ? g_strv_builder_new () : NULL;

  for (guint l = 0; self->is_class && l < self->levels->len; l++)
    g_strv_builder_add (classes, self->levels->pdata[l]);

  return (MtlRaw) {
    .name = g_strdup (self->name),
    .classes = self->is_class ? g_strv_builder_end (classes) : NULL,
    .mean = (float) self->mean,
    .spread = (float) self->spread,
  };
}

void
mtl_column_clear (MtlColumn *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->numbers, g_hash_table_unref);
  g_clear_pointer (&self->levels, g_ptr_array_unref);
}
