/* export-program.h — a program around an exported header, compiled and run, for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "engine-bench.h"
#include "mtl-c-names.h"
#include "mtl-exporter.h"
#include "mtl-export.h"

#define SAMPLES   16
#define TOLERANCE 1e-5  /* of the largest output of a head */

/* A network and what the engine makes of some samples. */
typedef struct
{
  MtlDesign   *design;
  MtlSnapshot *snapshot;
  MtlData     *data;
  MtlPlan     *plan;
  MtlBatch    *batch;
  float       *raw;       /* the samples as they are measured; NULL: as in the batch */
  float      **outputs;   /* [task]: in the target's own unit */
  double      *scales;    /* [task]: the largest output before its mean was added */
  guint        k;
  char        *folder;    /* for all that is written */
} Subject;

static inline void
compute_outputs (Subject *self)
{
  g_autoptr(MtlPool) pool = mtl_pool_new (1);
  g_autoptr(MtlWork) work = mtl_work_new (self->plan, pool);
  guint32 index[SAMPLES];
  MtlPass pass = { mtl_snapshot_theta (self->snapshot, NULL), NULL, all_of (self->k),
                   MTL_PASS_EVALUATE, { 0 } };

  for (guint32 i = 0; i < SAMPLES; i++)
    index[i] = 31 - i;
  self->batch = mtl_batch_new (self->data, SAMPLES);
  mtl_batch_fill (self->batch, self->data, MTL_DATA_TRAIN, index, SAMPLES, NULL);
  pass.batch = self->batch;
  self->outputs = g_new0 (float *, self->k);
  for (guint k = 0; k < self->k; k++)
    self->outputs[k] = g_new0 (float, SAMPLES * mtl_plan_task (self->plan, k)->size);
  mtl_work_run (work, &pass, NULL, NULL, self->outputs);
}

static inline void
measure_outputs (Subject *self)
{
  self->scales = g_new0 (double, self->k);
  for (guint k = 0; k < self->k; k++)
    {
      const MtlTask *task = mtl_plan_task (self->plan, k);
      const MtlRaw *raw = mtl_data_target_raw (self->data, k);
      gboolean scaled = raw != NULL && task->target.kind == MTL_TARGET_VALUES;

      for (gsize i = 0; i < SAMPLES * task->size; i++)
        {
          double part = (double) self->outputs[k][i] * (scaled ? raw->spread : 1.0);

          self->scales[k] = MAX (self->scales[k], fabs (part));
          self->outputs[k][i] = (float) (part + (scaled ? raw->mean : 0.0));
        }
    }
}

static inline void
measure_inputs (Subject *self)
{
  const MtlSourceInfo *info = mtl_data_info (self->data);
  guint n = info->n_raws[0];

  self->raw = n > 0 ? g_new (float, SAMPLES * n) : NULL;
  for (gsize i = 0; n > 0 && i < SAMPLES; i++)
    mtl_raws_restore (info->raws[0], n, self->batch->x[0] + i * mtl_shape_size (&info->shapes[0]),
                      self->raw + i * n);
}

/* Takes @design and @snapshot. */
static inline void
subject_take (Subject     *self,
              MtlDesign   *design,
              MtlSnapshot *snapshot)
{
  g_autoptr(GError) error = NULL;

  *self = (Subject) { .design = design, .snapshot = snapshot };
  self->data = mtl_setup_data (design, NULL, &error);
  g_assert_no_error (error);
  self->plan = mtl_plan_new (design, self->data, SAMPLES, FALSE, 0, &error);
  g_assert_no_error (error);
  self->k = mtl_plan_n_tasks (self->plan);
  compute_outputs (self);
  measure_outputs (self);
  measure_inputs (self);
  self->folder = g_dir_make_tmp ("basin-export-XXXXXX", &error);
  g_assert_no_error (error);
}

/* Takes @design. Biases are drawn as well, or a forgotten one would not show. */
static inline void
subject_open (Subject   *self,
              MtlDesign *design,
              guint32    seed)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autofree float *theta = NULL;
  g_autoptr(MtlData) data = mtl_setup_data (design, NULL, &error);
  g_autoptr(MtlPlan) plan = NULL;
  gsize p;

  g_assert_no_error (error);
  plan = mtl_plan_new (design, data, SAMPLES, FALSE, 0, &error);
  g_assert_no_error (error);
  p = mtl_plan_n_weights (plan);
  theta = g_new (float, p);
  mtl_plan_initialise (plan, seed, theta);
  for (gsize i = 0; i < p; i++)
    theta[i] += (float) g_rand_double_range (rand, -0.05, 0.05);
  subject_take (self, design, mtl_snapshot_new (design, theta, p, 0, 0));
}

