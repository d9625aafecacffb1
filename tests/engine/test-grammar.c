/* test-grammar.c — sentences that are drawn, and what is said of each word
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "made-data.h"
#include "mtl-grammar.h"

#define LENGTH 16

static const char *const tasks[] = { "tags", "kind", "next" };

/* --- one way of reading a sentence --- */

/* All ways of reading words as a kind of sentence, found from the rules alone. */
typedef struct
{
  const MtlGrammar *grammar;
  const guint8     *words;
  guint             n;
  guint8            tags[64];    /* of the way that is being tried */
  guint8            found[64];   /* of the first way */
  guint             kind;
  guint             n_found;     /* ways that differ in kind or tags */
} Reading;

static gboolean
has_word (const MtlWordList *list,
          guint8             word)
{
  for (guint i = 0; i < list->n; i++)
    if (list->words[i] == word)
      return TRUE;

  return FALSE;
}

static void
note_way (Reading *self,
          guint    kind)
{
  if (self->n_found > 0 && self->kind == kind && memcmp (self->tags, self->found, self->n) == 0)
    return;

  self->kind = kind;
  memcpy (self->found, self->tags, self->n);
  self->n_found++;
}

/* Reads the words from @at as the symbols of @wanted, of which the last one is
 * next. */
static void
read_on (Reading         *self,
         guint            kind,
         guint            at,
         const MtlSymbol *wanted,
         guint            n_wanted)
{
  MtlSymbol rest[64];
  const MtlWordList *list;

  if (n_wanted == 0 && at == self->n)
    note_way (self, kind);
  if (n_wanted == 0 || n_wanted > self->n - at)
    return;

  memcpy (rest, wanted, (n_wanted - 1) * sizeof *rest);
  list = &self->grammar->lists[wanted[n_wanted - 1]];
  if (list->n > 0 && has_word (list, self->words[at]))
    {
      self->tags[at] = (guint8) list->tag;
      read_on (self, kind, at + 1, rest, n_wanted - 1);
    }
  for (const MtlRule *rule = mtl_grammar_rules; list->n == 0 && rule->weight > 0; rule++)
    if (rule->symbol == wanted[n_wanted - 1])
      {
        for (guint p = 0; p < rule->n_parts; p++)
          rest[n_wanted - 1 + p] = rule->parts[rule->n_parts - 1 - p];
        read_on (self, kind, at, rest, n_wanted - 1 + rule->n_parts);
      }
}

static void
read_words (Reading *self)
{
  self->n_found = 0;
  for (MtlSymbol kind = 0; kind < MTL_N_SENTENCES; kind++)
    read_on (self, kind, 0, &kind, 1);
}

static void
test_one_reading (void)
{
  guint8 words[LENGTH], tags[LENGTH];
  MtlSentence sentence = { LENGTH, 0, words, tags };
  MtlGrammar grammar;
  Reading reading = { .grammar = &grammar, .words = words };

  mtl_grammar_init (&grammar);
  for (guint i = 0; i < 4000; i++)
    {
      MtlSymbol kind = i % MTL_N_SENTENCES;
      g_autoptr(GString) text = g_string_new (NULL);

      mtl_grammar_draw (&grammar, (MtlRng) { i }, kind, &sentence);
      for (guint w = 0; w < sentence.n; w++)
        g_string_append_printf (text, "%s ", mtl_grammar_words[words[w] - 1]);
      if (i < 24)
        g_test_message ("%u: %s", kind, text->str);

      reading.n = sentence.n;
      read_words (&reading);
      if (reading.n_found != 1 || reading.kind != kind
          || memcmp (reading.found, tags, sentence.n) != 0)
        g_error ("sentence %u, of kind %u, has %u readings: %s", i, kind, reading.n_found,
                 text->str);
    }
}

/* The reader itself: it refuses what is none, and finds two where there are two. */
static void
test_reader (void)
{
  guint8 words[] = { 1, 1, 1 };
  MtlGrammar grammar;
  Reading reading = { .grammar = &grammar, .words = words, .n = 3 };

  mtl_grammar_init (&grammar);
  read_words (&reading);
  g_assert_cmpuint (reading.n_found, ==, 0);

  /* “the rope cut”, and then with a determiner that may be an adjective too. */
  words[1] = grammar.lists[MTL_SYMBOL_NOUN].words[0];
  words[2] = grammar.lists[MTL_SYMBOL_HAPPENS].words[0];
  read_words (&reading);
  g_assert_cmpuint (reading.n_found, ==, 1);
  g_assert_cmpuint (reading.kind, ==, MTL_SYMBOL_STATEMENT);
  grammar.lists[MTL_SYMBOL_TIME].words[0] = 1;
  grammar.lists[MTL_SYMBOL_BARE].words[0] = words[1];
  read_words (&reading);
  g_assert_cmpuint (reading.n_found, ==, 2);
}

