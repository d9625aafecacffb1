/* mtl-grid.c — losses over a plane, of each task
 *
 * Values of a task lie row by row, b along rows and a along columns. NaN
 * stands for what is not known yet, an infinity for what is known and not
 * finite.
 *
 * A grid is written before it is handed on and only read after that, so it
 * needs no lock.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-grid.h"

#include <math.h>

struct _MtlGrid
{
  gint    refs;     /* atomic */
  guint   n_tasks;
  guint   side;
  double  range;
  double *values;   /* n_tasks × side × side */
};

/**
 * mtl_grid_new:
 * @side: points along one side, 2 to MTL_PROBE_MAX_SIDE
 * @range: above 0
 *
 * Returns: (transfer full): a grid of which nothing is known yet
 */
MtlGrid *
mtl_grid_new (guint  n_tasks,
              guint  side,
              double range)
{
  MtlGrid *self;
  gsize n = (gsize) n_tasks * side * side;

  g_return_val_if_fail (n_tasks <= MTL_MAX_TASKS, NULL);
  g_return_val_if_fail (side >= 2 && side <= MTL_PROBE_MAX_SIDE, NULL);
  g_return_val_if_fail (range > 0, NULL);

  self = g_new0 (MtlGrid, 1);
  self->refs = 1;
  self->n_tasks = n_tasks;
  self->side = side;
  self->range = range;
  self->values = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    self->values[i] = NAN;

  return self;
}

MtlGrid *
mtl_grid_ref (MtlGrid *self)
{
  g_atomic_int_inc (&self->refs);

  return self;
}

void
mtl_grid_unref (MtlGrid *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;

  g_free (self->values);
  g_free (self);
}

guint
mtl_grid_n_tasks (const MtlGrid *self)
{
  return self->n_tasks;
}

guint
mtl_grid_side (const MtlGrid *self)
{
  return self->side;
}

double
mtl_grid_range (const MtlGrid *self)
{
  return self->range;
}

/**
 * mtl_grid_values:
 *
 * Returns: (array): side × side values of @task, row by row, to be written
 *   before another thread sees the grid
 */
double *
mtl_grid_values (MtlGrid *self,
                 guint    task)
{
  g_return_val_if_fail (task < self->n_tasks, NULL);

  return self->values + (gsize) task * self->side * self->side;
}

const double *
mtl_grid_read (const MtlGrid *self,
               guint          task)
{
  g_return_val_if_fail (task < self->n_tasks, NULL);

  return self->values + (gsize) task * self->side * self->side;
}

/**
 * mtl_grid_count:
 * @known: (out) (optional): values that are finite, of all tasks
 * @not_finite: (out) (optional): values that are infinite, of all tasks
 */
void
mtl_grid_count (const MtlGrid *self,
                guint         *known,
                guint         *not_finite)
{
  gsize n = (gsize) self->n_tasks * self->side * self->side;
  guint n_finite = 0;
  guint n_infinite = 0;

  for (gsize i = 0; i < n; i++)
    {
      n_finite += isfinite (self->values[i]) ? 1 : 0;
      n_infinite += isinf (self->values[i]) ? 1 : 0;
    }

  if (known != NULL)
    *known = n_finite;
  if (not_finite != NULL)
    *not_finite = n_infinite;
}
