/* test-measures.c — sharpness by probes against arithmetic in double, and what probes take
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "probe-bench.h"

#define ROWS 60

static char *table;

/* Two linear tasks over the same five inputs: a Hessian that does not depend on θ. */
static const char linear[] =
  "d csv\nt dense units=1 < d.features\nh0 dense units=1 < d.features\n"
  "s add < t.out h0.out\ny0 task loss=mse < s.out\ny1 task loss=mse < t.out";

/* --- uphill --- */

/* e ← what leads @length along T²g, T = |θ| + eta or 1. */
static void
find_step (const double *theta,
           const double *g,
           double        length,
           double        eta,
           gboolean      adaptive,
           double       *e)
{
  double norm2 = 0.0;

  for (guint i = 0; i < NET_P; i++)
    {
      double t = adaptive ? fabs (theta[i]) + eta : 1.0;

      e[i] = t * t * g[i];
      norm2 += t * t * g[i] * g[i];
    }
  for (guint i = 0; i < NET_P; i++)
    e[i] *= length / sqrt (norm2);
}

static double
find_rise (const Bench   *bench,
           int            subject,
           const guint32 *rows,
           gsize          n,
           const double  *theta,
           const double  *e)
{
  double moved[NET_P];

  for (guint i = 0; i < NET_P; i++)
    moved[i] = theta[i] + e[i];

  return net_loss (bench, subject, rows, n, moved, NULL)
         - net_loss (bench, subject, rows, n, theta, NULL);
}

/* Of parts of the rows, as the probe cuts them into eight. */
static double
find_error (const Bench  *bench,
            int           subject,
            guint32      *rows,
            const double *theta,
            const double *e)
{
  double rises[8];
  double mean = 0.0;
  double m2 = 0.0;

  for (guint p = 0; p < 8; p++)
    {
      gsize first = p * ROWS / 8;

      rises[p] = find_rise (bench, subject, rows + first, (p + 1) * ROWS / 8 - first, theta, e);
      mean += rises[p] / 8.0;
    }
  for (guint p = 0; p < 8; p++)
    m2 += (rises[p] - mean) * (rises[p] - mean);

  return sqrt (m2 / 7.0 / 8.0);
}