/* --- the source --- */

static MtlChosen *
choose_sentences (const char *length,
                  const char *key,
                  const char *value)
{
  return choose ("token-grammar", "length", length, "train-size", "6000", "test-size", "500",
                 key, value, NULL);
}

static void
check_row (const float *tokens,
           const float *tags,
           float        kind,
           const float *next,
           guint        length)
{
  const float most = (float) mtl_grammar_n_words ();
  guint n = 0;

  while (n < length && tokens[n] > 0.0f)
    n++;
  g_assert_cmpuint (n, >, 0);
  g_assert_true (kind >= 0.0f && kind < MTL_N_SENTENCES);
  for (guint i = 0; i < length; i++)
    {
      g_assert_true (tokens[i] <= most && tokens[i] == floorf (tokens[i]));
      if (i >= n)
        g_assert_true (tokens[i] == 0.0f && isnan (tags[i]) && isnan (next[i]));
      else
        g_assert_true (tags[i] >= 0.0f && tags[i] < MTL_N_TAGS);
      if (i + 1 < n)
        g_assert_cmpfloat (next[i], ==, tokens[i + 1]);
      else
        g_assert_true (isnan (next[i]));
    }
}

static void
check_length (guint length)
{
  g_autofree char *text = g_strdup_printf ("%u", length);
  g_autoptr(MtlChosen) source = choose_sentences (text, "noise", "0");
  g_autoptr(MtlData) data = open_data (source, tasks, 3);
  g_autoptr(MtlBatch) train = read_split (data, MTL_DATA_TRAIN);
  guint kinds[MTL_N_SENTENCES] = { 0 };

  g_assert_cmpuint (mtl_data_target (data, 2)->n_classes, ==, mtl_grammar_n_words () + 1);
  for (gsize i = 0; i < train->rows; i++)
    {
      check_row (train->x[0] + i * length, train->targets[0] + i * length, train->targets[1][i],
                 train->targets[2] + i * length, length);
      kinds[(guint) train->targets[1][i]]++;
    }
  for (guint k = 0; k < MTL_N_SENTENCES; k++)
    check_share ("sentences of a kind", kinds[k], (double) train->rows, 0.25);
}

static void
test_targets (void)
{
  check_length (8);
  check_length (LENGTH);
  check_length (64);
}

/* No word tells the kind of its sentence; a good part may be of several parts of
 * speech; each part of speech is there. */
static void
test_words (void)
{
  g_autoptr(MtlChosen) source = choose_sentences ("16", "noise", "0");
  g_autoptr(MtlData) data = open_data (source, tasks, 3);
  g_autoptr(MtlBatch) train = read_split (data, MTL_DATA_TRAIN);
  guint8 kinds[256] = { 0 }, tags[256] = { 0 };
  guint counts[MTL_N_TAGS] = { 0 }, n = 0, several = 0;

  for (gsize i = 0; i < train->rows * LENGTH; i++)
    if (train->x[0][i] > 0.0f)
      {
        guint word = (guint) train->x[0][i];

        kinds[word] |= (guint8) (1u << (guint) train->targets[1][i / LENGTH]);
        tags[word] |= (guint8) (1u << (guint) train->targets[0][i]);
        counts[(guint) train->targets[0][i]]++;
        n++;
      }

  for (guint w = 1; w <= mtl_grammar_n_words (); w++)
    {
      if ((kinds[w] & (kinds[w] - 1)) == 0)
        g_error ("“%s” is in sentences of %s", mtl_grammar_words[w - 1],
                 kinds[w] == 0 ? "no kind" : "one kind only");
      several += (tags[w] & (tags[w] - 1)) != 0;
    }
  g_test_message ("%u words, %u of several parts of speech; %.2f tokens a sentence",
                  mtl_grammar_n_words (), several, (double) n / (double) train->rows);
  g_assert_cmpuint (several, >=, 16);
  for (guint t = 0; t < MTL_N_TAGS; t++)
    if (counts[t] < 0.04 * n || counts[t] > 0.35 * n)
      g_error ("tag %u: %g of the tokens", t, (double) counts[t] / n);
}

static void
test_rows (void)
{
  g_autoptr(MtlChosen) source = choose ("token-grammar", "train-size", "500", "test-size", "10",
                                        "noise", "0.1", "label-noise", "0.2",
                                        "label-fraction", "0.9", NULL);

  check_rows (source, tasks, 3, "next");
  check_rows (source, tasks, 3, "tags");
  check_other_seed (source, tasks, 3);
  check_info_kept (source);
}

