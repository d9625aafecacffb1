/* test-figures.c — the window of measurements: every probe that finds figures, by its buttons
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gstdio.h>
#include <string.h>

#include "mtw-field.h"
#include "mtw-findings-view.h"
#include "mtw-form.h"
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
  return mtw_findings_view_n_rows (MTW_FINDINGS_VIEW (part (window, "found")));
}

static void
measure (Fixture   *self,
         GtkWidget *window,
         guint      choice,
         gboolean   stop)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  MtlProbeFrame frame;

  adw_combo_row_set_selected (ADW_COMBO_ROW (part (window, "choice")), choice);
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
      const char *told;

      if (mtl_probe_measures (*m) == NULL)
        continue;
      measure (self, window, n++, stop);
      findings = mtw_session_get_findings (self->session, NULL);
      g_assert_cmpuint (count_rows (window), ==,
                        findings != NULL ? mtl_findings_count (findings) : 0);
      g_assert_true (stop || count_rows (window) > 0);
      told = gtk_label_get_label (GTK_LABEL (part (window, "status")));
      g_assert_true (g_str_has_prefix (told, (*m)->title));
    }
  g_assert_cmpuint (n, ==, g_list_model_get_n_items (adw_combo_row_get_model (
                             ADW_COMBO_ROW (part (window, "choice")))));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- what it takes, and its settings --- */

static const char *
said (GtkWidget  *window,
      const char *name)
{
  return gtk_label_get_label (GTK_LABEL (part (window, name)));
}

static void
wait_for_words (GtkWidget  *window,
                const char *name,
                const char *beginning)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (!g_str_has_prefix (said (window, name), beginning))
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("%s says “%s” and not “%s…”", name, said (window, name), beginning);
      g_main_context_iteration (NULL, FALSE);
    }
}

static GtkWidget *
open_trained (Fixture    *self,
              const char *probe)
{
  GtkWidget *window;
  guint n = 0;

  mtw_session_train (self->session, FALSE, NULL);
  wait_for (&self->ended, "the end of training");
  window = mtw_measures_new (self->session);
  gtk_window_present (GTK_WINDOW (window));
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_PROBE); *m != NULL; m++)
    if (g_str_equal ((*m)->id, probe))
      adw_combo_row_set_selected (ADW_COMBO_ROW (part (window, "choice")), n);
    else
      n += mtl_probe_measures (*m) != NULL;

  return window;
}

static GtkSpinButton *
find_spin (GtkWidget *widget)
{
  GtkSpinButton *found = GTK_IS_SPIN_BUTTON (widget) ? GTK_SPIN_BUTTON (widget) : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_spin (child);

  return found;
}

static GtkSpinButton *
spin_of (GtkWidget  *window,
         const char *key)
{
  MtwField *field = mtw_form_find (MTW_FORM (part (window, "form")), key, NULL);

  g_assert_nonnull (field);
  return find_spin (mtw_field_get_row (field));
}

/* What is chosen is timed before it runs, and anew once a setting has changed; what is set
 * is what is measured, and stays for the next window. */
