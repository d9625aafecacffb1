/* test-update.c — what a step does, against linear models whose Hessian is known
 *
 * The losses are quadratics: the curvature along a step D is ⟨D, H·D⟩ whatever its length, with
 * ⟨D, H·D⟩ of a row 2·(what D does to its output)².
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-probe-subject.h"
#include "probe-bench.h"

#define ROWS 60
#define HALF (NET_X + 1)   /* weights of the trunk, and of the head */
#define ALL  (2 * HALF)

static char *table;

/* y1 reads the trunk, y0 the trunk and its head. */
static const char linear[] =
  "experiment balancer=%s\nd csv\nt dense units=1 < d.features\nh0 dense units=1 < d.features\n"
  "s add < t.out h0.out\ny0 task loss=mse < s.out\ny1 task loss=mse < t.out";

static void
open_linear (Bench      *bench,
             const char *balancer,
             double      trunk,
             double      head)
{
  g_autofree char *text = g_strdup_printf (linear, balancer);

  bench_open (bench, text, table, ROWS, ROWS, 1);
  g_assert_cmpuint (bench->p, ==, ALL);
  for (guint i = 0; i < ALL; i++)
    bench->theta[i] = (float) (0.4 * sin (1.3 * i + 0.4));
  bench->theta[HALF - 1] = (float) trunk;
  bench->theta[ALL - 1] = (float) head;
}

/* What weights @w, of which y1 sees those of the trunk, do to an output. */
static double
reach (const double *w,
       const float  *x,
       guint         task)
{
  double sum = w[HALF - 1] + (task == 0 ? w[ALL - 1] : 0.0);

  for (guint i = 0; i < NET_X; i++)
    sum += x[i] * (w[i] + (task == 0 ? w[HALF + i] : 0.0));

  return sum;
}

/* Loss, gradient and, along @d, curvature of a task over @rows. */
static double
find_loss (const Bench   *bench,
           guint          task,
           const guint32 *rows,
           gsize          n,
           const double  *theta,
           double        *gradient,
           const double  *d,
           double        *curvature)
{
  double sum = 0.0;

  if (gradient != NULL)
    memset (gradient, 0, sizeof *gradient * ALL);
  *curvature = 0.0;
  for (gsize r = 0; r < n; r++)
    {
      const float *x = bench->batch->x[0] + rows[r] * NET_X;
      double error = reach (theta, x, task) - bench->batch->targets[task][rows[r]];

      sum += error * error / (double) n;
      *curvature += 2.0 * pow (reach (d, x, task), 2.0) / (double) n;
      for (guint i = 0; gradient != NULL && i < (task == 0 ? ALL : HALF); i++)
        gradient[i] += 2.0 * error / (double) n * (i % HALF < NET_X ? x[i % HALF] : 1.0);
    }

  return sum;
}

static double
multiply (const double *a,
          const double *b,
          guint         n)
{
  double sum = 0.0;

  for (guint i = 0; i < n; i++)
    sum += a[i] * b[i];

  return sum;
}

typedef struct
{
  MtlSpread cosine[2], least, change[3], curvature[3];   /* the last: of the mean loss */
} Expected;

/* Equal weights, which heads have too: D is the gradient of the mean loss. */
static void
expect_batch (const Bench   *bench,
              const guint32 *rows,
              gsize          n,
              double         rate,
              Expected      *expected)
{
  double theta[ALL], moved[ALL], d[ALL], g[2][ALL], cosine[2];
  double before[2], curvature[2], after[2];

  for (guint i = 0; i < ALL; i++)
    theta[i] = bench->theta[i];
  for (guint k = 0; k < 2; k++)
    before[k] = find_loss (bench, k, rows, n, theta, g[k], theta, &curvature[k]);
  for (guint i = 0; i < ALL; i++)
    {
      d[i] = ((i < HALF ? g[1][i] : 0.0) + g[0][i]) / 2.0;
      moved[i] = theta[i] - rate * d[i];
    }
  for (guint k = 0; k < 2; k++)
    {
      after[k] = find_loss (bench, k, rows, n, moved, NULL, d, &curvature[k]);
      cosine[k] = multiply (d, g[k], HALF)
                  / sqrt (multiply (d, d, HALF) * multiply (g[k], g[k], HALF));
      mtl_spread_add (&expected->cosine[k], cosine[k]);
      mtl_spread_add (&expected->change[k], after[k] - before[k]);
      mtl_spread_add (&expected->curvature[k], curvature[k]);
    }
  mtl_spread_add (&expected->least, MIN (cosine[0], cosine[1]));
  mtl_spread_add (&expected->change[2], (after[0] + after[1] - before[0] - before[1]) / 2.0);
  mtl_spread_add (&expected->curvature[2], (curvature[0] + curvature[1]) / 2.0);
}

