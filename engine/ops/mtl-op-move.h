/* mtl-op-move.h — gradients that are passed on as they are
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <string.h>

#include "mtl-op.h"

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

/* Input @port gets no gradient: it holds whole numbers. */
static inline void
mtl_op_move_none (const MtlOpPass *pass,
                  guint            port)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[port]);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, port, lane) != NULL && mtl_op_dx_fresh (pass, port, lane))
      memset (mtl_op_dx (pass, port, lane), 0, n * sizeof (float));
}
