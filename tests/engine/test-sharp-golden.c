/* test-sharp-golden.c — sharpness methods on gradients written down
 *
 * Numbers: an independent computation in double precision (numpy). Gradients are
 * float32 here, so they are met to 1e-6.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "sharp-given.h"

/* --- where the first step looks --- */

static const struct
{
  const char *sharp, *sets;
  double      shift[P];
} moves[] = {
  { "sam", "rho=0.05", { .011538462, -.015384615, .046153846 } },
  { "sam", "rho=0.05 norm=inf", { .05, -.05, .05 } },
  { "sam", "rho=0.05 perturb=trunk-only", { .03, -.04, 0.0 } },
  { "sam", "rho=0.05 perturb=heads-only", { 0.0, 0.0, .05 } },
  { "sam", "rho=0.05 perturb=no-norm-no-bias", { .03, -.04, 0.0 } },
  { "asam", "", { .145054597, -.765983829, .147941185 } },
  { "asam", "rho=2 eta=0", { .574695771, -3.065044113, .574695771 } },
  /* T = (1.01, 2.01, 1): |Tg| 1.475881093 */
  { "asam", "adaptive-scope=weights", { .103677050, -.547483130, .406536820 } },
  { "asam", "norm=inf", { .505, -1.005, .255 } },
  { "gsam", "rho-max=0.05", { .011538462, -.015384615, .046153846 } },
  { "looksam", "rho=0.05", { .011538462, -.015384615, .046153846 } },
  { "fsam", "", { .011538462, -.015384615, .046153846 } },
  { "wsam", "", { .011538462, -.015384615, .046153846 } },
  { "wsam", "rho=2 adaptive=true", { .574695771, -3.065044113, .574695771 } },
};

static void
test_moves (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);

  for (guint n_tasks = 1; n_tasks <= 2; n_tasks++)
    {
      g_autofree char *what = g_strdup_printf ("%s %s, K = %u", moves[n].sharp, moves[n].sets,
                                               n_tasks);
      Bench bench;

      bench_init (&bench, n_tasks);
      set_up (&bench, moves[n].sharp, moves[n].sets);
      take (&bench);
      expect_shift (what, moves[n].shift);
      bench_clear (&bench);
    }
}

/* What is left where it is counts in no norm. */
static void
test_fs_mtl_moves (void)
{
  static const struct { const char *sets; double shift[P]; } cases[] = {
    { "rho-shared=0.05", { .03, -.04, .05 } },
    { "rho-shared=0.05 rho-task=0.1", { .03, -.04, .1 } },
    { "rho-shared=one:0.05 rho-task=one:0.1", { .03, -.04, .1 } },
    { "rho-shared=0.05 perturb=trunk", { .03, -.04, 0.0 } },
    { "rho-shared=0.05 perturb=heads", { 0.0, 0.0, .05 } },
    { "rho-shared=0.05 norm=joint", { .011538462, -.015384615, .046153846 } },
    { "rho-shared=0.05 norm=joint perturb=trunk", { .03, -.04, 0.0 } },
    { "rho-shared=0.05 norm=joint perturb=heads", { 0.0, 0.0, .05 } },
    { "rho-shared=2 norm=joint adaptive=true", { .574695771, -3.065044113, .574695771 } },
    { "rho-shared=0.5 adaptive=true", { .175561720, -.936329180, .25 } },
  };

  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      Bench bench;

      bench_init (&bench, 1);
      set_up (&bench, "fs-mtl", cases[n].sets);
      take (&bench);
      expect_shift (cases[n].sets, cases[n].shift);
      bench_clear (&bench);
    }
}

/* --- what it follows --- */

static const struct
{
  const char *sharp, *sets;
  double      gradient[P], beside[P];
} updates[] = {
  { "sam", "", { .5, -.2, 1.0 }, { 0.0 } },
  { "gsam", "alpha=0", { .5, -.2, 1.0 }, { 0.0 } },
  { "gsam", "alpha=0.4", { .601705426, -.128682171, .963410853 }, { 0.0 } },
  { "wsam", "gamma=0.88 decouple=false max-norm=0", { 1.766666667, 1.066666667, -.266666667 },
    { 0.0 } },
  { "wsam", "gamma=0.5 decouple=false max-norm=0", { .5, -.2, 1.0 }, { 0.0 } },
  { "wsam", "gamma=0 decouple=false max-norm=0", { .3, -.4, 1.2 }, { 0.0 } },
  { "wsam", "gamma=0.88 max-norm=0", { .3, -.4, 1.2 },
    { 1.466666667, 1.466666667, -1.466666667 } },
  /* Cut from 1.3 and from 1.135781669 to 1 − 10⁻⁶. */
  { "wsam", "gamma=0.9", { .230769053, -.307692071, .923076213 },
    { 1.885104110, 1.184418400, -.383634740 } },
  { "wsam", "gamma=0.9 decouple=false", { 2.115873160, .876726330, .539441480 }, { 0.0 } },
};