static void
test_settings (Fixture       *self,
               gconstpointer  data)
{
  GtkWidget *window = open_trained (self, "fisher");
  MtlProbeFrame frame;
  const MtlChosen *chosen;

  g_assert_cmpstr (said (window, "cost"), ==, "Timing a few passes…");
  wait_for_words (window, "cost", "Takes about ");
  gtk_spin_button_set_value (spin_of (window, "probes.fisher.samples"), 17);
  g_assert_cmpstr (said (window, "cost"), ==, "Timing a few passes…");
  wait_for_words (window, "cost", "Takes about ");

  g_signal_emit_by_name (part (window, "measure"), "clicked");
  wait_for_words (window, "status", "Fisher trace after epoch 1, on 17 samples");
  mtw_session_get_findings (self->session, &frame);
  g_assert_cmpuint (frame.samples, ==, 17);
  gtk_window_destroy (GTK_WINDOW (window));

  chosen = mtw_probes_get (mtw_session_get_probes (self->session), "fisher");
  g_assert_cmpfloat (mtl_chosen_get (chosen, "samples")->number, ==, 17);
  window = mtw_measures_new (self->session);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A value out of range is refused in the window, by the engine’s words, and put back. */
static void
test_refused (Fixture       *self,
              gconstpointer  data)
{
  GtkWidget *window = open_trained (self, "fisher");
  GtkSpinButton *spin = spin_of (window, "probes.fisher.samples");
  g_autofree char *before = g_strdup (gtk_editable_get_text (GTK_EDITABLE (spin)));

  gtk_editable_set_text (GTK_EDITABLE (spin), "-3");
  gtk_spin_button_update (spin);
  g_assert_nonnull (strstr (said (window, "cost"), "samples"));
  g_assert_nonnull (strstr (said (window, "cost"), "-3"));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin)), ==, before);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* --- out of the window --- */

static char *
read_clipboard (GtkWidget *window)
{
  GdkContentProvider *content =
    gdk_clipboard_get_content (gtk_widget_get_clipboard (window));
  g_auto(GValue) value = G_VALUE_INIT;

  g_assert_nonnull (content);
  g_value_init (&value, G_TYPE_STRING);
  g_assert_true (gdk_content_provider_get_value (content, &value, NULL));
  return g_value_dup_string (&value);
}

static guint
count_lines (const char *text)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  return g_strv_length (lines) - 1;
}

static void
test_out (Fixture       *self,
          gconstpointer  data)
{
  GtkWidget *window = open_trained (self, "fisher");
  g_autofree char *folder = g_dir_make_tmp ("figures-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "fisher.csv", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autofree char *text = NULL;
  g_autofree char *csv = NULL;

  g_signal_emit_by_name (part (window, "measure"), "clicked");
  wait_for_words (window, "status", "Fisher trace after epoch 1, on ");
  gtk_widget_activate_action (window, "figures.copy", NULL);
  text = read_clipboard (window);
  g_assert_cmpuint (count_lines (text), ==, count_rows (window) + 1);
  g_assert_true (g_str_has_prefix (text, "Measure\tTask\tValue\tAt\tBlock\n"));
  g_assert_nonnull (strstr (text, " ± "));

  mtw_measures_write (MTW_MEASURES (window), file);
  wait_for_words (window, "status", "Saved fisher.csv");
  g_assert_true (g_file_get_contents (path, &csv, NULL, NULL));
  g_assert_cmpuint (count_lines (csv), ==, count_rows (window) + 1);
  g_assert_true (g_str_has_prefix (csv, "measure,task,other,block,x,value,uncertainty\r\n"));
  g_assert_nonnull (strstr (csv, ",left,,,,"));
  g_unlink (path);
  g_rmdir (folder);
  mtw_measures_write (MTW_MEASURES (window), file);
  wait_for_words (window, "status", "Cannot save fisher.csv: ");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Before there are weights it says so, and there is nothing to press. */
static void
test_nothing (Fixture       *self,
              gconstpointer  data)
{
  GtkWidget *window = mtw_measures_new (self->session);

  g_assert_cmpstr (said (window, "cost"), ==, "There are no weights yet. Press Train first.");
  g_assert_true (gtk_widget_get_visible (part (window, "measure")));
  g_assert_false (gtk_widget_get_sensitive (part (window, "measure")));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add ("/figures/measures", Fixture, NULL, set_up, test_measures, tear_down);
  g_test_add ("/figures/settings", Fixture, NULL, set_up, test_settings, tear_down);
  g_test_add ("/figures/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add ("/figures/out", Fixture, NULL, set_up, test_out, tear_down);
  g_test_add ("/figures/nothing", Fixture, NULL, set_up, test_nothing, tear_down);

  return g_test_run ();
}
