/* mtl-step.c — one step of training
 *
 * The sharpness method runs the step: it asks for gradients and for balances
 * through the calls of mtl-step.h. A task without a valid label in the batch
 * is left out: a zero row would stop every task under MGDA.
 *
 * Where neither the balancer nor the diagnostics need the rows, the clean
 * pass takes one merged lane instead of K: the weights of such a balancer do
 * not depend on gradients, so they are known before backward.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-step-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_ROW_SETS 4

typedef struct
{
  const MtlChosen   *chosen;   /* as in the design, to tell a swap */
  MtlChosen         *spread;   /* PER_TASK settings spread to K numbers */
  const MtlBalancer *balancer;
  MtlState          *state;    /* NULL: stateless */
  MtlState          *before;   /* copy to go back to when a step fails */
  MtlPartReport      report;
} Part;

struct _MtlStep
{
  MtlWork         *work;
  guint            n_tasks;
  Part             parts[MTL_N_PARTS];
  MtlChosen       *sharp_chosen;
  const MtlSharp  *sharp;
  MtlState        *sharp_state;
  MtlGrads        *rows[MAX_ROW_SETS];
  float           *moved;
  float           *gradient;   /* P */
  float          **outputs;    /* [K] */
  double          *losses;     /* [K] */

  /* of the step that runs */
  const float     *theta;
  const MtlBatch  *batch;
  guint64          tasks;
  guint64          step;
  guint64          seed;
  const MtlGrads  *clean;      /* rows of the clean pass; NULL: none yet, or merged */
  gboolean         merge;      /* the clean pass may take one lane */
  gboolean         merged;     /* it did: the trunk direction is in gradient */
  gboolean         perturbed;  /* the pass that failed was at perturbed weights */
};

MtlStep *
mtl_step_new (MtlWork *work)
{
  MtlStep *self = g_new0 (MtlStep, 1);
  MtlPlan *plan = mtl_work_plan (work);
  gsize n_weights = mtl_plan_n_weights (plan);

  self->work = work;
  self->n_tasks = mtl_plan_n_tasks (plan);
  self->moved = g_new0 (float, n_weights);
  self->gradient = g_new0 (float, n_weights);
  self->losses = g_new0 (double, self->n_tasks);
  self->outputs = g_new0 (float *, self->n_tasks);
  for (guint k = 0; k < self->n_tasks; k++)
    self->outputs[k] = g_new0 (float, mtl_plan_capacity (plan) * mtl_plan_task (plan, k)->size);
  for (guint p = 0; p < MTL_N_PARTS; p++)
    {
      self->parts[p].report.gramian = g_new0 (double, self->n_tasks * self->n_tasks);
      self->parts[p].report.weights = g_new0 (double, self->n_tasks);
    }

  return self;
}

static void
clear_part (Part *part)
{
  g_clear_pointer (&part->chosen, mtl_chosen_unref);
  g_clear_pointer (&part->spread, mtl_chosen_unref);
  g_clear_pointer (&part->state, mtl_state_free);
  g_clear_pointer (&part->before, mtl_state_free);
}

void
mtl_step_free (MtlStep *self)
{
  for (guint p = 0; p < MTL_N_PARTS; p++)
    {
      clear_part (&self->parts[p]);
      g_free (self->parts[p].report.gramian);
      g_free (self->parts[p].report.weights);
    }
  for (guint n = 0; n < MAX_ROW_SETS; n++)
    g_clear_pointer (&self->rows[n], mtl_grads_free);
  for (guint k = 0; k < self->n_tasks; k++)
    g_free (self->outputs[k]);
  g_clear_pointer (&self->sharp_chosen, mtl_chosen_unref);
  g_clear_pointer (&self->sharp_state, mtl_state_free);
  g_free (self->outputs);
  g_free (self->moved);
  g_free (self->gradient);
  g_free (self->losses);
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
  Part *part = &self->parts[p];
  const MtlMethod *method = mtl_chosen_method (balancer);
  gboolean same = part->chosen != NULL && mtl_chosen_method (part->chosen) == method;
  MtlPlan *plan = mtl_work_plan (self->work);
  MtlState *state = same ? g_steal_pointer (&part->state) : NULL;

  mtl_chosen_ref (balancer);
  clear_part (part);
  part->chosen = balancer;
  part->balancer = (const MtlBalancer *) method;
  part->state = state;
  /* Names of tasks were checked when the run began. */
  part->spread = mtl_chosen_for_tasks (balancer, mtl_plan_task_ids (plan), self->n_tasks, NULL);
  if (part->spread == NULL)
    part->spread = mtl_chosen_ref (balancer);

  if (!same && part->balancer->declare != NULL)
    {
      MtlStateSpec spec = { 0 };

      part->balancer->declare (self->n_tasks, mtl_chosen_settings (part->spread), &spec);
      part->state = new_state (&spec);
    }
}

