/* test-ops.c — every op of the catalogue against finite differences
 *
 * With s = Σ dy·y for a random dy in each lane, and behind it the op's penalty times
 * the lane's seed, backward() is to give ∂s/∂x and grad() ∂s/∂w. Both are compared
 * with (s(v + h) − s(v − h)) / 2h at elements drawn at random, and where that does
 * not fit, with other h.
 * Shapes and settings are not listed here by op: whatever an op accepts of a
 * common list is tried, with its parameters at their initial value, then one
 * after the other at some others: the least and one above the initial one, all
 * where they are few, and common texts.
 *
 * Where an op jumps or bends (a choice of the largest, the end of a step) a
 * difference across that place is no derivative. It shows in a smaller step giving
 * another answer, which a wrong gradient does not: such probes are counted, and
 * few of them forgiven.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "op-bench.h"
#include "op-lists.h"

#define STEP      (1.0f / 256.0f)  /* exact in binary; see op_bench_draw_input() */
#define TOLERANCE 2e-3             /* relative to 1 + |gradient| */
#define PROBES    32               /* elements of each tensor */
#define FORGIVEN  64               /* one probe of so many may lie at a jump or bend */

/* What was done with one op. */
typedef struct
{
  guint accepted;
  guint probes, bends;
} Tally;

/* What is done with the two lanes of dx and dw; what is fresh at one input
 * is added to at the next. */
typedef enum
{
  LANE_0_FRESH,
  LANE_1_FRESH,
  LANE_0_UNWANTED,
  N_PATTERNS
} Pattern;

static void
sum_lanes (OpBench *bench,
           double  *s)
{
  op_bench_forward (bench);
  for (guint lane = 0; lane < BENCH_LANES; lane++)
    {
      s[lane] = bench->seeds[lane] * op_bench_penalty (bench);
      for (guint o = 0; o < bench->shape.n_out; o++)
        for (gsize i = 0; i < bench->n_y[o]; i++)
          s[lane] += (double) bench->dy[o * BENCH_LANES + lane][i] * bench->y[o][i];
    }
}

/* Differences of all lanes in *@v, over @step to both sides. */
static void
find_slopes (OpBench *bench,
             float   *v,
             float    step,
             double  *slopes)
{
  float kept = *v;
  double above[BENCH_LANES], below[BENCH_LANES];

  *v = kept + step;
  sum_lanes (bench, above);
  *v = kept - step;
  sum_lanes (bench, below);
  *v = kept;
  for (guint lane = 0; lane < BENCH_LANES; lane++)
    slopes[lane] = (above[lane] - below[lane]) / (2.0 * step);
}

/* Better ones for what is as curved as a softmax of large numbers, from half the
 * step without the error of second order; and for what is lost in the rounding
 * of large numbers, over a longer step. A wrong gradient fits neither. */
static void
mend_slopes (OpBench  *bench,
             float    *v,
             gboolean  longer,
             double   *slopes)
{
  double nearer[BENCH_LANES];

  find_slopes (bench, v, longer ? 4.0f * STEP : STEP, slopes);
  if (longer)
    return;
  find_slopes (bench, v, STEP / 2.0f, nearer);
  for (guint lane = 0; lane < BENCH_LANES; lane++)
    slopes[lane] = (4.0 * nearer[lane] - slopes[lane]) / 3.0;
}

/* The first lane in which backward left something else in @found (entries may be
 * NULL) for element @i; −1: none. */
static int
find_wrong (const double   *slopes,
            float         **found,
            const gboolean *fresh,
            gsize           i)
{
  for (guint lane = 0; lane < BENCH_LANES; lane++)
    {
      double expected = slopes[lane] + (fresh != NULL && fresh[lane] ? 0.0 : BENCH_BEFORE);

      /* Not > TOLERANCE, so that a NaN is found. */
      if (found[lane] != NULL
          && !(fabs (found[lane][i] - expected) <= TOLERANCE * (1.0 + fabs (slopes[lane]))))
        return (int) lane;
    }

  return -1;
}

/* Whether another step brings another error: then there is a jump or a kink in
 * reach, and not a wrong gradient. */
static gboolean
bends (OpBench        *bench,
       float          *v,
       float         **found,
       const gboolean *fresh,
       gsize           i,
       int             lane)
{
  double mine = found[lane][i] - (fresh != NULL && fresh[lane] ? 0.0 : BENCH_BEFORE);
  double slopes[BENCH_LANES], error;

  find_slopes (bench, v, STEP, slopes);
  error = fabs (mine - slopes[lane]);
  for (float step = STEP / 2.0f; step >= STEP / 4.0f; step /= 2.0f)
    {
      double nearer[BENCH_LANES], other;

      find_slopes (bench, v, step, nearer);
      other = fabs (mine - nearer[lane]);
      if (other < 0.75 * error || other > 1.5 * error)
        return TRUE;
    }

  return FALSE;
}

