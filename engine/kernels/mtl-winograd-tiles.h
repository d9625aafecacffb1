/* mtl-winograd-tiles.h — tiles with channels side by side, for the passes of one set
 *
 * A strip is one row of tiles of one sample, counted through all samples. Its
 * pixels are turned so that the channels of a pixel follow each other, whatever
 * the size of the map; then a vector holds a place of a tile for as many channels
 * as it has lanes. The tiles of a block of strips are transformed, place by place:
 *
 *   value (place, tile, channel) stands at place · plane + tile · pitch + channel.
 *
 * A vector more in pitch and plane keeps what is used together out of one set
 * of the first-level cache.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-kernels-names.h"
#include "mtl-winograd-lines.h"

#define PANEL  (2 * MTL_LANES)  /* of the products */
#define TILES  128              /* of a block, about: what is read of weights serves that many */

typedef struct
{
  gsize tile;           /* pixels of an output tile along each side */
  gsize places;         /* of an input tile */
  gsize across, down;   /* tiles in a strip, strips in a sample */
  gsize strips, tiles;  /* of a block */
} Tiling;

/* Values of a block for @channels. */
typedef struct
{
  gsize pitch, plane;
} Grid;

static inline gsize
whole_vectors (gsize n)
{
  return (n + MTL_LANES - 1) / MTL_LANES * MTL_LANES;
}

static inline Tiling
tile_shape (const MtlWinograd *shape)
{
  gsize tile = shape->tile;
  Tiling tiling = { .tile = tile, .places = (tile + 2) * (tile + 2),
                    .across = (shape->columns + tile - 1) / tile,
                    .down = (shape->rows + tile - 1) / tile };

  tiling.strips = MAX (TILES / tiling.across, 1);
  tiling.tiles = tiling.strips * tiling.across;
  return tiling;
}

static inline Grid
lay_grid (const Tiling *tiling,
          gsize         channels)
{
  gsize pitch = whole_vectors (channels) + MTL_LANES;

  return (Grid) { pitch, tiling->tiles * pitch + MTL_LANES };
}

/* Rows of pixels whose channels follow each other. */
typedef struct
{
  gsize  width;   /* pixels of a row, with a border of zeros that stays */
  gsize  pixel;   /* floats of one */
  gsize  left;    /* where the map begins */
  float *at;
} Rows;

/* A map of @n_channels with @height × @width pixels. */
typedef struct
{
  const float *x;
  gsize        n_channels, height, width;
} Map;

/* Vectors of the pixels @first … of MTL_LANES channels become vectors of the
 * channels of a pixel. */
static G_ALWAYS_INLINE inline void
turn_pixels (const Map *map,
             gsize      channel,
             gsize      first,
             Vec        v[MTL_LANES])
{
  gsize plane = map->height * map->width;
  gsize n = MIN (plane - first, MTL_LANES);

  if (n == MTL_LANES && channel + MTL_LANES <= map->n_channels)
#pragma GCC unroll 16
    for (gsize c = 0; c < MTL_LANES; c++)
      {
        const float *from = map->x + (channel + c) * plane + first;

        __builtin_prefetch (from + 2 * map->width);   /* of the next strip */
        v[c] = vec_load (from);
      }
  else
    for (gsize c = 0; c < MTL_LANES; c++)
      {
        v[c] = (Vec) { 0 };
        if (channel + c < map->n_channels)
          memcpy (&v[c], map->x + (channel + c) * plane + first, n * sizeof (float));
      }
  vec_transpose (v);
}

/* Where a pixel is in some rows. */
typedef struct
{
  float *line;    /* its row, at the first pixel of the map */
  gsize  column;
} Place;

static G_ALWAYS_INLINE inline void
step_on (Place      *place,
         const Rows *rows,
         gsize       n,
         gsize       width)
{
  place->column += n;
  if (place->column == width)
    *place = (Place) { place->line + rows->width * rows->pixel, 0 };
}

/* Whether a whole vector of pixels lies in one row: then the compiler can keep
 * all of them in registers. */
static G_ALWAYS_INLINE inline gboolean
is_whole (const Place *place,
          gsize        n,
          gsize        width)
{
  return n == MTL_LANES && place->column + MTL_LANES <= width;
}

static G_ALWAYS_INLINE inline void
store_pixels (Place      *place,
              const Rows *rows,
              gsize       width,
              gsize       n,
              const Vec   v[MTL_LANES])
{
  if (is_whole (place, n, width))
    {
#pragma GCC unroll 16
      for (gsize i = 0; i < MTL_LANES; i++)
        vec_store (place->line + (place->column + i) * rows->pixel, v[i]);
      step_on (place, rows, MTL_LANES, width);
      return;
    }
  for (gsize i = 0; i < n; i++)
    {
      vec_store (place->line + place->column * rows->pixel, v[i]);
      step_on (place, rows, 1, width);
    }
}

