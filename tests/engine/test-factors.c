/* test-factors.c — gradients of wide layers as factors, against the same written out
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "engine-bench.h"
#include "mtl-grads-private.h"
#include "mtl-kernels.h"
#include "mtl-step-private.h"

#define CAPACITY 40    /* two shards, and no whole number of panels */
#define RELATIVE 1e-6  /* of the lengths that a product is made of, or of the largest element */

/* Networks on 700 inputs. The last task reads @last, all others @from. */
static const struct
{
  const char *name;
  guint       n_tasks, n_products;
  const char *layers, *from, *last;
} nets[] = {
  { "two", 2, 1, "a dense units=90 < d.features\nr tanh < a.out", "r", "r" },
  /* The second layer's input learns. */
  { "eight", 8, 2, "a dense units=90 < d.features\nr tanh < a.out\nb dense units=200 < r.out\n"
    "s relu < b.out", "s", "s" },
  /* A layer of two tasks of three beside one of all. */
  { "branch", 3, 2, "a dense units=90 < d.features\nr tanh < a.out\n"
    "b dense units=200 < d.features\ns tanh < b.out\nc concat < r.out s.out", "c", "r" },
  { "tokens", 3, 1, "t reshape shape=2,350 < d.features\na dense units=128 < t.out\n"
    "r tanh < a.out\nf flatten < r.out", "f", "f" },
};

static char *
write_net (guint net)
{
  GString *text = g_string_new (NULL);

  g_string_printf (text, "d correlated-tasks columns=700 train-size=80 test-size=8 tasks=%u\n%s\n",
                   nets[net].n_tasks, nets[net].layers);
  for (guint k = 1; k <= nets[net].n_tasks; k++)
    g_string_append_printf (text, "h%u dense units=1 < %s.out\ny%u task loss=mse < h%u.out\n", k,
                            k < nets[net].n_tasks ? nets[net].from : nets[net].last, k, k);

  return g_string_free (text, FALSE);
}

static void
open_net (Bench *bench,
          guint  net,
          guint  n_threads)
{
  g_autofree char *text = write_net (net);

  bench_open (bench, text, NULL, CAPACITY, CAPACITY, n_threads);
}

typedef struct
{
  Bench     bench;
  MtlGrads *rows, *products;
} Pair;

static void
pair_open (Pair  *self,
           guint  net,
           guint  n_threads)
{
  open_net (&self->bench, net, n_threads);
  self->rows = mtl_grads_new (self->bench.plan);
  self->products = mtl_grads_new_products (self->bench.plan, self->bench.pool);
  g_assert_cmpuint (self->products->products->len, ==, nets[net].n_products);
}

static void
pair_clear (Pair *self)
{
  mtl_grads_free (self->rows);
  mtl_grads_free (self->products);
  bench_clear (&self->bench);
}

static void
pair_run (Pair    *self,
          guint64  tasks)
{
  MtlPass pass = bench_pass (&self->bench, tasks, MTL_PASS_TRAIN);

  mtl_work_run (self->bench.work, &pass, NULL, self->rows, NULL);
  mtl_work_run (self->bench.work, &pass, NULL, self->products, NULL);
}

/* --- the same answers --- */

static void
assert_gramian (const char   *what,
                guint         k,
                guint64       tasks,
                const double *found,
                const double *expected)
{
  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      {
        double scale = sqrt (expected[i * k + i] * expected[j * k + j]);

        if ((tasks >> i & tasks >> j & 1) == 0)
          continue;
        if (!(fabs (found[i * k + j] - expected[i * k + j]) <= RELATIVE * scale))
          g_test_fail_printf ("%s: ⟨g%u, g%u⟩ is %.9g, written out %.9g", what, i, j,
                              found[i * k + j], expected[i * k + j]);
        g_assert_true (found[i * k + j] == found[j * k + i]);
      }
}

/* One weight is zero, and something is there already. */
static float *
combine (Pair           *self,
         const MtlGrads *grads,
         guint64         tasks)
{
  float *direction = g_new (float, self->bench.d);
  double w[MTL_MAX_TASKS];

  for (gsize i = 0; i < self->bench.d; i++)
    direction[i] = 1e-3f;
  for (guint k = 0; k < self->bench.k; k++)
    w[k] = k == 1 || (tasks >> k & 1) == 0 ? 0.0 : 0.3 - 0.1 * k;
  mtl_grads_combine (grads, w, self->bench.pool, direction);

  return direction;
}

