/* conv2d.c — convolution over images
 *
 *   y[o] = b[o] + Σ_c Σ_ij W[o,c,i,j] · x[c, s·Y + i − p, s·X + j − p]
 *
 * with stride s and zeros for p pixels around x. As a matrix product: P holds
 * in column (Y, X) the patch of x under that output, C·k² values, and
 *
 *   y = W·P + b    dW = dy·Pᵀ    db = dy·1    dP = Wᵀ·dy, folded back onto dx
 *
 * P is built for a band of output rows of one sample, so that it stays in the
 * second-level cache: a panel of a whole batch is several times slower. It is
 * built anew for dW, which costs less than keeping it, once for all lanes.
 *
 * Chellapilla, Puri, Simard, “High Performance Convolutional Neural Networks
 * for Document Processing”, IWFHR 2006.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-blas.h"
#include "mtl-c-writer.h"
#include "mtl-op-conv.h"

enum { CHANNELS, KERNEL, STRIDE, PADDING };
enum { WEIGHT, BIAS };

#define PANEL_BYTES (400 * 1024)

typedef struct
{
  gsize channels, height, width;  /* of the input */
  gsize filters, kernel, stride, padding;
  gsize out_height, out_width;
  gsize patch;                    /* values under one output: channels·kernel² */
  gsize band;                     /* output rows in one panel */
} Geometry;

/* The outputs first … last-1 whose tap at one place of the kernel is inside the input. */
typedef struct
{
  gsize first, last;
} Span;

static gsize
count_outputs (gsize size,
               gsize kernel,
               gsize stride,
               gsize padding)
{
  return (size + 2 * padding - kernel) / stride + 1;
}

static Geometry
measure (const MtlOpShape *shape)
{
  Geometry g = {
    .channels = shape->in[0].size[0], .height = shape->in[0].size[1],
    .width = shape->in[0].size[2],
    .filters = shape->set[CHANNELS].number, .kernel = shape->set[KERNEL].number,
    .stride = shape->set[STRIDE].number, .padding = shape->set[PADDING].number,
  };

  g.out_height = count_outputs (g.height, g.kernel, g.stride, g.padding);
  g.out_width = count_outputs (g.width, g.kernel, g.stride, g.padding);
  g.patch = g.channels * g.kernel * g.kernel;
  g.band = CLAMP (PANEL_BYTES / (g.patch * g.out_width * sizeof (float)), 1, g.out_height);
  return g;
}

static MtlShape
weight_shape (const MtlOpShape *shape)
{
  gsize filters = shape->set[CHANNELS].number, kernel = shape->set[KERNEL].number;

  return (MtlShape) { .rank = 4,
                      .size = { filters, shape->in[0].size[0], kernel, kernel } };
}

/* --- shapes --- */

static gboolean
check_kernel (const MtlOpShape  *shape,
              GError           **error)
{
  gsize kernel = shape->set[KERNEL].number, padding = shape->set[PADDING].number;
  gsize largest = MIN (shape->in[0].size[1], shape->in[0].size[2]) + 2 * padding;

  if (kernel > largest)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "has a kernel of %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT ", but gets %s: with "
                   "a padding of %" G_GSIZE_FORMAT " the kernel may be at most "
                   "%" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT,
                   kernel, kernel, words, padding, largest, largest);
      return FALSE;
    }

  return TRUE;
}

static gboolean
conv2d_infer (MtlOpShape  *shape,
              GError     **error)
{
  MtlShape weight, out = { .rank = 3 };

  if (!mtl_op_infer_image (shape, error) || !check_kernel (shape, error))
    return FALSE;

  weight = weight_shape (shape);
  out.size[0] = shape->set[CHANNELS].number;
  for (guint i = 1; i < 3; i++)
    out.size[i] = count_outputs (shape->in[0].size[i], shape->set[KERNEL].number,
                                 shape->set[STRIDE].number, shape->set[PADDING].number);

  return mtl_op_infer_weights (&weight, error) && mtl_op_infer_output (shape, &out, error);
}

static void
conv2d_plan (const MtlOpShape *shape,
             MtlOpNeeds       *needs)
{
  Geometry g = measure (shape);
  gsize fan_out = g.filters * g.kernel * g.kernel;

  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .shape = weight_shape (shape), .init = MTL_INIT_AUTO, .decay = TRUE,
    .fan_in = g.patch, .fan_out = fan_out,
  };
  needs->tensors[BIAS] = (MtlTensorSpec) {
    .name = "bias", .shape = { .rank = 1, .size = { g.filters } }, .init = MTL_INIT_ZERO,
    .fan_in = g.patch, .fan_out = fan_out,
  };
  needs->scratch = g.patch * g.band * g.out_width * sizeof (float);
  needs->reads_x = TRUE;
}

/* --- patches --- */

