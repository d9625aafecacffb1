/* test-block-conflict.c — how the tasks lie to each other in each block of the trunk
 *
 * Gramians of blocks against plain sums over the rows, in double; means of an epoch against
 * what their definitions say of Gramians written by hand; curves of a run whose trunk is one
 * block against those of the trunk.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-block-sums.h"
#include "train-run.h"

#define ROWS 90         /* three shards or more */
#define MOST_TASKS 8

/* Blocks of two tasks of three and of all. */
static const char branched[] =
  "d csv\na dense units=6 < d.features\nr tanh < a.out\nb dense units=4 < r.out\ns tanh < b.out\n"
  "h0 dense units=1 < s.out\nh1 dense units=1 < s.out\nh2 dense units=1 < r.out\n"
  "t0 task loss=mse target=y0 < h0.out\nt1 task loss=mse target=y1 < h1.out\n"
  "t2 task loss=mse target=y2 < h2.out\n";

/* The first is kept as factors where only products are asked for, and is several tiles long. */
static const char wide[] =
  "d correlated-tasks columns=700 train-size=120 test-size=8 tasks=8\n"
  "a dense units=90 < d.features\nr tanh < a.out\nb dense units=6 < r.out\n";

static const char one_block[] =
  "experiment epochs=3 batch=30 balancer=pcgrad\nd csv\na dense units=6 < d.features\n"
  "r tanh < a.out\nh0 dense units=1 < r.out\nh1 dense units=1 < r.out\nh2 dense units=1 < r.out\n"
  "t0 task loss=mse target=y0 < h0.out\nt1 task loss=mse target=y1 < h1.out\n"
  "t2 task loss=mse target=y2 < h2.out\n";

static char *table;

/* (transfer full): @wide with its heads. */
static char *
write_wide (void)
{
  GString *text = g_string_new (wide);

  for (guint k = 1; k <= 8; k++)
    g_string_append_printf (text, "h%u dense units=1 < b.out\ny%u task loss=mse < h%u.out\n", k, k,
                            k);

  return g_string_free (text, FALSE);
}

/* --- Gramians --- */

static double
multiply (MtlGrads *rows,
          guint     i,
          guint     j,
          gsize     first,
          gsize     n)
{
  const float *left = mtl_grads_row (rows, i) + first;
  const float *right = mtl_grads_row (rows, j) + first;
  double sum = 0.0;

  for (gsize c = 0; c < n; c++)
    sum += (double) left[c] * right[c];

  return sum;
}

static void
check_block (Bench                *bench,
             MtlGrads             *rows,
             const MtlTrunkBlock  *block,
             const double         *found,
             double               *sum)
{
  guint k = bench->k;

  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      {
        double expected = multiply (rows, i, j, block->first, block->n);
        double scale = sqrt (multiply (rows, i, i, block->first, block->n)
                             * multiply (rows, j, j, block->first, block->n));

        if (!(fabs (found[i * k + j] - expected) <= 1e-6 * scale))
          g_error ("%s: ⟨g%u, g%u⟩ is %.9g, expected %.9g", block->id, i, j, found[i * k + j],
                   expected);
        sum[i * k + j] += found[i * k + j];
      }
}

/* @found: [block][K×K], of @grads; @rows: the same written out. */
static void
check_blocks (Bench    *bench,
              MtlGrads *grads,
              MtlGrads *rows,
              double   *found)
{
  g_autoptr(GArray) blocks = mtl_plan_trunk_blocks (bench->plan);
  double sum[MOST_TASKS * MOST_TASKS] = { 0.0 }, whole[MOST_TASKS * MOST_TASKS];
  guint k = bench->k;
  gsize end = 0;

  g_assert_cmpuint (blocks->len, ==, 2);
  mtl_grads_gram_blocks (grads, grads, blocks, bench->pool, found);
  for (guint n = 0; n < blocks->len; n++)
    {
      const MtlTrunkBlock *block = &g_array_index (blocks, MtlTrunkBlock, n);

      check_block (bench, rows, block, found + n * k * k, sum);
      g_assert_cmpuint (block->first, ==, end);
      end += block->n;
    }
  g_assert_cmpuint (end, ==, bench->d);

  mtl_grads_gram (grads, grads, bench->pool, whole);
  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      g_assert_cmpfloat_with_epsilon (sum[i * k + j], whole[i * k + j],
                                      1e-12 * sqrt (whole[i * k + i] * whole[j * k + j]));
}

