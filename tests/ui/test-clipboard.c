/* test-clipboard.c — blocks by way of the clipboard, and what else may be in it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <adwaita.h>
#include <string.h>

#include "canvas-bench.h"
#include "mtw-clipboard.h"

#define PATIENCE (10 * G_TIME_SPAN_SECOND)

static void
await_words (Bench      *bench,
             const char *words)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (bench->announced == NULL || strstr (bench->announced, words) == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
  bench_settle (bench);
}

static void
test_keys (void)
{
  Bench bench;
  GdkContentFormats *formats;

  bench_open (&bench);
  mtw_document_select (bench.document, (const char *const[]) { "conv1", "relu1", NULL });
  g_assert_true (bench_key (&bench, "<Control>c"));
  g_assert_cmpstr (bench.announced, ==, "Copied 2 blocks");
  formats = gdk_clipboard_get_formats (gtk_widget_get_clipboard (GTK_WIDGET (bench.canvas)));
  g_assert_true (gdk_content_formats_contain_mime_type (formats, "application/x-basin"));
  g_assert_true (gdk_content_formats_contain_gtype (formats, G_TYPE_STRING));

  g_assert_true (bench_key (&bench, "<Control>v"));
  await_words (&bench, "Pasted 2 blocks");
  g_assert_true (bench_wired (&bench, "conv2", "relu3"));
  g_assert_true (gtk_window_get_focus (GTK_WINDOW (bench.window))
                 == mtw_canvas_get_block (bench.canvas, "conv2"));

  mtw_document_select (bench.document, (const char *const[]) { "pool1", NULL });
  g_assert_true (bench_key (&bench, "<Control>x"));
  g_assert_true (bench_wired (&bench, "relu1", "flatten1"));
  g_assert_true (bench_key (&bench, "<Control>v"));
  await_words (&bench, "Pasted pool1");
  bench_close (&bench);
}

static void
refused_cb (MtwCanvas  *canvas,
            const char *words,
            guint      *n)
{
  (*n)++;
}

static void
test_hostile (void)
{
  Bench bench;
  GdkClipboard *clipboard;
  MtlDesign *before;
  guint n_refused = 0;
  g_autoptr(GBytes) large = g_bytes_new_take (g_strnfill (17 << 20, '['), 17 << 20);
  g_autoptr(GdkContentProvider) offer = gdk_content_provider_new_for_bytes ("text/plain", large);

  bench_open (&bench);
  before = bench_design (&bench);
  clipboard = gtk_widget_get_clipboard (GTK_WIDGET (bench.canvas));
  g_signal_connect (bench.canvas, "refused", G_CALLBACK (refused_cb), &n_refused);
  gdk_clipboard_set_text (clipboard, "hello, world");
  g_assert_true (bench_key (&bench, "<Control>v"));
  await_words (&bench, "expected the text of a design");
  gdk_clipboard_set_content (clipboard, offer);
  g_assert_true (bench_key (&bench, "<Control>v"));
  await_words (&bench, "holds more than 16 MiB");
  gdk_clipboard_set_content (clipboard, NULL);
  g_assert_true (bench_key (&bench, "<Control>v"));
  await_words (&bench, "holds no text");
  g_assert_cmpuint (n_refused, ==, 3);
  g_assert_true (bench_design (&bench) == before);
  bench_close (&bench);
}

static void
read_cb (GObject      *clipboard,
         GAsyncResult *result,
         gpointer      done)
{
  g_autoptr(GBytes) text = mtw_clipboard_read_finish (result, NULL);

  *(gboolean *) done = text != NULL;
}

/* A window may close while the clipboard is read: what comes is for nobody. */
static void
test_closed (void)
{
  Bench bench;
  GdkClipboard *clipboard = gdk_display_get_clipboard (gdk_display_get_default ());
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  gboolean done = FALSE;

  bench_open (&bench);
  mtw_document_select (bench.document, (const char *const[]) { "conv1", NULL });
  g_assert_true (bench_key (&bench, "<Control>c"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (bench.canvas), "canvas.paste", NULL));
  bench_close (&bench);

  /* What was asked for later comes later. */
  mtw_clipboard_read_async (clipboard, NULL, read_cb, &done);
  while (!done)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
}

int
main (int    argc,
      char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);

  g_test_add_func ("/clipboard/keys", test_keys);
  g_test_add_func ("/clipboard/hostile", test_hostile);
  g_test_add_func ("/clipboard/closed", test_closed);

  return g_test_run ();
}