static Span
find_span (gsize at,
           gsize size,
           gsize n_out,
           gsize stride,
           gsize padding)
{
  Span span;

  span.first = padding > at ? (padding - at + stride - 1) / stride : 0;
  span.last = size + padding > at ? (size + padding - at + stride - 1) / stride : 0;
  span.first = MIN (span.first, n_out);
  span.last = MIN (span.last, n_out);
  return span;
}

/* One row of P within one row of outputs; @x: the input's row under it. */
static void
unfold_row (const Geometry *g,
            const float    *x,
            gsize           column,
            Span            span,
            float          *p)
{
  for (gsize i = 0; i < span.first; i++)
    p[i] = 0.0f;
  for (gsize i = span.last; i < g->out_width; i++)
    p[i] = 0.0f;

  if (g->stride == 1 && span.first < span.last)
    memcpy (p + span.first, x + span.first + column - g->padding,
            (span.last - span.first) * sizeof (float));
  else
    for (gsize i = span.first; i < span.last; i++)
      p[i] = x[i * g->stride + column - g->padding];
}

static void
fold_row (const Geometry *g,
          const float    *p,
          gsize           column,
          Span            span,
          float          *dx)
{
  if (g->stride == 1)
    for (gsize i = span.first; i < span.last; i++)
      dx[i + column - g->padding] += p[i];
  else
    for (gsize i = span.first; i < span.last; i++)
      dx[i * g->stride + column - g->padding] += p[i];
}

/* P for the output rows @top … @top + @n - 1; x: one sample. */
static void
unfold (const Geometry *g,
        const float    *x,
        gsize           top,
        gsize           n,
        float          *panel)
{
  const Span none = { 0, 0 };

  for (gsize c = 0; c < g->channels; c++)
    for (gsize i = 0; i < g->kernel; i++)
      {
        Span down = find_span (i, g->height, g->out_height, g->stride, g->padding);

        for (gsize j = 0; j < g->kernel; j++)
          {
            Span along = find_span (j, g->width, g->out_width, g->stride, g->padding);

            for (gsize row = top; row < top + n; row++, panel += g->out_width)
              if (row >= down.first && row < down.last)
                unfold_row (g, x + (c * g->height + row * g->stride + i - g->padding) * g->width,
                            j, along, panel);
              else
                unfold_row (g, NULL, j, none, panel);
          }
      }
}

/* Adds dP to where its values came from; the reverse of unfold(). */
static void
fold (const Geometry *g,
      const float    *panel,
      gsize           top,
      gsize           n,
      float          *dx)
{
  for (gsize c = 0; c < g->channels; c++)
    for (gsize i = 0; i < g->kernel; i++)
      {
        Span down = find_span (i, g->height, g->out_height, g->stride, g->padding);

        for (gsize j = 0; j < g->kernel; j++)
          {
            Span along = find_span (j, g->width, g->out_width, g->stride, g->padding);

            for (gsize row = top; row < top + n; row++, panel += g->out_width)
              if (row >= down.first && row < down.last)
                fold_row (g, panel, j, along,
                          dx + (c * g->height + row * g->stride + i - g->padding) * g->width);
          }
      }
}

/* --- passes --- */

static void
conv2d_forward (const MtlOpPass *pass)
{
  const Geometry g = measure (pass->shape);
  gsize n_x = g.channels * g.height * g.width, area = g.out_height * g.out_width;

  for (gsize r = 0; r < pass->rows; r++)
    {
      float *y = pass->y[0] + r * g.filters * area;

      for (gsize o = 0; o < g.filters; o++)
        for (gsize i = 0; i < area; i++)
          y[o * area + i] = pass->weights[BIAS][o];

      for (gsize top = 0; top < g.out_height; top += g.band)
        {
          gsize n = MIN (g.band, g.out_height - top);

          unfold (&g, pass->x[0] + r * n_x, top, n, pass->scratch);
          mtl_blas_gemm (MTL_PLAIN, MTL_PLAIN, g.filters, n * g.out_width, g.patch,
                         pass->weights[WEIGHT], g.patch, pass->scratch, n * g.out_width,
                         1.0f, y + top * g.out_width, area);
        }
    }
}

static void
conv2d_backward (const MtlOpPass *pass)
{
  const Geometry g = measure (pass->shape);
  gsize n_x = g.channels * g.height * g.width, area = g.out_height * g.out_width;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      float *dx = mtl_op_dx (pass, 0, lane);

      if (dx == NULL)
        continue;
      if (mtl_op_dx_fresh (pass, 0, lane))
        memset (dx, 0, pass->rows * n_x * sizeof *dx);

      for (gsize r = 0; r < pass->rows; r++)
        for (gsize top = 0; top < g.out_height; top += g.band)
          {
            const float *dy = mtl_op_dy (pass, 0, lane) + r * g.filters * area;
            gsize n = MIN (g.band, g.out_height - top);

            mtl_blas_gemm (MTL_TRANSPOSED, MTL_PLAIN, g.patch, n * g.out_width, g.filters,
                           pass->weights[WEIGHT], g.patch, dy + top * g.out_width, area,
                           0.0f, pass->scratch, n * g.out_width);
            fold (&g, pass->scratch, top, n, dx + r * n_x);
          }
    }
}

