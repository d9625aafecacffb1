/* test-orders.c — orders, settings while training, failures, and runs freed at any moment
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "store-sample.h"
#include "train-run.h"

static char *table;

static const char net[] =
  "d csv\nt dense units=8 < d.features\nr tanh < t.out\nh0 dense units=1 < r.out\n"
  "h1 dense units=1 < r.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\n"
  "experiment epochs=3 batch=16 optimizer=sgd optimizer.lr=0.01";

/* A run that waits before its first step. */
static void
start_paused (Run           *run,
              MtlDesign     *design,
              MtlRunOptions  options)
{
  options.n_threads = 1;
  run_start_paused (run, design, &options);
}

static guint64
steps_of (Run *run)
{
  g_autoptr(MtlRecord) record = run_record (run);
  MtlProgress progress;

  mtl_record_progress (record, &progress);
  return progress.step;
}

static void
step_once (Run *run)
{
  guint64 before = steps_of (run);

  mtl_trainer_order (run->trainer, MTL_ORDER_STEP);
  run_reach (run, MTL_RUN_PAUSED, before + 1);
  g_assert_cmpuint (steps_of (run), ==, before + 1);
}

static void
test_pause_and_step (void)
{
  g_autoptr(MtlDesign) design = build_design (net, table);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  guint64 before;
  Run run;

  start_paused (&run, design, (MtlRunOptions) { 0 });
  for (guint n = 0; n < 3; n++)
    step_once (&run);
  before = steps_of (&run);
  g_usleep (20000);
  g_assert_cmpuint (steps_of (&run), ==, before);
  snapshot = mtl_trainer_snapshot (run.trainer);
  g_assert_cmpuint (mtl_snapshot_step (snapshot), ==, before);
  mtl_trainer_order (run.trainer, MTL_ORDER_GO_ON);
  run_wait (&run);
  g_assert_no_error (run.error);
  g_assert_cmpuint (steps_of (&run), ==, 3 * 6);
  run_clear (&run);
}

/* --- settings --- */

static void
expect_event (Run        *run,
              const char *kind,
              const char *words,
              guint64     at)
{
  g_autoptr(MtlRecord) record = run_record (run);
  guint64 step = G_MAXUINT64;
  g_autofree char *text = find_event (record, kind, &step);

  if (text == NULL || strstr (text, words) == NULL || step != at)
    g_error ("expected %s “%s” at %" G_GUINT64_FORMAT ", found “%s” at %" G_GUINT64_FORMAT, kind,
             words, at, text, step);
}

static MtlDesign *
changed (MtlDesign  *design,
         const char *key,
         const char *value)
{
  return set_value (mtl_design_ref (design), key, value);
}

static double
newest (Run        *run,
        const char *name)
{
  g_autoptr(MtlRecord) record = run_record (run);
  g_autoptr(GArray) points = read_curve (record, name);

  g_assert_cmpuint (points->len, >, 0);
  return g_array_index (points, MtlPoint, points->len - 1).y;
}

