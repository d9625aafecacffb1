/* test-weighting-cases.c — what is known of single methods that weigh losses
 *
 * Where they end on steady losses, what bounds hold them, and what they make of tasks
 * that are not there, losses of zero and gradients of zero.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "balance-trial.h"

/* With steady losses the weights of @description end at @factor / loss. */
static void
check_fixed_point (const char *description,
                   double      factor)
{
  TrialStep s = { .n = 2, .task = { 0, 1 }, .losses = { 3.0, 0.2 } };
  double w[2] = { 0.0 };
  Trial trial;

  trial_open (&trial, description, 2, 0);
  trial.rate = 0.05;
  for (guint n = 0; n < 4000; n++)
    g_assert_true (trial_take (&trial, &s, w));
  for (guint i = 0; i < 2; i++)
    if (!(fabs (w[i] * s.losses[i] / factor - 1.0) < 1e-3))
      g_test_fail_printf ("%s: w_%u is %g at a loss of %g", description, i, w[i], s.losses[i]);
  trial_clear (&trial);
}

static void
test_fixed_points (void)
{
  check_fixed_point ("uw", 0.5);
  check_fixed_point ("uw rule=gradient", 0.5);
  check_fixed_point ("imtl-l", 1.0);
  check_fixed_point ("imtl-l rule=gradient", 1.0);
}

/* Losses of zero would send s away for ever; w = e^10/2 and e^10 are as far as it goes. */
static void
test_bounds (void)
{
  static const char *const descriptions[] = { "uw lr-s=1", "imtl-l lr-s=1" };
  const double most[] = { 0.5 * exp (10.0), exp (10.0) };

  for (guint m = 0; m < G_N_ELEMENTS (descriptions); m++)
    {
      TrialStep s = { .n = 1 };
      double w = 0.0;
      Trial trial;

      trial_open (&trial, descriptions[m], 1, 0);
      for (guint n = 0; n < 50; n++)
        g_assert_true (trial_take (&trial, &s, &w));
      g_assert_cmpfloat (w, ==, most[m]);
      trial_clear (&trial);
    }
}

/* The rate of a learned number is its own, or that of the model. */
static void
test_rates (void)
{
  const char *const descriptions[] = { "uw rule=gradient", "uw rule=gradient lr-s=0.25" };
  const double rates[] = { 0.125, 0.25 };

  for (guint m = 0; m < G_N_ELEMENTS (descriptions); m++)
    {
      TrialStep s = { .n = 1, .losses = { 1.0 } };
      double w;
      Trial trial;

      trial_open (&trial, descriptions[m], 1, 0);
      trial.rate = 0.125;
      g_assert_true (trial_take (&trial, &s, &w));
      g_assert_cmpfloat_with_epsilon (mtl_state_doubles (trial.state, 0)[0],
                                      -0.5 - rates[m] * (0.5 - 0.5 * exp (0.5)), 1e-15);
      trial_clear (&trial);
    }
}

/* A task with no label in an epoch keeps its means; unknown ratios are 1. */
static void
test_dwa_gaps (void)
{
  const double ratios[][2] = { { 1, 1 }, { 1, 1 }, { .5, 1 }, { .5, .25 }, { .5, .25 } };
  TrialStep s = { .n = 2, .task = { 0, 1 } };
  double w[2];
  Trial trial;

  trial_open (&trial, "dwa", 2, 0);
  for (guint e = 0; e < G_N_ELEMENTS (ratios); e++)
    {
      /* Task 1 is not there in epochs 1 and 3. */
      double first = exp (ratios[e][0] / 2.0), second = exp (ratios[e][1] / 2.0);

      trial.epoch = e;
      s.n = e == 1 || e == 3 ? 1 : 2;
      s.losses[0] = pow (0.5, e);
      s.losses[1] = pow (0.25, e / 2);
      g_assert_true (trial_take (&trial, &s, w));
      if (s.n == 2)
        g_assert_cmpfloat_with_epsilon (w[0] / w[1], first / second, 1e-12);
      else
        g_assert_cmpfloat (w[0], ==, 1.0);
    }
  trial_clear (&trial);
}

