/* balance-problems.h — random Jacobians, easy and nasty
 *
 * Rows are N(0, 1) times 10^U(−2, 2), 1 to 8 of them in 1 to 12 columns, or as many as
 * the compiler is told; most families then spoil them in their own way. Problem n of a
 * test is of family n mod N_FAMILIES, and a function of n alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <math.h>
#include <string.h>

#include "mtl-rng.h"

#ifndef MOST_TASKS
#define MOST_TASKS   8
#define MOST_COLUMNS 12
#endif

typedef enum
{
  FAMILY_PLAIN,
  FAMILY_RANK_DEFICIENT,
  FAMILY_DUPLICATES,
  FAMILY_ZERO_ROW,
  FAMILY_OPPOSITE,
  FAMILY_NEARLY_PARALLEL,
  FAMILY_TINY,
  FAMILY_HUGE,
  FAMILY_STATIONARY,
  FAMILY_WEAK_CONFLICT,
  FAMILY_INTEGERS,
  N_FAMILIES
} Family;

static const char *const family_names[N_FAMILIES] = {
  "plain", "rank-deficient", "duplicates", "zero-row", "opposite", "nearly-parallel",
  "tiny", "huge", "stationary", "weak-conflict", "integers",
};

typedef struct
{
  guint   n;          /* its number */
  Family  family;
  MtlRng  rng;
  guint64 drawn;      /* numbers drawn of rng */
  guint   k;
  guint   columns;
  double  rows[MOST_TASKS * MOST_COLUMNS];
  double  losses[MOST_TASKS];
  guint   task[MOST_TASKS];
  double  gramian[MOST_TASKS * MOST_TASKS];
  double  scale;      /* length of the longest row */
} Problem;

static inline double
draw_unit (Problem *p)
{
  return mtl_rng_unit (p->rng, p->drawn++);
}

static inline double
draw_normal (Problem *p)
{
  return mtl_rng_normal (p->rng, p->drawn++);
}

/* To be called whenever the rows have changed. */
static inline void
measure_problem (Problem *p)
{
  p->scale = 0.0;
  for (guint i = 0; i < p->k; i++)
    for (guint j = 0; j <= i; j++)
      {
        double sum = 0.0;

        for (guint n = 0; n < p->columns; n++)
          sum += p->rows[i * p->columns + n] * p->rows[j * p->columns + n];
        p->gramian[i * p->k + j] = p->gramian[j * p->k + i] = sum;
        if (i == j)
          p->scale = MAX (p->scale, sqrt (sum));
      }
}

/* Row i becomes factor times row j, plus noise of that size relative to it. */
static inline void
copy_row (Problem *p,
          guint    i,
          guint    j,
          double   factor,
          double   noise)
{
  for (guint n = 0; n < p->columns; n++)
    p->rows[i * p->columns + n] = p->rows[j * p->columns + n]
                                  * (factor + noise * draw_normal (p));
}

static inline void
scale_rows (Problem *p,
            double   factor)
{
  for (guint i = 0; i < p->k * p->columns; i++)
    p->rows[i] *= factor;
}

/* The last row balances the others: a combination with weights in the interior
 * of the simplex is 0. */
static inline void
make_stationary (Problem *p)
{
  double *last = p->rows + (p->k - 1) * p->columns;

  memset (last, 0, sizeof (double) * p->columns);
  for (guint i = 0; i + 1 < p->k; i++)
    {
      double weight = 0.1 + draw_unit (p);

      for (guint n = 0; n < p->columns; n++)
        last[n] -= weight * p->rows[i * p->columns + n];
    }
}

static inline void
weaken_agreement (Problem *p)
{
  for (guint n = 0; n < p->columns; n++)
    {
      double mean = 0.0;

      for (guint i = 0; i < p->k; i++)
        mean += p->rows[i * p->columns + n] / p->k;
      for (guint i = 0; i < p->k; i++)
        p->rows[i * p->columns + n] -= 0.9 * mean;
    }
}

static inline void
draw_integers (Problem *p)
{
  for (guint i = 0; i < p->k * p->columns; i++)
    p->rows[i] = floor (7.0 * draw_unit (p)) - 3.0;
}

static inline void
spoil_rows (Problem *p)
{
  switch (p->family)
    {
    case FAMILY_DUPLICATES:
      copy_row (p, p->k - 1, 0, 1.0, 0.0);
      break;
    case FAMILY_ZERO_ROW:
      copy_row (p, p->n % p->k, 0, 0.0, 0.0);
      break;
    case FAMILY_OPPOSITE:
      copy_row (p, p->k - 1, 0, -1.0, 0.0);
      break;
    case FAMILY_NEARLY_PARALLEL:
      for (guint i = 1; i < p->k; i++)
        copy_row (p, i, 0, 1.0 + i, 1e-6);
      break;
    case FAMILY_TINY:
      scale_rows (p, pow (10.0, -6.0 - 6.0 * draw_unit (p)));
      break;
    case FAMILY_HUGE:
      scale_rows (p, pow (10.0, 6.0 + 6.0 * draw_unit (p)));
      break;
    case FAMILY_STATIONARY:
      make_stationary (p);
      break;
    case FAMILY_WEAK_CONFLICT:
      weaken_agreement (p);
      break;
    case FAMILY_INTEGERS:
      draw_integers (p);
      break;
    default:
      break;
    }
}

static inline void
draw_problem (Problem *p,
              guint    n)
{
  *p = (Problem) { .n = n, .family = n % N_FAMILIES };
  p->rng = mtl_rng_derive (mtl_rng_new (2, MTL_STREAM_PROBE), n);
  p->k = 1 + floor (MOST_TASKS * draw_unit (p));
  /* Many columns are as likely as few where there are hundreds. */
  p->columns = MOST_COLUMNS <= 12 ? 1 + floor (MOST_COLUMNS * draw_unit (p))
                                  : floor (pow (MOST_COLUMNS, draw_unit (p)));
  if (p->family == FAMILY_RANK_DEFICIENT)
    p->columns = MAX (1, MIN (p->columns, p->k - 1));

  for (guint i = 0; i < p->k; i++)
    {
      double factor = pow (10.0, 4.0 * draw_unit (p) - 2.0);

      for (guint m = 0; m < p->columns; m++)
        p->rows[i * p->columns + m] = factor * draw_normal (p);
      p->losses[i] = 0.5 + draw_unit (p);
      p->task[i] = i;
    }

  spoil_rows (p);
  measure_problem (p);
}
