/* mtw-family.h — a plot of one curve for each task, step by step
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-plot-input.h"

/* Curves @family/TASK: each step faint, the moving average strong. With @from_zero those
 * between 0 and 1 have that axis, others one from 0, or of their logarithm where they are
 * above zero and differ by more than a factor of 20. */
void      mtw_family_draw     (MtwPen             *pen,
                               const char         *family,
                               gboolean            from_zero);
/* Whether any of them has a finite value. */
gboolean  mtw_family_is_there (const MtwPlotInput *input,
                               const char         *family);
/* (transfer full): “@title; left 0.4, rising; …” */
char     *mtw_family_describe (const MtwPlotInput *input,
                               const char         *title,
                               const char         *family);
/* (transfer full): a row a step, or an epoch, of @family, whose columns are called @title. */
MtwTable *mtw_family_table    (const MtwPlotInput *input,
                               gboolean            steps,
                               const char         *title,
                               const char         *family);
