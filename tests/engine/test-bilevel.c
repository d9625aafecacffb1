/* test-bilevel.c — balancers that learn weights from two halves of a batch
 *
 * The halves are made here anew, and what a method should have learnt of them follows by
 * differences of losses and by searches along lines, not by the formulas of the methods.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "engine-bench.h"
#include "mtl-step-private.h"

#define ROWS 41   /* the halves have 21 and 20 */
#define K    3
#define FIRST_SHARE 0.1   /* of the slope in the first moment after one step */

static const char net[] =
  "d csv\ntrunk dense units=5 < d.features\nr tanh < trunk.out\n"
  "fc0 dense units=1 < r.out\nfc1 dense units=1 < r.out\nfc2 dense units=1 < r.out\n"
  "t0 task loss=mse target=y0 < fc0.out\nt1 task loss=mse target=y1 < fc1.out\n"
  "t2 task loss=mse target=y2 weight=2 < fc2.out\n";

static const double logits[K] = { 0.4, -0.3, 0.1 };

static char *table;

typedef struct
{
  Bench     bench;
  MtlBatch *halves[2];
  MtlStep  *step;
} Case;

static MtlBatch *
take_half (Bench *bench,
           guint  half)
{
  gsize middle = (ROWS + 1) / 2;
  gsize n = half == 0 ? middle : ROWS - middle;
  MtlBatch *batch = mtl_batch_new_like (bench->batch);
  guint32 rows[ROWS];

  for (gsize i = 0; i < n; i++)
    rows[i] = (guint32) (half * middle + i);
  mtl_batch_take (batch, bench->batch, rows, n);

  return batch;
}

/* @set: words of settings of the balancer. */
static void
case_open (Case       *self,
           const char *balancer,
           const char *set)
{
  const MtlMethod *none = mtl_catalogue_find (MTL_KIND_SHARP, "none", NULL);
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_BALANCER, balancer, NULL);
  g_autoptr(MtlChosen) sharp = mtl_chosen_new (MTL_KIND_SHARP, none);
  MtlChosen *chosen = mtl_chosen_new (MTL_KIND_BALANCER, method);
  g_auto(GStrv) words = g_strsplit (set, " ", -1);

  bench_open (&self->bench, net, table, ROWS, ROWS, 2);
  for (guint n = 0; words[n] != NULL; n++)
    {
      g_auto(GStrv) parts = g_strsplit (words[n], "=", 2);
      MtlChosen *next = mtl_chosen_with (chosen, parts[0], parts[1], NULL);

      g_assert_nonnull (next);
      mtl_chosen_unref (chosen);
      chosen = next;
    }
  for (guint half = 0; half < 2; half++)
    self->halves[half] = take_half (&self->bench, half);
  self->step = mtl_step_new (self->bench.work);
  for (guint p = 0; p < MTL_N_PARTS; p++)
    mtl_step_set_balancer (self->step, p, chosen);
  mtl_step_set_sharp (self->step, sharp);
  memcpy (mtl_state_doubles (mtl_step_state (self->step, MTL_PART_LOSS), 0), logits,
          sizeof logits);
  mtl_chosen_unref (chosen);
}

static void
case_clear (Case *self)
{
  mtl_step_free (self->step);
  mtl_batch_free (self->halves[0]);
  mtl_batch_free (self->halves[1]);
  bench_clear (&self->bench);
}

static void
take (Case *self)
{
  g_autoptr(GError) error = NULL;

  mtl_step_take (self->step, self->bench.theta, self->bench.batch, 0, 1, FALSE, &error);
  g_assert_no_error (error);
}

/* --- what a half says --- */

/* Losses of a half at @theta, times the weights of the tasks.
 * @rows: (nullable): K full gradients of P numbers. */
