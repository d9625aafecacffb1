/* mtl-op-conv.c — the sum of a convolution in C, for the ops that hold one
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-conv.h"

enum { WEIGHT, BIAS };

char *
mtl_op_conv_corner (const char *index,
                    gsize       stride,
                    gsize       padding)
{
  GString *text = g_string_new (index);

  if (stride > 1)
    g_string_append_printf (text, " * %" G_GSIZE_FORMAT, stride);
  if (padding > 0)
    g_string_append_printf (text, " - %" G_GSIZE_FORMAT, padding);

  return g_string_free (text, FALSE);
}

void
mtl_op_write_conv (MtlCWriter     *to,
                   guint           depth,
                   const MtlShape *in,
                   gsize           kernel,
                   gboolean        padded)
{
  gsize channels = in->size[0], height = in->size[1], width = in->size[2];

  mtl_c_writer_line (to, depth, "const float *w = %s + o * %" G_GSIZE_FORMAT ";",
                     mtl_c_writer_tensor (to, WEIGHT), channels * kernel * kernel);
  mtl_c_writer_line (to, depth, "float sum = %s[o];\n", mtl_c_writer_tensor (to, BIAS));
  mtl_c_writer_line (to, depth, "for (long k = 0; k < %" G_GSIZE_FORMAT "; k++)", channels);
  mtl_c_writer_line (to, depth + 1, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", kernel);
  mtl_c_writer_line (to, depth + 2, "for (long j = 0; j < %" G_GSIZE_FORMAT "; j++, w++)", kernel);
  if (padded)
    mtl_c_writer_line (to, depth + 3, "if (top + i >= 0 && top + i < %" G_GSIZE_FORMAT
                       " && left + j >= 0 && left + j < %" G_GSIZE_FORMAT ")", height, width);
  mtl_c_writer_line (to, depth + (padded ? 4 : 3),
                     "sum += *w * x[(k * %" G_GSIZE_FORMAT " + top + i) * %" G_GSIZE_FORMAT
                     " + left + j];", height, width);
}
