/* test-balancers.c — every balancer of the catalogue against its claims
 *
 * A check takes a problem and says what is wrong with the answer, or nothing.
 * Each descriptor gets the checks for which it has the claim, and those that
 * bind all; a new balancer is tested the moment it is listed. A claim is one of
 * the initial settings, unless its check says otherwise.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "balance-answers.h"
#include "balance-comparisons.h"
#include "mtl-solvers.h"

#define N_PROBLEMS (200 * N_FAMILIES)
#define FULL_RANK  1e-6  /* of the smallest eigenvalue of the cosines to the largest */

static char *
check_refuses_nan (const MtlBalancer *balancer,
                   const MtlChosen   *chosen,
                   Problem           *p)
{
  Answer a;
  g_autofree char *refusal = NULL;

  if (p->n % 2 == 0 && (balancer->needs & MTL_NEEDS_LOSSES) != 0)
    p->losses[0] = NAN;
  else
    p->gramian[0] = NAN;
  refusal = answer (balancer, chosen, p, &a);

  return refusal == NULL ? g_strdup ("a NaN was let through") : NULL;
}

static char *
check_simplex (const MtlBalancer *balancer,
               const MtlChosen   *chosen,
               Problem           *p)
{
  Answer a;
  double sum = 0.0;
  char *wrong = answer (balancer, chosen, p, &a);

  for (guint i = 0; wrong == NULL && i < p->k; i++)
    {
      sum += a.w[i];
      if (a.w[i] < 0.0)
        wrong = g_strdup_printf ("w_%u = %g < 0", i, a.w[i]);
    }
  /* Without any gradient the door answers 0. */
  if (wrong == NULL && p->scale > 0.0 && fabs (sum - 1.0) > 1e-12)
    wrong = g_strdup_printf ("the weights sum to %.15g", sum);

  return wrong;
}

static char *
check_positive (const MtlBalancer *balancer,
                const MtlChosen   *chosen,
                Problem           *p)
{
  Answer a;
  char *wrong = answer (balancer, chosen, p, &a);

  for (guint i = 0; wrong == NULL && p->scale > 0.0 && i < p->k; i++)
    if (!(a.w[i] > 0.0))
      wrong = g_strdup_printf ("w_%u = %g at a loss of %g", i, a.w[i], p->losses[i]);

  return wrong;
}

static char *
check_sum_is_k (const MtlBalancer *balancer,
                const MtlChosen   *chosen,
                Problem           *p)
{
  Answer a;
  double sum = 0.0;
  char *wrong = answer (balancer, chosen, p, &a);

  for (guint i = 0; wrong == NULL && i < p->k; i++)
    sum += a.w[i];
  /* Without any gradient the door answers 0. */
  if (wrong == NULL && p->scale > 0.0 && fabs (sum - p->k) > 1e-12 * p->k)
    wrong = g_strdup_printf ("the weights of %u tasks sum to %.15g", p->k, sum);

  return wrong;
}

static char *
check_descent (const MtlBalancer *balancer,
               const MtlChosen   *chosen,
               Problem           *p)
{
  Answer a;
  char *wrong = answer (balancer, chosen, p, &a);

  for (guint i = 0; wrong == NULL && i < p->k; i++)
    if (gain (p, &a, i) < -TOLERANCE * p->scale * MAX (a.length, 1e-3 * p->scale))
      wrong = g_strdup_printf ("⟨d, g_%u⟩ = %g, |d| = %g", i, gain (p, &a, i), a.length);

  return wrong;
}

static char *
check_pair_descent (const MtlBalancer *balancer,
                    const MtlChosen   *chosen,
                    Problem           *p)
{
  p->k = MIN (p->k, 2);
  measure_problem (p);

  return check_descent (balancer, chosen, p);
}

/* Rows without a negative entry do not conflict. */
static char *
check_aligned (const MtlBalancer *balancer,
               const MtlChosen   *chosen,
               Problem           *p,
               gboolean           mean)
{
  double expected[MOST_COLUMNS] = { 0.0 };
  Answer a;
  char *wrong;

  for (guint i = 0; i < p->k * p->columns; i++)
    {
      p->rows[i] = fabs (p->rows[i]);
      expected[i % p->columns] += p->rows[i] / (mean ? p->k : 1);
    }
  measure_problem (p);

  wrong = answer (balancer, chosen, p, &a);

  return wrong != NULL ? wrong : compare_directions (p, a.d, expected, 1e-12 * a.size);
}

static char *
check_sum_if_aligned (const MtlBalancer *balancer,
                      const MtlChosen   *chosen,
                      Problem           *p)
{
  return check_aligned (balancer, chosen, p, FALSE);
}

