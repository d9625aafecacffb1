/* mtl-plan-weights.c — the weights that training begins with
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtl-experiment.h"
#include "mtl-plan-private.h"

/* The rule of one tensor under the experiment's choice. What has no fan-in, as
 * the shift of a normalisation, begins as its block says. */
static MtlInit
choose_init (const MtlTensor *tensor,
             guint            choice)
{
  gboolean ruled = tensor->init == MTL_INIT_KAIMING || tensor->init == MTL_INIT_XAVIER
                   || tensor->init == MTL_INIT_NARROW;

  if (tensor->fan_in == 0)
    return tensor->init;
  if (choice == MTL_FIRST_UNIFORM)
    return ruled || tensor->init == MTL_INIT_ZERO ? MTL_INIT_UNIFORM : tensor->init;
  if (choice == MTL_FIRST_AUTO || !ruled)
    return tensor->init;

  return choice == MTL_FIRST_KAIMING ? MTL_INIT_KAIMING : MTL_INIT_XAVIER;
}

/* N(0, 1) within ±2: what lies beyond is drawn again from a stream of its own. */
static double
draw_narrow (MtlRng rng,
             gsize  i)
{
  double z = mtl_rng_normal (rng, i);

  for (guint64 again = 1; fabs (z) > 2.0; again++)
    z = mtl_rng_normal (mtl_rng_derive (rng, again), i);

  return z;
}

static double
draw_weight (const MtlTensor *tensor,
             MtlInit          init,
             MtlRng           rng,
             gsize            i)
{
  double fan_in = (double) MAX (tensor->fan_in, 1);

  switch (init)
    {
    case MTL_INIT_KAIMING:
      return sqrt (2.0 / fan_in) * mtl_rng_normal (rng, i);
    case MTL_INIT_XAVIER:
      return sqrt (6.0 / (fan_in + (double) tensor->fan_out)) * (2.0 * mtl_rng_unit (rng, i) - 1.0);
    case MTL_INIT_UNIFORM:
      return sqrt (1.0 / fan_in) * (2.0 * mtl_rng_unit (rng, i) - 1.0);
    case MTL_INIT_NORMAL:
      return mtl_rng_normal (rng, i);
    case MTL_INIT_NARROW:
      return 0.02 * draw_narrow (rng, i);
    case MTL_INIT_ONE:
      return 1.0;
    case MTL_INIT_CONSTANT:
      return tensor->value;
    case MTL_INIT_RANGE:
      return tensor->value * (2.0 * mtl_rng_unit (rng, i) - 1.0);
    case MTL_INIT_ZERO:
    case MTL_INIT_AUTO:
    default:
      return 0.0;
    }
}

/**
 * mtl_plan_initialise:
 * @theta: (out caller-allocates): P floats
 *
 * Each tensor draws from a stream of its own block and name, so that adding a
 * block leaves the others' initial weights as they were. He et al.,
 * arXiv 1502.01852; Glorot, Bengio, AISTATS 2010.
 */
void
mtl_plan_initialise (const MtlPlan *self,
                     guint64        seed,
                     float         *theta)
{
  MtlRng root = mtl_rng_new (seed, MTL_STREAM_WEIGHTS);
  const MtlChosen *experiment = mtl_design_experiment (self->design);
  guint choice = (guint) mtl_chosen_get (experiment, "first-weights")->number;

  for (guint t = 0; t < self->tensors->len; t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (self, t);
      MtlRng rng = mtl_rng_derive_text (mtl_rng_derive_text (root, tensor->block), tensor->name);
      MtlInit init = choose_init (tensor, choice);

      for (gsize i = 0; i < tensor->size; i++)
        theta[tensor->offset + i] = (float) draw_weight (tensor, init, rng, i);
    }
}
