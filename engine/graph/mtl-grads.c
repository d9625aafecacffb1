/* mtl-grads.c — K rows of gradients over the trunk, and every head's own
 *
 * Inner products run over blocks of 4,096 columns, in double throughout.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-grads.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "mtl-kernels.h"
#include "mtl-plan-private.h"

#define BLOCK 4096  /* columns of one partial inner product */

struct _MtlGrads
{
  guint    n_tasks;
  gsize    n_trunk;
  gsize    n_weights;
  gsize   *head_offset;  /* [K]: in θ */
  gsize   *head_size;    /* [K] */
  float   *rows;         /* K × d */
  float   *heads;        /* P − d, in the order of θ */
};

MtlGrads *
mtl_grads_new (const MtlPlan *plan)
{
  MtlGrads *self = g_new0 (MtlGrads, 1);

  self->n_tasks = plan->n_tasks;
  self->n_trunk = plan->n_trunk;
  self->n_weights = plan->n_weights;
  self->head_offset = g_new (gsize, plan->n_tasks);
  self->head_size = g_new (gsize, plan->n_tasks);
  for (guint k = 0; k < plan->n_tasks; k++)
    {
      self->head_offset[k] = plan->tasks[k].offset;
      self->head_size[k] = plan->tasks[k].n_weights;
    }
  self->rows = g_new0 (float, MAX (self->n_tasks * self->n_trunk, 1));
  self->heads = g_new0 (float, MAX (self->n_weights - self->n_trunk, 1));

  return self;
}

void
mtl_grads_free (MtlGrads *self)
{
  g_free (self->head_offset);
  g_free (self->head_size);
  g_free (self->rows);
  g_free (self->heads);
  g_free (self);
}

guint
mtl_grads_n_tasks (const MtlGrads *self)
{
  return self->n_tasks;
}

gsize
mtl_grads_n_trunk (const MtlGrads *self)
{
  return self->n_trunk;
}

float *
mtl_grads_row (MtlGrads *self,
               guint     task)
{
  return self->rows + task * self->n_trunk;
}

float *
mtl_grads_head (MtlGrads *self,
                guint     task)
{
  return self->heads + (self->head_offset[task] - self->n_trunk);
}

typedef struct
{
  const MtlGrads *a, *b;
  double         *parts;  /* [block][K×K] */
} GramJob;

static void
gram_block (guint    piece,
            guint    worker,
            gpointer data)
{
  GramJob *job = data;
  guint k = job->a->n_tasks;
  gsize d = job->a->n_trunk;
  gsize first = (gsize) piece * BLOCK;
  gsize n = MIN (BLOCK, d - first);

  mtl_kernels ()->rows->gram (k, job->a->rows + first, job->b->rows + first, d, n,
                              job->a == job->b, job->parts + (gsize) piece * k * k);
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
  guint k = a->n_tasks;
  guint n_blocks = (guint) ((a->n_trunk + BLOCK - 1) / BLOCK);
  g_autofree double *parts = g_new0 (double, MAX ((gsize) n_blocks * k * k, 1));
  GramJob job = { a, b, parts };

  if (pool != NULL)
    mtl_pool_run (pool, n_blocks, gram_block, &job);
  else
    for (guint n = 0; n < n_blocks; n++)
      gram_block (n, 0, &job);

  memset (m, 0, sizeof (double) * k * k);
  for (guint n = 0; n < n_blocks; n++)
    for (guint i = 0; i < k * k; i++)
      m[i] += parts[(gsize) n * k * k + i];

  for (guint i = 0; a == b && i < k; i++)
    for (guint j = 0; j < i; j++)
      m[i * k + j] = m[j * k + i];
}

void
mtl_grads_combine (const MtlGrads *a,
                   const double   *w,
                   float          *direction)
{
  for (guint k = 0; k < a->n_tasks; k++)
    {
      const float *row = a->rows + k * a->n_trunk;
      float weight = (float) w[k];

      if (weight == 0.0f)
        continue;
      for (gsize i = 0; i < a->n_trunk; i++)
        direction[i] += weight * row[i];
    }
}

