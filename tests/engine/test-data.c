/* test-data.c — pairs of digits, splits, batches, labels made wrong or missing
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "data-files.h"
#include "mtl-digit-pairs.h"
#include "mtl-glyph.h"
#include "raw-checks.h"

static const char *const both[] = { "left", "right" };

/* --- pairs --- */

/* @n digits of lopsided labels: half of them are 0. Each has pixels of its own. */
static MtlDigits
invent_digits (guint n)
{
  MtlDigits digits = { n, g_malloc ((gsize) n * MTL_DIGIT_PIXELS), g_malloc (n) };
  MtlRng rng = mtl_rng_new (3, MTL_STREAM_DATA);

  for (guint i = 0; i < n; i++)
    digits.labels[i] = (guint8) (i % 2 == 0 ? 0 : i % 10);
  for (gsize p = 0; p < (gsize) n * MTL_DIGIT_PIXELS; p++)
    digits.pixels[p] = (guint8) mtl_rng_bits (rng, p);

  return digits;
}

/* The pixel that 12.1 asks for, worked out without a canvas. */
static float
expect_pixel (const MtlPairs *pairs,
              const MtlPair  *pair,
              int             x,
              int             y)
{
  int first_x = x - pair->first_at[0], first_y = y - pair->first_at[1];
  int second_x = x - pair->second_at[0], second_y = y - pair->second_at[1];
  int most = 0;

  if (first_x >= 0 && first_x < 28 && first_y >= 0 && first_y < 28)
    most = pairs->digits.pixels[pair->first * 784 + first_y * 28 + first_x];
  if (second_x >= 0 && second_x < 28 && second_y >= 0 && second_y < 28)
    most = MAX (most, pairs->digits.pixels[pair->second * 784 + second_y * 28 + second_x]);

  return (float) most / 255.0f;
}

static void
check_pair (const MtlPairs *pairs,
            guint32         i)
{
  const MtlPair *pair = &pairs->pairs[i];
  float image[MTL_PAIR_PIXELS], left, right;
  float *x[] = { image }, *targets[] = { &left, &right };

  for (guint d = 0; d < 2; d++)
    {
      g_assert_cmpuint (pair->first_at[d], <=, 4);
      g_assert_cmpuint (pair->second_at[d], >=, 4);
      g_assert_cmpuint (pair->second_at[d], <=, 8);
    }

  mtl_pairs_fill (pairs, &i, 1, x, targets);
  g_assert_cmpfloat (left, ==, pairs->digits.labels[pair->first]);
  g_assert_cmpfloat (right, ==, pairs->digits.labels[pair->second]);
  g_assert_cmpfloat (left, !=, right);
  for (int p = 0; p < MTL_PAIR_PIXELS; p++)
    g_assert_cmpfloat (image[p], ==, expect_pixel (pairs, pair, p % 36, p / 36));
}

static void
test_pair_rules (void)
{
  MtlDigits digits = invent_digits (37);
  guint first[37] = { 0 };
  MtlPairs pairs;

  mtl_pairs_init (&pairs, &digits, 100, mtl_rng_new (1, MTL_STREAM_DATA));
  g_assert_cmpuint (pairs.n, ==, 100);
  for (guint32 i = 0; i < 100; i++)
    {
      check_pair (&pairs, i);
      first[pairs.pairs[i].first]++;
    }

  /* 100 = 2·37 + 26: each is first twice or three times. */
  for (guint m = 0; m < 37; m++)
    if (first[m] < 2 || first[m] > 3)
      g_error ("digit %u of 37 is first %u times in 100 pairs", m, first[m]);
  mtl_pairs_clear (&pairs);
}

/* Cells of @expected counts each: χ² within five spreads of its mean. */
static void
check_even (const char *what,
            const guint *counts,
            guint        n,
            double       expected)
{
  double chi2 = 0.0;

  for (guint i = 0; i < n; i++)
    chi2 += (counts[i] - expected) * (counts[i] - expected) / expected;
  if (fabs (chi2 - (n - 1)) > 5.0 * sqrt (2.0 * (n - 1)))
    g_error ("%s: chi2 %g of %u cells, seed 1", what, chi2, n);
}

/* Second digits even over those of other labels; offsets even and, between
 * the two digits, independent. */