static void
assert_same (const char *what,
             Pair       *self,
             guint64     tasks)
{
  const guint k = self->bench.k;
  const gsize d = self->bench.d;
  g_autofree float *found = combine (self, self->products, tasks);
  g_autofree float *expected = combine (self, self->rows, tasks);
  double m[64], n[64], along[8], beside[8], length, off = worst (found, expected, d);
  gsize element;
  guint task;

  mtl_grads_gram (self->products, self->products, self->bench.pool, m);
  mtl_grads_gram (self->rows, self->rows, self->bench.pool, n);
  assert_gramian (what, k, tasks, m, n);
  if (!(off <= RELATIVE))
    g_test_fail_printf ("%s: the direction is off by %.3g", what, off);

  length = sqrt (mtl_kernels ()->rows->dot (expected, expected, d));
  mtl_grads_along (self->products, expected, along);
  mtl_grads_along (self->rows, expected, beside);
  for (guint t = 0; t < k; t++)
    if ((tasks >> t & 1) != 0
        && !(fabs (along[t] - beside[t]) <= RELATIVE * length * sqrt (n[t * k + t])))
      g_test_fail_printf ("%s: task %u along the direction: %.9g, written out %.9g", what, t,
                          along[t], beside[t]);
  for (guint t = 0; t < k; t++)
    if ((tasks >> t & 1) != 0)
      g_assert_cmpmem (mtl_grads_head (self->products, t), sizeof (float),
                       mtl_grads_head (self->rows, t), sizeof (float));
  g_assert_true (mtl_grads_finite (self->products, tasks, TRUE, NULL, &task, &element));
}

static void
test_same (gconstpointer data)
{
  guint net = GPOINTER_TO_UINT (data);
  Pair pair;
  guint64 all;

  pair_open (&pair, net, 2);
  all = all_of (pair.bench.k);
  pair_run (&pair, all);
  assert_same (nets[net].name, &pair, all);

  fill_rows (&pair.bench, 40, 21);
  pair_run (&pair, all);
  assert_same ("fewer rows", &pair, all);

  for (gsize r = 0; r < 21; r++)
    {
      pair.bench.batch->targets[1][r] = NAN;
      if (r % 2 == 0)
        pair.bench.batch->targets[0][r] = NAN;
    }
  pair_run (&pair, all);
  assert_same ("labels missing", &pair, all);

  fill_rows (&pair.bench, 0, CAPACITY);
  pair_run (&pair, 1);
  assert_same ("one task", &pair, 1);
  pair_clear (&pair);
}

/* A pass may leave a layer out, and so may one whose tasks there have no label. */
static void
test_left_out (void)
{
  Pair pair;

  pair_open (&pair, 2, 1);
  pair_run (&pair, 7);
  pair_run (&pair, 4);
  assert_same ("branch left out", &pair, 4);

  pair_run (&pair, 7);
  for (gsize r = 0; r < CAPACITY; r++)
    pair.bench.batch->targets[0][r] = pair.bench.batch->targets[1][r] = NAN;
  pair_run (&pair, 7);
  assert_same ("branch without labels", &pair, 7);
  pair_clear (&pair);
}

static void
test_threads (void)
{
  double m[2][64];
  float *direction[2];
  gsize d = 0;

  for (guint n = 0; n < 2; n++)
    {
      Pair pair;

      pair_open (&pair, 1, 1 + 2 * n);
      pair_run (&pair, all_of (8));
      mtl_grads_gram (pair.products, pair.products, pair.bench.pool, m[n]);
      direction[n] = combine (&pair, pair.products, all_of (8));
      d = pair.bench.d;
      pair_clear (&pair);
    }
  g_assert_cmpmem (m[0], sizeof m[0], m[1], sizeof m[1]);
  g_assert_cmpmem (direction[0], d * sizeof (float), direction[1], d * sizeof (float));
  g_free (direction[0]);
  g_free (direction[1]);
}

/* --- what is not finite --- */

static void
assert_same_place (const char *what,
                   Pair       *self)
{
  guint task[2];
  gsize element[2];

  pair_run (self, all_of (self->bench.k));
  g_assert_false (mtl_grads_finite (self->rows, 7, TRUE, NULL, &task[0], &element[0]));
  g_assert_false (mtl_grads_finite (self->products, 7, TRUE, NULL, &task[1], &element[1]));
  if (task[0] != task[1] || element[0] != element[1])
    g_test_fail_printf ("%s: element %" G_GSIZE_FORMAT " of task %u is not finite, written out "
                        "%" G_GSIZE_FORMAT " of %u", what, element[1], task[1], element[0],
                        task[0]);
}

static void
test_not_finite (void)
{
  Pair pair;
  gsize head;

  pair_open (&pair, 0, 1);
  pair.bench.batch->x[0][21 * 700 + 333] = INFINITY;
  assert_same_place ("an input", &pair);

  /* From one unit on, task 1 has no finite gradient. */
  fill_rows (&pair.bench, 0, CAPACITY);
  head = mtl_plan_task (pair.bench.plan, 1)->offset;
  pair.bench.theta[head + 37] = NAN;
  assert_same_place ("a weight", &pair);
  pair_clear (&pair);
}

