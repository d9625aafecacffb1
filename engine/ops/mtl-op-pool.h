/* mtl-op-pool.h — the windows of pooling, and the averages over them
 *
 * Along one direction output o looks at the inputs of a span: those of a
 * window, without what lies in the padding,
 *
 *   o·stride − padding … o·stride − padding + kernel − 1,
 *
 * or, where the outputs divide the input evenly (kernel 0), those of a bin,
 *
 *   ⌊o·size/n⌋ … ⌈(o + 1)·size/n⌉ − 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-c-writer.h"

#define MTL_POOL_MAX_SIZE 256   /* of a window, so that a place in it fits a guint16 */

typedef struct
{
  gsize size, n;   /* inputs and outputs */
  gsize kernel, stride, padding;
} MtlPoolAxis;

typedef struct
{
  gsize first, end;
} MtlPoolSpan;

static inline MtlPoolSpan
mtl_pool_span (const MtlPoolAxis *axis,
               gsize              o)
{
  gsize begin = o * axis->stride;

  if (axis->kernel == 0)
    return (MtlPoolSpan) { o * axis->size / axis->n,
                           ((o + 1) * axis->size + axis->n - 1) / axis->n };

  return (MtlPoolSpan) { begin > axis->padding ? begin - axis->padding : 0,
                         MIN (begin + axis->kernel - axis->padding, axis->size) };
}

/* Both directions of windows of @size×@size; @stride 0 is the size. */
void     mtl_op_pool_axes         (const MtlOpShape  *shape,
                                   gsize              size,
                                   gsize              stride,
                                   gsize              padding,
                                   MtlPoolAxis       *down,
                                   MtlPoolAxis       *along);
/* Refuses a padding of more than half a window, as PyTorch does: a window could
 * lie in it as a whole. Sets the output. */
gboolean mtl_op_infer_pool        (MtlOpShape        *shape,
                                   gsize              size,
                                   gsize              stride,
                                   gsize              padding,
                                   GError           **error);

/* Sums of spans divided by @divisor, or by the values of each span where it is 0. */
gsize    mtl_op_average_scratch   (const MtlPoolAxis *along);
void     mtl_op_average_forward   (const MtlOpPass   *pass,
                                   const MtlPoolAxis *down,
                                   const MtlPoolAxis *along,
                                   gsize              divisor);
void     mtl_op_average_backward  (const MtlOpPass   *pass,
                                   const MtlPoolAxis *down,
                                   const MtlPoolAxis *along,
                                   gsize              divisor);

/* Opens a loop over windows at depth 3: of channel k from row `top` to before
 * `bottom` and from column `left` to before `right`. */
void     mtl_op_write_windows     (MtlCWriter        *to,
                                   gsize              channels,
                                   const MtlPoolAxis *down,
                                   const MtlPoolAxis *along);
/* The whole function. */
void     mtl_op_write_average     (MtlCWriter        *to,
                                   gsize              channels,
                                   const MtlPoolAxis *down,
                                   const MtlPoolAxis *along,
                                   gsize              divisor);
