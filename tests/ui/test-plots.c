/* test-plots.c — the drawing of plots, without a display
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtw-plot-write.h"

#include "plot-sample.h"

#define WIDTH  285
#define HEIGHT 176

static MtlFindings *found;   /* of all tests */

static void
fill_input (MtwPlotInput      *input,
            const MtwPlotKind *kind,
            MtlRecord         *record,
            MtlConflictFrame  *frame,
            MtlGrid           *grid)
{
  mtw_plot_input_init (input, kind);
  input->record = record;
  input->conflict = frame;
  input->grid = grid;
  input->findings = found;
  input->cursor = 5.3;
  input->card = TRUE;
  input->event_words = TRUE;
}

static guint
count_inked (const MtwPlotKind  *kind,
             const MtwPlotInput *input,
             double              width,
             double              height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) width,
                                                         (int) height);
  cairo_t *cr = cairo_create (surface);
  guint inked = 0;

  mtw_plot_draw (kind, input, cr, width, height, NULL);
  g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (int y = 0; y < (int) height; y++)
    for (int x = 0; x < (int) width; x++)
      inked += cairo_image_surface_get_data (surface)
        [y * cairo_image_surface_get_stride (surface) + 4 * x + 3] != 0;
  cairo_surface_destroy (surface);

  return inked;
}

/* Each plot waits in words without data, and draws in every look with it. */
static void
test_draws (gconstpointer data)
{
  const MtwPlotKind *kind = data;
  g_autoptr(MtlRecord) record = sample_record (12, 7);
  g_autofree MtlConflictFrame *frame = sample_conflict (-0.31);
  g_autoptr(MtlGrid) grid = sample_grid (25);
  MtwPlotInput input;
  g_autofree char *waiting = NULL;
  guint empty;

  mtw_plot_input_init (&input, kind);
  waiting = mtw_plot_waiting (kind, &input);
  g_assert_nonnull (waiting);
  empty = count_inked (kind, &input, WIDTH, HEIGHT);
  g_assert_cmpuint (empty, >, 0);

  for (guint look = 0; look < 16; look++)
    {
      guint inked;

      fill_input (&input, kind, record, frame, grid);
      input.dark = (look & 1) != 0;
      input.high_contrast = (look & 2) != 0;
      input.print = (look & 4) != 0;
      input.log_scale = (look & 8) != 0;
      input.text_scale = look == 3 ? 2 : 1;
      inked = count_inked (kind, &input, WIDTH, HEIGHT);
      g_test_message ("look %u: %u pixels, waiting %u", look, inked, empty);
      g_assert_cmpuint (inked, >, 2 * empty);
    }
  for (double size = 1; size < 400; size *= 1.7)
    count_inked (kind, &input, size, 400 - size);
}

/* A sentence, with its figures; a table with rows. */
static void
test_says (gconstpointer data)
{
  const MtwPlotKind *kind = data;
  g_autoptr(MtlRecord) record = sample_record (12, 7);
  g_autofree MtlConflictFrame *frame = sample_conflict (-0.31);
  g_autoptr(MtlGrid) grid = sample_grid (25);
  MtwPlotInput input;
  g_autofree char *words = NULL;
  g_autoptr(MtwTable) steps = NULL;
  g_autoptr(MtwTable) epochs = NULL;

  fill_input (&input, kind, record, frame, grid);
  words = mtw_plot_describe (kind, &input);
  steps = mtw_plot_table (kind, &input, TRUE);
  epochs = mtw_plot_table (kind, &input, FALSE);
  g_test_message ("%s", words);
  g_assert_true (g_str_has_suffix (words, "."));
  g_assert_nonnull (strstr (words, "left"));
  g_assert_null (strstr (words, "–"));
  g_assert_cmpuint (mtw_table_n_rows (steps), >=, mtw_table_n_rows (epochs));
  g_assert_cmpuint (mtw_table_n_rows (epochs), >=, SAMPLE_EPOCHS);
  g_assert_cmpuint (mtw_table_n_columns (steps), >=, 2);
  g_assert_false (isnan (mtw_table_value (steps, mtw_table_n_rows (steps) - 1, 1)));
}

static void
test_sentence (void)
{
  g_autoptr(MtlRecord) record = sample_record (3, 7);
  const MtwPlotKind *kind = mtw_plot_kind_find ("losses");
  MtwPlotInput input;
  g_autofree char *words = NULL;

  fill_input (&input, kind, record, NULL, NULL);
  words = mtw_plot_describe (kind, &input);
  g_assert_cmpstr (words, ==, "Loss of left 0.38, falling; of right 0.60, falling; "
                              "conflict 32\u00a0%.");
}

