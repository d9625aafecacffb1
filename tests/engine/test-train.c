/* test-train.c — whole runs: the same bits by any number of threads and across a stop
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-step-refusal.h"
#include "store-sample.h"
#include "train-run.h"

static char *table;

/* 200 rows in batches of 96: the last has 8. */
static const char images[] =
  "d glyph-pairs train-size=200 test-size=40 validation=0.1\n"
  "c conv2d channels=4 kernel=9 < d.image\nr relu < c.out\np max-pool size=4 < r.out\n"
  "f flatten < p.out\ng dense units=16 < f.out\ns relu < g.out\nx dropout p=0.3 < s.out\n"
  "h0 dense units=10 < x.out\nh1 dense units=10 < x.out\nleft task < h0.out\n"
  "right task < h1.out\nexperiment epochs=2 batch=96 balancer=pcgrad";

/* 90 rows in batches of 16: 5 steps and one of 10 rows. */
static const char values[] =
  "d csv validation=0.1\nt dense units=8 < d.features\nr tanh < t.out\nx dropout p=0.2 < r.out\n"
  "h0 dense units=1 < x.out\nh1 dense units=1 < x.out\nh2 dense units=3 < r.out\n"
  "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\nkind task < h2.out\n"
  "experiment epochs=4 batch=16";

/* --- threads --- */

static void
test_threads (gconstpointer data)
{
  static const guint threads[] = { 1, 2, 4 };
  const MtlMethod *sharp = data;
  g_autoptr(MtlDesign) design = set_value (build_design (images, NULL), "experiment.sharpness",
                                           sharp->id);
  MtlRunOptions options = { .n_threads = 1 };
  g_autoptr(MtlRecord) record = NULL;
  Run first;

  run_all (&first, design, &options);
  record = mtl_trainer_record (first.trainer);
  for (guint n = 0; n < G_N_ELEMENTS (threads); n++)
    {
      g_autofree char *what = g_strdup_printf ("%s, %u threads", sharp->id, threads[n]);
      g_autoptr(MtlRecord) other = NULL;
      Run run;

      options.n_threads = threads[n];
      run_all (&run, design, &options);
      other = mtl_trainer_record (run.trainer);
      assert_same_theta (what, &first, &run);
      assert_same_curves (what, record, other);
      run_clear (&run);
    }
  run_clear (&first);
}

/* --- every method with every other --- */

static void
assert_finite (const char *what,
               Run        *run)
{
  g_autoptr(MtlSnapshot) snapshot = mtl_trainer_snapshot (run->trainer);
  g_autoptr(MtlRecord) record = mtl_trainer_record (run->trainer);
  g_auto(GStrv) names = mtl_record_names (record);
  guint64 step;
  g_autofree char *warning = find_event (record, "warning", &step);
  gsize n;
  const float *theta = mtl_snapshot_theta (snapshot, &n);

  if (warning != NULL)
    g_test_fail_printf ("%s: step %" G_GUINT64_FORMAT ": %s", what, step, warning);
  for (gsize i = 0; i < n; i++)
    if (!isfinite (theta[i]))
      {
        g_test_fail_printf ("%s: weight %" G_GSIZE_FORMAT " is %g", what, i, theta[i]);
        return;
      }
  for (guint s = 0; names[s] != NULL; s++)
    {
      g_autoptr(GArray) points = read_curve (record, names[s]);

      for (guint i = 0; i < points->len; i++)
        if (isinf (g_array_index (points, MtlPoint, i).y)
            || (g_str_has_prefix (names[s], "loss/")
                && isnan (g_array_index (points, MtlPoint, i).y)))
          g_test_fail_printf ("%s: point %u of %s is not finite", what, i, names[s]);
    }
}

static void
test_pair (const MtlMethod *balancer,
           const MtlMethod *sharp)
{
  g_autofree char *what = g_strdup_printf ("%s with %s", balancer->id, sharp->id);
  g_autoptr(MtlDesign) design = build_design (values, table);
  g_autofree char *refusal = NULL;
  MtlRunOptions options = { .n_threads = 1, .n_epochs = 2 };
  Run run;

  design = set_value (design, "experiment.balancer", balancer->id);
  design = set_value (design, "experiment.sharpness", sharp->id);
  refusal = mtl_step_refusal (design, NULL);
  if (refusal != NULL)
    return;   /* and test-scope.c and test-sharp.c ask why */
  run_start (&run, design, &options);
  run_wait (&run);
  if (run.error != NULL)
    g_test_fail_printf ("%s: %s", what, run.error->message);
  assert_finite (what, &run);
  run_clear (&run);
}

