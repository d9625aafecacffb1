/* conv-pool-backward.c — the gradient of the input, of one set
 *
 *   dx[i][p + (u, v)] += Σ over active (c, p): g · w[c][i][u][v]
 *
 * A sample's active outputs are sorted by position. At each position the few
 * filters that are active there are added up in registers, and the sum is
 * added to the image once. Two gradients share the order and the filters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-conv-pool-blocks.h"

typedef struct
{
  const MtlConvPool *shape;
  const MtlOpPass   *pass;
  Layout             layout;
  guint              n_lanes;          /* of this walk: 1 or 2 */
  guint              lanes[MTL_PAIR];  /* which of the pass's */
  float             *filters;
  float             *image[MTL_PAIR];

  guint32           *cells;            /* offset in the image of each cell's first position */

  /* a sample: the channels active at each place of each cell */
  guint32           *active;           /* place · out; the fifth place takes the inactive */
  guint32           *count;
  guint32           *order;            /* places with something active, few first */
  guint32            n_order;
  const float       *dy[MTL_PAIR];
} Backward;

/* Places that are ordered together: more would spread over too much of a large image. */
#define MTL_ORDERED (32 * MTL_PLACES)
/* Counts from here on are not told apart. */
#define MTL_MANY    32

/* Adds the filters at one place to the block of the image under it. */
static G_ALWAYS_INLINE inline void
gather_place (const Backward *self,
              guint           lanes,
              guint           rows,
              guint           width,
              const float    *filters,
              guint32         place,
              gsize           at)
{
  gsize pitch = self->layout.pitch;
  gsize cells = self->layout.cells;
  gsize filter = self->layout.filter;
  const float *dy[MTL_PAIR] = { self->dy[0] + place / MTL_PLACES,
                                self->dy[lanes - 1] + place / MTL_PLACES };
  const guint32 *active = self->active + place * self->shape->out;
  const guint32 *end = active + self->count[place];
  Vec sum[MTL_PAIR][MTL_BLOCK] = { 0 };

  for (; active < end; active++)
    {
      const float *w = filters + *active * filter;
      Vec g[MTL_PAIR] = { vec_all (dy[0][*active * cells]), vec_all (dy[1][*active * cells]) };

#pragma GCC unroll 25
      for (guint i = 0; i < rows * width; i++)
        {
          Vec weights = vec_load (w + i * MTL_LANES);

#pragma GCC unroll 2
          for (guint l = 0; l < lanes; l++)
            sum[l][i] += g[l] * weights;
        }
    }

#pragma GCC unroll 2
  for (guint l = 0; l < lanes; l++)
    {
      float *to = self->image[l] + at;

#pragma GCC unroll 9
      for (guint u = 0; u < rows; u++, to += pitch)
#pragma GCC unroll 5
        for (guint t = 0; t < width; t++)
          vec_store (to + t * MTL_LANES,
                     vec_load (to + t * MTL_LANES) + sum[l][u * width + t]);
    }
}

static G_ALWAYS_INLINE inline void
gather (gconstpointer data,
        guint         lanes,
        guint         rows,
        guint         width,
        gsize         first_row,
        gsize         first)
{
  const Backward *self = data;
  const Layout *l = &self->layout;
  gsize start = first_row * l->pitch + first * MTL_LANES;
  const float *filters = self->filters + place_block (self->shape, l, first_row, first);
  const gsize step[] = { 0, l->channels, l->pitch, l->pitch + l->channels };

  for (guint32 k = 0; k < self->n_order; k++)
    {
      guint32 place = self->order[k];

      gather_place (self, lanes, rows, width, filters, place,
                    start + self->cells[place / MTL_PLACES] + step[place % MTL_PLACES]);
    }
}

/* Orders the places by count. The loop over a place's channels is short; where
 * its length jumped from place to place, the processor would guess wrong
 * nearly each time. */
