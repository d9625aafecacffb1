/* lion.c — steps of one length in each weight, along the sign of a momentum
 *
 *   w ← (1 − η·λ)·w
 *   w ← w − η·sign (β₁·m + (1 − β₁)·g),  sign (0) = 0
 *   m ← β₂·m + (1 − β₂)·g
 *
 * Weight decay is outside the gradient, as in AdamW. A step is longer than
 * Adam's, so the paper takes a third to a tenth of Adam's rate.
 *
 * Source: Chen et al., NeurIPS 2023, Algorithm 2.
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
  BETA1,
  BETA2,
  WEIGHT_DECAY,
  DECAY_ALL,
};

static const MtlParam params[] = {
  {
    .id = "lr",
    .title = N_("Learning rate"),
    .summary = N_("Size of a step in each weight; a third to a tenth of what suits Adam"),
    .type = MTL_NUMBER,
    .maximum = 100.0,
    .initial = 0.0001,
  },
  {
    .id = "beta1",
    .title = N_("β₁"),
    .summary = N_("Share of the momentum in the direction of a step"),
    .type = MTL_NUMBER,
    .maximum = 0.999999,
    .initial = 0.9,
    .rare = TRUE,
  },
  {
    .id = "beta2",
    .title = N_("β₂"),
    .summary = N_("Memory of the momentum"),
    .type = MTL_NUMBER,
    .maximum = 0.999999,
    .initial = 0.99,
    .rare = TRUE,
  },
  {
    .id = "weight-decay",
    .title = N_("Weight decay"),
    .summary = N_("Share of each weight that a step at rate 1 takes away"),
    .type = MTL_NUMBER,
    .maximum = 10.0,
  },
  {
    .id = "decay-all",
    .title = N_("Decay biases too"),
    .summary = N_("Weight decay reaches biases and the weights of norms"),
    .type = MTL_FLAG,
    .maximum = 1.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

/* The numbers of a step, worked out once. */
typedef struct
{
  float  lr;
  float  beta1, beta2;
  float  fresh1, fresh2;  /* 1 − β */
  float  shrink;          /* η·λ */
  guint8 decay_all;       /* 0 or 1 */
} Rates;

/* Inlined twice: where @n is a constant the compiler takes vectors. */
static G_ALWAYS_INLINE inline void
move (const Rates  *rates,
      gsize         n,
      const guint8 *restrict decay,
      const float  *restrict gradient,
      float        *restrict weights,
      float        *restrict moment)
{
  const Rates r = *rates;

  for (gsize i = 0; i < n; i++)
    {
      float along = r.beta1 * moment[i] + r.fresh1 * gradient[i];
      float sign = (float) ((along > 0.0f) - (along < 0.0f));

      weights[i] -= r.shrink * (float) (decay[i] | r.decay_all) * weights[i] + r.lr * sign;
      moment[i] = r.beta2 * moment[i] + r.fresh2 * gradient[i];
    }
}

static void
lion_update (const MtlOptimizerStep *step,
             gsize                   first,
             gsize                   n,
             const float            *gradient,
             float                  *weights,
             float *const           *moments)
{
  const MtlSetting *set = step->set;
  const Rates rates = {
    .lr = (float) step->lr,
    .beta1 = (float) set[BETA1].number,
    .beta2 = (float) set[BETA2].number,
    .fresh1 = (float) (1.0 - set[BETA1].number),
    .fresh2 = (float) (1.0 - set[BETA2].number),
    .shrink = (float) (step->lr * set[WEIGHT_DECAY].number),
    .decay_all = set[DECAY_ALL].number != 0.0,
  };
  gsize i = first, end = first + n;

  for (; end - i >= BLOCK; i += BLOCK)
    move (&rates, BLOCK, step->decay + i, gradient + i, weights + i, moments[0] + i);
  move (&rates, end - i, step->decay + i, gradient + i, weights + i, moments[0] + i);
}

const MtlOptimizer mtl_optimizer_lion = {
  .method = {
    .id = "lion",
    .title = N_("Lion"),
    .summary = N_("Steps of one length in each weight, along the sign of a momentum"),
    .reference = "Chen et al., “Symbolic Discovery of Optimization Algorithms”, NeurIPS 2023, "
                 "arXiv 2302.06675, Algorithm 2",
    .params = params,
  },
  .n_moments = 1,
  .update = lion_update,
};
