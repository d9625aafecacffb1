/* mtl-grammar.c — a context-free grammar with weights, and sentences drawn from it
 *
 * A symbol is replaced by the parts of one of its rules, drawn by weight, from
 * the left to the right until only words are left. A sentence that is too long
 * is thrown away and drawn anew, so sentences have the grammar's distribution
 * given that they fit.
 *
 * Why a sentence can be read in one way only: objects begin with a determiner or
 * are pronouns, so two words that may be verbs never follow each other as verb
 * and object; a noun without determiner is only ever a subject, and then a verb
 * or an auxiliary follows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-grammar.h"

#include <string.h>

#include "mtl-dice.h"

#define TRIES 64

const char *const mtl_grammar_words[] = {
  "the", "a", "this", "that", "her", "my", "what",
  "rope", "bread", "book", "dog", "child", "garden", "table", "door", "stone", "boat",
  "light", "cold", "cut", "hit", "set", "read", "spread", "split", "beat", "hurt",
  "put", "shut", "quit",
  "old", "big", "small", "green", "fast", "hard", "late", "early",
  "well", "down", "over", "again", "now", "how",
  "in", "on", "by", "near", "with", "under",
  "i", "you", "we", "they", "it", "them", "us",
  "did", "do", "could", "must", "would",
};

typedef struct
{
  MtlSymbol   symbol;
  MtlTag      tag;
  const char *words;
} Entry;

static const Entry lexicon[] = {
  { MTL_SYMBOL_DETERMINER, MTL_TAG_DETERMINER, "the a this that her my" },
  { MTL_SYMBOL_NOUN, MTL_TAG_NOUN,
    "rope bread book dog child garden table door stone boat light cold "
    "cut hit set read spread split beat hurt" },
  { MTL_SYMBOL_BARE, MTL_TAG_NOUN, "bread light cold hurt spread" },
  { MTL_SYMBOL_ACTS, MTL_TAG_VERB, "cut hit set read spread split beat hurt put shut" },
  { MTL_SYMBOL_HAPPENS, MTL_TAG_VERB, "cut read spread split beat hurt shut quit" },
  { MTL_SYMBOL_ADJECTIVE, MTL_TAG_ADJECTIVE,
    "old big small green cold light fast hard late early cut shut split set hurt spread" },
  { MTL_SYMBOL_DEGREE, MTL_TAG_ADVERB, "fast hard late early well" },
  { MTL_SYMBOL_MANNER, MTL_TAG_ADVERB, "fast hard late early well down over again" },
  { MTL_SYMBOL_TIME, MTL_TAG_ADVERB, "now again late early" },
  { MTL_SYMBOL_PREPOSITION, MTL_TAG_PREPOSITION, "in on by near with under down over" },
  { MTL_SYMBOL_WHO_ACTS, MTL_TAG_PRONOUN, "i you we they it" },
  { MTL_SYMBOL_WHO_SUFFERS, MTL_TAG_PRONOUN, "you it them us her" },
  { MTL_SYMBOL_AUXILIARY, MTL_TAG_AUXILIARY, "did do could must would" },
  { MTL_SYMBOL_WHAT, MTL_TAG_PRONOUN, "what" },
  { MTL_SYMBOL_WHICH, MTL_TAG_DETERMINER, "what" },
  { MTL_SYMBOL_HOW, MTL_TAG_ADVERB, "how" },
  { MTL_SYMBOL_DO, MTL_TAG_AUXILIARY, "do" },
  { MTL_SYMBOL_A, MTL_TAG_DETERMINER, "a" },
};

const MtlRule mtl_grammar_rules[] = {
  { MTL_SYMBOL_STATEMENT, 5, 2, { MTL_SYMBOL_SUBJECT, MTL_SYMBOL_PREDICATE } },
  { MTL_SYMBOL_STATEMENT, 3, 3,
    { MTL_SYMBOL_SUBJECT, MTL_SYMBOL_AUXILIARY, MTL_SYMBOL_PREDICATE } },
  { MTL_SYMBOL_STATEMENT, 2, 3, { MTL_SYMBOL_TIME, MTL_SYMBOL_SUBJECT, MTL_SYMBOL_PREDICATE } },

  { MTL_SYMBOL_QUESTION, 2, 2, { MTL_SYMBOL_WHAT, MTL_SYMBOL_PREDICATE } },
  { MTL_SYMBOL_QUESTION, 4, 3,
    { MTL_SYMBOL_AUXILIARY, MTL_SYMBOL_SUBJECT, MTL_SYMBOL_PREDICATE } },
  { MTL_SYMBOL_QUESTION, 2, 4,
    { MTL_SYMBOL_WHAT, MTL_SYMBOL_AUXILIARY, MTL_SYMBOL_SUBJECT, MTL_SYMBOL_ACTS } },
  { MTL_SYMBOL_QUESTION, 2, 5,
    { MTL_SYMBOL_WHICH, MTL_SYMBOL_NOUN, MTL_SYMBOL_AUXILIARY, MTL_SYMBOL_SUBJECT,
      MTL_SYMBOL_ACTS } },
  { MTL_SYMBOL_QUESTION, 2, 5,
    { MTL_SYMBOL_HOW, MTL_SYMBOL_DEGREE, MTL_SYMBOL_AUXILIARY, MTL_SYMBOL_SUBJECT,
      MTL_SYMBOL_PREDICATE } },

  { MTL_SYMBOL_COMMAND, 5, 1, { MTL_SYMBOL_PREDICATE } },
  { MTL_SYMBOL_COMMAND, 2, 2, { MTL_SYMBOL_DO, MTL_SYMBOL_PREDICATE } },
  { MTL_SYMBOL_COMMAND, 2, 2, { MTL_SYMBOL_TIME, MTL_SYMBOL_PREDICATE } },

  { MTL_SYMBOL_EXCLAMATION, 4, 4,
    { MTL_SYMBOL_HOW, MTL_SYMBOL_DEGREE, MTL_SYMBOL_SUBJECT, MTL_SYMBOL_PREDICATE } },
  { MTL_SYMBOL_EXCLAMATION, 5, 6,
    { MTL_SYMBOL_WHICH, MTL_SYMBOL_A, MTL_SYMBOL_ADJECTIVE, MTL_SYMBOL_NOUN,
      MTL_SYMBOL_SUBJECT, MTL_SYMBOL_ACTS } },

  { MTL_SYMBOL_SUBJECT, 3, 1, { MTL_SYMBOL_WHO_ACTS } },
  { MTL_SYMBOL_SUBJECT, 2, 1, { MTL_SYMBOL_BARE } },
  { MTL_SYMBOL_SUBJECT, 4, 2, { MTL_SYMBOL_DETERMINER, MTL_SYMBOL_NOUN } },
  { MTL_SYMBOL_SUBJECT, 3, 3,
    { MTL_SYMBOL_DETERMINER, MTL_SYMBOL_ADJECTIVE, MTL_SYMBOL_NOUN } },
  { MTL_SYMBOL_SUBJECT, 3, 3, { MTL_SYMBOL_DETERMINER, MTL_SYMBOL_NOUN, MTL_SYMBOL_PLACE } },

  { MTL_SYMBOL_OBJECT, 3, 1, { MTL_SYMBOL_WHO_SUFFERS } },
  { MTL_SYMBOL_OBJECT, 5, 2, { MTL_SYMBOL_DETERMINER, MTL_SYMBOL_NOUN } },
  { MTL_SYMBOL_OBJECT, 3, 3,
    { MTL_SYMBOL_DETERMINER, MTL_SYMBOL_ADJECTIVE, MTL_SYMBOL_NOUN } },
  { MTL_SYMBOL_OBJECT, 3, 3, { MTL_SYMBOL_DETERMINER, MTL_SYMBOL_NOUN, MTL_SYMBOL_PLACE } },

  { MTL_SYMBOL_PREDICATE, 2, 1, { MTL_SYMBOL_HAPPENS } },
  { MTL_SYMBOL_PREDICATE, 2, 2, { MTL_SYMBOL_HAPPENS, MTL_SYMBOL_MANNER } },
  { MTL_SYMBOL_PREDICATE, 5, 2, { MTL_SYMBOL_ACTS, MTL_SYMBOL_OBJECT } },
  { MTL_SYMBOL_PREDICATE, 2, 2, { MTL_SYMBOL_HAPPENS, MTL_SYMBOL_PLACE } },
  { MTL_SYMBOL_PREDICATE, 2, 3, { MTL_SYMBOL_ACTS, MTL_SYMBOL_OBJECT, MTL_SYMBOL_MANNER } },
  { MTL_SYMBOL_PREDICATE, 3, 3, { MTL_SYMBOL_ACTS, MTL_SYMBOL_OBJECT, MTL_SYMBOL_PLACE } },

  { MTL_SYMBOL_PLACE, 1, 2, { MTL_SYMBOL_PREPOSITION, MTL_SYMBOL_OBJECT } },

  { .weight = 0 },
};

guint
mtl_grammar_n_words (void)
{
  return G_N_ELEMENTS (mtl_grammar_words);
}

static guint8
find_word (const char *text)
{
  guint w = 0;

  while (strcmp (mtl_grammar_words[w], text) != 0)
    g_assert (++w < G_N_ELEMENTS (mtl_grammar_words));

  return (guint8) (w + 1);
}

void
mtl_grammar_init (MtlGrammar *self)
{
  memset (self, 0, sizeof *self);
  for (guint e = 0; e < G_N_ELEMENTS (lexicon); e++)
    {
      g_auto(GStrv) texts = g_strsplit (lexicon[e].words, " ", -1);
      MtlWordList *list = &self->lists[lexicon[e].symbol];

      list->tag = lexicon[e].tag;
      for (; texts[list->n] != NULL; list->n++)
        {
          g_assert (list->n < MTL_GRAMMAR_MOST_WORDS);
          list->words[list->n] = find_word (texts[list->n]);
        }
    }
  for (const MtlRule *rule = mtl_grammar_rules; rule->weight > 0; rule++)
    self->weights[rule->symbol] += rule->weight;
}

/* @plain: the shortest. */
static const MtlRule *
choose_rule (const MtlGrammar *self,
             MtlDice          *dice,
             MtlSymbol         symbol,
             gboolean          plain)
{
  const MtlRule *rule = mtl_grammar_rules;
  guint left = plain ? 0 : mtl_dice_below (dice, self->weights[symbol]);

  while (rule->symbol != symbol)
    rule++;
  for (; left >= rule->weight; rule++)
    left -= rule->weight;

  return rule;
}

/* FALSE: there is no room. */
static gboolean
expand (const MtlGrammar *self,
        MtlDice          *dice,
        MtlSymbol         symbol,
        gboolean          plain,
        MtlSentence      *sentence)
{
  const MtlWordList *list = &self->lists[symbol];
  const MtlRule *rule;

  if (list->n > 0)
    {
      if (sentence->n == sentence->most)
        return FALSE;
      sentence->words[sentence->n] = list->words[mtl_dice_below (dice, list->n)];
      sentence->tags[sentence->n++] = (guint8) list->tag;
      return TRUE;
    }

  rule = choose_rule (self, dice, symbol, plain);
  for (guint p = 0; p < rule->n_parts; p++)
    if (!expand (self, dice, rule->parts[p], plain, sentence))
      return FALSE;

  return TRUE;
}

void
mtl_grammar_draw (const MtlGrammar *self,
                  MtlRng            rng,
                  MtlSymbol         kind,
                  MtlSentence      *sentence)
{
  MtlDice dice = { .rng = rng };
  gboolean fits = FALSE;

  for (guint try = 0; try <= TRIES && !fits; try++)
    {
      sentence->n = 0;
      fits = expand (self, &dice, kind, try == TRIES, sentence);
    }
  g_assert (fits);
}
