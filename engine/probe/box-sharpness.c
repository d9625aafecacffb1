/* box-sharpness.c — how much each task's loss, and their mean, rises within a box
 *
 *   100 · max_e [l(w + e) − l(w)] / (1 + l(w)),   |e_i| ≤ ε·(|w_i| + 1) for each weight
 *
 * over the weights that l depends on, trunk and own head, in EVALUATE mode. The maximum is
 * sought by n steps of projected ascent: e_i goes by 2/n of its bound in the direction of the
 * sign of ∂l/∂w_i, which is steepest where each weight is measured by its bound, and stays
 * within it; n = 1 goes by the whole bound at once. The highest loss on the way counts, w itself
 * included, so that what is found is a lower bound of the maximum and never negative. Of it,
 * what the second half of the steps has added is given too: much of it says that more steps
 * would find more.
 *
 * A loss that is not a number on the way ends the search, and nothing is known then; where
 * 1 + l(w) is not positive, the ratio means nothing and is left open.
 *
 * Cost: one pass that goes back for all K tasks; for each task and for the mean n passes, of
 * which n − 1 go back.
 *
 * Source: Keskar et al., arXiv 1609.04836 (2016), metric 2.1 with A the identity; there the
 * search is ten rounds of L-BFGS-B.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-probe-subject.h"

enum
{
  SAMPLES,
  EPSILON,
  ASCENT,
};

static const MtlParam box_sharpness_params[] = {
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 512.0 },
  { .id = "epsilon", .title = N_("Box ε"),
    .summary = N_("Each weight moves by ε·(|w| + 1) at most; the paper takes 0.001 and 0.0005"),
    .type = MTL_NUMBER, .maximum = 1.0, .initial = 1e-3 },
  { .id = "ascent", .title = N_("Steps uphill"),
    .summary = N_("More of them come nearer to the highest loss in the box"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 200.0, .initial = 10.0 },
  { .id = NULL }
};

static const MtlMeasure box_sharpness_measures[] = {
  { "box-sharpness", N_("Sharpness in a box, in percent, at least"),
    N_("what the second half of the steps uphill has added"), N_("steps uphill") },
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
  double           *part;           /* [P]: e as a share of its bound, −1 … 1 */
  double           *losses;         /* [K] at the weights */
  double           *risen;          /* [K] beside them */
} Box;

static void
climb (Box    *self,
       double  stride)
{
  const float *theta = mtl_probe_theta (self->run);
  double epsilon = self->set[EPSILON].number;

  for (gsize i = 0; i < self->n; i++)
    {
      double sign = (self->gradient[i] > 0.0) - (self->gradient[i] < 0.0);

      self->part[i] = CLAMP (self->part[i] + stride * sign, -1.0, 1.0);
      self->moved[i] = (float) (theta[i]
                                + epsilon * (fabs ((double) theta[i]) + 1.0) * self->part[i]);
    }
}

/* @most: the highest loss of @subject that @n steps come to; @half: the highest after half of
 * them. NaN where one is met. */
static gboolean
ascend (Box      *self,
        int       subject,
        double   *most,
        double   *half,
        GError  **error)
{
  guint steps = (guint) self->set[ASCENT].number;
  guint64 own = mtl_subject_tasks (subject, self->labelled);

  *most = *half = mtl_subject_loss (subject, self->labelled, self->losses);
  memset (self->part, 0, sizeof *self->part * self->n);
  for (guint step = 0; step < steps; step++)
    {
      double loss;

      mtl_subject_gradient (self->plan, subject, self->labelled,
                            step == 0 ? self->grads : self->beside, self->gradient);
      climb (self, steps == 1 ? 1.0 : 2.0 / steps);
      if (!mtl_probe_pass (self->run, self->moved, NULL, 0, own, self->risen,
                           step + 1 < steps ? self->beside : NULL, error))
        return FALSE;
      loss = mtl_subject_loss (subject, self->labelled, self->risen);
      if (isnan (loss) || loss > *most)
        *most = loss;
      if (isnan (loss))
        break;
      if (2 * (step + 1) <= steps)
        *half = *most;
    }

  return TRUE;
}

static gboolean
measure (Box          *self,
         MtlFindings  *findings,
         GError      **error)
{
  int subject;

  if (!mtl_probe_pass (self->run, mtl_probe_theta (self->run), NULL, 0, self->labelled,
                       self->losses, self->grads, error))
    return FALSE;

  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    {
      double loss = mtl_subject_loss (subject, self->labelled, self->losses);
      double scale = 1.0 + loss > 0.0 ? 100.0 / (1.0 + loss) : NAN;
      MtlFinding finding = { box_sharpness_measures, subject, MTL_ALL_TASKS, NULL,
                             self->set[ASCENT].number, NAN, NAN };
      double most, half;

      if (!ascend (self, subject, &most, &half, error))
        return FALSE;
      finding.value = scale * (most - loss);
      finding.error = self->set[ASCENT].number > 1.0 ? scale * (most - half) : NAN;
      mtl_findings_add (findings, &finding);
      mtl_probe_post_findings (self->run, findings);
    }

  mtl_probe_finish (self->run, findings);
  return TRUE;
}

static void
box_sharpness_cost (const MtlPlan    *plan,
                    const MtlSetting *set,
                    gsize             rows,
                    MtlProbeCost     *cost)
{
  double n = MIN (set[SAMPLES].number, (double) rows);
  double back = set[ASCENT].number - 1.0;
  guint n_tasks = mtl_plan_n_tasks (plan);

  mtl_probe_add_cost (cost, 1, n, n_tasks);
  mtl_probe_add_cost (cost, n_tasks > 1 ? n_tasks + 1 : n_tasks, n, 0);
  mtl_probe_add_cost (cost, n_tasks * back, n, 1);
  if (n_tasks > 1)
    mtl_probe_add_cost (cost, back, n, n_tasks);
}

static gboolean
box_sharpness_run (MtlProbeRun       *run,
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
  g_autofree double *vectors = g_new (double, 2 * n);
  g_autofree double *losses = g_new (double, 2 * n_tasks);
  Box self = { run, plan, set, 0, n, grads, beside, moved, vectors, vectors + n, losses,
               losses + n_tasks };

  self.labelled = mtl_probe_load (run, (gsize) set[SAMPLES].number, error);

  return self.labelled != 0 && measure (&self, findings, error);
}

const MtlProbe mtl_probe_box_sharpness = {
  .method = {
    .id = "box-sharpness",
    .title = N_("Box sharpness"),
    .summary = N_("The highest loss that steps uphill find in a box around the weights: a lower "
                  "bound of the highest there is."),
    .reference = "Keskar et al., “On Large-Batch Training for Deep Learning: Generalization Gap "
                 "and Sharp Minima”, arXiv 1609.04836 (2016), metric 2.1",
    .params = box_sharpness_params,
  },
  .measures = box_sharpness_measures,
  .cost = box_sharpness_cost,
  .run = box_sharpness_run,
};
