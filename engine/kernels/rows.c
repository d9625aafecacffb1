/* rows.c — what one set does to rows of values
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-kernels-names.h"
#include "mtl-vector.h"

/* Rows of each side whose products are summed at a time, as many as there are registers for. */
#define TILE    (MTL_REGISTERS == 32 ? 4 : 2)
#define COLUMNS 1024
#define SUMS    4   /* side by side, so that an addition need not wait for the last one */

static double
dot (const float *x,
     const float *y,
     gsize        n)
{
  Doubles sum[SUMS] = { { 0.0 } };
  double total = 0.0;
  gsize i = 0;

  for (; i + SUMS * MTL_DOUBLES <= n; i += SUMS * MTL_DOUBLES)
#pragma GCC unroll 4
    for (guint s = 0; s < SUMS; s++)
      sum[s] += vec_widen (x + i + s * MTL_DOUBLES) * vec_widen (y + i + s * MTL_DOUBLES);
  for (; i < n; i++)
    total += (double) x[i] * (double) y[i];

  sum[0] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  for (guint l = 0; l < MTL_DOUBLES; l++)
    total += sum[0][l];

  return total;
}

/* A value is widened once for all products that it goes into. */
static G_ALWAYS_INLINE inline void
gram_tile (guint              tile,
           const float *const x[TILE],
           const float *const y[TILE],
           gsize              n,
           double             m[TILE][TILE])
{
  Doubles sum[TILE][TILE] = { { { 0.0 } } };
  gsize whole = n / MTL_DOUBLES * MTL_DOUBLES;

  for (gsize c = 0; c < whole; c += MTL_DOUBLES)
    {
      Doubles b[TILE];

#pragma GCC unroll 4
      for (guint j = 0; j < tile; j++)
        b[j] = vec_widen (y[j] + c);
#pragma GCC unroll 4
      for (guint i = 0; i < tile; i++)
        {
          Doubles a = vec_widen (x[i] + c);

#pragma GCC unroll 4
          for (guint j = 0; j < tile; j++)
            sum[i][j] += a * b[j];
        }
    }

  for (guint i = 0; i < tile; i++)
    for (guint j = 0; j < tile; j++)
      {
        m[i][j] = 0.0;
        for (gsize c = whole; c < n; c++)
          m[i][j] += (double) x[i][c] * (double) y[j][c];
        for (guint l = 0; l < MTL_DOUBLES; l++)
          m[i][j] += sum[i][j][l];
      }
}

/* Some columns of all rows stay in the first-level cache while each meets each.
 * In the place of a row that is not there its neighbour is summed, for nothing. */
static G_ALWAYS_INLINE inline void
gram_by (guint        tile,
         guint        k,
         const float *x,
         const float *y,
         gsize        ld,
         gsize        n,
         gboolean     half,
         double      *m)
{
  for (gsize first = 0; first < n; first += COLUMNS)
    for (guint i = 0; i < k; i += tile)
      for (guint j = half ? i : 0; j < k; j += tile)
        {
          const float *a[TILE], *b[TILE];
          double part[TILE][TILE];

          for (guint r = 0; r < tile; r++)
            {
              a[r] = x + MIN (i + r, k - 1) * ld + first;
              b[r] = y + MIN (j + r, k - 1) * ld + first;
            }
          gram_tile (tile, a, b, MIN (COLUMNS, n - first), part);
          for (guint r = i; r < MIN (i + tile, k); r++)
            for (guint s = j; s < MIN (j + tile, k); s++)
              m[r * k + s] += part[r - i][s - j];
        }
}

/* By large tiles, unless a first or second of them would stand half empty. */
static void
gram (guint        k,
      const float *x,
      const float *y,
      gsize        ld,
      gsize        n,
      gboolean     half,
      double      *m)
{
  if (k % 4 == 0 || k % 4 == 3 || k > 8)
    gram_by (TILE, k, x, y, ld, n, half, m);
  else
    gram_by (2, k, x, y, ld, n, half, m);
}

/* x < 0 and not x > 0, so that a NaN is kept. */
static void
rectify (const float *x,
         gsize        n,
         float       *y)
{
  gsize i = 0;

  for (; i + MTL_LANES <= n; i += MTL_LANES)
    {
      Vec v = vec_load (x + i);

      vec_store (y + i, vec_choose (v < 0.0f, (Vec) { 0 }, v));
    }
  for (; i < n; i++)
    y[i] = x[i] < 0.0f ? 0.0f : x[i];
}

static G_ALWAYS_INLINE inline void
pass_back (const float *y,
           const float *dy,
           gsize        n,
           gboolean     add,
           float       *dx)
{
  gsize i = 0;

  for (; i + MTL_LANES <= n; i += MTL_LANES)
    {
      Vec g = vec_choose (vec_load (y + i) <= 0.0f, (Vec) { 0 }, vec_load (dy + i));

      vec_store (dx + i, add ? vec_load (dx + i) + g : g);
    }
  for (; i < n; i++)
    {
      float g = y[i] <= 0.0f ? 0.0f : dy[i];

      dx[i] = add ? dx[i] + g : g;
    }
}

static void
rectify_back (const float *y,
              const float *dy,
              gsize        n,
              gboolean     add,
              float       *dx)
{
  if (add)
    pass_back (y, dy, n, TRUE, dx);
  else
    pass_back (y, dy, n, FALSE, dx);
}

const MtlRowKernels mtl_row_set = {
  .dot = dot,
  .gram = gram,
  .rectify = rectify,
  .rectify_back = rectify_back,
};
