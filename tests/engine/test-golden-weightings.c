/* test-golden-weightings.c — methods that learn from losses against numbers computed elsewhere
 *
 * The numbers come from independent programs in double precision (numpy and published
 * reference codes), printed to nine decimals. Each case takes a method through steps.
 * What it learns is stepped by plain descent at a rate of 1 where slopes are known.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "balance-trial.h"

#define NEAR 2e-9  /* the numbers are rounded at 5e-10 */

static void
expect (const char   *what,
        const double *found,
        const double *expected,
        guint         n,
        double        tolerance)
{
  for (guint i = 0; i < n; i++)
    if (!(fabs (found[i] - expected[i]) <= tolerance))
      g_test_fail_printf ("%s %u is %.9f, expected %.9f", what, i, found[i], expected[i]);
}

/* A step of tasks without gradients, all in the order of the run. */
static void
take (Trial        *trial,
      const double *losses,
      const double *after,
      double       *w)
{
  TrialStep s = { .n = trial->n_run };

  for (guint i = 0; i < s.n; i++)
    {
      s.task[i] = i;
      s.losses[i] = losses[i];
      s.after[i] = after != NULL ? after[i] : losses[i];
    }
  g_assert_true (trial_take (trial, &s, w));
}

static void
test_uw (void)
{
  const double weights[] = { .824360635, .824360635 };
  const double moved[] = { -.5 + .324360635, -.5 + 1.148721271 };
  double w[2];
  Trial trial;

  trial_open (&trial, "uw rule=gradient", 2, 0);
  take (&trial, (const double[]) { 1.0, 2.0 }, NULL, w);
  expect ("weight", w, weights, 2, NEAR);
  expect ("s", mtl_state_doubles (trial.state, 0), moved, 2, NEAR);
  trial_clear (&trial);
}

static void
test_imtl_l (void)
{
  const double moved[] = { .3 - .349858808, -.2 - .637461506 };
  double w[2];
  Trial trial;

  trial_open (&trial, "imtl-l rule=gradient", 2, 0);
  mtl_state_doubles (trial.state, 0)[0] = .3;
  mtl_state_doubles (trial.state, 0)[1] = -.2;
  take (&trial, (const double[]) { 1.0, 2.0 }, NULL, w);
  expect ("weight", w, (const double[]) { exp (.3), exp (-.2) }, 2, NEAR);
  expect ("s", mtl_state_doubles (trial.state, 0), moved, 2, NEAR);
  trial_clear (&trial);
}

static void
test_dwa (void)
{
  const double steps[][2] = { { 1.5, 3.0 }, { .5, 1.0 }, { .7, 1.5 }, { .9, .5 },
                              { .8, 1.0 } };
  const double ones[] = { 1.0, 1.0 };
  const double weights[] = { 1.074859691, .925140309 };
  double w[2];
  Trial trial;

  trial_open (&trial, "dwa", 2, 0);
  for (guint n = 0; n < G_N_ELEMENTS (steps); n++)
    {
      trial.epoch = n < 2 ? 0 : 1;
      take (&trial, steps[n], NULL, w);
      expect ("early weight", w, ones, 2, 0.0);
    }
  for (guint n = 0; n < 2; n++)
    {
      trial.epoch = 2;
      take (&trial, (const double[]) { 7.0, 9.0 }, NULL, w);
      expect ("weight", w, weights, 2, NEAR);
    }
  trial_clear (&trial);
}

static void
test_gls (void)
{
  const double losses[] = { 1.0, 2.0, 4.0 };
  double w[3];
  Trial gls, si;

  trial_open (&gls, "gls", 3, 0);
  take (&gls, losses, NULL, w);
  expect ("weight", w, (const double[]) { .666666667, .333333333, .166666667 }, 3, NEAR);
  trial_open (&si, "si", 3, 0);
  take (&si, losses, NULL, w);
  expect ("weight of si", w, (const double[]) { 1.0, .5, .25 }, 3, 1e-15);
  trial_clear (&gls);
  trial_clear (&si);
}

