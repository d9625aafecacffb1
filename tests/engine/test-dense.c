/* test-dense.c — gradients of weights by shard and by tile, against sums in double
 *
 * Sizes on both sides of what is made at once: rows of a chunk, outputs of a
 * block, columns of a panel. Errors are relative to the sum of the magnitudes
 * of what is summed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "op-bench.h"

#define TOLERANCE 2e-6

typedef struct
{
  guint n_out, n_in, rows;
  guint n_tiles;   /* at least; 0: by shard */
} Size;

static const Size sizes[] = {
  { 5, 7, 32, 0 }, { 100, 70, 300, 0 }, { 256, 64, 40, 1 }, { 257, 70, 300, 2 },
  { 600, 130, 270, 3 }, { 40, 2000, 33, 2 },
};

/* Column @i of dW, or the bias where @i is n_in. */
static void
check_sum (const OpBench *bench,
           const Size    *size,
           guint          lane,
           gsize          o,
           gsize          i)
{
  gboolean bias = i == size->n_in;
  double found = bias ? (double) bench->dw[BENCH_LANES + lane][o]
                      : (double) bench->dw[lane][o * size->n_in + i];
  double sum = BENCH_BEFORE, scale = BENCH_BEFORE;

  for (gsize r = 0; r < size->rows; r++)
    {
      double x = bias ? 1.0 : (double) bench->x[0][r * size->n_in + i];
      double term = x * (double) bench->dy[lane][r * size->n_out + o];

      sum += term;
      scale += fabs (term);
    }
  if (!(fabs (found - sum) <= TOLERANCE * scale))
    g_error ("%u×%u, %u rows, lane %u: dW at %zu, %zu is %.9g, expected %.9g", size->n_out,
             size->n_in, size->rows, lane, o, i, found, sum);
}

static void
test_grad (gconstpointer data)
{
  const Size *size = data;
  const MtlOp *op = find_op ("dense");
  const MtlShape in = { .rank = 1, .size = { size->n_in } };
  const MtlSetting units[] = { { .number = size->n_out } };
  g_autoptr(GError) error = NULL;
  g_autoptr(OpBench) bench = op_bench_new (op, units, 1, &in, size->rows, 1, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (bench->needs.n_tiles, >=, size->n_tiles);
  g_assert_true (size->n_tiles > 0 || bench->needs.n_tiles == 0);
  op_bench_forward (bench);
  op_bench_backward (bench);
  for (guint lane = 0; lane < BENCH_LANES; lane++)
    for (gsize o = 0; o < size->n_out; o++)
      for (gsize i = 0; i <= size->n_in; i++)
        check_sum (bench, size, lane, o, i);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint n = 0; n < G_N_ELEMENTS (sizes); n++)
    {
      g_autofree char *path = g_strdup_printf ("/dense/grad/%ux%ux%u", sizes[n].n_out,
                                               sizes[n].n_in, sizes[n].rows);

      g_test_add_data_func (path, &sizes[n], test_grad);
    }

  return g_test_run ();
}