static void
test_updates (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);

  for (guint n_tasks = 1; n_tasks <= 2; n_tasks++)
    {
      g_autofree char *what = g_strdup_printf ("%s %s, K = %u", updates[n].sharp,
                                               updates[n].sets, n_tasks);
      const float none[P] = { 0.0f };
      const float *beside;
      Bench bench;

      bench_init (&bench, n_tasks);
      set_up (&bench, updates[n].sharp, updates[n].sets);
      expect (what, take (&bench), updates[n].gradient);
      beside = mtl_step_descent (bench.step);
      expect (what, beside != NULL ? beside : none, updates[n].beside);
      bench_clear (&bench);
    }
}

/* A head that follows its own loss is corrected by as much more as its gradient is longer. */
static void
test_plain_heads (void)
{
  g_autoptr(MtlChosen) plain = choose (MTL_KIND_BALANCER, "equal", "heads=plain");
  Bench bench;

  bench_init (&bench, 2);
  set_up (&bench, "gsam", "");
  mtl_step_set_balancer (bench.step, MTL_PART_LOSS, plain);
  expect ("gsam", take (&bench), (const double[]) { .601705426, -.128682171, 2 * .963410853 });
  set_up (&bench, "wsam", "gamma=0.88 max-norm=0");
  mtl_step_set_balancer (bench.step, MTL_PART_LOSS, plain);
  expect ("wsam", take (&bench), (const double[]) { .3, -.4, 2.4 });
  expect ("wsam beside", mtl_step_descent (bench.step),
          (const double[]) { 1.466666667, 1.466666667, -2.933333333 });
  bench_clear (&bench);
}

/* The radius follows the rate, from its share `rate-min` on. */
static void
test_gsam_radius (void)
{
  static const struct { const char *sets; double rate, radius; } cases[] = {
    { "rho-max=0.5 rho-min=0.1", 0.2, 0.5 },
    { "rho-max=0.5 rho-min=0.1", 0.05, 0.2 },
    { "rho-max=0.5 rho-min=0.1", 0.0, 0.1 },
    { "rho-max=0.5 rho-min=0.1 rate-min=0.5", 0.15, 0.3 },
    { "rho-max=0.5 rho-min=0.1 rate-min=0.5", 0.01, 0.1 },
  };
  Bench bench;

  bench_init (&bench, 1);
  mtl_step_set_highest_rate (bench.step, 0.2);
  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      double by = cases[n].radius / 1.3;

      set_up (&bench, "gsam", cases[n].sets);
      mtl_step_set_clock (bench.step, 0, cases[n].rate);
      take (&bench);
      expect_shift (cases[n].sets, (const double[]) { by * 0.3, by * -0.4, by * 1.2 });
    }
  bench_clear (&bench);
}

static void
set_clean (double a,
           double b,
           double c)
{
  clean[0] = a;
  clean[1] = b;
  clean[2] = c;
}

/* Looks ahead at steps 0 and 3 of these, and reuses g_v between. */
static void
test_looksam (gconstpointer data)
{
  Bench bench;

  bench_init (&bench, GPOINTER_TO_UINT (data));
  set_up (&bench, "looksam", "k=3");
  expect ("step 0", take (&bench), moved);
  set_clean (0.2, 0.1, 0.4);
  for (guint n = 1; n < 3; n++)
    expect ("between", take (&bench), (const double[]) { .479170369, .257033332, .382551852 });
  g_assert_cmpfloat (seen.forward, ==, 4.0);
  expect ("step 3", take (&bench), moved);
  g_assert_cmpfloat (seen.forward, ==, 6.0);
  set_clean (0.3, -0.4, 1.2);
  bench_clear (&bench);
}

/* m is (.3, −.4, 1.2), then (.29, −.35, 1.12). */
static void
test_fsam (gconstpointer data)
{
  Bench bench;

  bench_init (&bench, GPOINTER_TO_UINT (data));
  set_up (&bench, "fsam", "");
  take (&bench);
  set_clean (0.2, 0.1, 0.4);
  take (&bench);
  expect_shift ("step 1", (const double[]) { -.005270463, .026352314, -.042163702 });
  set_clean (0.3, -0.4, 1.2);
  take (&bench);
  expect_shift ("step 2", (const double[]) { .005270463, -.026352314, .042163702 });
  g_assert_cmpfloat_with_epsilon (mtl_state_floats (mtl_step_sharp_state (bench.step), 0)[0],
                                  0.9 * 0.29 + 0.1 * 0.3, 1e-7);
  bench_clear (&bench);
}

