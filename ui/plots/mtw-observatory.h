/* mtw-observatory.h — plots, log and problems of a run, under the canvas
 *
 * Properties: `layout` (string: ids of plots with commas between), `frozen`,
 * `maximised` (to be obeyed by whoever holds it).
 * Signals: `draw-landscape`, `cancel-landscape`, `measure-flatness`, `measure-curvature`,
 * `jump-to-block` (string: id), `apply-fix` (int: number of the problem in the
 * survey), `message` (string: words for a toast).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtl-conflict.h"
#include "mtl-findings.h"
#include "mtl-grid.h"
#include "mtl-record.h"
#include "mtl-survey.h"

#define MTW_TYPE_OBSERVATORY (mtw_observatory_get_type ())

G_DECLARE_FINAL_TYPE (MtwObservatory, mtw_observatory, MTW, OBSERVATORY, AdwBin)

GtkWidget  *mtw_observatory_new            (void);
/* @record: (nullable): another run; conflict and landscape are dropped. */
void        mtw_observatory_set_record     (MtwObservatory         *self,
                                            MtlRecord              *record);
/* @frame: (nullable): copied, at most twice a second. */
void        mtw_observatory_set_conflict   (MtwObservatory         *self,
                                            const MtlConflictFrame *frame);
/* Both nullable; @frame: of the probe that runs, or of the last one. */
void        mtw_observatory_set_grid       (MtwObservatory         *self,
                                            MtlGrid                *grid,
                                            const MtlProbeFrame    *frame);
/* The curvature; @findings nullable, @frame: its id is "" before the first. */
void        mtw_observatory_set_findings   (MtwObservatory         *self,
                                            MtlFindings            *findings,
                                            const MtlProbeFrame    *frame);
/* What that takes, in seconds, before it has been measured. */
void        mtw_observatory_set_cost       (MtwObservatory         *self,
                                            double                  seconds);
void        mtw_observatory_set_survey     (MtwObservatory         *self,
                                            const MtlSurvey        *survey);
/* Once a frame: pulls what is new and draws it. Cheap when nothing is. */
void        mtw_observatory_refresh        (MtwObservatory         *self);
/* Whether the bar tells how far the run is; not where the header does. */
void        mtw_observatory_set_tells      (MtwObservatory         *self,
                                            gboolean                tells);
/* Brings a plot into view, in place of the last one when it is not shown. */
void        mtw_observatory_show_plot      (MtwObservatory         *self,
                                            const char             *id);
/* "plots", "log" or "problems" */
void        mtw_observatory_show_page      (MtwObservatory         *self,
                                            const char             *page);
const char *mtw_observatory_get_layout     (MtwObservatory         *self);
void        mtw_observatory_set_layout     (MtwObservatory         *self,
                                            const char             *layout);