void
mtl_step_set_sharp (MtlStep         *self,
                    const MtlChosen *sharp)
{
  const MtlMethod *method = mtl_chosen_method (sharp);
  gboolean same = self->sharp_chosen != NULL && mtl_chosen_method (self->sharp_chosen) == method;
  MtlPlan *plan = mtl_work_plan (self->work);

  mtl_chosen_ref (sharp);
  g_clear_pointer (&self->sharp_chosen, mtl_chosen_unref);
  self->sharp_chosen = (MtlChosen *) sharp;
  self->sharp = (const MtlSharp *) method;
  g_assert (self->sharp->n_rows <= MAX_ROW_SETS);
  if (same)
    return;

  g_clear_pointer (&self->sharp_state, mtl_state_free);
  if (self->sharp->declare != NULL)
    {
      MtlStateSpec spec = { 0 };

      self->sharp->declare (self->n_tasks, mtl_plan_n_weights (plan),
                            mtl_chosen_settings (sharp), &spec);
      self->sharp_state = new_state (&spec);
    }
  for (guint n = 0; n < MAX_ROW_SETS; n++)
    {
      g_clear_pointer (&self->rows[n], mtl_grads_free);
      if (n < self->sharp->n_rows)
        self->rows[n] = mtl_grads_new (plan);
    }
}

MtlState *
mtl_step_state (MtlStep *self,
                MtlPart  part)
{
  return self->parts[part].state;
}

MtlState *
mtl_step_sharp_state (MtlStep *self)
{
  return self->sharp_state;
}

/* --- what sharpness methods call --- */

const MtlPlan *
mtl_step_plan (MtlStep *self)
{
  return mtl_work_plan (self->work);
}

const float *
mtl_step_theta (MtlStep *self)
{
  return self->theta;
}

gsize
mtl_step_n_weights (MtlStep *self)
{
  return mtl_plan_n_weights (mtl_work_plan (self->work));
}

gsize
mtl_step_n_trunk (MtlStep *self)
{
  return mtl_plan_n_trunk (mtl_work_plan (self->work));
}

float *
mtl_step_moved (MtlStep *self)
{
  return self->moved;
}

MtlGrads *
mtl_step_rows (MtlStep *self,
               guint    n)
{
  g_return_val_if_fail (n < self->sharp->n_rows, NULL);

  return self->rows[n];
}

guint64
mtl_step_tasks (MtlStep *self)
{
  return self->tasks;
}

static const char *
task_id (MtlStep *self,
         guint    task)
{
  return mtl_plan_task (mtl_work_plan (self->work), task)->id;
}

static gboolean
check_losses (MtlStep        *self,
              const MtlPass  *pass,
              const double   *losses,
              GError        **error)
{
  for (guint k = 0; k < self->n_tasks; k++)
    if ((pass->tasks >> k & 1) != 0 && !isfinite (losses[k]))
      {
        const char *block = mtl_work_first_not_finite (self->work, pass);

        g_set_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE,
                     _("The loss of %s is not finite at step %" G_GUINT64_FORMAT ", first in %s"),
                     task_id (self, k), self->step, block != NULL ? block : task_id (self, k));
        return FALSE;
      }

  return TRUE;
}

