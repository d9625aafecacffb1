/* test-accumulate.c — several batches as one
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-step-private.h"
#include "train-run.h"

static char *table;

/* 90 rows: 3 steps of 32, the last of 26 rows. Few of y1 have a label. */
static const char net[] =
  "d csv validation=0.1 label-fraction=y1:0.2\nt dense units=8 < d.features\nr tanh < t.out\n"
  "h0 dense units=1 < r.out\nh1 dense units=1 < r.out\nh2 dense units=3 < r.out\n"
  "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\nkind task < h2.out\n"
  "experiment epochs=2 optimizer=sgd optimizer.lr=0.05";

/* What looks at a batch as such, and what draws. */
static const char batchwise[] =
  "d csv validation=0.1\nt dense units=8 < d.features\nb batch-norm < t.out\nr tanh < b.out\n"
  "x dropout p=0.3 < r.out\nh0 dense units=1 < x.out\nh1 dense units=1 < x.out\n"
  "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\nexperiment epochs=3 batch=16";

static void
assert_near_curve (const char *what,
                   const char *name,
                   MtlRecord  *a,
                   MtlRecord  *b)
{
  g_autoptr(GArray) x = read_curve (a, name);
  g_autoptr(GArray) y = read_curve (b, name);

  g_assert_cmpuint (x->len, ==, y->len);
  for (guint i = 0; i < x->len; i++)
    {
      double p = g_array_index (x, MtlPoint, i).y, q = g_array_index (y, MtlPoint, i).y;

      if (!(fabs (p - q) < 2e-4) && !(isnan (p) && isnan (q)))
        g_test_fail_printf ("%s: point %u of %s is %g and %g", what, i, name, p, q);
    }
}

static void
assert_near_theta (const char *what,
                   Run        *a,
                   Run        *b)
{
  g_autoptr(MtlSnapshot) one = mtl_trainer_snapshot (a->trainer);
  g_autoptr(MtlSnapshot) two = mtl_trainer_snapshot (b->trainer);
  gsize n;
  const float *x = mtl_snapshot_theta (one, &n);
  const float *y = mtl_snapshot_theta (two, NULL);

  for (gsize i = 0; i < n; i++)
    if (!(fabsf (x[i] - y[i]) < 2e-5f))
      {
        g_test_fail_printf ("%s: weight %" G_GSIZE_FORMAT " is %g and %g", what, i, x[i], y[i]);
        return;
      }
}

/* One batch of 32 rows, and four of 8, by every balancer and sharpness method. */
static void
check_pair (const MtlMethod *sharp,
            const char      *balancer)
{
  g_autofree char *what = g_strdup_printf ("%s with %s", balancer, sharp->id);
  g_autoptr(MtlDesign) large = build_design (net, table);
  g_autoptr(MtlDesign) small = NULL;
  MtlRunOptions options = { .n_threads = 1 };
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlRecord) other = NULL;
  g_auto(GStrv) names = NULL;
  Run one, four;

  large = set_value (large, "experiment.sharpness", sharp->id);
  large = set_value (large, "experiment.balancer", balancer);
  if (strcmp (sharp->id, "esam") == 0)   /* chooses samples within one batch */
    large = set_value (large, "experiment.sharpness.gamma", "1");
  small = set_value (mtl_design_ref (large), "experiment.batch", "8");
  small = set_value (small, "experiment.accumulate", "4");
  large = set_value (large, "experiment.batch", "32");
  run_all (&one, large, &options);
  run_all (&four, small, &options);
  record = mtl_trainer_record (one.trainer);
  other = mtl_trainer_record (four.trainer);
  names = mtl_record_names (record);
  for (guint n = 0; names[n] != NULL; n++)
    if (strcmp (names[n], "epoch/seconds") != 0)
      assert_near_curve (what, names[n], record, other);
  assert_near_theta (what, &one, &four);
  run_clear (&one);
  run_clear (&four);
}

static void
test_as_one (gconstpointer data)
{
  check_pair (data, "equal");
  check_pair (data, "mgda");
  check_pair (data, "imtl-g");
}

/* Without the tasks' gradients apart, a large batch takes one lane and the small ones do not. */
static void
test_merged (void)
{
  g_autoptr(MtlDesign) large = build_design (net, table);
  g_autoptr(MtlDesign) small = NULL;
  MtlRunOptions options = { .n_threads = 1 };
  Run one, four;

  large = set_value (large, "experiment.diagnose-every", "0");
  small = set_value (mtl_design_ref (large), "experiment.batch", "8");
  small = set_value (small, "experiment.accumulate", "4");
  large = set_value (large, "experiment.batch", "32");
  run_all (&one, large, &options);
  run_all (&four, small, &options);
  assert_near_theta ("merged", &one, &four);
  run_clear (&one);
  run_clear (&four);
}

