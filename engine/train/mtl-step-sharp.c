/* mtl-step-sharp.c — what sharpness methods ask for beside gradients and balances
 *
 * Those with one perturbation for all tasks work with the gradient of the mean
 * of their losses,
 *
 *   L = (1/n)·Σ_k l_k:   ḡ over the trunk = (1/n)·Σ_k g_k,   over head k = (1/n)·a_k.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-step-inside.h"

#define PIECE 4096  /* random numbers drawn in one piece; even */

void
mtl_step_make_vectors (MtlStep *self)
{
  gsize n_weights = mtl_step_n_weights (self);

  g_assert (self->sharp->n_vectors <= MTL_MAX_VECTORS);
  for (guint n = 0; n < MTL_MAX_VECTORS; n++)
    {
      g_clear_pointer (&self->vectors[n], g_free);
      if (n < self->sharp->n_vectors)
        self->vectors[n] = g_new0 (float, n_weights);
    }
}

float *
mtl_step_vector (MtlStep *self,
                 guint    n)
{
  g_return_val_if_fail (n < self->sharp->n_vectors, NULL);

  return self->vectors[n];
}

void
mtl_step_even_weights (MtlStep *self,
                       double  *w)
{
  guint n = (guint) __builtin_popcountll (self->tasks);

  for (guint k = 0; k < self->n_tasks; k++)
    w[k] = (self->tasks >> k & 1) != 0 ? 1.0 / n : 0.0;
}

void
mtl_step_mean (MtlStep        *self,
               const MtlGrads *rows,
               float          *mean)
{
  MtlPlan *plan = mtl_work_plan (self->work);
  const MtlLane *lane = mtl_step_lane (self, rows);
  double w[MTL_MAX_TASKS];

  mtl_step_even_weights (self, w);
  memset (mean, 0, mtl_step_n_weights (self) * sizeof *mean);
  if (lane != NULL)
    mtl_step_lane_mean (self, lane, mean);
  else
    mtl_grads_combine (rows, w, mtl_work_pool (self->work), mean);
  for (guint k = 0; k < self->n_tasks; k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);
      const float *head = mtl_grads_head ((MtlGrads *) rows, k);

      if ((self->tasks >> k & 1) == 0)
        continue;
      for (gsize i = 0; i < task->n_weights; i++)
        mean[task->offset + i] = (float) w[k] * head[i];
    }
}

void
mtl_step_add (MtlStep     *self,
              const float *v,
              double       factor)
{
  float by = (float) factor;

  for (gsize i = 0; i < mtl_step_n_trunk (self); i++)
    self->gradient[i] += by * v[i];
}

void
mtl_step_beside (MtlStep     *self,
                 const float *v,
                 double       factor)
{
  MtlPlan *plan = mtl_work_plan (self->work);
  guint n = (guint) __builtin_popcountll (self->tasks);

  if (self->beside == NULL)
    self->beside = g_new (float, mtl_step_n_weights (self));
  memset (self->beside, 0, mtl_step_n_weights (self) * sizeof *self->beside);
  self->is_beside = TRUE;

  for (gsize i = 0; i < mtl_step_n_trunk (self); i++)
    self->beside[i] = (float) (factor * v[i]);
  for (guint k = 0; k < self->n_tasks; k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);
      double by = factor * n * mtl_step_head_weight (self, k);

      if ((self->tasks >> k & 1) == 0)
        continue;
      for (gsize i = task->offset; i < task->offset + task->n_weights; i++)
        self->beside[i] = (float) (by * v[i]);
    }
}

const float *
mtl_step_descent (MtlStep *self)
{
  return self->is_beside ? self->beside : NULL;
}

double
mtl_step_pace (MtlStep *self)
{
  return self->highest > 0.0 ? CLAMP (self->rate / self->highest, 0.0, 1.0) : 1.0;
}

MtlRng
mtl_step_rng (MtlStep *self)
{
  return mtl_rng_derive (mtl_rng_new (self->seed, MTL_STREAM_SHARP), self->step);
}

/* --- random numbers --- */

typedef struct
{
  MtlRng rng;
  gsize  n;
  float *v;
} Drawing;

/* Box–Muller: two uniform numbers make two normal ones. */
static void
draw_piece (guint    piece,
            guint    worker,
            gpointer data)
{
  const Drawing *self = data;
  gsize first = (gsize) piece * PIECE;
  gsize n = MIN (PIECE, self->n - first);
  float u[PIECE];

  mtl_rng_fill (self->rng, first, n + n % 2, u);
  for (gsize i = 0; i < n; i += 2)
    {
      float radius = sqrtf (-2.0f * logf (1.0f - u[i]));
      float angle = (float) (2.0 * G_PI) * u[i + 1];

      self->v[first + i] = radius * cosf (angle);
      if (i + 1 < n)
        self->v[first + i + 1] = radius * sinf (angle);
    }
}

void
mtl_step_normals (MtlStep *self,
                  MtlRng   rng,
                  gsize    n,
                  float   *v)
{
  Drawing drawing = { rng, n, v };

  mtl_pool_run (mtl_work_pool (self->work), (guint) ((n + PIECE - 1) / PIECE), draw_piece,
                &drawing);
}
