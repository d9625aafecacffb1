/* test-penalty.c — what a block adds to the losses of the tasks that read it
 *
 * A router of three tasks' design serves the first two of them. With an even load
 * asked for (`balance`) and without, the same weights give losses that differ by
 * the penalty alone: in passes that train, and for the tasks behind the router.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "work-checks.h"

#define ROWS    75    /* three shards */
#define BALANCE 3.0

static char *table;

static const char even[] =
  "d csv\na dense units=6 < d.features\nat tanh < a.out\nb dense units=6 < d.features\n"
  "bt tanh < b.out\nc dense units=6 < d.features\nct tanh < c.out\n"
  "g top-k-gate k=2 balance=3 < d.features at.out@experts bt.out@experts ct.out@experts\n"
  "h0 dense units=1 < g.out\nh1 dense units=1 < g.out\nh2 dense units=1 < at.out\n"
  "y0 task loss=mse < h0.out\ny1 task loss=mse weight=2.5 < h1.out\ny2 task loss=mse < h2.out\n"
  "experiment first-weights=uniform";

typedef struct
{
  double    losses[3];
  MtlGrads *grads;
} Answer;

static Answer
answer (const char  *balance,
        MtlPassMode  mode,
        guint        n_threads)
{
  g_auto(GStrv) parts = g_strsplit (even, "3 < d", 2);
  g_autofree char *text = g_strdup_printf ("%s%s < d%s", parts[0], balance, parts[1]);
  Answer answer;
  MtlPass pass;
  Bench bench;

  bench_open (&bench, text, table, 128, ROWS, n_threads);
  answer.grads = mtl_grads_new (bench.plan);
  pass = bench_pass (&bench, all_of (3), mode);
  mtl_work_run (bench.work, &pass, answer.losses, answer.grads, NULL);
  bench_clear (&bench);

  return answer;
}

/* How far row and head of @task are apart, as a share of the largest element. */
static double
difference (Answer *a,
            Answer *b,
            guint   task)
{
  gsize d = mtl_grads_n_trunk (a->grads);

  return MAX (worst (mtl_grads_row (a->grads, task), mtl_grads_row (b->grads, task), d),
              worst (mtl_grads_head (a->grads, task), mtl_grads_head (b->grads, task), 7));
}

/* Of shares I of 3 experts, as the definition has it; W is the one trunk tensor of g. */
static double
expected_penalty (void)
{
  double shares[3] = { 0.0 }, mean = ROWS / 3.0, variance = 0.0;
  const float *weight = NULL;
  Bench bench;

  bench_open (&bench, even, table, ROWS, ROWS, 1);
  for (guint t = 0; t < mtl_plan_n_tensors (bench.plan); t++)
    if (strcmp (mtl_plan_tensor (bench.plan, t)->block, "g") == 0)
      weight = bench.theta + mtl_plan_tensor (bench.plan, t)->offset;
  for (gsize r = 0; r < ROWS; r++)
    {
      double z[3] = { 0.0 }, sum = 0.0;

      for (guint e = 0; e < 3; e++)
        for (guint i = 0; i < 5; i++)
          z[e] += (double) weight[e * 5 + i] * bench.batch->x[0][r * 5 + i];
      for (guint e = 0; e < 3; e++)
        sum += exp (z[e]);
      for (guint e = 0; e < 3; e++)
        shares[e] += exp (z[e]) / sum;
    }
  for (guint e = 0; e < 3; e++)
    variance += (shares[e] - mean) * (shares[e] - mean) / 3.0;
  bench_clear (&bench);

  return BALANCE * variance / (mean * mean);
}

static void
test_losses (void)
{
  Answer with = answer ("3", MTL_PASS_TRAIN, 2), without = answer ("0", MTL_PASS_TRAIN, 2);
  double penalty = expected_penalty ();

  g_test_message ("losses %g, %g, %g; the penalty is %g", without.losses[0], without.losses[1],
                  without.losses[2], penalty);
  g_assert_cmpfloat (penalty, >, 0.001);
  for (guint k = 0; k < 2; k++)
    {
      g_assert_cmpfloat_with_epsilon (with.losses[k], without.losses[k] + penalty, 1e-6);
      g_assert_cmpfloat (difference (&with, &without, k), >, 1e-3);
    }
  g_assert_cmpfloat (with.losses[2], ==, without.losses[2]);
  g_assert_cmpfloat (difference (&with, &without, 2), ==, 0.0);
  mtl_grads_free (with.grads);
  mtl_grads_free (without.grads);
}

/* In evaluation neither losses nor gradients know of it. */
static void
test_evaluate (void)
{
  Answer with = answer ("3", MTL_PASS_EVALUATE, 2);
  Answer without = answer ("0", MTL_PASS_EVALUATE, 2);

  for (guint k = 0; k < 3; k++)
    {
      g_assert_cmpfloat (with.losses[k], ==, without.losses[k]);
      g_assert_cmpfloat (difference (&with, &without, k), ==, 0.0);
    }
  mtl_grads_free (with.grads);
  mtl_grads_free (without.grads);
}

