/* test-work.c — lanes, merged lanes and memory against plainer ways to the same numbers
 *
 * The rows of all tasks at once are compared with one pass for each task, with
 * central differences of the loss, and with the merged lane; on networks drawn
 * by hand and on networks drawn at random.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "work-checks.h"
#include "work-nets.h"

#define ROWS     75    /* three shards, the last of 11 rows */

static char *table;

/* --- the networks --- */

static const char fused[] =
  "d glyph-pairs train-size=75 test-size=8\nc1 conv2d channels=4 kernel=9 < d.image\n"
  "r1 relu < c1.out\np1 max-pool size=2 < r1.out\nc2 conv2d channels=5 kernel=5 < p1.out\n"
  "r2 relu < c2.out\np2 max-pool size=2 < r2.out\nf flatten < p2.out\ng dense units=12 < f.out\n"
  "r3 relu < g.out\nh0 dense units=10 < r3.out\nh1 dense units=10 < r3.out\nleft task < h0.out\n"
  "right task < h1.out";

/* By tiles of 2×2 and by patches, each with gradients by shard and by tile. */
static const char convolutions[] =
  "d glyph-pairs train-size=75 test-size=8\nc1 conv2d channels=32 kernel=9 stride=7 < d.image\n"
  "r1 relu < c1.out\nc2 conv2d channels=40 kernel=3 padding=1 < r1.out\nr2 tanh < c2.out\n"
  "c3 conv2d channels=640 kernel=3 padding=1 < r2.out\nr3 tanh < c3.out\n"
  "c4 conv2d channels=320 kernel=1 stride=2 < r3.out\nf flatten < c4.out\n"
  "h0 dense units=10 < f.out\nh1 dense units=10 < f.out\nleft task < h0.out\n"
  "right task < h1.out";

static const char unfused[] =
  "d glyph-pairs train-size=75 test-size=8\nc1 conv2d channels=4 kernel=9 < d.image\n"
  "r1 relu < c1.out\nx1 dropout p=0 < r1.out\np1 max-pool size=2 < x1.out\n"
  "c2 conv2d channels=5 kernel=5 < p1.out\na2 add < c2.out\nr2 relu < a2.out\n"
  "p2 max-pool size=2 < r2.out\nf flatten < p2.out\ng dense units=12 < f.out\n"
  "r3 relu < g.out\nh0 dense units=10 < r3.out\nh1 dense units=10 < r3.out\nleft task < h0.out\n"
  "right task < h1.out";

/* --- by hand --- */

static void
test_net (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  Bench bench;

  bench_open (&bench, nets[n].text, table, 128, ROWS, 2);
  check_all (nets[n].name, &bench);
  bench_clear (&bench);
}

/* Tasks of which no row has a label are left out of the pass with rows of zeros. */
static void
test_unlabelled (void)
{
  g_autoptr(MtlGrads) grads = NULL;
  double losses[3];
  MtlPass pass;
  Bench bench;

  bench_open (&bench, nets[0].text, table, ROWS, ROWS, 2);
  grads = mtl_grads_new (bench.plan);
  pass = bench_pass (&bench, all_of (3), MTL_PASS_TRAIN);
  for (gsize r = 0; r < ROWS; r++)
    bench.batch->targets[1][r] = NAN;
  mtl_grads_row (grads, 1)[0] = mtl_grads_head (grads, 1)[0] = 7.0f;

  g_assert_cmpuint (mtl_work_labelled (bench.work, bench.batch), ==, 5);
  mtl_work_run (bench.work, &pass, losses, grads, NULL);
  g_assert_true (isnan (losses[1]) && isfinite (losses[0]) && isfinite (losses[2]));
  g_assert_cmpfloat (mtl_grads_norm2 (grads, 1, FALSE, NULL), ==, 0.0);
  g_assert_cmpfloat (mtl_grads_norm2 (grads, 1, TRUE, NULL), ==, 0.0);
  check_merged ("unlabelled", &bench);

  /* What is not asked for stays as it was. */
  pass.tasks = 1;
  mtl_grads_row (grads, 2)[0] = 7.0f;
  mtl_work_run (bench.work, &pass, losses, grads, NULL);
  g_assert_cmpfloat (mtl_grads_row (grads, 2)[0], ==, 7.0f);
  bench_clear (&bench);
}

/* --- differences --- */

#define DIFFERENCES 1000   /* weights, about */

