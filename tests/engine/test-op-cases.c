/* test-op-cases.c — what single ops promise beyond their gradients
 *
 * Pooling against the sums that define it, in double precision; the masks of
 * dropout; the words with which shapes are refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "op-checks.h"

#define TOLERANCE 1e-4  /* relative to 1 + |value|: sums of a few thousand floats */

static void
assert_close (const char   *what,
              guint         at,
              const float  *found,
              const double *expected,
              gsize         n)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabs (found[i] - expected[i]) <= TOLERANCE * (1.0 + fabs (expected[i]))))
      g_error ("case %u: %s, element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
               ": %.7g instead of %.7g", at, what, i, n, found[i], expected[i]);
}

/* --- pooling --- */

static const MtlShape pool_shapes[] = {
  { 3, { 3, 7, 9 } }, { 3, { 1, 28, 28 } }, { 3, { 2, 3, 3 } }, { 3, { 1, 4, 70 } },
};

/* Largest value of a window and, by @at, where in x it is. */
static float
find_most (const OpBench *bench,
           gsize          first,
           gsize          size,
           gsize         *at)
{
  gsize width = bench->shape.in[0].size[2];

  *at = first;
  for (gsize i = 0; i < size; i++)
    for (gsize j = 0; j < size; j++)
      if (bench->x[0][first + i * width + j] > bench->x[0][*at])
        *at = first + i * width + j;

  return bench->x[0][*at];
}

static void
check_pool (const MtlShape *in,
            gsize           size,
            gsize           stride)
{
  const MtlSetting set[] = { { .number = size }, { .number = stride }, { .number = 0 } };
  g_autoptr(GError) error = NULL;
  g_autoptr(OpBench) bench = op_bench_new (find_op ("max-pool"), set, 1, in, 2, size, &error);
  gsize step = stride > 0 ? stride : size, y_at = 0;
  g_autofree double *dx = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (bench->shape.out[0].size[1], ==, (in->size[1] - size) / step + 1);
  dx = g_new0 (double, bench->n_x[0]);
  bench->fresh[0] = TRUE;
  op_bench_forward (bench);
  op_bench_backward (bench);
  for (gsize plane = 0; plane < 2 * in->size[0]; plane++)
    for (gsize row = 0; row < bench->shape.out[0].size[1]; row++)
      for (gsize column = 0; column < bench->shape.out[0].size[2]; column++, y_at++)
        {
          gsize at, first = (plane * in->size[1] + row * step) * in->size[2] + column * step;

          g_assert_cmpfloat (bench->y[0][y_at], ==, find_most (bench, first, size, &at));
          dx[at] += bench->dy[0][y_at];
        }
  g_assert_cmpuint (y_at, ==, bench->n_y[0]);
  assert_close ("dx", size * 10 + stride, bench->dx[0], dx, bench->n_x[0]);
}

static void
test_pool (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (pool_shapes); n++)
    for (gsize size = 1; size <= 3; size++)
      for (gsize stride = 0; stride <= 4; stride++)
        check_pool (&pool_shapes[n], size, stride);
}

/* The first of equals gets the gradient; a NaN is not lost, wherever it stands. */
static void
test_pool_ties (void)
{
  const MtlSetting set[] = { { .number = 2 }, { .number = 0 }, { .number = 0 } };
  const MtlShape in = { 3, { 1, 2, 10 } };
  const float x[] = { 1, 1, 0, 5, NAN, 2, 2, NAN, -1, -2,
                      1, 1, 5, 5, 3, 2, 2, 4, -3, -1 };
  const gsize winners[] = { 0, 3, 4, 7, 8 };
  g_autoptr(OpBench) bench = op_bench_new (find_op ("max-pool"), set, 1, &in, 1, 1, NULL);

  memcpy (bench->x[0], x, sizeof x);
  bench->fresh[0] = TRUE;
  op_bench_forward (bench);
  op_bench_backward (bench);
  assert_winners (bench, x, winners, G_N_ELEMENTS (winners));
}

/* --- concat --- */

