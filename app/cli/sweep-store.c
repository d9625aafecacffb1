/* sweep-store.c — which runs of a sweep the store has already
 *
 * A run counts where it was trained from the very design of a cell, from first
 * weights of its own and without a change on the way. So the same command goes
 * on where it stopped, and a run that was trained by hand is not trained again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "sweep.h"

#include <math.h>
#include <string.h>

char *
sweep_curve (const MtlChosen *probe,
             const char      *task)
{
  const MtlMethod *method = mtl_chosen_method (probe);
  const MtlSetting *settings = mtl_chosen_settings (probe);
  GString *name = g_string_new ("sweep/");

  for (guint n = 0; n < mtl_method_n_params (method, MTL_KIND_PROBE); n++)
    {
      const MtlParam *param = mtl_method_param (method, MTL_KIND_PROBE, n);
      g_autofree char *value = mtl_setting_to_text (&settings[n], param);

      g_string_append_printf (name, "%s%s=%s", n > 0 ? "," : "", param->id, value);
    }
  g_string_append_printf (name, "/%s", task);

  return g_string_free (name, FALSE);
}

/* Events that make a run another experiment than its design says. */
static gboolean
is_altered (MtlRecord *record)
{
  gboolean altered = FALSE;

  for (guint n = 0; n < mtl_record_n_events (record) && !altered; n++)
    {
      MtlEvent event = { 0 };

      mtl_record_event (record, n, &event);
      altered = strcmp (event.kind, "settings") == 0 || strcmp (event.kind, "weights") == 0;
      mtl_event_clear (&event);
    }

  return altered;
}

static SweepCell *
find_cell (const SweepPlan *self,
           const MtlDesign *design,
           guint64          seed)
{
  for (guint n = 0; n < self->cells->len; n++)
    {
      SweepCell *cell = self->cells->pdata[n];

      if (cell->seed == seed && mtl_design_equal (cell->design, design))
        return cell;
    }

  return NULL;
}

static gboolean
is_measured (const SweepPlan *self,
             MtlRecord       *record,
             guint64          epoch)
{
  const MtlRecordInfo *info = mtl_record_info (record);

  for (guint k = 0; self->probe != NULL && k < info->n_tasks; k++)
    {
      g_autofree char *name = sweep_curve (self->probe, info->tasks[k]);

      if (isnan (mtl_record_value (record, name, (double) epoch)))
        return FALSE;
    }

  return TRUE;
}

/* Of several runs the one that is done counts, and else the one that got farthest. */
static gboolean
is_better (const SweepCell *cell,
           const MtlRunRow *row)
{
  if (cell->run == NULL)
    return TRUE;
  if ((cell->status == MTL_RUN_DONE) != (row->status == MTL_RUN_DONE))
    return row->status == MTL_RUN_DONE;

  return row->step > cell->step;
}

static gboolean
might_count (const SweepPlan *self,
             const MtlRunRow *row)
{
  const MtlSetting *epochs = mtl_chosen_get (mtl_design_experiment (self->base), "epochs");
  gboolean varied = FALSE;

  for (guint n = 0; n < self->axes->len; n++)
    varied = varied || strcmp (((SweepAxis *) self->axes->pdata[n])->key,
                               "experiment.epochs") == 0;

  return strcmp (row->design_name, mtl_design_name (self->base)) == 0
         && (varied || row->n_epochs == (guint64) epochs->number);
}

gboolean
sweep_find_runs (SweepPlan  *self,
                 MtlStore   *store,
                 GError    **error)
{
  g_autoptr(GPtrArray) rows = mtl_store_list (store, error);

  for (guint n = 0; rows != NULL && n < rows->len; n++)
    {
      const MtlRunRow *row = rows->pdata[n];
      g_autoptr(MtlRecord) record = NULL;
      SweepCell *cell;

      if (!might_count (self, row))
        continue;
      record = mtl_store_load (store, row->run, error);
      if (record == NULL)
        return FALSE;

      cell = find_cell (self, mtl_record_info (record)->design, row->seed);
      if (cell == NULL || is_altered (record) || !is_better (cell, row))
        continue;
      g_free (cell->run);
      cell->run = g_strdup (row->run);
      cell->status = row->status;
      cell->step = row->step;
      cell->seconds = row->seconds;
      cell->measured = is_measured (self, record, row->n_epochs);
    }

  return rows != NULL;
}
