/* mtl-op-line.h — sums over values that lie in a row
 *
 * In four partial results that are put together at the end: no value waits for
 * the sum before it, and the order is the same everywhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

/* Σ a_i */
static inline double
mtl_op_line_sum (const float *a,
                 gsize        n)
{
  double sums[4] = { 0.0 };
  gsize i = 0;

  for (; i + 4 <= n; i += 4)
    for (guint s = 0; s < 4; s++)
      sums[s] += (double) a[i + s];
  for (; i < n; i++)
    sums[0] += (double) a[i];

  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

/* Σ a_i·b_i */
static inline double
mtl_op_line_dot (const float *a,
                 const float *b,
                 gsize        n)
{
  double sums[4] = { 0.0 };
  gsize i = 0;

  for (; i + 4 <= n; i += 4)
    for (guint s = 0; s < 4; s++)
      sums[s] += (double) a[i + s] * (double) b[i + s];
  for (; i < n; i++)
    sums[0] += (double) a[i] * (double) b[i];

  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}
