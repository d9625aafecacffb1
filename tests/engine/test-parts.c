/* test-parts.c — the step's two balances have nothing in common but their method
 *
 * A balancer made up here counts its calls in its state and writes down what
 * it is given; steps run on a real network.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "engine-bench.h"
#include "mtl-balancer.h"
#include "mtl-step-private.h"

extern const MtlBalancer mtl_balancer_equal;

static const char net[] =
  "d csv\nt dense units=6 < d.features\nr tanh < t.out\nh0 dense units=1 < r.out\n"
  "h1 dense units=1 < r.out\ny0 task loss=mse < h0.out\ny1 task loss=mse weight=3 < h1.out";

static char *table;

/* --- a balancer that remembers --- */

typedef struct
{
  MtlState *state;
  guint64   key;      /* of the random stream */
  double    calls;    /* before this one */
  double    trace;
} Call;

static GArray *calls;  /* of Call */

static void
logger_declare (guint             n_tasks,
                gsize             n_columns,
                const MtlSetting *set,
                MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "calls", 1, FALSE, 0.0, FALSE);
}

static MtlBalanceStatus
logger_weigh (const MtlBalanceInput  *in,
              double                 *w,
              GError                **error)
{
  double *count = mtl_state_doubles (in->state, 0);
  Call call = { in->state, in->rng.key, *count, in->gramian[0] };

  g_array_append_val (calls, call);
  *count += 1.0;
  for (guint i = 0; i < in->n_tasks; i++)
    w[i] = 0.5;

  return MTL_BALANCE_OK;
}

static MtlBalanceStatus
refuser_weigh (const MtlBalanceInput  *in,
               double                 *w,
               GError                **error)
{
  logger_weigh (in, w, error);
  g_set_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE, "refused on purpose");

  return MTL_BALANCE_REFUSED;
}

static const MtlParam logger_params[] = {
  { .id = "knob", .title = "Knob", .type = MTL_NUMBER, .maximum = 10.0 },
  { .id = NULL }
};

static const MtlBalancer logger = {
  .method = { .id = "logger", .title = "Logger", .summary = "Counts", .reference = "None",
              .params = logger_params },
  .needs = MTL_NEEDS_GRAMIAN,
  .declare = logger_declare,
  .weigh = logger_weigh,
};

static const MtlBalancer refuser = {
  .method = { .id = "refuser", .title = "Refuser", .summary = "Refuses", .reference = "None" },
  .needs = MTL_NEEDS_GRAMIAN,
  .declare = logger_declare,
  .weigh = refuser_weigh,
};

/* --- a step on a bench --- */

static MtlStep *
new_step (Bench      *bench,
          const char *sharp)
{
  MtlStep *step = mtl_step_new (bench->work);
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_SHARP,
                                                mtl_catalogue_find (MTL_KIND_SHARP, sharp, NULL));

  mtl_step_set_sharp (step, chosen);
  return step;
}

static void
set_balancer (MtlStep           *step,
              MtlPart            part,
              const MtlBalancer *balancer,
              const char        *key,
              const char        *value)
{
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_BALANCER, &balancer->method);
  g_autoptr(GError) error = NULL;

  if (key != NULL)
    {
      MtlChosen *next = mtl_chosen_with (chosen, key, value, &error);

      g_assert_no_error (error);
      mtl_chosen_unref (chosen);
      chosen = next;
    }
  mtl_step_set_balancer (step, part, chosen);
}

static void
take (Bench    *bench,
      MtlStep  *step,
      guint64   n,
      gboolean  diagnose)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (mtl_step_take (step, bench->theta, bench->batch, n, 1, diagnose, &error));
  g_assert_no_error (error);
}

static const Call *
call_at (guint n)
{
  g_assert_cmpuint (n, <, calls->len);
  return &g_array_index (calls, Call, n);
}

/* --- the cases --- */

static void
test_no_shared_state (void)
{
  Bench bench;
  MtlStep *step;

  bench_open (&bench, net, table, 40, 40, 1);
  step = new_step (&bench, "fs-mtl");
  g_array_set_size (calls, 0);
  set_balancer (step, MTL_PART_LOSS, &logger, NULL, NULL);
  set_balancer (step, MTL_PART_FLAT, &logger, NULL, NULL);
  for (guint n = 0; n < 3; n++)
    take (&bench, step, n, TRUE);

  g_assert_cmpuint (calls->len, ==, 6);
  g_assert_true (mtl_step_state (step, MTL_PART_LOSS) != mtl_step_state (step, MTL_PART_FLAT));
  for (guint n = 0; n < 3; n++)
    {
      const Call *loss = call_at (2 * n);
      const Call *flat = call_at (2 * n + 1);

      g_assert_true (loss->state == mtl_step_state (step, MTL_PART_LOSS));
      g_assert_true (flat->state == mtl_step_state (step, MTL_PART_FLAT));
      g_assert_cmpfloat (loss->calls, ==, n);
      g_assert_cmpfloat (flat->calls, ==, n);
      g_assert_cmpuint (loss->key, !=, flat->key);
      g_assert_cmpfloat (loss->trace, !=, flat->trace);
      g_assert_true (n == 0 || loss->key != call_at (2 * n - 2)->key);
    }
  mtl_step_free (step);
  bench_clear (&bench);
}

