/* mtl-grads-ask.c — what balancing asks of gradients, written out or as factors
 *
 * Inner products run over blocks of 4,096 columns, in double throughout.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-grads-private.h"

#include <float.h>
#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "mtl-kernels.h"

#define RANGE 65536   /* floats of a vector that are looked at by one worker */

typedef struct
{
  const MtlGrads *a, *b;
  GArray         *blocks;  /* of MtlGradsBlock */
  double         *parts;   /* [block][K×K] */
  const double   *w;
  float          *direction;
} Job;

/* Adds what lies in [first, first + n) of the blocks of @self. */
static void
cut_blocks (const MtlGrads *self,
            gsize           first,
            gsize           n,
            GArray         *cut)
{
  for (guint i = 0; i < self->blocks->len; i++)
    {
      const MtlGradsBlock *it = &g_array_index (self->blocks, MtlGradsBlock, i);
      gsize from = MAX (it->first, first), end = MIN (it->first + it->n, first + n);

      if (from < end)
        g_array_append_val (cut, ((MtlGradsBlock) { from, end - from }));
    }
}

static GArray *
new_blocks (const MtlGrads *self)
{
  return g_array_sized_new (FALSE, FALSE, sizeof (MtlGradsBlock), self->blocks->len + 1);
}

static gboolean
is_within (const MtlGradsProduct *product,
           gsize                  first,
           gsize                  n)
{
  return product->offset >= first && product->offset < first + n;
}

static void
gram_block (guint    piece,
            guint    worker,
            gpointer data)
{
  const Job *job = data;
  guint k = job->a->n_tasks;
  const MtlGradsBlock *block = &g_array_index (job->blocks, MtlGradsBlock, piece);

  mtl_kernels ()->rows->gram (k, job->a->rows + block->first, job->b->rows + block->first,
                              job->a->n_trunk, block->n, job->a == job->b,
                              job->parts + (gsize) piece * k * k);
}

/* m ← the products over [first, first + n), of which @n_parts partial ones are in @parts. */
static void
add_up (const MtlGrads *a,
        const MtlGrads *b,
        gsize           first,
        gsize           n,
        const double   *parts,
        guint           n_parts,
        MtlPool        *pool,
        double         *m)
{
  guint k = a->n_tasks;

  memset (m, 0, sizeof (double) * k * k);
  for (guint p = 0; p < n_parts; p++)
    for (guint i = 0; i < k * k; i++)
      m[i] += parts[(gsize) p * k * k + i];
  for (guint p = 0; p < a->products->len; p++)
    if (is_within (mtl_grads_product (a, p), first, n))
      mtl_factors_gram (mtl_grads_product (a, p)->factors, pool, m);

  for (guint i = 0; a == b && i < k; i++)
    for (guint j = 0; j < i; j++)
      m[i * k + j] = m[j * k + i];
}

/* (transfer full): products over each of @cut, on all threads. */
static double *
find_parts (const MtlGrads *a,
            const MtlGrads *b,
            GArray         *cut,
            MtlPool        *pool)
{
  double *parts = g_new0 (double, MAX ((gsize) cut->len * a->n_tasks * a->n_tasks, 1));
  Job job = { .a = a, .b = b, .blocks = cut, .parts = parts };

  g_assert (a == b || a->products->len + b->products->len == 0);
  mtl_pool_run (pool, cut->len, gram_block, &job);

  return parts;
}

void
mtl_grads_gram_blocks (const MtlGrads *a,
                       const MtlGrads *b,
                       const GArray   *blocks,
                       MtlPool        *pool,
                       double         *m)
{
  gsize size = (gsize) a->n_tasks * a->n_tasks;
  g_autoptr(GArray) cut = new_blocks (a);
  g_autofree guint *ends = g_new (guint, blocks->len + 1);
  g_autofree double *parts = NULL;

  ends[0] = 0;
  for (guint n = 0; n < blocks->len; n++)
    {
      const MtlTrunkBlock *block = &g_array_index (blocks, MtlTrunkBlock, n);

      cut_blocks (a, block->first, block->n, cut);
      ends[n + 1] = cut->len;
    }

  parts = find_parts (a, b, cut, pool);
  for (guint n = 0; n < blocks->len; n++)
    {
      const MtlTrunkBlock *block = &g_array_index (blocks, MtlTrunkBlock, n);

      add_up (a, b, block->first, block->n, parts + ends[n] * size, ends[n + 1] - ends[n], pool,
              m + n * size);
    }
}