static void
test_sharpness (void)
{
  static const char *const sets[] = { "rho", "0.3", "adaptive-rho", "0.7", "eta", "0.05", NULL };
  static const char *const ids[] = { "sharpness", "adaptive-sharpness" };
  static const char *const norms[] = { "flat-norm", "adaptive-flat-norm" };
  g_autoptr(MtlFindings) findings = NULL;
  double theta[NET_P], g[NET_P], e[NET_P], beside[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  findings = find_all (&bench, "sharpness", sets, 2);
  g_assert_cmpuint (mtl_findings_count (findings), ==, 12);
  for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
    for (guint adaptive = 0; adaptive < 2; adaptive++)
      {
        const MtlFinding *rise = find_one (findings, ids[adaptive], subject);
        double distance = 0.0;
        double expected;

        net_loss (&bench, subject, rows, ROWS, theta, g);
        find_step (theta, g, adaptive ? 0.7 : 0.3, 0.05, adaptive, e);
        expected = find_rise (&bench, subject, rows, ROWS, theta, e);
        check (rise, expected, 1e-4 * expected);
        g_assert_cmpfloat (fabs (rise->error / find_error (&bench, subject, rows, theta, e) - 1.0),
                           <, 1e-3);
        for (guint i = 0; i < NET_P; i++)
          e[i] += theta[i];
        net_loss (&bench, subject, rows, ROWS, e, beside);
        for (guint i = 0; i < NET_P; i++)
          distance += (beside[i] - g[i]) * (beside[i] - g[i]);
        check (find_one (findings, norms[adaptive], subject), sqrt (distance),
               1e-4 * sqrt (distance));
      }
  bench_clear (&bench);
}

/* The mean over groups of @m rows, by @steps uphill. */
static double
expected_m (const Bench   *bench,
            int            subject,
            const guint32 *rows,
            const double  *theta,
            gsize          m,
            guint          steps,
            double         rho)
{
  double sum = 0.0;

  for (gsize first = 0; first + m <= ROWS; first += m)
    {
      double moved[NET_P], g[NET_P], step[NET_P];
      double e[NET_P] = { 0 };

      for (guint s = 0; s < steps; s++)
        {
          double far2 = 0.0;

          for (guint i = 0; i < NET_P; i++)
            moved[i] = theta[i] + e[i];
          net_loss (bench, subject, rows + first, m, moved, g);
          find_step (theta, g, steps == 1 ? rho : 2.0 * rho / steps, 0.0, FALSE, step);
          for (guint i = 0; i < NET_P; i++)
            {
              e[i] += step[i];
              far2 += e[i] * e[i];
            }
          for (guint i = 0; far2 > rho * rho && i < NET_P; i++)
            e[i] *= rho / sqrt (far2);
        }
      sum += find_rise (bench, subject, rows + first, m, theta, e);
    }

  return sum / (double) (ROWS / m);
}

/* It grows as m shrinks; with all rows in one step it is the sharpness. */
static void
test_m_sharpness (void)
{
  static const struct { const char *m, *ascent; } cases[] = {
    { "60", "1" }, { "20", "1" }, { "7", "1" }, { "3", "1" }, { "1", "1" }, { "20", "4" },
  };
  double last[3] = { 0 };
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  for (guint c = 0; c < G_N_ELEMENTS (cases); c++)
    {
      const char *const sets[] = { "rho", "0.2", "group", cases[c].m, "ascent", cases[c].ascent,
                                   NULL };
      g_autoptr(MtlFindings) findings = find_all (&bench, "m-sharpness", sets, 1);
      guint steps = (guint) atoi (cases[c].ascent);

      for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
        {
          const MtlFinding *found = find_one (findings, "m-sharpness", subject);
          double expected = expected_m (&bench, subject, rows, theta, (gsize) atoi (cases[c].m),
                                        steps, 0.2);

          check (found, expected, 1e-4 * expected);
          g_assert_cmpfloat (found->x, ==, atof (cases[c].m));
          g_assert_true (c == 0 ? isnan (found->error) : found->error > 0.0);
          if (steps == 1)
            g_assert_cmpfloat (found->value, >, last[subject + 1]);
          last[subject + 1] = found->value;
        }
    }
  bench_clear (&bench);
}

/* --- at random --- */

/* A quadratic loss rises by σ²·Σ c_i²·H_ii / 2 in the mean, c = 1 or θ: the second task has
 * H_ii = 2·mean x_i² over its trunk, the bias 2. */
static double
expected_noise (const Bench *bench,
                double       sigma,
                gboolean     scaled)
{
  double sum = 0.0;

  for (guint i = 0; i <= NET_X; i++)
    {
      double mean = 0.0;
      double c = scaled ? bench->theta[i] : 1.0;

      for (guint r = 0; r < ROWS; r++)
        mean += i == NET_X ? 1.0 / ROWS : pow (bench->batch->x[0][r * NET_X + i], 2.0) / ROWS;
      sum += c * c * mean;
    }

  return sigma * sigma * sum;
}

static void
test_random (gconstpointer data)
{
  const char *const *sets = data;
  gboolean scaled = strcmp (sets[5], "weights") == 0;
  const char *const few[] = { "noise", "1", "draws", "10", "scale", sets[5], NULL };
  g_autoptr(MtlFindings) findings = NULL;
  g_autoptr(MtlFindings) first = NULL;
  Bench bench;

  bench_open (&bench, linear, table, ROWS, ROWS, 1);
  g_assert_cmpuint (bench.d, ==, NET_X + 1);
  findings = find_all (&bench, "random-sharpness", sets, 1);
  first = find_all (&bench, "random-sharpness", few, 1);
  for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
    {
      const MtlFinding *mean = find_one (findings, "random-mean", subject);
      const MtlFinding *worst = find_one (findings, "random-worst", subject);

      g_assert_cmpfloat (worst->x, ==, 1000.0);
      g_assert_cmpfloat (worst->value, >, mean->value + 10.0 * mean->error);
      g_assert_cmpfloat (worst->value, >=, find_one (first, "random-worst", subject)->value);
      if (subject == 1)
        check (mean, expected_noise (&bench, 1.0, scaled), 4.0 * mean->error);
      g_assert_cmpfloat (mean->error, <, 0.1 * mean->value);
    }
  bench_clear (&bench);
}

static const char *const noises[][7] = {
  { "noise", "1", "draws", "1000", "scale", "equal", NULL },
  { "noise", "1", "draws", "1000", "scale", "weights", NULL },
};

/* --- what it takes --- */

static void
keep_cb (const MtlProbeFrame *frame,
         gpointer             data)
{
  *(MtlProbeFrame *) data = *frame;
}

/* What is said before is what is done: passes, rows and rows of tasks weighed as timed. */
static void
test_cost (gconstpointer data)
{
  const char *id = data;
  const char *const sets[] = { "steps", "5", "draws", "3", NULL };
  gboolean stepped = strcmp (id, "hessian") == 0;
  g_autoptr(MtlChosen) probe = choose (id, stepped ? sets : NULL);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(GError) error = NULL;
  MtlProbeFrame frame = { 0 };
  MtlProbeRun run = { .post = keep_cb, .post_data = &frame };
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  snapshot = snapshot_of (&bench);
  g_assert_true (mtl_probe_cost (probe, snapshot, 1, NULL, &frame, &error));
  g_assert_cmpstr (frame.probe, ==, id);
  g_assert_cmpfloat (frame.passes, >, 0.0);
  g_assert_cmpfloat (frame.forward, >=, frame.passes);
  g_assert_cmpfloat (frame.seconds, >, 0.0);
  g_assert_false (frame.finished);

  run.snapshot = snapshot;
  g_assert_true (mtl_probe_run (probe, &run, 1, &error));
  g_assert_true (frame.finished);
  if (!(fabs (run.spent / mtl_probe_seconds (&run) - 1.0) <= 1e-6))
    g_test_fail_printf ("%s: %.9g s of work by its passes, %.9g s foretold", id, run.spent,
                        mtl_probe_seconds (&run));
  bench_clear (&bench);
}

static void
cancel_cb (const MtlProbeFrame *frame,
           gpointer             data)
{
  g_cancellable_cancel (data);
}

/* At the first frame, which says what it will take: then the next pass is not made. */
static void
test_cancel (gconstpointer data)
{
  g_autoptr(MtlChosen) probe = choose (data, NULL);
  g_autoptr(GCancellable) cancel = g_cancellable_new ();
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(GError) error = NULL;
  MtlProbeFrame frame = { 0 };
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  snapshot = snapshot_of (&bench);
  g_assert_false (mtl_probe_now (probe, snapshot, 1, cancel, cancel_cb, cancel, &frame, NULL, NULL,
                                 &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpfloat (frame.done, ==, 0.0);
  g_assert_false (frame.finished);
  bench_clear (&bench);
}

/* One pass is made; cancelled after it, the next is not. */
static gboolean
cancel_between (MtlProbeRun       *run,
                const MtlSetting  *set,
                GError           **error)
{
  guint64 tasks = mtl_probe_load (run, 16, error);

  g_assert_true (mtl_probe_pass (run, mtl_probe_theta (run), NULL, 0, tasks, NULL, NULL, error));
  g_cancellable_cancel (run->cancel);

  return mtl_probe_pass (run, mtl_probe_theta (run), NULL, 0, tasks, NULL, NULL, error);
}

static void
test_cancel_between (void)
{
  static const MtlProbe method = { .method = { .id = "between", .title = "Between" },
                                   .run = cancel_between };
  g_autoptr(GCancellable) cancel = g_cancellable_new ();
  g_autoptr(GError) error = NULL;
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  error = fail_by (&bench, &method, cancel);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (75);

  g_test_add_func ("/measures/sharpness", test_sharpness);
  g_test_add_func ("/measures/m-sharpness", test_m_sharpness);
  g_test_add_data_func ("/measures/random/equal", noises[0], test_random);
  g_test_add_data_func ("/measures/random/weights", noises[1], test_random);
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_PROBE); *m != NULL; m++)
    {
      g_autofree char *cost = g_strdup_printf ("/measures/cost/%s", (*m)->id);
      g_autofree char *cancel = g_strdup_printf ("/measures/cancel/%s", (*m)->id);

      g_test_add_data_func (cost, (*m)->id, test_cost);
      g_test_add_data_func (cancel, (*m)->id, test_cancel);
    }

  g_test_add_func ("/measures/cancel-between", test_cancel_between);

  status = g_test_run ();
  remove_table (table);

  return status;
}
