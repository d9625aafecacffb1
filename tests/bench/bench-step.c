/* bench-step.c — whole steps of training
 *
 * A step is forward, backward, balance and update, as the trainer takes it;
 * filling the batch is left out. With no arguments each case is a line:
 * workload, method, tasks, threads, ms a step, of the fastest of many rounds,
 * which is the one least touched by what else the machine does. At the end is
 * what gradients of all tasks in one pass, their Gramian and a direction take
 * beside one backward pass for each task.
 *
 *   bench-step WORKLOAD METHOD TASKS THREADS
 *
 * runs one case as it is told to: for each line with a number of steps on
 * standard input it takes them and answers with the ms that they took, so that
 * another program can measure itself in turn with this one (compare.py).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtl-model.h"
#include "mtl-setup.h"
#include "mtl-step-private.h"

#define SEED       1
#define ROWS       1024     /* of a data set */
#define RATE       0.0001   /* so small that the last step costs what the first did */
#define ROUND_TIME 2000     /* µs: a round takes this long or is one step */
#define CASE_TIME  500000   /* µs of rounds for a line */
#define MIN_ROUNDS 5
#define ROWS_TIME  3000000  /* µs of rounds for gradients of all tasks */

typedef struct
{
  const char *type;
  const char *params;   /* of the JSON; NULL: none */
} Block;

/* A source, the blocks of the trunk one after another, a dense head for each task. */
typedef struct
{
  const char *name;
  guint       batch;
  guint       n_tasks[3];   /* cases; ends with 0 */
  const char *port;         /* of the source */
  const char *targets[2];   /* of the tasks, in turn */
  const char *head;         /* settings of the dense blocks */
  const char *loss;
  Block       blocks[12];   /* the source first; ends with a type that is NULL */
} Workload;

static const Workload workloads[] = {
  { "toy", 64, { 2 }, "features", { "y0", "y1" }, "\"units\": 1", "mse",
    { { "csv", "\"path\": \"%s\", \"targets\": \"y0,y1\", \"test\": 0" },
      { "dense", "\"units\": 32" }, { "relu", NULL },
      { "dense", "\"units\": 32" }, { "relu", NULL } } },
  { "mlp", 256, { 2, 8 }, "image", { "left", "right" }, "\"units\": 10", "cross-entropy",
    { { "glyph-pairs", "\"train-size\": 1024" }, { "flatten", NULL },
      { "dense", "\"units\": 256" }, { "relu", NULL },
      { "dense", "\"units\": 128" }, { "relu", NULL } } },
  { "lenet", 256, { 2 }, "image", { "left", "right" }, "\"units\": 10", "cross-entropy",
    { { "glyph-pairs", "\"train-size\": 1024" },
      { "conv2d", "\"channels\": 10, \"kernel\": 9" }, { "relu", NULL },
      { "max-pool", "\"size\": 2" },
      { "conv2d", "\"channels\": 20, \"kernel\": 5" }, { "relu", NULL },
      { "max-pool", "\"size\": 2" }, { "flatten", NULL },
      { "dense", "\"units\": 50" }, { "relu", NULL } } },
};

typedef struct
{
  const char *name;
  const char *balancer;
  const char *sharpness;
} Method;

static const Method methods[] = {
  { "equal", "equal", "none" },
  { "pcgrad", "pcgrad", "none" },
  { "fs-mtl", "cagrad", "fs-mtl" },
};

/* All that a case runs on. */
typedef struct
{
  MtlPlan  *plan;
  MtlPool  *pool;
  MtlWork  *work;
  MtlBatch *batch;
  MtlModel *model;
  MtlStep  *step;
  guint64   n;      /* steps so far */
} Bench;

/* A table of two inputs and two values; its path. */
static char *
write_table (void)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  MtlRng rng = mtl_rng_new (SEED, MTL_STREAM_DATA);
  char *path;
  int file = g_file_open_tmp ("basin-bench-XXXXXX.csv", &path, &error);

  g_string_append (text, "x0,x1,y0,y1\n");
  for (guint r = 0; r < ROWS; r++)
    for (guint i = 0; i < 4; i++)
      g_string_append_printf (text, "%.5f%c", mtl_rng_normal (rng, r * 4 + i),
                              i < 3 ? ',' : '\n');
  if (file < 0 || !g_close (file, &error) || !g_file_set_contents (path, text->str, -1, &error))
    g_error ("%s", error->message);

  return path;
}

static void
append_block (GString    *blocks,
              const char *id,
              const char *type,
              const char *params)
{
  g_string_append_printf (blocks, "%s{\"id\": \"%s\", \"type\": \"%s\", \"params\": {%s}}",
                          blocks->len > 0 ? ", " : "", id, type, params != NULL ? params : "");
}

static void
append_wire (GString    *wires,
             const char *from,
             const char *port,
             const char *to)
{
  g_string_append_printf (wires, "%s[\"%s.%s\", \"%s.in\"]", wires->len > 0 ? ", " : "", from,
                          port, to);
}

