/* m-sharpness.c — how much each task's loss rises when every few rows are moved uphill alone
 *
 *   mean over groups of m rows of  max_{|e| ≤ ρ} l_group(w + e) − l_group(w)
 *
 * over the weights that l depends on, trunk and own head, in EVALUATE mode. The maximum is
 * sought by n steps along the gradient: one of length ρ, else of 2ρ/n each, put back on the
 * ball; what is reached counts. Groups are consecutive rows; rows that fill none are left out,
 * and so is a task in a group that has no label of it. It grows as m shrinks, and with m of
 * all rows and one step it is the sharpness of Foret et al.
 *
 * Cost: over the rows once back for all K tasks, n passes forward for each task and for the
 * mean, and n − 1 back.
 *
 * Sources: Foret et al., arXiv 2010.01412 (2020), section 4; Andriushchenko, Flammarion,
 * “Towards Understanding Sharpness-Aware Minimization”, arXiv 2206.06232 (2022).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-probe-subject.h"

enum
{
  SAMPLES,
  RHO,
  GROUP,
  ASCENT,
};

static const MtlParam m_sharpness_params[] = {
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 512.0 },
  { .id = "rho", .title = N_("Radius ρ"), .summary = N_("How far the weights are moved uphill"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.05 },
  { .id = "group", .title = N_("Rows of a group m"),
    .summary = N_("Each group is moved uphill by itself"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 32.0 },
  { .id = "ascent", .title = N_("Steps uphill"), .rare = TRUE,
    .summary = N_("Several come nearer to the highest loss within ρ; the papers take 1"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 20.0, .initial = 1.0 },
  { .id = NULL }
};

static const MtlMeasure m_sharpness_measures[] = {
  { "m-sharpness", N_("m-sharpness"), N_("standard error over the groups"),
    N_("rows of a group") },
  { NULL, NULL, NULL, NULL }
};

typedef struct
{
  MtlProbeRun      *run;
  const MtlPlan    *plan;
  const MtlSetting *set;
  guint64           labelled;
  gsize             n;              /* P */
  MtlGrads         *grads, *beside; /* at the weights, and where a climb has come */
  float            *moved;
  double           *gradient;       /* [P] */
  double           *offset;         /* [P]: e */
  double           *losses;         /* [K] at the weights */
  double           *risen;          /* [K] beside them */
} Groups;

/* self->offset ← self->offset + what leads @length uphill, no further than ρ from 0. */
static void
climb (Groups       *self,
       const double *gradient,
       double        length)
{
  double radius = self->set[RHO].number;
  double norm2 = 0.0;
  double far2 = 0.0;

  for (gsize i = 0; i < self->n; i++)
    norm2 += gradient[i] * gradient[i];
  for (gsize i = 0; i < self->n; i++)
    {
      self->offset[i] += norm2 > 0.0 ? length / sqrt (norm2) * gradient[i] : 0.0;
      far2 += self->offset[i] * self->offset[i];
    }
  for (gsize i = 0; far2 > radius * radius && i < self->n; i++)
    self->offset[i] *= radius / sqrt (far2);
}

/* @rise: of the loss of @subject over @rows, whose gradients at the weights are known. */
static gboolean
ascend (Groups         *self,
        int             subject,
        const guint32  *rows,
        gsize           n,
        guint64         tasks,
        double         *rise,
        GError        **error)
{
  const float *theta = mtl_probe_theta (self->run);
  guint steps = (guint) self->set[ASCENT].number;
  double length = steps == 1 ? self->set[RHO].number : 2.0 * self->set[RHO].number / steps;
  guint64 own = mtl_subject_tasks (subject, tasks);

  for (gsize i = 0; i < self->n; i++)
    self->offset[i] = 0.0;
  for (guint step = 0; step < steps; step++)
    {
      gboolean last = step + 1 == steps;

      mtl_subject_gradient (self->plan, subject, tasks, step == 0 ? self->grads : self->beside,
                            self->gradient);
      climb (self, self->gradient, length);
      for (gsize i = 0; i < self->n; i++)
        self->moved[i] = (float) (theta[i] + self->offset[i]);
      if (!mtl_probe_pass (self->run, self->moved, rows, n, own, self->risen,
                           last ? NULL : self->beside, error))
        return FALSE;
    }

  *rise = mtl_subject_loss (subject, tasks, self->risen)
          - mtl_subject_loss (subject, tasks, self->losses);
  return TRUE;
}

