/* mtl-conv-patches.c — any convolution as a product of matrices
 *
 * A column is one output's place; the columns of a shard are those of its
 * samples, one after another. P holds in each column the patch of x under that
 * output, depth·k² values, and for each group
 *
 *   y = W·P + b    dW = dy·Pᵀ    dP = Wᵀ·dy, folded back onto dx
 *
 * P is never whole. Forward fills one panel of columns at a time, as the product
 * wants it; for dW some channels of a few hundred columns are laid out, once for
 * all lanes. A panel may go on into the next sample: its sums are taken apart.
 *
 * Chellapilla, Puri, Simard, “High Performance Convolutional Neural Networks
 * for Document Processing”, IWFHR 2006.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-conv.h"

#include <string.h>

#include "mtl-kernels.h"
#include "mtl-op-move.h"

#define PANEL_FLOATS (96 * 1024)  /* of patches at hand: they stay in the second-level cache */
#define CHUNK        256          /* columns of dW at a time */
#define MOST_TILES   16
#define FILTERS      64           /* whose dy are laid out at a time for dW */

/* Columns that follow each other in one row of outputs. */
typedef struct
{
  gsize sample, row, left, n;
} Strip;

/* The outputs first … last − 1 whose tap at one place of the kernel is inside the input. */
typedef struct
{
  gsize first, last;
} Span;

/* A 1×1 kernel on every pixel knows no rows: strips are long. */
static MtlConv
flatten (const MtlConv *conv)
{
  MtlConv flat = *conv;

  if (conv->kernel == 1 && conv->stride == 1 && conv->padding == 0)
    {
      flat.width = flat.out_width = conv->height * conv->width;
      flat.height = flat.out_height = 1;
    }

  return flat;
}

/* Whose columns are the outputs of @conv, as they are. */
static MtlConv
outputs_of (const MtlConv *conv)
{
  gsize area = conv->out_height * conv->out_width;

  return (MtlConv) {
    .channels = conv->filters, .height = 1, .width = area,
    .filters = conv->filters, .out_height = 1, .out_width = area,
    .kernel = 1, .stride = 1, .dilation = 1, .groups = 1,
  };
}

static Strip
find_strip (const MtlConv *conv,
            gsize          column,
            gsize          n)
{
  gsize area = conv->out_height * conv->out_width;
  gsize place = column % area;
  Strip strip = { column / area, place / conv->out_width, place % conv->out_width, 0 };

  strip.n = MIN (n, conv->out_width - strip.left);
  return strip;
}

/* @at: place in the kernel, in pixels. */
static Span
find_span (const MtlConv *conv,
           gsize          at,
           gsize          size,
           gsize          n_out)
{
  gsize step = conv->stride, padding = conv->padding;
  Span span;

  span.first = padding > at ? (padding - at + step - 1) / step : 0;
  span.last = size + padding > at ? (size + padding - at + step - 1) / step : 0;
  span.first = MIN (span.first, n_out);
  span.last = MIN (span.last, n_out);
  return span;
}

/* Which columns of @strip see the input at tap (@i, @j). */
static Span
clip (const MtlConv *conv,
      const Strip   *strip,
      gsize          i,
      gsize          j)
{
  Span down = find_span (conv, i * conv->dilation, conv->height, conv->out_height);
  Span along = find_span (conv, j * conv->dilation, conv->width, conv->out_width);
  Span span;

  if (strip->row < down.first || strip->row >= down.last)
    return (Span) { 0, 0 };

  span.first = MAX (along.first, strip->left) - strip->left;
  span.last = CLAMP (along.last, strip->left, strip->left + strip->n) - strip->left;
  span.first = MIN (span.first, span.last);
  return span;
}

/* Offset in a plane of what column @column of @strip sees at tap (@i, @j). */
static gsize
find_pixel (const MtlConv *conv,
            const Strip   *strip,
            gsize          column,
            gsize          i,
            gsize          j)
{
  gsize row = strip->row * conv->stride + i * conv->dilation - conv->padding;

  return row * conv->width + (strip->left + column) * conv->stride + j * conv->dilation
         - conv->padding;
}

/* --- patches --- */

