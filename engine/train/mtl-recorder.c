/* mtl-recorder.c — what a step and an epoch leave in the record
 *
 * Cosines come from the Gramian of each part: C_ij = M_ij / (n_i·n_j). A pair
 * conflicts when C_ij < 0; where a norm is zero or a task was left out the
 * pair counts neither way and its curve has a gap.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-recorder.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "mtl-block-sums.h"

#define DRAWN_TRUNK 3  /* weights: the most that a picture has room for */

/* Sums of an epoch and how many steps had a value, in one order: conflict
 * share, K weights, K norms, K×K cosines. */
typedef struct
{
  double *sum;
  double *n;
} PartSums;

struct _MtlRecorder
{
  MtlRecord     *record;
  const MtlPlan *plan;
  guint          k;
  guint          n_sums;
  PartSums       parts[MTL_N_PARTS];
  double        *now;     /* n_sums values of the step */
  MtlTally      *train;
  MtlBlockSums  *blocks;
};

static const char *const prefixes[MTL_N_PARTS] = { "", "flat/" };

static const char *
task_id (const MtlRecorder *self,
         guint              task)
{
  return mtl_plan_task (self->plan, task)->id;
}

static void append (MtlRecorder *self,
                    double       x,
                    double       y,
                    const char  *format,
                    ...) G_GNUC_PRINTF (4, 5);

static void
append (MtlRecorder *self,
        double       x,
        double       y,
        const char  *format,
        ...)
{
  g_autofree char *name = NULL;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  mtl_series_append (mtl_record_series (self->record, name), x, y);
}

MtlRecorder *
mtl_recorder_new (MtlRecord     *record,
                  const MtlPlan *plan)
{
  MtlRecorder *self = g_new0 (MtlRecorder, 1);

  self->record = mtl_record_ref (record);
  self->plan = plan;
  self->k = mtl_plan_n_tasks (plan);
  self->n_sums = 1 + 2 * self->k + self->k * self->k;
  self->now = g_new0 (double, self->n_sums);
  self->train = mtl_tally_new (plan);
  self->blocks = mtl_block_sums_new (plan);
  for (guint p = 0; p < MTL_N_PARTS; p++)
    {
      self->parts[p].sum = g_new0 (double, self->n_sums);
      self->parts[p].n = g_new0 (double, self->n_sums);
    }

  return self;
}

void
mtl_recorder_free (MtlRecorder *self)
{
  for (guint p = 0; p < MTL_N_PARTS; p++)
    {
      g_free (self->parts[p].sum);
      g_free (self->parts[p].n);
    }
  g_free (self->now);
  mtl_tally_free (self->train);
  mtl_block_sums_free (self->blocks);
  mtl_record_unref (self->record);
  g_free (self);
}

/* Share of conflicting pairs among those defined; NaN: none is. */
static double
fill_cosines (const double *gramian,
              guint         k,
              double       *cosines)
{
  guint pairs = 0;
  guint conflicts = 0;

  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      {
        double norms = sqrt (gramian[i * k + i]) * sqrt (gramian[j * k + j]);
        double cosine = norms > 0.0 ? gramian[i * k + j] / norms : NAN;

        cosines[i * k + j] = CLAMP (cosine, -1.0, 1.0);
        if (j <= i || isnan (cosine))
          continue;
        pairs++;
        conflicts += cosine < 0.0;
      }

  return pairs > 0 ? (double) conflicts / pairs : NAN;
}

/* The values of one part of the step into self->now. */
static void
measure_part (MtlRecorder         *self,
              const MtlPartReport *report)
{
  double *weights = self->now + 1;
  double *norms = weights + self->k;

  self->now[0] = fill_cosines (report->gramian, self->k, norms + self->k);
  for (guint k = 0; k < self->k; k++)
    {
      weights[k] = report->weights[k];
      norms[k] = sqrt (report->gramian[k * self->k + k]);
    }
}

/* Values under @family, which ends with a slash or is empty. */
static void
append_part (MtlRecorder  *self,
             const char   *family,
             double        x,
             const double *values)
{
  guint k = self->k;

  if (k > 1)
    append (self, x, values[0], "%sconflict", family);
  for (guint i = 0; i < k; i++)
    {
      append (self, x, values[1 + i], "%sweight/%s", family, task_id (self, i));
      append (self, x, values[1 + k + i], "%snorm/%s", family, task_id (self, i));
    }
  for (guint i = 0; i < k; i++)
    for (guint j = i + 1; j < k; j++)
      append (self, x, values[1 + 2 * k + i * k + j], "%scosine/%s/%s", family,
              task_id (self, i), task_id (self, j));
}

