/* mtl-c-raw.c — what prepares raw values in a C header
 *
 * A source may say how measured values became the input of a network. A header
 * then has a function that does the same, in the arithmetic of
 * mtl_raws_prepare(), and a head of values that were standardised takes it back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-c-names.h"
#include "mtl-c-private.h"

/* --- names --- */

/* Macros that a header has whatever its raw values are called. */
static void
take_macros (MtlCFile *file)
{
  const char *const own[] = { "h", "self_test", "scratch_floats" };
  const char *const heads[] = { "outputs", "scratch_floats", "mean", "scale" };

  for (guint n = 0; n < G_N_ELEMENTS (own); n++)
    g_free (mtl_c_claim_macro (file, file->prefix, own[n]));
  for (guint p = 0; p < MTL_SOURCE_MAX_PORTS; p++)
    if (file->sizes[p] != NULL)
      g_hash_table_add (file->macros, g_ascii_strdown (file->sizes[p], -1));
  for (guint k = 0; k < file->plan->n_tasks; k++)
    for (guint n = 0; file->heads[k].layout != NULL && n < G_N_ELEMENTS (heads); n++)
      g_hash_table_add (file->macros, g_strdup_printf ("%s_%s", file->heads[k].name, heads[n]));
}

char *
mtl_c_claim_macro (MtlCFile   *file,
                   const char *stem,
                   const char *word)
{
  g_autofree char *wish = g_strdup_printf ("%s_%s", stem, word);
  g_autofree char *name = mtl_c_claim (file->macros, wish);

  return g_ascii_strup (name, -1);
}

static char *
array_name (MtlCFile   *file,
            const char *stem,
            const char *what)
{
  g_autofree char *wish = g_strdup_printf ("%s_%s", stem, what);
  g_autofree char *word = mtl_c_claim (file->taken, wish);

  return g_strdup_printf ("%s_%s", file->prefix, word);
}

char *
mtl_c_column_word (const char *column)
{
  g_autofree char *word = mtl_c_word (column);
  gsize n = MIN (strlen (word), MTL_C_WORD_BYTES);

  while (n > 0 && word[n - 1] == '_')
    n--;

  return n > 0 ? g_strndup (word, n) : g_strdup ("column");
}

/* @stem: what tells several ports apart; empty for the only one. */
static void
name_port (MtlCFile   *file,
           guint       port,
           const char *stem)
{
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);
  const char *between = *stem != '\0' ? "_" : "";
  g_autofree char *raw = g_strdup_printf ("%s%sraw", stem, between);
  g_autofree char *macro = g_strdup_printf ("%s_%s", file->prefix, raw);
  MtlCRaw *self = &file->raws[port];

  self->n = info->n_raws[port];
  self->prepare = g_strdup_printf ("%s_%s%sprepare", file->prefix, stem, between);
  self->mean = array_name (file, raw, "mean");
  self->scale = array_name (file, raw, "scale");
  self->first = array_name (file, raw, "first");
  self->classes = array_name (file, raw, "classes");
  self->size = mtl_c_claim_macro (file, macro, "size");
  self->columns = g_new0 (char *, self->n + 1);
  for (guint i = 0; i < self->n; i++)
    {
      g_autofree char *word = mtl_c_column_word (info->raws[port][i].name);

      self->columns[i] = mtl_c_claim_macro (file, macro, word);
      self->mixed = self->mixed || info->raws[port][i].classes != NULL;
    }
}

/* Functions of these names are for somebody to call: blocks have to do without. */
void
mtl_c_take_prepare (MtlCFile *file)
{
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);

  for (guint p = 0; p < info->n_ports; p++)
    if (info->n_raws[p] > 0)
      {
        g_autofree char *name = g_strdup_printf ("%s_input_prepare", info->ports[p]);

        g_hash_table_add (file->taken, g_strdup ("prepare"));
        g_hash_table_add (file->taken, mtl_c_word (name));
      }
}

void
mtl_c_name_raws (MtlCFile *file)
{
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);
  gboolean one = (file->all->ports & (file->all->ports - 1)) == 0;

  take_macros (file);
  for (guint p = 0; p < info->n_ports; p++)
    if ((file->all->ports >> p & 1) != 0 && info->n_raws[p] > 0)
      {
        name_port (file, p, one ? "" : file->inputs[p]);
        file->measured = TRUE;
      }
  for (guint k = 0; k < file->plan->n_tasks; k++)
    file->measured = file->measured || mtl_c_scale (file, k) != NULL;
}

