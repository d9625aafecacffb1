/* test-balance-door.c — what surrounds a balancer, and what one method says of
 * another
 *
 * Heads, needs, tasks that are left out of a step, memory from step to step;
 * then the identities between methods that hold for any Jacobian.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "balance-answers.h"
#include "mtl-balance.h"
#include "mtl-solvers.h"

#define N_PROBLEMS (60 * N_FAMILIES)

static const MtlBalancer *
find (const char *id)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_BALANCER, id, NULL);

  g_assert_nonnull (method);
  return (const MtlBalancer *) method;
}

/* (transfer full): with one setting changed, unless @param is NULL. */
static MtlChosen *
choose (const char *id,
        const char *param,
        const char *value)
{
  MtlChosen *initial = mtl_chosen_new (MTL_KIND_BALANCER, &find (id)->method);
  g_autoptr(GError) error = NULL;
  MtlChosen *changed;

  if (param == NULL)
    return initial;

  changed = mtl_chosen_with (initial, param, value, &error);
  g_assert_no_error (error);
  mtl_chosen_unref (initial);

  return changed;
}

static void
solve (const Problem   *p,
       const MtlChosen *chosen,
       Answer          *to)
{
  g_autofree char *wrong = answer ((const MtlBalancer *) mtl_chosen_method (chosen), chosen, p,
                                   to);

  if (wrong != NULL)
    g_error ("problem %u (%s): %s", p->n, family_names[p->family], wrong);
}

static void
expect_near (const Problem *p,
             const char    *what,
             double         found,
             double         expected,
             double         tolerance)
{
  if (!(fabs (found - expected) <= tolerance))
    g_test_fail_printf ("problem %u (%s), %u×%u: %s is %.12g, expected %.12g to %.3g", p->n,
                        family_names[p->family], p->k, p->columns, what, found, expected,
                        tolerance);
}

static void
test_heads (void)
{
  static const char *const values[] = { "method", "plain", "weighted" };
  static const gboolean equal[] = { TRUE, FALSE, TRUE };
  static const gboolean mgda[] = { FALSE, FALSE, TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autoptr(MtlChosen) a = choose ("equal", "heads", values[i]);
      g_autoptr(MtlChosen) b = choose ("mgda", "heads", values[i]);

      g_assert_cmpint (mtl_balancer_weighs_heads (find ("equal"), a), ==, equal[i]);
      g_assert_cmpint (mtl_balancer_weighs_heads (find ("mgda"), b), ==, mgda[i]);
    }
}

static void
test_needs (void)
{
  g_autoptr(MtlChosen) plain = choose ("equal", NULL, NULL);
  g_autoptr(MtlChosen) summed = choose ("equal", "rescale", "sum");
  g_autoptr(MtlChosen) matched = choose ("equal", "rescale", "match");
  g_autoptr(MtlChosen) nash = choose ("nash", NULL, NULL);

  g_assert_cmpuint (mtl_balancer_needs (find ("equal"), plain), ==, 0);
  g_assert_cmpuint (mtl_balancer_needs (find ("equal"), summed), ==, 0);
  g_assert_cmpuint (mtl_balancer_needs (find ("equal"), matched), ==, MTL_NEEDS_GRAMIAN);
  g_assert_cmpuint (mtl_balancer_needs (find ("nash"), nash), ==, MTL_NEEDS_GRAMIAN);
}

/* A step in which tasks b and d alone have labels. */
static void
test_missing_tasks (void)
{
  g_autoptr(MtlChosen) chosen = choose ("fixed", "weights", "a:1,b:2,c:3,d:4");
  Problem p;
  Answer a;

  draw_problem (&p, 0);
  p.k = 2;
  p.task[0] = 3;
  p.task[1] = 1;
  measure_problem (&p);
  solve (&p, chosen, &a);

  g_assert_cmpfloat (a.w[0], ==, 4.0);
  g_assert_cmpfloat (a.w[1], ==, 2.0);
}

/* The message names the task by its index in the run, not in the call. */
static void
test_names_the_task (void)
{
  g_autoptr(MtlChosen) chosen = choose ("mgda", NULL, NULL);
  g_autofree char *refusal = NULL;
  Problem p;
  Answer a;

  draw_problem (&p, 0);
  p.k = 2;
  p.task[1] = 6;
  measure_problem (&p);
  p.gramian[3] = INFINITY;
  refusal = answer (find ("mgda"), chosen, &p, &a);
  g_assert_nonnull (refusal);
  g_assert_nonnull (strstr (refusal, "mgda: the squared gradient length of task 6"));
}