/* As many tokens as asked for are another word; targets do not change. */
static void
test_noise (void)
{
  g_autoptr(MtlChosen) plain = choose_sentences ("16", "noise", "0");
  g_autoptr(MtlChosen) noisy = choose_sentences ("16", "noise", "0.3");
  g_autoptr(MtlData) plain_data = open_data (plain, tasks, 3);
  g_autoptr(MtlData) noisy_data = open_data (noisy, tasks, 3);
  g_autoptr(MtlBatch) a = read_split (plain_data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) b = read_split (noisy_data, MTL_DATA_TRAIN);
  guint changed = 0, n = 0;

  for (gsize i = 0; i < a->rows * LENGTH; i++)
    {
      n += a->x[0][i] > 0.0f;
      changed += a->x[0][i] != b->x[0][i];
      g_assert_true ((a->x[0][i] > 0.0f) == (b->x[0][i] > 0.0f));
      g_assert_true (b->x[0][i] <= (float) mtl_grammar_n_words ());
    }
  check_share ("replaced tokens", changed, n, 0.3);
  for (guint k = 0; k < 3; k++)
    {
      gsize size = a->rows * mtl_data_target (plain_data, k)->size * sizeof (float);

      g_assert_cmpmem (a->targets[k], size, b->targets[k], size);
    }
}

/* --- labels of items --- */

/* Each tag is wrong on its own, evenly over the other seven; a sentence loses
 * all its tags or none; padding stays without. */
static void
test_label_noise (void)
{
  g_autoptr(MtlChosen) source = choose ("token-grammar", "train-size", "6000", "label-noise",
                                        "tags:0.2,kind:0.3", "label-fraction", "tags:0.7", NULL);
  g_autoptr(MtlData) data = open_data (source, tasks, 3);
  g_autoptr(MtlBatch) train = read_split (data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) clean = read_split (data, MTL_DATA_TRAIN_CLEAN);
  guint steps[MTL_N_TAGS] = { 0 }, kept = 0, there = 0, kinds = 0, twice = 0;

  for (gsize i = 0; i < train->rows; i++)
    {
      const float *spoilt = train->targets[0] + i * LENGTH, *own = clean->targets[0] + i * LENGTH;
      guint wrong = 0;

      kinds += train->targets[1][i] != clean->targets[1][i];
      kept += !isnan (spoilt[0]);
      for (guint w = 0; w < LENGTH; w++)
        g_assert_true (isnan (spoilt[w]) == (isnan (spoilt[0]) || isnan (own[w])));
      for (guint w = 0; w < LENGTH && !isnan (spoilt[w]); w++)
        {
          guint step = ((guint) spoilt[w] + MTL_N_TAGS - (guint) own[w]) % MTL_N_TAGS;

          g_assert_true (spoilt[w] < MTL_N_TAGS);
          there++;
          steps[step]++;
          wrong += step > 0;
        }
      twice += wrong == 1;
    }

  check_share ("sentences with tags", kept, (double) train->rows, 0.7);
  check_share ("wrong kinds", kinds, (double) train->rows, 0.3);
  check_share ("right tags", steps[0], there, 0.8);
  for (guint s = 1; s < MTL_N_TAGS; s++)
    check_share ("wrong tags of one kind", steps[s], there, 0.2 / (MTL_N_TAGS - 1));
  /* Were they wrong together, a sentence of one wrong tag would be rare. */
  g_assert_cmpuint (twice, >, kept / 5);
}

/* What is wrong at a small share is as wrong at a larger one. */
static void
test_label_noise_grows (void)
{
  g_autoptr(MtlChosen) little = choose_sentences ("16", "label-noise", "tags:0.1");
  g_autoptr(MtlChosen) much = choose_sentences ("16", "label-noise", "tags:0.5");
  g_autoptr(MtlData) little_data = open_data (little, tasks, 3);
  g_autoptr(MtlData) much_data = open_data (much, tasks, 3);
  g_autoptr(MtlBatch) a = read_split (little_data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) b = read_split (much_data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) clean = read_split (much_data, MTL_DATA_TRAIN_CLEAN);

  for (gsize i = 0; i < a->rows * LENGTH; i++)
    if (!isnan (clean->targets[0][i]) && a->targets[0][i] != clean->targets[0][i])
      g_assert_cmpfloat (a->targets[0][i], ==, b->targets[0][i]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/grammar/one-reading", test_one_reading);
  g_test_add_func ("/grammar/reader", test_reader);
  g_test_add_func ("/grammar/targets", test_targets);
  g_test_add_func ("/grammar/words", test_words);
  g_test_add_func ("/grammar/rows", test_rows);
  g_test_add_func ("/grammar/noise", test_noise);
  g_test_add_func ("/grammar/label-noise", test_label_noise);
  g_test_add_func ("/grammar/label-noise-grows", test_label_noise_grows);

  return g_test_run ();
}
