/* mtw-plot-data.h — what all plots of one observatory look at
 *
 * One owner fills it, the plots hold it by reference and read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-plot-kind.h"

typedef struct
{
  MtlRecord        *record;     /* (nullable) */
  MtwCurves        *curves;     /* (nullable): copy of the record's */
  MtlConflictFrame *conflict;   /* (nullable) */
  MtlGrid          *grid;       /* (nullable) */
  MtlProbeFrame     probe;
  gboolean          has_probe;
  MtlFindings      *findings;   /* (nullable): of the curvature */
  MtlProbeFrame     measure;
  double            cost;       /* of measure; 0: not known */
  double            cursor;     /* epoch; NaN: none */
} MtwPlotData;

MtwPlotData *mtw_plot_data_new          (void);
MtwPlotData *mtw_plot_data_ref          (MtwPlotData            *self);
void         mtw_plot_data_unref        (MtwPlotData            *self);
/* Another run: drops all that belongs to the one before. */
void         mtw_plot_data_set_record   (MtwPlotData            *self,
                                         MtlRecord              *record);
/* Copies @frame. */
void         mtw_plot_data_set_conflict (MtwPlotData            *self,
                                         const MtlConflictFrame *frame);
/* TRUE when anything is new. */
gboolean     mtw_plot_data_set_grid     (MtwPlotData            *self,
                                         MtlGrid                *grid,
                                         const MtlProbeFrame    *probe);

/* The same; @measure: its id is "" before the first. */
gboolean     mtw_plot_data_set_findings (MtwPlotData            *self,
                                         MtlFindings            *findings,
                                         const MtlProbeFrame    *measure);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtwPlotData, mtw_plot_data_unref)
