/* glyph-pairs.c — pairs of drawn digits: data that needs no files
 *
 * A bank of digits is drawn when the source is opened (mtl-glyph.h), some for
 * training and others for testing, and paired as multi-mnist pairs MNIST
 * (mtl-digit-pairs.h). Everything follows from the seed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-source.h"

#include <glib/gi18n-lib.h>

#include "mtl-digit-pairs.h"
#include "mtl-glyph.h"

/* So many pairs for each glyph of a digit: a glyph is first twice, as a digit is
 * in multi-mnist, until there are so many glyphs that drawing takes its time. */
#define PAIRS_A_GLYPH 20
#define MOST_GLYPHS   1000
#define N_DIGITS      10

enum
{
  TRAIN_SIZE,
  TEST_SIZE,
  JITTER,
  NOISE,
  N_OWN,   /* the settings common to all sources follow */
};

static const MtlParam params[] = {
  { .id = "train-size", .title = N_("Training Pairs"),
    .summary = N_("Number of pairs to train on"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1e7, .initial = 20000.0 },
  { .id = "test-size", .title = N_("Test Pairs"),
    .summary = N_("Number of pairs to test on, made of digits that training never sees"),
    .type = MTL_WHOLE, .minimum = 0.0, .maximum = 1e7, .initial = 4000.0 },
  { .id = "jitter", .title = N_("Jitter"),
    .summary = N_("How much one hand differs from the next; 0 writes like print"),
    .type = MTL_NUMBER, .minimum = 0.0, .maximum = 3.0, .initial = 1.0, .rare = TRUE },
  { .id = "noise", .title = N_("Grain"),
    .summary = N_("How unevenly the paper takes the ink, as a standard deviation"),
    .type = MTL_NUMBER, .minimum = 0.0, .maximum = 0.5, .initial = 0.1, .rare = TRUE },
  { .id = NULL },
};

typedef struct
{
  MtlPairs splits[2];   /* by MtlRawSplit */
} GlyphPairs;

/* @n of each digit, from a stream that no other split uses. */
static gboolean
draw_digits (const MtlGlyphStyle *style,
             MtlRng               rng,
             guint                n,
             MtlDigits           *digits,
             GCancellable        *cancel,
             GError             **error)
{
  digits->n = (gsize) n * N_DIGITS;
  digits->pixels = g_malloc (digits->n * MTL_DIGIT_PIXELS);
  digits->labels = g_malloc (digits->n);

  for (gsize i = 0; i < digits->n; i++)
    {
      guint digit = i % N_DIGITS;

      if (i % 1000 == 0 && g_cancellable_set_error_if_cancelled (cancel, error))
        return FALSE;
      digits->labels[i] = (guint8) digit;
      mtl_glyph_draw (mtl_rng_derive (rng, i), digit, style,
                      digits->pixels + i * MTL_DIGIT_PIXELS);
    }

  return TRUE;
}

static void
glyph_pairs_close (gpointer data)
{
  GlyphPairs *self = data;

  mtl_pairs_clear (&self->splits[MTL_SPLIT_TRAIN]);
  mtl_pairs_clear (&self->splits[MTL_SPLIT_TEST]);
  g_free (self);
}

static gboolean
glyph_pairs_open (const MtlSetting  *set,
                  MtlSourceInfo     *info,
                  gpointer          *data,
                  GCancellable      *cancel,
                  GError           **error)
{
  const MtlGlyphStyle style = { set[JITTER].number, set[NOISE].number };
  const guint64 seed = (guint64) set[N_OWN + MTL_SOURCE_SEED].number;
  const gsize rows[2] = { (gsize) set[TRAIN_SIZE].number, (gsize) set[TEST_SIZE].number };
  GlyphPairs *self;

  if (data != NULL)
    {
      self = g_new0 (GlyphPairs, 1);
      for (guint split = 0; split < 2; split++)
        {
          MtlRng rng = mtl_rng_derive (mtl_rng_new (seed, MTL_STREAM_DATA), split);
          guint glyphs = (guint) CLAMP (rows[split] / PAIRS_A_GLYPH, 1, MOST_GLYPHS);
          MtlDigits digits = { 0 };

          if (!draw_digits (&style, mtl_rng_derive (rng, 0), glyphs, &digits, cancel, error))
            {
              mtl_digits_clear (&digits);
              glyph_pairs_close (self);
              return FALSE;
            }
          mtl_pairs_init (&self->splits[split], &digits, rows[split], mtl_rng_derive (rng, 1));
        }
      *data = self;
    }

  mtl_pairs_describe (info, rows[MTL_SPLIT_TRAIN], rows[MTL_SPLIT_TEST]);
  return TRUE;
}

static void
glyph_pairs_fill (gconstpointer   data,
                  MtlRawSplit     split,
                  const guint32  *index,
                  gsize           n,
                  float *const   *x,
                  float *const   *targets)
{
  const GlyphPairs *self = data;

  mtl_pairs_fill (&self->splits[split], index, n, x, targets);
}

static char *
glyph_pairs_line (const MtlSetting *set)
{
  return g_strdup (_("36×36 pair"));
}

const MtlSource mtl_source_glyph_pairs = {
  .method = {
    .id = "glyph-pairs",
    .title = N_("Glyph Pairs"),
    .summary = N_("Two drawn digits over each other, a task for each; needs no files."),
    .reference = "The construction of Sabour, Frosst, Hinton, “Dynamic Routing Between Capsules”, "
                 "NeurIPS 2017, arXiv 1710.09829, section 6, over digits drawn here",
    .params = params,
  },
  .icon = "basin-glyphs-symbolic",
  .width = 84,
  .line = glyph_pairs_line,
  .open = glyph_pairs_open,
  .fill = glyph_pairs_fill,
  .close = glyph_pairs_close,
};