static void
append_head (GString        *blocks,
             GString        *wires,
             const Workload *workload,
             const char     *from,
             guint           task)
{
  g_autofree char *name = g_strdup_printf ("task%u", task);
  g_autofree char *id = g_strdup_printf ("fc%u", task);
  g_autofree char *params = g_strdup_printf ("\"loss\": \"%s\", \"target\": \"%s\"",
                                             workload->loss, workload->targets[task % 2]);

  append_block (blocks, id, "dense", workload->head);
  append_wire (wires, from, "out", id);
  append_block (blocks, name, "task", params);
  append_wire (wires, id, "out", name);
}

static MtlDesign *
make_design (const Workload *workload,
             const Method   *method,
             guint           n_tasks,
             const char     *table)
{
  g_autoptr(GString) blocks = g_string_new (NULL);
  g_autoptr(GString) wires = g_string_new (NULL);
  g_autoptr(GBytes) json = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *last = NULL;
  MtlDesign *design;

  for (guint n = 0; workload->blocks[n].type != NULL; n++)
    {
      g_autofree char *id = g_strdup_printf ("b%u", n);

      append_block (blocks, id, workload->blocks[n].type, workload->blocks[n].params);
      if (n > 0)
        append_wire (wires, last, n == 1 ? workload->port : "out", id);
      g_free (last);
      last = g_steal_pointer (&id);
    }
  for (guint k = 0; k < n_tasks; k++)
    append_head (blocks, wires, workload, last, k);
  g_string_replace (blocks, "%s", table, 0);

  g_string_prepend (blocks, "{\"basin\": 1, \"blocks\": [");
  g_string_append_printf (blocks, "], \"wires\": [%s], \"experiment\": {\"batch\": %u, "
                          "\"optimizer\": {\"type\": \"sgd\", \"lr\": %g, \"momentum\": 0.9}, "
                          "\"balancer\": {\"type\": \"%s\"}, \"sharpness\": {\"type\": \"%s\"}}}",
                          wires->str, workload->batch, RATE, method->balancer, method->sharpness);
  json = g_bytes_new (blocks->str, blocks->len);
  design = mtl_design_parse (json, workload->name, NULL, &error);
  if (design == NULL)
    g_error ("%s", error->message);

  return design;
}

static void
fill_batch (Bench   *bench,
            MtlData *data,
            guint    rows)
{
  g_autofree guint32 *order = g_new (guint32, mtl_data_rows (data, MTL_DATA_TRAIN));

  mtl_data_order (SEED, 1, order, mtl_data_rows (data, MTL_DATA_TRAIN));
  bench->batch = mtl_batch_new (data, rows);
  mtl_batch_fill (bench->batch, data, MTL_DATA_TRAIN, order, rows, NULL);
}

static void
set_up (Bench           *bench,
        const MtlDesign *design,
        guint            rows,
        guint            threads)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlData) data = mtl_setup_data (design, NULL, &error);

  *bench = (Bench) { 0 };
  if (data != NULL)
    bench->plan = mtl_plan_new (design, data, rows, TRUE, 0, &error);
  if (bench->plan == NULL)
    g_error ("%s", error->message);

  bench->pool = mtl_pool_new (threads);
  bench->work = mtl_work_new (bench->plan, bench->pool);
  bench->model = mtl_model_new (bench->plan, SEED);
  bench->step = mtl_step_new (bench->work);
  for (guint part = 0; part < MTL_N_PARTS; part++)
    mtl_step_set_balancer (bench->step, part, mtl_setup_method (design, "balancer"));
  mtl_step_set_sharp (bench->step, mtl_setup_method (design, "sharpness"));
  mtl_model_set_optimizer (bench->model, mtl_setup_method (design, "optimizer"));
  mtl_model_set_schedule (bench->model, mtl_setup_method (design, "schedule"));
  fill_batch (bench, data, rows);
}

static void
clear (Bench *bench)
{
  mtl_step_free (bench->step);
  mtl_model_free (bench->model);
  mtl_batch_free (bench->batch);
  mtl_work_free (bench->work);
  mtl_pool_free (bench->pool);
  mtl_plan_unref (bench->plan);
}

/* µs. */
static double
time_steps (Bench *bench,
            guint  n_steps)
{
  g_autoptr(GError) error = NULL;
  gint64 began = g_get_monotonic_time ();

  for (guint n = 0; n < n_steps; n++)
    {
      if (!mtl_step_take (bench->step, bench->model->theta, bench->batch, bench->n++, SEED, FALSE,
                          &error))
        g_error ("%s", error->message);
      mtl_model_update (bench->model, mtl_step_gradient (bench->step),
                        mtl_model_rate (bench->model, 0.5, 1.0), bench->pool);
    }

  return (double) (g_get_monotonic_time () - began);
}

/* ms a step, of the fastest round. */
static double
time_case (Bench *bench)
{
  double best = INFINITY;
  double spent = 0.0;
  guint n_steps = 1;

  time_steps (bench, 1);
  while (time_steps (bench, n_steps) < ROUND_TIME)
    n_steps *= 2;

  for (guint round = 0; round < MIN_ROUNDS || spent < CASE_TIME; round++)
    {
      double time = time_steps (bench, n_steps);

      spent += time;
      best = MIN (best, time / n_steps);
    }

  return best / 1000.0;
}

