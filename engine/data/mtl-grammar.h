/* mtl-grammar.h — sentences of a small grammar, with the part of speech of each
 * word and the kind of the whole
 *
 * Word numbers begin at 1; 0 is padding. The verbs are those whose forms are all
 * alike (cut, hit, …), so the sentences are English. Many words are of several
 * parts of speech, and each word stands in sentences of several kinds: what a
 * word or a sentence is follows from its place among others, and follows from
 * it with certainty.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-rng.h"

#define MTL_GRAMMAR_MOST_PARTS 6    /* on the right of a rule */
#define MTL_GRAMMAR_MOST_WORDS 24   /* in a list */

typedef enum
{
  MTL_TAG_DETERMINER,
  MTL_TAG_NOUN,
  MTL_TAG_VERB,
  MTL_TAG_ADJECTIVE,
  MTL_TAG_ADVERB,
  MTL_TAG_PREPOSITION,
  MTL_TAG_PRONOUN,
  MTL_TAG_AUXILIARY,
  MTL_N_TAGS
} MtlTag;

/* What a rule is about: kinds of sentences first, then phrases, then lists. */
typedef enum
{
  MTL_SYMBOL_STATEMENT,
  MTL_SYMBOL_QUESTION,
  MTL_SYMBOL_COMMAND,
  MTL_SYMBOL_EXCLAMATION,
  MTL_N_SENTENCES,

  MTL_SYMBOL_SUBJECT = MTL_N_SENTENCES,
  MTL_SYMBOL_OBJECT,
  MTL_SYMBOL_PREDICATE,
  MTL_SYMBOL_PLACE,
  MTL_N_PHRASES,

  MTL_SYMBOL_DETERMINER = MTL_N_PHRASES,
  MTL_SYMBOL_NOUN,
  MTL_SYMBOL_BARE,         /* a noun that needs no determiner */
  MTL_SYMBOL_ACTS,         /* a verb with an object */
  MTL_SYMBOL_HAPPENS,      /* a verb without one */
  MTL_SYMBOL_ADJECTIVE,
  MTL_SYMBOL_DEGREE,       /* an adverb behind “how” */
  MTL_SYMBOL_MANNER,       /* an adverb at the end */
  MTL_SYMBOL_TIME,         /* an adverb at the beginning */
  MTL_SYMBOL_PREPOSITION,
  MTL_SYMBOL_WHO_ACTS,     /* pronouns */
  MTL_SYMBOL_WHO_SUFFERS,
  MTL_SYMBOL_AUXILIARY,
  MTL_SYMBOL_WHAT,         /* “what” itself; and so on */
  MTL_SYMBOL_WHICH,        /* “what” before a noun */
  MTL_SYMBOL_HOW,
  MTL_SYMBOL_DO,
  MTL_SYMBOL_A,
  MTL_N_SYMBOLS
} MtlSymbol;

typedef struct
{
  MtlSymbol symbol;
  guint     weight;    /* how often, beside the symbol's other rules */
  guint     n_parts;
  MtlSymbol parts[MTL_GRAMMAR_MOST_PARTS];
} MtlRule;

/* Numbers of the words that a symbol may stand for. */
typedef struct
{
  MtlTag tag;
  guint  n;
  guint8 words[MTL_GRAMMAR_MOST_WORDS];
} MtlWordList;

typedef struct
{
  MtlWordList lists[MTL_N_SYMBOLS];   /* empty for phrases */
  guint       weights[MTL_N_SYMBOLS]; /* of all rules of a phrase */
} MtlGrammar;

typedef struct
{
  guint   most;     /* room of the two below */
  guint   n;
  guint8 *words;
  guint8 *tags;     /* MtlTag */
} MtlSentence;

/* Words by their number less 1. */
extern const char *const  mtl_grammar_words[];
guint                     mtl_grammar_n_words (void);
/* All rules; those of a symbol stand together, its shortest first. Ends with one
 * of weight 0. */
extern const MtlRule      mtl_grammar_rules[];

void                      mtl_grammar_init    (MtlGrammar       *self);
/* A sentence of @kind, one of the first four symbols, that has room in @sentence,
 * which has room for 8 words or more; the same of the same @rng. */
void                      mtl_grammar_draw    (const MtlGrammar *self,
                                               MtlRng            rng,
                                               MtlSymbol         kind,
                                               MtlSentence      *sentence);