static void
measure (Case        *self,
         guint        half,
         const float *theta,
         double      *losses,
         double      *rows)
{
  Bench *bench = &self->bench;
  g_autoptr(MtlGrads) grads = mtl_grads_new (bench->plan);
  MtlPass pass = bench_pass (bench, all_of (K), MTL_PASS_PERTURBED);

  pass.theta = theta;
  pass.batch = self->halves[half];
  mtl_work_run (bench->work, &pass, losses, grads, NULL);
  for (guint k = 0; k < K; k++)
    losses[k] *= mtl_plan_task (bench->plan, k)->weight;
  for (guint k = 0; rows != NULL && k < K; k++)
    {
      const MtlTask *task = mtl_plan_task (bench->plan, k);
      double *row = rows + k * bench->p;

      memset (row, 0, bench->p * sizeof *row);
      for (gsize i = 0; i < bench->d; i++)
        row[i] = mtl_grads_row (grads, k)[i];
      for (gsize i = 0; i < task->n_weights; i++)
        row[task->offset + i] = mtl_grads_head (grads, k)[i];
    }
}

static void
softmax (const double *a,
         double       *w)
{
  double sum = 0.0;

  for (guint k = 0; k < K; k++)
    sum += w[k] = exp (a[k]);
  for (guint k = 0; k < K; k++)
    w[k] /= sum;
}

/* theta ← theta − rate·Σ w_k·row_k */
static void
descend (Case         *self,
         const double *rows,
         const double *w,
         double        rate,
         float        *theta)
{
  for (gsize i = 0; i < self->bench.p; i++)
    {
      double sum = 0.0;

      for (guint k = 0; k < K; k++)
        sum += w[k] * rows[k * self->bench.p + i];
      theta[i] -= (float) (rate * sum);
    }
}

/* The outer losses after a step under the weights of @a. */
static void
look_ahead (Case         *self,
            const double *a,
            double        rate,
            double       *losses)
{
  gsize n = mtl_plan_n_theta (self->bench.plan);
  g_autofree float *theta = g_memdup2 (self->bench.theta, n * sizeof (float));
  g_autofree double *rows = g_new (double, K * self->bench.p);
  double w[K];

  softmax (a, w);
  measure (self, 0, theta, losses, rows);
  descend (self, rows, w, rate, theta);
  measure (self, 1, theta, losses, NULL);
}

/* slopes[k][j] = ∂l_k(θ'(a); B_out)/∂a_j, by central differences. */
static void
differ (Case   *self,
        double  rate,
        double  slopes[K][K])
{
  const double h = 0.0625;

  for (guint j = 0; j < K; j++)
    {
      double a[K], above[K], below[K];

      memcpy (a, logits, sizeof a);
      a[j] = logits[j] + h;
      look_ahead (self, a, rate, above);
      a[j] = logits[j] - h;
      look_ahead (self, a, rate, below);
      for (guint k = 0; k < K; k++)
        slopes[k][j] = (above[k] - below[k]) / (2.0 * h);
    }
}

static void
expect_slope (Case         *self,
              const double *expected)
{
  MtlState *state = mtl_step_state (self->step, MTL_PART_LOSS);
  const double *moment = mtl_state_doubles (state, 1);
  const double *learnt = mtl_state_doubles (state, 0);
  double scale = 0.0;

  for (guint k = 0; k < K; k++)
    scale = MAX (scale, fabs (expected[k]));
  g_assert_cmpfloat (scale, >, 1e-3);
  for (guint k = 0; k < K; k++)
    {
      double slope = moment[k] / FIRST_SHARE;

      if (fabs (slope - expected[k]) > 0.01 * scale)
        g_test_fail_printf ("∂/∂a_%u is %.9g, by differences %.9g", k, slope, expected[k]);
      /* The first step of Adam has the length of its rate. */
      g_assert_cmpfloat_with_epsilon (learnt[k], logits[k] - (slope > 0.0 ? 0.001 : -0.001),
                                      1e-6);
    }
}

