/* mtl-rng.h — random numbers addressed by a counter
 *
 * A generator is a value: a key. A number is a pure function of (key, index),
 * so a sample draws the same noise whichever thread computes it, in a clean
 * and in a perturbed pass, and nothing has to be stored in a checkpoint.
 * Keys of sub-streams are derived from a key and a word, by the same function.
 *
 * Philox4x32-10: Salmon, Moraes, Dror, Shaw, “Parallel random numbers: as
 * easy as 1, 2, 3”, SC 2011.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct
{
  guint64 key;
} MtlRng;

/* Streams of a run; each is derived from the seed and nothing else. */
typedef enum
{
  MTL_STREAM_WEIGHTS,
  MTL_STREAM_ORDER,
  MTL_STREAM_DROPOUT,
  MTL_STREAM_LABELS,      /* noise and fraction */
  MTL_STREAM_VALIDATION,
  MTL_STREAM_DATA,        /* construction of a data set */
  MTL_STREAM_LOSS_PART,   /* balancer of the loss part */
  MTL_STREAM_FLAT_PART,   /* balancer of the flatness part */
  MTL_STREAM_SHARP,
  MTL_STREAM_PROBE,
  MTL_STREAM_FRESH,       /* rows of batches that a balancer has beside */
} MtlStream;

/* Four words of a 128-bit counter, lowest word first; @words may be @counter. */
void    mtl_rng_block   (MtlRng         self,
                         const guint32  counter[4],
                         guint32        words[4]);

MtlRng  mtl_rng_new     (guint64        seed,
                         MtlStream      stream);
MtlRng  mtl_rng_derive  (MtlRng         self,
                         guint64        word);
MtlRng  mtl_rng_derive_text (MtlRng      self,
                         const char    *text);

guint64 mtl_rng_bits    (MtlRng         self,
                         guint64        index);
double  mtl_rng_unit    (MtlRng         self,     /* [0, 1), 53 bits */
                         guint64        index);
double  mtl_rng_normal  (MtlRng         self,     /* N(0, 1), Box–Muller */
                         guint64        index);
guint64 mtl_rng_below   (MtlRng         self,     /* 0 … n-1, unbiased to 2⁻³² or better */
                         guint64        index,
                         guint64        n);
/* Fisher–Yates over the whole array. */
void    mtl_rng_shuffle (MtlRng         self,
                         guint32       *items,
                         gsize          n);
/* @n uniform floats in [0, 1) at indexes first … first+n-1: the fast path of dropout. */
void    mtl_rng_fill    (MtlRng         self,
                         guint64        first,
                         gsize          n,
                         float         *values);