static gboolean
check_gradients (MtlStep         *self,
                 const MtlPass   *pass,
                 const MtlGrads  *grads,
                 GError         **error)
{
  guint task;
  gsize element;

  if (mtl_grads_finite (grads, pass->tasks, &task, &element))
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE,
               _("The gradient of %s is not finite at step %" G_GUINT64_FORMAT
                 ", first in weight %" G_GSIZE_FORMAT),
               task_id (self, task), self->step, element);
  return FALSE;
}

gboolean
mtl_step_gradients (MtlStep      *self,
                    const float  *theta,
                    guint64       tasks,
                    MtlGrads     *out,
                    GError      **error)
{
  gboolean clean = theta == self->theta;
  g_autofree double *perturbed = clean ? NULL : g_new (double, self->n_tasks);
  double *losses = clean ? self->losses : perturbed;
  MtlPass pass = {
    .theta = theta,
    .batch = self->batch,
    .tasks = tasks & self->tasks,
    .mode = clean ? MTL_PASS_TRAIN : MTL_PASS_PERTURBED,
    .rng = mtl_rng_derive (mtl_rng_new (self->seed, MTL_STREAM_DROPOUT), self->step),
  };

  self->perturbed = !clean;
  if (clean && self->merge)
    {
      mtl_work_run_sum (self->work, &pass, self->parts[MTL_PART_LOSS].report.weights,
                        losses, out, self->outputs, self->gradient);
      self->merged = TRUE;
    }
  else
    {
      mtl_work_run (self->work, &pass, losses, out, clean ? self->outputs : NULL);
      if (clean)
        self->clean = out;
    }

  return check_losses (self, &pass, losses, error)
         && check_gradients (self, &pass, out, error);
}

/* The Gramian of all tasks with NaN where one is left out, for the report,
 * and the part of it that concerns those that take part. */
static double *
measure_rows (MtlStep        *self,
              const MtlGrads *rows,
              MtlPartReport  *report,
              const guint    *task,
              guint           n)
{
  double *gramian = g_new (double, n * n);
  guint k = self->n_tasks;

  mtl_grads_gram (rows, rows, mtl_work_pool (self->work), report->gramian);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      gramian[i * n + j] = report->gramian[task[i] * k + task[j]];

  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      if ((self->tasks >> i & self->tasks >> j & 1) == 0)
        report->gramian[i * k + j] = NAN;
  report->valid = TRUE;

  return gramian;
}

static MtlRng
part_rng (MtlStep *self,
          MtlPart  part)
{
  MtlStream stream = part == MTL_PART_LOSS ? MTL_STREAM_LOSS_PART : MTL_STREAM_FLAT_PART;

  return mtl_rng_derive (mtl_rng_new (self->seed, stream), self->step);
}

/* Asks the balancer of @part for weights of the tasks that take part. */
static gboolean
weigh (MtlStep        *self,
       MtlPart         p,
       const double   *gramian,
       const guint    *task,
       guint           n,
       GError        **error)
{
  Part *part = &self->parts[p];
  g_autofree double *losses = g_new (double, n);
  g_autofree double *w = g_new (double, n);
  MtlBalanceInput input = {
    .n_tasks = n,
    .task = task,
    .losses = losses,
    .gramian = gramian,
    .set = mtl_chosen_settings (part->spread),
    .chosen = part->spread,
    .state = part->state,
    .rng = part_rng (self, p),
  };

  for (guint i = 0; i < n; i++)
    losses[i] = self->losses[task[i]];
  part->report.status = mtl_balancer_weigh (part->balancer, &input, w, error);
  if (part->report.status == MTL_BALANCE_REFUSED)
    {
      g_prefix_error (error, _("Step %" G_GUINT64_FORMAT ": "), self->step);
      return FALSE;
    }

  for (guint k = 0; k < self->n_tasks; k++)
    part->report.weights[k] = NAN;
  for (guint i = 0; i < n; i++)
    part->report.weights[task[i]] = w[i];

  return TRUE;
}

