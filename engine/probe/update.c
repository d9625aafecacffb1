/* update.c — what a step of the run does to each task, batch by batch
 *
 * The rows are dealt at random into batches. On each, D is what the run would descend there, by
 * its own balancer and sharpness method: d over the trunk, and the heads' gradients. What these
 * methods learn begins anew. With g_k = ∇l_k over the trunk and l the mean loss,
 *
 *   alignment         cos (d, g_k); least-alignment: the lowest of them over the tasks
 *   loss-change       l_k(θ − t·D) − l_k(θ) on the same batch, for a plain gradient step
 *   step-curvature    2·[l(θ − t·D) − l(θ) + t·⟨∇l, D⟩] / t², near ⟨D, H·D⟩
 *   triad-share       how often a pair has C_ij < 0, Φ_ij < `dissimilar` and the mean loss a
 *                     positive step-curvature: the tragic triad of the source
 *
 * each with the mean over the batches and its standard error. Gradients and losses are in
 * EVALUATE mode, D is as in training, with dropout. What cannot be defined, such as the cosine
 * with a zero vector, is left out of a mean.
 *
 * Losses are known to about 10⁻⁷ of their size, the curvature thus to about 2·10⁻⁷·l / t²: a
 * very short step says little of it.
 *
 * Cost: for each batch that of a step, one pass that goes back for all K tasks, and one forward.
 *
 * Source: Yu et al., arXiv 2001.06782 (2020), section 2.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-pair.h"
#include "mtl-probe-step.h"
#include "mtl-probe-subject.h"

enum { SAMPLES, BATCH, RATE, DISSIMILAR };

static const MtlParam update_params[] = {
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 1024.0 },
  { .id = "batch", .title = N_("Rows of a batch"),
    .summary = N_("Take that of training to see what its steps do"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 64.0 },
  { .id = "rate", .title = N_("Length of the step t"),
    .summary = N_("A factor of the direction; 0: the learning rate of the run"),
    .type = MTL_NUMBER, .maximum = 100.0 },
  { .id = "dissimilar", .title = N_("Dissimilar"), .rare = TRUE,
    .summary = N_("Lengths of two gradients differ where their magnitude similarity is below it"),
    .type = MTL_NUMBER, .maximum = 1.0, .initial = 0.5 },
  { .id = NULL }
};

enum { ALIGNMENT, LEAST, CHANGE, CURVATURE, TRIAD, N_MEASURES };

#define OVER_BATCHES N_("standard error over the batches")

static const MtlMeasure update_measures[] = {
  { "alignment", N_("Cosine of step and gradient"), OVER_BATCHES, NULL },
  { "least-alignment", N_("The lowest cosine of step and gradient"), OVER_BATCHES, NULL },
  { "loss-change", N_("Change of the loss by one step"), OVER_BATCHES, NULL },
  { "step-curvature", N_("Curvature along the step"), OVER_BATCHES, NULL },
  { "triad-share", N_("Share in conflict, of unlike lengths and curved upwards"),
    OVER_BATCHES, NULL },
  { NULL, NULL, NULL, NULL }
};

typedef struct
{
  MtlProbeRun      *run;
  const MtlPlan    *plan;
  const MtlSetting *set;
  double            rate;        /* t */
  guint64           labelled;
  gsize             n;           /* P */
  MtlProbeStep     *step;
  MtlGrads         *grads;
  float            *moved;
  double           *direction;   /* [P]: D */
  double           *gradient;    /* [P] */
  double           *before;      /* [K] losses */
  double           *after;       /* [K] */
  double           *gramian;     /* [K²] */
  MtlSpread        *of[N_MEASURES];   /* [subject], of TRIAD [K²], the first of all pairs */
} Update;

/* Over the trunk. */
static void
take_alignment (Update  *self,
                guint64  tasks)
{
  gsize d = mtl_plan_n_trunk (self->plan);
  double least = NAN;
  int subject;

  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    {
      double size, cosine;

      if (subject == MTL_ALL_TASKS || (tasks >> subject & 1) == 0)
        continue;
      mtl_subject_gradient (self->plan, subject, self->labelled, self->grads, self->gradient);
      size = sqrt (mtl_subject_dot (self->direction, self->direction, d))
             * sqrt (mtl_subject_dot (self->gradient, self->gradient, d));
      cosine = size > 0.0 ? mtl_subject_dot (self->direction, self->gradient, d) / size : NAN;
      mtl_spread_add_known (&self->of[ALIGNMENT][s], cosine);
      if (isnan (least) || cosine < least)
        least = cosine;
    }
  mtl_spread_add_known (&self->of[LEAST][0], least);
}

/* Returns the curvature of the mean loss; NaN where a task has no label here. */
static double
take_changes (Update  *self,
              guint64  tasks)
{
  double curvature = NAN;
  int subject;

  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    {
      guint64 own = mtl_subject_tasks (subject, self->labelled);
      double change, slope;

      curvature = NAN;
      if ((tasks & own) != own)
        continue;

      change = mtl_subject_loss (subject, self->labelled, self->after)
               - mtl_subject_loss (subject, self->labelled, self->before);
      mtl_subject_gradient (self->plan, subject, self->labelled, self->grads, self->gradient);
      slope = mtl_subject_dot (self->direction, self->gradient, self->n);
      curvature = 2.0 * (change + self->rate * slope) / (self->rate * self->rate);
      mtl_spread_add_known (&self->of[CHANGE][s], change);
      mtl_spread_add_known (&self->of[CURVATURE][s], curvature);
    }

  return curvature;
}