static void
test_threads (void)
{
  g_autoptr(MtlDesign) design = set_value (build_design (batchwise, table),
                                           "experiment.accumulate", "4");
  MtlRunOptions options = { .n_threads = 1 };
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlRecord) other = NULL;
  Run one, three;

  run_all (&one, design, &options);
  options.n_threads = 3;
  run_all (&three, design, &options);
  record = mtl_trainer_record (one.trainer);
  other = mtl_trainer_record (three.trainer);
  g_assert_cmpuint (mtl_record_info (record)->steps_per_epoch, ==, 2);
  assert_same_theta ("threads", &one, &three);
  assert_same_curves ("threads", record, other);
  run_clear (&one);
  run_clear (&three);
}

/* Where weights stand still, running statistics are those of batches one by one. */
static void
test_statistics (void)
{
  g_autoptr(MtlDesign) design = build_design (batchwise, table);
  g_autoptr(MtlDesign) accumulated = NULL;
  MtlRunOptions options = { .n_threads = 1 };
  Run each, four;

  design = set_value (design, "experiment.optimizer", "sgd");
  design = set_value (design, "experiment.optimizer.lr", "0");
  accumulated = set_value (mtl_design_ref (design), "experiment.accumulate", "4");
  run_all (&each, design, &options);
  run_all (&four, accumulated, &options);
  assert_same_theta ("statistics", &each, &four);
  run_clear (&each);
  run_clear (&four);
}

/* One batch twice: dropout draws for each anew. */
static void
test_draws (void)
{
  g_autoptr(MtlChosen) sharp = mtl_chosen_new (MTL_KIND_SHARP,
                                               mtl_catalogue_find (MTL_KIND_SHARP, "none", NULL));
  g_autoptr(MtlChosen) balancer =
    mtl_chosen_new (MTL_KIND_BALANCER, mtl_catalogue_find (MTL_KIND_BALANCER, "equal", NULL));
  g_autoptr(GError) error = NULL;
  const MtlBatch *batches[2];
  MtlStep *step;
  Bench bench;

  bench_open (&bench, batchwise, table, 16, 16, 1);
  batches[0] = batches[1] = bench.batch;
  step = mtl_step_new (bench.work);
  mtl_step_set_batches (step, 2);
  mtl_step_set_sharp (step, sharp);
  mtl_step_set_balancer (step, MTL_PART_LOSS, balancer);
  g_assert_true (mtl_step_take_batches (step, bench.theta, batches, 2, 0, 1, TRUE, &error));
  g_assert_no_error (error);
  for (guint k = 0; k < bench.k; k++)
    {
      double first = mtl_step_batch_losses (step, 0)[k];
      double second = mtl_step_batch_losses (step, 1)[k];

      g_assert_cmpfloat (first, !=, second);
      g_assert_cmpfloat (mtl_step_losses (step)[k], ==, 0.5 * first + 0.5 * second);
    }
  mtl_step_free (step);
  bench_clear (&bench);
}

/* More batches than there are make one step an epoch. */
static void
test_all (void)
{
  g_autoptr(MtlDesign) design = set_value (build_design (batchwise, table),
                                           "experiment.accumulate", "1000");
  MtlRunOptions options = { .n_threads = 1 };
  g_autoptr(MtlRecord) record = NULL;
  Run run;

  run_all (&run, design, &options);
  record = mtl_trainer_record (run.trainer);
  g_assert_cmpuint (mtl_record_info (record)->steps_per_epoch, ==, 1);
  run_clear (&run);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (125);
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_SHARP); *m != NULL; m++)
    {
      g_autofree char *path = g_strdup_printf ("/accumulate/as-one/%s", (*m)->id);

      g_test_add_data_func (path, *m, test_as_one);
    }
  g_test_add_func ("/accumulate/merged", test_merged);
  g_test_add_func ("/accumulate/threads", test_threads);
  g_test_add_func ("/accumulate/statistics", test_statistics);
  g_test_add_func ("/accumulate/draws", test_draws);
  g_test_add_func ("/accumulate/all", test_all);

  status = g_test_run ();
  remove_table (table);

  return status;
}
