/* winograd.c — outputs of 3×3 convolutions of one set, see mtl-winograd.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-winograd-tiles.h"

#define TAPS 9

/* --- weights --- */

static gsize
prepared (const MtlWinograd *shape)
{
  return tile_shape (shape).places * mtl_gemm_packed_size (&mtl_gemm_set, shape->in, shape->out);
}

/* G·g·Gᵀ of as many filters as a vector has lanes. @g: of each tap. Within
 * transform() a compiler fuses other products with sums: other last bits. */
static G_ALWAYS_INLINE inline void
transform_filters (gsize        tile,
                   const float *g,
                   gboolean     turned,
                   gsize        plane,
                   float       *to)
{
  gsize side = tile + 2;
  Vec t[MOST_SIDE][3], line[MOST_SIDE], taps[3];

  for (gsize j = 0; j < 3; j++)
    {
      for (gsize i = 0; i < 3; i++)
        taps[i] = vec_load (g + (turned ? 8 - (i * 3 + j) : i * 3 + j) * PANEL);
      take_filter (tile, taps, line);
      for (gsize i = 0; i < side; i++)
        t[i][j] = line[i];
    }
  for (gsize i = 0; i < side; i++)
    {
      take_filter (tile, t[i], line);
      for (gsize j = 0; j < side; j++, to += plane)
        vec_store (to, line[j]);
    }
}

/* The taps of @n channels lie as a product would have them: a panel of filters
 * for each tap of each channel. */
static void
prepare_panel (const MtlWinograd *shape,
               const float       *w,
               gboolean           turned,
               gsize              panel,
               float             *to)
{
  gsize filter = panel * PANEL, width = MIN (PANEL, shape->out - filter);
  gsize plane = mtl_gemm_packed_size (&mtl_gemm_set, shape->in, shape->out);
  float taps[MTL_LANES * TAPS * PANEL];

  for (gsize c = 0; c < shape->in; c += MTL_LANES)
    {
      gsize n = MIN (MTL_LANES, shape->in - c);

      if (!turned)
        mtl_gemm_set.pack (n * TAPS, width, w + (filter * shape->in + c) * TAPS, shape->in * TAPS,
                           TRUE, 0, 1, taps);
      else
        for (gsize i = 0; i < n; i++)
          mtl_gemm_set.pack (TAPS, width, w + ((c + i) * shape->out + filter) * TAPS, TAPS, TRUE,
                             0, 1, taps + i * TAPS * PANEL);
      for (gsize i = 0; i < n; i++)
        for (gsize half = 0; half < PANEL; half += MTL_LANES)
          {
            const float *from = taps + i * TAPS * PANEL + half;
            float *into = to + (panel * shape->in + c + i) * PANEL + half;

            if (shape->tile == 2)
              transform_filters (2, from, turned, plane, into);
            else
              transform_filters (4, from, turned, plane, into);
          }
    }
}

static void
prepare (const MtlWinograd *shape,
         const float       *w,
         gboolean           turned,
         gsize              first,
         gsize              end,
         float             *to)
{
  for (gsize panel = first; panel < end; panel++)
    prepare_panel (shape, w, turned, panel, to);
}

/* --- outputs --- */

static G_ALWAYS_INLINE inline void
load_pixels (Place      *place,
             const Rows *rows,
             gsize       width,
             gsize       n,
             Vec         v[MTL_LANES])
{
  if (is_whole (place, n, width))
    {
#pragma GCC unroll 16
      for (gsize i = 0; i < MTL_LANES; i++)
        v[i] = vec_load (place->line + (place->column + i) * rows->pixel);
      step_on (place, rows, MTL_LANES, width);
      return;
    }
  for (gsize i = 0; i < MTL_LANES; i++)
    {
      v[i] = i < n ? vec_load (place->line + place->column * rows->pixel) : (Vec) { 0 };
      if (i < n)
        step_on (place, rows, 1, width);
    }
}

/* @n pixels of as many filters as a vector has lanes, from filter @filter on. */
static G_ALWAYS_INLINE inline void
put_pixels (const MtlWinograd    *shape,
            const MtlWinogradRun *run,
            gsize                 filter,
            const Vec             v[MTL_LANES],
            gsize                 n,
            float                *y)
{
  gsize plane = shape->rows * shape->columns;

  if (n == MTL_LANES && filter + MTL_LANES <= shape->out)
    {
#pragma GCC unroll 16
      for (gsize f = 0; f < MTL_LANES; f++)
        {
          float *to = y + f * plane;
          Vec sum = run->bias != NULL ? v[f] + vec_all (run->bias[filter + f]) : v[f];

          __builtin_prefetch (to + 2 * shape->columns, 1);   /* of the next strip */
          vec_store (to, run->add ? vec_load (to) + sum : sum);
        }
      return;
    }
  for (gsize f = 0; f < MIN (MTL_LANES, shape->out - filter); f++)
    for (gsize i = 0; i < n; i++)
      {
        float sum = run->bias != NULL ? v[f][i] + run->bias[filter + f] : v[f][i];

        y[f * plane + i] = run->add ? y[f * plane + i] + sum : sum;
      }
}

