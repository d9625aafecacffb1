/* op-checks.h — what tests of single blocks ask of more than one
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "op-bench.h"

/* That @op refuses these inputs, and the words of it. */
static inline void
assert_refused (const char       *op,
                const MtlSetting *set,
                guint             n_in,
                const MtlShape   *in,
                const char       *message)
{
  MtlOpShape shape = { .set = set, .n_in = n_in };
  g_autoptr(GError) error = NULL;

  memcpy (shape.in, in, n_in * sizeof *in);
  g_assert_false (find_op (op)->infer (&shape, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==, message);
}

/* That each of @n outputs is the value of @x, the input, that @winners names, bit for
 * bit, and that these alone get gradients. Passes forward and backward have been run,
 * with a fresh dx, which is spoilt. */
static inline void
assert_winners (OpBench     *bench,
                const float *x,
                const gsize *winners,
                gsize        n)
{
  float *dx = bench->dx[0];

  g_assert_cmpuint (n, ==, bench->n_y[0]);
  for (gsize o = 0; o < n; o++)
    {
      g_assert_cmpint (memcmp (&bench->y[0][o], &x[winners[o]], sizeof *x), ==, 0);
      g_assert_cmpfloat (dx[winners[o]], ==, bench->dy[0][o]);
      dx[winners[o]] = 0.0f;
    }
  for (gsize i = 0; i < bench->n_x[0]; i++)
    g_assert_cmpfloat (dx[i], ==, 0.0);
}
