/* gemm.c — the products of one set
 *
 * A tile of ROWS × 2 vectors of c stays in registers while k runs: each step
 * loads two vectors of the panel and spreads one value of a for each row. With
 * 32 registers that is 8 rows, or 16 sums: two processors' worth of additions
 * in flight at a latency of four, and it divides the 32 rows of a shard.
 *
 * A last panel that is at most half full is multiplied by its first vector
 * alone.
 *
 * The rounding error of a sum grows with the square root of the number of terms
 * that are added one to the other (Higham, Accuracy and Stability of Numerical
 * Algorithms, sec. 4.2). So a long sum is one of chains.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-kernels-names.h"
#include "mtl-vector.h"

#define PANEL (2 * MTL_LANES)
#define CHAIN  32    /* terms of a product that are added one to the other */
#define SUMMED 128   /* rows that are summed in float; beyond, in double */
#define ROWS  (MTL_REGISTERS == 32 ? 8 : MTL_LANES == 8 ? 6 : 4)

/* --- packing --- */

/* The first @n values behind @from, or zeros in place of those beyond. */
static G_ALWAYS_INLINE inline Vec
load_part (const float *from,
           gsize        n)
{
  Ints lane;

  for (gint32 i = 0; i < MTL_LANES; i++)
    lane[i] = i;

  return (Vec) ((Ints) vec_load (from) & (lane < (gint32) MIN (n, MTL_LANES)));
}

/* Whole vectors are read as long as b does not end before them. */
static void
pack_plain (gsize        k,
            gsize        width,
            const float *b,
            gsize        ld,
            float       *to)
{
  for (; k > 0 && (k - 1) * ld + width >= PANEL; k--, b += ld, to += PANEL)
    {
      vec_store (to, load_part (b, width));
      vec_store (to + MTL_LANES,
                 load_part (b + MTL_LANES, width > MTL_LANES ? width - MTL_LANES : 0));
    }
  for (; k > 0; k--, b += ld, to += PANEL)
    {
      memcpy (to, b, width * sizeof *to);
      memset (to + width, 0, (PANEL - width) * sizeof *to);
    }
}

/* A square of MTL_LANES rows of bᵀ becomes as many columns of the panel. */
static void
turn_square (const float *b,
             gsize        ld,
             gsize        n_rows,
             float       *to)
{
  Vec v[MTL_LANES];

  for (gsize j = 0; j < MTL_LANES; j++)
    v[j] = j < n_rows ? vec_load (b + j * ld) : (Vec) { 0 };
  vec_transpose (v);
  for (gsize p = 0; p < MTL_LANES; p++)
    vec_store (to + p * PANEL, v[p]);
}

static void
pack_transposed (gsize        k,
                 gsize        width,
                 const float *b,
                 gsize        ld,
                 float       *to)
{
  gsize whole = k / MTL_LANES * MTL_LANES;

  for (gsize p = 0; p < whole; p += MTL_LANES)
    for (gsize half = 0; half < PANEL; half += MTL_LANES)
      turn_square (b + half * ld + p, ld, width > half ? MIN (width - half, MTL_LANES) : 0,
                   to + p * PANEL + half);
  for (gsize p = whole; p < k; p++)
    {
      for (gsize j = 0; j < width; j++)
        to[p * PANEL + j] = b[j * ld + p];
      for (gsize j = width; j < PANEL; j++)
        to[p * PANEL + j] = 0.0f;
    }
}

static void
pack (gsize        k,
      gsize        n,
      const float *b,
      gsize        ld,
      gboolean     transposed,
      gsize        first,
      gsize        end,
      float       *to)
{
  for (gsize panel = first; panel < end; panel++)
    {
      gsize column = panel * PANEL;
      gsize width = MIN (PANEL, n - column);

      if (transposed)
        pack_transposed (k, width, b + column * ld, ld, to + column * k);
      else
        pack_plain (k, width, b + column, ld, to + column * k);
    }
}

