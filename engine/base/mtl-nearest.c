/* mtl-nearest.c — “did you mean”: the known words nearest to a misspelt one
 *
 * Distance of Levenshtein over bytes: insertions, deletions and replacements
 * count 1 each; D(i,j) = min (D(i-1,j) + 1, D(i,j-1) + 1, D(i-1,j-1) + [a_i ≠ b_j]).
 * Cost: |a|·|b| with one row of memory; both are cut at LONGEST bytes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-nearest.h"

#include <string.h>

#define LONGEST    64  /* no id is longer */
#define MOST_SHOWN 8
#define HANDFUL    5   /* more words than that are shown as well, rather than counted */

static guint
edit_distance (const char *a,
               const char *b)
{
  guint row[LONGEST + 1];
  gsize n_a = MIN (strlen (a), LONGEST);
  gsize n_b = MIN (strlen (b), LONGEST);

  for (guint j = 0; j <= n_b; j++)
    row[j] = j;

  for (guint i = 1; i <= n_a; i++)
    {
      guint diagonal = row[0];

      row[0] = i;
      for (guint j = 1; j <= n_b; j++)
        {
          guint above = row[j];

          row[j] = MIN (MIN (above, row[j - 1]) + 1, diagonal + (a[i - 1] != b[j - 1]));
          diagonal = above;
        }
    }

  return row[n_b];
}

static char *
list_words (const GPtrArray *known)
{
  g_autoptr(GString) text = g_string_new ("there is ");
  guint n = known->len <= MOST_SHOWN + HANDFUL ? known->len : MOST_SHOWN;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", (const char *) known->pdata[i]);
  if (n < known->len)
    g_string_append_printf (text, " and %u more", known->len - n);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
mtl_nearest_hint (const char      *word,
                  const GPtrArray *known)
{
  const char *best = NULL;
  guint distance = G_MAXUINT;

  if (known->len == 0)
    return g_strdup ("");
  if (word == NULL)
    return list_words (known);

  for (guint i = 0; i < known->len; i++)
    {
      guint d = edit_distance (word, known->pdata[i]);

      if (d < distance)
        {
          distance = d;
          best = known->pdata[i];
        }
    }

  /* A third of the letters may be wrong; beyond that it is another word. */
  if (distance <= MAX (1, strlen (best) / 3))
    return g_strdup_printf ("did you mean %s?", best);

  return list_words (known);
}