void
mtl_grads_gram_range (const MtlGrads *a,
                      const MtlGrads *b,
                      gsize           first,
                      gsize           n,
                      MtlPool        *pool,
                      double         *m)
{
  g_autoptr(GArray) cut = new_blocks (a);
  g_autofree double *parts = NULL;

  cut_blocks (a, first, n, cut);
  parts = find_parts (a, b, cut, pool);
  add_up (a, b, first, n, parts, cut->len, pool, m);
}

/**
 * mtl_grads_gram:
 * @pool: (nullable): shares out the blocks; does not change the result
 * @m: (out caller-allocates): K×K
 *
 * m[i][j] ← ⟨row i of a, row j of b⟩.
 */
void
mtl_grads_gram (const MtlGrads *a,
                const MtlGrads *b,
                MtlPool        *pool,
                double         *m)
{
  mtl_grads_gram_range (a, b, 0, a->n_trunk, pool, m);
}

void
mtl_add_rows (guint         n_rows,
              const double *w,
              const float  *rows,
              gsize         ld,
              gsize         n,
              float        *sum)
{
  for (guint k = 0; k < n_rows; k++)
    {
      const float *row = rows + k * ld;
      float weight = (float) w[k];

      if (weight == 0.0f)
        continue;
      for (gsize i = 0; i < n; i++)
        sum[i] += weight * row[i];
    }
}

static void
combine_block (guint    piece,
               guint    worker,
               gpointer data)
{
  const Job *job = data;
  const MtlGradsBlock *block = &g_array_index (job->blocks, MtlGradsBlock, piece);

  mtl_add_rows (job->a->n_tasks, job->w, job->a->rows + block->first, job->a->n_trunk, block->n,
                job->direction + block->first);
}

void
mtl_grads_combine_range (const MtlGrads *a,
                         const double   *w,
                         gsize           first,
                         gsize           n,
                         MtlPool        *pool,
                         float          *direction)
{
  g_autoptr(GArray) blocks = new_blocks (a);
  Job job = { .a = a, .blocks = blocks, .w = w, .direction = direction };

  cut_blocks (a, first, n, blocks);
  mtl_pool_run (pool, blocks->len, combine_block, &job);
  for (guint p = 0; p < a->products->len; p++)
    if (is_within (mtl_grads_product (a, p), first, n))
      mtl_factors_combine (mtl_grads_product (a, p)->factors, pool, w,
                           direction + mtl_grads_product (a, p)->offset);
}

void
mtl_grads_combine (const MtlGrads *a,
                   const double   *w,
                   MtlPool        *pool,
                   float          *direction)
{
  mtl_grads_combine_range (a, w, 0, a->n_trunk, pool, direction);
}

void
mtl_grads_along (const MtlGrads *a,
                 const float    *direction,
                 double         *m)
{
  for (guint k = 0; k < a->n_tasks; k++)
    {
      m[k] = 0.0;
      for (guint n = 0; n < a->blocks->len; n++)
        {
          const MtlGradsBlock *block = &g_array_index (a->blocks, MtlGradsBlock, n);

          m[k] += mtl_kernels ()->rows->dot (direction + block->first,
                                             a->rows + k * a->n_trunk + block->first, block->n);
        }
    }
  for (guint n = 0; n < a->products->len; n++)
    mtl_factors_along (mtl_grads_product (a, n)->factors,
                       direction + mtl_grads_product (a, n)->offset, m);
}

gsize
mtl_first_not_finite (const float *v,
                      gsize        n)
{
  gsize i = 0;
  int bad = 0;

  /* Without a way out the compiler takes vectors. */
  for (gsize j = 0; j < n; j++)
    bad |= !(fabsf (v[j]) <= FLT_MAX);
  if (!bad)
    return n;

  while (isfinite (v[i]))
    i++;

  return i;
}

