/* test-scope.c — balancers asked about each block of the trunk apart, and scopes refused
 *
 * In the network here t2 of three tasks leaves the trunk after its first block, so that block b
 * belongs to t0 and t1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-step-private.h"
#include "train-run.h"

#define ROWS 40

static const char one_block[] =
  "d csv\na dense units=6 < d.features\nr tanh < a.out\n"
  "h0 dense units=1 < r.out\nh1 dense units=1 < r.out\n"
  "t0 task loss=mse target=y0 < h0.out\nt1 task loss=mse target=y1 < h1.out\n";

static const char branched[] =
  "d csv\na dense units=6 < d.features\nr tanh < a.out\nb dense units=4 < r.out\ns tanh < b.out\n"
  "h0 dense units=1 < s.out\nh1 dense units=1 < s.out\nh2 dense units=1 < r.out\n"
  "t0 task loss=mse target=y0 < h0.out\nt1 task loss=mse target=y1 < h1.out\n"
  "t2 task loss=mse target=y2 < h2.out\n";

static char *table;

static MtlStep *
new_step (Bench           *bench,
          const MtlMethod *balancer,
          const char      *scope)
{
  MtlStep *step = mtl_step_new (bench->work);
  const MtlMethod *none = mtl_catalogue_find (MTL_KIND_SHARP, "none", NULL);
  g_autoptr(MtlChosen) sharp = mtl_chosen_new (MTL_KIND_SHARP, none);
  g_autoptr(MtlChosen) initial = mtl_chosen_new (MTL_KIND_BALANCER, balancer);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlChosen) chosen = mtl_chosen_with (initial, "scope", scope, &error);

  g_assert_no_error (error);
  for (guint p = 0; p < MTL_N_PARTS; p++)
    mtl_step_set_balancer (step, p, chosen);
  mtl_step_set_sharp (step, sharp);

  return step;
}

static void
take (Bench   *bench,
      MtlStep *step)
{
  g_autoptr(GError) error = NULL;

  mtl_step_take (step, bench->theta, bench->batch, 0, 1, FALSE, &error);
  g_assert_no_error (error);
}

static MtlGrads *
find_rows (Bench *bench)
{
  MtlGrads *rows = mtl_grads_new (bench->plan);
  MtlPass pass = bench_pass (bench, all_of (bench->k), MTL_PASS_PERTURBED);
  double losses[3];

  mtl_work_run (bench->work, &pass, losses, rows, NULL);

  return rows;
}

/* --- a balancer that writes down what it is asked --- */

typedef struct
{
  guint     n_tasks;
  gsize     n_columns;
  guint     task[3];
  double    gramian[9];
  guint64   key;
  MtlState *state;
} Question;

static struct
{
  Question asked[8];
  guint    n;
  gsize    declared[8];
  guint    n_declared;
} seen;

static void
scribe_declare (guint             n_tasks,
                gsize             n_columns,
                const MtlSetting *set,
                MtlStateSpec     *spec)
{
  seen.declared[seen.n_declared++] = n_columns;
  mtl_state_declare (spec, "calls", n_tasks, FALSE, 0.0, TRUE);
}

/* Weights that differ between blocks: tenths count the questions. */
static MtlBalanceStatus
scribe_weigh (const MtlBalanceInput  *in,
              double                 *w,
              GError                **error)
{
  Question *it = &seen.asked[seen.n++];

  *it = (Question) { in->n_tasks, in->rows->n_columns, .key = in->rng.key, .state = in->state };
  memcpy (it->task, in->task, in->n_tasks * sizeof *in->task);
  memcpy (it->gramian, in->gramian, in->n_tasks * in->n_tasks * sizeof *in->gramian);
  for (guint i = 0; i < in->n_tasks; i++)
    {
      w[i] = 1.0 + in->task[i] + 0.1 * seen.n;
      mtl_state_doubles (in->state, 0)[in->task[i]] += seen.n;
    }

  return MTL_BALANCE_OK;
}

/* The largest entry of each column, times the weight of the first task. */
static void
largest_combine (const MtlBalanceInput *in,
                 const double          *w,
                 gsize                  first,
                 gsize                  n,
                 const double          *rows,
                 double                *d)
{
  for (gsize c = 0; c < n; c++)
    {
      d[c] = rows[c];
      for (guint i = 1; i < in->n_tasks; i++)
        d[c] = MAX (d[c], rows[i * n + c]);
      d[c] *= w[0];
    }
}

