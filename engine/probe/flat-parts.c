/* flat-parts.c — how the loss parts and the flatness parts of gradients lie to each other
 *
 * The rows are dealt at random into batches. In each, over the trunk,
 *
 *   g_k = ∇l_k(θ),   s_k = ∇l_k(θ + e_k),   h_k = s_k − g_k
 *
 * with e_k = ρ·T²·∇l_k / |T·∇l_k| over trunk and own head together, T = 1, or |θ| for each
 * weight where `adaptive`. Of the conflicts that flat regions are to lower there are
 *
 *   between the losses     ⟨g_i, g_j⟩ < 0
 *   between flatness parts ⟨h_i, h_j⟩ < 0
 *   within a task          ⟨g_k, h_k⟩ < 0
 *
 * each as the share of the batches, with the inner product itself, and |h_k|; in the mean over
 * the batches, with its standard error. Shares of all are those of all pairs and of all tasks. A
 * batch without a label of a task says nothing of it. All in EVALUATE mode.
 *
 * Cost: for each batch one pass that goes back for all K tasks, and one back for each.
 *
 * Source: Phan et al., “Improving Multi-task Learning via Seeking Task-based Flat Regions”,
 * arXiv 2211.13723 (2022).
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
  RHO,
  ADAPTIVE,
};

static const MtlParam flat_parts_params[] = {
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 1024.0 },
  { .id = "batch", .title = N_("Rows of a batch"),
    .summary = N_("Take that of training to see what its steps see"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 64.0 },
  { .id = "rho", .title = N_("Radius ρ"),
    .summary = N_("How far the weights are moved uphill; the paper takes 2, adaptive"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.05 },
  { .id = "adaptive", .title = N_("Adaptive"), .summary = N_("ρ is in lengths of the weights"),
    .type = MTL_FLAG, .maximum = 1.0 },
  { .id = NULL }
};

/* Shares, each followed by what it is a share of; then lengths. */
enum
{
  LOSS_CONFLICT,
  LOSS_PRODUCT,
  FLAT_CONFLICT,
  FLAT_PRODUCT,
  OWN_CONFLICT,
  OWN_PRODUCT,
  FLAT_NORM,
  N_MEASURES,
};

#define OVER_BATCHES N_("standard error over the batches")

static const MtlMeasure flat_parts_measures[] = {
  { "loss-conflict", N_("Share of losses in conflict"), OVER_BATCHES, NULL },
  { "loss-product", N_("Inner product of loss parts"), OVER_BATCHES, NULL },
  { "flat-conflict", N_("Share of flatness parts in conflict"), OVER_BATCHES, NULL },
  { "flat-product", N_("Inner product of flatness parts"), OVER_BATCHES, NULL },
  { "own-conflict", N_("Share of tasks whose flatness is against their loss"), OVER_BATCHES,
    NULL },
  { "own-product", N_("Inner product of loss part and flatness part"), OVER_BATCHES, NULL },
  { "flat-part-norm", N_("Length of the flatness part"), OVER_BATCHES, NULL },
  { NULL, NULL, NULL, NULL }
};

typedef struct
{
  MtlProbeRun      *run;
  const MtlPlan    *plan;
  const MtlSetting *set;
  guint64           labelled;
  MtlGrads         *rows, *flat;   /* g and h */
  float            *moved;
  double           *gradient;      /* [P] */
  double           *losses;        /* [K] */
  double           *gramians;      /* [3 × K²]: ⟨g, g⟩, ⟨h, h⟩, ⟨g, h⟩ */
  MtlSpread        *of[N_MEASURES];   /* [K²]: of i and j */
  MtlSpread         all[N_MEASURES];  /* of shares */
} Parts;

static gboolean
find_flat (Parts          *self,
           const guint32  *rows,
           gsize           n,
           guint64         tasks,
           GError        **error)
{
  const float *theta = mtl_probe_theta (self->run);

  mtl_grads_clear (self->flat, G_MAXUINT64);
  for (guint k = 0; k < mtl_plan_n_tasks (self->plan); k++)
    {
      guint64 own = tasks & G_GUINT64_CONSTANT (1) << k;

      if (own == 0)
        continue;
      mtl_subject_gradient (self->plan, (int) k, tasks, self->rows, self->gradient);
      mtl_subject_move (self->plan, theta, self->gradient, self->set[RHO].number,
                        self->set[ADAPTIVE].number > 0.0, 0.0, self->moved);
      if (!mtl_probe_pass (self->run, self->moved, rows, n, own, NULL, self->flat, error))
        return FALSE;
    }
  mtl_grads_subtract (self->flat, self->rows, tasks);

  return TRUE;
}

