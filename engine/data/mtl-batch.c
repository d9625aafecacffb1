/* mtl-batch.c — rows of a split gathered for one step
 *
 * A batch is filled in pieces of PIECE rows, shared out over the pool. A row
 * is a function of its number alone, so pieces and workers leave no trace.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-data-private.h"

#include <string.h>

#define PIECE 32   /* rows; also the shard of a plan, so a worker finds warm rows */

typedef struct
{
  MtlBatch *batch;
  MtlData  *data;
  MtlSplit  split;
} Filling;

static gsize
port_size (const MtlData *data,
           guint          port)
{
  const MtlShape *shape = &data->info.shapes[port];
  gsize size = 1;

  for (guint d = 0; d < shape->rank; d++)
    size *= shape->size[d];

  return size;
}

static MtlBatch *
new_batch (gsize        capacity,
           guint        n_ports,
           const gsize *x_size,
           guint        n_tasks,
           const gsize *target_size)
{
  MtlBatch *self = g_new0 (MtlBatch, 1);

  self->capacity = capacity;
  self->samples = g_new0 (guint32, capacity);
  self->n_ports = n_ports;
  self->x_size = g_memdup2 (x_size, n_ports * sizeof *x_size);
  self->x = g_new (float *, n_ports);
  for (guint p = 0; p < n_ports; p++)
    self->x[p] = g_new0 (float, capacity * x_size[p]);

  self->n_tasks = n_tasks;
  self->target_size = g_memdup2 (target_size, n_tasks * sizeof *target_size);
  self->targets = g_new (float *, n_tasks);
  for (guint k = 0; k < n_tasks; k++)
    self->targets[k] = g_new0 (float, capacity * target_size[k]);

  return self;
}

/**
 * mtl_batch_new:
 * @capacity: rows that it can hold
 *
 * Returns: (transfer full): an empty batch for the ports and tasks of @data
 */
MtlBatch *
mtl_batch_new (MtlData *data,
               gsize    capacity)
{
  g_autofree gsize *x_size = g_new (gsize, data->info.n_ports);
  g_autofree gsize *target_size = g_new (gsize, data->n_tasks);

  for (guint p = 0; p < data->info.n_ports; p++)
    x_size[p] = port_size (data, p);
  for (guint k = 0; k < data->n_tasks; k++)
    target_size[k] = mtl_data_target (data, k)->size;

  return new_batch (capacity, data->info.n_ports, x_size, data->n_tasks, target_size);
}

MtlBatch *
mtl_batch_new_like (const MtlBatch *other)
{
  return new_batch (other->capacity, other->n_ports, other->x_size, other->n_tasks,
                    other->target_size);
}

static void
take_rows (float         *to,
           const float   *from,
           gsize          size,
           const guint32 *rows,
           gsize          n)
{
  for (gsize i = 0; i < n; i++)
    memcpy (to + i * size, from + rows[i] * size, size * sizeof *to);
}

void
mtl_batch_take (MtlBatch       *self,
                const MtlBatch *from,
                const guint32  *rows,
                gsize           n)
{
  g_return_if_fail (n <= self->capacity);

  self->rows = n;
  for (gsize i = 0; i < n; i++)
    self->samples[i] = from->samples[rows[i]];
  for (guint p = 0; p < self->n_ports; p++)
    take_rows (self->x[p], from->x[p], self->x_size[p], rows, n);
  for (guint k = 0; k < self->n_tasks; k++)
    take_rows (self->targets[k], from->targets[k], self->target_size[k], rows, n);
}

void
mtl_batch_free (MtlBatch *self)
{
  for (guint p = 0; p < self->n_ports; p++)
    g_free (self->x[p]);
  for (guint k = 0; k < self->n_tasks; k++)
    g_free (self->targets[k]);
  g_free (self->x);
  g_free (self->x_size);
  g_free (self->targets);
  g_free (self->target_size);
  g_free (self->samples);
  g_free (self);
}

static void
find_raw_rows (const Filling *filling,
               gsize          first,
               gsize          n,
               guint32       *raw)
{
  const guint32 *samples = filling->batch->samples + first;
  const guint32 *rows = filling->data->rows[filling->split];

  for (gsize i = 0; i < n; i++)
    {
      g_assert (samples[i] < filling->data->n_rows[filling->split]);
      raw[i] = rows != NULL ? rows[samples[i]] : samples[i];
    }
}

/* Tasks may share a target: it is asked for once and copied. */
static void
share_targets (const Filling *filling,
               gsize          first,
               gsize          n,
               float *const  *asked)
{
  for (guint k = 0; k < filling->data->n_tasks; k++)
    {
      gsize size = mtl_data_target (filling->data, k)->size;
      float *own = filling->batch->targets[k] + first * size;
      const float *from = asked[filling->data->tasks[k].target];

      if (own != from)
        memcpy (own, from, n * size * sizeof *own);
    }
}

static void
fill_piece (guint    piece,
            guint    worker,
            gpointer user_data)
{
  const Filling *filling = user_data;
  MtlBatch *batch = filling->batch;
  MtlData *data = filling->data;
  gsize first = (gsize) piece * PIECE;
  gsize n = MIN (PIECE, batch->rows - first);
  float *x[MTL_SOURCE_MAX_PORTS] = { NULL };
  float *asked[MTL_SOURCE_MAX_TARGETS] = { NULL };
  guint32 raw[PIECE];

  find_raw_rows (filling, first, n, raw);
  for (guint p = 0; p < batch->n_ports; p++)
    x[p] = batch->x[p] + first * port_size (data, p);
  for (guint k = data->n_tasks; k-- > 0;)
    asked[data->tasks[k].target] = batch->targets[k] + first * mtl_data_target (data, k)->size;

  data->source->fill (data->raw, filling->split == MTL_DATA_TEST ? MTL_SPLIT_TEST : MTL_SPLIT_TRAIN,
                      raw, n, x, asked);
  share_targets (filling, first, n, asked);

  for (guint k = 0; filling->split == MTL_DATA_TRAIN && k < data->n_tasks; k++)
    mtl_data_spoil (data, k, raw, n, batch->targets[k] + first * mtl_data_target (data, k)->size);
}

/**
 * mtl_batch_fill:
 * @samples: numbers below mtl_data_rows (data, split)
 * @n: at most the batch's capacity
 * @pool: (nullable): who shares the work
 */
void
mtl_batch_fill (MtlBatch      *self,
                MtlData       *data,
                MtlSplit       split,
                const guint32 *samples,
                gsize          n,
                MtlPool       *pool)
{
  Filling filling = { self, data, split };
  guint n_pieces = (guint) ((n + PIECE - 1) / PIECE);

  g_return_if_fail (n <= self->capacity);

  self->rows = n;
  if (n == 0)
    return;

  memcpy (self->samples, samples, n * sizeof *samples);
  if (pool != NULL)
    mtl_pool_run (pool, n_pieces, fill_piece, &filling);
  else
    for (guint piece = 0; piece < n_pieces; piece++)
      fill_piece (piece, 0, &filling);
}
