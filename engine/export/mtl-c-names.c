/* mtl-c-names.c — names, words and numbers that any C compiler accepts
 *
 * A float is written in decimal, since hexadecimal literals are not C++11. Of
 * 6 to 9 digits the fewest are taken that lie within 2⁻²⁶ of the value, a
 * quarter of the least distance between two floats: no way of reading them,
 * not even by way of a double, rounds to another float. 9 digits always do,
 * being within 5·10⁻⁹.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-c-names.h"

#include <math.h>
#include <string.h>

#define PREFIX_BYTES 32   /* C99 tells names apart by 63 characters; a block's follow */
#define COLUMNS      100

/* Those of C, C++ and POSIX that one word names: with -I. a header of the
 * same name would hide them. */
static const char *const headers[] = {
  "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits", "locale",
  "math", "memory", "new", "setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool",
  "stddef", "stdint", "stdio", "stdlib", "stdnoreturn", "string", "strings", "tgmath", "threads",
  "time", "uchar", "unistd", "wchar", "wctype", NULL
};

char *
mtl_c_word (const char *text)
{
  g_autofree char *ascii = g_str_to_ascii (text, "C");
  GString *word = g_string_new (NULL);

  for (const char *at = ascii; *at != '\0'; at++)
    if (g_ascii_isalnum (*at))
      g_string_append_c (word, g_ascii_tolower (*at));
    else if (word->len > 0 && word->str[word->len - 1] != '_')
      g_string_append_c (word, '_');

  if (word->len > 0 && word->str[word->len - 1] == '_')
    g_string_truncate (word, word->len - 1);

  return g_string_free (word, FALSE);
}

char *
mtl_c_prefix (const char *design)
{
  g_autofree char *word = mtl_c_word (design);
  gsize n = MIN (strlen (word), PREFIX_BYTES);

  while (n > 0 && word[n - 1] == '_')
    n--;
  word[n] = '\0';

  if (n == 0)
    return g_strdup ("network");
  if (g_ascii_isdigit (word[0]))
    return g_strconcat ("net_", word, NULL);
  if (g_strv_contains (headers, word))
    return g_strconcat (word, "_net", NULL);

  return g_steal_pointer (&word);
}

char *
mtl_c_claim (GHashTable *taken,
             const char *text)
{
  g_autofree char *word = mtl_c_word (text);
  g_autofree char *name = g_strdup (word);

  for (guint n = 2; g_hash_table_contains (taken, name); n++)
    {
      g_free (name);
      name = g_strdup_printf ("%s_%u", word, n);
    }
  g_hash_table_add (taken, g_strdup (name));

  return g_steal_pointer (&name);
}

/* What ends or begins a comment is parted, and of question marks one is left:
 * two of them may begin a trigraph. */
char *
mtl_c_comment (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *ascii = g_str_to_ascii (valid, "C");
  GString *comment = g_string_new (NULL);

  for (const char *at = ascii; *at != '\0'; at++)
    {
      char c = g_ascii_isprint (*at) ? *at : ' ';
      char before = comment->len > 0 ? comment->str[comment->len - 1] : ' ';

      if ((before == '*' && c == '/') || (before == '/' && c == '*'))
        g_string_append_c (comment, ' ');
      if (c != '?' || before != '?')
        g_string_append_c (comment, c);
    }

  return g_string_free (comment, FALSE);
}

void
mtl_c_append_float (GString *to,
                    float    value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  char format[] = "%.6g";

  if (isnan (value))
    {
      g_string_append (to, "NAN");
      return;
    }

  for (char n = '6'; n <= '9'; n++)
    {
      format[2] = n;
      g_ascii_formatd (digits, sizeof digits, format, (double) value);
      if (fabs (g_ascii_strtod (digits, NULL) - (double) value) <= fabs ((double) value) * 0x1p-26)
        break;
    }

  g_string_append (to, digits);
  g_string_append (to, strpbrk (digits, ".e") != NULL ? "f" : ".0f");
}

void
mtl_c_append_floats (GString     *to,
                     const float *values,
                     gsize        n)
{
  g_autoptr(GString) number = g_string_new (NULL);
  gsize column = 0;

  for (gsize i = 0; i < n; i++)
    {
      g_string_truncate (number, 0);
      mtl_c_append_float (number, values[i]);
      g_string_append (number, i + 1 < n ? "," : "");

      if (column > 0 && column + 1 + number->len <= COLUMNS)
        {
          g_string_append_c (to, ' ');
          column += 1 + number->len;
        }
      else
        {
          g_string_append (to, column > 0 ? "\n  " : "  ");
          column = 2 + number->len;
        }
      g_string_append_len (to, number->str, (gssize) number->len);
    }
  g_string_append_c (to, '\n');
}
