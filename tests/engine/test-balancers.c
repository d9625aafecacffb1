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
#include "balance-claims.h"
#include "balance-comparisons.h"
#include "mtl-solvers.h"

#ifndef N_PROBLEMS
#define N_PROBLEMS (200 * N_FAMILIES)
#endif
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

/* The last bound is for directions whose length is not that of the rows: 1e-14 of the
 * terms of d. */
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
    if (gain (p, &a, i) < -TOLERANCE * p->scale * MAX (MAX (a.length, 1e-3 * p->scale),
                                                       1e-6 * a.size))
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
  if (wrong == NULL && a.length > 1e-6 * p->scale + 1e-14 * a.size)
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
  { "rotates", MTL_CLAIM_ROTATES, check_rotates },
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
  { "support", MTL_CLAIM_MIN_NORM, check_support },
  { "equal-cosines", MTL_CLAIM_EQUAL_COSINES, check_equal_cosines },
  { "unit-gain", MTL_CLAIM_UNIT_GAIN, check_unit_gain },
  { "near-mean", MTL_CLAIM_NEAR_MEAN, check_near_mean },
  { "positive", MTL_CLAIM_POSITIVE, check_positive },
  { "sum-is-k", MTL_CLAIM_SUM_IS_K, check_sum_is_k },
  { "loss-scale", MTL_CLAIM_LOSS_SCALE, check_loss_scale },
};

/* What is claimed of settings other than the initial ones. */
typedef struct
{
  const char *id;
  const char *param;
  const char *value;
  MtlClaims   claims;
  guint       unclear;   /* bits of families whose answer is not in the digits of a Gramian */
} Elsewhere;

/* Unit rows that are 1e-6 apart: their differences have four digits. */
#define UNIT_ROWS_ALIKE (1u << FAMILY_NEARLY_PARALLEL)

#define FAIR (MTL_CLAIM_DESCENT | MTL_CLAIM_PERMUTES | MTL_CLAIM_STOPS | MTL_CLAIM_UNIT_GAIN)

static const Elsewhere elsewhere[] = {
  { "mgda", "normalization", "l2", MTL_CLAIM_DESCENT | MTL_CLAIM_PERMUTES
    | MTL_CLAIM_SCALE_INVARIANT | MTL_CLAIM_STOPS, UNIT_ROWS_ALIKE },
  { "mgda", "normalization", "loss", MTL_CLAIM_DESCENT | MTL_CLAIM_PERMUTES
    | MTL_CLAIM_HOMOGENEOUS | MTL_CLAIM_STOPS, 0 },
  { "mgda", "normalization", "loss+", MTL_CLAIM_DESCENT | MTL_CLAIM_PERMUTES
    | MTL_CLAIM_SCALE_INVARIANT | MTL_CLAIM_STOPS, UNIT_ROWS_ALIKE },
  { "mgda", "apply-to", "raw", MTL_CLAIM_SIMPLEX | MTL_CLAIM_PERMUTES | MTL_CLAIM_HOMOGENEOUS, 0 },
  { "cagrad", "c", "1", MTL_CLAIM_DESCENT | MTL_CLAIM_PERMUTES, 0 },
  { "fairgrad", "alpha", "0.5", FAIR, 0 },
  { "fairgrad", "alpha", "2", FAIR, 0 }, { "fairgrad", "alpha", "5", FAIR, 0 },
  { "fairgrad", "alpha", "20", FAIR, 0 },
};

typedef struct
{
  const MtlBalancer *balancer;
  const Elsewhere   *elsewhere;   /* NULL: the initial settings */
  guint              check;
} Case;

static MtlChosen *
choose (const Case *c)
{
  g_autoptr(MtlChosen) initial = mtl_chosen_new (MTL_KIND_BALANCER, &c->balancer->method);
  g_autoptr(GError) error = NULL;
  MtlChosen *chosen;

  if (c->elsewhere == NULL)
    return g_steal_pointer (&initial);

  chosen = mtl_chosen_with (initial, c->elsewhere->param, c->elsewhere->value, &error);
  g_assert_no_error (error);

  return chosen;
}

static char *
first_failure (const Case *c)
{
  g_autoptr(MtlChosen) chosen = choose (c);

  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      g_autofree char *wrong = NULL;
      Problem problem;

      draw_problem (&problem, n);
      if (problem.k < c->balancer->least_tasks
          || (c->elsewhere != NULL && (c->elsewhere->unclear >> problem.family & 1) != 0))
        continue;
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

      wrong = first_failure (&(Case) { &liar, NULL, n });
      g_test_message ("%s: %s", checks[n].name, wrong);
      if (wrong == NULL)
        g_test_fail_printf ("the check %s believes a liar", checks[n].name);
    }
}

/* Inner products know no coordinates; a method that reads rows may. */
static gboolean
binds (const Case *c,
       MtlClaims   claims)
{
  if (checks[c->check].check == check_rotates
      && (c->balancer->needs & (MTL_NEEDS_ROWS | MTL_NEEDS_CROSS)) == 0)
    return TRUE;

  return checks[c->check].claim == 0 || (claims & checks[c->check].claim) != 0;
}

static void
add_cases (const MtlMethod *method,
           const Elsewhere *other)
{
  Case c = { (const MtlBalancer *) method, other, 0 };
  MtlClaims claims = other != NULL ? other->claims : c.balancer->claims;

  for (c.check = 0; c.check < G_N_ELEMENTS (checks); c.check++)
    {
      g_autofree char *path = NULL;

      if (!binds (&c, claims))
        continue;
      path = other == NULL
               ? g_strdup_printf ("/balancers/%s/%s", method->id, checks[c.check].name)
               : g_strdup_printf ("/balancers/%s/%s=%s/%s", method->id, other->param,
                                  other->value, checks[c.check].name);
      g_test_add_data_func_full (path, g_memdup2 (&c, sizeof c), test_claim, g_free);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_BALANCER); *m != NULL; m++)
    add_cases (*m, NULL);
  for (guint n = 0; n < G_N_ELEMENTS (elsewhere); n++)
    add_cases (mtl_catalogue_find (MTL_KIND_BALANCER, elsewhere[n].id, NULL), &elsewhere[n]);
  g_test_add_func ("/balancers/checks-can-fail", test_checks_can_fail);

  return g_test_run ();
}
