/* test-weightings.c — methods that weigh losses, over many steps
 *
 * Every balancer that claims positive weights is taken through random steps, some of
 * them without some tasks: in another order of the tasks, and across a checkpoint. Then
 * what holds of several.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "balance-trial.h"

#define N_RUN     4
#define N_COLUMNS 5
#define N_STEPS   60
#define EPOCH     7   /* steps */

/* Step @n of a run, a function of @n alone: losses from 0.01 to 10 that fall. */
static void
draw_step (guint      n,
           TrialStep *s)
{
  MtlRng rng = mtl_rng_derive (mtl_rng_new (3, MTL_STREAM_PROBE), n);

  *s = (TrialStep) { 0 };
  for (guint k = 0; k < N_RUN; k++)
    {
      MtlRng own = mtl_rng_derive (rng, k);
      double loss = pow (10.0, k - 2.0) * (1.0 + mtl_rng_unit (own, 0)) * exp (-0.01 * (k + 1) * n);

      if (n % 3 == 1 && mtl_rng_unit (own, 1) < 0.4)
        continue;
      s->task[s->n] = k;
      s->losses[s->n] = loss;
      s->after[s->n] = loss * (0.8 + 0.3 * mtl_rng_unit (own, 2));
      for (guint c = 0; c < N_COLUMNS; c++)
        s->rows[s->n * N_COLUMNS + c] = loss * mtl_rng_normal (own, 3 + c);
      s->n++;
    }
}

/* Weights by the task's index in the run; NaN: left out. */
static void
take (Trial     *trial,
      TrialStep *s,
      double    *w)
{
  double found[N_RUN];

  for (guint k = 0; k < N_RUN; k++)
    w[k] = NAN;
  if (s->n == 0)
    return;

  if (!trial_take (trial, s, found))
    g_error ("%s, step %" G_GUINT64_FORMAT ": %s", trial->balancer->method.id, trial->step,
             trial->error->message);
  for (guint i = 0; i < s->n; i++)
    w[s->task[i]] = found[i];
}

static void
take_nth (Trial  *trial,
          guint   n,
          double *w)
{
  TrialStep s;

  draw_step (n, &s);
  trial->step = n;
  trial->epoch = n / EPOCH;
  take (trial, &s, w);
}

static void
reverse (TrialStep *s)
{
  TrialStep from = *s;

  for (guint i = 0; i < s->n; i++)
    {
      guint j = s->n - 1 - i;

      s->task[i] = from.task[j];
      s->losses[i] = from.losses[j];
      s->after[i] = from.after[j];
      memcpy (s->rows + i * N_COLUMNS, from.rows + j * N_COLUMNS, N_COLUMNS * sizeof *s->rows);
    }
}

/* What a method has learned goes with its task, whatever the order of a call. */
static void
test_order (gconstpointer data)
{
  Trial trial, other;

  trial_open (&trial, data, N_RUN, N_COLUMNS);
  trial_open (&other, data, N_RUN, N_COLUMNS);
  for (guint n = 0; n < N_STEPS; n++)
    {
      double a[N_RUN], b[N_RUN];
      TrialStep s;

      take_nth (&trial, n, a);
      draw_step (n, &s);
      reverse (&s);
      other.step = n;
      other.epoch = n / EPOCH;
      take (&other, &s, b);
      for (guint k = 0; k < N_RUN; k++)
        {
          if (isnan (a[k]) && isnan (b[k]))
            continue;
          if (!(a[k] > 0.0 && isfinite (a[k])))
            g_test_fail_printf ("step %u: w_%u is %g", n, k, a[k]);
          if (!(fabs (a[k] - b[k]) <= 1e-9 * a[k]))
            g_test_fail_printf ("step %u: w_%u is %.12g and %.12g in another order", n, k, a[k],
                                b[k]);
        }
    }
  trial_clear (&trial);
  trial_clear (&other);
}

/* At any step, within an epoch too: the state is all that there is to keep. */
static void
test_resume (gconstpointer data)
{
  Trial whole;

  trial_open (&whole, data, N_RUN, N_COLUMNS);
  for (guint n = 0; n < N_STEPS; n++)
    {
      g_autoptr(GVariant) saved = mtl_state_save (whole.state);
      g_autoptr(GError) error = NULL;
      double expected[N_RUN], found[N_RUN];
      Trial resumed;

      trial_open (&resumed, data, N_RUN, N_COLUMNS);
      g_assert_true (mtl_state_load (resumed.state, saved, &error));
      take_nth (&whole, n, expected);
      take_nth (&resumed, n, found);
      for (guint k = 0; k < N_RUN; k++)
        if (memcmp (&expected[k], &found[k], sizeof found[k]) != 0)
          g_test_fail_printf ("step %u: w_%u is %.17g, resumed %.17g", n, k, expected[k], found[k]);
      trial_clear (&resumed);
    }
  trial_clear (&whole);
}

/* --- some of them --- */

