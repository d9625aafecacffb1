/* test-canvas.c — what a person does on the canvas, and what becomes of the design
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <adwaita.h>

#include "canvas-bench.h"
#include "mtw-choice-menu.h"
#include "mtw-fork.h"

static graphene_point_t
shifted (graphene_point_t at,
         double           dx,
         double           dy)
{
  return GRAPHENE_POINT_INIT (at.x + dx, at.y + dy);
}

static void
test_add (void)
{
  Bench bench;
  const MtlBlock *block;

  bench_open (&bench);
  g_assert_false (bench_drop (&bench, "op:no-such-op", GRAPHENE_POINT_INIT (40, 40)));
  g_assert_false (bench_drop (&bench, "balancer:cagrad", GRAPHENE_POINT_INIT (40, 40)));
  g_assert_cmpuint (mtl_design_n_blocks (bench_design (&bench)), ==, 11);

  g_assert_true (bench_drop (&bench, "op:dense", GRAPHENE_POINT_INIT (101, 53)));
  block = mtl_design_find (bench_design (&bench), "dense2");
  g_assert_nonnull (block);
  g_assert_cmpfloat (mtl_block_x (block), ==, 8 * (int) (mtl_block_x (block) / 8));
  g_assert_cmpfloat (mtl_block_y (block), ==, 8 * (int) (mtl_block_y (block) / 8));
  g_assert_nonnull (mtw_canvas_get_block (bench.canvas, "dense2"));
  g_assert_cmpstr (mtw_document_undo_name (bench.document), ==, "Add dense2");
  g_assert_cmpstr (bench.announced, ==, "Added dense2");
  bench_close (&bench);
}

static void
test_wire (void)
{
  Bench bench;
  g_autoptr(GError) error = NULL;

  bench_open (&bench);
  mtw_document_disconnect (bench.document, "fc_left.out", "left.in");
  bench_settle (&bench);
  g_assert_false (bench_wired (&bench, "fc_left", "left"));

  bench_drag (&bench, bench_port (&bench, "fc_left", TRUE, 0),
              bench_port (&bench, "left", FALSE, 0));
  g_assert_true (bench_wired (&bench, "fc_left", "left"));
  g_assert_cmpstr (bench.announced, ==, "Connected fc_left to left");

  /* Pulled off its in-port and dropped on paper, it is gone. */
  bench_drag (&bench, bench_port (&bench, "left", FALSE, 0),
              shifted (bench_port (&bench, "left", FALSE, 0), 0, 180));
  g_assert_false (bench_wired (&bench, "fc_left", "left"));
  bench_close (&bench);
}

static void
test_refuse (void)
{
  Bench bench;
  MtlDesign *before;
  MtwBlock *conv, *left;

  bench_open (&bench);
  mtw_document_disconnect (bench.document, "digits.image", "conv1.in");
  bench_settle (&bench);
  before = bench_design (&bench);
  conv = MTW_BLOCK (mtw_canvas_get_block (bench.canvas, "conv1"));
  left = MTW_BLOCK (mtw_canvas_get_block (bench.canvas, "left"));

  /* A picture cannot be ten scores, but it can be convolved. */
  bench_press (&bench, bench_port (&bench, "digits", TRUE, 0));
  bench_drag_to (&bench, bench_port (&bench, "left", FALSE, 0));
  g_assert_true (mtw_block_get_state (left) & MTW_BLOCK_DIM);
  g_assert_false (mtw_block_get_state (conv) & MTW_BLOCK_DIM);
  bench_release (&bench);
  g_assert_true (bench_design (&bench) == before);
  g_assert_nonnull (bench.announced);
  g_assert_nonnull (strstr (bench.announced, "needs"));
  g_assert_false (mtw_block_get_state (left) & MTW_BLOCK_DIM);

  bench_drag (&bench, bench_port (&bench, "digits", TRUE, 0),
              bench_port (&bench, "conv1", FALSE, 0));
  g_assert_true (bench_wired (&bench, "digits", "conv1"));
  bench_close (&bench);
}

