/* test-op-axes.c — what pointwise and shape blocks promise beyond their numbers
 *
 * The words with which shapes and settings are refused, those on the canvas,
 * and values that no difference quotient sees: ties, infinities and what is not
 * a number.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "op-checks.h"

/* --- refusals --- */

typedef struct
{
  const char *op;
  double      set[3];
  const char *text;   /* of the first setting */
  guint       n_in;
  MtlShape    in[3];
  const char *message;
} Refusal;

static const Refusal refusals[] = {
  { "softmax", { 3 }, NULL, 1, { { 2, { 4, 5 } } },
    "works on axis 3, but gets 4×5: the axis may be 1 to 2, or −1 to −2 from the last" },
  { "mean", { 0 }, NULL, 1, { { 3, { 2, 4, 5 } } },
    "works on axis 0, but gets 2×4×5: the axis may be 1 to 3, or −1 to −3 from the last" },
  { "max", { -2 }, NULL, 1, { { 1, { 7 } } },
    "works on axis -2, but gets 7 values: the axis may be 1 to 1, or −1 to −1 from the last" },
  { "scale", { 4 }, NULL, 1, { { 1, { 7 } } },
    "works on axis 4, but gets 7 values: the axis may be 1 to 1, or −1 to −1 from the last" },
  { "mean", { 1, 0 }, NULL, 1, { { 2, { 0, 5 } } },
    "would give 0 values for each sample; at least 1 and at most 2147483647 values are possible" },
  { "slice", { 1, 3, 2 }, NULL, 1, { { 2, { 4, 5 } } },
    "keeps places 3 to 2 of axis 1, but gets 4×5: they may go from 1 up to 4, or from −4 up to "
    "−1, counted from the last" },
  { "slice", { -1, 1, 6 }, NULL, 1, { { 2, { 4, 5 } } },
    "keeps places 1 to 6 of axis 2, but gets 4×5: they may go from 1 up to 5, or from −5 up to "
    "−1, counted from the last" },
  { "split", { 1, 4 }, NULL, 1, { { 2, { 4, 5 } } },
    "gives 4 places of axis 1 to its first output, but gets 4×5: at least 1 of 4 has to be left "
    "for the second" },
  { "reshape", { 0 }, "3,2", 1, { { 1, { 7 } } },
    "is to give the shape “3,2”, but gets 7 values: that shape has 6 values" },
  { "reshape", { 0 }, "3,-1", 1, { { 1, { 7 } } },
    "is to give the shape “3,-1”, but gets 7 values: they do not divide into rows of 3 values" },
  { "reshape", { 0 }, "2147483647,2147483647,2147483647,-1", 1, { { 1, { 7 } } },
    "is to give the shape “2147483647,2147483647,2147483647,-1”, but gets 7 values: they do not "
    "divide into rows of 18446744073709551615 values" },
  { "reshape", { 0 }, "-1,-1", 1, { { 1, { 7 } } },
    "needs sizes of at least 1, of which one may be -1 for what is left, but is set to “-1,-1”" },
  { "reshape", { 0 }, "0,-1", 1, { { 1, { 7 } } },
    "needs sizes of at least 1, of which one may be -1 for what is left, but is set to “0,-1”" },
  { "reshape", { 0 }, "", 1, { { 1, { 7 } } },
    "needs 1 to 4 sizes with commas between them, but is set to “”" },
  { "reshape", { 0 }, "1,1,1,1,7", 1, { { 1, { 7 } } },
    "needs 1 to 4 sizes with commas between them, but is set to “1,1,1,1,7”" },
  { "reshape", { 0 }, "7×1", 1, { { 1, { 7 } } },
    "needs 1 to 4 sizes with commas between them, but is set to “7×1”" },
  { "reshape", { 0 }, "-2", 1, { { 1, { 7 } } },
    "needs 1 to 4 sizes with commas between them, but is set to “-2”" },
  { "transpose", { 0 }, "2,1", 1, { { 3, { 2, 4, 5 } } },
    "orders axes as “2,1”, but gets 2×4×5: the order has to name each of 1 to 3 once" },
  { "transpose", { 0 }, "2,2", 1, { { 2, { 4, 5 } } },
    "orders axes as “2,2”, but gets 4×5: the order has to name each of 1 to 2 once" },
  { "transpose", { 0 }, "1,2,2", 1, { { 2, { 4, 5 } } },
    "orders axes as “1,2,2”, but gets 4×5: the order has to name each of 1 to 2 once" },
  { "transpose", { 0 }, "0,1", 1, { { 2, { 4, 5 } } },
    "needs 1 to 4 axes with commas between them, but is set to “0,1”" },
  { "multiply", { 0 }, NULL, 2, { { 1, { 4 } }, { 3, { 4, 5, 5 } } },
    "needs inputs whose axes are of one size or of size 1, but input 2 is 4×5×5 and the product "
    "of those before it is 4 values" },
  { "multiply", { 0 }, NULL, 3, { { 3, { 4, 1, 1 } }, { 3, { 1, 5, 6 } }, { 3, { 3, 5, 6 } } },
    "needs inputs whose axes are of one size or of size 1, but input 3 is 3×5×6 and the product "
    "of those before it is 4×5×6" },
  { "multiply", { 0 }, NULL, 2, { { 2, { 65536, 1 } }, { 2, { 1, 65536 } } },
    "would give 65536×65536 for each sample; at least 1 and at most 2147483647 values are "
    "possible" },
};

