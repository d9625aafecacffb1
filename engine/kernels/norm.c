/* norm.c — norms of channels, of one set
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-kernels-names.h"
#include "mtl-vector.h"

#define SUMS 2   /* side by side, so that an addition need not wait for the last one */

static double
add_up (const Doubles sums[SUMS])
{
  double total = 0.0;

  for (guint l = 0; l < MTL_DOUBLES; l++)
    total += sums[0][l] + sums[1][l];

  return total;
}

static void
measure (MtlNormPieces  of,
         const float   *x,
         double        *sum,
         double        *squares)
{
  Doubles sums[SUMS] = { { 0.0 } }, more[SUMS] = { { 0.0 } };
  double rest = 0.0, more_rest = 0.0;

  for (gsize r = 0; r < of.rows; r++, x += of.stride)
    {
      gsize i = 0;

      for (; i + SUMS * MTL_DOUBLES <= of.n; i += SUMS * MTL_DOUBLES)
#pragma GCC unroll 2
        for (guint s = 0; s < SUMS; s++)
          {
            Doubles v = vec_widen (x + i + s * MTL_DOUBLES);

            sums[s] += v;
            more[s] += v * v;
          }
      for (; i < of.n; i++)
        {
          rest += (double) x[i];
          more_rest += (double) x[i] * (double) x[i];
        }
    }

  *sum += add_up (sums) + rest;
  *squares += add_up (more) + more_rest;
}

static void
measure_back (MtlNormPieces  of,
              const float   *x,
              const float   *dy,
              double         mean,
              double        *sum,
              double        *product)
{
  Doubles sums[SUMS] = { { 0.0 } }, more[SUMS] = { { 0.0 } };
  double rest = 0.0, more_rest = 0.0;

  for (gsize r = 0; r < of.rows; r++, x += of.stride, dy += of.stride)
    {
      gsize i = 0;

      for (; i + SUMS * MTL_DOUBLES <= of.n; i += SUMS * MTL_DOUBLES)
#pragma GCC unroll 2
        for (guint s = 0; s < SUMS; s++)
          {
            Doubles g = vec_widen (dy + i + s * MTL_DOUBLES);

            sums[s] += g;
            more[s] += g * (vec_widen (x + i + s * MTL_DOUBLES) - mean);
          }
      for (; i < of.n; i++)
        {
          rest += (double) dy[i];
          more_rest += (double) dy[i] * ((double) x[i] - mean);
        }
    }

  *sum += add_up (sums) + rest;
  *product += add_up (more) + more_rest;
}

static void
shift (MtlNormPieces  of,
       const float   *x,
       float          mean,
       float          scale,
       float          bias,
       float         *y)
{
  for (gsize r = 0; r < of.rows; r++, x += of.stride, y += of.stride)
    {
      gsize i = 0;

      for (; i + MTL_LANES <= of.n; i += MTL_LANES)
        vec_store (y + i, (vec_load (x + i) - mean) * scale + bias);
      for (; i < of.n; i++)
        y[i] = (x[i] - mean) * scale + bias;
    }
}

static G_ALWAYS_INLINE inline void
pass_rows (MtlNormPieces  of,
           MtlNormBack    by,
           const float   *x,
           const float   *dy,
           gboolean       add,
           float         *dx)
{
  for (gsize r = 0; r < of.rows; r++, x += of.stride, dy += of.stride, dx += of.stride)
    {
      gsize i = 0;

      for (; i + MTL_LANES <= of.n; i += MTL_LANES)
        {
          Vec g = by.factor * (vec_load (dy + i) - by.mean_dy
                               - (vec_load (x + i) - by.mean) * by.slope);

          vec_store (dx + i, add ? vec_load (dx + i) + g : g);
        }
      for (; i < of.n; i++)
        {
          float g = by.factor * (dy[i] - by.mean_dy - (x[i] - by.mean) * by.slope);

          dx[i] = add ? dx[i] + g : g;
        }
    }
}

static void
pass_back (MtlNormPieces  of,
           MtlNormBack    by,
           const float   *x,
           const float   *dy,
           gboolean       add,
           float         *dx)
{
  if (add)
    pass_rows (of, by, x, dy, TRUE, dx);
  else
    pass_rows (of, by, x, dy, FALSE, dx);
}

const MtlNormKernels mtl_norm_set = {
  .measure = measure,
  .shift = shift,
  .measure_back = measure_back,
  .pass_back = pass_back,
};
