/* test-groups.c — groups on the canvas: made, opened, changed within, taken apart
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <adwaita.h>

#include "canvas-bench.h"
#include "mtl-group.h"
#include "mtw-canvas-private.h"

/* Presses Enter on a group, and waits until it has opened or closed. */
static void
toggle (Bench      *bench,
        const char *id)
{
  mtw_document_select (bench->document, (const char *const[]) { id, NULL });
  mtw_document_reveal (bench->document, id);
  g_assert_true (bench_key (bench, "Return"));
  mtw_canvas_stop_unfold (bench->canvas);
  bench_settle (bench);
}

/* The first blocks of the bench's design as the group “Stem”. (transfer full) */
static char *
make_group (Bench *bench)
{
  g_autoptr(GError) error = NULL;
  char *id;

  mtw_document_select (bench->document, (const char *const[]) { "conv1", "relu1", "pool1", NULL });
  id = mtw_document_group_selection (bench->document, "Stem", &error);
  g_assert_no_error (error);
  bench_settle (bench);
  mtw_document_reveal (bench->document, id);
  return id;
}

static void
test_group (void)
{
  Bench bench;
  MtlDesign *before;
  g_autofree char *id = NULL;
  g_autofree char *selected = NULL;

  bench_open (&bench);
  before = mtl_design_ref (bench_design (&bench));
  id = make_group (&bench);
  g_assert_cmpstr (id, ==, "stem1");
  g_assert_cmpstr (mtw_document_undo_name (bench.document), ==, "Group 3 blocks");
  g_assert_cmpstr (bench.announced, ==, "Grouped 3 blocks as stem1");
  g_assert_cmpuint (mtl_design_n_blocks (bench_design (&bench)), ==, 9);
  g_assert_true (bench_wired (&bench, "digits", id));
  g_assert_true (bench_wired (&bench, id, "flatten1"));
  g_assert_cmpint (mtw_block_get_form (MTW_BLOCK (mtw_canvas_get_block (bench.canvas, id))), ==,
                   MTW_FORM_STACK);

  g_assert_true (bench_key (&bench, "<Control><Shift>g"));
  g_assert_cmpuint (mtl_design_n_blocks (bench_design (&bench)), ==, 11);
  g_assert_true (bench_wired (&bench, "digits", "conv1"));
  g_assert_true (bench_wired (&bench, "pool1", "flatten1"));
  selected = bench_selected (&bench);
  g_assert_cmpstr (selected, ==, "conv1 pool1 relu1");

  mtw_document_undo (bench.document);
  mtw_document_undo (bench.document);
  g_assert_true (mtl_design_equal (bench_design (&bench), before));
  mtl_design_unref (before);
  bench_close (&bench);
}

/* Ctrl+G asks for a name, but not where there can be no group. */
static void
test_ask (void)
{
  Bench bench;

  bench_open (&bench);
  /* A source stays outside. */
  mtw_document_select (bench.document, (const char *const[]) { "digits", "conv1", NULL });
  g_assert_true (bench_key (&bench, "<Control>g"));
  g_assert_cmpuint (mtl_design_n_blocks (bench_design (&bench)), ==, 11);
  g_assert_nonnull (strstr (bench.announced, "digits"));
  g_assert_null (bench.canvas->popover);

  mtw_document_select (bench.document, (const char *const[]) { "conv1", NULL });
  g_assert_true (bench_key (&bench, "<Control>g"));
  g_assert_nonnull (bench.canvas->popover);
  gtk_popover_popdown (GTK_POPOVER (bench.canvas->popover));
  bench_settle (&bench);
  bench_close (&bench);
}