static void
add_bias_gradient (const MtlOpPass *pass,
                   guint            lane,
                   gsize            filters,
                   gsize            area)
{
  const float *dy = mtl_op_dy (pass, 0, lane);
  float *db = mtl_op_dw (pass, BIAS, lane);

  for (gsize r = 0; db != NULL && r < pass->rows; r++)
    for (gsize o = 0; o < filters; o++, dy += area)
      {
        float sum = 0.0f;

        for (gsize i = 0; i < area; i++)
          sum += dy[i];
        db[o] += sum;
      }
}

static void
conv2d_grad (const MtlOpPass *pass)
{
  const Geometry g = measure (pass->shape);
  gsize n_x = g.channels * g.height * g.width, area = g.out_height * g.out_width;

  for (gsize r = 0; r < pass->rows; r++)
    for (gsize top = 0; top < g.out_height; top += g.band)
      {
        gsize n = MIN (g.band, g.out_height - top);

        unfold (&g, pass->x[0] + r * n_x, top, n, pass->scratch);
        for (guint lane = 0; lane < pass->n_lanes; lane++)
          if (mtl_op_dw (pass, WEIGHT, lane) != NULL)
            mtl_blas_gemm (MTL_PLAIN, MTL_TRANSPOSED, g.filters, g.patch, n * g.out_width,
                           mtl_op_dy (pass, 0, lane) + r * g.filters * area + top * g.out_width,
                           area, pass->scratch, n * g.out_width,
                           1.0f, mtl_op_dw (pass, WEIGHT, lane), g.patch);
      }

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    add_bias_gradient (pass, lane, g.filters, area);
}

static char *
conv2d_line (const MtlSetting *set)
{
  guint kernel = set[KERNEL].number;

  /* Translators: second line of a convolution block: so many filters of this size. */
  return g_strdup_printf (_("%u of %u×%u"), (guint) set[CHANNELS].number, kernel, kernel);
}

static gboolean
conv2d_write_c (const MtlOpShape  *shape,
                MtlCWriter        *to,
                GError           **error)
{
  const Geometry g = measure (shape);
  g_autofree char *top = mtl_op_conv_corner ("r", g.stride, g.padding);
  g_autofree char *left = mtl_op_conv_corner ("c", g.stride, g.padding);

  mtl_c_writer_line (to, 0, "for (long o = 0; o < %" G_GSIZE_FORMAT "; o++)", g.filters);
  mtl_c_writer_line (to, 1, "for (long r = 0; r < %" G_GSIZE_FORMAT "; r++)", g.out_height);
  mtl_c_writer_line (to, 2, "for (long c = 0; c < %" G_GSIZE_FORMAT "; c++)", g.out_width);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "const long top = %s, left = %s;", top, left);
  mtl_op_write_conv (to, 4, &shape->in[0], g.kernel, g.padding > 0);
  mtl_c_writer_line (to, 4, "*y++ = sum;");
  mtl_c_writer_line (to, 3, "}");

  return TRUE;
}

const MtlOp mtl_op_conv2d = {
  .method = {
    .id = "conv2d",
    .title = N_("Convolution"),
    .summary = N_("Looks for the same small patterns everywhere in an image."),
    .reference = "LeCun, Bottou, Bengio, Haffner, “Gradient-Based Learning Applied to Document "
                 "Recognition”, Proceedings of the IEEE 86 (1998), sec. II",
    .params = (const MtlParam[]) {
      [CHANNELS] = { .id = "channels", .title = N_("Channels"),
                     .summary = N_("Patterns it looks for"),
                     .type = MTL_WHOLE, .minimum = 1, .maximum = 65536, .initial = 16 },
      [KERNEL] = { .id = "kernel", .title = N_("Kernel"),
                   .summary = N_("Height and width of a pattern"), .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 1024, .initial = 3 },
      [STRIDE] = { .id = "stride", .title = N_("Stride"),
                   .summary = N_("Distance of two places it looks at"), .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 1024, .initial = 1 },
      [PADDING] = { .id = "padding", .title = N_("Padding"),
                    .summary = N_("Zeros around the image"), .unit = N_("px"),
                    .type = MTL_WHOLE, .minimum = 0, .maximum = 1024, .initial = 0 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-conv-symbolic", .group = N_("Layers"), .width = 80,
            .line = conv2d_line },
  .infer = conv2d_infer,
  .plan = conv2d_plan,
  .forward = conv2d_forward,
  .backward = conv2d_backward,
  .grad = conv2d_grad,
  .write_c = conv2d_write_c,
};
