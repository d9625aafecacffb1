/* test-first-weights.c — weights begin by Kaiming's rule before what rectifies
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "engine-bench.h"

static char *table;

static const struct
{
  const char *op;
  MtlInit     init;
} cases[] = {
  { "relu", MTL_INIT_KAIMING }, { "leaky-relu", MTL_INIT_KAIMING }, { "elu", MTL_INIT_KAIMING },
  { "gelu", MTL_INIT_KAIMING }, { "silu", MTL_INIT_KAIMING }, { "softplus", MTL_INIT_XAVIER },
  { "tanh", MTL_INIT_XAVIER }, { "sigmoid", MTL_INIT_XAVIER }, { "batch-norm", MTL_INIT_XAVIER },
};

static const MtlTensor *
find_weight (const MtlPlan *plan,
             const char    *block)
{
  for (guint n = 0; n < mtl_plan_n_tensors (plan); n++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (plan, n);

      if (strcmp (tensor->block, block) == 0 && strcmp (tensor->name, "weight") == 0)
        return tensor;
    }

  g_error ("%s has no weight", block);
}

static void
test_before (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  g_autofree char *net = g_strdup_printf ("d csv\na dense units=6 < d.features\nf %s < a.out\n"
                                          "h dense units=1 < f.out\ny0 task loss=mse < h.out",
                                          cases[n].op);
  Bench bench;

  bench_open (&bench, net, table, 8, 8, 1);
  g_assert_cmpint (find_weight (bench.plan, "a")->init, ==, cases[n].init);
  g_assert_cmpint (find_weight (bench.plan, "h")->init, ==, MTL_INIT_XAVIER);
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (60);
  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *path = g_strdup_printf ("/first-weights/before/%s", cases[n].op);

      g_test_add_data_func (path, GUINT_TO_POINTER (n), test_before);
    }

  status = g_test_run ();
  remove_table (table);

  return status;
}
