/* max-pool.c — the largest value of each window
 *
 *   y[c,Y,X] = max of x[c, s·Y + i − p, s·X + j − p] over 0 ≤ i, j < size
 *
 * with −∞ for p pixels around x. dy goes to the first place that holds the
 * maximum; its number i·size + j is kept. Rows and columns that fill no window
 * are left out. A NaN wins over every number, or a fault would be hidden here.
 *
 * size and stride are arguments of inlined functions, so that the common cases
 * 2, 2 and 3, 2 are compiled by themselves, with the window unrolled.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-op-move.h"
#include "mtl-op-pool.h"

enum { SIZE, STRIDE, PADDING };

typedef struct
{
  MtlPoolAxis down, along;
} Windows;

static Windows
measure (const MtlOpShape *shape)
{
  Windows w;

  mtl_op_pool_axes (shape, shape->set[SIZE].number, shape->set[STRIDE].number,
                    shape->set[PADDING].number, &w.down, &w.along);
  return w;
}

static gboolean
max_pool_infer (MtlOpShape  *shape,
                GError     **error)
{
  return mtl_op_infer_pool (shape, shape->set[SIZE].number, shape->set[STRIDE].number,
                            shape->set[PADDING].number, error);
}

static void
max_pool_plan (const MtlOpShape *shape,
               MtlOpNeeds       *needs)
{
  needs->kept = mtl_shape_size (&shape->out[0]) * sizeof (guint16);
}

/* --- forward --- */

/* Windows @first … @end − 1 of a row, all inside the image; @x: top left of window 0,
 * were the padding there. */
static inline void
pool_row (const float *x,
          gsize        width,
          gsize        size,
          gsize        stride,
          gsize        padding,
          gsize        first,
          gsize        end,
          float       *y,
          guint16     *place)
{
  for (gsize o = first; o < end; o++)
    {
      const float *window = x + (o * stride - padding);
      float most = window[0];
      guint16 at = 0;

      for (gsize i = 0; i < size; i++)
        for (gsize j = 0; j < size; j++)
          {
            float value = window[i * width + j];
            gboolean wins = (value > most) | (value != value);

            most = wins ? value : most;
            at = wins ? i * size + j : at;
          }
      y[o] = most;
      place[o] = at;
    }
}

/* The same for windows that the edges of the image may cut; @x: one plane. */
static void
pool_edge (const Windows *w,
           const float   *x,
           gsize          row,
           gsize          first,
           gsize          end,
           float         *y,
           guint16       *place)
{
  const MtlPoolSpan down = mtl_pool_span (&w->down, row);
  gsize size = w->down.kernel, stride = w->down.stride, padding = w->down.padding;

  for (gsize o = first; o < end; o++)
    {
      const MtlPoolSpan along = mtl_pool_span (&w->along, o);
      float most = -INFINITY;
      gsize at = (down.first + padding - row * stride) * size
                 + along.first + padding - o * stride;

      for (gsize i = down.first; i < down.end; i++)
        for (gsize j = along.first; j < along.end; j++)
          {
            float value = x[i * w->along.size + j];

            if (value > most || value != value)
              {
                most = value;
                at = (i + padding - row * stride) * size + j + padding - o * stride;
              }
          }
      y[o] = most;
      place[o] = (guint16) at;
    }
}

/* Of one direction the outputs whose windows lie inside. */
static MtlPoolSpan
find_inside (const MtlPoolAxis *axis)
{
  MtlPoolSpan inside = { (axis->padding + axis->stride - 1) / axis->stride, axis->n };

  while (inside.end > inside.first
         && (inside.end - 1) * axis->stride + axis->kernel > axis->size + axis->padding)
    inside.end--;
  inside.first = MIN (inside.first, inside.end);

  return inside;
}

static void
max_pool_forward (const MtlOpPass *pass)
{
  const Windows w = measure (pass->shape);
  const MtlPoolSpan down = find_inside (&w.down), along = find_inside (&w.along);
  gsize size = w.down.kernel, stride = w.down.stride, padding = w.down.padding;
  gsize width = w.along.size, n = w.along.n;
  guint16 *place = pass->kept;
  float *y = pass->y[0];

  for (gsize plane = 0; plane < pass->rows * pass->shape->in[0].size[0]; plane++)
    for (gsize row = 0; row < w.down.n; row++, y += n, place += n)
      {
        const float *x = pass->x[0] + plane * w.down.size * width;
        gboolean inside = row >= down.first && row < down.end;
        MtlPoolSpan whole = inside ? along : (MtlPoolSpan) { n, n };
        const float *top = inside ? x + (row * stride - padding) * width : x;

        pool_edge (&w, x, row, 0, whole.first, y, place);
        if (size == 2 && stride == 2)
          pool_row (top, width, 2, 2, padding, whole.first, whole.end, y, place);
        else if (size == 3 && stride == 2)
          pool_row (top, width, 3, 2, padding, whole.first, whole.end, y, place);
        else
          pool_row (top, width, size, stride, padding, whole.first, whole.end, y, place);
        pool_edge (&w, x, row, whole.end, n, y, place);
      }
}

