/* test-kept.c — figures of probes that are kept with a run
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-findings.h"
#include "store-sample.h"

static const MtlMeasure rise = { "sharpness", "Sharpness", "error", NULL };
static const MtlMeasure rank = { "eigenvalue", "Eigenvalue", NULL, "rank" };

static const char *const tasks[] = { "left", "right", NULL };

/* Figures that follow from @value: of a task, a pair, a block, at two x, and such as are none. */
static void
keep (MtlStore   *store,
      const char *run,
      const char *rho,
      guint64     epoch,
      double      value)
{
  g_autoptr(MtlChosen) initial =
    mtl_chosen_new (MTL_KIND_PROBE, mtl_catalogue_find (MTL_KIND_PROBE, "sharpness", NULL));
  g_autoptr(MtlChosen) probe = mtl_chosen_with (initial, "rho", rho, NULL);
  g_autoptr(MtlFindings) findings = mtl_findings_new ();
  g_autoptr(GError) error = NULL;
  const MtlProbeFrame frame = { .step = epoch * STEPS_PER_EPOCH, .epoch = epoch, .samples = 77 };
  const MtlFinding found[] = {
    { &rise, MTL_ALL_TASKS, MTL_ALL_TASKS, NULL, NAN, value, 0.25 },
    { &rise, 1, MTL_ALL_TASKS, NULL, NAN, value + 1.0, NAN },
    { &rise, 0, 1, NULL, NAN, INFINITY, 0.0 },
    { &rise, 0, 1, "conv1", NAN, NAN, NAN },
    { &rank, 0, MTL_ALL_TASKS, NULL, 1.0, value + 2.0, NAN },
    { &rank, 0, MTL_ALL_TASKS, NULL, 2.0, value + 3.0, NAN },
  };

  for (guint n = 0; n < G_N_ELEMENTS (found); n++)
    mtl_findings_add (findings, &found[n]);
  mtl_store_keep (store, run, probe, &frame, findings, (char *const *) tasks, &error);
  g_assert_no_error (error);
}

static GPtrArray *
read_all (MtlStore   *store,
          const char *run)
{
  g_autoptr(GError) error = NULL;
  GPtrArray *all = mtl_store_kept (store, run, &error);

  g_assert_no_error (error);
  return all;
}

static char *
make_run (MtlStore *store,
          guint64   last)
{
  g_autoptr(MtlRecord) record = NULL;
  MtlStoreWriter *writer = begin_run (store, &record);

  train (record, 1, last, MTL_RUN_STOPPED);
  close_writer (writer, record);

  return g_strdup (mtl_record_info (record)->run);
}

static void
check_points (MtlRecord      *record,
              const char     *name,
              guint           n,
              const MtlPoint *expected)
{
  MtlSeries *series = mtl_record_find (record, name);

  g_assert_nonnull (series);
  g_assert_cmpuint (mtl_series_get_length (series), ==, n);
  for (guint i = 0; i < n; i++)
    {
      MtlPoint point;

      g_assert_cmpuint (mtl_series_read (series, i, &point, 1), ==, 1);
      if (point.x != expected[i].x || point.y != expected[i].y)
        g_error ("%s: (%g, %g), expected (%g, %g)", name, point.x, point.y, expected[i].x,
                 expected[i].y);
    }
}

/* The six figures of a measurement, of @value 6. */
static void
check_figures (GPtrArray *all,
               guint      first)
{
  const MtlKept *kept = all->pdata[first];

  g_assert_cmpstr (kept->measure, ==, "sharpness");
  g_assert_null (kept->task);
  g_assert_null (kept->block);
  g_assert_true (kept->value == 6.0 && kept->error == 0.25 && isnan (kept->x));
  kept = all->pdata[first + 1];
  g_assert_cmpstr (kept->task, ==, "right");
  g_assert_null (kept->other);
  g_assert_true (kept->value == 7.0 && isnan (kept->error));
  kept = all->pdata[first + 2];
  g_assert_cmpstr (kept->other, ==, "right");
  g_assert_true (kept->value == INFINITY);
  kept = all->pdata[first + 3];
  g_assert_cmpstr (kept->block, ==, "conv1");
  g_assert_true (isnan (kept->value));
  kept = all->pdata[first + 5];
  g_assert_true (kept->x == 2.0 && kept->value == 9.0);
}