/* --- when --- */

static void
test_pay (void)
{
  g_assert_true (mtl_factors_pay (8, 256, 1296, 256));
  g_assert_true (mtl_factors_pay (2, 256, 1296, 256));
  g_assert_false (mtl_factors_pay (2, 300, 1296, 256));   /* few tasks */
  g_assert_false (mtl_factors_pay (8, 2048, 1296, 256));  /* many rows */
  g_assert_false (mtl_factors_pay (8, 256, 64, 256));     /* narrow input */
  g_assert_false (mtl_factors_pay (64, 900, 100000, 10));  /* more memory than written out */
}

/* --- in a step --- */

static MtlStep *
new_step (Bench      *bench,
          const char *sharpness,
          guint       most_batches)
{
  g_autoptr(MtlDesign) design = set_value (mtl_design_ref (bench->design), "experiment.balancer",
                                           "pcgrad");
  MtlStep *step = mtl_step_new (bench->work);

  design = set_value (g_steal_pointer (&design), "experiment.sharpness", sharpness);
  for (guint part = 0; part < MTL_N_PARTS; part++)
    mtl_step_set_balancer (step, part, mtl_setup_method (design, "balancer"));
  mtl_step_set_sharp (step, mtl_setup_method (design, "sharpness"));
  mtl_step_set_batches (step, most_batches);

  return step;
}

/* Rows of a step that may have several batches are written out. */
static void
test_step (gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlStep) factors = NULL;
  g_autoptr(MtlStep) rows = NULL;
  double found[8], expected[8], off;
  Bench bench;

  open_net (&bench, 1, 2);
  factors = new_step (&bench, data, 1);
  rows = new_step (&bench, data, 2);
  g_assert_true (mtl_step_take (factors, bench.theta, bench.batch, 1, 3, TRUE, &error));
  mtl_step_gains (factors, found);
  g_assert_true (mtl_step_take (rows, bench.theta, bench.batch, 1, 3, TRUE, &error));
  mtl_step_gains (rows, expected);

  assert_gramian (data, 8, all_of (8), mtl_step_report (factors, MTL_PART_LOSS)->gramian,
                  mtl_step_report (rows, MTL_PART_LOSS)->gramian);
  off = worst (mtl_step_gradient (factors), mtl_step_gradient (rows), bench.p);
  if (!(off <= 10.0 * RELATIVE))   /* the weights are off, too */
    g_test_fail_printf ("%s: the gradient is off by %.3g", (const char *) data, off);
  for (guint k = 0; k < 8; k++)
    g_assert_cmpfloat_with_epsilon (found[k], expected[k], 10.0 * RELATIVE * fabs (expected[0]));
  bench_clear (&bench);
}

/* Two batches of half the rows and one of all. */
static void
test_batches (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlStep) one = NULL;
  g_autoptr(MtlStep) two = NULL;
  const MtlBatch *halves[2];
  MtlBatch *second;
  double off;
  Bench bench;

  open_net (&bench, 1, 1);
  one = new_step (&bench, "none", 1);
  two = new_step (&bench, "none", 2);
  g_assert_true (mtl_step_take (one, bench.theta, bench.batch, 1, 3, FALSE, &error));
  fill_rows (&bench, CAPACITY / 2, CAPACITY / 2);
  second = g_steal_pointer (&bench.batch);
  bench.batch = mtl_batch_new (bench.data, CAPACITY);
  fill_rows (&bench, 0, CAPACITY / 2);
  halves[0] = bench.batch;
  halves[1] = second;
  g_assert_true (mtl_step_take_batches (two, bench.theta, halves, 2, 1, 3, FALSE, &error));

  off = worst (mtl_step_gradient (one), mtl_step_gradient (two), bench.p);
  if (!(off <= 10.0 * RELATIVE))
    g_test_fail_printf ("one batch and two of half its rows: off by %.3g", off);
  mtl_batch_free (second);
  bench_clear (&bench);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint n = 0; n < G_N_ELEMENTS (nets); n++)
    {
      g_autofree char *path = g_strdup_printf ("/factors/%s", nets[n].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (n), test_same);
    }
  g_test_add_func ("/factors/left-out", test_left_out);
  g_test_add_func ("/factors/threads", test_threads);
  g_test_add_func ("/factors/not-finite", test_not_finite);
  g_test_add_func ("/factors/pay", test_pay);
  g_test_add_data_func ("/factors/step/none", "none", test_step);
  g_test_add_data_func ("/factors/step/sam", "sam", test_step);
  g_test_add_func ("/factors/batches", test_batches);

  return g_test_run ();
}