/* At perturbed weights it is as in training, and no bit depends on the threads. */
static void
test_threads (void)
{
  Answer one = answer ("3", MTL_PASS_TRAIN, 1);

  for (guint n = 1; n < 4; n++)
    {
      Answer more = answer ("3", MTL_PASS_PERTURBED, n);

      g_assert_cmpmem (one.losses, sizeof one.losses, more.losses, sizeof more.losses);
      for (guint k = 0; k < 3; k++)
        g_assert_cmpfloat (difference (&one, &more, k), ==, 0.0);
      mtl_grads_free (more.grads);
    }
  mtl_grads_free (one.grads);
}

/* A task that is not run, or of which no row has a label, has no lane to add to. */
static void
test_left_out (void)
{
  g_autoptr(MtlGrads) grads = NULL;
  double losses[3], alone[3];
  MtlPass pass;
  Bench bench;

  bench_open (&bench, even, table, ROWS, ROWS, 2);
  grads = mtl_grads_new (bench.plan);
  pass = bench_pass (&bench, all_of (3), MTL_PASS_TRAIN);
  mtl_work_run (bench.work, &pass, losses, NULL, NULL);
  for (gsize r = 0; r < ROWS; r++)
    bench.batch->targets[1][r] = NAN;
  mtl_work_run (bench.work, &pass, alone, grads, NULL);
  g_assert_cmpfloat (alone[0], ==, losses[0]);
  g_assert_true (isnan (alone[1]));
  g_assert_cmpfloat (mtl_grads_norm2 (grads, 1, FALSE, NULL), ==, 0.0);
  check_merged ("left out", &bench);
  bench_clear (&bench);
}

/* One router for two tasks, whose first weights all but leave out two of four experts. */
static const char uneven[] =
  "d csv\ns sigmoid < d.features\na dense units=4 < s.out\nb dense units=4 < s.out\n"
  "c dense units=4 < s.out\ne dense units=4 < s.out\n"
  "g top-k-gate k=2 balance=0.5 < s.out a.out@experts b.out@experts c.out@experts "
  "e.out@experts\nh0 dense units=1 < g.out\nh1 dense units=1 < g.out\n"
  "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out";

static double
read_penalty (Bench *bench)
{
  MtlPass pass = bench_pass (bench, 3, MTL_PASS_TRAIN);
  double with[2], without[2];

  mtl_work_run (bench->work, &pass, with, NULL, NULL);
  pass.mode = MTL_PASS_EVALUATE;
  mtl_work_run (bench->work, &pass, without, NULL, NULL);
  g_assert_cmpfloat_with_epsilon (with[0] - without[0], with[1] - without[1], 1e-9);

  return with[0] - without[0];
}

/* Plain descent evens out what the experts get, though two are never chosen at first. */
static void
test_evens_out (void)
{
  g_autoptr(MtlGrads) grads = NULL;
  double first, last;
  MtlPass pass;
  Bench bench;

  bench_open (&bench, uneven, table, ROWS, ROWS, 1);
  grads = mtl_grads_new (bench.plan);
  pass = bench_pass (&bench, 3, MTL_PASS_TRAIN);
  for (guint t = 0; t < mtl_plan_n_tensors (bench.plan); t++)
    if (strcmp (mtl_plan_tensor (bench.plan, t)->block, "g") == 0)
      for (gsize i = 0; i < 20; i++)
        bench.theta[mtl_plan_tensor (bench.plan, t)->offset + i] += i < 10 ? 0.5f : -0.5f;

  first = read_penalty (&bench);
  for (guint step = 0; step < 200; step++)
    {
      mtl_work_run (bench.work, &pass, NULL, grads, NULL);
      for (gsize i = 0; i < bench.d; i++)
        bench.theta[i] -= 0.1f * (mtl_grads_row (grads, 0)[i] + mtl_grads_row (grads, 1)[i]);
    }
  last = read_penalty (&bench);
  g_test_message ("the squared variation was %g and is %g", first / 0.5, last / 0.5);
  g_assert_cmpfloat (first / 0.5, >, 0.5);
  g_assert_cmpfloat (last / 0.5, <, 0.05);
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (140);

  g_test_add_func ("/penalty/losses", test_losses);
  g_test_add_func ("/penalty/evaluate", test_evaluate);
  g_test_add_func ("/penalty/threads", test_threads);
  g_test_add_func ("/penalty/left-out", test_left_out);
  g_test_add_func ("/penalty/evens-out", test_evens_out);

  status = g_test_run ();
  remove_table (table);

  return status;
}
