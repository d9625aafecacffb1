/* test-fisher-model.c — the true Fisher matrix against the Gauss-Newton matrix
 *
 * For models that are linear in their weights the trace of the latter is known: with x̂ the
 * inputs of a row and the 1 of the bias, |x̂|² times Σ_c p_c·(1 − p_c) for softmax, σ·(1 − σ)
 * for a yes or no, and 2 for a squared error.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-probe-subject.h"
#include "probe-bench.h"

#define ROWS  60
#define SEEDS 150

static char *table;

/* Three tasks that share nothing, so that the mean of them has a ninth of their sum. */
static const char apart[] =
  "d csv\nc dense units=3 < d.features\nb dense units=1 < d.features\n"
  "s dense units=1 < d.features\nkind task loss=cross-entropy < c.out\n"
  "yes task loss=bce < b.out\ny0 task loss=mse < s.out";

static double
reach (const Bench *bench,
       guint        task,
       guint        unit,
       const float *x)
{
  const MtlTask *head = mtl_plan_task (bench->plan, task);
  guint units = (guint) head->n_weights / (NET_X + 1);
  const float *w = bench->theta + head->offset;
  double sum = w[units * NET_X + unit];

  for (guint i = 0; i < NET_X; i++)
    sum += (double) w[unit * NET_X + i] * x[i];

  return sum;
}

/* Σ_c p_c·(1 − p_c) and the like of a row. */
static double
find_spread (const Bench *bench,
             guint        task,
             const float *x)
{
  double e[3], sum = 0.0, spread = 0.0;

  if (task == 2)
    return 2.0;
  for (guint c = 0; c < 3; c++)
    e[c] = exp (reach (bench, task, task == 0 ? c : 0, x));
  if (task == 1)
    return e[0] / (1.0 + e[0]) / (1.0 + e[0]);

  for (guint c = 0; c < 3; c++)
    sum += e[c];
  for (guint c = 0; c < 3; c++)
    spread += e[c] / sum * (1.0 - e[c] / sum);

  return spread;
}

static double
gauss_newton (const Bench *bench,
              int          subject)
{
  double sum = 0.0;

  for (guint r = 0; r < ROWS; r++)
    {
      const float *x = bench->batch->x[0] + r * NET_X;
      double length2 = 1.0;

      for (guint i = 0; i < NET_X; i++)
        length2 += (double) x[i] * x[i];
      for (guint k = 0; k < 3; k++)
        if (subject == MTL_ALL_TASKS)
          sum += length2 * find_spread (bench, k, x) / 9.0 / ROWS;
        else if (subject == (int) k)
          sum += length2 * find_spread (bench, k, x) / ROWS;
    }

  return sum;
}

static void
open_apart (Bench      *bench,
            const char *text)
{
  bench_open (bench, text, table, ROWS, ROWS, 1);
  for (gsize i = 0; i < bench->p; i++)
    bench->theta[i] = (float) (1.5 * sin (1.7 * (double) i + 0.3));
}

/* In the mean over seeds, by which labels are drawn and batches dealt. */
static void
test_trace (gconstpointer data)
{
  const char *batch = data;
  const char *const sets[] = { "labels", "model", "batch", batch, NULL };
  const char *id = strcmp (batch, "1") == 0 ? "true-fisher-trace" : "true-fisher-trace-by-batch";
  MtlSpread spreads[4] = { 0 };
  Bench bench;

  open_apart (&bench, apart);
  for (guint seed = 0; seed < SEEDS; seed++)
    {
      g_autofree char *text = g_strdup_printf ("%u", seed);
      g_autoptr(MtlFindings) findings = NULL;

      bench.design = set_value (bench.design, "experiment.seed", text);
      findings = find_all (&bench, "fisher", sets, 1);
      g_assert_cmpuint (mtl_findings_count (findings), ==, 4);
      for (int subject = MTL_ALL_TASKS; subject < 3; subject++)
        mtl_spread_add (&spreads[subject + 1], find_one (findings, id, subject)->value);
    }

  for (int subject = MTL_ALL_TASKS; subject < 3; subject++)
    {
      double expected = gauss_newton (&bench, subject);
      double error = mtl_spread_error (&spreads[subject + 1]);

      g_test_message ("task %d: %.6g ± %.2g, exact %.6g", subject, spreads[subject + 1].mean,
                      error, expected);
      if (!(fabs (spreads[subject + 1].mean - expected) <= 4.0 * error)
          || !(error <= 0.03 * expected))
        g_test_fail_printf ("task %d, batches of %s: %.6g ± %.2g in the mean, expected %.6g",
                            subject, batch, spreads[subject + 1].mean, error, expected);
    }
  bench_clear (&bench);
}