/* Channels of x side by side in P: channel c at tap t is row (c − first)·k² + t. */
typedef struct
{
  const MtlConv *conv;
  gsize          first, n_channels;
  gsize          pitch;              /* floats between two rows */
  float         *p;
} Patches;

/* The common distances are known to the compiler, which then takes many at once. */
static inline void
copy_values (float       *to,
             const float *from,
             gsize        n,
             gsize        step)
{
  if (step == 1)
    memcpy (to, from, n * sizeof *to);
  else if (step == 2)
    for (gsize t = 0; t < n; t++)
      to[t] = from[2 * t];
  else
    for (gsize t = 0; t < n; t++)
      to[t] = from[t * step];
}

static void
fill_tap (const Patches *to,
          const float   *x,
          const Strip   *strip,
          gsize          i,
          gsize          j,
          float         *p)
{
  const MtlConv *conv = to->conv;
  gsize plane = conv->height * conv->width;
  gsize next = conv->kernel * conv->kernel * to->pitch;
  Span span = clip (conv, strip, i, j);
  const float *from = x + (strip->sample * conv->channels + to->first) * plane;

  if (span.last > span.first)
    from += find_pixel (conv, strip, span.first, i, j);

  for (gsize c = 0; c < to->n_channels; c++, p += next, from += plane)
    {
      for (gsize t = 0; t < span.first; t++)
        p[t] = 0.0f;
      copy_values (p + span.first, from, span.last - span.first, conv->stride);
      for (gsize t = span.last; t < strip->n; t++)
        p[t] = 0.0f;
    }
}

static void
fill (const Patches *to,
      const float   *x,
      gsize          column,
      gsize          n)
{
  const MtlConv *conv = to->conv;
  gsize kernel = conv->kernel;
  Strip strip;

  for (gsize at = 0; at < n; at += strip.n)
    {
      strip = find_strip (conv, column + at, n - at);
      for (gsize i = 0; i < kernel; i++)
        for (gsize j = 0; j < kernel; j++)
          fill_tap (to, x, &strip, i, j, to->p + (i * kernel + j) * to->pitch + at);
    }
}

static void
fold_tap (const Patches *from,
          float         *dx,
          const Strip   *strip,
          gsize          i,
          gsize          j,
          const float   *p)
{
  const MtlConv *conv = from->conv;
  gsize step = conv->stride, plane = conv->height * conv->width;
  gsize next = conv->kernel * conv->kernel * from->pitch;
  Span span = clip (conv, strip, i, j);
  float *to = dx + (strip->sample * conv->channels + from->first) * plane;

  if (span.last == span.first)
    return;

  p += span.first;
  to += find_pixel (conv, strip, span.first, i, j);
  for (gsize c = 0; c < from->n_channels; c++, p += next, to += plane)
    if (step == 1)
      for (gsize t = 0; t < span.last - span.first; t++)
        to[t] += p[t];
    else
      for (gsize t = 0; t < span.last - span.first; t++)
        to[t * step] += p[t];
}

/* Adds what P holds to where it came from; the reverse of fill(). */
static void
fold (const Patches *from,
      float         *dx,
      gsize          column,
      gsize          n)
{
  const MtlConv *conv = from->conv;
  gsize kernel = conv->kernel;
  Strip strip;

  for (gsize at = 0; at < n; at += strip.n)
    {
      strip = find_strip (conv, column + at, n - at);
      for (gsize i = 0; i < kernel; i++)
        for (gsize j = 0; j < kernel; j++)
          fold_tap (from, dx, &strip, i, j, from->p + (i * kernel + j) * from->pitch + at);
    }
}

/* --- memory --- */

/* Channels of which @columns columns are at hand. */
static gsize
count_channels (const MtlConv *conv,
                gsize          columns)
{
  gsize most = PANEL_FLOATS / columns / (conv->kernel * conv->kernel);

  return CLAMP (most, 1, mtl_conv_depth (conv));
}

guint
mtl_conv_patches_tiles (const MtlConv *self)
{
  gsize block = count_channels (self, CHUNK);

  return (guint) MIN ((self->channels + block - 1) / block, MOST_TILES);
}

