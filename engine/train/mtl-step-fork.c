/* mtl-step-fork.c — a step that is balanced where the trunk splits into heads
 *
 * The method is asked about ∂l_k/∂Z instead of g_k = (∂Z/∂θ)ᵀ·∂l_k/∂Z: |Σ w_k·g_k| is at most
 * |∂Z/∂θ| times |Σ w_k·∂l_k/∂Z|. All lanes go through the heads, and a single one through the
 * trunk, which runs forward twice for it.
 *
 * Conflict is that of the trunk as ever: where it is to be diagnosed the rows are made beside.
 *
 * Source: Sener, Koltun, “Multi-Task Learning as Multi-Objective Optimization”, NeurIPS 2018,
 * arXiv 1810.04650, section 3.3.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-step-inside.h"

/* Whether ∂l_k/∂Z is added up over samples before products are taken. */
static gboolean
adds_up (const MtlStepPart *part)
{
  const MtlSetting *reduce = mtl_chosen_get (part->chosen, "ub-reduce");

  return reduce != NULL && g_str_equal (reduce->text, "sum");
}

static gboolean
weigh (MtlStep  *self,
       GError  **error)
{
  MtlStepPart *part = &self->parts[MTL_PART_LOSS];
  g_autofree double *gramian = g_new (double, self->n_tasks * self->n_tasks);
  MtlStepCall call = { 0 };

  mtl_fork_gram (self->fork, adds_up (part), mtl_work_pool (self->work), gramian);
  part->report.status = MTL_BALANCE_OK;
  mtl_step_open_call (self, MTL_PART_LOSS, part->slices, self->tasks, gramian, NULL, &call);
  self->weighed = mtl_step_weigh (self, MTL_PART_LOSS, &call, part->report.weights, error);
  mtl_step_close_call (&call);

  return self->weighed;
}

static void
run_trunk (MtlStep       *self,
           const MtlPass *pass)
{
  const double *weights = self->parts[MTL_PART_LOSS].report.weights;
  g_autofree double *w = g_new0 (double, self->n_tasks);

  for (guint k = 0; k < self->n_tasks; k++)
    if ((self->tasks >> k & 1) != 0)
      w[k] = weights[k];
  mtl_work_run_trunk (self->work, pass, self->fork, w, self->gradient);
}

gboolean
mtl_step_run_fork (MtlStep        *self,
                   const MtlPass  *pass,
                   MtlGrads       *out,
                   GError        **error)
{
  /* Until rows are there, and where they are not wanted, it is the heads that are looked at. */
  self->lanes[0].sum = self->gradient;
  mtl_work_run_heads (self->work, pass, self->losses, out, mtl_step_outputs (self, 0), self->fork);
  memcpy (self->renewed, mtl_work_renewed (self->work),
          self->n_statistics * sizeof *self->renewed);
  if (!mtl_step_check (self, pass, self->losses, out, error) || !weigh (self, error))
    return FALSE;

  if (self->diagnose)
    {
      self->lanes[0].sum = NULL;
      self->clean = out;
      mtl_work_run (self->work, pass, NULL, out, NULL);
    }
  else
    {
      run_trunk (self, pass);
    }

  return mtl_step_check (self, pass, self->losses, out, error);
}
