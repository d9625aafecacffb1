/* constant.c — one sample, over and over: for losses that depend on no data
 *
 * Each sample has one input value and one target, which are settings. A network whose
 * weights are minimised for their own sake needs samples only to count its steps: with
 * batches of one, as many samples as an epoch is to have steps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-source.h"

#include <glib/gi18n-lib.h>

enum
{
  VALUE,
  TARGET,
  TRAIN_SIZE,
};

static const MtlParam params[] = {
  [VALUE] = { .id = "value", .title = N_("Value"), .summary = N_("The input of every sample"),
              .type = MTL_NUMBER, .minimum = -1e6, .maximum = 1e6, .initial = 1.0 },
  [TARGET] = { .id = "target", .title = N_("Target"), .summary = N_("The target of every sample"),
               .type = MTL_NUMBER, .minimum = -1e6, .maximum = 1e6, .initial = 0.0 },
  [TRAIN_SIZE] = { .id = "train-size", .title = N_("Training Samples"),
                   .summary = N_("Number of samples to train on, all alike"),
                   .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1e7, .initial = 1000.0 },
  { .id = NULL },
};

typedef struct
{
  float value, target;
} Constant;

static gboolean
constant_open (const MtlSetting  *set,
               MtlSourceInfo     *info,
               gpointer          *data,
               GCancellable      *cancel,
               GError           **error)
{
  *info = (MtlSourceInfo) {
    .n_ports = 1,
    .ports = { g_strdup ("value") },
    .shapes = { { .rank = 1, .size = { 1 } } },
    .n_targets = 1,
    .targets = g_new0 (MtlTarget, 1),
    .train_rows = (gsize) set[TRAIN_SIZE].number,
  };
  info->targets[0] = (MtlTarget) { g_strdup ("target"),
                                   { .kind = MTL_TARGET_VALUES, .size = 1 }, NULL };
  if (data != NULL)
    {
      Constant *self = g_new (Constant, 1);

      *self = (Constant) { (float) set[VALUE].number, (float) set[TARGET].number };
      *data = self;
    }

  return TRUE;
}

static void
constant_fill (gconstpointer   data,
               MtlRawSplit     split,
               const guint32  *index,
               gsize           n,
               float *const   *x,
               float *const   *targets)
{
  const Constant *self = data;

  for (gsize r = 0; r < n; r++)
    {
      if (x != NULL && x[0] != NULL)
        x[0][r] = self->value;
      if (targets != NULL && targets[0] != NULL)
        targets[0][r] = self->target;
    }
}

static char *
constant_line (const MtlSetting *set)
{
  /* Translators: second line of a source on the canvas: the only input that there is. */
  return g_strdup_printf (_("always %g"), set[VALUE].number);
}

const MtlSource mtl_source_constant = {
  .method = {
    .id = "constant",
    .title = N_("Constant"),
    .summary = N_("The same value and target in every sample, for losses that depend on weights "
                  "alone; needs no files."),
    .reference = "What the toy problem of Liu, Liu, Jin, Stone, Liu, NeurIPS 2021, arXiv "
                 "2110.14048, needs of data: nothing",
    .params = params,
  },
  .icon = "basin-table-symbolic",
  .width = 84,
  .line = constant_line,
  .open = constant_open,
  .fill = constant_fill,
  .close = g_free,
};