gsize
mtl_conv_patches_scratch (const MtlConv *self)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize area = self->kernel * self->kernel;
  gsize rows = count_channels (self, gemm->panel) * area;
  gsize passes = (rows + mtl_conv_group (self)) * gemm->panel;
  gsize wide = count_channels (self, CHUNK) * area;
  gsize grad = (wide + MIN (FILTERS, mtl_conv_group (self))) * CHUNK
               + mtl_gemm_packed_size (gemm, CHUNK, wide);

  return MAX (passes, grad) * sizeof (float);
}

/* --- passes --- */

/* The sums of one panel of columns, filter by filter: where they belong, or in
 * scratch where the panel goes on into the next sample. */
typedef struct
{
  float *c;
  gsize  ldc;
} Target;

static Target
find_target (const MtlConv *conv,
             float         *y,
             gsize          column,
             gsize          n,
             gsize          group,
             float         *aside)
{
  gsize area = conv->out_height * conv->out_width;
  gsize filter = (column / area) * conv->filters + group * mtl_conv_group (conv);

  if (column % area + n <= area)
    return (Target) { y + filter * area + column % area, area };

  return (Target) { aside, mtl_kernels ()->gemm->panel };
}

static void
take_apart (const MtlConv *conv,
            const float   *aside,
            gsize          pitch,
            gsize          column,
            gsize          n,
            gsize          group,
            float         *y)
{
  const MtlConv out = outputs_of (conv);
  gsize n_filters = mtl_conv_group (conv);
  Strip strip;

  for (gsize at = 0; at < n; at += strip.n)
    {
      float *to;

      strip = find_strip (&out, column + at, n - at);
      to = y + (strip.sample * out.channels + group * n_filters) * out.width + strip.left;
      for (gsize f = 0; f < n_filters; f++)
        memcpy (to + f * out.width, aside + f * pitch + at, strip.n * sizeof *to);
    }
}

static void
forward_panel (const MtlConv   *conv,
               const MtlOpPass *pass,
               gsize            group,
               gsize            column,
               gsize            n)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize depth = mtl_conv_depth (conv), n_filters = mtl_conv_group (conv);
  gsize area = conv->kernel * conv->kernel, patch = depth * area;
  gsize block = count_channels (conv, gemm->panel);
  Patches patches = { .conv = conv, .pitch = gemm->panel, .p = pass->scratch };
  float *aside = patches.p + block * area * gemm->panel;
  Target target = find_target (conv, pass->y[0], column, n, group, aside);
  const float *bias = pass->weights[MTL_CONV_BIAS] + group * n_filters;

  for (gsize f = 0; f < n_filters; f++)
    for (gsize t = 0; t < n; t++)
      target.c[f * target.ldc + t] = bias[f];

  for (gsize c = 0; c < depth; c += block)
    {
      patches.first = group * depth + c;
      patches.n_channels = MIN (block, depth - c);
      fill (&patches, pass->x[0], column, n);
      gemm->multiply (n_filters, n, patches.n_channels * area,
                      pass->weights[MTL_CONV_WEIGHT] + group * n_filters * patch + c * area, patch,
                      patches.p, 0, 1, NULL, TRUE, target.c, target.ldc);
    }
  if (target.c == aside)
    take_apart (conv, aside, gemm->panel, column, n, group, pass->y[0]);
}

void
mtl_conv_patches_forward (const MtlConv   *self,
                          const MtlOpPass *pass)
{
  const MtlConv conv = flatten (self);
  gsize panel = mtl_kernels ()->gemm->panel;
  gsize n_columns = pass->rows * conv.out_height * conv.out_width;

  for (gsize group = 0; group < conv.groups; group++)
    for (gsize column = 0; column < n_columns; column += panel)
      forward_panel (&conv, pass, group, column, MIN (panel, n_columns - column));
}

