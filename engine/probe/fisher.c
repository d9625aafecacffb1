/* fisher.c — trace of the Fisher matrix of each task, and of their mean
 *
 *   tr F = mean over rows of |∇l_row|²
 *
 * over the weights that the loss depends on, trunk and own head, in EVALUATE mode. With the
 * labels of the data this is the empirical Fisher matrix. The true one has labels that the
 * model itself draws, one for each that is there, from the distribution of which the loss is
 * −log p: softmax for cross-entropy, Bernoulli for bce, and for mse N(f, ½), which is the
 * Gaussian of unit variance where the loss is halved. Then tr F is the trace of the Gauss-Newton
 * matrix of the loss; of a row whose loss is the mean over n items or values, 1/n of it, since
 * these are drawn one by one. The standard error has the chance of the draw in it.
 *
 * With batches of one row it is that mean itself. With B rows a batch, dealt at random, the
 * N rows' mean gradient m and the n batches' gradients g_b,
 *
 *   tr F ≈ |m|² + (N − 1)/N · B/(n − 1) · Σ_b |g_b − m|²
 *
 * whose mean over all ways to deal is tr F of these rows; B·mean |g_b|² alone is too large by
 * (B − 1)·|m|². For B = 1 the two forms are the same number. Batches need the same number of
 * labels each: of several rows only those count that have a label for every task, and for
 * targets of many values, some of them missing, it is near and not exact.
 *
 * The standard error is that of the mean of y_b = B·|g_b − m|² + 2⟨g_b − m, m⟩ + |m|².
 *
 * Cost: over the rows once back for all K tasks, by batches; with batches of several rows
 * once more for m; forward once more to draw labels.
 *
 * Sources: Jastrzębski et al., “Catastrophic Fisher Explosion”, arXiv 2012.14193 (2020), for
 * what it tells; Kunstner et al., “Limitations of the Empirical Fisher Approximation”, arXiv
 * 1905.12558 (2019), for what tells the two apart; the form over batches is the analysis of
 * variance of one way.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-probe-subject.h"

enum
{
  SAMPLES,
  BATCH,
  LABELS,
};

static const char *const labels_choices[] = { "given", "model", NULL };

static const MtlParam fisher_params[] = {
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 2.0, .maximum = 1024.0, .initial = 512.0 },
  { .id = "batch", .title = N_("Rows of a batch"),
    .summary = N_("1: row by row, exact; more: quicker, unbiased, less certain"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 512.0, .initial = 1.0 },
  { .id = "labels", .title = N_("Labels"),
    .summary = N_("Those of the data, for the empirical matrix, or drawn by the model, for the "
                  "true one"),
    .type = MTL_CHOICE, .choices = labels_choices, .maximum = 1.0 },
  { .id = NULL }
};

enum
{
  BY_ROW,
  BY_BATCH,
  TRUE_BY_ROW,
  TRUE_BY_BATCH,
};

static const MtlMeasure fisher_measures[] = {
  { "fisher-trace", N_("Fisher trace, row by row"), N_("standard error over the rows"), NULL },
  { "fisher-trace-by-batch", N_("Fisher trace, unbiased over batches"),
    N_("standard error over the batches"), N_("rows of a batch") },
  { "true-fisher-trace", N_("True Fisher trace, row by row"), N_("standard error over the rows"),
    NULL },
  { "true-fisher-trace-by-batch", N_("True Fisher trace, unbiased over batches"),
    N_("standard error over the batches"), N_("rows of a batch") },
  { NULL, NULL, NULL, NULL }
};

typedef struct
{
  MtlProbeRun   *run;
  const MtlPlan *plan;
  guint64        labelled;
  gsize          batch;      /* B */
  gboolean       drawn;      /* labels are the model's */
  gsize          n;          /* P */
  MtlGrads      *grads;
  double        *gradient;   /* [P] */
  double        *means;      /* [subject × P]: m; NULL: row by row */
  MtlSpread     *spreads;    /* [subject]: of y_b */
  MtlSpread     *apart;      /* [subject]: of |g_b − m|² */
} Fisher;

static void
take_gradient (Fisher *self,
               guint   subject)
{
  const double *m = self->means != NULL ? self->means + subject * self->n : NULL;
  double apart = 0.0;
  double along = 0.0;
  double mean2 = 0.0;

  for (gsize i = 0; i < self->n; i++)
    {
      double mean = m != NULL ? m[i] : 0.0;
      double off = self->gradient[i] - mean;

      apart += off * off;
      along += off * mean;
      mean2 += mean * mean;
    }
  mtl_spread_add (&self->apart[subject], apart);
  mtl_spread_add (&self->spreads[subject], self->batch * apart + 2.0 * along + mean2);
}

/* A task without a label in @rows has no gradient there, nor has the mean of all. */
static gboolean
take_batch (Fisher         *self,
            const guint32  *rows,
            GError        **error)
{
  g_autofree double *losses = g_new (double, mtl_plan_n_tasks (self->plan));
  guint64 tasks;
  int subject;

  if (!mtl_probe_pass (self->run, mtl_probe_theta (self->run), rows, self->batch,
                       self->labelled, losses, self->grads, error))
    return FALSE;

  tasks = mtl_subject_known (self->labelled, losses);
  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    {
      guint64 own = mtl_subject_tasks (subject, self->labelled);

      if ((tasks & own) != own)
        continue;
      mtl_subject_gradient (self->plan, subject, self->labelled, self->grads, self->gradient);
      take_gradient (self, s);
    }

  return TRUE;
}

