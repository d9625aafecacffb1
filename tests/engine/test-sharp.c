/* test-sharp.c — what every sharpness method keeps to, on real networks
 *
 * A radius of 0 is plain training, to the bit, with every balancer. Running
 * statistics move once a step, and not where weights are moved. Tasks of radii of
 * their own are seen as where all have that radius.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-step-refusal.h"
#include "sharp-net.h"

static char *table;

/* What makes each method move nothing. */
static const struct { const char *id, *still, *of_one; } radii[] = {
  { "none", "", NULL },
  { "sam", "rho=0", "rho=%g" },
  { "asam", "rho=0", "rho=%g" },
  { "gsam", "rho-max=0 rho-min=0", "rho-max=%g rho-min=0 alpha=0" },
  { "looksam", "rho=0", "rho=%g" },
  { "fsam", "rho=0", "rho=%g" },
  { "wsam", "rho=0 max-norm=0", "rho=%g gamma=0.5 decouple=false max-norm=0" },
  { "rwp", "sigma=0", "sigma=%g lambda=1" },
  { "esam", "rho=0", "rho=%g beta=1 gamma=1" },
  { "samo", "rho=0", "rho=%g beta=0" },
  { "fs-mtl", "rho-shared=0", "rho-shared=%g mode=direct" },
};

static const char *
settings_of (const char *id,
             gboolean    still)
{
  for (guint n = 0; n < G_N_ELEMENTS (radii); n++)
    if (strcmp (radii[n].id, id) == 0)
      return still ? radii[n].still : radii[n].of_one;

  g_error ("nothing is said of the radius of %s", id);
}

/* --- nothing is moved --- */

/* Two steps, so that what a method remembers is used. Where a method has its rows written
 * out, plain training has to as well: factors are rounded otherwise. */
static void
check_still (Bench           *bench,
             const char      *balancer,
             const MtlMethod *method)
{
  const char *sharp = method->id;
  guint sets = ((const MtlSharp *) method)->balanced;
  MtlStep *plain = new_step (bench, balancer, "", "none", "");
  MtlStep *still = new_step (bench, balancer, "", sharp, settings_of (sharp, TRUE));

  if ((sets & 1) == 0)
    mtl_step_set_batches (plain, 2);
  for (guint n = 0; n < 2; n++)
    {
      const float *expected, *found, *beside;

      take (bench, plain, n);
      take (bench, still, n);
      expected = mtl_step_gradient (plain);
      found = mtl_step_gradient (still);
      beside = mtl_step_descent (still);
      for (gsize i = 0; i < bench->p; i++)
        if (found[i] != expected[i] || (beside != NULL && beside[i] != 0.0f))
          {
            g_test_fail_printf ("%s with %s: step %u, element %" G_GSIZE_FORMAT " is %.9g, plain "
                                "%.9g", sharp, balancer, n, i, found[i], expected[i]);
            break;
          }
    }
  mtl_step_free (plain);
  mtl_step_free (still);
}

static void
test_still (gconstpointer data)
{
  const MtlMethod *sharp = data;
  Bench bench;

  bench_open (&bench, net, table, ROWS, ROWS, 2);
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_BALANCER); *m != NULL; m++)
    check_still (&bench, (*m)->id, sharp);
  bench_clear (&bench);
}

/* --- what moves once --- */

static void
test_statistics (gconstpointer data)
{
  const MtlMethod *sharp = data;
  gsize n;
  Bench bench;
  MtlStep *plain, *step;

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  n = mtl_plan_n_theta (bench.plan) - bench.p;
  g_assert_cmpuint (n, >, 0);
  plain = new_step (&bench, "equal", "", "none", "");
  step = new_step (&bench, "equal", "", sharp->id, "");
  take (&bench, plain, 0);
  take (&bench, step, 0);
  g_assert_cmpmem (mtl_step_renewed (step), n * sizeof (float), mtl_step_renewed (plain),
                   n * sizeof (float));
  for (guint k = 0; k < bench.k; k++)
    g_assert_cmpfloat (mtl_step_losses (step)[k], ==, mtl_step_losses (plain)[k]);
  mtl_step_free (plain);
  mtl_step_free (step);
  bench_clear (&bench);
}

