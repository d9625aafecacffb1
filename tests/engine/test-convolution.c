/* test-convolution.c — conv2d against the sums that define it
 *
 * They are taken in double precision and with no matrix; errors are relative to
 * the norm of the whole. Besides the values of tests/golden/convolution.json,
 * which another program computed, and which are exact.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "golden-file.h"
#include "op-bench.h"

#define TOLERANCE     1e-6
#define TOLERANCE_4   2.5e-6   /* of tiles of 4×4 */

enum { AUTO, DIRECT, WINOGRAD_2, WINOGRAD_4 };   /* algorithms */

extern const MtlOp mtl_op_conv2d;

/* --- by definition --- */

typedef struct
{
  MtlShape in;
  double   set[7];   /* filters, kernel, stride, padding, dilation, groups, algorithm */
  gsize    rows;
} ConvCase;

static const ConvCase conv_cases[] = {
  { { 3, { 1, 36, 36 } }, { 10, 9, 1, 0, 1, 1 }, 2 },
  { { 3, { 3, 8, 7 } }, { 4, 3, 2, 1, 1, 1 }, 3 },
  { { 3, { 2, 5, 5 } }, { 3, 3, 1, 2, 1, 1 }, 2 },
  { { 3, { 2, 4, 6 } }, { 2, 5, 3, 3, 1, 1 }, 1 },
  { { 3, { 1, 3, 3 } }, { 2, 2, 1, 3, 1, 1 }, 2 },  /* outputs that see nothing but padding */
  { { 3, { 4, 6, 5 } }, { 3, 1, 1, 0, 1, 1 }, 2 },
  { { 3, { 1, 9, 1 } }, { 2, 1, 4, 0, 1, 1 }, 1 },
  { { 3, { 48, 31, 64 } }, { 2, 5, 1, 0, 1, 1 }, 1 },
  { { 3, { 5, 2, 3 } }, { 3, 3, 1, 1, 1, 1 }, 32 },    /* several samples in one panel */
  { { 3, { 40, 9, 11 } }, { 6, 3, 1, 1, 2, 1 }, 5 },
  { { 3, { 6, 13, 9 } }, { 9, 3, 2, 3, 3, 3 }, 3 },
  { { 3, { 7, 10, 8 } }, { 14, 5, 1, 2, 1, 7 }, 2 },   /* depth-wise, two filters a channel */
  { { 3, { 400, 3, 4 } }, { 8, 3, 1, 1, 1, 1 }, 3 },   /* channels in blocks */
  { { 3, { 256, 6, 5 } }, { 800, 1, 2, 0, 1, 1 }, 7 }, /* by tile */
  { { 3, { 96, 5, 5 } }, { 480, 3, 2, 1, 1, 2 }, 5 },  /* by tile, in groups */
  { { 3, { 32, 8, 8 } }, { 32, 3, 1, 1, 1, 1 }, 3 },   /* from here on tiles of 2×2 */
  { { 3, { 33, 7, 9 } }, { 50, 3, 1, 0, 1, 1 }, 2 },
  { { 3, { 40, 5, 1 } }, { 37, 3, 1, 2, 1, 1 }, 32 },
  { { 3, { 64, 2, 3 } }, { 33, 3, 1, 1, 1, 1 }, 32 },
  { { 3, { 32, 3, 261 } }, { 65, 3, 1, 1, 1, 1 }, 2 },  /* a strip is more than a block */
  { { 3, { 130, 6, 4 } }, { 200, 3, 1, 1, 1, 1 }, 32 }, /* by tile, in two blocks */
  { { 3, { 40, 6, 7 } }, { 33, 3, 1, 1, 1, 1, DIRECT }, 3 },
  { { 3, { 3, 9, 8 } }, { 5, 3, 1, 1, 1, 1, WINOGRAD_2 }, 3 },
  { { 3, { 3, 9, 8 } }, { 5, 3, 1, 2, 1, 1, WINOGRAD_4 }, 3 },
  { { 3, { 130, 6, 4 } }, { 200, 3, 1, 1, 1, 1, WINOGRAD_4 }, 32 },
};