/* The weights of a step are those of the logits that it has just learnt. */
static void
expect_softmax (Case *self)
{
  const double *learnt = mtl_state_doubles (mtl_step_state (self->step, MTL_PART_LOSS), 0);
  const double *w = mtl_step_report (self->step, MTL_PART_LOSS)->weights;
  double expected[K], sum = 0.0;

  softmax (learnt, expected);
  for (guint k = 0; k < K; k++)
    {
      g_assert_cmpfloat_with_epsilon (w[k], expected[k], 1e-14);
      sum += w[k];
    }
  g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-14);
}

static void
test_autolambda (void)
{
  Case c;
  double slopes[K][K], sum[K];

  case_open (&c, "autolambda", "inner-lr=0.5");
  take (&c);
  differ (&c, 0.5, slopes);
  for (guint j = 0; j < K; j++)
    sum[j] = slopes[0][j] + slopes[1][j] + slopes[2][j];
  expect_slope (&c, sum);
  expect_softmax (&c);
  case_clear (&c);
}

/* At 0 the look ahead goes at the rate of the model. */
static void
test_model_rate (void)
{
  Case c;
  double slopes[K][K], sum[K];

  case_open (&c, "autolambda", "inner-lr=0");
  mtl_step_set_clock (c.step, 0, 0.25);
  take (&c);
  differ (&c, 0.25, slopes);
  for (guint j = 0; j < K; j++)
    sum[j] = slopes[0][j] + slopes[1][j] + slopes[2][j];
  expect_slope (&c, sum);
  case_clear (&c);
}

/* The shortest vector between the unit rows, on a fine grid over the simplex. */
static void
test_moml (void)
{
  const guint n = 400;
  Case c;
  double slopes[K][K], best = INFINITY, expected[K] = { 0.0 };

  case_open (&c, "moml", "inner-lr=0.5");
  take (&c);
  differ (&c, 0.5, slopes);
  for (guint k = 0; k < K; k++)
    {
      double length = sqrt (slopes[k][0] * slopes[k][0] + slopes[k][1] * slopes[k][1]
                            + slopes[k][2] * slopes[k][2]);

      for (guint j = 0; j < K; j++)
        slopes[k][j] /= length;
    }
  for (guint i = 0; i <= n; i++)
    for (guint j = 0; i + j <= n; j++)
      {
        double v[K], square = 0.0;

        for (guint m = 0; m < K; m++)
          {
            v[m] = (i * slopes[0][m] + j * slopes[1][m] + (n - i - j) * slopes[2][m]) / n;
            square += v[m] * v[m];
          }
        if (square < best)
          {
            best = square;
            memcpy (expected, v, sizeof v);
          }
      }
  expect_slope (&c, expected);
  expect_softmax (&c);
  case_clear (&c);
}

/* --- FORUM --- */

static double
dot (const double *a,
     const double *b,
     gsize         n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];

  return sum;
}

/* b over θ and then a: f(a, θ) and f(a, θ_T) differentiated where they stand. */
static double *
find_pull (Case   *self,
           double  rate,
           guint   n_steps)
{
  gsize p = self->bench.p;
  double *b = g_new0 (double, p + K);
  g_autofree double *rows = g_new (double, K * p);
  g_autofree float *theta = g_memdup2 (self->bench.theta,
                                       mtl_plan_n_theta (self->bench.plan) * sizeof (float));
  const double h = 1e-4;
  double here[K], there[K], w[K], up[K], down[K];

  softmax (logits, w);
  measure (self, 0, theta, here, rows);
  for (gsize i = 0; i < p; i++)
    b[i] = w[0] * rows[i] + w[1] * rows[p + i] + w[2] * rows[2 * p + i];
  for (guint t = 0; t < n_steps; t++)
    {
      measure (self, 0, theta, there, rows);
      descend (self, rows, w, rate, theta);
    }
  measure (self, 0, theta, there, NULL);
  for (guint j = 0; j < K; j++)
    {
      double a[K];

      memcpy (a, logits, sizeof a);
      a[j] += h;
      softmax (a, up);
      a[j] -= 2.0 * h;
      softmax (a, down);
      for (guint k = 0; k < K; k++)
        b[p + j] += (up[k] - down[k]) / (2.0 * h) * (here[k] - there[k]);
    }

  return b;
}