/* m_k, of the one tensor of the trunk, as the method's header has it, for l = const + θ₀·θ₁:
 * larger along z where θ₀·z₁ + θ₁·z₀ > 0. */
static void
find_samo (Bench  *bench,
           guint   task,
           double  beta,
           double *m)
{
  MtlRng rng = mtl_rng_derive (mtl_rng_new (1, MTL_STREAM_SHARP), bench->n);
  float z[D];
  double side, random, length = hypot (clean[0], clean[1]), norm;

  mtl_step_normals (bench->step, mtl_rng_derive (rng, task), D, z);
  side = start[0] * z[1] + start[1] * z[0] > 0.0 ? 1.0 : -1.0;
  random = hypot (z[0], z[1]);
  for (guint i = 0; i < D; i++)
    m[i] = (1.0 - beta) * clean[i] + beta * length * side * z[i] / random;
  norm = hypot (m[0], m[1]);
  for (guint i = 0; i < D; i++)
    m[i] /= norm;
}

/* Steps enough for both sides. The last task looks last: where it is alone, with its head. */
static void
test_samo (gconstpointer data)
{
  guint n_tasks = GPOINTER_TO_UINT (data);
  Bench bench;

  bench_init (&bench, n_tasks);
  set_up (&bench, "samo", "rho=0.5 beta=0.6");
  for (guint n = 0; n < 10; n++)
    {
      double m[P] = { 0.0, 0.0, n_tasks == 1 ? 1.0 : 0.0 };

      find_samo (&bench, n_tasks - 1, 0.6, m);
      expect ("s", take (&bench), moved);
      for (guint i = 0; i < P; i++)
        m[i] *= 0.5;
      expect_shift ("samo", m);
    }
  /* T = |θ|: T²g / |Tg|, trunk and head each. */
  set_up (&bench, "samo", "rho=0.5 beta=0 adaptive=true");
  take (&bench);
  expect_shift ("adaptive", (const double[]) { .175561720, -.936329180,
                                               n_tasks == 1 ? .25 : 0.0 });
  bench_clear (&bench);
}

/* The samples whose part in the mean of all losses grows most. */
static void
test_esam (void)
{
  static const struct
  {
    guint       n_tasks;
    const char *sets;
    guint32     samples;
  } cases[] = {
    { 1, "gamma=0.5", 1 << 0 | 1 << 2 },
    { 1, "gamma=0.75", 1 << 0 | 1 << 2 | 1 << 3 },
    { 1, "gamma=0.01", 1 << 2 },
    { 1, "gamma=1", 0xf },
    { 2, "gamma=0.5", 1 << 1 | 1 << 2 },
    { 2, "gamma=0.5 rho=two:0", 1 << 0 | 1 << 2 },
    { 2, "gamma=0.5 rho=two:0.1", 1 << 1 | 1 << 2 },
    { 2, "gamma=0.5 rho=0", 0 },
  };

  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *sets = g_strconcat (cases[n].sets, " beta=1", NULL);
      Bench bench;

      bench_init (&bench, cases[n].n_tasks);
      set_up (&bench, "esam", sets);
      take (&bench);
      if (cases[n].samples == 0)
        g_assert_cmpfloat (seen.forward, ==, 1.0);
      else
        g_assert_cmphex (seen.samples, ==, cases[n].samples);
      bench_clear (&bench);
    }
}

/* What is not finite out there ends the step, and nothing of it is remembered. */
static void
test_failure (gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) before = NULL;
  g_autoptr(GVariant) after = NULL;
  Bench bench;

  bench_init (&bench, 2);
  set_up (&bench, data, strcmp (data, "looksam") == 0 ? "k=1" : "");
  take (&bench);
  before = mtl_state_save (mtl_step_sharp_state (bench.step));
  set_clean (0.2, 0.1, 0.4);
  moved[1] = INFINITY;
  g_assert_false (mtl_step_take (bench.step, start, &bench.batch, 1, 1, TRUE, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE);
  g_assert_true (mtl_step_failed_perturbed (bench.step));
  after = mtl_state_save (mtl_step_sharp_state (bench.step));
  g_assert_true (g_variant_equal (before, after));
  moved[1] = -0.2;
  set_clean (0.3, -0.4, 1.2);
  bench_clear (&bench);
}

/* Nothing to move along, and nothing to divide by. */
static void
test_still (gconstpointer data)
{
  const MtlMethod *sharp = data;
  const double none[P] = { 0.0 };
  double kept[P];
  Bench bench;

  memcpy (kept, moved, sizeof kept);
  set_clean (0.0, 0.0, 0.0);
  memset (moved, 0, sizeof moved);
  bench_init (&bench, 1);
  set_up (&bench, sharp->id, "");
  for (guint n = 0; n < 2; n++)
    expect (sharp->id, take (&bench), none);
  bench_clear (&bench);
  memcpy (moved, kept, sizeof kept);
  set_clean (0.3, -0.4, 1.2);
}