void
mtl_c_raw_clear (MtlCRaw *self)
{
  g_free (self->prepare);
  g_free (self->mean);
  g_free (self->scale);
  g_free (self->first);
  g_free (self->classes);
  g_free (self->size);
  g_strfreev (self->columns);
}

const MtlRaw *
mtl_c_scale (const MtlCFile *file,
             guint           task)
{
  const MtlRaw *raw = mtl_data_target_raw (file->plan->data, task);

  return file->heads[task].layout != NULL && raw != NULL && raw->classes == NULL
         && file->plan->tasks[task].loss->estimates ? raw : NULL;
}

/* --- the function --- */

static void
write_floats (MtlCFile     *file,
              const char   *name,
              const MtlRaw *raws,
              guint         n,
              gsize         at)
{
  g_autofree float *values = g_new (float, n);

  for (guint i = 0; i < n; i++)
    values[i] = raws[i].classes == NULL ? G_STRUCT_MEMBER (float, &raws[i], at) : 0.0f;
  g_string_append_printf (file->text, "static const float %s[%u] = {\n", name, n);
  mtl_c_append_floats (file->text, values, n);
  g_string_append (file->text, "};\n");
}

/* The first input of each, or its number of classes. */
static void
write_counts (MtlCFile     *file,
              const char   *name,
              const MtlRaw *raws,
              guint         n,
              gboolean      classes)
{
  gsize first = 0;

  g_string_append_printf (file->text, "static const long %s[%u] = {", name, n);
  for (guint i = 0; i < n; i++)
    {
      gsize width = mtl_raw_width (&raws[i]);

      g_string_append_printf (file->text, "%s%" G_GSSIZE_FORMAT "%s", i % 12 == 0 ? "\n  " : " ",
                              !classes ? (gssize) first
                                       : raws[i].classes != NULL ? (gssize) width : -1,
                              i + 1 < n ? "," : "");
      first += width;
    }
  g_string_append (file->text, "\n};\n");
}

static void
write_body (MtlCFile      *file,
            const MtlCRaw *self)
{
  g_autoptr(GString) most = g_string_new (NULL);
  const char *place = self->mixed ? "x[0]" : "input[i]";
  const char *indent = self->mixed ? "  " : "";

  mtl_c_append_float (most, (float) MTL_RAW_FARTHEST);
  g_string_append_printf (file->text, "  for (long i = 0; i < %u; i++)\n    {\n", self->n);
  if (self->mixed)
    g_string_append_printf (file->text, "      float *x = input + %s[i];\n", self->first);
  g_string_append_printf (file->text,
                          "      float scale = %s[i];\n"
                          "      float z = scale > 0.0f ? (raw[i] - %s[i]) / scale : 0.0f;\n\n",
                          self->scale, self->mean);
  if (self->mixed)
    g_string_append_printf (file->text,
                            "      for (long c = 0; c < %s[i]; c++)\n"
                            "        x[c] = raw[i] == (float) c ? 1.0f : 0.0f;\n"
                            "      if (%s[i] < 0)\n", self->classes, self->classes);
  g_string_append_printf (file->text,
                          "%s      %s = z > %s ? %s : z < -%s ? -%s : z == z ? z : 0.0f;\n"
                          "    }\n}\n", indent, place, most->str, most->str, most->str, most->str);
}

static void
write_port (MtlCFile *file,
            guint     port)
{
  const MtlCRaw *self = &file->raws[port];
  const MtlRaw *raws = mtl_data_info (file->plan->data)->raws[port];

  g_string_append_printf (file->text, "\n/* Of each raw value: mean and scale%s. */\n",
                          self->mixed ? ", its first input, its number of classes (-1: a number)"
                                      : "");
  write_floats (file, self->mean, raws, self->n, G_STRUCT_OFFSET (MtlRaw, mean));
  write_floats (file, self->scale, raws, self->n, G_STRUCT_OFFSET (MtlRaw, spread));
  if (self->mixed)
    {
      write_counts (file, self->first, raws, self->n, FALSE);
      write_counts (file, self->classes, raws, self->n, TRUE);
    }

  g_string_append_printf (file->text,
                          "\n/* From a row of %u raw values to %s, %s floats. */\n"
                          "static inline void\n%s (const float *raw,\n%*sfloat       *input)\n{\n",
                          self->n, file->inputs[port], file->sizes[port], self->prepare,
                          (int) strlen (self->prepare) + 2, "");
  write_body (file, self);
}

void
mtl_c_write_raws (MtlCFile *file)
{
  for (guint p = 0; p < MTL_SOURCE_MAX_PORTS; p++)
    if (file->raws[p].prepare != NULL)
      write_port (file, p);
}