/* Rows @top … @top + @n_rows − 1 of a map; beyond it they are zero. */
static inline void
read_rows (const Map  *map,
           gssize      top,
           gsize       n_rows,
           const Rows *to)
{
  gsize skipped = top < 0 ? MIN ((gsize) -top, n_rows) : 0;
  gsize first = top < 0 ? 0 : MIN ((gsize) top, map->height);
  gsize n = MIN (n_rows - skipped, map->height - first);
  gsize row = to->width * to->pixel, n_pixels = n * map->width;

  memset (to->at, 0, skipped * row * sizeof (float));
  memset (to->at + (skipped + n) * row, 0, (n_rows - skipped - n) * row * sizeof (float));

  for (gsize channel = 0; channel < map->n_channels; channel += MTL_LANES)
    {
      Place place = { to->at + skipped * row + to->left * to->pixel + channel, 0 };

      for (gsize pixel = 0; pixel < n_pixels; pixel += MTL_LANES)
        {
          Vec v[MTL_LANES];

          turn_pixels (map, channel, first * map->width + pixel, v);
          store_pixels (&place, to, map->width, MIN (MTL_LANES, n_pixels - pixel), v);
        }
    }
}

/* @n × @n vectors: floats from one row or column to the next. */
typedef struct
{
  gsize n, row, column;
} Square;

static inline Square
square_of_places (gsize side,
                  gsize plane)
{
  return (Square) { side, side * plane, plane };
}

static inline Square
square_of_pixels (gsize       n,
                  const Rows *rows)
{
  return (Square) { n, rows->width * rows->pixel, rows->pixel };
}

/* M·X·Mᵀ: @line takes a line through M. The first of X is at @from, that of the
 * outcome at @to. */
static G_ALWAYS_INLINE inline void
transform (gsize        tile,
           void       (*line) (gsize      tile,
                               const Vec *from,
                               Vec       *to),
           Square       x,
           const float *from,
           Square       y,
           float       *to)
{
  Vec half[MOST_SIDE][MOST_SIDE], in[MOST_SIDE], out[MOST_SIDE];

#pragma GCC unroll 6
  for (gsize j = 0; j < x.n; j++)
    {
#pragma GCC unroll 6
      for (gsize i = 0; i < x.n; i++)
        in[i] = vec_load (from + i * x.row + j * x.column);
      line (tile, in, out);
#pragma GCC unroll 6
      for (gsize i = 0; i < y.n; i++)
        half[i][j] = out[i];
    }
#pragma GCC unroll 6
  for (gsize i = 0; i < y.n; i++, to += y.row)
    {
      float *at = to;

      line (tile, half[i], out);
#pragma GCC unroll 6
      for (gsize j = 0; j < y.n; j++, at += y.column)
        vec_store (at, out[j]);
    }
}

/* The rows of inputs that a strip takes. */
static inline Rows
input_rows (const MtlWinograd *shape,
            const Tiling      *tiling,
            float             *at)
{
  Rows rows = { tiling->tile * tiling->across + 2, whole_vectors (shape->in), shape->padding, at };

  return rows;
}

/* Bᵀ·d·B: inputs of @n strips from @strip. @rows: their border is zero. */
static G_ALWAYS_INLINE inline void
transform_strips (gsize              tile,
                  const MtlWinograd *shape,
                  const Tiling      *tiling,
                  const float       *x,
                  gsize              strip,
                  gsize              n,
                  const Rows        *rows,
                  float             *v)
{
  const Grid grid = lay_grid (tiling, shape->in);
  const Square pixels = square_of_pixels (tile + 2, rows);
  const Square places = square_of_places (tile + 2, grid.plane);

  for (gsize s = strip; s < strip + n; s++)
    {
      Map map = { x + s / tiling->down * shape->in * shape->height * shape->width,
                  shape->in, shape->height, shape->width };

      read_rows (&map, (gssize) (s % tiling->down * tile) - (gssize) shape->padding, tile + 2,
                 rows);
      for (gsize t = 0; t < tiling->across; t++, v += grid.pitch)
        for (gsize c = 0; c < shape->in; c += MTL_LANES)
          transform (tile, take_input, pixels, rows->at + tile * t * rows->pixel + c, places,
                     v + c);
    }
}

static inline void
transform_input (const MtlWinograd *shape,
                 const Tiling      *tiling,
                 const float       *x,
                 gsize              strip,
                 gsize              n,
                 const Rows        *rows,
                 float             *v)
{
  if (tiling->tile == 2)
    transform_strips (2, shape, tiling, x, strip, n, rows, v);
  else
    transform_strips (4, shape, tiling, x, strip, n, rows, v);
}

static inline float *
take_floats (float **scratch,
             gsize   n)
{
  float *taken = *scratch;

  *scratch += whole_vectors (n);
  return taken;
}
