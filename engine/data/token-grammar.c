/* token-grammar.c — sentences of a small grammar: data that needs no files
 *
 * A sentence (mtl-grammar.h) is drawn when a batch asks for it, in half a
 * microsecond, its kind first and evenly. Replaced tokens are those of the input
 * alone: the targets are of the sentence as it was.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-source.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-grammar.h"

#define LEAST_LENGTH 8
#define MOST_LENGTH  64

enum
{
  LENGTH,
  TRAIN_SIZE,
  TEST_SIZE,
  NOISE,
  N_OWN,   /* the settings common to all sources follow */
};

enum
{
  TAGS,
  KIND,
  NEXT,
  N_TARGETS,
};

enum
{
  DRAW_KIND,
  DRAW_SENTENCE,
  DRAW_NOISE,
  DRAW_WORD,
};

static const MtlParam params[] = {
  { .id = "length", .title = N_("Length"),
    .summary = N_("Tokens of a sample; sentences have no more, and shorter ones end with 0"),
    .type = MTL_WHOLE, .minimum = LEAST_LENGTH, .maximum = MOST_LENGTH, .initial = 16.0 },
  { .id = "train-size", .title = N_("Training Sentences"),
    .summary = N_("Number of sentences to train on"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1e7, .initial = 20000.0 },
  { .id = "test-size", .title = N_("Test Sentences"),
    .summary = N_("Number of sentences to test on; a short one may be among those of training"),
    .type = MTL_WHOLE, .minimum = 0.0, .maximum = 1e7, .initial = 2000.0 },
  { .id = "noise", .title = N_("Noise"),
    .summary = N_("Share of tokens replaced by other words; targets stay those of the sentence"),
    .type = MTL_NUMBER, .minimum = 0.0, .maximum = 1.0, .initial = 0.0, .rare = TRUE },
  { .id = NULL },
};

static const char *const tag_names[] = {
  "determiner", "noun", "verb", "adjective", "adverb", "preposition", "pronoun", "auxiliary", NULL
};
static const char *const kind_names[] = {
  "statement", "question", "command", "exclamation", NULL
};

G_STATIC_ASSERT (G_N_ELEMENTS (tag_names) == MTL_N_TAGS + 1);
G_STATIC_ASSERT (G_N_ELEMENTS (kind_names) == MTL_N_SENTENCES + 1);

typedef struct
{
  guint      length;
  double     noise;
  MtlRng     splits[2];   /* by MtlRawSplit */
  MtlGrammar grammar;
} TokenGrammar;

/* @classes: (transfer full) */
static MtlTarget
make_target (const char  *name,
             gsize        size,
             char       **classes)
{
  MtlRaw *raw = g_new0 (MtlRaw, 1);

  raw->name = g_strdup (name);
  raw->classes = classes;

  return (MtlTarget) {
    g_strdup (name), { MTL_TARGET_CLASS, g_strv_length (classes), size }, raw,
  };
}

/* Token numbers as classes, so 0 is one that no target is. */
static char **
name_tokens (void)
{
  guint n = mtl_grammar_n_words ();
  char **names = g_new0 (char *, n + 2);

  names[0] = g_strdup ("padding");
  for (guint w = 0; w < n; w++)
    names[w + 1] = g_strdup (mtl_grammar_words[w]);

  return names;
}

static void
describe (MtlSourceInfo *info,
          gsize          length,
          gsize          train_rows,
          gsize          test_rows)
{
  g_autoptr(GString) note = g_string_new (NULL);

  g_string_append_printf (note, "tokens: numbers of words from 1, 0 behind the sentence; there are "
                          "%u words\n", mtl_grammar_n_words ());
  g_string_append (note, "tags: part of speech of each token\n"
                   "kind: of the sentence\n"
                   "next: number of the token that follows each");
  *info = (MtlSourceInfo) {
    .n_ports = 1,
    .ports = { g_strdup ("tokens") },
    .shapes = { { .rank = 1, .size = { length } } },
    .n_targets = N_TARGETS,
    .targets = g_new0 (MtlTarget, N_TARGETS),
    .train_rows = train_rows,
    .test_rows = test_rows,
    .note = g_string_free (g_steal_pointer (&note), FALSE),
  };
  info->targets[TAGS] = make_target ("tags", length, g_strdupv ((char **) tag_names));
  info->targets[KIND] = make_target ("kind", 1, g_strdupv ((char **) kind_names));
  info->targets[NEXT] = make_target ("next", length, name_tokens ());
}

static gboolean
token_grammar_open (const MtlSetting  *set,
                    MtlSourceInfo     *info,
                    gpointer          *data,
                    GCancellable      *cancel,
                    GError           **error)
{
  const guint64 seed = (guint64) set[N_OWN + MTL_SOURCE_SEED].number;
  const guint length = (guint) set[LENGTH].number;

  if (data != NULL)
    {
      TokenGrammar *self = g_new0 (TokenGrammar, 1);

      self->length = length;
      self->noise = set[NOISE].number;
      mtl_grammar_init (&self->grammar);
      for (guint split = 0; split < 2; split++)
        self->splits[split] = mtl_rng_derive (mtl_rng_new (seed, MTL_STREAM_DATA), split);
      *data = self;
    }

  describe (info, length, (gsize) set[TRAIN_SIZE].number, (gsize) set[TEST_SIZE].number);
  return TRUE;
}

/* --- a sample --- */

static void
write_tokens (const TokenGrammar *self,
              MtlRng              rng,
              const MtlSentence  *sentence,
              float              *tokens)
{
  const guint n_words = mtl_grammar_n_words ();
  const MtlRng noise = mtl_rng_derive (rng, DRAW_NOISE), other = mtl_rng_derive (rng, DRAW_WORD);

  for (guint i = 0; i < self->length; i++)
    {
      guint word = i < sentence->n ? sentence->words[i] : 0;

      if (word > 0 && self->noise > 0.0 && mtl_rng_unit (noise, i) < self->noise)
        word = (word + (guint) mtl_rng_below (other, i, n_words - 1)) % n_words + 1;
      tokens[i] = (float) word;
    }
}

static void
token_grammar_fill (gconstpointer   data,
                    MtlRawSplit     split,
                    const guint32  *index,
                    gsize           n,
                    float *const   *x,
                    float *const   *targets)
{
  const TokenGrammar *self = data;
  static float *const nothing[N_TARGETS] = { NULL };
  float *const *wanted = targets != NULL ? targets : nothing;
  guint8 words[MOST_LENGTH], tags[MOST_LENGTH];

  for (gsize i = 0; i < n; i++)
    {
      MtlRng rng = mtl_rng_derive (self->splits[split], index[i]);
      MtlSentence sentence = { .most = self->length, .words = words, .tags = tags };
      MtlSymbol kind = (MtlSymbol) mtl_rng_below (rng, DRAW_KIND, MTL_N_SENTENCES);

      mtl_grammar_draw (&self->grammar, mtl_rng_derive (rng, DRAW_SENTENCE), kind, &sentence);
      if (x != NULL && x[0] != NULL)
        write_tokens (self, rng, &sentence, x[0] + i * self->length);
      if (wanted[KIND] != NULL)
        wanted[KIND][i] = (float) kind;
      for (guint t = 0; t < self->length && wanted[TAGS] != NULL; t++)
        wanted[TAGS][i * self->length + t] = t < sentence.n ? (float) tags[t] : NAN;
      for (guint t = 0; t < self->length && wanted[NEXT] != NULL; t++)
        wanted[NEXT][i * self->length + t] = t + 1 < sentence.n ? (float) words[t + 1] : NAN;
    }
}

static char *
token_grammar_line (const MtlSetting *set)
{
  /* Translators: how many words and other tokens a sentence has at most. */
  return g_strdup_printf (_("%u tokens"), (guint) set[LENGTH].number);
}

const MtlSource mtl_source_token_grammar = {
  .method = {
    .id = "token-grammar",
    .title = N_("Token Grammar"),
    .summary = N_("Sentences of a small grammar; the part of speech of each word, the kind of "
                  "sentence and the word that follows; needs no files."),
    .reference = "A weighted context-free grammar (Booth, Thompson, “Applying Probability Measures "
                 "to Abstract Languages”, IEEE Transactions on Computers C-22(5), 1973) of our own",
    .params = params,
  },
  .icon = "basin-sentence-symbolic",
  .width = 84,
  .line = token_grammar_line,
  .open = token_grammar_open,
  .fill = token_grammar_fill,
  .close = g_free,
};
