/* mtw-log-page.h — what happened in a run, newest first
 *
 * Signal `jump` (double: epoch of the event that was chosen).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtl-record.h"

#define MTW_TYPE_LOG_PAGE (mtw_log_page_get_type ())

G_DECLARE_FINAL_TYPE (MtwLogPage, mtw_log_page, MTW, LOG_PAGE, AdwBin)

/* @record: (nullable): another run; its events are listed. */
void mtw_log_page_set_record (MtwLogPage *self,
                              MtlRecord  *record);
/* Lists events that are new. */
void mtw_log_page_refresh    (MtwLogPage *self);