static void
add_part (MtlRecorder *self,
          MtlStep     *step,
          MtlPart      p,
          guint64      n)
{
  const MtlPartReport *report = mtl_step_report (step, p);

  if (!report->valid)
    return;

  measure_part (self, report);
  append_part (self, prefixes[p], (double) n, self->now);
  for (guint i = 0; i < self->n_sums; i++)
    if (!isnan (self->now[i]))
      {
        self->parts[p].sum[i] += self->now[i];
        self->parts[p].n[i] += 1.0;
      }
}

/* Where blocks are balanced apart, the mean over them. */
static void
append_state (MtlRecorder *self,
              MtlStep     *step,
              guint64      n)
{
  const MtlState *state = mtl_step_state (step, MTL_PART_LOSS);
  const MtlStateSpec *spec = state != NULL ? mtl_state_spec (state) : NULL;

  for (guint a = 0; spec != NULL && a < spec->n; a++)
    for (guint k = 0; spec->arrays[a].plotted && k < self->k; k++)
      append (self, (double) n, mtl_step_state_mean (step, MTL_PART_LOSS, a, k), "state/%s/%s",
              spec->arrays[a].name, task_id (self, k));
}

void
mtl_recorder_add_step (MtlRecorder    *self,
                       MtlStep        *step,
                       guint64         n,
                       double          rate)
{
  const double *losses = mtl_step_losses (step);

  for (guint k = 0; k < self->k; k++)
    append (self, (double) n, losses[k], "loss/%s", task_id (self, k));
  append (self, (double) n, rate, "rate");
  for (guint p = 0; p < MTL_N_PARTS; p++)
    add_part (self, step, p, n);
  if (mtl_step_report (step, MTL_PART_LOSS)->valid)
    mtl_block_sums_add (self->blocks, mtl_step_report (step, MTL_PART_LOSS));
  append_state (self, step, n);

  for (guint b = 0; b < mtl_step_n_batches (step); b++)
    mtl_tally_add (self->train, self->plan, mtl_step_batch (step, b),
                   mtl_step_batch_losses (step, b), mtl_step_outputs (step, b));
}

void
mtl_recorder_add_trunk (MtlRecorder *self,
                        const float *theta,
                        guint64      n)
{
  gsize size = mtl_plan_n_trunk (self->plan);

  for (gsize i = 0; size <= DRAWN_TRUNK && i < size; i++)
    append (self, (double) n, (double) theta[i], "trunk/%" G_GSIZE_FORMAT, i + 1);
}

gsize
mtl_conflict_frame_size (guint n_tasks,
                         guint n_blocks)
{
  return sizeof (MtlConflictFrame) + sizeof (double) * (2 * n_tasks * n_tasks + n_blocks);
}

const double *
mtl_conflict_frame_blocks (const MtlConflictFrame *frame)
{
  return frame->cosine + 2 * frame->n_tasks * frame->n_tasks;
}

void
mtl_recorder_fill_frame (MtlRecorder      *self,
                         MtlStep          *step,
                         guint64           n,
                         MtlConflictFrame *frame)
{
  const MtlPartReport *loss = mtl_step_report (step, MTL_PART_LOSS);
  const MtlPartReport *flat = mtl_step_report (step, MTL_PART_FLAT);
  guint k = self->k;

  frame->step = n;
  frame->n_tasks = k;
  frame->n_blocks = mtl_block_sums_n_blocks (self->blocks);
  frame->flat = flat->valid ? 1 : 0;
  mtl_step_gains (step, frame->update_gain);
  for (guint i = 0; i < k; i++)
    {
      frame->norm[i] = sqrt (loss->gramian[i * k + i]);
      frame->weight[i] = loss->weights[i];
    }
  fill_cosines (loss->gramian, k, frame->cosine);
  if (flat->valid)
    fill_cosines (flat->gramian, k, frame->cosine + k * k);
  mtl_block_sums_recent (self->blocks, frame->cosine + 2 * k * k);
}

/* --- epochs --- */

static void
append_tally (MtlRecorder    *self,
              const char     *split,
              double          epoch,
              const MtlTally *tally)
{
  for (guint k = 0; k < self->k; k++)
    {
      const MtlTask *task = mtl_plan_task (self->plan, k);

      append (self, epoch, mtl_tally_loss (tally, k), "epoch/%s/loss/%s", split, task->id);
      for (guint m = 0; m < mtl_task_n_metrics (task); m++)
        append (self, epoch, mtl_tally_metric (tally, self->plan, k, m), "epoch/%s/%s/%s",
                split, mtl_task_metric (task, m)->method.id, task->id);
    }
}