static void
test_concat (void)
{
  const MtlShape in[] = { { 3, { 2, 2, 3 } }, { 3, { 1, 2, 3 } }, { 3, { 3, 2, 3 } } };
  const gsize starts[] = { 0, 12, 18 };
  g_autoptr(GError) error = NULL;
  g_autoptr(OpBench) bench = op_bench_new (find_op ("concat"), NULL, 3, in, 4, 1, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (bench->shape.out[0].size[0], ==, 6);
  bench->fresh[0] = bench->fresh[2] = bench->fresh[4] = TRUE;
  op_bench_forward (bench);
  op_bench_backward (bench);
  for (guint i = 0; i < 3; i++)
    for (gsize j = 0; j < bench->n_x[i]; j++)
      {
        gsize n = bench->n_x[i] / 4, at = j / n * 36 + starts[i] + j % n;

        g_assert_cmpfloat (bench->y[0][at], ==, bench->x[i][j]);
        g_assert_cmpfloat (bench->dx[2 * i][j], ==, bench->dy[0][at]);
        g_assert_cmpfloat (bench->dx[2 * i + 1][j], ==, bench->dy[1][at] + BENCH_BEFORE);
      }
}

/* --- dropout --- */

/* A bench of 8 rows whose samples are @first, @first + 1 …, run forward on ones. */
static OpBench *
drop_ones (const MtlSetting *set,
           MtlPassMode       mode,
           guint32           first)
{
  const MtlShape in = { 1, { 501 } };
  OpBench *bench = op_bench_new (find_op ("dropout"), set, 1, &in, 8, 3, NULL);

  bench->mode = mode;
  for (guint32 r = 0; r < 8; r++)
    bench->samples[r] = first + r;
  for (gsize i = 0; i < bench->n_x[0]; i++)
    bench->x[0][i] = 1.0f;
  op_bench_forward (bench);
  return bench;
}

static void
test_dropout_masks (void)
{
  const MtlSetting set[] = { { .number = 0.25 } };
  g_autoptr(OpBench) clean = drop_ones (set, MTL_PASS_TRAIN, 100);
  g_autoptr(OpBench) perturbed = drop_ones (set, MTL_PASS_PERTURBED, 100);
  g_autoptr(OpBench) moved = drop_ones (set, MTL_PASS_TRAIN, 97);
  g_autoptr(OpBench) evaluated = drop_ones (set, MTL_PASS_EVALUATE, 100);
  gsize dropped = 0, row = 501 * sizeof (float);

  g_assert_cmpmem (clean->y[0], 8 * row, perturbed->y[0], 8 * row);
  /* Sample 100 is row 0 there and row 3 here. */
  g_assert_cmpmem (clean->y[0], 5 * row, moved->y[0] + 3 * 501, 5 * row);
  g_assert_cmpint (memcmp (clean->y[0], clean->y[0] + 501, row), !=, 0);
  g_assert_cmpmem (evaluated->y[0], 8 * row, evaluated->x[0], 8 * row);

  for (gsize i = 0; i < clean->n_y[0]; i++)
    {
      dropped += clean->y[0][i] == 0.0f;
      g_assert_true (clean->y[0][i] == 0.0f || clean->y[0][i] == 1.0f / 0.75f);
    }
  /* Binomial (4008, ¼): mean 1002, standard deviation 27.4. */
  g_assert_cmpuint (dropped, >, 1002 - 110);
  g_assert_cmpuint (dropped, <, 1002 + 110);
}

/* --- shapes --- */

typedef struct
{
  const char *op;
  double      set[7];
  guint       n_in;
  MtlShape    in[2];
  const char *message;
} Refusal;

static const Refusal refusals[] = {
  { "conv2d", { 20, 5, 1, 0, 1, 1 }, 1, { { 1, { 50 } } },
    "needs channels × height × width, but gets 50 values" },
  { "max-pool", { 2, 0 }, 1, { { 1, { 1 } } },
    "needs channels × height × width, but gets 1 value" },
  { "conv2d", { 20, 5, 1, 0, 1, 1 }, 1, { { 3, { 10, 4, 14 } } },
    "has a kernel of 5×5, but gets 10×4×14: with a padding of 0 the kernel may be at most 4×4" },
  { "conv2d", { 20, 9, 1, 2, 1, 1 }, 1, { { 3, { 10, 9, 4 } } },
    "has a kernel of 9×9, but gets 10×9×4: with a padding of 2 the kernel may be at most 8×8" },
  { "conv2d", { 65536, 1024, 1, 0, 1, 1 }, 1, { { 3, { 4096, 1024, 1024 } } },
    "would need 65536×4096×1024×1024 weights; at least 1 and at most 2147483647 are possible" },
  { "conv2d", { 65536, 1, 1, 1024, 1, 1 }, 1, { { 3, { 1, 1, 1 } } },
    "would give 65536×2049×2049 for each sample; at least 1 and at most 2147483647 values are "
    "possible" },
  { "conv2d", { 20, 5, 1, 1, 3, 1 }, 1, { { 3, { 10, 9, 14 } } },
    "has a kernel of 5×5, but gets 10×9×14: with a padding of 1 and a dilation of 3 the kernel may "
    "be at most 4×4" },
  { "conv2d", { 20, 3, 1, 1, 1, 4 }, 1, { { 3, { 10, 9, 9 } } },
    "has 4 groups, which have to divide the 10 channels that it gets and the 20 that it gives" },
  { "conv2d", { 18, 3, 1, 1, 1, 5 }, 1, { { 3, { 10, 9, 9 } } },
    "has 5 groups, which have to divide the 10 channels that it gets and the 18 that it gives" },
  { "max-pool", { 3, 1 }, 1, { { 3, { 8, 5, 2 } } },
    "has a window of 3×3, but gets 8×5×2: the window may be at most 2×2" },
  { "max-pool", { 3, 2, 2 }, 1, { { 3, { 8, 5, 5 } } },
    "has a padding of 2 for a window of 3×3: it may be at most half the window, 1" },
  { "average-pool", { 6, 1, 1, 1 }, 1, { { 3, { 8, 5, 3 } } },
    "has a window of 6×6, but gets 8×5×3: with a padding of 1 the window may be at most 5×5" },
  { "adaptive-average-pool", { 4096, 4096 }, 1, { { 3, { 128, 1, 1 } } },
    "would give 128×4096×4096 for each sample; at least 1 and at most 2147483647 values are "
    "possible" },
  { "global-average-pool", { 0 }, 1, { { 3, { 8, 0, 3 } } },
    "would give 8×0×3 for each sample; at least 1 and at most 2147483647 values are possible" },
  { "upsample", { 64, 0, 0 }, 1, { { 3, { 16, 4096, 4096 } } },
    "would give 16×262144×262144 for each sample; at least 1 and at most 2147483647 values are "
    "possible" },
  { "pad", { 1, 1, 4, 1, 1 }, 1, { { 3, { 2, 4, 5 } } },
    "reflects 4 rows, but gets 4: at most 3 can be reflected" },
  { "pad", { 1, 1, 1, 1, 0 }, 1, { { 1, { 12 } } },
    "needs channels × height × width, but gets 12 values" },
  { "conv-transpose", { 4, 3, 2, 0, 2 }, 1, { { 3, { 2, 4, 5 } } },
    "has an output padding of 2 and a stride of 2: the output padding has to be smaller than the "
    "stride" },
  { "conv-transpose", { 4, 3, 1, 3, 0 }, 1, { { 3, { 2, 4, 5 } } },
    "gets 2×4×5, and a padding of 3 would cut off all that comes of it" },
  { "conv-transpose", { 65536, 1024, 1, 0, 0 }, 1, { { 3, { 4096, 8, 8 } } },
    "would need 65536×4096×1024×1024 weights; at least 1 and at most 2147483647 are possible" },
  { "dense", { 50 }, 1, { { 3, { 20, 5, 5 } } },
    "needs values in one row, or tokens × width, but gets 20×5×5: flatten them first" },
  { "dense", { 16777216 }, 1, { { 1, { 2147483647 } } },
    "would need 16777216×2147483647 weights; at least 1 and at most 2147483647 are possible" },
  { "dense", { 5 }, 1, { { 1, { 0 } } },
    "would need 5×0 weights; at least 1 and at most 2147483647 are possible" },
  { "conv2d", { 4, 3, 1, 2, 1, 1 }, 1, { { 3, { 0, 8, 8 } } },
    "would need 4×0×3×3 weights; at least 1 and at most 2147483647 are possible" },
  { "add", { 0 }, 2, { { 1, { 50 } }, { 3, { 2, 5, 5 } } },
    "needs inputs of one shape, but input 1 is 50 values and input 2 is 2×5×5" },
  { "concat", { 0 }, 2, { { 3, { 2, 5, 5 } }, { 3, { 2, 5, 6 } } },
    "needs inputs that differ in their first dimension alone, but input 1 is 2×5×5 and input 2 "
    "is 2×5×6" },
  { "concat", { 0 }, 2, { { 1, { G_MAXSIZE } }, { 1, { 2 } } },
    "would give 18446744073709551615 values for each sample; at least 1 and at most 2147483647 "
    "values are possible" },
  { "flatten", { 0 }, 1, { { 4, { G_MAXSIZE, G_MAXSIZE, G_MAXSIZE, 2 } } },
    "would give 18446744073709551615 values for each sample; at least 1 and at most 2147483647 "
    "values are possible" },
  { "relu", { 0 }, 1, { { 0 } },
    "would give nothing for each sample; at least 1 and at most 2147483647 values are possible" },
};

static void
test_refusals (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (refusals); n++)
    {
      const Refusal *r = &refusals[n];
      const MtlSetting set[] = { { .number = r->set[0] }, { .number = r->set[1] },
                                 { .number = r->set[2] }, { .number = r->set[3] },
                                 { .number = r->set[4] }, { .number = r->set[5] },
                                 { .number = r->set[6] } };

      assert_refused (r->op, set, r->n_in, r->in, r->message);
    }
}

