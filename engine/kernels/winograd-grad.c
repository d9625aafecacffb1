/* winograd-grad.c — gradients of 3×3 weights of one set, see mtl-winograd.h
 *
 * A block of tiles of x is transformed once for all lanes and filters. Against
 * it comes one panel of filters of dy at a time, whose products with some of the
 * channels stay in cache until they are taken back to taps.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-winograd-tiles.h"

#define TAPS     9
#define CHANNELS 64   /* of one product; whole vectors */

typedef struct
{
  const MtlWinograd     *shape;
  const MtlWinogradGrad *grad;
  Tiling                 tiling;
  Grid                   grid;
  Rows                   from, dy;
  float                 *v;        /* of x */
  float                 *dm;       /* a panel of tiles × filters for each place */
  float                 *du;       /* channels × filters for each place */
  float                 *taps;     /* channel by channel and tap by tap, filters */
} Grad;

static gsize
dm_plane (const Tiling *tiling)
{
  return tiling->tiles * PANEL + MTL_LANES;
}

static gsize
du_plane (void)
{
  return CHANNELS * PANEL + MTL_LANES;
}

gsize
mtl_winograd_grad_scratch (const MtlWinograd *shape)
{
  const Tiling tiling = tile_shape (shape);
  const Rows rows = input_rows (shape, &tiling, NULL);

  return tiling.places * (lay_grid (&tiling, shape->in).plane + dm_plane (&tiling) + du_plane ())
         + MTL_LANES * TAPS * PANEL + (tiling.tile + 2) * rows.width * rows.pixel
         + tiling.tile * tiling.tile * tiling.across * PANEL;
}

/* A·dY·Aᵀ: the filters of one panel, of @n strips from @strip. */
static G_ALWAYS_INLINE inline void
read_gradient (gsize        tile,
               const Grad  *self,
               const float *dy,
               gsize        panel,
               gsize        strip,
               gsize        n)
{
  const MtlWinograd *shape = self->shape;
  gsize filter = panel * PANEL, width = MIN (PANEL, shape->out - filter);
  const Square pixels = square_of_pixels (tile, &self->dy);
  const Square places = square_of_places (tile + 2, dm_plane (&self->tiling));
  float *to = self->dm;

  for (gsize s = strip; s < strip + n; s++)
    {
      gsize first = s / self->tiling.down * shape->out + filter;
      Map map = { dy + first * shape->rows * shape->columns, width, shape->rows, shape->columns };

      read_rows (&map, (gssize) (s % self->tiling.down * tile), tile, &self->dy);
      for (gsize t = 0; t < self->tiling.across; t++, to += PANEL)
        for (gsize half = 0; half < PANEL; half += MTL_LANES)
          transform (tile, take_gradient, pixels, self->dy.at + tile * t * PANEL + half, places,
                     to + half);
    }
}

/* @n values of each of MTL_LANES filters, from @taps to @dw, whose rows are
 * @row apart. */
static void
hand_over (const float *taps,
           gsize        n,
           gsize        n_filters,
           gboolean     over,
           float       *dw,
           gsize        row)
{
  for (gsize i = 0; i < n; i += MTL_LANES)
    {
      gsize here = MIN (MTL_LANES, n - i);
      Vec v[MTL_LANES];

      for (gsize p = 0; p < MTL_LANES; p++)
        v[p] = p < here ? vec_load (taps + (i + p) * PANEL) : (Vec) { 0 };
      vec_transpose (v);
      for (gsize f = 0; f < n_filters; f++)
        if (here == MTL_LANES)
          vec_store (dw + f * row + i, over ? v[f] : vec_load (dw + f * row + i) + v[f]);
        else
          for (gsize p = 0; p < here; p++)
            dw[f * row + i + p] = over ? v[f][p] : dw[f * row + i + p] + v[f][p];
    }
}

