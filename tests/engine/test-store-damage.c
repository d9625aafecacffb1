/* test-store-damage.c — damaged checkpoints, and processes that are killed
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mtl-rng.h"
#include "own-words.h"
#include "store-sample.h"

#define SEED 20

/* --- checkpoints --- */

static guint
count_files (const char *folder,
             const char *ending)
{
  g_autoptr(GDir) files = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (files)) != NULL)
    n += g_str_has_suffix (name, ending) ? 1 : 0;

  return n;
}

static void
save (MtlStore       *store,
      MtlStoreWriter *writer,
      guint64         step,
      gboolean        best)
{
  g_autoptr(GBytes) bytes = make_checkpoint (step, 1000);

  mtl_store_writer_checkpoint (writer, bytes, step, 1, best);
  g_assert_true (mtl_store_purge (store, NULL));  /* waits for its turn */
}

static void
check_step (MtlStore   *store,
            const char *run,
            gboolean    best,
            guint64     step)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlSnapshot) snapshot = mtl_store_snapshot (store, run, best, &error);
  const float *theta;
  gsize n;

  g_assert_no_error (error);
  theta = mtl_snapshot_theta (snapshot, &n);
  g_assert_cmpuint (mtl_snapshot_step (snapshot), ==, step);
  g_assert_cmpuint (n, ==, 1000);
  g_assert_cmpfloat (theta[999], ==, (float) step);
}

/* Turns a bit in the middle of a file. */
static void
damage (const char *folder,
        const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  bytes[size / 2] ^= 4;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
}

