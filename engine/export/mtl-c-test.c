/* mtl-c-test.c — the self test of a C header: samples and what the engine makes of them
 *
 * It runs the function of all heads and that of each head on training samples,
 * and compares with the outputs of an evaluation pass. Sums are added up in
 * another order there, so the last bits differ.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-c-names.h"
#include "mtl-c-private.h"

#define TOLERANCE "1e-5f"  /* of the largest expected output */

typedef struct
{
  MtlBatch *batch;
  float   **outputs;         /* [task]: samples × size; NULL: not exported */
  char     *expected[MTL_MAX_TASKS];   /* [task]: name of the array */
  char     *inputs[MTL_SOURCE_MAX_PORTS];
  float     largest;
} Answers;

static void
answers_clear (Answers *self,
               guint    n_tasks)
{
  for (guint k = 0; k < n_tasks; k++)
    {
      g_free (self->outputs[k]);
      g_free (self->expected[k]);
    }
  for (guint p = 0; p < MTL_SOURCE_MAX_PORTS; p++)
    g_free (self->inputs[p]);
  g_free (self->outputs);
  mtl_batch_free (self->batch);
}

static gboolean
check_outputs (MtlCFile  *file,
               Answers   *answers,
               GError   **error)
{
  answers->largest = 0.0f;
  for (guint k = 0; k < file->plan->n_tasks; k++)
    for (gsize i = 0; answers->outputs[k] != NULL
                      && i < file->samples * file->plan->tasks[k].size; i++)
      {
        float value = answers->outputs[k][i];

        if (!isfinite (value))
          {
            g_set_error (error, MTL_ERROR, MTL_ERROR_EXPORT,
                         "%s: its output for training sample %" G_GSIZE_FORMAT " is %g, so there "
                         "is nothing to test with: export an earlier checkpoint",
                         file->plan->tasks[k].id, i / file->plan->tasks[k].size, (double) value);
            return FALSE;
          }
        answers->largest = MAX (answers->largest, fabsf (value));
      }

  /* Of zeros the difference itself is measured. */
  if (answers->largest == 0.0f)
    answers->largest = 1.0f;

  return TRUE;
}

static void
compute (MtlCFile *file,
         Answers  *answers)
{
  const MtlPlan *plan = file->plan;
  g_autofree guint32 *index = g_new (guint32, file->samples);
  MtlPass pass = { file->in->theta, NULL, file->tasks, MTL_PASS_EVALUATE, { 0 } };

  for (gsize i = 0; i < file->samples; i++)
    index[i] = (guint32) i;
  answers->batch = mtl_batch_new (plan->data, file->samples);
  mtl_batch_fill (answers->batch, plan->data, MTL_DATA_TRAIN, index, file->samples, NULL);

  answers->outputs = g_new0 (float *, plan->n_tasks);
  for (guint k = 0; k < plan->n_tasks; k++)
    if (mtl_c_has_task (file->tasks, k))
      answers->outputs[k] = g_new0 (float, file->samples * plan->tasks[k].size);
  pass.batch = answers->batch;
  mtl_work_run (file->in->work, &pass, NULL, NULL, answers->outputs);
}

/* --- arrays --- */

static char *
write_samples (MtlCFile    *file,
               const char  *wish,
               const float *values,
               gsize        size)
{
  g_autofree char *word = mtl_c_claim (file->taken, wish);
  char *name = g_strdup_printf ("%s_%s", file->prefix, word);

  g_string_append_printf (file->text, "\nstatic const float %s[%" G_GSIZE_FORMAT "] = {\n", name,
                          file->samples * size);
  mtl_c_append_floats (file->text, values, file->samples * size);
  g_string_append (file->text, "};\n");

  return name;
}

static void
write_arrays (MtlCFile *file,
              Answers  *answers)
{
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);

  g_string_append_printf (file->text, "\n/* Training samples 0 to %" G_GSIZE_FORMAT
                          ", and what the heads make of them. */", file->samples - 1);
  for (guint p = 0; p < info->n_ports; p++)
    if ((file->all->ports >> p & 1) != 0)
      {
        g_autofree char *wish = g_strdup_printf ("test_%s", file->inputs[p]);

        answers->inputs[p] = write_samples (file, wish, answers->batch->x[p],
                                            mtl_shape_size (&info->shapes[p]));
      }

  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (answers->outputs[k] != NULL)
      {
        g_autofree char *wish = g_strdup_printf ("test_%s", file->heads[k].word);

        answers->expected[k] = write_samples (file, wish, answers->outputs[k],
                                              file->plan->tasks[k].size);
      }
}

