/* mtl-sharp-moves.c — see mtl-sharp-moves.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <math.h>
#include <string.h>

#include "mtl-kernels.h"

const char *const mtl_move_whats[] = { "all", "no-norm-no-bias", "trunk-only", "heads-only", NULL };
const char *const mtl_move_norms[] = { "2", "inf", NULL };

enum { PERTURB, NORM, ADAPTIVE, ETA };

MtlMove
mtl_move_read (const MtlSetting *set,
               gboolean          adaptive)
{
  MtlMove how = {
    .what = (MtlMoveWhat) set[PERTURB].number,
    .largest = set[NORM].number != 0.0,
  };

  if (adaptive && set[ADAPTIVE].number != 0.0)
    {
      how.adaptive = TRUE;
      how.eta = set[ETA].number;
    }

  return how;
}

guint
mtl_move_n_tensors (MtlStep *step,
                    gsize    end)
{
  const MtlPlan *plan = mtl_step_plan (step);
  guint n = 0;

  while (n < mtl_plan_n_tensors (plan) && mtl_plan_tensor (plan, n)->offset < end)
    n++;

  return n;
}

/* --- T --- */

static void
fill (float  *scale,
      gsize   first,
      gsize   end,
      float   value)
{
  for (gsize i = first; i < end; i++)
    scale[i] = value;
}

/* Biases and what norms scale by are vectors. */
static void
leave_out_vectors (MtlStep *step,
                   float   *scale)
{
  const MtlPlan *plan = mtl_step_plan (step);

  for (guint n = 0; n < mtl_move_n_tensors (step, mtl_step_n_weights (step)); n++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (plan, n);

      if (tensor->shape.rank < 2)
        fill (scale, tensor->offset, tensor->offset + tensor->size, 0.0f);
    }
}

static void
leave_others_alone (MtlStep *step,
                    float   *scale)
{
  const MtlPlan *plan = mtl_step_plan (step);

  for (guint n = 0; n < mtl_move_n_tensors (step, mtl_step_n_weights (step)); n++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (plan, n);

      if (strstr (tensor->name, "weight") == NULL)
        fill (scale, tensor->offset, tensor->offset + tensor->size, 1.0f);
    }
}

gboolean
mtl_move_scale (MtlStep       *step,
                const MtlMove *how,
                float         *scale)
{
  const float *theta = mtl_step_theta (step);
  gsize d = mtl_step_n_trunk (step);
  gsize n = mtl_step_n_weights (step);

  if (!how->adaptive && how->what == MTL_MOVE_ALL)
    return FALSE;

  if (how->adaptive)
    for (gsize i = 0; i < n; i++)
      scale[i] = fabsf (theta[i]) + (float) how->eta;
  else
    fill (scale, 0, n, 1.0f);
  if (how->adaptive && how->weights_only)
    leave_others_alone (step, scale);

  if (how->what == MTL_MOVE_NO_NORM_NO_BIAS)
    leave_out_vectors (step, scale);
  else if (how->what == MTL_MOVE_TRUNK)
    fill (scale, d, n, 0.0f);
  else if (how->what == MTL_MOVE_HEADS)
    fill (scale, 0, d, 0.0f);

  return TRUE;
}

/* --- directions --- */

double
mtl_move_dot (MtlStep     *step,
              const float *a,
              const float *b)
{
  return mtl_kernels ()->rows->dot (a, b, mtl_step_n_weights (step));
}

static void
multiply (float       *v,
          const float *by,
          gsize        n)
{
  for (gsize i = 0; i < n; i++)
    v[i] *= by[i];
}

void
mtl_move_direct (MtlStep       *step,
                 const MtlMove *how,
                 float         *v)
{
  gsize n = mtl_step_n_weights (step);
  float *scale = mtl_step_moved (step);
  gboolean scaled = mtl_move_scale (step, how, scale);
  double norm2, factor;

  if (scaled)
    multiply (v, scale, n);
  if (how->largest)
    for (gsize i = 0; i < n; i++)
      v[i] = (float) ((v[i] > 0.0f) - (v[i] < 0.0f));
  norm2 = how->largest ? 1.0 : mtl_move_dot (step, v, v);
  if (scaled)
    multiply (v, scale, n);

  factor = norm2 > 0.0 ? 1.0 / sqrt (norm2) : 0.0;
  for (gsize i = 0; i < n; i++)
    v[i] = (float) (factor * v[i]);
}