static void
test_apply (void)
{
  g_autoptr(MtlDesign) design = build_design (net, table);
  g_autoptr(MtlDesign) swapped = changed (design, "experiment.balancer", "mgda");
  g_autoptr(MtlDesign) faster = changed (swapped, "experiment.optimizer.lr", "0.25");
  g_autoptr(MtlDesign) clipped = changed (faster, "experiment.clip-norm", "1.5");
  g_autoptr(MtlDesign) wider = changed (faster, "blocks.t.units", "9");
  g_autoptr(MtlDesign) seeded = changed (faster, "experiment.seed", "9");
  g_autoptr(MtlDesign) accumulated = changed (faster, "experiment.accumulate", "2");
  g_autoptr(MtlDesign) moved = NULL;
  g_autoptr(MtlBlock) block = mtl_block_new ("t", mtl_block_what (mtl_design_find (faster, "t")),
                                             50.0, 60.0);
  guint64 at;
  Run run;

  moved = mtl_design_with_block (faster, block);
  start_paused (&run, design, (MtlRunOptions) { 0 });
  g_assert_cmpint (mtl_trainer_apply (run.trainer, design), ==, MTL_CHANGE_NONE);
  step_once (&run);
  at = steps_of (&run);
  g_assert_cmpfloat (newest (&run, "rate"), ==, 0.01);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, swapped), ==, MTL_CHANGE_SETTINGS);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, swapped), ==, MTL_CHANGE_NONE);
  step_once (&run);
  expect_event (&run, "settings", "balancer → ", at);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, faster), ==, MTL_CHANGE_SETTINGS);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, wider), ==, MTL_CHANGE_STRUCTURE);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, seeded), ==, MTL_CHANGE_STRUCTURE);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, accumulated), ==, MTL_CHANGE_STRUCTURE);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, moved), ==, MTL_CHANGE_NONE);
  step_once (&run);
  expect_event (&run, "settings", "optimiser lr: 0.01 → 0.25", at + 1);
  g_assert_cmpfloat (newest (&run, "rate"), ==, 0.25);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, clipped), ==, MTL_CHANGE_SETTINGS);
  step_once (&run);
  expect_event (&run, "settings", "experiment clip-norm: 0 → 1.5", at + 2);
  mtl_trainer_order (run.trainer, MTL_ORDER_GO_ON);
  run_wait (&run);
  g_assert_no_error (run.error);
  run_clear (&run);
}

/* A weight for a task that is not there is not taken. */
static void
test_apply_wrong (void)
{
  g_autoptr(MtlDesign) design = build_design (net, table);
  g_autoptr(MtlDesign) fixed = changed (design, "experiment.balancer", "fixed");
  g_autoptr(MtlDesign) wrong = changed (fixed, "experiment.balancer.weights", "nobody:2");
  Run run;

  start_paused (&run, design, (MtlRunOptions) { 0 });
  g_assert_cmpint (mtl_trainer_apply (run.trainer, wrong), ==, MTL_CHANGE_SETTINGS);
  step_once (&run);
  expect_event (&run, "warning", "nobody", 0);
  g_assert_cmpfloat (newest (&run, "weight/y0"), ==, 0.5);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, fixed), ==, MTL_CHANGE_SETTINGS);
  step_once (&run);
  g_assert_cmpfloat (newest (&run, "weight/y0"), ==, 1.0);
  run_clear (&run);
}

/* --- what is not finite --- */

static void
assert_not_finite (const GError *error)
{
  g_assert_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE);
  if (strstr (error->message, "of y0 is not finite at step") == NULL
      || strstr (error->message, "first in t") == NULL)
    g_error ("the message names no task and no block: %s", error->message);
}

static void
assert_stored (MtlStore     *store,
               Run          *run,
               guint64       step,
               MtlRunStatus  status)
{
  g_autoptr(MtlRecord) record = run_record (run);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlSnapshot) kept = mtl_store_snapshot (store, mtl_record_info (record)->run, FALSE,
                                                    &error);
  g_autoptr(MtlRecord) stored = load (store, mtl_record_info (record)->run);
  MtlProgress progress;
  gsize n;
  const float *theta;

  g_assert_no_error (error);
  g_assert_cmpuint (mtl_snapshot_step (kept), ==, step);
  theta = mtl_snapshot_theta (kept, &n);
  for (gsize i = 0; i < n; i++)
    g_assert_true (fabsf (theta[i]) < 100.0f);
  mtl_record_progress (stored, &progress);
  g_assert_cmpint (progress.status, ==, status);
}

