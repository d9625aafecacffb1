/* mtl-probe-run.c — what every probe works with
 *
 * A probe runs on one fixed subset, the first training rows with their true
 * labels, in EVALUATE mode, so that its figures compare across methods.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
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

/* A pass is done that went back for @n_back tasks. */
static void
account (MtlProbeRun *run,
         gsize        rows,
         guint        n_back)
{
  run->spent += run->per_pass + rows * (run->per_forward + n_back * run->per_backward);
}

static guint64
all_tasks (MtlProbeRun *run)
{
  guint n = mtl_plan_n_tasks (run->plan);

  return n == 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << n) - 1;
}

guint64
mtl_probe_load (MtlProbeRun  *run,
                gsize         samples,
                GError      **error)
{
  guint64 tasks;

  if (!load_rows (run, samples, error))
    return 0;

  tasks = mtl_work_labelled (run->work, run->batch);
  if (tasks == 0)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                 _("None of the first %" G_GSIZE_FORMAT " training rows has a label"),
                 run->loaded);

  return tasks;
}

guint32 *
mtl_probe_deal (MtlProbeRun *run,
                gsize        n_rows)
{
  guint32 *rows = g_new (guint32, n_rows);

  for (gsize i = 0; i < n_rows; i++)
    rows[i] = (guint32) i;
  mtl_rng_shuffle (mtl_probe_rng (run), rows, n_rows);

  return rows;
}

static gboolean
check_drawable (MtlProbeRun  *run,
                guint64       tasks,
                GError      **error)
{
  for (guint k = 0; k < mtl_plan_n_tasks (run->plan); k++)
    {
      const MtlTask *task = mtl_plan_task (run->plan, k);

      if ((tasks >> k & 1) == 0 || task->loss->draw != NULL)
        continue;
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   _("The outputs of task %s stand for no distribution under its loss, %s, so "
                     "that no labels can be drawn. Set labels to given."),
                   task->id, task->loss->method.id);
      return FALSE;
    }

  return TRUE;
}

gboolean
mtl_probe_draw_labels (MtlProbeRun  *run,
                       guint64       tasks,
                       GError      **error)
{
  MtlRng rng = mtl_rng_derive_text (mtl_probe_rng (run), "labels");
  MtlPass pass = { mtl_probe_theta (run), run->batch, tasks, MTL_PASS_EVALUATE, { 0 } };
  float *outputs[MTL_MAX_TASKS] = { NULL };

  if (!check_drawable (run, tasks, error)
      || g_cancellable_set_error_if_cancelled (run->cancel, error))
    return FALSE;

  for (guint k = 0; k < mtl_plan_n_tasks (run->plan); k++)
    if ((tasks >> k & 1) != 0)
      outputs[k] = g_new (float, run->batch->rows * mtl_plan_task (run->plan, k)->size);
  mtl_work_run (run->work, &pass, NULL, NULL, outputs);
  account (run, run->batch->rows, 0);

  for (guint k = 0; k < mtl_plan_n_tasks (run->plan); k++)
    {
      const MtlTask *task = mtl_plan_task (run->plan, k);

      if (outputs[k] != NULL)
        task->loss->draw (&task->target, &task->items, run->batch->rows, outputs[k],
                          mtl_rng_derive (rng, k), run->batch->targets[k]);
      g_free (outputs[k]);
    }

  return TRUE;
}

static const MtlBatch *
take_part (MtlProbeRun    *run,
           const guint32  *rows,
           gsize           n)
{
  if (run->part == NULL)
    run->part = mtl_batch_new_like (run->batch);
  mtl_batch_take (run->part, run->batch, rows, n);

  return run->part;
}

guint64
mtl_probe_labelled (MtlProbeRun *run,
                    guint32      row)
{
  return mtl_work_labelled (run->work, take_part (run, &row, 1));
}

/* At most ten times a second, since a pass may take microseconds. */
static void
post_progress (MtlProbeRun *run)
{
  gint64 now = g_get_monotonic_time ();
  MtlProbeFrame frame = { .samples = run->loaded };
  double seconds = mtl_probe_seconds (run);

  if (now - run->posted < G_USEC_PER_SEC / 10)
    return;

  run->posted = now;
  mtl_probe_post (run, &frame, seconds > 0.0 ? MIN (0.999, run->spent / seconds) : 0.0);
}

gboolean
mtl_probe_pass (MtlProbeRun    *run,
                const float    *theta,
                const guint32  *rows,
                gsize           n,
                guint64         tasks,
                double         *losses,
                MtlGrads       *out,
                GError        **error)
{
  MtlPass pass = { theta, run->batch, tasks, MTL_PASS_EVALUATE, { 0 } };
  guint n_back = out != NULL ? (guint) __builtin_popcountll (tasks) : 0;

  if (g_cancellable_set_error_if_cancelled (run->cancel, error))
    return FALSE;

  if (rows != NULL)
    pass.batch = take_part (run, rows, n);
  mtl_work_run (run->work, &pass, losses, out, NULL);
  account (run, pass.batch->rows, n_back);
  post_progress (run);

  return TRUE;
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
  account (run, run->loaded, 0);

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
  account (run, run->loaded, (guint) __builtin_popcountll (tasks));

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

  if (*full.probe == '\0')
    g_strlcpy (full.probe, run->method->method.id, sizeof full.probe);
  full.passes = run->cost.passes;
  full.forward = run->cost.forward;
  full.backward = run->cost.backward;
  full.seconds = mtl_probe_seconds (run);
  full.n_tasks = mtl_plan_n_tasks (run->plan);
  full.step = mtl_snapshot_step (run->snapshot);
  full.epoch = mtl_snapshot_epoch (run->snapshot);
  full.done = done;
  full.seconds_left = done > 0.0 ? spent * (1.0 - done) / done : full.seconds;
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

void
mtl_probe_post_findings (MtlProbeRun       *run,
                         const MtlFindings *findings)
{
  g_autoptr(MtlFindings) copy = mtl_findings_copy (findings);

  if (run->post_findings != NULL)
    run->post_findings (copy, run->post_data);
}

void
mtl_probe_finish (MtlProbeRun       *run,
                  const MtlFindings *findings)
{
  MtlProbeFrame frame = { .samples = run->loaded };

  mtl_probe_post_findings (run, findings);
  mtl_probe_post (run, &frame, 1.0);
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

  return TRUE;
}

/* Says what the probe takes, and has it run unless that is all that is asked. */
static gboolean
measure (MtlProbeRun       *run,
         const MtlSetting  *set,
         GError           **error)
{
  MtlProbeFrame frame = { 0 };

  if (!run->untimed && !mtl_probe_time (run, set, error))
    return FALSE;

  run->began = g_get_monotonic_time ();
  mtl_probe_post (run, &frame, 0.0);

  return run->only_cost || run->method->run (run, set, error);
}

gboolean
mtl_probe_run (const MtlChosen  *probe,
               MtlProbeRun      *run,
               guint             n_threads,
               GError          **error)
{
  gboolean done;

  run->method = (const MtlProbe *) mtl_chosen_method (probe);
  done = prepare (run, n_threads, error)
         && measure (run, mtl_chosen_settings (probe), error);

  g_clear_pointer (&run->part, mtl_batch_free);
  g_clear_pointer (&run->batch, mtl_batch_free);
  g_clear_pointer (&run->work, mtl_work_free);
  g_clear_pointer (&run->plan, mtl_plan_unref);
  g_clear_pointer (&run->pool, mtl_pool_free);
  g_clear_pointer (&run->data, mtl_data_unref);

  return done;
}
