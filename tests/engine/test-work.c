/* test-work.c — lanes, merged lanes and memory against plainer ways to the same numbers
 *
 * The rows of all tasks at once are compared with one pass for each task, with
 * central differences of the loss, and with the merged lane; on networks drawn
 * by hand and on networks drawn at random.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "work-checks.h"

#define ROWS     75    /* three shards, the last of 11 rows */

static char *table;

/* --- the networks --- */

static const struct
{
  const char *name, *text;
} nets[] = {
  { "two-of-three",
    "d csv\nt dense units=8 < d.features\nr tanh < t.out\nb dense units=6 < r.out\n"
    "bt tanh < b.out\nh0 dense units=1 < bt.out\nh1 dense units=1 < bt.out\n"
    "h2 dense units=1 < r.out\ny0 task loss=mse < h0.out\ny1 task loss=mse weight=2.5 < h1.out\n"
    "y2 task loss=mse < h2.out" },
  { "two-branches",
    "d csv\nt dense units=8 < d.features\nr tanh < t.out\nb1 dense units=5 < r.out\n"
    "b2 dense units=4 < r.out\ncat concat < b1.out b2.out\nh0 dense units=1 < cat.out\n"
    "h1 dense units=3 < b1.out\nh2 dense units=1 < b2.out\ny0 task loss=mse < h0.out\n"
    "kind task < h1.out\ny2 task loss=mse < h2.out" },
  { "read-twice",
    "d csv\nt dense units=6 < d.features\na add < t.out t.out\nc concat < a.out t.out a.out\n"
    "m tanh < c.out\nh0 dense units=1 < m.out\nh1 dense units=1 < a.out\n"
    "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out" },
  { "one-output",
    "d csv\nt dense units=6 < d.features\nr tanh < t.out\nh dense units=1 < r.out\n"
    "y0 task loss=mse weight=0.5 < h.out\ny1 task loss=mse < h.out\ny2 task loss=mse < h.out" },
  { "no-trunk",
    "d csv\nh0 dense units=1 < d.features\nh1 dense units=2 < d.features\n"
    "y0 task loss=mse < h0.out\nyes task < h1.out" },
  { "one-task", "d csv\nt dense units=4 < d.features\nr tanh < t.out\nh dense units=1 < r.out\n"
    "yes task loss=bce < h.out" },
  { "dropout",
    "d csv\nt dense units=16 < d.features\nx dropout p=0.4 < t.out\nr tanh < x.out\n"
    "h0 dense units=1 < r.out\nz dropout p=0.2 < r.out\nh1 dense units=1 < z.out\n"
    "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out" },
  /* Gradients by tile in the trunk of all, of two of three, and in a head. */
  { "wide",
    "d csv\nt dense units=200 < d.features\nr tanh < t.out\nb dense units=120 < r.out\n"
    "bt tanh < b.out\nc dense units=140 < bt.out\nct tanh < c.out\nk dense units=150 < ct.out\n"
    "kt tanh < k.out\nh0 dense units=1 < ct.out\nh1 dense units=1 < kt.out\n"
    "h2 dense units=1 < bt.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\n"
    "y2 task loss=mse < h2.out" },
  { "batch-norm",
    "d csv\nt dense units=8 < d.features\nn batch-norm < t.out\nr tanh < n.out\n"
    "b dense units=6 < r.out\nm batch-norm < b.out\nh0 dense units=1 < m.out\n"
    "h1 dense units=1 < m.out\nu dense units=5 < r.out\nv batch-norm < u.out\n"
    "h2 dense units=1 < v.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\n"
    "y2 task loss=mse < h2.out" },
  /* Numbers as tokens, and a branch of two tasks on what makes dx with its weights. */
  { "tokens",
    "d csv\ne embedding vocabulary=3 width=4 padding=-1 < d.features\n"
    "p positional-embedding < e.out\nn layer-norm < p.out\n"
    "a attention heads=2 < n.out d.features@numbers\ns add < a.out p.out\nc class-token < s.out\n"
    "g gru hidden=3 bidirectional=true < c.out\nu dense units=2 < s.out\nf flatten < g.out\n"
    "v flatten < u.out\nh0 dense units=1 < f.out\nh1 dense units=1 < f.out\n"
    "h2 dense units=1 < v.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\n"
    "y2 task loss=mse < h2.out" },
  /* A block of two outputs, of which the second task reads one, and products of
   * a tensor with itself. */
  { "two-outputs",
    "d csv\na dense units=12 < d.features\ns split size=4 < a.out\n"
    "r reshape shape=2,4 < s.second\n"
    "g softmax < r.out\nx transpose < g.out\nu reshape shape=4,1 < s.first\n"
    "m multiply < x.out u.out x.out\nmm mean axis=2 < m.out\nc scale < mm.out\n"
    "h0 dense units=1 < c.out\nq gelu < s.first\nh1 dense units=1 < q.out\n"
    "sl slice from=2 to=9 < a.out\nv multiply < sl.out sl.out\nh2 dense units=1 < v.out\n"
    "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\ny2 task loss=mse < h2.out" },
  /* Experts of all tasks and of one; gates of one task, but the first of two. The best
   * 3 of 3, since a choice jumps. */
  { "experts",
    "d csv\na dense units=6 < d.features\nat tanh < a.out\nb dense units=6 < d.features\n"
    "bt tanh < b.out\nc dense units=6 < d.features\nct tanh < c.out\n"
    "g0 gate < d.features at.out@experts bt.out@experts\n"
    "g1 top-k-gate k=3 < d.features at.out@experts bt.out@experts ct.out@experts\n"
    "g2 dselect-k < d.features g0.out@experts at.out@experts bt.out@experts\n"
    "h0 dense units=1 < g0.out\nh1 dense units=1 < g1.out\nh2 dense units=1 < g2.out\n"
    "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\ny2 task loss=mse < h2.out" },
  { "cross-stitch",
    "d csv\na dense units=6 < d.features\nat tanh < a.out\nb dense units=6 < d.features\n"
    "bt tanh < b.out\nsa cross-stitch < at.out@own bt.out@others\n"
    "sb cross-stitch by-channel=true < bt.out@own at.out@others\nh0 dense units=1 < sa.out\n"
    "h1 dense units=1 < sb.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out" },
};

static const char fused[] =
  "d glyph-pairs train-size=75 test-size=8\nc1 conv2d channels=4 kernel=9 < d.image\n"
  "r1 relu < c1.out\np1 max-pool size=2 < r1.out\nc2 conv2d channels=5 kernel=5 < p1.out\n"
  "r2 relu < c2.out\np2 max-pool size=2 < r2.out\nf flatten < p2.out\ng dense units=12 < f.out\n"
  "r3 relu < g.out\nh0 dense units=10 < r3.out\nh1 dense units=10 < r3.out\nleft task < h0.out\n"
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
      g_autofree char *lanes = g_strdup_printf ("/work/net/%s", nets[n].name);
      g_autofree char *differences = g_strdup_printf ("/work/differences/%s", nets[n].name);

      g_test_add_data_func (lanes, GUINT_TO_POINTER (n), test_net);
      g_test_add_data_func (differences, GUINT_TO_POINTER (n), test_differences);
    }
  g_test_add_func ("/work/unlabelled", test_unlabelled);
  g_test_add_func ("/work/fused", test_fused);
  g_test_add_func ("/work/capacity", test_capacity);
  g_test_add_func ("/work/short-batch", test_short_batch);
  g_test_add_func ("/work/evaluate", test_evaluate);
  g_test_add_func ("/work/random", test_random);

  status = g_test_run ();
  remove_table (table);

  return status;
}
