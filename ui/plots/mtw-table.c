/* mtw-table.c — the figures of a plot in rows and columns
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-table.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

struct _MtwTable
{
  GPtrArray *titles;  /* of char * */
  GArray    *values;  /* of double, row by row */
};

MtwTable *
mtw_table_new (void)
{
  MtwTable *self = g_new0 (MtwTable, 1);

  self->titles = g_ptr_array_new_with_free_func (g_free);
  self->values = g_array_new (FALSE, FALSE, sizeof (double));

  return self;
}

void
mtw_table_free (MtwTable *self)
{
  g_ptr_array_unref (self->titles);
  g_array_unref (self->values);
  g_free (self);
}

void
mtw_table_add_column (MtwTable   *self,
                      const char *format,
                      ...)
{
  va_list arguments;

  g_return_if_fail (self->values->len == 0);

  va_start (arguments, format);
  g_ptr_array_add (self->titles, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

void
mtw_table_add_row (MtwTable     *self,
                   const double *values)
{
  g_array_append_vals (self->values, values, self->titles->len);
}

guint
mtw_table_n_columns (const MtwTable *self)
{
  return self->titles->len;
}

gsize
mtw_table_n_rows (const MtwTable *self)
{
  return self->titles->len > 0 ? self->values->len / self->titles->len : 0;
}

const char *
mtw_table_title (const MtwTable *self,
                 guint           column)
{
  return g_ptr_array_index (self->titles, column);
}

double
mtw_table_value (const MtwTable *self,
                 gsize           row,
                 guint           column)
{
  return g_array_index (self->values, double, row * self->titles->len + column);
}

/* Quoted where a comma, a quote or a line end would be read as the file's. */
static void
append_title (GString    *csv,
              const char *title)
{
  if (strpbrk (title, ",\"\r\n") == NULL)
    {
      g_string_append (csv, title);
      return;
    }

  g_string_append_c (csv, '"');
  for (const char *c = title; *c != '\0'; c++)
    {
      if (*c == '"')
        g_string_append_c (csv, '"');
      g_string_append_c (csv, *c);
    }
  g_string_append_c (csv, '"');
}

char *
mtw_table_to_csv (const MtwTable *self)
{
  GString *csv = g_string_new (NULL);
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint c = 0; c < self->titles->len; c++)
    {
      if (c > 0)
        g_string_append_c (csv, ',');
      append_title (csv, mtw_table_title (self, c));
    }
  g_string_append (csv, "\r\n");

  for (gsize r = 0; r < mtw_table_n_rows (self); r++)
    for (guint c = 0; c < self->titles->len; c++)
      {
        double value = mtw_table_value (self, r, c);

        if (!isnan (value))
          g_string_append (csv, g_ascii_dtostr (text, sizeof text, value));
        g_string_append (csv, c + 1 < self->titles->len ? "," : "\r\n");
      }

  return g_string_free (csv, FALSE);
}
