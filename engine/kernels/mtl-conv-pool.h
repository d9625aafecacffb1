/* mtl-conv-pool.h — convolution, rectifier and 2×2 maximum in one pass
 *
 *   y[c][q] = max (0, max over the four p in cell q of
 *                     b[c] + Σ_{i,u,v} w[c][i][u][v] · x[i][p + (u, v)])
 *
 * A set of kernels does the work, see mtl-kernels.h; its results depend on
 * nothing but its input.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-op.h"

typedef struct
{
  gsize in;             /* channels */
  gsize height, width;  /* of the input, without its padding */
  gsize out;            /* channels */
  gsize kernel;         /* square */
  gsize padding;        /* zeros at each side */
  gsize rows, columns;  /* of the output: cells of 2×2; an odd last row or column is dropped */
} MtlConvPool;

/* The functions serve the fields of the same name of an MtlOp whose tensors are
 * weight and bias; `kept` is MTL_CONV_POOL_KEPT bytes for each output. */
typedef struct
{
  gsize     (*scratch)  (const MtlConvPool *shape);
  void      (*forward)  (const MtlConvPool *shape,
                         const MtlOpPass   *pass);
  void      (*grad)     (const MtlConvPool *shape,
                         const MtlOpPass   *pass);
  void      (*backward) (const MtlConvPool *shape,
                         const MtlOpPass   *pass);
} MtlConvPoolKernels;

#define MTL_CONV_POOL_KEPT 1