/* @steps: losses of the epochs before; the last step is the published one. */
static void
check_stch (const char   *description,
            guint         warmup,
            const double *expected)
{
  const double first[] = { .8, 1.5 }, second[] = { 1.2, .9 };
  const double plain[] = { 1.0 / .8, 1.0 / 1.5, 1.0 / 1.2, 1.0 / .9 };
  double w[2];
  Trial trial;

  trial_open (&trial, description, 2, 0);
  for (; trial.epoch <= warmup; trial.epoch++)
    {
      take (&trial, first, NULL, w);
      expect ("early weight", w, plain, 2, 1e-15);
      take (&trial, second, NULL, w);
      expect ("early weight", w, plain + 2, 2, 1e-15);
    }
  for (guint n = 0; n < 2; n++)
    {
      take (&trial, (const double[]) { .6, .9 }, NULL, w);
      expect ("weight", w, expected, 2, NEAR);
      take (&trial, (const double[]) { 5.0, .1 }, NULL, w);
      trial.epoch++;
    }
  trial_clear (&trial);
}

static void
test_stch (void)
{
  check_stch ("stch", 4, (const double[]) { 1.481481481, 1.234567901 });
  check_stch ("stch warmup=0", 0, (const double[]) { 1.481481481, 1.234567901 });
  check_stch ("stch warmup=2 mu=.1", 2, (const double[]) { .323209577, 2.006749171 });
}

/* Each step begins with the losses that the one before it left; @late: the steps after which
 * those teach anything. */
static void
check_famo (const char *description,
            guint       late)
{
  const double losses[][2] = { { 1.0, 2.0 }, { .9, 1.95 }, { .85, 1.7 }, { .84, 1.6 } };
  const double weights[][2] = { { .666666666, .333333334 }, { .673309069, .326690931 },
                                { .656062113, .343937887 } };
  const double logits[] = { .024999988, .023676394, .016406063 };
  double w[2];
  Trial trial;

  trial_open (&trial, description, 2, 0);
  for (guint n = 0; n < 3; n++)
    {
      take (&trial, losses[n], losses[n + 1], w);
      expect ("weight", w, weights[n], 2, NEAR);
      if (n >= late)
        expect ("logit", mtl_state_doubles (trial.state, 0),
                (const double[]) { -logits[n - late], logits[n - late] }, 2, NEAR);
    }
  trial_clear (&trial);
}

static void
test_famo (void)
{
  check_famo ("famo", 0);
  check_famo ("famo after=next-batch", 1);
}

/* A step tells of the one before it in what both have; a gap leaves the rest as it was. */
static void
test_famo_gap (void)
{
  /* Adam's first step of task 0, and its third of task 1, whose first two were of nothing. */
  const double moved[] = { .025, -.025 * .369003690 / .577639282 };
  TrialStep s = { .n = 2, .task = { 0, 1 }, .losses = { 1.0, 2.0 } };
  double w[2];
  Trial trial;

  trial_open (&trial, "famo after=next-batch gamma=0", 2, 0);
  g_assert_true (trial_take (&trial, &s, w));
  s = (TrialStep) { .n = 1, .task = { 1 }, .losses = { .5 } };
  g_assert_true (trial_take (&trial, &s, w));
  s = (TrialStep) { .n = 2, .task = { 1, 0 }, .losses = { .4, .1 } };
  g_assert_true (trial_take (&trial, &s, w));
  expect ("logit", mtl_state_doubles (trial.state, 0), (const double[]) { 0.0, 0.0 }, 2, 0.0);
  s.losses[0] = .39;
  g_assert_true (trial_take (&trial, &s, w));
  expect ("logit", mtl_state_doubles (trial.state, 0), moved, 2, 1e-6);
  trial_clear (&trial);
}

/* Lengths 2 and 5; by hand the form of the paper: (1.02, 1.05) scaled to a sum of 2. */
static void
check_gradnorm (const char   *description,
                double        rate,
                const double *weights,
                const double *logits)
{
  TrialStep s = { .n = 2, .task = { 0, 1 }, .losses = { .7, 1.2 }, .rows = { 2, 0, 3, 4 } };
  double w[2];
  Trial trial;

  trial_open (&trial, description, 2, 2);
  trial.rate = rate;
  for (guint n = 0; n < 2; n++)
    {
      g_assert_true (trial_take (&trial, &s, w));
      expect ("early weight", w, (const double[]) { 1.0, 1.0 }, 2, 0.0);
      s.losses[0] = 1.3;
      s.losses[1] = .8;
    }
  trial.epoch = 1;
  s.losses[0] = .5;
  s.losses[1] = .9;
  g_assert_true (trial_take (&trial, &s, w));
  expect ("weight of the step itself", w, (const double[]) { 1.0, 1.0 }, 2, 0.0);
  if (logits != NULL)
    expect ("logit", mtl_state_doubles (trial.state, 0), logits, 2, NEAR);
  g_assert_true (trial_take (&trial, &s, w));
  if (weights != NULL)
    expect ("weight", w, weights, 2, 1e-12);
  trial_clear (&trial);
}

