/* mtl-row-average.c — running means of gradients, kept by a balancer as floats
 *
 * What MoCo and DB-MTL follow are not gradients but means of them over the steps.
 * They are moved, and their Gramian is taken, in pieces that stay in cache: one pass
 * over K×d gradients and K×d floats of state a step. Values are moved in double and
 * rounded to float once; inner products are taken of the rounded ones, in double.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-row-average.h"

#include "mtl-kernels.h"

#define COLUMNS 1024  /* of a piece */

/* Columns [first, first + n) of the mean of task @i of the call. */
static void
move_piece (const MtlBalanceInput *in,
            guint                  i,
            double                 factor,
            double                 step,
            gsize                  first,
            gsize                  n,
            float                 *y)
{
  double g[COLUMNS];

  mtl_rows_read (in->rows, i, first, n, g);
  for (gsize c = 0; c < n; c++)
    y[c] = (float) (y[c] + step * (factor * g[c] - y[c]));
}

void
mtl_row_average_move (const MtlBalanceInput *in,
                      const double          *factors,
                      double                 step,
                      float                 *y,
                      double                *gramian)
{
  gsize d = in->rows->n_columns;
  guint k = in->n_tasks;

  for (guint i = 0; i < k * k; i++)
    gramian[i] = 0.0;

  for (gsize first = 0; first < d; first += COLUMNS)
    {
      gsize n = MIN (COLUMNS, d - first);

      for (guint i = 0; i < k; i++)
        move_piece (in, i, factors[i], step, first, n, y + in->task[i] * d + first);
      for (guint i = 0; i < k; i++)
        for (guint j = 0; j <= i; j++)
          gramian[i * k + j] += mtl_kernels ()->rows->dot (y + in->task[i] * d + first,
                                                           y + in->task[j] * d + first, n);
    }

  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < i; j++)
      gramian[j * k + i] = gramian[i * k + j];
}

void
mtl_row_average_combine (const MtlBalanceInput *in,
                         const double          *w,
                         const float           *y,
                         gsize                  first,
                         gsize                  n,
                         double                *d)
{
  for (gsize c = 0; c < n; c++)
    d[c] = 0.0;
  for (guint i = 0; i < in->n_tasks; i++)
    {
      const float *row = y + in->task[i] * in->rows->n_columns + first;

      for (gsize c = 0; c < n; c++)
        d[c] += w[i] * row[c];
    }
}