/* --- one tile --- */

typedef struct
{
  gsize        k;
  const float *a;      /* of the tile: row i, step p at a[i·row + p·step] */
  gsize        row, step;
  const float *panel;
  gsize        width;  /* columns of c that there are */
  const float *bias;   /* of the tile's columns, or NULL */
  gboolean     add;
  float       *c;
  gsize        ldc;
} Tile;

/* Some of a vector's columns may not be there. */
static void
store_part (float    *to,
            gsize     n,
            gboolean  add,
            Vec       v)
{
  float part[MTL_LANES];

  vec_store (part, v);
  for (gsize j = 0; j < n; j++)
    to[j] = add ? to[j] + part[j] : part[j];
}

static G_ALWAYS_INLINE inline void
store (float    *to,
       gsize     n,
       gboolean  add,
       Vec       v)
{
  if (n < MTL_LANES)
    store_part (to, n, add, v);
  else
    vec_store (to, add ? vec_load (to) + v : v);
}

static Vec
load_bias (const Tile *tile,
           gsize       column)
{
  float part[MTL_LANES] = { 0.0f };

  if (tile->bias == NULL || tile->width <= column)
    return (Vec) { 0 };
  if (tile->width >= column + MTL_LANES)
    return vec_load (tile->bias + column);

  memcpy (part, tile->bias + column, (tile->width - column) * sizeof *part);
  return vec_load (part);
}

/* Adds @k terms to @sum. */
static G_ALWAYS_INLINE inline void
add_chain (guint        n_rows,
           guint        n_vectors,
           const Tile  *t,
           const float *a,
           const float *b,
           gsize        k,
           Vec          sum[ROWS][2])
{
  for (gsize p = 0; p < k; p++, a += t->step, b += PANEL)
    {
      Vec first = vec_load (b);
      Vec second = n_vectors == 2 ? vec_load (b + MTL_LANES) : first;

#pragma GCC unroll 8
      for (guint i = 0; i < n_rows; i++)
        {
          Vec x = vec_all (a[i * t->row]);

          sum[i][0] += x * first;
          if (n_vectors == 2)
            sum[i][1] += x * second;
        }
    }
}

static G_ALWAYS_INLINE inline void
sum_tile (guint       n_rows,
          guint       n_vectors,
          const Tile *tile)
{
  const Tile t = *tile;   /* what is stored might be a part of *tile, for all the compiler knows */
  Vec bias[2] = { load_bias (tile, 0), load_bias (tile, MTL_LANES) };
  Vec sum[ROWS][2];

#pragma GCC unroll 8
  for (guint i = 0; i < n_rows; i++)
    {
      sum[i][0] = bias[0];
      sum[i][1] = bias[1];
    }

  add_chain (n_rows, n_vectors, &t, t.a, t.panel, MIN (t.k, CHAIN), sum);
  for (gsize p = CHAIN; p < t.k; p += CHAIN)
    {
      Vec chain[ROWS][2] = { { { 0 } } };

      add_chain (n_rows, n_vectors, &t, t.a + p * t.step, t.panel + p * PANEL,
                 MIN (t.k - p, CHAIN), chain);
#pragma GCC unroll 8
      for (guint i = 0; i < n_rows; i++)
        {
          sum[i][0] += chain[i][0];
          if (n_vectors == 2)
            sum[i][1] += chain[i][1];
        }
    }

#pragma GCC unroll 8
  for (guint i = 0; i < n_rows; i++)
    {
      store (t.c + i * t.ldc, t.width, t.add, sum[i][0]);
      if (n_vectors == 2)
        store (t.c + i * t.ldc + MTL_LANES, t.width - MTL_LANES, t.add, sum[i][1]);
    }
}

