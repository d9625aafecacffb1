/* test-base.c — random numbers, the pool, the two roads and the states
 *
 * Meant for ThreadSanitizer as much as for its own assertions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <pthread.h>
#include <string.h>

#include "mtl-error.h"
#include "mtl-mailbox.h"
#include "mtl-pool.h"
#include "mtl-rng.h"
#include "mtl-series.h"
#include "mtl-state.h"

/* --- random numbers --- */

typedef struct
{
  guint64 key;
  guint32 counter[4], words[4];
} KnownAnswer;

/* Random123 1.09, tests/kat_vectors, philox4x32 with 10 rounds; the third
 * counter and key are digits of π. */
static const KnownAnswer known_answers[] = {
  { 0, { 0, 0, 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
  { G_MAXUINT64, { G_MAXUINT32, G_MAXUINT32, G_MAXUINT32, G_MAXUINT32 },
    { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
  { G_GUINT64_CONSTANT (0x299f31d0a4093822),
    { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
    { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
};

static void
test_rng_known_answers (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (known_answers); n++)
    {
      const KnownAnswer *known = &known_answers[n];
      guint32 words[4];

      mtl_rng_block ((MtlRng) { known->key }, known->counter, words);
      for (guint w = 0; w < 4; w++)
        g_assert_cmphex (words[w], ==, known->words[w]);
    }

  g_assert_cmphex (mtl_rng_bits ((MtlRng) { 0 }, 0), ==, G_GUINT64_CONSTANT (0xe169c58d6627e8d5));
}

/* Float i is word i mod 4 of block i / 4 in the third purpose, from any first
 * index on. */
static void
test_rng_fill (void)
{
  MtlRng rng = mtl_rng_new (7, MTL_STREAM_DROPOUT);
  float values[101];

  for (guint64 first = 0; first < 70; first++)
    {
      guint n = 101 - (guint) first;

      mtl_rng_fill (rng, first, n, values);
      for (guint i = 0; i < n; i++)
        {
          guint32 words[4] = { (guint32) ((first + i) / 4), 0, 0, 2 };

          mtl_rng_block (rng, words, words);
          g_assert_cmpfloat (values[i], ==, (float) (words[(first + i) % 4] >> 8) / 16777216.0f);
        }
    }
}

#define N_DRAWS 200000

/* Means and spreads within five standard errors, and χ² of 64 cells with 63
 * degrees of freedom within 63 ± 5·√126. */
static void
test_rng_uniform (void)
{
  MtlRng rng = mtl_rng_new (1, MTL_STREAM_DATA);
  double mean = 0.0, chi2 = 0.0, normal_mean = 0.0, normal_square = 0.0;
  guint cells[64] = { 0 };

  for (guint i = 0; i < N_DRAWS; i++)
    {
      double u = mtl_rng_unit (rng, i);
      double z = mtl_rng_normal (rng, i);

      g_assert_cmpfloat (u, >=, 0.0);
      g_assert_cmpfloat (u, <, 1.0);
      g_assert_true (isfinite (z));
      mean += u / N_DRAWS;
      normal_mean += z / N_DRAWS;
      normal_square += z * z / N_DRAWS;
      cells[mtl_rng_below (rng, i, 64)]++;
    }
  for (guint c = 0; c < 64; c++)
    chi2 += (cells[c] - N_DRAWS / 64.0) * (cells[c] - N_DRAWS / 64.0) / (N_DRAWS / 64.0);

  g_test_message ("seed 1, %d draws: mean %g, normal mean %g, square %g, chi2 %g",
                  N_DRAWS, mean, normal_mean, normal_square, chi2);
  g_assert_cmpfloat (fabs (mean - 0.5), <, 5.0 * sqrt (1.0 / 12.0 / N_DRAWS));
  g_assert_cmpfloat (fabs (normal_mean), <, 5.0 / sqrt (N_DRAWS));
  g_assert_cmpfloat (fabs (normal_square - 1.0), <, 5.0 * sqrt (2.0 / N_DRAWS));
  g_assert_cmpfloat (fabs (chi2 - 63.0), <, 5.0 * sqrt (126.0));
}

static int
compare_keys (gconstpointer a,
              gconstpointer b)
{
  guint64 x = *(const guint64 *) a, y = *(const guint64 *) b;

  return (x > y) - (x < y);
}

/* Keys of seeds, streams, words and texts that are near each other. */
static void
test_rng_derive (void)
{
  static const char *const texts[] = { "", "a", "b", "conv1", "conv10", "conv2", "12345678",
                                       "123456789", "123456781", "cömv" };
  guint64 keys[4 * 10 * 8 + G_N_ELEMENTS (texts)];
  guint n = 0;

  for (guint64 seed = 0; seed < 4; seed++)
    for (guint stream = 0; stream <= MTL_STREAM_PROBE; stream++)
      for (guint64 word = 0; word < 8; word++)
        keys[n++] = mtl_rng_derive (mtl_rng_new (seed, stream), word).key;
  for (guint t = 0; t < G_N_ELEMENTS (texts); t++)
    keys[n++] = mtl_rng_derive_text (mtl_rng_new (0, 0), texts[t]).key;

  g_assert_cmpuint (n, ==, G_N_ELEMENTS (keys));
  qsort (keys, n, sizeof *keys, compare_keys);
  for (guint i = 1; i < n; i++)
    g_assert_cmphex (keys[i], !=, keys[i - 1]);
}

/* A permutation, repeated by the same key; and over many keys each of four
 * items comes first in a quarter of them, within five standard errors. */
static void
test_rng_shuffle (void)
{
  guint32 items[1000], again[1000];
  gboolean found[1000] = { FALSE };
  guint firsts[4] = { 0 };

  for (guint i = 0; i < 1000; i++)
    items[i] = again[i] = i;
  mtl_rng_shuffle (mtl_rng_new (3, MTL_STREAM_ORDER), items, 1000);
  mtl_rng_shuffle (mtl_rng_new (3, MTL_STREAM_ORDER), again, 1000);
  g_assert_cmpmem (items, sizeof items, again, sizeof again);
  for (guint i = 0; i < 1000; i++)
    {
      g_assert_cmpuint (items[i], <, 1000);
      g_assert_false (found[items[i]]);
      found[items[i]] = TRUE;
    }
  for (guint64 seed = 0; seed < 4000; seed++)
    {
      guint32 four[4] = { 0, 1, 2, 3 };

      mtl_rng_shuffle (mtl_rng_new (seed, MTL_STREAM_ORDER), four, 4);
      firsts[four[0]]++;
    }
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat (fabs (firsts[i] - 1000.0), <, 5.0 * sqrt (750.0));
}

/* --- the pool --- */

#define MOST_PIECES 97

typedef struct
{
  guint counts[MOST_PIECES];   /* plain on purpose: a piece has one worker */
  guint workers[MOST_PIECES];
} Tally;

static void
count_piece (guint    piece,
             guint    worker,
             gpointer data)
{
  Tally *tally = data;

  tally->counts[piece]++;
  tally->workers[piece] = worker;
}

/* Every piece exactly once, on a worker that exists, round after round. */
static void
test_pool_runs_each (gconstpointer data)
{
  g_autoptr(MtlPool) pool = mtl_pool_new (GPOINTER_TO_UINT (data));
  guint n_workers = mtl_pool_n_workers (pool);
  Tally tally = { { 0 }, { 0 } };

  g_assert_cmpuint (n_workers, ==, GPOINTER_TO_UINT (data));
  for (guint round = 0; round < 3000; round++)
    {
      guint n_pieces = round % (MOST_PIECES + 1);

      memset (&tally, 0, sizeof tally);
      mtl_pool_run (pool, n_pieces, count_piece, &tally);
      for (guint piece = 0; piece < MOST_PIECES; piece++)
        {
          if (tally.counts[piece] != (piece < n_pieces))
            g_error ("%u workers, round %u: piece %u of %u ran %u times",
                     n_workers, round, piece, n_pieces, tally.counts[piece]);
          g_assert_cmpuint (tally.workers[piece], <, n_workers);
        }
    }
}

/* Long enough between two jobs for the workers to fall asleep. */
static void
test_pool_wakes (void)
{
  g_autoptr(MtlPool) pool = mtl_pool_new (2);
  Tally tally = { { 0 }, { 0 } };

  for (guint round = 0; round < 100; round++)
    {
      g_usleep (500);
      mtl_pool_run (pool, MOST_PIECES, count_piece, &tally);
    }
  for (guint piece = 0; piece < MOST_PIECES; piece++)
    g_assert_cmpuint (tally.counts[piece], ==, 100);
}

typedef struct
{
  pthread_mutex_t lock;
  pthread_cond_t  met;
  guint           n_here;
} Meeting;

/* Returns only when both pieces are being worked on. */
static void
meet (guint    piece,
      guint    worker,
      gpointer data)
{
  Meeting *meeting = data;

  pthread_mutex_lock (&meeting->lock);
  meeting->n_here++;
  pthread_cond_broadcast (&meeting->met);
  while (meeting->n_here < 2)
    pthread_cond_wait (&meeting->met, &meeting->lock);
  pthread_mutex_unlock (&meeting->lock);
}

/* Two pieces that wait for each other end only if they run at once. */
static void
test_pool_at_once (void)
{
  g_autoptr(MtlPool) pool = mtl_pool_new (2);

  for (guint round = 0; round < 200; round++)
    {
      Meeting meeting = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 };

      mtl_pool_run (pool, 2, meet, &meeting);
      g_assert_cmpuint (meeting.n_here, ==, 2);
    }
}

/* Freed at once, or right after a job. */
static void
test_pool_frees (void)
{
  for (guint round = 0; round < 50; round++)
    {
      g_autoptr(MtlPool) idle = mtl_pool_new (3);
      g_autoptr(MtlPool) used = mtl_pool_new (0);
      Tally tally = { { 0 }, { 0 } };

      mtl_pool_run (used, 5, count_piece, &tally);
      g_assert_cmpuint (mtl_pool_n_workers (used), ==, g_get_num_processors ());
      g_assert_cmpuint (tally.counts[4], ==, 1);
    }
}

/* --- series and mailbox --- */

#define N_POSTS     20000
#define FRAME_WORDS 50

static gpointer
append_thread (gpointer data)
{
  for (guint i = 0; i < N_POSTS; i++)
    mtl_series_append (data, i, -3.0 * i);

  return NULL;
}

/* Read while it grows: every point once, whole and in order. */
static void
test_series_grows (void)
{
  g_autoptr(MtlSeries) series = mtl_series_new ();
  MtlPoint points[77];
  pthread_t thread;
  gsize n_read = 0;

  g_assert_cmpuint (mtl_series_get_length (series), ==, 0);
  g_assert_cmpint (pthread_create (&thread, NULL, append_thread, series), ==, 0);
  while (n_read < N_POSTS)
    {
      gsize n = mtl_series_read (series, n_read, points, G_N_ELEMENTS (points));

      for (gsize i = 0; i < n; i++)
        {
          g_assert_cmpfloat (points[i].x, ==, (double) (n_read + i));
          g_assert_cmpfloat (points[i].y, ==, -3.0 * points[i].x);
        }
      n_read += n;
    }
  pthread_join (thread, NULL);

  g_assert_cmpuint (mtl_series_get_length (series), ==, N_POSTS);
  g_assert_cmpuint (mtl_series_read (series, N_POSTS - 2, points, 5), ==, 2);
  g_assert_cmpuint (mtl_series_read (series, N_POSTS, points, 5), ==, 0);
  g_assert_cmpuint (mtl_series_read (series, 0, points, 0), ==, 0);
}

static gpointer
post_thread (gpointer data)
{
  guint frame[FRAME_WORDS];

  for (guint i = 1; i <= N_POSTS; i++)
    {
      for (guint w = 0; w < FRAME_WORDS; w++)
        frame[w] = i;
      mtl_mailbox_post (data, frame);
    }

  return NULL;
}

/* Frames may be missed; none is torn, none older than the one before, and
 * the last arrives, once. */
static void
test_mailbox_newest (void)
{
  g_autoptr(MtlMailbox) mailbox = mtl_mailbox_new (sizeof (guint[FRAME_WORDS]));
  guint frame[FRAME_WORDS], newest = 0;
  guint64 seen = 0, seen_by_another = 0;
  pthread_t thread;

  g_assert_false (mtl_mailbox_take (mailbox, &seen, frame));
  g_assert_cmpint (pthread_create (&thread, NULL, post_thread, mailbox), ==, 0);
  while (newest < N_POSTS)
    if (mtl_mailbox_take (mailbox, &seen, frame))
      {
        for (guint w = 1; w < FRAME_WORDS; w++)
          g_assert_cmpuint (frame[w], ==, frame[0]);
        g_assert_cmpuint (frame[0], >, newest);
        newest = frame[0];
      }
  pthread_join (thread, NULL);

  g_assert_false (mtl_mailbox_take (mailbox, &seen, frame));
  g_assert_true (mtl_mailbox_take (mailbox, &seen_by_another, frame));
}

/* --- states --- */

static MtlStateSpec
example_spec (void)
{
  MtlStateSpec spec = { 0 };

  mtl_state_declare (&spec, "weights", 3, FALSE, 0.5, TRUE);
  mtl_state_declare (&spec, "moving", 5, TRUE, -1.0, FALSE);
  mtl_state_declare (&spec, "none", 0, TRUE, 0.0, FALSE);

  return spec;
}

/* Initial values, a copy that is apart, and the bits back from a checkpoint. */
static void
test_state_saves (void)
{
  MtlStateSpec spec = example_spec ();
  g_autoptr(MtlState) state = mtl_state_new (&spec);
  g_autoptr(MtlState) copy = NULL;
  g_autoptr(GVariant) saved = NULL;
  g_autoptr(GError) error = NULL;

  g_assert_cmpuint (mtl_state_spec (state)->n, ==, 3);
  g_assert_cmpfloat (mtl_state_doubles (state, 0)[2], ==, 0.5);
  g_assert_cmpfloat (mtl_state_floats (state, 1)[4], ==, -1.0f);

  mtl_state_doubles (state, 0)[1] = 1.0 / 3.0;
  mtl_state_floats (state, 1)[3] = NAN;
  saved = mtl_state_save (state);
  copy = mtl_state_copy (state);
  mtl_state_doubles (state, 0)[1] = 9.0;
  mtl_state_floats (state, 1)[3] = 9.0f;
  g_assert_cmpfloat (mtl_state_doubles (copy, 0)[1], ==, 1.0 / 3.0);

  g_assert_true (mtl_state_load (state, saved, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (mtl_state_doubles (state, 0), 3 * sizeof (double),
                   mtl_state_doubles (copy, 0), 3 * sizeof (double));
  g_assert_cmpmem (mtl_state_floats (state, 1), 5 * sizeof (float),
                   mtl_state_floats (copy, 1), 5 * sizeof (float));
}

/* Another name, kind, length and count; what was there stays. */
static void
test_state_refuses (void)
{
  static const char *const refused[] = {
    "[('weights', <[1.0, 2.0, 3.0]>), ('other', <@au [1, 2, 3, 4, 5]>), ('none', <@au []>)]",
    "[('weights', <[1.0, 2.0, 3.0]>), ('moving', <[1.0, 2.0, 3.0, 4.0, 5.0]>), "
    "('none', <@au []>)]",
    "[('weights', <[1.0, 2.0, 3.0]>), ('moving', <@au [1, 2, 3, 4]>), ('none', <@au []>)]",
    "[('weights', <[1.0, 2.0, 3.0]>), ('moving', <@au [1, 2, 3, 4, 5]>)]",
    "['weights']",
  };
  static const char accepted[] =
    "[('weights', <[1.0, 2.0, 3.0]>), ('moving', <@au [1, 2, 3, 4, 5]>), ('none', <@au []>)]";
  MtlStateSpec spec = example_spec ();
  g_autoptr(MtlState) state = mtl_state_new (&spec);
  g_autoptr(GVariant) good = g_variant_parse (NULL, accepted, NULL, NULL, NULL);

  for (guint n = 0; n < G_N_ELEMENTS (refused); n++)
    {
      g_autoptr(GVariant) saved = g_variant_parse (NULL, refused[n], NULL, NULL, NULL);
      g_autoptr(GError) error = NULL;

      g_assert_nonnull (saved);
      g_assert_false (mtl_state_load (state, saved, &error));
      g_assert_error (error, MTL_ERROR, MTL_ERROR_STORE);
      g_assert_cmpfloat (mtl_state_doubles (state, 0)[0], ==, 0.5);
    }
  g_assert_true (mtl_state_load (state, good, NULL));
  g_assert_cmpfloat (mtl_state_doubles (state, 0)[2], ==, 3.0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/rng/known-answers", test_rng_known_answers);
  g_test_add_func ("/base/rng/fill", test_rng_fill);
  g_test_add_func ("/base/rng/uniform", test_rng_uniform);
  g_test_add_func ("/base/rng/derive", test_rng_derive);
  g_test_add_func ("/base/rng/shuffle", test_rng_shuffle);
  g_test_add_data_func ("/base/pool/runs-each/1", GUINT_TO_POINTER (1), test_pool_runs_each);
  g_test_add_data_func ("/base/pool/runs-each/2", GUINT_TO_POINTER (2), test_pool_runs_each);
  g_test_add_data_func ("/base/pool/runs-each/4", GUINT_TO_POINTER (4), test_pool_runs_each);
  g_test_add_data_func ("/base/pool/runs-each/7", GUINT_TO_POINTER (7), test_pool_runs_each);
  g_test_add_func ("/base/pool/wakes", test_pool_wakes);
  g_test_add_func ("/base/pool/at-once", test_pool_at_once);
  g_test_add_func ("/base/pool/frees", test_pool_frees);
  g_test_add_func ("/base/series/grows", test_series_grows);
  g_test_add_func ("/base/mailbox/newest", test_mailbox_newest);
  g_test_add_func ("/base/state/saves", test_state_saves);
  g_test_add_func ("/base/state/refuses", test_state_refuses);

  return g_test_run ();
}
