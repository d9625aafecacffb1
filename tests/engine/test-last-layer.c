/* test-last-layer.c — lengths in the last layer that all tasks share
 *
 * Targets and slopes of GradNorm as in test-golden-weightings.c: lengths 2 and 5.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gstdio.h>
#include <math.h>

#include "balance-trial.h"
#include "engine-bench.h"
#include "mtl-step-private.h"

#define ROWS 40
#define K    2

/* What is computed last of the trunk has no matrix. */
static const char net[] =
  "d csv\nearly dense units=5 < d.features\ns tanh < early.out\nlate dense units=4 < s.out\n"
  "n layer-norm < late.out\nown dense units=3 < n.out\n"
  "fc1 dense units=1 < own.out\nfc2 dense units=1 < n.out\n"
  "t1 task loss=mse target=y0 < fc1.out\nt2 task loss=mse target=y1 < fc2.out\n";

static char *table;
static double seen[K * K];
static gboolean given;

static MtlBalanceStatus
looking_weigh (const MtlBalanceInput  *in,
               double                 *w,
               GError                **error)
{
  given = in->last != NULL;
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = 1.0;
  for (guint i = 0; given && i < in->n_tasks * in->n_tasks; i++)
    seen[i] = in->last[i];

  return MTL_BALANCE_OK;
}

static const MtlBalancer looking = {
  .method = { .id = "looking", .title = "Looking", .summary = "Back", .reference = "None" },
  .needs = MTL_NEEDS_GRAMIAN, .weigh = looking_weigh,
};

static MtlStep *
new_step (Bench *bench)
{
  MtlStep *step = mtl_step_new (bench->work);
  const MtlMethod *none = mtl_catalogue_find (MTL_KIND_SHARP, "none", NULL);
  g_autoptr(MtlChosen) sharp = mtl_chosen_new (MTL_KIND_SHARP, none);
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_BALANCER, &looking.method);

  for (guint p = 0; p < MTL_N_PARTS; p++)
    mtl_step_set_balancer (step, p, chosen);
  mtl_step_set_sharp (step, sharp);

  return step;
}

/* ⟨g_i, g_j⟩ over the columns of block @id. */
static double
multiply (Bench      *bench,
          MtlGrads   *rows,
          const char *id,
          guint       i,
          guint       j)
{
  double sum = 0.0;

  for (guint t = 0; t < mtl_plan_n_tensors (bench->plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (bench->plan, t);

      for (gsize c = 0; g_str_equal (tensor->block, id) && c < tensor->size; c++)
        sum += (double) mtl_grads_row (rows, i)[tensor->offset + c]
               * mtl_grads_row (rows, j)[tensor->offset + c];
    }

  return sum;
}

static void
test_told (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlGrads) rows = NULL;
  Bench bench;
  MtlPass pass;
  MtlStep *step;

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  step = new_step (&bench);
  rows = mtl_grads_new (bench.plan);
  pass = bench_pass (&bench, 3, MTL_PASS_PERTURBED);
  mtl_work_run (bench.work, &pass, NULL, rows, NULL);
  g_assert_true (mtl_step_take (step, bench.theta, bench.batch, 0, 1, FALSE, &error));
  g_assert_true (given);
  for (guint i = 0; i < K; i++)
    for (guint j = 0; j < K; j++)
      {
        double expected = multiply (&bench, rows, "late", i, j);

        g_assert_cmpfloat (fabs (expected), >, 1e-9);
        g_assert_cmpfloat_with_epsilon (seen[i * K + j], expected, 1e-6 * fabs (expected));
      }
  mtl_step_free (step);
  bench_clear (&bench);
}

/* Slopes by @last where it is asked for and there; else those of the whole trunk. */
static void
check_gradnorm (const char   *description,
                const double *last,
                double        length)
{
  TrialStep s = { .n = 2, .task = { 0, 1 }, .losses = { 1.0, 1.0 }, .rows = { 4, 0, 6, 8 } };
  double w[2];
  Trial trial;

  s.last = last;
  trial_open (&trial, description, 2, 2);
  g_assert_true (trial_take (&trial, &s, w));
  trial.epoch = 1;
  s.losses[0] = .5;
  s.losses[1] = .9;
  g_assert_true (trial_take (&trial, &s, w));
  g_assert_cmpfloat_with_epsilon (mtl_state_doubles (trial.state, 0)[0], -length, 1e-12);
  g_assert_cmpfloat_with_epsilon (mtl_state_doubles (trial.state, 0)[1], length, 1e-12);
  trial_clear (&trial);
}

static void
test_gradnorm (void)
{
  const double last[] = { 4.0, 6.0, 6.0, 25.0 };

  check_gradnorm ("gradnorm rule=gradient lengths=last-layer", last, 1.5);
  check_gradnorm ("gradnorm rule=gradient lengths=last-layer", NULL, 3.0);
  check_gradnorm ("gradnorm rule=gradient", last, 3.0);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (2 * ROWS);
  g_test_add_func ("/last-layer/told", test_told);
  g_test_add_func ("/last-layer/gradnorm", test_gradnorm);
  status = g_test_run ();
  g_unlink (table);
  g_free (table);

  return status;
}