static void
test_checkpoints (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(GError) error = NULL;
  MtlStoreWriter *writer = begin_run (store, &record);
  const char *run = mtl_record_info (record)->run;
  g_autofree char *files = mtl_store_folder (store, run);

  g_assert_null (mtl_store_checkpoint (store, run, FALSE, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  g_clear_error (&error);

  for (guint64 step = 100; step <= 600; step += 100)
    save (store, writer, step, step == 200 || step == 300);
  g_assert_cmpuint (count_files (files, ".ckpt"), ==, 3);
  g_assert_cmpuint (count_files (files, ".new"), ==, 0);
  check_step (store, run, FALSE, 600);
  check_step (store, run, TRUE, 300);
  save (store, writer, 600, TRUE);
  save (store, writer, 600, TRUE);
  check_step (store, run, TRUE, 600);

  damage (files, "step-000000000600.ckpt");
  check_step (store, run, FALSE, 500);
  close_writer (writer, record);
  writer = mtl_store_resume (store, run, 500, 5, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_files (files, ".ckpt"), ==, 2);
  close_writer (writer, NULL);

  damage (files, "step-000000000500.ckpt");
  g_assert_null (mtl_store_checkpoint (store, run, FALSE, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  g_assert_nonnull (strstr (error->message, "step-000000000500.ckpt"));

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

/* What waits is not written when a newer one has come; the best is. */
static void
test_overtaken (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlRecord) record = NULL;
  MtlStoreWriter *writer = begin_run (store, &record);
  const char *run = mtl_record_info (record)->run;

  for (guint64 step = 1; step <= 200; step++)
    {
      g_autoptr(GBytes) bytes = make_checkpoint (step, 1000);

      mtl_store_writer_checkpoint (writer, bytes, step, 1, step % 9 == 0);
    }
  close_writer (writer, record);
  check_step (store, run, FALSE, 200);
  check_step (store, run, TRUE, 198);

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

/* --- killed --- */

#define N_KILLS   50
#define MAX_DELAY 40000  /* µs */

/* The other process: trains the newest run further, or every third time a new
 * one, and says so once it has begun. */
static int
be_killed (const char *folder,
           gboolean    anew)
{
  MtlStore *store = open_store (folder);
  g_autofree char *run = anew ? NULL : mtl_store_resolve (store, "last", NULL);
  g_autoptr(GBytes) from = run != NULL ? mtl_store_checkpoint (store, run, FALSE, NULL) : NULL;
  MtlRecord *record = NULL;
  MtlStoreWriter *writer;
  guint64 step = 0;

  if (from != NULL)
    {
      g_autoptr(MtlSnapshot) snapshot = mtl_store_snapshot (store, run, FALSE, NULL);

      step = mtl_snapshot_step (snapshot);
      writer = mtl_store_resume (store, run, step, step / STEPS_PER_EPOCH, NULL);
      record = load (store, run);
      check_steps (record, step);
    }
  else
    writer = begin_run (store, &record);

  for (gboolean told = FALSE; ; told = TRUE)
    {
      g_autoptr(GBytes) bytes = make_checkpoint (step + 25, 50000);

      train (record, step + 1, step + 25, MTL_RUN_TRAINING);
      step += 25;
      mtl_store_writer_flush (writer, record);
      mtl_store_writer_checkpoint (writer, bytes, step, 1, step % 75 == 0);
      mtl_store_purge (store, NULL);
      if (!told && write (STDOUT_FILENO, "!", 1) != 1)
        return 1;
    }
}

static void
kill_one (const char *folder,
          gboolean    anew,
          gulong      delay)
{
  g_autofree char **words = own_words ((char *[]) { (char *) "--killed", (char *) folder,
                                                    (char *) (anew ? "new" : "old"), NULL });
  g_autoptr(GError) error = NULL;
  char told = 0;
  int status, out;
  GPid child;

  g_spawn_async_with_pipes (NULL, words, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child,
                            NULL, &out, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (read (out, &told, 1), ==, 1);
  g_usleep (delay);
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  close (out);
}

static void
check_integrity (MtlStore *store)
{
  g_autoptr(MtlDb) db = mtl_db_open (store->path, FALSE, NULL);
  g_autoptr(MtlQuery) query = mtl_db_query (db, NULL, "PRAGMA integrity_check", "");
  g_autofree char *words = NULL;

  g_assert_cmpint (mtl_db_step (db, query, NULL), ==, MTL_QUERY_ROW);
  words = mtl_query_text (query, 0);
  g_assert_cmpstr (words, ==, "ok");
}

/* The curves are whole up to some step, which is not before the checkpoint. */
static void
check_survivor (const char *folder,
                guint       round,
                gulong      delay)
{
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(GPtrArray) rows = mtl_store_list (store, NULL);
  const MtlRunRow *row = rows->pdata[0];
  g_autoptr(MtlRecord) record = load (store, row->run);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlSnapshot) snapshot = mtl_store_snapshot (store, row->run, FALSE, &error);
  guint64 last = (guint64) check_curve (record, "loss/left", 1, 1);

  check_integrity (store);
  g_assert_no_error (error);
  g_assert_cmpint (row->status, ==, MTL_RUN_LOST);
  if (row->step != last || last < mtl_snapshot_step (snapshot))
    g_error ("kill %u after %lu µs: step %" G_GUINT64_FORMAT ", curve to %" G_GUINT64_FORMAT
             ", checkpoint of %" G_GUINT64_FORMAT, round, delay, row->step, last,
             mtl_snapshot_step (snapshot));
  check_steps (record, last);
}

static void
test_killed (void)
{
  g_autofree char *folder = make_folder ();
  MtlRng rng = mtl_rng_new (SEED, MTL_STREAM_ORDER);

  for (guint n = 0; n < N_KILLS; n++)
    {
      gulong delay = (gulong) mtl_rng_below (rng, n, MAX_DELAY);

      kill_one (folder, n % 3 == 0, delay);
      check_survivor (folder, n, delay);
    }

  remove_all (folder);
}

/* --- folders of the user --- */

static void
test_home (void)
{
  g_autofree char *data = NULL;
  g_autofree char *state = NULL;
  g_autofree char *cache = NULL;

  g_setenv ("BASIN_HOME", "/tmp/anywhere", TRUE);
  data = mtl_home_data ();
  state = mtl_home_state ();
  cache = mtl_home_cache ();
  g_assert_cmpstr (data, ==, "/tmp/anywhere/data");
  g_assert_cmpstr (state, ==, "/tmp/anywhere/state");
  g_assert_cmpstr (cache, ==, "/tmp/anywhere/cache");

  g_unsetenv ("BASIN_HOME");
  g_free (data);
  data = mtl_home_data ();
  g_assert_true (g_str_has_suffix (data, "/basin"));
  g_assert_true (g_str_has_prefix (data, g_get_user_data_dir ()));
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 4 && strcmp (argv[1], "--killed") == 0)
    return be_killed (argv[2], strcmp (argv[3], "new") == 0);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/home", test_home);
  g_test_add_func ("/store/checkpoints", test_checkpoints);
  g_test_add_func ("/store/overtaken", test_overtaken);
  g_test_add_func ("/store/killed", test_killed);

  return g_test_run ();
}