static void
test_open (void)
{
  Bench bench;
  g_autofree char *id = NULL;
  g_autofree char *inner = NULL;
  GtkWidget *block;

  bench_open (&bench);
  id = make_group (&bench);
  inner = g_strconcat (id, "/conv1", NULL);
  block = mtw_canvas_get_block (bench.canvas, id);

  toggle (&bench, id);
  g_assert_cmpint (mtw_block_get_form (MTW_BLOCK (block)), ==, MTW_FORM_FRAME);
  g_assert_true (mtw_canvas_get_block (bench.canvas, id) == block);
  g_assert_nonnull (mtw_canvas_get_block (bench.canvas, inner));
  g_assert_null (bench.activated);

  /* It stays open through an edit and its undo, and under another name. */
  mtw_document_set_value (bench.document, "blocks.dense1.units", "40", NULL);
  mtw_document_undo (bench.document);
  g_assert_nonnull (mtw_canvas_get_block (bench.canvas, inner));
  g_assert_true (mtw_document_rename (bench.document, id, "stem", NULL));
  g_assert_true (mtw_canvas_get_block (bench.canvas, "stem") == block);
  g_assert_nonnull (mtw_canvas_get_block (bench.canvas, "stem/conv1"));

  /* The focus does not stay in what closes. */
  mtw_document_select (bench.document, (const char *const[]) { "stem/conv1", NULL });
  mtw_document_reveal (bench.document, "stem/conv1");
  gtk_widget_activate_action (GTK_WIDGET (bench.canvas), "canvas.toggle-use", "s", "stem");
  mtw_canvas_stop_unfold (bench.canvas);
  bench_settle (&bench);
  g_assert_null (mtw_canvas_get_block (bench.canvas, "stem/conv1"));
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (bench.window)) == block);
  bench_close (&bench);
}

static void
test_edit_inside (void)
{
  Bench bench;
  g_autofree char *id = NULL;
  const MtlBlock *pool;
  double zoom, x;
  graphene_point_t at;

  bench_open (&bench);
  id = make_group (&bench);
  g_assert_true (mtw_document_rename (bench.document, id, "stem", NULL));
  toggle (&bench, "stem");
  zoom = mtw_canvas_get_zoom (bench.canvas);
  x = mtl_block_x (mtl_design_find (bench_design (&bench), "stem/pool1"));

  at = bench_middle (&bench, "stem/pool1");
  bench_drag (&bench, at, GRAPHENE_POINT_INIT (at.x + 64 * zoom, at.y + 16 * zoom));
  pool = mtl_design_find (bench_design (&bench), "stem/pool1");
  g_assert_cmpfloat (mtl_block_x (pool), ==, x + 64);
  g_assert_cmpstr (mtw_document_undo_name (bench.document), ==, "Move stem/pool1");

  at = bench_middle (&bench, "stem/pool1");
  g_assert_true (bench_drop (&bench, "op:relu", GRAPHENE_POINT_INIT (at.x, at.y + 20 * zoom)));
  g_assert_nonnull (mtl_design_find (bench_design (&bench), "stem/relu2"));
  g_assert_cmpstr (bench.announced, ==, "Added stem/relu2");

  mtw_document_select (bench.document, (const char *const[]) { "stem/relu1", NULL });
  g_assert_true (bench_key (&bench, "Delete"));
  g_assert_null (mtl_design_find (bench_design (&bench), "stem/relu1"));
  g_assert_cmpuint (mtl_design_n_wires (mtl_design_body (bench_design (&bench), "stem")), ==, 1);
  bench_close (&bench);
}

/* Wires within a group, and one that leads out by a new port. */
static void
test_wire (void)
{
  Bench bench;
  g_autofree char *id = NULL;

  bench_open (&bench);
  id = make_group (&bench);
  toggle (&bench, id);
  g_assert_true (bench_drop (&bench, "op:conv2d", GRAPHENE_POINT_INIT (500, 340)));
  g_assert_cmpuint (mtl_block_n_outputs (mtl_design_find (bench_design (&bench), id)), ==, 1);
  bench_drag (&bench, bench_port (&bench, "stem1/relu1", TRUE, 0),
              bench_port (&bench, "conv1", FALSE, 0));
  g_assert_cmpuint (mtl_block_n_outputs (mtl_design_find (bench_design (&bench), id)), ==, 2);
  g_assert_true (bench_wired (&bench, "stem1", "conv1"));

  /* Pulled off what it feeds, the group's input is gone, and the wire to it. */
  bench_drag (&bench, bench_port (&bench, "stem1/conv1", FALSE, 0),
              GRAPHENE_POINT_INIT (300, 380));
  g_assert_cmpuint (mtl_block_n_inputs (mtl_design_find (bench_design (&bench), id)), ==, 0);
  g_assert_false (bench_wired (&bench, "digits", "stem1"));
  bench_close (&bench);
}

