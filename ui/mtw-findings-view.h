/* mtw-findings-view.h — a table of what a probe has found
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtl-findings.h"
#include "mtl-method.h"
#include "mtl-record.h"

#define MTW_TYPE_FINDINGS_VIEW (mtw_findings_view_get_type ())

G_DECLARE_FINAL_TYPE (MtwFindingsView, mtw_findings_view, MTW, FINDINGS_VIEW, AdwBin)

/* @findings (nullable): of @probe on the weights of @record, which are then set. */
void  mtw_findings_view_show    (MtwFindingsView *self,
                                 MtlFindings     *findings,
                                 const MtlMethod *probe,
                                 MtlRecord       *record);
guint mtw_findings_view_n_rows  (MtwFindingsView *self);
/* (transfer full): mtw_figures_to_text() and mtw_figures_to_csv() of what is shown. */
char *mtw_findings_view_to_text (MtwFindingsView *self);
char *mtw_findings_view_to_csv  (MtwFindingsView *self);
