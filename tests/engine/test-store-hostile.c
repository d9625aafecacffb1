/* test-store-hostile.c — databases that are none, and such as nobody would write
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-rng.h"
#include "store-sample.h"

#define SEED 20

/* --- what cannot be opened --- */

static void
check_refused (const char *sql,
               const char *words)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "runs.db", NULL);
  g_autoptr(MtlDb) db = mtl_db_open (path, TRUE, NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (mtl_db_run (db, NULL, sql, ""));
  g_clear_pointer (&db, mtl_db_free);
  g_assert_null (mtl_store_open (folder, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_STORE);
  if (strstr (error->message, words) == NULL || strstr (error->message, path) == NULL)
    g_error ("“%s” has no “%s” or no path", error->message, words);

  remove_all (folder);
}

static void
test_refused (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "runs.db", NULL);
  g_autoptr(GError) error = NULL;

  check_refused ("PRAGMA user_version = 99", "newer Basin");
  check_refused ("CREATE TABLE song (title TEXT)", "not one of runs");
  check_refused ("PRAGMA user_version = -1", "not one of runs");

  g_assert_true (g_file_set_contents (path, "Dear diary, today the database was not one.", -1,
                                      NULL));
  g_assert_null (mtl_store_open (folder, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, path));
  g_clear_error (&error);
  g_assert_null (mtl_store_open (path, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_STORE);

  remove_all (folder);
}

/* --- random damage --- */

#define N_DAMAGED 150

/* Bytes of a database of two runs. */
static GBytes *
make_database (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "runs.db", NULL);
  MtlStore *store = open_store (folder);
  char *bytes;
  gsize size;

  for (guint n = 0; n < 2; n++)
    {
      g_autoptr(MtlRecord) record = NULL;
      MtlStoreWriter *writer = begin_run (store, &record);

      train (record, 1, 700, MTL_RUN_STOPPED);
      close_writer (writer, record);
    }
  mtl_store_unref (store);
  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));

  return g_bytes_new_take (bytes, size);
}

static void
spoil (MtlRng  rng,
       guint8 *bytes,
       gsize  *size)
{
  guint64 n_flips = mtl_rng_below (rng, 0, 40);

  for (guint64 n = 1; n <= n_flips; n++)
    bytes[mtl_rng_below (rng, 2 * n, *size)] ^= (guint8) (1 + mtl_rng_below (rng, 2 * n + 1, 255));
  if (mtl_rng_below (rng, 999, 4) == 0)
    *size = mtl_rng_below (rng, 1000, *size);
}

static void
check_code (const GError *error)
{
  if (error != NULL && (error->domain != MTL_ERROR
                        || (error->code != MTL_ERROR_STORE && error->code != MTL_ERROR_RUN)))
    g_error ("unexpected error: %s", error->message);
}

/* All that can be asked of it; the answers may be anything but a crash. */
static void
ask_all (MtlStore *store)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) rows = mtl_store_list (store, &error);
  g_autofree char *run = mtl_store_resolve (store, "last", NULL);
  MtlStoreWriter *writer;
  MtlRecordInfo info;

  check_code (error);
  for (guint n = 0; rows != NULL && n < rows->len; n++)
    {
      const MtlRunRow *row = rows->pdata[n];
      g_autoptr(GError) failure = NULL;
      g_autoptr(MtlRecord) record = mtl_store_load (store, row->run, &failure);

      check_code (failure);
      g_assert_cmpuint (row->n_tasks, <=, MTL_MAX_TASKS);
      mtl_store_add_point (store, row->run, "flatness/left", 3, 4, NULL);
      writer = mtl_store_resume (store, row->run, 350, 3, NULL);
      if (writer != NULL && record != NULL)
        train (record, 701, 1300, MTL_RUN_DONE);
      if (writer != NULL)
        mtl_store_writer_close (writer, record, NULL);
      mtl_store_delete (store, row->run, TRUE, NULL);
      mtl_store_rename (store, row->run, "Another", NULL);
    }

  fill_info (&info);
  writer = mtl_store_begin (store, &info, NULL);
  mtl_record_info_clear (&info);
  if (writer != NULL)
    mtl_store_writer_close (writer, NULL, NULL);
}

static void
test_random_damage (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(GBytes) whole = make_database (folder);
  guint n_opened = 0;

  remove_all (folder);
  for (guint n = 0; n < N_DAMAGED; n++)
    {
      g_autofree char *home = make_folder ();
      g_autofree char *path = g_build_filename (home, "runs.db", NULL);
      gsize size = g_bytes_get_size (whole);
      g_autofree guint8 *bytes = g_memdup2 (g_bytes_get_data (whole, NULL), size);
      g_autoptr(GError) error = NULL;
      MtlStore *store;

      spoil (mtl_rng_derive (mtl_rng_new (SEED, MTL_STREAM_DATA), n), bytes, &size);
      g_assert_true (g_file_set_contents (path, (char *) bytes, (gssize) size, NULL));
      store = mtl_store_open (home, &error);
      check_code (error);
      if (store != NULL)
        {
          n_opened++;
          ask_all (store);
          mtl_store_purge (store, NULL);
          mtl_store_unref (store);
        }
      remove_all (home);
    }

  g_test_message ("seed %d: %u of %d damaged files could be opened", SEED, n_opened, N_DAMAGED);
  g_assert_cmpuint (n_opened, >, 0);
}

