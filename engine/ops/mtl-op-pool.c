/* mtl-op-pool.c — the windows of pooling, and the averages over them
 *
 * A span of rows is first added up to one row, whole vectors at a time, and the
 * spans of columns are added up in that. Backward spreads dy along one row, and
 * adds this row to all rows of the span. Along the row it takes the first inputs
 * of all spans, then the second: where spans overlap, each sum would wait for the
 * one before.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-pool.h"

#include <string.h>

#include "mtl-op-infer.h"
#include "mtl-op-move.h"

void
mtl_op_pool_axes (const MtlOpShape *shape,
                  gsize             size,
                  gsize             stride,
                  gsize             padding,
                  MtlPoolAxis      *down,
                  MtlPoolAxis      *along)
{
  MtlPoolAxis axis = { .kernel = size, .stride = stride > 0 ? stride : size, .padding = padding };

  *down = *along = axis;
  down->size = shape->in[0].size[1];
  along->size = shape->in[0].size[2];
  down->n = (down->size + 2 * padding - size) / axis.stride + 1;
  along->n = (along->size + 2 * padding - size) / axis.stride + 1;
}

static gboolean
check_window (const MtlOpShape  *shape,
              gsize              size,
              gsize              padding,
              GError           **error)
{
  gsize largest = MIN (shape->in[0].size[1], shape->in[0].size[2]) + 2 * padding;
  g_autofree char *words = NULL, *padded = NULL;

  if (padding > size / 2)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "has a padding of %" G_GSIZE_FORMAT " for a window of %" G_GSIZE_FORMAT
                   "×%" G_GSIZE_FORMAT ": it may be at most half the window, %" G_GSIZE_FORMAT,
                   padding, size, size, size / 2);
      return FALSE;
    }
  if (size <= largest)
    return TRUE;

  words = mtl_op_shape_words (&shape->in[0]);
  padded = padding > 0 ? g_strdup_printf ("with a padding of %" G_GSIZE_FORMAT " ", padding)
                       : g_strdup ("");
  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
               "has a window of %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT ", but gets %s: "
               "%sthe window may be at most %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT,
               size, size, words, padded, largest, largest);
  return FALSE;
}

gboolean
mtl_op_infer_pool (MtlOpShape  *shape,
                   gsize        size,
                   gsize        stride,
                   gsize        padding,
                   GError     **error)
{
  MtlPoolAxis down, along;
  MtlShape out = { .rank = 3 };

  if (!mtl_op_infer_image (shape, error) || !check_window (shape, size, padding, error))
    return FALSE;

  mtl_op_pool_axes (shape, size, stride, padding, &down, &along);
  out.size[0] = shape->in[0].size[0];
  out.size[1] = down.n;
  out.size[2] = along.n;

  return mtl_op_infer_output (shape, &out, error);
}

/* --- averages --- */

/* Scratch: the spans of the columns, then one row of inputs and one of outputs. */
gsize
mtl_op_average_scratch (const MtlPoolAxis *along)
{
  return along->n * sizeof (MtlPoolSpan) + (along->size + along->n) * sizeof (float);
}

static MtlPoolSpan *
list_spans (const MtlOpPass   *pass,
            const MtlPoolAxis *along)
{
  MtlPoolSpan *spans = pass->scratch;

  for (gsize o = 0; o < along->n; o++)
    spans[o] = mtl_pool_span (along, o);

  return spans;
}

static inline float
find_divisor (MtlPoolSpan down,
              MtlPoolSpan along,
              gsize       divisor)
{
  return (float) (divisor > 0 ? divisor
                  : (down.end - down.first) * (along.end - along.first));
}

/* @row ← the sum of the rows of @span; @x: one plane. */
static void
add_rows (const float *x,
          gsize        width,
          MtlPoolSpan  span,
          float       *row)
{
  memcpy (row, x + span.first * width, width * sizeof *row);
  for (gsize i = span.first + 1; i < span.end; i++)
    for (gsize j = 0; j < width; j++)
      row[j] += x[i * width + j];
}

void
mtl_op_average_forward (const MtlOpPass   *pass,
                        const MtlPoolAxis *down,
                        const MtlPoolAxis *along,
                        gsize              divisor)
{
  const MtlPoolSpan *spans = list_spans (pass, along);
  float *row = (float *) (spans + along->n);
  float *y = pass->y[0];

  for (gsize plane = 0; plane < pass->rows * pass->shape->in[0].size[0]; plane++)
    for (gsize o = 0; o < down->n; o++, y += along->n)
      {
        MtlPoolSpan span = mtl_pool_span (down, o);

        add_rows (pass->x[0] + plane * down->size * along->size, along->size, span, row);
        for (gsize i = 0; i < along->n; i++)
          {
            float sum = 0.0f;

            for (gsize j = spans[i].first; j < spans[i].end; j++)
              sum += row[j];
            y[i] = sum / find_divisor (span, spans[i], divisor);
          }
      }
}

