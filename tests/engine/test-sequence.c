/* test-sequence.c — what blocks on tokens promise beyond their numbers
 *
 * Sums over many tokens, padding and numbers outside a vocabulary, the waves of
 * positions, weights at the start, the same bits from any number of threads, and
 * the words with which shapes are refused.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "engine-bench.h"
#include "mtl-op-affine.h"
#include "op-checks.h"

static OpBench *
open_op (const char       *id,
         const MtlSetting *set,
         guint             n_in,
         const MtlShape   *in,
         gsize             rows)
{
  g_autoptr(GError) error = NULL;
  OpBench *bench = op_bench_new (find_op (id), set, n_in, in, rows, 1, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < n_in * BENCH_LANES; i++)
    bench->fresh[i] = TRUE;

  return bench;
}

/* --- sums over many tokens --- */

#define MANY 600  /* rows: two chunks and a part of one */

/* Rows 7 and 9 apart, of which 5 and 3 columns count. */
static void
test_long_sums (void)
{
  const MtlOpAffine affine = { 5, 3 };
  g_autoptr(GRand) rand = g_rand_new_with_seed (3);
  g_autofree float *x = op_bench_draw (rand, MANY * 7);
  g_autofree float *dy = op_bench_draw (rand, MANY * 9);
  g_autofree float *scratch = g_new (float, mtl_op_affine_scratch ());
  float dw[15] = { 0.5f }, db[3] = { 0.5f };

  mtl_op_affine_grad (affine, MANY, x, 7, dy, 9, dw, scratch);
  mtl_op_affine_grad_bias (3, MANY, dy, 9, db);
  for (gsize o = 0; o < 3; o++)
    {
      double bias = o == 0 ? 0.5 : 0.0;

      for (gsize r = 0; r < MANY; r++)
        bias += (double) dy[r * 9 + o];
      g_assert_cmpfloat (fabs (db[o] - bias), <, 1e-5);
      for (gsize i = 0; i < 5; i++)
        {
          double sum = o + i == 0 ? 0.5 : 0.0;

          for (gsize r = 0; r < MANY; r++)
            sum += (double) dy[r * 9 + o] * (double) x[r * 7 + i];
          g_assert_cmpfloat (fabs (dw[o * 5 + i] - sum), <, 1e-4);
        }
    }
}

/* --- padding --- */

static const MtlShape padded[] = { { 2, { 3, 4 } }, { 1, { 3 } } };

static void
assert_finite (const float *values,
               gsize        n)
{
  for (gsize i = 0; i < n; i++)
    g_assert_true (isfinite (values[i]));
}

/* Sample 0 is all padding; sample 1 begins with padding, and is causal in the end. */
static void
check_padding (gboolean causal)
{
  const MtlSetting set[] = { { .number = 2 }, { .number = 0 }, { .number = causal } };
  const float numbers[] = { 0, 0, 0, 0, 5, 1 };
  g_autoptr(OpBench) bench = open_op ("attention", set, 2, padded, 2);
  gsize idle = causal ? 16 : 12;

  memcpy (bench->x[1], numbers, sizeof numbers);
  op_bench_forward (bench);
  op_bench_backward (bench);
  for (gsize i = 0; i < idle; i++)
    g_assert_cmpfloat (bench->y[0][i], ==, 0.0);
  for (gsize i = idle; i < bench->n_y[0]; i++)
    g_assert_cmpfloat (bench->y[0][i], !=, 0.0);
  for (gsize i = 0; i < 12; i++)
    g_assert_cmpfloat (bench->dx[0][i], ==, 0.0);
  for (gsize i = 0; i < 6; i++)
    g_assert_cmpfloat (bench->dx[BENCH_LANES][i], ==, 0.0);
  assert_finite (bench->dx[0], bench->n_x[0]);
  for (guint t = 0; t < bench->n_tensors; t++)
    assert_finite (bench->dw[t * BENCH_LANES], bench->n_w[t]);
}

static void
test_padding (void)
{
  check_padding (FALSE);
  check_padding (TRUE);
}

/* What is not read has no say, whatever stands there; and −1 hides nothing. */
static void
test_hidden_keys (void)
{
  MtlSetting set[] = { { .number = 2 }, { .number = 0 }, { .number = 0 } };
  const float numbers[] = { 1, 0, 2 };
  g_autoptr(OpBench) bench = open_op ("attention", set, 2, padded, 1);
  float before[12];

  memcpy (bench->x[1], numbers, sizeof numbers);
  op_bench_forward (bench);
  memcpy (before, bench->y[0], sizeof before);
  for (gsize i = 4; i < 8; i++)
    bench->x[0][i] += 1.0f;
  op_bench_forward (bench);
  g_assert_cmpmem (before, 4 * sizeof *before, bench->y[0], 4 * sizeof *before);
  g_assert_cmpmem (before + 8, 4 * sizeof *before, bench->y[0] + 8, 4 * sizeof *before);

  set[1].number = -1;
  op_bench_forward (bench);
  g_assert_cmpint (memcmp (before, bench->y[0], 4 * sizeof *before), !=, 0);
}

