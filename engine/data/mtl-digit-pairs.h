/* mtl-digit-pairs.h — two digits drawn over each other, one task for each
 *
 * Pair i has digit first[i] in the top left and second[i] in the bottom right
 * of a canvas of 36×36; a pixel is the larger of the two. The digits are kept
 * as bytes and a pair is composed when a batch asks for it: what is stored of
 * it are two numbers and four offsets.
 *
 * Labels of a pair differ. Every digit is first ⌊n/m⌋ or ⌈n/m⌉ times in n
 * pairs of m digits; the second is drawn evenly from the digits of other
 * labels.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-rng.h"
#include "mtl-source.h"

#define MTL_DIGIT_SIDE   28
#define MTL_DIGIT_PIXELS (MTL_DIGIT_SIDE * MTL_DIGIT_SIDE)
#define MTL_PAIR_SIDE    36
#define MTL_PAIR_PIXELS  (MTL_PAIR_SIDE * MTL_PAIR_SIDE)

/* Offsets of the first digit are 0 … 4, of the second 4 … 8. */
#define MTL_PAIR_REACH   4

typedef struct
{
  gsize   n;
  guint8 *pixels;   /* n × 784 */
  guint8 *labels;   /* n, each 0 … 9 */
} MtlDigits;

typedef struct
{
  guint32 first;
  guint32 second;
  guint8  first_at[2];    /* x, y of the top left pixel */
  guint8  second_at[2];
} MtlPair;

typedef struct
{
  MtlDigits digits;
  gsize     n;
  MtlPair  *pairs;
} MtlPairs;

void     mtl_digits_clear      (MtlDigits     *self);

/**
 * mtl_pairs_init:
 * @digits: (transfer full): of at least two different labels, or n is 0
 */
void     mtl_pairs_init        (MtlPairs      *self,
                                MtlDigits     *digits,
                                gsize          n,
                                MtlRng         rng);
void     mtl_pairs_clear       (MtlPairs      *self);
/* As MtlSource.fill: one port, targets left and right. */
void     mtl_pairs_fill        (const MtlPairs *self,
                                const guint32 *index,
                                gsize          n,
                                float *const  *x,
                                float *const  *targets);
/* Port `image`, targets `left` and `right`. */
void     mtl_pairs_describe    (MtlSourceInfo *info,
                                gsize          train_rows,
                                gsize          test_rows);
