/* test-golden-mtl-blocks.c — the blocks that mix tasks against PyTorch's numbers
 *
 * golden/mtl-blocks.py made the cases. Beside them stands what holds of selectors
 * whatever the numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "golden-cases.h"

#define TOLERANCE 1e-5  /* relative to 1 + |value| */

/* --- selectors --- */

/* The sum of the shares of @n_experts experts at one sample, whose codes are @z. */
static double
sum_shares (guint  n_experts,
            double z)
{
  const MtlSetting set[] = { { .number = 3 }, { .number = 1 }, { .number = 0 } };
  MtlShape in[MTL_MAX_PORTS];
  g_autoptr(GError) error = NULL;
  g_autoptr(OpBench) bench = NULL;

  for (guint i = 0; i <= n_experts; i++)
    in[i] = (MtlShape) { 1, { 1 } };
  bench = op_bench_new (find_op ("dselect-k"), set, n_experts + 1, in, 1, 4, &error);
  g_assert_no_error (error);
  for (guint i = 0; i <= n_experts; i++)
    bench->x[i][0] = 1.0f;
  for (gsize i = 0; i < bench->n_w[0]; i++)
    bench->w[0][i] = (float) z * (i % 2 == 0 ? 1.0f : -0.5f);
  op_bench_forward (bench);

  return bench->y[0][0];
}

/* All numbers that a selector can spell sum to 1; in the middle each bit is ½. */
static void
test_shares (void)
{
  for (double z = -0.75; z <= 0.75; z += 0.125)
    {
      g_assert_cmpfloat_with_epsilon (sum_shares (2, z), 1.0, 1e-6);
      g_assert_cmpfloat_with_epsilon (sum_shares (4, z), 1.0, 1e-6);
      g_assert_cmpfloat_with_epsilon (sum_shares (8, z), 1.0, 1e-6);
      g_assert_cmpfloat_with_epsilon (sum_shares (32, z), 1.0, 1e-6);
    }
  g_assert_cmpfloat_with_epsilon (sum_shares (3, 0.0), 0.75, 1e-6);
  g_assert_cmpfloat_with_epsilon (sum_shares (5, 0.0), 0.625, 1e-6);
  g_assert_cmpfloat_with_epsilon (sum_shares (31, 0.0), 31.0 / 32.0, 1e-6);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(JsonParser) cases = NULL;

  g_test_init (&argc, &argv, NULL);
  cases = add_golden_cases ("mtl-blocks.json", "/golden-mtl-blocks", TOLERANCE);
  g_test_add_func ("/golden-mtl-blocks/dselect-k/shares", test_shares);

  return g_test_run ();
}
