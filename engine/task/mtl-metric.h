/* mtl-metric.h — the descriptor of a figure reported of a task
 *
 * Accumulates over a whole split in doubles, then finishes: batch averages
 * are never averaged.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-loss.h"

#define MTL_METRIC_SUMS 8

typedef struct
{
  MtlMethod method;
  gboolean  higher_is_better;
  gboolean  percent;           /* shown × 100 */
  /* Adds a shard to @sums (zero at the start of a split). */
  void   (*add)    (const MtlTargetType *target,
                    gsize                rows,
                    gsize                size,
                    const float         *outputs,
                    const float         *targets,
                    double              *sums);
  /* NaN when nothing valid was seen. */
  double (*finish) (const double        *sums);
} MtlMetric;