/* The logarithms are of what is above the bound; nothing may be below it. */
static void
test_famo_bounds (void)
{
  TrialStep s = { .n = 2, .task = { 2, 0 }, .losses = { -1.0, 3.0 }, .after = { -3.0, 3.0 } };
  double w[2];
  Trial trial;

  trial_open (&trial, "famo min-losses=a:1,b:0,c:-2", 3, 0);
  g_assert_true (trial_take (&trial, &s, w));
  g_assert_cmpfloat_with_epsilon (w[0], 2.0 / 3.0, 1e-8);
  g_assert_cmpfloat (mtl_state_doubles (trial.state, 0)[2], <, -0.02);
  s.losses[0] = -2.5;
  g_assert_false (trial_take (&trial, &s, w));
  g_assert_error (trial.error, MTL_ERROR, MTL_ERROR_SETTING);
  g_assert_nonnull (strstr (trial.error->message, "the loss of task 2 (counted from 0) is -2.5, "
                            "below the bound of -2"));
  trial_clear (&trial);
}

/* Losses that a step blew up teach nothing. */
static void
test_famo_overflow (void)
{
  TrialStep s = { .n = 2, .task = { 0, 1 }, .losses = { 1.0, 2.0 }, .after = { INFINITY, 1.0 } };
  double w[2];
  Trial trial;

  trial_open (&trial, "famo", 2, 0);
  g_assert_true (trial_take (&trial, &s, w));
  g_assert_cmpfloat (mtl_state_doubles (trial.state, 0)[1], ==, 0.0);
  s.after[0] = 0.5;
  g_assert_true (trial_take (&trial, &s, w));
  g_assert_cmpfloat (mtl_state_doubles (trial.state, 0)[1], !=, 0.0);
  trial_clear (&trial);
}

/* With α = 0 and steady gradients the weighted ones end alike in length. */
static void
check_lengths (const char *description)
{
  TrialStep s = { .n = 3, .task = { 0, 1, 2 }, .losses = { 1.0, 2.0, 3.0 },
                  .rows = { 1.0, 3.0, 0.6 } };
  double w[3] = { 0.0 };
  Trial trial;

  trial_open (&trial, description, 3, 1);
  trial.rate = 1e-3;
  for (guint n = 0; n < 6000; n++)
    {
      trial.epoch = n / 10;
      g_assert_true (trial_take (&trial, &s, w));
    }
  for (guint i = 1; i < 3; i++)
    if (!(fabs (w[i] * s.rows[i] / w[0] - 1.0) < 0.03))
      g_test_fail_printf ("%s: gradients of lengths %g and %g", description, w[0],
                          w[i] * s.rows[i]);
  trial_clear (&trial);
}

static void
test_gradnorm_lengths (void)
{
  check_lengths ("gradnorm alpha=0");
  check_lengths ("gradnorm alpha=0 rule=gradient");
  check_lengths ("gradnorm alpha=0 form=paper");
  check_lengths ("gradnorm alpha=0 form=paper rule=gradient");
}

/* Far above 1 μ leaves the direction of SI, K times as long as that over K. */
static void
test_stch_limit (void)
{
  TrialStep s = { .n = 2, .task = { 0, 1 }, .losses = { 1.0, 2.0 } };
  double w[2];
  Trial trial;

  trial_open (&trial, "stch warmup=0 mu=1e6", 2, 0);
  g_assert_true (trial_take (&trial, &s, w));
  trial.epoch = 1;
  s.losses[0] = 0.1;
  g_assert_true (trial_take (&trial, &s, w));
  g_assert_cmpfloat_with_epsilon (w[0], 10.0, 1e-4);
  g_assert_cmpfloat_with_epsilon (w[1], 0.5, 1e-5);
  trial_clear (&trial);
}

