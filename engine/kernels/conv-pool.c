/* conv-pool.c — the entry of one set
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-conv-pool-layout.h"

/* What each function takes, in its order. Every array may lose a cache line to
 * alignment, and there are fewer than 16. */
static gsize
measure_scratch (const MtlConvPool *shape)
{
  Layout l = lay_out (shape);
  gsize taps = shape->in * shape->kernel * shape->kernel;
  gsize filters = shape->out * l.filter;
  gsize cells = l.cells + MTL_LANES;
  gsize forward = taps + shape->in * l.high * l.wide * MTL_LANES + shape->out * taps
                  + 2 * MTL_FILTERS * MTL_TILE;
  gsize grad = l.image + 2 * cells + MTL_PAIR * (filters + shape->out * MTL_LANES + cells);
  gsize backward = filters + cells + l.cells * MTL_PLACES * (2 + shape->out) + MTL_PAIR * l.image;

  return MAX (forward, MAX (grad, backward)) * sizeof (float) + 16 * 64;
}

const MtlConvPoolKernels mtl_conv_pool_set = {
  .scratch = measure_scratch,
  .forward = mtl_conv_pool_forward,
  .grad = mtl_conv_pool_grad,
  .backward = mtl_conv_pool_backward,
};