static void
append_means (MtlRecorder *self,
              MtlPart      p,
              double       epoch)
{
  const PartSums *sums = &self->parts[p];
  g_autofree char *family = g_strdup_printf ("epoch/%s", prefixes[p]);
  double seen = 0.0;

  for (guint i = 0; i < self->n_sums; i++)
    {
      seen += sums->n[i];
      self->now[i] = sums->n[i] > 0.0 ? sums->sum[i] / sums->n[i] : NAN;
    }
  if (seen > 0.0)
    append_part (self, family, epoch, self->now);
}

static void
clear_sums (MtlRecorder *self)
{
  for (guint p = 0; p < MTL_N_PARTS; p++)
    {
      memset (self->parts[p].sum, 0, self->n_sums * sizeof (double));
      memset (self->parts[p].n, 0, self->n_sums * sizeof (double));
    }
  mtl_tally_clear (self->train);
  mtl_block_sums_clear (self->blocks);
}

void
mtl_recorder_end_epoch (MtlRecorder    *self,
                        guint64         epoch,
                        double          seconds,
                        guint64         steps,
                        const MtlTally *validation,
                        const MtlTally *test)
{
  append_tally (self, "train", (double) epoch, self->train);
  if (validation != NULL)
    append_tally (self, "validation", (double) epoch, validation);
  if (test != NULL)
    append_tally (self, "test", (double) epoch, test);
  for (guint p = 0; p < MTL_N_PARTS; p++)
    append_means (self, p, (double) epoch);
  mtl_block_sums_append (self->blocks, self->record, epoch);
  append (self, (double) epoch, seconds, "epoch/seconds");
  append (self, (double) epoch, (double) steps, "epoch/steps");
  clear_sums (self);
}

double
mtl_recorder_mean_loss (MtlRecorder *self)
{
  return mtl_tally_mean (self->train);
}

#define N_SAVED (2 * MTL_N_PARTS + MTL_BLOCK_SUMS_ARRAYS)

/* The arrays of a checkpoint and the length of each. Those of blocks come last: a checkpoint
 * from before these were kept ends without them. */
static void
list_saved (MtlRecorder *self,
            double      *arrays[N_SAVED],
            guint        lengths[N_SAVED])
{
  guint n_block_sums = mtl_block_sums_arrays (self->blocks, arrays + 2 * MTL_N_PARTS);

  for (guint p = 0; p < MTL_N_PARTS; p++)
    {
      arrays[2 * p] = self->parts[p].sum;
      arrays[2 * p + 1] = self->parts[p].n;
    }
  for (guint n = 0; n < N_SAVED; n++)
    lengths[n] = n < 2 * MTL_N_PARTS ? self->n_sums : n_block_sums;
}

GVariant *
mtl_recorder_save (MtlRecorder *self)
{
  GVariantBuilder parts;
  double *arrays[N_SAVED];
  guint lengths[N_SAVED];

  list_saved (self, arrays, lengths);
  g_variant_builder_init (&parts, G_VARIANT_TYPE ("aad"));
  for (guint n = 0; n < N_SAVED; n++)
    g_variant_builder_add_value (&parts,
      g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, arrays[n], lengths[n], sizeof (double)));

  return g_variant_new ("(aad@(adadad))", &parts, mtl_tally_save (self->train));
}

gboolean
mtl_recorder_load (MtlRecorder *self,
                   GVariant    *saved)
{
  g_autoptr(GVariant) parts = g_variant_get_child_value (saved, 0);
  g_autoptr(GVariant) train = g_variant_get_child_value (saved, 1);
  gsize n_parts = g_variant_n_children (parts);
  double *arrays[N_SAVED];
  guint lengths[N_SAVED];

  list_saved (self, arrays, lengths);
  if (n_parts != N_SAVED && n_parts != 2 * MTL_N_PARTS)
    return FALSE;

  for (guint n = 0; n < n_parts; n++)
    {
      g_autoptr(GVariant) array = g_variant_get_child_value (parts, n);
      gsize found;
      gconstpointer values = g_variant_get_fixed_array (array, &found, sizeof (double));

      if (found != lengths[n])
        return FALSE;
      memcpy (arrays[n], values, found * sizeof (double));
    }

  return mtl_tally_load (self->train, train);
}
