/* mtl-dual-cone.c — the nearest vector that conflicts with no row
 *
 *   min_v  vᵀMv    subject to  v ≥ u
 *
 * Then Gᵀv is the projection of Gᵀu onto {x : ⟨x, g_k⟩ ≥ 0 for all k}. With
 * z = v − u ≥ 0 and q = Mu the conditions are Mz + q ≥ 0 and z_k·(Mz + q)_k = 0:
 * nonnegative least squares, solved by the active-set method of Lawson and
 * Hanson in its Gramian form. A round adds the most violated constraint to the
 * passive set P and solves M_PP·s = −q_P; where s has an entry ≤ 0, z moves
 * towards s as far as it may, that entry leaves P, and it solves again.
 *
 * All in unit rows, that is with cosines instead of M and v_k·|g_k| instead of
 * v_k: the same problem, whose rounding does not depend on the lengths of the
 * rows. It stops when no constraint is violated by more than the rounding of
 * its own terms. A row that is zero constrains nothing and keeps v_k = u_k.
 *
 * Source: Lawson, Hanson, “Solving Least Squares Problems”, 1974, chapter 23;
 * the problem: Quinton, Rey, “Jacobian Descent for Multi-Objective
 * Optimization”, arXiv 2406.16232.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-solvers.h"

#include <math.h>
#include <string.h>

#define ROUNDING    1e-14  /* relative to the sum of the sizes of the terms */
#define RESOLVED    2e-8   /* a vector shorter than this part of its terms is 0: √2e-16 */
#define PIVOT_FLOOR 1e-14  /* of a diagonal of ones */

typedef struct
{
  const double *cosines;
  guint         n;
  const double *u;       /* in unit rows */
  double       *z;
  double       *v;       /* u + z */
  guint        *passive; /* the n_passive members of P */
  guint         n_passive;
  gboolean     *barred;  /* [n]: came and could not stay since z last moved */
  double       *s;       /* in the order of passive */
  double       *matrix;  /* [n²] scratch */
  double       *floor;   /* [n]: PIVOT_FLOOR */
} Cone;

static gboolean
is_passive (const Cone *c,
            guint       row)
{
  for (guint m = 0; m < c->n_passive; m++)
    if (c->passive[m] == row)
      return TRUE;

  return FALSE;
}

/* The most violated constraint outside P; n where none is. */
static guint
find_violated (const Cone *c)
{
  guint worst = c->n;
  double largest = 0.0;

  for (guint i = 0; i < c->n; i++)
    c->v[i] = c->u[i] + c->z[i];

  for (guint i = 0; i < c->n; i++)
    {
      double violation = 0.0, size = 0.0;

      for (guint j = 0; j < c->n; j++)
        {
          double term = c->cosines[i * c->n + j] * c->v[j];

          violation -= term;
          size += fabs (term);
        }

      if (violation > ROUNDING * size && violation > largest && !c->barred[i]
          && !is_passive (c, i))
        {
          worst = i;
          largest = violation;
        }
    }

  return worst;
}

static void
solve_passive (Cone *c)
{
  guint n = c->n_passive;

  for (guint a = 0; a < n; a++)
    {
      const double *row = c->cosines + c->passive[a] * c->n;

      for (guint b = 0; b < n; b++)
        c->matrix[a * n + b] = row[c->passive[b]];

      c->s[a] = 0.0;
      for (guint j = 0; j < c->n; j++)
        c->s[a] -= row[j] * c->u[j];
    }

  mtl_cholesky_solve (c->matrix, n, c->floor, c->s);
}

/* Moves z towards s until an entry is 0, and drops the entries that are.
 * Returns whether there were any. */
static gboolean
advance (Cone *c)
{
  guint blocking = c->n_passive, left = 0;
  double step = 1.0;
  gboolean drops;

  for (guint m = 0; m < c->n_passive; m++)
    if (c->s[m] <= 0.0)
      {
        double z = c->z[c->passive[m]];
        double limit = z > 0.0 ? z / (z - c->s[m]) : 0.0;

        if (blocking == c->n_passive || limit < step)
          {
            blocking = m;
            step = limit;
          }
      }
  drops = blocking < c->n_passive;

  for (guint m = 0; m < c->n_passive; m++)
    {
      guint row = c->passive[m];
      double z = (1.0 - step) * c->z[row] + step * c->s[m];

      c->z[row] = m == blocking || z <= 0.0 ? 0.0 : z;
      if (c->z[row] > 0.0)
        c->passive[left++] = row;
    }
  c->n_passive = left;

  return drops;
}

/* Takes a violated constraint into P and moves z to the solution there. Its
 * own entry grows from 0 unless the violation was rounding; then it leaves at
 * once and is barred until z has moved. */
static void
admit (Cone  *c,
       guint  entrant)
{
  c->passive[c->n_passive++] = entrant;
  solve_passive (c);

  if (c->s[c->n_passive - 1] <= 0.0)
    {
      c->n_passive--;
      c->barred[entrant] = TRUE;
      return;
    }

  while (advance (c))
    solve_passive (c);
  memset (c->barred, 0, sizeof (gboolean) * c->n);
}

static gboolean
solve_cone (Cone    *c,
            GError **error)
{
  guint max_rounds = 10 * c->n + 50;

  for (guint round = 0; round < max_rounds; round++)
    {
      guint entrant = find_violated (c);

      if (entrant == c->n)
        return TRUE;

      /* It cannot get shorter than 0: what seems violated there is rounding. */
      if (mtl_gram_cancels (c->cosines, c->n, c->v, RESOLVED))
        return TRUE;

      admit (c, entrant);
    }

  g_set_error (error, MTL_ERROR, MTL_ERROR_NO_CONVERGENCE,
               "The projection onto the dual cone of %u gradients was not found in %u rounds",
               c->n, max_rounds);
  return FALSE;
}

gboolean
mtl_dual_cone (const double  *gramian,
               guint          k,
               const double  *u,
               double        *v,
               GError       **error)
{
  g_autofree guint *kept = g_new (guint, k);
  g_autofree guint *passive = g_new (guint, k);
  g_autofree gboolean *barred = g_new0 (gboolean, k);
  g_autofree double *norms = g_new (double, k);
  g_autofree double *cosines = g_new (double, k * k);
  g_autofree double *matrix = g_new (double, k * k);
  g_autofree double *vectors = g_new0 (double, 5 * k);
  double *unit = vectors, *z = vectors + k, *sum = vectors + 2 * k;
  double *s = vectors + 3 * k, *floor = vectors + 4 * k;
  guint n = mtl_gram_cosines (gramian, k, kept, norms, cosines);
  Cone cone = { cosines, n, unit, z, sum, passive, 0, barred, s, matrix, floor };

  memcpy (v, u, sizeof (double) * k);
  for (guint i = 0; i < n; i++)
    {
      unit[i] = u[kept[i]] * norms[i];
      floor[i] = PIVOT_FLOOR;
    }

  if (!solve_cone (&cone, error))
    return FALSE;

  for (guint i = 0; i < n; i++)
    v[kept[i]] += z[i] / norms[i];

  return TRUE;
}
