/* test-observatory.c — plots, log and problems in the window
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <stdlib.h>

#include "mtw-observatory.h"
#include "mtw-panel-grid.h"
#include "mtw-panel.h"
#include "mtw-table-window.h"

#include "plot-sample.h"

#define DEADLINE 20  /* s */

typedef struct
{
  GtkWidget      *window;
  MtwObservatory *observatory;
} Fixture;

/* --- looking --- */

static GtkWidget *
find_child (GtkWidget *widget,
            GType      type,
            guint     *skip)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type) && (*skip)-- == 0)
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_child (child, type, skip);

      if (found != NULL)
        return found;
    }

  return NULL;
}

static GtkWidget *
find_nth (gpointer in,
          GType    type,
          guint    n)
{
  return find_child (GTK_WIDGET (in), type, &n);
}

static gboolean
set_true_cb (gpointer data)
{
  *(gboolean *) data = TRUE;

  return G_SOURCE_REMOVE;
}

/* Until the widget has its place. */
static void
settle (GtkWidget *widget)
{
  gboolean late = FALSE;
  guint timeout = g_timeout_add_seconds (DEADLINE, set_true_cb, &late);

  while (gtk_widget_get_height (widget) == 0 && !late)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < 50; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_false (late);
  g_source_remove (timeout);
}

/* What the widget draws, as a picture of @width × @height. */
static cairo_surface_t *
picture (GtkWidget *widget)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr(GskRenderNode) node = NULL;
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32,
                                                         gtk_widget_get_width (widget),
                                                         gtk_widget_get_height (widget));
  cairo_t *cr = cairo_create (surface);

  GTK_WIDGET_GET_CLASS (widget)->snapshot (widget, snapshot);
  node = gtk_snapshot_free_to_node (snapshot);
  if (node != NULL)
    gsk_render_node_draw (node, cr);
  cairo_destroy (cr);

  return surface;
}

static guint
count_inked (GtkWidget *widget)
{
  cairo_surface_t *surface = picture (widget);
  const guint32 *pixels = (const guint32 *) (gpointer) cairo_image_surface_get_data (surface);
  gsize n = (gsize) cairo_image_surface_get_stride (surface) / 4
            * (gsize) cairo_image_surface_get_height (surface);
  guint inked = 0;

  for (gsize i = 0; i < n; i++)
    inked += pixels[i] != 0;
  cairo_surface_destroy (surface);

  return inked;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  fixture->window = gtk_window_new ();
  fixture->observatory = MTW_OBSERVATORY (mtw_observatory_new ());
  gtk_window_set_child (GTK_WINDOW (fixture->window), GTK_WIDGET (fixture->observatory));
  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 980, 294);
  gtk_window_present (GTK_WINDOW (fixture->window));
  settle (find_nth (fixture->observatory, MTW_TYPE_PLOT, 0));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* --- tests --- */

static void
test_shows_a_run (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr(MtlRecord) record = sample_record (12, 7);
  g_autofree MtlConflictFrame *frame = sample_conflict (-0.31);
  g_autoptr(MtlGrid) grid = sample_grid (25);
  guint before[3];

  for (guint i = 0; i < 3; i++)
    before[i] = count_inked (find_nth (fixture->observatory, MTW_TYPE_PLOT, i));

  mtw_observatory_set_record (fixture->observatory, record);
  mtw_observatory_set_conflict (fixture->observatory, frame);
  mtw_observatory_set_grid (fixture->observatory, grid, NULL);
  mtw_observatory_refresh (fixture->observatory);
  settle (GTK_WIDGET (fixture->observatory));

  for (guint i = 0; i < 3; i++)
    {
      guint after = count_inked (find_nth (fixture->observatory, MTW_TYPE_PLOT, i));

      g_test_message ("plot %u: %u pixels waiting, %u with a run", i, before[i], after);
      g_assert_cmpuint (before[i], >, 0);
      g_assert_cmpuint (after, >, 2 * before[i]);
    }
}

