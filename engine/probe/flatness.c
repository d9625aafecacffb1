/* flatness.c — SAM sharpness of each task
 *
 *   S_k = l_k(θ + ε_k) − l_k(θ),    ε_k = ρ·g / |g|
 *
 * with g the gradient of l_k alone over trunk and own head together, not
 * adaptive, so that the figure means the same under every method.
 *
 * Source: Foret et al., arXiv 2010.01412 (2020), one-step form.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-probe.h"

enum
{
  RHO,
  SAMPLES,
};

static const MtlParam flatness_params[] = {
  { .id = "rho", .title = N_("Radius ρ"), .summary = N_("How far the weights are moved uphill"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.05 },
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 1024.0 },
  { .id = NULL }
};

static void
flatness_cost (const MtlPlan    *plan,
               const MtlSetting *set,
               gsize             rows,
               MtlProbeCost     *cost)
{
  double n = MIN (set[SAMPLES].number, (double) rows);
  guint n_tasks = mtl_plan_n_tasks (plan);

  mtl_probe_add_cost (cost, 1 + n_tasks, n, 0);
  mtl_probe_add_cost (cost, 1, n, n_tasks);
}

static gboolean
flatness_run (MtlProbeRun       *run,
              const MtlSetting  *set,
              GError           **error)
{
  const MtlPlan *plan = mtl_probe_plan (run);
  guint n_tasks = mtl_plan_n_tasks (plan);
  const float *theta = mtl_probe_theta (run);
  gsize samples = (gsize) set[SAMPLES].number;
  g_autoptr(MtlGrads) grads = mtl_grads_new (plan);
  g_autofree float *moved = mtl_probe_dup_theta (run);
  g_autofree double *losses = g_new (double, n_tasks);
  guint64 all = n_tasks == 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << n_tasks) - 1;
  MtlProbeFrame frame = { .probe = "flatness", .rho = set[RHO].number,
                          .samples = mtl_probe_rows (run, samples) };

  if (!mtl_probe_losses (run, theta, samples, frame.loss, error)
      || !mtl_probe_gradients (run, theta, samples, all, grads, error))
    return FALSE;

  for (guint k = 0; k < n_tasks; k++)
    frame.sharpness[k] = NAN;
  for (guint k = 0; k < n_tasks; k++)
    {
      double norm = sqrt (mtl_grads_norm2 (grads, k, FALSE, NULL)
                          + mtl_grads_norm2 (grads, k, TRUE, NULL));
      double factor = norm > 0.0 ? set[RHO].number / norm : 0.0;

      mtl_perturb (theta, grads, k, factor, factor, NULL, moved);
      if (!mtl_probe_losses (run, moved, samples, losses, error))
        return FALSE;
      frame.sharpness[k] = losses[k] - frame.loss[k];
      mtl_probe_post (run, &frame, (k + 1.0) / n_tasks);
    }

  return TRUE;
}

const MtlProbe mtl_probe_flatness = {
  .method = {
    .id = "flatness",
    .title = N_("Flatness"),
    .summary = N_("Rise of each task's loss when its weights are moved uphill by ρ."),
    .reference = "Foret et al., “Sharpness-Aware Minimization for Efficiently Improving "
                 "Generalization”, arXiv 2010.01412 (2020)",
    .params = flatness_params,
  },
  .brief = TRUE,
  .cost = flatness_cost,
  .run = flatness_run,
};