static char *
check_mean_if_aligned (const MtlBalancer *balancer,
                       const MtlChosen   *chosen,
                       Problem           *p)
{
  return check_aligned (balancer, chosen, p, TRUE);
}

static char *
check_stops (const MtlBalancer *balancer,
             const MtlChosen   *chosen,
             Problem           *p)
{
  Answer a;
  char *wrong;

  make_stationary (p);
  measure_problem (p);
  wrong = answer (balancer, chosen, p, &a);

  if (wrong == NULL && a.status != MTL_BALANCE_STATIONARY)
    wrong = g_strdup_printf ("status %d, |d| = %g", a.status, a.length);
  if (wrong == NULL && a.length > 1e-6 * p->scale)
    wrong = g_strdup_printf ("|d| = %g at a stationary point of scale %g", a.length, p->scale);

  return wrong;
}

static char *
check_min_norm (const MtlBalancer *balancer,
                const MtlChosen   *chosen,
                Problem           *p)
{
  Answer a;
  char *wrong = answer (balancer, chosen, p, &a);

  for (guint i = 0; wrong == NULL && i < p->k; i++)
    {
      double slack = TOLERANCE * p->scale * MAX (a.length, 1e-3 * p->scale);

      if (gain (p, &a, i) < a.length * a.length - slack)
        wrong = g_strdup_printf ("⟨d, g_%u⟩ = %g < |d|² = %g", i, gain (p, &a, i),
                                 a.length * a.length);
    }

  return wrong;
}

static gboolean
has_full_rank (const Problem *p)
{
  guint kept[MOST_TASKS];
  double norms[MOST_TASKS], values[MOST_TASKS];
  double cosines[MOST_TASKS * MOST_TASKS], vectors[MOST_TASKS * MOST_TASKS];
  guint n = mtl_gram_cosines (p->gramian, p->k, kept, norms, cosines);
  double smallest = INFINITY, largest = 0.0;

  if (!mtl_eigen_symmetric (cosines, n, values, vectors, NULL))
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      smallest = MIN (smallest, values[i]);
      largest = MAX (largest, values[i]);
    }

  return smallest > FULL_RANK * largest;
}

static char *
check_equal_cosines (const MtlBalancer *balancer,
                     const MtlChosen   *chosen,
                     Problem           *p)
{
  double lowest = INFINITY, highest = -INFINITY;
  Answer a;
  char *wrong = answer (balancer, chosen, p, &a);

  if (wrong != NULL || a.status != MTL_BALANCE_OK || !has_full_rank (p))
    return wrong;

  for (guint i = 0; i < p->k; i++)
    if (p->gramian[i * p->k + i] > 0.0)
      {
        double projection = gain (p, &a, i) / sqrt (p->gramian[i * p->k + i]);

        lowest = MIN (lowest, projection);
        highest = MAX (highest, projection);
      }

  if (highest - lowest > TOLERANCE * a.size)
    return g_strdup_printf ("projections from %.12g to %.12g", lowest, highest);

  return NULL;
}

/* (transfer full): with one setting changed where there is such a one. */
static MtlChosen *
change (const MtlChosen *chosen,
        const char      *param,
        const char      *value)
{
  if (mtl_chosen_get (chosen, param) == NULL)
    return mtl_chosen_ref (chosen);

  return mtl_chosen_with (chosen, param, value, NULL);
}

/* Of the bargain before it is shortened. */
static char *
check_unit_gain (const MtlBalancer *balancer,
                 const MtlChosen   *chosen,
                 Problem           *p)
{
  g_autoptr(MtlChosen) whole = change (chosen, "max-norm", "0");
  Answer a;
  char *wrong = answer (balancer, whole, p, &a);

  for (guint i = 0; wrong == NULL && a.status == MTL_BALANCE_OK && i < p->k; i++)
    {
      double norm = sqrt (p->gramian[i * p->k + i]);
      double product = a.w[i] * gain (p, &a, i);

      /* Near a stationary point the terms of d are large and cancel. */
      if (norm > 0.0 && !(fabs (product - 1.0) < 1e-6 + 1e-14 * a.w[i] * norm * a.size))
        wrong = g_strdup_printf ("w_%u·⟨d, g_%u⟩ = %.12g", i, i, product);
    }

  return wrong;
}

/* Of the direction before it is shortened, with the radius in the setting c. */
static char *
check_near_mean (const MtlBalancer *balancer,
                 const MtlChosen   *chosen,
                 Problem           *p)
{
  g_autoptr(MtlChosen) whole = change (chosen, "rescale", "none");
  const MtlSetting *radius = mtl_chosen_get (chosen, "c");
  double off = 0.0, length = 0.0;
  Answer a;
  char *wrong = answer (balancer, whole, p, &a);

  for (guint n = 0; n < p->columns; n++)
    {
      double mean = 0.0;

      for (guint i = 0; i < p->k; i++)
        mean += p->rows[i * p->columns + n] / p->k;
      off = hypot (off, a.d[n] - mean);
      length = hypot (length, mean);
    }

  if (wrong == NULL && a.status != MTL_BALANCE_STATIONARY
      && !(off <= (radius != NULL ? radius->number : 0.0) * length + TOLERANCE * p->scale))
    wrong = g_strdup_printf ("|d − mean| = %g, |mean| = %g", off, length);

  return wrong;
}

