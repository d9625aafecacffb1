/* mtw-share.h — how often tasks are in conflict, over time
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-chart.h"

/* (nullable): the share of each step; NULL while there is none */
MtwCurve *mtw_share_curve (const MtwPlotInput *input);
/* Title and chart, from @x to the end of the drawing. */
void      mtw_share_draw  (MtwPen             *pen,
                           double              x);
