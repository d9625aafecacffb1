/* test-golden-image.c — the blocks for images against numbers computed elsewhere
 *
 * golden/image.json is made by golden/image.py, which says how. Transposed
 * convolutions of sizes that fill more than one panel and band are compared with
 * the sums that define them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "golden-file.h"
#include "op-bench.h"

#define ROWS      2
#define TOLERANCE 2e-6  /* relative to 1 + |value|; the numbers are rounded at 5e-7 */

/* As in image.py. */
static void
fill (float *values,
      gsize  n,
      guint  step,
      guint  start,
      guint  modulus,
      float  scale)
{
  for (gsize i = 0; i < n; i++)
    values[i] = ((float) ((i * step + start) % modulus) - (float) (modulus / 2)) / scale;
}

static double
read_setting (const MtlParam *param,
              JsonNode       *node)
{
  guint n = 0;

  if (param->type != MTL_CHOICE)
    return json_node_get_double (node);

  while (strcmp (param->choices[n], json_node_get_string (node)) != 0)
    n++;

  return n;
}

static MtlSetting *
read_settings (const MtlOp *op,
               JsonObject  *given)
{
  guint n, found = 0;
  MtlSetting *set = op_bench_settings (op, &n);

  for (guint i = 0; i < n; i++)
    if (json_object_has_member (given, op->method.params[i].id))
      {
        set[i].number = read_setting (&op->method.params[i],
                                      json_object_get_member (given, op->method.params[i].id));
        found++;
      }
  g_assert_cmpuint (found, ==, json_object_get_size (given));

  return set;
}

/* @before: what @found held before its gradient was added. */
static void
assert_close (JsonObject  *golden,
              const char  *name,
              guint        at,
              const float *found,
              gsize        n,
              double       before)
{
  g_autofree char *what = g_strdup_printf ("case %u, %s: %s", at,
                                           json_object_get_string_member (golden, "op"), name);

  golden_compare (what, json_object_get_array_member (golden, name), found, n, before, TOLERANCE);
}

