/* mtl-conv-pool-layout.h — how the kernels of one set see a convolution
 *
 * Forward holds MTL_LANES samples in a vector: pixel (i, r, s) of the padded
 * image of all of them stands at ((i·high + r)·wide + s)·MTL_LANES, and no
 * lane idles whatever the shape.
 *
 * Grad and backward follow each sample's own few active positions, so there a
 * vector lies along a row of the kernel. A sample's pixels stand with their
 * channels together, `channels` floats apart, and rows `pitch` floats apart.
 * One kernel row is then `strip` whole vectors (a little beyond its end: what
 * is read there is never used). A filter, or its gradient, has kernel × strip
 * vectors too, cut into columns of at most MTL_WIDTH vectors, each stored row
 * by row: what a walk holds in registers is contiguous in memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-kernels-names.h"
#include "mtl-vector.h"

/* Lanes of gradients that share one reading of the image. */
#define MTL_PAIR 2

#define MTL_WIDTH 5

/* Places in a cell are 0 … 3; 4 stands for an output whose maximum is not above zero. */
#define MTL_INACTIVE 4
#define MTL_PLACES   5

/* Forward: channels that are summed at once, and results that leave at once. */
#define MTL_FILTERS (MTL_REGISTERS == 32 ? 6 : 2)
#define MTL_TILE    (MTL_LANES * MTL_LANES)

typedef struct
{
  gsize high, wide;   /* padded image */
  gsize channels;     /* floats between two pixels of a row */
  gsize pitch;        /* floats between two rows */
  gsize image;        /* floats of a sample, with what is read beyond its end */
  gsize strip;        /* vectors of a kernel row */
  gsize filter;       /* floats of a filter: kernel · strip · MTL_LANES */
  gsize cells;        /* outputs of a channel */
  gboolean joined;    /* nothing stands between two rows: they are one */
} Layout;

void  mtl_conv_pool_forward  (const MtlConvPool *shape,
                              const MtlOpPass   *pass);
void  mtl_conv_pool_grad     (const MtlConvPool *shape,
                              const MtlOpPass   *pass);
void  mtl_conv_pool_backward (const MtlConvPool *shape,
                              const MtlOpPass   *pass);

static inline gsize
round_up (gsize n,
          gsize step)
{
  return (n + step - 1) / step * step;
}

/* Few channels stand close, at a power of two; many fill whole vectors. */
static inline gsize
space_channels (gsize n)
{
  gsize space = 1;

  while (space < n && space < MTL_LANES)
    space *= 2;

  return MAX (space, round_up (n, space));
}

static inline Layout
lay_out (const MtlConvPool *shape)
{
  Layout l = { .high = shape->height + 2 * shape->padding,
               .wide = shape->width + 2 * shape->padding };

  l.channels = space_channels (shape->in);
  l.pitch = round_up (l.wide * l.channels, MTL_LANES);
  l.image = l.high * l.pitch + 2 * MTL_LANES;
  l.strip = (shape->kernel * l.channels + MTL_LANES - 1) / MTL_LANES;
  l.filter = shape->kernel * l.strip * MTL_LANES;
  l.cells = shape->rows * shape->columns;
  l.joined = l.pitch == shape->width * l.channels;

  return l;
}

/* Where the vectors of a filter's row @u from column @first on begin, in floats. */
static inline gsize
place_block (const MtlConvPool *shape,
             const Layout      *l,
             gsize              u,
             gsize              first)
{
  gsize width = MIN (l->strip - first, MTL_WIDTH);

  return (first * shape->kernel + u * width) * MTL_LANES;
}

/* Where the weight of channel @i under (u, v) stands in a filter. */
static inline gsize
place_weight (const MtlConvPool *shape,
              const Layout      *l,
              gsize              i,
              gsize              u,
              gsize              v)
{
  gsize along = v * l->channels + i;
  gsize column = along / (MTL_WIDTH * MTL_LANES);

  return place_block (shape, l, u, column * MTL_WIDTH) + along - column * MTL_WIDTH * MTL_LANES;
}

/* Scratch is dealt out in whole cache lines. */
static inline gpointer
take_scratch (char  **scratch,
              gsize   bytes)
{
  char *start = (char *) round_up ((gsize) *scratch, 64);

  *scratch = start + bytes;

  return start;
}

