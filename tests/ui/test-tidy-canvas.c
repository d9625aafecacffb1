/* test-tidy-canvas.c — Tidy Up on the canvas: one edit, dropped by another
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <adwaita.h>
#include <signal.h>
#include <string.h>

#include "canvas-bench.h"
#include "fake-dot.h"

#define PATIENCE (10 * G_TIME_SPAN_SECOND)

static void
await_words (Bench      *bench,
             const char *words)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (g_strcmp0 (bench->announced, words) != 0)
    turn_until (deadline);
  bench_settle (bench);
}

/* Whether the view is what it was. */
static gboolean
is_view (Bench                 *bench,
         const graphene_rect_t *view)
{
  graphene_rect_t now = mtw_canvas_get_view (bench->canvas);

  return graphene_rect_equal (&now, view);
}

static void
test_canvas (void)
{
  Bench bench;
  g_autoptr(MtlDesign) before = NULL;
  graphene_rect_t view;

  if (dot_is_missing ())
    return;

  bench_open (&bench);
  before = mtl_design_ref (bench_design (&bench));
  mtw_canvas_set_zoom (bench.canvas, 0.5, NULL);
  view = mtw_canvas_get_view (bench.canvas);
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (bench.canvas), "canvas.tidy-up", NULL));
  await_words (&bench, "Tidied up");
  g_assert_cmpstr (mtw_document_undo_name (bench.document), ==, "Tidy up");
  g_assert_true (is_view (&bench, &view));
  mtw_canvas_tidy_up (bench.canvas);
  await_words (&bench, "The design is tidy already");
  mtw_document_undo (bench.document);
  g_assert_true (mtl_design_equal (bench_design (&bench), before));
  g_assert_null (mtw_document_undo_name (bench.document));

  /* What fitted fits again. */
  mtw_canvas_zoom_to_fit (bench.canvas);
  view = mtw_canvas_get_view (bench.canvas);
  mtw_canvas_tidy_up (bench.canvas);
  await_words (&bench, "Tidied up");
  g_assert_false (is_view (&bench, &view));
  view = mtw_canvas_get_view (bench.canvas);
  mtw_canvas_zoom_to_fit (bench.canvas);
  g_assert_true (is_view (&bench, &view));
  bench_close (&bench);
}

static double
shown_at (Bench      *bench,
          const char *id)
{
  const MtwScene *scene = mtw_canvas_get_scene (bench->canvas);

  return mtw_scene_item (scene, mtw_scene_find (scene, id))->box.origin.x;
}

/* Blocks are underway when the document has them in their new places; an edit
 * meanwhile puts them where they belong at once. */
static void
test_glide (void)
{
  Bench bench;
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  double from, to;

  if (dot_is_missing ())
    return;

  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", TRUE, NULL);
  bench_open (&bench);
  from = shown_at (&bench, "right");
  mtw_canvas_tidy_up (bench.canvas);
  while (mtw_document_undo_name (bench.document) == NULL)
    turn_until (deadline);
  to = mtl_block_x (mtl_design_find (bench_design (&bench), "right"));
  g_assert_cmpfloat (to, !=, from);
  g_assert_cmpfloat (shown_at (&bench, "right"), !=, to);
  mtw_document_undo (bench.document);
  g_assert_cmpfloat (shown_at (&bench, "right"), ==, from);

  mtw_document_redo (bench.document);
  mtw_document_undo (bench.document);
  mtw_canvas_tidy_up (bench.canvas);
  while (shown_at (&bench, "right") != to)
    turn_until (deadline);
  bench_close (&bench);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
}

static void
keep_cb (MtwCanvas  *canvas,
         const char *words,
         char      **kept)
{
  g_free (*kept);
  *kept = g_strdup (words);
}

static void
test_refused (void)
{
  Bench bench;
  FakeDot fake;
  g_autofree char *refused = NULL;

  bench_open (&bench);
  g_signal_connect (bench.canvas, "refused", G_CALLBACK (keep_cb), &refused);
  dot_fake (&fake, NULL);
  mtw_canvas_tidy_up (bench.canvas);
  await_words (&bench, "Tidy Up needs Graphviz: install the package graphviz.");
  dot_restore (&fake);
  g_assert_cmpstr (refused, ==, bench.announced);
  g_assert_null (mtw_document_undo_name (bench.document));
  bench_close (&bench);
}

/* A dot that never ends; returns its process. */
static int
start_slow (Bench *bench,
            FakeDot *fake)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autofree char *file = NULL;
  g_autofree char *pid = NULL;

  dot_fake (fake, "echo $$ > ${0%/*}/pid; exec sleep 600");
  file = g_build_filename (fake->folder, "pid", NULL);
  mtw_canvas_tidy_up (bench->canvas);
  while (!g_file_get_contents (file, &pid, NULL, NULL) || strchr (pid, '\n') == NULL)
    {
      g_clear_pointer (&pid, g_free);
      turn_until (deadline);
    }

  return (int) g_ascii_strtoll (pid, NULL, 10);
}

static void
await_end (int pid)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (kill (pid, 0) == 0)
    turn_until (deadline);
}

/* Another edit, another layout and the end of the canvas each end the program. */
static void
test_dropped (void)
{
  Bench bench;
  FakeDot fake;
  g_autofree char *id = NULL;
  g_autoptr(MtlChosen) dense
    = mtl_chosen_new (MTL_KIND_OP, mtl_catalogue_find (MTL_KIND_OP, "dense", NULL));
  int pid;

  bench_open (&bench);
  pid = start_slow (&bench, &fake);
  g_assert_cmpint (kill (pid, 0), ==, 0);
  id = mtw_document_add_block (bench.document, dense, NULL, NULL, NULL, NULL);
  await_end (pid);
  g_assert_cmpstr (mtw_document_undo_name (bench.document), ==, "Add dense2");
  dot_restore (&fake);

  pid = start_slow (&bench, &fake);
  dot_restore (&fake);
  dot_fake (&fake, NULL);
  mtw_canvas_tidy_up (bench.canvas);
  await_end (pid);
  await_words (&bench, "Tidy Up needs Graphviz: install the package graphviz.");
  dot_restore (&fake);

  pid = start_slow (&bench, &fake);
  bench_close (&bench);
  await_end (pid);
  dot_restore (&fake);
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);

  g_test_add_func ("/tidy/canvas", test_canvas);
  g_test_add_func ("/tidy/glide", test_glide);
  g_test_add_func ("/tidy/refused", test_refused);
  g_test_add_func ("/tidy/dropped", test_dropped);

  return g_test_run ();
}
