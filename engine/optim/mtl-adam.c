/* mtl-adam.c — see mtl-adam.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-adam.h"

#include <math.h>

/* Elements that move at once. */
#define BLOCK 16

/* The numbers of a step, worked out once. */
typedef struct
{
  float  beta1, beta2;
  float  fresh1, fresh2;  /* 1 − β */
  float  rate;            /* η / (1 − β₁ᵗ) */
  float  root_scale;      /* 1 / √(1 − β₂ᵗ) */
  float  epsilon;
  float  coupled;
  float  shrink;          /* η·λ of AdamW */
  guint8 decay_all;       /* 0 or 1 */
} Rates;

static Rates
find_rates (const MtlAdam          *adam,
            const MtlOptimizerStep *step)
{
  double t = (double) step->step;

  return (Rates) {
    .beta1 = (float) adam->beta1,
    .beta2 = (float) adam->beta2,
    .fresh1 = (float) (1.0 - adam->beta1),
    .fresh2 = (float) (1.0 - adam->beta2),
    .rate = (float) (step->lr / (1.0 - pow (adam->beta1, t))),
    .root_scale = (float) (1.0 / sqrt (1.0 - pow (adam->beta2, t))),
    .epsilon = (float) adam->epsilon,
    .coupled = (float) adam->coupled,
    .shrink = (float) (step->lr * adam->decoupled),
    .decay_all = adam->decay_all != FALSE,
  };
}

/* At most BLOCK elements; @u: (nullable). Inlined twice: where @n is a constant the compiler
 * takes vectors. The roots stand apart because sqrtf() may set errno, which
 * keeps its loop from being one of vectors. */
static G_ALWAYS_INLINE inline void
move (const Rates  *rates,
      gsize         n,
      const guint8 *restrict decay,
      const float  *restrict gradient,
      float        *restrict weights,
      float        *restrict m,
      float        *restrict v,
      float        *restrict u)
{
  const Rates r = *rates;
  const float *squares = u != NULL ? u : v;
  float root[BLOCK];

  for (gsize i = 0; i < n; i++)
    {
      float w = (float) (decay[i] | r.decay_all) * weights[i];
      float g = gradient[i] + r.coupled * w;

      m[i] = r.beta1 * m[i] + r.fresh1 * g;
      v[i] = r.beta2 * v[i] + r.fresh2 * (g * g);
      weights[i] -= r.shrink * w;
    }
  if (u != NULL)
    for (gsize i = 0; i < n; i++)
      u[i] = MAX (u[i], v[i]);
  for (gsize i = 0; i < n; i++)
    root[i] = sqrtf (squares[i]);
  for (gsize i = 0; i < n; i++)
    weights[i] -= r.rate * m[i] / (root[i] * r.root_scale + r.epsilon);
}

void
mtl_adam_update (const MtlAdam          *adam,
                 const MtlOptimizerStep *step,
                 gsize                   first,
                 gsize                   n,
                 const float            *gradient,
                 float                  *weights,
                 float *const           *moments)
{
  const Rates rates = find_rates (adam, step);
  float *m = moments[MTL_ADAM_MEAN], *v = moments[MTL_ADAM_SQUARE];
  float *u = adam->amsgrad ? moments[MTL_ADAM_LARGEST] : NULL;
  gsize i = first, end = first + n;

  for (; end - i >= BLOCK; i += BLOCK)
    move (&rates, BLOCK, step->decay + i, gradient + i, weights + i, m + i, v + i,
          u != NULL ? u + i : NULL);
  move (&rates, end - i, step->decay + i, gradient + i, weights + i, m + i, v + i,
        u != NULL ? u + i : NULL);
}
