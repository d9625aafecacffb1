/* test-fused.c — what a comparison with sums does not show
 *
 * Ties, zeros and NaN; that a row gives the same bits wherever it stands; that
 * lanes which are not wanted are left alone; and that the fused op is the
 * three blocks it stands for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "kernel-run.h"

extern const MtlOp mtl_op_conv2d;
extern const MtlOp mtl_op_relu;
extern const MtlOp mtl_op_max_pool;
extern const MtlOp mtl_op_conv_relu_pool;

/* Vectors of every width are left with some lanes empty. */
static const Case odd = { 10, 13, 15, 11, 5, 1, 23, 3 };

static void
check_same (const char  *name,
            gsize        row,
            gsize        n,
            const float *alone,
            const float *all)
{
  for (gsize i = 0; i < n; i++)
    if (alone[i] != all[row * n + i])
      g_error ("seed 7: row %" G_GSIZE_FORMAT ": %s[%" G_GSIZE_FORMAT "] is %.9g alone, %.9g in "
               "the shard", row, name, i, alone[i], all[row * n + i]);
}

/* A row gives the same bits alone and anywhere in a shard. */
static void
test_place (gconstpointer data)
{
  Subject subject = { data, &odd };
  Run run = { 0 };
  const float *x, *weights[2];
  float *y;
  MtlOpPass pass;
  g_autofree float *all_y = NULL;
  g_autofree float *all_dx = NULL;

  set_up (&run, &subject);
  run.lanes = 1;
  pass = pass_of (&run, &x, &y, weights);
  subject.kernels->conv_pool->forward (&run.shape, &pass);
  subject.kernels->conv_pool->backward (&run.shape, &pass);
  all_y = g_memdup2 (run.y, run.rows * run.n_y * sizeof (float));
  all_dx = g_memdup2 (run.dx[0], run.rows * run.n_x * sizeof (float));

  pass.rows = 1;
  for (gsize row = 0; row < run.rows; row++)
    {
      float *dy = run.dy[0];

      x = run.x + row * run.n_x;
      run.dy[0] = dy + row * run.n_y;
      subject.kernels->conv_pool->forward (&run.shape, &pass);
      subject.kernels->conv_pool->backward (&run.shape, &pass);
      run.dy[0] = dy;

      check_same ("y", row, run.n_y, run.y, all_y);
      check_same ("dx", row, run.n_x, run.dx[0], all_dx);
    }

  run.lanes = odd.lanes;
  tear_down (&run);
}

/* A 1×1 kernel of weight 1 shows the pool and the rectifier alone. */
static const Case one_cell = { 1, 2, 2, 1, 1, 0, 1, 1 };

static void
check_cell (const MtlKernels *kernels,
            const float               pixels[4],
            float                     value,
            int                       place)
{
  Subject subject = { kernels, &one_cell };
  Run run = { 0 };
  const float *x, *weights[2];
  float *y;
  MtlOpPass pass;

  set_up (&run, &subject);
  memcpy (run.x, pixels, 4 * sizeof (float));
  run.w[0] = 1.0f;
  run.bias[0] = 0.0f;
  run.dy[0][0] = 1.0f;
  pass = pass_of (&run, &x, &y, weights);
  kernels->conv_pool->forward (&run.shape, &pass);
  kernels->conv_pool->backward (&run.shape, &pass);

  if (!(run.y[0] == value || (isnan (run.y[0]) && isnan (value))))
    g_error ("%s: maximum of %g %g %g %g is %g, expected %g", kernels->name, pixels[0], pixels[1],
             pixels[2], pixels[3], run.y[0], value);
  for (int p = 0; p < 4; p++)
    if (run.dx[0][p] != (p == place ? 1.0f : 0.0f))
      g_error ("%s: dx of %g %g %g %g is %g at %d, expected place %d", kernels->name, pixels[0],
               pixels[1], pixels[2], pixels[3], run.dx[0][p], p, place);

  tear_down (&run);
}

