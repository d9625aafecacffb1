/* mtl-snapshot.c — the weights of one moment, with their design
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-snapshot-private.h"

struct _MtlSnapshot
{
  gint             refs;    /* atomic */
  const MtlDesign *design;
  gboolean         has_info;
  MtlSourceInfo    info;
  float           *theta;
  gsize            n;
  guint64          step;
  guint64          epoch;
};

/**
 * mtl_snapshot_new:
 * @design: taken by reference
 * @theta: (array length=n): all weights in the order of the plan; copied
 * @step: steps done
 * @epoch: epochs done
 *
 * Returns: (transfer full)
 */
MtlSnapshot *
mtl_snapshot_new (const MtlDesign *design,
                  const float     *theta,
                  gsize            n,
                  guint64          step,
                  guint64          epoch)
{
  return mtl_snapshot_new_on (design, NULL, theta, n, step, epoch);
}

MtlSnapshot *
mtl_snapshot_new_on (const MtlDesign     *design,
                     const MtlSourceInfo *info,
                     const float         *theta,
                     gsize                n,
                     guint64              step,
                     guint64              epoch)
{
  MtlSnapshot *self;

  g_return_val_if_fail (design != NULL, NULL);
  g_return_val_if_fail (theta != NULL || n == 0, NULL);

  self = g_new0 (MtlSnapshot, 1);
  self->refs = 1;
  self->design = mtl_design_ref (design);
  self->has_info = info != NULL;
  if (info != NULL)
    mtl_source_info_copy (&self->info, info);
  self->theta = g_memdup2 (theta, n * sizeof *theta);
  self->n = n;
  self->step = step;
  self->epoch = epoch;

  return self;
}

MtlSnapshot *
mtl_snapshot_ref (MtlSnapshot *self)
{
  g_atomic_int_inc (&self->refs);

  return self;
}

void
mtl_snapshot_unref (MtlSnapshot *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;

  mtl_design_unref (self->design);
  mtl_source_info_clear (&self->info);
  g_free (self->theta);
  g_free (self);
}

const MtlDesign *
mtl_snapshot_design (const MtlSnapshot *self)
{
  return self->design;
}

const MtlSourceInfo *
mtl_snapshot_info (const MtlSnapshot *self)
{
  return self->has_info ? &self->info : NULL;
}

const float *
mtl_snapshot_theta (const MtlSnapshot *self,
                    gsize             *n)
{
  if (n != NULL)
    *n = self->n;

  return self->theta;
}

guint64
mtl_snapshot_step (const MtlSnapshot *self)
{
  return self->step;
}

guint64
mtl_snapshot_epoch (const MtlSnapshot *self)
{
  return self->epoch;
}
