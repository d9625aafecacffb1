/* mtl-plan-schedule.c — what is done in which order
 *
 * A step whose forward reads sums over the batch begins a phase: before it, its
 * input has been measured by all shards. Backward is the same in the opposite
 * direction. Without such steps there is one phase: a shard goes forward and
 * backward through everything while its values are in cache.
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

void
mtl_plan_schedule (MtlPlan *self)
{
  self->actions = g_new (MtlAction, 4 * self->n_steps);
  self->n_phases = 1;

  for (guint s = 0; s < self->n_steps; s++)
    {
      if (self->steps[s].op == NULL)
        continue;
      place_sums (self, &self->steps[s]);
      if (self->steps[s].needs.sums > 0)
        {
          add_action (self, MTL_DO_MEASURE, s);
          self->n_phases++;
        }
      add_action (self, MTL_DO_FORWARD, s);
    }
  self->n_forward = self->n_actions;

  for (guint s = self->n_steps; self->trains && s > 0; s--)
    {
      const MtlPlanStep *step = &self->steps[s - 1];

      if (step->op == NULL || !step->wants_dy)
        continue;
      if (step->needs.sums_back > 0)
        {
          add_action (self, MTL_DO_MEASURE_BACK, s - 1);
          self->n_phases++;
        }
      add_action (self, MTL_DO_BACKWARD, s - 1);
    }
}
