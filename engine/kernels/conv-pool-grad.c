/* conv-pool-grad.c — gradients of weight and bias, of one set
 *
 *   dw[c][i][u][v] += Σ over active (c, p): g · x[i][p + (u, v)]
 *   db[c]          += Σ over active (c, p): g
 *
 * A cell of the pool passes its gradient to one position of four, and to none
 * where the rectifier was shut. So for each sample and output channel the
 * active positions are listed, and their patches are streamed past a block of
 * the filter's gradient that stays in registers. Two gradients share a list
 * and each patch that is read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-conv-pool-blocks.h"

#if defined MTL_ISA_AVX512
#include <immintrin.h>
#endif

typedef struct
{
  const MtlConvPool *shape;
  const MtlOpPass   *pass;
  Layout             layout;
  guint              n_lanes;          /* of this walk: 1 or 2 */
  guint              lanes[MTL_PAIR];  /* which of the pass's */
  guint32           *cells;            /* offset in the image of each cell's first position */
  float             *image;
  float             *filters[MTL_PAIR];
  float             *bias[MTL_PAIR];   /* a vector for each channel */

  /* the list of a sample and channel */
  guint              n;
  guint32           *at;               /* offset in the image */
  float             *g[MTL_PAIR];
  gsize              filter;           /* offset in filters */
} Grad;

/* What a list is made from: of one sample and channel, by cell. */
typedef struct
{
  const guint8 *places;
  const float  *dy[MTL_PAIR];
  guint32       step[16];   /* from a cell's first position to each place */
} ListSources;

static G_ALWAYS_INLINE inline void
stream (gconstpointer data,
        guint         lanes,
        guint         rows,
        guint         width,
        gsize         first_row,
        gsize         first)
{
  const Grad *self = data;
  gsize pitch = self->layout.pitch;
  const float *image = self->image + first_row * pitch + first * MTL_LANES;
  gsize block = self->filter + place_block (self->shape, &self->layout, first_row, first);
  Vec sum[MTL_PAIR][MTL_BLOCK];

#pragma GCC unroll 2
  for (guint l = 0; l < lanes; l++)
#pragma GCC unroll 25
    for (guint i = 0; i < rows * width; i++)
      sum[l][i] = vec_load (self->filters[l] + block + i * MTL_LANES);

  for (guint k = 0; k < self->n; k++)
    {
      const float *x = image + self->at[k];
      Vec g[MTL_PAIR] = { vec_all (self->g[0][k]), vec_all (self->g[lanes - 1][k]) };

#pragma GCC unroll 9
      for (guint u = 0; u < rows; u++, x += pitch)
#pragma GCC unroll 5
        for (guint t = 0; t < width; t++)
          {
            const float *from = x + t * MTL_LANES;
            Vec pixels = lanes == 1 ? vec_load (from) : vec_read_once (from);

#pragma GCC unroll 2
            for (guint l = 0; l < lanes; l++)
              sum[l][u * width + t] += g[l] * pixels;
          }
    }

#pragma GCC unroll 2
  for (guint l = 0; l < lanes; l++)
#pragma GCC unroll 25
    for (guint i = 0; i < rows * width; i++)
      vec_store (self->filters[l] + block + i * MTL_LANES, sum[l][i]);
}

/* Lists the active of @n ≤ MTL_LANES cells from @cell on behind the @count that
 * are listed. Returns how many there are then. */
#if defined MTL_ISA_AVX512
static inline guint
list_cells (const Grad        *self,
            const ListSources *from,
            gsize              cell,
            gsize              n,
            guint              count)
{
  __mmask16 here = (__mmask16) ((1u << n) - 1);
  __m512i places = _mm512_cvtepu8_epi32 (_mm_maskz_loadu_epi8 (here, from->places + cell));
  __mmask16 active = _mm512_mask_cmplt_epi32_mask (here, places,
                                                   _mm512_set1_epi32 (MTL_INACTIVE));
  __m512i steps = _mm512_permutexvar_epi32 (places, _mm512_loadu_si512 (from->step));
  __m512i at = _mm512_add_epi32 (steps, _mm512_loadu_si512 (self->cells + cell));

  _mm512_storeu_si512 (self->at + count, _mm512_maskz_compress_epi32 (active, at));
  for (guint l = 0; l < self->n_lanes; l++)
    _mm512_storeu_ps (self->g[l] + count,
                      _mm512_maskz_compress_ps (active, _mm512_maskz_loadu_ps
                                                          (here, from->dy[l] + cell)));

  return count + (guint) __builtin_popcount (active);
}
#else
static inline guint
list_cells (const Grad        *self,
            const ListSources *from,
            gsize              cell,
            gsize              n,
            guint              count)
{
  guint32 *at = self->at;
  float *first = self->g[0];
  float *second = self->g[1];

  /* Without a branch: what is not active is overwritten by the next. */
  for (gsize i = cell; i < cell + n; i++)
    {
      at[count] = self->cells[i] + from->step[from->places[i]];
      first[count] = from->dy[0][i];
      second[count] = from->dy[1][i];
      count += from->places[i] != MTL_INACTIVE;
    }

  return count;
}
#endif

