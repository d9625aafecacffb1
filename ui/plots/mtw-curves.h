/* mtw-curves.h — the curves of a record that somebody looks at
 *
 * A curve is copied from its series when it is first asked for and kept up to
 * date from then on by mtw_curves_pull(); drawing works on the copies and
 * takes no lock. One thread uses it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-record.h"

#include "mtw-curve.h"

typedef struct _MtwCurves MtwCurves;

MtwCurves *mtw_curves_new    (MtlRecord  *record);
MtwCurves *mtw_curves_ref    (MtwCurves  *self);
void       mtw_curves_unref  (MtwCurves  *self);
MtlRecord *mtw_curves_record (MtwCurves  *self);
/* TRUE when any curve or the list of events has grown. */
gboolean   mtw_curves_pull   (MtwCurves  *self);
/* (transfer none) (nullable): NULL while the record has no such curve. */
MtwCurve  *mtw_curves_get    (MtwCurves  *self,
                              const char *format,
                              ...) G_GNUC_PRINTF (2, 3);
/* Steps done and events that were there at the last pull. */
guint64         mtw_curves_step     (MtwCurves *self);
guint           mtw_curves_n_events (MtwCurves *self);
const MtlEvent *mtw_curves_event    (MtwCurves *self,
                                     guint      n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtwCurves, mtw_curves_unref)
