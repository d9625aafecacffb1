/* test-hessian.c — Lanczos and the curvature probe against exact Hessians
 *
 * The Hessian of a tanh network is formed whole, by central differences of its gradient in
 * double (h = 2⁻¹⁷: eleven digits), and taken apart by Jacobi rotations.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-curvature.h"
#include "mtl-solvers.h"
#include "probe-bench.h"

#define ROWS 60

static char *table;

/* --- Lanczos by itself --- */

typedef struct
{
  guint         n;
  const double *h;   /* n×n */
} Matrix;

static gboolean
multiply_cb (gpointer      data,
             const float  *v,
             double       *hv,
             GError      **error)
{
  const Matrix *matrix = data;

  for (guint i = 0; i < matrix->n; i++)
    {
      hv[i] = 0.0;
      for (guint j = 0; j < matrix->n; j++)
        hv[i] += matrix->h[i * matrix->n + j] * v[j];
    }

  return TRUE;
}

static MtlLanczos *
run_lanczos (const double *h,
             guint         n,
             guint         rank,
             guint         steps)
{
  g_autoptr(GError) error = NULL;
  g_autofree float *start = g_new (float, n);
  Matrix matrix = { n, h };
  MtlLanczos *lanczos;

  for (guint i = 0; i < n; i++)
    start[i] = 1.0f + 0.37f * (float) ((i * 7) % 5);
  lanczos = mtl_lanczos_new (n, rank, start, steps, multiply_cb, &matrix, &error);
  g_assert_no_error (error);

  return lanczos;
}

static void
expect (const MtlLanczos *lanczos,
        guint             i,
        double            value)
{
  if (!(fabs (lanczos->values[i] - value) <= 1e-6 * fabs (value)))
    g_error ("eigenvalue %u is %.12g and not %.12g", i, lanczos->values[i], value);
}

/* 1.5x² + xy + y² + 0.1x³ at (0.3, −0.2) (the golden check of the algorithms, 11.9), and the
 * first task of the quadratic of 11.8, over x and its head: H = [[A + bbᵀ, −b], [−bᵀ, 1]]
 * with A = [[4, 1], [1, 2]], b = (1, −1): [[5, 0, −1], [0, 3, 1], [−1, 1, 1]]. */
static void
test_golden (void)
{
  const double small[] = { 3.18, 1.0, 1.0, 2.0 };
  const double quadratic[] = { 5.0, 0.0, -1.0, 0.0, 3.0, 1.0, -1.0, 1.0, 1.0 };
  g_autoptr(MtlLanczos) two = run_lanczos (small, 2, 2, 20);
  g_autoptr(MtlLanczos) three = run_lanczos (quadratic, 3, 3, 20);
  double trace = 0.0;

  g_assert_cmpuint (two->m, ==, 2);
  expect (two, 0, 3.751077086);
  expect (two, 1, 1.428922914);

  /* numpy.linalg.eigvalsh */
  g_assert_cmpuint (three->m, ==, 3);
  expect (three, 0, 5.261802245);
  expect (three, 1, 3.339876887);
  expect (three, 2, 0.398320868);
  for (guint i = 0; i < 3; i++)
    trace += three->values[i];
  g_assert_cmpfloat (fabs (trace - 9.0), <, 1e-6);
}

/* Ritz values of fewer steps stay inside the spectrum, within the residual of an eigenvalue;
 * the weights are a distribution; an operator of low rank ends it early. */
static void
test_bounds (void)
{
  const guint n = 40;
  g_autofree double *h = g_new0 (double, n * n);
  g_autoptr(MtlLanczos) some = NULL;
  g_autoptr(MtlLanczos) one = NULL;
  double sum = 0.0;

  for (guint i = 0; i < n; i++)
    h[i * n + i] = pow (1.3, (double) i) * (i % 5 == 0 ? -0.01 : 1.0);
  some = run_lanczos (h, n, n, 12);
  g_assert_cmpuint (some->m, ==, 12);
  for (guint i = 0; i < some->m; i++)
    {
      double nearest = INFINITY;

      for (guint j = 0; j < n; j++)
        nearest = MIN (nearest, fabs (some->values[i] - h[j * n + j]));
      g_assert_cmpfloat (nearest, <=, some->residuals[i] + 1e-5 * h[n * n - 1]);
      sum += some->weights[i];
    }
  g_assert_cmpfloat (fabs (sum - 1.0), <, 1e-12);
  expect (some, 0, h[n * n - 1]);

  memset (h, 0, sizeof *h * n * n);
  for (guint i = 0; i < n * n; i++)
    h[i] = 0.5;
  one = run_lanczos (h, n, n, 12);
  g_assert_cmpuint (one->m, <, 12);
  expect (one, 0, 0.5 * n);
}

