/* cagrad.c — the best worst case near the mean gradient
 *
 *   d = argmax min_k ⟨d, g_k⟩    over  |d − g_0| ≤ c·|g_0|,    g_0 = mean g_k
 *
 * Its dual is min_w F(w) = ⟨g_w, g_0⟩ + φ·|g_w| over the simplex, with
 * g_w = Σ w_k·g_k and φ = c·|g_0|; then d = g_0 + φ·g_w / |g_w|.
 *
 * The root is taken apart by |x| = min_{t>0} (x²/t + t)/2. For a given t
 * the minimiser over w is that of ½·wᵀMw + (t/φ)·⟨g_w, g_0⟩, a problem that
 * Wolfe's method solves exactly; F is jointly convex in (w, t), so at the
 * optimum |g_w(t)| = t. t lies between the shortest vector of the hull and the
 * longest row; secants close in on it, and as every third point halves what is
 * left, it cannot take more than three times the points of bisection.
 *
 * Where the shortest vector of the hull is 0 the point is Pareto-stationary
 * and Basin answers d = 0. For c < 1 the ball does not reach 0 and the maximum
 * would move along some d even there, at the expense of a task; c = 0 is the
 * plain mean and stays so.
 *
 * The published codes divide d by 1 + c², which is the initial value of
 * `rescale` here; the paper does not (none), the toy of the authors by 1 + c.
 *
 * Source: Liu, Liu, Jin, Stone, Liu, “Conflict-Averse Gradient Descent for
 * Multi-task Learning”, NeurIPS 2021.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"

#define RADIUS_TOLERANCE 1e-14  /* of t, relative */
#define MAX_POINTS       200

enum
{
  RADIUS,
  RESCALE,
  MAX_NORM,
};

enum
{
  RESCALE_NONE,
  RESCALE_SQUARE,
  RESCALE_PLAIN,
};

/* The door sees to those that all methods have. */
static const char *const rescales[] = { "none", "1/(1+c^2)", "1/(1+c)", "mean", "sum", "unit",
                                        "match", NULL };

static const MtlParam cagrad_params[] = {
  {
    .id = "c",
    .title = N_("Radius c"),
    .summary = N_("How far the direction may leave the mean gradient, in lengths of it; 0 is the "
                  "mean, from 1 on no task is harmed; 0.5 in LibMTL, 0.4 in the codes of "
                  "Nash-MTL, SAMO and FS-MTL"),
    .type = MTL_NUMBER,
    .maximum = 100.0,
    .initial = 0.5,
  },
  {
    .id = "rescale",
    .title = N_("Rescale"),
    .summary = N_("Length of the update: as the paper and TorchJD give it (none), by 1/(1+c²) as "
                  "the authors’ code and LibMTL do, by 1/(1+c) as in the authors’ toy, or made to "
                  "what other methods are: weights summing to 1 or to the number of tasks, unit "
                  "length, or that of the mean gradient"),
    .type = MTL_CHOICE,
    .choices = rescales,
    .initial = RESCALE_SQUARE,
    .rare = TRUE,
  },
  {
    .id = "max-norm",
    .title = N_("Longest Step"),
    .summary = N_("The direction is shortened to this length, 1 in the code of SAMO; 0 is off, "
                  "as in the paper and the libraries"),
    .type = MTL_NUMBER,
    .maximum = 1e9,
    .rare = TRUE,
  },
  { .id = NULL },
};

typedef struct
{
  const MtlBalanceInput *in;
  const double          *slopes;   /* ⟨g_k, g_0⟩ */
  double                 phi;
  double                *linear;   /* [k] scratch */
  double                *w;        /* [k]: the last minimiser */
} Dual;

/* A bound of t, and |g_w(t)| − t there. */
typedef struct
{
  double t;
  double excess;
} Bound;

static gboolean
measure_excess (Dual    *dual,
                Bound   *at,
                GError **error)
{
  guint k = dual->in->n_tasks;

  for (guint i = 0; i < k; i++)
    dual->linear[i] = at->t / dual->phi * dual->slopes[i];
  if (!mtl_min_norm (dual->in->gramian, dual->linear, k, dual->w, error))
    return FALSE;

  at->excess = mtl_gram_length (dual->in->gramian, k, dual->w) - at->t;
  return TRUE;
}

/* The next point between two bounds, at least half the tolerance away from both. */
static double
choose_point (const Bound *low,
              const Bound *high,
              guint        n)
{
  double width = high->t - low->t;
  double least = 0.5 * RADIUS_TOLERANCE * high->t;
  double drop = low->excess - high->excess;

  if (n % 3 == 2 || !(drop > 0.0) || width <= 2.0 * least)
    return low->t + 0.5 * width;

  return low->t + CLAMP (width * low->excess / drop, least, width - least);
}

