/* conv-transpose.c — transposed convolution: each pixel paints a patch
 *
 *   y[o, s·i + a − p, s·j + b − p] += W[o,c,a,b] · x[c,i,j]        + bias[o]
 *
 * for all i, j, c, a, b, where p pixels are cut off around y and output-padding
 * rows and columns are added below and to the right. This is how a convolution of
 * the same settings sends gradients back. As matrix products, with V (o·k²)×c for
 * the weights and a column of P (o·k²)×(i,j) for each pixel:
 *
 *   P = V·x, folded onto y     dP = patches of dy     dx = Vᵀ·dP     dV = dP·xᵀ
 *
 * W is output first, o×c×k×k, as in all blocks: directions of a landscape and
 * noise on weights are scaled for each output's weights. (PyTorch has c×o×k×k:
 * swap the first two dimensions.) V and Vᵀ are laid out once a pass.
 *
 * P exists for a band of rows of one sample and, where a row is long, for some
 * outputs, so that it stays in the second-level cache.
 *
 * Zeiler, Krishnan, Taylor, Fergus, “Deconvolutional Networks”, CVPR 2010;
 * Dumoulin, Visin, arXiv 1603.07285 (2016), ch. 4.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"
#include "mtl-op-paint.h"

enum { CHANNELS, KERNEL, STRIDE, PADDING, OUTPUT_PADDING };
enum { WEIGHT, BIAS };

#define BAND_BYTES  (400 * 1024)
#define GRAD_BYTES  (64 * 1024)   /* of the rows of dP that are packed as one panel */
#define PIECE       32768         /* weights that are worth a worker's while */
#define MOST_PIECES 16

/* How P is made: some outputs of a band of rows at once. */
typedef struct
{
  gsize block, band;
} Cut;

static gsize
count_outputs (gsize             size,
               const MtlSetting *set)
{
  gsize grown = (size - 1) * (gsize) set[STRIDE].number + (gsize) set[KERNEL].number
                + (gsize) set[OUTPUT_PADDING].number;
  gsize cut = 2 * (gsize) set[PADDING].number;

  return grown > cut ? grown - cut : 0;
}

static MtlPaint
measure (const MtlOpShape *shape)
{
  MtlPaint g = {
    .channels = shape->in[0].size[0], .height = shape->in[0].size[1],
    .width = shape->in[0].size[2],
    .filters = shape->set[CHANNELS].number, .kernel = shape->set[KERNEL].number,
    .stride = shape->set[STRIDE].number, .padding = shape->set[PADDING].number,
  };

  g.area = g.height * g.width;
  g.taps = g.kernel * g.kernel;
  g.out_height = count_outputs (g.height, shape->set);
  g.out_width = count_outputs (g.width, shape->set);

  return g;
}

static Cut
find_cut (const MtlPaint *g)
{
  gsize panel = mtl_kernels ()->gemm->panel;
  gsize row = g->taps * MAX (g->width, panel) * sizeof (float);
  Cut cut;

  cut.block = CLAMP (BAND_BYTES / row, 1, g->filters);
  cut.band = CLAMP (BAND_BYTES / (cut.block * g->taps * g->width * sizeof (float)), 1, g->height);

  return cut;
}

/* --- shapes --- */

static gboolean
check_settings (const MtlOpShape  *shape,
                GError           **error)
{
  gsize stride = shape->set[STRIDE].number, extra = shape->set[OUTPUT_PADDING].number;
  gsize least = MIN (shape->in[0].size[1], shape->in[0].size[2]);
  g_autofree char *words = NULL;

  if (extra >= stride)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "has an output padding of %" G_GSIZE_FORMAT " and a stride of %" G_GSIZE_FORMAT
                   ": the output padding has to be smaller than the stride", extra, stride);
      return FALSE;
    }
  if (count_outputs (least, shape->set) > 0)
    return TRUE;

  words = mtl_op_shape_words (&shape->in[0]);
  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
               "gets %s, and a padding of %" G_GSIZE_FORMAT " would cut off all that comes of it",
               words, (gsize) shape->set[PADDING].number);
  return FALSE;
}

static MtlShape
weight_shape (const MtlOpShape *shape)
{
  gsize kernel = shape->set[KERNEL].number;

  return (MtlShape) { .rank = 4, .size = { shape->set[CHANNELS].number, shape->in[0].size[0],
                                           kernel, kernel } };
}