/* Equal weights read nothing; made as long as the mean, they do. */
static void
test_reads_what_it_needs (void)
{
  const guint task[] = { 0, 1 };
  const double unknown[] = { NAN, NAN };
  static const char *const rescales[] = { "sum", "match" };

  for (guint i = 0; i < G_N_ELEMENTS (rescales); i++)
    {
      g_autoptr(MtlChosen) chosen = choose ("equal", "rescale", rescales[i]);
      g_autoptr(GError) error = NULL;
      MtlBalanceInput in = {
        .n_tasks = 2, .task = task, .losses = unknown, .set = mtl_chosen_settings (chosen),
        .chosen = chosen,
      };
      double w[2] = { 0.0 };

      mtl_balancer_weigh (find ("equal"), &in, w, &error);
      if (i == 0)
        g_assert_no_error (error);
      else
        g_assert_error (error, MTL_ERROR, MTL_ERROR_SETTING);
      g_assert_cmpfloat (w[1], ==, i == 0 ? 1.0 : 0.0);
    }
}

/* Given gradients alone, a method balances them or says that it needs the losses. */
static void
test_no_losses (void)
{
  const double jacobian[] = { -4.0, 1.0, 1.0, 6.0, 1.0, 1.0, 2.0, -3.0, 1.0 };

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_BALANCER); *m != NULL; m++)
    {
      g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_BALANCER, *m);
      g_autoptr(GError) error = NULL;
      double w[3], d[3];
      const char *status;

      if (!mtl_balance_matrix (chosen, jacobian, 3, 3, NULL, 1, w, d, &status, &error))
        {
          g_assert_error (error, MTL_ERROR, MTL_ERROR_SETTING);
          g_assert_nonnull (strstr (error->message, (*m)->id));
          g_assert_nonnull (strstr (error->message, "losses"));
        }
    }
}

static MtlBalanceStatus
overflow_weigh (const MtlBalanceInput  *in,
                double                 *w,
                GError                **error)
{
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = i == 1 ? INFINITY : 1.0;

  return MTL_BALANCE_OK;
}

/* What a method answers is looked at too. */
static void
test_refuses_weights (void)
{
  const MtlBalancer overflow = {
    .method = { .id = "overflow", .title = "Overflow", .reference = "none" },
    .weigh = overflow_weigh,
  };
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_BALANCER, &overflow.method);
  g_autofree char *refusal = NULL;
  Problem p;
  Answer a;

  draw_problem (&p, 0);
  p.task[1] = 5;
  refusal = answer (&overflow, chosen, &p, &a);
  g_assert_nonnull (refusal);
  g_assert_nonnull (strstr (refusal, "overflow: the weight of task 5"));
}

/* Nash-MTL with an update every three steps, on three problems in turn. */
static void
test_nash_remembers (void)
{
  g_autoptr(MtlChosen) chosen = choose ("nash", "update-every", "3");
  const MtlBalancer *nash = find ("nash");
  const MtlSetting *set = mtl_chosen_settings (chosen);
  MtlStateSpec spec = { 0 };
  g_autoptr(MtlState) state = NULL;
  double w[4][2], ratio[4];

  nash->declare (2, 0, set, &spec);
  state = mtl_state_new (&spec);

  for (guint step = 0; step < 4; step++)
    {
      Problem p;
      MtlBalanceInput in = {
        .n_tasks = 2, .task = p.task, .gramian = p.gramian, .set = set, .state = state,
        .chosen = chosen,
      };

      draw_problem (&p, step * N_FAMILIES);
      p.k = 2;
      measure_problem (&p);
      g_assert_cmpint (mtl_balancer_weigh (nash, &in, w[step], NULL), ==, MTL_BALANCE_OK);
      g_assert_cmpfloat (mtl_gram_length (p.gramian, 2, w[step]), <=, 1.0 + 1e-12);
      ratio[step] = w[step][0] / w[step][1];
    }

  g_assert_cmpfloat_with_epsilon (ratio[1], ratio[0], 1e-12 * ratio[0]);
  g_assert_cmpfloat_with_epsilon (ratio[2], ratio[0], 1e-12 * ratio[0]);
  g_assert_cmpfloat (fabs (ratio[3] / ratio[0] - 1.0), >, 1e-3);
}