/* The offset in an image of the first position of each cell. */
static inline void
place_cells (const MtlConvPool *shape,
             const Layout      *l,
             guint32           *cells)
{
  for (gsize r = 0; r < shape->rows; r++)
    for (gsize c = 0; c < shape->columns; c++)
      *cells++ = (guint32) (2 * r * l->pitch + 2 * c * l->channels);
}

/* Turns @n floats of each of @live ≤ MTL_LANES rows, @stride floats apart, into
 * vectors that hold one float of each row, @step floats apart. Dead lanes are 0.
 * A step below MTL_LANES is allowed: a vector overwrites the last one's end. */
static inline void
interleave (const float *rows,
            gsize        stride,
            gsize        live,
            gsize        n,
            float       *to,
            gsize        step)
{
  gsize first = 0;

  for (; first + MTL_LANES <= n; first += MTL_LANES)
    {
      Vec v[MTL_LANES];

#pragma GCC unroll 16
      for (gsize r = 0; r < MTL_LANES; r++)
        v[r] = r < live ? vec_load (rows + r * stride + first) : (Vec) { 0 };

      vec_transpose (v);

#pragma GCC unroll 16
      for (gsize i = 0; i < MTL_LANES; i++)
        vec_store (to + (first + i) * step, v[i]);
    }

  if (first < n)
    {
      Vec v[MTL_LANES] = { 0 };

      for (gsize r = 0; r < live; r++)
        memcpy (&v[r], rows + r * stride + first, (n - first) * sizeof (float));

      vec_transpose (v);

      for (gsize i = 0; i < n - first; i++)
        vec_store (to + (first + i) * step, v[i]);
    }
}

/* The inverse: @n vectors, @step apart, to @live rows, overwriting or adding. */
static inline void
separate (const float *from,
          gsize        step,
          gsize        live,
          gsize        n,
          float       *rows,
          gsize        stride,
          gboolean     fresh)
{
  gsize first = 0;

  for (; first + MTL_LANES <= n; first += MTL_LANES)
    {
      Vec v[MTL_LANES];

#pragma GCC unroll 16
      for (gsize i = 0; i < MTL_LANES; i++)
        v[i] = vec_load (from + (first + i) * step);

      vec_transpose (v);

#pragma GCC unroll 16
      for (gsize r = 0; r < MTL_LANES; r++)
        if (r < live)
          {
            float *to = rows + r * stride + first;

            vec_store (to, fresh ? v[r] : v[r] + vec_load (to));
          }
    }

  for (; first < n; first++)
    for (gsize r = 0; r < live; r++)
      {
        float *to = rows + r * stride + first;

        *to = fresh ? from[first * step + r] : *to + from[first * step + r];
      }
}

/* A sample into an image whose border is zero already. */
static inline void
read_image (const MtlConvPool *shape,
            const Layout      *l,
            const float       *x,
            float             *image)
{
  gsize plane = shape->height * shape->width;
  gsize border = shape->padding * (l->pitch + l->channels);
  gsize width = l->joined ? plane : shape->width;

  for (gsize i = 0; i < shape->in; i += MTL_LANES)
    for (gsize r = 0; r * width < plane; r++)
      {
        const float *from = x + i * plane + r * width;
        float *to = image + border + r * l->pitch + i;

        if (l->channels == 1)
          memcpy (to, from, width * sizeof (float));
        else
          interleave (from, plane, MIN (shape->in - i, MTL_LANES), width, to, l->channels);
      }
}

/* The image without its border into a sample. */
static inline void
write_image (const MtlConvPool *shape,
             const Layout      *l,
             const float       *image,
             float             *x,
             gboolean           fresh)
{
  gsize plane = shape->height * shape->width;
  gsize border = shape->padding * (l->pitch + l->channels);
  gsize width = l->joined ? plane : shape->width;

  for (gsize i = 0; i < shape->in; i += MTL_LANES)
    for (gsize r = 0; r * width < plane; r++)
      separate (image + border + r * l->pitch + i, l->channels,
                MIN (shape->in - i, MTL_LANES), width, x + i * plane + r * width, plane, fresh);
}