static gboolean
conv_transpose_infer (MtlOpShape  *shape,
                      GError     **error)
{
  MtlShape weight, out = { .rank = 3 };

  /* What comes in is checked too: its sizes are multiplied. */
  if (!mtl_op_infer_image (shape, error) || !mtl_op_infer_output (shape, &shape->in[0], error)
      || !check_settings (shape, error))
    return FALSE;

  weight = weight_shape (shape);
  out.size[0] = shape->set[CHANNELS].number;
  for (guint i = 1; i < 3; i++)
    out.size[i] = count_outputs (shape->in[0].size[i], shape->set);

  return mtl_op_infer_weights (&weight, error) && mtl_op_infer_output (shape, &out, error);
}

static gsize
grad_rows (const MtlPaint *g)
{
  gsize row = mtl_kernels ()->gemm->panel * g->width * sizeof (float);

  return CLAMP (GRAD_BYTES / row, 1, g->height);
}

static gsize
find_scratch (const MtlPaint *g)
{
  gsize panel = mtl_kernels ()->gemm->panel;
  const Cut cut = find_cut (g);
  gsize pass = cut.block * g->taps * cut.band * g->width
               + MAX (g->channels, cut.block * g->taps) * panel;
  gsize grad = 2 * panel * grad_rows (g) * g->width + g->channels * panel;

  return MAX (pass, grad) * sizeof (float);
}

static guint
count_pieces (const MtlPaint *g)
{
  gsize n = g->filters * g->channels * g->taps;

  return (guint) CLAMP (n / PIECE, 1, MIN (g->filters, MOST_PIECES));
}

static void
conv_transpose_plan (const MtlOpShape *shape,
                     MtlOpNeeds       *needs)
{
  const MtlPaint g = measure (shape);
  gsize n_weights = g.filters * g.channels * g.taps;
  gsize fan_in = MAX (g.channels * g.taps / (g.stride * g.stride), 1);

  /* Of k² taps an output is reached by one in s² on the average. */
  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .shape = weight_shape (shape), .init = MTL_INIT_AUTO, .decay = TRUE,
    .fan_in = fan_in, .fan_out = g.filters * g.taps,
  };
  needs->tensors[BIAS] = (MtlTensorSpec) {
    .name = "bias", .shape = { .rank = 1, .size = { g.filters } }, .init = MTL_INIT_ZERO,
    .fan_in = fan_in, .fan_out = g.filters * g.taps,
  };
  needs->scratch = find_scratch (&g);
  needs->prepared = 2 * n_weights * sizeof (float);
  needs->n_pieces = count_pieces (&g);
  needs->reads_x = TRUE;
}

/* V, then Vᵀ. */
static void
conv_transpose_prepare (const MtlOpPass *pass)
{
  const MtlPaint g = measure (pass->shape);
  const float *w = pass->weights[WEIGHT];
  gsize rows = g.filters * g.taps;
  float *v = pass->prepared, *turned = v + rows * g.channels;
  guint n_pieces = count_pieces (&g);

  for (gsize o = g.filters * pass->piece / n_pieces;
       o < g.filters * (pass->piece + 1) / n_pieces; o++)
    for (gsize c = 0; c < g.channels; c++)
      {
        const float *patch = w + (o * g.channels + c) * g.taps;

        for (gsize t = 0; t < g.taps; t++)
          v[(o * g.taps + t) * g.channels + c] = patch[t];
        if (pass->goes_back)
          memcpy (turned + c * rows + o * g.taps, patch, g.taps * sizeof *patch);
      }
}

/* --- passes --- */

/* What one block of outputs of one sample gets from a band of rows. */
static void
paint_band (const MtlOpPass *pass,
            const MtlPaint  *g,
            gsize            first,
            gsize            top,
            const float     *x,
            float           *y)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  const Cut cut = find_cut (g);
  gsize n_block = MIN (cut.block, g->filters - first), n = MIN (cut.band, g->height - top);
  gsize n_columns = n * g->width, plane = g->out_height * g->out_width;
  const float *v = (const float *) pass->prepared + first * g->taps * g->channels;
  float *p = pass->scratch, *packed = p + cut.block * g->taps * cut.band * g->width;

  for (gsize column = 0; column < n_columns; column += gemm->panel)
    {
      gsize width = MIN (gemm->panel, n_columns - column);

      gemm->pack (g->channels, width, x + top * g->width + column, g->area, FALSE, 0, 1, packed);
      gemm->multiply (n_block * g->taps, width, g->channels, v, g->channels, packed, 0, 1, NULL,
                      FALSE, p + column, n_columns);
    }
  for (gsize q = 0; q < n_block * g->taps; q++)
    mtl_paint_fold (g, p + q * n_columns, q % g->taps, top, n, y + (first + q / g->taps) * plane);
}

