/* test-figures.c — the window of measurements: every probe that finds figures, by its buttons
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-measures.h"

#define DEADLINE (60 * G_TIME_SPAN_SECOND)

typedef struct
{
  GtkWidget   *window;
  MtwDocument *document;
  MtwSession  *session;
  gboolean     ended;
} Fixture;

static void
ended_cb (Fixture *self)
{
  self->ended = TRUE;
}

static void
wait_for (const gboolean *flag,
          const char     *what)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (!*flag)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("waited in vain for %s", what);
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
set (Fixture    *self,
     const char *key,
     const char *value)
{
  g_autoptr(GError) error = NULL;

  mtw_document_set_value (self->document, key, value, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture       *self,
        gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_template_design ("two-digits", &error);

  g_assert_no_error (error);
  self->window = gtk_window_new ();
  gtk_window_present (GTK_WINDOW (self->window));
  self->document = mtw_document_new (design);
  self->session = mtw_session_new (self->document, NULL, self->window);
  g_signal_connect_swapped (self->session, "ended", G_CALLBACK (ended_cb), self);
  set (self, "blocks.digits.train-size", "64");
  set (self, "blocks.digits.test-size", "64");
  set (self, "experiment.batch", "64");
  set (self, "experiment.epochs", "1");
}

static void
tear_down (Fixture       *self,
           gconstpointer  data)
{
  g_object_unref (self->session);
  g_object_unref (self->document);
  gtk_window_destroy (GTK_WINDOW (self->window));
}

static GtkWidget *
part (GtkWidget  *window,
      const char *name)
{
  return GTK_WIDGET (gtk_widget_get_template_child (window, MTW_TYPE_MEASURES, name));
}

static guint
count_rows (GtkWidget *window)
{
  GtkColumnView *view = GTK_COLUMN_VIEW (part (window, "view"));

  return g_list_model_get_n_items (G_LIST_MODEL (gtk_column_view_get_model (view)));
}

static void
measure (Fixture   *self,
         GtkWidget *window,
         guint      choice,
         gboolean   stop)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  MtlProbeFrame frame;

  gtk_drop_down_set_selected (GTK_DROP_DOWN (part (window, "choice")), choice);
  g_signal_emit_by_name (part (window, "measure"), "clicked");
  g_assert_cmpuint (count_rows (window), ==, 0);
  g_assert_true (gtk_widget_get_visible (part (window, "cancel")));
  if (stop)
    g_signal_emit_by_name (part (window, "cancel"), "clicked");
  do
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
      mtw_session_get_findings (self->session, &frame);
    }
  while (!frame.finished || gtk_widget_get_visible (part (window, "cancel")));
}

/* The list of probes is the catalogue's; each fills the table with what it found. The one
 * that takes long is stopped. */
static void
test_measures (Fixture       *self,
               gconstpointer  data)
{
  g_autoptr(GError) error = NULL;
  GtkWidget *window;
  guint n = 0;

  mtw_session_train (self->session, FALSE, &error);
  g_assert_no_error (error);
  wait_for (&self->ended, "the end of training");
  window = mtw_measures_new (self->session);
  gtk_window_present (GTK_WINDOW (window));
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_PROBE); *m != NULL; m++)
    {
      gboolean stop = g_str_equal ((*m)->id, "hessian");
      MtlFindings *findings;
      const char *said;

      if (mtl_probe_measures (*m) == NULL)
        continue;
      measure (self, window, n++, stop);
      findings = mtw_session_get_findings (self->session, NULL);
      g_assert_cmpuint (count_rows (window), ==,
                        findings != NULL ? mtl_findings_count (findings) : 0);
      g_assert_true (stop || count_rows (window) > 0);
      said = gtk_label_get_label (GTK_LABEL (part (window, "status")));
      g_assert_true (g_str_has_prefix (said, (*m)->title));
    }
  g_assert_cmpuint (n, ==, g_list_model_get_n_items (gtk_drop_down_get_model (
                             GTK_DROP_DOWN (part (window, "choice")))));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Before there are weights it says so. */
static void
test_nothing (Fixture       *self,
              gconstpointer  data)
{
  GtkWidget *window = mtw_measures_new (self->session);
  GtkLabel *status = GTK_LABEL (part (window, "status"));
  g_autofree char *before = g_strdup (gtk_label_get_label (status));

  g_signal_emit_by_name (part (window, "measure"), "clicked");
  g_assert_cmpstr (gtk_label_get_label (status), !=, before);
  g_assert_true (gtk_widget_get_visible (part (window, "measure")));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add ("/figures/measures", Fixture, NULL, set_up, test_measures, tear_down);
  g_test_add ("/figures/nothing", Fixture, NULL, set_up, test_nothing, tear_down);

  return g_test_run ();
}
