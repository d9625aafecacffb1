/* test-golden-pointwise.c — pointwise and shape blocks against PyTorch's numbers
 *
 * tests/golden/pointwise.json says of each case which op it is, its settings as
 * text, inputs, weights and gradients at the outputs, and what follows. Its
 * numbers are of double precision; pointwise.py beside it made them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "golden-file.h"
#include "op-bench.h"

#define ROWS      2
#define TOLERANCE 2e-6  /* relative to 1 + |value|: a few roundings of a float */

static JsonParser *parser;

static MtlChosen *
choose (JsonObject *it)
{
  g_autoptr(GError) error = NULL;
  const MtlOp *op = find_op (json_object_get_string_member (it, "op"));
  JsonObject *settings = json_object_get_object_member (it, "settings");
  g_autoptr(GList) names = json_object_get_members (settings);
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_OP, &op->method);

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

/* List @n of the case's @member. */
static JsonArray *
find_list (JsonObject *it,
           const char *member,
           guint       n)
{
  return json_array_get_array_element (json_object_get_array_member (it, member), n);
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
  g_autofree char *what = g_strdup_printf ("case %u, %s: %s %u", at,
                                           json_object_get_string_member (it, "op"), member, n);

  golden_compare (what, find_list (it, member, n), found, size, added, TOLERANCE);
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
    shapes[i] = golden_shape (json_array_get_array_element (in, i));
  bench = op_bench_new (op, mtl_chosen_settings (chosen), json_array_get_length (in), shapes,
                        ROWS, 1, &error);
  g_assert_no_error (error);

  for (guint i = 0; i < bench->shape.n_in; i++)
    golden_read (find_list (it, "x", i), bench->n_x[i], bench->x[i]);
  for (guint t = 0; t < bench->n_tensors; t++)
    golden_read (find_list (it, "w", t), bench->n_w[t], bench->w[t]);
  for (guint o = 0; o < bench->shape.n_out; o++)
    golden_read (find_list (it, "dy", o), bench->n_y[o], bench->dy[o * BENCH_LANES]);

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
      MtlShape shape = golden_shape (json_array_get_array_element (out, o));
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
  JsonArray *cases;
  int status;

  g_test_init (&argc, &argv, NULL);
  parser = golden_open ("pointwise.json");
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