static void
order_places (Backward *self)
{
  gsize n_places = self->layout.cells * MTL_PLACES;
  guint32 n = 0;

  for (gsize first = 0; first < n_places; first += MTL_ORDERED)
    {
      gsize end = MIN (first + MTL_ORDERED, n_places);
      guint32 next[MTL_MANY + 1] = { 0 };
      guint32 many = 0;

      for (gsize p = first; p < end; p++)
        next[MIN (self->count[p], MTL_MANY)]++;
      next[0] = 0;

      for (guint c = 0; c <= MTL_MANY; c++)
        {
          guint32 here = next[c];

          next[c] = n + many;
          many += here;
        }

      for (gsize p = first; p < end; p++)
        if (self->count[p] > 0)
          self->order[next[MIN (self->count[p], MTL_MANY)]++] = (guint32) p;
      n += many;
    }

  self->n_order = n;
}

static void
sort_sample (Backward *self,
             gsize     row)
{
  gsize cells = self->layout.cells;
  gsize out = self->shape->out;
  gsize sample = row * out * cells;
  const guint8 *places = (const guint8 *) self->pass->kept + sample;
  guint32 *active = self->active;
  guint32 *count = self->count;

  memset (count, 0, cells * MTL_PLACES * sizeof (guint32));
  for (gsize c = 0; c < out; c++)
    for (gsize cell = 0; cell < cells; cell++)
      {
        gsize place = cell * MTL_PLACES + places[c * cells + cell];

        active[place * out + count[place]++] = (guint32) c;
      }

  for (gsize cell = 0; cell < cells; cell++)
    count[cell * MTL_PLACES + MTL_INACTIVE] = 0;
  order_places (self);

  for (guint l = 0; l < self->n_lanes; l++)
    self->dy[l] = mtl_op_dy (self->pass, 0, self->lanes[l]) + sample;
}

static void
pack_filters (const Backward *self)
{
  const MtlConvPool *shape = self->shape;
  const Layout *l = &self->layout;
  const float *w = self->pass->weights[0];

  memset (self->filters, 0, shape->out * l->filter * sizeof (float));
  for (gsize c = 0; c < shape->out; c++)
    for (gsize i = 0; i < shape->in; i++)
      for (gsize u = 0; u < shape->kernel; u++)
        for (gsize v = 0; v < shape->kernel; v++)
          self->filters[c * l->filter + place_weight (shape, l, i, u, v)] = *w++;
}

static void
run_lanes (Backward *self)
{
  const MtlConvPool *shape = self->shape;
  gsize size = shape->in * shape->height * shape->width;

  for (gsize row = 0; row < self->pass->rows; row++)
    {
      sort_sample (self, row);
      for (guint l = 0; l < self->n_lanes; l++)
        memset (self->image[l], 0, self->layout.image * sizeof (float));

      if (self->n_lanes == 1)
        walk_filter (gather, self, 1, shape->kernel, self->layout.strip);
      else
        walk_filter (gather, self, 2, shape->kernel, self->layout.strip);

      for (guint l = 0; l < self->n_lanes; l++)
        write_image (shape, &self->layout, self->image[l],
                     mtl_op_dx (self->pass, 0, self->lanes[l]) + row * size,
                     mtl_op_dx_fresh (self->pass, 0, self->lanes[l]));
    }
}

void
mtl_conv_pool_backward (const MtlConvPool *shape,
                        const MtlOpPass   *pass)
{
  Backward self = { .shape = shape, .pass = pass, .layout = lay_out (shape) };
  const Layout *l = &self.layout;
  char *scratch = pass->scratch;

  self.filters = take_scratch (&scratch, shape->out * l->filter * sizeof (float));
  self.cells = take_scratch (&scratch, (l->cells + MTL_LANES) * sizeof (guint32));
  self.count = take_scratch (&scratch, l->cells * MTL_PLACES * sizeof (guint32));
  self.order = take_scratch (&scratch, l->cells * MTL_PLACES * sizeof (guint32));
  self.active = take_scratch (&scratch, l->cells * MTL_PLACES * shape->out * sizeof (guint32));
  for (guint p = 0; p < MTL_PAIR; p++)
    self.image[p] = take_scratch (&scratch, l->image * sizeof (float));

  place_cells (shape, l, self.cells);
  pack_filters (&self);
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      if (mtl_op_dx (pass, 0, lane) != NULL)
        self.lanes[self.n_lanes++] = lane;
      if (self.n_lanes == MTL_PAIR || (self.n_lanes > 0 && lane + 1 == pass->n_lanes))
        {
          run_lanes (&self);
          self.n_lanes = 0;
        }
    }
}