/* m over @rows [0 … n_rows−1]. */
static gboolean
find_means (Fisher         *self,
            const guint32  *rows,
            gsize           n_rows,
            GError        **error)
{
  int subject;

  if (!mtl_probe_pass (self->run, mtl_probe_theta (self->run), rows, n_rows, self->labelled, NULL,
                       self->grads, error))
    return FALSE;
  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    mtl_subject_gradient (self->plan, subject, self->labelled, self->grads,
                          self->means + s * self->n);

  return TRUE;
}

/* Takes the rows that lack a label of some task out of @rows; how many are left. */
static gsize
keep_labelled (Fisher  *self,
               guint32 *rows,
               gsize    n_rows)
{
  gsize kept = 0;

  for (gsize i = 0; i < n_rows; i++)
    if (mtl_probe_labelled (self->run, rows[i]) == self->labelled)
      rows[kept++] = rows[i];

  return kept;
}

static void
finish (Fisher *self,
        gsize   n_rows)
{
  gboolean by_row = self->batch == 1;
  g_autoptr(MtlFindings) findings = mtl_findings_new ();
  int subject;

  for (guint s = 0; mtl_subject_get (self->labelled, s, &subject); s++)
    {
      const MtlSpread *y = &self->spreads[s];
      guint measure = (by_row ? BY_ROW : BY_BATCH) + (self->drawn ? TRUE_BY_ROW : 0);
      double scale = self->batch * ((n_rows - 1.0) / n_rows * y->n / (y->n - 1.0) - 1.0);
      const MtlFinding finding = {
        &fisher_measures[measure], subject, MTL_ALL_TASKS, NULL,
        by_row ? NAN : (double) self->batch,
        mtl_spread_mean (y) + (by_row ? 0.0 : scale * self->apart[s].mean),
        mtl_spread_error (y)
      };

      mtl_findings_add (findings, &finding);
    }

  mtl_probe_finish (self->run, findings);
}

static gboolean
measure (Fisher  *self,
         gsize    n_rows,
         GError **error)
{
  g_autofree guint32 *rows = g_new (guint32, n_rows);

  if (self->drawn && !mtl_probe_draw_labels (self->run, self->labelled, error))
    return FALSE;

  for (gsize i = 0; i < n_rows; i++)
    rows[i] = (guint32) i;
  if (self->batch > 1)
    {
      mtl_rng_shuffle (mtl_probe_rng (self->run), rows, n_rows);
      n_rows = keep_labelled (self, rows, n_rows) / self->batch * self->batch;
      if (n_rows < 2 * self->batch)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                       _("There are not two batches of %" G_GSIZE_FORMAT " rows that have a label "
                         "for every task. Set batch to 1 or to less."), self->batch);
          return FALSE;
        }
      if (!find_means (self, rows, n_rows, error))
        return FALSE;
    }

  for (gsize first = 0; first < n_rows; first += self->batch)
    if (!take_batch (self, rows + first, error))
      return FALSE;

  finish (self, n_rows);
  return TRUE;
}

static void
fisher_cost (const MtlPlan    *plan,
             const MtlSetting *set,
             gsize             rows,
             MtlProbeCost     *cost)
{
  double n = MIN (set[SAMPLES].number, (double) rows);
  double batches = floor (n / set[BATCH].number);
  guint n_tasks = mtl_plan_n_tasks (plan);

  mtl_probe_add_cost (cost, batches, set[BATCH].number, n_tasks);
  if (set[BATCH].number > 1.0)
    mtl_probe_add_cost (cost, 1, n, n_tasks);
  if (set[LABELS].number > 0.0)
    mtl_probe_add_cost (cost, 1, n, 0);
}

static gboolean
fisher_run (MtlProbeRun       *run,
            const MtlSetting  *set,
            GError           **error)
{
  const MtlPlan *plan = mtl_probe_plan (run);
  gsize n = mtl_plan_n_weights (plan);
  gsize samples = (gsize) set[SAMPLES].number;
  guint64 labelled = mtl_probe_load (run, samples, error);
  guint n_subjects = mtl_subject_count (labelled);
  gsize batch = (gsize) set[BATCH].number;
  g_autoptr(MtlGrads) grads = mtl_grads_new (plan);
  g_autofree double *gradient = g_new (double, n);
  g_autofree double *means = batch > 1 ? g_new (double, n_subjects * n) : NULL;
  g_autofree MtlSpread *spreads = g_new0 (MtlSpread, 2 * n_subjects);
  Fisher self = { run, plan, labelled, batch, set[LABELS].number > 0.0, n, grads, gradient, means,
                  spreads, spreads + n_subjects };

  return labelled != 0 && measure (&self, mtl_probe_rows (run, samples), error);
}

const MtlProbe mtl_probe_fisher = {
  .method = {
    .id = "fisher",
    .title = N_("Fisher trace"),
    .summary = N_("Mean squared length of each loss’s gradient, row by row or from batches, with "
                  "the labels of the data or of the model."),
    .reference = "Jastrzębski et al., “Catastrophic Fisher Explosion: Early Phase Fisher Matrix "
                 "Impacts Generalization”, arXiv 2012.14193 (2020); Kunstner, Balles, Hennig, "
                 "arXiv 1905.12558 (2019)",
    .params = fisher_params,
  },
  .measures = fisher_measures,
  .cost = fisher_cost,
  .run = fisher_run,
};
