/* mtl-conv-winograd.c — 3×3 convolutions of stride 1 by tiles
 *
 * Filters are transformed once a pass: for y, and turned, when backward comes, for
 * dx, which is the convolution of dy with the same filters turned by half a circle.
 * The arithmetic is in kernels/, and explained in mtl-winograd.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-conv.h"

#include "mtl-kernels.h"

#define LEAST_CHANNELS 32     /* below it transforms take longer than they save */
#define PIECE          8192   /* filters of one channel that are worth a worker's while */
#define MOST_PIECES    16
#define TILE           128    /* filters: each tile transforms all inputs anew */

gboolean
mtl_conv_winograd_serves (const MtlConv *self)
{
  return self->kernel == 3 && self->stride == 1 && self->dilation == 1 && self->groups == 1
         && self->padding <= 2;
}

gboolean
mtl_conv_winograd_pays (const MtlConv *self)
{
  return mtl_conv_winograd_serves (self) && self->channels >= LEAST_CHANNELS
         && self->filters >= LEAST_CHANNELS;
}

static MtlWinograd
forth (const MtlConv *conv)
{
  return (MtlWinograd) { conv->channels, conv->height, conv->width, conv->filters,
                         conv->out_height, conv->out_width, conv->padding, conv->tile };
}

static MtlWinograd
back (const MtlConv *conv)
{
  return (MtlWinograd) { conv->filters, conv->out_height, conv->out_width, conv->channels,
                         conv->height, conv->width, 2 - conv->padding, conv->tile };
}

gsize
mtl_conv_winograd_scratch (const MtlConv *self)
{
  const MtlWinogradKernels *kernels = mtl_kernels ()->winograd;
  const MtlWinograd there = forth (self), here = back (self);
  gsize passes = MAX (kernels->scratch (&there), kernels->scratch (&here));

  return MAX (passes, kernels->grad_scratch (&there)) * sizeof (float);
}

gsize
mtl_conv_winograd_prepared (const MtlConv *self)
{
  const MtlWinograd there = forth (self);

  return mtl_kernels ()->winograd->prepared (&there) * sizeof (float);
}

gsize
mtl_conv_winograd_prepared_back (const MtlConv *self)
{
  const MtlWinograd here = back (self);

  return mtl_kernels ()->winograd->prepared (&here) * sizeof (float);
}

guint
mtl_conv_winograd_pieces (const MtlConv *self)
{
  gsize n = self->channels * self->filters / PIECE;
  gsize panels = mtl_gemm_panels (mtl_kernels ()->gemm, MIN (self->channels, self->filters));

  return (guint) CLAMP (n, 1, MIN (panels, MOST_PIECES));
}

guint
mtl_conv_winograd_tiles (const MtlConv *self)
{
  return (guint) CLAMP (self->filters / TILE, 1, MOST_PIECES);
}

void
mtl_conv_winograd_prepare (const MtlConv   *self,
                           const MtlOpPass *pass)
{
  const MtlWinograd shape = pass->goes_back ? back (self) : forth (self);
  gsize panels = mtl_gemm_panels (mtl_kernels ()->gemm, shape.out);
  guint n_pieces = mtl_conv_winograd_pieces (self);

  mtl_kernels ()->winograd->prepare (&shape, pass->weights[MTL_CONV_WEIGHT], pass->goes_back,
                                     panels * pass->piece / n_pieces,
                                     panels * (pass->piece + 1) / n_pieces, pass->prepared);
}

void
mtl_conv_winograd_forward (const MtlConv   *self,
                           const MtlOpPass *pass)
{
  const MtlWinograd there = forth (self);
  const MtlWinogradRun run = {
    .n_samples = pass->rows, .x = pass->x[0], .weights = pass->prepared,
    .bias = pass->weights[MTL_CONV_BIAS], .y = pass->y[0], .scratch = pass->scratch,
  };

  mtl_kernels ()->winograd->run (&there, &run);
}

void
mtl_conv_winograd_backward (const MtlConv   *self,
                            const MtlOpPass *pass)
{
  const MtlWinograd here = back (self);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const MtlWinogradRun run = {
        .n_samples = pass->rows, .x = mtl_op_dy (pass, 0, lane),
        .weights = pass->prepared, .add = !mtl_op_dx_fresh (pass, 0, lane),
        .y = mtl_op_dx (pass, 0, lane), .scratch = pass->scratch,
      };

      if (run.y != NULL)
        mtl_kernels ()->winograd->run (&here, &run);
    }
}

void
mtl_conv_winograd_grad (const MtlConv   *self,
                        const MtlOpPass *pass,
                        guint            n_tiles)
{
  const MtlWinograd there = forth (self);
  gsize panels = mtl_gemm_panels (mtl_kernels ()->gemm, self->filters);
  guint n = MAX (n_tiles, 1);
  const MtlWinogradGrad grad = {
    .n_samples = pass->rows, .x = pass->x[0], .n_lanes = pass->n_lanes, .dy = pass->dy,
    .dw = pass->dw, .over = n_tiles > 0, .first = panels * pass->piece / n,
    .end = panels * (pass->piece + 1) / n, .scratch = pass->scratch,
  };

  mtl_kernels ()->winograd->grad (&there, &grad);
}
