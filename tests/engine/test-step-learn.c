/* test-step-learn.c — what a balancer may ask for beside gradients and losses
 *
 * Each case gives a step a balancer of its own that writes down what it was told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "engine-bench.h"
#include "mtl-step-private.h"

#define ROWS 40
#define K    2

static const char net[] =
  "d csv\ntrunk dense units=5 < d.features\nr tanh < trunk.out\n"
  "fc1 dense units=1 < r.out\nfc2 dense units=1 < r.out\n"
  "t1 task loss=mse target=y0 < fc1.out\nt2 task loss=mse target=y1 < fc2.out\n";

/* … whose second loss counts three times. */
static const char weighted_net[] =
  "d csv\ntrunk dense units=5 < d.features\nr tanh < trunk.out\n"
  "fc1 dense units=1 < r.out\nfc2 dense units=1 < r.out\n"
  "t1 task loss=mse target=y0 < fc1.out\nt2 task loss=mse target=y1 weight=3 < fc2.out\n";

static char *table;

/* What the balancer of a case saw. */
static struct
{
  double  losses[K], cross[K * K], after[K], noted[K];
  double  half[2][K], whole[K];
  float  *rows[3];   /* of both halves and of all, task 0 */
  guint64 epoch;
  double  rate;
} seen;

static MtlBalanceStatus
even_weigh (const MtlBalanceInput  *in,
            double                 *w,
            GError                **error)
{
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = 1.0 / in->n_tasks;

  return MTL_BALANCE_OK;
}

static MtlBalanceStatus
keen_weigh (const MtlBalanceInput  *in,
            double                 *w,
            GError                **error)
{
  memcpy (seen.losses, in->losses, sizeof seen.losses);
  if (in->cross != NULL)
    memcpy (seen.cross, in->cross, sizeof seen.cross);
  seen.epoch = in->epoch;
  seen.rate = in->rate;
  w[0] = in->losses[0];
  w[1] = 2.0;

  return MTL_BALANCE_OK;
}

static MtlBalanceStatus
wordless_weigh (const MtlBalanceInput  *in,
                double                 *w,
                GError                **error)
{
  w[0] = w[1] = NAN;

  return MTL_BALANCE_OK;
}

/* By columns: the larger of the two and half the first. */
static void
largest_combine (const MtlBalanceInput *in,
                 const double          *w,
                 gsize                  first,
                 gsize                  n,
                 const double          *rows,
                 double                *d)
{
  for (gsize c = 0; c < n; c++)
    d[c] = MAX (rows[c], rows[n + c]) + 0.5 * rows[c];
}

static gboolean
curious_learn (MtlStep                *step,
               const MtlBalanceInput  *in,
               GError                **error)
{
  static const guint parts[] = { 0, 1, MTL_STEP_WHOLE };
  double *losses[] = { seen.half[0], seen.half[1], seen.whole };
  gsize d = mtl_step_n_trunk (step);

  for (guint n = 0; n < G_N_ELEMENTS (parts); n++)
    {
      MtlGrads *rows = mtl_step_set (step, n % 2);

      if (!mtl_step_probe (step, mtl_step_theta (step), parts[n], rows, losses[n], error))
        return FALSE;
      g_free (seen.rows[n]);
      seen.rows[n] = g_memdup2 (mtl_grads_row (rows, 0), d * sizeof (float));
    }

  return TRUE;
}

static void
patient_follow (const MtlBalanceInput *in,
                const double          *after)
{
  memcpy (seen.after, after, sizeof seen.after);
}

static void
listening_note (const MtlBalanceInput *in)
{
  memcpy (seen.noted, in->losses, sizeof seen.noted);
}

static gboolean
content_follows (const MtlSetting *set)
{
  return FALSE;
}