static inline void
subject_clear (Subject *self)
{
  g_autoptr(GDir) dir = g_dir_open (self->folder, 0, NULL);

  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (self->folder);
  for (guint k = 0; k < self->k; k++)
    g_free (self->outputs[k]);
  g_free (self->outputs);
  g_free (self->scales);
  g_free (self->raw);
  g_free (self->folder);
  g_clear_pointer (&self->batch, mtl_batch_free);
  g_clear_pointer (&self->plan, mtl_plan_unref);
  g_clear_pointer (&self->data, mtl_data_unref);
  mtl_snapshot_unref (self->snapshot);
  mtl_design_unref (self->design);
}

/* --- files --- */

static inline void
put_file (const Subject *self,
          const char    *name,
          gconstpointer  bytes,
          gsize          n)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_file_set_contents (path, bytes, (gssize) n, &error);
  g_assert_no_error (error);
}

static inline float *
get_floats (const Subject *self,
            const char    *name,
            gsize         *n)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  char *bytes;

  g_file_get_contents (path, &bytes, n, &error);
  g_assert_no_error (error);
  *n /= sizeof (float);

  return (float *) (gpointer) bytes;
}

/* Runs a command in the folder; its words are parted by blanks. */
static inline void
run_command (const Subject *self,
             const char    *command)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) words = g_strsplit (command, " ", -1);
  g_autofree char *out = NULL;
  g_autofree char *said = NULL;
  int status;

  g_spawn_sync (self->folder, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &said, &status,
                &error);
  g_assert_no_error (error);
  if (status != 0)
    g_error ("%s in %s: status %d\n%s%s", command, self->folder, status, out, said);
}

/* --- programs, in which @p and @P stand for the prefix of all names --- */

static const char program_head[] =
  "#include <stdio.h>\n"
  "#include <stdlib.h>\n"
  "#include <string.h>\n"
  "#define @P_SELF_TEST\n"
  "#include \"@p.h\"\n\n"
  "int again (float *scratch);\n\n"
  "int\n"
  "main (void)\n"
  "{\n"
  "  static float x[@P_INPUT_SIZE], row[ROW];\n"
  "  float *scratch = (float *) malloc ((@P_SCRATCH_FLOATS + EXTRA) * sizeof (float));\n"
  "  FILE *in = fopen (\"in\", \"rb\"), *out = fopen (\"out\", \"wb\");\n"
  "  const char *fault = 0;\n"
  "  float worst = -1.0f;\n\n"
  "  for (long i = 0; i < @P_SCRATCH_FLOATS + EXTRA; i++)\n"
  "    scratch[i] = 12345.0f;\n"
  "  while (fread (row, sizeof row, 1, in) == 1)\n"
  "    {\n"
  "      @PREPARE;\n";

static const char program_tail[] =
  "  fclose (in);\n"
  "  fclose (out);\n"
  "  if (@P_SCRATCH_FLOATS > 1 && scratch[@P_SCRATCH_FLOATS - 1] == 12345.0f)\n"
  "    fault = \"the last float of scratch is not needed\";\n"
  "  for (long i = 0; i < EXTRA; i++)\n"
  "    if (scratch[@P_SCRATCH_FLOATS + i] != 12345.0f)\n"
  "      fault = \"wrote behind scratch\";\n"
  "  if (again (scratch) || @p_self_test (scratch, 0))\n"
  "    fault = \"the self test does not pass without worst\";\n"
  "  if (@p_self_test (scratch, &worst) || !(worst >= 0.0f && worst <= 1e-5f))\n"
  "    fault = \"the self test does not pass\";\n"
  "  free (scratch);\n"
  "  fprintf (stderr, \"%s, worst %g\\n\", fault ? fault : \"passed\", (double) worst);\n"
  "  return fault ? 2 : 0;\n"
  "}\n";