static void
run_case (const Workload *workload,
          const Method   *method,
          guint           n_tasks,
          guint           threads,
          void          (*run) (Bench *bench))
{
  g_autofree char *table = write_table ();
  g_autoptr(MtlDesign) design = make_design (workload, method, n_tasks, table);
  Bench bench;

  set_up (&bench, design, workload->batch, threads);
  run (&bench);
  clear (&bench);
  g_unlink (table);
}

static void
print_case (Bench *bench)
{
  printf ("%10.4f ms/step\n", time_case (bench));
  fflush (stdout);
}

/* --- gradients of all tasks beside those of each --- */

static const guint64 each_task[] = { 1, 2, 4, 8, 16, 32, 64, 128, 0 };
static const guint64 all_tasks[] = { 255, 0 };

/* Lowers @best to what a pass for each of @passes takes, in ms: forward, and
 * backward where @grads is there. */
static void
time_passes (Bench         *bench,
             const guint64 *passes,
             MtlGrads      *grads,
             double        *best)
{
  gint64 began = g_get_monotonic_time ();
  MtlPass pass = { .theta = bench->model->theta, .batch = bench->batch, .mode = MTL_PASS_TRAIN };

  for (guint p = 0; passes[p] != 0; p++)
    {
      pass.tasks = passes[p];
      mtl_work_run (bench->work, &pass, NULL, grads, NULL);
    }
  *best = MIN (*best, (double) (g_get_monotonic_time () - began) / 1000.0);
}

static void
time_direction (Bench    *bench,
                MtlGrads *grads,
                double   *best)
{
  g_autofree float *direction = g_new0 (float, mtl_grads_n_trunk (grads));
  const double w[8] = { 0.125, 0.25, 0.125, 0.25, 0.125, 0.25, 0.125, 0.25 };
  double gramian[64];
  gint64 began = g_get_monotonic_time ();

  mtl_grads_gram (grads, grads, bench->pool, gramian);
  mtl_grads_combine (grads, w, direction);
  *best = MIN (*best, (double) (g_get_monotonic_time () - began) / 1000.0);
}

static void
print_rows (Bench *bench)
{
  g_autoptr(MtlGrads) grads = mtl_grads_new (bench->plan);
  gint64 end = g_get_monotonic_time () + ROWS_TIME;
  double each_forward = INFINITY, all_forward = INFINITY, each = INFINITY, all = INFINITY;
  double direction = INFINITY;

  while (g_get_monotonic_time () < end)
    {
      time_passes (bench, each_task, NULL, &each_forward);
      time_passes (bench, all_tasks, NULL, &all_forward);
      time_passes (bench, each_task, grads, &each);
      time_passes (bench, all_tasks, grads, &all);
      time_direction (bench, grads, &direction);
    }
  each -= each_forward;
  all -= all_forward;
  printf ("backward of each task %.2f ms, of all at once %.2f, Gramian and direction %.2f: "
          "%.0f and %.0f %% of each\n", each, all, direction, 100.0 * all / each,
          100.0 * direction / each);
}

static void
run_all (void)
{
  for (guint threads = 1; threads <= 2; threads++)
    for (guint w = 0; w < G_N_ELEMENTS (workloads); w++)
      for (const guint *n_tasks = workloads[w].n_tasks; *n_tasks != 0; n_tasks++)
        for (guint m = 0; m < G_N_ELEMENTS (methods); m++)
          {
            printf ("%-6s %-8s %u tasks %u threads ", workloads[w].name, methods[m].name,
                    *n_tasks, threads);
            run_case (&workloads[w], &methods[m], *n_tasks, threads, print_case);
          }
  for (guint threads = 1; threads <= 2; threads++)
    {
      printf ("mlp 8 tasks %u threads: ", threads);
      run_case (&workloads[1], &methods[1], 8, threads, print_rows);
    }
}

static void
answer (Bench *bench)
{
  char line[32];

  while (fgets (line, sizeof line, stdin) != NULL)
    {
      printf ("%.6f\n", time_steps (bench, (guint) strtoul (line, NULL, 10)) / 1000.0);
      fflush (stdout);
    }
}

static int
run_told (char **words)
{
  const Workload *workload = NULL;
  const Method *method = NULL;
  guint n_tasks = (guint) strtoul (words[2], NULL, 10);
  guint threads = (guint) strtoul (words[3], NULL, 10);

  for (guint i = 0; i < G_N_ELEMENTS (workloads); i++)
    if (g_str_equal (workloads[i].name, words[0]))
      workload = &workloads[i];
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i].name, words[1]))
      method = &methods[i];
  if (workload == NULL || method == NULL || n_tasks < 1 || threads < 1)
    {
      fprintf (stderr, "no such case: %s %s %s %s\n", words[0], words[1], words[2], words[3]);
      return 2;
    }
  run_case (workload, method, n_tasks, threads, answer);

  return 0;
}

int
main (int    argc,
      char **argv)
{
  if (argc == 5)
    return run_told (argv + 1);

  run_all ();
  return 0;
}
