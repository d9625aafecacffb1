/* mtl-op-linear.c — a linear map inside an op
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-linear.h"

#include <string.h>

#include "mtl-kernels.h"

#define CHUNK 256   /* rows of x packed at once */

static gboolean
has_weight (const MtlOpLinear *self)
{
  return self->weight != MTL_OP_NO_TENSOR;
}

static gsize
forward_size (const MtlOpLinear *self)
{
  return mtl_gemm_packed_size (mtl_kernels ()->gemm, self->n_in, self->n_out);
}

gsize
mtl_op_linear_prepared (const MtlOpLinear *self)
{
  if (!has_weight (self))
    return 0;

  return forward_size (self)
         + mtl_gemm_packed_size (mtl_kernels ()->gemm, self->n_out, self->n_in);
}

gsize
mtl_op_linear_scratch (void)
{
  return CHUNK * mtl_kernels ()->gemm->panel;
}

/* For z: Wᵀ; behind it, for dx: W. */
void
mtl_op_linear_prepare (const MtlOpLinear *self,
                       const MtlOpPass   *pass)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  float *to = (float *) pass->prepared + self->at;

  if (!has_weight (self))
    return;

  gemm->pack (self->n_in, self->n_out, pass->weights[self->weight], self->n_in, TRUE, 0,
              mtl_gemm_panels (gemm, self->n_out), to);
  if (pass->goes_back)
    gemm->pack (self->n_out, self->n_in, pass->weights[self->weight], self->n_in, FALSE, 0,
                mtl_gemm_panels (gemm, self->n_in), to + forward_size (self));
}

void
mtl_op_linear_forward (const MtlOpLinear *self,
                       const MtlOpPass   *pass,
                       gsize              rows,
                       const float       *x,
                       float             *z)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  const float *bias = self->bias != MTL_OP_NO_TENSOR ? pass->weights[self->bias] : NULL;

  if (has_weight (self))
    {
      gemm->multiply (rows, self->n_out, self->n_in, x, self->n_in,
                      (const float *) pass->prepared + self->at, 0,
                      mtl_gemm_panels (gemm, self->n_out), bias, FALSE, z, self->stride);
      return;
    }

  for (gsize r = 0; r < rows; r++)
    for (gsize o = 0; o < self->n_out; o++)
      z[r * self->stride + o] = bias != NULL ? bias[o] : 0.0f;
}

void
mtl_op_linear_backward (const MtlOpLinear *self,
                        const MtlOpPass   *pass,
                        gsize              rows,
                        const float       *dz,
                        gboolean           fresh,
                        float             *dx)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;

  if (has_weight (self))
    gemm->multiply (rows, self->n_in, self->n_out, dz, self->stride,
                    (const float *) pass->prepared + self->at + forward_size (self), 0,
                    mtl_gemm_panels (gemm, self->n_in), NULL, !fresh, dx, self->n_in);
  else if (fresh)
    memset (dx, 0, rows * self->n_in * sizeof *dx);
}

static void
grad_weight (const MtlOpLinear *self,
             gsize              rows,
             const float       *x,
             const float       *dz,
             float             *dw,
             float             *scratch)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;

  for (gsize column = 0; column < self->n_in; column += gemm->panel)
    for (gsize r = 0; r < rows; r += CHUNK)
      {
        gsize n = MIN (CHUNK, rows - r), width = MIN (gemm->panel, self->n_in - column);

        gemm->pack (n, width, x + r * self->n_in + column, self->n_in, FALSE, 0, 1, scratch);
        gemm->multiply_transposed (self->n_out, width, n, dz + r * self->stride, self->stride,
                                   scratch, 0, 1, TRUE, dw + column, self->n_in);
      }
}

void
mtl_op_linear_grad (const MtlOpLinear *self,
                    const MtlOpPass   *pass,
                    guint              lane,
                    gsize              rows,
                    const float       *x,
                    const float       *dz,
                    float             *scratch)
{
  if (has_weight (self))
    grad_weight (self, rows, x, dz, mtl_op_dw (pass, self->weight, lane), scratch);

  for (gsize o = 0; self->bias != MTL_OP_NO_TENSOR && o < self->n_out; o++)
    {
      double sum = 0.0;

      for (gsize r = 0; r < rows; r++)
        sum += (double) dz[r * self->stride + o];
      mtl_op_dw (pass, self->bias, lane)[o] += (float) sum;
    }
}