static void
backward_panel (const MtlConv   *conv,
                const MtlOpPass *pass,
                guint            lane,
                gsize            group,
                gsize            column,
                gsize            n)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  const MtlConv out = outputs_of (conv);
  gsize depth = mtl_conv_depth (conv), n_filters = mtl_conv_group (conv);
  gsize area = conv->kernel * conv->kernel, patch = depth * area;
  gsize block = count_channels (conv, gemm->panel);
  Patches patches = { .conv = conv, .pitch = gemm->panel, .p = pass->scratch };
  Patches dy = { &out, group * n_filters, n_filters, gemm->panel,
                 patches.p + block * area * gemm->panel };

  fill (&dy, mtl_op_dy (pass, 0, lane), column, n);
  for (gsize c = 0; c < depth; c += block)
    {
      patches.first = group * depth + c;
      patches.n_channels = MIN (block, depth - c);
      gemm->multiply_transposed (patches.n_channels * area, n, n_filters,
                                 pass->weights[MTL_CONV_WEIGHT] + group * n_filters * patch
                                 + c * area, patch, dy.p, 0, 1, FALSE, patches.p, gemm->panel);
      fold (&patches, mtl_op_dx (pass, 0, lane), column, n);
    }
}

void
mtl_conv_patches_backward (const MtlConv   *self,
                           const MtlOpPass *pass)
{
  const MtlConv conv = flatten (self);
  gsize panel = mtl_kernels ()->gemm->panel;
  gsize n_columns = pass->rows * conv.out_height * conv.out_width;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      if (mtl_op_clear_dx (pass, 0, lane) == NULL)
        continue;
      for (gsize group = 0; group < conv.groups; group++)
        for (gsize column = 0; column < n_columns; column += panel)
          backward_panel (&conv, pass, lane, group, column, MIN (panel, n_columns - column));
    }
}

/* --- gradients of weights --- */

/* dW of some channels from some columns; @packed: their Pᵀ. */
static void
grad_lane (const Patches   *patches,
           const MtlOpPass *pass,
           guint            lane,
           gsize            column,
           gsize            n,
           const float     *packed,
           gboolean         add)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  const MtlConv *conv = patches->conv;
  const MtlConv out = outputs_of (conv);
  gsize depth = mtl_conv_depth (conv), n_filters = mtl_conv_group (conv);
  gsize area = conv->kernel * conv->kernel, patch = depth * area;
  gsize width = patches->n_channels * area, group = patches->first / depth;
  float *dw = mtl_op_dw (pass, MTL_CONV_WEIGHT, lane);
  Patches dy = { .conv = &out, .pitch = CHUNK, .p = patches->p + width * CHUNK };

  dw += group * n_filters * patch + patches->first % depth * area;
  for (gsize f = 0; f < n_filters; f += FILTERS)
    {
      dy.first = group * n_filters + f;
      dy.n_channels = MIN (FILTERS, n_filters - f);
      fill (&dy, mtl_op_dy (pass, 0, lane), column, n);
      gemm->multiply (dy.n_channels, width, n, dy.p, CHUNK, packed, 0,
                      mtl_gemm_panels (gemm, width), NULL, add, dw + f * patch, patch);
    }
}

void
mtl_conv_patches_grad (const MtlConv   *self,
                       const MtlOpPass *pass,
                       gsize            first,
                       gsize            end,
                       gboolean         over)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  const MtlConv conv = flatten (self);
  gsize depth = mtl_conv_depth (&conv), block = count_channels (&conv, CHUNK);
  gsize area = conv.kernel * conv.kernel;
  gsize n_columns = pass->rows * conv.out_height * conv.out_width;
  Patches patches = { .conv = &conv, .pitch = CHUNK, .p = pass->scratch };
  float *packed = patches.p + (block * area + MIN (FILTERS, mtl_conv_group (&conv))) * CHUNK;

  for (gsize c = first; c < end; c += patches.n_channels)
    {
      patches.first = c;
      patches.n_channels = MIN (MIN (block, depth - c % depth), end - c);
      for (gsize column = 0; column < n_columns; column += CHUNK)
        {
          gsize n = MIN (CHUNK, n_columns - column), width = patches.n_channels * area;

          fill (&patches, pass->x[0], column, n);
          gemm->pack (n, width, patches.p, CHUNK, TRUE, 0, mtl_gemm_panels (gemm, width), packed);
          for (guint lane = 0; lane < pass->n_lanes; lane++)
            grad_lane (&patches, pass, lane, column, n, packed, !over || column > 0);
        }
    }
}
