/* sweep-figures.c — the figures of a sweep, gathered by row and column
 *
 * Every figure is read from the records of runs that are done:
 *
 *   last epoch   the metric on the test split, after the last epoch
 *   selected     the same after the epoch in which the mean over tasks of the
 *                loss on the validation split is smallest: the best checkpoint
 *   mean         over tasks, where all have the same metric
 *   loss         of a task on the test split, after the last epoch
 *   conflict     share of pairs of tasks, over the steps of the last epoch,
 *                whose gradients have a negative inner product; late: over
 *                the last tenth of the epochs, since one has few steps
 *   rise         of the loss of a task when its weights are moved uphill, by
 *                the probe of the sweep, after the last epoch
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "sweep.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* One run while its figures are taken. */
typedef struct
{
  const SweepPlan *plan;
  SweepFigures    *figures;
  const char      *metric;   /* NULL: the first of each task */
  MtlRecord       *record;
  guint            row;
} Reading;

/* --- columns --- */

static void
free_column (gpointer data)
{
  SweepColumn *column = data;

  g_free (column->title);
  g_free (column->name);
  for (guint row = 0; column->values[row] != NULL; row++)
    g_array_unref (column->values[row]);
  g_free (column->values);
  g_free (column);
}

static SweepColumn *
find_column (const Reading *reading,
             const char    *name,
             const char    *title)
{
  SweepColumn *column;

  for (guint n = 0; n < reading->figures->columns->len; n++)
    if (strcmp (((SweepColumn *) reading->figures->columns->pdata[n])->name, name) == 0)
      return reading->figures->columns->pdata[n];

  column = g_new0 (SweepColumn, 1);
  column->title = g_strdup (title);
  column->name = g_strdup (name);
  column->values = g_new0 (GArray *, reading->plan->n_rows + 1);
  for (guint row = 0; row < reading->plan->n_rows; row++)
    column->values[row] = g_array_new (FALSE, FALSE, sizeof (double));
  g_ptr_array_add (reading->figures->columns, column);

  return column;
}

static void
put (const Reading *reading,
     const char    *name,
     const char    *title,
     double         value)
{
  SweepColumn *column = find_column (reading, name, title);

  if (isfinite (value))
    g_array_append_val (column->values[reading->row], value);
}

/* --- figures --- */

static double
read_value (MtlRecord  *record,
            double      epoch,
            const char *format,
            ...) G_GNUC_PRINTF (3, 4);

static double
read_value (MtlRecord  *record,
            double      epoch,
            const char *format,
            ...)
{
  g_autofree char *name = NULL;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  return mtl_record_value (record, name, epoch);
}

/* The epoch of the best checkpoint; NaN without a validation split. */
static double
find_selected (MtlRecord *record)
{
  const MtlRecordInfo *info = mtl_record_info (record);
  double best = INFINITY;
  double selected = NAN;

  for (guint64 epoch = 1; epoch <= info->n_epochs; epoch++)
    {
      double sum = 0.0;
      guint n = 0;

      for (guint k = 0; k < info->n_tasks; k++)
        {
          double loss = read_value (record, (double) epoch, "epoch/validation/loss/%s",
                                    info->tasks[k]);

          if (isnan (loss))
            continue;
          sum += loss;
          n++;
        }
      if (n == 0 || sum / n >= best)
        continue;
      best = sum / n;
      selected = (double) epoch;
    }

  return selected;
}

/* The metric of each task at @epoch, and their mean; @mark goes into names and titles. */
static void
put_metrics (const Reading *reading,
             double         epoch,
             const char    *mark,
             const char    *shown_mark)
{
  const MtlRecordInfo *info = mtl_record_info (reading->record);
  gboolean alike = info->n_tasks > 1;
  double sum = 0.0;
  const char *first = NULL;

  for (guint k = 0; k < info->n_tasks; k++)
    {
      const char *metric = reading->metric != NULL ? reading->metric
                                                          : info->metrics[k];
      double value = read_value (reading->record, epoch, "epoch/%s/%s/%s", reading->figures->split,
                                 metric, info->tasks[k]);
      g_autofree char *name = g_strdup_printf ("%s_%s%s", info->tasks[k], metric, mark);
      g_autofree char *title = g_strdup_printf ("%s %s%s", info->tasks[k], metric, shown_mark);

      put (reading, name, title, value);
      first = first != NULL ? first : metric;
      alike = alike && strcmp (metric, first) == 0;
      sum += value;
    }

  if (alike)
    {
      g_autofree char *name = g_strdup_printf ("mean%s", mark);
      /* Translators: over tasks; %s is empty or the words “, selected” */
      g_autofree char *title = g_strdup_printf (_("mean%s"), shown_mark);

      put (reading, name, title, sum / info->n_tasks);
    }
}