/* --- functions --- */

/* A call on sample n; @task: its head alone, −1: all. */
static void
write_call (MtlCFile      *file,
            const Answers *answers,
            const char    *name,
            int            task)
{
  const MtlCLayout *layout = task < 0 ? file->all : file->heads[task].layout;
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);

  g_string_append_printf (file->text, "      %s (", name);
  for (guint p = 0; p < info->n_ports; p++)
    if ((layout->ports >> p & 1) != 0)
      g_string_append_printf (file->text, "%s + n * %" G_GSIZE_FORMAT ", ", answers->inputs[p],
                              mtl_shape_size (&info->shapes[p]));
  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (mtl_c_has_task (layout->tasks, k))
      g_string_append_printf (file->text, "%s, ", file->heads[k].output);
  g_string_append (file->text, "scratch);\n");

  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (mtl_c_has_task (layout->tasks, k))
      g_string_append_printf (file->text, "      most = %s_worse (most, %s, %s + n * %"
                              G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT ");\n", file->prefix,
                              file->heads[k].output, answers->expected[k],
                              file->plan->tasks[k].size, file->plan->tasks[k].size);
}

static void
write_worse (MtlCFile *file)
{
  g_string_append_printf (file->text,
                          "\n/* The largest difference so far; a NaN is larger than any. */\n"
                          "static inline float\n"
                          "%s_worse (float most, const float *found, const float *expected, "
                          "long size)\n"
                          "{\n"
                          "  for (long i = 0; i < size; i++)\n"
                          "    {\n"
                          "      float difference = found[i] < expected[i]\n"
                          "                         ? expected[i] - found[i] : found[i] - "
                          "expected[i];\n"
                          "\n"
                          "      if (difference > most || difference != difference)\n"
                          "        most = difference;\n"
                          "    }\n"
                          "\n"
                          "  return most;\n"
                          "}\n", file->prefix);
}

static void
write_function (MtlCFile      *file,
                const Answers *answers)
{
  g_string_append_printf (file->text,
                          "\n/* Runs every function on the samples above. Returns 0 when all "
                          "outputs are as expected,\n"
                          " * 1 when one is not. @worst: the largest difference as a share of the "
                          "largest output;\n"
                          " * a null pointer where it is not wanted. */\n"
                          "static inline int\n"
                          "%s_self_test (float *scratch,\n%*sfloat *worst)\n"
                          "{\n", file->prefix, (int) strlen (file->prefix) + 12, "");
  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (answers->outputs[k] != NULL)
      g_string_append_printf (file->text, "  static float %s[%" G_GSIZE_FORMAT "];\n",
                              file->heads[k].output, file->plan->tasks[k].size);
  g_string_append_printf (file->text, "  float most = 0.0f;\n\n"
                          "  for (long n = 0; n < %" G_GSIZE_FORMAT "; n++)\n    {\n",
                          file->samples);

  if (file->n_heads > 1)
    {
      g_autofree char *all = g_strdup_printf ("%s_all", file->prefix);

      write_call (file, answers, all, -1);
    }
  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (answers->outputs[k] != NULL)
      write_call (file, answers, file->heads[k].name, (int) k);

  g_string_append (file->text, "    }\n\n  most /= ");
  mtl_c_append_float (file->text, answers->largest);
  g_string_append (file->text, ";\n  if (worst)\n    *worst = most;\n\n"
                   "  return most <= " TOLERANCE " ? 0 : 1;\n}\n");
}

gboolean
mtl_c_write_self_test (MtlCFile  *file,
                       GError   **error)
{
  Answers answers = { 0 };

  compute (file, &answers);
  if (!check_outputs (file, &answers, error))
    {
      answers_clear (&answers, file->plan->n_tasks);
      return FALSE;
    }

  g_string_append_printf (file->text, "\n#ifdef %s_SELF_TEST\n", file->upper);
  write_arrays (file, &answers);
  write_worse (file);
  write_function (file, &answers);
  g_string_append_printf (file->text, "\n#endif /* %s_SELF_TEST */\n", file->upper);
  answers_clear (&answers, file->plan->n_tasks);

  return TRUE;
}
