/* bench-turns.c — methods that take steps in turn
 *
 * What else the machine does meets all of them alike. Scopes: MGDA on the whole
 * trunk, on each block and at the split beside equal weights; the median time of a
 * step, and the median of the ratios to equal weights, turn by turn. Sharpness:
 * every method on lenet, with equal weights and with PCGrad; medians of processor
 * times.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "bench-step.h"

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mtl-catalogue.h"

#define N_TURNS    41       /* of each scope */
#define TURN_TIME  20000    /* µs */
#define TURNS      9        /* of steps by each sharpness method */
#define TURN_STEPS 10       /* a round of what does not do the same in every step */

typedef struct
{
  const char *name;
  const char *members;   /* of the experiment */
} Scope;

static const Scope scopes[] = {
  { "equal", "\"balancer\": {\"type\": \"equal\"}" },
  { "trunk", "\"balancer\": {\"type\": \"mgda\", \"scope\": \"trunk\"}" },
  { "block", "\"balancer\": {\"type\": \"mgda\", \"scope\": \"block\"}" },
  { "split", "\"balancer\": {\"type\": \"mgda\", \"scope\": \"split\"}" },
};

#define N_SCOPES G_N_ELEMENTS (scopes)

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

/* Sorts them. */
static double
find_median (double *values,
             guint   n)
{
  qsort (values, n, sizeof *values, compare_doubles);

  return values[n / 2];
}

/* --- scopes --- */

static void
print_scopes (Bench *benches)
{
  double times[N_SCOPES][N_TURNS], ratios[N_TURNS];
  guint n_steps[N_SCOPES];

  for (guint b = 0; b < N_SCOPES; b++)
    n_steps[b] = 1 + (guint) (TURN_TIME / bench_take_steps (&benches[b], 2) * 2.0);
  for (guint turn = 0; turn < N_TURNS; turn++)
    for (guint i = 0; i < N_SCOPES; i++)
      {
        guint b = turn % 2 == 0 ? i : (guint) N_SCOPES - 1 - i;

        times[b][turn] = bench_take_steps (&benches[b], n_steps[b]) / n_steps[b] / 1000.0;
      }
  for (guint b = N_SCOPES; b-- > 0;)
    {
      for (guint turn = 0; turn < N_TURNS; turn++)
        ratios[turn] = times[b][turn] / times[0][turn];
      printf ("  %-6s %8.3f ms, %5.2f of %s\n", scopes[b].name, find_median (times[b], N_TURNS),
              find_median (ratios, N_TURNS), scopes[0].name);
    }
}

static void
compare_scopes (const char *name,
                guint       n_tasks,
                guint       threads)
{
  const BenchWorkload *workload = bench_find_workload (name);
  g_autofree char *table = bench_write_table (workload);
  Bench benches[N_SCOPES];

  printf ("%s %u tasks %u threads\n", name, n_tasks, threads);
  for (guint b = 0; b < N_SCOPES; b++)
    bench_open (&benches[b], workload, scopes[b].members, n_tasks, threads, table);
  print_scopes (benches);
  for (guint b = 0; b < N_SCOPES; b++)
    bench_clear (&benches[b]);
  if (table != NULL)
    g_unlink (table);
}

void
bench_compare_scopes (void)
{
  for (guint threads = 1; threads <= 2; threads++)
    {
      compare_scopes ("lenet", 2, threads);
      compare_scopes ("mlp", 8, threads);
    }
}

/* --- sharpness --- */

/* @times: [round] of each of @n benches, in ms of processor time a step. */
static void
time_in_turn (Bench  *benches,
              guint   n,
              double *times)
{
  for (guint round = 0; round < TURNS; round++)
    for (guint i = 0; i < n; i++)
      {
        clock_t began = clock ();

        bench_take_steps (&benches[i], TURN_STEPS);
        times[i * TURNS + round] = 1000.0 * (double) (clock () - began)
                                   / (CLOCKS_PER_SEC * TURN_STEPS);
      }
}

static void
compare_sharp (const char *balancer)
{
  const MtlMethod *const *methods = mtl_catalogue_list (MTL_KIND_SHARP);
  guint n = g_strv_length ((char **) methods);
  g_autofree Bench *benches = g_new0 (Bench, n);
  g_autofree double *times = g_new0 (double, n * TURNS);
  double plain = NAN;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *members = g_strdup_printf ("\"balancer\": {\"type\": \"%s\"}, "
                                                  "\"sharpness\": {\"type\": \"%s\"}",
                                                  balancer, methods[i]->id);

      bench_open (&benches[i], bench_find_workload ("lenet"), members, 2, 1, NULL);
      bench_take_steps (&benches[i], 1);
    }
  time_in_turn (benches, n, times);
  for (guint i = 0; i < n; i++)
    {
      double median = find_median (times + i * TURNS, TURNS);

      if (g_str_equal (methods[i]->id, "none"))
        plain = median;
      printf ("%-8s %-8s %8.3f ms/step %6.2f of plain\n", balancer, methods[i]->id, median,
              median / plain);
      bench_clear (&benches[i]);
    }
}

void
bench_compare_sharp (void)
{
  compare_sharp ("equal");
  compare_sharp ("pcgrad");
}