/* --- the probe --- */

typedef struct
{
  guint  n;
  double values[NET_P];   /* from the largest down */
  double trace;
} Spectrum;

static int
compare_cb (gconstpointer a,
            gconstpointer b)
{
  double left = *(const double *) a;
  double right = *(const double *) b;

  return left < right ? 1 : left > right ? -1 : 0;
}

/* Eigenvalues over the weights that the loss of @subject reads. */
static void
take_apart (const double *hessian,
            int           subject,
            Spectrum     *spectrum)
{
  g_autoptr(GError) error = NULL;
  g_autofree double *part = g_new (double, NET_P * NET_P);
  g_autofree double *vectors = g_new (double, NET_P * NET_P);
  guint own[NET_P];
  guint n = 0;

  for (guint i = 0; i < NET_P; i++)
    if (i < NET_TRUNK || subject == MTL_ALL_TASKS
        || (i - NET_TRUNK) / NET_HEAD == (guint) subject)
      own[n++] = i;
  spectrum->n = n;
  spectrum->trace = 0.0;
  for (guint i = 0; i < n; i++)
    {
      spectrum->trace += hessian[own[i] * NET_P + own[i]];
      for (guint j = 0; j < n; j++)
        part[i * n + j] = 0.5 * (hessian[own[i] * NET_P + own[j]]
                                 + hessian[own[j] * NET_P + own[i]]);
    }
  g_assert_true (mtl_eigen_symmetric (part, n, spectrum->values, vectors, &error));
  qsort (spectrum->values, n, sizeof (double), compare_cb);
}

static void
find_exact (const Bench   *bench,
            int            subject,
            const guint32 *rows,
            const double  *theta,
            Spectrum      *spectrum)
{
  const double h = 1.0 / 131072.0;
  g_autofree double *hessian = g_new (double, NET_P * NET_P);

  for (guint i = 0; i < NET_P; i++)
    {
      double moved[NET_P], ahead[NET_P], behind[NET_P];

      memcpy (moved, theta, sizeof moved);
      moved[i] = theta[i] + h;
      net_loss (bench, subject, rows, ROWS, moved, ahead);
      moved[i] = theta[i] - h;
      net_loss (bench, subject, rows, ROWS, moved, behind);
      for (guint j = 0; j < NET_P; j++)
        hessian[i * NET_P + j] = (ahead[j] - behind[j]) / (2.0 * h);
    }
  take_apart (hessian, subject, spectrum);
}

static void
check_value (const MtlFinding *found,
             double            exact,
             double            near,
             double            errors)
{
  double off = fabs (found->value - exact);

  if (!(off <= near) || !(off <= errors * found->error))
    g_test_fail_printf ("%s of task %d: %.8g ± %.3g, exactly %.8g, allowed %.3g",
                        found->measure->id, found->task, found->value, found->error, exact, near);
}

/* By trapezoids, the integral and the mean. */
static void
check_density (const MtlFindings *findings,
               int                subject,
               const Spectrum    *spectrum)
{
  const MtlFinding *last = NULL;
  double integral = 0.0;
  double mean = 0.0;
  double trace = find_one (findings, "trace-by-lanczos", subject)->value;

  for (guint n = 0; n < mtl_findings_count (findings); n++)
    {
      const MtlFinding *point = mtl_findings_get (findings, n);

      if (strcmp (point->measure->id, "density") != 0 || point->task != subject)
        continue;
      g_assert_cmpfloat (point->value, >=, 0.0);
      g_assert_cmpfloat (point->error, >=, 0.0);
      if (last != NULL)
        {
          integral += 0.5 * (point->x - last->x) * (point->value + last->value);
          mean += 0.5 * (point->x - last->x)
                  * (point->x * point->value + last->x * last->value);
        }
      last = point;
    }
  if (!(fabs (integral - 1.0) <= 1e-4) || !(fabs (mean * spectrum->n - trace) <= 1e-3 * trace))
    g_test_fail_printf ("density of task %d: integral %.8g, mean by dimension %.8g, trace %.8g",
                        subject, integral, mean * spectrum->n, trace);
}

static const char *const exact_sets[] = { "draws", "200", "starts", "32", "steps", "36", NULL };