static void
check_spread (const MtlFindings *findings,
              const char        *id,
              int                subject,
              const MtlSpread   *spread)
{
  const MtlFinding *found = find_one (findings, id, subject);

  check (found, spread->mean, 1e-3 * fabs (spread->mean));
  g_assert_true (spread->n == 1 ? isnan (found->error)
                 : fabs (found->error / mtl_spread_error (spread) - 1.0) < 1e-2);
}

static void
test_quadratic (gconstpointer data)
{
  const char *size = data;
  const char *const sets[] = { "batch", size, "rate", "0.2", NULL };
  g_autoptr(MtlFindings) findings = NULL;
  Expected expected = { 0 };
  guint32 rows[ROWS];
  gsize n = (gsize) atoi (size);
  Bench bench;

  open_linear (&bench, "equal", -0.7, 1.9);
  findings = find_all (&bench, "update", sets, 2);
  for (guint32 r = 0; r < ROWS; r++)
    rows[r] = r;
  mtl_rng_shuffle (mtl_rng_new ((guint64) mtl_setup_number (bench.design, "seed"),
                                MTL_STREAM_PROBE), rows, ROWS);
  for (gsize first = 0; first + n <= ROWS; first += n)
    expect_batch (&bench, rows + first, n, 0.2, &expected);

  check_spread (findings, "least-alignment", MTL_ALL_TASKS, &expected.least);
  for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
    {
      check_spread (findings, "loss-change", subject, &expected.change[(subject + 3) % 3]);
      check_spread (findings, "step-curvature", subject, &expected.curvature[(subject + 3) % 3]);
      if (subject != MTL_ALL_TASKS)
        check_spread (findings, "alignment", subject, &expected.cosine[subject]);
    }
  bench_clear (&bench);
}

/* The step is the run's: MGDA and, of two tasks, PCGrad never lead a loss uphill, equal weights
 * here do. Others look at fresh batches, or at halves of this one. */
static void
test_balancers (void)
{
  static const char *const balancers[] = { "equal", "mgda", "pcgrad", "moml", "modo" };
  static const char *const sets[] = { "batch", "20", NULL };

  for (guint n = 0; n < G_N_ELEMENTS (balancers); n++)
    {
      g_autoptr(MtlFindings) findings = NULL;
      double least;
      Bench bench;

      open_linear (&bench, balancers[n], -3.0, 30.0);
      findings = find_all (&bench, "update", sets, 1);
      least = find_one (findings, "least-alignment", MTL_ALL_TASKS)->value;
      g_test_message ("%s: %g", balancers[n], least);
      if (n == 0)
        g_assert_cmpfloat (least, <, -0.5);
      else
        g_assert_cmpfloat (least, >, n < 3 ? -1e-6 : -1.0);
      bench_clear (&bench);
    }
}

/* In conflict, of unlike lengths, and curved upwards as all of these are. */
static void
test_triad (void)
{
  static const struct { double trunk, head; const char *below; double share; } cases[] = {
    { -3.0, 30.0, "0.5", 1.0 }, { -3.0, 6.0, "0.5", 0.0 }, { -3.0, 6.0, "1", 1.0 },
    { 3.0, 30.0, "0.5", 0.0 },
  };

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      const char *const sets[] = { "dissimilar", cases[c].below, "batch", "20", "rate", "0.1",
                                   NULL };
      g_autoptr(MtlFindings) findings = NULL;
      Bench bench;

      open_linear (&bench, "equal", cases[c].trunk, cases[c].head);
      findings = find_all (&bench, "update", sets, 1);
      check (find_one (findings, "triad-share", MTL_ALL_TASKS), cases[c].share, 0.0);
      check (look_up (findings, "triad-share", 0, 1, NULL, NAN), cases[c].share, 0.0);
      bench_clear (&bench);
    }
}

/* Initially the rate of the run's optimiser. */
static void
test_rate (void)
{
  static const char *const same[] = { "rate", "0.003", NULL };
  g_autoptr(MtlFindings) own = NULL;
  g_autoptr(MtlFindings) said = NULL;
  Bench bench;

  open_linear (&bench, "equal", -0.7, 1.9);
  bench.design = set_value (bench.design, "experiment.optimizer.lr", "0.003");
  own = find_all (&bench, "update", NULL, 1);
  said = find_all (&bench, "update", same, 1);
  for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
    {
      double change = find_one (own, "loss-change", subject)->value;

      g_assert_cmpfloat (find_one (said, "loss-change", subject)->value, ==, change);
      g_assert_cmpfloat (change, !=, 0.0);
    }
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (75);

  g_test_add_data_func ("/update/all-rows", "60", test_quadratic);
  g_test_add_data_func ("/update/batches", "15", test_quadratic);
  g_test_add_func ("/update/balancers", test_balancers);
  g_test_add_func ("/update/triad", test_triad);
  g_test_add_func ("/update/rate", test_rate);

  status = g_test_run ();
  remove_table (table);

  return status;
}