/* Steps of this length take the weights to infinity well within an epoch. */
static void
test_not_finite (gconstpointer data)
{
  gboolean pauses = GPOINTER_TO_INT (data);
  g_autoptr(MtlDesign) design = build_design (net, table);
  char *folder = make_folder ();
  MtlStore *store = open_store (folder);
  g_autoptr(MtlDesign) wild = NULL;
  guint64 good;
  Run run;

  design = set_value (design, "experiment.balancer", "fixed");
  wild = changed (design, "experiment.optimizer.lr", "100");
  wild = set_value (wild, "experiment.balancer.weights", "1e6");
  wild = set_value (wild, "experiment.balancer.heads", "weighted");
  start_paused (&run, design, (MtlRunOptions) { .store = store, .pause_on_error = pauses });
  step_once (&run);
  good = steps_of (&run);
  mtl_trainer_order (run.trainer, MTL_ORDER_SAVE);
  mtl_trainer_apply (run.trainer, wild);
  mtl_trainer_order (run.trainer, MTL_ORDER_GO_ON);
  if (pauses)
    {
      run_reach (&run, MTL_RUN_PAUSED, good + 1);
      expect_event (&run, "error", "of y0 is not finite", steps_of (&run));
      g_assert_false (run.over);
      mtl_trainer_order (run.trainer, MTL_ORDER_STOP);
    }
  run_wait (&run);
  if (pauses)
    g_assert_no_error (run.error);
  else
    assert_not_finite (run.error);
  assert_stored (store, &run, good, pauses ? MTL_RUN_STOPPED : MTL_RUN_FAILED);
  run_clear (&run);
  mtl_store_unref (store);
  remove_all (folder);
  g_free (folder);
}

static void
test_bad_design (void)
{
  g_autoptr(MtlDesign) design = build_design ("d csv\ny0 task loss=mse", table);
  MtlRunOptions options = { .n_threads = 1 };
  Run run;

  run_start (&run, design, &options);
  run_wait (&run);
  g_assert_error (run.error, MTL_ERROR, MTL_ERROR_DESIGN);
  g_assert_cmpstr (run.error->message, ==, "y0 has no head: connect a block to its input.");
  g_assert_null (mtl_trainer_record (run.trainer));
  g_assert_null (mtl_trainer_snapshot (run.trainer));
  g_assert_null (mtl_trainer_conflict (run.trainer));
  run_clear (&run);
}

/* --- a resumed run follows its checkpoint, whatever design it is started with --- */

static void
test_resume_design (void)
{
  g_autoptr(MtlDesign) design = set_value (build_design (net, table), "experiment.epochs", "5000");
  g_autoptr(MtlDesign) faster = changed (design, "experiment.optimizer.lr", "0.25");
  g_autoptr(MtlDesign) wider = changed (design, "blocks.t.units", "12");
  char *folder = make_folder ();
  MtlStore *store = open_store (folder);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlSnapshot) snapshot = NULL;
  MtlRunOptions options = { .store = store };
  Run run;

  start_paused (&run, design, options);
  mtl_trainer_apply (run.trainer, faster);
  step_once (&run);
  record = run_record (&run);
  mtl_trainer_order (run.trainer, MTL_ORDER_STOP);
  run_wait (&run);
  run_clear (&run);

  options.resume = mtl_record_info (record)->run;
  options.n_threads = 1;
  run_start (&run, wider, &options);
  mtl_trainer_order (run.trainer, MTL_ORDER_PAUSE);
  run_reach (&run, MTL_RUN_PAUSED, 1);
  snapshot = mtl_trainer_snapshot (run.trainer);
  g_assert_true (mtl_chosen_equal (
    mtl_block_what (mtl_design_find (mtl_snapshot_design (snapshot), "t")),
    mtl_block_what (mtl_design_find (design, "t"))));
  g_assert_cmpint (mtl_trainer_apply (run.trainer, wider), ==, MTL_CHANGE_STRUCTURE);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, faster), ==, MTL_CHANGE_NONE);
  g_assert_cmpint (mtl_trainer_apply (run.trainer, design), ==, MTL_CHANGE_SETTINGS);
  run_clear (&run);
  mtl_store_unref (store);
  remove_all (folder);
  g_free (folder);
}

/* --- a resumed run says that its table is not what it was --- */

/* (transfer full): the warning of run @id gone on with up to @epochs, or NULL. */
static char *
resume_warned (const MtlDesign *design,
               MtlStore        *store,
               const char      *id,
               guint            epochs)
{
  MtlRunOptions options = { .n_threads = 1, .store = store, .resume = id, .n_epochs = epochs };
  g_autoptr(MtlRecord) record = NULL;
  char *warning;
  guint64 step;
  Run run;

  run_all (&run, design, &options);
  record = mtl_trainer_record (run.trainer);
  warning = find_event (record, "warning", &step);
  run_clear (&run);

  return warning;
}