static void
test_move (void)
{
  Bench bench;
  MtlDesign *before;
  graphene_point_t at;
  double zoom;

  bench_open (&bench);
  before = bench_design (&bench);
  zoom = mtw_canvas_get_zoom (bench.canvas);
  at = bench_middle (&bench, "conv1");

  bench_press (&bench, at);
  bench_drag_to (&bench, shifted (at, 31 * zoom, 70 * zoom));
  g_assert_true (bench_design (&bench) == before);
  g_assert_true (bench_escape (&bench));
  bench_release (&bench);
  g_assert_true (bench_design (&bench) == before);
  g_assert_null (mtw_document_undo_name (bench.document));

  bench_drag (&bench, at, shifted (at, 31 * zoom, 70 * zoom));
  g_assert_cmpfloat (mtl_block_x (mtl_design_find (bench_design (&bench), "conv1")), ==, 152);
  g_assert_cmpfloat (mtl_block_y (mtl_design_find (bench_design (&bench), "conv1")), ==, 72);
  g_assert_cmpstr (mtw_document_undo_name (bench.document), ==, "Move conv1");

  mtw_document_undo (bench.document);
  g_assert_true (mtl_design_equal (bench_design (&bench), before));
  g_assert_null (mtw_document_undo_name (bench.document));
  mtw_document_redo (bench.document);
  g_assert_cmpfloat (mtl_block_x (mtl_design_find (bench_design (&bench), "conv1")), ==, 152);
  bench_close (&bench);
}

static void
test_bead (void)
{
  Bench bench;
  MtwBlock *relu;
  graphene_point_t at;

  bench_open (&bench);
  relu = MTW_BLOCK (mtw_canvas_get_block (bench.canvas, "relu1"));
  g_assert_cmpint (mtw_block_get_form (relu), ==, MTW_FORM_BEAD);
  g_assert_cmpint (mtw_block_get_form (MTW_BLOCK (mtw_canvas_get_block (bench.canvas, "conv1"))),
                   ==, MTW_FORM_BLOCK);

  /* By its left half: the right half is the port. */
  at = shifted (bench_middle (&bench, "relu1"), -6, 0);
  bench_drag (&bench, at, shifted (at, 20, 120));
  g_assert_true (bench_wired (&bench, "conv1", "pool1"));
  g_assert_false (bench_wired (&bench, "conv1", "relu1"));
  g_assert_true (mtw_canvas_get_block (bench.canvas, "relu1") == GTK_WIDGET (relu));
  g_assert_cmpint (mtw_block_get_form (relu), ==, MTW_FORM_BLOCK);
  bench_close (&bench);
}

static void
test_delete (void)
{
  Bench bench;
  GtkWidget *focus;

  bench_open (&bench);
  mtw_document_select (bench.document, (const char *const[]) { "pool1", NULL });
  mtw_document_reveal (bench.document, "pool1");
  g_assert_true (bench_key (&bench, "Delete"));
  g_assert_null (mtl_design_find (bench_design (&bench), "pool1"));
  g_assert_null (mtw_canvas_get_block (bench.canvas, "pool1"));
  g_assert_true (bench_wired (&bench, "relu1", "flatten1"));
  focus = gtk_window_get_focus (GTK_WINDOW (bench.window));
  g_assert_true (focus == mtw_canvas_get_block (bench.canvas, "relu1"));

  mtw_document_undo (bench.document);
  bench_settle (&bench);
  mtw_document_select (bench.document, (const char *const[]) { "pool1", NULL });
  g_assert_true (bench_key (&bench, "<Shift>Delete"));
  g_assert_null (mtl_design_find (bench_design (&bench), "pool1"));
  g_assert_false (bench_wired (&bench, "relu1", "flatten1"));
  bench_close (&bench);
}

static void
test_rename (void)
{
  Bench bench;
  GtkWidget *block;
  g_autofree char *selected = NULL;
  g_autoptr(GError) error = NULL;

  bench_open (&bench);
  block = mtw_canvas_get_block (bench.canvas, "conv1");
  mtw_document_select (bench.document, (const char *const[]) { "conv1", NULL });
  g_assert_false (mtw_document_rename (bench.document, "conv1", "pool1", &error));
  g_assert_nonnull (error);
  g_assert_true (mtw_document_rename (bench.document, "conv1", "stem", NULL));
  g_assert_true (mtw_canvas_get_block (bench.canvas, "stem") == block);
  g_assert_true (bench_wired (&bench, "stem", "relu1"));
  selected = bench_selected (&bench);
  g_assert_cmpstr (selected, ==, "stem");
  bench_close (&bench);
}

static void
test_select (void)
{
  Bench bench;
  graphene_point_t a, b;
  g_autofree char *band = NULL;
  g_autofree char *one = NULL;
  g_autofree char *none = NULL;

  bench_open (&bench);
  a = bench_middle (&bench, "fc_left");
  b = bench_middle (&bench, "left");
  bench_drag (&bench, shifted (a, -45, -60), shifted (b, 60, 30));
  band = bench_selected (&bench);
  g_assert_cmpstr (band, ==, "fc_left left");
  g_assert_true (mtw_block_get_state (MTW_BLOCK (mtw_canvas_get_block (bench.canvas, "left")))
                 & MTW_BLOCK_SELECTED);

  bench_drag (&bench, a, a);
  one = bench_selected (&bench);
  g_assert_cmpstr (one, ==, "fc_left");
  bench_drag (&bench, GRAPHENE_POINT_INIT (5, 5), GRAPHENE_POINT_INIT (6, 6));
  none = bench_selected (&bench);
  g_assert_cmpstr (none, ==, "");
  bench_close (&bench);
}

