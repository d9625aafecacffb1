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

/* (transfer full): “k * 16”, without what is 1. */
static char *
times (const char *index,
       gsize       factor)
{
  return factor > 1 ? g_strdup_printf ("%s * %" G_GSIZE_FORMAT, index, factor) : g_strdup (index);
}

/* (transfer full): the channel of x that filter o reads as its channel k. */
static char *
input_channel (const MtlConv *conv)
{
  gsize depth = mtl_conv_depth (conv), group = mtl_conv_group (conv);
  g_autofree char *first = NULL;

  if (conv->groups == 1)
    return g_strdup ("k");

  first = group > 1 ? g_strdup_printf ("o / %" G_GSIZE_FORMAT, group) : g_strdup ("o");
  return depth > 1 ? g_strdup_printf ("(%s * %" G_GSIZE_FORMAT " + k)", first, depth)
                   : g_strdup_printf ("(%s + k)", first);
}

void
mtl_op_write_conv (MtlCWriter    *to,
                   guint          depth,
                   const MtlConv *conv)
{
  gsize n = mtl_conv_depth (conv), kernel = conv->kernel;
  gboolean padded = conv->padding > 0;
  g_autofree char *row = times ("i", conv->dilation), *column = times ("j", conv->dilation);
  g_autofree char *channel = input_channel (conv);

  mtl_c_writer_line (to, depth, "const float *w = %s + o * %" G_GSIZE_FORMAT ";",
                     mtl_c_writer_tensor (to, WEIGHT), n * kernel * kernel);
  mtl_c_writer_line (to, depth, "float sum = %s[o];\n", mtl_c_writer_tensor (to, BIAS));
  mtl_c_writer_line (to, depth, "for (long k = 0; k < %" G_GSIZE_FORMAT "; k++)", n);
  mtl_c_writer_line (to, depth + 1, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", kernel);
  mtl_c_writer_line (to, depth + 2, "for (long j = 0; j < %" G_GSIZE_FORMAT "; j++, w++)", kernel);
  if (padded)
    mtl_c_writer_line (to, depth + 3, "if (top + %s >= 0 && top + %s < %" G_GSIZE_FORMAT
                       " && left + %s >= 0 && left + %s < %" G_GSIZE_FORMAT ")", row, row,
                       conv->height, column, column, conv->width);
  mtl_c_writer_line (to, depth + (padded ? 4 : 3),
                     "sum += *w * x[(%s * %" G_GSIZE_FORMAT " + top + %s) * %" G_GSIZE_FORMAT
                     " + left + %s];", channel, conv->height, row, conv->width, column);
}