static void
test_pair_draws (void)
{
  MtlDigits digits = invent_digits (20);
  guint seconds[20] = { 0 }, offsets[625] = { 0 };
  guint n = 100000, n_zero = 0;
  MtlPairs pairs;

  mtl_pairs_init (&pairs, &digits, n, mtl_rng_new (1, MTL_STREAM_DATA));
  for (guint i = 0; i < n; i++)
    {
      const MtlPair *p = &pairs.pairs[i];

      offsets[p->first_at[0] + 5 * p->first_at[1] + 25 * (p->second_at[0] - 4)
              + 125 * (p->second_at[1] - 4)]++;
      if (pairs.digits.labels[p->first] == 0)
        {
          seconds[p->second]++;
          n_zero++;
        }
    }

  check_even ("offsets", offsets, 625, n / 625.0);
  /* Behind a 0 stand the ten odd digits, evenly; even ones are 0 themselves. */
  for (guint m = 0; m < 10; m++)
    {
      g_assert_cmpuint (seconds[2 * m], ==, 0);
      seconds[m] = seconds[2 * m + 1];
    }
  check_even ("second digits", seconds, 10, n_zero / 10.0);
  mtl_pairs_clear (&pairs);
}

/* --- glyphs --- */

static void
test_glyphs (void)
{
  const MtlGlyphStyle style = { 1.0, 0.1 }, print = { 0.0, 0.0 }, wild = { 3.0, 0.5 };
  guint8 a[784], b[784];

  for (guint i = 0; i < 500; i++)
    {
      MtlRng rng = mtl_rng_derive ((MtlRng) { 1 }, i);
      guint ink = 0, edge = 0;

      mtl_glyph_draw (rng, i % 10, i % 3 == 0 ? &wild : i % 3 == 1 ? &print : &style, a);
      for (guint p = 0; p < 784; p++)
        {
          gboolean outside = p % 28 < 1 || p % 28 > 26 || p / 28 < 1 || p / 28 > 26;

          ink += a[p] > 128;
          edge += outside && a[p] > 0;
        }
      if (ink < (i % 3 == 0 ? 5 : 15) || ink > 350 || (edge > 6 && i % 3 != 0))
        g_error ("glyph %u, digit %u: %u dark pixels, %u at the edge", i, i % 10, ink, edge);
    }

  mtl_glyph_draw ((MtlRng) { 7 }, 5, &style, a);
  mtl_glyph_draw ((MtlRng) { 7 }, 5, &style, b);
  g_assert_cmpmem (a, 784, b, 784);
  mtl_glyph_draw ((MtlRng) { 8 }, 5, &style, b);
  g_assert_cmpint (memcmp (a, b, 784), !=, 0);
}

static MtlChosen *
choose_glyphs (const char *seed)
{
  return choose ("glyph-pairs", "train-size", "3000", "test-size", "500", "seed", seed, NULL);
}

static gboolean
same_batch (const MtlBatch *a,
            const MtlBatch *b)
{
  return a->rows == b->rows
         && memcmp (a->x[0], b->x[0], a->rows * MTL_PAIR_PIXELS * sizeof (float)) == 0
         && memcmp (a->targets[0], b->targets[0], a->rows * sizeof (float)) == 0
         && memcmp (a->targets[1], b->targets[1], a->rows * sizeof (float)) == 0;
}

static void
test_glyph_pairs_seed (void)
{
  MtlBatch *batches[3];

  for (guint n = 0; n < 3; n++)
    {
      g_autoptr(MtlChosen) source = choose_glyphs (n < 2 ? "1" : "2");
      g_autoptr(MtlData) data = open_data (source, both, 2);

      g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TRAIN), ==, 3000);
      g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TEST), ==, 500);
      g_assert_cmpuint (mtl_data_target (data, 0)->n_classes, ==, 10);
      batches[n] = read_split (data, MTL_DATA_TEST);
    }

  g_assert_true (same_batch (batches[0], batches[1]));
  g_assert_false (same_batch (batches[0], batches[2]));
  for (guint n = 0; n < 3; n++)
    mtl_batch_free (batches[n]);
}

/* --- batches --- */

