/* mtl-plan-shards.c — how many samples go through a network together
 *
 * A shard is what one thread works on, so a batch of 32 in shards of 32 keeps
 * one thread busy. Shards are halved while there are fewer of them than slots
 * and half of one is still much more work than handing it to a thread. That
 * follows from design and batch alone: were the number of threads asked for,
 * the order of sums and with it the bits of a result would depend on it.
 *
 * The work of a sample is counted in multiplications of forward, from shapes:
 * a tensor of weights takes part once for each place of the output, which are
 * its values over the tensor's first dimension.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-plan-shards.h"

#define LEAST_ROWS 4
/* Multiplications in a shard: about a tenth of a millisecond forward, three to ten
 * times as much with backward, against some microseconds for each phase. */
#define LEAST_WORK 8e6
/* Multiplications in a batch: a step of so few takes some ten microseconds, of which a
 * second thread would save a third while it keeps a processor from the screen. */
#define SMALL_WORK 5e5

static double
count_work (const MtlPlan *self)
{
  double work = 0.0;

  for (guint s = 0; s < self->n_steps; s++)
    {
      const MtlPlanStep *step = &self->steps[s];

      for (guint t = 0; t < step->n_tensors; t++)
        {
          const MtlTensor *tensor = &g_array_index (self->tensors, MtlTensor, step->tensors[t]);
          double places = (double) step->out[0].size / (double) tensor->shape.size[0];

          work += (double) tensor->size * MAX (places, 1.0);
        }
    }

  return work;
}

static guint
count_least_rows (const MtlPlan *self)
{
  guint least = LEAST_ROWS;

  for (guint s = 0; s < self->n_steps; s++)
    least = MAX (least, self->steps[s].needs.side_by_side);

  return least;
}

/**
 * mtl_plan_choose_shards:
 *
 * Sets how many rows a shard has, from the steps and their tensors.
 */
void
mtl_plan_choose_shards (MtlPlan *self)
{
  double work = count_work (self);
  guint least = count_least_rows (self);

  self->shard_rows = MTL_SHARD_ROWS;
  while (self->shard_rows / 2 >= least
         && mtl_plan_count_shards (self, self->capacity) < MTL_MAX_SLOTS
         && work * (double) (self->shard_rows / 2) >= LEAST_WORK)
    self->shard_rows /= 2;
}

gboolean
mtl_plan_is_small (const MtlPlan *self)
{
  return count_work (self) * (double) self->capacity < SMALL_WORK;
}