static const MtlBalancer even = {
  .method = { .id = "even", .title = "Even", .summary = "As equal", .reference = "None" },
  .needs = MTL_NEEDS_ROWS, .weigh = even_weigh,
};
static const MtlBalancer keen = {
  .method = { .id = "keen", .title = "Keen", .summary = "Reads", .reference = "None" },
  .needs = MTL_NEEDS_LOSSES | MTL_NEEDS_CROSS, .weigh = keen_weigh, .follow = patient_follow,
};
static const MtlBalancer content = {
  .method = { .id = "content", .title = "Content", .summary = "Rests", .reference = "None" },
  .needs = MTL_NEEDS_LOSSES, .weigh = even_weigh, .follow = patient_follow,
  .follows = content_follows,
};
static const MtlBalancer listening = {
  .method = { .id = "listening", .title = "Listening", .summary = "Is told",
              .reference = "None" },
  .needs = 0, .weigh = even_weigh, .note = listening_note,
};
static const MtlBalancer largest = {
  .method = { .id = "largest", .title = "Largest", .summary = "By columns", .reference = "None" },
  .needs = MTL_NEEDS_ROWS, .weigh = wordless_weigh, .combine = largest_combine,
};
static const MtlBalancer curious = {
  .method = { .id = "curious", .title = "Curious", .summary = "Probes", .reference = "None" },
  .needs = 0, .n_sets = 2, .weigh = even_weigh, .learn = curious_learn,
};

static MtlStep *
new_step (Bench             *bench,
          const MtlBalancer *balancer)
{
  MtlStep *step = mtl_step_new (bench->work);
  const MtlMethod *none = mtl_catalogue_find (MTL_KIND_SHARP, "none", NULL);
  g_autoptr(MtlChosen) sharp = mtl_chosen_new (MTL_KIND_SHARP, none);
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_BALANCER, &balancer->method);

  for (guint p = 0; p < MTL_N_PARTS; p++)
    mtl_step_set_balancer (step, p, chosen);
  mtl_step_set_sharp (step, sharp);

  return step;
}

static void
take (Bench    *bench,
      MtlStep  *step,
      gboolean  diagnose)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (mtl_step_take (step, bench->theta, bench->batch, 0, 1, diagnose, &error));
  g_assert_no_error (error);
}

/* The gradients of both tasks, laid open. */
static MtlGrads *
find_rows (Bench  *bench,
           double *losses)
{
  MtlGrads *rows = mtl_grads_new (bench->plan);
  MtlPass pass = bench_pass (bench, 3, MTL_PASS_PERTURBED);

  mtl_work_run (bench->work, &pass, losses, rows, NULL);

  return rows;
}

static void
test_combine (void)
{
  Bench bench;
  MtlStep *step;
  g_autoptr(MtlGrads) rows = NULL;
  const float *d;

  bench_open (&bench, net, table, ROWS, ROWS, 2);
  step = new_step (&bench, &largest);
  rows = find_rows (&bench, NULL);
  take (&bench, step, FALSE);
  d = mtl_step_gradient (step);
  for (gsize c = 0; c < bench.d; c++)
    {
      double a = mtl_grads_row (rows, 0)[c], b = mtl_grads_row (rows, 1)[c];

      g_assert_cmpfloat_with_epsilon (d[c], MAX (a, b) + 0.5 * a, 1e-6);
    }
  g_assert_true (isnan (mtl_step_report (step, MTL_PART_LOSS)->weights[0]));
  mtl_step_free (step);
  bench_clear (&bench);
}

/* Asked before backward or after it: the same losses, the same direction. */
static void
test_early (void)
{
  Bench bench;
  g_autofree float *early = NULL;
  double losses[K];

  bench_open (&bench, net, table, ROWS, ROWS, 2);
  mtl_grads_free (find_rows (&bench, losses));
  for (guint diagnose = 0; diagnose < 2; diagnose++)
    {
      MtlStep *step = new_step (&bench, &keen);
      const MtlBatch *fresh[] = { bench.batch, bench.batch };

      mtl_step_set_fresh (step, fresh);
      mtl_step_set_clock (step, 7, 0.25);
      memset (&seen.losses, 0, sizeof seen.losses);
      take (&bench, step, diagnose == 1);
      for (guint k = 0; k < K; k++)
        g_assert_cmpfloat_with_epsilon (seen.losses[k], losses[k], 1e-12);
      g_assert_cmpuint (seen.epoch, ==, 7);
      g_assert_cmpfloat (seen.rate, ==, 0.25);
      if (early == NULL)
        early = g_memdup2 (mtl_step_gradient (step), bench.p * sizeof (float));
      g_assert_cmpfloat (worst (early, mtl_step_gradient (step), bench.p), <, 1e-5);
      mtl_step_free (step);
    }
  bench_clear (&bench);
}

