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
 * A target of several classes, one for each pixel or word, is kept or missing as
 * a whole, but each of its items is wrong or not by numbers of its own, drawn
 * at place row · size + item. Its values are wrong together: they are one
 * measurement, of which a few alone would stand out.
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

/* Each of the @size classes of @row that is there and drawn to be wrong. */
static void
put_wrong_classes (const MtlDataTask   *task,
                   const MtlTargetType *type,
                   guint32              row,
                   float               *classes)
{
  MtlRng wrong = stream (task, DRAW_NOISE), step = stream (task, DRAW_WRONG);

  for (gsize i = 0; type->n_classes > 1 && i < type->size; i++)
    {
      guint64 place = (guint64) row * type->size + i;

      if (!isnan (classes[i]) && mtl_rng_unit (wrong, place) < task->noise)
        classes[i] = (float) (((guint64) classes[i] + 1
                               + mtl_rng_below (step, place, type->n_classes - 1))
                              % type->n_classes);
    }
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

/* @donor: room for the values of another row. */
static void
put_wrong_values (const MtlData     *self,
                  const MtlDataTask *task,
                  guint32            row,
                  float             *donor,
                  float             *values)
{
  gsize size = self->info.targets[task->target].type.size;

  read_targets (self, task->target, draw_donor (self, task, row), donor);
  for (gsize i = 0; i < size; i++)
    if (!isnan (values[i]) && !isnan (donor[i]))
      values[i] = donor[i];
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
  gboolean values = type->kind == MTL_TARGET_VALUES;
  g_autofree float *donor = NULL;

  if (own->noise <= 0.0 && own->fraction >= 1.0)
    return;

  if (values && own->noise > 0.0)
    donor = g_new (float, type->size);
  for (gsize i = 0; i < n; i++)
    {
      MtlLabelFate fate = mtl_data_label_fate (own, rows[i]);
      float *label = targets + i * type->size;

      if (fate == MTL_LABEL_MISSING)
        for (gsize v = 0; v < type->size; v++)
          label[v] = NAN;
      else if (!values && own->noise > 0.0)
        put_wrong_classes (own, type, rows[i], label);
      else if (fate == MTL_LABEL_WRONG)
        put_wrong_values (self, own, rows[i], donor, label);
    }
}
