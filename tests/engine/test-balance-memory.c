/* test-balance-memory.c — balancers that remember, over several steps
 *
 * The numbers were computed by independent programs in double precision and printed to
 * nine decimals. What is kept in floats is compared to 1e-6, the rest to 1e-7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-balancer.h"

#define K        3
#define COLUMNS  3
#define MOST     (K * K)
#define DOUBLES  1e-7
#define FLOATS   1e-6

/* J4 of test-golden-balancers.c */
static const double j4[K * COLUMNS] = { 3, 0, 1, -2, 1, 1, 0, -3, .5 };
static const double uneven[K] = { 1.0, 2.0, 0.5 };

/* One balancer and its memory. */
typedef struct
{
  const MtlBalancer *balancer;
  MtlChosen         *chosen;
  MtlState          *state;
  guint64            step;
  double             rows[K * COLUMNS];
  double             losses[K];
  const double      *cross;     /* of two other batches; NULL: of the rows with themselves */
  guint              task[K];
  guint              n;         /* tasks of the next step */
  double             w[K];
  double             d[COLUMNS];
} Memory;

static void
open_memory (Memory     *m,
             const char *id,
             const char *settings)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_BALANCER, id, NULL);
  g_auto(GStrv) words = g_strsplit (settings, " ", -1);
  g_autoptr(GError) error = NULL;
  MtlStateSpec spec = { 0 };

  *m = (Memory) { .balancer = (const MtlBalancer *) method, .n = K, .task = { 0, 1, 2 } };
  memcpy (m->rows, j4, sizeof j4);
  memcpy (m->losses, uneven, sizeof uneven);
  m->chosen = mtl_chosen_new (MTL_KIND_BALANCER, method);
  for (guint i = 0; words[i] != NULL; i++)
    {
      g_auto(GStrv) sides = g_strsplit (words[i], "=", 2);
      MtlChosen *changed = mtl_chosen_with (m->chosen, sides[0], sides[1], &error);

      g_assert_no_error (error);
      mtl_chosen_unref (m->chosen);
      m->chosen = changed;
    }
  m->balancer->declare (K, COLUMNS, mtl_chosen_settings (m->chosen), &spec);
  m->state = mtl_state_new (&spec);
}

static void
close_memory (Memory *m)
{
  mtl_state_free (m->state);
  mtl_chosen_unref (m->chosen);
}

/* Tasks task[0 … n-1] have a label in this step; their rows are those of the run. */
static MtlBalanceStatus
try_step (Memory  *m,
          GError **error)
{
  const double *row[K];
  double gramian[K * K], losses[K];
  MtlRows rows = { .n_columns = COLUMNS, .doubles = row };
  MtlBalanceInput in = {
    .n_tasks = m->n, .task = m->task, .losses = losses, .gramian = gramian, .cross = gramian,
    .rows = &rows, .step = m->step++, .rate = 1.0, .set = mtl_chosen_settings (m->chosen),
    .state = m->state, .rng = mtl_rng_new (1, MTL_STREAM_LOSS_PART), .chosen = m->chosen,
  };
  MtlBalanceStatus status;

  for (guint i = 0; i < m->n; i++)
    {
      row[i] = m->rows + m->task[i] * COLUMNS;
      losses[i] = m->losses[m->task[i]];
    }
  for (guint i = 0; i < m->n; i++)
    for (guint j = 0; j < m->n; j++)
      {
        gramian[i * m->n + j] = 0.0;
        for (guint c = 0; c < COLUMNS; c++)
          gramian[i * m->n + j] += row[i][c] * row[j][c];
      }

  if (m->cross != NULL)
    in.cross = m->cross;
  status = mtl_balancer_weigh (m->balancer, &in, m->w, error);
  /* In two pieces, as threads do. */
  if (status != MTL_BALANCE_REFUSED)
    {
      mtl_balancer_combine (m->balancer, &in, m->w, 0, 1, m->d);
      mtl_balancer_combine (m->balancer, &in, m->w, 1, COLUMNS - 1, m->d + 1);
    }

  return status;
}

static void
take_step (Memory *m)
{
  g_autoptr(GError) error = NULL;

  try_step (m, &error);
  g_assert_no_error (error);
}

