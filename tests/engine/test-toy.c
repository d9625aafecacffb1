/* test-toy.c — the two losses of the plane: their numbers, and where training them ends
 *
 * The values are those of PyTorch in double precision, which another program worked out
 * from the published code of CAGrad (Liu et al., arXiv 2110.14048).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "op-bench.h"
#include "train-run.h"

typedef struct
{
  double x[2];
  double losses[2];
  double slopes[2][2];   /* of each loss */
} Known;

static const Known known[] = {
  { { -8.5, 7.5 }, { 6.55236341, 7.90079814 },
    { { -.285398512, .007248720 }, { -.073992174, .008739438 } } },
  { { -8.5, -5.0 }, { 4.05991784, -19.42150246 },
    { { -3.058504324, .004483351 }, { -.295984289, .320930849 } } },
  { { 9.0, 9.0 }, { 7.94394919, 6.69149537 },
    { { .071410943, .001960714 }, { .249938307, .001651623 } } },
  /* Both slopes at x_2 = 0 are of the side that grows. */
  { { 0.0, 0.0 }, { 0.0, 0.0 }, { { 0.0, 10.856381484 }, { 0.0, 10.856381484 } } },
  { { -7.5, -.5 }, { .38880838, -4.75448353 },
    { { -.710264121, -.709398987 }, { -.024491866, 9.160756926 } } },
  { { 9.0, -1.0 }, { -8.83105888, 2.81429349 },
    { { .184846863, 7.579204491 }, { 1.478774903, -2.330036945 } } },
  { { 0.0, -8.3552 }, { -15.09163845, -15.09163845 },
    { { -1.399341678, -2.444e-6 }, { 1.399341678, -2.444e-6 } } },
};

static void
assert_near (double found,
             double expected,
             double share,
             double more)
{
  if (!(fabs (found - expected) <= share * fabs (expected) + more))
    g_error ("%.10g instead of %.10g", found, expected);
}

static void
check_loss (guint which)
{
  const MtlOp *op = find_op ("cagrad-toy");
  const MtlShape in = { 1, { 2 } };
  const gsize n = G_N_ELEMENTS (known);
  g_autofree MtlSetting *set = op_bench_settings (op, NULL);
  g_autoptr(OpBench) bench = NULL;

  set[0].number = which;
  bench = op_bench_new (op, set, 1, &in, n, 1, NULL);
  for (gsize r = 0; r < n; r++)
    {
      bench->x[0][2 * r] = (float) known[r].x[0];
      bench->x[0][2 * r + 1] = (float) known[r].x[1];
      bench->dy[0][r] = 1.0f;
    }
  bench->fresh[0] = TRUE;
  op_bench_forward (bench);
  op_bench_backward (bench);

  for (gsize r = 0; r < n; r++)
    {
      assert_near (bench->y[0][r], known[r].losses[which], 2e-7, 2e-8);
      for (guint i = 0; i < 2; i++)
        assert_near (bench->dx[0][2 * r + i], known[r].slopes[which][i], 2e-7, 1e-8);
    }
}

static void
test_losses (void)
{
  check_loss (0);
  check_loss (1);
}

/* --- training --- */

static MtlDesign *
open_toy (const char *x1,
          const char *x2,
          const char *epochs)
{
  g_autoptr(GError) error = NULL;
  MtlDesign *design = mtl_template_design ("toy-2d", &error);

  g_assert_no_error (error);
  design = set_value (design, "blocks.point.x1", x1);
  design = set_value (design, "blocks.point.x2", x2);

  return set_value (design, "experiment.epochs", epochs);
}

static double
last_of (MtlRecord  *record,
         const char *name)
{
  g_autoptr(GArray) points = read_curve (record, name);

  return g_array_index (points, MtlPoint, points->len - 1).y;
}

/* CAGrad from the second starting point comes to the minimum of the mean, which is on the
 * Pareto front, and the whole way is in the record. */
static void
test_cagrad (void)
{
  g_autoptr(MtlDesign) design = open_toy ("-8.5", "-5", "35");
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(GArray) way = NULL;
  MtlRunOptions options = { .n_threads = 1 };
  Run run;

  run_all (&run, design, &options);
  record = mtl_trainer_record (run.trainer);
  assert_near ((last_of (record, "loss/l1") + last_of (record, "loss/l2")) / 2.0, -15.0916, 0.0,
               1e-2);
  assert_near (last_of (record, "trunk/1"), 0.0, 0.0, 0.2);
  assert_near (last_of (record, "trunk/2"), -8.355, 0.0, 0.02);

  way = read_curve (record, "trunk/2");
  g_assert_cmpuint (way->len, ==, 35001);
  g_assert_cmpfloat (g_array_index (way, MtlPoint, 0).x, ==, 0.0);
  g_assert_cmpfloat (g_array_index (way, MtlPoint, 0).y, ==, -5.0);
  g_assert_cmpfloat (g_array_index (way, MtlPoint, 35000).x, ==, 35000.0);
  run_clear (&run);
}