static void
test_columns_follow_width (Fixture       *fixture,
                           gconstpointer  data)
{
  MtwPanelGrid *grid = MTW_PANEL_GRID (find_nth (fixture->observatory, MTW_TYPE_PANEL_GRID, 0));
  const struct { int width, columns; } cases[] = { { 980, 3 }, { 700, 2 }, { 360, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gtk_widget_size_allocate (GTK_WIDGET (grid), &(GtkAllocation) { 0, 0, cases[i].width, 600 },
                                -1);
      g_test_message ("width %d", cases[i].width);
      g_assert_cmpuint (mtw_panel_grid_n_columns (grid), ==, (guint) cases[i].columns);
    }
}

static void
count_cb (guint *count)
{
  ++*count;
}

static void
test_asks_for_a_landscape (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr(MtlRecord) record = sample_record (1, 7);
  GtkWidget *panel = find_nth (fixture->observatory, MTW_TYPE_PANEL, 2);
  MtlProbeFrame probe = { .probe = "landscape", .done = 0.3, .seconds_left = 3 };
  guint drawn = 0, cancelled = 0;

  g_signal_connect_swapped (fixture->observatory, "draw-landscape", G_CALLBACK (count_cb), &drawn);
  g_signal_connect_swapped (fixture->observatory, "cancel-landscape", G_CALLBACK (count_cb),
                            &cancelled);
  g_assert_cmpstr (mtw_panel_get_kind (MTW_PANEL (panel)), ==, "landscape");
  gtk_widget_activate_action (panel, "panel.measure", NULL);
  g_assert_cmpuint (drawn, ==, 0);
  mtw_observatory_set_record (fixture->observatory, record);
  g_assert_true (gtk_widget_activate_action (panel, "panel.measure", NULL));
  mtw_observatory_set_grid (fixture->observatory, NULL, &probe);
  g_assert_true (gtk_widget_activate_action (panel, "panel.cancel", NULL));

  g_assert_cmpuint (drawn, ==, 1);
  g_assert_cmpuint (cancelled, ==, 1);
}

static void
test_layouts (Fixture       *fixture,
              gconstpointer  data)
{
  guint notified = 0;

  g_signal_connect_swapped (fixture->observatory, "notify::layout", G_CALLBACK (count_cb),
                            &notified);
  mtw_observatory_set_layout (fixture->observatory, "losses,nothing-of-this-name,weights");
  g_assert_cmpstr (mtw_observatory_get_layout (fixture->observatory), ==, "losses,weights");
  g_assert_cmpuint (notified, ==, 1);

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (fixture->observatory),
                                             "observatory.add", NULL));
  g_assert_cmpstr (mtw_observatory_get_layout (fixture->observatory), ==,
                   "losses,weights,metrics");
  gtk_widget_activate_action (find_nth (fixture->observatory, MTW_TYPE_PANEL, 0),
                              "panel.remove", NULL);
  g_assert_cmpstr (mtw_observatory_get_layout (fixture->observatory), ==, "weights,metrics");

  mtw_observatory_show_plot (fixture->observatory, "conflict");
  g_assert_cmpstr (mtw_observatory_get_layout (fixture->observatory), ==, "weights,conflict");
  mtw_observatory_set_layout (fixture->observatory, "");
  g_assert_cmpstr (mtw_observatory_get_layout (fixture->observatory), ==,
                   "losses,conflict,landscape");
}

static void
test_maximises_one_panel (Fixture       *fixture,
                          gconstpointer  data)
{
  GtkWidget *first = find_nth (fixture->observatory, MTW_TYPE_PANEL, 0);
  GtkWidget *second = find_nth (fixture->observatory, MTW_TYPE_PANEL, 1);
  gboolean maximised = FALSE;

  gtk_widget_activate_action (second, "panel.maximise", NULL);
  g_object_get (fixture->observatory, "maximised", &maximised, NULL);
  g_assert_true (maximised);
  g_assert_false (gtk_widget_get_visible (first));
  g_assert_true (gtk_widget_get_visible (second));

  gtk_widget_activate_action (second, "panel.maximise", NULL);
  g_object_get (fixture->observatory, "maximised", &maximised, NULL);
  g_assert_false (maximised);
  g_assert_true (gtk_widget_get_visible (first));
}

/* Frozen plots stay as they are while the run goes on. */
static void
test_freezes (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr(MtlRecord) record = sample_record (2, 5);
  MtwPlot *plot = MTW_PLOT (find_nth (fixture->observatory, MTW_TYPE_PLOT, 0));
  MtwPlotInput input;

  mtw_observatory_set_record (fixture->observatory, record);
  mtw_observatory_refresh (fixture->observatory);
  mtw_plot_get_input (plot, &input);
  g_assert_cmpuint (mtw_curve_length (mtw_curves_get (input.curves, "loss/left")), ==,
                    2 * SAMPLE_PER_EPOCH);

  g_object_set (fixture->observatory, "frozen", TRUE, NULL);
  mtl_series_append (mtl_record_series (record, "loss/left"), 2 * SAMPLE_PER_EPOCH + 1, 0.5);
  mtw_observatory_refresh (fixture->observatory);
  g_assert_cmpuint (mtw_curve_length (mtw_curves_get (input.curves, "loss/left")), ==,
                    2 * SAMPLE_PER_EPOCH);
  g_object_set (fixture->observatory, "frozen", FALSE, NULL);
  g_assert_cmpuint (mtw_curve_length (mtw_curves_get (input.curves, "loss/left")), ==,
                    2 * SAMPLE_PER_EPOCH + 1);
}