static void
list_active (Grad  *self,
             gsize  row,
             gsize  channel)
{
  const Layout *l = &self->layout;
  gsize start = (row * self->shape->out + channel) * l->cells;
  ListSources from = {
    .places = (const guint8 *) self->pass->kept + start,
    .step = { 0, l->channels, l->pitch, l->pitch + l->channels },
  };

  for (guint p = 0; p < MTL_PAIR; p++)
    from.dy[p] = mtl_op_dy (self->pass, 0, self->lanes[MIN (p, self->n_lanes - 1)]) + start;

  self->n = 0;
  for (gsize cell = 0; cell < l->cells; cell += MTL_LANES)
    self->n = list_cells (self, &from, cell, MIN (l->cells - cell, MTL_LANES), self->n);

  self->filter = channel * l->filter;
}

static void
add_bias (const Grad *self,
          gsize       channel)
{
  for (guint l = 0; l < self->n_lanes; l++)
    {
      float *bias = self->bias[l] + channel * MTL_LANES;
      Vec sum = vec_load (bias);

      vec_store (self->g[l] + self->n, (Vec) { 0 });
      for (guint k = 0; k < self->n; k += MTL_LANES)
        sum += vec_load (self->g[l] + k);

      vec_store (bias, sum);
    }
}

/* From blocks to the order of the tensors. */
static void
hand_over (const Grad *self,
           guint       lane)
{
  const MtlConvPool *shape = self->shape;
  const Layout *l = &self->layout;
  float *dw = mtl_op_dw (self->pass, 0, self->lanes[lane]);
  float *db = mtl_op_dw (self->pass, 1, self->lanes[lane]);

  for (gsize c = 0; db != NULL && c < shape->out; c++)
    db[c] += vec_sum (vec_load (self->bias[lane] + c * MTL_LANES));

  for (gsize c = 0; dw != NULL && c < shape->out; c++)
    for (gsize i = 0; i < shape->in; i++)
      for (gsize u = 0; u < shape->kernel; u++)
        for (gsize v = 0; v < shape->kernel; v++)
          *dw++ += self->filters[lane][c * l->filter + place_weight (shape, l, i, u, v)];
}

static void
run_lanes (Grad *self)
{
  const MtlConvPool *shape = self->shape;
  const Layout *l = &self->layout;
  gsize size = shape->in * shape->height * shape->width;

  for (guint p = 0; p < self->n_lanes; p++)
    {
      memset (self->filters[p], 0, shape->out * l->filter * sizeof (float));
      memset (self->bias[p], 0, shape->out * MTL_LANES * sizeof (float));
    }

  for (gsize row = 0; row < self->pass->rows; row++)
    {
      read_image (shape, l, self->pass->x[0] + row * size, self->image);
      for (gsize c = 0; c < shape->out; c++)
        {
          list_active (self, row, c);
          add_bias (self, c);
          if (self->n_lanes == 1)
            walk_filter (stream, self, 1, shape->kernel, l->strip);
          else
            walk_filter (stream, self, 2, shape->kernel, l->strip);
        }
    }

  for (guint p = 0; p < self->n_lanes; p++)
    hand_over (self, p);
}

void
mtl_conv_pool_grad (const MtlConvPool *shape,
                    const MtlOpPass   *pass)
{
  Grad self = { .shape = shape, .pass = pass, .layout = lay_out (shape) };
  const Layout *l = &self.layout;
  char *scratch = pass->scratch;

  self.image = take_scratch (&scratch, l->image * sizeof (float));
  self.cells = take_scratch (&scratch, (l->cells + MTL_LANES) * sizeof (guint32));
  self.at = take_scratch (&scratch, (l->cells + MTL_LANES) * sizeof (guint32));
  for (guint p = 0; p < MTL_PAIR; p++)
    {
      self.filters[p] = take_scratch (&scratch, shape->out * l->filter * sizeof (float));
      self.bias[p] = take_scratch (&scratch, shape->out * MTL_LANES * sizeof (float));
      self.g[p] = take_scratch (&scratch, (l->cells + MTL_LANES) * sizeof (float));
    }

  memset (self.image, 0, l->image * sizeof (float));
  place_cells (shape, l, self.cells);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      if (mtl_op_dw (pass, 0, lane) != NULL || mtl_op_dw (pass, 1, lane) != NULL)
        self.lanes[self.n_lanes++] = lane;
      if (self.n_lanes == MTL_PAIR || (self.n_lanes > 0 && lane + 1 == pass->n_lanes))
        {
          run_lanes (&self);
          self.n_lanes = 0;
        }
    }
}