/* Of rows written out and of factors; for each number of threads the same to the bit. */
static void
check_gramians (const char *text,
                guint       n_threads,
                double      found[2][2 * MOST_TASKS * MOST_TASKS])
{
  Bench bench;
  MtlPass pass;
  MtlGrads *rows, *products;

  bench_open (&bench, text, table, ROWS, ROWS, n_threads);
  pass = bench_pass (&bench, all_of (bench.k), MTL_PASS_TRAIN);
  rows = mtl_grads_new (bench.plan);
  products = mtl_grads_new_products (bench.plan, bench.pool);
  mtl_work_run (bench.work, &pass, NULL, rows, NULL);
  mtl_work_run (bench.work, &pass, NULL, products, NULL);
  check_blocks (&bench, rows, rows, found[0]);
  check_blocks (&bench, products, rows, found[1]);
  mtl_grads_free (rows);
  mtl_grads_free (products);
  bench_clear (&bench);
}

static void
test_gramians (void)
{
  g_autofree char *text = write_wide ();
  const char *const nets[] = { branched, text };

  for (guint n = 0; n < G_N_ELEMENTS (nets); n++)
    {
      double first[2][2 * MOST_TASKS * MOST_TASKS] = { { 0.0 } };
      double again[2][2 * MOST_TASKS * MOST_TASKS] = { { 0.0 } };

      check_gramians (nets[n], 1, first);
      check_gramians (nets[n], 3, again);
      g_assert_cmpmem (first, sizeof first, again, sizeof again);
    }
}

/* --- means --- */

/* Two steps, each with Gramians of the trunk and of the blocks a, which task 2 does not reach,
 * and b. In the second only tasks 0 and 2 have a label.
 *
 * Trunk, pair 0–1: cancels, no ξ, Φ = 1; 0–2: C = −1/2, Φ = 4/5, ξ = 3/4·7/3; 1–2: C = 0, Φ = 4/5,
 * ξ = 1. In b the gradient of task 1 is zero, so that 0–2 is the only pair. */
static const double trunks[2][9] = { { 1, -1, -1, -1, 1, 0, -1, 0, 4 },
                                     { 1, NAN, 1, NAN, NAN, NAN, 1, NAN, 1 } };
static const double parts[2][18] = {
  { 1, -1, NAN, -1, 1, NAN, NAN, NAN, NAN, 2, 0, -2, 0, 0, 0, -2, 0, 4 },
  { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 1, NAN, 1, NAN, NAN, NAN, 1, NAN, 1 },
};

static void
add_step (MtlBlockSums *sums,
          guint         step)
{
  const MtlPartReport report = { .valid = TRUE, .gramian = (double *) trunks[step],
                                 .blocks = (double *) parts[step] };

  mtl_block_sums_add (sums, &report);
}

static double
value_of (MtlRecord  *record,
          const char *name,
          double      epoch)
{
  if (mtl_record_find (record, name) == NULL)
    g_error ("there is no curve %s", name);

  return mtl_record_value (record, name, epoch);
}

static void
expect (MtlRecord  *record,
        const char *name,
        double      value)
{
  double found = value_of (record, name, 1);

  if (!(fabs (found - value) <= 1e-12))
    g_error ("%s is %.15g, expected %.15g", name, found, value);
}

static void
check_recent (MtlBlockSums *sums)
{
  double recent[2];

  mtl_block_sums_recent (sums, recent);
  g_assert_cmpfloat (recent[0], ==, -1.0);
  g_assert_cmpfloat_with_epsilon (recent[1], (1.0 - sqrt (0.5)) / 2.0, 1e-12);

  /* The first step is then the 51st from the end. */
  for (guint n = 0; n < 49; n++)
    add_step (sums, 1);
  mtl_block_sums_recent (sums, recent);
  g_assert_true (isnan (recent[0]));
  g_assert_cmpfloat (recent[1], ==, 1.0);
}

