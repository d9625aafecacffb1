/* mtl-op-paint.h — patches of a transposed convolution
 *
 * A pixel of the input paints kernel × kernel outputs. For tap t = a·kernel + b of
 * one output, all pixels stand in a row of the matrix P; pixel (i, j) belongs to
 *
 *   output (stride·i + a − padding, stride·j + b − padding),
 *
 * unless that is cut off.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-c-writer.h"

typedef struct
{
  gsize channels, height, width;          /* of the input */
  gsize area;                             /* its pixels */
  gsize filters, kernel, stride, padding; /* filters: outputs */
  gsize taps;                             /* kernel² */
  gsize out_height, out_width;
} MtlPaint;

/* Adds a row of P, which holds rows @top … @top + @n − 1 of the input, to a plane of y. */
void mtl_paint_fold     (const MtlPaint *g,
                         const float    *p,
                         gsize           tap,
                         gsize           top,
                         gsize           n,
                         float          *y);
/* The reverse: a row of dP from a plane of dy, with zeros where all is cut off. */
void mtl_paint_unfold   (const MtlPaint *g,
                         const float    *dy,
                         gsize           tap,
                         gsize           top,
                         gsize           n,
                         float          *p);
/* In C: what pixel (r, c) of channel k of x adds to `plane`, that of output o. */
void mtl_op_write_paint (MtlCWriter     *to,
                         guint           depth,
                         const MtlPaint *g,
                         const char     *weight);