/* ⟨g_i, g_j'⟩ with g of the first fresh batch and g' of the second. */
static void
test_cross (void)
{
  Bench bench;
  MtlStep *step;
  MtlBatch *own;
  g_autoptr(MtlBatch) other = NULL;
  g_autoptr(MtlGrads) first = NULL;
  g_autoptr(MtlGrads) second = NULL;
  guint32 rows[ROWS];
  double expected[K * K];

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  for (guint i = 0; i < ROWS; i++)
    rows[i] = i / 2;
  other = mtl_batch_new_like (bench.batch);
  mtl_batch_take (other, bench.batch, rows, ROWS);
  step = new_step (&bench, &keen);
  g_assert_cmpuint (mtl_step_n_fresh (step), ==, 2);
  const MtlBatch *fresh[] = { bench.batch, other };
  mtl_step_set_fresh (step, fresh);
  take (&bench, step, FALSE);

  first = find_rows (&bench, NULL);
  own = bench.batch;
  bench.batch = other;
  second = find_rows (&bench, NULL);
  bench.batch = own;
  mtl_grads_gram (first, second, NULL, expected);
  for (guint i = 0; i < K * K; i++)
    g_assert_cmpfloat_with_epsilon (seen.cross[i], expected[i], 1e-9 * fabs (expected[0]));
  g_assert_cmpfloat (fabs (seen.cross[1] - seen.cross[2]), >, 1e-6 * fabs (expected[0]));
  mtl_step_free (step);
  bench_clear (&bench);
}

/* What compares batches steps heads by the mean of all of them: one lane, or one for each task. */
static void
test_cross_heads (void)
{
  for (guint diagnose = 0; diagnose < 2; diagnose++)
    {
      Bench bench;
      MtlStep *step;
      MtlBatch *own;
      g_autoptr(MtlBatch) other = NULL;
      g_autoptr(MtlGrads) here = NULL;
      g_autoptr(MtlGrads) there = NULL;
      guint32 rows[ROWS];

      bench_open (&bench, net, table, ROWS, ROWS, 1);
      for (guint i = 0; i < ROWS; i++)
        rows[i] = i / 2;
      other = mtl_batch_new_like (bench.batch);
      mtl_batch_take (other, bench.batch, rows, ROWS);
      step = new_step (&bench, &keen);
      const MtlBatch *fresh[] = { other, other };
      mtl_step_set_fresh (step, fresh);
      take (&bench, step, diagnose == 1);

      here = find_rows (&bench, NULL);
      own = bench.batch;
      bench.batch = other;
      there = find_rows (&bench, NULL);
      bench.batch = own;
      for (guint k = 0; k < K; k++)
        {
          const MtlTask *task = mtl_plan_task (bench.plan, k);

          for (gsize i = 0; i < task->n_weights; i++)
            g_assert_cmpfloat_with_epsilon (mtl_step_gradient (step)[task->offset + i],
                                            (mtl_grads_head (here, k)[i]
                                             + 2.0 * mtl_grads_head (there, k)[i]) / 3.0, 1e-5);
        }
      mtl_step_free (step);
      bench_clear (&bench);
    }
}

/* Halves of equal size have the whole as their mean. */
static void
test_halves (void)
{
  Bench bench;
  MtlStep *step;

  bench_open (&bench, net, table, ROWS, ROWS, 2);
  step = new_step (&bench, &curious);
  take (&bench, step, FALSE);
  for (guint k = 0; k < K; k++)
    {
      g_assert_cmpfloat_with_epsilon (0.5 * (seen.half[0][k] + seen.half[1][k]), seen.whole[k],
                                      1e-6);
      g_assert_cmpfloat (fabs (seen.half[0][k] - seen.half[1][k]), >, 1e-3);
    }
  for (gsize c = 0; c < bench.d; c++)
    g_assert_cmpfloat_with_epsilon (0.5 * (seen.rows[0][c] + seen.rows[1][c]), seen.rows[2][c],
                                    1e-5);
  mtl_step_free (step);
  bench_clear (&bench);
}

