/* test-average.c — the mean of weights along a run, and what is done with it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "golden-file.h"
#include "mtl-average.h"
#include "mtl-checkpoint.h"
#include "store-sample.h"
#include "train-run.h"

#define TOLERANCE 2e-7

static char *table;

/* 90 rows in batches of 16: 6 steps an epoch. Batch norm keeps statistics behind the weights. */
static const char net[] =
  "d csv validation=0.1\nt dense units=8 < d.features\nb batch-norm < t.out\nr tanh < b.out\n"
  "h0 dense units=1 < r.out\nh1 dense units=1 < r.out\ny0 task loss=mse < h0.out\n"
  "y1 task loss=mse < h1.out\nexperiment epochs=4 batch=16";

/* --- against PyTorch --- */

/* Three weights and a statistic behind, of which no mean is taken. */
static void
test_golden (gconstpointer data)
{
  const char *kind = data;
  g_autoptr(JsonParser) parser = golden_open ("optim.json");
  g_autoptr(MtlPool) pool = mtl_pool_new (1);
  gboolean ema = strcmp (kind, "ema") == 0;
  MtlAverage average = { .n_weights = 3, .n_theta = 4 };
  JsonObject *golden, *run;
  JsonArray *path, *means;

  golden = json_node_get_object (json_parser_get_root (parser));
  run = json_array_get_object_element (json_object_get_array_member (golden, "optimizers"),
                                       json_object_get_int_member (golden, "averaged"));
  path = json_object_get_array_member (run, "path");
  means = json_object_get_array_member (golden, kind);

  mtl_average_set (&average, ema ? MTL_AVERAGE_EMA : MTL_AVERAGE_SWA, 0.8, 0.5);
  for (guint t = 0; t < json_array_get_length (path); t++)
    {
      float theta[4] = { 0, 0, 0, (float) t };
      const float *found;

      for (guint i = 0; i < 3; i++)
        theta[i] = (float) json_array_get_double_element (json_array_get_array_element (path, t),
                                                          i);
      mtl_average_end_step (&average, theta, pool);
      mtl_average_end_epoch (&average, theta, 0.5 + 0.05 * t, pool);
      found = mtl_average_weights (&average, theta);
      g_assert_true (found != theta);
      for (guint i = 0; i < 3; i++)
        g_assert_cmpfloat_with_epsilon (found[i], json_array_get_double_element (
          json_array_get_array_element (means, t), i), TOLERANCE);
      g_assert_cmpfloat (found[3], ==, theta[3]);
    }
  mtl_average_clear (&average);
}

/* A run that became longer has its late epochs later. */
static void
test_start (void)
{
  g_autoptr(MtlPool) pool = mtl_pool_new (1);
  MtlAverage average = { .n_weights = 1, .n_theta = 1 };
  float theta[1] = { 1.0f };

  mtl_average_set (&average, MTL_AVERAGE_SWA, 0.0, 0.5);
  mtl_average_end_epoch (&average, theta, 0.4, pool);
  g_assert_true (mtl_average_weights (&average, theta) == theta);
  mtl_average_end_epoch (&average, theta, 0.5, pool);
  g_assert_true (mtl_average_weights (&average, theta) != theta);
  theta[0] = 2.0f;
  mtl_average_end_epoch (&average, theta, 0.4, pool);
  g_assert_true (mtl_average_weights (&average, theta) == theta);
  mtl_average_end_epoch (&average, theta, 0.6, pool);
  g_assert_cmpfloat (mtl_average_weights (&average, theta)[0], ==, 2.0f);
  mtl_average_set (&average, MTL_AVERAGE_NONE, 0.0, 0.5);
  g_assert_true (mtl_average_weights (&average, theta) == theta);
  mtl_average_clear (&average);
}

/* --- in a run --- */

static MtlSnapshot *
trained (const char *averaging,
         guint       n_epochs,
         guint       n_threads,
         MtlRecord **record)
{
  g_autoptr(MtlDesign) design = set_value (build_design (net, table), "experiment.averaging",
                                           averaging);
  MtlRunOptions options = { .n_threads = n_threads, .n_epochs = n_epochs };
  MtlSnapshot *snapshot;
  Run run;

  run_all (&run, design, &options);
  snapshot = mtl_trainer_snapshot (run.trainer);
  if (record != NULL)
    *record = mtl_trainer_record (run.trainer);
  run_clear (&run);

  return snapshot;
}

