/* mtl-plan-schedule.c — what is done in which order
 *
 * A step whose forward reads sums over the batch begins a phase: before it, its
 * input has been measured by all shards. Backward is the same in the opposite
 * direction. A penalty is measured behind forward, and its sums are there when the
 * phase in which forward ends is over. Without such steps there is one phase: a
 * shard goes forward and backward through everything while its values are in cache.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-plan-schedule.h"

static void
add_action (MtlPlan *self,
            MtlDo    what,
            guint    step)
{
  self->actions[self->n_actions++] = (MtlAction) { what, step, self->n_phases - 1 };
}

static void
place_sums (MtlPlan     *self,
            MtlPlanStep *step)
{
  step->sums = self->n_sums;
  self->n_sums += step->needs.sums + mtl_count_tasks (step->tasks) * step->needs.sums_back;
}

static gboolean
has_penalty (const MtlPlanStep *step)
{
  return step->op->penalty != NULL && step->needs.sums > 0;
}

static void
schedule_forward (MtlPlan *self)
{
  for (guint s = 0; s < self->n_steps; s++)
    {
      MtlPlanStep *step = &self->steps[s];

      if (step->op == NULL)
        continue;
      place_sums (self, step);
      if (step->needs.sums > 0 && !has_penalty (step))
        {
          add_action (self, MTL_DO_MEASURE, s);
          self->n_phases++;
        }
      add_action (self, MTL_DO_FORWARD, s);
      if (has_penalty (step))
        add_action (self, MTL_DO_MEASURE, s);
    }
}

static void
schedule_backward (MtlPlan *self)
{
  guint last_forward = self->n_phases;

  for (guint s = self->n_steps; s > 0; s--)
    {
      const MtlPlanStep *step = &self->steps[s - 1];

      if (step->op == NULL || !step->wants_dy)
        continue;
      if (has_penalty (step) && self->n_phases == last_forward)
        self->n_phases++;
      if (step->needs.sums_back > 0)
        {
          add_action (self, MTL_DO_MEASURE_BACK, s - 1);
          self->n_phases++;
        }
      add_action (self, MTL_DO_BACKWARD, s - 1);
    }
}

void
mtl_plan_schedule (MtlPlan *self)
{
  self->actions = g_new (MtlAction, 4 * self->n_steps);
  self->n_phases = 1;

  schedule_forward (self);
  self->n_forward = self->n_actions;
  if (self->trains)
    schedule_backward (self);
}