/* What is moved are weights, and never the statistics that stand behind them. */
static void
test_moved_statistics (void)
{
  static const char *const cases[][2] = {
    { "sam", "perturb=no-norm-no-bias" }, { "asam", "adaptive-scope=weights" }, { "rwp", "" },
  };
  Bench bench;

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      MtlStep *step = new_step (&bench, "equal", "", cases[n][0], cases[n][1]);
      gsize size = (mtl_plan_n_theta (bench.plan) - bench.p) * sizeof (float);

      take (&bench, step, 0);
      g_assert_cmpmem (mtl_step_moved (step) + bench.p, size, bench.theta + bench.p, size);
      mtl_step_free (step);
    }
  bench_clear (&bench);
}

/* --- radii of tasks --- */

/* Heads follow their own losses at the point of their own task. */
static float *
find_heads (Bench      *bench,
            const char *sharp,
            const char *radius)
{
  g_autoptr(GString) sets = g_string_new (settings_of (sharp, FALSE));
  MtlStep *step;
  float *heads;

  g_string_replace (sets, "%g", radius, 0);
  step = new_step (bench, "equal", "heads=plain", sharp, sets->str);
  take (bench, step, 0);
  heads = g_memdup2 (mtl_step_gradient (step), bench->p * sizeof *heads);
  mtl_step_free (step);

  return heads;
}

static void
test_radii (gconstpointer data)
{
  const char *sharp = ((const MtlMethod *) data)->id;
  g_autofree float *small = NULL;
  g_autofree float *large = NULL;
  g_autofree float *mixed = NULL;
  Bench bench;

  if (settings_of (sharp, FALSE) == NULL)
    {
      g_test_skip ("it has no radius");
      return;
    }

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  small = find_heads (&bench, sharp, "0.1");
  large = find_heads (&bench, sharp, "0.5");
  mixed = find_heads (&bench, sharp, "y0:0.1,y1:0.5,kind:0.1");
  for (guint k = 0; k < bench.k; k++)
    {
      const MtlTask *task = mtl_plan_task (bench.plan, k);
      const float *alike = k == 1 ? large : small;
      const float *other = k == 1 ? small : large;

      g_assert_cmpfloat (worst (mixed + task->offset, alike + task->offset, task->n_weights), <,
                         1e-5);
      g_assert_cmpfloat (worst (mixed + task->offset, other + task->offset, task->n_weights), >,
                         1e-3);
    }
  /* Nothing is left of a trunk that one task alone would move. */
  g_assert_cmpfloat (worst (mixed, small, bench.d), >, 1e-4);
  g_assert_cmpfloat (worst (mixed, large, bench.d), >, 1e-4);
  bench_clear (&bench);
}

/* A set of rows that one pass filled is filled by two from the next step on, and back. */
static void
test_radii_change (void)
{
  static const char radii_apart[] = "rho=y0:0.2,y1:0.1,kind:0.1";
  g_autoptr(MtlChosen) alike = choose (MTL_KIND_SHARP, "sam", "rho=0.1");
  g_autoptr(MtlChosen) apart = choose (MTL_KIND_SHARP, "sam", radii_apart);
  g_autofree float *before = NULL;
  Bench bench;
  MtlStep *step, *other;

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  step = new_step (&bench, "mgda", "", "sam", "rho=0.1");
  other = new_step (&bench, "mgda", "", "sam", radii_apart);
  take (&bench, step, 0);
  before = g_memdup2 (mtl_step_gradient (step), bench.p * sizeof *before);
  mtl_step_set_sharp (step, apart);
  take (&bench, step, 0);
  take (&bench, other, 0);
  g_assert_cmpfloat (worst (mtl_step_gradient (step), before, bench.p), >, 1e-4);
  g_assert_cmpmem (mtl_step_gradient (step), bench.p * sizeof (float),
                   mtl_step_gradient (other), bench.p * sizeof (float));
  mtl_step_set_sharp (step, alike);
  take (&bench, step, 0);
  g_assert_cmpmem (mtl_step_gradient (step), bench.p * sizeof (float), before,
                   bench.p * sizeof (float));
  mtl_step_free (other);
  mtl_step_free (step);
  bench_clear (&bench);
}

/* --- scale between layers --- */

/* The gradient of each output's bias, which follows from the perturbed function alone. */
static void
find_bias (Bench      *bench,
           const char *sharp,
           const char *sets,
           float      *bias)
{
  MtlStep *step = new_step (bench, "equal", "heads=plain", sharp, sets);

  take (bench, step, 0);
  for (guint k = 0; k < bench->k; k++)
    {
      const MtlTask *task = mtl_plan_task (bench->plan, k);

      bias[k] = mtl_step_gradient (step)[task->offset + task->n_weights - 1];
    }
  mtl_step_free (step);
}

/* Weights of one layer four times as large, of the next a quarter: with η = 0 ASAM does
 * not see it, and SAM does. */
