/* test-fork.c — gradients where the trunk splits into heads, and steps balanced there
 *
 * What a pass over all lanes gives is the measure: with whatever weights, one lane from the fork
 * has to make Σ w_k·g_k. Where Z is what a dense block writes, the gradient of its bias is
 * ∂l_k/∂Z added up over the samples, and of a batch of one sample it is ∂l_k/∂Z itself.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "engine-bench.h"
#include "mtl-solvers.h"
#include "mtl-step-private.h"

#define ROWS 90   /* three shards or more */

/* Z is one dense block's. */
static const char plain[] =
  "d csv\na dense units=6 < d.features\nr tanh < a.out\nz dense units=5 < r.out\n"
  "h0 dense units=1 < z.out\nh1 dense units=1 < z.out\n"
  "t0 task loss=mse target=y0 < h0.out\nt1 task loss=mse target=y1 weight=1.9 < h1.out\n";

/* One head leaves early, and one reads both the fork and what the trunk makes of it. */
static const char branched[] =
  "d csv\na dense units=6 < d.features\nr tanh < a.out\nb dense units=4 < r.out\ns tanh < b.out\n"
  "h0 dense units=1 < s.out\nc concat < s.out r.out\nh1 dense units=1 < c.out\n"
  "h2 dense units=1 < r.out\nt0 task loss=mse target=y0 < h0.out\n"
  "t1 task loss=mse target=y1 < h1.out\nt2 task loss=mse target=y2 < h2.out\n";

/* Sums over the batch behind and before the fork, and dropout on both sides. */
static const char phased[] =
  "d csv\na dense units=6 < d.features\nx dropout p=0.3 < a.out\nn batch-norm < x.out\n"
  "h0 dense units=4 < n.out\nm batch-norm < h0.out\ny dropout p=0.2 < m.out\n"
  "o dense units=1 < y.out\nh1 dense units=1 < n.out\n"
  "t0 task loss=mse target=y0 < o.out\nt1 task loss=mse target=y1 < h1.out\n";

/* A head that has no weights: its loss is on what the trunk writes. */
static const char bare[] =
  "d csv\na dense units=6 < d.features\nr relu < a.out\nz dense units=1 < r.out\n"
  "h1 dense units=1 < r.out\nh2 dense units=1 < z.out\nt0 task loss=mse target=y0 < z.out\n"
  "t1 task loss=mse target=y1 < h1.out\nt2 task loss=mse target=y2 < h2.out\n";

static const char *const nets[] = { plain, branched, phased, bare };

static char *table;

static MtlGrads *
find_rows (Bench  *bench,
           double *losses)
{
  MtlGrads *rows = mtl_grads_new (bench->plan);
  MtlPass pass = bench_pass (bench, all_of (bench->k), MTL_PASS_TRAIN);

  mtl_work_run (bench->work, &pass, losses, rows, NULL);

  return rows;
}

/* --- passes --- */

static void
check_lane (Bench          *bench,
            const MtlFork  *fork,
            const MtlGrads *rows,
            const double   *w)
{
  MtlPass pass = bench_pass (bench, all_of (bench->k), MTL_PASS_TRAIN);
  g_autofree float *found = g_new (float, bench->d);
  g_autofree float *expected = g_new0 (float, bench->d);

  for (gsize i = 0; i < bench->d; i++)
    found[i] = NAN;
  mtl_work_run_trunk (bench->work, &pass, fork, w, found);
  mtl_grads_combine (rows, w, NULL, expected);
  g_assert_cmpfloat (worst (found, expected, bench->d), <, 1e-5);
}

/* Heads and losses to the bit, directions to rounding; twice, as nothing may stay behind. */
static void
test_passes (gconstpointer data)
{
  static const double weights[][3] = { { 0.7, -0.4, 1.1 }, { 0.0, 2.0, 0.0 } };
  Bench bench;
  MtlPass pass;
  double losses[3], again[3];
  g_autoptr(MtlGrads) rows = NULL;
  g_autoptr(MtlGrads) heads = NULL;
  g_autoptr(MtlFork) fork = NULL;

  bench_open (&bench, data, table, ROWS + 30, ROWS, 2);
  rows = find_rows (&bench, losses);
  heads = mtl_grads_new (bench.plan);
  fork = mtl_fork_new (bench.plan);
  pass = bench_pass (&bench, all_of (bench.k), MTL_PASS_TRAIN);
  g_assert_cmpuint (mtl_fork_size (fork), >, 0);
  for (guint n = 0; n < 2; n++)
    {
      mtl_work_run_heads (bench.work, &pass, again, heads, NULL, fork);
      g_assert_cmpmem (losses, bench.k * sizeof *losses, again, bench.k * sizeof *again);
      for (guint k = 0; k < bench.k; k++)
        {
          gsize size = mtl_plan_task (bench.plan, k)->n_weights * sizeof (float);

          g_assert_cmpmem (mtl_grads_head (heads, k), size, mtl_grads_head (rows, k), size);
        }
      check_lane (&bench, fork, rows, weights[n]);
    }
  bench_clear (&bench);
}