static void
test_exact (void)
{
  g_autoptr(MtlFindings) findings = NULL;
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  findings = find_all (&bench, "hessian", exact_sets, 2);
  for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
    {
      const MtlFinding *trace = find_one (findings, "trace", subject);
      const MtlFinding *again = find_one (findings, "trace-by-lanczos", subject);
      Spectrum spectrum;

      find_exact (&bench, subject, rows, theta, &spectrum);
      for (guint i = 0; i < 3; i++)
        check_value (look_up (findings, "eigenvalue", subject, MTL_ALL_TASKS, NULL, i + 1.0),
                     spectrum.values[i], 0.01 * spectrum.values[i], 1.0);
      check_value (find_one (findings, "smallest-eigenvalue", subject),
                   spectrum.values[spectrum.n - 1], 0.01 * spectrum.values[0], 1.0);
      check_value (trace, spectrum.trace, 0.1 * spectrum.trace, 3.0);
      check_value (again, spectrum.trace, 0.25 * spectrum.trace, 3.0);
      check_density (findings, subject, &spectrum);
      g_assert_cmpfloat (find_one (findings, "step-check", subject)->value, <, 0.01);
      g_assert_cmpfloat (find_one (findings, "asymmetry", subject)->value, <, 0.01);
    }
  bench_clear (&bench);
}

/* No figure depends on the number of threads. */
static void
test_threads (void)
{
  static const char *const sets[] = { "draws", "4", "starts", "2", "steps", "5", NULL };
  g_autoptr(MtlFindings) first = NULL;
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  first = find_all (&bench, "hessian", sets, 1);
  for (guint threads = 2; threads <= 4; threads++)
    {
      g_autoptr(MtlFindings) again = find_all (&bench, "hessian", sets, threads);

      g_assert_cmpuint (mtl_findings_count (again), ==, mtl_findings_count (first));
      for (guint n = 0; n < mtl_findings_count (first); n++)
        g_assert_cmpmem (&mtl_findings_get (first, n)->value, sizeof (double),
                         &mtl_findings_get (again, n)->value, sizeof (double));
    }
  bench_clear (&bench);
}

/* A step so long that differences are wrong: the uncertainty says so. By Taylor's series the
 * quotient is off by c·r², and moves by 3·c·r² when r is doubled. */
static void
test_long_step (void)
{
  static const char *const sets[] = { "step", "0.1", "draws", "2", "starts", "1", "steps", "43",
                                      NULL };
  g_autoptr(MtlFindings) findings = NULL;
  double theta[NET_P];
  guint32 rows[ROWS];
  Bench bench;

  net_open (&bench, table, ROWS, theta, rows);
  findings = find_all (&bench, "hessian", sets, 1);
  for (int subject = MTL_ALL_TASKS; subject < 2; subject++)
    {
      const MtlFinding *found = look_up (findings, "eigenvalue", subject, MTL_ALL_TASKS, NULL, 1.0);
      Spectrum spectrum;

      find_exact (&bench, subject, rows, theta, &spectrum);
      g_assert_cmpfloat (fabs (found->value - spectrum.values[0]), >,
                         5e-4 * spectrum.values[0]);
      check_value (found, spectrum.values[0], INFINITY, 1.0);
    }
  bench_clear (&bench);
}

static gboolean
run_lanczos_alone (MtlProbeRun       *run,
                   const MtlSetting  *set,
                   GError           **error)
{
  MtlCurvature curvature;
  g_autoptr(MtlLanczos) lanczos = NULL;

  g_assert_true (mtl_curvature_init (&curvature, run, ROWS, 1e-3, error));
  curvature.subject = 0;
  lanczos = mtl_curvature_lanczos (&curvature, 0, 4, error);
  mtl_curvature_clear (&curvature);

  return lanczos != NULL;
}

/* By the products of Lanczos, and by those of the trace. */
static void
test_not_finite (void)
{
  static const MtlProbe alone = { .method = { .id = "alone", .title = "Alone" },
                                  .run = run_lanczos_alone };
  const MtlProbe *const methods[] = {
    &alone, (const MtlProbe *) mtl_catalogue_find (MTL_KIND_PROBE, "hessian", NULL),
  };

  for (guint n = 0; n < G_N_ELEMENTS (methods); n++)
    {
      g_autoptr(GError) error = NULL;
      double theta[NET_P];
      guint32 rows[ROWS];
      Bench bench;

      net_open (&bench, table, ROWS, theta, rows);
      bench.theta[NET_P - 1] = bench.theta[NET_TRUNK] = INFINITY;
      error = fail_by (&bench, methods[n], NULL);
      g_assert_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE);
      bench_clear (&bench);
    }
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (75);

  g_test_add_func ("/hessian/lanczos/golden", test_golden);
  g_test_add_func ("/hessian/lanczos/bounds", test_bounds);
  g_test_add_func ("/hessian/exact", test_exact);
  g_test_add_func ("/hessian/threads", test_threads);
  g_test_add_func ("/hessian/long-step", test_long_step);
  g_test_add_func ("/hessian/not-finite", test_not_finite);

  status = g_test_run ();
  remove_table (table);

  return status;
}
