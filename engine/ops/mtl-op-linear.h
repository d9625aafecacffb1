/* mtl-op-linear.h — a linear map inside an op
 *
 *   z = x·Wᵀ + 1·bᵀ       W: n_out×n_in, b: n_out, x: rows×n_in, z: rows×stride
 *   dx = dz·W    dW = dzᵀ·x    db = dzᵀ·1
 *
 * Either of W and b may be missing. W is packed once a pass; gradients are made
 * by shard, so that a map is meant to have few outputs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-op.h"

#define MTL_OP_NO_TENSOR MTL_OP_MAX_TENSORS

typedef struct
{
  guint weight, bias;   /* which of the op's tensors, or MTL_OP_NO_TENSOR */
  gsize n_in, n_out;
  gsize stride;         /* floats from one row of z to the next */
  gsize at;             /* floats before its own in what is prepared */
} MtlOpLinear;

/* Floats that it takes of what is prepared, and of the scratch of grad(). */
gsize mtl_op_linear_prepared (const MtlOpLinear *self);
gsize mtl_op_linear_scratch  (void);

void  mtl_op_linear_prepare  (const MtlOpLinear *self,
                              const MtlOpPass   *pass);
void  mtl_op_linear_forward  (const MtlOpLinear *self,
                              const MtlOpPass   *pass,
                              gsize              rows,
                              const float       *x,
                              float             *z);
/* dx: overwritten where @fresh, else added to. */
void  mtl_op_linear_backward (const MtlOpLinear *self,
                              const MtlOpPass   *pass,
                              gsize              rows,
                              const float       *dz,
                              gboolean           fresh,
                              float             *dx);
/* Adds to dW and db of @lane. @scratch: mtl_op_linear_scratch() floats. */
void  mtl_op_linear_grad     (const MtlOpLinear *self,
                              const MtlOpPass   *pass,
                              guint              lane,
                              gsize              rows,
                              const float       *x,
                              const float       *dz,
                              float             *scratch);