/* --- embeddings --- */

static void
test_outside_vocabulary (void)
{
  const MtlSetting set[] = { { .number = 3 }, { .number = 2 }, { .number = -1 } };
  const MtlShape in = { 1, { 11 } };
  const float x[] = { -7, NAN, 0.4f, 0.6f, 1.5f, 2.4f, 2.7f, 3, 1e30f, INFINITY, -INFINITY };
  const gsize rows[] = { 0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 0 };
  g_autoptr(OpBench) bench = open_op ("embedding", set, 1, &in, 1);

  memcpy (bench->x[0], x, sizeof x);
  op_bench_forward (bench);
  op_bench_backward (bench);
  for (gsize t = 0; t < G_N_ELEMENTS (rows); t++)
    g_assert_cmpmem (bench->y[0] + 2 * t, 2 * sizeof (float), bench->w[0] + 2 * rows[t],
                     2 * sizeof (float));
}

static void
test_waves (void)
{
  const MtlSetting set[] = { { .number = 1 } };
  const MtlShape in = { 2, { 40, 5 } };
  g_autoptr(OpBench) bench = open_op ("positional-embedding", set, 1, &in, 2);

  op_bench_forward (bench);
  for (gsize i = 0; i < bench->n_y[0]; i++)
    {
      double angle = (i / 5 % 40) / pow (10000.0, (i % 5 / 2 * 2) / 5.0);
      double wave = i % 5 % 2 == 0 ? sin (angle) : cos (angle);

      g_assert_cmpfloat (fabs (bench->y[0][i] - bench->x[0][i] - wave), <, 1e-6);
    }
}

static void
test_class_token (void)
{
  const MtlShape in = { 2, { 2, 3 } };
  g_autoptr(OpBench) bench = open_op ("class-token", NULL, 1, &in, 2);

  op_bench_forward (bench);
  op_bench_backward (bench);
  for (gsize r = 0; r < 2; r++)
    {
      g_assert_cmpmem (bench->y[0] + r * 9, 12, bench->w[0], 12);
      g_assert_cmpmem (bench->y[0] + r * 9 + 3, 24, bench->x[0] + r * 6, 24);
      g_assert_cmpmem (bench->dx[0] + r * 6, 24, bench->dy[0] + r * 9 + 3, 24);
    }
  for (gsize i = 0; i < 3; i++)
    g_assert_cmpfloat (bench->dw[0][i], ==, BENCH_BEFORE + bench->dy[0][i] + bench->dy[0][9 + i]);
}

/* --- in a network --- */

static const char on_tokens[] =
  "d glyph-pairs train-size=96 test-size=8\n"
  "e patch-embedding patch=6 width=32 < d.image\np positional-embedding < e.out\n"
  "n layer-norm < p.out\na attention heads=4 < n.out\nu dense units=24 < a.out\n"
  "m max-pool size=6 < d.image\nt flatten < m.out\nv embedding vocabulary=800 width=24 < t.out\n"
  "s add < u.out v.out\ng gru hidden=20 bidirectional=true < s.out\nf flatten < g.out\n"
  "h0 dense units=10 < f.out\nh1 dense units=10 < f.out\nleft task < h0.out\n"
  "right task < h1.out";