static const MtlBalancer scribe = {
  .method = { .id = "scribe", .title = "Scribe", .summary = "Writes", .reference = "None" },
  .needs = MTL_NEEDS_GRAMIAN | MTL_NEEDS_ROWS, .declare = scribe_declare, .weigh = scribe_weigh,
};
static const MtlBalancer largest = {
  .method = { .id = "largest", .title = "Largest", .summary = "By columns", .reference = "None" },
  .needs = MTL_NEEDS_GRAMIAN | MTL_NEEDS_ROWS, .declare = scribe_declare, .weigh = scribe_weigh,
  .combine = largest_combine,
};

#define COLUMNS_A (5 * 6 + 6)   /* of block a, in which all tasks take part; b's are behind */
#define COLUMNS_B (6 * 4 + 4)

static void
check_questions (void)
{
  g_assert_cmpuint (seen.n, ==, 2);
  g_assert_cmpuint (seen.asked[0].n_tasks, ==, 3);
  g_assert_cmpuint (seen.asked[0].n_columns, ==, COLUMNS_A);
  g_assert_cmpuint (seen.asked[1].n_tasks, ==, 2);
  g_assert_cmpuint (seen.asked[1].n_columns, ==, COLUMNS_B);
  g_assert_cmpuint (seen.asked[1].task[1], ==, 1);
  g_assert_cmpuint (seen.asked[0].key, !=, seen.asked[1].key);
  g_assert_true (seen.asked[0].state != seen.asked[1].state);
  g_assert_cmpuint (seen.declared[0], ==, COLUMNS_A);
  g_assert_cmpuint (seen.declared[1], ==, COLUMNS_B);
}

static void
test_questions (void)
{
  Bench bench;
  MtlStep *step;
  g_autoptr(MtlGrads) rows = NULL;
  const double *w;

  memset (&seen, 0, sizeof seen);
  bench_open (&bench, branched, table, ROWS, ROWS, 2);
  g_assert_cmpuint (bench.d, ==, COLUMNS_A + COLUMNS_B);
  step = new_step (&bench, &scribe.method, "block");
  rows = find_rows (&bench);
  take (&bench, step);

  check_questions ();

  for (gsize c = 0; c < bench.d; c++)
    {
      double tenths = c < COLUMNS_A ? 0.1 : 0.2, expected = 0.0;

      for (guint k = 0; k < (c < COLUMNS_A ? 3 : 2); k++)
        expected += (1.0 + k + tenths) * mtl_grads_row (rows, k)[c];
      g_assert_cmpfloat_with_epsilon (mtl_step_gradient (step)[c], expected, 1e-5);
    }

  /* Means over the blocks that a task reaches. */
  w = mtl_step_report (step, MTL_PART_LOSS)->weights;
  g_assert_cmpfloat_with_epsilon (w[0], 1.15, 1e-12);
  g_assert_cmpfloat_with_epsilon (w[1], 2.15, 1e-12);
  g_assert_cmpfloat_with_epsilon (w[2], 3.1, 1e-12);
  g_assert_cmpfloat (mtl_step_state_mean (step, MTL_PART_LOSS, 0, 0), ==, 1.5);
  g_assert_cmpfloat (mtl_step_state_mean (step, MTL_PART_LOSS, 0, 2), ==, 1.0);
  mtl_step_free (step);
  bench_clear (&bench);
}

static void
test_combine (void)
{
  Bench bench;
  MtlStep *step;
  g_autoptr(MtlGrads) rows = NULL;

  memset (&seen, 0, sizeof seen);
  bench_open (&bench, branched, table, ROWS, ROWS, 2);
  step = new_step (&bench, &largest.method, "block");
  rows = find_rows (&bench);
  take (&bench, step);
  for (gsize c = 0; c < bench.d; c++)
    {
      gboolean in_a = c < 36;
      double expected = MAX (mtl_grads_row (rows, 0)[c], mtl_grads_row (rows, 1)[c]);

      if (in_a)
        expected = MAX (expected, mtl_grads_row (rows, 2)[c]);
      g_assert_cmpfloat_with_epsilon (mtl_step_gradient (step)[c],
                                      (in_a ? 1.1 : 1.2) * expected, 1e-6);
    }
  mtl_step_free (step);
  bench_clear (&bench);
}

/* --- Gramians --- */

