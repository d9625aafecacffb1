/* mtl-step.c — one step of training
 *
 * The sharpness method runs the step: it asks for gradients and for balances
 * through the calls of mtl-step.h. A task without a valid label in the batch
 * is left out: a zero row would stop every task under MGDA.
 *
 * Where neither methods nor the diagnostics need the rows of the tasks apart, one
 * lane runs instead of K (mtl-step-lane.c).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-step-inside.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-clip.h"

MtlStep *
mtl_step_new (MtlWork *work)
{
  MtlStep *self = g_new0 (MtlStep, 1);
  MtlPlan *plan = mtl_work_plan (work);
  gsize n_weights = mtl_plan_n_weights (plan);

  self->work = work;
  self->n_tasks = mtl_plan_n_tasks (plan);
  self->blocks = mtl_plan_trunk_blocks (plan);
  self->n_statistics = mtl_plan_n_theta (plan) - n_weights;
  self->moved = g_new0 (float, mtl_plan_n_theta (plan));
  self->renewed = g_new0 (float, MAX (self->n_statistics, 1));
  self->gradient = g_new0 (float, n_weights);
  self->losses = g_new0 (double, self->n_tasks);
  self->aside = g_new0 (double, 2 * self->n_tasks);
  self->rate = self->highest = 1.0;
  mtl_step_set_batches (self, 1);
  for (guint p = 0; p < MTL_N_PARTS; p++)
    {
      self->parts[p].report.gramian = g_new0 (double, self->n_tasks * self->n_tasks);
      self->parts[p].report.blocks = g_new0 (double, MAX (self->blocks->len, 1) * self->n_tasks
                                                     * self->n_tasks);
      self->parts[p].report.weights = g_new0 (double, self->n_tasks);
    }

  return self;
}

static void
clear_part (MtlStepPart *part)
{
  g_clear_pointer (&part->chosen, mtl_chosen_unref);
  g_clear_pointer (&part->spread, mtl_chosen_unref);
}

void
mtl_step_free (MtlStep *self)
{
  for (guint p = 0; p < MTL_N_PARTS; p++)
    {
      mtl_step_clear_sets (self, p);
      mtl_step_clear_slices (&self->parts[p]);
      clear_part (&self->parts[p]);
      g_free (self->parts[p].report.gramian);
      g_free (self->parts[p].report.blocks);
      g_free (self->parts[p].report.weights);
    }
  for (guint n = 0; n < MTL_MAX_ROW_SETS; n++)
    {
      g_clear_pointer (&self->rows[n], mtl_grads_free);
      g_free (self->lanes[n].own);
    }
  mtl_step_clear_batches (self);
  g_array_unref (self->blocks);
  g_clear_pointer (&self->fork, mtl_fork_free);
  mtl_step_clear_samples (self);
  g_clear_pointer (&self->half, mtl_batch_free);
  g_clear_pointer (&self->sharp_chosen, mtl_chosen_unref);
  g_clear_pointer (&self->sharp_spread, mtl_chosen_unref);
  g_clear_pointer (&self->sharp_state, mtl_state_free);
  for (guint n = 0; n < MTL_MAX_VECTORS; n++)
    g_free (self->vectors[n]);
  g_free (self->moved);
  g_free (self->renewed);
  g_free (self->gradient);
  g_free (self->beside);
  g_free (self->losses);
  g_free (self->aside);
  g_free (self);
}

static MtlState *
new_state (const MtlStateSpec *spec)
{
  return spec->n > 0 ? mtl_state_new (spec) : NULL;
}

void
mtl_step_set_balancer (MtlStep         *self,
                       MtlPart          p,
                       const MtlChosen *balancer)
{
  MtlStepPart *part = &self->parts[p];
  const MtlMethod *method = mtl_chosen_method (balancer);
  MtlBalanceScope scope = mtl_balancer_scope ((const MtlBalancer *) method, balancer);
  gboolean same = part->chosen != NULL && mtl_chosen_method (part->chosen) == method
                  && part->scope == scope;
  MtlPlan *plan = mtl_work_plan (self->work);

  mtl_chosen_ref (balancer);
  clear_part (part);
  part->chosen = balancer;
  part->balancer = (const MtlBalancer *) method;
  part->scope = scope;
  /* Names of tasks were checked when the run began. */
  part->spread = mtl_chosen_for_tasks (balancer, mtl_plan_task_ids (plan), self->n_tasks, NULL);
  if (part->spread == NULL)
    part->spread = mtl_chosen_ref (balancer);
  if (same)
    return;

  mtl_step_make_slices (self, p);
  if (p == MTL_PART_LOSS)
    g_clear_pointer (&self->fork, mtl_fork_free);
  if (p == MTL_PART_LOSS && scope == MTL_SCOPE_SPLIT)
    self->fork = mtl_fork_new (plan);
  mtl_step_clear_sets (self, p);
  mtl_step_make_sets (self, p);
  if (self->sharp != NULL)
    mtl_step_make_rows (self);
}