static void
test_cells (gconstpointer data)
{
  const MtlKernels *kernels = data;

  check_cell (kernels, (const float[]) { 2, 2, 2, 2 }, 2, 0);
  check_cell (kernels, (const float[]) { 1, 3, 2, 3 }, 3, 1);
  check_cell (kernels, (const float[]) { -1, 1, 4, 4 }, 4, 2);
  check_cell (kernels, (const float[]) { -1, -2, 3, 5 }, 5, 3);
  check_cell (kernels, (const float[]) { 0, -1, 0, -2 }, 0, -1);
  check_cell (kernels, (const float[]) { -3, -1, -4, -2 }, 0, -1);
  check_cell (kernels, (const float[]) { 1, NAN, 3, 2 }, NAN, 1);
}

/* Lanes that are not wanted are passed over, and the others served. */
static void
test_unwanted (gconstpointer data)
{
  const MtlKernels *kernels = data;
  Subject subject = { kernels, &odd };
  Run run = { 0 };
  const float *x, *weights[2];
  float *y;
  float *kept_dx, *kept_dw;
  MtlOpPass pass;

  set_up (&run, &subject);
  pass = pass_of (&run, &x, &y, weights);
  kernels->conv_pool->forward (&run.shape, &pass);
  run.dy[2] = memcpy (run.dy[2], run.dy[0], run.rows * run.n_y * sizeof (float));
  memset (run.dw[0], 0, run.n_w * sizeof (float));
  memset (run.dw[2], 0, run.n_w * sizeof (float));
  kept_dx = g_steal_pointer (&run.dx[1]);
  kept_dw = g_steal_pointer (&run.dw[1]);
  kernels->conv_pool->grad (&run.shape, &pass);
  kernels->conv_pool->backward (&run.shape, &pass);

  g_assert_cmpmem (run.dw[0], run.n_w * sizeof (float), run.dw[2], run.n_w * sizeof (float));
  g_assert_cmpmem (run.dx[0], run.rows * run.n_x * sizeof (float),
                   run.dx[2], run.rows * run.n_x * sizeof (float));
  run.dx[1] = kept_dx;
  run.dw[1] = kept_dw;
  tear_down (&run);
}

static gboolean
accepts (double stride,
         double dilation,
         double groups,
         double size,
         double pool_stride,
         double pool_padding,
         gsize  channels)
{
  MtlSetting conv[] = { { .number = 10 }, { .number = 5 }, { .number = stride }, { .number = 0 },
                        { .number = dilation }, { .number = groups }, { .number = 0 } };
  MtlSetting pool[] = { { .number = size }, { .number = pool_stride },
                        { .number = pool_padding } };
  MtlOpShape parts[] = {
    { .set = conv, .in = { { .rank = 3, .size = { channels, 36, 36 } } } },
    { .set = NULL },
    { .set = pool },
  };

  return mtl_op_conv_relu_pool.accepts (parts, G_N_ELEMENTS (parts));
}

static void
test_accepts (void)
{
  g_assert_true (accepts (1, 1, 1, 2, 2, 0, 1));
  g_assert_true (accepts (1, 1, 1, 2, 0, 0, 10));
  g_assert_false (accepts (2, 1, 1, 2, 2, 0, 1));
  g_assert_false (accepts (1, 1, 1, 3, 2, 0, 1));
  g_assert_false (accepts (1, 1, 1, 2, 1, 0, 1));
  g_assert_false (accepts (1, 1, 1, 2, 2, 1, 1));
  g_assert_false (accepts (1, 1, 1, 2, 2, 0, 4096));
  g_assert_false (accepts (1, 2, 1, 2, 2, 0, 10));
  g_assert_false (accepts (1, 1, 2, 2, 2, 0, 10));
}

static gboolean
accepts_3x3 (gsize channels,
             gsize algorithm)
{
  MtlSetting conv[] = { { .number = channels }, { .number = 3 }, { .number = 1 }, { .number = 1 },
                        { .number = 1 }, { .number = 1 }, { .number = algorithm } };
  MtlSetting pool[] = { { .number = 2 }, { .number = 2 }, { .number = 0 } };
  MtlOpShape parts[] = {
    { .set = conv, .in = { { .rank = 3, .size = { channels, 6, 6 } } } },
    { .set = NULL },
    { .set = pool },
  };

  return mtl_op_conv_relu_pool.accepts (parts, G_N_ELEMENTS (parts));
}