/* Standard deviation and the largest of the weights @name of @block. */
static void
measure_weights (const Bench *bench,
                 const char  *block,
                 const char  *name,
                 double      *deviation,
                 double      *most)
{
  *deviation = *most = 0.0;
  for (guint t = 0; t < mtl_plan_n_tensors (bench->plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (bench->plan, t);

      if (strcmp (tensor->block, block) != 0 || strcmp (tensor->name, name) != 0)
        continue;
      for (gsize i = 0; i < tensor->size; i++)
        {
          double w = (double) bench->theta[tensor->offset + i];

          *deviation += w * w / (double) tensor->size;
          *most = MAX (*most, fabs (w));
        }
    }
  *deviation = sqrt (*deviation);
}

/* 3072 numbers within ±2σ, whose deviation is 0.880 σ; 19200 without such bounds. */
static void
test_first_weights (void)
{
  double deviation, most;
  Bench bench;

  bench_open (&bench, on_tokens, NULL, 96, 96, 1);
  measure_weights (&bench, "a", "in_proj_weight", &deviation, &most);
  g_assert_cmpfloat (fabs (deviation - 0.0176), <, 0.0008);
  g_assert_cmpfloat (most, <=, 0.04);
  g_assert_cmpfloat (most, >, 0.039);
  measure_weights (&bench, "v", "weight", &deviation, &most);
  g_assert_cmpfloat (fabs (deviation - 1.0), <, 0.02);
  g_assert_cmpfloat (most, >, 3.0);
  bench_clear (&bench);
}

static MtlGrads *
run_threads (guint   n_threads,
             double *losses)
{
  g_autoptr(MtlPool) pool = mtl_pool_new (n_threads);
  g_autoptr(MtlWork) work = NULL;
  MtlGrads *grads;
  MtlPass pass;
  Bench bench;

  bench_open (&bench, on_tokens, NULL, 96, 96, 1);
  work = mtl_work_new (bench.plan, pool);
  grads = mtl_grads_new (bench.plan);
  pass = bench_pass (&bench, all_of (2), MTL_PASS_TRAIN);
  mtl_work_run (work, &pass, losses, grads, NULL);
  g_clear_pointer (&work, mtl_work_free);
  bench_clear (&bench);

  return grads;
}

static void
test_threads (void)
{
  double one_losses[2], three_losses[2];
  g_autoptr(MtlGrads) one = run_threads (1, one_losses);
  g_autoptr(MtlGrads) three = run_threads (3, three_losses);
  Bench bench;

  bench_open (&bench, on_tokens, NULL, 96, 96, 1);
  g_assert_cmpmem (one_losses, sizeof one_losses, three_losses, sizeof three_losses);
  for (guint k = 0; k < 2; k++)
    g_assert_cmpmem (mtl_grads_row (one, k), bench.d * sizeof (float),
                     mtl_grads_row (three, k), bench.d * sizeof (float));
  bench_clear (&bench);
}

/* --- refusals --- */

static const struct
{
  const char *op;
  double      set[3];
  guint       n_in;
  MtlShape    in[2];
  const char *message;
} refusals[] = {
  { "layer-norm", { 1e-5 }, 1, { { 3, { 2, 5, 5 } } },
    "needs values in one row, or tokens × width, but gets 2×5×5" },
  { "group-norm", { 4, 1e-5 }, 1, { { 1, { 8 } } },
    "needs channels × height × width, but gets 8 values" },
  { "group-norm", { 4, 1e-5 }, 1, { { 3, { 6, 5, 5 } } },
    "needs a number of channels that 4 groups divide, but gets 6×5×5" },
  { "embedding", { 10, 4, 0 }, 1, { { 2, { 6, 5 } } },
    "needs numbers of tokens in one row, but gets 6×5" },
  { "embedding", { 1 << 24, 1 << 20, 0 }, 1, { { 1, { 6 } } },
    "would need 16777216×1048576 weights; at least 1 and at most 2147483647 are possible" },
  { "embedding", { 4, 1 << 20, 0 }, 1, { { 1, { 1 << 20 } } },
    "would give 1048576×1048576 for each sample; at least 1 and at most 2147483647 values are "
    "possible" },
  { "positional-embedding", { 0 }, 1, { { 1, { 6 } } },
    "needs tokens × width, but gets 6 values" },
  { "class-token", { 0 }, 1, { { 3, { 2, 5, 5 } } }, "needs tokens × width, but gets 2×5×5" },
  { "class-token", { 0 }, 1, { { 2, { G_MAXSIZE, 1 } } },
    "would give 18446744073709551615×1 for each sample; at least 1 and at most 2147483647 values "
    "are possible" },
  { "patch-embedding", { 4, 8 }, 1, { { 1, { 6 } } },
    "needs channels × height × width, but gets 6 values" },
  { "patch-embedding", { 4, 8 }, 1, { { 3, { 1, 8, 6 } } },
    "needs a height and a width that its patches of 4×4 divide, but gets 1×8×6" },
  { "attention", { 4, 0, 0 }, 1, { { 1, { 6 } } }, "needs tokens × width, but gets 6 values" },
  { "attention", { 4, 0, 0 }, 1, { { 2, { 3, 6 } } },
    "needs a width that 4 heads divide, but gets 3×6" },
  { "attention", { 2, 0, 0 }, 2, { { 2, { 3, 6 } }, { 1, { 4 } } },
    "needs a number for each of 3 tokens, but input 2 is 4 values" },
  { "attention", { 2, 0, 0 }, 1, { { 2, { 100000, 2 } } },
    "would compare tokens 2×100000×100000 times for each sample; at most 2147483647 are possible" },
  { "gru", { 4, 0 }, 1, { { 1, { 6 } } }, "needs tokens × width, but gets 6 values" },
  { "gru", { 1 << 20, 0 }, 1, { { 2, { 3, 6 } } },
    "would need 3145728×1048576 weights; at least 1 and at most 2147483647 are possible" },
};

static void
test_refusals (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (refusals); n++)
    {
      const MtlSetting set[] = { { .number = refusals[n].set[0] },
                                 { .number = refusals[n].set[1] },
                                 { .number = refusals[n].set[2] } };

      assert_refused (refusals[n].op, set, refusals[n].n_in, refusals[n].in, refusals[n].message);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sequence/long-sums", test_long_sums);
  g_test_add_func ("/sequence/padding", test_padding);
  g_test_add_func ("/sequence/hidden-keys", test_hidden_keys);
  g_test_add_func ("/sequence/outside-vocabulary", test_outside_vocabulary);
  g_test_add_func ("/sequence/waves", test_waves);
  g_test_add_func ("/sequence/class-token", test_class_token);
  g_test_add_func ("/sequence/first-weights", test_first_weights);
  g_test_add_func ("/sequence/threads", test_threads);
  g_test_add_func ("/sequence/refusals", test_refusals);

  return g_test_run ();
}