/* --- backward --- */

/* @corner: of window 0 in @dx, so many elements after its start; before it, modulo 2⁶⁴,
 * where there is padding, which the places make good. */
static inline void
scatter_row (const float   *dy,
             const guint16 *place,
             gsize          corner,
             gsize          width,
             gsize          size,
             gsize          stride,
             gsize          n_out,
             float         *dx)
{
  for (gsize o = 0; o < n_out; o++)
    dx[corner + o * stride + place[o] / size * width + place[o] % size] += dy[o];
}

static void
scatter_lane (const MtlOpPass *pass,
              const float     *dy,
              float           *dx)
{
  const Windows w = measure (pass->shape);
  gsize size = w.down.kernel, stride = w.down.stride, padding = w.down.padding;
  gsize width = w.along.size, n = w.along.n;
  const guint16 *place = pass->kept;

  for (gsize plane = 0; plane < pass->rows * pass->shape->in[0].size[0]; plane++)
    {
      float *to = dx + plane * w.down.size * width;

      for (gsize row = 0; row < w.down.n; row++, dy += n, place += n)
        {
          gsize corner = row * stride * width - padding * width - padding;

          if (size == 2 && stride == 2)
            scatter_row (dy, place, corner, width, 2, 2, n, to);
          else if (size == 3 && stride == 2)
            scatter_row (dy, place, corner, width, 3, 2, n, to);
          else
            scatter_row (dy, place, corner, width, size, stride, n, to);
        }
    }
}

static void
max_pool_backward (const MtlOpPass *pass)
{
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      float *dx = mtl_op_clear_dx (pass, 0, lane);

      if (dx != NULL)
        scatter_lane (pass, mtl_op_dy (pass, 0, lane), dx);
    }
}

static char *
max_pool_line (const MtlSetting *set)
{
  guint size = set[SIZE].number;

  /* Translators: second line of a max pool block: size of its window, e.g. “max 2×2”. */
  return g_strdup_printf (_("max %u×%u"), size, size);
}

static gboolean
max_pool_write_c (const MtlOpShape  *shape,
                  MtlCWriter        *to,
                  GError           **error)
{
  const Windows w = measure (shape);

  mtl_op_write_windows (to, shape->out[0].size[0], &w.down, &w.along);
  mtl_c_writer_line (to, 4, "float most = x[(k * %" G_GSIZE_FORMAT " + top) * %" G_GSIZE_FORMAT
                     " + left];\n", w.down.size, w.along.size);
  mtl_c_writer_line (to, 4, "for (long i = top; i < bottom; i++)");
  mtl_c_writer_line (to, 5, "for (long j = left; j < right; j++)");
  mtl_c_writer_line (to, 6, "{");
  mtl_c_writer_line (to, 7, "float value = x[(k * %" G_GSIZE_FORMAT " + i) * %" G_GSIZE_FORMAT
                     " + j];\n", w.down.size, w.along.size);
  mtl_c_writer_line (to, 7, "if (value > most || value != value)  /* a NaN is kept */");
  mtl_c_writer_line (to, 8, "most = value;");
  mtl_c_writer_line (to, 6, "}");
  mtl_c_writer_line (to, 4, "*y++ = most;");
  mtl_c_writer_line (to, 3, "}");

  return TRUE;
}

const MtlOp mtl_op_max_pool = {
  .method = {
    .id = "max-pool",
    .title = N_("Max Pool"),
    .summary = N_("Shrinks an image to the largest value of each window."),
    .reference = "Ranzato, Huang, Boureau, LeCun, “Unsupervised Learning of Invariant Feature "
                 "Hierarchies with Applications to Object Recognition”, CVPR 2007",
    .params = (const MtlParam[]) {
      [SIZE] = { .id = "size", .title = N_("Size"), .summary = N_("Height and width of a window"),
                 .unit = N_("px"),
                 .type = MTL_WHOLE, .minimum = 1, .maximum = MTL_POOL_MAX_SIZE,
                 .initial = 2 },
      [STRIDE] = { .id = "stride", .title = N_("Stride"),
                   .summary = N_("Distance of two windows; 0 is the size"), .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 0, .maximum = 1024, .initial = 0 },
      [PADDING] = { .id = "padding", .title = N_("Padding"),
                    .summary = N_("Pixels around the image that never win, half the size at most"),
                    .unit = N_("px"), .type = MTL_WHOLE, .minimum = 0,
                    .maximum = MTL_POOL_MAX_SIZE / 2, .initial = 0 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-pool-symbolic", .group = N_("Layers"), .width = 76,
            .line = max_pool_line },
  .infer = max_pool_infer,
  .plan = max_pool_plan,
  .forward = max_pool_forward,
  .backward = max_pool_backward,
  .write_c = max_pool_write_c,
};
