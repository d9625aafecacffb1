/* mtl-dice.h — random numbers in the order in which they are asked for
 *
 * For drawing a sample whose count of numbers depends on what was drawn: the
 * numbers are still those of one key, so the sample is a function of that key.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-rng.h"

typedef struct
{
  MtlRng  rng;
  guint64 next;
} MtlDice;

/* [0, 1) */
static inline double
mtl_dice_unit (MtlDice *self)
{
  return mtl_rng_unit (self->rng, self->next++);
}

/* [low, high) */
static inline double
mtl_dice_between (MtlDice *self,
                  double   low,
                  double   high)
{
  return low + (high - low) * mtl_dice_unit (self);
}

/* 0 … n-1 */
static inline guint
mtl_dice_below (MtlDice *self,
                guint    n)
{
  return (guint) mtl_rng_below (self->rng, self->next++, n);
}

/* N(0, 1) */
static inline double
mtl_dice_normal (MtlDice *self)
{
  return mtl_rng_normal (self->rng, self->next++);
}