static void
test_refusals (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (refusals); n++)
    {
      const Refusal *r = &refusals[n];
      const MtlSetting set[] = { { .number = r->set[0], .text = r->text },
                                 { .number = r->set[1] }, { .number = r->set[2] } };

      assert_refused (r->op, set, r->n_in, r->in, r->message);
    }
}

static void
assert_line (const char       *op,
             const MtlSetting *set,
             const char       *expected)
{
  g_autofree char *line = find_op (op)->look.line (set);

  g_assert_cmpstr (line, ==, expected);
}

static void
test_lines (void)
{
  const MtlSetting last[] = { { .number = -1 }, { .number = 3 }, { .number = -2 } };
  const MtlSetting second[] = { { .number = 2, .text = "3,-1" }, { .number = 4 } };
  const MtlSetting none[] = { { .number = 0 } };

  assert_line ("softmax", last, "over the last axis");
  assert_line ("mean", second, "over axis 2");
  assert_line ("max", last, "over the last axis");
  assert_line ("scale", second, "over axis 2");
  assert_line ("scale", none, "by one factor");
  assert_line ("slice", last, "3 to -2");
  assert_line ("split", second, "4 and the rest");
  assert_line ("reshape", second, "3,-1");
  assert_line ("transpose", second, "3,-1");
}

/* --- values --- */

/* A bench of one row with the values @x, run forward. */
static OpBench *
run_on (const char       *op,
        const MtlSetting *set,
        const MtlShape   *in,
        const float      *x)
{
  g_autoptr(GError) error = NULL;
  OpBench *bench = op_bench_new (find_op (op), set, 1, in, 1, 1, &error);

  g_assert_no_error (error);
  memcpy (bench->x[0], x, bench->n_x[0] * sizeof *x);
  bench->fresh[0] = TRUE;
  op_bench_forward (bench);

  return bench;
}

/* The first of equals gets the gradient; a NaN is not lost, and of several the
 * first one counts. Four lines of three places: the columns. */
static void
test_max_ties (void)
{
  const MtlSetting set[] = { { .number = 1 }, { .number = 0 } };
  const MtlShape in = { 2, { 3, 4 } };
  const float x[] = { 1, 2, NAN, 3, 1, 5, NAN, NAN, 1, 5, 2, 4 };
  const gsize winners[] = { 0, 5, 2, 7 };
  g_autoptr(OpBench) bench = run_on ("max", set, &in, x);

  op_bench_backward (bench);
  assert_winners (bench, x, winners, G_N_ELEMENTS (winners));
}

/* Neither large values nor a mask of −∞ break it; a line with a NaN is NaN. */
static void
test_softmax_far (void)
{
  const MtlSetting set[] = { { .number = -1 } };
  const MtlShape in = { 2, { 3, 3 } };
  const float x[] = { 1e30f, 1e30f, -1e30f, -INFINITY, 2, 2, 1, NAN, 1 };
  const float expected[] = { 0.5f, 0.5f, 0, 0, 0.5f, 0.5f };
  g_autoptr(OpBench) bench = run_on ("softmax", set, &in, x);

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpfloat (bench->y[0][i], ==, expected[i]);
  for (guint i = G_N_ELEMENTS (expected); i < G_N_ELEMENTS (x); i++)
    g_assert_true (isnan (bench->y[0][i]));
}

/* A fault upstream is not hidden, and nothing overflows on the way. */
static void
test_far_values (void)
{
  static const char *const ops[] = { "leaky-relu", "elu", "gelu", "silu", "softplus" };
  const MtlShape in = { 1, { 3 } };
  const float x[] = { NAN, 1e4f, -1e4f };

  for (guint n = 0; n < G_N_ELEMENTS (ops); n++)
    {
      g_autofree MtlSetting *set = op_bench_settings (find_op (ops[n]), NULL);
      g_autoptr(OpBench) bench = run_on (ops[n], set, &in, x);

      op_bench_backward (bench);
      g_assert_true (isnan (bench->y[0][0]));
      g_assert_cmpfloat (bench->y[0][1], ==, 1e4f);
      g_assert_cmpfloat (bench->dx[0][1], ==, bench->dy[0][1]);
      g_assert_true (isfinite (bench->y[0][2]) && isfinite (bench->dx[0][2]));
    }
}

/* e⁻¹⁶ is as long as the last place of 1: log(1 + e) as it stands would be off by
 * a twentieth. */
static void
test_softplus_small (void)
{
  const MtlSetting set[] = { { .number = 1.0 } };
  const MtlShape in = { 1, { 4 } };
  const float x[] = { -16.0f, -12.0f, -5.0f, -80.0f };
  g_autoptr(OpBench) bench = run_on ("softplus", set, &in, x);

  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    {
      double expected = log1p (exp (x[i]));

      g_assert_cmpfloat_with_epsilon (bench->y[0][i], expected, 3e-7 * expected);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/op-axes/refusals", test_refusals);
  g_test_add_func ("/op-axes/lines", test_lines);
  g_test_add_func ("/op-axes/max-ties", test_max_ties);
  g_test_add_func ("/op-axes/softmax-far", test_softmax_far);
  g_test_add_func ("/op-axes/far-values", test_far_values);
  g_test_add_func ("/op-axes/softplus-small", test_softplus_small);

  return g_test_run ();
}