/* A setting within becomes one of each use. */
static void
test_param (void)
{
  Bench bench;
  const MtlBlock *use;
  g_autoptr(GError) error = NULL;
  g_autofree char *id = NULL;

  bench_open (&bench);
  id = make_group (&bench);
  g_assert_true (mtw_document_add_param (bench.document, "stem1/conv1", "channels", "width",
                                         &error));
  g_assert_no_error (error);
  use = mtl_design_find (bench_design (&bench), id);
  g_assert_cmpfloat (mtl_chosen_get (mtl_block_what (use), "width")->number, ==, 10);
  g_assert_true (mtw_document_set_value (bench.document, "blocks.stem1.width", "7", NULL));

  g_assert_true (mtw_document_drop_param (bench.document, id, "width", &error));
  use = mtl_design_find (bench_design (&bench), id);
  g_assert_null (mtl_chosen_get (mtl_block_what (use), "width"));
  g_assert_true (mtw_document_title_group (bench.document, id, "First Layers", &error));
  use = mtl_design_find (bench_design (&bench), id);
  g_assert_cmpstr (mtl_group_title (mtl_block_group (use)), ==, "First Layers");
  bench_close (&bench);
}

/* Arrows go from the group to what is in it, and on to what follows. */
static void
test_arrows (void)
{
  static const char *const way[] = { "stem", "stem/conv1", "stem/relu1", "stem/pool1",
                                     "flatten1" };
  Bench bench;
  g_autofree char *id = NULL;

  bench_open (&bench);
  id = make_group (&bench);
  g_assert_true (mtw_document_rename (bench.document, id, "stem", NULL));
  toggle (&bench, "stem");
  for (guint i = 0; i < G_N_ELEMENTS (way); i++)
    {
      g_autofree char *selected = bench_selected (&bench);

      g_assert_cmpstr (selected, ==, way[i]);
      g_assert_true (bench_key (&bench, "Right"));
    }
  bench_close (&bench);
}

/* A starter group brings its definition along, once. */
static void
test_add_starter (void)
{
  Bench bench;

  bench_open (&bench);
  g_assert_true (bench_drop (&bench, "group:residual", GRAPHENE_POINT_INIT (300, 320)));
  g_assert_cmpuint (mtl_design_n_groups (bench_design (&bench)), ==, 1);
  g_assert_true (bench_drop (&bench, "group:residual", GRAPHENE_POINT_INIT (500, 320)));
  g_assert_cmpuint (mtl_design_n_groups (bench_design (&bench)), ==, 1);
  g_assert_cmpuint (mtl_design_n_uses (bench_design (&bench), "residual"), ==, 2);
  g_assert_false (bench_drop (&bench, "group:no-such-group", GRAPHENE_POINT_INIT (300, 320)));
  bench_close (&bench);
}

/* Copies of a use bring its definition into another document. */
static void
test_clipboard (void)
{
  Bench bench;
  g_autoptr(MtlDesign) empty = mtl_design_new ("Other");
  g_autoptr(MtwDocument) other = NULL;
  g_autoptr(GBytes) text = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *id = NULL;

  bench_open (&bench);
  id = make_group (&bench);
  text = mtw_document_copy_selection (bench.document);
  other = mtw_document_new (empty);
  g_assert_true (mtw_document_paste (other, text, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mtl_design_n_groups (mtw_document_get_design (other)), ==, 1);
  g_assert_nonnull (mtl_block_group (mtl_design_find (mtw_document_get_design (other), id)));
  bench_close (&bench);
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);

  g_test_add_func ("/groups/group", test_group);
  g_test_add_func ("/groups/ask", test_ask);
  g_test_add_func ("/groups/open", test_open);
  g_test_add_func ("/groups/edit-inside", test_edit_inside);
  g_test_add_func ("/groups/wire", test_wire);
  g_test_add_func ("/groups/param", test_param);
  g_test_add_func ("/groups/arrows", test_arrows);
  g_test_add_func ("/groups/starter", test_add_starter);
  g_test_add_func ("/groups/clipboard", test_clipboard);

  return g_test_run ();
}
