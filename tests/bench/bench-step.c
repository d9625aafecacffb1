/* bench-step.c — whole steps of training
 *
 * A step is forward, backward, balance and update, as the trainer takes it;
 * filling the batch is left out. With no arguments each case is a line:
 * workload, method, tasks, threads, ms a step, of the fastest of many rounds,
 * which is the one least touched by what else the machine does. At the end is
 * what gradients of all tasks in one pass, their Gramian and a direction take
 * beside one backward pass for each task: what balancing works from, and what
 * one would expect it to cost.
 *
 *   bench-step rows
 *
 * prints that alone,
 *
 *   bench-step scopes
 *
 * and
 *
 *   bench-step sharp
 *
 * set scopes and sharpness methods beside each other in turn (bench-turns.c), and
 *
 *   bench-step WORKLOAD METHOD TASKS THREADS
 *
 * runs one case as it is told to by lines of standard input (bench-told.c), so
 * that another program can measure itself in turn with this one (compare.py).
 * METHOD is one of those named below, or members of an experiment as a design
 * has them: '"balancer": {"type": "mgda"}'.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "bench-step.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "mtl-setup.h"

#define ROUND_TIME 2000     /* µs: a round takes this long or is one step */
#define CASE_TIME  500000   /* µs of rounds for a line */
#define MIN_ROUNDS 5
#define ROWS_TIME  3000000  /* µs of rounds for gradients of all tasks */
#define NOISE      0.02f    /* σ of what is added to each weight */

typedef struct
{
  const char *name;
  const char *members;   /* of the experiment */
} Method;

static const Method methods[] = {
  { "equal", "\"balancer\": {\"type\": \"equal\"}" },
  { "pcgrad", "\"balancer\": {\"type\": \"pcgrad\"}" },
  { "fs-mtl", "\"balancer\": {\"type\": \"cagrad\"}, \"sharpness\": {\"type\": \"fs-mtl\"}" },
};

/* A case that cannot be run, such as a method that needs more tasks. */
G_NORETURN static void
give_up (const GError *error)
{
  fprintf (stderr, "%s\n", error->message);
  exit (1);
}

static void
fill_batch (Bench   *bench,
            MtlData *data,
            guint    rows)
{
  g_autofree guint32 *order = g_new (guint32, mtl_data_rows (data, MTL_DATA_TRAIN));

  mtl_data_order (BENCH_SEED, 1, order, mtl_data_rows (data, MTL_DATA_TRAIN));
  bench->steps_per_epoch = MAX (1, mtl_data_rows (data, MTL_DATA_TRAIN) / rows);
  bench->batch = mtl_batch_new (data, rows);
  mtl_batch_fill (bench->batch, data, MTL_DATA_TRAIN, order, rows, NULL);
}

static MtlData *
open_data (const MtlDesign *design)
{
  g_autoptr(GError) error = NULL;
  MtlData *data = mtl_setup_data (design, NULL, &error);

  if (data == NULL)
    g_error ("%s", error->message);

  return data;
}

/* Nothing that starts at 0 or 1 stays there, where a mistake could hide. */
static void
stir (MtlModel *model)
{
  MtlRng rng = mtl_rng_new (BENCH_SEED, MTL_STREAM_PROBE);

  for (gsize i = 0; i < model->n_weights; i++)
    model->theta[i] += NOISE * (float) mtl_rng_normal (rng, i);
}

static void
set_up (Bench *bench,
        guint  rows,
        guint  threads)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlData) data = open_data (bench->design);

  fill_batch (bench, data, rows);
  bench->before = bench_begin_peak ();
  bench->plan = mtl_plan_new (bench->design, data, rows, TRUE, 0, &error);
  if (bench->plan == NULL)
    g_error ("%s", error->message);

  bench->pool = mtl_pool_new (mtl_plan_is_small (bench->plan) ? 1 : threads);
  bench->work = mtl_work_new (bench->plan, bench->pool);
  bench->model = mtl_model_new (bench->plan, BENCH_SEED);
  stir (bench->model);
  bench->step = mtl_step_new (bench->work);
  for (guint part = 0; part < MTL_N_PARTS; part++)
    mtl_step_set_balancer (bench->step, part, mtl_setup_method (bench->design, "balancer"));
  mtl_step_set_sharp (bench->step, mtl_setup_method (bench->design, "sharpness"));
  mtl_model_set_optimizer (bench->model, mtl_setup_method (bench->design, "optimizer"));
  mtl_model_set_schedule (bench->model, mtl_setup_method (bench->design, "schedule"));
}