/* The Illinois rule: the excess of a bound that stays a second time is halved, so
 * that the next secant ends on its side. @last: 1 when low was replaced, −1: high */
static void
replace (Bound *low,
         Bound *high,
         Bound  point,
         int   *last)
{
  int side = point.excess > 0.0 ? 1 : -1;
  Bound *stays = side > 0 ? high : low;

  *(side > 0 ? low : high) = point;
  if (side == *last)
    stays->excess /= 2.0;
  *last = side;
}

/* Leaves the minimiser of F, whose |g_w| is at least @shortest > 0, in w. */
static gboolean
solve_dual (Dual    *dual,
            double   shortest,
            GError **error)
{
  guint k = dual->in->n_tasks;
  Bound low = { shortest, 0.0 }, high = { shortest, 0.0 };
  int last = 0;

  for (guint i = 0; i < k; i++)
    high.t = MAX (high.t, sqrt (dual->in->gramian[i * k + i]));
  if (!measure_excess (dual, &low, error) || !measure_excess (dual, &high, error))
    return FALSE;

  for (guint n = 0; n < MAX_POINTS; n++)
    {
      Bound point = { choose_point (&low, &high, n), 0.0 };

      if (!measure_excess (dual, &point, error))
        return FALSE;
      if (high.t - low.t <= RADIUS_TOLERANCE * high.t)
        return TRUE;

      replace (&low, &high, point, &last);
    }

  g_set_error (error, MTL_ERROR, MTL_ERROR_NO_CONVERGENCE,
               "the length of the direction still lies between %.17g and %.17g after %d "
               "points for %u tasks", low.t, high.t, MAX_POINTS, k);
  return FALSE;
}

static void
finish_weights (const MtlBalanceInput *in,
                double                 phi,
                double                *w)
{
  guint k = in->n_tasks;
  double c = in->set[RADIUS].number;
  double most = in->set[MAX_NORM].number;
  double factor = phi > 0.0 ? phi / mtl_gram_length (in->gramian, k, w) : 0.0;
  double shrink = 1.0;

  if (in->set[RESCALE].number == RESCALE_SQUARE)
    shrink = 1.0 / (1.0 + c * c);
  else if (in->set[RESCALE].number == RESCALE_PLAIN)
    shrink = 1.0 / (1.0 + c);

  for (guint i = 0; i < k; i++)
    w[i] = shrink * (1.0 / k + factor * w[i]);

  if (most > 0.0)
    {
      double length = mtl_gram_length (in->gramian, k, w);

      for (guint i = 0; length > most && i < k; i++)
        w[i] *= most / length;
    }
}

static MtlBalanceStatus
cagrad_weigh (const MtlBalanceInput  *in,
              double                 *w,
              GError                **error)
{
  guint k = in->n_tasks;
  g_autofree double *mean = g_new (double, k);
  g_autofree double *slopes = g_new (double, k);
  g_autofree double *linear = g_new (double, k);
  Dual dual = { in, slopes, 0.0, linear, w };

  for (guint i = 0; i < k; i++)
    mean[i] = 1.0 / k;
  mtl_gram_apply (in->gramian, k, mean, slopes);
  dual.phi = in->set[RADIUS].number * mtl_gram_length (in->gramian, k, mean);

  if (!mtl_min_norm (in->gramian, NULL, k, w, error))
    return MTL_BALANCE_REFUSED;

  if (mtl_balancer_judge (in, mean) == MTL_BALANCE_STATIONARY
      || (in->set[RADIUS].number > 0.0 && mtl_balancer_judge (in, w) == MTL_BALANCE_STATIONARY))
    {
      for (guint i = 0; i < k; i++)
        w[i] = 0.0;
      return MTL_BALANCE_STATIONARY;
    }

  if (dual.phi > 0.0 && !solve_dual (&dual, mtl_gram_length (in->gramian, k, w), error))
    return MTL_BALANCE_REFUSED;

  finish_weights (in, dual.phi, w);
  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_cagrad = {
  .method = {
    .id = "cagrad",
    .title = N_("CAGrad"),
    .summary = N_("Near the mean gradient, follows what serves the worst-served task best"),
    .reference = "Liu, Liu, Jin, Stone, Liu, “Conflict-Averse Gradient Descent for Multi-task "
                 "Learning”, NeurIPS 2021, arXiv 2110.14048",
    .params = cagrad_params,
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_PERMUTES | MTL_CLAIM_HOMOGENEOUS | MTL_CLAIM_STOPS | MTL_CLAIM_NEAR_MEAN,
  .weigh = cagrad_weigh,
};
