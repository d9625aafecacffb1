/* mtw-run-words.h — a run's progress in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-record.h"

/* “Epoch 13 of 20”; “Ready” without a record. (transfer full) */
char *mtw_run_status (MtlRecord *record);
/* “Step 5 640 · 41 ms · 2 min 34 s left”; what is not known is left out.
 * (transfer full) */
char *mtw_run_detail (MtlRecord *record);
/* 0 … 1 */
double mtw_run_done  (MtlRecord *record);