/* The claim a check belongs to; 0 binds every balancer. */
static const struct
{
  const char *name;
  MtlClaims   claim;
  Check       check;
} checks[] = {
  { "repeats", 0, check_repeats },
  { "refuses-nan", 0, check_refuses_nan },
  { "rotates", 0, check_rotates },
  { "simplex", MTL_CLAIM_SIMPLEX, check_simplex },
  { "descent", MTL_CLAIM_DESCENT, check_descent },
  { "pair-descent", MTL_CLAIM_PAIR_DESCENT, check_pair_descent },
  { "permutes", MTL_CLAIM_PERMUTES, check_permutes },
  { "linear-scaling", MTL_CLAIM_LINEAR_SCALING, check_linear_scaling },
  { "scale-invariant", MTL_CLAIM_SCALE_INVARIANT, check_scale_invariant },
  { "homogeneous", MTL_CLAIM_HOMOGENEOUS, check_homogeneous },
  { "sum-if-aligned", MTL_CLAIM_SUM_IF_ALIGNED, check_sum_if_aligned },
  { "mean-if-aligned", MTL_CLAIM_MEAN_IF_ALIGNED, check_mean_if_aligned },
  { "stops", MTL_CLAIM_STOPS, check_stops },
  { "min-norm", MTL_CLAIM_MIN_NORM, check_min_norm },
  { "equal-cosines", MTL_CLAIM_EQUAL_COSINES, check_equal_cosines },
  { "unit-gain", MTL_CLAIM_UNIT_GAIN, check_unit_gain },
  { "near-mean", MTL_CLAIM_NEAR_MEAN, check_near_mean },
  { "positive", MTL_CLAIM_POSITIVE, check_positive },
  { "sum-is-k", MTL_CLAIM_SUM_IS_K, check_sum_is_k },
  { "loss-scale", MTL_CLAIM_LOSS_SCALE, check_loss_scale },
};

typedef struct
{
  const MtlBalancer *balancer;
  guint              check;
} Case;

static char *
first_failure (const Case *c)
{
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_BALANCER, &c->balancer->method);

  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      g_autofree char *wrong = NULL;
      Problem problem;

      draw_problem (&problem, n);
      wrong = checks[c->check].check (c->balancer, chosen, &problem);
      if (wrong != NULL)
        return g_strdup_printf ("problem %u (%s), %u×%u: %s", n, family_names[problem.family],
                                problem.k, problem.columns, wrong);
    }

  return NULL;
}

static void
test_claim (gconstpointer data)
{
  g_autofree char *wrong = first_failure (data);

  if (wrong != NULL)
    g_test_fail_printf ("%s", wrong);
}

/* Negative, growing from call to call, different for each task and never
 * looking at a number: it breaks every promise there is. */
static MtlBalanceStatus
liar_weigh (const MtlBalanceInput  *in,
            double                 *w,
            GError                **error)
{
  static double calls = 0.0;

  calls++;
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = -calls * (i + 1.0);

  return MTL_BALANCE_OK;
}

static const MtlBalancer liar = {
  .method = { .id = "liar", .title = "Liar", .reference = "none" },
  .claims = ~0u,
  .weigh = liar_weigh,
};

static void
test_checks_can_fail (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (checks); n++)
    {
      g_autofree char *wrong = NULL;

      /* This one is the door's work: it protects a liar as well. */
      if (checks[n].check == check_refuses_nan)
        continue;

      wrong = first_failure (&(Case) { &liar, n });
      g_test_message ("%s: %s", checks[n].name, wrong);
      if (wrong == NULL)
        g_test_fail_printf ("the check %s believes a liar", checks[n].name);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_BALANCER); *m != NULL; m++)
    for (guint n = 0; n < G_N_ELEMENTS (checks); n++)
      {
        Case c = { (const MtlBalancer *) *m, n };
        g_autofree char *path = g_strdup_printf ("/balancers/%s/%s", (*m)->id, checks[n].name);

        if (checks[n].claim == 0 || (c.balancer->claims & checks[n].claim) != 0)
          g_test_add_data_func_full (path, g_memdup2 (&c, sizeof c), test_claim, g_free);
      }
  g_test_add_func ("/balancers/checks-can-fail", test_checks_can_fail);

  return g_test_run ();
}
