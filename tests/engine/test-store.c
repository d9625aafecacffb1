/* test-store.c — runs that are stored, gone on with, listed and deleted
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "store-sample.h"

/* --- what comes back --- */

static void
check_same_events (MtlRecord *a,
                   MtlRecord *b)
{
  g_assert_cmpuint (mtl_record_n_events (a), ==, mtl_record_n_events (b));
  for (guint n = 0; n < mtl_record_n_events (a); n++)
    {
      MtlEvent x, y;

      mtl_record_event (a, n, &x);
      mtl_record_event (b, n, &y);
      g_assert_cmpuint (x.step, ==, y.step);
      g_assert_cmpint (x.time, ==, y.time);
      g_assert_cmpstr (x.kind, ==, y.kind);
      g_assert_cmpstr (x.text, ==, y.text);
      mtl_event_clear (&x);
      mtl_event_clear (&y);
    }
}

static void
check_same_info (MtlRecord *a,
                 MtlRecord *b)
{
  const MtlRecordInfo *x = mtl_record_info (a);
  const MtlRecordInfo *y = mtl_record_info (b);
  g_auto(GStrv) names = mtl_record_names (a);
  g_auto(GStrv) others = mtl_record_names (b);

  g_assert_cmpstr (x->run, ==, y->run);
  g_assert_cmpstr (x->name, ==, y->name);
  g_assert_cmpuint (x->number, ==, y->number);
  g_assert_cmpint (x->started, ==, y->started);
  g_assert_true (mtl_design_equal (x->design, y->design));
  g_assert_cmpuint (x->n_tasks, ==, y->n_tasks);
  g_assert_cmpstrv (x->tasks, y->tasks);
  g_assert_cmpstrv (x->metrics, y->metrics);
  g_assert_cmpuint (x->n_weights, ==, y->n_weights);
  g_assert_cmpuint (x->n_trunk, ==, y->n_trunk);
  g_assert_cmpuint (x->steps_per_epoch, ==, y->steps_per_epoch);
  g_assert_cmpuint (x->n_epochs, ==, y->n_epochs);
  g_assert_cmpstrv (names, others);
}

/* Flushes of uneven sizes, within a chunk, over its end, and without news. */
static void
test_round_trip (void)
{
  static const guint64 ends[] = { 1, 7, 7, 512, 513, 1024, 1300, 2999 };
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlRecord) back = NULL;
  MtlStoreWriter *writer = begin_run (store, &record);
  MtlProgress progress;

  for (guint n = 0; n < G_N_ELEMENTS (ends); n++)
    {
      g_autoptr(GError) error = NULL;

      train (record, n > 0 ? ends[n - 1] + 1 : 1, ends[n], MTL_RUN_TRAINING);
      mtl_store_writer_flush (writer, record);
      g_assert_true (mtl_store_purge (store, &error));  /* waits for its turn */
    }
  close_writer (writer, record);

  back = load (store, mtl_record_info (record)->run);
  check_same_info (record, back);
  check_same_events (record, back);
  check_steps (back, 2999);
  mtl_record_progress (back, &progress);
  g_assert_cmpuint (progress.step, ==, 2999);
  g_assert_cmpfloat (progress.seconds, ==, 0.5 * 2999);
  g_assert_cmpint (progress.status, ==, MTL_RUN_LOST);

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

/* --- going on --- */

/* Goes back to @step of a run of 1400 steps, and on to 1600. */
static void
check_resume (guint64 step)
{
  guint64 epoch = step / STEPS_PER_EPOCH;
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlRecord) cut = NULL;
  g_autoptr(MtlRecord) back = NULL;
  g_autoptr(GError) error = NULL;
  MtlStoreWriter *writer = begin_run (store, &record);
  const char *run = mtl_record_info (record)->run;

  g_test_message ("step %" G_GUINT64_FORMAT, step);
  train (record, 1, 1400, MTL_RUN_STOPPED);
  close_writer (writer, record);
  for (guint n = 2; n <= 14; n += 4)
    g_assert_true (mtl_store_add_point (store, run, "flatness/left", n, sample_value (n), NULL));

  writer = mtl_store_resume (store, run, step, epoch, &error);
  g_assert_no_error (error);
  cut = load (store, run);
  check_steps (cut, step);
  g_assert_cmpfloat (check_curve (cut, "flatness/left", 2, 4), ==,
                     epoch >= 2 ? (double) ((epoch - 2) / 4 * 4 + 2) : 0.0);

  train (cut, step + 1, 1600, MTL_RUN_DONE);
  close_writer (writer, cut);
  back = load (store, run);
  check_steps (back, 1600);

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