/* --- rows that nobody would write --- */

static void
spoil_points (MtlDb       *db,
              const char  *name,
              gint64       first,
              const void  *bytes,
              gsize        size)
{
  g_autoptr(GError) error = NULL;

  mtl_db_run (db, &error, "UPDATE chunk SET first = ?2, points = ?3 WHERE series = "
              "(SELECT id FROM series WHERE name = ?1) AND first = 0", "tib",
              name, first, bytes, size);
  g_assert_no_error (error);
}

/* Each curve is spoilt in its own way; the rest of the run still comes. */
static void
test_curves (void)
{
  static const double backwards[] = { 1, 1, 2, 2, 1.5, 3, 4, 4 };
  static const double endless[] = { 1, 1, 2, 2, INFINITY, 3, 4, 4 };
  g_autofree char *folder = make_folder ();
  g_autofree guint8 *large = g_malloc0 (1 << 20);
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlDb) db = mtl_db_open (store->path, FALSE, NULL);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlRecord) back = NULL;
  MtlStoreWriter *writer = begin_run (store, &record);

  train (record, 1, 300, MTL_RUN_DONE);
  close_writer (writer, record);
  spoil_points (db, "loss/left", 0, large, 1 << 20);
  spoil_points (db, "loss/right", 0, large, 17);
  spoil_points (db, "cosine/left/right", -512, large, 16);
  spoil_points (db, "epoch/test/loss/left", 0, backwards, sizeof backwards);
  spoil_points (db, "epoch/conflict", 0, endless, sizeof endless);
  spoil_points (db, "epoch/test/r2/right", 0, "", 0);

  back = load (store, mtl_record_info (record)->run);
  g_assert_cmpuint (mtl_series_get_length (mtl_record_find (back, "loss/left")), ==, 0);
  g_assert_cmpuint (mtl_series_get_length (mtl_record_find (back, "loss/right")), ==, 0);
  g_assert_cmpuint (mtl_series_get_length (mtl_record_find (back, "cosine/left/right")), ==, 0);
  g_assert_cmpuint (mtl_series_get_length (mtl_record_find (back, "epoch/test/loss/left")), ==, 2);
  g_assert_cmpuint (mtl_series_get_length (mtl_record_find (back, "epoch/conflict")), ==, 2);
  g_assert_cmpfloat (check_curve (back, "epoch/steps", 1, 1), ==, 3);
  ask_all (store);

  g_clear_pointer (&db, mtl_db_free);
  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

static void
test_rows (void)
{
  static const char *const changes[] = {
    "UPDATE run SET status = 77, epoch = -5, step = -1, n_weights = -1, seconds = 'x'",
    "UPDATE run SET name = CAST (x'ff00fe' AS TEXT), settings = x'c328', design_name = x'00'",
    "WITH n (k) AS (VALUES (2) UNION ALL SELECT k + 1 FROM n WHERE k < 300) "
    "INSERT INTO task (run, position, id, metric) SELECT 1, k, 't' || k, 'r2' FROM n",
    "UPDATE event SET step = -3, kind = x'80', text = zeroblob (100000)",
    "UPDATE run SET design = '{'",
    "UPDATE run SET id = '../../../../etc' WHERE number = 1",
  };
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autoptr(MtlDb) db = mtl_db_open (store->path, FALSE, NULL);
  g_autoptr(MtlRecord) record = NULL;
  MtlStoreWriter *writer = begin_run (store, &record);

  train (record, 1, 300, MTL_RUN_DONE);
  close_writer (writer, record);
  for (guint n = 0; n < G_N_ELEMENTS (changes); n++)
    {
      g_autoptr(GError) error = NULL;

      g_test_message ("%s", changes[n]);
      mtl_db_run (db, &error, changes[n], "");
      g_assert_no_error (error);
      ask_all (store);
      g_assert_true (mtl_db_run (db, &error, "UPDATE run SET deleted = 0 WHERE number = 1", ""));
    }

  g_clear_pointer (&db, mtl_db_free);
  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store/refused", test_refused);
  g_test_add_func ("/store/random-damage", test_random_damage);
  g_test_add_func ("/store/curves", test_curves);
  g_test_add_func ("/store/rows", test_rows);

  return g_test_run ();
}
