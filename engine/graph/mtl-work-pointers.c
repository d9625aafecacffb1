/* mtl-work-pointers.c — from the plan's places to addresses
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-work-private.h"

/* @sample: bytes of one sample. */
static gpointer
address (const MtlShard *shard,
         const MtlPlace *place,
         gsize           sample)
{
  const MtlWork *work = shard->work;

  if (place->at == MTL_NOWHERE)
    return NULL;

  return place->whole ? work->whole + place->at + shard->first * sample
                      : work->arenas[shard->worker] + place->at;
}

gpointer
mtl_work_prepared (const MtlWork  *self,
                   const MtlPlace *place)
{
  return place->at != MTL_NOWHERE ? self->whole + place->at : NULL;
}

float *
mtl_work_output (const MtlShard *shard,
                 MtlInput        of)
{
  const MtlPlanStep *step = &shard->work->plan->steps[of.step];
  const MtlBuffer *buffer = &step->out[of.output];

  if (step->op == NULL)
    return shard->work->pass->batch->x[of.output] + shard->first * buffer->size;

  return address (shard, &buffer->y, buffer->size * sizeof (float));
}

static void
fill_tensors (const MtlWork     *work,
              const MtlPlanStep *step,
              MtlPointers       *p)
{
  const GArray *tensors = work->plan->tensors;

  for (guint t = 0; t < step->n_tensors; t++)
    p->weights[t] = work->pass->theta
                    + g_array_index (tensors, MtlTensor, step->tensors[t]).offset;
  for (guint b = 0; b < step->n_buffers; b++)
    {
      gsize offset = g_array_index (tensors, MtlTensor, step->buffers[b]).offset;

      p->buffers[b] = work->pass->theta + offset;
      p->renewed[b] = work->renewed + (offset - work->plan->n_weights);
    }
}

void
mtl_work_fill_forward (const MtlShard    *shard,
                       const MtlPlanStep *step,
                       MtlPointers       *p,
                       MtlOpPass         *pass)
{
  MtlWork *work = shard->work;
  guint index = (guint) (step - work->plan->steps);
  gboolean trains = work->pass->mode != MTL_PASS_EVALUATE;

  for (guint n = 0; n < step->n_in; n++)
    p->x[n] = mtl_work_output (shard, step->in[n]);
  for (guint n = 0; n < step->n_out; n++)
    p->y[n] = mtl_work_output (shard, (MtlInput) { index, n });
  fill_tensors (work, step, p);

  *pass = (MtlOpPass) {
    .shape = &step->shape,
    .mode = work->pass->mode,
    .rows = shard->rows,
    .samples = work->pass->batch->samples + shard->first,
    .x = p->x,
    .y = p->y,
    .weights = p->weights,
    .buffers = p->buffers,
    .renewed = p->renewed,
    .kept = address (shard, &step->kept, step->needs.kept),
    .scratch = work->arenas[shard->worker] + work->plan->scratch,
    .prepared = mtl_work_prepared (work, &step->prepared),
    .totals = trains ? work->totals + step->sums : NULL,
    .totals_back = trains ? work->totals + step->sums + step->needs.sums : NULL,
    .n_samples = work->pass->batch->rows,
    .pass_rng = work->pass->rng,
    .word = step->word,
  };
}
