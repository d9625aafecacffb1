/* mtl-c-test.c — the self test of a C header: samples and what the engine makes of them
 *
 * It runs the function of all heads and that of each head on training samples,
 * and compares with the outputs of an evaluation pass. Sums are added up in
 * another order there, so the last bits differ.
 *
 * Where a source says what raw values its inputs are made of, the test begins
 * with raw values, and all of those of its last sample are missing. The expected
 * outputs are of the inputs that these rows give, which differ by a rounding
 * from those of the table: what is left to differ is the order of sums.
 *
 * Without the data's rows samples are drawn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-c-names.h"
#include "mtl-c-private.h"

#define TOLERANCE "1e-5f"  /* of the largest expected output */
#define SEED      1        /* of drawn samples */

typedef struct
{
  MtlBatch *batch;
  gboolean  drawn;           /* the samples are nobody's */
  float    *raws[MTL_SOURCE_MAX_PORTS];  /* samples × raw values; NULL: the port has none */
  float   **outputs;         /* [task]: samples × size; NULL: not exported */
  char     *expected[MTL_MAX_TASKS];   /* [task]: name of the array */
  char     *inputs[MTL_SOURCE_MAX_PORTS];
  float     largest;         /* of all outputs */
  float     units[MTL_MAX_TASKS];      /* the same of each head, where they differ in unit */
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
    {
      g_free (self->inputs[p]);
      g_free (self->raws[p]);
    }
  g_free (self->outputs);
  mtl_batch_free (self->batch);
}

/* --- samples --- */

static void
draw_row (const MtlRaw *raws,
          guint         n,
          MtlRng        rng,
          float        *row)
{
  for (guint i = 0; i < n; i++)
    {
      gsize width = mtl_raw_width (&raws[i]);

      if (raws[i].classes == NULL)
        row[i] = (float) CLAMP (raws[i].mean + raws[i].spread * mtl_rng_normal (rng, i),
                                -G_MAXFLOAT, G_MAXFLOAT);
      else
        row[i] = width > 0 ? (float) mtl_rng_below (rng, i, width) : NAN;
    }
}

/* Sets raw values, and the inputs that they give. */
static void
take_raws (const MtlCFile *file,
           Answers        *answers,
           guint           port,
           MtlRng          rng)
{
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);
  const MtlRaw *raws = info->raws[port];
  guint n = info->n_raws[port];
  gsize size = mtl_shape_size (&info->shapes[port]);

  answers->raws[port] = g_new (float, file->samples * n);
  for (gsize i = 0; i < file->samples; i++)
    {
      float *row = answers->raws[port] + i * n, *x = answers->batch->x[port] + i * size;

      if (answers->drawn)
        draw_row (raws, n, mtl_rng_derive (rng, i), row);
      else
        mtl_raws_restore (raws, n, x, row);
      for (guint v = 0; i > 0 && i + 1 == file->samples && v < n; v++)
        row[v] = NAN;
      mtl_raws_prepare (raws, n, row, x);
    }
}

static void
take_samples (const MtlCFile *file,
              Answers        *answers)
{
  MtlData *data = file->plan->data;
  const MtlSourceInfo *info = mtl_data_info (data);
  g_autofree guint32 *index = g_new (guint32, file->samples);

  for (gsize i = 0; i < file->samples; i++)
    index[i] = (guint32) i;
  answers->drawn = mtl_data_rows (data, MTL_DATA_TRAIN) == 0;
  answers->batch = mtl_batch_new (data, file->samples);
  answers->batch->rows = file->samples;
  if (!answers->drawn)
    mtl_batch_fill (answers->batch, data, MTL_DATA_TRAIN, index, file->samples, NULL);

  for (guint p = 0; p < info->n_ports; p++)
    {
      MtlRng rng = mtl_rng_derive (mtl_rng_new (SEED, MTL_STREAM_DATA), p);

      if (file->raws[p].prepare != NULL)
        take_raws (file, answers, p, rng);
      else if (answers->drawn)
        mtl_rng_fill (rng, 0, file->samples * mtl_shape_size (&info->shapes[p]),
                      answers->batch->x[p]);
    }
}

/* --- what the engine makes of them --- */

