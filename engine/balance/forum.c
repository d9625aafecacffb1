/* forum.c — outer losses followed while weighted inner losses are kept near their minimum
 *
 *   min_{a, θ}  (l_1(θ; B_out), …, l_K(θ; B_out))    so that    f(a, θ) ≤ f(a, θ_T)
 *
 * with f = Σ_k w_k·l_k(B_in), w = softmax(a), and θ_T what T steps of plain descent on f make
 * of θ. Let q = f(a, θ) − f(a, θ_T) with θ_T held, b its gradient in (a, θ) together, and F_k
 * the unit gradient of l_k(B_out), which does not depend on a. The direction is
 *
 *   Σ λ_k·F_k + ν·b,    (λ, ν) = argmin  ½·|Σ λ_k·F_k + ν·b|² − ν·φ·|b|²
 *
 * over the simplex and ν ≥ 0: the dual of descending on all F_k under ⟨b, d⟩ ≥ φ·|b|². λ is
 * averaged with a share of (epoch + 1)^(−3/4), then ν = max (Σ λ_k·π_k, 0) with
 * π_k = φ − ⟨b, F_k⟩/|b|². Adam steps a along ν·b_a.
 *
 * In θ the direction is a weighted sum of the tasks' gradients, so the model follows
 *
 *   Σ_k W_k·l_k,    W_k = λ_k/|∂l_k(B_out)/∂θ| + ν·w_k
 *
 * on the whole batch, as with the other bilevel methods; in the paper and in LibMTL the first
 * part is of B_out and the second of B_in. LibMTL doubles the square under the minimum and
 * asks ν ≥ Σ λ_k·π_k; here it is the paper's dual.
 *
 * A task whose outer gradient is zero has λ_k = 0 in that step. Where b = 0, ν = 0. K = 1:
 * λ = 1. Cost: the lanes of all tasks T times on one half and once on the other, and a pass
 * forward, beside the plain step; 2·K·d floats.
 *
 * Source: Ye, Lin, Zhang, “A First-Order Multi-Gradient Algorithm for Multi-Objective Bi-Level
 * Optimization”, ECAI 2024, arXiv 2401.09257, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-bilevel.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"

enum
{
  OUTER_RATE,
  INNER_RATE,
  INNER_STEPS,
  PHI,
};

enum
{
  STATE_LAMBDA = MTL_BILEVEL_N_ARRAYS,
  STATE_FACTORS,  /* W of the step at hand */
};