/* @expected: numbers between blanks, from the first on */
static void
expect (const char   *what,
        const double *found,
        const char   *expected,
        double        tolerance)
{
  for (guint i = 0; *expected != '\0'; i++)
    {
      char *end;
      double number = g_ascii_strtod (expected, &end);

      g_assert_true (end != expected);
      if (!(fabs (found[i] - number) <= tolerance))
        g_test_fail_printf ("%s %u is %.9f, expected %.9f", what, i, found[i], number);
      expected = end;
    }
}

/* The array of that name as doubles. */
static const double *
remembered (Memory     *m,
            const char *name,
            double     *values)
{
  const MtlStateSpec *spec = mtl_state_spec (m->state);

  for (guint n = 0; n < spec->n; n++)
    if (g_str_equal (spec->arrays[n].name, name))
      {
        g_assert_cmpuint (spec->arrays[n].length, <=, MOST);
        for (gsize i = 0; i < spec->arrays[n].length; i++)
          values[i] = spec->arrays[n].floats ? mtl_state_floats (m->state, n)[i]
                                             : mtl_state_doubles (m->state, n)[i];
        return values;
      }

  g_assert_not_reached ();
}

static void
test_gradvac (void)
{
  double targets[MOST];
  Memory m;

  open_memory (&m, "gradvac", "order=natural");
  take_step (&m);
  expect ("w", m.w, "1.5 2.25 1.414414414", DOUBLES);
  expect ("target", remembered (&m, "targets", targets),
          "0 -.322748612 -.107773775 -.322748612 0 -.197718649 .025993762 -.167789014 0", DOUBLES);
  take_step (&m);
  expect ("w", m.w, "1.298263354 1.714697371 1.133500585", DOUBLES);
  expect ("target", remembered (&m, "targets", targets),
          "0 -.484122918 -.101739448 -.484122918 0 -.294386456 .038990643 -.251683521 0", DOUBLES);
  close_memory (&m);
}

/* By hand: rows 0 and 2 are .051987525 alike, above the target 0, which stays then. */
static void
test_gradvac_missed (void)
{
  double targets[MOST];
  Memory m;

  open_memory (&m, "gradvac", "order=natural targets=missed");
  take_step (&m);
  expect ("w", m.w, "1.5 2.25 1.414414414", DOUBLES);
  expect ("target", remembered (&m, "targets", targets),
          "0 -.322748612 -.107773775 -.322748612 0 -.197718649 0 -.167789014 0", DOUBLES);
  close_memory (&m);
}

/* With targets of 0, PCGrad: the same draws, any seed. */
static void
test_gradvac_begins_as_pcgrad (void)
{
  Memory m, p;
  double gramian[K * K] = { 10, -5, .5, -5, 6, -2.5, .5, -2.5, 9.25 };

  open_memory (&m, "gradvac", "beta=0");
  open_memory (&p, "gradvac", "beta=0");
  for (guint seed = 0; seed < 32; seed++)
    {
      const MtlMethod *pcgrad = mtl_catalogue_find (MTL_KIND_BALANCER, "pcgrad", NULL);
      g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_BALANCER, pcgrad);
      MtlBalanceInput in = {
        .n_tasks = K, .task = m.task, .gramian = gramian, .state = m.state,
        .set = mtl_chosen_settings (m.chosen), .rng = mtl_rng_new (seed, MTL_STREAM_LOSS_PART),
        .chosen = m.chosen,
      };

      mtl_balancer_weigh (m.balancer, &in, m.w, NULL);
      in.set = mtl_chosen_settings (chosen);
      in.chosen = chosen;
      mtl_balancer_weigh ((const MtlBalancer *) pcgrad, &in, p.w, NULL);
      for (guint i = 0; i < K; i++)
        g_assert_cmpfloat_with_epsilon (m.w[i], p.w[i], 1e-12);
    }
  close_memory (&m);
  close_memory (&p);
}

