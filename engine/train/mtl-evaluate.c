/* mtl-evaluate.c — losses and metrics of a whole split
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-evaluate.h"

#include <math.h>
#include <string.h>

const MtlMetric *
mtl_task_metric (const MtlTask *task,
                 guint          n)
{
  for (const char *const *id = task->loss->metrics; *id != NULL; id++)
    {
      const MtlMetric *metric = (const MtlMetric *) mtl_catalogue_find (MTL_KIND_METRIC, *id, NULL);

      if ((metric->fits == NULL || metric->fits (&task->target, &task->items)) && n-- == 0)
        return metric;
    }

  return NULL;
}

guint
mtl_task_n_metrics (const MtlTask *task)
{
  guint n = 0;

  while (n < MTL_MAX_METRICS && mtl_task_metric (task, n) != NULL)
    n++;

  return n;
}

static gsize
count_sums (const MtlTask   *task,
            const MtlMetric *metric)
{
  if (metric == NULL)
    return 0;

  return metric->n_sums != NULL ? metric->n_sums (&task->target, &task->items) : MTL_METRIC_SUMS;
}

MtlTally *
mtl_tally_new (const MtlPlan *plan)
{
  MtlTally *self = g_new0 (MtlTally, 1);
  guint n_metrics = mtl_plan_n_tasks (plan) * MTL_MAX_METRICS;

  self->n_tasks = mtl_plan_n_tasks (plan);
  self->losses = g_new0 (double, self->n_tasks);
  self->items = g_new0 (double, self->n_tasks);
  self->metrics = g_new0 (const MtlMetric *, n_metrics);
  self->firsts = g_new0 (gsize, n_metrics + 1);
  for (guint n = 0; n < n_metrics; n++)
    {
      const MtlTask *task = mtl_plan_task (plan, n / MTL_MAX_METRICS);

      self->metrics[n] = mtl_task_metric (task, n % MTL_MAX_METRICS);
      self->firsts[n + 1] = self->firsts[n] + count_sums (task, self->metrics[n]);
    }
  self->sums = g_new0 (double, self->firsts[n_metrics]);

  return self;
}

void
mtl_tally_free (MtlTally *self)
{
  g_free (self->losses);
  g_free (self->items);
  g_free (self->metrics);
  g_free (self->firsts);
  g_free (self->sums);
  g_free (self);
}

static gsize
length_of_sums (const MtlTally *self)
{
  return self->firsts[self->n_tasks * MTL_MAX_METRICS];
}

void
mtl_tally_clear (MtlTally *self)
{
  memset (self->losses, 0, self->n_tasks * sizeof (double));
  memset (self->items, 0, self->n_tasks * sizeof (double));
  memset (self->sums, 0, length_of_sums (self) * sizeof (double));
}

void
mtl_tally_add (MtlTally        *self,
               const MtlPlan   *plan,
               const MtlBatch  *batch,
               const double    *losses,
               float *const    *outputs)
{
  for (guint k = 0; k < self->n_tasks; k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);
      double items = task->loss->divisor (&task->target, &task->items, task->set, batch->rows,
                                          batch->targets[k]);

      /* A loss that is not a number is kept: it is not to pass for a good one. */
      if (!(items > 0.0))
        continue;

      self->losses[k] += losses[k] * items;
      self->items[k] += items;
      for (guint m = k * MTL_MAX_METRICS; m < (k + 1) * MTL_MAX_METRICS; m++)
        if (self->metrics[m] != NULL)
          self->metrics[m]->add (&task->target, &task->items, batch->rows, outputs[k],
                                 batch->targets[k], self->sums + self->firsts[m]);
    }
}

double
mtl_tally_loss (const MtlTally *self,
                guint           task)
{
  return self->items[task] > 0.0 ? self->losses[task] / self->items[task] : NAN;
}

double
mtl_tally_mean (const MtlTally *self)
{
  double sum = 0.0;
  guint n = 0;

  for (guint k = 0; k < self->n_tasks; k++)
    if (self->items[k] > 0.0)
      {
        sum += mtl_tally_loss (self, k);
        n++;
      }

  return n > 0 ? sum / n : NAN;
}

double
mtl_tally_metric (const MtlTally *self,
                  const MtlPlan  *plan,
                  guint           task,
                  guint           n)
{
  guint m = task * MTL_MAX_METRICS + n;

  return self->metrics[m]->finish (self->sums + self->firsts[m],
                                   self->firsts[m + 1] - self->firsts[m]);
}

static GVariant *
save_doubles (const double *values,
              gsize         n)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, values, n, sizeof *values);
}

GVariant *
mtl_tally_save (const MtlTally *self)
{
  return g_variant_new ("(@ad@ad@ad)",
                        save_doubles (self->losses, self->n_tasks),
                        save_doubles (self->items, self->n_tasks),
                        save_doubles (self->sums, length_of_sums (self)));
}

gboolean
mtl_tally_load (MtlTally *self,
                GVariant *saved)
{
  double *into[] = { self->losses, self->items, self->sums };
  gsize length[] = { self->n_tasks, self->n_tasks, length_of_sums (self) };

  for (guint n = 0; n < G_N_ELEMENTS (into); n++)
    {
      g_autoptr(GVariant) child = g_variant_get_child_value (saved, n);
      gsize found;
      gconstpointer values = g_variant_get_fixed_array (child, &found, sizeof (double));

      if (found != length[n])
        return FALSE;
      memcpy (into[n], values, found * sizeof (double));
    }

  return TRUE;
}

gboolean
mtl_evaluate (MtlWork      *work,
              const float  *theta,
              MtlSplit      split,
              MtlBatch     *batch,
              MtlTally     *tally,
              gboolean    (*stop) (gpointer data),
              gpointer      data)
{
  MtlPlan *plan = mtl_work_plan (work);
  MtlData *source = mtl_plan_data (plan);
  gsize n_rows = mtl_data_rows (source, split);
  guint n_tasks = mtl_plan_n_tasks (plan);
  g_autofree guint32 *samples = g_new (guint32, batch->capacity);
  g_autofree double *losses = g_new (double, n_tasks);
  g_autoptr(GPtrArray) outputs = g_ptr_array_new_with_free_func (g_free);
  guint64 all = n_tasks == 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << n_tasks) - 1;

  for (guint k = 0; k < n_tasks; k++)
    g_ptr_array_add (outputs, g_new (float, batch->capacity * mtl_plan_task (plan, k)->size));

  for (gsize first = 0; first < n_rows; first += batch->capacity)
    {
      gsize n = MIN (batch->capacity, n_rows - first);
      MtlPass pass = { theta, batch, all, MTL_PASS_EVALUATE, { 0 } };

      if (stop != NULL && stop (data))
        return FALSE;

      for (gsize i = 0; i < n; i++)
        samples[i] = (guint32) (first + i);
      mtl_batch_fill (batch, source, split, samples, n, mtl_work_pool (work));
      mtl_work_run (work, &pass, losses, NULL, (float *const *) outputs->pdata);
      mtl_tally_add (tally, plan, batch, losses, (float *const *) outputs->pdata);
    }

  return TRUE;
}
