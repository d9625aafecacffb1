/* mtl-conv.h — the numbers of a convolution, and its passes as products of matrices
 *
 *   y[o] = b[o] + Σ_c Σ_ij W[o,c,i,j] · x[c, s·Y + d·i − p, s·X + d·j − p]
 *
 * with stride s, dilation d and zeros for p pixels around x. With g groups the
 * channels are divided in order: filter o reads those of group ⌊o·g/filters⌋.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-op.h"

typedef struct
{
  gsize channels, height, width;   /* of the input */
  gsize filters, out_height, out_width;
  gsize kernel, stride, padding, dilation;
  gsize groups;                    /* divides channels and filters */
  gsize tile;                      /* of Winograd's form, 2 or 4; 0: the sums by definition */
} MtlConv;

enum { MTL_CONV_WEIGHT, MTL_CONV_BIAS };

/* Channels that one filter reads, filters of one group, values under one output. */
static inline gsize
mtl_conv_depth (const MtlConv *self)
{
  return self->channels / self->groups;
}

static inline gsize
mtl_conv_group (const MtlConv *self)
{
  return self->filters / self->groups;
}

static inline gsize
mtl_conv_patch (const MtlConv *self)
{
  return mtl_conv_depth (self) * self->kernel * self->kernel;
}

/* In how many tiles dW is best made; bytes that the passes work in. */
guint mtl_conv_patches_tiles    (const MtlConv   *self);
gsize mtl_conv_patches_scratch  (const MtlConv   *self);
void  mtl_conv_patches_forward  (const MtlConv   *self,
                                 const MtlOpPass *pass);
void  mtl_conv_patches_backward (const MtlConv   *self,
                                 const MtlOpPass *pass);
/* dW of the input's channels @first … @end − 1, counted through all groups.
 * @over: what is there is written over, not added to. */
void  mtl_conv_patches_grad     (const MtlConv   *self,
                                 const MtlOpPass *pass,
                                 gsize            first,
                                 gsize            end,
                                 gboolean         over);

/* The same by tiles of outputs, for 3×3 filters of stride 1. */
gboolean mtl_conv_winograd_serves   (const MtlConv   *self);
/* Whether it is worth while: with many channels. */
gboolean mtl_conv_winograd_pays     (const MtlConv   *self);
gsize    mtl_conv_winograd_scratch  (const MtlConv   *self);
gsize    mtl_conv_winograd_prepared (const MtlConv   *self);
gsize    mtl_conv_winograd_prepared_back (const MtlConv *self);
guint    mtl_conv_winograd_pieces   (const MtlConv   *self);
guint    mtl_conv_winograd_tiles    (const MtlConv   *self);
void     mtl_conv_winograd_prepare  (const MtlConv   *self,
                                     const MtlOpPass *pass);
void     mtl_conv_winograd_forward  (const MtlConv   *self,
                                     const MtlOpPass *pass);
void     mtl_conv_winograd_backward (const MtlConv   *self,
                                     const MtlOpPass *pass);
/* dW of the filters that belong to the pass's tile. @n_tiles: 0: all, by shard. */
void     mtl_conv_winograd_grad     (const MtlConv   *self,
                                     const MtlOpPass *pass,
                                     guint            n_tiles);