static void
assert_close (const char   *what,
              guint         at,
              const float  *found,
              const double *expected,
              gsize         n)
{
  double error = 0.0, norm = 0.0;
  double tolerance = conv_cases[at].set[6] == WINOGRAD_4 ? TOLERANCE_4 : TOLERANCE;

  for (gsize i = 0; i < n; i++)
    {
      error += (found[i] - expected[i]) * (found[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
  if (!(sqrt (error) <= tolerance * sqrt (norm)))
    g_error ("case %u: %s is off by %.3g of its norm", at, what, sqrt (error / norm));
}

typedef struct
{
  double *y, *dx, *dw, *db;
} ConvSums;

static void
conv_sums_free (ConvSums *sums)
{
  g_free (sums->y);
  g_free (sums->dx);
  g_free (sums->dw);
  g_free (sums->db);
  g_free (sums);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConvSums, conv_sums_free)

/* All products that belong to one output: filter @o at (@row, @column) of sample @r. */
static void
add_output (const OpBench  *bench,
            const ConvCase *c,
            gsize           y_at,
            gsize           r,
            gsize           o,
            gsize           row,
            gsize           column,
            ConvSums       *sums)
{
  gsize kernel = c->set[1], stride = c->set[2], padding = c->set[3], dilation = c->set[4];
  gsize depth = c->in.size[0] / (gsize) c->set[5], group = c->set[0] / c->set[5];

  sums->y[y_at] += bench->w[1][o];
  sums->db[o] += bench->dy[0][y_at];
  for (gsize in = 0; in < depth; in++)
    for (gsize i = 0; i < kernel; i++)
      for (gsize j = 0; j < kernel; j++)
        {
          gssize up = row * stride + i * dilation - padding;
          gssize left = column * stride + j * dilation - padding;
          gsize w_at = ((o * depth + in) * kernel + i) * kernel + j;
          gsize channel = r * c->in.size[0] + o / group * depth + in, x_at;

          if (up < 0 || left < 0 || up >= (gssize) c->in.size[1] || left >= (gssize) c->in.size[2])
            continue;
          x_at = (channel * c->in.size[1] + up) * c->in.size[2] + left;
          sums->y[y_at] += (double) bench->w[0][w_at] * bench->x[0][x_at];
          sums->dw[w_at] += (double) bench->dy[0][y_at] * bench->x[0][x_at];
          sums->dx[x_at] += (double) bench->dy[0][y_at] * bench->w[0][w_at];
        }
}

static ConvSums *
sum_convolution (const OpBench  *bench,
                 const ConvCase *c)
{
  const MtlShape *out = &bench->shape.out[0];
  ConvSums *sums = g_new0 (ConvSums, 1);
  gsize y_at = 0;

  sums->y = g_new0 (double, bench->n_y[0]);
  sums->dx = g_new0 (double, bench->n_x[0]);
  sums->dw = g_new0 (double, bench->n_w[0]);
  sums->db = g_new0 (double, bench->n_w[1]);
  for (gsize r = 0; r < bench->rows; r++)
    for (gsize o = 0; o < out->size[0]; o++)
      for (gsize row = 0; row < out->size[1]; row++)
        for (gsize column = 0; column < out->size[2]; column++)
          add_output (bench, c, y_at++, r, o, row, column, sums);

  for (gsize i = 0; i < bench->n_w[0]; i++)
    sums->dw[i] += BENCH_BEFORE;
  for (gsize i = 0; i < bench->n_w[1]; i++)
    sums->db[i] += BENCH_BEFORE;
  return sums;
}

static void
settings_of (const double *numbers,
             MtlSetting   *set)
{
  for (guint i = 0; i < 7; i++)
    set[i] = (MtlSetting) { .number = numbers[i] };
}

static void
test_sums (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (conv_cases); n++)
    {
      const ConvCase *c = &conv_cases[n];
      MtlSetting set[7];
      g_autoptr(GError) error = NULL;
      g_autoptr(OpBench) bench = NULL;
      g_autoptr(ConvSums) sums = NULL;

      settings_of (c->set, set);
      bench = op_bench_new (&mtl_op_conv2d, set, 1, &c->in, c->rows, n, &error);
      g_assert_no_error (error);
      sums = sum_convolution (bench, c);
      bench->fresh[0] = TRUE;
      op_bench_forward (bench);
      op_bench_backward (bench);
      assert_close ("y", n, bench->y[0], sums->y, bench->n_y[0]);
      assert_close ("dx", n, bench->dx[0], sums->dx, bench->n_x[0]);
      assert_close ("dw", n, bench->dw[0], sums->dw, bench->n_w[0]);
      assert_close ("db", n, bench->dw[BENCH_LANES], sums->db, bench->n_w[1]);

      /* The lane that is added to, of the same dy. */
      memcpy (bench->dy[1], bench->dy[0], bench->n_y[0] * sizeof (float));
      op_bench_backward (bench);
      for (gsize i = 0; i < bench->n_x[0]; i++)
        sums->dx[i] += BENCH_BEFORE;
      assert_close ("second dx", n, bench->dx[1], sums->dx, bench->n_x[0]);
      assert_close ("second dw", n, bench->dw[1], sums->dw, bench->n_w[0]);
    }
}

/* --- golden values --- */

/* @before: what was added to. */
static void
assert_values (JsonObject  *it,
               const char  *member,
               const float *found,
               gsize        n,
               float        before)
{
  g_autofree float *expected = g_new (float, n);

  golden_read (json_object_get_array_member (it, member), n, expected);
  for (gsize i = 0; i < n; i++)
    if (found[i] != expected[i] + before)
      g_error ("%s, element %" G_GSIZE_FORMAT ": %.9g instead of %.9g", member, i,
               (double) found[i], (double) (expected[i] + before));
}

static void
check_golden (JsonObject *it,
              guint       n)
{
  JsonArray *numbers = json_object_get_array_member (it, "set");
  MtlShape shape = golden_shape (json_object_get_array_member (it, "in"));
  MtlSetting set[7] = { 0 };
  g_autoptr(GError) error = NULL;
  g_autoptr(OpBench) bench = NULL;

  for (guint i = 0; i < 6; i++)
    set[i] = (MtlSetting) { .number = json_array_get_double_element (numbers, i) };
  bench = op_bench_new (&mtl_op_conv2d, set, 1, &shape, 2, n, &error);
  g_assert_no_error (error);

  golden_read (json_object_get_array_member (it, "x"), bench->n_x[0], bench->x[0]);
  golden_read (json_object_get_array_member (it, "w"), bench->n_w[0], bench->w[0]);
  golden_read (json_object_get_array_member (it, "b"), bench->n_w[1], bench->w[1]);
  golden_read (json_object_get_array_member (it, "dy"), bench->n_y[0], bench->dy[0]);
  bench->fresh[0] = TRUE;
  op_bench_forward (bench);
  op_bench_backward (bench);
  assert_values (it, "y", bench->y[0], bench->n_y[0], 0.0f);
  assert_values (it, "dx", bench->dx[0], bench->n_x[0], 0.0f);
  assert_values (it, "dw", bench->dw[0], bench->n_w[0], BENCH_BEFORE);
  assert_values (it, "db", bench->dw[BENCH_LANES], bench->n_w[1], BENCH_BEFORE);
}

static void
test_golden (void)
{
  g_autoptr(JsonParser) parser = golden_open ("convolution.json");
  JsonArray *cases = json_node_get_array (json_parser_get_root (parser));

  g_assert_cmpuint (json_array_get_length (cases), >, 0);
  for (guint n = 0; n < json_array_get_length (cases); n++)
    check_golden (json_array_get_object_element (cases, n), n);
}

/* What a tile cannot do is refused, and by its name. */
static void
test_refuses (void)
{
  static const double refused[][7] = {
    { 4, 5, 1, 0, 1, 1, WINOGRAD_4 }, { 4, 3, 2, 0, 1, 1, WINOGRAD_2 },
    { 4, 3, 1, 3, 1, 1, WINOGRAD_4 }, { 4, 3, 1, 0, 2, 1, WINOGRAD_4 },
    { 4, 3, 1, 0, 1, 2, WINOGRAD_2 },
  };

  for (guint n = 0; n < G_N_ELEMENTS (refused); n++)
    {
      MtlSetting set[7];
      MtlOpShape shape = { .set = set, .n_in = 1, .in = { { 3, { 4, 9, 9 } } } };
      g_autoptr(GError) error = NULL;

      settings_of (refused[n], set);
      g_assert_false (mtl_op_conv2d.infer (&shape, &error));
      g_assert_error (error, MTL_ERROR, MTL_ERROR_SHAPE);
      g_assert_nonnull (strstr (error->message,
                                refused[n][6] == WINOGRAD_4 ? "winograd-4" : "winograd-2"));
      set[6].number = DIRECT;
      g_assert_true (mtl_op_conv2d.infer (&shape, NULL));
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/convolution/sums", test_sums);
  g_test_add_func ("/convolution/golden", test_golden);
  g_test_add_func ("/convolution/refuses", test_refuses);

  return g_test_run ();
}
