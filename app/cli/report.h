/* report.h — a run's figures in words and as JSON
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "cli.h"

void cli_report_start (MtlRecord *record);
/* One line of JSON for epoch @n, from 1. */
void cli_report_epoch (MtlRecord *record,
                       guint64    n);
void cli_report_end   (MtlRecord *record);
/* “Epoch 3 of 10: left 0.39 · 94.8 %, right …” (transfer full) */
char *cli_report_words (MtlRecord *record,
                        guint64    n);