/* Three tasks whose weights are not even; slopes by automatic differentiation of F. */
static void
test_gradnorm_slopes (void)
{
  TrialStep s = { .n = 3, .task = { 0, 1, 2 }, .losses = { 1.0, 1.2, .8 },
                  .rows = { 2, 0, -3, 4, 0, 1 } };
  const double begun[] = { .2, -.1, .4 };
  const double moved[] = { .2 - .492921086, -.1 - 2.615963911, .4 + 3.108884997 };
  const double weights[] = { 1.012753613, .750266330, 1.236980057 };
  const double losses[] = { .5, .9, .7 };
  double w[3];
  Trial trial;

  trial_open (&trial, "gradnorm rule=gradient", 3, 2);
  g_assert_true (trial_take (&trial, &s, w));
  memcpy (mtl_state_doubles (trial.state, 0), begun, sizeof begun);
  memcpy (s.losses, losses, sizeof losses);
  trial.epoch = 1;
  g_assert_true (trial_take (&trial, &s, w));
  expect ("weight", w, weights, 3, NEAR);
  expect ("logit", mtl_state_doubles (trial.state, 0), moved, 3, NEAR);
  trial_clear (&trial);
}

/* Log-variances and log-weights after three steps of PyTorch's Adam at a rate of 0.1. */
static void
check_adam (const char   *description,
            const double *expected)
{
  const double losses[][2] = { { 1.0, 2.0 }, { .9, 1.5 }, { .5, 1.6 } };
  double w[2];
  Trial trial;

  trial_open (&trial, description, 2, 0);
  trial.rate = 0.1;
  for (guint n = 0; n < G_N_ELEMENTS (losses); n++)
    take (&trial, losses[n], NULL, w);
  expect (description, mtl_state_doubles (trial.state, 0), expected, 2, NEAR);
  trial_clear (&trial);
}

static void
test_adam (void)
{
  check_adam ("uw", (const double[]) { -.265050499, -.213037940 });
  check_adam ("imtl-l", (const double[]) { .149025607, -.272021050 });
}

static void
test_gradnorm (void)
{
  check_gradnorm ("gradnorm rule=gradient", 1.0, NULL, (const double[]) { -1.5, 1.5 });
  check_gradnorm ("gradnorm rule=gradient form=paper", 0.01,
                  (const double[]) { 2.04 / 2.07, 2.1 / 2.07 }, NULL);
}

static void
test_excessmtl (void)
{
  TrialStep s = { .n = 3, .task = { 0, 1, 2 }, .rows = { 3, 0, 1, -2, 1, 1, 0, -3, .5 } };
  const double next[] = { 2, 0, 1, -1, 1, 1, 0, -3, 1 };
  const double first[] = { 3.999999933, 3.999999875, 3.499999883 };
  const double weights[] = { .998603362, .998715511, 1.002681127 };
  double w[3];
  Trial trial;

  trial_open (&trial, "excessmtl", 3, 3);
  g_assert_true (trial_take (&trial, &s, w));
  expect ("first weight", w, (const double[]) { 1.0, 1.0, 1.0 }, 3, 0.0);
  expect ("first excess", mtl_state_doubles (trial.state, 1), first, 3, NEAR);
  memcpy (s.rows, next, sizeof next);
  g_assert_true (trial_take (&trial, &s, w));
  expect ("weight", w, weights, 3, NEAR);
  trial_clear (&trial);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/golden/weightings/uw", test_uw);
  g_test_add_func ("/golden/weightings/imtl-l", test_imtl_l);
  g_test_add_func ("/golden/weightings/dwa", test_dwa);
  g_test_add_func ("/golden/weightings/gls", test_gls);
  g_test_add_func ("/golden/weightings/stch", test_stch);
  g_test_add_func ("/golden/weightings/famo", test_famo);
  g_test_add_func ("/golden/weightings/famo-gap", test_famo_gap);
  g_test_add_func ("/golden/weightings/gradnorm", test_gradnorm);
  g_test_add_func ("/golden/weightings/gradnorm-slopes", test_gradnorm_slopes);
  g_test_add_func ("/golden/weightings/adam", test_adam);
  g_test_add_func ("/golden/weightings/excessmtl", test_excessmtl);

  return g_test_run ();
}