/* Two tasks: PCGrad is twice UPGrad. */
static void
test_pcgrad_is_twice_upgrad (void)
{
  g_autoptr(MtlChosen) pcgrad = choose ("pcgrad", NULL, NULL);
  g_autoptr(MtlChosen) upgrad = choose ("upgrad", NULL, NULL);

  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      Problem p;
      Answer a, b;

      draw_problem (&p, n);
      p.k = 2;
      measure_problem (&p);
      solve (&p, pcgrad, &a);
      solve (&p, upgrad, &b);
      for (guint i = 0; i < 2; i++)
        expect_near (&p, "w of PCGrad", a.w[i], 2.0 * b.w[i], 1e-12 * fabs (a.w[i]));
    }
}

/* Other seeds, other orders: three tasks that oppose each other tell. */
static void
test_pcgrad_draws (void)
{
  const double gramian[] = { 10, -5, .5, -5, 6, -2.5, .5, -2.5, 9.25 };
  const guint task[] = { 0, 1, 2 };
  g_autoptr(MtlChosen) chosen = choose ("pcgrad", NULL, NULL);
  guint different = 0;
  double first = 0.0;

  for (guint seed = 0; seed < 32; seed++)
    {
      MtlBalanceInput in = {
        .n_tasks = 3, .task = task, .gramian = gramian, .set = mtl_chosen_settings (chosen),
        .chosen = chosen, .rng = mtl_rng_new (seed, MTL_STREAM_LOSS_PART),
      };
      double w[3];

      g_assert_cmpint (mtl_balancer_weigh (find ("pcgrad"), &in, w, NULL), ==, MTL_BALANCE_OK);
      if (seed == 0)
        first = w[0];
      different += w[0] != first;
    }

  g_assert_cmpuint (different, >, 4);
  g_assert_cmpuint (different, <, 28);
}

/* With p = e_k one aligned row each: orthogonal, and as long as the shortest
 * principal component. */
static void
test_aligned_rows (void)
{
  for (guint n = 0; n < N_PROBLEMS; n += N_FAMILIES)
    {
      double a[MOST_TASKS * MOST_TASKS], values[MOST_TASKS], vectors[MOST_TASKS * MOST_TASKS];
      double rows[MOST_TASKS][MOST_COLUMNS], smallest = INFINITY;
      Problem p;

      draw_problem (&p, n);
      p.k = MIN (p.k, p.columns);
      measure_problem (&p);
      memcpy (a, p.gramian, sizeof a);
      g_assert_true (mtl_eigen_symmetric (a, p.k, values, vectors, NULL));
      for (guint i = 0; i < p.k; i++)
        smallest = MIN (smallest, values[i]);

      for (guint i = 0; i < p.k; i++)
        {
          g_autofree char *preference = g_strdup_printf ("a:0,b:0,c:0,d:0,e:0,f:0,g:0,h:0");
          g_autoptr(MtlChosen) chosen = NULL;
          Answer row;

          preference[4 * i + 2] = '1';
          chosen = choose ("aligned", "preference", preference);
          solve (&p, chosen, &row);
          memcpy (rows[i], row.d, sizeof rows[i]);
        }

      for (guint i = 0; i < p.k; i++)
        for (guint j = 0; j < p.k; j++)
          {
            double product = 0.0;

            for (guint m = 0; m < p.columns; m++)
              product += rows[i][m] * rows[j][m];
            expect_near (&p, "⟨row, row⟩", product, i == j ? smallest : 0.0,
                         1e-6 * smallest + 1e-14 * p.scale * p.scale);
          }
    }
}

/* |d| is the sum of the projections of the gradients on d. */
static void
test_config_length (void)
{
  g_autoptr(MtlChosen) chosen = choose ("config", NULL, NULL);

  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      double sum = 0.0;
      Problem p;
      Answer a;

      draw_problem (&p, n);
      solve (&p, chosen, &a);
      for (guint i = 0; i < p.k; i++)
        sum += gain (&p, &a, i);
      expect_near (&p, "Σ ⟨g_k, d⟩ against |d|²", fabs (sum), a.length * a.length,
                   1e-8 * a.length * a.size);
    }
}

/* Of all directions in the ball CAGrad serves the worst-served task best: no
 * worse than the mean does, and for c = 1 no task is harmed. */
