/* mtl-op-linear.c — a linear map inside an op
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-linear.h"

#include <string.h>

#include "mtl-op-affine.h"

static gboolean
has_weight (const MtlOpLinear *self)
{
  return self->weight != MTL_OP_NO_TENSOR;
}

static MtlOpAffine
get_affine (const MtlOpLinear *self)
{
  return (MtlOpAffine) { self->n_in, self->n_out };
}

gsize
mtl_op_linear_prepared (const MtlOpLinear *self)
{
  return has_weight (self) ? mtl_op_affine_packed (get_affine (self)) : 0;
}

gsize
mtl_op_linear_scratch (void)
{
  return mtl_op_affine_scratch ();
}

void
mtl_op_linear_prepare (const MtlOpLinear *self,
                       const MtlOpPass   *pass)
{
  if (has_weight (self))
    mtl_op_affine_pack (get_affine (self), pass->weights[self->weight], pass->goes_back,
                        (float *) pass->prepared + self->at);
}

void
mtl_op_linear_forward (const MtlOpLinear *self,
                       const MtlOpPass   *pass,
                       gsize              rows,
                       const float       *x,
                       float             *z)
{
  const float *bias = self->bias != MTL_OP_NO_TENSOR ? pass->weights[self->bias] : NULL;

  if (has_weight (self))
    {
      mtl_op_affine_forward (get_affine (self), rows, x, self->n_in,
                             (const float *) pass->prepared + self->at, bias, z, self->stride);
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
  if (has_weight (self))
    mtl_op_affine_backward (get_affine (self), rows, dz, self->stride,
                            (const float *) pass->prepared + self->at, !fresh, dx, self->n_in);
  else if (fresh)
    memset (dx, 0, rows * self->n_in * sizeof *dx);
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
    mtl_op_affine_grad (get_affine (self), rows, x, self->n_in, dz, self->stride,
                        mtl_op_dw (pass, self->weight, lane), scratch);
  if (self->bias != MTL_OP_NO_TENSOR)
    mtl_op_affine_grad_bias (self->n_out, rows, dz, self->stride,
                             mtl_op_dw (pass, self->bias, lane));
}
