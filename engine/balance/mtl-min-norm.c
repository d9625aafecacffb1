/* mtl-min-norm.c — the shortest vector in the convex hull of the rows
 *
 *   min_w  ½·wᵀMw + lᵀw    subject to  w ≥ 0, Σ w_k = 1
 *
 * (l = 0 is the shortest vector; CAGrad needs the linear term.) Wolfe's finite
 * method keeps a set S of affinely independent rows with weights w > 0. A
 * round adds the row with the smallest slope p_k = (Mw + l)_k and moves w to
 * the minimiser over the affine hull of S; where that would leave the simplex,
 * it goes as far as it may, the row that became 0 leaves S, and it tries again.
 *
 * The minimiser over the affine hull is found from differences to the shortest
 * row r of S: with N_ij = ⟨g_i − g_r, g_j − g_r⟩ its weights β of i ≠ r solve
 * N·β = −(M_ir − M_rr + l_i − l_r). Rows whose lengths are many orders of
 * magnitude apart keep their digits so, and a hull that contains 0 is no
 * special case.
 *
 * At the optimum no slope is below v = wᵀp. It stops when the smallest is not
 * by more than the rounding of either, or when it belongs to S. Among equal
 * rows the lowest index wins: w is not unique then, Σ w_k·g_k is.
 *
 * Source: Wolfe, “Finding the nearest point in a polytope”, Mathematical
 * Programming 11 (1976) 128–149.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-solvers.h"

#include <math.h>

#define ROUNDING 1e-14  /* relative to the sum of the sizes of the terms */
#define NOTHING  1e-20  /* a weight that counts as 0 */

typedef struct
{
  const double *gramian;
  const double *linear;  /* NULL for zeros */
  guint         k;
  guint        *members; /* the n rows of S */
  guint         n;
  double       *w;       /* [k]: 0 outside S */
  double       *alpha;   /* [k]: the affine minimiser, in the order of members */
  double       *matrix;  /* [k²] scratch */
  double       *floor;   /* [k] scratch */
} Hull;

static double
linear_term (const Hull *h,
             guint       i)
{
  return h->linear != NULL ? h->linear[i] : 0.0;
}

static double
inner (const Hull *h,
       guint       i,
       guint       j)
{
  return h->gramian[i * h->k + j];
}

/* The slope of row i; @size receives the sum of the sizes of its terms. */
static double
measure_slope (const Hull *h,
               guint       i,
               double     *size)
{
  double slope = linear_term (h, i);

  *size = fabs (slope);
  for (guint m = 0; m < h->n; m++)
    {
      double term = h->w[h->members[m]] * inner (h, i, h->members[m]);

      slope += term;
      *size += fabs (term);
    }

  return slope;
}

static gboolean
has_member (const Hull *h,
            guint       row)
{
  for (guint m = 0; m < h->n; m++)
    if (h->members[m] == row)
      return TRUE;

  return FALSE;
}

/* The row that should enter S; k when w is optimal. */
static guint
find_entrant (const Hull *h)
{
  guint lowest = 0;
  double lowest_slope = INFINITY, lowest_size = 0.0;
  double v = 0.0, v_size = 0.0;

  for (guint i = 0; i < h->k; i++)
    {
      double size;
      double slope = measure_slope (h, i, &size);

      v += h->w[i] * slope;
      v_size += h->w[i] * size;
      if (slope < lowest_slope)
        {
          lowest = i;
          lowest_slope = slope;
          lowest_size = size;
        }
    }

  if (lowest_slope >= v - ROUNDING * (v_size + lowest_size) || has_member (h, lowest))
    return h->k;

  return lowest;
}

/* Position in S of its shortest row. */
static guint
find_shortest (const Hull *h)
{
  guint shortest = 0;

  for (guint m = 1; m < h->n; m++)
    if (inner (h, h->members[m], h->members[m])
        < inner (h, h->members[shortest], h->members[shortest]))
      shortest = m;

  return shortest;
}

