/* plot-sample.h — a record of a run that never was, for tests of plots
 *
 * Two tasks, 12 epochs of 440 steps: losses that fall with noise, cosines
 * that turn from conflict to agreement, one event. Every value follows from
 * the seed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <math.h>

#include "mtl-conflict.h"
#include "mtl-findings.h"
#include "mtl-grid.h"
#include "mtl-record.h"

#define SAMPLE_TASKS     2
#define SAMPLE_EPOCHS    12
#define SAMPLE_PER_EPOCH 440

static inline void
sample_append (MtlRecord  *record,
               double      x,
               double      y,
               const char *family,
               guint       task)
{
  g_autofree char *name = g_strdup_printf ("%s/%s", family,
                                           mtl_record_info (record)->tasks[task]);

  mtl_series_append (mtl_record_series (record, name), x, y);
}

static inline void
sample_step (MtlRecord *record,
             GRand     *rand,
             guint      step,
             double     drift)
{
  double epoch = (double) step / SAMPLE_PER_EPOCH;
  double cosine = CLAMP (0.05 * epoch - 0.25 + drift + g_rand_double_range (rand, -0.2, 0.2),
                         -1, 1);
  double weight = CLAMP (0.5 + 0.3 * drift, 0, 1);

  for (guint k = 0; k < SAMPLE_TASKS; k++)
    {
      double loss = (0.35 + 0.15 * k) + 1.9 * exp (-epoch / (0.7 + 0.3 * k));

      sample_append (record, step, loss * exp (g_rand_double_range (rand, -0.2, 0.2)), "loss", k);
      sample_append (record, step, k == 0 ? weight : 1 - weight, "weight", k);
      sample_append (record, step, 1 - 0.18 * k, "norm", k);
      sample_append (record, step, k == 0 ? 0.1 * epoch : -0.1 * epoch, "state/logit", k);
    }
  mtl_series_append (mtl_record_series (record, "cosine/left/right"), step, cosine);
  mtl_series_append (mtl_record_series (record, "conflict"), step, cosine < 0);
}

static inline void
sample_epoch (MtlRecord *record,
              double     epoch)
{
  static const char *const blocks[] = { "conv1", "stage1/2/conv2", "fc" };

  for (guint k = 0; k < SAMPLE_TASKS; k++)
    {
      double rise = 2.0 - 0.01 * k - 1.05 * exp (-epoch / (2.0 + k)) - 1.05;

      sample_append (record, epoch, 0.37 + 0.14 * k + 1.9 * exp (-epoch / (0.9 + 0.3 * k)),
                     "epoch/test/loss", k);
      sample_append (record, epoch, 0.35 + 0.15 * k + 1.9 * exp (-epoch / (0.7 + 0.3 * k)),
                     "epoch/train/loss", k);
      sample_append (record, epoch, rise, "epoch/test/accuracy", k);
      sample_append (record, epoch, MIN (rise + 0.002 * epoch, 1), "epoch/train/accuracy", k);
      sample_append (record, epoch, (0.4 + 0.2 * k) * exp (-0.2 * MAX (epoch - 4.0, 0)),
                     "flatness", k);
      sample_append (record, epoch, 0.5, "epoch/weight", k);
    }
  mtl_series_append (mtl_record_series (record, "epoch/conflict"), epoch, 0.4 - 0.028 * epoch);
  mtl_series_append (mtl_record_series (record, "epoch/cosine/left/right"), epoch,
                     0.05 * epoch - 0.25);
  for (guint b = 0; b < G_N_ELEMENTS (blocks); b++)
    {
      g_autofree char *cosine = g_strdup_printf ("epoch/block/%s/cosine", blocks[b]);
      g_autofree char *conflict = g_strdup_printf ("epoch/block/%s/conflict", blocks[b]);

      mtl_series_append (mtl_record_series (record, cosine), epoch, 0.05 * epoch - 0.15 * b);
      mtl_series_append (mtl_record_series (record, conflict), epoch, 0.4 - 0.02 * epoch);
    }
  mtl_series_append (mtl_record_series (record, "epoch/steps"), epoch,
                     epoch * SAMPLE_PER_EPOCH);
}

/* (transfer full): after @n_epochs epochs of SAMPLE_EPOCHS */
static inline MtlRecord *
sample_record (guint n_epochs,
               guint seed)
{
  char *tasks[] = { "left", "right", NULL };
  char *metrics[] = { "accuracy", "accuracy", NULL };
  const MtlRecordInfo info = {
    .name = "Dry Basin", .number = 12, .n_tasks = SAMPLE_TASKS, .tasks = tasks,
    .metrics = metrics, .steps_per_epoch = SAMPLE_PER_EPOCH, .n_epochs = SAMPLE_EPOCHS,
  };
  MtlRecord *record = mtl_record_new (&info);
  MtlProgress progress = { .status = MTL_RUN_TRAINING, .step = n_epochs * SAMPLE_PER_EPOCH,
                           .epoch = n_epochs + 1, .step_time = 0.041, .time_left = 154 };
  GRand *rand = g_rand_new_with_seed (seed);
  double drift = 0;

  for (guint step = 1; step <= n_epochs * SAMPLE_PER_EPOCH; step++)
    {
      drift = 0.99 * drift + g_rand_double_range (rand, -0.05, 0.05);
      sample_step (record, rand, step, drift);
      if (step % SAMPLE_PER_EPOCH == 0)
        sample_epoch (record, step / SAMPLE_PER_EPOCH);
    }
  mtl_record_add_event (record, 4 * SAMPLE_PER_EPOCH, "settings", "flat regions on");
  mtl_record_set_progress (record, &progress);
  g_rand_free (rand);

  return record;
}

