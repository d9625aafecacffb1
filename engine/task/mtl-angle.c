/* mtl-angle.c — the vector that the channels of an item make
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-angle.h"

#include <math.h>

double
mtl_vector_product (const MtlItems *items,
                    const float    *a,
                    const float    *b)
{
  double sum = 0.0;

  for (gsize c = 0; c < items->n_channels; c++)
    sum += (double) a[c * items->channel_stride] * b[c * items->channel_stride];

  return sum;
}

double
mtl_vector_length (const MtlItems *items,
                   const float    *a)
{
  return sqrt (mtl_vector_product (items, a, a));
}

double
mtl_angle (const MtlItems *items,
           const float    *p,
           const float    *t)
{
  double p_length = mtl_vector_length (items, p);
  double t_length = mtl_vector_length (items, t);

  if (!(t_length >= MTL_NO_LENGTH))
    return NAN;
  if (!(p_length >= MTL_NO_LENGTH && p_length < INFINITY))
    return 90.0;

  return acos (CLAMP (mtl_vector_product (items, p, t) / (p_length * t_length), -1.0, 1.0))
         * (180.0 / G_PI);
}

void
mtl_angle_count (const MtlItems *items,
                 gsize           rows,
                 const float    *outputs,
                 const float    *targets,
                 double          limit,
                 double         *sums)
{
  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < items->n_items; i++)
      {
        gsize at = r * items->size + i * items->item_stride;
        double angle = mtl_angle (items, outputs + at, targets + at);

        sums[MTL_METRIC_SUM] += angle < limit;
        sums[MTL_METRIC_COUNT] += !isnan (angle);
      }
}
