/* conv-pool-forward.c — the forward kernel of one set
 *
 * MTL_LANES samples go together, one in each lane, so a cell's maximum is a
 * maximum of whole registers and no lane idles. For a cell of 2×2 positions
 * and up to MTL_FILTERS output channels all sums stay in registers; a tap
 * costs four loads of pixels and one broadcast weight for each channel.
 *
 * Results leave through a tile of MTL_LANES cells, turned so that each
 * sample's part is contiguous.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-conv-pool-layout.h"

#define CHAIN 64  /* taps */

typedef struct
{
  const MtlConvPool *shape;
  const MtlOpPass   *pass;
  Layout             layout;
  gsize              n_taps;
  guint32           *taps;     /* where each tap reads, in floats from a position */
  float             *image;    /* MTL_LANES samples */
  float             *weights;  /* group by group: tap × channel of the group */
  float             *values;   /* MTL_FILTERS tiles: cell × sample */
  gint32            *places;   /* beside values */
} Forward;

/* The maximum, the first of equals, and its place; a NaN is kept. */
static G_ALWAYS_INLINE inline void
pool (const Vec  sum[4],
      float     *value,
      gint32    *place)
{
  Vec best = sum[0];
  Ints at = { 0 };

#pragma GCC unroll 4
  for (gint32 p = 1; p < 4; p++)
    {
      Ints better = (sum[p] > best) | (sum[p] != sum[p]);

      best = vec_choose (better, sum[p], best);
      at = (better & p) | (~better & at);
    }

  Ints off = best <= 0.0f;

  *(Vec *) value = (Vec) (~off & (Ints) best);
  *(Ints *) place = (off & MTL_INACTIVE) | (~off & at);
}

/* Taps @first … @end − 1 on top of @sum. */
static G_ALWAYS_INLINE inline void
sum_taps (guint          n,
          const Forward *self,
          const float   *x,
          const float   *w,
          gsize          first,
          gsize          end,
          Vec            sum[MTL_FILTERS][4])
{
  gsize row = self->layout.wide * MTL_LANES;

  w += first * n;
  for (gsize t = first; t < end; t++, w += n)
    {
      const float *at = x + self->taps[t];
      Vec pixel[4] = { vec_load (at), vec_load (at + MTL_LANES),
                       vec_load (at + row), vec_load (at + row + MTL_LANES) };

#pragma GCC unroll 8
      for (guint c = 0; c < n; c++)
#pragma GCC unroll 4
        for (guint p = 0; p < 4; p++)
          sum[c][p] += w[c] * pixel[p];
    }
}

/* A long sum is one of chains, as in gemm.c. */
static G_ALWAYS_INLINE inline void
sum_cell (guint          n,
          const Forward *self,
          const float   *x,
          const float   *w,
          const float   *bias,
          gsize          slot)
{
  Vec sum[MTL_FILTERS][4];

#pragma GCC unroll 8
  for (guint c = 0; c < n; c++)
    for (guint p = 0; p < 4; p++)
      sum[c][p] = vec_all (bias[c]);

  sum_taps (n, self, x, w, 0, MIN (self->n_taps, CHAIN), sum);
  for (gsize t = CHAIN; t < self->n_taps; t += CHAIN)
    {
      Vec chain[MTL_FILTERS][4] = { { { 0 } } };

      sum_taps (n, self, x, w, t, MIN (self->n_taps, t + CHAIN), chain);
#pragma GCC unroll 8
      for (guint c = 0; c < n; c++)
        for (guint p = 0; p < 4; p++)
          sum[c][p] += chain[c][p];
    }

#pragma GCC unroll 8
  for (guint c = 0; c < n; c++)
    pool (sum[c], self->values + c * MTL_TILE + slot * MTL_LANES,
          self->places + c * MTL_TILE + slot * MTL_LANES);
}

static void
run_cell (const Forward *self,
          gsize          first,
          gsize          n,
          gsize          cell,
          gsize          slot)
{
  gsize r = 2 * (cell / self->shape->columns);
  gsize s = 2 * (cell % self->shape->columns);
  const float *x = self->image + (r * self->layout.wide + s) * MTL_LANES;
  const float *w = self->weights + first * self->n_taps;
  const float *bias = self->pass->weights[1] + first;

  switch (n)
    {
    case 1:
      sum_cell (1, self, x, w, bias, slot);
      break;
    case 2:
      sum_cell (2, self, x, w, bias, slot);
      break;
#if MTL_REGISTERS == 32
    case 3:
      sum_cell (3, self, x, w, bias, slot);
      break;
    case 4:
      sum_cell (4, self, x, w, bias, slot);
      break;
    case 5:
      sum_cell (5, self, x, w, bias, slot);
      break;
    case 6:
      sum_cell (6, self, x, w, bias, slot);
      break;
#endif
    default:
      g_assert_not_reached ();
    }
}

/* One channel's tile of cells, to output @to of the samples from @row on. A
 * length that is known to the compiler makes each memcpy a single store. */
static G_ALWAYS_INLINE inline void
write_values (const Forward *self,
              gsize          tile,
              gsize          row,
              gsize          live,
              gsize          to,
              gsize          length)
{
  gsize size = self->shape->out * self->layout.cells;
  Vec v[MTL_LANES];

  memcpy (v, self->values + tile * MTL_TILE, sizeof v);
  vec_transpose (v);
#pragma GCC unroll 16
  for (gsize r = 0; r < MTL_LANES; r++)
    if (r < live)
      memcpy (self->pass->y[0] + (row + r) * size + to, &v[r], length * sizeof (float));
}

