/* mtl-step-passes.c — gradients at weights of a method's choosing
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-step-inside.h"

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

static const MtlTensor *
find_tensor (MtlStep *self,
             gsize    element)
{
  const MtlPlan *plan = mtl_work_plan (self->work);
  guint n = 0;

  while (n + 1 < mtl_plan_n_tensors (plan) && mtl_plan_tensor (plan, n + 1)->offset <= element)
    n++;

  return mtl_plan_tensor (plan, n);
}

static gboolean
refuse_gradient (MtlStep     *self,
                 const char  *whose,
                 gsize        element,
                 GError     **error)
{
  const MtlTensor *tensor = find_tensor (self, element);

  g_set_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE,
               _("The gradient of %s is not finite at step %" G_GUINT64_FORMAT
                 ", first in %s (%s %" G_GSIZE_FORMAT ")"),
               whose, self->step, tensor->block, tensor->name, element - tensor->offset);
  return FALSE;
}

/* In a lane of all tasks the trunk has one gradient. */
static gboolean
check_gradients (MtlStep         *self,
                 const MtlPass   *pass,
                 const MtlGrads  *grads,
                 GError         **error)
{
  gsize d = mtl_step_n_trunk (self);
  const MtlLane *lane = mtl_step_lane (self, grads);
  MtlPool *pool = mtl_work_pool (self->work);
  guint task;
  gsize element;

  /* Translators: stands for the name of a task in “The gradient of %s is not finite”. */
  if (lane != NULL && !mtl_all_finite (lane->sum, d, pool))
    return refuse_gradient (self, _("all tasks together"), mtl_first_not_finite (lane->sum, d),
                            error);
  if (!mtl_grads_finite (grads, pass->tasks, lane == NULL, pool, &task, &element))
    return refuse_gradient (self, task_id (self, task), element, error);

  return TRUE;
}

gboolean
mtl_step_check (MtlStep         *self,
                const MtlPass   *pass,
                const double    *losses,
                const MtlGrads  *grads,
                GError         **error)
{
  return check_losses (self, pass, losses, error)
         && (grads == NULL || check_gradients (self, pass, grads, error));
}

/* One batch into @out: by one lane, where it is open. */
static void
run_batch (MtlStep        *self,
           const MtlPass  *pass,
           double         *losses,
           MtlGrads       *out)
{
  const MtlLane *lane = mtl_step_lane (self, out);
  float *const *outputs = pass->theta == self->theta ? mtl_step_outputs (self, 0) : NULL;

  if (lane != NULL)
    mtl_work_run_sum (self->work, pass, lane->u, losses, out, outputs, lane->sum);
  else
    mtl_work_run (self->work, pass, losses, out, outputs);
}

gboolean
mtl_step_gradients (MtlStep      *self,
                    const float  *theta,
                    guint64       tasks,
                    MtlGrads     *out,
                    GError      **error)
{
  gboolean clean = theta == self->theta;
  double *losses = clean ? self->losses : self->aside;
  MtlPass pass = {
    .theta = theta,
    .batch = self->narrowed ? self->few : self->batches[0],
    .tasks = tasks & self->tasks,
    .mode = clean ? MTL_PASS_TRAIN : MTL_PASS_PERTURBED,
    .rng = mtl_rng_derive (mtl_rng_new (self->seed, MTL_STREAM_DROPOUT), self->step),
  };

  self->perturbed = !clean;
  if (clean && self->fork != NULL && self->n_batches == 1)
    return mtl_step_run_fork (self, &pass, out, error);
  if (!mtl_step_open_lane (self, &pass, out, error))
    return FALSE;
  if (clean && mtl_step_lane (self, out) == NULL)
    self->clean = out;
  if (self->n_batches > 1)
    return mtl_step_run_batches (self, &pass, losses, out, error);

  run_batch (self, &pass, losses, out);
  if (clean)
    memcpy (self->renewed, mtl_work_renewed (self->work),
            self->n_statistics * sizeof *self->renewed);

  return mtl_step_check (self, &pass, losses, out, error);
}
