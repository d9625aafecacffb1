/* mtl-op-affine.c — y = x·Wᵀ + b inside an op that does more than that
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-affine.h"

#include "mtl-kernels.h"

#define CHUNK 256  /* rows of x packed at once */

gsize
mtl_op_affine_packed (MtlOpAffine self)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;

  return mtl_gemm_packed_size (gemm, self.n_in, self.n_out)
         + mtl_gemm_packed_size (gemm, self.n_out, self.n_in);
}

void
mtl_op_affine_pack (MtlOpAffine  self,
                    const float *w,
                    gboolean     goes_back,
                    float       *to)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;

  gemm->pack (self.n_in, self.n_out, w, self.n_in, TRUE, 0, mtl_gemm_panels (gemm, self.n_out), to);
  if (goes_back)
    gemm->pack (self.n_out, self.n_in, w, self.n_in, FALSE, 0, mtl_gemm_panels (gemm, self.n_in),
                to + mtl_gemm_packed_size (gemm, self.n_in, self.n_out));
}

void
mtl_op_affine_forward (MtlOpAffine  self,
                       gsize        rows,
                       const float *x,
                       gsize        ldx,
                       const float *packed,
                       const float *bias,
                       float       *y,
                       gsize        ldy)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;

  gemm->multiply (rows, self.n_out, self.n_in, x, ldx, packed, 0,
                  mtl_gemm_panels (gemm, self.n_out), bias, FALSE, y, ldy);
}

void
mtl_op_affine_backward (MtlOpAffine  self,
                        gsize        rows,
                        const float *dy,
                        gsize        ldy,
                        const float *packed,
                        gboolean     add,
                        float       *dx,
                        gsize        ldx)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;

  gemm->multiply (rows, self.n_in, self.n_out, dy, ldy,
                  packed + mtl_gemm_packed_size (gemm, self.n_in, self.n_out), 0,
                  mtl_gemm_panels (gemm, self.n_in), NULL, add, dx, ldx);
}

gsize
mtl_op_affine_scratch (void)
{
  return CHUNK * mtl_kernels ()->gemm->panel;
}

/* A panel of columns of x after the other, over the rows in chunks. */
void
mtl_op_affine_grad (MtlOpAffine  self,
                    gsize        rows,
                    const float *x,
                    gsize        ldx,
                    const float *dy,
                    gsize        ldy,
                    float       *dw,
                    float       *scratch)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;

  for (gsize column = 0; column < self.n_in; column += gemm->panel)
    for (gsize r = 0; r < rows; r += CHUNK)
      {
        gsize n = MIN (CHUNK, rows - r), width = MIN (gemm->panel, self.n_in - column);

        gemm->pack (n, width, x + r * ldx + column, ldx, FALSE, 0, 1, scratch);
        gemm->multiply_transposed (self.n_out, width, n, dy + r * ldy, ldy, scratch, 0, 1, TRUE,
                                   dw + column, self.n_in);
      }
}

void
mtl_op_affine_grad_bias (gsize        n_out,
                         gsize        rows,
                         const float *dy,
                         gsize        ldy,
                         float       *db)
{
  mtl_kernels ()->gemm->add_columns (rows, n_out, dy, ldy, db);
}
