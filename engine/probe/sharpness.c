/* sharpness.c — how much each task's loss, and their mean, rises one step uphill
 *
 * With g = ∇l over the weights that l depends on, trunk and own head, in EVALUATE mode:
 *
 *   sharpness           l(w + ρ·g/|g|) − l(w)
 *   adaptive-sharpness  l(w + ρ_a·T²g/|T·g|) − l(w),  T = |w| + η for each weight
 *   flat-norm           |∇l(w + e) − ∇l(w)| for the first e, and for the second
 *
 * Where g = 0, e = 0. The rise over all rows has no error on these rows; what is given is
 * its standard error as a sample of the data, from the rises of parts of them by the same e.
 *
 * Cost: one pass that goes back for all K tasks; for each task and for the mean two that go
 * back for their own; and 2·(K + 1) + 1 forward passes for the errors.
 *
 * Sources: Foret et al., arXiv 2010.01412 (2020); Kwon et al. (ASAM), arXiv 2102.11600 (2021).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-probe-subject.h"

#define PARTS 8   /* that the standard error of a rise is taken from */

enum
{
  SAMPLES,
  RHO,
  ADAPTIVE_RHO,
  ETA,
};

static const MtlParam sharpness_params[] = {
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 512.0 },
  { .id = "rho", .title = N_("Radius ρ"), .summary = N_("How far the weights are moved uphill"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.05 },
  { .id = "adaptive-rho", .title = N_("Adaptive radius"),
    .summary = N_("In lengths of the weights; ASAM trains with 0.5, flat regions with 2"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.5 },
  { .id = "eta", .title = N_("Adaptive floor η"), .rare = TRUE,
    .summary = N_("Added to |w|, so that weights of zero move too; ASAM takes 0.01, others 0"),
    .type = MTL_NUMBER, .maximum = 1.0, .initial = 0.01 },
  { .id = NULL }
};

enum
{
  SHARPNESS,
  FLAT_NORM,
  ADAPTIVE,
  ADAPTIVE_NORM,
};

static const MtlMeasure sharpness_measures[] = {
  { "sharpness", N_("Sharpness"), N_("standard error over parts of the rows"), NULL },
  { "flat-norm", N_("Change of the gradient"), NULL, NULL },
  { "adaptive-sharpness", N_("Adaptive sharpness"), N_("standard error over parts of the rows"),
    NULL },
  { "adaptive-flat-norm", N_("Change of the gradient, adaptive"), NULL, NULL },
  { NULL, NULL, NULL, NULL }
};

typedef struct
{
  MtlProbeRun      *run;
  const MtlPlan    *plan;
  const MtlSetting *set;
  MtlFindings      *findings;
  guint64           labelled;
  gsize             n;          /* P */
  gsize             rows;       /* that were loaded */
  MtlGrads         *grads, *beside;
  float            *moved;
  double           *gradient;   /* [P] at the weights */
  double           *other;      /* [P] beside them */
  double           *losses;     /* [K] at the weights */
  double           *risen;      /* [K] beside them */
  double           *parts;      /* [PARTS × K] of parts of the rows, at the weights */
} Sharpness;

static void
add (Sharpness *self,
     guint      measure,
     int        subject,
     double     value,
     double     error)
{
  const MtlFinding finding = { &sharpness_measures[measure], subject, MTL_ALL_TASKS, NULL,
                               NAN, value, error };

  mtl_findings_add (self->findings, &finding);
}

/* Losses of part @p of the rows at @theta; NaN where it has no row. */
static gboolean
run_part (Sharpness    *self,
          guint         p,
          const float  *theta,
          guint64       tasks,
          double       *losses,
          GError      **error)
{
  gsize first = p * self->rows / PARTS;
  gsize n = (p + 1) * self->rows / PARTS - first;
  g_autofree guint32 *rows = g_new (guint32, n);

  for (gsize i = 0; i < n; i++)
    rows[i] = (guint32) (first + i);
  if (n == 0)
    {
      for (guint k = 0; k < mtl_plan_n_tasks (self->plan); k++)
        losses[k] = NAN;
      return TRUE;
    }

  return mtl_probe_pass (self->run, theta, rows, n, tasks, losses, NULL, error);
}

/* Of the rise to self->moved. */
static gboolean
find_error (Sharpness  *self,
            int         subject,
            double     *standard,
            GError    **error)
{
  guint n_tasks = mtl_plan_n_tasks (self->plan);
  guint64 tasks = mtl_subject_tasks (subject, self->labelled);
  MtlSpread spread = { 0 };

  for (guint p = 0; p < PARTS; p++)
    {
      double rise;

      if (!run_part (self, p, self->moved, tasks, self->risen, error))
        return FALSE;
      rise = mtl_subject_loss (subject, self->labelled, self->risen)
             - mtl_subject_loss (subject, self->labelled, self->parts + p * n_tasks);
      if (!isnan (rise))
        mtl_spread_add (&spread, rise);
    }

  *standard = mtl_spread_error (&spread);
  return TRUE;
}

static double
find_distance (const Sharpness *self)
{
  double sum = 0.0;

  for (gsize i = 0; i < self->n; i++)
    sum += (self->other[i] - self->gradient[i]) * (self->other[i] - self->gradient[i]);

  return sqrt (sum);
}

static gboolean
measure_rise (Sharpness  *self,
              int         subject,
              gboolean    adaptive,
              GError    **error)
{
  double radius = self->set[adaptive ? ADAPTIVE_RHO : RHO].number;
  double rise, standard;

  mtl_subject_move (self->plan, mtl_probe_theta (self->run), self->gradient, radius, adaptive,
                    self->set[ETA].number, self->moved);
  if (!mtl_probe_pass (self->run, self->moved, NULL, 0,
                       mtl_subject_tasks (subject, self->labelled), self->risen, self->beside,
                       error))
    return FALSE;

  rise = mtl_subject_loss (subject, self->labelled, self->risen)
         - mtl_subject_loss (subject, self->labelled, self->losses);
  mtl_subject_gradient (self->plan, subject, self->labelled, self->beside, self->other);
  if (!find_error (self, subject, &standard, error))
    return FALSE;

  add (self, adaptive ? ADAPTIVE : SHARPNESS, subject, rise, standard);
  add (self, adaptive ? ADAPTIVE_NORM : FLAT_NORM, subject, find_distance (self), NAN);
  return TRUE;
}

static gboolean
measure (Sharpness  *self,
         GError    **error)
{
  const float *theta = mtl_probe_theta (self->run);
  int subject;

  if (!mtl_probe_pass (self->run, theta, NULL, 0, self->labelled, self->losses, self->grads,
                       error))
    return FALSE;
  for (guint p = 0; p < PARTS; p++)
    if (!run_part (self, p, theta, self->labelled,
                   self->parts + p * mtl_plan_n_tasks (self->plan), error))
      return FALSE;

  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    {
      mtl_subject_gradient (self->plan, subject, self->labelled, self->grads, self->gradient);
      if (!measure_rise (self, subject, FALSE, error)
          || !measure_rise (self, subject, TRUE, error))
        return FALSE;
      mtl_probe_post_findings (self->run, self->findings);
    }

  mtl_probe_finish (self->run, self->findings);
  return TRUE;
}

static void
sharpness_cost (const MtlPlan    *plan,
                const MtlSetting *set,
                gsize             rows,
                MtlProbeCost     *cost)
{
  double n = MIN (set[SAMPLES].number, (double) rows);
  guint n_tasks = mtl_plan_n_tasks (plan);
  guint n_subjects = n_tasks > 1 ? n_tasks + 1 : n_tasks;

  mtl_probe_add_cost (cost, 1, n, n_tasks);
  mtl_probe_add_cost (cost, 2 * n_tasks, n, 1);
  mtl_probe_add_cost (cost, 2 * (n_subjects - n_tasks), n, n_tasks);
  mtl_probe_add_cost (cost, PARTS * (1 + 2 * n_subjects), n / PARTS, 0);
}

static gboolean
sharpness_run (MtlProbeRun       *run,
               const MtlSetting  *set,
               GError           **error)
{
  const MtlPlan *plan = mtl_probe_plan (run);
  gsize n = mtl_plan_n_weights (plan);
  guint n_tasks = mtl_plan_n_tasks (plan);
  g_autoptr(MtlFindings) findings = mtl_findings_new ();
  g_autoptr(MtlGrads) grads = mtl_grads_new (plan);
  g_autoptr(MtlGrads) beside = mtl_grads_new (plan);
  g_autofree float *moved = mtl_probe_dup_theta (run);
  g_autofree double *gradients = g_new (double, 2 * n);
  g_autofree double *losses = g_new (double, (2 + PARTS) * n_tasks);
  Sharpness self = { run, plan, set, findings, 0, n, 0, grads, beside, moved, gradients,
                     gradients + n, losses, losses + n_tasks, losses + 2 * n_tasks };

  self.labelled = mtl_probe_load (run, (gsize) set[SAMPLES].number, error);
  self.rows = mtl_probe_rows (run, (gsize) set[SAMPLES].number);

  return self.labelled != 0 && measure (&self, error);
}

const MtlProbe mtl_probe_sharpness = {
  .method = {
    .id = "sharpness",
    .title = N_("Sharpness"),
    .summary = N_("Rise of each loss one step uphill, plain and adaptive, and the change of its "
                  "gradient there."),
    .reference = "Foret et al., “Sharpness-Aware Minimization for Efficiently Improving "
                 "Generalization”, arXiv 2010.01412 (2020); Kwon et al., “ASAM”, "
                 "arXiv 2102.11600 (2021)",
    .params = sharpness_params,
  },
  .measures = sharpness_measures,
  .cost = sharpness_cost,
  .run = sharpness_run,
};