/* Compares with differences in @v. Returns what is wrong, or NULL. (transfer full) */
static char *
compare (OpBench        *bench,
         GRand          *rand,
         const char     *what,
         float          *v,
         gsize           n,
         float         **found,
         const gboolean *fresh,
         Tally          *tally)
{
  for (guint probe = 0; probe < MIN (PROBES, n); probe++)
    {
      gsize i = n <= PROBES ? probe : (gsize) g_rand_int_range (rand, 0, n);
      double slopes[BENCH_LANES];
      int lane;

      find_slopes (bench, &v[i], STEP, slopes);
      tally->probes += BENCH_LANES;
      lane = find_wrong (slopes, found, fresh, i);
      for (guint longer = 0; lane >= 0 && longer < 2; longer++)
        {
          mend_slopes (bench, &v[i], longer > 0, slopes);
          lane = find_wrong (slopes, found, fresh, i);
        }
      if (lane >= 0 && bends (bench, &v[i], found, fresh, i, lane))
        tally->bends++;
      else if (lane >= 0)
        return g_strdup_printf ("%s, lane %d, element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                                ": %.6g instead of %.6g", what, lane, i, n, found[lane][i],
                                slopes[lane]
                                + (fresh != NULL && fresh[lane] ? 0.0 : BENCH_BEFORE));
    }

  return NULL;
}

static void
set_pattern (OpBench *bench,
             Pattern  pattern)
{
  for (guint i = 0; i < BENCH_PORTS * BENCH_LANES; i++)
    bench->fresh[i] = (i + i / BENCH_LANES) % 2 == (pattern == LANE_0_FRESH ? 0 : 1);
  if (pattern == LANE_0_UNWANTED)
    g_clear_pointer (&bench->dx[0], g_free);
}

/* What is wrong with the gradients of @bench, or NULL. (transfer full) */
static char *
find_fault (OpBench *bench,
            GRand   *rand,
            Tally   *tally)
{
  char *fault = NULL;

  op_bench_forward (bench);
  op_bench_backward (bench);

  for (guint i = 0; fault == NULL && i < bench->shape.n_in; i++)
    {
      g_autofree char *what = g_strdup_printf ("dx of input %u", i);

      fault = compare (bench, rand, what, bench->x[i], bench->n_x[i],
                       bench->dx + i * BENCH_LANES, bench->fresh + i * BENCH_LANES,
                       tally);
    }
  for (guint t = 0; fault == NULL && t < bench->n_tensors; t++)
    {
      g_autofree char *what = g_strdup_printf ("dw of %s", bench->needs.tensors[t].name);

      fault = compare (bench, rand, what, bench->w[t], bench->n_w[t],
                       bench->dw + t * BENCH_LANES, NULL, tally);
    }

  return fault;
}

/* (transfer full): “7, 4, 4” */
static char *
write_inputs (const MtlShape *in,
              guint           n_in)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < n_in; i++)
    {
      g_autofree char *text = mtl_shape_to_text (&in[i]);

      g_string_append_printf (words, "%s%s", i > 0 ? ", " : "", text);
    }

  return g_string_free (words, FALSE);
}

/* Tries one op with given settings on inputs of given shapes, for 1 and 32 rows and
 * all patterns. */
static char *
try_inputs (const MtlOp      *op,
            const MtlSetting *set,
            const MtlShape   *in,
            guint             n_in,
            Tally            *tally)
{
  static const gsize rows[] = { 1, 32 };
  static const MtlPassMode modes[] = { MTL_PASS_TRAIN, MTL_PASS_EVALUATE };
  g_autoptr(GRand) rand = g_rand_new_with_seed (1);

  for (guint i = 0; i < G_N_ELEMENTS (rows) * G_N_ELEMENTS (modes) * N_PATTERNS; i++)
    {
      guint32 seed = 100 + i;
      g_autoptr(OpBench) bench = op_bench_new (op, set, n_in, in, rows[i % 2], seed, NULL);
      g_autofree char *fault = NULL;

      if (bench == NULL)
        return NULL;
      bench->mode = modes[i / 2 % 2];
      set_pattern (bench, i / 4);
      tally->accepted++;

      fault = find_fault (bench, rand, tally);
      if (fault != NULL)
        {
          g_autofree char *text = write_inputs (in, n_in);

          return g_strdup_printf ("%s: seed %u, inputs of %s, %" G_GSIZE_FORMAT " rows, "
                                  "mode %d, pattern %u: %s", op->method.id, seed, text,
                                  bench->rows, bench->mode, i / 4, fault);
        }
    }

  return NULL;
}