/* The same rows in one batch, in batches of a few, and by several workers. */
static void
test_batch_parts (void)
{
  g_autoptr(MtlChosen) source = choose ("glyph-pairs", "train-size", "700", "label-noise", "0.3",
                                        "label-fraction", "0.8", NULL);
  g_autoptr(MtlData) data = open_data (source, both, 2);
  g_autoptr(MtlBatch) whole = mtl_batch_new (data, 700);
  g_autoptr(MtlBatch) shared = mtl_batch_new (data, 700);
  g_autoptr(MtlBatch) part = mtl_batch_new (data, 61);
  g_autoptr(MtlPool) pool = mtl_pool_new (4);
  guint32 order[700];

  mtl_data_order (5, 1, order, 700);
  mtl_batch_fill (whole, data, MTL_DATA_TRAIN, order, 700, NULL);
  mtl_batch_fill (shared, data, MTL_DATA_TRAIN, order, 700, pool);
  g_assert_true (same_batch (whole, shared));
  g_assert_cmpmem (whole->samples, sizeof order, order, sizeof order);

  for (guint first = 0; first < 700; first += 61)
    {
      guint n = MIN (61, 700 - first);

      mtl_batch_fill (part, data, MTL_DATA_TRAIN, order + first, n, pool);
      g_assert_cmpmem (part->x[0], n * MTL_PAIR_PIXELS * sizeof (float),
                       whole->x[0] + first * MTL_PAIR_PIXELS, n * MTL_PAIR_PIXELS * sizeof (float));
      for (guint k = 0; k < 2; k++)
        g_assert_cmpmem (part->targets[k], n * sizeof (float), whole->targets[k] + first,
                         n * sizeof (float));
    }
}

static void
test_order (void)
{
  guint32 a[1000], b[1000];
  guint seen[1000] = { 0 };

  mtl_data_order (1, 1, a, 1000);
  mtl_data_order (1, 1, b, 1000);
  g_assert_cmpmem (a, sizeof a, b, sizeof b);
  mtl_data_order (1, 2, b, 1000);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
  mtl_data_order (2, 1, b, 1000);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
  for (guint i = 0; i < 1000; i++)
    seen[a[i]]++;
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (seen[i], ==, 1);
}

/* --- labels --- */

/* Noise 0.3 on the left, fraction 0.6 on the right. */
static void
test_labels_spoilt (void)
{
  g_autoptr(MtlChosen) source = choose ("glyph-pairs", "train-size", "6000", "validation", "0.2",
                                        "label-noise", "left:0.3", "label-fraction", "right:0.6",
                                        NULL);
  g_autoptr(MtlData) data = open_data (source, both, 2);
  g_autoptr(MtlBatch) train = read_split (data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) clean = read_split (data, MTL_DATA_TRAIN_CLEAN);
  guint n = (guint) train->rows, wrong = 0, kept = 0, cells[9] = { 0 };

  g_assert_cmpuint (n, ==, 4800);
  for (guint i = 0; i < n; i++)
    {
      int step = (int) (train->targets[0][i] - clean->targets[0][i] + 10.0f) % 10;

      g_assert_cmpfloat (train->targets[0][i], >=, 0.0f);
      g_assert_cmpfloat (train->targets[0][i], <=, 9.0f);
      if (step > 0)
        cells[step - 1]++;
      wrong += step > 0;
      kept += !isnan (train->targets[1][i]);
      if (!isnan (train->targets[1][i]))
        g_assert_cmpfloat (train->targets[1][i], ==, clean->targets[1][i]);
    }

  /* Four spreads of a binomial count. */
  g_test_message ("seed 1, %u rows: %u wrong, %u kept", n, wrong, kept);
  g_assert_cmpfloat (fabs (wrong - 0.3 * n), <, 4.0 * sqrt (n * 0.3 * 0.7));
  g_assert_cmpfloat (fabs (kept - 0.6 * n), <, 4.0 * sqrt (n * 0.6 * 0.4));
  check_even ("wrong classes", cells, 9, wrong / 9.0);
}

/* The labels of @split with settings and without them. */
static void
check_untouched (MtlSplit split)
{
  g_autoptr(MtlChosen) plain = choose ("glyph-pairs", "train-size", "2000", "test-size", "500",
                                       "validation", "0.25", NULL);
  g_autoptr(MtlChosen) spoilt = choose ("glyph-pairs", "train-size", "2000", "test-size", "500",
                                        "validation", "0.25", "label-noise", "1",
                                        "label-fraction", "0.5", NULL);
  g_autoptr(MtlData) data = open_data (plain, both, 2), other = open_data (spoilt, both, 2);
  g_autoptr(MtlBatch) a = read_split (data, split), b = read_split (other, split);

  g_assert_cmpuint (a->rows, >, 0);
  g_assert_true (same_batch (a, b) == (split != MTL_DATA_TRAIN));
}

static void
test_labels_untouched (void)
{
  check_untouched (MTL_DATA_TRAIN);
  check_untouched (MTL_DATA_TRAIN_CLEAN);
  check_untouched (MTL_DATA_VALIDATION);
  check_untouched (MTL_DATA_TEST);
}

/* What a row's label becomes does not depend on how rows are split, and a
 * larger share holds a smaller one. */