/* By epoch, whatever came first; the same again takes the place of what was there. */
static void
test_round_trip (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autofree char *run = make_run (store, 700);
  g_autoptr(GPtrArray) all = NULL;

  keep (store, run, "0.3", 4, 9.0);
  keep (store, run, "0.3", 2, 5.0);
  keep (store, run, "0.3", 4, 6.0);
  all = read_all (store, run);
  g_assert_cmpuint (all->len, ==, 12);
  for (guint n = 0; n < 12; n++)
    {
      const MtlKept *kept = all->pdata[n];

      g_assert_cmpuint (kept->epoch, ==, n < 6 ? 2 : 4);
      g_assert_cmpuint (kept->step, ==, kept->epoch * STEPS_PER_EPOCH);
      g_assert_cmpuint (kept->samples, ==, 77);
      g_assert_cmpstr (kept->probe, ==, "sharpness");
      g_assert_nonnull (strstr (kept->settings, "samples=512 rho=0.3 "));
    }
  check_figures (all, 6);

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

/* Of the whole network, the first of several x, and the settings that were used last. */
static void
test_curves (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autofree char *run = make_run (store, 700);
  g_autoptr(MtlRecord) record = NULL;

  keep (store, run, "0.1", 1, 1.0);
  keep (store, run, "0.3", 4, 6.0);
  keep (store, run, "0.3", 2, 5.0);
  record = load (store, run);
  check_points (record, "measure/sharpness/sharpness", 2,
                (const MtlPoint[]) { { 2.0, 5.0 }, { 4.0, 6.0 } });
  check_points (record, "measure/sharpness/sharpness/right", 2,
                (const MtlPoint[]) { { 2.0, 6.0 }, { 4.0, 7.0 } });
  check_points (record, "measure/sharpness/sharpness/left/right", 2,
                (const MtlPoint[]) { { 2.0, INFINITY }, { 4.0, INFINITY } });
  check_points (record, "measure/sharpness/eigenvalue/left", 2,
                (const MtlPoint[]) { { 2.0, 7.0 }, { 4.0, 8.0 } });

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

/* A run that goes on from step 350 takes back epoch 4; its record is not stored twice. */
static void
test_resume (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autofree char *run = make_run (store, 700);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlRecord) back = NULL;
  g_autoptr(GError) error = NULL;
  MtlStoreWriter *writer;

  keep (store, run, "0.3", 2, 5.0);
  keep (store, run, "0.3", 4, 6.0);
  writer = mtl_store_resume (store, run, 350, 3, &error);
  g_assert_no_error (error);
  record = load (store, run);
  check_points (record, "measure/sharpness/sharpness", 1, (const MtlPoint[]) { { 2.0, 5.0 } });
  train (record, 351, 400, MTL_RUN_DONE);
  keep (store, run, "0.3", 4, 8.0);
  mtl_series_append (mtl_record_series (record, "measure/sharpness/sharpness"), 4.0, 8.0);
  close_writer (writer, record);

  back = load (store, run);
  check_points (back, "measure/sharpness/sharpness", 2,
                (const MtlPoint[]) { { 2.0, 5.0 }, { 4.0, 8.0 } });

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

static void
change (const char *folder,
        const char *sql)
{
  g_autofree char *path = g_build_filename (folder, "runs.db", NULL);
  g_autoptr(MtlDb) db = mtl_db_open (path, FALSE, NULL);
  g_autoptr(GError) error = NULL;

  mtl_db_run (db, &error, sql, "");
  g_assert_no_error (error);
}

/* A database of the first version, with a run in it, is brought up to this one. */
static void
test_migration (void)
{
  g_autofree char *folder = make_folder ();
  MtlStore *store = open_store (folder);
  g_autofree char *run = make_run (store, 700);
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(GPtrArray) all = NULL;

  mtl_store_unref (store);
  change (folder, "DROP TABLE finding");
  change (folder, "DROP TABLE measurement");
  change (folder, "PRAGMA user_version = 1");

  store = open_store (folder);
  record = load (store, run);
  g_assert_cmpuint (mtl_series_get_length (mtl_record_find (record, "loss/left")), ==, 700);
  keep (store, run, "0.3", 2, 5.0);
  all = read_all (store, run);
  g_assert_cmpuint (all->len, ==, 6);

  mtl_store_unref (store);
  remove_all (folder);
}

/* What nobody would write comes back as something, or as an error, and never crashes. */
static void
test_hostile (void)
{
  static const char *const changes[] = {
    "UPDATE finding SET value = 'x', error = x'00', x = zeroblob (99), task = x'c328'",
    "UPDATE finding SET measure = zeroblob (100000), other = '../..', block = ''",
    "UPDATE measurement SET probe = x'ff', settings = zeroblob (9), epoch = -7, step = 'z'",
    "WITH n (k) AS (VALUES (9) UNION ALL SELECT k + 1 FROM n WHERE k < 3000) "
    "INSERT INTO finding (measurement, position, measure, task) SELECT 1, k, 'm' || k, k FROM n",
    "DELETE FROM measurement",
  };
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autofree char *run = make_run (store, 700);
  g_autoptr(GError) error = NULL;

  keep (store, run, "0.3", 2, 5.0);
  for (guint n = 0; n < G_N_ELEMENTS (changes); n++)
    {
      g_autoptr(MtlRecord) record = NULL;
      g_autoptr(GPtrArray) all = NULL;

      g_test_message ("%s", changes[n]);
      change (folder, changes[n]);
      all = read_all (store, run);
      record = load (store, run);
      g_assert_cmpuint (mtl_series_get_length (mtl_record_find (record, "loss/left")), ==, 700);
      for (guint i = 0; i < all->len; i++)
        g_assert_true (g_utf8_validate (((MtlKept *) all->pdata[i])->measure, -1, NULL));
      g_assert_cmpuint (all->len, ==, n < 3 ? 6 : n == 3 ? 2998 : 0);
    }

  g_assert_null (mtl_store_kept (store, "nobody", &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);

  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

/* They go with their run. */
static void
test_purge (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr(MtlStore) store = open_store (folder);
  g_autofree char *run = make_run (store, 100);
  g_autoptr(MtlDb) db = mtl_db_open (store->path, FALSE, NULL);
  g_autoptr(MtlQuery) query = NULL;

  keep (store, run, "0.3", 1, 5.0);
  g_assert_true (mtl_store_delete (store, run, TRUE, NULL));
  g_assert_true (mtl_store_purge (store, NULL));
  query = mtl_db_query (db, NULL, "SELECT count(*) FROM finding", "");
  g_assert_cmpint (mtl_db_step (db, query, NULL), ==, MTL_QUERY_ROW);
  g_assert_cmpint (mtl_query_int (query, 0), ==, 0);

  g_clear_pointer (&query, mtl_query_free);
  g_clear_pointer (&db, mtl_db_free);
  g_clear_pointer (&store, mtl_store_unref);
  remove_all (folder);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kept/round-trip", test_round_trip);
  g_test_add_func ("/kept/curves", test_curves);
  g_test_add_func ("/kept/resume", test_resume);
  g_test_add_func ("/kept/migration", test_migration);
  g_test_add_func ("/kept/hostile", test_hostile);
  g_test_add_func ("/kept/purge", test_purge);

  return g_test_run ();
}