void
mtl_grads_clear (MtlGrads *a,
                 guint64   tasks)
{
  for (guint k = 0; k < a->n_tasks; k++)
    {
      if ((tasks >> k & 1) == 0)
        continue;
      memset (mtl_grads_row (a, k), 0, a->n_trunk * sizeof (float));
      memset (mtl_grads_head (a, k), 0, a->head_size[k] * sizeof (float));
    }
}

void
mtl_grads_add (MtlGrads       *a,
               const double   *w,
               const MtlGrads *b,
               guint64         tasks)
{
  for (guint k = 0; k < a->n_tasks; k++)
    {
      float *row = a->rows + k * a->n_trunk;
      const float *other = b->rows + k * b->n_trunk;
      gsize head = a->head_offset[k] - a->n_trunk;
      float factor = (float) w[k];

      if ((tasks >> k & 1) == 0)
        continue;
      for (gsize i = 0; i < a->n_trunk; i++)
        row[i] += factor * other[i];
      for (gsize i = head; i < head + a->head_size[k]; i++)
        a->heads[i] += factor * b->heads[i];
    }
}

void
mtl_grads_subtract (MtlGrads       *a,
                    const MtlGrads *b,
                    guint64         tasks)
{
  for (guint k = 0; k < a->n_tasks; k++)
    {
      float *row = a->rows + k * a->n_trunk;
      const float *other = b->rows + k * b->n_trunk;
      gsize head = a->head_offset[k] - a->n_trunk;

      if ((tasks >> k & 1) == 0)
        continue;
      for (gsize i = 0; i < a->n_trunk; i++)
        row[i] -= other[i];
      for (gsize i = head; i < head + a->head_size[k]; i++)
        a->heads[i] -= b->heads[i];
    }
}

double
mtl_grads_norm2 (const MtlGrads *a,
                 guint           task,
                 gboolean        head,
                 const float    *scale)
{
  const float *v = head ? a->heads + (a->head_offset[task] - a->n_trunk)
                        : a->rows + task * a->n_trunk;
  gsize n = head ? a->head_size[task] : a->n_trunk;
  double sum = 0.0;

  if (scale == NULL)
    return mtl_kernels ()->rows->dot (v, v, n);

  scale += head ? a->head_offset[task] : 0;
  for (gsize i = 0; i < n; i++)
    sum += (double) scale[i] * v[i] * ((double) scale[i] * v[i]);

  return sum;
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

/**
 * mtl_grads_finite:
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
                  guint          *task,
                  gsize          *element)
{
  gsize d = rows ? self->n_trunk : 0;

  for (guint k = 0; k < self->n_tasks; k++)
    {
      const float *head = self->heads + (self->head_offset[k] - self->n_trunk);

      if ((tasks >> k & 1) == 0)
        continue;

      *task = k;
      *element = mtl_first_not_finite (self->rows + k * self->n_trunk, d);
      if (*element < d)
        return FALSE;
      *element = self->head_offset[k] + mtl_first_not_finite (head, self->head_size[k]);
      if (*element < self->head_offset[k] + self->head_size[k])
        return FALSE;
    }

  return TRUE;
}

static void
move_range (const float *theta,
            const float *v,
            double       factor,
            const float *scale,
            gsize        n,
            float       *moved)
{
  float step = (float) factor;

  if (scale == NULL)
    for (gsize i = 0; i < n; i++)
      moved[i] = theta[i] + step * v[i];
  else
    for (gsize i = 0; i < n; i++)
      moved[i] = theta[i] + step * scale[i] * scale[i] * v[i];
}

void
mtl_perturb (const float    *theta,
             const MtlGrads *along,
             guint           task,
             double          trunk,
             double          head,
             const float    *scale,
             float          *moved)
{
  gsize d = along->n_trunk;
  gsize at = along->head_offset[task];

  gsize end = at + along->head_size[task];

  /* @scale may be @moved itself: an element is read before it is written. */
  move_range (theta, along->rows + task * d, trunk, scale, d, moved);
  move_range (theta + at, along->heads + (at - d), head,
              scale != NULL ? scale + at : NULL, end - at, moved + at);
  memcpy (moved + d, theta + d, (at - d) * sizeof *moved);
  memcpy (moved + end, theta + end, (along->n_weights - end) * sizeof *moved);
}