static void
test_cursor_stands_in_all (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr(MtlRecord) record = sample_record (12, 7);
  MtwPlot *first = MTW_PLOT (find_nth (fixture->observatory, MTW_TYPE_PLOT, 0));
  MtwPlot *second = MTW_PLOT (find_nth (fixture->observatory, MTW_TYPE_PLOT, 1));
  MtwPlotInput input;

  mtw_observatory_set_record (fixture->observatory, record);
  g_signal_emit_by_name (first, "cursor", 8.4);
  mtw_plot_get_input (second, &input);
  g_assert_cmpfloat (input.cursor, ==, 8.4);
  g_signal_emit_by_name (first, "cursor", (double) NAN);
  mtw_plot_get_input (second, &input);
  g_assert_true (isnan (input.cursor));
}

static void
test_table (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr(MtlRecord) record = sample_record (12, 7);
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWidget *found = NULL;

  mtw_observatory_set_record (fixture->observatory, record);
  mtw_panel_show_table (MTW_PANEL (find_nth (fixture->observatory, MTW_TYPE_PANEL, 0)));
  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr(GtkWidget) window = g_list_model_get_item (windows, i);

      if (MTW_IS_TABLE_WINDOW (window))
        found = window;
    }
  g_assert_nonnull (found);
  settle (find_nth (found, GTK_TYPE_COLUMN_VIEW, 0));
  gtk_window_destroy (GTK_WINDOW (found));
}

static void
take_string_cb (char      **taken,
                const char *string)
{
  g_free (*taken);
  *taken = g_strdup (string);
}

static void
test_problems (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr(MtlDesign) empty = mtl_design_new ("Empty");
  g_autoptr(MtlSurvey) survey = mtl_survey_new (empty);
  guint n = 0;

  mtw_observatory_set_survey (fixture->observatory, survey);
  mtw_observatory_show_page (fixture->observatory, "problems");
  settle (GTK_WIDGET (fixture->observatory));
  while (find_nth (fixture->observatory, g_type_from_name ("MtwProblemRow"), n) != NULL)
    n++;
  g_assert_cmpuint (mtl_survey_n_problems (survey), >, 0);
  g_assert_cmpuint (n, ==, mtl_survey_n_problems (survey));
}

static void
test_log (Fixture       *fixture,
          gconstpointer  data)
{
  g_autoptr(MtlRecord) record = sample_record (12, 7);
  g_autofree char *message = NULL;
  GtkWidget *row;

  g_signal_connect_swapped (fixture->observatory, "message", G_CALLBACK (take_string_cb),
                            &message);
  mtw_observatory_set_record (fixture->observatory, record);
  mtw_observatory_show_page (fixture->observatory, "log");
  mtl_record_add_event (record, 5000, "warning", "the loss of left is not finite");
  mtw_observatory_refresh (fixture->observatory);
  row = find_nth (fixture->observatory, g_type_from_name ("MtwLogRow"), 0);
  g_assert_nonnull (row);
  g_assert_nonnull (find_nth (fixture->observatory, g_type_from_name ("MtwLogRow"), 1));
  g_assert_null (find_nth (fixture->observatory, g_type_from_name ("MtwLogRow"), 2));
}

static void
add (const char *name,
     void      (*test) (Fixture *, gconstpointer))
{
  g_test_add (name, Fixture, NULL, set_up, test, tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();

  add ("/observatory/shows-a-run", test_shows_a_run);
  add ("/observatory/columns-follow-width", test_columns_follow_width);
  add ("/observatory/asks-for-a-landscape", test_asks_for_a_landscape);
  add ("/observatory/layouts", test_layouts);
  add ("/observatory/maximises-one-panel", test_maximises_one_panel);
  add ("/observatory/freezes", test_freezes);
  add ("/observatory/cursor-stands-in-all", test_cursor_stands_in_all);
  add ("/observatory/table", test_table);
  add ("/observatory/problems", test_problems);
  add ("/observatory/log", test_log);

  return g_test_run ();
}