static void
put_losses (const Reading *reading,
            double         epoch)
{
  const MtlRecordInfo *info = mtl_record_info (reading->record);

  for (guint k = 0; k < info->n_tasks; k++)
    {
      g_autofree char *name = g_strdup_printf ("%s_loss", info->tasks[k]);
      /* Translators: id of a task */
      g_autofree char *title = g_strdup_printf (_("%s loss"), info->tasks[k]);

      put (reading, name, title, read_value (reading->record, epoch, "epoch/%s/loss/%s",
                                             reading->figures->split, info->tasks[k]));
    }
}

/* Epochs in which no pair of gradients was defined are left out. */
static double
find_late_conflict (MtlRecord *record)
{
  guint64 last = mtl_record_info (record)->n_epochs;
  double sum = 0.0;
  guint n = 0;

  for (guint64 epoch = last - last / 10 + (last >= 10); epoch <= last; epoch++)
    {
      double share = mtl_record_value (record, "epoch/conflict", (double) epoch);

      if (isnan (share))
        continue;
      sum += share;
      n++;
    }

  return n > 0 ? sum / n : NAN;
}

/* Seconds of an epoch: the median, since a busy machine has slow ones. */
static double
find_pace (MtlRecord *record)
{
  const MtlRecordInfo *info = mtl_record_info (record);
  g_autoptr(GArray) seconds = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint64 epoch = 1; epoch <= info->n_epochs; epoch++)
    {
      double value = mtl_record_value (record, "epoch/seconds", (double) epoch);
      guint n = 0;

      if (isnan (value))
        continue;
      while (n < seconds->len && g_array_index (seconds, double, n) < value)
        n++;
      g_array_insert_val (seconds, n, value);
    }

  return seconds->len > 0 ? g_array_index (seconds, double, seconds->len / 2) : NAN;
}

static void
put_rises (const Reading *reading,
           double         epoch)
{
  const MtlRecordInfo *info = mtl_record_info (reading->record);
  const MtlChosen *probe = reading->plan->probe;

  for (guint k = 0; probe != NULL && k < info->n_tasks; k++)
    {
      g_autofree char *curve = sweep_curve (probe, info->tasks[k]);
      g_autofree char *name = g_strdup_printf ("%s_rise", info->tasks[k]);
      /* Translators: of the loss, when weights are moved uphill; id of a task */
      g_autofree char *title = g_strdup_printf (_("rise %s"), info->tasks[k]);

      put (reading, name, title, mtl_record_value (reading->record, curve, epoch));
    }
}

static void
read_run (const Reading *reading)
{
  SweepFigures *self = reading->figures;
  const MtlRecordInfo *info = mtl_record_info (reading->record);
  double last = (double) info->n_epochs;
  double selected = find_selected (reading->record);

  if (self->split == NULL)
    self->split = isnan (read_value (reading->record, last, "epoch/test/loss/%s", info->tasks[0]))
                  ? "train" : "test";
  put_metrics (reading, last, "", "");
  if (!isnan (selected))
    {
      self->selected = TRUE;
      put_metrics (reading, selected, "_selected", _(", selected"));
      put (reading, "epoch_selected", _("epoch selected"), selected);
    }
  put_losses (reading, last);
  put (reading, "conflict", _("conflict"), mtl_record_value (reading->record, "epoch/conflict",
                                                            last));
  put (reading, "conflict_late", _("late conflict"), find_late_conflict (reading->record));
  put_rises (reading, last);
  put (reading, "seconds_per_epoch", _("s/epoch"), find_pace (reading->record));
}

static gboolean
read_cells (const SweepPlan *plan,
            MtlStore        *store,
            Reading         *reading,
            GError         **error)
{
  for (guint n = 0; n < plan->cells->len; n++)
    {
      const SweepCell *cell = plan->cells->pdata[n];
      g_autoptr(MtlRecord) record = NULL;

      if (cell->run != NULL && cell->status == MTL_RUN_FAILED)
        reading->figures->n_failed[cell->row]++;
      if (cell->run == NULL || cell->status != MTL_RUN_DONE)
        continue;
      record = mtl_store_load (store, cell->run, error);
      if (record == NULL)
        return FALSE;

      reading->record = record;
      reading->row = cell->row;
      reading->figures->n_done[cell->row]++;
      read_run (reading);
    }

  return TRUE;
}

SweepFigures *
sweep_figures_read (const SweepPlan  *plan,
                    MtlStore         *store,
                    const char       *metric,
                    GError          **error)
{
  g_autoptr(SweepFigures) self = g_new0 (SweepFigures, 1);
  Reading reading = { .plan = plan, .figures = self, .metric = metric };

  self->columns = g_ptr_array_new_with_free_func (free_column);
  self->n_done = g_new0 (guint, plan->n_rows);
  self->n_failed = g_new0 (guint, plan->n_rows);

  return read_cells (plan, store, &reading, error) ? g_steal_pointer (&self) : NULL;
}

void
sweep_figures_free (SweepFigures *self)
{
  g_ptr_array_unref (self->columns);
  g_free (self->n_done);
  g_free (self->n_failed);
  g_free (self);
}