static void
test_labels_by_row (void)
{
  MtlRng rng = mtl_rng_derive_text (mtl_rng_new (1, MTL_STREAM_LABELS), "left");
  MtlDataTask little = { 0, 0.1, 0.9, rng }, much = { 0, 0.4, 0.5, rng };
  MtlDataTask all = { 0, 1.0, 1.0, rng }, none = { 0, 0.0, 0.0, rng };

  for (guint32 row = 0; row < 5000; row++)
    {
      MtlLabelFate less = mtl_data_label_fate (&little, row);
      MtlLabelFate more = mtl_data_label_fate (&much, row);

      g_assert_true (less != MTL_LABEL_MISSING || more == MTL_LABEL_MISSING);
      g_assert_true (less != MTL_LABEL_WRONG || more != MTL_LABEL_TRUE);
      g_assert_cmpint (mtl_data_label_fate (&all, row), ==, MTL_LABEL_WRONG);
      g_assert_cmpint (mtl_data_label_fate (&none, row), ==, MTL_LABEL_MISSING);
    }
}

/* --- splits and tasks --- */

static void
test_splits (void)
{
  g_autoptr(MtlChosen) source = choose ("glyph-pairs", "train-size", "1003", "validation", "0.3",
                                        NULL);
  g_autoptr(MtlData) data = open_data (source, both, 2);
  guint seen[1003] = { 0 };

  g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_VALIDATION), ==, 300);
  g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TRAIN), ==, 703);
  g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TRAIN_CLEAN), ==, 703);
  for (guint i = 0; i < 300; i++)
    seen[data->rows[MTL_DATA_VALIDATION][i]]++;
  for (guint i = 0; i < 703; i++)
    seen[data->rows[MTL_DATA_TRAIN][i]]++;
  for (guint i = 0; i < 1003; i++)
    g_assert_cmpuint (seen[i], ==, 1);
}

static void
test_tasks (void)
{
  g_autoptr(MtlChosen) source = choose ("glyph-pairs", "train-size", "50", NULL);
  g_autoptr(MtlChosen) stray = choose ("glyph-pairs", "label-noise", "middle:0.5", NULL);
  const char *const ids[] = { "one", "left", "two" };
  const char *const names[] = { "right", "", "right" };
  const char *const bad[] = { "right", "", "rigt" };
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlData) data = mtl_data_open (source, ids, names, 3, NULL, &error);
  g_autoptr(MtlBatch) batch = NULL;

  g_assert_no_error (error);
  batch = read_split (data, MTL_DATA_TRAIN);
  g_assert_cmpmem (batch->targets[0], 50 * sizeof (float), batch->targets[2], 50 * sizeof (float));
  for (guint i = 0; i < 50; i++)
    g_assert_cmpfloat (batch->targets[0][i], !=, batch->targets[1][i]);

  g_assert_null (mtl_data_open (source, ids, bad, 3, NULL, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "two: "));
  g_assert_nonnull (strstr (error->message, "did you mean right?"));
  g_clear_error (&error);

  g_assert_null (mtl_data_open (stray, both, NULL, 2, NULL, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SETTING);
  g_assert_nonnull (strstr (error->message, "middle"));
}

static void
test_cancelled (void)
{
  g_autoptr(MtlChosen) source = choose_glyphs ("1");
  g_autoptr(GCancellable) cancel = g_cancellable_new ();
  g_autoptr(GError) error = NULL;

  g_cancellable_cancel (cancel);
  g_assert_null (mtl_data_open (source, both, NULL, 2, cancel, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/data/pairs/rules", test_pair_rules);
  g_test_add_func ("/data/pairs/draws", test_pair_draws);
  g_test_add_func ("/data/glyphs/ink", test_glyphs);
  g_test_add_func ("/data/glyphs/seed", test_glyph_pairs_seed);
  g_test_add_func ("/data/batch/parts", test_batch_parts);
  g_test_add_func ("/data/order", test_order);
  g_test_add_func ("/data/labels/spoilt", test_labels_spoilt);
  g_test_add_func ("/data/labels/untouched", test_labels_untouched);
  g_test_add_func ("/data/labels/by-row", test_labels_by_row);
  g_test_add_func ("/data/splits", test_splits);
  g_test_add_func ("/data/tasks", test_tasks);
  g_test_add_func ("/data/raws", check_raws);
  g_test_add_func ("/data/info", check_info);
  g_test_add_func ("/data/odd-info", check_odd_info);
  g_test_add_func ("/data/cancelled", test_cancelled);

  return g_test_run ();
}
