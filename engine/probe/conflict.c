/* conflict.c — how the tasks' gradients of the trunk lie to each other, by block and batch
 *
 * The rows are dealt at random into batches. In each, with g_k = ∇l_k over the trunk:
 *
 *   cosine C_ij, magnitude similarity Φ_ij, curvature bounding measure ξ_ij (mtl-pair.c)
 *   conflict-share: the part of the pairs with C_ij < threshold
 *   noise-floor: the cosine of g_k in one batch and g_k in the next. Two tasks whose
 *     cosine is no lower than that of a task with itself are not told from one by batches
 *     of this size.
 *
 * each over the whole trunk and over every block of it alone, with the mean over the batches
 * and its standard error. Inner products ⟨g_i, g_j⟩ of the blocks sum to those of the trunk.
 * A pair with a zero gradient does not conflict; zero-share tells how often that was so.
 * Pairs of batches for the noise floor share none, so that its error is honest too.
 * ξ has a heavy tail: where |g_i + g_j| is small, its mean is that of few batches.
 *
 * Cost: one pass over the rows that goes back for all K tasks; K rows twice.
 *
 * Sources: Yu et al., arXiv 2001.06782 (2020), section 2; Shi et al. (Recon), arXiv 2302.11289
 * (2023), for blocks and thresholds below 0.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-places.h"

enum
{
  SAMPLES,
  BATCH,
  THRESHOLD,
  BLOCKS,
};

static const MtlParam conflict_params[] = {
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 1024.0 },
  { .id = "batch", .title = N_("Rows of a batch"),
    .summary = N_("Take that of training to see what its steps see"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 64.0 },
  { .id = "threshold", .title = N_("Threshold"), .rare = TRUE,
    .summary = N_("A cosine below it is a conflict; Recon also takes −0.1"),
    .type = MTL_NUMBER, .minimum = -1.0, .maximum = 0.0 },
  { .id = "blocks", .title = N_("Each block"), .summary = N_("Also of every block by itself"),
    .type = MTL_FLAG, .maximum = 1.0, .initial = 1.0 },
  { .id = NULL }
};

/* In the order of the figures of a pair, and then those of a task. */
static const MtlMeasure conflict_measures[] = {
  { "cosine", N_("Cosine"), N_("standard error over the batches"), NULL },
  { "magnitude-similarity", N_("Magnitude similarity"), N_("standard error over the batches"),
    NULL },
  { "curvature-measure", N_("Curvature measure ξ"), N_("standard error over the batches"), NULL },
  { "inner-product", N_("Inner product"), N_("standard error over the batches"), NULL },
  { "zero-share", N_("Share of batches with a zero gradient"), NULL, NULL },
  { "conflict-share", N_("Share in conflict"), N_("standard error over the batches"), NULL },
  { "squared-norm", N_("Squared length of the gradient"), N_("standard error over the batches"),
    NULL },
  { "noise-floor", N_("Cosine with itself in another batch"),
    N_("standard error over pairs of batches"), NULL },
  { NULL, NULL, NULL, NULL }
};

typedef struct
{
  MtlProbeRun      *run;
  const MtlPlan    *plan;
  const MtlSetting *set;
  guint64           labelled;
  GArray           *places;     /* of MtlPlace */
  MtlGrads         *rows[2];    /* of this batch and of the one before */
  guint64           seen[2];    /* tasks that have a label in these */
} Conflict;

static gboolean
take_batch (Conflict       *self,
            const guint32  *rows,
            gsize           n,
            gboolean        second,
            GError        **error)
{
  MtlGrads *before = self->rows[0];
  g_autofree double *losses = g_new (double, mtl_plan_n_tasks (self->plan));

  self->rows[0] = self->rows[1];
  self->rows[1] = before;
  self->seen[1] = self->seen[0];
  if (!mtl_probe_pass (self->run, mtl_probe_theta (self->run), rows, n, self->labelled, losses,
                       self->rows[0], error))
    return FALSE;

  self->seen[0] = mtl_subject_known (self->labelled, losses);
  mtl_places_take (self->places, self->plan, self->rows[0], self->seen[0],
                   second ? self->rows[1] : NULL, self->seen[1], self->set[THRESHOLD].number);

  return TRUE;
}