static const char *
focused (Bench *bench)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (bench->window));

  return focus != NULL && MTW_IS_BLOCK (focus) ? mtw_block_get_id (MTW_BLOCK (focus)) : NULL;
}

static void
test_keys (void)
{
  Bench bench;
  static const struct { const char *key, *to; } walk[] = {
    { "Right", "relu1" }, { "Right", "pool1" }, { "Left", "relu1" }, { "Left", "conv1" },
  };

  bench_open (&bench);
  mtw_document_select (bench.document, (const char *const[]) { "conv1", NULL });
  mtw_document_reveal (bench.document, "conv1");
  for (guint i = 0; i < G_N_ELEMENTS (walk); i++)
    {
      g_assert_true (bench_key (&bench, walk[i].key));
      g_assert_cmpstr (focused (&bench), ==, walk[i].to);
    }

  g_assert_true (bench_key (&bench, "<Shift>Down"));
  g_assert_cmpfloat (mtl_block_y (mtl_design_find (bench_design (&bench), "conv1")), ==, 8);
  g_assert_true (bench_key (&bench, "<Shift><Control>Right"));
  g_assert_cmpfloat (mtl_block_x (mtl_design_find (bench_design (&bench), "conv1")), ==, 121);

  g_assert_true (bench_key (&bench, "Return"));
  g_assert_cmpstr (bench.activated, ==, "conv1");
  g_assert_true (bench_key (&bench, "<Control>d"));
  g_assert_nonnull (mtl_design_find (bench_design (&bench), "conv2"));
  mtw_canvas_set_letter_keys (bench.canvas, FALSE);
  g_assert_false (bench_key (&bench, "<Shift>a"));
  bench_close (&bench);
}

static void
test_connect_menu (void)
{
  Bench bench;
  GtkWidget *menu;

  bench_open (&bench);
  bench_drag (&bench, bench_port (&bench, "pool1", TRUE, 0),
              shifted (bench_middle (&bench, "pool1"), 30, 130));
  /* The port of pool1 lies under its bead, so the wire starts at the bead. */
  menu = gtk_widget_get_last_child (GTK_WIDGET (bench.canvas));
  g_assert_true (MTW_IS_CHOICE_MENU (menu));
  mtw_choice_menu_search (MTW_CHOICE_MENU (menu), "no such thing");
  g_assert_false (mtw_choice_menu_choose_first (MTW_CHOICE_MENU (menu)));
  mtw_choice_menu_search (MTW_CHOICE_MENU (menu), "convol");
  g_assert_false (mtw_choice_menu_choose_first (MTW_CHOICE_MENU (menu)));
  mtw_choice_menu_search (MTW_CHOICE_MENU (menu), "dense");
  g_assert_true (mtw_choice_menu_choose_first (MTW_CHOICE_MENU (menu)));
  bench_settle (&bench);
  g_assert_nonnull (mtl_design_find (bench_design (&bench), "dense2"));
  g_assert_true (bench_wired (&bench, "flatten1", "dense2"));
  bench_close (&bench);
}

static void
test_words (void)
{
  Bench bench;
  GtkWidget *conv;

  bench_open (&bench);
  conv = mtw_canvas_get_block (bench.canvas, "conv1");
  gtk_test_accessible_assert_role (GTK_ACCESSIBLE (conv), GTK_ACCESSIBLE_ROLE_BUTTON);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (conv), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "conv1, convolution");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (conv), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                       "10 of 9×9; in 1×36×36 from digits, "
                                       "out 10×28×28 to relu1; trunk, both tasks; no problems");
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (bench.canvas),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Canvas, 11 blocks, 2 tasks");
  gtk_test_accessible_assert_property (
    GTK_ACCESSIBLE (mtw_block_get_port (MTW_BLOCK (conv), TRUE, 0)),
    GTK_ACCESSIBLE_PROPERTY_LABEL, "Output of conv1, 10×28×28");
  bench_close (&bench);
}

static GtkWidget *
find_fork (Bench *bench)
{
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (bench->canvas)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (MTW_IS_FORK (child))
      return child;

  g_assert_not_reached ();
}

static void
asked_cb (MtwCanvas *canvas,
          gboolean  *asked)
{
  *asked = TRUE;
}

static void
expect_words (Bench      *bench,
              const char *id,
              const char *words)
{
  GtkWidget *block = mtw_canvas_get_block (bench->canvas, id);

  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (block),
                                       GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words);
}

