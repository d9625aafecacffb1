/* c.c — a C header that holds a trained network: weights, functions and a self test
 *
 * Made for embedded use: nothing but math.h, no allocation, constant weights
 * that are exact to the bit, and the size of the working memory as a constant.
 * All names begin with that of the design, and all symbols are static, so that
 * several files of a program may include it.
 *
 * Of a source that says how it prepares what is measured, the file has that
 * too: a device then gives raw values and gets values in the targets' own units.
 *
 * With one head the file and its names bear the head's name as well, and the
 * function is the one that the file of all heads has for it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>

#include "mtl-c-names.h"
#include "mtl-c-private.h"

enum { SELF_TEST, SAMPLES };

static void
name_file (MtlCFile *file)
{
  g_autofree char *design = mtl_c_prefix (mtl_design_name (file->plan->design));

  file->prefix = g_strdup (design);
  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (file->n_heads == 1 && mtl_c_has_task (file->tasks, k))
      {
        g_autofree char *word = mtl_c_word (file->plan->tasks[k].id);

        g_free (file->prefix);
        file->prefix = g_strdup_printf ("%s_%s", design, word);
      }
  file->upper = g_ascii_strup (file->prefix, -1);
}

/* The names that somebody calls go to tasks before blocks ask for them. */
static void
name_heads (MtlCFile *file)
{
  g_hash_table_add (file->taken, g_strdup ("all"));
  g_hash_table_add (file->taken, g_strdup ("self_test"));
  g_hash_table_add (file->taken, g_strdup ("worse"));
  mtl_c_take_prepare (file);

  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (mtl_c_has_task (file->tasks, k))
      {
        MtlCHead *head = &file->heads[k];

        head->word = mtl_c_claim (file->taken, file->plan->tasks[k].id);
        head->name = file->n_heads == 1 ? g_strdup (file->prefix)
                                        : g_strdup_printf ("%s_%s", file->prefix, head->word);
        head->output = g_strdup_printf ("%s_output", head->word);
      }
}

/* One port is called input, several by their names. */
static void
name_inputs (MtlCFile *file)
{
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);
  gboolean one = (file->all->ports & (file->all->ports - 1)) == 0;
  g_autoptr(GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint p = 0; p < info->n_ports; p++)
    {
      g_autofree char *word = mtl_c_claim (taken, info->ports[p]);
      g_autofree char *upper = g_ascii_strup (one ? "input" : word, -1);

      file->inputs[p] = one ? g_strdup ("input") : g_strdup_printf ("%s_input", word);
      file->sizes[p] = g_strdup_printf ("%s_%s_SIZE", file->upper, upper);
    }
}

static void
lay_out (MtlCFile *file)
{
  file->all = mtl_c_layout_new (file, file->tasks);
  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (mtl_c_has_task (file->tasks, k))
      {
        MtlCLayout *layout = mtl_c_layout_new (file, G_GUINT64_CONSTANT (1) << k);

        file->heads[k].layout = layout;
        file->all->floats = MAX (file->all->floats, layout->floats);
      }
}

static void
file_init (MtlCFile             *file,
           const MtlExportInput *in,
           const MtlSetting     *set)
{
  gsize rows = mtl_data_rows (in->plan->data, MTL_DATA_TRAIN);

  *file = (MtlCFile) {
    .in = in,
    .plan = in->plan,
    .tasks = in->tasks,
    .n_heads = mtl_count_tasks (in->tasks),
    .taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .macros = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
    .steps = g_new0 (MtlCWriter, in->plan->n_steps),
    .heads = g_new0 (MtlCHead, in->plan->n_tasks),
    .samples = set[SELF_TEST].number != 0.0
               ? MIN ((gsize) set[SAMPLES].number, rows > 0 ? rows : MTL_EXPORT_ROWS) : 0,
    .text = g_string_new (NULL),
  };
  name_file (file);
  name_heads (file);
}

static void
file_clear (MtlCFile *file)
{
  for (guint s = 0; s < file->plan->n_steps; s++)
    {
      g_free (file->steps[s].name);
      for (guint n = 0; n < MTL_OP_MAX_TENSORS; n++)
        g_free (file->steps[s].tensors[n]);
      for (guint n = 0; n < MTL_OP_MAX_BUFFERS; n++)
        g_free (file->steps[s].buffers[n]);
      if (file->steps[s].body != NULL)
        g_string_free (file->steps[s].body, TRUE);
    }
  for (guint k = 0; k < file->plan->n_tasks; k++)
    {
      g_free (file->heads[k].word);
      g_free (file->heads[k].name);
      g_free (file->heads[k].output);
      g_clear_pointer (&file->heads[k].layout, mtl_c_layout_free);
    }
  for (guint p = 0; p < MTL_SOURCE_MAX_PORTS; p++)
    {
      g_free (file->inputs[p]);
      g_free (file->sizes[p]);
      mtl_c_raw_clear (&file->raws[p]);
    }
  g_clear_pointer (&file->all, mtl_c_layout_free);
  g_hash_table_unref (file->taken);
  g_hash_table_unref (file->macros);
  g_string_free (file->text, TRUE);
  g_free (file->prefix);
  g_free (file->upper);
  g_free (file->steps);
  g_free (file->heads);
}

static GBytes *
c_write (const MtlExportInput  *in,
         const MtlSetting      *set,
         char                 **name,
         GError               **error)
{
  MtlCFile file;
  gboolean written;
  GBytes *bytes = NULL;

  file_init (&file, in, set);
  written = mtl_c_prepare_blocks (&file, error);
  if (written)
    {
      lay_out (&file);
      name_inputs (&file);
      mtl_c_name_raws (&file);
      mtl_c_write_head (&file);
      mtl_c_write_blocks (&file);
      mtl_c_write_raws (&file);
      mtl_c_write_functions (&file);
      written = file.samples == 0 || mtl_c_write_self_test (&file, error);
    }
  if (written)
    {
      g_string_append_printf (file.text, "\n#endif /* %s_H */\n", file.upper);
      bytes = g_bytes_new (file.text->str, file.text->len);
      *name = g_strdup_printf ("%s.h", file.prefix);
    }
  file_clear (&file);

  return bytes;
}

const MtlExporter mtl_exporter_c = {
  .method = {
    .id = "c",
    .title = N_("C Header"),
    .summary = N_("One header of C99 or C++11 for embedded use, with no memory of its own."),
    .reference = "ISO/IEC 9899:1999; exact decimals: Goldberg, “What Every Computer Scientist "
                 "Should Know About Floating-Point Arithmetic”, ACM Computing Surveys 23 (1991), "
                 "theorem 15",
    .params = (const MtlParam[]) {
      [SELF_TEST] = { .id = "self-test", .title = N_("Self Test"),
                      .summary = N_("Samples with their outputs, and a function that compares"),
                      .type = MTL_FLAG, .maximum = 1, .initial = 1 },
      [SAMPLES] = { .id = "samples", .title = N_("Samples of the Self Test"),
                    .summary = N_("How many training samples it runs"),
                    .type = MTL_WHOLE, .minimum = 1, .maximum = MTL_EXPORT_ROWS, .initial = 4 },
      { NULL }
    },
  },
  .write = c_write,
};