/* Labels of the data are another thing, and stay what they were. */
static void
test_given (void)
{
  static const char *const given[] = { "labels", "given", NULL };
  g_autoptr(MtlFindings) plain = NULL;
  g_autoptr(MtlFindings) said = NULL;
  Bench bench;

  open_apart (&bench, apart);
  plain = find_all (&bench, "fisher", NULL, 1);
  said = find_all (&bench, "fisher", given, 1);
  for (int subject = MTL_ALL_TASKS; subject < 3; subject++)
    {
      double value = find_one (plain, "fisher-trace", subject)->value;

      g_assert_cmpfloat (find_one (said, "fisher-trace", subject)->value, ==, value);
      g_assert_cmpfloat (fabs (value / gauss_newton (&bench, subject) - 1.0), >, 0.2);
    }
  bench_clear (&bench);
}

static void
test_refused (void)
{
  static const char *const model[] = { "labels", "model", NULL };
  g_autoptr(MtlChosen) probe = choose ("fisher", model);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(GError) error = NULL;
  MtlProbeFrame frame;
  Bench bench;

  open_apart (&bench, "d csv\nb dense units=1 < d.features\ns dense units=1 < d.features\n"
                      "yes task loss=bce < b.out\ny0 task loss=huber < s.out");
  snapshot = snapshot_of (&bench);
  g_assert_false (mtl_probe_now (probe, snapshot, 1, NULL, NULL, NULL, &frame, NULL, NULL,
                                 &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SETTING);
  g_assert_nonnull (strstr (error->message, "y0"));
  g_assert_nonnull (strstr (error->message, "huber"));
  bench_clear (&bench);
}

/* Each class as often as its share of the others, never the one that does not count; what is
 * missing stays so. Two pixels, classes first. */
static void
test_classes (void)
{
  static const float z[] = { 1.0f, 0.0f, 3.0f, 2.0f, 0.0f, 1.0f, -1.0f, 0.5f };
  const MtlLoss *loss = (const MtlLoss *) mtl_catalogue_find (MTL_KIND_LOSS, "cross-entropy", NULL);
  const MtlTargetType type = { MTL_TARGET_CLASS, 4, 2 };
  const MtlItems items = { { 0 }, 8, 2, 4, 1, 2, 1 };
  double sums[2] = { 0 };
  guint counts[2][4] = { { 0 } };

  for (guint n = 0; n < 20000; n++)
    {
      float targets[2] = { 0.0f, n % 2 == 0 ? 1.0f : NAN };

      loss->draw (&type, &items, 1, z, mtl_rng_derive (mtl_rng_new (3, MTL_STREAM_PROBE), n),
                  targets);
      counts[0][(guint) targets[0]]++;
      g_assert_true (n % 2 == 0 ? targets[1] == 1.0f : isnan (targets[1]));
      targets[1] = 2.0f;
      loss->draw (&type, &items, 1, z, mtl_rng_derive (mtl_rng_new (3, MTL_STREAM_PROBE), n),
                  targets);
      counts[1][(guint) targets[1]]++;
    }

  for (guint i = 0; i < 2; i++)
    for (guint c = 0; c < 4; c++)
      sums[i] += c == 1 ? 0.0 : exp (z[2 * c + i]);
  for (guint i = 0; i < 2; i++)
    for (guint c = 0; c < 4; c++)
      {
        double p = c == 1 ? 0.0 : exp (z[2 * c + i]) / sums[i];

        if (!(fabs (counts[i][c] - 20000.0 * p) <= 4.0 * sqrt (20000.0 * p * (1.0 - p))))
          g_test_fail_printf ("pixel %u, class %u: drawn %u times, expected %.0f", i, c,
                              counts[i][c], 20000.0 * p);
      }
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (75);

  g_test_add_data_func ("/fisher-model/rows", "1", test_trace);
  g_test_add_data_func ("/fisher-model/batches", "10", test_trace);
  g_test_add_func ("/fisher-model/given", test_given);
  g_test_add_func ("/fisher-model/refused", test_refused);
  g_test_add_func ("/fisher-model/classes", test_classes);

  status = g_test_run ();
  remove_table (table);

  return status;
}