/* The compiler needs to know how many rows there are. */
static G_ALWAYS_INLINE inline void
sum_rows (guint       n_rows,
          guint       n_vectors,
          const Tile *tile)
{
  switch (n_rows)
    {
    case 1:
      sum_tile (1, n_vectors, tile);
      break;
    case 2:
      sum_tile (2, n_vectors, tile);
      break;
    case 3:
      sum_tile (3, n_vectors, tile);
      break;
    case 4:
      sum_tile (4, n_vectors, tile);
      break;
#if MTL_REGISTERS == 32 || MTL_LANES == 8
    case 5:
      sum_tile (5, n_vectors, tile);
      break;
    case 6:
      sum_tile (6, n_vectors, tile);
      break;
#endif
#if MTL_REGISTERS == 32
    case 7:
      sum_tile (7, n_vectors, tile);
      break;
    case 8:
      sum_tile (8, n_vectors, tile);
      break;
#endif
    }
}

/* All rows of one panel. */
static void
run_panel (gsize m,
           Tile *tile)
{
  for (gsize i = 0; i < m; i += ROWS)
    {
      guint n_rows = (guint) MIN (ROWS, m - i);

      if (tile->width > MTL_LANES)
        sum_rows (n_rows, 2, tile);
      else
        sum_rows (n_rows, 1, tile);
      tile->a += ROWS * tile->row;
      tile->c += ROWS * tile->ldc;
    }
}

static void
multiply (gsize        m,
          gsize        n,
          gsize        k,
          const float *a,
          gsize        lda,
          const float *panels,
          gsize        first,
          gsize        end,
          const float *bias,
          gboolean     add,
          float       *c,
          gsize        ldc)
{
  for (gsize panel = first; panel < end; panel++)
    {
      gsize column = panel * PANEL;
      Tile tile = { k, a, lda, 1, panels + column * k, MIN (PANEL, n - column),
                    bias != NULL ? bias + column : NULL, add, c + column, ldc };

      run_panel (m, &tile);
    }
}

static void
multiply_transposed (gsize        m,
                     gsize        n,
                     gsize        k,
                     const float *a,
                     gsize        lda,
                     const float *panels,
                     gsize        first,
                     gsize        end,
                     gboolean     add,
                     float       *c,
                     gsize        ldc)
{
  for (gsize panel = first; panel < end; panel++)
    {
      gsize column = panel * PANEL;
      Tile tile = { k, a, 1, lda, panels + column * k, MIN (PANEL, n - column), NULL, add,
                    c + column, ldc };

      run_panel (m, &tile);
    }
}

/* --- sums --- */

/* Sums of a vector of columns over at most SUMMED rows. */
static G_ALWAYS_INLINE inline Vec
sum_column (gsize        m,
            const float *c,
            gsize        ldc)
{
  Vec sum[4] = { { 0 } };
  gsize i = 0;

  for (; i + 4 <= m; i += 4)
    for (gsize j = 0; j < 4; j++)
      sum[j] += vec_load (c + (i + j) * ldc);
  for (; i < m; i++)
    sum[0] += vec_load (c + i * ldc);

  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static void
add_columns (gsize        m,
             gsize        n,
             const float *c,
             gsize        ldc,
             float       *to)
{
  gsize j = 0;

  for (; j + MTL_LANES <= n; j += MTL_LANES)
    {
      double total[MTL_LANES] = { 0.0 };

      for (gsize i = 0; i < m; i += SUMMED)
        {
          Vec sum = sum_column (MIN (SUMMED, m - i), c + i * ldc + j, ldc);

          for (gsize l = 0; l < MTL_LANES; l++)
            total[l] += (double) sum[l];
        }
      for (gsize l = 0; l < MTL_LANES; l++)
        to[j + l] += (float) total[l];
    }
  for (; j < n; j++)
    {
      double total = 0.0;

      for (gsize i = 0; i < m; i++)
        total += (double) c[i * ldc + j];
      to[j] += (float) total;
    }
}

const MtlGemmKernels mtl_gemm_set = {
  .panel = PANEL,
  .pack = pack,
  .multiply = multiply,
  .multiply_transposed = multiply_transposed,
  .add_columns = add_columns,
};