typedef struct
{
  const float    *v;       /* of a vector, … */
  gsize           n;
  const MtlGrads *grads;   /* … or of rows, where not NULL */
  guint64         tasks;
  atomic_bool     bad;
} Look;

static void
look_at_range (guint    piece,
               guint    worker,
               gpointer data)
{
  Look *look = data;
  gsize first = (gsize) piece * RANGE;
  gsize n = MIN (RANGE, look->n - first);

  if (mtl_first_not_finite (look->v + first, n) < n)
    atomic_store_explicit (&look->bad, true, memory_order_relaxed);
}

static void
look_at_block (guint    piece,
               guint    worker,
               gpointer data)
{
  Look *look = data;
  const MtlGrads *grads = look->grads;
  const MtlGradsBlock *block = &g_array_index (grads->blocks, MtlGradsBlock, piece);

  for (guint k = 0; k < grads->n_tasks; k++)
    if ((look->tasks >> k & 1) != 0
        && mtl_first_not_finite (grads->rows + k * grads->n_trunk + block->first,
                                 block->n) < block->n)
      atomic_store_explicit (&look->bad, true, memory_order_relaxed);
}

gboolean
mtl_all_finite (const float *v,
                gsize        n,
                MtlPool     *pool)
{
  Look look = { .v = v, .n = n };

  mtl_pool_run (pool, (guint) ((n + RANGE - 1) / RANGE), look_at_range, &look);

  return !look.bad;
}

/* What is kept as factors is looked at with the rest where something is wrong. */
static gboolean
rows_are_finite (const MtlGrads *self,
                 guint64         tasks,
                 MtlPool        *pool)
{
  Look look = { .grads = self, .tasks = tasks };

  mtl_pool_run (pool, self->blocks->len, look_at_block, &look);
  if (look.bad)
    return FALSE;
  for (guint n = 0; n < self->products->len; n++)
    for (guint k = 0; k < self->n_tasks; k++)
      if ((tasks >> k & 1) != 0
          && mtl_factors_first_not_finite (mtl_grads_product (self, n)->factors, k)
             < mtl_grads_product (self, n)->size)
        return FALSE;

  return TRUE;
}

/* The first element of the trunk that is not finite; d: all are. */
static gsize
first_bad_of_row (const MtlGrads *self,
                  guint           task)
{
  gsize first = self->n_trunk;

  for (guint n = self->blocks->len; n > 0; n--)
    {
      const MtlGradsBlock *block = &g_array_index (self->blocks, MtlGradsBlock, n - 1);
      gsize at = mtl_first_not_finite (self->rows + task * self->n_trunk + block->first,
                                       block->n);

      if (at < block->n)
        first = block->first + at;
    }
  for (guint n = self->products->len; n > 0; n--)
    {
      const MtlGradsProduct *product = mtl_grads_product (self, n - 1);
      gsize at = mtl_factors_first_not_finite (product->factors, task);

      if (at < product->size)
        first = MIN (first, product->offset + at);
    }

  return first;
}

/**
 * mtl_grads_finite:
 * @pool: (nullable): of who asks
 * @rows: whether the trunk is looked at, and not only the heads
 * @task: (out): whose gradient is not finite
 * @element: (out): its first such element in θ
 *
 * Returns: whether all gradients of @tasks are finite
 */
gboolean
mtl_grads_finite (const MtlGrads *self,
                  guint64         tasks,
                  gboolean        rows,
                  MtlPool        *pool,
                  guint          *task,
                  gsize          *element)
{
  gboolean search = rows && !rows_are_finite (self, tasks, pool);

  for (guint k = 0; k < self->n_tasks; k++)
    {
      const float *head = self->heads + (self->head_offset[k] - self->n_trunk);

      if ((tasks >> k & 1) == 0)
        continue;

      *task = k;
      *element = search ? first_bad_of_row (self, k) : self->n_trunk;
      if (*element < self->n_trunk)
        return FALSE;
      *element = self->head_offset[k] + mtl_first_not_finite (head, self->head_size[k]);
      if (*element < self->head_offset[k] + self->head_size[k])
        return FALSE;
    }

  return TRUE;
}
