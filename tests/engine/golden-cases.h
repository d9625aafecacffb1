/* golden-cases.h — blocks against PyTorch's numbers, case by case of a file
 *
 * The scripts of tests/golden made the files. Of two lanes with the same
 * gradient one is written over and one added to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "golden-file.h"
#include "op-bench.h"

#define GOLDEN_SETTINGS 8
#define GOLDEN_INPUTS   MTL_MAX_PORTS

static inline JsonArray *
member (JsonObject *object,
        const char *name)
{
  return json_object_get_array_member (object, name);
}

/* A list of numbers, or where most are zero, the others with their places. */
static inline double *
read_values (JsonNode *node,
             gsize     n)
{
  double *values = g_new0 (double, n);
  JsonArray *list;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *sparse = json_node_get_object (node);
      JsonArray *at = member (sparse, "at");

      g_assert_cmpuint (json_object_get_int_member (sparse, "n"), ==, n);
      for (guint i = 0; i < json_array_get_length (at); i++)
        values[json_array_get_int_element (at, i)] =
          json_array_get_double_element (member (sparse, "values"), i);
      return values;
    }

  list = json_node_get_array (node);
  g_assert_cmpuint (json_array_get_length (list), ==, n);
  for (guint i = 0; i < n; i++)
    values[i] = json_array_get_double_element (list, i);

  return values;
}

static inline void
fill (float    *to,
      JsonNode *node,
      gsize     n)
{
  g_autofree double *values = read_values (node, n);

  for (gsize i = 0; i < n; i++)
    to[i] = (float) values[i];
}

/* Returns the largest difference, relative to 1 + |value|. */
static inline double
assert_close (const char  *what,
              guint        at,
              const float *found,
              JsonNode    *node,
              double       before,
              gsize        n,
              double       tolerance)
{
  g_autofree double *values = read_values (node, n);
  double worst = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      double off = fabs (found[i] - before - values[i]) / (1.0 + fabs (values[i]));

      if (!(off <= tolerance))
        g_error ("%s %u, element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ": %.7g instead of %.7g",
                 what, at, i, n, found[i] - before, values[i]);
      worst = MAX (worst, off);
    }

  return worst;
}

static inline OpBench *
read_bench (JsonObject *object,
            MtlSetting *set)
{
  g_autoptr(GError) error = NULL;
  const MtlOp *op = find_op (json_object_get_string_member (object, "op"));
  JsonArray *settings = member (object, "settings"), *shapes = member (object, "shapes");
  MtlShape in[GOLDEN_INPUTS] = { { 0 } };
  OpBench *bench;

  for (guint i = 0; i < json_array_get_length (settings); i++)
    set[i].number = json_array_get_double_element (settings, i);
  for (guint i = 0; i < json_array_get_length (shapes); i++)
    in[i] = golden_shape (json_array_get_array_element (shapes, i));
  bench = op_bench_new (op, set, json_array_get_length (shapes), in,
                        json_object_get_int_member (object, "rows"), 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (bench->n_tensors, ==, json_array_get_length (member (object, "w")));

  return bench;
}

static inline void
run_bench (OpBench    *bench,
           JsonObject *object)
{
  for (guint i = 0; i < bench->shape.n_in; i++)
    fill (bench->x[i], json_array_get_element (member (object, "x"), i), bench->n_x[i]);
  for (guint t = 0; t < bench->n_tensors; t++)
    fill (bench->w[t], json_array_get_element (member (object, "w"), t), bench->n_w[t]);
  for (guint lane = 0; lane < BENCH_LANES; lane++)
    {
      bench->seeds[lane] = 1.0;
      fill (bench->dy[lane], json_object_get_member (object, "dy"), bench->n_y[0]);
      for (guint i = 0; i < bench->shape.n_in; i++)
        bench->fresh[i * BENCH_LANES + lane] = lane == 0;
    }
  op_bench_forward (bench);
  op_bench_backward (bench);
}

/* A case of a file, and what a value may be off by, relative to 1 + |value|. */
typedef struct
{
  JsonObject *object;
  double      tolerance;
} GoldenCase;

static inline void
test_case (gconstpointer data)
{
  const GoldenCase *c = data;
  JsonObject *object = c->object;
  MtlSetting set[GOLDEN_SETTINGS] = { { 0 } };
  g_autoptr(OpBench) bench = read_bench (object, set);
  double worst;

  run_bench (bench, object);
  worst = assert_close ("y", 0, bench->y[0], json_object_get_member (object, "y"), 0.0,
                        bench->n_y[0], c->tolerance);
  if (json_object_has_member (object, "penalty"))
    {
      double penalty = json_object_get_double_member (object, "penalty");

      g_assert_cmpfloat_with_epsilon (op_bench_penalty (bench), penalty,
                                      c->tolerance * (1.0 + penalty));
    }
  for (guint i = 0; i < bench->shape.n_in * BENCH_LANES; i++)
    {
      JsonNode *dx = json_array_get_element (member (object, "dx"), i / BENCH_LANES);

      if (!JSON_NODE_HOLDS_NULL (dx))
        worst = MAX (worst, assert_close ("dx", i, bench->dx[i], dx,
                                          bench->fresh[i] ? 0.0 : BENCH_BEFORE,
                                          bench->n_x[i / BENCH_LANES], c->tolerance));
    }
  for (guint i = 0; i < bench->n_tensors * BENCH_LANES; i++)
    worst = MAX (worst, assert_close ("dw", i, bench->dw[i],
                                      json_array_get_element (member (object, "dw"),
                                                              i / BENCH_LANES),
                                      BENCH_BEFORE, bench->n_w[i / BENCH_LANES], c->tolerance));
  g_test_message ("off by %.2g at most", worst);
}

/* Adds a test for each case of golden/@file; what is returned has to live while
 * they run. */
static inline JsonParser *
add_golden_cases (const char *file,
                  const char *prefix,
                  double      tolerance)
{
  JsonParser *parser = golden_open (file);
  JsonArray *cases = json_node_get_array (json_parser_get_root (parser));

  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      GoldenCase *c = g_new (GoldenCase, 1);
      g_autofree char *name = NULL;

      *c = (GoldenCase) { json_array_get_object_element (cases, i), tolerance };
      name = g_strdup_printf ("%s/%u-%s-%s", prefix, i + 1,
                              json_object_get_string_member (c->object, "op"),
                              json_object_get_string_member (c->object, "name"));
      g_test_add_data_func_full (name, c, test_case, g_free);
    }

  return parser;
}