static void
take_triads (Update  *self,
             guint64  tasks,
             double   curvature)
{
  guint k = mtl_plan_n_tasks (self->plan);
  guint pairs = 0, triads = 0;

  mtl_grads_gram (self->grads, self->grads, NULL, self->gramian);
  for (guint i = 0; i < k; i++)
    for (guint j = i + 1; j < k; j++)
      {
        const double *m = self->gramian;
        MtlPair pair = mtl_pair (m[i * k + i], m[j * k + j], m[i * k + j]);
        gboolean triad = pair.cosine < 0.0 && pair.similarity < self->set[DISSIMILAR].number
                         && curvature > 0.0;

        if ((tasks >> i & tasks >> j & 1) == 0)
          continue;
        pairs++;
        triads += triad;
        mtl_spread_add (&self->of[TRIAD][i * k + j], triad);
      }
  if (pairs > 0)
    mtl_spread_add (&self->of[TRIAD][0], (double) triads / pairs);
}

static gboolean
take_batch (Update         *self,
            const guint32  *rows,
            gsize           n,
            GError        **error)
{
  const float *theta = mtl_probe_theta (self->run);
  guint64 tasks;

  if (!mtl_probe_step_take (self->step, rows, n, self->direction, error)
      || !mtl_probe_pass (self->run, theta, rows, n, self->labelled, self->before, self->grads,
                          error))
    return FALSE;
  for (gsize i = 0; i < self->n; i++)
    self->moved[i] = (float) (theta[i] - self->rate * self->direction[i]);
  if (!mtl_probe_pass (self->run, self->moved, rows, n, self->labelled, self->after, NULL, error))
    return FALSE;

  tasks = mtl_subject_known (self->labelled, self->before);
  take_alignment (self, tasks);
  take_triads (self, tasks, take_changes (self, tasks));

  return TRUE;
}

/* --- findings --- */

static void
finish (Update *self)
{
  static const guint of_subject[] = { ALIGNMENT, CHANGE, CURVATURE };
  const MtlMeasure *measures = update_measures;
  g_autoptr(MtlFindings) findings = mtl_findings_new ();
  guint k = mtl_plan_n_tasks (self->plan);
  int all = MTL_ALL_TASKS;
  int subject;

  mtl_spread_tell (self->of[LEAST], &measures[LEAST], all, all, NULL, findings);
  mtl_spread_tell (self->of[TRIAD], &measures[TRIAD], all, all, NULL, findings);
  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    for (guint n = 0; n < G_N_ELEMENTS (of_subject); n++)
      mtl_spread_tell (&self->of[of_subject[n]][s], &measures[of_subject[n]], subject, all, NULL,
                       findings);
  for (guint i = 0; i < k; i++)
    for (guint j = i + 1; j < k; j++)
      mtl_spread_tell (&self->of[TRIAD][i * k + j], &measures[TRIAD], (int) i, (int) j, NULL,
                       findings);

  mtl_probe_finish (self->run, findings);
}

/* --- the probe --- */

static gboolean
measure (Update  *self,
         gsize    n_rows,
         GError **error)
{
  gsize size = MIN ((gsize) self->set[BATCH].number, n_rows);
  g_autofree guint32 *rows = mtl_probe_deal (self->run, n_rows);

  for (gsize b = 0; (b + 1) * size <= n_rows; b++)
    if (!take_batch (self, rows + b * size, size, error))
      return FALSE;

  finish (self);
  return TRUE;
}

static void
update_cost (const MtlPlan    *plan,
             const MtlSetting *set,
             gsize             rows,
             MtlProbeCost     *cost)
{
  double n = MIN (set[SAMPLES].number, (double) rows);
  double size = MIN (set[BATCH].number, n);
  double batches = floor (n / size);

  mtl_probe_step_add_cost (plan, batches, size, cost);
  mtl_probe_add_cost (cost, batches, size, mtl_plan_n_tasks (plan));
  mtl_probe_add_cost (cost, batches, size, 0);
}

static gboolean
update_run (MtlProbeRun       *run,
            const MtlSetting  *set,
            GError           **error)
{
  const MtlPlan *plan = mtl_probe_plan (run);
  gsize n = mtl_plan_n_weights (plan);
  gsize samples = (gsize) set[SAMPLES].number;
  guint k = mtl_plan_n_tasks (plan);
  guint64 labelled = mtl_probe_load (run, samples, error);
  double rate = set[RATE].number > 0.0 ? set[RATE].number : mtl_probe_step_rate (run);
  g_autoptr(MtlProbeStep) step = mtl_probe_step_new (run);
  g_autoptr(MtlGrads) grads = mtl_grads_new (plan);
  g_autofree float *moved = mtl_probe_dup_theta (run);
  g_autofree double *vectors = g_new (double, 2 * n);
  g_autofree double *numbers = g_new (double, 2 * k + k * k);
  g_autofree MtlSpread *spreads = g_new0 (MtlSpread, 4 * (k + 1) + MAX (k * k, 1));
  Update self = { run, plan, set, rate, labelled, n, step, grads, moved, vectors,
                  vectors + n, numbers, numbers + k, numbers + 2 * k, { NULL } };

  for (guint m = 0; m < N_MEASURES; m++)
    self.of[m] = spreads + m * (k + 1);
  return labelled != 0 && measure (&self, mtl_probe_rows (run, samples), error);
}

const MtlProbe mtl_probe_update = {
  .method = {
    .id = "update",
    .title = N_("Update"),
    .summary = N_("What a step of the run does to each loss: alignment with its gradient, change, "
                  "and curvature along the step."),
    .reference = "Yu et al., “Gradient Surgery for Multi-Task Learning”, arXiv 2001.06782 "
                 "(2020), section 2",
    .params = update_params,
  },
  .measures = update_measures,
  .cost = update_cost,
  .run = update_run,
};