/* A row so long that Σ w would overflow were logarithms not kept. */
static void
test_excess_overflow (void)
{
  TrialStep s = { .n = 2, .task = { 0, 1 }, .rows = { 1.0, 1.0 } };
  double w[2];
  Trial trial;

  trial_open (&trial, "excessmtl eta=100", 2, 1);
  for (guint n = 0; n < 50; n++)
    {
      g_assert_true (trial_take (&trial, &s, w));
      g_assert_cmpfloat_with_epsilon (w[0] + w[1], 2.0, 1e-12);
    }
  g_assert_cmpfloat (mtl_state_doubles (trial.state, 2)[0], >, 800.0);
  g_assert_cmpfloat (w[0], ==, 1.0);
  trial_clear (&trial);
}

/* 1e-8 of the first loss above zero is as little as one counts; before there was one, the
 * weight is 1. */
static void
test_si_floor (void)
{
  const double losses[] = { 0.0, 2.0, 4.0, 0.0, 1e-12 };
  const double weights[] = { 1.0, 0.5, 0.25, 5e7, 5e7 };
  Trial trial;

  trial_open (&trial, "si", 1, 0);
  for (guint n = 0; n < G_N_ELEMENTS (losses); n++)
    {
      TrialStep s = { .n = 1, .losses = { losses[n] } };
      double w;

      g_assert_true (trial_take (&trial, &s, &w));
      g_assert_cmpfloat_with_epsilon (w / weights[n], 1.0, 1e-15);
    }
  trial_clear (&trial);
}

/* Task 0 is without a label in the epoch of the nadir, and task 1 with losses of zero:
 * the first has its first loss afterwards for a nadir, the other a ratio of 1. */
static void
test_stch_gaps (void)
{
  TrialStep s = { .n = 1, .task = { 1 }, .losses = { 0.0 } };
  const double steps[][2] = { { 2.0, 0.5 }, { 1.0, 4.0 }, { 0.0, 0.0 } };
  const double shares[] = { 0.5, 1.0 / 3.0 };
  double w[2];
  Trial trial;

  trial_open (&trial, "stch warmup=0", 2, 0);
  g_assert_true (trial_take (&trial, &s, w));
  s.n = 2;
  s.task[0] = 0;
  s.task[1] = 1;
  trial.epoch = 1;
  for (guint n = 0; n < 2; n++)
    {
      memcpy (s.losses, steps[n], sizeof steps[n]);
      g_assert_true (trial_take (&trial, &s, w));
      g_assert_cmpfloat_with_epsilon (w[0] * s.losses[0], 2.0 * shares[n], 1e-12);
      g_assert_cmpfloat_with_epsilon (w[1] * s.losses[1], 2.0 - 2.0 * shares[n], 1e-12);
    }
  memcpy (s.losses, steps[2], sizeof steps[2]);
  g_assert_true (trial_take (&trial, &s, w));
  trial_clear (&trial);

  /* Nothing is left of any task. */
  trial_open (&trial, "stch warmup=0", 1, 0);
  s = (TrialStep) { .n = 1, .losses = { 1.0 } };
  g_assert_true (trial_take (&trial, &s, w));
  trial.epoch = 1;
  s.losses[0] = 0.0;
  g_assert_true (trial_take (&trial, &s, w));
  g_assert_cmpfloat (w[0], ==, 1.0);
  trial_clear (&trial);
}

/* Weights that a step would take below zero stay above it. */
static void
test_gradnorm_below (void)
{
  TrialStep s = { .n = 2, .task = { 0, 1 }, .losses = { 1.0, 1.0 }, .rows = { 1.0, 40.0 } };
  double w[2] = { 0.0 };
  Trial trial;

  trial_open (&trial, "gradnorm form=paper rule=gradient alpha=0 lr-w=1", 2, 1);
  for (guint n = 0; n < 20; n++)
    {
      trial.epoch = n;
      g_assert_true (trial_take (&trial, &s, w));
      g_assert_true (w[0] > 0.0 && w[1] > 0.0);
      g_assert_cmpfloat_with_epsilon (w[0] + w[1], 2.0, 1e-12);
      if (n == 2)
        g_assert_cmpfloat (w[1], <, 1e-5);
    }
  trial_clear (&trial);
}