static void
conv_transpose_forward (const MtlOpPass *pass)
{
  const MtlPaint g = measure (pass->shape);
  const Cut cut = find_cut (&g);
  gsize plane = g.out_height * g.out_width;

  for (gsize r = 0; r < pass->rows; r++)
    {
      const float *x = pass->x[0] + r * g.channels * g.area;
      float *y = pass->y[0] + r * g.filters * plane;

      for (gsize o = 0; o < g.filters; o++)
        for (gsize i = 0; i < plane; i++)
          y[o * plane + i] = pass->weights[BIAS][o];
      for (gsize first = 0; first < g.filters; first += cut.block)
        for (gsize top = 0; top < g.height; top += cut.band)
          paint_band (pass, &g, first, top, x, y);
    }
}

/* dx of a band of rows from one block of outputs; @dy, @dx: one sample. */
static void
collect_band (const MtlOpPass *pass,
              const MtlPaint  *g,
              gsize            first,
              gsize            top,
              gboolean         add,
              const float     *dy,
              float           *dx)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  const Cut cut = find_cut (g);
  gsize n_block = MIN (cut.block, g->filters - first), n = MIN (cut.band, g->height - top);
  gsize n_columns = n * g->width, plane = g->out_height * g->out_width;
  gsize rows = g->filters * g->taps;
  const float *turned = (const float *) pass->prepared + rows * g->channels + first * g->taps;
  float *p = pass->scratch, *packed = p + cut.block * g->taps * cut.band * g->width;

  for (gsize q = 0; q < n_block * g->taps; q++)
    mtl_paint_unfold (g, dy + (first + q / g->taps) * plane, q % g->taps, top, n,
                      p + q * n_columns);
  for (gsize column = 0; column < n_columns; column += gemm->panel)
    {
      gsize width = MIN (gemm->panel, n_columns - column);

      gemm->pack (n_block * g->taps, width, p + column, n_columns, FALSE, 0, 1, packed);
      gemm->multiply (g->channels, width, n_block * g->taps, turned, rows, packed, 0, 1, NULL,
                      add, dx + top * g->width + column, g->area);
    }
}

static void
conv_transpose_backward (const MtlOpPass *pass)
{
  const MtlPaint g = measure (pass->shape);
  const Cut cut = find_cut (&g);
  gsize n_y = g.filters * g.out_height * g.out_width, n_x = g.channels * g.area;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize r = 0; mtl_op_dx (pass, 0, lane) != NULL && r < pass->rows; r++)
      for (gsize first = 0; first < g.filters; first += cut.block)
        for (gsize top = 0; top < g.height; top += cut.band)
          collect_band (pass, &g, first, top, first > 0 || !mtl_op_dx_fresh (pass, 0, lane),
                        mtl_op_dy (pass, 0, lane) + r * n_y,
                        mtl_op_dx (pass, 0, lane) + r * n_x);
}

/* --- gradients of weights --- */

/* Sums x·dPᵀ over the rows at hand, for as many rows of dP as a panel has
 * columns, from row @first on; @sums: channels × panel. */
static void
sum_panel (const MtlOpPass *pass,
           const MtlPaint  *g,
           const float     *dy,
           gsize            first,
           gsize            n_taps,
           float           *sums)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize plane = g->out_height * g->out_width, band = grad_rows (g);
  float *p = pass->scratch, *packed = p + gemm->panel * band * g->width;

  for (gsize r = 0; r < pass->rows; r++, dy += g->filters * plane)
    for (gsize top = 0; top < g->height; top += band)
      {
        gsize n = MIN (band, g->height - top), n_columns = n * g->width;

        for (gsize q = first; q < first + n_taps; q++)
          mtl_paint_unfold (g, dy + q / g->taps * plane, q % g->taps, top, n,
                      p + (q - first) * n_columns);
        gemm->pack (n_columns, n_taps, p, n_columns, TRUE, 0, 1, packed);
        gemm->multiply (g->channels, n_taps, n_columns,
                        pass->x[0] + r * g->channels * g->area + top * g->width, g->area, packed,
                        0, 1, NULL, r + top > 0, sums, gemm->panel);
      }
}

static void
add_weight_gradient (const MtlOpPass *pass,
                     const MtlPaint  *g,
                     guint            lane)
{
  gsize panel = mtl_kernels ()->gemm->panel, rows = g->filters * g->taps;
  float *dw = mtl_op_dw (pass, WEIGHT, lane);
  float *sums = (float *) pass->scratch + 2 * panel * grad_rows (g) * g->width;

  for (gsize first = 0; dw != NULL && first < rows; first += panel)
    {
      gsize n = MIN (panel, rows - first);

      sum_panel (pass, g, mtl_op_dy (pass, 0, lane), first, n, sums);
      for (gsize c = 0; c < g->channels; c++)
        for (gsize q = first; q < first + n; q++)
          dw[(q / g->taps * g->channels + c) * g->taps + q % g->taps]
            += sums[c * panel + q - first];
    }
}

