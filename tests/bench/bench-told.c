/* bench-told.c — steps, weights and memory as another program asks for them
 *
 * It reads lines, and answers each with one:
 *
 *   steps N     takes N steps; the ms that they took
 *   dump FILE   "done"; FILE then has the batch, the weights, and the losses and
 *               gradients that follow from them
 *   last FILE   "done"; FILE then has what the last step followed, a float for each
 *               weight: the trunk's direction, then the heads'
 *   memory      MiB that the process grew by at its peak since there was a
 *               batch, and MiB that the trainer would foretell
 *
 * A dump is a line of JSON, and floats of this machine without a gap: inputs,
 * targets task by task, weights, rows of the trunk's gradients task by task, and
 * the heads' gradients.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "bench-step.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtl-trainer.h"

#define MIB (1024.0 * 1024.0)

/* --- memory --- */

/* A line of /proc/self/status such as VmRSS, in bytes. */
static gsize
read_status (const char *name)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    g_error ("/proc/self/status cannot be read; memory is measured on Linux only");
  line = strstr (text, name);
  g_assert (line != NULL);

  return 1024 * strtoul (line + strlen (name) + 1, NULL, 10);
}

gsize
bench_begin_peak (void)
{
  FILE *file;

  malloc_trim (0);
  file = fopen ("/proc/self/clear_refs", "w");
  if (file != NULL)
    {
      fputs ("5\n", file);   /* the peak is what there is now */
      fclose (file);
    }

  return file != NULL ? read_status ("VmRSS") : 0;
}

static void
tell_memory (const Bench *self)
{
  g_autoptr(GError) error = NULL;
  gsize peak = read_status ("VmHWM"), foretold;

  if (!mtl_trainer_estimate (self->design, mtl_pool_n_workers (self->pool), &foretold, &error))
    g_error ("%s", error->message);
  printf ("%.3f %.3f\n", (double) (peak - self->before) / MIB, (double) foretold / MIB);
}

/* --- what a step begins with --- */

static void
append_shape (GString        *text,
              const MtlShape *shape)
{
  for (guint i = 0; i < shape->rank; i++)
    g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, i > 0 ? ", " : "[", shape->size[i]);
  g_string_append (text, "]");
}

static char *
describe (const Bench  *self,
          const double *losses)
{
  g_autoptr(GString) text = g_string_new ("{\"x\": ");
  MtlData *data = mtl_plan_data (self->plan);

  append_shape (text, &mtl_data_info (data)->shapes[0]);
  g_string_append_printf (text, ", \"rows\": %" G_GSIZE_FORMAT ", \"trunk\": %" G_GSIZE_FORMAT
                          ", \"tasks\": [", self->batch->rows, mtl_plan_n_trunk (self->plan));
  for (guint k = 0; k < mtl_plan_n_tasks (self->plan); k++)
    g_string_append_printf (text, "%s{\"target\": %" G_GSIZE_FORMAT ", \"loss\": %.9g, "
                            "\"weights\": %" G_GSIZE_FORMAT "}", k > 0 ? ", " : "",
                            mtl_data_target (data, k)->size, losses[k],
                            mtl_plan_task (self->plan, k)->n_weights);
  g_string_append (text, "], \"tensors\": [");
  for (guint n = 0; mtl_plan_tensor (self->plan, n)->offset < mtl_plan_n_trunk (self->plan); n++)
    {
      g_string_append (text, n > 0 ? ", " : "");
      append_shape (text, &mtl_plan_tensor (self->plan, n)->shape);
    }
  g_string_append (text, "]}\n");

  return g_strdup (text->str);
}

static void
write_floats (FILE        *file,
              const float *values,
              gsize        n)
{
  if (fwrite (values, sizeof *values, n, file) != n)
    g_error ("a dump cannot be written");
}

static void
write_dump (const Bench    *self,
            MtlGrads       *grads,
            const double   *losses,
            FILE           *file)
{
  MtlData *data = mtl_plan_data (self->plan);
  g_autofree char *head = describe (self, losses);
  gsize rows = self->batch->rows;
  guint n_tasks = mtl_plan_n_tasks (self->plan);

  fputs (head, file);
  write_floats (file, self->batch->x[0], rows * mtl_shape_size (&mtl_data_info (data)->shapes[0]));
  for (guint k = 0; k < n_tasks; k++)
    write_floats (file, self->batch->targets[k], rows * mtl_data_target (data, k)->size);
  write_floats (file, self->model->theta, mtl_plan_n_weights (self->plan));
  for (guint k = 0; k < n_tasks; k++)
    write_floats (file, mtl_grads_row (grads, k), mtl_plan_n_trunk (self->plan));
  for (guint k = 0; k < n_tasks; k++)
    write_floats (file, mtl_grads_head (grads, k), mtl_plan_task (self->plan, k)->n_weights);
}

static void
dump (const Bench *self,
      const char  *path)
{
  g_autoptr(MtlGrads) grads = mtl_grads_new (self->plan);
  guint n_tasks = mtl_plan_n_tasks (self->plan);
  g_autofree double *losses = g_new (double, n_tasks);
  MtlPass pass = {
    .theta = self->model->theta, .batch = self->batch, .mode = MTL_PASS_TRAIN,
    .tasks = G_MAXUINT64 >> (64 - n_tasks), .rng = mtl_rng_new (BENCH_SEED, MTL_STREAM_DROPOUT),
  };
  FILE *file = fopen (path, "wb");

  if (file == NULL)
    g_error ("%s cannot be written", path);
  mtl_work_run (self->work, &pass, losses, grads, NULL);
  write_dump (self, grads, losses, file);
  fclose (file);
}

static void
write_last (const Bench *self,
            const char  *path)
{
  FILE *file = fopen (path, "wb");

  if (file == NULL)
    g_error ("%s cannot be written", path);
  write_floats (file, mtl_step_gradient (self->step), mtl_plan_n_weights (self->plan));
  fclose (file);
}

/* --- */

void
bench_do_as_told (Bench *self)
{
  char line[4096];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_strchomp (line);
      if (g_str_has_prefix (line, "steps "))
        printf ("%.6f\n", bench_take_steps (self, (guint) strtoul (line + 6, NULL, 10)) / 1000.0);
      else if (g_str_equal (line, "memory"))
        tell_memory (self);
      else if (g_str_has_prefix (line, "dump "))
        {
          dump (self, line + 5);
          printf ("done\n");
        }
      else if (g_str_has_prefix (line, "last "))
        {
          write_last (self, line + 5);
          printf ("done\n");
        }
      else
        g_error ("no such order: %s", line);
      fflush (stdout);
    }
}
