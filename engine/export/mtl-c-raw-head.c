/* mtl-c-raw-head.c — what a C header says of raw values, in its comment and as constants
 *
 * Constants of classes are named after them where all classes of a column make
 * different words of C; where they do not, the comment has their numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-c-names.h"
#include "mtl-c-private.h"

#define COLUMNS 100

static const char number_rules[] =
  " *   A number becomes (raw - mean) / scale, cut at 1e6 either way. One that is missing is\n"
  " *   given as NAN and becomes 0, as if it were the mean. NAN does not go with\n"
  " *   -ffinite-math-only and options that imply it.\n";

static const char class_rules[] =
  " *   A class becomes a 1 among zeros. NAN, for one that is missing, and whatever numbers no\n"
  " *   class become zeros alone.\n";

static const char last_rule[] =
  " *   So it was in training, but for rows that were left out of it.\n";

/* --- the comment --- */

void
mtl_c_append_classes (GString           *text,
                      const char *const *classes)
{
  gsize column = 0;

  for (guint c = 0; classes[c] != NULL; c++)
    {
      g_autofree char *name = mtl_c_comment (classes[c]);
      g_autofree char *word = g_strdup_printf ("%u: %s%s", c, name,
                                               classes[c + 1] != NULL ? "," : "");
      gsize length = strlen (word);
      gboolean fits = column > 0 && column + 1 + length <= COLUMNS;

      g_string_append_printf (text, "%s%s", fits ? " " : column > 0 ? "\n *     " : " *     ",
                              word);
      column = fits ? column + 1 + length : strlen (" *     ") + length;
    }
  if (column > 0)
    g_string_append_c (text, '\n');
}

static void
comment_class (GString      *text,
               const MtlRaw *raw,
               gsize         first)
{
  gsize width = mtl_raw_width (raw);

  if (width == 0)
    g_string_append (text, "a class, of which training had none, to no input\n");
  else if (width == 1)
    g_string_append_printf (text, "a class by its number, to input %" G_GSIZE_FORMAT "\n", first);
  else
    g_string_append_printf (text, "a class by its number, to inputs %" G_GSIZE_FORMAT " to %"
                            G_GSIZE_FORMAT "\n", first, first + width - 1);
  mtl_c_append_classes (text, (const char *const *) raw->classes);
}

static void
comment_number (GString      *text,
                const MtlRaw *raw,
                gsize         first)
{
  double mean = (double) raw->mean, spread = (double) raw->spread;

  if (spread > 0.0)
    g_string_append_printf (text, "mean %.6g, scale %.6g, to input %" G_GSIZE_FORMAT "\n", mean,
                            spread, first);
  else
    g_string_append_printf (text, "always %.6g in training, so input %" G_GSIZE_FORMAT
                            " is 0\n", mean, first);
  if (mtl_raw_is_coarse (mean, spread))
    g_string_append (text, " *     floats near that mean are too far apart to tell its values from "
                     "each other\n");
}

static void
comment_port (MtlCFile *file,
              guint     port)
{
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);
  gsize first = 0;

  g_string_append_printf (file->text, " * Raw values for %s(), in order, each in its own unit:\n",
                          file->raws[port].prepare);
  for (guint i = 0; i < info->n_raws[port]; i++)
    {
      const MtlRaw *raw = &info->raws[port][i];
      g_autofree char *name = mtl_c_comment (raw->name);

      g_string_append_printf (file->text, " *   %u %s: ", i, name);
      if (raw->classes != NULL)
        comment_class (file->text, raw, first);
      else
        comment_number (file->text, raw, first);
      first += mtl_raw_width (raw);
    }
}

void
mtl_c_comment_raws (MtlCFile *file)
{
  gboolean any = FALSE, mixed = FALSE;

  for (guint p = 0; p < MTL_SOURCE_MAX_PORTS; p++)
    if (file->raws[p].prepare != NULL)
      {
        comment_port (file, p);
        any = TRUE;
        mixed = mixed || file->raws[p].mixed;
      }

  if (any)
    g_string_append_printf (file->text, "%s%s%s", number_rules, mixed ? class_rules : "",
                            last_rule);
}