/* A task that is not run has no gradient, at the fork either. */
static void
test_left_out (void)
{
  Bench bench;
  MtlPass pass;
  double losses[3], m[9];
  const double w[] = { 0.0, 1.5, 0.5 };
  g_autoptr(MtlGrads) rows = NULL;
  g_autoptr(MtlGrads) heads = NULL;
  g_autoptr(MtlFork) fork = NULL;

  bench_open (&bench, branched, table, ROWS, ROWS, 2);
  rows = find_rows (&bench, losses);
  heads = mtl_grads_new (bench.plan);
  fork = mtl_fork_new (bench.plan);
  for (guint tasks = 7; tasks >= 6; tasks--)
    {
      pass = bench_pass (&bench, tasks, MTL_PASS_TRAIN);
      mtl_work_run_heads (bench.work, &pass, losses, heads, NULL, fork);
    }
  mtl_fork_gram (fork, FALSE, NULL, m);
  g_assert_cmpfloat (m[0], ==, 0.0);
  g_assert_cmpfloat (m[4], >, 0.0);
  check_lane (&bench, fork, rows, w);
  bench_clear (&bench);
}

static void
test_threads (gconstpointer data)
{
  static const guint threads[] = { 1, 2, 4 };
  const double w[] = { 0.7, -0.4, 1.1 };
  g_autofree float *first = NULL;
  double m[2][9];

  for (guint n = 0; n < G_N_ELEMENTS (threads); n++)
    {
      Bench bench;
      MtlPass pass;
      double losses[3];
      g_autoptr(MtlGrads) heads = NULL;
      g_autoptr(MtlFork) fork = NULL;
      g_autofree float *d = NULL;

      bench_open (&bench, data, table, ROWS, ROWS, threads[n]);
      heads = mtl_grads_new (bench.plan);
      fork = mtl_fork_new (bench.plan);
      d = g_new (float, bench.d);
      pass = bench_pass (&bench, all_of (bench.k), MTL_PASS_TRAIN);
      mtl_work_run_heads (bench.work, &pass, losses, heads, NULL, fork);
      mtl_work_run_trunk (bench.work, &pass, fork, w, d);
      mtl_fork_gram (fork, n == 1, bench.pool, m[n > 0]);
      mtl_fork_gram (fork, FALSE, bench.pool, m[n > 0]);
      if (first == NULL)
        first = g_memdup2 (d, bench.d * sizeof *d);
      g_assert_cmpmem (first, bench.d * sizeof *d, d, bench.d * sizeof *d);
      g_assert_cmpmem (m[0], bench.k * bench.k * sizeof (double), m[n > 0],
                       bench.k * bench.k * sizeof (double));
      bench_clear (&bench);
    }
}

/* --- Gramians, by biases --- */

/* Offset of the bias of block z, of which @size is the width. */
static gsize
find_bias (Bench *bench,
           gsize *size)
{
  for (guint t = 0; t < mtl_plan_n_tensors (bench->plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (bench->plan, t);

      *size = tensor->size;
      if (g_str_equal (tensor->block, "z") && g_str_equal (tensor->name, "bias"))
        return tensor->offset;
    }
  g_assert_not_reached ();
}

/* m ← m + factor · products of the bias's gradients of the batch at hand. */
static void
add_products (Bench  *bench,
              double  factor,
              double *m)
{
  double losses[3];
  g_autoptr(MtlGrads) rows = find_rows (bench, losses);
  gsize size, at = find_bias (bench, &size);

  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < 2; j++)
      for (gsize c = at; c < at + size; c++)
        m[2 * i + j] += factor * mtl_grads_row (rows, i)[c] * mtl_grads_row (rows, j)[c];
}

/* The loss of a batch is the mean over its samples: each has a ROWSth of its own gradient. */
static void
find_products (Bench    *bench,
               gboolean  sum,
               double   *m)
{
  memset (m, 0, 4 * sizeof *m);
  if (sum)
    {
      add_products (bench, 1.0, m);
      return;
    }

  for (gsize i = 0; i < ROWS; i++)
    {
      fill_rows (bench, i, 1);
      add_products (bench, 1.0 / ((double) ROWS * ROWS), m);
    }
  fill_rows (bench, 0, ROWS);
}