static guint
list_tasks (guint64  tasks,
            guint   *list)
{
  guint n = 0;

  for (guint k = 0; k < MTL_MAX_TASKS; k++)
    if ((tasks >> k & 1) != 0)
      list[n++] = k;

  return n;
}

/* Flatness rows that are nothing but rounding are left out: ρ = 0 must not
 * divide by them. */
static guint64
live_tasks (MtlStep      *self,
            MtlPart       part,
            const double *gramian)
{
  guint64 tasks = 0;

  if (part == MTL_PART_LOSS)
    return self->tasks;

  for (guint k = 0; k < self->n_tasks; k++)
    {
      double flat = gramian[k * self->n_tasks + k];
      double loss = self->parts[MTL_PART_LOSS].report.gramian[k * self->n_tasks + k];

      if (flat > 1e-24 * loss)
        tasks |= (G_GUINT64_CONSTANT (1) << k) & self->tasks;
    }

  return tasks;
}

gboolean
mtl_step_balance (MtlStep         *self,
                  MtlPart          p,
                  const MtlGrads  *rows,
                  double           scale,
                  GError         **error)
{
  Part *part = &self->parts[p];
  gboolean reads_rows = (part->balancer->needs & MTL_NEEDS_GRAMIAN) != 0;
  g_autofree double *combined = g_new0 (double, self->n_tasks);
  g_autofree double *gramian = NULL;
  guint task[MTL_MAX_TASKS];
  guint n = list_tasks (self->tasks, task);
  guint64 live;

  /* The merged lane already holds the direction of the loss part. */
  if (p == MTL_PART_LOSS && self->merged && rows == self->rows[0])
    return TRUE;

  if (p == MTL_PART_LOSS && rows != self->clean && self->clean != NULL)
    {
      /* Balanced at a perturbed point: conflict is reported at the clean one. */
      g_autofree double *clean = measure_rows (self, self->clean, &part->report, task, n);
      MtlPartReport elsewhere = { .gramian = g_new (double, self->n_tasks * self->n_tasks) };

      gramian = measure_rows (self, rows, &elsewhere, task, n);
      g_free (elsewhere.gramian);
    }
  else
    {
      gramian = measure_rows (self, rows, &part->report, task, n);
    }

  live = live_tasks (self, p, part->report.gramian);
  if (live != self->tasks)
    {
      g_clear_pointer (&gramian, g_free);
      n = list_tasks (live, task);
      gramian = measure_rows (self, rows, &part->report, task, n);
    }
  if (n == 0)
    return TRUE;

  if (p == MTL_PART_FLAT && !reads_rows)
    memcpy (part->report.weights, self->parts[MTL_PART_LOSS].report.weights,
            self->n_tasks * sizeof (double));
  else if (!weigh (self, p, gramian, task, n, error))
    return FALSE;

  for (guint k = 0; k < self->n_tasks; k++)
    if ((live >> k & 1) != 0)
      combined[k] = scale * part->report.weights[k];
  mtl_grads_combine (rows, combined, self->gradient);

  return TRUE;
}

void
mtl_step_add_mean (MtlStep        *self,
                   const MtlGrads *rows)
{
  g_autofree double *w = g_new0 (double, self->n_tasks);
  guint n = (guint) __builtin_popcountll (self->tasks);

  for (guint k = 0; k < self->n_tasks; k++)
    w[k] = (self->tasks >> k & 1) != 0 ? 1.0 / n : 0.0;
  mtl_grads_combine (rows, w, self->gradient);
}