/* Gᵀ·dU·G: from products of @n channels from @channel to their taps in dw. */
static G_ALWAYS_INLINE inline void
take_back (gsize       tile,
           const Grad *self,
           gsize       panel,
           gsize       channel,
           gsize       n,
           gboolean    over,
           float      *dw)
{
  const Square places = square_of_places (tile + 2, du_plane ());
  const Square taps = { 3, 3 * PANEL, PANEL };
  gsize row = self->shape->in * TAPS, width = MIN (PANEL, self->shape->out - panel * PANEL);

  for (gsize c = 0; c < n; c += MTL_LANES)
    {
      gsize here = MIN (MTL_LANES, n - c);

      for (gsize i = 0; i < here; i++)
        for (gsize half = 0; half < PANEL; half += MTL_LANES)
          transform (tile, return_filter, places, self->du + (c + i) * PANEL + half, taps,
                     self->taps + i * TAPS * PANEL + half);
      for (gsize half = 0; half < width; half += MTL_LANES)
        hand_over (self->taps + half, here * TAPS, MIN (MTL_LANES, width - half), over,
                   dw + (panel * PANEL + half) * row + (channel + c) * TAPS, row);
    }
}

static void
grad_panel (const Grad *self,
            guint       lane,
            gsize       panel,
            gsize       strip,
            gsize       n)
{
  const MtlWinograd *shape = self->shape;
  gsize width = MIN (PANEL, shape->out - panel * PANEL);
  gboolean over = self->grad->over && strip == 0;

  if (shape->tile == 2)
    read_gradient (2, self, self->grad->dy[lane], panel, strip, n);
  else
    read_gradient (4, self, self->grad->dy[lane], panel, strip, n);
  for (gsize c = 0; c < shape->in; c += CHANNELS)
    {
      gsize here = MIN (CHANNELS, shape->in - c);

      for (gsize place = 0; place < self->tiling.places; place++)
        mtl_gemm_set.multiply_transposed (here, width, n * self->tiling.across,
                                          self->v + place * self->grid.plane + c,
                                          self->grid.pitch,
                                          self->dm + place * dm_plane (&self->tiling), 0, 1, FALSE,
                                          self->du + place * du_plane (), PANEL);
      if (shape->tile == 2)
        take_back (2, self, panel, c, here, over, self->grad->dw[lane]);
      else
        take_back (4, self, panel, c, here, over, self->grad->dw[lane]);
    }
}

void
mtl_winograd_grad (const MtlWinograd     *shape,
                   const MtlWinogradGrad *grad)
{
  Grad self = { .shape = shape, .grad = grad, .tiling = tile_shape (shape) };
  gsize n_strips = grad->n_samples * self.tiling.down;
  float *left = grad->scratch;

  self.grid = lay_grid (&self.tiling, shape->in);
  self.v = take_floats (&left, self.tiling.places * self.grid.plane);
  self.dm = take_floats (&left, self.tiling.places * dm_plane (&self.tiling));
  self.du = take_floats (&left, self.tiling.places * du_plane ());
  self.taps = take_floats (&left, MTL_LANES * TAPS * PANEL);
  self.from = input_rows (shape, &self.tiling, left);
  left += (shape->tile + 2) * self.from.width * self.from.pixel;
  self.dy = (Rows) { shape->tile * self.tiling.across, PANEL, 0, left };
  memset (self.from.at, 0, (left - self.from.at) * sizeof (float));
  memset (self.dy.at, 0, shape->tile * self.dy.width * self.dy.pixel * sizeof (float));

  for (gsize strip = 0; strip < n_strips; strip += self.tiling.strips)
    {
      gsize n = MIN (self.tiling.strips, n_strips - strip);

      transform_input (shape, &self.tiling, grad->x, strip, n, &self.from, self.v);
      for (guint lane = 0; lane < grad->n_lanes; lane++)
        for (gsize panel = grad->first; panel < grad->end; panel++)
          grad_panel (&self, lane, panel, strip, n);
    }
}