static void
check_sum (Bench          *bench,
           const MtlGrads *rows)
{
  double whole[64], a[64], b[64];
  guint n = bench->k * bench->k;

  mtl_grads_gram (rows, rows, bench->pool, whole);
  mtl_grads_gram_range (rows, rows, 0, 36, bench->pool, a);
  mtl_grads_gram_range (rows, rows, 36, bench->d - 36, bench->pool, b);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpfloat_with_epsilon (a[i] + b[i], whole[i], 1e-12 * whole[0]);
      g_assert_cmpfloat (a[i], !=, whole[i] + 1e-3 * whole[0]);
    }
  g_assert_cmpfloat (a[0], <, 0.999 * whole[0]);
}

/* The questions' Gramians are those of the columns, which sum up to the trunk's. */
static void
test_gramians (void)
{
  Bench bench;
  MtlStep *step;
  g_autoptr(MtlGrads) rows = NULL;

  memset (&seen, 0, sizeof seen);
  bench_open (&bench, branched, table, ROWS, ROWS, 1);
  step = new_step (&bench, &scribe.method, "block");
  rows = find_rows (&bench);
  take (&bench, step);
  check_sum (&bench, rows);
  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < 2; j++)
      {
        double sum = 0.0;

        for (gsize c = 36; c < bench.d; c++)
          sum += (double) mtl_grads_row (rows, i)[c] * mtl_grads_row (rows, j)[c];
        g_assert_cmpfloat_with_epsilon (seen.asked[1].gramian[i * 2 + j], sum, 1e-9);
        g_assert_cmpfloat_with_epsilon (mtl_step_report (step, MTL_PART_LOSS)->gramian[i * 3 + j],
                                        seen.asked[0].gramian[i * 3 + j] + sum, 1e-9);
      }
  mtl_step_free (step);
  bench_clear (&bench);
}

/* A trunk of one block is that block. */
static void
test_one_block (gconstpointer data)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_BALANCER, data, NULL);
  g_autofree float *trunk = NULL;
  const char *const scopes[] = { "trunk", "block" };
  Bench bench;

  bench_open (&bench, one_block, table, ROWS, ROWS, 2);
  for (guint n = 0; n < G_N_ELEMENTS (scopes); n++)
    {
      MtlStep *step = new_step (&bench, method, scopes[n]);

      take (&bench, step);
      if (trunk == NULL)
        trunk = g_memdup2 (mtl_step_gradient (step), bench.p * sizeof (float));
      g_assert_cmpmem (trunk, bench.p * sizeof (float), mtl_step_gradient (step),
                       bench.p * sizeof (float));
      mtl_step_free (step);
    }
  bench_clear (&bench);
}

/* MGDA of each block by itself: no task is harmed in either. */
static void
test_two_blocks (void)
{
  Bench bench;
  MtlStep *step;
  g_autoptr(MtlGrads) rows = NULL;
  const gsize first[] = { 0, 36 }, end[] = { 36, 64 };
  const guint n_tasks[] = { 3, 2 };

  bench_open (&bench, branched, table, ROWS, ROWS, 2);
  step = new_step (&bench, mtl_catalogue_find (MTL_KIND_BALANCER, "mgda", NULL), "block");
  rows = find_rows (&bench);
  take (&bench, step);
  for (guint s = 0; s < 2; s++)
    {
      const float *d = mtl_step_gradient (step);
      double square = 0.0;

      for (gsize c = first[s]; c < end[s]; c++)
        square += (double) d[c] * d[c];
      g_assert_cmpfloat (square, >, 1e-8);
      for (guint k = 0; k < n_tasks[s]; k++)
        {
          double along = 0.0;

          for (gsize c = first[s]; c < end[s]; c++)
            along += (double) d[c] * mtl_grads_row (rows, k)[c];
          g_assert_cmpfloat (along, >=, square * (1.0 - 1e-4));
        }
    }
  mtl_step_free (step);
  bench_clear (&bench);
}

/* --- what makes no sense --- */

/* @words: settings of the experiment; @reason: part of what is said, NULL: all is well. */
typedef struct
{
  const char *words;
  const char *reason;
  const char *key;    /* of the advice */
} Case;

