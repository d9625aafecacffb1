/* mtl-op-move.h — gradients that are passed on as they are
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>
#include <string.h>

/* dx ← g where @fresh, else dx ← dx + g; n values. */
static inline void
mtl_op_move (float       *dx,
             const float *g,
             gsize        n,
             gboolean     fresh)
{
  if (fresh)
    memcpy (dx, g, n * sizeof *g);
  else
    for (gsize i = 0; i < n; i++)
      dx[i] += g[i];
}
