/* mtl-op-slope.c — backward of functions that act on each value by itself
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-slope.h"

#define BLOCK 512  /* values whose slopes are at hand at a time */

static void
pass_on (const float *slope,
         const float *dy,
         gsize        n,
         gboolean     fresh,
         float       *dx)
{
  if (fresh)
    for (gsize i = 0; i < n; i++)
      dx[i] = slope[i] * dy[i];
  else
    for (gsize i = 0; i < n; i++)
      dx[i] += slope[i] * dy[i];
}

void
mtl_op_slope_backward (const MtlOpPass *pass,
                       MtlOpSlope       find)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);
  float slope[BLOCK];

  for (gsize first = 0; first < n; first += BLOCK)
    {
      gsize many = MIN (BLOCK, n - first);

      find (pass, first, many, slope);
      for (guint lane = 0; lane < pass->n_lanes; lane++)
        if (mtl_op_dx (pass, 0, lane) != NULL)
          pass_on (slope, mtl_op_dy (pass, 0, lane) + first, many,
                   mtl_op_dx_fresh (pass, 0, lane), mtl_op_dx (pass, 0, lane) + first);
    }
}