static void
test_cagrad_worst (void)
{
  g_autoptr(MtlChosen) half = choose ("cagrad", "rescale", "none");
  g_autoptr(MtlChosen) whole = choose ("cagrad", "c", "1");
  g_autoptr(MtlChosen) none = choose ("cagrad", "c", "0");

  for (guint n = 0; n < N_PROBLEMS; n++)
    {
      double worst = INFINITY, worst_of_mean = INFINITY, lowest = INFINITY;
      Problem p;
      Answer a, b, mean;

      draw_problem (&p, n);
      solve (&p, half, &a);
      solve (&p, whole, &b);
      solve (&p, none, &mean);
      for (guint i = 0; i < p.k; i++)
        {
          worst = MIN (worst, gain (&p, &a, i));
          worst_of_mean = MIN (worst_of_mean, gain (&p, &mean, i));
          lowest = MIN (lowest, gain (&p, &b, i));
        }

      if (worst < worst_of_mean - 1e-12 * p.scale * p.scale)
        g_test_fail_printf ("problem %u (%s): the worst task gains %g, %g from the mean", n,
                            family_names[p.family], worst, worst_of_mean);
      if (lowest < -1e-8 * p.scale * MAX (b.length, 1e-3 * p.scale))
        g_test_fail_printf ("problem %u (%s): with c = 1 a task gains %g", n,
                            family_names[p.family], lowest);
    }
}

/* Says how long one method takes over the @k tasks of @gramian, that of @rows. */
static void
weigh_many (const MtlBalancer *balancer,
            const double      *gramian,
            const MtlRows     *rows,
            guint              k)
{
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_BALANCER, &balancer->method);
  const MtlSetting *set = mtl_chosen_settings (chosen);
  g_autofree double *w = g_new (double, k);
  g_autofree double *losses = g_new (double, k);
  g_autofree guint *task = g_new (guint, k);
  MtlStateSpec spec = { 0 };
  g_autoptr(MtlState) state = NULL;
  g_autoptr(GError) error = NULL;
  MtlBalanceInput in = {
    .n_tasks = k, .task = task, .losses = losses, .gramian = gramian, .cross = gramian,
    .rows = rows, .set = set, .rng = mtl_rng_new (3, MTL_STREAM_LOSS_PART), .chosen = chosen,
  };
  gint64 began = g_get_monotonic_time ();

  for (guint i = 0; i < k; i++)
    {
      task[i] = i;
      losses[i] = 1.0;
    }

  if (balancer->declare != NULL)
    balancer->declare (k, rows->n_columns, set, &spec);
  in.state = state = mtl_state_new (&spec);
  mtl_balancer_weigh (balancer, &in, w, &error);
  g_assert_no_error (error);
  g_test_message ("%s: %.2f ms", balancer->method.id, (g_get_monotonic_time () - began) / 1e3);
}

/* 64, the most there may be: every method answers. */
static void
test_many_tasks (void)
{
  enum { K = 64, COLUMNS = 80 };
  g_autofree double *gramian = g_new0 (double, K * K);
  g_autofree double *rows = g_new (double, K * COLUMNS);
  MtlRng rng = mtl_rng_new (3, MTL_STREAM_PROBE);
  const double *row[K];
  const MtlRows matrix = { .n_columns = COLUMNS, .doubles = row };

  for (guint i = 0; i < K * COLUMNS; i++)
    rows[i] = mtl_rng_normal (rng, i);
  for (guint i = 0; i < K * K; i++)
    for (guint m = 0; m < COLUMNS; m++)
      gramian[i] += rows[i / K * COLUMNS + m] * rows[i % K * COLUMNS + m];

  for (guint i = 0; i < K; i++)
    row[i] = rows + i * COLUMNS;

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_BALANCER); *m != NULL; m++)
    weigh_many ((const MtlBalancer *) *m, gramian, &matrix, K);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/balance/door/heads", test_heads);
  g_test_add_func ("/balance/door/needs", test_needs);
  g_test_add_func ("/balance/door/missing-tasks", test_missing_tasks);
  g_test_add_func ("/balance/door/names-the-task", test_names_the_task);
  g_test_add_func ("/balance/door/reads-what-it-needs", test_reads_what_it_needs);
  g_test_add_func ("/balance/door/no-losses", test_no_losses);
  g_test_add_func ("/balance/door/refuses-weights", test_refuses_weights);
  g_test_add_func ("/balance/door/many-tasks", test_many_tasks);
  g_test_add_func ("/balance/nash/remembers", test_nash_remembers);
  g_test_add_func ("/balance/pcgrad/is-twice-upgrad", test_pcgrad_is_twice_upgrad);
  g_test_add_func ("/balance/pcgrad/draws", test_pcgrad_draws);
  g_test_add_func ("/balance/aligned/rows", test_aligned_rows);
  g_test_add_func ("/balance/config/length", test_config_length);
  g_test_add_func ("/balance/cagrad/worst", test_cagrad_worst);

  return g_test_run ();
}
