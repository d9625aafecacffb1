/* mtl-probe-cost.c — what a probe takes, before it begins
 *
 * A pass over n rows that goes back for t tasks is taken to last
 *
 *   per_pass + n·per_forward + n·t·per_backward
 *
 * with the three found from a pass over one row, one over more, and one that goes back
 * for all tasks. The first pass of all, which touches memory for the first time, is not
 * counted. It is an estimate: other work on the machine is in it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-probe-private.h"

#define ROWS 64   /* of the passes that are timed */

void
mtl_probe_add_cost (MtlProbeCost *cost,
                    double        passes,
                    double        rows,
                    double        tasks)
{
  cost->passes += passes;
  cost->forward += passes * rows;
  cost->backward += passes * rows * tasks;
}

double
mtl_probe_seconds (MtlProbeRun *run)
{
  return run->cost.passes * run->per_pass + run->cost.forward * run->per_forward
         + run->cost.backward * run->per_backward;
}

static gboolean
time_pass (MtlProbeRun    *run,
           const guint32  *rows,
           gsize           n,
           MtlGrads       *out,
           double         *seconds,
           GError        **error)
{
  guint n_tasks = mtl_plan_n_tasks (run->plan);
  guint64 tasks = n_tasks == 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << n_tasks) - 1;
  gint64 began = g_get_monotonic_time ();

  /* Not as progress. */
  run->posted = began + G_TIME_SPAN_DAY;
  if (!mtl_probe_pass (run, mtl_probe_theta (run), rows, n, tasks, NULL, out, error))
    return FALSE;

  *seconds = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
  return TRUE;
}

gboolean
mtl_probe_time (MtlProbeRun       *run,
                const MtlSetting  *set,
                GError           **error)
{
  gsize n = mtl_probe_rows (run, ROWS);
  guint n_tasks = mtl_plan_n_tasks (run->plan);
  g_autoptr(MtlGrads) grads = mtl_grads_new (run->plan);
  g_autofree double *losses = g_new (double, n_tasks);
  const guint32 first = 0;
  double one, more, back;

  run->cost = (MtlProbeCost) { 0 };
  if (run->method->cost != NULL)
    run->method->cost (run->plan, set, mtl_probe_rows (run, G_MAXSIZE), &run->cost);
  if (!mtl_probe_losses (run, mtl_probe_theta (run), ROWS, losses, error)
      || !time_pass (run, NULL, n, grads, &back, error)
      || !time_pass (run, &first, 1, NULL, &one, error)
      || !time_pass (run, NULL, n, NULL, &more, error)
      || !time_pass (run, NULL, n, grads, &back, error))
    return FALSE;

  run->per_forward = MAX (more - one, 0.0) / MAX (n - 1, 1);
  run->per_pass = MAX (one - run->per_forward, 0.0);
  run->per_backward = MAX (back - more, 0.0) / ((double) n * n_tasks);
  run->spent = 0.0;
  run->posted = 0;

  return TRUE;
}
