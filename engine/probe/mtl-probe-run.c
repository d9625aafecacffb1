/* mtl-probe-run.c — what every probe works with
 *
 * A probe runs on one fixed subset, the first training rows with their true
 * labels, in EVALUATE mode, so that its figures compare across methods.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-probe-private.h"
#include "mtl-setup.h"

#define CAPACITY 1024  /* rows of one pass */

const MtlPlan *
mtl_probe_plan (MtlProbeRun *run)
{
  return run->plan;
}

const float *
mtl_probe_theta (MtlProbeRun *run)
{
  gsize n;

  return mtl_snapshot_theta (run->snapshot, &n);
}

float *
mtl_probe_dup_theta (MtlProbeRun *run)
{
  gsize n;
  const float *theta = mtl_snapshot_theta (run->snapshot, &n);

  return g_memdup2 (theta, n * sizeof *theta);
}

MtlRng
mtl_probe_rng (MtlProbeRun *run)
{
  guint64 seed = (guint64) mtl_setup_number (mtl_snapshot_design (run->snapshot), "seed");

  return mtl_rng_new (seed, MTL_STREAM_PROBE);
}

gsize
mtl_probe_rows (MtlProbeRun *run,
                gsize        samples)
{
  return MIN (samples, MIN (CAPACITY, mtl_data_rows (run->data, MTL_DATA_TRAIN)));
}

static gboolean
load_rows (MtlProbeRun  *run,
           gsize         samples,
           GError      **error)
{
  gsize n = mtl_probe_rows (run, samples);
  g_autofree guint32 *index = g_new (guint32, n);

  if (g_cancellable_set_error_if_cancelled (run->cancel, error))
    return FALSE;
  if (run->loaded == n)
    return TRUE;

  for (gsize i = 0; i < n; i++)
    index[i] = (guint32) i;
  mtl_batch_fill (run->batch, run->data, MTL_DATA_TRAIN_CLEAN, index, n, run->pool);
  run->loaded = n;

  return TRUE;
}

static guint64
all_tasks (MtlProbeRun *run)
{
  guint n = mtl_plan_n_tasks (run->plan);

  return n == 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << n) - 1;
}

gboolean
mtl_probe_losses (MtlProbeRun  *run,
                  const float  *theta,
                  gsize         samples,
                  double       *losses,
                  GError      **error)
{
  MtlPass pass = { theta, run->batch, all_tasks (run), MTL_PASS_EVALUATE, { 0 } };

  if (!load_rows (run, samples, error))
    return FALSE;

  mtl_work_run (run->work, &pass, losses, NULL, NULL);
  return TRUE;
}

gboolean
mtl_probe_gradients (MtlProbeRun  *run,
                     const float  *theta,
                     gsize         samples,
                     guint64       tasks,
                     MtlGrads     *out,
                     GError      **error)
{
  MtlPass pass = { theta, run->batch, tasks, MTL_PASS_EVALUATE, { 0 } };

  if (!load_rows (run, samples, error))
    return FALSE;

  mtl_work_run (run->work, &pass, NULL, out, NULL);
  return TRUE;
}

/* Fills in what every frame says, and the time that is left at this pace. */
void
mtl_probe_post (MtlProbeRun         *run,
                const MtlProbeFrame *frame,
                double               done)
{
  MtlProbeFrame full = *frame;
  double spent = (double) (g_get_monotonic_time () - run->began) / G_USEC_PER_SEC;

  full.n_tasks = mtl_plan_n_tasks (run->plan);
  full.step = mtl_snapshot_step (run->snapshot);
  full.epoch = mtl_snapshot_epoch (run->snapshot);
  full.done = done;
  full.seconds_left = done > 0.0 ? spent * (1.0 - done) / done : NAN;
  full.finished = done >= 1.0;
  if (run->post != NULL)
    run->post (&full, run->post_data);
}

void
mtl_probe_post_grid (MtlProbeRun *run,
                     MtlGrid     *grid)
{
  if (run->post_grid != NULL)
    run->post_grid (grid, run->post_data);
}

static gboolean
prepare (MtlProbeRun  *run,
         guint         n_threads,
         GError      **error)
{
  const MtlDesign *design = mtl_snapshot_design (run->snapshot);
  gsize n;

  run->data = mtl_setup_data (design, run->cancel, error);
  if (run->data == NULL)
    return FALSE;
  run->plan = mtl_plan_new (design, run->data, CAPACITY, TRUE, 0, error);
  if (run->plan == NULL)
    return FALSE;

  mtl_snapshot_theta (run->snapshot, &n);
  if (n != mtl_plan_n_theta (run->plan))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                   "The weights are %" G_GSIZE_FORMAT " numbers, but the design has %"
                   G_GSIZE_FORMAT, n, mtl_plan_n_theta (run->plan));
      return FALSE;
    }

  run->pool = mtl_pool_new (n_threads);
  run->work = mtl_work_new (run->plan, run->pool);
  run->batch = mtl_batch_new (run->data, CAPACITY);
  run->began = g_get_monotonic_time ();

  return TRUE;
}

gboolean
mtl_probe_run (const MtlChosen  *probe,
               MtlProbeRun      *run,
               guint             n_threads,
               GError          **error)
{
  const MtlProbe *method = (const MtlProbe *) mtl_chosen_method (probe);
  gboolean done = prepare (run, n_threads, error)
                  && method->run (run, mtl_chosen_settings (probe), error);

  g_clear_pointer (&run->batch, mtl_batch_free);
  g_clear_pointer (&run->work, mtl_work_free);
  g_clear_pointer (&run->plan, mtl_plan_unref);
  g_clear_pointer (&run->pool, mtl_pool_free);
  g_clear_pointer (&run->data, mtl_data_unref);

  return done;
}