/* A value keeps the state of its part; another method starts afresh, coming back too. */
static void
test_swap (void)
{
  Bench bench;
  MtlStep *step;

  bench_open (&bench, net, table, 40, 40, 1);
  step = new_step (&bench, "fs-mtl");
  g_array_set_size (calls, 0);
  set_balancer (step, MTL_PART_LOSS, &logger, NULL, NULL);
  set_balancer (step, MTL_PART_FLAT, &logger, NULL, NULL);
  take (&bench, step, 0, TRUE);
  set_balancer (step, MTL_PART_LOSS, &logger, "knob", "4");
  take (&bench, step, 1, TRUE);
  g_assert_cmpfloat (call_at (2)->calls, ==, 1.0);

  set_balancer (step, MTL_PART_LOSS, &mtl_balancer_equal, NULL, NULL);
  g_assert_null (mtl_step_state (step, MTL_PART_LOSS));
  take (&bench, step, 2, TRUE);
  set_balancer (step, MTL_PART_LOSS, &logger, NULL, NULL);
  take (&bench, step, 3, TRUE);
  g_assert_cmpuint (calls->len, ==, 7);
  g_assert_cmpfloat (call_at (4)->calls, ==, 2.0);
  g_assert_cmpfloat (call_at (5)->calls, ==, 0.0);
  g_assert_cmpfloat (call_at (6)->calls, ==, 3.0);
  mtl_step_free (step);
  bench_clear (&bench);
}

/* A step that fails leaves the states of both parts as the last good one did. */
static void
test_failure_restores (void)
{
  g_autoptr(GError) error = NULL;
  Bench bench;
  MtlStep *step;

  bench_open (&bench, net, table, 40, 40, 1);
  step = new_step (&bench, "fs-mtl");
  g_array_set_size (calls, 0);
  set_balancer (step, MTL_PART_LOSS, &logger, NULL, NULL);
  set_balancer (step, MTL_PART_FLAT, &logger, NULL, NULL);
  for (guint n = 0; n < 3; n++)
    take (&bench, step, n, TRUE);
  set_balancer (step, MTL_PART_FLAT, &refuser, NULL, NULL);
  g_assert_false (mtl_step_take (step, bench.theta, bench.batch, 9, 1, TRUE, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE);
  g_assert_cmpstr (error->message, ==, "Step 9: refuser: refused on purpose");
  g_assert_cmpuint (calls->len, ==, 8);
  g_assert_cmpfloat (*mtl_state_doubles (mtl_step_state (step, MTL_PART_LOSS), 0), ==, 3.0);
  g_assert_cmpfloat (*mtl_state_doubles (mtl_step_state (step, MTL_PART_FLAT), 0), ==, 0.0);
  mtl_step_free (step);
  bench_clear (&bench);
}

/* With and without the rows of all tasks a step is the same, for weights of 0 as well. */
static void
test_merged (gconstpointer data)
{
  const char *const *sets = data;
  const MtlMethod *fixed = mtl_catalogue_find (MTL_KIND_BALANCER, "fixed", NULL);
  g_autofree float *rows = NULL;
  Bench bench;
  MtlStep *step;

  bench_open (&bench, net, table, 40, 40, 1);
  for (gsize r = 0; r < 40 && strcmp (sets[2], "unlabelled") == 0; r++)
    bench.batch->targets[0][r] = NAN;
  step = new_step (&bench, "none");
  set_balancer (step, MTL_PART_LOSS, (const MtlBalancer *) fixed, "weights", sets[0]);
  if (strcmp (sets[1], "method") != 0)
    {
      g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_BALANCER, fixed);
      g_autoptr(MtlChosen) weighed = mtl_chosen_with (chosen, "weights", sets[0], NULL);
      g_autoptr(MtlChosen) headed = mtl_chosen_with (weighed, "heads", sets[1], NULL);

      mtl_step_set_balancer (step, MTL_PART_LOSS, headed);
    }
  take (&bench, step, 0, TRUE);
  rows = g_memdup2 (mtl_step_gradient (step), bench.p * sizeof (float));
  take (&bench, step, 0, FALSE);
  if (!(worst (mtl_step_gradient (step), rows, bench.p) <= 2e-6))
    {
      for (gsize i = 0; i < bench.p; i++)
        if (fabsf (mtl_step_gradient (step)[i] - rows[i]) > 2e-6f * fabsf (rows[i]))
          g_error ("weights %s, heads %s: element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                   " is %g merged, %g by rows", sets[0], sets[1], i, bench.p,
                   mtl_step_gradient (step)[i], rows[i]);
    }
  mtl_step_free (step);
  bench_clear (&bench);
}

static const char *const merges[][3] = {
  { "y0:0.3,y1:2", "plain", "" },
  { "y0:0.3,y1:2", "weighted", "" },
  { "y0:0,y1:2", "plain", "" },
  { "y0:0,y1:2", "weighted", "" },
  { "y0:0,y1:0", "plain", "" },
  { "y0:1e-30,y1:1", "plain", "" },
  { "y0:3,y1:1", "plain", "unlabelled" },
};

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (60);
  calls = g_array_new (FALSE, FALSE, sizeof (Call));

  g_test_add_func ("/parts/no-shared-state", test_no_shared_state);
  g_test_add_func ("/parts/swap", test_swap);
  g_test_add_func ("/parts/failure-restores", test_failure_restores);
  for (guint n = 0; n < G_N_ELEMENTS (merges); n++)
    {
      g_autofree char *path = g_strdup_printf ("/parts/merged/%u", n);

      g_test_add_data_func (path, merges[n], test_merged);
    }

  status = g_test_run ();
  g_array_unref (calls);
  remove_table (table);

  return status;
}
