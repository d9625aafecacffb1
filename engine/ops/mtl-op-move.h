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

/* dx of input @port is dy, value for value, in all lanes. */
static inline void
mtl_op_move_dy (const MtlOpPass *pass,
                guint            port)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[port]);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, port, lane) != NULL)
      mtl_op_move (mtl_op_dx (pass, port, lane), mtl_op_dy (pass, 0, lane), n,
                   mtl_op_dx_fresh (pass, port, lane));
}

/* dx of input @port to add to, all zeros where it was fresh; or NULL. */
static inline float *
mtl_op_clear_dx (const MtlOpPass *pass,
                 guint            port,
                 guint            lane)
{
  float *dx = mtl_op_dx (pass, port, lane);

  if (dx != NULL && mtl_op_dx_fresh (pass, port, lane))
    memset (dx, 0, pass->rows * mtl_shape_size (&pass->shape->in[port]) * sizeof *dx);

  return dx;
}

/* Input @port gets no gradient: it holds whole numbers. */
static inline void
mtl_op_move_none (const MtlOpPass *pass,
                  guint            port)
{
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    mtl_op_clear_dx (pass, port, lane);
}