static void
test_methods (gconstpointer data)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_SHARP); *m != NULL; m++)
    test_pair (data, *m);
}

/* --- stop and resume --- */

/* Stops after exactly @n steps, or where the order happens to arrive. */
static void
stop_after (Run      *run,
            guint     n,
            gboolean  exactly)
{
  g_autoptr(MtlRecord) record = NULL;

  for (guint i = 0; exactly && i < n; i++)
    mtl_trainer_order (run->trainer, MTL_ORDER_STEP);
  if (exactly)
    run_reach (run, MTL_RUN_PAUSED, n);
  record = run_record (run);
  while (!exactly && !run->over)
    {
      MtlSeries *series = mtl_record_find (record, "loss/y0");

      if (series != NULL && mtl_series_get_length (series) >= n)
        break;
      g_main_context_iteration (NULL, FALSE);
    }
  mtl_trainer_order (run->trainer, MTL_ORDER_STOP);
  run_wait (run);
  g_assert_no_error (run->error);
}

static void
check_resume (const MtlDesign *design,
              MtlStore        *store,
              Run             *whole,
              guint            n,
              gboolean         exactly)
{
  g_autofree char *what = g_strdup_printf ("%s after %u steps", exactly ? "stopped" : "caught", n);
  g_autoptr(MtlRecord) expected = mtl_trainer_record (whole->trainer);
  MtlRunOptions options = { .n_threads = 2, .store = store };
  g_autoptr(MtlRecord) cut = NULL;
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlRecord) stored = NULL;
  Run run;

  if (exactly)
    run_start_paused (&run, design, &options);
  else
    run_start (&run, design, &options);
  stop_after (&run, n, exactly);
  cut = mtl_trainer_record (run.trainer);
  run_clear (&run);

  options.n_threads = 1;
  options.resume = mtl_record_info (cut)->run;
  run_all (&run, design, &options);
  assert_same_theta (what, whole, &run);
  record = mtl_trainer_record (run.trainer);
  assert_same_curves (what, expected, record);
  stored = load (store, options.resume);
  assert_same_curves (what, expected, stored);
  run_clear (&run);
}

/* Steps are single from the start, so that the run cannot outrun the order. */
static void
test_resume (gconstpointer data)
{
  const char *const *methods = data;
  g_auto(GStrv) sets = g_strsplit (methods[4] != NULL ? methods[4] : "", " ", -1);
  g_autoptr(MtlDesign) design = build_design (values, table);
  char *folder = make_folder ();
  MtlStore *store = open_store (folder);
  g_autoptr(GRand) rand = g_rand_new_with_seed (21);
  MtlRunOptions options = { .n_threads = 1 };
  Run whole;

  design = set_value (design, "experiment.balancer", methods[0]);
  design = set_value (design, "experiment.sharpness", methods[1]);
  design = set_value (design, "experiment.optimizer", methods[2]);
  design = set_value (design, "experiment.schedule", methods[3]);
  for (guint n = 0; sets[n] != NULL; n++)
    design = set_of (design, "experiment", sets[n]);
  run_all (&whole, design, &options);
  for (guint n = 0; n < 7; n++)
    check_resume (design, store, &whole, (guint) g_rand_int_range (rand, 0, 20), n % 3 != 2);
  run_clear (&whole);
  mtl_store_unref (store);
  remove_all (folder);
  g_free (folder);
}

/* (transfer full): the file of a checkpoint. */
static char *
checkpoint_file (const char *folder,
                 Run        *run,
                 guint       step)
{
  g_autoptr(MtlRecord) record = run_record (run);

  return g_strdup_printf ("%s/runs/%s/step-%012u.ckpt", folder, mtl_record_info (record)->run,
                          step);
}

/* A checkpoint that waits is replaced by the next: this one has to be on disk. */
static void
save_at (Run        *run,
         const char *folder,
         guint       step)
{
  g_autofree char *file = NULL;

  for (guint n = 0; n < step; n++)
    mtl_trainer_order (run->trainer, MTL_ORDER_STEP);
  run_reach (run, MTL_RUN_PAUSED, step);
  file = checkpoint_file (folder, run, step);
  mtl_trainer_order (run->trainer, MTL_ORDER_SAVE);
  mtl_trainer_order (run->trainer, MTL_ORDER_STEP);
  for (guint n = 0; n < 60000 && !g_file_test (file, G_FILE_TEST_EXISTS); n++)
    g_usleep (1000);
}

