/* test-runs.c — the table of runs: listed, searched, sorted, deleted, brought back
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "mtw-runs-page.h"

#define PATIENCE (10 * G_TIME_SPAN_SECOND)

typedef struct
{
  char      *folder;
  MtlStore  *store;
  GtkWidget *window;
  MtwRunsPage *page;
  char      *opened;
  char      *deleted;
  char      *words;
} Bench;

static void
open_cb (MtwRunsPage *page,
         const char  *run,
         Bench       *self)
{
  g_free (self->opened);
  self->opened = g_strdup (run);
}

static void
deleted_cb (MtwRunsPage *page,
            const char  *run,
            const char  *words,
            Bench       *self)
{
  g_free (self->deleted);
  g_free (self->words);
  self->deleted = g_strdup (run);
  self->words = g_strdup (words);
}

static void
failed_cb (MtwRunsPage *page,
           const char  *message)
{
  g_error ("%s", message);
}

/* A finished run of one epoch, whose accuracy is @accuracy. */
static void
add_run (MtlStore *store,
         double    accuracy)
{
  static const char *const tasks[] = { "left", NULL };
  static const char *const metrics[] = { "accuracy", NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlRecord) record = NULL;
  MtlStoreWriter *writer;
  MtlRecordInfo info = {
    .design = mtl_design_new ("Two Digits"), .n_tasks = 1, .tasks = g_strdupv ((char **) tasks),
    .metrics = g_strdupv ((char **) metrics), .steps_per_epoch = 10, .n_epochs = 1,
  };

  writer = mtl_store_begin (store, &info, &error);
  g_assert_no_error (error);
  record = mtl_record_new (&info);
  mtl_series_append (mtl_record_series (record, "epoch/test/accuracy/left"), 1, accuracy);
  mtl_series_append (mtl_record_series (record, "epoch/steps"), 1, 10);
  mtl_record_set_progress (record, &(MtlProgress) { .status = MTL_RUN_DONE, .step = 10,
                                                    .epoch = 1, .seconds = 3 });
  mtl_store_writer_close (writer, record, &error);
  g_assert_no_error (error);
  mtl_record_info_clear (&info);
}

static void
wait_for (Bench *self,
          guint  n)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (mtw_runs_page_n_shown (self->page) != n || g_main_context_pending (NULL))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
bench_open (Bench *self,
            guint  n_runs)
{
  g_autoptr(GError) error = NULL;

  *self = (Bench) { .folder = g_dir_make_tmp ("basin-runs-XXXXXX", &error) };
  g_assert_no_error (error);
  self->store = mtl_store_open (self->folder, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < n_runs; i++)
    add_run (self->store, 0.9 - 0.1 * i);

  self->page = MTW_RUNS_PAGE (mtw_runs_page_new (self->store));
  g_signal_connect (self->page, "open-design", G_CALLBACK (open_cb), self);
  g_signal_connect (self->page, "deleted", G_CALLBACK (deleted_cb), self);
  g_signal_connect (self->page, "failed", G_CALLBACK (failed_cb), NULL);
  self->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 900, 400);
  gtk_window_set_child (GTK_WINDOW (self->window), GTK_WIDGET (self->page));
  gtk_window_present (GTK_WINDOW (self->window));
  wait_for (self, n_runs);
}

static void
remove_all (const char *path)
{
  g_autoptr(GDir) files = g_dir_open (path, 0, NULL);
  const char *name;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_all (inner);
    }
  g_remove (path);
}

static void
bench_close (Bench *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  mtl_store_unref (self->store);
  remove_all (self->folder);
  g_free (self->folder);
  g_free (self->opened);
  g_free (self->deleted);
  g_free (self->words);
}

static GtkColumnView *
find_table (GtkWidget *widget)
{
  if (GTK_IS_COLUMN_VIEW (widget))
    return GTK_COLUMN_VIEW (widget);

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkColumnView *found = find_table (child);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static void
select_row (Bench *self,
            guint  row)
{
  GtkSelectionModel *model = gtk_column_view_get_model (find_table (GTK_WIDGET (self->page)));

  gtk_selection_model_select_item (model, row, TRUE);
}

static void
test_delete (void)
{
  Bench bench;
  g_autofree char *run = NULL;

  bench_open (&bench, 3);
  run = g_strdup (mtw_runs_page_run (bench.page, 1));
  select_row (&bench, 1);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (bench.page), "runs.open", NULL));
  g_assert_cmpstr (bench.opened, ==, run);

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (bench.page), "runs.delete", NULL));
  g_assert_cmpstr (bench.deleted, ==, run);
  g_assert_true (g_str_has_prefix (bench.words, "Run “"));
  g_assert_cmpuint (mtw_runs_page_n_shown (bench.page), ==, 2);
  mtw_runs_page_refresh (bench.page);
  wait_for (&bench, 2);
  g_assert_cmpstr (mtw_runs_page_run (bench.page, 0), !=, run);
  g_assert_cmpstr (mtw_runs_page_run (bench.page, 1), !=, run);

  mtw_runs_page_restore (bench.page, run);
  wait_for (&bench, 3);
  g_assert_cmpstr (mtw_runs_page_run (bench.page, 1), ==, run);
  bench_close (&bench);
}

static void
test_search (void)
{
  Bench bench;

  bench_open (&bench, 3);
  mtw_runs_page_search (bench.page, "run 2");
  wait_for (&bench, 1);
  mtw_runs_page_search (bench.page, "no such");
  wait_for (&bench, 0);
  mtw_runs_page_search (bench.page, "two dig");
  wait_for (&bench, 3);
  bench_close (&bench);
}

/* Newest first; by the metric when its column is asked. */
static void
test_sort (void)
{
  Bench bench;
  GtkColumnView *table;
  g_autofree char *newest = NULL;
  g_autoptr(GtkColumnViewColumn) metric = NULL;

  bench_open (&bench, 3);
  newest = g_strdup (mtw_runs_page_run (bench.page, 0));
  table = find_table (GTK_WIDGET (bench.page));
  metric = g_list_model_get_item (gtk_column_view_get_columns (table), 5);
  g_assert_cmpstr (gtk_column_view_column_get_title (metric), ==, "left accuracy");

  /* The oldest run is the most accurate. */
  gtk_column_view_sort_by_column (table, metric, GTK_SORT_DESCENDING);
  wait_for (&bench, 3);
  g_assert_cmpstr (mtw_runs_page_run (bench.page, 2), ==, newest);
  gtk_column_view_sort_by_column (table, metric, GTK_SORT_ASCENDING);
  wait_for (&bench, 3);
  g_assert_cmpstr (mtw_runs_page_run (bench.page, 0), ==, newest);
  bench_close (&bench);
}

static void
test_empty (void)
{
  Bench bench;

  bench_open (&bench, 0);
  g_assert_null (mtw_runs_page_run (bench.page, 0));
  g_assert_false (gtk_widget_activate_action (GTK_WIDGET (bench.page), "runs.delete", NULL)
                  && bench.deleted != NULL);
  add_run (bench.store, 0.5);
  mtw_runs_page_refresh (bench.page);
  wait_for (&bench, 1);
  bench_close (&bench);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/runs/delete-and-restore", test_delete);
  g_test_add_func ("/runs/search", test_search);
  g_test_add_func ("/runs/sort", test_sort);
  g_test_add_func ("/runs/empty", test_empty);

  return g_test_run ();
}