/* Many channels are for Winograd's tiles, and so is what was told to be. */
static void
test_leaves_tiles (void)
{
  enum { AUTO, DIRECT, WINOGRAD_2, WINOGRAD_4 };

  g_assert_true (accepts_3x3 (128, AUTO));
  g_assert_false (accepts_3x3 (192, AUTO));
  g_assert_true (accepts_3x3 (192, DIRECT));
  g_assert_false (accepts_3x3 (64, WINOGRAD_2));
  g_assert_false (accepts_3x3 (64, WINOGRAD_4));
}

/* @op on a shard of @rows, from @x to a new buffer. */
static float *
run_op (const MtlOp      *op,
        const MtlSetting *set,
        MtlShape         *shape,
        gsize             rows,
        const float      *x,
        const float      *weights[2])
{
  MtlOpShape of = { .set = set, .n_in = 1, .n_out = 1, .in = { *shape } };
  MtlOpNeeds needs = { 0 };
  g_autofree char *scratch = NULL;
  g_autofree char *kept = NULL;
  float *y;
  MtlOpPass pass = { .shape = &of, .rows = rows, .x = &x, .y = &y, .weights = weights };

  g_assert_true (op->infer (&of, NULL));
  op->plan (&of, &needs);
  y = g_new (float, rows * of.out[0].size[0] * of.out[0].size[1] * of.out[0].size[2]);
  pass.scratch = scratch = g_malloc (needs.scratch);
  pass.kept = kept = g_malloc (rows * needs.kept);
  op->forward (&pass);
  *shape = of.out[0];

  return y;
}

static void
test_parts (void)
{
  const gsize rows = 5;
  MtlSetting conv[] = { { .number = 7 }, { .number = 4 }, { .number = 1 }, { .number = 2 },
                        { .number = 1 }, { .number = 1 }, { .number = 0 } };
  MtlSetting max[] = { { .number = 2 }, { .number = 2 }, { .number = 0 } };
  MtlShape shape = { .rank = 3, .size = { 3, 12, 9 } };
  MtlShape fused = shape;
  g_autofree float *x = random_floats (rows * 3 * 12 * 9, 1, 1.0);
  g_autofree float *w = random_floats (7 * 3 * 4 * 4, 2, 0.2);
  g_autofree float *bias = random_floats (7, 3, 0.3);
  const float *weights[] = { w, bias };
  g_autofree float *a = run_op (&mtl_op_conv2d, conv, &shape, rows, x, weights);
  g_autofree float *b = run_op (&mtl_op_relu, NULL, &shape, rows, a, weights);
  g_autofree float *c = run_op (&mtl_op_max_pool, max, &shape, rows, b, weights);
  g_autofree float *y = run_op (&mtl_op_conv_relu_pool, conv, &fused, rows, x, weights);

  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (fused.size[i], ==, shape.size[i]);
  for (gsize i = 0; i < rows * shape.size[0] * shape.size[1] * shape.size[2]; i++)
    if (!(fabs (y[i] - c[i]) <= 1e-5))
      g_error ("seed 7: fused y[%" G_GSIZE_FORMAT "] is %.9g, of the parts %.9g", i, y[i], c[i]);
}

int
main (int    argc,
      char **argv)
{
  const MtlKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fused/accepts", test_accepts);
  g_test_add_func ("/fused/leaves-tiles", test_leaves_tiles);
  g_test_add_func ("/fused/parts", test_parts);
  for (guint set = 0; (kernels = mtl_kernels_usable (set)) != NULL; set++)
    {
      g_autofree char *cells = g_strdup_printf ("/fused/%s/cells", kernels->name);
      g_autofree char *place = g_strdup_printf ("/fused/%s/place", kernels->name);
      g_autofree char *unwanted = g_strdup_printf ("/fused/%s/unwanted", kernels->name);

      g_test_add_data_func (cells, kernels, test_cells);
      g_test_add_data_func (place, kernels, test_place);
      g_test_add_data_func (unwanted, kernels, test_unwanted);
    }

  return g_test_run ();
}