static void
test_modo (void)
{
  double lambda[MOST];
  Memory m;

  open_memory (&m, "modo", "gamma=.001");
  take_step (&m);
  expect ("w", m.w, ".332750000 .335083333 .332166667", DOUBLES);
  expect ("lambda", remembered (&m, "lambda", lambda), ".332750000 .335083333 .332166667",
          DOUBLES);
  close_memory (&m);

  /* By hand, the second: slopes .1·λ + M·λ are .344166667, 1.184166667 and .892500000. */
  open_memory (&m, "modo", "gamma=.1");
  take_step (&m);
  expect ("w", m.w, ".275000000 .508333333 .216666667", DOUBLES);
  take_step (&m);
  expect ("w", m.w, ".321277778 .470611111 .208111111", DOUBLES);
  close_memory (&m);
}

/* By hand: a step of tasks 0 and 2, rows (3, 0, 1) and (0, −3, .5) with the products 10,
 * .5, 9.25, at (.5, .5): slopes 5.25 and 4.875, so λ ∓ .1·.1875 of the 2/3 that are theirs. */
static void
test_modo_lacks_a_task (void)
{
  double lambda[MOST];
  Memory m;

  open_memory (&m, "modo", "gamma=.1 rho=0");
  m.n = 2;
  m.task[1] = 2;
  take_step (&m);
  expect ("w", m.w, ".481250000 .518750000", DOUBLES);
  expect ("lambda", remembered (&m, "lambda", lambda), ".320833333 .333333333 .345833333",
          DOUBLES);
  close_memory (&m);
}

/* By hand: the slopes at λ = 1/3 are 1, 1/3 and 1/3, by the rows and not by the columns;
 * one round of SDMGrad without momentum and mean is the same step. */
static void
test_cross_is_not_symmetric (void)
{
  static const double cross[K * K] = { 1, 2, 0, 0, 1, 0, 0, 0, 1 };
  static const char *const ids[] = { "modo", "sdmgrad" };
  static const char *const settings[] = { "gamma=.1 rho=0", "lambda=0 niter=1 lr=.1 momentum=0" };

  for (guint n = 0; n < G_N_ELEMENTS (ids); n++)
    {
      Memory m;

      open_memory (&m, ids[n], settings[n]);
      m.cross = cross;
      take_step (&m);
      expect (ids[n], m.w, ".288888889 .355555556 .355555556", DOUBLES);
      close_memory (&m);
    }
}

static void
test_sdmgrad (void)
{
  double kept[MOST];
  Memory m;

  open_memory (&m, "sdmgrad", "lambda=.3");
  take_step (&m);
  expect ("w", m.w, ".256371253 .076923077 .666705670", 1e-6);
  expect ("kept", remembered (&m, "weights", kept), ".233282629 0 .766717371", 1e-6);
  close_memory (&m);
}

static void
test_moco (void)
{
  double lambda[MOST];
  Memory m;

  open_memory (&m, "moco", "map=softmax");
  take_step (&m);
  expect ("lambda", remembered (&m, "lambda", lambda), ".335960239 .328654128 .335385633", FLOATS);
  expect ("d", m.d, "-.108985038 .051466898 .201076728", FLOATS);
  take_step (&m);
  expect ("lambda", remembered (&m, "lambda", lambda), ".337467068 .325935229 .336597703", FLOATS);
  expect ("d", m.d, "-.143544763 .067756200 .271055575", FLOATS);
  close_memory (&m);
}

static void
test_dbmtl (void)
{
  double factors[MOST];
  Memory m;

  open_memory (&m, "dbmtl", "beta=.9");
  take_step (&m);
  expect ("d", m.d, ".080406041 -.351672260 .540681581", FLOATS);
  expect ("factor", remembered (&m, "factors", factors), "1.923538406 4.966554809 1", FLOATS);
  expect ("w", m.w, ".99999999 .4999999975 1.99999996", DOUBLES);
  take_step (&m);
  expect ("d", m.d, ".152771478 -.668177293 1.027295004", FLOATS);
  close_memory (&m);
}