/* Tasks without a label in the group take no part in it. */
static gboolean
measure_group (Groups         *self,
               const guint32  *rows,
               gsize           n,
               MtlSpread      *spreads,
               GError        **error)
{
  guint64 tasks;
  int subject;

  if (!mtl_probe_pass (self->run, mtl_probe_theta (self->run), rows, n, self->labelled,
                       self->losses, self->grads, error))
    return FALSE;
  tasks = mtl_subject_known (self->labelled, self->losses);
  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    {
      double rise;

      if (subject == MTL_ALL_TASKS ? tasks != self->labelled
                                   : mtl_subject_tasks (subject, tasks) == 0)
        continue;
      if (!ascend (self, subject, rows, n, tasks, &rise, error))
        return FALSE;
      mtl_spread_add (&spreads[s], rise);
    }

  return TRUE;
}

static gboolean
measure (Groups       *self,
         gsize         n_rows,
         MtlFindings  *findings,
         GError      **error)
{
  gsize m = MIN ((gsize) self->set[GROUP].number, n_rows);
  g_autofree MtlSpread *spreads = g_new0 (MtlSpread, mtl_subject_count (self->labelled));
  g_autofree guint32 *rows = g_new (guint32, m);
  int subject;

  for (gsize first = 0; first + m <= n_rows; first += m)
    {
      for (gsize i = 0; i < m; i++)
        rows[i] = (guint32) (first + i);
      if (!measure_group (self, rows, m, spreads, error))
        return FALSE;
    }

  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    {
      const MtlFinding finding = { m_sharpness_measures, subject, MTL_ALL_TASKS, NULL, (double) m,
                                   mtl_spread_mean (&spreads[s]), mtl_spread_error (&spreads[s]) };

      mtl_findings_add (findings, &finding);
    }

  mtl_probe_finish (self->run, findings);
  return TRUE;
}

static void
m_sharpness_cost (const MtlPlan    *plan,
                  const MtlSetting *set,
                  gsize             rows,
                  MtlProbeCost     *cost)
{
  double n = MIN (set[SAMPLES].number, (double) rows);
  double m = MIN (set[GROUP].number, n);
  double groups = floor (n / m);
  guint n_tasks = mtl_plan_n_tasks (plan);
  double back = groups * (set[ASCENT].number - 1.0);

  mtl_probe_add_cost (cost, groups, m, n_tasks);
  mtl_probe_add_cost (cost, groups * (n_tasks > 1 ? n_tasks + 1 : n_tasks), m, 0);
  mtl_probe_add_cost (cost, n_tasks * back, m, 1);
  if (n_tasks > 1)
    mtl_probe_add_cost (cost, back, m, n_tasks);
}

static gboolean
m_sharpness_run (MtlProbeRun       *run,
                 const MtlSetting  *set,
                 GError           **error)
{
  const MtlPlan *plan = mtl_probe_plan (run);
  gsize n = mtl_plan_n_weights (plan);
  gsize samples = (gsize) set[SAMPLES].number;
  guint n_tasks = mtl_plan_n_tasks (plan);
  g_autoptr(MtlFindings) findings = mtl_findings_new ();
  g_autoptr(MtlGrads) grads = mtl_grads_new (plan);
  g_autoptr(MtlGrads) beside = mtl_grads_new (plan);
  g_autofree float *moved = mtl_probe_dup_theta (run);
  g_autofree double *vectors = g_new (double, 2 * n);
  g_autofree double *losses = g_new (double, 2 * n_tasks);
  Groups self = { run, plan, set, 0, n, grads, beside, moved, vectors, vectors + n, losses,
                  losses + n_tasks };

  self.labelled = mtl_probe_load (run, samples, error);

  return self.labelled != 0 && measure (&self, mtl_probe_rows (run, samples), findings, error);
}

const MtlProbe mtl_probe_m_sharpness = {
  .method = {
    .id = "m-sharpness",
    .title = N_("m-sharpness"),
    .summary = N_("Mean rise of each loss when groups of m rows are moved uphill by themselves."),
    .reference = "Foret et al., “Sharpness-Aware Minimization for Efficiently Improving "
                 "Generalization”, arXiv 2010.01412 (2020), section 4; Andriushchenko, "
                 "Flammarion, arXiv 2206.06232 (2022)",
    .params = m_sharpness_params,
  },
  .measures = m_sharpness_measures,
  .cost = m_sharpness_cost,
  .run = m_sharpness_run,
};