/* A balancer whose settings do without is told nothing. */
static void
test_follow (void)
{
  Bench bench;
  MtlStep *step;
  float *before;
  double losses[K];

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  step = new_step (&bench, &keen);
  const MtlBatch *fresh[] = { bench.batch, bench.batch };
  mtl_step_set_fresh (step, fresh);
  take (&bench, step, FALSE);
  before = bench.theta;
  bench.theta = g_memdup2 (before, mtl_plan_n_theta (bench.plan) * sizeof (float));
  for (gsize i = 0; i < bench.p; i++)
    bench.theta[i] -= 0.1f * mtl_step_gradient (step)[i];
  mtl_step_follow (step, bench.theta);
  mtl_grads_free (find_rows (&bench, losses));
  for (guint k = 0; k < K; k++)
    {
      g_assert_cmpfloat_with_epsilon (seen.after[k], losses[k], 1e-12);
      g_assert_cmpfloat (fabs (seen.after[k] - seen.losses[k]), >, 1e-4);
    }
  mtl_step_free (step);
  step = new_step (&bench, &content);
  take (&bench, step, FALSE);
  seen.after[0] = -1.0;
  mtl_step_follow (step, bench.theta);
  g_assert_cmpfloat (seen.after[0], ==, -1.0);
  mtl_step_free (step);
  g_free (before);
  bench_clear (&bench);
}

/* Losses that only the next steps look at cost no pass: one lane runs, or all. */
static void
test_note (void)
{
  Bench bench;
  double losses[K];

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  mtl_grads_free (find_rows (&bench, losses));
  for (guint diagnose = 0; diagnose < 2; diagnose++)
    {
      MtlStep *step = new_step (&bench, &listening);

      memset (&seen.noted, 0, sizeof seen.noted);
      take (&bench, step, diagnose == 1);
      g_assert_cmpint (mtl_step_report (step, MTL_PART_LOSS)->valid, ==, diagnose == 1);
      for (guint k = 0; k < K; k++)
        g_assert_cmpfloat_with_epsilon (seen.noted[k], losses[k], 1e-12);
      mtl_step_free (step);
    }
  bench_clear (&bench);
}

/* What a balancer sees of losses is what gradients are of; what is reported is without weights. */
static void
test_weight (void)
{
  static const double weights[K] = { 1.0, 3.0 };

  for (guint diagnose = 0; diagnose < 2; diagnose++)
    {
      Bench bench;
      MtlStep *step;
      double losses[K];

      bench_open (&bench, weighted_net, table, ROWS, ROWS, 1);
      mtl_grads_free (find_rows (&bench, losses));
      step = new_step (&bench, &keen);
      const MtlBatch *fresh[] = { bench.batch, bench.batch };
      mtl_step_set_fresh (step, fresh);
      take (&bench, step, diagnose == 1);
      mtl_step_follow (step, bench.theta);
      for (guint k = 0; k < K; k++)
        {
          g_assert_cmpfloat_with_epsilon (mtl_step_losses (step)[k], losses[k], 1e-12);
          g_assert_cmpfloat_with_epsilon (seen.losses[k], weights[k] * losses[k], 1e-12);
          g_assert_cmpfloat_with_epsilon (seen.after[k], weights[k] * losses[k], 1e-12);
        }
      mtl_step_free (step);

      step = new_step (&bench, &listening);
      take (&bench, step, diagnose == 1);
      for (guint k = 0; k < K; k++)
        g_assert_cmpfloat_with_epsilon (seen.noted[k], weights[k] * losses[k], 1e-12);
      mtl_step_free (step);
      bench_clear (&bench);
    }
}

/* Rows that somebody reads are written out; balanced by them, d is as without. */
static void
test_rows (void)
{
  Bench bench;
  MtlStep *step;
  g_autoptr(MtlGrads) rows = NULL;

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  step = new_step (&bench, &even);
  rows = find_rows (&bench, NULL);
  take (&bench, step, FALSE);
  for (gsize c = 0; c < bench.d; c++)
    g_assert_cmpfloat_with_epsilon (mtl_step_gradient (step)[c],
                                    0.5 * (mtl_grads_row (rows, 0)[c]
                                           + mtl_grads_row (rows, 1)[c]), 1e-6);
  mtl_step_free (step);
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (2 * ROWS);
  g_test_add_func ("/step-learn/combine", test_combine);
  g_test_add_func ("/step-learn/early", test_early);
  g_test_add_func ("/step-learn/cross", test_cross);
  g_test_add_func ("/step-learn/cross-heads", test_cross_heads);
  g_test_add_func ("/step-learn/halves", test_halves);
  g_test_add_func ("/step-learn/follow", test_follow);
  g_test_add_func ("/step-learn/note", test_note);
  g_test_add_func ("/step-learn/weight", test_weight);
  g_test_add_func ("/step-learn/rows", test_rows);
  status = g_test_run ();
  for (guint n = 0; n < G_N_ELEMENTS (seen.rows); n++)
    g_free (seen.rows[n]);
  g_unlink (table);
  g_free (table);

  return status;
}
