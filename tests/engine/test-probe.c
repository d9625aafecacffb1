/* test-probe.c — probes against arithmetic in double, and the thread they run on
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "probe-bench.h"

#define ROWS 60
#define N_X  5

static char *table;

/* Two linear tasks; the trunk and a head each, or all of it shared. */
static const char linear[] =
  "d csv label-noise=0.5\nh dense units=1 < d.features\ny0 task loss=mse < h.out\n"
  "y1 task loss=mse weight=3 < h.out";

static const char network[] =
  "d csv\nt dense units=6 < d.features\nr tanh < t.out\nx dropout p=0.5 < r.out\n"
  "h0 dense units=1 < x.out\nh1 dense units=3 < x.out\ny0 task loss=mse < h0.out\n"
  "kind task < h1.out";

static void
probe_now (const MtlChosen *probe,
           MtlSnapshot     *snapshot,
           guint            n_threads,
           MtlProbeFrame   *frame,
           MtlGrid        **grid)
{
  g_autoptr(GError) error = NULL;

  mtl_probe_now (probe, snapshot, n_threads, NULL, NULL, NULL, frame, grid, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (frame->finished);
}

/* --- flatness --- */

/* Mean squared error of x·w + b and its gradient, in double throughout. */
static double
regress (const MtlBatch *batch,
         guint           k,
         gsize           rows,
         const double   *theta,
         double         *gradient)
{
  double sum = 0.0;

  for (guint i = 0; gradient != NULL && i <= N_X; i++)
    gradient[i] = 0.0;
  for (gsize r = 0; r < rows; r++)
    {
      const float *x = batch->x[0] + r * N_X;
      double error = theta[N_X] - batch->targets[k][r];

      for (guint i = 0; i < N_X; i++)
        error += theta[i] * x[i];
      sum += error * error;
      for (guint i = 0; gradient != NULL && i <= N_X; i++)
        gradient[i] += 2.0 / rows * error * (i < N_X ? x[i] : 1.0);
    }

  return sum / rows;
}

static double
expected_rise (const Bench *bench,
               guint        k,
               gsize        rows,
               double       rho,
               double      *loss)
{
  double theta[N_X + 1], gradient[N_X + 1];
  double norm2 = 0.0;

  for (guint i = 0; i <= N_X; i++)
    theta[i] = bench->theta[i];
  *loss = regress (bench->batch, k, rows, theta, gradient);
  for (guint i = 0; i <= N_X; i++)
    norm2 += gradient[i] * gradient[i];
  for (guint i = 0; i <= N_X; i++)
    theta[i] += rho * gradient[i] / sqrt (norm2);

  return regress (bench->batch, k, rows, theta, NULL) - *loss;
}

static void
test_flatness (gconstpointer data)
{
  const char *const *sets = data;
  g_autoptr(MtlChosen) probe = choose ("flatness", sets);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  gsize rows = MIN (ROWS, (gsize) mtl_chosen_get (probe, "samples")->number);
  g_autofree guint32 *index = g_new0 (guint32, rows);
  MtlProbeFrame frame;
  Bench bench;

  bench_open (&bench, linear, table, ROWS, ROWS, 1);
  for (gsize r = 0; r < rows; r++)
    index[r] = (guint32) r;
  mtl_batch_fill (bench.batch, bench.data, MTL_DATA_TRAIN_CLEAN, index, rows, NULL);
  for (gsize i = 0; i < bench.p; i++)
    bench.theta[i] = (float) (0.7 - 0.3 * (double) i);
  snapshot = snapshot_of (&bench);
  probe_now (probe, snapshot, 2, &frame, NULL);

  g_assert_cmpuint (frame.n_tasks, ==, 2);
  g_assert_cmpuint (frame.epoch, ==, 3);
  for (guint k = 0; k < 2; k++)
    {
      double loss;
      double rise = expected_rise (&bench, k, rows, frame.rho, &loss);

      if (!(fabs (frame.loss[k] - loss) <= 1e-5 * loss)
          || !(fabs (frame.sharpness[k] - rise) <= 1e-4 * rise))
        g_test_fail_printf ("ρ %s, %s rows, task %u: loss %.9g and rise %.9g, expected %.9g and "
                            "%.9g", sets[1], sets[3], k, frame.loss[k], frame.sharpness[k], loss,
                            rise);
    }
  bench_clear (&bench);
}

static const char *const flatness_sets[][5] = {
  { "rho", "0.05", "samples", "1024", NULL },
  { "rho", "0.5", "samples", "17", NULL },
  { "rho", "3", "samples", "33", NULL },
};

/* --- landscape --- */

static const char *const coarse[] = { "side", "9", "range", "0.5", "samples", "40", NULL };
static const char *const fine[] = { "side", "25", "range", "0.5", "samples", "40", NULL };
static const char *const forty[] = { "samples", "40", NULL };

typedef struct
{
  MtlGrid *grids[4];
  guint    n;
} Posted;

static void
post_grid_cb (MtlGrid *grid,
              gpointer data)
{
  Posted *posted = data;

  g_assert_cmpuint (posted->n, <, 4);
  posted->grids[posted->n++] = mtl_grid_ref (grid);
}

/* First 9×9, then 25×25 with every third point as it was; the centre is θ itself. */
static void
test_grids (void)
{
  g_autoptr(MtlChosen) probe = choose ("landscape", fine);
  g_autoptr(MtlChosen) flatness = choose ("flatness", forty);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(GError) error = NULL;
  Posted posted = { .n = 0 };
  MtlProbeRun run = { .post_grid = post_grid_cb, .post_data = &posted };
  MtlProbeFrame frame;
  Bench bench;

  bench_open (&bench, network, table, ROWS, ROWS, 1);
  snapshot = snapshot_of (&bench);
  run.snapshot = snapshot;
  g_assert_true (mtl_probe_run (probe, &run, 1, &error));
  probe_now (flatness, snapshot, 1, &frame, NULL);
  g_assert_cmpuint (posted.n, ==, 2);
  g_assert_cmpuint (mtl_grid_side (posted.grids[0]), ==, 9);
  g_assert_cmpuint (mtl_grid_side (posted.grids[1]), ==, 25);
  for (guint k = 0; k < 2; k++)
    {
      const double *first = mtl_grid_read (posted.grids[0], k);
      const double *last = mtl_grid_read (posted.grids[1], k);

      g_assert_cmpfloat (first[4 * 9 + 4], ==, frame.loss[k]);
      g_assert_cmpfloat (last[12 * 25 + 12], ==, frame.loss[k]);
      g_assert_cmpfloat (first[0], !=, first[1]);
      g_assert_cmpfloat (first[0], !=, first[9]);
      for (guint row = 0; row < 9; row++)
        for (guint column = 0; column < 9; column++)
          g_assert_cmpfloat (first[row * 9 + column], ==, last[3 * row * 25 + 3 * column]);
    }
  for (guint n = 0; n < posted.n; n++)
    mtl_grid_unref (posted.grids[n]);
  bench_clear (&bench);
}

static void
test_deterministic (void)
{
  g_autoptr(MtlChosen) probe = choose ("landscape", coarse);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(MtlGrid) first = NULL;
  MtlProbeFrame frame;
  Bench bench;

  bench_open (&bench, network, table, ROWS, ROWS, 1);
  snapshot = snapshot_of (&bench);
  probe_now (probe, snapshot, 1, &frame, &first);
  for (guint threads = 1; threads <= 4; threads++)
    {
      g_autoptr(MtlGrid) again = NULL;

      probe_now (probe, snapshot, threads, &frame, &again);
      for (guint k = 0; k < 2; k++)
        g_assert_cmpmem (mtl_grid_read (first, k), 81 * sizeof (double), mtl_grid_read (again, k),
                         81 * sizeof (double));
    }
  bench_clear (&bench);
}

/* What is known but not finite is told from what is not known. */
static void
test_not_finite (void)
{
  g_autoptr(MtlChosen) probe = choose ("landscape", coarse);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(MtlGrid) grid = NULL;
  MtlProbeFrame frame;
  guint known, not_finite;
  Bench bench;

  bench_open (&bench, network, table, ROWS, ROWS, 1);
  for (gsize i = 0; i < bench.p; i++)
    bench.theta[i] = 3e38f;
  snapshot = snapshot_of (&bench);
  probe_now (probe, snapshot, 1, &frame, &grid);
  mtl_grid_count (grid, &known, &not_finite);
  g_assert_cmpuint (not_finite, >, 0);
  g_assert_cmpuint (known + not_finite, ==, 2 * 81);
  bench_clear (&bench);
}

static void
test_wrong_weights (void)
{
  g_autoptr(MtlChosen) probe = choose ("flatness", NULL);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(GError) error = NULL;
  MtlProbeFrame frame;
  Bench bench;

  bench_open (&bench, network, table, ROWS, ROWS, 1);
  snapshot = mtl_snapshot_new (bench.design, bench.theta, bench.p - 1, 0, 0);
  g_assert_false (mtl_probe_now (probe, snapshot, 1, NULL, NULL, NULL, &frame, NULL, NULL, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  bench_clear (&bench);
}

/* --- cancelling --- */

typedef struct
{
  GCancellable *cancel;
  guint         frames;
} Canceller;

static void
cancel_cb (const MtlProbeFrame *frame,
           gpointer             data)
{
  Canceller *self = data;

  self->frames++;
  if (self->frames == 3)
    g_cancellable_cancel (self->cancel);
}

/* The pass after the order is not made: a row later there would be another frame. */
static void
test_cancel (void)
{
  g_autoptr(MtlChosen) probe = choose ("landscape", fine);
  g_autoptr(GCancellable) cancel = g_cancellable_new ();
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(MtlGrid) grid = NULL;
  g_autoptr(GError) error = NULL;
  Canceller canceller = { cancel, 0 };
  MtlProbeFrame frame;
  Bench bench;

  bench_open (&bench, network, table, ROWS, ROWS, 1);
  snapshot = snapshot_of (&bench);
  g_assert_false (mtl_probe_now (probe, snapshot, 1, cancel, cancel_cb, &canceller, &frame, &grid,
                                 NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (canceller.frames, ==, 3);
  g_assert_false (frame.finished);
  bench_clear (&bench);
}

/* --- the thread --- */

typedef struct
{
  guint     done, cancelled;
  gboolean  frees;
} Count;

static void
ended_cb (MtlProber    *prober,
          const GError *error,
          GObject      *listener)
{
  Count *count = g_object_get_data (listener, "count");

  if (error == NULL)
    count->done++;
  else
    count->cancelled += g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ? 1 : 0;
  if (count->frees)
    mtl_prober_free (prober);
}

static void
wait_for (const guint *counter)
{
  gint64 end = g_get_monotonic_time () + 60 * G_USEC_PER_SEC;

  while (*counter == 0)
    {
      if (g_get_monotonic_time () > end)
        g_error ("the probe does not end");
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (100);
    }
}

static GObject *
new_listener (Count *count)
{
  GObject *listener = g_object_new (G_TYPE_OBJECT, NULL);

  g_object_set_data (listener, "count", count);
  return listener;
}

static void
test_prober (void)
{
  g_autoptr(MtlChosen) flatness = choose ("flatness", NULL);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  Count count = { 0 };
  g_autoptr(GObject) listener = new_listener (&count);
  MtlProber *prober = mtl_prober_new ();
  MtlProbeFrame frame, expected;
  guint64 seen = 0;
  Bench bench;

  bench_open (&bench, network, table, ROWS, ROWS, 1);
  snapshot = snapshot_of (&bench);
  g_assert_false (mtl_prober_busy (prober));
  mtl_prober_cancel (prober);
  mtl_prober_start (prober, flatness, snapshot, 1, listener, ended_cb);
  wait_for (&count.done);
  g_assert_false (mtl_prober_busy (prober));
  g_assert_true (mtl_prober_take (prober, &seen, &frame));
  g_assert_false (mtl_prober_take (prober, &seen, &frame));
  probe_now (flatness, snapshot, 1, &expected, NULL);
  g_assert_cmpmem (frame.sharpness, sizeof frame.sharpness, expected.sharpness,
                   sizeof expected.sharpness);

  count.frees = TRUE;
  count.done = 0;
  mtl_prober_start (prober, flatness, snapshot, 1, listener, ended_cb);
  wait_for (&count.done);
  bench_clear (&bench);
}

/* Starts a few probes, one over the other, and looks at what they post. */
static void
hurry (MtlProber       *prober,
       GRand           *rand,
       MtlSnapshot     *snapshot,
       GObject         *listener,
       guint            starts)
{
  g_autoptr(MtlChosen) landscape = choose ("landscape", fine);
  g_autoptr(MtlChosen) flatness = choose ("flatness", NULL);
  MtlProbeFrame frame;
  guint64 seen = 0;

  for (guint n = 0; n < starts; n++)
    {
      g_autoptr(MtlGrid) grid = NULL;

      mtl_prober_start (prober, n % 2 == 0 ? landscape : flatness, snapshot, 2, listener, ended_cb);
      g_usleep ((gulong) g_rand_int_range (rand, 0, 4000));
      mtl_prober_take (prober, &seen, &frame);
      grid = mtl_prober_grid (prober);
      if (g_rand_boolean (rand))
        mtl_prober_cancel (prober);
    }
}

static void
run_context (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Started anew, cancelled, asked and freed at any moment; only the last is told of. */
static void
test_races (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (6);
  g_autoptr(MtlSnapshot) snapshot = NULL;
  Bench bench;

  bench_open (&bench, network, table, ROWS, ROWS, 1);
  snapshot = snapshot_of (&bench);
  for (guint round = 0; round < 25; round++)
    {
      Count count = { 0 };
      g_autoptr(GObject) listener = new_listener (&count);
      MtlProber *prober = mtl_prober_new ();

      hurry (prober, rand, snapshot, listener, (guint) g_rand_int_range (rand, 1, 5));
      if (round % 2 == 0)
        {
          mtl_prober_cancel (prober);
          for (guint n = 0; mtl_prober_busy (prober) && n < 10000; n++)
            g_usleep (1000);
          run_context ();
          g_assert_cmpuint (count.done + count.cancelled, <=, 1);
        }
      mtl_prober_free (prober);
      count = (Count) { 0 };
      run_context ();
      g_assert_cmpuint (count.done + count.cancelled, ==, 0);
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

  for (guint n = 0; n < G_N_ELEMENTS (flatness_sets); n++)
    {
      g_autofree char *path = g_strdup_printf ("/probe/flatness/%s", flatness_sets[n][1]);

      g_test_add_data_func (path, flatness_sets[n], test_flatness);
    }
  g_test_add_func ("/probe/grids", test_grids);
  g_test_add_func ("/probe/deterministic", test_deterministic);
  g_test_add_func ("/probe/not-finite", test_not_finite);
  g_test_add_func ("/probe/wrong-weights", test_wrong_weights);
  g_test_add_func ("/probe/cancel", test_cancel);
  g_test_add_func ("/probe/prober", test_prober);
  g_test_add_func ("/probe/races", test_races);

  status = g_test_run ();
  remove_table (table);

  return status;
}