void
bench_clear (Bench *bench)
{
  mtl_step_free (bench->step);
  mtl_model_free (bench->model);
  mtl_batch_free (bench->batch);
  mtl_work_free (bench->work);
  mtl_pool_free (bench->pool);
  mtl_plan_unref (bench->plan);
  mtl_design_unref (bench->design);
}

/* As the trainer, but that batches are as they are, and fresh ones the step's own. */
static void
take_step (Bench *bench)
{
  g_autoptr(GError) error = NULL;
  const MtlBatch *fresh[] = { bench->batch, bench->batch };
  double rate = mtl_model_rate (bench->model, 0.5, 1.0);

  g_assert (mtl_step_n_fresh (bench->step) <= G_N_ELEMENTS (fresh));
  mtl_step_set_fresh (bench->step, fresh);
  mtl_step_set_highest_rate (bench->step, rate);
  mtl_step_set_clock (bench->step, bench->n / bench->steps_per_epoch, rate);
  if (!mtl_step_take (bench->step, bench->model->theta, bench->batch, bench->n++, BENCH_SEED,
                      FALSE, &error))
    give_up (error);

  mtl_model_update (bench->model, mtl_step_gradient (bench->step), rate, bench->pool);
  if (mtl_step_descent (bench->step) != NULL)
    mtl_model_descend (bench->model, mtl_step_descent (bench->step), rate, bench->pool);
  mtl_step_follow (bench->step, bench->model->theta);
}

double
bench_take_steps (Bench *bench,
                  guint  n_steps)
{
  gint64 began = g_get_monotonic_time ();

  for (guint n = 0; n < n_steps; n++)
    take_step (bench);

  return (double) (g_get_monotonic_time () - began);
}

/* ms a step, of the fastest round. */
static double
time_case (Bench *bench)
{
  double best = INFINITY;
  double spent = 0.0;
  guint n_steps = 1;

  bench_take_steps (bench, 1);
  while (bench_take_steps (bench, n_steps) < ROUND_TIME)
    n_steps *= 2;

  for (guint round = 0; round < MIN_ROUNDS || spent < CASE_TIME; round++)
    {
      double time = bench_take_steps (bench, n_steps);

      spent += time;
      best = MIN (best, time / n_steps);
    }

  return best / 1000.0;
}

void
bench_open (Bench               *bench,
            const BenchWorkload *workload,
            const char          *members,
            guint                n_tasks,
            guint                threads,
            const char          *table)
{
  *bench = (Bench) { .design = bench_design (workload, n_tasks, table, members) };
  set_up (bench, workload->batch, threads);
}

static void
run_case (const BenchWorkload *workload,
          const Method        *method,
          guint                n_tasks,
          guint                threads,
          void               (*run) (Bench *bench))
{
  g_autofree char *table = bench_write_table (workload);
  Bench bench;

  bench_open (&bench, workload, method->members, n_tasks, threads, table);
  run (&bench);
  bench_clear (&bench);
  if (table != NULL)
    g_unlink (table);
}

static void
print_case (Bench *bench)
{
  printf ("%10.4f ms/step\n", time_case (bench));
  fflush (stdout);
}

/* --- gradients of all tasks beside those of each --- */

/* Lowers @best to what one pass, or one for each task where @apart, takes in ms: forward, and
 * backward where @grads is there. */