/* Red less blue of a pixel of the middle of row @row of three, in epoch @epoch. */
static int
warmth (cairo_surface_t   *surface,
        const MtwPlotArea *area,
        guint              row,
        double             epoch)
{
  int x = (int) (area->left + (area->right - area->left) * (epoch - 0.5) / area->epochs);
  int y = (int) (area->top + (area->bottom - area->top) * (row + 0.5) / 3);
  const guchar *pixel = cairo_image_surface_get_data (surface)
                        + y * cairo_image_surface_get_stride (surface) + 4 * x;

  return pixel[2] - pixel[0];
}

/* Rows in order, epochs to the right, red below zero; conv1 0.05 to 0.3, fc −0.25 to 0. */
static void
test_blocks (void)
{
  g_autoptr(MtlRecord) record = sample_record (6, 7);
  const MtwPlotKind *kind = mtw_plot_kind_find ("conflict-blocks");
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  MtwPlotInput input;
  MtwPlotArea area;
  g_autofree char *words = NULL;
  g_autoptr(MtwTable) table = NULL;

  mtw_plot_input_init (&input, kind);
  input.record = record;
  words = mtw_plot_describe (kind, &input);
  g_assert_cmpstr (words, ==, "Cosine of left, right in the last epoch: lowest in fc, 0.00; "
                              "highest in conv1, 0.30.");
  table = mtw_plot_table (kind, &input, FALSE);
  g_assert_cmpstr (mtw_table_title (table, 3), ==, "cosine/stage1/2/conv2");
  g_assert_cmpfloat_with_epsilon (mtw_table_value (table, 1, 3), -0.05, 1e-12);

  mtw_plot_draw (kind, &input, cr, WIDTH, HEIGHT, &area);
  cairo_surface_flush (surface);
  g_assert_cmpint (warmth (surface, &area, 0, 6), <, warmth (surface, &area, 0, 1));
  g_assert_cmpint (warmth (surface, &area, 0, 6), <, -20);
  g_assert_cmpint (warmth (surface, &area, 2, 1), >, 20);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* A file of each format, that begins and ends as its format says. */
static void
test_writes (gconstpointer data)
{
  const MtwPlotKind *kind = data;
  static const char *const starts[MTW_N_FORMATS] = { "<?xml", "%PDF-", "\x89PNG\r\n\x1a\n", "" };
  static const char *const ends[MTW_N_FORMATS] = { "</svg>\n", "%%EOF\n", "IEND\xae\x42\x60\x82",
                                                   "\r\n" };
  g_autoptr(MtlRecord) record = sample_record (12, 7);
  g_autofree MtlConflictFrame *frame = sample_conflict (-0.31);
  g_autoptr(MtlGrid) grid = sample_grid (25);
  MtwPlotInput input;

  fill_input (&input, kind, record, frame, grid);
  for (guint f = 0; f < MTW_N_FORMATS; f++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(GBytes) bytes = mtw_plot_write (kind, &input, (MtwFormat) f, MTW_PRINT_NARROW,
                                                &error);
      gsize n;
      const char *file;

      g_assert_no_error (error);
      file = g_bytes_get_data (bytes, &n);
      g_test_message ("%s: %zu bytes", mtw_format_name ((MtwFormat) f), n);
      g_assert_cmpuint (n, >, 50);
      g_assert_cmpint (memcmp (file, starts[f], strlen (starts[f])), ==, 0);
      g_assert_cmpint (memcmp (file + n - strlen (ends[f]), ends[f], strlen (ends[f])), ==, 0);
    }
}

static void
test_refuses_to_write_nothing (void)
{
  const MtwPlotKind *kind = mtw_plot_kind_find ("losses");
  MtwPlotInput input;
  MtwFormat format = MTW_N_FORMATS;
  g_autoptr(GError) error = NULL;

  mtw_plot_input_init (&input, kind);
  g_assert_null (mtw_plot_write (kind, &input, MTW_FORMAT_SVG, 84, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_true (mtw_format_find ("a.b/Losses.PDF", &format));
  g_assert_cmpint (format, ==, MTW_FORMAT_PDF);
  g_assert_false (mtw_format_find ("losses.txt", &format));
}

static void
test_csv (void)
{
  const double rows[2][2] = { { 1, 0.1 }, { 2, NAN } };
  g_autoptr(MtwTable) table = mtw_table_new ();
  g_autofree char *csv = NULL;

  mtw_table_add_column (table, "%s", "step");
  mtw_table_add_column (table, "loss, \"%s\"", "left");
  for (guint i = 0; i < 2; i++)
    mtw_table_add_row (table, rows[i]);
  csv = mtw_table_to_csv (table);
  g_assert_cmpstr (csv, ==, "step,\"loss, \"\"left\"\"\"\r\n1,0.10000000000000001\r\n2,\r\n");
}

static guint
count_rust (const MtwPlotInput *input)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  guint rust = 0;

  mtw_plot_draw (mtw_plot_kind_find ("losses"), input, cr, WIDTH, HEIGHT, NULL);
  cairo_destroy (cr);
  cairo_surface_flush (surface);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      rust += (((const guint32 *) (gpointer) cairo_image_surface_get_data (surface))
        [y * cairo_image_surface_get_stride (surface) / 4 + x] & 0xffffff) == 0xb8431d;
  cairo_surface_destroy (surface);

  return rust;
}

/* What is not finite is marked on the axis, and does not stretch it. */
static void
test_marks_gaps (void)
{
  g_autoptr(MtlRecord) record = sample_record (2, 7);
  MtwPlotInput input;

  fill_input (&input, mtw_plot_kind_find ("losses"), record, NULL, NULL);
  input.card = FALSE;
  g_assert_cmpuint (count_rust (&input), ==, 0);
  mtl_series_append (mtl_record_series (record, "loss/left"), 2 * SAMPLE_PER_EPOCH - 90, INFINITY);
  g_assert_cmpuint (count_rust (&input), >, 5);
}

/* The place of axes and legend is told to whoever drew. */
static void
test_area_is_told (void)
{
  g_autoptr(MtlRecord) record = sample_record (12, 7);
  const MtwPlotKind *kind = mtw_plot_kind_find ("losses");
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);
  MtwPlotInput input;
  MtwPlotArea area;

  fill_input (&input, kind, record, NULL, NULL);
  mtw_plot_draw (kind, &input, cr, WIDTH, HEIGHT, &area);
  g_assert_cmpfloat (area.left, >, 0);
  g_assert_cmpfloat (area.right, >, area.left);
  g_assert_cmpfloat (area.right, <=, WIDTH);
  g_assert_cmpfloat (area.epochs, >=, 12);
  g_assert_cmpuint (area.n_legend, ==, 2);
  g_assert_cmpfloat (area.legend[1].x, >=, area.legend[0].x + area.legend[0].width);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* The largest eigenvalue is named; it waits with what it takes, and while it runs. */
static void
test_density (void)
{
  g_autoptr(MtlRecord) record = sample_record (1, 7);
  const MtwPlotKind *kind = mtw_plot_kind_find ("density");
  MtlProbeFrame frame = { .probe = "hessian", .done = 0.25, .seconds_left = 30 };
  MtwPlotInput input;
  g_autofree char *words = NULL;
  g_autofree char *waiting = NULL;
  g_autofree char *running = NULL;
  g_autoptr(MtwTable) table = NULL;

  fill_input (&input, kind, record, NULL, NULL);
  input.task = 1;
  words = mtw_plot_describe (kind, &input);
  g_assert_cmpstr (words, ==, "Eigenvalues of the Hessian of right from −2.00 to 14.0; "
                              "λ₁ 13.8 ± 0.30.");
  table = mtw_plot_table (kind, &input, FALSE);
  g_assert_cmpuint (mtw_table_n_rows (table), ==, 101);
  g_assert_cmpstr (mtw_table_title (table, 4), ==, "density/right");
  g_assert_cmpfloat_with_epsilon (mtw_table_value (table, 0, 3), -2.0, 1e-12);

  input.findings = NULL;
  input.cost = 40;
  waiting = mtw_plot_waiting (kind, &input);
  g_assert_cmpstr (waiting, ==, "Takes about 40 s for all tasks.");
  input.measure = &frame;
  running = mtw_plot_waiting (kind, &input);
  g_assert_cmpstr (running, ==, "Measuring…");
}

int
main (int   argc,
      char *argv[])
{
  int failed;

  g_test_init (&argc, &argv, NULL);
  found = sample_findings ();

  g_test_add_func ("/plots/sentence", test_sentence);
  g_test_add_func ("/plots/blocks", test_blocks);
  g_test_add_func ("/plots/refuses-to-write-nothing", test_refuses_to_write_nothing);
  g_test_add_func ("/plots/csv", test_csv);
  g_test_add_func ("/plots/density", test_density);
  g_test_add_func ("/plots/marks-gaps", test_marks_gaps);
  g_test_add_func ("/plots/area-is-told", test_area_is_told);
  for (const MtwPlotKind *const *kind = mtw_plot_kinds (); *kind != NULL; kind++)
    {
      g_autofree char *draws = g_strdup_printf ("/plots/%s/draws", (*kind)->id);
      g_autofree char *says = g_strdup_printf ("/plots/%s/says", (*kind)->id);
      g_autofree char *writes = g_strdup_printf ("/plots/%s/writes", (*kind)->id);

      g_test_add_data_func (draws, *kind, test_draws);
      g_test_add_data_func (says, *kind, test_says);
      g_test_add_data_func (writes, *kind, test_writes);
    }

  failed = g_test_run ();
  mtl_findings_unref (found);

  return failed;
}