/* Whether a balancer takes the rows themselves, for which factors will not do. */
static gboolean
reads_rows (MtlStep *self)
{
  for (guint p = 0; p < MTL_N_PARTS; p++)
    {
      const MtlBalancer *balancer = self->parts[p].balancer;

      if (balancer != NULL && (balancer->needs & MTL_NEEDS_ROWS) != 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_alike (MtlStep *self)
{
  return mtl_sharp_is_alike (self->sharp, mtl_chosen_settings (self->sharp_spread));
}

/* What several batches or passes add to is written out. */
void
mtl_step_make_rows (MtlStep *self)
{
  MtlPlan *plan = mtl_work_plan (self->work);
  gboolean factors = self->most_batches == 1 && !reads_rows (self) && is_alike (self);

  for (guint n = 0; n < MTL_MAX_ROW_SETS; n++)
    {
      gboolean balanced = factors && (self->sharp->balanced >> n & 1) != 0;

      g_clear_pointer (&self->rows[n], mtl_grads_free);
      if (n < self->sharp->n_rows)
        self->rows[n] = balanced ? mtl_grads_new_products (plan, mtl_work_pool (self->work))
                                 : mtl_grads_new (plan);
    }
}

void
mtl_step_set_sharp (MtlStep         *self,
                    const MtlChosen *sharp)
{
  const MtlMethod *method = mtl_chosen_method (sharp);
  gboolean same = self->sharp_chosen != NULL && mtl_chosen_method (self->sharp_chosen) == method;
  gboolean were_alike = same && is_alike (self);
  MtlPlan *plan = mtl_work_plan (self->work);

  mtl_chosen_ref (sharp);
  g_clear_pointer (&self->sharp_chosen, mtl_chosen_unref);
  g_clear_pointer (&self->sharp_spread, mtl_chosen_unref);
  self->sharp_chosen = (MtlChosen *) sharp;
  self->sharp = (const MtlSharp *) method;
  g_assert (self->sharp->n_rows <= MTL_MAX_ROW_SETS);
  /* Names of tasks were checked when the run began. */
  self->sharp_spread = mtl_chosen_for_tasks (sharp, mtl_plan_task_ids (plan), self->n_tasks, NULL);
  if (self->sharp_spread == NULL)
    self->sharp_spread = mtl_chosen_new (MTL_KIND_SHARP, method);
  if (same && were_alike == is_alike (self))
    return;

  mtl_step_make_rows (self);
  if (same)
    return;

  mtl_step_make_vectors (self);
  g_clear_pointer (&self->sharp_state, mtl_state_free);
  if (self->sharp->declare != NULL)
    {
      MtlStateSpec spec = { 0 };

      self->sharp->declare (self->n_tasks, mtl_plan_n_weights (plan),
                            mtl_chosen_settings (self->sharp_spread), &spec);
      self->sharp_state = new_state (&spec);
    }
}

void
mtl_step_set_clock (MtlStep *self,
                    guint64  epoch,
                    double   rate)
{
  self->epoch = epoch;
  self->rate = rate;
}

void
mtl_step_set_highest_rate (MtlStep *self,
                           double   highest)
{
  self->highest = highest;
}

void
mtl_step_set_clip (MtlStep *self,
                   double   most,
                   gboolean trunk)
{
  self->clip = most;
  self->clips_trunk = trunk;
}

MtlState *
mtl_step_sharp_state (MtlStep *self)
{
  return self->sharp_state;
}

/* --- the step --- */

/* What the last step left is gone. */
static void
begin (MtlStep     *self,
       const float *theta)
{
  self->theta = theta;
  self->clean = NULL;
  self->merge = FALSE;
  for (guint n = 0; n < MTL_MAX_ROW_SETS; n++)
    self->lanes[n].sum = NULL;
  self->weighed = FALSE;
  self->is_beside = FALSE;
  self->narrowed = FALSE;
  self->perturbed = FALSE;
  /* Where weights are moved, statistics stay. */
  memcpy (self->renewed, theta + mtl_step_n_weights (self),
          self->n_statistics * sizeof *self->renewed);
  memcpy (self->moved + mtl_step_n_weights (self), self->renewed,
          self->n_statistics * sizeof *self->renewed);
  for (guint k = 0; k < self->n_tasks; k++)
    self->losses[k] = NAN;
  for (guint p = 0; p < MTL_N_PARTS; p++)
    self->parts[p].report.valid = FALSE;
}

/* Where a lane of all tasks is the direction, it overwrites the trunk's part. */
static void
clear_direction (MtlStep *self)
{
  gsize first = self->merge && self->sharp->n_rows == 1 ? mtl_step_n_trunk (self) : 0;

  memset (self->gradient + first, 0,
          (mtl_step_n_weights (self) - first) * sizeof *self->gradient);
}

static gboolean
run (MtlStep   *self,
     gboolean   diagnose,
     GError   **error)
{
  if (!mtl_step_learn (self, error) || !mtl_step_prepare_lanes (self, error))
    return FALSE;

  clear_direction (self);

  return self->sharp->step (self, mtl_chosen_settings (self->sharp_spread), self->sharp_state,
                            error);
}

gboolean
mtl_step_take_batches (MtlStep                *self,
                       const float            *theta,
                       const MtlBatch *const  *batches,
                       guint                   n_batches,
                       guint64                 step,
                       guint64                 seed,
                       gboolean                diagnose,
                       GError                **error)
{
  g_assert (n_batches > 0 && n_batches <= self->most_batches);

  self->batches = batches;
  self->n_batches = n_batches;
  self->step = step;
  self->seed = seed;
  self->diagnose = diagnose;
  mtl_step_begin_batches (self);
  begin (self, theta);
  if (self->tasks == 0)
    {
      clear_direction (self);
      return TRUE;
    }

  mtl_step_keep_states (self);
  if (!run (self, diagnose, error))
    {
      mtl_step_restore_states (self);
      return FALSE;
    }

  mtl_step_note (self);
  if (self->clip > 0.0)
    mtl_clip (self->gradient,
              self->clips_trunk ? mtl_step_n_trunk (self) : mtl_step_n_weights (self), self->clip);
  return TRUE;
}

gboolean
mtl_step_take (MtlStep         *self,
               const float     *theta,
               const MtlBatch  *batch,
               guint64          step,
               guint64          seed,
               gboolean         diagnose,
               GError         **error)
{
  self->only = batch;

  return mtl_step_take_batches (self, theta, &self->only, 1, step, seed, diagnose, error);
}

const float *
mtl_step_gradient (MtlStep *self)
{
  return self->gradient;
}

const float *
mtl_step_renewed (MtlStep *self)
{
  return self->renewed;
}

const double *
mtl_step_losses (MtlStep *self)
{
  return self->losses;
}

const GArray *
mtl_step_blocks (MtlStep *self)
{
  return self->blocks;
}

const MtlPartReport *
mtl_step_report (MtlStep *self,
                 MtlPart  part)
{
  return &self->parts[part].report;
}

void
mtl_step_gains (MtlStep *self,
                double  *gains)
{
  if (self->clean != NULL)
    mtl_grads_along (self->clean, self->gradient, gains);
  for (guint k = 0; k < self->n_tasks; k++)
    if (self->clean == NULL || (self->tasks >> k & 1) == 0)
      gains[k] = NAN;
}

gboolean
mtl_step_failed_perturbed (MtlStep *self)
{
  return self->perturbed;
}