static void
time_passes (Bench    *bench,
             gboolean  apart,
             MtlGrads *grads,
             double   *best)
{
  gint64 began = g_get_monotonic_time ();
  guint n_tasks = mtl_plan_n_tasks (bench->plan);
  MtlPass pass = { .theta = bench->model->theta, .batch = bench->batch, .mode = MTL_PASS_TRAIN };

  for (guint p = 0; p < (apart ? n_tasks : 1); p++)
    {
      pass.tasks = apart ? G_GUINT64_CONSTANT (1) << p : (G_GUINT64_CONSTANT (1) << n_tasks) - 1;
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
  guint n_tasks = mtl_grads_n_tasks (grads);
  g_autofree double *gramian = g_new (double, n_tasks * n_tasks);
  g_autofree double *w = g_new (double, n_tasks);
  gint64 began;

  for (guint k = 0; k < n_tasks; k++)
    w[k] = 1.0 / (k + 1);
  began = g_get_monotonic_time ();
  mtl_grads_gram (grads, grads, bench->pool, gramian);
  mtl_grads_combine (grads, w, bench->pool, direction);
  *best = MIN (*best, (double) (g_get_monotonic_time () - began) / 1000.0);
}

/* What balancers get beside a backward pass for each task: gradients of all at once, their
 * Gramian and a direction, the first layer's gradients written out, or as factors if that pays. */
static void
print_rows (Bench *bench)
{
  g_autoptr(MtlGrads) rows = mtl_grads_new (bench->plan);
  g_autoptr(MtlGrads) products = mtl_grads_new_products (bench->plan, bench->pool);
  MtlGrads *const kinds[] = { rows, products };
  const char *const names[] = { "written out", "as factors" };
  gint64 end = g_get_monotonic_time () + ROWS_TIME;
  double each_forward = INFINITY, all_forward = INFINITY, each = INFINITY;
  double all[] = { INFINITY, INFINITY }, direction[] = { INFINITY, INFINITY };

  while (g_get_monotonic_time () < end)
    {
      time_passes (bench, TRUE, NULL, &each_forward);
      time_passes (bench, FALSE, NULL, &all_forward);
      time_passes (bench, TRUE, rows, &each);
      for (guint n = 0; n < G_N_ELEMENTS (kinds); n++)
        {
          time_passes (bench, FALSE, kinds[n], &all[n]);
          time_direction (bench, kinds[n], &direction[n]);
        }
    }
  each -= each_forward;
  printf ("backward of each task %.2f ms\n", each);
  for (guint n = 0; n < G_N_ELEMENTS (kinds); n++)
    printf ("  of all at once, %s, %.2f ms, Gramian and direction %.2f: in all %.0f %% of each\n",
            names[n], all[n] - all_forward, direction[n],
            100.0 * (all[n] - all_forward + direction[n]) / each);
}

static void
run_rows (void)
{
  for (guint threads = 1; threads <= 2; threads++)
    for (guint n_tasks = 2; n_tasks <= 8; n_tasks *= 2)
      {
        printf ("mlp %u tasks %u threads: ", n_tasks, threads);
        fflush (stdout);
        run_case (bench_find_workload ("mlp"), &methods[1], n_tasks, threads, print_rows);
      }
}

static void
run_all (void)
{
  for (guint threads = 1; threads <= 2; threads++)
    for (const BenchWorkload *workload = bench_workloads; workload->name != NULL; workload++)
      for (const guint *n_tasks = workload->n_tasks; *n_tasks != 0; n_tasks++)
        for (guint m = 0; m < G_N_ELEMENTS (methods); m++)
          {
            printf ("%-8s %-8s %u tasks %u threads ", workload->name, methods[m].name, *n_tasks,
                    threads);
            fflush (stdout);
            run_case (workload, &methods[m], *n_tasks, threads, print_case);
          }
  run_rows ();
}

static int
run_told (char **words)
{
  const BenchWorkload *workload = bench_find_workload (words[0]);
  const Method given = { .members = words[1] };
  const Method *method = words[1][0] == '"' ? &given : NULL;
  guint n_tasks = (guint) strtoul (words[2], NULL, 10);
  guint threads = (guint) strtoul (words[3], NULL, 10);

  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i].name, words[1]))
      method = &methods[i];
  if (workload == NULL || method == NULL || n_tasks < 1 || threads < 1)
    {
      fprintf (stderr, "no such case: %s %s %s %s\n", words[0], words[1], words[2], words[3]);
      return 2;
    }
  run_case (workload, method, n_tasks, threads, bench_do_as_told);

  return 0;
}

int
main (int    argc,
      char **argv)
{
  if (argc == 5)
    return run_told (argv + 1);

  if (argc == 2 && g_str_equal (argv[1], "rows"))
    run_rows ();
  else if (argc == 2 && g_str_equal (argv[1], "scopes"))
    bench_compare_scopes ();
  else if (argc == 2 && g_str_equal (argv[1], "sharp"))
    bench_compare_sharp ();
  else
    run_all ();
  return 0;
}