/* The first step of Adam is as long as the rate; the target is taken off the loss. */
static void
test_first_step (void)
{
  g_autoptr(MtlDesign) design = open_toy ("-8.5", "7.5", "1");
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(GArray) losses = NULL;
  g_autoptr(GArray) way = NULL;
  MtlRunOptions options = { .n_threads = 1 };
  Run run;

  design = set_value (g_steal_pointer (&design), "blocks.one.target", "2");
  design = set_value (g_steal_pointer (&design), "blocks.second.factor", "0.1");
  run_all (&run, design, &options);
  record = mtl_trainer_record (run.trainer);
  losses = read_curve (record, "loss/l1");
  assert_near (g_array_index (losses, MtlPoint, 0).y, known[0].losses[0] - 2.0, 1e-6, 0.0);
  g_array_unref (losses);
  losses = read_curve (record, "loss/l2");
  assert_near (g_array_index (losses, MtlPoint, 0).y, 0.1 * known[0].losses[1] - 2.0, 1e-6, 0.0);
  way = read_curve (record, "trunk/1");
  assert_near (g_array_index (way, MtlPoint, 1).y, -8.5 + 1e-3, 1e-6, 0.0);
  run_clear (&run);
}

/* A trunk that no picture shows has no curves of weights. */
static void
test_large_trunk (void)
{
  char *table = write_table (20);
  g_autoptr(MtlDesign) design
    = build_design ("d csv\ntrunk dense units=2 < d.features\n"
                    "fc1 dense units=1 < trunk.out\nfc2 dense units=1 < trunk.out\n"
                    "t1 task loss=mse target=y0 < fc1.out\n"
                    "t2 task loss=mse target=y1 < fc2.out\nexperiment epochs=1 batch=20\n", table);
  g_autoptr(MtlRecord) record = NULL;
  MtlRunOptions options = { .n_threads = 1 };
  Run run;

  run_all (&run, design, &options);
  record = mtl_trainer_record (run.trainer);
  g_assert_nonnull (mtl_record_find (record, "loss/t1"));
  g_assert_null (mtl_record_find (record, "trunk/1"));
  run_clear (&run);
  remove_table (table);
}

/* --- the plane of the trunk --- */

static gboolean
probe_plane (const MtlDesign  *design,
             MtlGrid         **grid,
             GError          **error)
{
  static const char *const sets[][2] = { { "plane", "trunk" }, { "side", "9" }, { "range", "9" },
                                         { "samples", "1" } };
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_PROBE, "landscape", NULL);
  MtlChosen *chosen = mtl_chosen_new (MTL_KIND_PROBE, method);
  g_autoptr(MtlData) data = mtl_setup_data (design, NULL, NULL);
  g_autoptr(MtlPlan) plan = mtl_plan_new (design, data, 1, FALSE, 0, NULL);
  gsize n = mtl_plan_n_theta (plan);
  g_autofree float *theta = g_new0 (float, n);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  MtlProbeFrame frame;
  gboolean done;

  for (guint i = 0; i < G_N_ELEMENTS (sets); i++)
    {
      MtlChosen *next = mtl_chosen_with (chosen, sets[i][0], sets[i][1], NULL);

      mtl_chosen_unref (chosen);
      chosen = next;
    }
  mtl_plan_initialise (plan, 1, theta);
  snapshot = mtl_snapshot_new (design, theta, n, 1, 1);
  done = mtl_probe_now (chosen, snapshot, 1, NULL, NULL, NULL, &frame, grid, NULL, error);
  mtl_chosen_unref (chosen);

  return done;
}

/* Wherever the weights are, x_1 runs along the columns and x_2 along the rows, from −9 to 9. */
static void
test_plane (void)
{
  g_autoptr(MtlDesign) design = open_toy ("3", "4", "1");
  g_autoptr(MtlGrid) grid = NULL;
  g_autoptr(GError) error = NULL;

  probe_plane (design, &grid, &error);
  g_assert_no_error (error);
  for (guint k = 0; k < 2; k++)
    {
      const double *values = mtl_grid_read (grid, k);
      double across = k == 0 ? 2.0 : 16.0;

      assert_near (values[4 * 9 + 4], 0.0, 0.0, 1e-7);
      assert_near (values[8 * 9 + 8], known[2].losses[k], 1e-6, 0.0);
      /* The bowl alone at (9, −9). */
      assert_near (values[8], tanh (4.5) * ((across * across + 0.1) / 10.0 - 20.0), 1e-6, 0.0);
    }
}

static void
test_no_plane (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_template_design ("mmoe-table", &error);
  g_autoptr(MtlGrid) grid = NULL;

  g_assert_no_error (error);
  g_assert_false (probe_plane (design, &grid, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SETTING);
  g_assert_nonnull (strstr (error->message, "takes one of 2 weights"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/toy/losses", test_losses);
  g_test_add_func ("/toy/cagrad", test_cagrad);
  g_test_add_func ("/toy/first-step", test_first_step);
  g_test_add_func ("/toy/large-trunk", test_large_trunk);
  g_test_add_func ("/toy/plane", test_plane);
  g_test_add_func ("/toy/no-plane", test_no_plane);

  return g_test_run ();
}
