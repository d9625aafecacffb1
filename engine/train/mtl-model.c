/* mtl-model.c — θ and its optimiser
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-model.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-schedule.h"

#define RANGE 8192  /* floats updated in one piece */

MtlModel *
mtl_model_new (const MtlPlan *plan,
               guint64        seed)
{
  MtlModel *self = g_new0 (MtlModel, 1);

  self->n_weights = mtl_plan_n_weights (plan);
  self->n_theta = mtl_plan_n_theta (plan);
  self->average.n_weights = self->n_weights;
  self->average.n_theta = self->n_theta;
  self->theta = g_new0 (float, self->n_theta);
  self->decay = g_new0 (guint8, self->n_theta);
  mtl_plan_initialise (plan, seed, self->theta);

  for (guint n = 0; n < mtl_plan_n_tensors (plan); n++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (plan, n);

      memset (self->decay + tensor->offset, tensor->decay ? 1 : 0, tensor->size);
    }

  return self;
}

void
mtl_model_free (MtlModel *self)
{
  for (guint n = 0; n < MTL_MAX_MOMENTS; n++)
    g_free (self->moments[n]);
  g_clear_pointer (&self->chosen, mtl_chosen_unref);
  g_clear_pointer (&self->schedule, mtl_chosen_unref);
  mtl_average_clear (&self->average);
  g_free (self->theta);
  g_free (self->decay);
  g_free (self);
}

/* Whether moment @n is there under these settings. */
static gboolean
keeps (const MtlChosen *optimizer,
       guint            n)
{
  const MtlOptimizer *method = (const MtlOptimizer *) mtl_chosen_method (optimizer);

  return n < method->n_moments
         && (method->keeps == NULL || method->keeps (mtl_chosen_settings (optimizer), n));
}

guint
mtl_model_n_moments (const MtlChosen *optimizer)
{
  guint n_moments = 0;

  for (guint n = 0; n < MTL_MAX_MOMENTS; n++)
    n_moments += keeps (optimizer, n) ? 1 : 0;

  return n_moments;
}

void
mtl_model_set_optimizer (MtlModel        *self,
                         const MtlChosen *optimizer)
{
  const MtlMethod *method = mtl_chosen_method (optimizer);
  gboolean same = self->chosen != NULL && mtl_chosen_method (self->chosen) == method;

  mtl_chosen_ref (optimizer);
  g_clear_pointer (&self->chosen, mtl_chosen_unref);
  self->chosen = optimizer;
  self->optimizer = (const MtlOptimizer *) method;
  g_assert (self->optimizer->n_moments <= MTL_MAX_MOMENTS);
  if (!same)
    self->optimizer_step = 0;
  for (guint n = 0; n < MTL_MAX_MOMENTS; n++)
    {
      gboolean kept = keeps (optimizer, n);

      if (!same || !kept)
        g_clear_pointer (&self->moments[n], g_free);
      if (kept && self->moments[n] == NULL)
        self->moments[n] = g_new0 (float, self->n_weights);
    }
}

void
mtl_model_set_schedule (MtlModel        *self,
                        const MtlChosen *schedule)
{
  mtl_chosen_ref (schedule);
  g_clear_pointer (&self->schedule, mtl_chosen_unref);
  self->schedule = schedule;
}

double
mtl_model_rate (const MtlModel *self,
                double          epoch,
                double          n_epochs)
{
  return mtl_chosen_settings (self->chosen)[0].number
         * mtl_schedule_factor (self->schedule, epoch, n_epochs);
}

typedef struct
{
  MtlModel         *model;
  MtlOptimizerStep  step;
  const float      *gradient;
} UpdateJob;

static void
update_range (guint    piece,
              guint    worker,
              gpointer data)
{
  UpdateJob *job = data;
  gsize first = (gsize) piece * RANGE;

  job->model->optimizer->update (&job->step, first, MIN (RANGE, job->model->n_weights - first),
                                 job->gradient, job->model->theta, job->model->moments);
}

