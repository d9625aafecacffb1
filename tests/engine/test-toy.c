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
 * Pareto front. */
static void
test_cagrad (void)
{
  g_autoptr(MtlDesign) design = open_toy ("-8.5", "-5", "35");
  g_autoptr(MtlRecord) record = NULL;
  MtlRunOptions options = { .n_threads = 1 };
  Run run;

  run_all (&run, design, &options);
  record = mtl_trainer_record (run.trainer);
  assert_near ((last_of (record, "loss/l1") + last_of (record, "loss/l2")) / 2.0, -15.0916, 0.0,
               1e-2);
  run_clear (&run);
}

/* The target is taken off the loss. */
static void
test_first_step (void)
{
  g_autoptr(MtlDesign) design = open_toy ("-8.5", "7.5", "1");
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(GArray) losses = NULL;
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
  run_clear (&run);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/toy/losses", test_losses);
  g_test_add_func ("/toy/cagrad", test_cagrad);
  g_test_add_func ("/toy/first-step", test_first_step);

  return g_test_run ();
}