static void
add_bias_gradient (const MtlOpPass *pass,
                   const MtlPaint  *g,
                   guint            lane)
{
  const float *dy = mtl_op_dy (pass, 0, lane);
  float *db = mtl_op_dw (pass, BIAS, lane);
  gsize plane = g->out_height * g->out_width;

  for (gsize r = 0; db != NULL && r < pass->rows; r++)
    for (gsize o = 0; o < g->filters; o++, dy += plane)
      {
        double sum = 0.0;

        for (gsize i = 0; i < plane; i++)
          sum += (double) dy[i];
        db[o] += (float) sum;
      }
}

static void
conv_transpose_grad (const MtlOpPass *pass)
{
  const MtlPaint g = measure (pass->shape);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      add_weight_gradient (pass, &g, lane);
      add_bias_gradient (pass, &g, lane);
    }
}

static char *
conv_transpose_line (const MtlSetting *set)
{
  guint kernel = set[KERNEL].number;

  /* Translators: second line of a convolution block: so many filters of this size. */
  return g_strdup_printf (_("%u of %u×%u"), (guint) set[CHANNELS].number, kernel, kernel);
}

/* In C no P is made: each pixel paints its patch at once. */
static gboolean
conv_transpose_write_c (const MtlOpShape  *shape,
                        MtlCWriter        *to,
                        GError           **error)
{
  const MtlPaint g = measure (shape);

  mtl_c_writer_line (to, 0, "for (long o = 0; o < %" G_GSIZE_FORMAT "; o++)", g.filters);
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "float *plane = y + o * %" G_GSIZE_FORMAT ";\n",
                     g.out_height * g.out_width);
  mtl_c_writer_line (to, 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)",
                     g.out_height * g.out_width);
  mtl_c_writer_line (to, 3, "plane[i] = %s[o];", mtl_c_writer_tensor (to, BIAS));
  mtl_c_writer_line (to, 2, "for (long k = 0; k < %" G_GSIZE_FORMAT "; k++)", g.channels);
  mtl_c_writer_line (to, 3, "for (long r = 0; r < %" G_GSIZE_FORMAT "; r++)", g.height);
  mtl_c_writer_line (to, 4, "for (long c = 0; c < %" G_GSIZE_FORMAT "; c++)", g.width);
  mtl_op_write_paint (to, 5, &g, mtl_c_writer_tensor (to, WEIGHT));
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}

const MtlOp mtl_op_conv_transpose = {
  .method = {
    .id = "conv-transpose",
    .title = N_("Transposed Convolution"),
    .summary = N_("Enlarges an image by painting a pattern for each pixel."),
    .reference = "Zeiler, Krishnan, Taylor, Fergus, “Deconvolutional Networks”, CVPR 2010; "
                 "Dumoulin, Visin, “A Guide to Convolution Arithmetic for Deep Learning”, "
                 "arXiv 1603.07285 (2016), ch. 4",
    .params = (const MtlParam[]) {
      [CHANNELS] = { .id = "channels", .title = N_("Channels"),
                     .summary = N_("Channels of the image it gives"),
                     .type = MTL_WHOLE, .minimum = 1, .maximum = 65536, .initial = 16 },
      [KERNEL] = { .id = "kernel", .title = N_("Kernel"),
                   .summary = N_("Height and width of a pattern"), .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 1024, .initial = 2 },
      [STRIDE] = { .id = "stride", .title = N_("Stride"),
                   .summary = N_("Distance of the patterns of two pixels"), .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 1024, .initial = 2 },
      [PADDING] = { .id = "padding", .title = N_("Padding"),
                    .summary = N_("Pixels cut off at each side"), .unit = N_("px"),
                    .type = MTL_WHOLE, .minimum = 0, .maximum = 1024, .initial = 0 },
      [OUTPUT_PADDING] = { .id = "output-padding", .title = N_("Output Padding"),
                           .summary = N_("Rows below and columns to the right; less than the "
                                         "stride"),
                           .unit = N_("px"), .type = MTL_WHOLE, .minimum = 0, .maximum = 1023,
                           .initial = 0, .rare = TRUE },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-conv-transpose-symbolic", .group = N_("Layers"), .width = 92,
            .line = conv_transpose_line },
  .infer = conv_transpose_infer,
  .plan = conv_transpose_plan,
  .prepare = conv_transpose_prepare,
  .forward = conv_transpose_forward,
  .backward = conv_transpose_backward,
  .grad = conv_transpose_grad,
  .write_c = conv_transpose_write_c,
};
