/* mtl-op-sum.h — sums over many floats, in eight chains that run side by side
 *
 * Each chain is a double, and they are added in a fixed order: as exact as one
 * sum in double and several times as fast.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

#define MTL_OP_CHAINS 8

static inline double
mtl_op_join_chains (const double *chains)
{
  return ((chains[0] + chains[4]) + (chains[1] + chains[5]))
         + ((chains[2] + chains[6]) + (chains[3] + chains[7]));
}

static inline double
mtl_op_sum (const float *x,
            gsize        n)
{
  double chains[MTL_OP_CHAINS] = { 0.0 };
  gsize whole = n / MTL_OP_CHAINS * MTL_OP_CHAINS;

  for (gsize i = 0; i < whole; i += MTL_OP_CHAINS)
    for (gsize j = 0; j < MTL_OP_CHAINS; j++)
      chains[j] += (double) x[i + j];
  for (gsize i = whole; i < n; i++)
    chains[i - whole] += (double) x[i];

  return mtl_op_join_chains (chains);
}

/* Σ a·b */
static inline double
mtl_op_dot (const float *a,
            const float *b,
            gsize        n)
{
  double chains[MTL_OP_CHAINS] = { 0.0 };
  gsize whole = n / MTL_OP_CHAINS * MTL_OP_CHAINS;

  for (gsize i = 0; i < whole; i += MTL_OP_CHAINS)
    for (gsize j = 0; j < MTL_OP_CHAINS; j++)
      chains[j] += (double) a[i + j] * (double) b[i + j];
  for (gsize i = whole; i < n; i++)
    chains[i - whole] += (double) a[i] * (double) b[i];

  return mtl_op_join_chains (chains);
}

/* Σ (x − mean)² */
static inline double
mtl_op_spread (const float *x,
               gsize        n,
               double       mean)
{
  double chains[MTL_OP_CHAINS] = { 0.0 };
  gsize whole = n / MTL_OP_CHAINS * MTL_OP_CHAINS;

  for (gsize i = 0; i < whole; i += MTL_OP_CHAINS)
    for (gsize j = 0; j < MTL_OP_CHAINS; j++)
      chains[j] += ((double) x[i + j] - mean) * ((double) x[i + j] - mean);
  for (gsize i = whole; i < n; i++)
    chains[i - whole] += ((double) x[i] - mean) * ((double) x[i] - mean);

  return mtl_op_join_chains (chains);
}
