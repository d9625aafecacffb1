/* mtl-curvature.c — products with the Hessian of a task's loss, or of their mean
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-curvature.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static double
norm_of (const float *v,
         gsize        n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += (double) v[i] * v[i];

  return sqrt (sum);
}

gboolean
mtl_curvature_init (MtlCurvature  *self,
                    MtlProbeRun   *run,
                    gsize          samples,
                    double         step,
                    GError       **error)
{
  const MtlPlan *plan = mtl_probe_plan (run);
  gsize n = mtl_plan_n_weights (plan);

  *self = (MtlCurvature) { .run = run, .plan = plan, .n = n };
  self->step = step * MAX (1.0, norm_of (mtl_probe_theta (run), n));
  self->grads = mtl_grads_new (plan);
  self->moved = mtl_probe_dup_theta (run);
  self->ahead = g_new (double, n);
  self->product = g_new (double, n);
  self->labelled = mtl_probe_load (run, samples, error);

  return self->labelled != 0;
}

void
mtl_curvature_clear (MtlCurvature *self)
{
  g_clear_pointer (&self->grads, mtl_grads_free);
  g_clear_pointer (&self->moved, g_free);
  g_clear_pointer (&self->ahead, g_free);
  g_clear_pointer (&self->product, g_free);
}

static gboolean
run_beside (MtlCurvature  *self,
            const float   *v,
            double         shift,
            guint64        tasks,
            GError       **error)
{
  const float *theta = mtl_probe_theta (self->run);

  for (gsize i = 0; i < self->n; i++)
    self->moved[i] = (float) (theta[i] + shift * v[i]);

  return mtl_probe_pass (self->run, self->moved, NULL, 0, tasks, NULL, self->grads, error);
}

static gboolean
refuse (GError **error)
{
  g_set_error_literal (error, MTL_ERROR, MTL_ERROR_NOT_FINITE,
                       _("The gradient is not finite beside the weights, so that no curvature "
                         "can be measured there. Take a smaller step or other weights."));
  return FALSE;
}

static gboolean
multiply (MtlCurvature  *self,
          const float   *v,
          double         step,
          double        *hv,
          GError       **error)
{
  guint64 tasks = mtl_subject_tasks (self->subject, self->labelled);

  if (!run_beside (self, v, step, tasks, error))
    return FALSE;
  mtl_subject_gradient (self->plan, self->subject, self->labelled, self->grads, self->ahead);
  if (!run_beside (self, v, -step, tasks, error))
    return FALSE;
  mtl_subject_gradient (self->plan, self->subject, self->labelled, self->grads, hv);

  for (gsize i = 0; i < self->n; i++)
    {
      hv[i] = (self->ahead[i] - hv[i]) / (2.0 * step);
      if (!isfinite (hv[i]))
        return refuse (error);
    }

  return TRUE;
}

static gboolean
multiply_cb (gpointer      data,
             const float  *v,
             double       *hv,
             GError      **error)
{
  MtlCurvature *self = data;

  return multiply (self, v, self->step, hv, error);
}

MtlLanczos *
mtl_curvature_lanczos (MtlCurvature  *self,
                       guint          start,
                       guint          steps,
                       GError       **error)
{
  MtlRng rng = mtl_rng_derive (mtl_probe_rng (self->run), start);
  g_autofree float *v = g_new (float, self->n);
  gsize rank;

  for (gsize i = 0; i < self->n; i++)
    v[i] = (float) mtl_rng_normal (rng, i);
  rank = mtl_subject_restrict (self->plan, self->subject, self->labelled, v);

  return mtl_lanczos_new (self->n, rank, v, steps, multiply_cb, self, error);
}

gboolean
mtl_curvature_quotient (MtlCurvature  *self,
                        const float   *v,
                        double         step,
                        double        *value,
                        GError       **error)
{
  if (!multiply (self, v, step, self->product, error))
    return FALSE;

  *value = 0.0;
  for (gsize i = 0; i < self->n; i++)
    *value += v[i] * self->product[i];

  return TRUE;
}

/* --- traces --- */

/* ⟨z, ∇l⟩ of @subject, from the last pass. */
static double
slope_along (MtlCurvature *self,
             int           subject,
             const float  *z)
{
  double slope = 0.0;

  mtl_subject_gradient (self->plan, subject, self->labelled, self->grads, self->ahead);
  for (gsize i = 0; i < self->n; i++)
    slope += z[i] * self->ahead[i];

  return slope;
}

/* values[s] ← ⟨z, H·z⟩ of each subject, where @z has length √P: two passes for all. */
static gboolean
square_signs (MtlCurvature  *self,
              const float   *z,
              double         step,
              double        *values,
              GError       **error)
{
  double shift = step / sqrt ((double) self->n);
  int subject;

  if (!run_beside (self, z, shift, self->labelled, error))
    return FALSE;
  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    values[s] = slope_along (self, subject, z);

  if (!run_beside (self, z, -shift, self->labelled, error))
    return FALSE;
  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    {
      values[s] = (values[s] - slope_along (self, subject, z)) / (2.0 * shift);
      if (!isfinite (values[s]))
        return refuse (error);
    }

  return TRUE;
}

static gboolean
check_step (MtlCurvature  *self,
            const float   *z,
            const double  *values,
            double        *moved,
            GError       **error)
{
  guint n = mtl_subject_count (self->labelled);
  g_autofree double *half = g_new (double, n);
  g_autofree double *twice = g_new (double, n);

  if (!square_signs (self, z, self->step / 2.0, half, error)
      || !square_signs (self, z, self->step * 2.0, twice, error))
    return FALSE;

  for (guint s = 0; s < n; s++)
    moved[s] = MAX (fabs (half[s] - values[s]), fabs (twice[s] - values[s]));

  return TRUE;
}

gboolean
mtl_curvature_traces (MtlCurvature  *self,
                      MtlRng         rng,
                      guint          draws,
                      MtlSpread     *spreads,
                      double        *moved,
                      GError       **error)
{
  guint n = mtl_subject_count (self->labelled);
  g_autofree double *values = g_new (double, n);
  g_autofree float *z = g_new (float, self->n);

  for (guint draw = 0; draw < draws; draw++)
    {
      MtlRng bits = mtl_rng_derive (rng, draw);

      for (gsize i = 0; i < self->n; i++)
        z[i] = (mtl_rng_bits (bits, i) & 1) != 0 ? 1.0f : -1.0f;
      if (!square_signs (self, z, self->step, values, error)
          || (draw == 0 && !check_step (self, z, values, moved, error)))
        return FALSE;
      for (guint s = 0; s < n; s++)
        mtl_spread_add (&spreads[s], values[s]);
    }

  return TRUE;
}
