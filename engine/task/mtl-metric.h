/* mtl-metric.h — the descriptor of a figure reported of a task
 *
 * Accumulates over a whole split in doubles, then finishes: batch averages
 * are never averaged.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-loss.h"

#define MTL_METRIC_SUMS 8  /* where a metric does not say */

typedef struct
{
  MtlMethod method;
  gboolean  higher_is_better;
  gboolean  percent;           /* shown × 100 */
  /* Whether it says something of such a target; NULL: of each that its loss fits. */
  gboolean (*fits)   (const MtlTargetType *target,
                      const MtlItems      *items);
  /* How many doubles it sums; NULL: MTL_METRIC_SUMS. */
  gsize    (*n_sums) (const MtlTargetType *target,
                      const MtlItems      *items);
  /* Adds rows to @sums (zero at the start of a split). */
  void     (*add)    (const MtlTargetType *target,
                      const MtlItems      *items,
                      gsize                rows,
                      const float         *outputs,
                      const float         *targets,
                      double              *sums);
  /* NaN when nothing valid was seen. */
  double   (*finish) (const double        *sums,
                      gsize                n_sums);
} MtlMetric;

/* The sums of a mean over what is there. */
enum { MTL_METRIC_SUM, MTL_METRIC_COUNT };

/* For add: squares of all misses. */
void   mtl_metric_add_squares (const MtlTargetType *target,
                               const MtlItems      *items,
                               gsize                rows,
                               const float         *outputs,
                               const float         *targets,
                               double              *sums);
/* For finish: the mean. */
double mtl_metric_mean        (const double        *sums,
                               gsize                n_sums);
