/* mtl-op-norm.c — mean and variance of values in exported C
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-norm.h"

void
mtl_op_write_moments (MtlCWriter *to,
                      gsize       n,
                      double      epsilon)
{
  mtl_c_writer_line (to, 2, "float mean = 0.0f, square = 0.0f, inverse;\n");
  mtl_c_writer_line (to, 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", n);
  mtl_c_writer_line (to, 3, "mean += x[i];");
  mtl_c_writer_line (to, 2, "mean /= %" G_GSIZE_FORMAT ".0f;", n);
  mtl_c_writer_line (to, 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", n);
  mtl_c_writer_line (to, 3, "square += (x[i] - mean) * (x[i] - mean);");
  mtl_c_writer_line (to, 2, "inverse = 1.0f / sqrtf (square / %" G_GSIZE_FORMAT ".0f + %#.9gf);",
                     n, epsilon);
}
