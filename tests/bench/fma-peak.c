/* fma-peak.c — how many operations a second one core can do at most
 *
 * Compiled for the machine that it is built on. Twelve vectors of sums are
 * enough for the latency of every processor so far, and stay in registers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "fma-peak.h"

#include <glib.h>
#include <time.h>

#ifdef __AVX512F__
#define WIDTH 16
#elif defined __AVX__
#define WIDTH 8
#else
#define WIDTH 4
#endif

#define SUMS   12
#define ROUNDS 2000000
#define REPEAT 5

typedef float Vector __attribute__ ((vector_size (WIDTH * sizeof (float))));

double
thread_time (void)
{
  struct timespec time;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &time);
  return (double) time.tv_sec + 1e-9 * (double) time.tv_nsec;
}

/* Fed from outside, so that nothing is worked out beforehand. */
__attribute__ ((noinline, noclone, optimize ("fp-contract=fast"))) static float
multiply_and_add (float a,
                  float b)
{
  Vector x = (Vector) { 0 } + a, y = (Vector) { 0 } + b, sums[SUMS];
  float total = 0.0f;

  /* Each sum is another one, or the compiler works out a single one. */
#pragma GCC unroll 12
  for (guint i = 0; i < SUMS; i++)
    sums[i] = (Vector) { 0 } + (float) i;
  for (guint r = 0; r < ROUNDS; r++)
#pragma GCC unroll 12
    for (guint i = 0; i < SUMS; i++)
      sums[i] = sums[i] * x + y;
#pragma GCC unroll 12
  for (guint i = 0; i < SUMS; i++)
    for (guint j = 0; j < WIDTH; j++)
      total += sums[i][j];

  return total;
}

double
fma_peak (void)
{
  double best = G_MAXDOUBLE;
  volatile float result;

  for (guint i = 0; i < REPEAT; i++)
    {
      double start = thread_time ();

      result = multiply_and_add (0.5f, 0.25f);
      best = MIN (best, thread_time () - start);
    }
  (void) result;

  return 2.0 * ROUNDS * SUMS * WIDTH / 1e9 / best;
}