/* The same for the places, a byte each. Four cells are packed into one vector
 * first, lowest byte first; what then stands in a row are the bytes in order. */
static G_ALWAYS_INLINE inline void
write_places (const Forward *self,
              gsize          tile,
              gsize          row,
              gsize          live,
              gsize          to,
              gsize          length)
{
  gsize size = self->shape->out * self->layout.cells;
  Ints place[MTL_LANES];
  Vec v[MTL_LANES] = { 0 };

  G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN);

  memcpy (place, self->places + tile * MTL_TILE, sizeof place);
#pragma GCC unroll 4
  for (gsize i = 0; i < MTL_LANES / 4; i++)
    v[i] = (Vec) (place[4 * i] | place[4 * i + 1] << 8 | place[4 * i + 2] << 16
                  | place[4 * i + 3] << 24);

  vec_transpose (v);
#pragma GCC unroll 16
  for (gsize r = 0; r < MTL_LANES; r++)
    if (r < live)
      memcpy ((guint8 *) self->pass->kept + (row + r) * size + to, &v[r], length);
}

static void
write_tile (const Forward *self,
            gsize          tile,
            gsize          row,
            gsize          live,
            gsize          to,
            gsize          length)
{
  if (length == MTL_LANES)
    write_values (self, tile, row, live, to, MTL_LANES);
  else
    write_values (self, tile, row, live, to, length);

  if (self->pass->kept != NULL && length == MTL_LANES)
    write_places (self, tile, row, live, to, MTL_LANES);
  else if (self->pass->kept != NULL)
    write_places (self, tile, row, live, to, length);
}

static void
run_group (const Forward *self,
           gsize          first,
           gsize          n,
           gsize          row,
           gsize          live)
{
  gsize cells = self->layout.cells;

  for (gsize cell = 0; cell < cells; cell += MTL_LANES)
    {
      gsize length = MIN (cells - cell, MTL_LANES);

      for (gsize slot = 0; slot < length; slot++)
        run_cell (self, first, n, cell + slot, slot);
      for (gsize c = 0; c < n; c++)
        write_tile (self, c, row, live, (first + c) * cells + cell, length);
    }
}

/* The border of zeros was written once, before the first samples. */
static void
read_samples (const Forward *self,
              gsize          row,
              gsize          live)
{
  const MtlConvPool *shape = self->shape;
  const Layout *l = &self->layout;
  gsize size = shape->in * shape->height * shape->width;
  const float *x = self->pass->x[0] + row * size;

  if (shape->padding == 0)
    {
      interleave (x, size, live, size, self->image, MTL_LANES);
      return;
    }

  for (gsize i = 0; i < shape->in; i++)
    for (gsize r = 0; r < shape->height; r++)
      {
        gsize at = (i * l->high + r + shape->padding) * l->wide + shape->padding;

        interleave (x + (i * shape->height + r) * shape->width, size, live, shape->width,
                    self->image + at * MTL_LANES, MTL_LANES);
      }
}

static gsize
group_start (const MtlConvPool *shape,
             gsize              group)
{
  gsize n_groups = (shape->out + MTL_FILTERS - 1) / MTL_FILTERS;

  return shape->out * group / n_groups;
}

static void
pack_weights (const Forward *self)
{
  const float *w = self->pass->weights[0];
  float *to = self->weights;

  for (gsize g = 0; group_start (self->shape, g) < self->shape->out; g++)
    for (gsize t = 0; t < self->n_taps; t++)
      for (gsize c = group_start (self->shape, g); c < group_start (self->shape, g + 1); c++)
        *to++ = w[c * self->n_taps + t];
}

static void
place_taps (const Forward *self)
{
  const MtlConvPool *shape = self->shape;
  const Layout *l = &self->layout;
  gsize t = 0;

  for (gsize i = 0; i < shape->in; i++)
    for (gsize u = 0; u < shape->kernel; u++)
      for (gsize v = 0; v < shape->kernel; v++)
        self->taps[t++] = (guint32) (((i * l->high + u) * l->wide + v) * MTL_LANES);
}

void
mtl_conv_pool_forward (const MtlConvPool *shape,
                       const MtlOpPass   *pass)
{
  Forward self = { .shape = shape, .pass = pass, .layout = lay_out (shape) };
  char *scratch = pass->scratch;
  gsize image = shape->in * self.layout.high * self.layout.wide * MTL_LANES;

  self.n_taps = shape->in * shape->kernel * shape->kernel;
  self.taps = take_scratch (&scratch, self.n_taps * sizeof (guint32));
  self.image = take_scratch (&scratch, image * sizeof (float));
  self.weights = take_scratch (&scratch, shape->out * self.n_taps * sizeof (float));
  self.values = take_scratch (&scratch, MTL_FILTERS * MTL_TILE * sizeof (float));
  self.places = take_scratch (&scratch, MTL_FILTERS * MTL_TILE * sizeof (gint32));

  place_taps (&self);
  pack_weights (&self);
  if (shape->padding > 0)
    memset (self.image, 0, image * sizeof (float));

  for (gsize row = 0; row < pass->rows; row += MTL_LANES)
    {
      gsize live = MIN (pass->rows - row, MTL_LANES);

      read_samples (&self, row, live);
      for (gsize g = 0; group_start (shape, g) < shape->out; g++)
        run_group (&self, group_start (shape, g),
                   group_start (shape, g + 1) - group_start (shape, g), row, live);
    }
}