static void
test_shapes (void)
{
  const MtlShape image = { 3, { 10, 28, 28 } }, values = { 1, { 50 } }, unknown = { 0 };
  const MtlShape huge = { 2, { G_MAXSIZE, 2 } };
  g_autofree char *of_image = mtl_shape_to_text (&image);
  g_autofree char *of_values = mtl_shape_to_text (&values);
  g_autofree char *of_unknown = mtl_shape_to_text (&unknown);

  g_assert_cmpstr (of_image, ==, "10×28×28");
  g_assert_cmpstr (of_values, ==, "50");
  g_assert_cmpstr (of_unknown, ==, "?");
  g_assert_cmpuint (mtl_shape_size (&image), ==, 7840);
  g_assert_cmpuint (mtl_shape_size (&unknown), ==, 0);
  g_assert_cmpuint (mtl_shape_size (&huge), ==, G_MAXSIZE);
}

static void
assert_line (const char *op,
             double      first,
             double      second,
             const char *expected)
{
  const MtlSetting set[] = { { .number = first }, { .number = second } };
  g_autofree char *line = find_op (op)->look.line (set);

  g_assert_cmpstr (line, ==, expected);
}

static void
test_lines (void)
{
  assert_line ("conv2d", 10, 9, "10 of 9×9");
  assert_line ("max-pool", 2, 0, "max 2×2");
  assert_line ("average-pool", 3, 2, "mean 3×3");
  assert_line ("adaptive-average-pool", 7, 5, "to 7×5");
  assert_line ("upsample", 2, 0, "2 times");
  assert_line ("conv-transpose", 16, 2, "16 of 2×2");
  assert_line ("dense", 50, 0, "50 units");
  assert_line ("dense", 1, 0, "1 unit");
  assert_line ("dropout", 0.5, 0, "drops 50\u00a0%");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/op-cases/pool", test_pool);
  g_test_add_func ("/op-cases/pool-ties", test_pool_ties);
  g_test_add_func ("/op-cases/concat", test_concat);
  g_test_add_func ("/op-cases/dropout-masks", test_dropout_masks);
  g_test_add_func ("/op-cases/refusals", test_refusals);
  g_test_add_func ("/op-cases/shapes", test_shapes);
  g_test_add_func ("/op-cases/lines", test_lines);

  return g_test_run ();
}