static void
compute (MtlCFile *file,
         Answers  *answers)
{
  const MtlPlan *plan = file->plan;
  MtlPass pass = { file->in->theta, answers->batch, file->tasks, MTL_PASS_EVALUATE, { 0 } };

  answers->outputs = g_new0 (float *, plan->n_tasks);
  for (guint k = 0; k < plan->n_tasks; k++)
    if (mtl_c_has_task (file->tasks, k))
      answers->outputs[k] = g_new0 (float, file->samples * plan->tasks[k].size);
  mtl_work_run (file->in->work, &pass, NULL, NULL, answers->outputs);
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

/* Takes outputs to the units of their targets, as the heads do. A difference is
 * then a share of the largest output of its head, with the mean or without: they
 * may cancel. */
static void
measure_outputs (const MtlCFile *file,
                 Answers        *answers)
{
  for (guint k = 0; k < file->plan->n_tasks; k++)
    {
      const MtlRaw *scale = mtl_c_scale (file, k);
      float largest = 0.0f;

      for (gsize i = 0; answers->outputs[k] != NULL
                        && i < file->samples * file->plan->tasks[k].size; i++)
        {
          float *value = &answers->outputs[k][i];
          float part = scale != NULL ? *value * scale->spread : *value;

          *value = scale != NULL ? part + scale->mean : part;
          largest = MAX (largest, MAX (fabsf (part), fabsf (*value)));
        }
      answers->units[k] = largest > 0.0f ? largest : 1.0f;
    }
}

/* --- arrays --- */

/* @size: of one sample */
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

static gboolean
has_raws (const MtlCFile *file)
{
  gboolean any = FALSE;

  for (guint p = 0; p < MTL_SOURCE_MAX_PORTS; p++)
    any = any || file->raws[p].prepare != NULL;

  return any;
}

static void
write_inputs (MtlCFile *file,
              Answers  *answers)
{
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);

  for (guint p = 0; p < info->n_ports; p++)
    if ((file->all->ports >> p & 1) != 0)
      {
        gboolean raw = answers->raws[p] != NULL;
        g_autofree char *wish = g_strdup_printf (raw ? "test_%s_raw" : "test_%s", file->inputs[p]);

        answers->inputs[p] = write_samples (file, wish,
                                            raw ? answers->raws[p] : answers->batch->x[p],
                                            raw ? info->n_raws[p]
                                                : mtl_shape_size (&info->shapes[p]));
      }
}

static void
write_arrays (MtlCFile *file,
              Answers  *answers)
{
  const char *what = answers->drawn ? "Samples drawn for want of the data," : "Training samples";

  if (has_raws (file))
    g_string_append_printf (file->text, "\n#include <math.h>  /* NAN */\n"
                            "\n/* %s 0 to %" G_GSIZE_FORMAT ", as they are measured%s,\n"
                            " * and what the heads make of them. */", what, file->samples - 1,
                            file->samples > 1 ? ", all of the last one missing" : "");
  else
    g_string_append_printf (file->text, "\n/* %s 0 to %" G_GSIZE_FORMAT
                            ", and what the heads make of them. */", what, file->samples - 1);
  write_inputs (file, answers);

  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (answers->outputs[k] != NULL)
      {
        g_autofree char *wish = g_strdup_printf ("test_%s", file->heads[k].word);

        answers->expected[k] = write_samples (file, wish, answers->outputs[k],
                                              file->plan->tasks[k].size);
      }
}

/* --- functions --- */

static void
write_comparison (MtlCFile      *file,
                  const Answers *answers,
                  guint          task)
{
  gsize size = file->plan->tasks[task].size;

  g_string_append_printf (file->text, "      most = %s_worse (most, %s, %s + n * %" G_GSIZE_FORMAT
                          ", %" G_GSIZE_FORMAT, file->prefix, file->heads[task].output,
                          answers->expected[task], size, size);
  if (file->measured)
    {
      g_string_append (file->text, ", ");
      mtl_c_append_float (file->text, answers->units[task]);
    }
  g_string_append (file->text, ");\n");
}

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
    if ((layout->ports >> p & 1) != 0 && answers->raws[p] != NULL)
      g_string_append_printf (file->text, "%s, ", file->inputs[p]);
    else if ((layout->ports >> p & 1) != 0)
      g_string_append_printf (file->text, "%s + n * %" G_GSIZE_FORMAT ", ", answers->inputs[p],
                              mtl_shape_size (&info->shapes[p]));
  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (mtl_c_has_task (layout->tasks, k))
      g_string_append_printf (file->text, "%s, ", file->heads[k].output);
  g_string_append (file->text, "scratch);\n");

  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (mtl_c_has_task (layout->tasks, k))
      write_comparison (file, answers, k);
}