/* What tasks 0 and 1 learn leaves them, together, where they were beside task 2. */
static void
test_gradnorm_level (void)
{
  static const char *const descriptions[] = { "gradnorm form=paper rule=gradient lr-w=0.01",
                                              "gradnorm rule=gradient lr-w=0.01" };

  for (guint m = 0; m < G_N_ELEMENTS (descriptions); m++)
    {
      TrialStep s = { .n = 2, .task = { 0, 1 }, .losses = { 1.0, 1.0 }, .rows = { 1.0, 3.0 } };
      const double *logits;
      double w[2];
      Trial trial;

      trial_open (&trial, descriptions[m], 3, 1);
      mtl_state_doubles (trial.state, 0)[0] = 2.0;
      mtl_state_doubles (trial.state, 0)[1] = 1.0;
      for (trial.epoch = 0; trial.epoch < 5; trial.epoch++)
        g_assert_true (trial_take (&trial, &s, w));
      logits = mtl_state_doubles (trial.state, 0);
      g_assert_cmpfloat (fabs (logits[0] - 2.0), >, 1e-3);
      g_assert_cmpfloat_with_epsilon (logits[0] + logits[1], 3.0, 1e-12);
      g_assert_cmpfloat (logits[2], ==, 0.0);
      trial_clear (&trial);
    }
}

/* Losses that are all zero have ratios of 1: lengths are then made alike. */
static void
test_gradnorm_zero (void)
{
  TrialStep s = { .n = 2, .task = { 0, 1 }, .losses = { 1.0, 1.0 }, .rows = { 1.0, 3.0 } };
  double w[2];
  Trial trial;

  trial_open (&trial, "gradnorm", 2, 1);
  g_assert_true (trial_take (&trial, &s, w));
  s.losses[0] = s.losses[1] = 0.0;
  trial.epoch = 1;
  g_assert_true (trial_take (&trial, &s, w));
  g_assert_cmpfloat (mtl_state_doubles (trial.state, 0)[0], >, 0.1);
  g_assert_cmpfloat (mtl_state_doubles (trial.state, 0)[1], <, -0.1);
  trial_clear (&trial);
}

/* A first gradient of zero has no ratio to it: 1 is taken, so all weights stay. */
static void
test_excess_zero (void)
{
  TrialStep s = { .n = 2, .task = { 0, 1 }, .rows = { 0.0, 1.0 } };
  double w[2];
  Trial trial;

  trial_open (&trial, "excessmtl eta=1", 2, 1);
  g_assert_true (trial_take (&trial, &s, w));
  s.rows[0] = 1.0;
  g_assert_true (trial_take (&trial, &s, w));
  /* The other's excess is 1/√2 of its first, but for the 1e-7. */
  g_assert_cmpfloat_with_epsilon (log (w[0] / w[1]), 1.0 - 1.0 / sqrt (2.0), 1e-6);
  trial_clear (&trial);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/weighting-cases/fixed-points", test_fixed_points);
  g_test_add_func ("/weighting-cases/bounds", test_bounds);
  g_test_add_func ("/weighting-cases/rates", test_rates);
  g_test_add_func ("/weighting-cases/dwa-gaps", test_dwa_gaps);
  g_test_add_func ("/weighting-cases/famo-bounds", test_famo_bounds);
  g_test_add_func ("/weighting-cases/famo-overflow", test_famo_overflow);
  g_test_add_func ("/weighting-cases/gradnorm-lengths", test_gradnorm_lengths);
  g_test_add_func ("/weighting-cases/stch-limit", test_stch_limit);
  g_test_add_func ("/weighting-cases/excess-overflow", test_excess_overflow);
  g_test_add_func ("/weighting-cases/si-floor", test_si_floor);
  g_test_add_func ("/weighting-cases/stch-gaps", test_stch_gaps);
  g_test_add_func ("/weighting-cases/gradnorm-below", test_gradnorm_below);
  g_test_add_func ("/weighting-cases/gradnorm-level", test_gradnorm_level);
  g_test_add_func ("/weighting-cases/gradnorm-zero", test_gradnorm_zero);
  g_test_add_func ("/weighting-cases/excess-zero", test_excess_zero);

  return g_test_run ();
}
