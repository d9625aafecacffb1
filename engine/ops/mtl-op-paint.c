/* mtl-op-paint.c — patches of a transposed convolution
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-paint.h"

/* Inputs first … end − 1 whose tap @at lands within n_out outputs. */
typedef struct
{
  gsize first, end;
} Span;

static Span
find_span (const MtlPaint *g,
           gsize           at,
           gsize           size,
           gsize           n_out)
{
  Span span;

  span.first = g->padding > at ? (g->padding - at + g->stride - 1) / g->stride : 0;
  span.end = n_out + g->padding > at ? (n_out + g->padding - at + g->stride - 1) / g->stride : 0;
  span.end = MIN (span.end, size);
  span.first = MIN (span.first, span.end);

  return span;
}

void
mtl_paint_fold (const MtlPaint *g,
                const float    *p,
                gsize           tap,
                gsize           top,
                gsize           n,
                float          *y)
{
  gsize i = tap / g->kernel, j = tap % g->kernel;
  const Span down = find_span (g, i, g->height, g->out_height);
  const Span along = find_span (g, j, g->width, g->out_width);
  gsize end = MIN (down.end, top + n);

  for (gsize row = MAX (down.first, top); row < end; row++)
    {
      const float *from = p + (row - top) * g->width;
      gsize at = (row * g->stride + i - g->padding) * g->out_width + j - g->padding;

      if (g->stride == 1)
        for (gsize c = along.first; c < along.end; c++)
          y[at + c] += from[c];
      else if (g->stride == 2)
        for (gsize c = along.first; c < along.end; c++)
          y[at + 2 * c] += from[c];
      else
        for (gsize c = along.first; c < along.end; c++)
          y[at + c * g->stride] += from[c];
    }
}

void
mtl_paint_unfold (const MtlPaint *g,
                  const float    *dy,
                  gsize           tap,
                  gsize           top,
                  gsize           n,
                  float          *p)
{
  gsize i = tap / g->kernel, j = tap % g->kernel;
  const Span down = find_span (g, i, g->height, g->out_height);
  const Span along = find_span (g, j, g->width, g->out_width);

  for (gsize row = top; row < top + n; row++, p += g->width)
    {
      const Span there = row >= down.first && row < down.end ? along : (Span) { 0, 0 };
      gsize at = (row * g->stride + i - g->padding) * g->out_width + j - g->padding;

      for (gsize c = 0; c < there.first; c++)
        p[c] = 0.0f;
      if (g->stride == 1)
        for (gsize c = there.first; c < there.end; c++)
          p[c] = dy[at + c];
      else if (g->stride == 2)
        for (gsize c = there.first; c < there.end; c++)
          p[c] = dy[at + 2 * c];
      else
        for (gsize c = there.first; c < there.end; c++)
          p[c] = dy[at + c * g->stride];
      for (gsize c = there.end; c < g->width; c++)
        p[c] = 0.0f;
    }
}

/* @name + @tap − padding, as an offset: “r * 2 + i - 1”. (transfer full) */
static char *
write_offset (const MtlPaint *g,
              const char     *name,
              const char     *tap)
{
  GString *text = g_string_new (name);

  if (g->stride > 1)
    g_string_append_printf (text, " * %" G_GSIZE_FORMAT, g->stride);
  g_string_append_printf (text, " + %s", tap);
  if (g->padding > 0)
    g_string_append_printf (text, " - %" G_GSIZE_FORMAT, g->padding);

  return g_string_free (text, FALSE);
}

void
mtl_op_write_paint (MtlCWriter     *to,
                    guint           depth,
                    const MtlPaint *g,
                    const char     *weight)
{
  g_autofree char *down = write_offset (g, "r", "i");
  g_autofree char *along = write_offset (g, "c", "j");

  mtl_c_writer_line (to, depth, "{");
  mtl_c_writer_line (to, depth + 1, "const float value = x[(k * %" G_GSIZE_FORMAT " + r) * %"
                     G_GSIZE_FORMAT " + c];", g->height, g->width);
  mtl_c_writer_line (to, depth + 1, "const float *w = %s + (o * %" G_GSIZE_FORMAT " + k) * %"
                     G_GSIZE_FORMAT ";\n", weight, g->channels, g->taps);
  mtl_c_writer_line (to, depth + 1, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", g->kernel);
  mtl_c_writer_line (to, depth + 2, "for (long j = 0; j < %" G_GSIZE_FORMAT "; j++)", g->kernel);
  mtl_c_writer_line (to, depth + 3, "{");
  mtl_c_writer_line (to, depth + 4, "const long row = %s, column = %s;\n", down, along);
  mtl_c_writer_line (to, depth + 4, "if (row >= 0 && row < %" G_GSIZE_FORMAT " && column >= 0 "
                     "&& column < %" G_GSIZE_FORMAT ")", g->out_height, g->out_width);
  mtl_c_writer_line (to, depth + 5, "plane[row * %" G_GSIZE_FORMAT " + column] += w[i * %"
                     G_GSIZE_FORMAT " + j] * value;", g->out_width, g->kernel);
  mtl_c_writer_line (to, depth + 3, "}");
  mtl_c_writer_line (to, depth, "}");
}