void
mtl_model_update (MtlModel    *self,
                  const float *gradient,
                  double       rate,
                  MtlPool     *pool)
{
  UpdateJob job = {
    .model = self,
    .step = {
      .set = mtl_chosen_settings (self->chosen),
      .lr = rate,
      .step = ++self->optimizer_step,
      .decay = self->decay,
    },
    .gradient = gradient,
  };

  mtl_pool_run (pool, (guint) ((self->n_weights + RANGE - 1) / RANGE), update_range, &job);
}

static void
descend_range (guint    piece,
               guint    worker,
               gpointer data)
{
  UpdateJob *job = data;
  gsize first = (gsize) piece * RANGE;
  gsize end = MIN (first + RANGE, job->model->n_weights);

  for (gsize i = first; i < end; i++)
    job->model->theta[i] -= (float) job->step.lr * job->gradient[i];
}

void
mtl_model_descend (MtlModel    *self,
                   const float *v,
                   double       rate,
                   MtlPool     *pool)
{
  UpdateJob job = { .model = self, .step = { .lr = rate }, .gradient = v };

  mtl_pool_run (pool, (guint) ((self->n_weights + RANGE - 1) / RANGE), descend_range, &job);
}

void
mtl_model_renew (MtlModel    *self,
                 const float *renewed)
{
  memcpy (self->theta + self->n_weights, renewed,
          (self->n_theta - self->n_weights) * sizeof *renewed);
}

const float *
mtl_model_evaluated (const MtlModel *self)
{
  return mtl_average_weights (&self->average, self->theta);
}

static GVariant *
save_floats (const float *values,
             gsize        n)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, values, n, sizeof *values);
}

GVariant *
mtl_model_save (const MtlModel *self)
{
  GVariantBuilder moments;

  g_variant_builder_init (&moments, G_VARIANT_TYPE ("aau"));
  for (guint n = 0; n < self->optimizer->n_moments; n++)
    g_variant_builder_add_value (&moments,
                                 save_floats (self->moments[n],
                                              self->moments[n] != NULL ? self->n_weights : 0));

  return g_variant_new ("(st@auaau)", self->optimizer->method.id, self->optimizer_step,
                        save_floats (self->theta, self->n_theta), &moments);
}

static gboolean
load_floats (GVariant  *saved,
             float     *values,
             gsize      n,
             GError   **error)
{
  gsize found;
  gconstpointer bytes = g_variant_get_fixed_array (saved, &found, sizeof *values);

  if (found != n)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   _("The checkpoint holds %" G_GSIZE_FORMAT " weights, but the design has %"
                     G_GSIZE_FORMAT), found, n);
      return FALSE;
    }

  memcpy (values, bytes, n * sizeof *values);
  return TRUE;
}

/**
 * mtl_model_load:
 * @saved: by mtl_model_save()
 *
 * Moments are taken over when the optimiser is the same one; those that were
 * not kept then stay zero.
 *
 * Returns: TRUE; FALSE with MTL_ERROR_STORE, and a model not to be used
 */
gboolean
mtl_model_load (MtlModel  *self,
                GVariant  *saved,
                GError   **error)
{
  const char *optimizer;
  guint64 step;
  g_autoptr(GVariant) theta = NULL;
  g_autoptr(GVariant) moments = NULL;

  g_variant_get (saved, "(&st@au@aau)", &optimizer, &step, &theta, &moments);
  if (!load_floats (theta, self->theta, self->n_theta, error))
    return FALSE;
  if (strcmp (optimizer, self->optimizer->method.id) != 0)
    return TRUE;

  self->optimizer_step = step;
  for (guint n = 0; n < g_variant_n_children (moments); n++)
    {
      g_autoptr(GVariant) moment = g_variant_get_child_value (moments, n);

      if (n < MTL_MAX_MOMENTS && self->moments[n] != NULL && g_variant_n_children (moment) > 0
          && !load_floats (moment, self->moments[n], self->n_weights, error))
        return FALSE;
    }

  return TRUE;
}