/* @row ← what each input gets of the parts of the spans that it belongs to. */
static void
spread_row (const MtlPoolAxis *along,
            const MtlPoolSpan *spans,
            const float       *parts,
            float             *row)
{
  gboolean more = TRUE;

  memset (row, 0, along->size * sizeof *row);
  for (gsize i = 0; more; i++)
    {
      more = FALSE;
      for (gsize o = 0; o < along->n; o++)
        if (spans[o].first + i < spans[o].end)
          {
            row[spans[o].first + i] += parts[o];
            more = TRUE;
          }
    }
}

static void
spread_lane (const MtlOpPass   *pass,
             const MtlPoolAxis *down,
             const MtlPoolAxis *along,
             gsize              divisor,
             const float       *dy,
             float             *dx)
{
  const MtlPoolSpan *spans = list_spans (pass, along);
  float *row = (float *) (spans + along->n), *parts = row + along->size;
  gsize width = along->size;

  for (gsize plane = 0; plane < pass->rows * pass->shape->in[0].size[0]; plane++)
    for (gsize o = 0; o < down->n; o++, dy += along->n)
      {
        MtlPoolSpan span = mtl_pool_span (down, o);
        float *to = dx + plane * down->size * width;

        for (gsize i = 0; i < along->n; i++)
          parts[i] = dy[i] / find_divisor (span, spans[i], divisor);
        spread_row (along, spans, parts, row);
        for (gsize i = span.first; i < span.end; i++)
          for (gsize j = 0; j < width; j++)
            to[i * width + j] += row[j];
      }
}

void
mtl_op_average_backward (const MtlOpPass   *pass,
                         const MtlPoolAxis *down,
                         const MtlPoolAxis *along,
                         gsize              divisor)
{
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      float *dx = mtl_op_clear_dx (pass, 0, lane);

      if (dx != NULL)
        spread_lane (pass, down, along, divisor, mtl_op_dy (pass, 0, lane), dx);
    }
}

/* --- in C --- */

/* Declares @first and @end, the span of output @index. */
static void
write_span (MtlCWriter        *to,
            const MtlPoolAxis *axis,
            const char        *index,
            const char        *first,
            const char        *end)
{
  if (axis->kernel == 0)
    {
      mtl_c_writer_line (to, 4, "const long %s = %s * %" G_GSIZE_FORMAT " / %" G_GSIZE_FORMAT
                         ";", first, index, axis->size, axis->n);
      mtl_c_writer_line (to, 4, "const long %s = ((%s + 1) * %" G_GSIZE_FORMAT " + %"
                         G_GSIZE_FORMAT ") / %" G_GSIZE_FORMAT ";", end, index, axis->size,
                         axis->n - 1, axis->n);
    }
  else if (axis->padding == 0)
    {
      mtl_c_writer_line (to, 4, "const long %s = %s * %" G_GSIZE_FORMAT ", %s = %s + %"
                         G_GSIZE_FORMAT ";", first, index, axis->stride, end, first, axis->kernel);
    }
  else
    {
      mtl_c_writer_line (to, 4, "const long %s_edge = %s * %" G_GSIZE_FORMAT " - %"
                         G_GSIZE_FORMAT ", %s_edge = %s_edge + %" G_GSIZE_FORMAT ";", first, index,
                         axis->stride, axis->padding, end, first, axis->kernel);
      mtl_c_writer_line (to, 4, "const long %s = %s_edge < 0 ? 0 : %s_edge;", first, first,
                         first);
      mtl_c_writer_line (to, 4, "const long %s = %s_edge < %" G_GSIZE_FORMAT " ? %s_edge : %"
                         G_GSIZE_FORMAT ";", end, end, axis->size, end, axis->size);
    }
}

void
mtl_op_write_windows (MtlCWriter        *to,
                      gsize              channels,
                      const MtlPoolAxis *down,
                      const MtlPoolAxis *along)
{
  mtl_c_writer_line (to, 0, "for (long k = 0; k < %" G_GSIZE_FORMAT "; k++)", channels);
  mtl_c_writer_line (to, 1, "for (long r = 0; r < %" G_GSIZE_FORMAT "; r++)", down->n);
  mtl_c_writer_line (to, 2, "for (long c = 0; c < %" G_GSIZE_FORMAT "; c++)", along->n);
  mtl_c_writer_line (to, 3, "{");
  write_span (to, down, "r", "top", "bottom");
  write_span (to, along, "c", "left", "right");
}

void
mtl_op_write_average (MtlCWriter        *to,
                      gsize              channels,
                      const MtlPoolAxis *down,
                      const MtlPoolAxis *along,
                      gsize              divisor)
{
  mtl_op_write_windows (to, channels, down, along);
  mtl_c_writer_line (to, 4, "float sum = 0.0f;\n");
  mtl_c_writer_line (to, 4, "for (long i = top; i < bottom; i++)");
  mtl_c_writer_line (to, 5, "for (long j = left; j < right; j++)");
  mtl_c_writer_line (to, 6, "sum += x[(k * %" G_GSIZE_FORMAT " + i) * %" G_GSIZE_FORMAT " + j];",
                     down->size, along->size);
  if (divisor > 0)
    mtl_c_writer_line (to, 4, "*y++ = sum / %" G_GSIZE_FORMAT ".0f;", divisor);
  else
    mtl_c_writer_line (to, 4, "*y++ = sum / (float) ((bottom - top) * (right - left));");
  mtl_c_writer_line (to, 3, "}");
}