static void
test_gramian (void)
{
  Bench bench;
  MtlPass pass;
  double losses[3];
  g_autoptr(MtlGrads) heads = NULL;
  g_autoptr(MtlFork) fork = NULL;

  bench_open (&bench, plain, table, ROWS, ROWS, 2);
  heads = mtl_grads_new (bench.plan);
  fork = mtl_fork_new (bench.plan);
  g_assert_cmpuint (mtl_fork_size (fork), ==, 5);
  for (guint sum = 0; sum < 2; sum++)
    {
      double found[4], expected[4];

      find_products (&bench, sum == 1, expected);
      pass = bench_pass (&bench, all_of (bench.k), MTL_PASS_TRAIN);
      mtl_work_run_heads (bench.work, &pass, losses, heads, NULL, fork);
      mtl_fork_gram (fork, sum == 1, bench.pool, found);
      for (guint i = 0; i < 4; i++)
        g_assert_cmpfloat_with_epsilon (found[i], expected[i], 1e-5 * expected[3]);
      g_test_message ("%g %g %g", found[0], found[1], found[3]);
    }
  bench_clear (&bench);
}

/* --- steps --- */

static MtlStep *
new_step (Bench      *bench,
          const char *balancer,
          const char *key,
          const char *value)
{
  MtlStep *step = mtl_step_new (bench->work);
  const MtlMethod *none = mtl_catalogue_find (MTL_KIND_SHARP, "none", NULL);
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_BALANCER, balancer, NULL);
  g_autoptr(MtlChosen) sharp = mtl_chosen_new (MTL_KIND_SHARP, none);
  g_autoptr(MtlChosen) initial = mtl_chosen_new (MTL_KIND_BALANCER, method);
  g_autoptr(MtlChosen) chosen = mtl_chosen_with (initial, key, value, NULL);

  for (guint p = 0; p < MTL_N_PARTS; p++)
    mtl_step_set_balancer (step, p, chosen);
  mtl_step_set_sharp (step, sharp);

  return step;
}

/* Weights of MGDA from the biases; d is that of the rows, and so are the heads'. */
static void
check_step (Bench      *bench,
            const char *reduce,
            gboolean    diagnose)
{
  MtlStep *step = new_step (bench, "mgda-ub", "ub-reduce", reduce);
  double m[4], w[2], losses[3];
  g_autoptr(MtlGrads) rows = find_rows (bench, losses);
  g_autofree float *d = g_new0 (float, bench->d);
  const MtlPartReport *report = mtl_step_report (step, MTL_PART_LOSS);
  g_autoptr(GError) error = NULL;

  find_products (bench, g_str_equal (reduce, "sum"), m);
  g_assert_true (mtl_min_norm (m, NULL, 2, w, NULL));
  mtl_step_take (step, bench->theta, bench->batch, 0, 1, diagnose, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (w[0] * w[1], >, 0.01);
  for (guint k = 0; k < 2; k++)
    {
      const MtlTask *task = mtl_plan_task (bench->plan, k);

      g_assert_cmpfloat_with_epsilon (report->weights[k], w[k], 1e-4);
      g_assert_cmpfloat (worst (mtl_step_gradient (step) + task->offset,
                                mtl_grads_head (rows, k), task->n_weights), <, 1e-6);
      g_assert_cmpfloat_with_epsilon (mtl_step_losses (step)[k], losses[k], 1e-12);
    }
  mtl_grads_combine (rows, report->weights, NULL, d);
  g_assert_cmpfloat (worst (mtl_step_gradient (step), d, bench->d), <, 1e-5);

  g_assert_cmpint (report->valid, ==, diagnose);
  if (diagnose)
    {
      mtl_grads_gram (rows, rows, NULL, m);
      g_assert_cmpfloat_with_epsilon (report->gramian[1], m[1], 1e-6 * m[0]);
    }
  mtl_step_free (step);
}

static void
test_step (void)
{
  Bench bench;
  double w[2][2];

  bench_open (&bench, plain, table, ROWS, ROWS, 2);
  for (guint n = 0; n < 4; n++)
    check_step (&bench, n % 2 == 0 ? "flatten" : "sum", n / 2 == 1);

  /* What is asked at the fork is another question than in the trunk. */
  for (guint n = 0; n < 2; n++)
    {
      MtlStep *step = new_step (&bench, "mgda", "scope", n == 0 ? "trunk" : "split");

      g_assert_true (mtl_step_take (step, bench.theta, bench.batch, 0, 1, FALSE, NULL));
      memcpy (w[n], mtl_step_report (step, MTL_PART_LOSS)->weights, sizeof w[n]);
      mtl_step_free (step);
    }
  g_assert_cmpfloat (fabs (w[0][0] - w[1][0]), >, 1e-3);
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const names[] = { "plain", "branched", "phased", "bare" };
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (2 * ROWS);
  for (guint n = 0; n < G_N_ELEMENTS (nets); n++)
    {
      g_autofree char *passes = g_strdup_printf ("/fork/passes/%s", names[n]);
      g_autofree char *threads = g_strdup_printf ("/fork/threads/%s", names[n]);

      g_test_add_data_func (passes, nets[n], test_passes);
      g_test_add_data_func (threads, nets[n], test_threads);
    }
  g_test_add_func ("/fork/left-out", test_left_out);
  g_test_add_func ("/fork/gramian", test_gramian);
  g_test_add_func ("/fork/step", test_step);
  status = g_test_run ();
  remove_table (table);

  return status;
}
