/* mtw-plot-data.c — what all plots of one observatory look at
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-plot-data.h"

#include <math.h>
#include <string.h>

MtwPlotData *
mtw_plot_data_new (void)
{
  MtwPlotData *self = g_rc_box_new0 (MtwPlotData);

  self->cursor = NAN;

  return self;
}

MtwPlotData *
mtw_plot_data_ref (MtwPlotData *self)
{
  return g_rc_box_acquire (self);
}

static void
clear (MtwPlotData *self)
{
  g_clear_pointer (&self->curves, mtw_curves_unref);
  g_clear_pointer (&self->record, mtl_record_unref);
  g_clear_pointer (&self->conflict, g_free);
  g_clear_pointer (&self->grid, mtl_grid_unref);
  g_clear_pointer (&self->findings, mtl_findings_unref);
  self->has_probe = FALSE;
  self->measure = (MtlProbeFrame) { 0 };
  self->cost = 0.0;
  self->cursor = NAN;
}

static void
clear_cb (gpointer self)
{
  clear (self);
}

void
mtw_plot_data_unref (MtwPlotData *self)
{
  g_rc_box_release_full (self, clear_cb);
}

void
mtw_plot_data_set_record (MtwPlotData *self,
                          MtlRecord   *record)
{
  if (self->record == record)
    return;

  clear (self);
  if (record == NULL)
    return;
  self->record = mtl_record_ref (record);
  self->curves = mtw_curves_new (record);
}

void
mtw_plot_data_set_conflict (MtwPlotData            *self,
                            const MtlConflictFrame *frame)
{
  g_clear_pointer (&self->conflict, g_free);
  if (frame != NULL)
    self->conflict = g_memdup2 (frame, mtl_conflict_frame_size (frame->n_tasks, frame->n_blocks));
}

gboolean
mtw_plot_data_set_grid (MtwPlotData         *self,
                        MtlGrid             *grid,
                        const MtlProbeFrame *probe)
{
  gboolean changed = grid != self->grid || (probe != NULL) != self->has_probe;

  if (probe != NULL && self->has_probe)
    changed = changed || memcmp (probe, &self->probe, sizeof *probe) != 0;
  if (!changed)
    return FALSE;

  if (grid != NULL)
    mtl_grid_ref (grid);
  g_clear_pointer (&self->grid, mtl_grid_unref);
  self->grid = grid;
  self->has_probe = probe != NULL;
  if (probe != NULL)
    self->probe = *probe;

  return TRUE;
}

gboolean
mtw_plot_data_set_findings (MtwPlotData         *self,
                            MtlFindings         *findings,
                            const MtlProbeFrame *measure)
{
  if (findings == self->findings && memcmp (measure, &self->measure, sizeof *measure) == 0)
    return FALSE;

  if (findings != NULL)
    mtl_findings_ref (findings);
  g_clear_pointer (&self->findings, mtl_findings_unref);
  self->findings = findings;
  self->measure = *measure;

  return TRUE;
}
