/* mtl-op-conv.h — the sum of a convolution in C, for the ops that hold one
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-c-writer.h"
#include "mtl-conv.h"

/* (transfer full): where a kernel begins along one direction: “r * 2 - 1”. */
char *mtl_op_conv_corner (const char     *index,
                          gsize           stride,
                          gsize           padding);
/* Declares `sum`, the output of filter o whose kernel lies with its corner at
 * (top, left) of the input x, and computes it. Tensor 0 is the weight, 1 the
 * bias. With padding the kernel may reach beyond the input. */
void  mtl_op_write_conv  (MtlCWriter     *to,
                          guint           depth,
                          const MtlConv  *conv);
