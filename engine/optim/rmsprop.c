/* rmsprop.c — a rate for each weight, from the recent size of its gradient
 *
 *   g ← g + λ·w
 *   v ← α·v + (1 − α)·g²
 *   q = g / (√v + ε),  where centred g / (√(v − ḡ²) + ε),  ḡ ← α·ḡ + (1 − α)·g
 *   b ← μ·b + q,  w ← w − η·b;  without momentum w ← w − η·q
 *
 * v − ḡ² is a variance; where rounding takes it below 0 it counts as 0.
 *
 * Source: Tieleman, Hinton, lecture 6.5, 2012; centred: Graves, arXiv
 * 1308.0850 (2013), equations 38 to 41, with ε outside the root.
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
  ALPHA,
  MOMENTUM,
  CENTERED,
  EPS,
  WEIGHT_DECAY,
  DECAY_ALL,
};

enum
{
  SQUARE,  /* v */
  BUFFER,  /* b */
  MEAN,    /* ḡ */
  N_MOMENTS
};

static const MtlParam params[] = {
  {
    .id = "lr",
    .title = N_("Learning rate"),
    .summary = N_("Size of a step in each weight, roughly"),
    .type = MTL_NUMBER,
    .maximum = 100.0,
    .initial = 0.01,
  },
  {
    .id = "alpha",
    .title = N_("Smoothing α"),
    .summary = N_("Memory of the mean squared gradient"),
    .type = MTL_NUMBER,
    .maximum = 0.999999,
    .initial = 0.99,
  },
  {
    .id = "momentum",
    .title = N_("Momentum"),
    .summary = N_("Share of the last direction that is kept"),
    .type = MTL_NUMBER,
    .maximum = 0.999999,
  },
  {
    .id = "centered",
    .title = N_("Centred"),
    .summary = N_("Divide by the spread of the gradient about its mean"),
    .type = MTL_FLAG,
    .maximum = 1.0,
    .rare = TRUE,
  },
  {
    .id = "eps",
    .title = N_("ε"),
    .summary = N_("Added to the root, so that a weight without gradient rests"),
    .type = MTL_NUMBER,
    .minimum = 1e-16,
    .maximum = 1.0,
    .initial = 1e-8,
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

static gboolean
rmsprop_keeps (const MtlSetting *set,
               guint             moment)
{
  return moment == SQUARE || (moment == BUFFER && set[MOMENTUM].number > 0.0)
         || (moment == MEAN && set[CENTERED].number != 0.0);
}

/* The numbers of a step, worked out once. */
typedef struct
{
  float  lr;
  float  lambda;
  float  alpha;
  float  fresh;      /* 1 − α */
  float  momentum;
  float  epsilon;
  guint8 decay_all;  /* 0 or 1 */
} Rates;

static Rates
find_rates (const MtlOptimizerStep *step)
{
  const MtlSetting *set = step->set;

  return (Rates) {
    .lr = (float) step->lr,
    .lambda = (float) set[WEIGHT_DECAY].number,
    .alpha = (float) set[ALPHA].number,
    .fresh = (float) (1.0 - set[ALPHA].number),
    .momentum = (float) set[MOMENTUM].number,
    .epsilon = (float) set[EPS].number,
    .decay_all = set[DECAY_ALL].number != 0.0,
  };
}

/* At most BLOCK elements; @b and @mean: (nullable). Inlined twice: where @n is
 * a constant the compiler takes vectors. The roots stand apart because sqrtf()
 * may set errno, which keeps its loop from being one of vectors. */
static G_ALWAYS_INLINE inline void
move (const Rates  *rates,
      gsize         n,
      const guint8 *restrict decay,
      const float  *restrict gradient,
      float        *restrict weights,
      float        *restrict v,
      float        *restrict b,
      float        *restrict mean)
{
  const Rates r = *rates;
  float g[BLOCK], root[BLOCK];

  for (gsize i = 0; i < n; i++)
    {
      g[i] = gradient[i] + r.lambda * (float) (decay[i] | r.decay_all) * weights[i];
      root[i] = v[i] = r.alpha * v[i] + r.fresh * (g[i] * g[i]);
    }
  if (mean != NULL)
    for (gsize i = 0; i < n; i++)
      {
        mean[i] = r.alpha * mean[i] + r.fresh * g[i];
        root[i] = MAX (root[i] - mean[i] * mean[i], 0.0f);
      }
  for (gsize i = 0; i < n; i++)
    root[i] = sqrtf (root[i]);
  for (gsize i = 0; i < n; i++)
    g[i] /= root[i] + r.epsilon;
  if (b != NULL)
    for (gsize i = 0; i < n; i++)
      g[i] = b[i] = r.momentum * b[i] + g[i];
  for (gsize i = 0; i < n; i++)
    weights[i] -= r.lr * g[i];
}

/* (nullable) */
static float *
find_moment (const MtlOptimizerStep *step,
             float *const           *moments,
             guint                   n,
             gsize                   i)
{
  return rmsprop_keeps (step->set, n) ? moments[n] + i : NULL;
}

static void
rmsprop_update (const MtlOptimizerStep *step,
                gsize                   first,
                gsize                   n,
                const float            *gradient,
                float                  *weights,
                float *const           *moments)
{
  const Rates rates = find_rates (step);
  gsize i = first, end = first + n;

  for (; end - i >= BLOCK; i += BLOCK)
    move (&rates, BLOCK, step->decay + i, gradient + i, weights + i, moments[SQUARE] + i,
          find_moment (step, moments, BUFFER, i), find_moment (step, moments, MEAN, i));
  move (&rates, end - i, step->decay + i, gradient + i, weights + i, moments[SQUARE] + i,
        find_moment (step, moments, BUFFER, i), find_moment (step, moments, MEAN, i));
}

const MtlOptimizer mtl_optimizer_rmsprop = {
  .method = {
    .id = "rmsprop",
    .title = N_("RMSprop"),
    .summary = N_("A rate for each weight, from the recent size of its gradient"),
    .reference = "Tieleman, Hinton, “Neural Networks for Machine Learning”, lecture 6.5, 2012; "
                 "centred: Graves, “Generating Sequences With Recurrent Neural Networks”, "
                 "arXiv 1308.0850, equations 38 to 41",
    .params = params,
  },
  .n_moments = N_MOMENTS,
  .keeps = rmsprop_keeps,
  .update = rmsprop_update,
};