/* From what is measured to x, which is printed; or both are the same. */
static const char prepare_raw[] = "@p_prepare (row, x);\n      fwrite (x, sizeof x, 1, out)";
static const char prepare_none[] = "memcpy (x, row, sizeof x)";

/* Another file of the same program, with and without the self test. */
static const char program_again[] =
  "#include \"@p.h\"\n"
  "#include \"@p.h\"\n\n"
  "int again (float *scratch);\n\n"
  "int\n"
  "again (float *scratch)\n"
  "{\n"
  "  return scratch == 0;\n"
  "}\n";

static inline gboolean
has_task (guint64 tasks,
          guint   k)
{
  return (tasks >> k & 1) != 0;
}

/* A call of @function, and what it gives for each of @tasks. */
static inline void
add_call (GString       *text,
          const Subject *self,
          guint64        tasks,
          const char    *function)
{
  g_string_append_printf (text, "      %s (x", function);
  for (guint k = 0; k < self->k; k++)
    if (has_task (tasks, k))
      g_string_append_printf (text, ", y%u", k);
  g_string_append (text, ", scratch);\n");
  for (guint k = 0; k < self->k; k++)
    if (has_task (tasks, k))
      g_string_append_printf (text, "      fwrite (y%u, sizeof y%u, 1, out);\n", k, k);
}

static inline void
add_calls (GString       *text,
           const Subject *self,
           guint64        tasks)
{
  gboolean one = mtl_count_tasks (tasks) == 1;

  for (guint k = 0; k < self->k; k++)
    if (has_task (tasks, k))
      g_string_append_printf (text, "      static float y%u[%" G_GSIZE_FORMAT "];\n", k,
                              mtl_plan_task (self->plan, k)->size);
  add_call (text, self, tasks, one ? "@p" : "@p_all");
  for (guint k = 0; !one && k < self->k; k++)
    if (has_task (tasks, k))
      {
        g_autofree char *word = mtl_c_word (mtl_plan_task (self->plan, k)->id);
        g_autofree char *function = g_strdup_printf ("@p_%s", word);

        add_call (text, self, G_GUINT64_CONSTANT (1) << k, function);
      }
  g_string_append (text, "    }\n");
}

/* The arrays of all tensors that @tasks need, in the order of θ. */
static inline void
add_weights (GString       *text,
             const Subject *self,
             guint64        tasks)
{
  for (guint t = 0; t < mtl_plan_n_tensors (self->plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (self->plan, t);
      g_autofree char *word = mtl_c_word (tensor->block);

      if ((tensor->tasks & tasks) != 0)
        g_string_append_printf (text, "  fwrite (@p_%s_%s, sizeof @p_%s_%s, 1, out);\n", word,
                                tensor->name, word, tensor->name);
    }
}

static inline void
put_program (const Subject *self,
             const char    *file,
             GString       *text,
             const char    *prefix)
{
  g_autofree char *upper = g_ascii_strup (prefix, -1);

  g_string_replace (text, "@PREPARE", self->raw != NULL ? prepare_raw : prepare_none, 0);
  g_string_replace (text, "ROW", self->raw != NULL ? "@P_RAW_SIZE" : "@P_INPUT_SIZE", 0);
  g_string_replace (text, "@p", prefix, 0);
  g_string_replace (text, "@P", upper, 0);
  put_file (self, file, text->str, text->len);
}

/* Writes main.c, again.c and in beside the header @prefix.h. */
static inline void
write_program (const Subject *self,
               guint64        tasks,
               const char    *prefix)
{
  const MtlSourceInfo *info = mtl_data_info (self->data);
  g_autoptr(GString) text = g_string_new (program_head);
  g_autoptr(GString) again = g_string_new (program_again);
  gsize size = self->raw != NULL ? info->n_raws[0] : mtl_shape_size (&info->shapes[0]);

  add_calls (text, self, tasks);
  add_weights (text, self, tasks);
  if (self->raw != NULL)
    g_string_append (text, "  fwrite (@p_raw_mean, sizeof @p_raw_mean, 1, out);\n"
                     "  fwrite (@p_raw_scale, sizeof @p_raw_scale, 1, out);\n");
  g_string_append (text, program_tail);
  put_program (self, "main.c", text, prefix);
  put_program (self, "again.c", again, prefix);
  put_file (self, "in", self->raw != NULL ? self->raw : self->batch->x[0],
            SAMPLES * size * sizeof (float));
}
