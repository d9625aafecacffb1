/* sgd.c — stochastic gradient descent, with momentum if wanted
 *
 *   g ← g + λ·w
 *   m ← μ·m + (1 − δ)·g        (first step: m = g)
 *   w ← w − η·u,  u = g + μ·m with Nesterov's look ahead, else m
 *
 * Without momentum u = g, and neither dampening nor look ahead means
 * anything. The look ahead is derived for δ = 0, so dampening turns it off.
 *
 * Source: Sutskever et al., ICML 2013, section 2, with the rate outside the
 * momentum, so that a schedule does not rescale what m remembers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-optimizer.h"

#include <glib/gi18n.h>

/* Elements that move at once. */
#define BLOCK 16

enum
{
  LR,
  MOMENTUM,
  DAMPENING,
  NESTEROV,
  WEIGHT_DECAY,
  DECAY_ALL,
};

static const MtlParam params[] = {
  {
    .id = "lr",
    .title = N_("Learning rate"),
    .summary = N_("Length of a step along the gradient"),
    .type = MTL_NUMBER,
    .minimum = 0.0,
    .maximum = 100.0,
    .initial = 0.01,
  },
  {
    .id = "momentum",
    .title = N_("Momentum"),
    .summary = N_("Share of the last direction that is kept"),
    .type = MTL_NUMBER,
    .minimum = 0.0,
    .maximum = 0.999999,
    .initial = 0.0,
  },
  {
    .id = "dampening",
    .title = N_("Dampening"),
    .summary = N_("Share of the gradient kept out of the momentum"),
    .type = MTL_NUMBER,
    .minimum = 0.0,
    .maximum = 1.0,
    .initial = 0.0,
    .rare = TRUE,
  },
  {
    .id = "nesterov",
    .title = N_("Nesterov"),
    .summary = N_("Look ahead along the momentum; needs momentum and no dampening"),
    .type = MTL_FLAG,
    .minimum = 0.0,
    .maximum = 1.0,
    .initial = 0.0,
    .rare = TRUE,
  },
  {
    .id = "weight-decay",
    .title = N_("Weight decay"),
    .summary = N_("Pull of the weights towards zero, added to the gradient"),
    .type = MTL_NUMBER,
    .minimum = 0.0,
    .maximum = 10.0,
    .initial = 0.0,
  },
  {
    .id = "decay-all",
    .title = N_("Decay biases too"),
    .summary = N_("Weight decay reaches biases and the weights of norms"),
    .type = MTL_FLAG,
    .minimum = 0.0,
    .maximum = 1.0,
    .initial = 1.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

/* The numbers of a step, worked out once. */
typedef struct
{
  float  lr;
  float  lambda;
  float  momentum;
  float  fresh;      /* share of the gradient that enters m */
  float  of_g;       /* u = of_g·g + of_m·m */
  float  of_m;
  guint8 decay_all;  /* 0 or 1 */
} Rates;

static Rates
find_rates (const MtlOptimizerStep *step)
{
  const MtlSetting *set = step->set;
  float momentum = (float) set[MOMENTUM].number;
  gboolean ahead = set[NESTEROV].number != 0.0 && set[DAMPENING].number == 0.0;

  return (Rates) {
    .lr = (float) step->lr,
    .lambda = (float) set[WEIGHT_DECAY].number,
    .momentum = momentum,
    .fresh = step->step == 1 ? 1.0f : (float) (1.0 - set[DAMPENING].number),
    .of_g = ahead ? 1.0f : 0.0f,
    .of_m = ahead ? momentum : 1.0f,
    .decay_all = set[DECAY_ALL].number != 0.0,
  };
}

/* Inlined where @n and @decays are constants, so that the compiler takes vectors. */
static G_ALWAYS_INLINE inline void
move (const Rates  *rates,
      gboolean      decays,
      gsize         n,
      const guint8 *restrict decay,
      const float  *restrict gradient,
      float        *restrict weights,
      float        *restrict moment)
{
  const Rates r = *rates;

  for (gsize i = 0; i < n; i++)
    {
      float g = gradient[i];

      if (decays)
        g += r.lambda * (float) (decay[i] | r.decay_all) * weights[i];
      if (r.momentum > 0.0f)
        {
          moment[i] = r.momentum * moment[i] + r.fresh * g;
          g = r.of_g * g + r.of_m * moment[i];
        }
      weights[i] -= r.lr * g;
    }
}

static G_ALWAYS_INLINE inline void
move_all (const MtlOptimizerStep *step,
          gboolean                decays,
          gsize                   first,
          gsize                   n,
          const float            *gradient,
          float                  *weights,
          float                  *moment)
{
  const Rates rates = find_rates (step);
  gsize i = first, end = first + n;

  for (; end - i >= BLOCK; i += BLOCK)
    move (&rates, decays, BLOCK, step->decay + i, gradient + i, weights + i, moment + i);
  move (&rates, decays, end - i, step->decay + i, gradient + i, weights + i, moment + i);
}

static void
sgd_update (const MtlOptimizerStep *step,
            gsize                   first,
            gsize                   n,
            const float            *gradient,
            float                  *weights,
            float *const           *moments)
{
  if (step->set[WEIGHT_DECAY].number > 0.0)
    move_all (step, TRUE, first, n, gradient, weights, moments[0]);
  else
    move_all (step, FALSE, first, n, gradient, weights, moments[0]);
}

const MtlOptimizer mtl_optimizer_sgd = {
  .method = {
    .id = "sgd",
    .title = N_("SGD"),
    .summary = N_("Steps along the gradient, with momentum if wanted"),
    .reference = "Sutskever, Martens, Dahl, Hinton, “On the importance of initialization and "
                 "momentum in deep learning”, ICML 2013, section 2",
    .params = params,
  },
  .n_moments = 1,
  .update = sgd_update,
};