static void
test_resume (void)
{
  static const guint64 steps[] = { 0, 1, 99, 500, 511, 512, 513, 1024, 1399, 1400 };

  for (guint n = 0; n < G_N_ELEMENTS (steps); n++)
    check_resume (steps[n]);
}

static void
test_resume_refused (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlStore) other = open_store (folder);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(GError) error = NULL;
  MtlStoreWriter *writer = begin_run (store, &record);
  const char *run = mtl_record_info (record)->run;

  g_assert_null (mtl_store_resume (other, run, 1, 1, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  g_clear_error (&error);
  close_writer (writer, record);

  writer = mtl_store_resume (other, run, 0, 0, &error);
  g_assert_no_error (error);
  close_writer (writer, NULL);

  g_assert_null (mtl_store_resume (store, "../../ab", 1, 1, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  g_clear_error (&error);
  g_assert_null (mtl_store_load (store, "a2345678", &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);

  g_clear_pointer (&store, mtl_store_unref);
  g_clear_pointer (&other, mtl_store_unref);
  remove_all (folder);
}

/* --- at once --- */

#define N_STORES 2
#define N_ROUNDS 60

typedef struct
{
  char       *folder;
  pthread_t   thread;
  MtlRecord  *record;
  guint       n_lists;
} Trainer;

static void *
train_cb (void *data)
{
  Trainer *self = data;
  g_autoptr(MtlStore) store = open_store (self->folder);
  MtlStoreWriter *writer = begin_run (store, &self->record);

  for (guint64 n = 0; n < N_ROUNDS; n++)
    {
      g_autoptr(GBytes) bytes = make_checkpoint (n * 20, 100);
      g_autoptr(GPtrArray) rows = NULL;
      g_autoptr(GError) error = NULL;

      train (self->record, n * 20 + 1, n * 20 + 20, MTL_RUN_TRAINING);
      mtl_store_writer_flush (writer, self->record);
      mtl_store_writer_checkpoint (writer, bytes, n * 20, 1, n % 7 == 0);
      if (n % 10 != 0)
        continue;
      rows = mtl_store_list (store, &error);
      g_assert_no_error (error);
      self->n_lists += rows->len > 0;
    }
  close_writer (writer, self->record);

  return NULL;
}

static void
test_at_once (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = NULL;
  Trainer trainers[N_STORES];

  /* Two that meet a folder without a database. */
  for (guint n = 0; n < N_STORES; n++)
    {
      trainers[n] = (Trainer) { .folder = folder };
      pthread_create (&trainers[n].thread, NULL, train_cb, &trainers[n]);
    }
  for (guint n = 0; n < N_STORES; n++)
    pthread_join (trainers[n].thread, NULL);

  store = open_store (folder);
  for (guint n = 0; n < N_STORES; n++)
    {
      const char *run = mtl_record_info (trainers[n].record)->run;
      g_autoptr(MtlRecord) back = load (store, run);
      g_autoptr(MtlSnapshot) snapshot = mtl_store_snapshot (store, run, FALSE, NULL);

      check_steps (back, N_ROUNDS * 20);
      g_assert_cmpuint (trainers[n].n_lists, ==, N_ROUNDS / 10);
      g_assert_cmpuint (mtl_snapshot_step (snapshot), ==, (N_ROUNDS - 1) * 20);
      mtl_record_unref (trainers[n].record);
    }

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

/* --- the list --- */

/* Of the sample after 250 steps, measured once. */
static void
check_row (const MtlRunRow *row,
           MtlRecord       *record,
           MtlRunStatus     status)
{
  g_assert_cmpuint (row->number, ==, 1);
  g_assert_cmpint (row->status, ==, status);
  g_assert_cmpstr (row->run, ==, mtl_record_info (record)->run);
  g_assert_cmpstr (row->name, ==, mtl_record_info (record)->name);
  g_assert_cmpstr (row->design_name, ==, "Two Digits");
  g_assert_cmpstr (row->settings, !=, "");
  g_assert_cmpuint (row->step, ==, 250);
  g_assert_cmpuint (row->n_tasks, ==, 2);
  g_assert_cmpstr (row->tasks[0], ==, "left");
  g_assert_cmpstr (row->metrics[1], ==, "r2");
  g_assert_cmpfloat (row->test_metric[1], ==, sample_value (2));
  g_assert_cmpfloat (row->test_loss[0], ==, sample_value (2));
  g_assert_cmpfloat (row->conflict, ==, sample_value (2));
  g_assert_cmpfloat (row->flatness[1], ==, 7);
  g_assert_true (isnan (row->flatness[0]));
}

static void
test_list (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlRecord) first = NULL;
  g_autoptr(MtlRecord) second = NULL;
  g_autoptr(GPtrArray) rows = NULL;
  MtlStoreWriter *one = begin_run (store, &first);
  MtlStoreWriter *two = begin_run (store, &second);
  const MtlRunRow *row;

  train (first, 1, 250, MTL_RUN_TRAINING);
  train (second, 1, 30, MTL_RUN_DONE);
  close_writer (two, second);
  mtl_store_writer_flush (one, first);
  g_assert_true (mtl_store_add_point (store, mtl_record_info (first)->run, "flatness/right", 2, 7,
                                      NULL));

  rows = mtl_store_list (store, NULL);
  g_assert_cmpuint (rows->len, ==, 2);
  row = rows->pdata[0];
  g_assert_cmpstr (row->run, ==, mtl_record_info (second)->run);
  g_assert_cmpint (row->status, ==, MTL_RUN_DONE);
  g_assert_true (isnan (row->test_metric[0]) && isnan (row->test_loss[1]) && isnan (row->conflict));
  check_row (rows->pdata[1], first, MTL_RUN_TRAINING);

  close_writer (one, first);
  g_clear_pointer (&rows, g_ptr_array_unref);
  rows = mtl_store_list (store, NULL);
  check_row (rows->pdata[1], first, MTL_RUN_LOST);

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

static guint
count_runs (MtlStore *store)
{
  g_autoptr(GPtrArray) rows = mtl_store_list (store, NULL);

  return rows->len;
}

static void
test_delete (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(GError) error = NULL;
  MtlStoreWriter *writer = begin_run (store, &record);
  const char *run = mtl_record_info (record)->run;
  g_autofree char *files = mtl_store_folder (store, run);

  train (record, 1, 600, MTL_RUN_TRAINING);
  mtl_store_writer_flush (writer, record);
  g_assert_true (mtl_store_delete (store, run, TRUE, NULL));
  g_assert_cmpuint (count_runs (store), ==, 0);
  g_assert_true (mtl_store_purge (store, NULL));   /* it is being trained */
  g_assert_true (mtl_store_delete (store, run, FALSE, NULL));
  g_assert_cmpuint (count_runs (store), ==, 1);
  close_writer (writer, record);

  g_assert_true (mtl_store_purge (store, NULL));
  g_assert_true (g_file_test (files, G_FILE_TEST_IS_DIR));
  g_assert_true (mtl_store_rename (store, run, "  Still Lake ", NULL));
  g_assert_false (mtl_store_rename (store, run, "two\nlines", &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  g_clear_error (&error);
  g_clear_pointer (&record, mtl_record_unref);
  record = mtl_store_load (store, (run = g_path_get_basename (files)), NULL);
  g_assert_cmpstr (mtl_record_info (record)->name, ==, "Still Lake");

  g_assert_true (mtl_store_delete (store, run, TRUE, NULL));
  g_assert_true (mtl_store_purge (store, NULL));
  g_assert_false (g_file_test (files, G_FILE_TEST_EXISTS));
  g_assert_false (mtl_store_delete (store, run, FALSE, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  g_free ((char *) run);

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

/* The rows are gone below a run that goes on: told, not crashed on. */
static void
test_removed_while_training (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlDb) db = mtl_db_open (store->path, FALSE, NULL);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(GBytes) bytes = make_checkpoint (3, 10);
  g_autoptr(GError) error = NULL;
  MtlStoreWriter *writer = begin_run (store, &record);
  g_autofree char *files = mtl_store_folder (store, mtl_record_info (record)->run);

  train (record, 1, 40, MTL_RUN_TRAINING);
  mtl_store_writer_flush (writer, record);
  g_assert_true (mtl_store_purge (store, NULL));
  g_assert_true (mtl_db_run (db, NULL, "DELETE FROM run", ""));
  remove_all (files);
  train (record, 41, 60, MTL_RUN_TRAINING);
  mtl_store_writer_flush (writer, record);
  mtl_store_writer_checkpoint (writer, bytes, 3, 1, TRUE);
  g_assert_false (mtl_store_writer_close (writer, record, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  g_assert_nonnull (strstr (error->message, mtl_record_info (record)->run));

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

/* --- words --- */

static void
check_words (MtlStore   *store,
             const char *words,
             const char *expected)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *run = mtl_store_resolve (store, words, &error);

  if (g_strcmp0 (run, expected) != 0)
    g_error ("“%s” gave %s (%s), not %s", words, run, error != NULL ? error->message : "",
             expected);
  if (run == NULL)
    g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
}

static void
test_resolve (void)
{
  static const char *const ids[] = { "ab345678", "ab777777", "b2222222", "last2222" };
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlDb) db = mtl_db_open (store->path, FALSE, NULL);

  check_words (store, "last", NULL);
  for (guint n = 0; n < G_N_ELEMENTS (ids); n++)
    g_assert_true (mtl_db_run (db, NULL, "INSERT INTO run (id, name, design, design_name, "
                               "settings, seed, started, status, n_epochs, n_weights, n_trunk, "
                               "steps_per_epoch) VALUES (?1, '', '', '', '', 0, 0, 3, 1, 1, 1, 1)",
                               "t", ids[n]));

  check_words (store, "ab345678", "ab345678");
  check_words (store, "ab3", "ab345678");
  check_words (store, " b ", "b2222222");
  check_words (store, "ab", NULL);
  check_words (store, "", NULL);
  check_words (store, "%", NULL);
  check_words (store, "ab3456789", NULL);
  check_words (store, "2", "ab777777");
  check_words (store, "5", NULL);
  check_words (store, "99999999999999999999", NULL);
  check_words (store, "last", "last2222");
  g_assert_true (mtl_store_delete (store, "ab777777", TRUE, NULL));
  g_assert_true (mtl_store_delete (store, "last2222", TRUE, NULL));
  check_words (store, "ab", "ab345678");
  check_words (store, "ab777777", NULL);
  check_words (store, "2", NULL);
  check_words (store, "last", "b2222222");

  g_clear_pointer (&db, mtl_db_free);
  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

/* Measured twice, backwards, and by the record as well. */
static void
test_measure (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlRecord) back = NULL;
  g_autoptr(GPtrArray) rows = NULL;
  const MtlRunRow *row;
  MtlStoreWriter *writer = begin_run (store, &record);
  const char *run = mtl_record_info (record)->run;

  for (guint n = 600; n >= 1; n--)
    if (n > 595 || n < 5)
      g_assert_true (mtl_store_add_point (store, run, "flatness/left", n, sample_value (n), NULL));
  for (guint n = 1; n <= 600; n++)
    append_point (record, "flatness/left", n);
  g_assert_false (mtl_store_add_point (store, run, "loss/left", 1, 1, NULL));
  close_writer (writer, record);

  back = load (store, run);
  g_assert_cmpfloat (check_curve (back, "flatness/left", 1, 1), ==, 600);
  rows = mtl_store_list (store, NULL);
  row = rows->pdata[0];
  g_assert_cmpfloat (row->flatness[0], ==, sample_value (600));

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/round-trip", test_round_trip);
  g_test_add_func ("/store/resume", test_resume);
  g_test_add_func ("/store/resume-refused", test_resume_refused);
  g_test_add_func ("/store/at-once", test_at_once);
  g_test_add_func ("/store/list", test_list);
  g_test_add_func ("/store/delete", test_delete);
  g_test_add_func ("/store/removed-while-training", test_removed_while_training);
  g_test_add_func ("/store/resolve", test_resolve);
  g_test_add_func ("/store/measure", test_measure);

  return g_test_run ();
}