/* Epochs end after the checkpoint that a run has to go back to. */
static void
test_older_checkpoint (void)
{
  g_autoptr(MtlDesign) design = build_design (values, table);
  char *folder = make_folder ();
  MtlStore *store = open_store (folder);
  MtlRunOptions options = { .n_threads = 1, .store = store };
  g_autoptr(MtlRecord) expected = NULL;
  g_autoptr(MtlRecord) record = NULL;
  g_autofree char *newest = NULL;
  Run whole, again;

  run_start_paused (&whole, design, &options);
  save_at (&whole, folder, 20);
  mtl_trainer_order (whole.trainer, MTL_ORDER_GO_ON);
  run_wait (&whole);
  expected = mtl_trainer_record (whole.trainer);

  options.resume = mtl_record_info (expected)->run;
  newest = checkpoint_file (folder, &whole, 24);
  g_assert_cmpint (g_unlink (newest), ==, 0);
  run_all (&again, design, &options);
  record = mtl_trainer_record (again.trainer);
  assert_same_theta ("older checkpoint", &whole, &again);
  assert_same_curves ("older checkpoint", expected, record);
  run_clear (&again);
  run_clear (&whole);
  mtl_store_unref (store);
  remove_all (folder);
  g_free (folder);
}

/* --- hardly any labels --- */

static guint
count_gaps (MtlRecord  *record,
            const char *name,
            guint      *n)
{
  g_autoptr(GArray) points = read_curve (record, name);
  guint gaps = 0;

  for (guint i = 0; i < points->len; i++)
    gaps += isnan (g_array_index (points, MtlPoint, i).y) ? 1 : 0;
  *n = points->len;

  return gaps;
}

static void
test_few_labels (gconstpointer data)
{
  const MtlMethod *balancer = data;
  char *long_table = write_table (500);
  g_autoptr(MtlDesign) design = build_design (values, long_table);
  MtlRunOptions options = { .n_threads = 1, .n_epochs = 2 };
  g_autoptr(MtlRecord) record = NULL;
  guint n, gaps, steps;
  Run run;

  design = set_value (design, "blocks.d.label-fraction", "y1:0.02");
  design = set_value (design, "experiment.balancer", balancer->id);
  run_all (&run, design, &options);
  record = mtl_trainer_record (run.trainer);
  g_assert_cmpuint (count_gaps (record, "loss/y0", &steps), ==, 0);
  gaps = count_gaps (record, "loss/y1", &n);
  if (gaps == 0 || gaps == n)
    g_test_fail_printf ("%s: %u gaps of %u", balancer->id, gaps, n);
  g_assert_cmpuint (n, ==, steps);
  g_assert_cmpuint (count_gaps (record, "cosine/y0/y1", &n), ==, gaps);
  g_assert_cmpuint (count_gaps (record, "cosine/y1/kind", &n), ==, gaps);
  g_assert_cmpuint (count_gaps (record, "cosine/y0/kind", &n), ==, 0);
  /* Some have no weights at all. */
  if (count_gaps (record, "weight/y0", &n) < n)
    g_assert_cmpuint (count_gaps (record, "weight/y1", &n), ==, gaps);
  g_assert_cmpuint (count_gaps (record, "epoch/train/loss/y1", &n), ==, 0);
  run_clear (&run);
  remove_table (long_table);
}

/* --- weights kept, and a task whose labels are all missing --- */

static void
test_kept_weights (void)
{
  g_autoptr(MtlDesign) design = build_design (values, table);
  g_autoptr(MtlDesign) wider = set_value (mtl_design_ref (design), "blocks.h2.units", "3");
  g_autoptr(MtlSnapshot) before = NULL;
  g_autoptr(MtlSnapshot) after = NULL;
  MtlRunOptions options = { .n_threads = 1, .n_epochs = 1 };
  g_autoptr(MtlRecord) first_record = NULL;
  g_autoptr(MtlRecord) second_record = NULL;
  g_autofree char *told = NULL;
  guint64 step = 1;
  Run first, second;

  run_all (&first, design, &options);
  before = mtl_trainer_snapshot (first.trainer);
  options.weights = before;
  wider = set_value (wider, "experiment.optimizer", "sgd");
  wider = set_value (wider, "experiment.optimizer.lr", "0");
  run_all (&second, wider, &options);
  after = mtl_trainer_snapshot (second.trainer);
  first_record = mtl_trainer_record (first.trainer);
  second_record = mtl_trainer_record (second.trainer);
  g_assert_null (find_event (first_record, "weights", &step));
  told = find_event (second_record, "weights", &step);
  g_assert_nonnull (told);
  g_assert_cmpuint (step, ==, 0);
  assert_same_theta ("kept", &first, &second);
  g_assert_cmpuint (mtl_snapshot_epoch (after), ==, 1);
  run_clear (&first);
  run_clear (&second);
}

