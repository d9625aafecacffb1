/* mtl-csv.c — a table of text: rows and columns of cells
 *
 * Cells are unpacked where they stand: what a cell becomes is never longer
 * than what it was, and the separator behind it makes room for its final zero.
 * So a table costs its text, four bytes a cell and four bytes a row.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-csv.h"

#include <string.h>

#include "mtl-error.h"
#include "mtl-file.h"
#include "mtl-nearest.h"

#define MOST_BYTES   (G_GUINT64_CONSTANT (1) << 30)
#define MOST_CELLS   (1u << 28)
#define MOST_COLUMNS 16384

typedef struct
{
  MtlCsv  *csv;
  gsize    length;
  gsize    at;           /* next byte of csv->text */
  char     separator;
  guint32  line;         /* from 1 */
  guint    column;       /* from 0, of the cell being read */
} Reader;

static gboolean
refuse (const Reader  *reader,
        const char    *what,
        GError       **error)
{
  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA, "%s, line %u, column %u: %s",
               reader->csv->file, reader->line, reader->column + 1, what);
  return FALSE;
}

/* --- text --- */

/* A table is UTF-8 without zero bytes; whatever is not shows itself here. */
static gboolean
check_text (const char  *file,
            const char  *text,
            gsize        length,
            GError     **error)
{
  const char *end;
  guint line = 1;

  if (g_utf8_validate_len (text, length, &end))
    return TRUE;

  for (const char *p = text; p < end; p++)
    line += *p == '\n';
  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               "%s, line %u: expected text in UTF-8, found byte 0x%02x; "
               "save the table as UTF-8 text", file, line, (guchar) *end);
  return FALSE;
}

/* The separator that the first line has most of, outside quotes. */
static char
guess_separator (const char *text,
                 gsize       length)
{
  static const char separators[] = { ',', ';', '\t' };
  gsize counts[G_N_ELEMENTS (separators)] = { 0 };
  gboolean quoted = FALSE;
  guint best = 0;

  for (gsize i = 0; i < length && (quoted || (text[i] != '\n' && text[i] != '\r')); i++)
    {
      quoted = quoted != (text[i] == '"');
      for (guint s = 0; s < G_N_ELEMENTS (separators); s++)
        counts[s] += !quoted && text[i] == separators[s];
    }

  for (guint s = 1; s < G_N_ELEMENTS (separators); s++)
    if (counts[s] > counts[best])
      best = s;

  return separators[best];
}

/* --- cells --- */

static gboolean
is_blank (const Reader *reader,
          char          c)
{
  return (c == ' ' || c == '\t') && c != reader->separator;
}

static gboolean
ends_line (char c)
{
  return c == '\n' || c == '\r';
}

/* Past LF, CR LF or CR; the zero behind the text makes the look ahead safe. */
static void
skip_line_end (Reader *reader)
{
  const char *text = reader->csv->text;

  if (reader->at >= reader->length)
    return;

  reader->at += text[reader->at] == '\r' && text[reader->at + 1] == '\n' ? 2 : 1;
  reader->line++;
}

/* From behind the opening quote; *end is where the cell's final zero goes. */
static gboolean
read_quoted (Reader  *reader,
             gsize   *end,
             GError **error)
{
  char *text = reader->csv->text;
  guint32 opened = reader->line;
  gsize to = reader->at;

  for (; reader->at < reader->length; reader->at++)
    {
      if (text[reader->at] == '"')
        {
          if (text[reader->at + 1] != '"')
            break;
          reader->at++;
        }
      reader->line += text[reader->at] == '\n';
      text[to++] = text[reader->at];
    }

  if (reader->at >= reader->length)
    {
      reader->line = opened;
      return refuse (reader, "the quote opened here is never closed", error);
    }

  reader->at++;
  *end = to;
  while (reader->at < reader->length && is_blank (reader, text[reader->at]))
    reader->at++;
  if (reader->at < reader->length && text[reader->at] != reader->separator
      && !ends_line (text[reader->at]))
    return refuse (reader, "expected a separator or the end of the line behind the closing quote; "
                           "a quote within a cell is written twice", error);

  return TRUE;
}

static gsize
read_bare (Reader *reader)
{
  const char *text = reader->csv->text;
  gsize start = reader->at, end;

  while (reader->at < reader->length && text[reader->at] != reader->separator
         && !ends_line (text[reader->at]))
    reader->at++;

  end = reader->at;
  while (end > start && is_blank (reader, text[end - 1]))
    end--;

  return end;
}

/* Reads one cell; *last: the line ends behind it, and is passed over. */
static gboolean
read_cell (Reader    *reader,
           gboolean  *last,
           GError   **error)
{
  char *text = reader->csv->text;
  guint32 start;
  gsize end = 0;

  while (reader->at < reader->length && is_blank (reader, text[reader->at]))
    reader->at++;

  if (reader->at < reader->length && text[reader->at] == '"')
    {
      start = (guint32) ++reader->at;
      if (!read_quoted (reader, &end, error))
        return FALSE;
    }
  else
    {
      start = (guint32) reader->at;
      end = read_bare (reader);
    }

  *last = reader->at >= reader->length || text[reader->at] != reader->separator;
  if (*last)
    skip_line_end (reader);
  else
    reader->at++;

  text[end] = '\0';
  g_array_append_val (reader->csv->cells, start);
  return TRUE;
}

/* Reads the cells of a line, *n of them. */
static gboolean
read_row (Reader  *reader,
          guint   *n,
          GError **error)
{
  gboolean last = FALSE;

  for (reader->column = 0; !last; reader->column++)
    {
      if (reader->column >= MOST_COLUMNS)
        return refuse (reader, "expected at most 16384 columns, found more", error);
      if (!read_cell (reader, &last, error))
        return FALSE;
    }

  *n = reader->column;
  return TRUE;
}