static void
test_invariance (void)
{
  float before[2], after[2];
  Bench bench;

  bench_open (&bench, "d csv\nt dense units=16 < d.features\nr relu < t.out\n"
              "h0 dense units=1 < r.out\nh1 dense units=1 < r.out\ny0 task loss=mse < h0.out\n"
              "y1 task loss=mse < h1.out", table, ROWS, ROWS, 1);
  for (guint n = 0; n < 2; n++)
    {
      const char *sharp = n == 0 ? "asam" : "sam";
      const char *sets = n == 0 ? "eta=0 rho=1" : "rho=1";

      mtl_plan_initialise (bench.plan, 3, bench.theta);
      find_bias (&bench, sharp, sets, before);
      for (gsize i = 0; i < bench.d; i++)
        bench.theta[i] *= 4.0f;
      for (guint k = 0; k < 2; k++)
        for (gsize i = 0; i + 1 < mtl_plan_task (bench.plan, k)->n_weights; i++)
          bench.theta[mtl_plan_task (bench.plan, k)->offset + i] *= 0.25f;
      find_bias (&bench, sharp, sets, after);
      g_assert_cmpfloat (n == 0 ? worst (after, before, 2) : 1e-6 / worst (after, before, 2), <,
                         1e-4);
    }
  bench_clear (&bench);
}

/* --- what does not go together --- */

static char *
refuse (const char *settings)
{
  g_autofree char *text = g_strdup_printf ("%s\nexperiment batch=16 epochs=2 %s", net, settings);
  g_autoptr(MtlDesign) design = build_design (text, table);
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);
  g_autofree char *refusal = mtl_step_refusal (design, NULL);
  g_autoptr(GError) error = NULL;

  /* Whoever looks at the design is told the same. */
  g_assert_true (mtl_survey_check (survey, &error) == (refusal == NULL));
  g_assert_cmpstr (error != NULL ? error->message : NULL, ==, refusal);

  return g_steal_pointer (&refusal);
}

static void
test_refusals (void)
{
  static const struct { const char *settings; gboolean refused; } cases[] = {
    { "sharpness=esam", FALSE },
    { "sharpness=esam accumulate=2", TRUE },
    { "sharpness=esam accumulate=2 sharpness.gamma=1", FALSE },
    { "sharpness=rwp accumulate=2", FALSE },
    { "sharpness=rwp sharpness.batches=halves", FALSE },
    { "sharpness=rwp sharpness.batches=halves accumulate=2", TRUE },
    { "sharpness=fs-mtl accumulate=2", FALSE },
  };

  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *refusal = refuse (cases[n].settings);

      if ((refusal != NULL) != cases[n].refused)
        g_test_fail_printf ("%s: %s", cases[n].settings, refusal != NULL ? refusal : "goes");
    }
}

/* Of what a balancer learns or sees beside, the flatness part has nothing. */
static void
test_flat_refusals (void)
{
  const MtlBalancer cross = { .needs = MTL_NEEDS_CROSS };
  const MtlBalancer weighs = { .needs = MTL_NEEDS_LOSSES, .learn = (gpointer) refuse };
  const MtlBalancer reads = { .needs = MTL_NEEDS_ROWS, .learn = (gpointer) refuse };
  const MtlBalancer notes = { .needs = MTL_NEEDS_LOSSES, .note = (gpointer) refuse };
  const MtlBalancer follows = { .needs = MTL_NEEDS_LOSSES, .follow = (gpointer) refuse };
  const MtlBalancer plain = { .needs = MTL_NEEDS_GRAMIAN };
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_SHARP, "fs-mtl", NULL);
  const MtlSharp *sharp = (const MtlSharp *) method;
  g_autoptr(MtlChosen) split = choose (MTL_KIND_SHARP, "fs-mtl", "");
  g_autoptr(MtlChosen) direct = choose (MTL_KIND_SHARP, "fs-mtl", "mode=direct");

  g_assert_nonnull (sharp->refuses (mtl_chosen_settings (split), 1, &cross, FALSE));
  g_assert_nonnull (sharp->refuses (mtl_chosen_settings (split), 1, &reads, FALSE));
  g_assert_nonnull (sharp->refuses (mtl_chosen_settings (split), 1, &weighs, FALSE));
  g_assert_null (sharp->refuses (mtl_chosen_settings (split), 1, &weighs, TRUE));
  g_assert_nonnull (sharp->refuses (mtl_chosen_settings (split), 1, &notes, FALSE));
  g_assert_null (sharp->refuses (mtl_chosen_settings (split), 1, &notes, TRUE));
  g_assert_nonnull (sharp->refuses (mtl_chosen_settings (split), 1, &follows, FALSE));
  g_assert_null (sharp->refuses (mtl_chosen_settings (direct), 1, &follows, FALSE));
  g_assert_null (sharp->refuses (mtl_chosen_settings (split), 1, &plain, FALSE));
  g_assert_null (sharp->refuses (mtl_chosen_settings (direct), 1, &cross, FALSE));
  g_assert_null (sharp->refuses (mtl_chosen_settings (direct), 1, &reads, FALSE));
}

