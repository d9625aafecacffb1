/* adagrad.c — a rate for each weight, which falls with all the gradient it saw
 *
 *   g ← g + λ·w
 *   s ← s + g²
 *   w ← w − η / (1 + (t − 1)·κ) · g / (√s + ε),  κ the decay of the rate
 *
 * Source: Duchi, Hazan, Singer, JMLR 12 (2011), Figure 1, with the diagonal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-optimizer.h"

#include <math.h>

#include <glib/gi18n.h>

/* Elements that move at once. */
#define BLOCK 16

enum
{
  LR,
  LR_DECAY,
  EPS,
  WEIGHT_DECAY,
  DECAY_ALL,
};

static const MtlParam params[] = {
  {
    .id = "lr",
    .title = N_("Learning rate"),
    .summary = N_("Size of the first step in each weight"),
    .type = MTL_NUMBER,
    .maximum = 100.0,
    .initial = 0.01,
  },
  {
    .id = "lr-decay",
    .title = N_("Decay of the rate"),
    .summary = N_("After t steps the rate is divided by 1 + t times this"),
    .type = MTL_NUMBER,
    .maximum = 1.0,
  },
  {
    .id = "eps",
    .title = N_("ε"),
    .summary = N_("Added to the root, so that a weight without gradient rests"),
    .type = MTL_NUMBER,
    .minimum = 1e-16,
    .maximum = 1.0,
    .initial = 1e-10,
    .rare = TRUE,
  },
  {
    .id = "weight-decay",
    .title = N_("Weight decay"),
    .summary = N_("Pull of the weights towards zero, added to the gradient"),
    .type = MTL_NUMBER,
    .maximum = 10.0,
  },
  {
    .id = "decay-all",
    .title = N_("Decay biases too"),
    .summary = N_("Weight decay reaches biases and the weights of norms"),
    .type = MTL_FLAG,
    .maximum = 1.0,
    .initial = 1.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

/* The numbers of a step, worked out once. */
typedef struct
{
  float  rate;       /* η / (1 + (t − 1)·κ) */
  float  lambda;
  float  epsilon;
  guint8 decay_all;  /* 0 or 1 */
} Rates;

/* At most BLOCK elements. Inlined twice: where @n is a constant the compiler
 * takes vectors. The roots stand apart because sqrtf() may set errno, which
 * keeps its loop from being one of vectors. */
static G_ALWAYS_INLINE inline void
move (const Rates  *rates,
      gsize         n,
      const guint8 *restrict decay,
      const float  *restrict gradient,
      float        *restrict weights,
      float        *restrict sum)
{
  const Rates r = *rates;
  float g[BLOCK], root[BLOCK];

  for (gsize i = 0; i < n; i++)
    {
      g[i] = gradient[i] + r.lambda * (float) (decay[i] | r.decay_all) * weights[i];
      sum[i] += g[i] * g[i];
    }
  for (gsize i = 0; i < n; i++)
    root[i] = sqrtf (sum[i]);
  for (gsize i = 0; i < n; i++)
    weights[i] -= r.rate * g[i] / (root[i] + r.epsilon);
}

static void
adagrad_update (const MtlOptimizerStep *step,
                gsize                   first,
                gsize                   n,
                const float            *gradient,
                float                  *weights,
                float *const           *moments)
{
  const MtlSetting *set = step->set;
  const Rates rates = {
    .rate = (float) (step->lr / (1.0 + (double) (step->step - 1) * set[LR_DECAY].number)),
    .lambda = (float) set[WEIGHT_DECAY].number,
    .epsilon = (float) set[EPS].number,
    .decay_all = set[DECAY_ALL].number != 0.0,
  };
  gsize i = first, end = first + n;

  for (; end - i >= BLOCK; i += BLOCK)
    move (&rates, BLOCK, step->decay + i, gradient + i, weights + i, moments[0] + i);
  move (&rates, end - i, step->decay + i, gradient + i, weights + i, moments[0] + i);
}

const MtlOptimizer mtl_optimizer_adagrad = {
  .method = {
    .id = "adagrad",
    .title = N_("Adagrad"),
    .summary = N_("A rate for each weight, which falls with all the gradient that it saw"),
    .reference = "Duchi, Hazan, Singer, “Adaptive Subgradient Methods for Online Learning and "
                 "Stochastic Optimization”, JMLR 12 (2011), Figure 1",
    .params = params,
  },
  .n_moments = 1,
  .update = adagrad_update,
};