/* Rows of equal length, whatever a loss is multiplied by. */
static void
test_dbmtl_knows_no_scale (void)
{
  double means[MOST], factors[MOST], first[COLUMNS], lengths[K] = { 0.0 };
  Memory m;

  open_memory (&m, "dbmtl", "beta=.9");
  take_step (&m);
  memcpy (first, m.d, sizeof first);
  close_memory (&m);

  open_memory (&m, "dbmtl", "beta=.9");
  for (guint i = 0; i < K * COLUMNS; i++)
    m.rows[i] *= 1.0 + 10.0 * (i / COLUMNS);
  for (guint i = 0; i < K; i++)
    m.losses[i] *= 1.0 + 10.0 * i;
  take_step (&m);
  for (guint c = 0; c < COLUMNS; c++)
    g_assert_cmpfloat_with_epsilon (m.d[c], first[c], FLOATS);

  remembered (&m, "means", means);
  remembered (&m, "factors", factors);
  for (guint i = 0; i < K * COLUMNS; i++)
    lengths[i / COLUMNS] = hypot (lengths[i / COLUMNS], factors[i / COLUMNS] * means[i]);
  for (guint i = 1; i < K; i++)
    g_assert_cmpfloat_with_epsilon (lengths[i], lengths[0], FLOATS);
  close_memory (&m);
}

static void
test_dbmtl_refuses (void)
{
  g_autoptr(GError) error = NULL;
  double steps[MOST];
  Memory m;

  open_memory (&m, "dbmtl", "beta=.9");
  m.losses[1] = -0.25;
  g_assert_cmpint (try_step (&m, &error), ==, MTL_BALANCE_REFUSED);
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SETTING);
  g_assert_nonnull (strstr (error->message, "task 1"));
  g_assert_cmpfloat (*remembered (&m, "steps", steps), ==, 0.0);
  close_memory (&m);
}

/* Without any gradient d is 0, and what was learnt stays. */
static void
test_stands_still (void)
{
  static const char *const ids[] = { "moco", "dbmtl" };
  static const char *const settings[] = { "gamma=.1", "beta=.9" };

  for (guint n = 0; n < G_N_ELEMENTS (ids); n++)
    {
      double before[MOST], after[MOST];
      Memory m;

      open_memory (&m, ids[n], settings[n]);
      take_step (&m);
      remembered (&m, "means", before);
      memset (m.rows, 0, sizeof m.rows);
      take_step (&m);
      expect ("d", m.d, "0 0 0", 0.0);
      g_assert_cmpmem (remembered (&m, "means", after), sizeof after, before, sizeof before);
      close_memory (&m);
    }
}

/* A task that a step lacks keeps its mean. */
static void
test_means_wait (void)
{
  double before[MOST], after[MOST];
  Memory m;

  open_memory (&m, "moco", "beta=.5");
  take_step (&m);
  remembered (&m, "means", before);
  m.n = 2;
  m.task[0] = 0;
  m.task[1] = 2;
  take_step (&m);
  remembered (&m, "means", after);
  for (guint c = 0; c < COLUMNS; c++)
    g_assert_cmpfloat (after[COLUMNS + c], ==, before[COLUMNS + c]);
  g_assert_cmpfloat (after[2 * COLUMNS + 1], !=, before[2 * COLUMNS + 1]);
  close_memory (&m);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/balance/memory/gradvac", test_gradvac);
  g_test_add_func ("/balance/memory/gradvac-missed", test_gradvac_missed);
  g_test_add_func ("/balance/memory/gradvac-begins-as-pcgrad", test_gradvac_begins_as_pcgrad);
  g_test_add_func ("/balance/memory/modo", test_modo);
  g_test_add_func ("/balance/memory/modo-lacks-a-task", test_modo_lacks_a_task);
  g_test_add_func ("/balance/memory/cross-is-not-symmetric", test_cross_is_not_symmetric);
  g_test_add_func ("/balance/memory/sdmgrad", test_sdmgrad);
  g_test_add_func ("/balance/memory/moco", test_moco);
  g_test_add_func ("/balance/memory/dbmtl", test_dbmtl);
  g_test_add_func ("/balance/memory/dbmtl-knows-no-scale", test_dbmtl_knows_no_scale);
  g_test_add_func ("/balance/memory/dbmtl-refuses", test_dbmtl_refuses);
  g_test_add_func ("/balance/memory/stands-still", test_stands_still);
  g_test_add_func ("/balance/memory/means-wait", test_means_wait);

  return g_test_run ();
}
