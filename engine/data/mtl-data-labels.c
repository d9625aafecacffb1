/* mtl-data-labels.c — labels that are wrong or missing on purpose
 *
 * Each label of a training row has numbers of its own, drawn by the row's
 * place in the source: u decides whether it is kept (u < fraction) and v
 * whether it is wrong (v < noise), so a larger share contains a smaller one
 * and nothing depends on batches, epochs or the validation part.
 *
 * A wrong class is drawn evenly from the other classes. Wrong values are those
 * of another training row; where that row has none, the right ones stay.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-data-private.h"

#include <math.h>

enum
{
  DRAW_FRACTION,
  DRAW_NOISE,
  DRAW_WRONG,
};

static MtlRng
stream (const MtlDataTask *task,
        guint              draw)
{
  return mtl_rng_derive (task->rng, draw);
}

MtlLabelFate
mtl_data_label_fate (const MtlDataTask *task,
                     guint32            row)
{
  if (task->fraction < 1.0 && mtl_rng_unit (stream (task, DRAW_FRACTION), row) >= task->fraction)
    return MTL_LABEL_MISSING;
  if (task->noise > 0.0 && mtl_rng_unit (stream (task, DRAW_NOISE), row) < task->noise)
    return MTL_LABEL_WRONG;

  return MTL_LABEL_TRUE;
}

static float
wrong_class (const MtlDataTask *task,
             guint              n_classes,
             guint32            row,
             float              label)
{
  guint64 step;

  if (isnan (label) || n_classes < 2)
    return label;

  step = 1 + mtl_rng_below (stream (task, DRAW_WRONG), row, n_classes - 1);
  return (float) (((guint64) label + step) % n_classes);
}

/* A training row other than @row. */
static guint32
draw_donor (const MtlData     *self,
            const MtlDataTask *task,
            guint32            row)
{
  gsize n = self->n_rows[MTL_DATA_TRAIN];
  gsize place = mtl_rng_below (stream (task, DRAW_WRONG), row, n);
  guint32 donor = self->rows[MTL_DATA_TRAIN][place];

  return donor != row ? donor : self->rows[MTL_DATA_TRAIN][(place + 1) % n];
}

static void
read_targets (const MtlData *self,
              guint          target,
              guint32        row,
              float         *values)
{
  float *targets[MTL_SOURCE_MAX_TARGETS] = { NULL };

  targets[target] = values;
  self->source->fill (self->raw, MTL_SPLIT_TRAIN, &row, 1, NULL, targets);
}

static void
put_wrong_values (const MtlData     *self,
                  const MtlDataTask *task,
                  guint32            row,
                  float             *values)
{
  gsize size = self->info.targets[task->target].type.size;
  gboolean whole = TRUE;

  for (gsize i = 0; i < size; i++)
    whole = whole && !isnan (values[i]);
  if (!whole)
    return;

  read_targets (self, task->target, draw_donor (self, task, row), values);
  for (gsize i = 0; i < size; i++)
    whole = whole && !isnan (values[i]);
  if (!whole)
    read_targets (self, task->target, row, values);
}

void
mtl_data_spoil (const MtlData *self,
                guint          task,
                const guint32 *rows,
                gsize          n,
                float         *targets)
{
  const MtlDataTask *own = &self->tasks[task];
  const MtlTargetType *type = &self->info.targets[own->target].type;

  if (own->noise <= 0.0 && own->fraction >= 1.0)
    return;

  for (gsize i = 0; i < n; i++)
    {
      MtlLabelFate fate = mtl_data_label_fate (own, rows[i]);
      float *values = targets + i * type->size;

      if (fate == MTL_LABEL_WRONG && type->kind == MTL_TARGET_CLASS)
        *values = wrong_class (own, type->n_classes, rows[i], *values);
      else if (fate == MTL_LABEL_WRONG)
        put_wrong_values (self, own, rows[i], values);
      for (gsize v = 0; fate == MTL_LABEL_MISSING && v < type->size; v++)
        values[v] = NAN;
    }
}