/* Fills alpha; see the head of the file. */
static void
minimise_on_affine_hull (Hull *h)
{
  guint at = find_shortest (h);
  guint r = h->members[at];
  guint n = h->n - 1;
  double mrr = inner (h, r, r);
  double rest = 1.0;

  /* The shortest row goes last, so that the others are 0 … n-1. */
  h->members[at] = h->members[n];
  h->members[n] = r;

  for (guint a = 0; a < n; a++)
    {
      guint i = h->members[a];

      for (guint b = 0; b < n; b++)
        {
          guint j = h->members[b];

          h->matrix[a * n + b] = inner (h, i, j) - inner (h, i, r) - inner (h, r, j) + mrr;
        }
      h->alpha[a] = mrr - inner (h, i, r) + linear_term (h, r) - linear_term (h, i);
      /* Two equal rows that are both zero leave nothing to divide by. */
      h->floor[a] = MAX (ROUNDING * (inner (h, i, i) + mrr), G_MINDOUBLE);
    }

  mtl_cholesky_solve (h->matrix, n, h->floor, h->alpha);
  for (guint a = 0; a < n; a++)
    rest -= h->alpha[a];
  h->alpha[n] = rest;
}

/* How far w may move towards alpha; @blocking is the position of the row that
 * is 0 there, n when alpha itself may be reached. */
static double
find_step (const Hull *h,
           guint      *blocking)
{
  double step = 1.0;

  *blocking = h->n;
  for (guint m = 0; m < h->n; m++)
    if (h->alpha[m] <= NOTHING)
      {
        double w = h->w[h->members[m]];
        double limit = w > 0.0 ? w / (w - h->alpha[m]) : 0.0;

        if (*blocking == h->n || limit < step)
          {
            *blocking = m;
            step = limit;
          }
      }

  return step;
}

/* Moves w towards alpha and drops the rows that become 0. Returns whether
 * there were any. */
static gboolean
advance (Hull *h)
{
  guint blocking;
  double step = find_step (h, &blocking);
  gboolean drops = blocking < h->n;
  double sum = 0.0;
  guint left = 0;

  for (guint m = 0; m < h->n; m++)
    {
      guint row = h->members[m];
      double w = (1.0 - step) * h->w[row] + step * h->alpha[m];

      h->w[row] = drops && (m == blocking || w <= NOTHING) ? 0.0 : w;
      sum += h->w[row];
      if (h->w[row] > 0.0)
        h->members[left++] = row;
    }

  h->n = left;
  for (guint m = 0; m < left; m++)
    h->w[h->members[m]] /= sum;

  return drops;
}

/* Takes a row into S and moves w to the minimiser there. Its weight grows from
 * 0, unless its slope was below v by rounding only: then FALSE, and w stays. */
static gboolean
admit (Hull  *h,
       guint  entrant)
{
  h->members[h->n++] = entrant;
  minimise_on_affine_hull (h);

  for (guint m = 0; m < h->n; m++)
    if (h->members[m] == entrant && h->alpha[m] <= NOTHING)
      return FALSE;

  while (advance (h))
    minimise_on_affine_hull (h);

  return TRUE;
}

/* Starts at the row with the lowest value. */
static void
start (Hull *h)
{
  guint best = 0;
  double lowest = INFINITY;

  for (guint i = 0; i < h->k; i++)
    {
      double value = inner (h, i, i) / 2.0 + linear_term (h, i);

      h->w[i] = 0.0;
      if (value < lowest)
        {
          best = i;
          lowest = value;
        }
    }

  h->members[0] = best;
  h->n = 1;
  h->w[best] = 1.0;
}

gboolean
mtl_min_norm (const double  *gramian,
              const double  *linear,
              guint          k,
              double        *w,
              GError       **error)
{
  g_autofree guint *members = g_new (guint, k);
  g_autofree double *alpha = g_new (double, k);
  g_autofree double *floor = g_new (double, k);
  g_autofree double *matrix = g_new (double, k * k);
  Hull hull = { gramian, linear, k, members, 0, w, alpha, matrix, floor };
  guint max_rounds = 10 * k + 50;

  start (&hull);
  for (guint round = 0; round < max_rounds; round++)
    {
      guint entrant = find_entrant (&hull);

      if (entrant == k || !admit (&hull, entrant))
        return TRUE;
    }

  g_set_error (error, MTL_ERROR, MTL_ERROR_NO_CONVERGENCE,
               "The shortest vector in the hull of %u gradients was not found in %u rounds",
               k, max_rounds);
  return FALSE;
}