/* From rows to @n_rows rows of the map @y, filter by filter. */
static void
write_rows (const MtlWinograd    *shape,
            const MtlWinogradRun *run,
            const Rows           *rows,
            gsize                 n_rows,
            float                *y)
{
  gsize plane = shape->rows * shape->columns, n_pixels = n_rows * shape->columns;

  for (gsize filter = 0; filter < shape->out; filter += MTL_LANES)
    {
      Place place = { rows->at + filter, 0 };

      for (gsize pixel = 0; pixel < n_pixels; pixel += MTL_LANES)
        {
          gsize n = MIN (MTL_LANES, n_pixels - pixel);
          Vec v[MTL_LANES];

          load_pixels (&place, rows, shape->columns, n, v);
          vec_transpose (v);
          put_pixels (shape, run, filter, v, n, y + filter * plane + pixel);
        }
    }
}

/* Aᵀ·M·A of @n strips from @strip, on its way to y by @rows. */
static G_ALWAYS_INLINE inline void
transform_output (gsize                 tile,
                  const MtlWinograd    *shape,
                  const Tiling         *tiling,
                  const MtlWinogradRun *run,
                  gsize                 strip,
                  gsize                 n,
                  const Rows           *rows,
                  const float          *m)
{
  const Grid grid = lay_grid (tiling, shape->out);
  const Square places = square_of_places (tile + 2, grid.plane);
  const Square pixels = square_of_pixels (tile, rows);
  gsize plane = shape->rows * shape->columns;

  for (gsize s = strip; s < strip + n; s++)
    {
      gsize row = s % tiling->down * tile;

      for (gsize t = 0; t < tiling->across; t++, m += grid.pitch)
        for (gsize f = 0; f < shape->out; f += MTL_LANES)
          transform (tile, return_output, places, m + f, pixels,
                     rows->at + tile * t * rows->pixel + f);
      write_rows (shape, run, rows, MIN (tile, shape->rows - row),
                  run->y + s / tiling->down * shape->out * plane + row * shape->columns);
    }
}

/* --- passes --- */

static gsize
scratch (const MtlWinograd *shape)
{
  const Tiling tiling = tile_shape (shape);
  const Grid in = lay_grid (&tiling, shape->in), out = lay_grid (&tiling, shape->out);
  const Rows rows = input_rows (shape, &tiling, NULL);

  return (tiling.tile + 2) * rows.width * rows.pixel + tiling.places * (in.plane + out.plane)
         + tiling.tile * tiling.tile * tiling.across * whole_vectors (shape->out);
}

static void
run_all (const MtlWinograd    *shape,
         const MtlWinogradRun *run)
{
  const Tiling tiling = tile_shape (shape);
  const Grid in = lay_grid (&tiling, shape->in), out = lay_grid (&tiling, shape->out);
  gsize panels = mtl_gemm_packed_size (&mtl_gemm_set, shape->in, shape->out);
  gsize n_strips = run->n_samples * tiling.down;
  float *left = run->scratch;
  float *v = take_floats (&left, tiling.places * in.plane);
  float *m = take_floats (&left, tiling.places * out.plane);
  Rows to = { tiling.tile * tiling.across, whole_vectors (shape->out), 0, NULL };
  Rows from = input_rows (shape, &tiling, NULL);

  to.at = take_floats (&left, tiling.tile * to.width * to.pixel);
  from.at = left;
  memset (from.at, 0, (tiling.tile + 2) * from.width * from.pixel * sizeof (float));

  for (gsize strip = 0; strip < n_strips; strip += tiling.strips)
    {
      gsize n = MIN (tiling.strips, n_strips - strip);

      transform_input (shape, &tiling, run->x, strip, n, &from, v);
      for (gsize place = 0; place < tiling.places; place++)
        mtl_gemm_set.multiply (n * tiling.across, shape->out, shape->in, v + place * in.plane,
                               in.pitch, run->weights + place * panels, 0,
                               mtl_gemm_panels (&mtl_gemm_set, shape->out), NULL, FALSE,
                               m + place * out.plane, out.pitch);
      if (tiling.tile == 2)
        transform_output (2, shape, &tiling, run, strip, n, &to, m);
      else
        transform_output (4, shape, &tiling, run, strip, n, &to, m);
    }
}

const MtlWinogradKernels mtl_winograd_set = {
  .prepared = prepared,
  .scratch = scratch,
  .grad_scratch = mtl_winograd_grad_scratch,
  .prepare = prepare,
  .run = run_all,
  .grad = mtl_winograd_grad,
};