static void
skip_empty_lines (Reader *reader)
{
  const char *text = reader->csv->text;
  gsize at = reader->at;

  while (at < reader->length)
    {
      while (at < reader->length && is_blank (reader, text[at]))
        at++;
      if (at < reader->length && !ends_line (text[at]))
        return;
      reader->at = at;
      skip_line_end (reader);
      at = reader->at;
    }
}

/* --- the table --- */

static char *
next_name (const MtlCsv *self,
           guint         column)
{
  const char *name = self->text + g_array_index (self->cells, guint32, column);

  return *name != '\0' ? g_strdup (name) : g_strdup_printf ("column%u", column + 1);
}

static gboolean
read_names (Reader  *reader,
            GError **error)
{
  MtlCsv *csv = reader->csv;
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint32 line;

  skip_empty_lines (reader);
  line = reader->line;
  if (reader->at >= reader->length)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                   "%s: expected a line with the names of the columns and rows below it, "
                   "found an empty file", csv->file);
      return FALSE;
    }
  if (!read_row (reader, &csv->n_columns, error))
    return FALSE;

  csv->names = g_new0 (char *, csv->n_columns + 1);
  for (guint c = 0; c < csv->n_columns; c++)
    {
      csv->names[c] = next_name (csv, c);
      if (!g_hash_table_add (seen, csv->names[c]))
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                       "%s, line %u, column %u: expected a name of its own for each column, "
                       "found “%s” again", csv->file, line, c + 1, csv->names[c]);
          return FALSE;
        }
    }

  g_array_set_size (csv->cells, 0);
  return TRUE;
}

static gboolean
read_rows (Reader  *reader,
           GError **error)
{
  MtlCsv *csv = reader->csv;

  for (skip_empty_lines (reader); reader->at < reader->length; skip_empty_lines (reader))
    {
      guint32 line = reader->line;
      guint n;

      if (csv->cells->len > MOST_CELLS - csv->n_columns)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                       "%s, line %u: expected at most 2²⁸ cells, found more; "
                       "leave out columns that are not needed", csv->file, line);
          return FALSE;
        }
      if (!read_row (reader, &n, error))
        return FALSE;
      if (n != csv->n_columns)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                       "%s, line %u: expected %u cells, one for each column, found %u",
                       csv->file, line, csv->n_columns, n);
          return FALSE;
        }
      g_array_append_val (csv->lines, line);
      csv->n_rows++;
    }

  if (csv->n_rows == 0)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                 "%s: expected rows below the names of the columns, found none", csv->file);
  return csv->n_rows > 0;
}

MtlCsv *
mtl_csv_parse (const char  *file,
               GByteArray  *bytes,
               GError     **error)
{
  g_autoptr(MtlCsv) self = g_new0 (MtlCsv, 1);
  Reader reader = { .csv = self, .length = bytes->len, .line = 1 };

  /* The zero behind the text ends its last cell and stops a look ahead. */
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  self->file = g_strdup (file);
  self->text = (char *) g_byte_array_free (bytes, FALSE);
  self->cells = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->lines = g_array_new (FALSE, FALSE, sizeof (guint32));

  if (!check_text (file, self->text, reader.length, error))
    return NULL;

  if (g_str_has_prefix (self->text, "\xef\xbb\xbf"))  /* a byte order mark */
    reader.at = 3;
  reader.separator = guess_separator (self->text + reader.at, reader.length - reader.at);
  if (!read_names (&reader, error) || !read_rows (&reader, error))
    return NULL;

  return g_steal_pointer (&self);
}

MtlCsv *
mtl_csv_read (const char    *path,
              GCancellable  *cancel,
              GError       **error)
{
  gboolean more;
  g_autofree char *file = g_path_get_basename (path);
  GByteArray *bytes = mtl_file_read (path, MOST_BYTES, &more, cancel, error);

  if (bytes == NULL)
    return NULL;

  if (more)
    {
      g_byte_array_unref (bytes);
      g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                   "%s: expected at most 1 GiB of text, found more", file);
      return NULL;
    }

  return mtl_csv_parse (file, bytes, error);
}

void
mtl_csv_free (MtlCsv *self)
{
  g_free (self->file);
  g_free (self->text);
  g_strfreev (self->names);
  g_clear_pointer (&self->cells, g_array_unref);
  g_clear_pointer (&self->lines, g_array_unref);
  g_free (self);
}

const char *
mtl_csv_cell (const MtlCsv *self,
              gsize         row,
              guint         column)
{
  return self->text + g_array_index (self->cells, guint32, row * self->n_columns + column);
}

int
mtl_csv_find (const MtlCsv  *self,
              const char    *name,
              GError       **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (guint c = 0; c < self->n_columns; c++)
    {
      if (strcmp (self->names[c], name) == 0)
        return (int) c;
      g_ptr_array_add (known, self->names[c]);
    }

  hint = mtl_nearest_hint (name, known);
  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA, "%s has no column “%s”; %s",
               self->file, name, hint);
  return -1;
}

gboolean
mtl_csv_refuse (const MtlCsv  *self,
                gsize          row,
                guint          column,
                const char    *expected,
                GError       **error)
{
  g_autofree char *found = g_utf8_substring (mtl_csv_cell (self, row, column), 0,
    MIN (40, g_utf8_strlen (mtl_csv_cell (self, row, column), -1)));

  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               "%s, line %u, column %u (%s): expected %s, found “%s”", self->file,
               g_array_index (self->lines, guint32, row), column + 1, self->names[column],
               expected, found);
  return FALSE;
}