/* A share of conflict and its inner product, of each pair of @tasks, or of each with itself. */
static void
take_products (Parts        *self,
               guint         share,
               const double *gramian,
               guint64       tasks,
               gboolean      pairs)
{
  guint k = mtl_plan_n_tasks (self->plan);
  guint n = 0, conflicts = 0;

  for (guint i = 0; i < k; i++)
    for (guint j = pairs ? i + 1 : i; j < (pairs ? k : i + 1); j++)
      {
        double product = gramian[i * k + j];

        if ((tasks >> i & tasks >> j & 1) == 0)
          continue;
        n++;
        conflicts += product < 0.0;
        mtl_spread_add (&self->of[share][i * k + j], product < 0.0);
        mtl_spread_add (&self->of[share + 1][i * k + j], product);
      }
  if (n > 0)
    mtl_spread_add (&self->all[share], (double) conflicts / n);
}

static gboolean
take_batch (Parts          *self,
            const guint32  *rows,
            gsize           n,
            GError        **error)
{
  guint k = mtl_plan_n_tasks (self->plan);
  double *flat = self->gramians + k * k;
  guint64 tasks;

  if (!mtl_probe_pass (self->run, mtl_probe_theta (self->run), rows, n, self->labelled,
                       self->losses, self->rows, error))
    return FALSE;
  tasks = mtl_subject_known (self->labelled, self->losses);
  if (!find_flat (self, rows, n, tasks, error))
    return FALSE;

  mtl_grads_gram (self->rows, self->rows, NULL, self->gramians);
  mtl_grads_gram (self->flat, self->flat, NULL, flat);
  mtl_grads_gram (self->rows, self->flat, NULL, flat + k * k);
  take_products (self, LOSS_CONFLICT, self->gramians, tasks, TRUE);
  take_products (self, FLAT_CONFLICT, flat, tasks, TRUE);
  take_products (self, OWN_CONFLICT, flat + k * k, tasks, FALSE);
  for (guint i = 0; i < k; i++)
    if ((tasks >> i & 1) != 0)
      mtl_spread_add (&self->of[FLAT_NORM][i * k + i], sqrt (flat[i * k + i]));

  return TRUE;
}

static void
finish (Parts *self)
{
  g_autoptr(MtlFindings) findings = mtl_findings_new ();
  guint k = mtl_plan_n_tasks (self->plan);

  for (guint m = 0; m < N_MEASURES; m++)
    {
      const MtlMeasure *measure = &flat_parts_measures[m];

      mtl_spread_tell (&self->all[m], measure, MTL_ALL_TASKS, MTL_ALL_TASKS, NULL, findings);
      for (guint i = 0; i < k; i++)
        for (guint j = i; j < k; j++)
          mtl_spread_tell (&self->of[m][i * k + j], measure, (int) i,
                           j == i ? MTL_ALL_TASKS : (int) j, NULL, findings);
    }

  mtl_probe_finish (self->run, findings);
}

static gboolean
measure (Parts   *self,
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
flat_parts_cost (const MtlPlan    *plan,
                 const MtlSetting *set,
                 gsize             rows,
                 MtlProbeCost     *cost)
{
  double n = MIN (set[SAMPLES].number, (double) rows);
  double size = MIN (set[BATCH].number, n);
  double batches = floor (n / size);
  guint n_tasks = mtl_plan_n_tasks (plan);

  mtl_probe_add_cost (cost, batches, size, n_tasks);
  mtl_probe_add_cost (cost, batches * n_tasks, size, 1);
}

static gboolean
flat_parts_run (MtlProbeRun       *run,
                const MtlSetting  *set,
                GError           **error)
{
  const MtlPlan *plan = mtl_probe_plan (run);
  guint k = mtl_plan_n_tasks (plan);
  gsize samples = (gsize) set[SAMPLES].number;
  g_autoptr(MtlGrads) rows = mtl_grads_new (plan);
  g_autoptr(MtlGrads) flat = mtl_grads_new (plan);
  g_autofree float *moved = mtl_probe_dup_theta (run);
  g_autofree double *gradient = g_new (double, mtl_plan_n_weights (plan));
  g_autofree double *numbers = g_new (double, k + 3 * k * k);
  g_autofree MtlSpread *spreads = g_new0 (MtlSpread, N_MEASURES * k * k);
  Parts self = { run, plan, set, 0, rows, flat, moved, gradient, numbers, numbers + k, { NULL },
                 { { 0 } } };

  for (guint m = 0; m < N_MEASURES; m++)
    self.of[m] = spreads + m * k * k;
  self.labelled = mtl_probe_load (run, samples, error);

  return self.labelled != 0 && measure (&self, mtl_probe_rows (run, samples), error);
}

const MtlProbe mtl_probe_flat_parts = {
  .method = {
    .id = "flat-parts",
    .title = N_("Flatness parts"),
    .summary = N_("Conflicts between losses, between what flatness adds to their gradients, and "
                  "between the two of a task."),
    .reference = "Phan et al., “Improving Multi-task Learning via Seeking Task-based Flat "
                 "Regions”, arXiv 2211.13723 (2022)",
    .params = flat_parts_params,
  },
  .measures = flat_parts_measures,
  .cost = flat_parts_cost,
  .run = flat_parts_run,
};