static const MtlParam forum_params[] = {
  { .id = "outer-lr", .title = N_("Rate of the Weights"),
    .summary = N_("Adam’s rate for the logits; 0.001 in LibMTL too"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 1e-3 },
  { .id = "inner-lr", .title = N_("Rate of the Inner Steps"),
    .summary = N_("Of plain descent towards the minimum of the weighted losses; 0.1 in LibMTL too"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.1 },
  { .id = "inner-step", .title = N_("Inner Steps"),
    .summary = N_("How many of them; 5 in LibMTL too"), .unit = N_("steps"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1000.0, .initial = 5.0 },
  { .id = "phi", .title = N_("Pull φ"),
    .summary = N_("How fast the gap to that minimum is to close; 0.1 in LibMTL too"),
    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.1 },
  { .id = NULL },
};

/* What a step learns of both halves, over the tasks of the call. */
typedef struct
{
  guint   n;
  double *w;        /* softmax(a) */
  double *slope;    /* b_a */
  double  square;   /* |b|², a and θ together */
  double *norms;    /* of the outer gradients */
  double *along;    /* ⟨b, F_k⟩ */
  double *outer;    /* n×n: products of the outer gradients */
  double *lambda;   /* of this step */
} Halves;

static void
forum_declare (guint             n_tasks,
               gsize             n_columns,
               const MtlSetting *set,
               MtlStateSpec     *spec)
{
  mtl_bilevel_declare (n_tasks, n_columns, set, spec);
  mtl_state_declare (spec, "lambda", n_tasks, FALSE, 1.0 / n_tasks, TRUE);
  mtl_state_declare (spec, "factors", n_tasks, FALSE, 1.0 / n_tasks, FALSE);
}

/* --- the halves --- */

/* ∂q/∂a of the losses at θ and at θ_T; a task without a label in the half has none. */
static void
find_slope (Halves                *self,
            const MtlPlan         *plan,
            const MtlBalanceInput *in,
            const double          *here,
            const double          *there)
{
  double mean = 0.0;

  for (guint i = 0; i < self->n; i++)
    {
      guint k = in->task[i];
      double gap = mtl_plan_task (plan, k)->weight * (here[k] - there[k]);

      self->slope[i] = isnan (gap) ? 0.0 : gap;
      mean += self->w[i] * self->slope[i];
    }
  for (guint i = 0; i < self->n; i++)
    {
      self->slope[i] = self->w[i] * (self->slope[i] - mean);
      self->square += self->slope[i] * self->slope[i];
    }
}

/* Leaves ∂l_k(B_in)/∂θ in the inner set. */
static gboolean
run_inner (Halves                 *self,
           MtlStep                *step,
           const MtlBalanceInput  *in,
           GError                **error)
{
  double here[MTL_MAX_TASKS], there[MTL_MAX_TASKS];

  if (!mtl_bilevel_unroll (step, in, self->w, in->set[INNER_RATE].number,
                           (guint) in->set[INNER_STEPS].number, here, there, error))
    return FALSE;

  find_slope (self, mtl_step_plan (step), in, here, there);
  return TRUE;
}

static gboolean
run_outer (Halves                 *self,
           MtlStep                *step,
           const MtlBalanceInput  *in,
           GError                **error)
{
  MtlGrads *inner = mtl_step_set (step, MTL_BILEVEL_INNER);
  MtlGrads *outer = mtl_step_set (step, MTL_BILEVEL_OUTER);
  guint n = self->n;
  g_autofree double *products = g_new (double, n * n);
  double losses[MTL_MAX_TASKS];

  if (!mtl_step_probe (step, mtl_step_theta (step), 1, outer, losses, error))
    return FALSE;

  mtl_bilevel_products (step, in, inner, inner, products);
  for (guint i = 0; i < n * n; i++)
    self->square += self->w[i / n] * self->w[i % n] * products[i];

  mtl_bilevel_products (step, in, outer, inner, products);
  for (guint i = 0; i < n * n; i++)
    self->along[i / n] += self->w[i % n] * products[i];

  mtl_bilevel_products (step, in, outer, outer, self->outer);
  for (guint i = 0; i < n; i++)
    {
      self->norms[i] = sqrt (MAX (self->outer[i * n + i], 0.0));
      self->along[i] = self->norms[i] > 0.0 ? self->along[i] / self->norms[i] : 0.0;
    }

  return TRUE;
}

/* --- λ and ν --- */

/* Gradients that are zero take no part. */
static gboolean
find_lambda (Halves       *self,
             double        phi,
             GError      **error)
{
  guint n = self->n, n_kept = 0;
  g_autofree double *cosines = g_new (double, n * n);
  g_autofree double *along = g_new (double, 2 * n);
  double *lambda = along + n;
  g_autofree guint *kept = g_new (guint, n);

  for (guint i = 0; i < n; i++)
    if (self->norms[i] > 0.0)
      kept[n_kept++] = i;
  for (guint i = 0; i < n_kept; i++)
    {
      along[i] = self->along[kept[i]];
      for (guint j = 0; j < n_kept; j++)
        cosines[i * n_kept + j] = self->outer[kept[i] * n + kept[j]]
                                  / (self->norms[kept[i]] * self->norms[kept[j]]);
    }

  if (n_kept > 0 && !mtl_pulled_hull (cosines, along, n_kept, self->square, phi, lambda, error))
    return FALSE;
  for (guint i = 0; i < n_kept; i++)
    self->lambda[kept[i]] = lambda[i];

  return TRUE;
}

/* The mean λ, W and the next logits. */
static void
take_over (const Halves          *self,
           const MtlBalanceInput *in)
{
  double *mean = mtl_state_doubles (in->state, STATE_LAMBDA);
  double *factors = mtl_state_doubles (in->state, STATE_FACTORS);
  double share = pow ((double) in->epoch + 1.0, -0.75), nu = 0.0;
  double slope[MTL_MAX_TASKS];

  for (guint i = 0; i < self->n; i++)
    {
      double *lambda = &mean[in->task[i]];

      *lambda += share * (self->lambda[i] - *lambda);
      if (self->square > 0.0)
        nu += *lambda * (in->set[PHI].number - self->along[i] / self->square);
    }
  nu = MAX (nu, 0.0);

  for (guint i = 0; i < self->n; i++)
    {
      guint k = in->task[i];

      factors[k] = nu * self->w[i] + (self->norms[i] > 0.0 ? mean[k] / self->norms[i] : 0.0);
      slope[i] = nu * self->slope[i];
    }
  mtl_bilevel_step (in, slope, in->set[OUTER_RATE].number);
}

static gboolean
forum_learn (MtlStep                *step,
             const MtlBalanceInput  *in,
             GError                **error)
{
  guint n = in->n_tasks;
  g_autofree double *numbers = g_new0 (double, 5 * n + n * n);
  Halves halves = {
    .n = n, .w = numbers, .slope = numbers + n, .norms = numbers + 2 * n,
    .along = numbers + 3 * n, .lambda = numbers + 4 * n, .outer = numbers + 5 * n,
  };

  mtl_bilevel_weigh (in, halves.w, NULL);
  if (!run_inner (&halves, step, in, error)
      || !run_outer (&halves, step, in, error)
      || !find_lambda (&halves, in->set[PHI].number, error))
    return FALSE;

  take_over (&halves, in);
  return TRUE;
}

static MtlBalanceStatus
forum_weigh (const MtlBalanceInput  *in,
             double                 *w,
             GError                **error)
{
  const double *factors = mtl_state_doubles (in->state, STATE_FACTORS);

  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = factors[in->task[i]];

  return MTL_BALANCE_OK;
}

/* Halves: one with lanes for each inner step, one without, and one of the outer losses. */
static void
forum_passes (const MtlSetting *set,
              guint             n_tasks,
              double           *forward,
              double           *backward)
{
  double n_steps = set[INNER_STEPS].number;

  *forward = 0.5 * (n_steps + 2.0);
  *backward = 0.5 * (n_steps + 1.0) * n_tasks;
}

const MtlBalancer mtl_balancer_forum = {
  .method = {
    .id = "forum",
    .title = N_("FORUM"),
    .summary = N_("Follows the losses of one half of the batch while weights that it learns keep "
                  "those of the other near their minimum"),
    .reference = "Ye, Lin, Zhang, “A First-Order Multi-Gradient Algorithm for Multi-Objective "
                 "Bi-Level Optimization”, ECAI 2024, arXiv 2401.09257, Algorithm 1",
    .params = forum_params,
  },
  .heads = MTL_HEADS_WEIGHTED,
  .claims = MTL_CLAIM_PERMUTES,
  .n_sets = 2,
  .declare = forum_declare,
  .weigh = forum_weigh,
  .learn = forum_learn,
  .passes = forum_passes,
};
