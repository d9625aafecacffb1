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

/* A network with random weights and what the engine makes of some samples. */
typedef struct
{
  MtlDesign   *design;
  MtlSnapshot *snapshot;
  MtlData     *data;
  MtlPlan     *plan;
  MtlBatch    *batch;
  float      **outputs;   /* [task] */
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

/* Takes @design. Biases are drawn as well, or a forgotten one would not show. */
static inline void
subject_open (Subject   *self,
              MtlDesign *design,
              guint32    seed)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autofree float *theta = NULL;
  gsize p;

  *self = (Subject) { .design = design };
  self->data = mtl_setup_data (design, NULL, &error);
  g_assert_no_error (error);
  self->plan = mtl_plan_new (design, self->data, SAMPLES, FALSE, 0, &error);
  g_assert_no_error (error);
  self->k = mtl_plan_n_tasks (self->plan);
  p = mtl_plan_n_weights (self->plan);
  theta = g_new (float, p);
  mtl_plan_initialise (self->plan, seed, theta);
  for (gsize i = 0; i < p; i++)
    theta[i] += (float) g_rand_double_range (rand, -0.05, 0.05);
  self->snapshot = mtl_snapshot_new (design, theta, p, 0, 0);
  compute_outputs (self);
  self->folder = g_dir_make_tmp ("basin-export-XXXXXX", &error);
  g_assert_no_error (error);
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
  g_free (self->folder);
  mtl_batch_free (self->batch);
  mtl_plan_unref (self->plan);
  mtl_data_unref (self->data);
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
  "#define @P_SELF_TEST\n"
  "#include \"@p.h\"\n\n"
  "int again (float *scratch);\n\n"
  "int\n"
  "main (void)\n"
  "{\n"
  "  static float x[@P_INPUT_SIZE];\n"
  "  float *scratch = (float *) malloc ((@P_SCRATCH_FLOATS + EXTRA) * sizeof (float));\n"
  "  FILE *in = fopen (\"in\", \"rb\"), *out = fopen (\"out\", \"wb\");\n"
  "  const char *fault = 0;\n"
  "  float worst = -1.0f;\n\n"
  "  for (long i = 0; i < @P_SCRATCH_FLOATS + EXTRA; i++)\n"
  "    scratch[i] = 12345.0f;\n"
  "  while (fread (x, sizeof x, 1, in) == 1)\n"
  "    {\n";

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

      if ((tensor->tasks & tasks) != 0)
        g_string_append_printf (text, "  fwrite (@p_%s_%s, sizeof @p_%s_%s, 1, out);\n",
                                tensor->block, tensor->name, tensor->block, tensor->name);
    }
}

static inline void
put_program (const Subject *self,
             const char    *file,
             GString       *text,
             const char    *prefix)
{
  g_autofree char *upper = g_ascii_strup (prefix, -1);

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
  g_autoptr(GString) text = g_string_new (program_head);
  g_autoptr(GString) again = g_string_new (program_again);

  add_calls (text, self, tasks);
  add_weights (text, self, tasks);
  g_string_append (text, program_tail);
  put_program (self, "main.c", text, prefix);
  put_program (self, "again.c", again, prefix);
  put_file (self, "in", self->batch->x[0],
            SAMPLES * mtl_shape_size (&mtl_data_info (self->data)->shapes[0]) * sizeof (float));
}