/* A run goes on as it was where new settings are refused. */
static void
test_refused_while_training (void)
{
  g_autofree char *text = g_strdup_printf ("%s\nexperiment batch=16 epochs=2 accumulate=2", net);
  g_autoptr(MtlDesign) design = build_design (text, table);
  g_autoptr(MtlDesign) next = set_value (mtl_design_ref (design), "experiment.sharpness", "esam");
  MtlRunOptions options = { .n_threads = 1 };
  g_autoptr(MtlRecord) record = NULL;
  g_autofree char *warning = NULL;
  guint64 step;
  Run run;

  run_start_paused (&run, design, &options);
  mtl_trainer_apply (run.trainer, next);
  mtl_trainer_order (run.trainer, MTL_ORDER_GO_ON);
  run_wait (&run);
  g_assert_no_error (run.error);
  record = mtl_trainer_record (run.trainer);
  warning = find_event (record, "warning", &step);
  g_assert_nonnull (warning);
  g_assert_nonnull (strstr (warning, "within one batch"));
  run_clear (&run);
}

/* --- beside the optimiser --- */

/* Under plain SGD decoupled and coupled are one for a mean. */
static void
test_beside (void)
{
  static const char text[] =
    "d csv\nt dense units=8 < d.features\nr tanh < t.out\nh0 dense units=1 < r.out\n"
    "h1 dense units=1 < r.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\n"
    "experiment epochs=2 batch=16 optimizer=sgd optimizer.lr=0.05 sharpness=wsam "
    "sharpness.rho=0.2 sharpness.max-norm=0";
  g_autoptr(MtlDesign) apart = build_design (text, table);
  g_autoptr(MtlDesign) coupled = set_value (mtl_design_ref (apart),
                                            "experiment.sharpness.decouple", "false");
  g_autoptr(MtlDesign) plain = set_value (mtl_design_ref (apart), "experiment.sharpness", "none");
  const MtlDesign *designs[] = { apart, coupled, plain };
  MtlRunOptions options = { .n_threads = 2 };
  MtlSnapshot *snapshots[3];
  gsize n;

  for (guint i = 0; i < G_N_ELEMENTS (designs); i++)
    {
      Run run;

      run_all (&run, designs[i], &options);
      snapshots[i] = mtl_trainer_snapshot (run.trainer);
      run_clear (&run);
    }
  mtl_snapshot_theta (snapshots[0], &n);
  g_assert_cmpfloat (worst (mtl_snapshot_theta (snapshots[0], NULL),
                            mtl_snapshot_theta (snapshots[1], NULL), n), <, 1e-4);
  g_assert_cmpfloat (worst (mtl_snapshot_theta (snapshots[0], NULL),
                            mtl_snapshot_theta (snapshots[2], NULL), n), >, 1e-2);
  for (guint i = 0; i < G_N_ELEMENTS (designs); i++)
    mtl_snapshot_unref (snapshots[i]);
}

static void
add_for_all (const char    *what,
             GTestDataFunc  run)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_SHARP); *m != NULL; m++)
    {
      g_autofree char *path = g_strdup_printf ("/sharp/%s/%s", what, (*m)->id);

      g_test_add_data_func (path, *m, run);
    }
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (2 * ROWS);
  add_for_all ("still", test_still);
  add_for_all ("statistics", test_statistics);
  add_for_all ("radii", test_radii);
  g_test_add_func ("/sharp/moved-statistics", test_moved_statistics);
  g_test_add_func ("/sharp/radii-change", test_radii_change);
  g_test_add_func ("/sharp/invariance", test_invariance);
  g_test_add_func ("/sharp/refusals", test_refusals);
  g_test_add_func ("/sharp/flat-refusals", test_flat_refusals);
  g_test_add_func ("/sharp/refused-while-training", test_refused_while_training);
  g_test_add_func ("/sharp/beside", test_beside);
  status = g_test_run ();
  remove_table (table);

  return status;
}
