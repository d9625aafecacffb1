/* max-pool.c — the largest value of each window
 *
 *   y[c,Y,X] = max of x[c, s·Y + i, s·X + j] over 0 ≤ i, j < size
 *
 * dy goes to the first place that holds the maximum; its number i·size + j is
 * kept. Rows and columns that fill no window are left out. A NaN wins over
 * every number, or a fault would be hidden here.
 *
 * size and stride are arguments of inlined functions, so that the common case
 * 2, 2 is compiled by itself, with the window unrolled.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"

enum { SIZE, STRIDE };

#define MAX_SIZE 256   /* so that a place in a window fits a guint16 */

static gsize
stride_of (const MtlSetting *set)
{
  return set[STRIDE].number > 0 ? set[STRIDE].number : set[SIZE].number;
}

static gboolean
max_pool_infer (MtlOpShape  *shape,
                GError     **error)
{
  gsize size = shape->set[SIZE].number;
  MtlShape out;

  if (!mtl_op_infer_image (shape, error))
    return FALSE;

  if (size > MIN (shape->in[0].size[1], shape->in[0].size[2]))
    {
      gsize largest = MIN (shape->in[0].size[1], shape->in[0].size[2]);
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "has a window of %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT ", but gets %s: "
                   "the window may be at most %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT,
                   size, size, words, largest, largest);
      return FALSE;
    }

  out = shape->in[0];
  for (guint i = 1; i < 3; i++)
    out.size[i] = (out.size[i] - size) / stride_of (shape->set) + 1;

  return mtl_op_infer_output (shape, &out, error);
}

static void
max_pool_plan (const MtlOpShape *shape,
               MtlOpNeeds       *needs)
{
  needs->kept = mtl_shape_size (&shape->out[0]) * sizeof (guint16);
}

/* One row of outputs; @x: top left of its first window. */
static inline void
pool_row (const float *x,
          gsize        width,
          gsize        size,
          gsize        stride,
          gsize        n_out,
          float       *y,
          guint16     *place)
{
  for (gsize o = 0; o < n_out; o++)
    {
      const float *window = x + o * stride;
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

static inline void
scatter_row (const float   *dy,
             const guint16 *place,
             gsize          width,
             gsize          size,
             gsize          stride,
             gsize          n_out,
             float         *dx)
{
  for (gsize o = 0; o < n_out; o++)
    dx[o * stride + place[o] / size * width + place[o] % size] += dy[o];
}

static void
max_pool_forward (const MtlOpPass *pass)
{
  const MtlShape *in = &pass->shape->in[0], *out = &pass->shape->out[0];
  gsize size = pass->shape->set[SIZE].number, stride = stride_of (pass->shape->set);
  gsize width = in->size[2], n = out->size[2];
  guint16 *place = pass->kept;
  float *y = pass->y[0];

  for (gsize plane = 0; plane < pass->rows * in->size[0]; plane++)
    {
      const float *x = pass->x[0] + plane * in->size[1] * width;

      for (gsize row = 0; row < out->size[1]; row++, y += n, place += n)
        if (size == 2 && stride == 2)
          pool_row (x + row * 2 * width, width, 2, 2, n, y, place);
        else
          pool_row (x + row * stride * width, width, size, stride, n, y, place);
    }
}

static void
scatter_lane (const MtlOpPass *pass,
              const float     *dy,
              float           *dx)
{
  const MtlShape *in = &pass->shape->in[0], *out = &pass->shape->out[0];
  gsize size = pass->shape->set[SIZE].number, stride = stride_of (pass->shape->set);
  gsize width = in->size[2], n = out->size[2];
  const guint16 *place = pass->kept;

  for (gsize plane = 0; plane < pass->rows * in->size[0]; plane++)
    {
      float *to = dx + plane * in->size[1] * width;

      for (gsize row = 0; row < out->size[1]; row++, dy += n, place += n)
        if (size == 2 && stride == 2)
          scatter_row (dy, place, width, 2, 2, n, to + row * 2 * width);
        else
          scatter_row (dy, place, width, size, stride, n, to + row * stride * width);
    }
}

static void
max_pool_backward (const MtlOpPass *pass)
{
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      float *dx = mtl_op_dx (pass, 0, lane);

      if (dx == NULL)
        continue;
      if (mtl_op_dx_fresh (pass, 0, lane))
        memset (dx, 0, pass->rows * mtl_shape_size (&pass->shape->in[0]) * sizeof *dx);
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
  const MtlShape *in = &shape->in[0], *out = &shape->out[0];
  gsize size = shape->set[SIZE].number, stride = stride_of (shape->set);

  mtl_c_writer_line (to, 0, "for (long k = 0; k < %" G_GSIZE_FORMAT "; k++)", out->size[0]);
  mtl_c_writer_line (to, 1, "for (long r = 0; r < %" G_GSIZE_FORMAT "; r++)", out->size[1]);
  mtl_c_writer_line (to, 2, "for (long c = 0; c < %" G_GSIZE_FORMAT "; c++)", out->size[2]);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "const float *window = x + (k * %" G_GSIZE_FORMAT " + r * %"
                     G_GSIZE_FORMAT ") * %" G_GSIZE_FORMAT " + c * %" G_GSIZE_FORMAT ";",
                     in->size[1], stride, in->size[2], stride);
  mtl_c_writer_line (to, 4, "float most = window[0];\n");
  mtl_c_writer_line (to, 4, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", size);
  mtl_c_writer_line (to, 5, "for (long j = 0; j < %" G_GSIZE_FORMAT "; j++)", size);
  mtl_c_writer_line (to, 6, "{");
  mtl_c_writer_line (to, 7, "float value = window[i * %" G_GSIZE_FORMAT " + j];\n", in->size[2]);
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
                 .type = MTL_WHOLE, .minimum = 1, .maximum = MAX_SIZE, .initial = 2 },
      [STRIDE] = { .id = "stride", .title = N_("Stride"),
                   .summary = N_("Distance of two windows; 0 is the size"), .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 0, .maximum = 1024, .initial = 0 },
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