static char *
try_shapes (const MtlOp      *op,
            const MtlSetting *set,
            Tally            *tally)
{
  guint n_ports = g_strv_length ((char **) op->ports.inputs);
  guint n_least = n_ports - (op->ports.last_optional ? 1 : 0);
  char *fault = NULL;

  for (guint i = 0; fault == NULL && i < G_N_ELEMENTS (shapes); i++)
    {
      const MtlShape in[] = { shapes[i], shapes[i], shapes[i], shapes[i], shapes[i], shapes[i] };

      g_assert_cmpuint (n_ports + 2, <=, G_N_ELEMENTS (in));
      fault = try_inputs (op, set, in, n_least, tally);
      if (fault == NULL && op->ports.last_repeats)
        fault = try_inputs (op, set, in, n_ports + 2, tally);
    }
  for (guint i = 0; fault == NULL && i < G_N_ELEMENTS (mixed); i++)
    if (mixed[i].n == n_ports || mixed[i].n == n_least
        || (mixed[i].n > n_ports && op->ports.last_repeats))
      fault = try_inputs (op, set, mixed[i].in, mixed[i].n, tally);

  return fault;
}

/* All settings initial, then one at a time at other values. */
static char *
find_any_fault (const MtlOp *op,
                Tally       *tally)
{
  guint n;
  g_autofree MtlSetting *set = op_bench_settings (op, &n);
  char *fault = try_shapes (op, set, tally);

  for (guint i = 0; fault == NULL && i < n; i++)
    {
      const MtlParam *param = &op->method.params[i];
      const MtlSetting initial = set[i];

      for (guint o = 0; fault == NULL && o < count_others (param); o++)
        {
          set[i] = find_other (param, o);
          fault = try_shapes (op, set, tally);
        }
      set[i] = initial;
    }

  return fault;
}

static void
test_gradient (gconstpointer data)
{
  Tally tally = { 0 };
  g_autofree char *fault = find_any_fault (data, &tally);

  g_test_message ("%u probes, %u at a jump or bend", tally.probes, tally.bends);
  g_assert_cmpstr (fault, ==, NULL);
  g_assert_cmpuint (tally.accepted, >, 0);
  g_assert_cmpuint (tally.bends, <=, tally.probes / FORGIVEN);
}

/* --- liars --- */

static void
wrong_slope (const MtlOpPass *pass)
{
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize i = 0; i < pass->rows * mtl_shape_size (&pass->shape->in[0]); i++)
      if (pass->dx[lane] != NULL)
        pass->dx[lane][i] = (pass->dx_fresh[lane] ? 0.0f : pass->dx[lane][i]) + pass->dy[lane][i];
}

static void
never_fresh (const MtlOpPass *pass)
{
  const gboolean fresh[BENCH_LANES] = { FALSE };
  MtlOpPass lie = *pass;

  lie.dx_fresh = fresh;
  find_op ("relu")->backward (&lie);
}

static void
always_fresh (const MtlOpPass *pass)
{
  const gboolean fresh[BENCH_LANES] = { TRUE, TRUE };
  MtlOpPass lie = *pass;

  lie.dx_fresh = fresh;
  find_op ("relu")->backward (&lie);
}

static void
overwrite_dw (const MtlOpPass *pass)
{
  gsize n = mtl_shape_size (&pass->shape->in[0]) * mtl_shape_size (&pass->shape->out[0]);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    memset (pass->dw[lane], 0, n * sizeof (float));
  find_op ("dense")->grad (pass);
}

static void
long_step (const MtlOpPass *pass)
{
  find_op ("top-k-gate")->backward (pass);
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize i = 0; i < pass->rows * mtl_shape_size (&pass->shape->in[0]); i++)
      if (pass->dx[lane] != NULL && pass->dx_fresh[lane])
        pass->dx[lane][i] *= 1.25f;
}

static void
assert_refused (const MtlOp *liar)
{
  Tally tally = { 0 };
  g_autofree char *fault = find_any_fault (liar, &tally);

  g_test_message ("refused: %s", fault);
  g_assert_nonnull (fault);
}

static void
test_liars (void)
{
  MtlOp liar = *find_op ("relu");

  liar.backward = wrong_slope;
  assert_refused (&liar);
  liar.backward = never_fresh;
  assert_refused (&liar);
  liar.backward = always_fresh;
  assert_refused (&liar);

  liar = *find_op ("dense");
  liar.grad = overwrite_dw;
  assert_refused (&liar);

  liar = *find_op ("top-k-gate");
  liar.backward = long_step;
  assert_refused (&liar);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_OP); *m != NULL; m++)
    if (((const MtlOp *) *m)->forward != NULL && !(*m)->hidden)
      {
        g_autofree char *path = g_strdup_printf ("/ops/%s/gradient", (*m)->id);

        g_test_add_data_func (path, *m, test_gradient);
      }
  g_test_add_func ("/ops/liars-are-refused", test_liars);

  return g_test_run ();
}
