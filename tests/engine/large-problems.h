/* large-problems.h — Gramians of up to 32 tasks and 1000 weights
 *
 * Rows are N(0, 1), all of them times 10^U(−12, 12), each times 10^U(−2, 2) in every
 * second problem, and spoilt by family: a row of zeros, two alike, two opposite, fewer
 * columns than rows. Problem n is a function of n alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <math.h>
#include <string.h>

#include "mtl-rng.h"
#include "mtl-solvers.h"

#define LARGEST 32

typedef struct
{
  guint       n;
  const char *family;
  guint       k;
  guint       columns;
  double      gramian[LARGEST * LARGEST];
  double      norms[LARGEST];
  double      mean[LARGEST];    /* 1/k each */
  guint       task[LARGEST];
} LargeProblem;

static const char *const large_families[] = {
  "plain", "zero-row", "alike", "opposite", "rank-deficient",
};

static inline void
measure_large (LargeProblem *p,
               const double *rows)
{
  for (guint i = 0; i < p->k; i++)
    for (guint j = 0; j <= i; j++)
      {
        double sum = 0.0;

        for (guint c = 0; c < p->columns; c++)
          sum += rows[i * p->columns + c] * rows[j * p->columns + c];
        p->gramian[i * p->k + j] = p->gramian[j * p->k + i] = sum;
      }
  for (guint i = 0; i < p->k; i++)
    {
      p->norms[i] = sqrt (p->gramian[i * p->k + i]);
      p->mean[i] = 1.0 / p->k;
      p->task[i] = i;
    }
}

/* Every fifth problem has 32 tasks, the others 1 to 16. */
static inline void
draw_large (LargeProblem *p,
            guint         n)
{
  MtlRng rng = mtl_rng_derive (mtl_rng_new (7, MTL_STREAM_PROBE), n);
  MtlRng shape = mtl_rng_derive (rng, 1);
  double whole = pow (10.0, 24.0 * mtl_rng_unit (shape, 2) - 12.0);
  g_autofree double *rows = NULL;
  guint family = n / 5 % G_N_ELEMENTS (large_families);

  p->n = n;
  p->family = large_families[family];
  p->k = n % 5 == 4 ? LARGEST : 1 + (guint) mtl_rng_below (shape, 0, 16);
  p->columns = (guint) pow (1001.0, mtl_rng_unit (shape, 1));
  if (family == 4)
    p->columns = 1 + p->columns % MAX (1, p->k - 1);
  rows = g_new (double, p->k * p->columns);
  for (guint i = 0; i < p->k * p->columns; i++)
    rows[i] = mtl_rng_normal (rng, i);

  for (guint i = 0; i < p->k * p->columns; i++)
    {
      guint row = i / p->columns;

      if (family == 1 && row == n % p->k)
        rows[i] = 0.0;
      if ((family == 2 || family == 3) && row + 1 == p->k)
        rows[i] = (family == 2 ? 1.0 : -1.0) * rows[i % p->columns];
    }
  for (guint i = 0; i < p->k * p->columns; i++)
    rows[i] *= whole * (n % 2 == 0 ? 1.0 : pow (10.0, 4.0 * mtl_rng_unit (shape,
                                                                          8 + i / p->columns)
                                                       - 2.0));
  measure_large (p, rows);
}