static double
loss_at (Bench *bench,
         guint  k,
         gsize  i,
         float  move)
{
  MtlPass pass = bench_pass (bench, all_of (bench->k), MTL_PASS_TRAIN);
  float before = bench->theta[i];
  double losses[MTL_MAX_TASKS];

  bench->theta[i] = before + move;
  mtl_work_run (bench->work, &pass, losses, NULL, NULL);
  bench->theta[i] = before;

  return losses[k] * mtl_plan_task (bench->plan, k)->weight;
}

static double
slope_at (Bench *bench,
          guint  k,
          gsize  i,
          float  step)
{
  return (loss_at (bench, k, i, step) - loss_at (bench, k, i, -step)) / (2.0 * (double) step);
}

static gboolean
is_near (double found,
         double expected)
{
  return fabs (found - expected) <= 1e-3 * MAX (1.0, fabs (expected));
}

/* Step 1/64 and float outputs: both errors are near 1e-4 of a gradient of 1. What
 * is more curved is extrapolated from half the step. Of a wide network some
 * weights are taken, an odd number apart, so that all rows and columns have
 * their turn. */
static void
test_differences (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  g_autoptr(MtlGrads) grads = NULL;
  MtlPass pass;
  Bench bench;
  gsize apart;

  bench_open (&bench, nets[n].text, table, ROWS, ROWS, 1);
  grads = mtl_grads_new (bench.plan);
  apart = (bench.p / DIFFERENCES) | 1;
  pass = bench_pass (&bench, all_of (bench.k), MTL_PASS_TRAIN);
  mtl_work_run (bench.work, &pass, NULL, grads, NULL);
  for (guint k = 0; k < bench.k; k++)
    for (gsize i = 0; i < bench.p; i += apart)
      {
        const MtlTask *task = mtl_plan_task (bench.plan, k);
        gboolean mine = i >= task->offset && i < task->offset + task->n_weights;
        double found = i < bench.d ? mtl_grads_row (grads, k)[i]
                       : mine ? mtl_grads_head (grads, k)[i - task->offset] : 0.0;
        double expected = slope_at (&bench, k, i, 1.0f / 64);

        if (!is_near (found, expected))
          expected = (4.0 * slope_at (&bench, k, i, 1.0f / 128) - expected) / 3.0;
        if (!is_near (found, expected))
          g_test_fail_printf ("%s: task %u, weight %" G_GSIZE_FORMAT ": %.6f, by differences %.6f",
                              nets[n].name, k, i, found, expected);
      }
  bench_clear (&bench);
}

/* --- fused blocks, batches and modes --- */

static guint
count_op (const MtlPlan *plan,
          const char    *id)
{
  guint n = 0;

  for (guint s = 0; s < plan->n_steps; s++)
    n += plan->steps[s].op != NULL && strcmp (plan->steps[s].op->method.id, id) == 0;

  return n;
}

static void
test_fused (void)
{
  Bench one, many;
  g_autoptr(MtlGrads) a = NULL;
  g_autoptr(MtlGrads) b = NULL;
  double x[2], y[2];
  MtlPass pass;

  bench_open (&one, fused, NULL, ROWS, ROWS, 2);
  bench_open (&many, unfused, NULL, ROWS, ROWS, 2);
  g_assert_cmpuint (count_op (one.plan, "conv-relu-pool"), ==, 2);
  g_assert_cmpuint (count_op (many.plan, "conv-relu-pool"), ==, 0);
  g_assert_cmpuint (one.p, ==, many.p);
  /* First weights follow a rectifier, which the second plan has elsewhere. */
  memcpy (many.theta, one.theta, one.p * sizeof (float));
  a = mtl_grads_new (one.plan);
  b = mtl_grads_new (many.plan);
  check_all ("fused", &one);
  check_all ("unfused", &many);

  pass = bench_pass (&one, 3, MTL_PASS_TRAIN);
  mtl_work_run (one.work, &pass, x, a, NULL);
  pass = bench_pass (&many, 3, MTL_PASS_TRAIN);
  mtl_work_run (many.work, &pass, y, b, NULL);
  for (guint k = 0; k < 2; k++)
    {
      double off = MAX (worst (mtl_grads_row (a, k), mtl_grads_row (b, k), one.d),
                        worst (mtl_grads_head (a, k), mtl_grads_head (b, k),
                               mtl_plan_task (one.plan, k)->n_weights));

      if (!(off <= 1e-5) || !(fabs (x[k] - y[k]) <= 1e-5 * y[k]))
        g_test_fail_printf ("task %u: gradients are off by %.3g; losses are %.9g and %.9g", k, off,
                            x[k], y[k]);
    }
  bench_clear (&one);
  bench_clear (&many);
}