static const Case cases[] = {
  { "balancer=equal", NULL, NULL },
  { "balancer=equal balancer.scope=block", "does not look at gradients", "balancer.scope" },
  { "balancer=autolambda balancer.scope=block", "does not look", "balancer.scope" },
  { "balancer=pcgrad balancer.scope=block sharpness=fs-mtl", NULL, NULL },
  { "balancer=pcgrad balancer.scope=split", NULL, NULL },
  { "balancer=pcgrad balancer.scope=split sharpness=sam", "flat regions", "balancer.scope" },
  { "balancer=mgda-ub sharpness=fs-mtl", "flat regions", "balancer.scope" },
  { "balancer=mgda-ub sharpness=fs-mtl balancer.scope=trunk", NULL, NULL },
  { "balancer=pcgrad balancer.scope=split accumulate=2", "several batches", "balancer.scope" },
  { "balancer=pcgrad balancer.scope=split balancer.rescale=match", "a length",
    "balancer.scope" },
  { "balancer=pcgrad sharpness=fs-mtl sharpness.flat-balancer=mgda "
    "sharpness.flat-balancer.scope=split", "flat regions", "sharpness.flat-balancer.scope" },
};

static void
test_refusals (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *text = g_strdup_printf ("%sexperiment %s", one_block, cases[n].words);
      g_autoptr(MtlDesign) design = build_design (text, table);
      MtlSurvey *survey = mtl_survey_new (design);
      g_autoptr(GError) error = NULL;

      g_test_message ("%s", cases[n].words);
      if (mtl_survey_check (survey, &error) != (cases[n].reason == NULL))
        g_test_fail_printf ("%s: %s", cases[n].words, error != NULL ? error->message : "accepted");
      if (error != NULL)
        {
          const MtlProblem *problem = mtl_survey_problem (survey, 0);
          g_autoptr(MtlDesign) mended =
            mtl_design_with_value (design, problem->fix_key, problem->fix_value, NULL);
          MtlSurvey *again = mtl_survey_new (mended);

          g_assert_nonnull (strstr (error->message, cases[n].reason));
          g_assert_true (g_str_has_suffix (problem->fix_key, cases[n].key));
          g_assert_true (mtl_survey_trains (again));
          mtl_survey_unref (again);
        }
      mtl_survey_unref (survey);
    }
}

/* Settings that make no sense do not reach a run; those that do change its scope. */
static void
test_apply (void)
{
  g_autofree char *text = g_strdup_printf ("%sexperiment balancer=pcgrad epochs=1 batch=16",
                                           one_block);
  g_autoptr(MtlDesign) design = build_design (text, table);
  static const char *const values[] = { "equal", "block", "split" };
  static const char *const keys[] = { "experiment.balancer", "experiment.balancer.scope",
                                      "experiment.balancer.scope" };
  MtlRunOptions options = { .n_threads = 1 };
  g_autoptr(MtlRecord) record = NULL;
  g_autofree char *warning = NULL;
  guint64 step = 0;
  Run run;

  run_start_paused (&run, design, &options);
  record = run_record (&run);
  for (guint n = 0; n < G_N_ELEMENTS (values); n++)
    {
      g_autoptr(MtlDesign) next = set_value (mtl_design_ref (design), keys[n], values[n]);

      if (n == 0)
        next = set_value (next, "experiment.balancer.scope", "block");
      g_assert_cmpint (mtl_trainer_apply (run.trainer, next), ==, MTL_CHANGE_SETTINGS);
      mtl_trainer_order (run.trainer, MTL_ORDER_STEP);
      run_reach (&run, MTL_RUN_PAUSED, n + 1);
    }
  mtl_trainer_order (run.trainer, MTL_ORDER_GO_ON);
  run_wait (&run);
  g_assert_no_error (run.error);
  warning = find_event (record, "warning", &step);
  g_assert_nonnull (warning);
  g_assert_nonnull (strstr (warning, "does not look at gradients"));
  g_assert_cmpuint (step, ==, 0);
  run_clear (&run);
}

int
main (int   argc,
      char *argv[])
{
  static const char *const methods[] = { "mgda", "pcgrad", "cagrad", "nash", "upgrad", "config" };
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (2 * ROWS);
  g_test_add_func ("/scope/questions", test_questions);
  g_test_add_func ("/scope/combine", test_combine);
  g_test_add_func ("/scope/gramians", test_gramians);
  g_test_add_func ("/scope/two-blocks", test_two_blocks);
  g_test_add_func ("/scope/refusals", test_refusals);
  g_test_add_func ("/scope/apply", test_apply);
  for (guint n = 0; n < G_N_ELEMENTS (methods); n++)
    {
      g_autofree char *path = g_strdup_printf ("/scope/one-block/%s", methods[n]);

      g_test_add_data_func (path, methods[n], test_one_block);
    }
  status = g_test_run ();
  remove_table (table);

  return status;
}