/* --- findings --- */

static void
add_place (MtlFindings     *findings,
           const MtlPlace  *place,
           guint            n_tasks)
{
  const MtlMeasure *measures = conflict_measures;
  const char *block = place->block;
  int all = MTL_ALL_TASKS;

  mtl_spread_tell (&place->share, &measures[MTL_PLACE_CONFLICT], all, all, block, findings);
  mtl_spread_tell (&place->similarity, &measures[MTL_PLACE_SIMILARITY], all, all, block, findings);
  for (guint i = 0; i < n_tasks; i++)
    {
      for (guint n = 0; n < MTL_PLACE_N_TASK; n++)
        mtl_spread_tell (&place->alone[i * MTL_PLACE_N_TASK + n], &measures[MTL_PLACE_N_PAIR + n],
                         (int) i, all, block, findings);
      for (guint j = i + 1; j < n_tasks; j++)
        for (guint n = 0; n < MTL_PLACE_N_PAIR; n++)
          mtl_spread_tell (&place->pairs[(i * n_tasks + j) * MTL_PLACE_N_PAIR + n], &measures[n],
                           (int) i, (int) j, block, findings);
    }
}

/* --- the probe --- */

static gboolean
measure (Conflict  *self,
         gsize      n_rows,
         GError   **error)
{
  gsize size = MIN ((gsize) self->set[BATCH].number, n_rows);
  g_autofree guint32 *rows = mtl_probe_deal (self->run, n_rows);
  g_autoptr(MtlFindings) findings = mtl_findings_new ();

  for (gsize b = 0; (b + 1) * size <= n_rows; b++)
    if (!take_batch (self, rows + b * size, size, b % 2 == 1, error))
      return FALSE;

  for (guint n = 0; n < self->places->len; n++)
    add_place (findings, &g_array_index (self->places, MtlPlace, n),
               mtl_plan_n_tasks (self->plan));
  mtl_probe_finish (self->run, findings);
  return TRUE;
}

static void
conflict_cost (const MtlPlan    *plan,
               const MtlSetting *set,
               gsize             rows,
               MtlProbeCost     *cost)
{
  double n = MIN (set[SAMPLES].number, (double) rows);
  double size = MIN (set[BATCH].number, n);

  mtl_probe_add_cost (cost, floor (n / size), size, mtl_plan_n_tasks (plan));
}

static gboolean
conflict_run (MtlProbeRun       *run,
              const MtlSetting  *set,
              GError           **error)
{
  const MtlPlan *plan = mtl_probe_plan (run);
  gsize samples = (gsize) set[SAMPLES].number;
  g_autoptr(GArray) places = mtl_places_new (plan, set[BLOCKS].number > 0.0);
  g_autoptr(MtlGrads) one = mtl_grads_new (plan);
  g_autoptr(MtlGrads) two = mtl_grads_new (plan);
  Conflict self = { run, plan, set, 0, places, { one, two }, { 0, 0 } };

  self.labelled = mtl_probe_load (run, samples, error);

  return self.labelled != 0 && measure (&self, mtl_probe_rows (run, samples), error);
}

const MtlProbe mtl_probe_conflict = {
  .method = {
    .id = "conflict",
    .title = N_("Conflict"),
    .summary = N_("Cosines, magnitudes and curvature measure of the tasks’ gradients, by block, "
                  "beside the noise between batches of one task."),
    .reference = "Yu et al., “Gradient Surgery for Multi-Task Learning”, arXiv 2001.06782 "
                 "(2020); Shi et al., “Recon”, arXiv 2302.11289 (2023)",
    .params = conflict_params,
  },
  .measures = conflict_measures,
  .cost = conflict_cost,
  .run = conflict_run,
};