static void
test_convolutions (void)
{
  Bench bench;

  bench_open (&bench, convolutions, NULL, ROWS, ROWS, 2);
  check_all ("convolutions", &bench);
  bench_clear (&bench);
}

static void
test_capacity (void)
{
  static const gsize rows[] = { 1, 31, 32, 33, ROWS };
  static const gsize capacities[] = { 96, 256, 1024 };

  for (guint c = 0; c < G_N_ELEMENTS (capacities); c++)
    for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
      {
        g_autoptr(MtlGrads) a = NULL;
        g_autoptr(MtlGrads) b = NULL;
        Bench tight, wide;
        double x[3], y[3];
        MtlPass pass;

        bench_open (&tight, nets[1].text, table, rows[r], rows[r], 1);
        bench_open (&wide, nets[1].text, table, capacities[c], rows[r], 3);
        a = mtl_grads_new (tight.plan);
        b = mtl_grads_new (wide.plan);
        pass = bench_pass (&tight, 7, MTL_PASS_TRAIN);
        mtl_work_run (tight.work, &pass, x, a, NULL);
        pass = bench_pass (&wide, 7, MTL_PASS_TRAIN);
        mtl_work_run (wide.work, &pass, y, b, NULL);
        for (guint k = 0; k < 3; k++)
          {
            check_row ("capacity", &tight, b, a, k);
            g_assert_cmpfloat_with_epsilon (x[k], y[k], RELATIVE * fabs (x[k]));
          }
        bench_clear (&tight);
        bench_clear (&wide);
      }
}

/* A short batch after a long one is as if it had been alone. */
static void
test_short_batch (void)
{
  Bench bench;

  bench_open (&bench, nets[6].text, table, ROWS, ROWS, 2);
  for (gsize rows = ROWS; rows > 0; rows = rows * 2 / 3)
    {
      g_autoptr(MtlGrads) a = mtl_grads_new (bench.plan);
      g_autoptr(MtlGrads) b = mtl_grads_new (bench.plan);
      double x[2], y[2];
      MtlPass pass;
      Bench alone;

      bench_open (&alone, nets[6].text, table, rows, rows, 1);
      fill_rows (&alone, ROWS - rows, rows);
      pass = bench_pass (&alone, 3, MTL_PASS_TRAIN);
      mtl_work_run (alone.work, &pass, x, a, NULL);

      fill_rows (&bench, ROWS - rows, rows);
      pass = bench_pass (&bench, 3, MTL_PASS_TRAIN);
      mtl_work_run (bench.work, &pass, y, b, NULL);
      for (guint k = 0; k < 2; k++)
        {
          check_row ("short", &bench, b, a, k);
          g_assert_cmpfloat_with_epsilon (x[k], y[k], RELATIVE * fabs (x[k]));
        }
      check_merged ("short", &bench);
      bench_clear (&alone);
    }
  bench_clear (&bench);
}

/* --- modes --- */

static void
test_evaluate (void)
{
  g_autoptr(MtlGrads) a = NULL;
  g_autoptr(MtlGrads) b = NULL;
  double once[2], again[2], train[2], perturbed[2], other[2];
  MtlPass pass;
  Bench bench;

  bench_open (&bench, nets[6].text, table, ROWS, ROWS, 2);
  a = mtl_grads_new (bench.plan);
  b = mtl_grads_new (bench.plan);
  pass = bench_pass (&bench, 3, MTL_PASS_EVALUATE);
  mtl_work_run (bench.work, &pass, once, a, NULL);
  pass.rng = mtl_rng_new (77, MTL_STREAM_DROPOUT);
  mtl_work_run (bench.work, &pass, again, b, NULL);
  g_assert_cmpmem (once, sizeof once, again, sizeof again);
  g_assert_cmpfloat (worst (mtl_grads_row (a, 0), mtl_grads_row (b, 0), bench.d), ==, 0.0);

  pass = bench_pass (&bench, 3, MTL_PASS_TRAIN);
  mtl_work_run (bench.work, &pass, train, NULL, NULL);
  pass.mode = MTL_PASS_PERTURBED;
  mtl_work_run (bench.work, &pass, perturbed, NULL, NULL);
  pass.rng = mtl_rng_new (77, MTL_STREAM_DROPOUT);
  mtl_work_run (bench.work, &pass, other, NULL, NULL);
  g_assert_cmpmem (train, sizeof train, perturbed, sizeof perturbed);
  for (guint k = 0; k < 2; k++)
    {
      g_assert_cmpfloat (train[k], !=, once[k]);
      g_assert_cmpfloat (train[k], !=, other[k]);
    }
  bench_clear (&bench);
}