void
mtl_move_by (MtlStep     *step,
             const float *v,
             double       rho)
{
  const float *theta = mtl_step_theta (step);
  float *moved = mtl_step_moved (step);
  float by = (float) rho;

  for (gsize i = 0; i < mtl_step_n_weights (step); i++)
    moved[i] = theta[i] + by * v[i];
}

void
mtl_move_reject (MtlStep     *step,
                 float       *v,
                 const float *u)
{
  double norm2 = mtl_move_dot (step, u, u);
  float factor = norm2 > 0.0 ? (float) (mtl_move_dot (step, v, u) / norm2) : 0.0f;

  for (gsize i = 0; i < mtl_step_n_weights (step); i++)
    v[i] -= factor * u[i];
}

/* --- passes --- */

guint64
mtl_move_alike (guint64       tasks,
                const double *rho)
{
  guint first = (guint) __builtin_ctzll (tasks);
  guint64 alike = 0;

  for (guint k = first; k < MTL_MAX_TASKS; k++)
    if ((tasks >> k & 1) != 0 && memcmp (&rho[k], &rho[first], sizeof *rho) == 0)
      alike |= G_GUINT64_CONSTANT (1) << k;

  return alike;
}

guint
mtl_move_n_radii (const MtlSetting *rho,
                  guint             n_tasks)
{
  guint64 left = (~G_GUINT64_CONSTANT (0)) >> (64 - n_tasks);
  guint n = 0;

  for (; left != 0; n++)
    left &= ~mtl_move_alike (left, rho->numbers);

  return n;
}

void
mtl_move_passes (const MtlSetting *set,
                 guint             n_tasks,
                 double           *forward,
                 double           *backward)
{
  *forward = 1.0 + mtl_move_n_radii (&set[0], n_tasks);
  *backward = 2.0 * n_tasks;
}

gboolean
mtl_move_gradients (MtlStep       *step,
                    const float   *v,
                    const double  *rho,
                    MtlGrads      *out,
                    GError       **error)
{
  guint64 left = mtl_step_tasks (step);

  while (left != 0)
    {
      guint64 alike = mtl_move_alike (left, rho);

      mtl_move_by (step, v, rho[__builtin_ctzll (alike)]);
      if (!mtl_step_gradients (step, mtl_step_moved (step), alike, out, error))
        return FALSE;
      left &= ~alike;
    }

  return TRUE;
}

gboolean
mtl_move_clean (MtlStep   *step,
                MtlGrads  *g,
                float     *mean,
                GError   **error)
{
  if (!mtl_step_gradients (step, mtl_step_theta (step), mtl_step_tasks (step), g, error))
    return FALSE;

  mtl_step_mean (step, g, mean);
  return TRUE;
}

/* --- what follows --- */

gboolean
mtl_move_balance (MtlStep   *step,
                  MtlGrads  *rows,
                  GError   **error)
{
  if (!mtl_step_balance (step, MTL_PART_LOSS, rows, 1.0, error))
    return FALSE;

  mtl_step_heads (step, rows);
  return TRUE;
}

void
mtl_move_correct (MtlStep     *step,
                  const float *v,
                  double       factor,
                  MtlGrads    *rows)
{
  const MtlPlan *plan = mtl_step_plan (step);
  guint64 tasks = mtl_step_tasks (step);
  float by = (float) (factor * __builtin_popcountll (tasks));

  mtl_step_add (step, v, factor);
  for (guint k = 0; k < mtl_grads_n_tasks (rows); k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);
      float *head = mtl_grads_head (rows, k);

      if ((tasks >> k & 1) == 0)
        continue;
      for (gsize i = 0; i < task->n_weights; i++)
        head[i] += by * v[task->offset + i];
    }
}