/* A loss of zero has finite weights; a negative one is refused and teaches nothing. */
static void
test_zero_and_below (void)
{
  static const char *const descriptions[] = { "gls", "si", "stch warmup=0", "gradnorm" };

  for (guint m = 0; m < G_N_ELEMENTS (descriptions); m++)
    {
      TrialStep s = { .n = 2, .task = { 2, 0 }, .losses = { 0.0, 0.3 }, .rows = { 1.0, 2.0 } };
      g_autoptr(GVariant) before = NULL;
      g_autoptr(GVariant) after = NULL;
      double w[2];
      Trial trial;

      trial_open (&trial, descriptions[m], 3, 1);
      for (guint n = 0; n < 4; n++)
        {
          trial.epoch = n / 2;
          s.losses[1] = n == 1 ? 0.0 : 0.3;
          g_assert_true (trial_take (&trial, &s, w));
          g_assert_true (isfinite (w[0]) && w[0] > 0.0 && isfinite (w[1]) && w[1] > 0.0);
        }
      before = mtl_state_save (trial.state);
      s.losses[0] = -0.25;
      g_assert_false (trial_take (&trial, &s, w));
      g_assert_error (trial.error, MTL_ERROR, MTL_ERROR_SETTING);
      g_assert_nonnull (strstr (trial.error->message, "the loss of task 2 (counted from 0) is "
                                "-0.25"));
      after = mtl_state_save (trial.state);
      g_assert_cmpmem (g_variant_get_data (before), g_variant_get_size (before),
                       g_variant_get_data (after), g_variant_get_size (after));
      trial_clear (&trial);
    }
}

/* Random weights: 1/K on average, new in each step, the same from the same seed. */
static void
test_random (gconstpointer data)
{
  TrialStep s = { .n = N_RUN, .task = { 0, 1, 2, 3 } };
  double sums[N_RUN] = { 0.0 }, w[N_RUN], other[N_RUN], last = 0.0;
  const guint n_steps = 20000;
  Trial trial, again;

  trial_open (&trial, data, N_RUN, 0);
  trial_open (&again, data, N_RUN, 0);
  for (guint n = 0; n < n_steps; n++)
    {
      g_assert_true (trial_take (&trial, &s, w));
      g_assert_true (trial_take (&again, &s, other));
      g_assert_cmpfloat (w[0], !=, last);
      g_assert_cmpint (memcmp (w, other, sizeof w), ==, 0);
      last = w[0];
      for (guint k = 0; k < N_RUN; k++)
        sums[k] += w[k] / n_steps;
    }
  /* The deviation of a weight is about 0.18, so that of a mean 0.0013. */
  for (guint k = 0; k < N_RUN; k++)
    g_assert_cmpfloat_with_epsilon (sums[k], 1.0 / N_RUN, 0.006);
  g_assert_cmpint (mtl_balancer_weighs_heads (trial.balancer, NULL), ==,
                   g_str_equal (data, "rlw"));
  trial_clear (&trial);
  trial_clear (&again);
}

/* Shifting the logits changes no weight and no step of them but by their decay. */
static void
test_famo_shift (void)
{
  Trial trial, shifted;

  trial_open (&trial, "famo gamma=0", N_RUN, N_COLUMNS);
  trial_open (&shifted, "famo gamma=0", N_RUN, N_COLUMNS);
  for (guint k = 0; k < N_RUN; k++)
    mtl_state_doubles (shifted.state, 0)[k] = 5.0;
  for (guint n = 0; n < N_STEPS; n++)
    {
      double a[N_RUN], b[N_RUN];

      take_nth (&trial, n, a);
      take_nth (&shifted, n, b);
      for (guint k = 0; k < N_RUN; k++)
        if (!isnan (a[k]))
          g_assert_cmpfloat_with_epsilon (a[k], b[k], 1e-9);
    }
  trial_clear (&trial);
  trial_clear (&shifted);
}

static void
test_needs_losses (void)
{
  static const char *const ids[] = { "gls", "si", "stch", "famo", "gradnorm" };
  const double rows[] = { 1.0, 2.0 };

  for (guint n = 0; n < G_N_ELEMENTS (ids); n++)
    {
      Trial trial;
      MtlBalanceInput in;
      double w[2];
      const guint task[] = { 0, 1 };
      const double gramian[] = { 1.0, 0.0, 0.0, 1.0 };
      const double *row[] = { rows, rows + 1 };
      const MtlRows matrix = { .n_columns = 1, .doubles = row };
      g_autofree char *start = g_strdup_printf ("%s: the weights follow from the losses", ids[n]);

      trial_open (&trial, ids[n], 2, 1);
      in = (MtlBalanceInput) {
        .n_tasks = 2, .task = task, .gramian = gramian, .rows = &matrix, .rate = 1.0,
        .set = mtl_chosen_settings (trial.chosen), .chosen = trial.chosen, .state = trial.state,
      };
      g_assert_cmpint (mtl_balancer_weigh (trial.balancer, &in, w, &trial.error), ==,
                       MTL_BALANCE_REFUSED);
      g_assert_error (trial.error, MTL_ERROR, MTL_ERROR_SETTING);
      g_assert_true (g_str_has_prefix (trial.error->message, start));
      trial_clear (&trial);
    }
}

static void
add_catalogue_tests (void)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_BALANCER); *m != NULL; m++)
    {
      const MtlBalancer *balancer = (const MtlBalancer *) *m;
      g_autofree char *order = g_strdup_printf ("/weightings/order/%s", (*m)->id);
      g_autofree char *resume = g_strdup_printf ("/weightings/resume/%s", (*m)->id);

      if ((balancer->claims & MTL_CLAIM_POSITIVE) == 0)
        continue;
      g_test_add_data_func (order, (*m)->id, test_order);
      g_test_add_data_func (resume, (*m)->id, test_resume);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  add_catalogue_tests ();
  g_test_add_func ("/weightings/zero-and-below", test_zero_and_below);
  g_test_add_func ("/weightings/needs-losses", test_needs_losses);
  g_test_add_data_func ("/weightings/random/rlw", "rlw", test_random);
  g_test_add_data_func ("/weightings/random/random", "random", test_random);
  g_test_add_func ("/weightings/famo-shift", test_famo_shift);

  return g_test_run ();
}
