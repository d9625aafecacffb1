/* adam.c — a rate for each weight, from the first two moments of its gradient
 *
 * The formulas stand in mtl-adam.h. Weight decay is coupled: it is part of the
 * gradient, so both moments see it.
 *
 * Source: Kingma, Ba, ICLR 2015, Algorithm 1; decay as in its common use.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-adam.h"

#include <glib/gi18n.h>

enum
{
  LR,
  BETA1,
  BETA2,
  EPS,
  WEIGHT_DECAY,
  DECAY_ALL,
  AMSGRAD,
};

static const MtlParam params[] = {
  {
    .id = "lr",
    .title = N_("Learning rate"),
    .summary = N_("Size of a step in each weight, roughly"),
    .type = MTL_NUMBER,
    .minimum = 0.0,
    .maximum = 100.0,
    .initial = 0.001,
  },
  {
    .id = "beta1",
    .title = N_("β₁"),
    .summary = N_("Memory of the mean gradient"),
    .type = MTL_NUMBER,
    .minimum = 0.0,
    .maximum = 0.999999,
    .initial = 0.9,
    .rare = TRUE,
  },
  {
    .id = "beta2",
    .title = N_("β₂"),
    .summary = N_("Memory of the mean squared gradient"),
    .type = MTL_NUMBER,
    .minimum = 0.0,
    .maximum = 0.999999,
    .initial = 0.999,
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
  {
    .id = "amsgrad",
    .title = N_("AMSGrad"),
    .summary = N_("Divide by the largest mean squared gradient so far, so that rates only fall"),
    .type = MTL_FLAG,
    .minimum = 0.0,
    .maximum = 1.0,
    .initial = 0.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

static gboolean
adam_keeps (const MtlSetting *set,
            guint             moment)
{
  return moment != MTL_ADAM_LARGEST || set[AMSGRAD].number != 0.0;
}

static void
adam_update (const MtlOptimizerStep *step,
            gsize                   first,
            gsize                   n,
            const float            *gradient,
            float                  *weights,
            float *const           *moments)
{
  const MtlAdam adam = {
    .beta1 = step->set[BETA1].number,
    .beta2 = step->set[BETA2].number,
    .epsilon = step->set[EPS].number,
    .coupled = step->set[WEIGHT_DECAY].number,
    .decay_all = step->set[DECAY_ALL].number != 0.0,
    .amsgrad = step->set[AMSGRAD].number != 0.0,
  };

  mtl_adam_update (&adam, step, first, n, gradient, weights, moments);
}

const MtlOptimizer mtl_optimizer_adam = {
  .method = {
    .id = "adam",
    .title = N_("Adam"),
    .summary = N_("A rate for each weight, from the mean and the spread of its gradient"),
    .reference = "Kingma, Ba, “Adam: A Method for Stochastic Optimization”, ICLR 2015, "
                 "arXiv 1412.6980, Algorithm 1",
    .params = params,
  },
  .n_moments = MTL_ADAM_N_MOMENTS,
  .keeps = adam_keeps,
  .update = adam_update,
};
