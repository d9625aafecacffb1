/* test-shards.c — how many rows go together: by design and batch, never by threads
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "engine-bench.h"

#define TABLE_ROWS 400

static const char toy[] =
  "d csv\nfc dense units=1 < d.features\nt task loss=mse target=y0 < fc.out\n";
static const char costly[] =
  "d csv\nwide dense units=1024 < d.features\nr relu < wide.out\n"
  "again dense units=1024 < r.out\nfc dense units=1 < again.out\n"
  "t task loss=mse target=y0 < fc.out\n";

static void
test_rows (void)
{
  static const struct { const char *design; gsize batch, rows; } cases[] = {
    { toy, 16, 32 }, { toy, 64, 32 },
    /* 16, 8 and 4 rows of a million multiplications: 8 are worth a thread, 4 are not. */
    { costly, 16, 8 }, { costly, 32, 8 }, { costly, 64, 8 }, { costly, 128, 16 },
    { costly, 200, 16 }, { costly, 256, 32 },
  };
  g_autofree char *table = write_table (TABLE_ROWS);

  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      Bench bench;

      bench_open (&bench, cases[n].design, table, cases[n].batch, cases[n].batch, 1);
      g_assert_cmpuint (bench.plan->shard_rows, ==, cases[n].rows);
      bench_clear (&bench);
    }
  g_unlink (table);
}

/* Gradients of a batch of 30, in shards of 8 and a last one of 6. */
static float *
find_gradient (const char *table,
               guint       n_threads,
               gsize      *n)
{
  Bench bench;
  MtlGrads *grads;
  float *head;

  bench_open (&bench, costly, table, 32, 30, n_threads);
  grads = mtl_grads_new (bench.plan);
  MtlPass pass = bench_pass (&bench, 1, MTL_PASS_TRAIN);
  mtl_work_run (bench.work, &pass, NULL, grads, NULL);
  *n = mtl_plan_task (bench.plan, 0)->n_weights;
  head = g_memdup2 (mtl_grads_head (grads, 0), *n * sizeof *head);
  mtl_grads_free (grads);
  bench_clear (&bench);

  return head;
}

static void
test_threads (void)
{
  g_autofree char *table = write_table (TABLE_ROWS);
  gsize n = 0;
  g_autofree float *one = find_gradient (table, 1, &n);

  for (guint n_threads = 2; n_threads <= 4; n_threads++)
    {
      g_autofree float *several = find_gradient (table, n_threads, &n);

      g_assert_cmpmem (several, n * sizeof *several, one, n * sizeof *one);
    }
  g_unlink (table);
}

/* A second thread is for what takes longer than some ten microseconds. */
static void
test_small (void)
{
  static const struct { const char *design; gsize batch; gboolean small; } cases[] = {
    { toy, 64, TRUE }, { costly, 16, FALSE },
  };
  g_autofree char *table = write_table (TABLE_ROWS);

  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      Bench bench;

      bench_open (&bench, cases[n].design, table, cases[n].batch, cases[n].batch, 1);
      g_assert_cmpint (mtl_plan_is_small (bench.plan), ==, cases[n].small);
      bench_clear (&bench);
    }
  g_unlink (table);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shards/rows", test_rows);
  g_test_add_func ("/shards/threads", test_threads);
  g_test_add_func ("/shards/small", test_small);

  return g_test_run ();
}