/* With outputs in several units each is measured by the largest of its own. */
static void
write_worse (MtlCFile *file)
{
  const char *unit = file->measured ? " / unit" : "";

  g_string_append_printf (file->text,
                          "\n/* The largest difference so far; a NaN is larger than any. */\n"
                          "static inline float\n"
                          "%s_worse (float most, const float *found, const float *expected, "
                          "long size%s)\n"
                          "{\n"
                          "  for (long i = 0; i < size; i++)\n"
                          "    {\n"
                          "      float difference = found[i] < expected[i]\n"
                          "                         ? expected[i] - found[i] : found[i] - "
                          "expected[i];\n"
                          "\n"
                          "      if (difference%s > most || difference != difference)\n"
                          "        most = difference%s;\n"
                          "    }\n"
                          "\n"
                          "  return most;\n"
                          "}\n", file->prefix, file->measured ? ", float unit" : "", unit, unit);
}

static void
write_preparation (MtlCFile      *file,
                   const Answers *answers)
{
  for (guint p = 0; p < MTL_SOURCE_MAX_PORTS; p++)
    if (answers->raws[p] != NULL)
      g_string_append_printf (file->text, "      %s (%s + n * %u, %s);\n", file->raws[p].prepare,
                              answers->inputs[p], file->raws[p].n, file->inputs[p]);
}

static void
write_variables (MtlCFile      *file,
                 const Answers *answers)
{
  for (guint p = 0; p < MTL_SOURCE_MAX_PORTS; p++)
    if (answers->raws[p] != NULL)
      g_string_append_printf (file->text, "  static float %s[%s];\n", file->inputs[p],
                              file->sizes[p]);
  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (answers->outputs[k] != NULL)
      g_string_append_printf (file->text, "  static float %s[%" G_GSIZE_FORMAT "];\n",
                              file->heads[k].output, file->plan->tasks[k].size);
  g_string_append (file->text, "  float most = 0.0f;\n\n");
}

static void
write_function (MtlCFile      *file,
                const Answers *answers)
{
  g_string_append_printf (file->text,
                          "\n/* Runs every function on the samples above. Returns 0 when all "
                          "outputs are as expected,\n"
                          " * 1 when one is not. @worst: the largest difference as a share of the "
                          "largest output%s"
                          "a null pointer where it is not wanted. */\n"
                          "static inline int\n"
                          "%s_self_test (float *scratch,\n%*sfloat *worst)\n"
                          "{\n", file->measured ? " of its\n * head; " : ";\n * ", file->prefix,
                          (int) strlen (file->prefix) + 12, "");
  write_variables (file, answers);
  g_string_append_printf (file->text, "  for (long n = 0; n < %" G_GSIZE_FORMAT "; n++)\n    {\n",
                          file->samples);
  write_preparation (file, answers);

  if (file->n_heads > 1)
    {
      g_autofree char *all = g_strdup_printf ("%s_all", file->prefix);

      write_call (file, answers, all, -1);
    }
  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (answers->outputs[k] != NULL)
      write_call (file, answers, file->heads[k].name, (int) k);
  g_string_append (file->text, "    }\n\n");

  if (!file->measured)
    {
      g_string_append (file->text, "  most /= ");
      mtl_c_append_float (file->text, answers->largest);
      g_string_append (file->text, ";\n");
    }
  g_string_append (file->text, "  if (worst)\n    *worst = most;\n\n"
                   "  return most <= " TOLERANCE " ? 0 : 1;\n}\n");
}

gboolean
mtl_c_write_self_test (MtlCFile  *file,
                       GError   **error)
{
  Answers answers = { 0 };

  take_samples (file, &answers);
  compute (file, &answers);
  if (file->measured)
    measure_outputs (file, &answers);
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