/* (transfer full): free with g_free() */
static inline MtlConflictFrame *
sample_conflict (double cosine)
{
  MtlConflictFrame *frame = g_malloc0 (sizeof *frame + 2 * 4 * sizeof (double));

  frame->n_tasks = SAMPLE_TASKS;
  frame->norm[0] = 1;
  frame->norm[1] = 0.82;
  frame->update_gain[0] = 0.4;
  frame->update_gain[1] = 0.3;
  frame->cosine[0] = frame->cosine[3] = 1;
  frame->cosine[1] = frame->cosine[2] = cosine;

  return frame;
}

/* (transfer full): two basins, the deeper one about the middle */
static inline MtlGrid *
sample_grid (guint side)
{
  MtlGrid *grid = mtl_grid_new (SAMPLE_TASKS, side, 1);

  for (guint k = 0; k < SAMPLE_TASKS; k++)
    for (guint i = 0; i < side * side; i++)
      {
        double a = 2.0 * (i % side) / (side - 1) - 1;
        double b = 2.0 * (i / side) / (side - 1) - 1;
        double near = a * a + 1.6 * b * b + 0.8 * a * b;
        double far = (a - 0.7) * (a - 0.7) + (b - 0.6) * (b - 0.6);

        mtl_grid_values (grid, k)[i] = 0.36 + 0.09 * k + 3 * (1 - exp (-1.3 * near))
                                       - 0.9 * exp (-22 * far);
      }

  return grid;
}

/* (transfer full): for each task a tall middle at zero, a tail, and the largest at its end */
static inline MtlFindings *
sample_findings (void)
{
  static const MtlMeasure density = { "density", "Spectral density", "error", "eigenvalue" };
  static const MtlMeasure eigenvalue = { "eigenvalue", "Eigenvalue", "error", "rank" };
  MtlFindings *findings = mtl_findings_new ();

  for (int k = 0; k < SAMPLE_TASKS; k++)
    {
      MtlFinding finding = { &eigenvalue, k, MTL_ALL_TASKS, NULL, 1, 12.8 + k, 0.3 };

      mtl_findings_add (findings, &finding);
      finding.measure = &density;
      for (int i = 0; i < 101; i++)
        {
          finding.x = -2.0 + 0.16 * i;
          finding.value = exp (-finding.x * finding.x)
                          + 1e-3 * exp (-pow (finding.x - 12.8 - k, 2.0));
          finding.error = finding.value / 10.0;
          mtl_findings_add (findings, &finding);
        }
    }

  return findings;
}
