/* mtl-step-slices.c — what a balancer is asked about as one
 *
 * The whole trunk, or each of its blocks that has weights: then a block has a Gramian,
 * weights, a state and a random stream of its own, and takes in the tasks that reach it.
 * Weights are reported as their mean over the blocks that a task reaches.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtl-step-inside.h"

void
mtl_step_clear_slices (MtlStepPart *part)
{
  for (guint s = 0; s < part->n_slices; s++)
    {
      g_clear_pointer (&part->slices[s].state, mtl_state_free);
      g_clear_pointer (&part->slices[s].before, mtl_state_free);
    }
  g_clear_pointer (&part->slices, g_free);
  part->n_slices = 0;
}

static void
add_slice (MtlStepPart    *part,
           const MtlSlice *slice)
{
  part->slices = g_renew (MtlSlice, part->slices, part->n_slices + 1);
  part->slices[part->n_slices++] = *slice;
}

static MtlState *
new_state (MtlStep           *self,
           const MtlStepPart *part,
           const MtlSlice    *slice)
{
  MtlStateSpec spec = { 0 };

  if (part->balancer->declare != NULL)
    part->balancer->declare (self->n_tasks, slice->n, mtl_chosen_settings (part->spread), &spec);

  return spec.n > 0 ? mtl_state_new (&spec) : NULL;
}

void
mtl_step_make_slices (MtlStep *self,
                      MtlPart  p)
{
  MtlStepPart *part = &self->parts[p];

  mtl_step_clear_slices (part);
  for (guint n = 0; part->scope == MTL_SCOPE_BLOCK && n < self->blocks->len; n++)
    {
      const MtlTrunkBlock *block = &g_array_index (self->blocks, MtlTrunkBlock, n);

      add_slice (part, &(MtlSlice) { .first = block->first, .n = block->n, .tasks = block->tasks,
                                     .block = block->id });
    }
  if (part->n_slices == 0)
    add_slice (part, &(MtlSlice) { .n = mtl_step_n_trunk (self), .tasks = G_MAXUINT64 });
  for (guint s = 0; s < part->n_slices; s++)
    part->slices[s].state = new_state (self, part, &part->slices[s]);
}

void
mtl_step_keep_states (MtlStep *self)
{
  for (guint p = 0; p < MTL_N_PARTS; p++)
    for (guint s = 0; s < self->parts[p].n_slices; s++)
      {
        MtlSlice *slice = &self->parts[p].slices[s];

        if (slice->state == NULL)
          continue;
        if (slice->before == NULL)
          slice->before = mtl_state_copy (slice->state);
        else
          mtl_state_set (slice->before, slice->state);
      }
}

void
mtl_step_restore_states (MtlStep *self)
{
  for (guint p = 0; p < MTL_N_PARTS; p++)
    for (guint s = 0; s < self->parts[p].n_slices; s++)
      {
        MtlSlice *slice = &self->parts[p].slices[s];

        if (slice->before == NULL)
          continue;
        mtl_state_free (slice->state);
        slice->state = g_steal_pointer (&slice->before);
      }
}

const double *
mtl_step_last_shared (MtlStep      *self,
                      const double *apart)
{
  int n = mtl_plan_last_shared (mtl_work_plan (self->work), self->blocks, self->tasks);

  return n >= 0 ? apart + (gsize) n * self->n_tasks * self->n_tasks : NULL;
}

guint
mtl_step_n_states (MtlStep *self,
                   MtlPart  part)
{
  return self->parts[part].n_slices;
}

MtlState *
mtl_step_state_of (MtlStep     *self,
                   MtlPart      part,
                   guint        n,
                   const char **block)
{
  const MtlSlice *slice = &self->parts[part].slices[n];

  *block = slice->block;
  return slice->state;
}

MtlState *
mtl_step_state (MtlStep *self,
                MtlPart  part)
{
  return self->parts[part].n_slices > 0 ? self->parts[part].slices[0].state : NULL;
}

double
mtl_step_state_mean (MtlStep *self,
                     MtlPart  part,
                     guint    array,
                     guint    task)
{
  double sum = 0.0, n = 0.0;

  for (guint s = 0; s < self->parts[part].n_slices; s++)
    {
      const MtlSlice *slice = &self->parts[part].slices[s];

      if ((slice->tasks >> task & 1) == 0)
        continue;
      sum += mtl_state_doubles (slice->state, array)[task];
      n += 1.0;
    }

  return n > 0.0 ? sum / n : NAN;
}
