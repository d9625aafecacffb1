/* test-golden-pointwise.c — pointwise and shape blocks against PyTorch's numbers
 *
 * tests/golden/pointwise.json says of each case which op it is, its settings as
 * text, inputs, weights and gradients at the outputs, and what follows. Its
 * numbers are of double precision; pointwise.py beside it made them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <json-glib/json-glib.h>

#include "op-bench.h"

#define ROWS      2
#define TOLERANCE 2e-6  /* relative to 1 + |value|: a few roundings of a float */

static JsonParser *parser;

static MtlChosen *
choose (JsonObject *it)
{
  g_autoptr(GError) error = NULL;
  const char *id = json_object_get_string_member (it, "op");
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_OP, id, &error);
  JsonObject *settings = json_object_get_object_member (it, "settings");
  g_autoptr(GList) names = json_object_get_members (settings);
  g_autoptr(MtlChosen) chosen = NULL;

  g_assert_no_error (error);
  chosen = mtl_chosen_new (MTL_KIND_OP, method);
  for (GList *name = names; name != NULL; name = name->next)
    {
      const char *value = json_object_get_string_member (settings, name->data);
      MtlChosen *next = mtl_chosen_with (chosen, name->data, value, &error);

      g_assert_no_error (error);
      mtl_chosen_unref (chosen);
      chosen = next;
    }

  return g_steal_pointer (&chosen);
}

static MtlShape
read_shape (JsonArray *sizes)
{
  MtlShape shape = { .rank = json_array_get_length (sizes) };

  for (guint i = 0; i < shape.rank; i++)
    shape.size[i] = (gsize) json_array_get_int_element (sizes, i);

  return shape;
}

/* Writes list @n of the case's @member to @values. */
static void
fill (JsonObject *it,
      const char *member,
      guint       n,
      float      *values,
      gsize       size)
{
  JsonArray *from = json_array_get_array_element (json_object_get_array_member (it, member), n);

  g_assert_cmpuint (json_array_get_length (from), ==, size);
  for (gsize i = 0; i < size; i++)
    values[i] = (float) json_array_get_double_element (from, i);
}

/* Fails with the case and the place where @found is another list; @added stands
 * in it already. */
static void
compare (guint        at,
         JsonObject  *it,
         const char  *member,
         guint        n,
         const float *found,
         gsize        size,
         double       added)
{
  JsonArray *list = json_array_get_array_element (json_object_get_array_member (it, member), n);

  g_assert_cmpuint (json_array_get_length (list), ==, size);
  for (gsize i = 0; i < size; i++)
    {
      double expected = json_array_get_double_element (list, i) + added;

      if (!(fabs (found[i] - expected) <= TOLERANCE * (1.0 + fabs (expected))))
        g_error ("case %u, %s: %s %u, element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                 ": %.9g instead of %.9g", at, json_object_get_string_member (it, "op"), member, n,
                 i, size, found[i], expected);
    }
}

static OpBench *
open_case (JsonObject      *it,
           const MtlChosen *chosen)
{
  const MtlOp *op = (const MtlOp *) mtl_chosen_method (chosen);
  JsonArray *in = json_object_get_array_member (it, "in");
  MtlShape shapes[BENCH_PORTS];
  g_autoptr(GError) error = NULL;
  OpBench *bench;

  for (guint i = 0; i < json_array_get_length (in); i++)
    shapes[i] = read_shape (json_array_get_array_element (in, i));
  bench = op_bench_new (op, mtl_chosen_settings (chosen), json_array_get_length (in), shapes,
                        ROWS, 1, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < bench->shape.n_in; i++)
    fill (it, "x", i, bench->x[i], bench->n_x[i]);
  for (guint t = 0; t < bench->n_tensors; t++)
    fill (it, "w", t, bench->w[t], bench->n_w[t]);
  for (guint o = 0; o < bench->shape.n_out; o++)
    fill (it, "dy", o, bench->dy[o * BENCH_LANES], bench->n_y[o]);

  return bench;
}

static void
check_case (guint       at,
            JsonObject *it)
{
  g_autoptr(MtlChosen) chosen = choose (it);
  g_autoptr(OpBench) bench = open_case (it, chosen);
  JsonArray *out = json_object_get_array_member (it, "out");

  g_assert_cmpuint (bench->shape.n_out, ==, json_array_get_length (out));
  for (guint i = 0; i < bench->shape.n_in; i++)
    bench->fresh[i * BENCH_LANES] = TRUE;
  op_bench_forward (bench);
  op_bench_backward (bench);

  for (guint o = 0; o < bench->shape.n_out; o++)
    {
      MtlShape shape = read_shape (json_array_get_array_element (out, o));
      g_autofree char *expected = mtl_shape_to_text (&shape);
      g_autofree char *found = mtl_shape_to_text (&bench->shape.out[o]);

      g_assert_cmpstr (found, ==, expected);
      compare (at, it, "y", o, bench->y[o], bench->n_y[o], 0.0);
    }
  for (guint i = 0; i < bench->shape.n_in; i++)
    compare (at, it, "dx", i, bench->dx[i * BENCH_LANES], bench->n_x[i], 0.0);
  for (guint t = 0; t < bench->n_tensors; t++)
    compare (at, it, "dw", t, bench->dw[t * BENCH_LANES], bench->n_w[t], BENCH_BEFORE);
}

/* All cases of one op. */
static void
test_op (gconstpointer data)
{
  JsonArray *cases = json_node_get_array (json_parser_get_root (parser));
  guint n = 0;

  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      JsonObject *it = json_array_get_object_element (cases, i);

      if (strcmp (json_object_get_string_member (it, "op"), data) != 0)
        continue;
      check_case (i, it);
      n++;
    }
  g_test_message ("%u cases of %s", n, (const char *) data);
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GError) error = NULL;
  g_autofree char *golden = NULL;
  JsonArray *cases;
  int status;

  g_test_init (&argc, &argv, NULL);
  parser = json_parser_new ();
  golden = g_test_build_filename (G_TEST_DIST, "golden", "pointwise.json", NULL);
  json_parser_load_from_file (parser, golden, &error);
  g_assert_no_error (error);
  cases = json_node_get_array (json_parser_get_root (parser));
  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      const char *op = json_object_get_string_member (json_array_get_object_element (cases, i),
                                                      "op");
      g_autofree char *path = g_strdup_printf ("/golden/%s", op);

      if (g_hash_table_add (seen, (gpointer) op))
        g_test_add_data_func (path, op, test_op);
    }

  status = g_test_run ();
  g_object_unref (parser);
  return status;
}