/* Training is what it is without; what is evaluated is not. */
static void
test_not_seen_by_training (gconstpointer data)
{
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlRecord) plain_record = NULL;
  g_autoptr(MtlSnapshot) snapshot = trained (data, 4, 2, &record);
  g_autoptr(MtlSnapshot) same = trained (data, 4, 1, NULL);
  g_autoptr(MtlSnapshot) plain = trained ("none", 4, 1, &plain_record);
  gsize n, n_weights = mtl_record_info (record)->n_weights;
  const float *theta = mtl_snapshot_theta (snapshot, &n);
  const float *plain_theta = mtl_snapshot_theta (plain, NULL);

  assert_same_curve (data, "loss/y0", record, plain_record);
  g_assert_cmpfloat (mtl_record_value (record, "epoch/validation/loss/y0", 4), !=,
                     mtl_record_value (plain_record, "epoch/validation/loss/y0", 4));
  g_assert_cmpmem (theta, n * sizeof *theta, mtl_snapshot_theta (same, NULL), n * sizeof *theta);
  g_assert_cmpuint (n, >, n_weights);
  g_assert_true (memcmp (theta, plain_theta, n_weights * sizeof *theta) != 0);
  g_assert_cmpmem (theta + n_weights, (n - n_weights) * sizeof *theta,
                   plain_theta + n_weights, (n - n_weights) * sizeof *theta);
}

/* Of four epochs the third and the fourth end after three quarters are done. */
static void
test_swa_of_epochs (void)
{
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlSnapshot) snapshot = trained ("swa", 4, 1, &record);
  g_autoptr(MtlSnapshot) third = trained ("none", 3, 1, NULL);
  g_autoptr(MtlSnapshot) fourth = trained ("none", 4, 1, NULL);
  const float *found = mtl_snapshot_theta (snapshot, NULL);

  for (gsize i = 0; i < mtl_record_info (record)->n_weights; i++)
    g_assert_cmpfloat_with_epsilon (found[i], 0.5 * (mtl_snapshot_theta (third, NULL)[i]
                                                     + mtl_snapshot_theta (fourth, NULL)[i]),
                                    TOLERANCE);
}

/* A checkpoint's weights are those that were evaluated. */
static void
test_checkpoint (gconstpointer data)
{
  g_autoptr(MtlDesign) design = set_value (build_design (net, table), "experiment.averaging", data);
  char *folder = make_folder ();
  MtlStore *store = open_store (folder);
  MtlRunOptions options = { .n_threads = 1, .store = store };
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlSnapshot) live = NULL;
  g_autoptr(MtlSnapshot) kept = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GError) error = NULL;
  gsize n, n_kept;
  Run run;

  run_all (&run, design, &options);
  live = mtl_trainer_snapshot (run.trainer);
  record = mtl_trainer_record (run.trainer);
  bytes = mtl_store_checkpoint (store, mtl_record_info (record)->run, FALSE, &error);
  g_assert_no_error (error);
  kept = mtl_checkpoint_snapshot (bytes, &error);
  g_assert_no_error (error);
  mtl_snapshot_theta (live, &n);
  mtl_snapshot_theta (kept, &n_kept);
  g_assert_cmpmem (mtl_snapshot_theta (live, NULL), n * sizeof (float),
                   mtl_snapshot_theta (kept, NULL), n_kept * sizeof (float));
  run_clear (&run);
  mtl_store_unref (store);
  remove_all (folder);
  g_free (folder);
}

/* Taken up and given up while training; a snapshot has the right length at any time. */
static void
test_change (void)
{
  static const char *const kinds[] = { "ema", "swa", "none" };
  g_autoptr(MtlDesign) design = build_design (net, table);
  MtlRunOptions options = { .n_threads = 1 };
  Run run;

  run_start_paused (&run, design, &options);
  for (guint n = 0; n < G_N_ELEMENTS (kinds); n++)
    {
      g_autoptr(MtlSnapshot) snapshot = NULL;
      gsize length;

      design = set_value (design, "experiment.averaging", kinds[n]);
      g_assert_cmpint (mtl_trainer_apply (run.trainer, design), ==, MTL_CHANGE_SETTINGS);
      for (guint s = 0; s < 7; s++)
        mtl_trainer_order (run.trainer, MTL_ORDER_STEP);
      run_reach (&run, MTL_RUN_PAUSED, 7 * (n + 1));
      snapshot = mtl_trainer_snapshot (run.trainer);
      mtl_snapshot_theta (snapshot, &length);
      g_assert_cmpuint (length, >, 0);
    }
  mtl_trainer_order (run.trainer, MTL_ORDER_GO_ON);
  run_wait (&run);
  g_assert_no_error (run.error);
  run_clear (&run);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const kinds[] = { "ema", "swa" };
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (125);
  for (guint n = 0; n < G_N_ELEMENTS (kinds); n++)
    {
      g_autofree char *golden = g_strdup_printf ("/average/golden/%s", kinds[n]);
      g_autofree char *unseen = g_strdup_printf ("/average/not-seen-by-training/%s", kinds[n]);
      g_autofree char *kept = g_strdup_printf ("/average/checkpoint/%s", kinds[n]);

      g_test_add_data_func (golden, kinds[n], test_golden);
      g_test_add_data_func (unseen, kinds[n], test_not_seen_by_training);
      g_test_add_data_func (kept, kinds[n], test_checkpoint);
    }
  g_test_add_func ("/average/start", test_start);
  g_test_add_func ("/average/swa-of-epochs", test_swa_of_epochs);
  g_test_add_func ("/average/change", test_change);

  status = g_test_run ();
  remove_table (table);

  return status;
}
