/* mtl-op-dot.h — the sum of the products of two rows
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

/* In four partial sums, which the compiler may keep in one vector. */
static inline double
mtl_op_dot (const float *a,
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