/* --- networks drawn at random --- */

/* A line of the block number @n, which reads blocks before it; all give four values. */
static void
draw_line (GRand   *rand,
           GString *text,
           guint    n,
           guint   *uses)
{
  static const char *const types[] = { "dense units=4", "tanh", "relu", "dropout p=0.3", "add",
                                       "concat" };
  guint type = (guint) g_rand_int_range (rand, 0, G_N_ELEMENTS (types));
  guint n_in = type < 4 ? 1 : (guint) g_rand_int_range (rand, 1, 4);

  g_string_append_printf (text, "%c%u %s <", type == 5 ? 'c' : 'b', n, types[type]);
  for (guint i = 0; i < n_in; i++)
    {
      guint from = (guint) g_rand_int_range (rand, n > 4 ? (int) n - 4 : 0, (int) n);

      uses[from]++;
      g_string_append_printf (text, " b%u.out", from);
    }
  g_string_append (text, "\n");
  if (type == 5)
    g_string_append_printf (text, "b%u dense units=4 < c%u.out\n", n, n);
}

/* Heads read blocks at random; those that nobody reads are joined for the first. */
static char *
draw_net (GRand *rand)
{
  static const char *const tasks[] = { "y0", "y1", "y2", "yes" };
  GString *text = g_string_new ("d csv\nb0 dense units=4 < d.features\n");
  guint n = (guint) g_rand_int_range (rand, 2, 12);
  guint k = (guint) g_rand_int_range (rand, 1, 5);
  guint uses[12] = { 0 };

  for (guint b = 1; b < n; b++)
    draw_line (rand, text, b, uses);
  for (guint t = 1; t < k; t++)
    {
      guint from = (guint) g_rand_int_range (rand, 0, (int) n);

      uses[from]++;
      g_string_append_printf (text, "h%u dense units=1 < b%u.out\n", t, from);
    }
  g_string_append_printf (text, "join concat < b%u.out", n - 1);
  for (guint b = 0; b + 1 < n; b++)
    if (uses[b] == 0)
      g_string_append_printf (text, " b%u.out", b);
  g_string_append (text, "\nh0 dense units=1 < join.out\n");
  for (guint t = 0; t < k; t++)
    g_string_append_printf (text, "%s task loss=%s < h%u.out\n", tasks[t], t < 3 ? "mse" : "bce",
                            t);

  return g_string_free (text, FALSE);
}

static void
test_random (void)
{
  for (guint seed = 0; seed < 60; seed++)
    {
      g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
      g_autofree char *text = draw_net (rand);
      g_autofree char *name = g_strdup_printf ("seed %u:\n%s", seed, text);
      Bench bench;

      bench_open (&bench, text, table, 64, 40, 1);
      check_all (name, &bench);
      bench_clear (&bench);
    }
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (120);

  for (guint n = 0; n < G_N_ELEMENTS (nets); n++)
    {
      g_autofree char *lanes = g_strdup_printf ("/passes/net/%s", nets[n].name);
      g_autofree char *differences = g_strdup_printf ("/passes/differences/%s", nets[n].name);

      g_test_add_data_func (lanes, GUINT_TO_POINTER (n), test_net);
      g_test_add_data_func (differences, GUINT_TO_POINTER (n), test_differences);
    }
  g_test_add_func ("/passes/unlabelled", test_unlabelled);
  g_test_add_func ("/passes/fused", test_fused);
  g_test_add_func ("/passes/convolutions", test_convolutions);
  g_test_add_func ("/passes/capacity", test_capacity);
  g_test_add_func ("/passes/short-batch", test_short_batch);
  g_test_add_func ("/passes/evaluate", test_evaluate);
  g_test_add_func ("/passes/random", test_random);

  status = g_test_run ();
  remove_table (table);

  return status;
}
