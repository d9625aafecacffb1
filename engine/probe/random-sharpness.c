/* random-sharpness.c — how much each task's loss rises when its weights are shaken
 *
 *   l(w + z) − l(w),   z_i ~ N(0, σ²), or N(0, (σ·w_i)²) where noise is in parts of a weight
 *
 * in EVALUATE mode: the mean over draws, and the largest rise among them. One z over all
 * weights serves every task and their mean, since no loss reads a head of another.
 * The worst of n draws grows with n and stays far below the worst direction: it tells
 * something only beside the same n.
 *
 * Cost: a forward pass, and one for each draw.
 *
 * Source: Andriushchenko et al., “A Modern Look at the Relationship between Sharpness and
 * Generalization”, arXiv 2302.07011 (2023), equation 2 and its elementwise form.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-probe-subject.h"

enum
{
  SAMPLES,
  DRAWS,
  NOISE,
  SCALE,
};

static const char *const scales[] = { "equal", "weights", NULL };

static const MtlParam random_params[] = {
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 512.0 },
  { .id = "draws", .title = N_("Draws"),
    .summary = N_("Perturbations whose mean and worst are taken; 10 or more are advised"),
    .type = MTL_WHOLE, .minimum = 2.0, .maximum = 1000.0, .initial = 20.0 },
  { .id = "noise", .title = N_("Noise σ"), .summary = N_("Standard deviation, of each weight"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.01 },
  { .id = "scale", .title = N_("Scale of the noise"),
    .summary = N_("Equal for all weights, or in parts of each weight"),
    .type = MTL_CHOICE, .choices = scales, .maximum = 1.0 },
  { .id = NULL }
};

enum
{
  MEAN,
  WORST,
};

static const MtlMeasure random_measures[] = {
  { "random-mean", N_("Mean rise"), N_("standard error over the draws"), NULL },
  { "random-worst", N_("Worst rise"), NULL, N_("draws") },
  { NULL, NULL, NULL, NULL }
};

static void
random_cost (const MtlPlan    *plan,
             const MtlSetting *set,
             gsize             rows,
             MtlProbeCost     *cost)
{
  mtl_probe_add_cost (cost, 1.0 + set[DRAWS].number, MIN (set[SAMPLES].number, (double) rows), 0);
}

static void
shake (MtlProbeRun       *run,
       const MtlSetting  *set,
       guint              draw,
       float             *moved)
{
  const float *theta = mtl_probe_theta (run);
  MtlRng rng = mtl_rng_derive (mtl_probe_rng (run), draw);

  for (gsize i = 0; i < mtl_plan_n_weights (mtl_probe_plan (run)); i++)
    {
      double scale = set[SCALE].number > 0.0 ? theta[i] : 1.0;

      moved[i] = (float) (theta[i] + set[NOISE].number * scale * mtl_rng_normal (rng, i));
    }
}

static void
finish (MtlProbeRun      *run,
        guint64           labelled,
        const MtlSpread  *spreads)
{
  g_autoptr(MtlFindings) findings = mtl_findings_new ();
  int subject;

  for (guint s = 0; mtl_subject_get (labelled, s, &subject); s++)
    {
      const MtlFinding mean = { &random_measures[MEAN], subject, MTL_ALL_TASKS, NULL, NAN,
                                mtl_spread_mean (&spreads[s]), mtl_spread_error (&spreads[s]) };
      const MtlFinding worst = { &random_measures[WORST], subject, MTL_ALL_TASKS, NULL,
                                 spreads[s].n, spreads[s].largest, NAN };

      mtl_findings_add (findings, &mean);
      mtl_findings_add (findings, &worst);
    }

  mtl_probe_finish (run, findings);
}

static gboolean
random_run (MtlProbeRun       *run,
            const MtlSetting  *set,
            GError           **error)
{
  guint n_tasks = mtl_plan_n_tasks (mtl_probe_plan (run));
  guint64 labelled = mtl_probe_load (run, (gsize) set[SAMPLES].number, error);
  g_autofree MtlSpread *spreads = g_new0 (MtlSpread, mtl_subject_count (labelled));
  g_autofree float *moved = mtl_probe_dup_theta (run);
  g_autofree double *losses = g_new (double, n_tasks);
  g_autofree double *risen = g_new (double, n_tasks);
  int subject;

  if (labelled == 0
      || !mtl_probe_pass (run, mtl_probe_theta (run), NULL, 0, labelled, losses, NULL, error))
    return FALSE;

  for (guint draw = 0; draw < (guint) set[DRAWS].number; draw++)
    {
      shake (run, set, draw, moved);
      if (!mtl_probe_pass (run, moved, NULL, 0, labelled, risen, NULL, error))
        return FALSE;
      for (guint s = 0; mtl_subject_get (labelled, s, &subject); s++)
        mtl_spread_add (&spreads[s], mtl_subject_loss (subject, labelled, risen)
                                     - mtl_subject_loss (subject, labelled, losses));
    }

  finish (run, labelled, spreads);
  return TRUE;
}

const MtlProbe mtl_probe_random_sharpness = {
  .method = {
    .id = "random-sharpness",
    .title = N_("Random perturbations"),
    .summary = N_("Mean and worst rise of each loss when its weights are shaken at random."),
    .reference = "Andriushchenko et al., “A Modern Look at the Relationship between Sharpness "
                 "and Generalization”, arXiv 2302.07011 (2023)",
    .params = random_params,
  },
  .measures = random_measures,
  .cost = random_cost,
  .run = random_run,
};
