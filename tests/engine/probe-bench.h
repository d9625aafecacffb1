/* probe-bench.h — probes of a bench, what they find, and a tanh network in double
 *
 * The network has 5 inputs, 6 hidden units and two heads of one unit for mean squared
 * errors: 36 weights of the trunk and 7 of each head, small enough for all of its Hessian.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "engine-bench.h"
#include "mtl-probe-private.h"

static inline MtlChosen *
choose (const char        *probe,
        const char *const *sets)
{
  MtlChosen *chosen = mtl_chosen_new (MTL_KIND_PROBE,
                                      mtl_catalogue_find (MTL_KIND_PROBE, probe, NULL));

  for (guint n = 0; sets != NULL && sets[n] != NULL; n += 2)
    {
      g_autoptr(GError) error = NULL;
      MtlChosen *next = mtl_chosen_with (chosen, sets[n], sets[n + 1], &error);

      g_assert_no_error (error);
      mtl_chosen_unref (chosen);
      chosen = next;
    }

  return chosen;
}

static inline MtlSnapshot *
snapshot_of (const Bench *bench)
{
  return mtl_snapshot_new (bench->design, bench->theta, bench->p, 12, 3);
}

/* Runs @method on the weights of @bench; returns the error it ends with, which it does. */
static inline GError *
fail_by (const Bench     *bench,
         const MtlProbe  *method,
         GCancellable    *cancel)
{
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_PROBE, &method->method);
  g_autoptr(MtlSnapshot) snapshot = snapshot_of (bench);
  MtlProbeRun run = { .snapshot = snapshot, .cancel = cancel };
  GError *error = NULL;

  g_assert_false (mtl_probe_run (chosen, &run, 1, &error));
  return error;
}

/* Everything that @probe finds of the weights of @bench, which stay as they are. */
static inline MtlFindings *
find_all (const Bench       *bench,
          const char        *probe,
          const char *const *sets,
          guint              n_threads)
{
  g_autoptr(MtlChosen) chosen = choose (probe, sets);
  g_autoptr(MtlSnapshot) snapshot = snapshot_of (bench);
  g_autoptr(GError) error = NULL;
  MtlFindings *findings;
  MtlProbeFrame frame;

  mtl_probe_now (chosen, snapshot, n_threads, NULL, NULL, NULL, &frame, NULL, &findings, &error);
  g_assert_no_error (error);
  g_assert_true (frame.finished);
  g_assert_cmpmem (mtl_snapshot_theta (snapshot, NULL), bench->p * sizeof (float), bench->theta,
                   bench->p * sizeof (float));

  return findings;
}

/* The only finding of @measure about these; @x NaN: whatever it is. NULL: there is none. */
static inline const MtlFinding *
look_up (const MtlFindings *findings,
         const char        *measure,
         int                task,
         int                other,
         const char        *block,
         double             x)
{
  const MtlFinding *found = NULL;

  for (guint n = 0; n < mtl_findings_count (findings); n++)
    {
      const MtlFinding *finding = mtl_findings_get (findings, n);

      if (strcmp (finding->measure->id, measure) != 0 || finding->task != task
          || finding->other != other || g_strcmp0 (finding->block, block) != 0
          || (!isnan (x) && finding->x != x))
        continue;
      if (found != NULL)
        g_error ("%s of task %d is there twice", measure, task);
      found = finding;
    }

  return found;
}

static inline const MtlFinding *
find_one (const MtlFindings *findings,
          const char        *measure,
          int                task)
{
  const MtlFinding *found = look_up (findings, measure, task, MTL_ALL_TASKS, NULL, NAN);

  if (found == NULL)
    g_error ("there is no %s of task %d", measure, task);

  return found;
}

static inline void
check (const MtlFinding *found,
       double            expected,
       double            near)
{
  if (!(fabs (found->value - expected) <= near))
    g_test_fail_printf ("%s of task %d in %s: %.9g, expected %.9g ± %.2g", found->measure->id,
                        found->task, found->block != NULL ? found->block : "all", found->value,
                        expected, near);
}

/* --- the network in double --- */

#define NET_X      5
#define NET_HIDDEN 6
#define NET_TRUNK  36
#define NET_HEAD   7
#define NET_P      50

static const char tanh_net[] =
  "d csv\nt dense units=6 < d.features\nr tanh < t.out\nh0 dense units=1 < r.out\n"
  "h1 dense units=1 < r.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out";

/* Adds to @gradient (nullable) that of the squared error of one row; returns the error. */
static inline double
net_row (const Bench  *bench,
         guint         k,
         gsize         row,
         const double *theta,
         double        share,
         double       *gradient)
{
  const float *x = bench->batch->x[0] + row * NET_X;
  const double *head = theta + NET_TRUNK + k * NET_HEAD;
  double error = head[NET_HIDDEN] - bench->batch->targets[k][row];
  double hidden[NET_HIDDEN];

  for (guint u = 0; u < NET_HIDDEN; u++)
    {
      double sum = theta[NET_HIDDEN * NET_X + u];

      for (guint i = 0; i < NET_X; i++)
        sum += theta[u * NET_X + i] * x[i];
      hidden[u] = tanh (sum);
      error += head[u] * hidden[u];
    }
  for (guint u = 0; gradient != NULL && u < NET_HIDDEN; u++)
    {
      double slope = 2.0 * share * error * head[u] * (1.0 - hidden[u] * hidden[u]);

      for (guint i = 0; i < NET_X; i++)
        gradient[u * NET_X + i] += slope * x[i];
      gradient[NET_HIDDEN * NET_X + u] += slope;
      gradient[NET_TRUNK + k * NET_HEAD + u] += 2.0 * share * error * hidden[u];
    }
  if (gradient != NULL)
    gradient[NET_TRUNK + k * NET_HEAD + NET_HIDDEN] += 2.0 * share * error;

  return share * error * error;
}

/* Loss over @rows of a task, or of the mean of both (MTL_ALL_TASKS), and its gradient. */
static inline double
net_loss (const Bench   *bench,
          int            subject,
          const guint32 *rows,
          gsize          n,
          const double  *theta,
          double        *gradient)
{
  double sum = 0.0;

  if (gradient != NULL)
    memset (gradient, 0, sizeof *gradient * NET_P);
  for (guint k = 0; k < 2; k++)
    for (gsize r = 0; r < n; r++)
      if (subject == MTL_ALL_TASKS || subject == (int) k)
        sum += net_row (bench, k, rows[r], theta,
                        (subject == MTL_ALL_TASKS ? 0.5 : 1.0) / (double) n, gradient);

  return sum;
}

/* Weights of a size at which the tanh bends, and in double what the engine has in float;
 * the rows are those of probes. */
static inline void
net_open (Bench   *bench,
          char    *table,
          gsize    n_rows,
          double  *theta,
          guint32 *rows)
{
  bench_open (bench, tanh_net, table, n_rows, n_rows, 1);
  g_assert_cmpuint (bench->p, ==, NET_P);
  for (gsize i = 0; i < NET_P; i++)
    {
      bench->theta[i] = (float) (0.8 * sin (1.7 * (double) i + 0.3));
      theta[i] = bench->theta[i];
    }
  for (gsize r = 0; r < n_rows; r++)
    rows[r] = (guint32) r;
}
