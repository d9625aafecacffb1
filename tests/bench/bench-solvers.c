/* bench-solvers.c — how long a balancer takes to find its weights
 *
 * One line for each balancer that works on the Gramian: the median over random problems
 * of 2, 8 and 32 tasks, and the longest of 32. Gradients are N(0, 1) in twice as many
 * columns as there are tasks, times 10^U(−1, 1); each problem is weighed several times
 * and its fastest time counts, so that what else the machine does is left out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "mtl-balancer.h"

#define MOST     32
#define PROBLEMS 51
#define TRIES    5

typedef struct
{
  guint   k;
  guint   task[MOST];
  double  losses[MOST];
  double  gramian[MOST * MOST];
} Task;

static void
draw (Task  *to,
      guint  k,
      guint  number)
{
  guint columns = 2 * k;
  g_autofree double *rows = g_new (double, k * columns);
  MtlRng rng = mtl_rng_derive (mtl_rng_derive (mtl_rng_new (5, MTL_STREAM_PROBE), k), number);
  MtlRng lengths = mtl_rng_derive (rng, 1);

  to->k = k;
  for (guint i = 0; i < k; i++)
    {
      double factor = pow (10.0, 2.0 * mtl_rng_unit (lengths, i) - 1.0);

      to->task[i] = i;
      to->losses[i] = 1.0;
      for (guint c = 0; c < columns; c++)
        rows[i * columns + c] = factor * mtl_rng_normal (rng, i * columns + c);
    }

  for (guint i = 0; i < k * k; i++)
    {
      to->gramian[i] = 0.0;
      for (guint c = 0; c < columns; c++)
        to->gramian[i] += rows[i / k * columns + c] * rows[i % k * columns + c];
    }
}

/* Microseconds of the fastest of some tries; each begins without memory. */
static double
measure (const MtlBalancer *balancer,
         const MtlChosen   *chosen,
         const Task        *of)
{
  const MtlSetting *set = mtl_chosen_settings (chosen);
  double w[MOST], fastest = INFINITY;

  for (guint n = 0; n < TRIES; n++)
    {
      MtlStateSpec spec = { 0 };
      g_autoptr(MtlState) state = NULL;
      g_autoptr(GError) error = NULL;
      MtlBalanceInput in = {
        .n_tasks = of->k, .task = of->task, .losses = of->losses, .gramian = of->gramian,
        .set = set, .rng = mtl_rng_new (n, MTL_STREAM_LOSS_PART), .chosen = chosen,
      };
      struct timespec began, ended;

      if (balancer->declare != NULL)
        balancer->declare (of->k, 0, set, &spec);
      in.state = state = mtl_state_new (&spec);
      clock_gettime (CLOCK_MONOTONIC, &began);
      if (mtl_balancer_weigh (balancer, &in, w, &error) == MTL_BALANCE_REFUSED)
        return NAN;
      clock_gettime (CLOCK_MONOTONIC, &ended);
      fastest = MIN (fastest, (ended.tv_sec - began.tv_sec) * 1e6
                              + (ended.tv_nsec - began.tv_nsec) / 1e3);
    }

  return fastest;
}

static int
compare (const void *a,
         const void *b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return (left > right) - (left < right);
}

/* Prints the median; returns the longest. */
static double
measure_all (const MtlBalancer *balancer,
             const MtlChosen   *chosen,
             guint              k)
{
  double times[PROBLEMS];

  for (guint n = 0; n < PROBLEMS; n++)
    {
      Task of;

      draw (&of, k, n);
      times[n] = measure (balancer, chosen, &of);
    }
  qsort (times, PROBLEMS, sizeof *times, compare);
  if (isnan (times[0]))
    g_print (" %10s", "-");
  else
    g_print (" %10.1f", times[PROBLEMS / 2]);

  return times[PROBLEMS - 1];
}

int
main (void)
{
  static const guint sizes[] = { 2, 8, 32 };

  g_print ("%-14s %10s %10s %10s %14s\n", "µs", "2 tasks", "8 tasks", "32 tasks",
           "longest of 32");
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_BALANCER); *m != NULL; m++)
    {
      const MtlBalancer *balancer = (const MtlBalancer *) *m;
      g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_BALANCER, *m);
      double longest = 0.0;

      if ((balancer->needs & MTL_NEEDS_GRAMIAN) == 0 || (balancer->needs & MTL_NEEDS_ROWS) != 0)
        continue;
      g_print ("%-14s", (*m)->id);
      for (guint n = 0; n < G_N_ELEMENTS (sizes); n++)
        longest = measure_all (balancer, chosen, sizes[n]);
      g_print (" %14.1f\n", longest);
    }

  return 0;
}