/* --- what it costs --- */

static const struct { const char *sharp, *sets; } costs[] = {
  { "none", "" }, { "sam", "" }, { "asam", "" }, { "gsam", "" }, { "looksam", "" },
  { "looksam", "k=3" }, { "fsam", "" }, { "wsam", "" }, { "fs-mtl", "" },
  { "rwp", "" }, { "rwp", "batches=halves" }, { "rwp", "batches=halves sigma=one:0.1" },
  { "esam", "" }, { "esam", "gamma=0.75 rho=two:0.1" }, { "esam", "gamma=1" },
  { "samo", "" }, { "samo", "beta=0" },
  { "sam", "rho=one:0.1" }, { "gsam", "rho-min=two:0.1" }, { "looksam", "rho=one:0.2" },
  { "wsam", "rho=one:0.2,two:0.2" },
};

/* What a method declares of its passes is what it takes. */
static void
test_passes (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  const guint n_steps = 60;   /* whole rounds of whatever alternates */
  g_autoptr(MtlChosen) chosen = choose (MTL_KIND_SHARP, costs[n].sharp, costs[n].sets);
  const MtlSharp *sharp = (const MtlSharp *) mtl_chosen_method (chosen);
  g_autoptr(MtlChosen) spread = NULL;
  double forward = sharp->forward[0] + 2.0 * sharp->forward[1];
  double backward = sharp->backward[0] + 2.0 * sharp->backward[1];
  Bench bench;

  bench_init (&bench, 2);
  spread = mtl_chosen_for_tasks (chosen, mtl_plan_task_ids (&bench.plan), 2, NULL);
  if (sharp->passes != NULL)
    sharp->passes (mtl_chosen_settings (spread), 2, &forward, &backward);
  set_up (&bench, costs[n].sharp, costs[n].sets);
  mtl_step_set_clock (bench.step, 0, 0.5);
  for (guint i = 0; i < n_steps; i++)
    take (&bench);
  g_assert_cmpfloat_with_epsilon (seen.forward / n_steps, forward, 1e-12);
  g_assert_cmpfloat_with_epsilon (seen.backward / n_steps, backward, 1e-12);
  bench_clear (&bench);
}

/* Every method of the catalogue is counted above. */
static void
test_all_counted (void)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_SHARP); *m != NULL; m++)
    {
      guint n = 0;

      while (n < G_N_ELEMENTS (costs) && strcmp (costs[n].sharp, (*m)->id) != 0)
        n++;
      if (n == G_N_ELEMENTS (costs))
        g_test_fail_printf ("the passes of %s are not counted", (*m)->id);
    }
}

static void
add_numbered (const char   *path,
              guint         n,
              const char   *name,
              GTestDataFunc run)
{
  g_autofree char *full = g_strdup_printf ("/sharp/%s/%u-%s", path, n, name);

  g_test_add_data_func (full, GUINT_TO_POINTER (n), run);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint n = 0; n < G_N_ELEMENTS (moves); n++)
    add_numbered ("moves", n, moves[n].sharp, test_moves);
  for (guint n = 0; n < G_N_ELEMENTS (updates); n++)
    add_numbered ("updates", n, updates[n].sharp, test_updates);
  for (guint n = 0; n < G_N_ELEMENTS (costs); n++)
    add_numbered ("passes", n, costs[n].sharp, test_passes);
  for (guint n_tasks = 1; n_tasks <= 2; n_tasks++)
    {
      add_numbered ("steps", n_tasks, "looksam", test_looksam);
      add_numbered ("steps", n_tasks, "fsam", test_fsam);
      add_numbered ("steps", n_tasks, "samo", test_samo);
    }
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_SHARP); *m != NULL; m++)
    {
      g_autofree char *path = g_strdup_printf ("/sharp/still/%s", (*m)->id);

      g_test_add_data_func (path, *m, test_still);
    }
  g_test_add_data_func ("/sharp/failure/looksam", "looksam", test_failure);
  g_test_add_data_func ("/sharp/failure/fsam", "fsam", test_failure);
  g_test_add_func ("/sharp/fs-mtl-moves", test_fs_mtl_moves);
  g_test_add_func ("/sharp/esam", test_esam);
  g_test_add_func ("/sharp/plain-heads", test_plain_heads);
  g_test_add_func ("/sharp/gsam-radius", test_gsam_radius);
  g_test_add_func ("/sharp/all-counted", test_all_counted);

  return g_test_run ();
}
