/* test-golden-mtl-blocks.c — the blocks that mix tasks against PyTorch's numbers
 *
 * golden/mtl-blocks.py made the cases. Of two lanes with the same gradient one is
 * written over and one added to. Beside them stands what holds of selectors
 * whatever the numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <json-glib/json-glib.h>

#include "op-bench.h"

#define TOLERANCE     1e-5  /* relative to 1 + |value| */
#define MOST_SETTINGS 4
#define MOST_INPUTS   8

static JsonArray *
member (JsonObject *object,
        const char *name)
{
  return json_object_get_array_member (object, name);
}

static void
fill (float     *to,
      JsonArray *values,
      gsize      n)
{
  g_assert_cmpuint (json_array_get_length (values), ==, n);
  for (guint i = 0; i < n; i++)
    to[i] = (float) json_array_get_double_element (values, i);
}

/* Returns the largest difference, relative to 1 + |value|. */
static double
assert_close (const char  *what,
              guint        at,
              const float *found,
              JsonArray   *values,
              double       before,
              gsize        n)
{
  double worst = 0.0;

  g_assert_cmpuint (json_array_get_length (values), ==, n);
  for (guint i = 0; i < n; i++)
    {
      double value = json_array_get_double_element (values, i);
      double off = fabs (found[i] - before - value) / (1.0 + fabs (value));

      if (!(off <= TOLERANCE))
        g_error ("%s %u, element %u of %" G_GSIZE_FORMAT ": %.7g instead of %.7g",
                 what, at, i, n, found[i] - before, value);
      worst = MAX (worst, off);
    }

  return worst;
}

static const MtlOp *
find_op (const char *id)
{
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_OP, id, &error);

  g_assert_no_error (error);
  return (const MtlOp *) method;
}

static OpBench *
read_bench (JsonObject *object,
            MtlSetting *set)
{
  g_autoptr(GError) error = NULL;
  JsonArray *settings = member (object, "settings"), *shapes = member (object, "shapes");
  MtlShape in[MOST_INPUTS] = { { 0 } };
  OpBench *bench;

  for (guint i = 0; i < json_array_get_length (settings); i++)
    set[i].number = json_array_get_double_element (settings, i);
  for (guint i = 0; i < json_array_get_length (shapes); i++)
    {
      JsonArray *shape = json_array_get_array_element (shapes, i);

      in[i].rank = json_array_get_length (shape);
      for (guint d = 0; d < in[i].rank; d++)
        in[i].size[d] = (gsize) json_array_get_int_element (shape, d);
    }
  bench = op_bench_new (find_op (json_object_get_string_member (object, "op")), set,
                        json_array_get_length (shapes), in,
                        (gsize) json_object_get_int_member (object, "rows"), 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (bench->n_tensors, ==, json_array_get_length (member (object, "w")));

  return bench;
}

static void
run_bench (OpBench    *bench,
           JsonObject *object)
{
  for (guint i = 0; i < bench->shape.n_in; i++)
    fill (bench->x[i], json_array_get_array_element (member (object, "x"), i), bench->n_x[i]);
  for (guint t = 0; t < bench->n_tensors; t++)
    fill (bench->w[t], json_array_get_array_element (member (object, "w"), t), bench->n_w[t]);
  for (guint lane = 0; lane < BENCH_LANES; lane++)
    {
      fill (bench->dy[lane], member (object, "dy"), bench->n_y[0]);
      for (guint i = 0; i < bench->shape.n_in; i++)
        bench->fresh[i * BENCH_LANES + lane] = lane == 0;
    }
  op_bench_forward (bench);
  op_bench_backward (bench);
}

static void
test_case (gconstpointer data)
{
  JsonObject *object = (JsonObject *) data;
  MtlSetting set[MOST_SETTINGS] = { { 0 } };
  g_autoptr(OpBench) bench = read_bench (object, set);
  double worst;

  run_bench (bench, object);
  worst = assert_close ("y", 0, bench->y[0], member (object, "y"), 0.0, bench->n_y[0]);
  for (guint i = 0; i < bench->shape.n_in * BENCH_LANES; i++)
    {
      JsonArray *dx = json_array_get_array_element (member (object, "dx"), i / BENCH_LANES);
      double before = bench->fresh[i] ? 0.0 : BENCH_BEFORE;

      worst = MAX (worst, assert_close ("dx", i, bench->dx[i], dx, before,
                                        bench->n_x[i / BENCH_LANES]));
    }
  for (guint i = 0; i < bench->n_tensors * BENCH_LANES; i++)
    {
      JsonArray *dw = json_array_get_array_element (member (object, "dw"), i / BENCH_LANES);

      worst = MAX (worst, assert_close ("dw", i, bench->dw[i], dw, BENCH_BEFORE,
                                        bench->n_w[i / BENCH_LANES]));
    }
  g_test_message ("off by %.2g at most", worst);
}

/* --- selectors --- */

/* The sum of the shares of @n_experts experts at one sample, whose codes are @z. */
static double
sum_shares (guint  n_experts,
            double z)
{
  const MtlSetting set[] = { { .number = 3 }, { .number = 1 }, { .number = 0 } };
  const MtlShape one = { 1, { 1 } };
  const MtlShape in[] = { one, one, one, one, one, one, one, one, one };
  g_autoptr(GError) error = NULL;
  g_autoptr(OpBench) bench = op_bench_new (find_op ("dselect-k"), set, n_experts + 1, in, 1, 4,
                                           &error);

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
    }
  g_assert_cmpfloat_with_epsilon (sum_shares (3, 0.0), 0.75, 1e-6);
  g_assert_cmpfloat_with_epsilon (sum_shares (5, 0.0), 0.625, 1e-6);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonParser) parser = json_parser_new ();
  g_autofree char *path = NULL;
  JsonArray *cases;

  g_test_init (&argc, &argv, NULL);
  path = g_test_build_filename (G_TEST_DIST, "golden", "mtl-blocks.json", NULL);
  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  cases = json_node_get_array (json_parser_get_root (parser));
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *object = json_array_get_object_element (cases, i);
      g_autofree char *name = g_strdup_printf ("/golden-mtl-blocks/%s/%s",
                                               json_object_get_string_member (object, "op"),
                                               json_object_get_string_member (object, "name"));

      g_test_add_data_func (name, object, test_case);
    }
  g_test_add_func ("/golden-mtl-blocks/dselect-k/shares", test_shares);

  return g_test_run ();
}