/* The objective of the dual at the best ν ≥ 0 for λ; F: K unit rows of p numbers. */
static double
dual (const double *f,
      const double *b,
      gsize         p,
      double        phi,
      const double *lambda,
      double       *nu)
{
  double square = dot (b, b, p + K), value = 0.0, along = 0.0;

  for (guint i = 0; i < K; i++)
    {
      along += lambda[i] * dot (f + i * p, b, p);
      for (guint j = 0; j < K; j++)
        value += 0.5 * lambda[i] * lambda[j] * dot (f + i * p, f + j * p, p);
    }
  *nu = MAX (phi - along / square, 0.0);

  return value + *nu * along + 0.5 * *nu * *nu * square - *nu * phi * square;
}

/* @lambda against a grid over the simplex. Returns its ν. */
static double
check_lambda (const double *f,
              const double *b,
              gsize         p,
              double        phi,
              const double *lambda)
{
  double nu, ignored, best = INFINITY;
  double value = dual (f, b, p, phi, lambda, &nu);

  for (guint i = 0; i <= 200; i++)
    for (guint j = 0; i + j <= 200; j++)
      {
        const double other[K] = { i / 200.0, j / 200.0, (200 - i - j) / 200.0 };

        best = MIN (best, dual (f, b, p, phi, other, &ignored));
      }
  g_test_message ("φ %g: λ %g %g %g, ν %g", phi, lambda[0], lambda[1], lambda[2], nu);
  g_assert_cmpfloat_with_epsilon (lambda[0] + lambda[1] + lambda[2], 1.0, 1e-12);
  g_assert_cmpfloat (value, <=, best + 1e-7);
  g_assert_cmpfloat (value, >=, best - 1e-3);
  g_assert_true (phi > 0.5 ? nu > 0.0 : nu == 0.0);

  return nu;
}

static void
check_forum (double phi)
{
  g_autofree char *set = g_strdup_printf ("inner-lr=0.2 inner-step=3 phi=%g", phi);
  Case c;
  g_autofree double *b = NULL;
  g_autofree double *f = NULL;
  const double *w, *lambda, *moment;
  double losses[K], norms[K], soft[K], nu;
  gsize p;

  case_open (&c, "forum", set);
  p = c.bench.p;
  take (&c);
  b = find_pull (&c, 0.2, 3);
  f = g_new (double, K * p);
  measure (&c, 1, c.bench.theta, losses, f);
  for (guint k = 0; k < K; k++)
    {
      norms[k] = sqrt (dot (f + k * p, f + k * p, p));
      for (gsize i = 0; i < p; i++)
        f[k * p + i] /= norms[k];
    }

  lambda = mtl_state_doubles (mtl_step_state (c.step, MTL_PART_LOSS), 4);
  nu = check_lambda (f, b, p, phi, lambda);
  w = mtl_step_report (c.step, MTL_PART_LOSS)->weights;
  moment = mtl_state_doubles (mtl_step_state (c.step, MTL_PART_LOSS), 1);
  softmax (logits, soft);
  for (guint k = 0; k < K; k++)
    {
      double expected = lambda[k] / norms[k] + nu * soft[k];

      g_assert_cmpfloat_with_epsilon (w[k], expected, 1e-4 * (1.0 + fabs (expected)));
      g_assert_cmpfloat_with_epsilon (moment[k] / FIRST_SHARE, nu * b[p + k],
                                      1e-4 * (1.0 + nu) * fabs (b[p]));
    }
  case_clear (&c);
}

static void
test_forum (void)
{
  check_forum (5.0);
  check_forum (1.0);
  check_forum (0.0);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (2 * ROWS);
  g_test_add_func ("/bilevel/autolambda", test_autolambda);
  g_test_add_func ("/bilevel/model-rate", test_model_rate);
  g_test_add_func ("/bilevel/moml", test_moml);
  g_test_add_func ("/bilevel/forum", test_forum);
  status = g_test_run ();
  remove_table (table);

  return status;
}