static void
test_block_cosines (void)
{
  static const char *const blocks[] = { "conv1", "conv2", NULL };
  const double cosines[] = { -0.312, NAN };
  Bench bench;

  bench_open (&bench);
  mtw_canvas_set_block_cosines (bench.canvas, blocks, cosines);
  expect_words (&bench, "conv1",
                "10 of 9×9; in 1×36×36 from digits, out 10×28×28 to relu1; trunk, both tasks; "
                "cosine −0.31, in conflict; no problems");
  mtw_canvas_set_block_cosines (bench.canvas, blocks, (const double[]) { 0.5, NAN });
  expect_words (&bench, "conv1",
                "10 of 9×9; in 1×36×36 from digits, out 10×28×28 to relu1; trunk, both tasks; "
                "cosine 0.50, in agreement; no problems");
  mtw_canvas_set_block_cosines (bench.canvas, NULL, NULL);
  expect_words (&bench, "conv1",
                "10 of 9×9; in 1×36×36 from digits, out 10×28×28 to relu1; trunk, both tasks; "
                "no problems");
  bench_close (&bench);
}

static void
test_conflict (void)
{
  const double cosines[4] = { 1, -0.31, -0.31, 1 };
  Bench bench;
  GtkWidget *fork;
  gboolean asked = FALSE;

  bench_open (&bench);
  fork = find_fork (&bench);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (fork), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Split into left and right");
  mtw_canvas_set_conflict (bench.canvas, 2, cosines, 1);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (fork), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Split into left and right, cosine −0.31, in conflict");
  mtw_canvas_set_conflict (bench.canvas, 0, NULL, 2);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (fork), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "Split into left and right");

  g_signal_connect (bench.canvas, "show-conflict", G_CALLBACK (asked_cb), &asked);
  g_assert_true (gtk_widget_activate_action (fork, "canvas.show-conflict", NULL));
  g_assert_true (asked);

  /* With one head left there is nothing to split. */
  mtw_document_select (bench.document, (const char *const[]) { "fc_right", "right", NULL });
  mtw_document_delete_selection (bench.document, TRUE);
  bench_settle (&bench);
  g_assert_cmpuint (mtw_canvas_get_scene (bench.canvas)->forks->len, ==, 0);
  bench_close (&bench);
}

/* A parser error is a warning, and warnings end the test. */
static void
test_style (void)
{
  static const char *const files[] = { "style.css", "style-dark.css", "style-hc.css" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr(GtkCssProvider) css = gtk_css_provider_new ();
      g_autofree char *path = g_strconcat ("/io/github/basin_studio/Basin/", files[i], NULL);

      gtk_css_provider_load_from_resource (css, path);
      gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                                  GTK_STYLE_PROVIDER (css),
                                                  GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + i);
      gtk_style_context_remove_provider_for_display (gdk_display_get_default (),
                                                     GTK_STYLE_PROVIDER (css));
    }
}

static void
test_zoom (void)
{
  Bench bench;
  graphene_point_t at, after;
  double zoom;

  bench_open (&bench);
  zoom = mtw_canvas_get_zoom (bench.canvas);
  g_assert_cmpfloat (zoom, <=, 1);
  at = bench_middle (&bench, "conv1");
  mtw_canvas_set_zoom (bench.canvas, 2 * zoom, &at);
  after = bench_middle (&bench, "conv1");
  g_assert_cmpfloat_with_epsilon (after.x, at.x, 0.01);
  g_assert_cmpfloat_with_epsilon (after.y, at.y, 0.01);
  mtw_canvas_set_zoom (bench.canvas, 1000, NULL);
  g_assert_cmpfloat (mtw_canvas_get_zoom (bench.canvas), ==, MTW_MAX_ZOOM);
  bench_close (&bench);
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);

  g_test_add_func ("/canvas/add", test_add);
  g_test_add_func ("/canvas/wire", test_wire);
  g_test_add_func ("/canvas/refuse", test_refuse);
  g_test_add_func ("/canvas/move", test_move);
  g_test_add_func ("/canvas/bead", test_bead);
  g_test_add_func ("/canvas/delete", test_delete);
  g_test_add_func ("/canvas/rename", test_rename);
  g_test_add_func ("/canvas/select", test_select);
  g_test_add_func ("/canvas/keys", test_keys);
  g_test_add_func ("/canvas/connect-menu", test_connect_menu);
  g_test_add_func ("/canvas/words", test_words);
  g_test_add_func ("/canvas/conflict", test_conflict);
  g_test_add_func ("/canvas/block-cosines", test_block_cosines);
  g_test_add_func ("/canvas/style", test_style);
  g_test_add_func ("/canvas/zoom", test_zoom);

  return g_test_run ();
}