static void
test_resume_table (void)
{
  char *own = write_table (120), *other = write_table (100);
  g_autoptr(MtlDesign) design = build_design (net, own);
  char *folder = make_folder ();
  MtlStore *store = open_store (folder);
  MtlRunOptions options = { .n_threads = 1, .store = store };
  g_autoptr(MtlRecord) record = NULL;
  g_autofree char *quiet = NULL;
  g_autofree char *warning = NULL;
  Run run;

  run_all (&run, design, &options);
  record = mtl_trainer_record (run.trainer);
  run_clear (&run);
  quiet = resume_warned (design, store, mtl_record_info (record)->run, 4);
  g_assert_null (quiet);
  g_assert_cmpint (g_rename (other, own), ==, 0);
  warning = resume_warned (design, store, mtl_record_info (record)->run, 5);
  g_assert_nonnull (warning);
  g_assert_nonnull (strstr (warning, "the data has changed"));

  mtl_store_unref (store);
  remove_all (folder);
  g_free (folder);
  g_free (other);
  remove_table (own);
}

/* --- freed at any moment --- */

static void
free_after (const MtlDesign *design,
            MtlStore        *store,
            guint            wait,
            gboolean         paused)
{
  MtlRunOptions options = { .n_threads = 2, .store = store };
  gint64 began;
  Run run;

  run_start (&run, design, &options);
  if (paused)
    mtl_trainer_order (run.trainer, MTL_ORDER_PAUSE);
  g_usleep (wait);
  began = g_get_monotonic_time ();
  run_clear (&run);
  if (g_get_monotonic_time () - began > 20 * G_USEC_PER_SEC)
    g_test_fail_printf ("freed after %u µs: it took %.1f s", wait,
                        (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_false (run.over);
}

static void
test_free (void)
{
  g_autoptr(MtlDesign) small = build_design (net, table);
  g_autoptr(MtlDesign) large = build_design (
    "d glyph-pairs train-size=3000 test-size=400\nf flatten < d.image\ng dense units=10 < f.out\n"
    "left task < g.out\nright task < g.out\nexperiment epochs=50", NULL);
  char *folder = make_folder ();
  MtlStore *store = open_store (folder);
  g_autoptr(GRand) rand = g_rand_new_with_seed (4);

  for (guint n = 0; n < 40; n++)
    free_after (n % 2 == 0 ? small : large, n % 3 == 0 ? store : NULL,
                (guint) g_rand_int_range (rand, 0, n < 20 ? 2000 : 60000), n % 5 == 0);
  mtl_store_unref (store);
  remove_all (folder);
  g_free (folder);
}

/* A listener that is gone is not told; the trainer may be freed by who is. */
static void
test_listener_gone (void)
{
  g_autoptr(MtlDesign) design = build_design (net, table);
  MtlRunOptions options = { .n_threads = 1 };
  Run run;

  run_start (&run, design, &options);
  g_clear_object (&run.listener);
  run_reach (&run, MTL_RUN_DONE, 18);
  for (guint n = 0; n < 100; n++)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (100);
    }
  g_assert_false (run.over);
  mtl_trainer_free (run.trainer);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (120);

  g_test_add_func ("/orders/pause-and-step", test_pause_and_step);
  g_test_add_func ("/orders/apply", test_apply);
  g_test_add_func ("/orders/apply-wrong", test_apply_wrong);
  g_test_add_data_func ("/orders/not-finite/ends", GINT_TO_POINTER (FALSE), test_not_finite);
  g_test_add_data_func ("/orders/not-finite/pauses", GINT_TO_POINTER (TRUE), test_not_finite);
  g_test_add_func ("/orders/bad-design", test_bad_design);
  g_test_add_func ("/orders/resume-design", test_resume_design);
  g_test_add_func ("/orders/resume-table", test_resume_table);
  g_test_add_func ("/orders/free", test_free);
  g_test_add_func ("/orders/listener-gone", test_listener_gone);

  status = g_test_run ();
  remove_table (table);

  return status;
}