static void
test_means (void)
{
  const MtlRecordInfo info = { .n_tasks = 3 };
  g_autoptr(MtlRecord) record = mtl_record_new (&info);
  MtlBlockSums *sums;
  Bench bench;

  bench_open (&bench, branched, table, ROWS, ROWS, 1);
  sums = mtl_block_sums_new (bench.plan);
  g_assert_cmpuint (mtl_block_sums_n_blocks (sums), ==, 2);
  mtl_block_sums_append (sums, record, 1);
  g_assert_null (mtl_record_find (record, "epoch/block/a/cosine"));

  add_step (sums, 0);
  add_step (sums, 1);
  mtl_block_sums_append (sums, record, 1);
  expect (record, "epoch/block/a/cosine", -1.0);
  expect (record, "epoch/block/a/conflict", 1.0);
  expect (record, "epoch/block/b/cosine", (1.0 - sqrt (0.5)) / 2.0);
  expect (record, "epoch/block/b/conflict", 0.5);
  expect (record, "epoch/similarity", ((1.0 + 4.0 / 5.0 + 4.0 / 5.0) / 3.0 + 1.0) / 2.0);
  expect (record, "epoch/curvature", ((3.0 / 4.0 * 7.0 / 3.0 + 1.0) / 2.0 + 0.0) / 2.0);

  check_recent (sums);
  mtl_block_sums_clear (sums);
  mtl_block_sums_append (sums, record, 2);
  g_assert_true (isnan (value_of (record, "epoch/block/a/cosine", 2)));
  mtl_block_sums_free (sums);
  bench_clear (&bench);
}

/* --- a run --- */

/* Over the pairs; a trunk of one block has the block's figures. */
static void
check_epoch (MtlRecord *record,
             double     epoch)
{
  double cosine = (value_of (record, "epoch/cosine/t0/t1", epoch)
                   + value_of (record, "epoch/cosine/t0/t2", epoch)
                   + value_of (record, "epoch/cosine/t1/t2", epoch)) / 3.0;

  g_assert_cmpfloat (fabs (cosine), >, 0.0);
  g_assert_cmpfloat_with_epsilon (value_of (record, "epoch/block/a/cosine", epoch), cosine, 1e-12);
  g_assert_cmpfloat_with_epsilon (value_of (record, "epoch/block/a/conflict", epoch),
                                  value_of (record, "epoch/conflict", epoch), 1e-12);
  g_assert_cmpfloat (value_of (record, "epoch/similarity", epoch), >, 0.0);
  g_assert_cmpfloat (value_of (record, "epoch/similarity", epoch), <=, 1.0);
  g_assert_cmpfloat (value_of (record, "epoch/curvature", epoch), >=, 0.0);
}

/* The frame has the mean of the last 50 steps. */
static void
check_frame (Run       *run,
             MtlRecord *record)
{
  static const char *const pairs[] = { "cosine/t0/t1", "cosine/t0/t2", "cosine/t1/t2" };
  g_autofree MtlConflictFrame *frame = g_malloc0 (mtl_conflict_frame_size (3, 1));
  guint64 seen = 0;
  double sum = 0.0;

  g_assert_true (mtl_mailbox_take (mtl_trainer_conflict (run->trainer), &seen, frame));
  g_assert_cmpuint (frame->n_blocks, ==, 1);
  for (guint64 step = frame->step > 50 ? frame->step - 49 : 1; step <= frame->step; step++)
    for (guint p = 0; p < G_N_ELEMENTS (pairs); p++)
      sum += value_of (record, pairs[p], (double) step);
  g_assert_cmpfloat_with_epsilon (mtl_conflict_frame_blocks (frame)[0],
                                  sum / (3.0 * (double) MIN (frame->step, 50)), 1e-12);
}

static void
test_run (void)
{
  g_autoptr(MtlDesign) design = build_design (one_block, table);
  g_autoptr(MtlRecord) record = NULL;
  MtlRunOptions options = { .n_threads = 1 };
  const char *const *blocks;
  Run run;

  run_all (&run, design, &options);
  record = run_record (&run);
  for (guint epoch = 1; epoch <= 3; epoch++)
    check_epoch (record, epoch);

  blocks = mtl_trainer_blocks (run.trainer);
  g_assert_cmpuint (g_strv_length ((char **) blocks), ==, 1);
  g_assert_cmpstr (blocks[0], ==, "a");
  check_frame (&run, record);
  run_clear (&run);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (120);
  g_test_add_func ("/block-conflict/gramians", test_gramians);
  g_test_add_func ("/block-conflict/means", test_means);
  g_test_add_func ("/block-conflict/run", test_run);
  status = g_test_run ();
  remove_table (table);

  return status;
}