/* Nash keeps its weights from step to step, others what they learned. */
static const char *const resumes[][5] = {
  { "equal", "none", "adam", "constant" },
  { "pcgrad", "fs-mtl", "adamw", "cosine" },
  { "nash", "sam", "sgd", "step", "balancer.update-every=5" },
  { "imtl-g", "fs-mtl", "adam", "constant" },
  { "equal", "none", "rmsprop", "one-cycle", "optimizer.momentum=0.9" },
  { "upgrad", "sam", "lion", "exponential", "clip-norm=0.1" },
  { "mgda", "none", "adam", "multi-step", "optimizer.amsgrad=true" },
  { "equal", "none", "adam", "polynomial", "averaging=ema averaging-decay=0.9" },
  { "cagrad", "fs-mtl", "adam", "cosine", "accumulate=2 epochs=8" },
  { "pcgrad", "sam", "sgd", "polynomial", "averaging=swa averaging-start=0" },
  { "uw", "none", "rmsprop", "cosine" },
  { "dwa", "none", "adam", "constant" },
  { "famo", "sam", "sgd", "constant" },
  { "stch", "none", "adam", "cosine", "balancer.warmup=1" },
  { "gradnorm", "fs-mtl", "adam", "constant" },
  { "excessmtl", "fs-mtl", "adam", "constant" },
  { "autolambda", "none", "adam", "constant" },
  { "moml", "sam", "adam", "constant" },
  { "forum", "fs-mtl", "adam", "constant", "accumulate=2 epochs=8" },
  { "nash", "fs-mtl", "lion", "constant", "balancer.update-every=5 balancer.scope=block" },
  { "nash", "none", "sgd", "constant", "balancer.update-every=5 balancer.scope=split" },
  { "mgda", "asam", "adam", "constant", "averaging=ema averaging-decay=0.9" },
  { "pcgrad", "gsam", "sgd", "cosine", "averaging=swa averaging-start=0" },
  { "equal", "looksam", "adam", "constant", "averaging=ema averaging-decay=0.9" },
  { "cagrad", "looksam", "sgd", "constant", "sharpness.k=3 averaging=swa averaging-start=0" },
  { "equal", "fsam", "adam", "constant", "averaging=swa averaging-start=0" },
  { "upgrad", "fsam", "sgd", "cosine", "averaging=ema averaging-decay=0.9" },
  { "equal", "wsam", "adamw", "cosine", "averaging=ema averaging-decay=0.9" },
  { "nash", "rwp", "adam", "constant", "averaging=swa averaging-start=0" },
  { "pcgrad", "esam", "adam", "constant", "averaging=ema averaging-decay=0.9" },
  { "imtl-g", "samo", "adam", "constant", "averaging=swa averaging-start=0" },
};

static void
add_catalogue_tests (void)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_SHARP); *m != NULL; m++)
    {
      g_autofree char *path = g_strdup_printf ("/train/threads/%s", (*m)->id);

      g_test_add_data_func (path, *m, test_threads);
    }
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_BALANCER); *m != NULL; m++)
    {
      g_autofree char *all = g_strdup_printf ("/train/methods/%s", (*m)->id);
      g_autofree char *few = g_strdup_printf ("/train/few-labels/%s", (*m)->id);

      g_test_add_data_func (all, *m, test_methods);
      g_test_add_data_func (few, *m, test_few_labels);
    }
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (125);
  add_catalogue_tests ();
  for (guint n = 0; n < G_N_ELEMENTS (resumes); n++)
    {
      g_autofree char *path = g_strdup_printf ("/train/resume/%s-%s-%s-%s", resumes[n][0],
                                               resumes[n][1], resumes[n][2], resumes[n][3]);

      g_test_add_data_func (path, resumes[n], test_resume);
    }
  g_test_add_func ("/train/older-checkpoint", test_older_checkpoint);
  g_test_add_func ("/train/kept-weights", test_kept_weights);

  status = g_test_run ();
  remove_table (table);

  return status;
}
