/* mtl-digit-pairs.c — two digits drawn over each other, one task for each
 *
 * The first digits are the digits themselves, shuffled anew for each round
 * through them. For the second, digits are sorted by label; those of the
 * first's label form one block, and a number below m − (size of the block),
 * moved past the block, is a digit of another label: no draw is thrown away,
 * however lopsided the labels are.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-digit-pairs.h"

#include <string.h>

#define N_LABELS 10

/* Digits by label: those of label c are order[start[c]] … order[start[c+1]-1]. */
typedef struct
{
  guint32 *order;
  gsize    start[N_LABELS + 1];
} ByLabel;

enum
{
  DRAW_SECOND,
  DRAW_FIRST_X,
  DRAW_FIRST_Y,
  DRAW_SECOND_X,
  DRAW_SECOND_Y,
  N_DRAWS,
};

enum
{
  STREAM_ROUNDS,
  STREAM_PAIRS,
};

void
mtl_digits_clear (MtlDigits *self)
{
  g_clear_pointer (&self->pixels, g_free);
  g_clear_pointer (&self->labels, g_free);
  self->n = 0;
}

static void
sort_by_label (const MtlDigits *digits,
               ByLabel         *by)
{
  gsize next[N_LABELS];

  memset (by->start, 0, sizeof by->start);
  for (gsize i = 0; i < digits->n; i++)
    by->start[digits->labels[i] + 1]++;
  for (guint c = 0; c < N_LABELS; c++)
    by->start[c + 1] += by->start[c];

  memcpy (next, by->start, sizeof next);
  by->order = g_new (guint32, digits->n);
  for (gsize i = 0; i < digits->n; i++)
    by->order[next[digits->labels[i]]++] = (guint32) i;
}

static void
draw_rest (MtlPair       *pair,
           guint          label,
           const ByLabel *by,
           MtlRng         rng,
           guint64        at)
{
  gsize block = by->start[label + 1] - by->start[label];
  gsize place = mtl_rng_below (rng, at + DRAW_SECOND, by->start[N_LABELS] - block);

  if (place >= by->start[label])
    place += block;
  pair->second = by->order[place];

  for (guint d = 0; d < 2; d++)
    {
      guint64 first = mtl_rng_below (rng, at + DRAW_FIRST_X + d, MTL_PAIR_REACH + 1);
      guint64 second = mtl_rng_below (rng, at + DRAW_SECOND_X + d, MTL_PAIR_REACH + 1);

      pair->first_at[d] = (guint8) first;
      pair->second_at[d] = (guint8) (MTL_PAIR_REACH + second);
    }
}

void
mtl_pairs_init (MtlPairs  *self,
                MtlDigits *digits,
                gsize      n,
                MtlRng     rng)
{
  MtlRng rounds = mtl_rng_derive (rng, STREAM_ROUNDS);
  MtlRng pairs = mtl_rng_derive (rng, STREAM_PAIRS);
  gsize m = digits->n;
  g_autofree guint32 *round = g_new (guint32, m);
  ByLabel by;

  sort_by_label (digits, &by);
  self->digits = *digits;
  *digits = (MtlDigits) { 0 };
  self->n = n;
  self->pairs = g_new (MtlPair, n);

  for (gsize i = 0; i < n; i++)
    {
      if (i % m == 0)
        {
          for (gsize j = 0; j < m; j++)
            round[j] = (guint32) j;
          mtl_rng_shuffle (mtl_rng_derive (rounds, i / m), round, m);
        }
      self->pairs[i].first = round[i % m];
      draw_rest (&self->pairs[i], self->digits.labels[round[i % m]], &by, pairs,
                 (guint64) i * N_DRAWS);
    }

  g_free (by.order);
}

void
mtl_pairs_clear (MtlPairs *self)
{
  mtl_digits_clear (&self->digits);
  g_clear_pointer (&self->pairs, g_free);
  self->n = 0;
}

static void
compose (const MtlDigits *digits,
         const MtlPair   *pair,
         guint8          *canvas)
{
  const guint8 *first = digits->pixels + (gsize) pair->first * MTL_DIGIT_PIXELS;
  const guint8 *second = digits->pixels + (gsize) pair->second * MTL_DIGIT_PIXELS;

  memset (canvas, 0, MTL_PAIR_PIXELS);
  for (guint y = 0; y < MTL_DIGIT_SIDE; y++)
    memcpy (canvas + (pair->first_at[1] + y) * MTL_PAIR_SIDE + pair->first_at[0],
            first + y * MTL_DIGIT_SIDE, MTL_DIGIT_SIDE);

  for (guint y = 0; y < MTL_DIGIT_SIDE; y++)
    {
      guint8 *row = canvas + (pair->second_at[1] + y) * MTL_PAIR_SIDE + pair->second_at[0];

      for (guint x = 0; x < MTL_DIGIT_SIDE; x++)
        row[x] = MAX (row[x], second[y * MTL_DIGIT_SIDE + x]);
    }
}

void
mtl_pairs_fill (const MtlPairs *self,
                const guint32  *index,
                gsize           n,
                float *const   *x,
                float *const   *targets)
{
  guint8 canvas[MTL_PAIR_PIXELS];

  for (gsize i = 0; i < n; i++)
    {
      const MtlPair *pair = &self->pairs[index[i]];

      if (x != NULL && x[0] != NULL)
        {
          float *to = x[0] + i * MTL_PAIR_PIXELS;

          compose (&self->digits, pair, canvas);
          for (guint p = 0; p < MTL_PAIR_PIXELS; p++)
            to[p] = canvas[p] / 255.0f;
        }
      if (targets != NULL && targets[0] != NULL)
        targets[0][i] = self->digits.labels[pair->first];
      if (targets != NULL && targets[1] != NULL)
        targets[1][i] = self->digits.labels[pair->second];
    }
}

void
mtl_pairs_describe (MtlSourceInfo *info,
                    gsize          train_rows,
                    gsize          test_rows)
{
  const MtlTargetType type = { .kind = MTL_TARGET_CLASS, .n_classes = N_LABELS, .size = 1 };

  *info = (MtlSourceInfo) {
    .n_ports = 1,
    .ports = { g_strdup ("image") },
    .shapes = { { .rank = 3, .size = { 1, MTL_PAIR_SIDE, MTL_PAIR_SIDE } } },
    .n_targets = 2,
    .targets = g_new (MtlTarget, 2),
    .train_rows = train_rows,
    .test_rows = test_rows,
  };
  info->targets[0] = (MtlTarget) { .name = g_strdup ("left"), .type = type };
  info->targets[1] = (MtlTarget) { .name = g_strdup ("right"), .type = type };
}