/* Copied at once: a method may go on to work in these rows. */
void
mtl_step_heads (MtlStep        *self,
                const MtlGrads *from)
{
  MtlPlan *plan = mtl_work_plan (self->work);
  const Part *part = &self->parts[MTL_PART_LOSS];
  gboolean weighted = mtl_plan_n_trunk (plan) > 0
                      && mtl_balancer_weighs_heads (part->balancer, part->chosen);

  for (guint k = 0; k < self->n_tasks; k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);
      const float *head = mtl_grads_head ((MtlGrads *) from, k);
      float *to = self->gradient + task->offset;
      gboolean takes_part = self->tasks >> k & 1;
      float factor = weighted ? (float) part->report.weights[k] : 1.0f;

      for (gsize i = 0; i < task->n_weights; i++)
        to[i] = takes_part ? factor * head[i] : 0.0f;
    }
}

/* --- the step --- */

/* Weights that do not depend on gradients are asked for before backward. */
static gboolean
prepare_merge (MtlStep   *self,
               gboolean   diagnose,
               GError   **error)
{
  guint task[MTL_MAX_TASKS];
  guint n = list_tasks (self->tasks, task);

  self->merge = !diagnose && self->parts[MTL_PART_LOSS].balancer->needs == 0
                && self->sharp->merges;
  if (!self->merge || n == 0)
    return TRUE;

  for (guint k = 0; k < self->n_tasks; k++)
    self->losses[k] = NAN;
  if (!weigh (self, MTL_PART_LOSS, NULL, task, n, error))
    return FALSE;
  for (guint k = 0; k < self->n_tasks; k++)
    if ((self->tasks >> k & 1) == 0)
      self->parts[MTL_PART_LOSS].report.weights[k] = 0.0;

  return TRUE;
}

static void
keep_states (MtlStep *self)
{
  for (guint p = 0; p < MTL_N_PARTS; p++)
    {
      g_clear_pointer (&self->parts[p].before, mtl_state_free);
      if (self->parts[p].state != NULL)
        self->parts[p].before = mtl_state_copy (self->parts[p].state);
    }
}

static void
restore_states (MtlStep *self)
{
  for (guint p = 0; p < MTL_N_PARTS; p++)
    if (self->parts[p].before != NULL)
      {
        mtl_state_free (self->parts[p].state);
        self->parts[p].state = g_steal_pointer (&self->parts[p].before);
      }
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
  self->theta = theta;
  self->batch = batch;
  self->step = step;
  self->seed = seed;
  self->tasks = mtl_work_labelled (self->work, batch);
  self->clean = NULL;
  self->merged = FALSE;
  self->perturbed = FALSE;
  memset (self->gradient, 0, mtl_step_n_weights (self) * sizeof *self->gradient);
  for (guint k = 0; k < self->n_tasks; k++)
    self->losses[k] = NAN;
  for (guint p = 0; p < MTL_N_PARTS; p++)
    self->parts[p].report.valid = FALSE;

  if (self->tasks == 0)
    return TRUE;

  keep_states (self);
  if (!prepare_merge (self, diagnose, error)
      || !self->sharp->step (self, mtl_chosen_settings (self->sharp_chosen),
                             self->sharp_state, error))
    {
      restore_states (self);
      return FALSE;
    }

  return TRUE;
}

const float *
mtl_step_gradient (MtlStep *self)
{
  return self->gradient;
}

const double *
mtl_step_losses (MtlStep *self)
{
  return self->losses;
}

const MtlPartReport *
mtl_step_report (MtlStep *self,
                 MtlPart  part)
{
  return &self->parts[part].report;
}

float *const *
mtl_step_outputs (MtlStep *self)
{
  return self->outputs;
}

void
mtl_step_gains (MtlStep *self,
                double  *gains)
{
  gsize d = mtl_step_n_trunk (self);

  for (guint k = 0; k < self->n_tasks; k++)
    {
      double sum = 0.0;

      gains[k] = NAN;
      if (self->clean == NULL || (self->tasks >> k & 1) == 0)
        continue;
      for (gsize i = 0; i < d; i++)
        sum += (double) self->gradient[i] * mtl_grads_row ((MtlGrads *) self->clean, k)[i];
      gains[k] = sum;
    }
}

gboolean
mtl_step_failed_perturbed (MtlStep *self)
{
  return self->perturbed;
}
