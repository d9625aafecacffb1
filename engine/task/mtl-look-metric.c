/* mtl-look-metric.c — how a metric is shown
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-look.h"
#include "mtl-metric.h"

gboolean
mtl_look_is_percent (const MtlMethod *metric)
{
  return ((const MtlMetric *) metric)->percent;
}

gboolean
mtl_look_higher_is_better (const MtlMethod *metric)
{
  return ((const MtlMetric *) metric)->higher_is_better;
}