static void
check_golden (JsonObject *golden,
              guint       at)
{
  const MtlOp *op = find_op (json_object_get_string_member (golden, "op"));
  g_autofree MtlSetting *set
    = read_settings (op, json_object_get_object_member (golden, "settings"));
  const MtlShape in = golden_shape (json_object_get_array_member (golden, "in"));
  const MtlShape out = golden_shape (json_object_get_array_member (golden, "out"));
  g_autoptr(GError) error = NULL;
  g_autoptr(OpBench) bench = op_bench_new (op, set, 1, &in, ROWS, at, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (bench->shape.out[0].rank, ==, out.rank);
  for (guint i = 0; i < out.rank; i++)
    g_assert_cmpuint (bench->shape.out[0].size[i], ==, out.size[i]);

  fill (bench->x[0], bench->n_x[0], 37, 11,
        (guint) json_object_get_int_member (golden, "levels"), 16.0f);
  fill (bench->dy[0], bench->n_y[0], 53, 7, 32, 8.0f);
  if (bench->n_tensors > 0)
    {
      fill (bench->w[0], bench->n_w[0], 29, 5, 31, 16.0f);
      fill (bench->w[1], bench->n_w[1], 13, 3, 17, 8.0f);
    }
  memcpy (bench->dy[1], bench->dy[0], bench->n_y[0] * sizeof (float));
  bench->fresh[0] = TRUE;
  op_bench_forward (bench);
  assert_close (golden, "y", at, bench->y[0], bench->n_y[0], 0.0);
  op_bench_backward (bench);
  assert_close (golden, "dx", at, bench->dx[0], bench->n_x[0], 0.0);
  assert_close (golden, "dx", at, bench->dx[1], bench->n_x[0], BENCH_BEFORE);
  for (guint t = 0; t < bench->n_tensors; t++)
    assert_close (golden, t == 0 ? "dw" : "db", at, bench->dw[t * BENCH_LANES + 1], bench->n_w[t],
                  BENCH_BEFORE);
}

static void
test_golden (void)
{
  g_autoptr(JsonParser) parser = golden_open ("image.json");
  JsonArray *cases = json_node_get_array (json_parser_get_root (parser));

  g_assert_cmpuint (json_array_get_length (cases), >, 20);
  for (guint i = 0; i < json_array_get_length (cases); i++)
    check_golden (json_array_get_object_element (cases, i), i);
}

/* --- transposed convolutions of some size --- */

typedef struct
{
  MtlShape in;
  double   channels, kernel, stride, padding, output_padding;
} PaintCase;

static const PaintCase paint_cases[] = {
  { { 3, { 3, 9, 50 } }, 20, 3, 1, 1, 0 },      /* panels that end within a row */
  { { 3, { 2, 40, 40 } }, 24, 4, 2, 1, 0 },     /* bands of 6 rows, the last of 4 */
  { { 3, { 1, 3, 3000 } }, 4, 3, 2, 0, 1 },     /* blocks of 3 outputs and 1 */
  { { 3, { 40, 5, 5 } }, 33, 5, 4, 2, 3 },
};

typedef struct
{
  double *y, *dx, *dw;
} PaintSums;

/* What one value of x and one filter have to do with each other. */
static void
paint_value (const OpBench   *bench,
             const PaintCase *c,
             gsize            x_at,
             gsize            o,
             PaintSums       *sums)
{
  const MtlShape *in = &c->in, *out = &bench->shape.out[0];
  gsize kernel = c->kernel, j = x_at % in->size[2], i = x_at / in->size[2] % in->size[1];
  gsize k = x_at / in->size[2] / in->size[1] % in->size[0];
  gsize r = x_at / mtl_shape_size (in);

  for (gsize a = 0; a < kernel; a++)
    for (gsize b = 0; b < kernel; b++)
      {
        gssize row = i * c->stride + a - c->padding, column = j * c->stride + b - c->padding;
        gsize w_at = ((o * in->size[0] + k) * kernel + a) * kernel + b;
        gsize y_at;

        if (row < 0 || column < 0 || row >= (gssize) out->size[1]
            || column >= (gssize) out->size[2])
          continue;
        y_at = ((r * out->size[0] + o) * out->size[1] + row) * out->size[2] + column;
        sums->y[y_at] += (double) bench->w[0][w_at] * bench->x[0][x_at];
        sums->dw[w_at] += (double) bench->dy[0][y_at] * bench->x[0][x_at];
        sums->dx[x_at] += (double) bench->dy[0][y_at] * bench->w[0][w_at];
      }
}

static void
assert_sums (const char   *what,
             guint         at,
             const float  *found,
             const double *expected,
             gsize         n,
             double        before)
{
  for (gsize i = 0; i < n; i++)
    if (!(fabs (found[i] - expected[i] - before) <= 1e-4 * (1.0 + fabs (expected[i]))))
      g_error ("case %u: %s, element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
               ": %.7g instead of %.7g", at, what, i, n, found[i], expected[i] + before);
}

static void
check_paint (const PaintCase *c,
             guint            at)
{
  const MtlSetting set[] = { { .number = c->channels }, { .number = c->kernel },
                             { .number = c->stride }, { .number = c->padding },
                             { .number = c->output_padding } };
  g_autoptr(GError) error = NULL;
  g_autoptr(OpBench) bench = op_bench_new (find_op ("conv-transpose"), set, 1, &c->in, ROWS, at,
                                           &error);
  g_autofree double *y = NULL, *dx = NULL, *dw = NULL;
  PaintSums sums;
  gsize plane;

  g_assert_no_error (error);
  sums.y = y = g_new0 (double, bench->n_y[0]);
  sums.dx = dx = g_new0 (double, bench->n_x[0]);
  sums.dw = dw = g_new0 (double, bench->n_w[0]);
  plane = bench->shape.out[0].size[1] * bench->shape.out[0].size[2];
  for (gsize i = 0; i < bench->n_y[0]; i++)
    y[i] = bench->w[1][i / plane % bench->n_w[1]];
  for (gsize i = 0; i < bench->n_x[0]; i++)
    for (gsize o = 0; o < bench->n_w[1]; o++)
      paint_value (bench, c, i, o, &sums);

  bench->fresh[0] = TRUE;
  op_bench_forward (bench);
  op_bench_backward (bench);
  assert_sums ("y", at, bench->y[0], y, bench->n_y[0], 0.0);
  assert_sums ("dx", at, bench->dx[0], dx, bench->n_x[0], 0.0);
  assert_sums ("dw", at, bench->dw[0], dw, bench->n_w[0], BENCH_BEFORE);
}

static void
test_paint (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (paint_cases); i++)
    check_paint (&paint_cases[i], i);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/golden-image/blocks", test_golden);
  g_test_add_func ("/golden-image/conv-transpose", test_paint);

  return g_test_run ();
}