/* --- constants --- */

/* (transfer full): the word of each class, or NULL where one has none, it is
 * long, or another one has it. @stem: what stands before it in a name. */
static GStrv
class_words (const MtlCFile     *file,
             const char         *stem,
             const char *const  *classes)
{
  g_autoptr(GHashTable) words = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GStrvBuilder) list = g_strv_builder_new ();
  g_auto(GStrv) all = NULL;

  for (guint c = 0; classes[c] != NULL; c++)
    {
      g_autofree char *word = mtl_c_word (classes[c]);

      g_strv_builder_add (list, word);
    }
  all = g_strv_builder_end (list);

  for (guint c = 0; all[c] != NULL; c++)
    {
      g_autofree char *name = g_strdup_printf ("%s_%s", stem, all[c]);
      gsize length = strlen (all[c]);

      if (length == 0 || length > MTL_C_WORD_BYTES || !g_hash_table_add (words, all[c])
          || g_hash_table_contains (file->macros, name))
        return NULL;
    }

  return g_steal_pointer (&all);
}

static void
define_classes (MtlCFile           *file,
                const char         *stem,
                const char *const  *classes)
{
  g_auto(GStrv) words = class_words (file, stem, classes);

  for (guint c = 0; words != NULL && words[c] != NULL; c++)
    {
      g_autofree char *macro = mtl_c_claim_macro (file, stem, words[c]);

      g_string_append_printf (file->text, "#define %s %u\n", macro, c);
    }
}

static void
define_port (MtlCFile *file,
             guint     port)
{
  const MtlCRaw *self = &file->raws[port];
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);

  g_string_append_printf (file->text, "\n/* Places in a row of raw values%s. */\n#define %s %u\n",
                          self->mixed ? ", and numbers of classes" : "", self->size, self->n);
  for (guint i = 0; i < self->n; i++)
    g_string_append_printf (file->text, "#define %s %u\n", self->columns[i], i);

  /* RAW is left out of what a class is called: X_SEX_MALE. */
  for (guint i = 0; i < self->n; i++)
    if (info->raws[port][i].classes != NULL)
      {
        g_autofree char *word = mtl_c_column_word (info->raws[port][i].name);
        g_autofree char *stem = g_strdup_printf ("%s_%s", file->prefix, word);

        define_classes (file, stem, (const char *const *) info->raws[port][i].classes);
      }
}

static void
define_target (MtlCFile *file,
               guint     task)
{
  const MtlRaw *raw = mtl_data_target_raw (file->plan->data, task);
  g_autofree char *upper = g_ascii_strup (file->heads[task].name, -1);

  if (raw == NULL)
    return;
  if (raw->classes != NULL)
    define_classes (file, file->heads[task].name, (const char *const *) raw->classes);
  if (mtl_c_scale (file, task) == NULL)
    return;

  g_string_append_printf (file->text, "#define %s_MEAN ", upper);
  mtl_c_append_float (file->text, raw->mean);
  g_string_append_printf (file->text, "\n#define %s_SCALE ", upper);
  mtl_c_append_float (file->text, raw->spread);
  g_string_append_c (file->text, '\n');
}

void
mtl_c_define_raws (MtlCFile *file)
{
  gboolean targets = FALSE;

  for (guint p = 0; p < MTL_SOURCE_MAX_PORTS; p++)
    if (file->raws[p].prepare != NULL)
      define_port (file, p);

  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (file->heads[k].layout != NULL)
      {
        if (!targets && mtl_data_target_raw (file->plan->data, k) != NULL)
          g_string_append (file->text, "\n/* Numbers of classes, and mean and scale that a head "
                           "ends with. */\n");
        targets = targets || mtl_data_target_raw (file->plan->data, k) != NULL;
        define_target (file, k);
      }
}
