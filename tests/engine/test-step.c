/* test-step.c — the step of task-based flat regions on a quadratic worked by hand
 *
 * Two tasks over a trunk x ∈ R² and a head y_k ∈ R each:
 *
 *   l_k = (x−c)ᵀA(x−c)/2 + r²/2,   r = y_k − b·x,
 *   ∂l_k/∂x = A(x−c) − r·b,        ∂l_k/∂y_k = r.
 *
 * The step, the sharpness methods, the balancers and the rows of gradients are
 * the engine's own; only the work that would run a network is replaced by the
 * formulas above, which the linker takes from this file.
 *
 * Numbers: an independent computation in double precision (numpy). Rows are
 * float32 here, so they are met to 1e-6.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-clip.h"
#include "mtl-step-private.h"
#include "no-network.h"

#define TOLERANCE 2e-6

/* --- the work --- */

typedef struct
{
  double a[2][2], c[2], b[2];
} Quadratic;

static const Quadratic quadratics[2] = {
  { { { 4, 1 }, { 1, 2 } }, { 1, 0 }, { 1, -1 } },
  { { { 1, 0 }, { 0, 9 } }, { -1, 1 }, { 0.5, 2 } },
};

guint64
mtl_work_labelled (MtlWork        *self,
                   const MtlBatch *batch)
{
  return *(const guint64 *) (gconstpointer) batch->samples;
}

static double
evaluate (guint        task,
          const float *theta,
          double       gx[2],
          double      *gy)
{
  const Quadratic *q = &quadratics[task];
  double u[2] = { theta[0] - q->c[0], theta[1] - q->c[1] };
  double r = theta[2 + task] - q->b[0] * theta[0] - q->b[1] * theta[1];
  double au[2] = { q->a[0][0] * u[0] + q->a[0][1] * u[1], q->a[1][0] * u[0] + q->a[1][1] * u[1] };

  gx[0] = au[0] - r * q->b[0];
  gx[1] = au[1] - r * q->b[1];
  *gy = r;

  return 0.5 * (u[0] * au[0] + u[1] * au[1]) + 0.5 * r * r;
}

static double perturbed_losses[2];

void
mtl_work_run (MtlWork       *self,
              const MtlPass *pass,
              double        *losses,
              MtlGrads      *grads,
              float *const  *outputs)
{
  for (guint k = 0; k < 2; k++)
    {
      double gx[2], gy;

      if ((pass->tasks >> k & 1) == 0)
        continue;
      losses[k] = evaluate (k, pass->theta, gx, &gy);
      if (pass->mode == MTL_PASS_PERTURBED)
        perturbed_losses[k] = losses[k];
      if (grads == NULL)
        continue;
      mtl_grads_row (grads, k)[0] = (float) gx[0];
      mtl_grads_row (grads, k)[1] = (float) gx[1];
      mtl_grads_head (grads, k)[0] = (float) gy;
    }
}

void
mtl_work_run_sum (MtlWork       *self,
                  const MtlPass *pass,
                  const double  *weights,
                  double        *losses,
                  MtlGrads      *grads,
                  float *const  *outputs,
                  float         *direction)
{
  mtl_work_run (self, pass, losses, grads, outputs);
  for (guint k = 0; k < 2; k++)
    for (guint i = 0; i < 2; i++)
      if ((pass->tasks >> k & 1) != 0)
        direction[i] += (float) weights[k] * mtl_grads_row (grads, k)[i];
}

/* --- a step --- */

typedef struct
{
  MtlPlan   plan;
  MtlTask   tasks[2];
  char     *ids[3];
  MtlWork  *work;
  MtlStep  *step;
  guint64   labelled;
  MtlBatch  batch;
} Bench;

static void
bench_init (Bench *self)
{
  const MtlTensor trunk = { .block = "quadratic", .name = "x", .size = 2, .tasks = 3 };

  *self = (Bench) { .ids = { (char *) "one", (char *) "two", NULL }, .labelled = 3 };
  for (guint k = 0; k < 2; k++)
    self->tasks[k] = (MtlTask) { .id = self->ids[k], .size = 1, .weight = 1.0,
                                 .offset = 2 + k, .n_weights = 1 };
  self->plan = (MtlPlan) { .refs = 1, .capacity = 1, .trains = TRUE, .n_tasks = 2,
                           .tasks = self->tasks, .task_ids = self->ids,
                           .tensors = g_array_new (FALSE, FALSE, sizeof (MtlTensor)),
                           .n_trunk = 2, .n_weights = 4, .n_theta = 4 };
  g_array_append_val (self->plan.tensors, trunk);
  self->batch = (MtlBatch) { .rows = 1, .samples = (guint32 *) (gpointer) &self->labelled };
  self->work = mtl_work_new (&self->plan, NULL);
  self->step = mtl_step_new (self->work);
}

static void
bench_clear (Bench *self)
{
  mtl_step_free (self->step);
  mtl_work_free (self->work);
  g_array_unref (self->plan.tensors);
}

static MtlChosen *
choose (MtlKind            kind,
        const char        *id,
        const char *const *sets)
{
  MtlChosen *chosen = mtl_chosen_new (kind, mtl_catalogue_find (kind, id, NULL));

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

static const float start[4] = { 0.5f, 0.5f, 1.0f, -1.0f };

/* As the trainer has it, the flatness part has the balancer of the loss part unless it has one. */
static const float *
take (Bench             *bench,
      const char        *balancer,
      const char *const *balancer_sets,
      const char        *sharp,
      const char *const *sharp_sets)
{
  g_autoptr(MtlChosen) b = choose (MTL_KIND_BALANCER, balancer, balancer_sets);
  g_autoptr(MtlChosen) s = choose (MTL_KIND_SHARP, sharp, sharp_sets);
  const MtlSetting *flat = mtl_chosen_get (s, "flat-balancer");
  g_autoptr(GError) error = NULL;
  const MtlBatch *fresh[] = { &bench->batch, &bench->batch };

  mtl_step_set_fresh (bench->step, fresh);
  mtl_step_set_balancer (bench->step, MTL_PART_LOSS, b);
  mtl_step_set_balancer (bench->step, MTL_PART_FLAT,
                         flat != NULL && flat->method != NULL ? flat->method : b);
  mtl_step_set_sharp (bench->step, s);
  g_assert_true (mtl_step_take (bench->step, start, &bench->batch, 0, 1, TRUE, &error));
  g_assert_no_error (error);

  return mtl_step_gradient (bench->step);
}

static void
expect (const char  *what,
        const float *found,
        double       x,
        double       y)
{
  if (fabs (found[0] - x) > TOLERANCE || fabs (found[1] - y) > TOLERANCE)
    g_test_fail_printf ("%s: (%.9f, %.9f), expected (%.9f, %.9f)", what, found[0], found[1], x, y);
}

/* --- the cases --- */

static const char *const separate[] = { "rho-shared", "0.1", "rho-task", "0.05", NULL };
static const char *const joint[] = { "rho-shared", "0.1", "norm", "joint", NULL };
static const char *const adaptive[] = { "rho-shared", "2", "norm", "joint", "adaptive", "true",
                                        NULL };
static const char *const direct[] = { "rho-shared", "0.1", "rho-task", "0.05", "mode", "direct",
                                      NULL };
static const char *const flat_equal[] = { "rho-shared", "0.1", "rho-task", "0.05",
                                          "flat-balancer", "equal", NULL };
static const char *const flat_pcgrad[] = { "rho-shared", "0.1", "rho-task", "0.05",
                                           "flat-balancer", "pcgrad", NULL };
static const char *const flat_fixed[] = { "rho-shared", "0.1", "rho-task", "0.05",
                                          "flat-balancer", "fixed", "flat-balancer.weights", "3",
                                          NULL };
static const char *const c_04[] = { "c", "0.4", NULL };
static const char *const plain_nash[] = { "max-norm", "0", NULL };

static const struct
{
  const char        *name, *balancer;
  const char *const *balancer_sets;
  const char *const *sharp_sets;
  double             d[2];
} cases[] = {
  { "S/split/equal", "equal", NULL, separate, { -.101873231, .952174363 } },
  { "S/split/mgda", "mgda", NULL, separate, { .208513697, .908699092 } },
  { "S/split/pcgrad", "pcgrad", NULL, separate, { .385696767, 3.184787937 } },
  { "S/split/cagrad", "cagrad", c_04, separate, { .153870755, 1.071847018 } },
  { "S/split/upgrad", "upgrad", NULL, separate, { .192848384, 1.592393968 } },
  { "S/split/imtl-g", "imtl-g", NULL, separate, { .142849940, .912089961 } },
  { "S/split/nash", "nash", plain_nash, separate, { .011293125, 2.728875195 } },
  { "S/direct/equal", "equal", NULL, direct, { -.101873231, .952174363 } },
  { "S/direct/mgda", "mgda", NULL, direct, { .226503721, .866318399 } },
  { "S/direct/pcgrad", "pcgrad", NULL, direct, { .633029337, 3.255960251 } },
  { "S/direct/cagrad", "cagrad", c_04, direct, { .233976140, .894898480 } },
  { "S/direct/upgrad", "upgrad", NULL, direct, { .316514668, 1.627980126 } },
  { "S/direct/imtl-g", "imtl-g", NULL, direct, { .198900056, .873535530 } },
  { "S/direct/nash", "nash", plain_nash, direct, { .313973802, 1.378920031 } },
  { "J/split/mgda", "mgda", NULL, joint, { .197377201, .907048836 } },
  { "J/split/pcgrad", "pcgrad", NULL, joint, { .388350283, 3.124665571 } },
  { "J/split/cagrad", "cagrad", c_04, joint, { .152626591, 1.063903083 } },
  { "J/split/upgrad", "upgrad", NULL, joint, { .194175142, 1.562332785 } },
  { "S/split/pcgrad+equal", "pcgrad", NULL, flat_equal, { .530479710, 2.860262598 } },
  { "S/split/equal+pcgrad", "equal", NULL, flat_pcgrad, { -.246656174, 1.276699701 } },
  { "S/split/equal+fixed", "equal", NULL, flat_fixed, { -.923739386, 1.963046178 } },
  { "A/split/mgda", "mgda", NULL, adaptive, { -.642787113, 4.075186482 } },
  { "A/split/pcgrad", "pcgrad", NULL, adaptive, { -2.478434132, 9.021237920 } },
  { "A/split/cagrad", "cagrad", c_04, adaptive, { -.744610471, 4.733489423 } },
  { "A/split/upgrad", "upgrad", NULL, adaptive, { -1.239217066, 4.510618960 } },
};

static void
test_direction (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  Bench bench;

  bench_init (&bench);
  expect (cases[n].name,
          take (&bench, cases[n].balancer, cases[n].balancer_sets, "fs-mtl", cases[n].sharp_sets),
          cases[n].d[0], cases[n].d[1]);
  bench_clear (&bench);
}

/* Losses at θ + ε_k and the heads' gradients there. */
static void
test_perturbed (void)
{
  static const struct
  {
    const char *const *sets;
    double             losses[2], heads[2];
  } expected[] = {
    { separate, { 1.372010479, 5.166250000 }, { 1.187198868, -2.35 } },
    { joint, { 1.332957542, 5.135174094 }, { 1.162221421, -2.353041967 } },
    { adaptive, { 7.975533906, 12.077056392 }, { 3.262741700, -4.229493315 } },
  };
  Bench bench;

  bench_init (&bench);
  for (guint n = 0; n < G_N_ELEMENTS (expected); n++)
    {
      const float *gradient = take (&bench, "mgda", NULL, "fs-mtl", expected[n].sets);

      expect ("heads", gradient + 2, expected[n].heads[0], expected[n].heads[1]);
      for (guint k = 0; k < 2; k++)
        g_assert_cmpfloat_with_epsilon (perturbed_losses[k], expected[n].losses[k], 1e-5);
    }
  bench_clear (&bench);
}

/* ρ = 0 is plain training: the flatness part is nothing. Some methods learn from a
 * step: each of these is a first one. */
static void
test_rho_zero (void)
{
  static const char *const zero[] = { "rho-shared", "0", NULL };
  Bench bench;
  float plain[4];

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_BALANCER); *m != NULL; m++)
    {
      const float *found;

      if (((const MtlBalancer *) *m)->scope != MTL_SCOPE_TRUNK
          || ((const MtlBalancer *) *m)->least_tasks > 2)
        continue;
      bench_init (&bench);
      memcpy (plain, take (&bench, (*m)->id, NULL, "none", NULL), sizeof plain);
      bench_clear (&bench);
      bench_init (&bench);
      found = take (&bench, (*m)->id, NULL, "fs-mtl", zero);
      for (guint i = 0; i < 4; i++)
        if (found[i] != plain[i])
          g_test_fail_printf ("%s: element %u is %g with ρ = 0, %g plain", (*m)->id, i,
                              found[i], plain[i]);
      bench_clear (&bench);
    }
}

/* A task without a label is left out: the other is then alone. */
static void
test_left_out (void)
{
  Bench bench;
  const float *found;

  bench_init (&bench);
  bench.labelled = 1;
  found = take (&bench, "mgda", NULL, "none", NULL);
  expect ("trunk", found, -2.5, 1.5);
  expect ("heads", found + 2, 1.0, 0.0);
  g_assert_true (isnan (mtl_step_losses (bench.step)[1]));
  g_assert_true (isnan (mtl_step_report (bench.step, MTL_PART_LOSS)->gramian[1]));
  bench_clear (&bench);
}

/* Conflict is reported at the clean point whatever point the step is taken at. */
static void
test_conflict_is_clean (void)
{
  static const char *const sharps[] = { "none", "sam", "fs-mtl" };
  Bench bench;

  bench_init (&bench);
  for (guint n = 0; n < G_N_ELEMENTS (sharps); n++)
    {
      const double *m;

      take (&bench, "cagrad", NULL, sharps[n], NULL);
      m = mtl_step_report (bench.step, MTL_PART_LOSS)->gramian;
      g_assert_cmpfloat_with_epsilon (m[1] / sqrt (m[0] * m[3]), -.857492926, 1e-7);
    }
  bench_clear (&bench);
}

/* SAM: one ε of length ρ along the sum of all rows and heads. */
static void
test_sam (void)
{
  const double g[4] = { -2.5 + 2.625, 1.5, 1.0, -2.25 };
  double norm = sqrt (g[0] * g[0] + g[1] * g[1] + g[2] * g[2] + g[3] * g[3]);
  float moved[4];
  double gx[2][2], gy[2];
  const float *found;
  Bench bench;

  for (guint i = 0; i < 4; i++)
    moved[i] = (float) (start[i] + 0.05 * g[i] / norm);
  for (guint k = 0; k < 2; k++)
    evaluate (k, moved, gx[k], &gy[k]);

  bench_init (&bench);
  found = take (&bench, "equal", (const char *const[]) { "heads", "plain", NULL }, "sam", NULL);
  expect ("trunk", found, (gx[0][0] + gx[1][0]) / 2, (gx[0][1] + gx[1][1]) / 2);
  expect ("heads", found + 2, gy[0], gy[1]);
  bench_clear (&bench);
}

/* Trunk and heads have one factor; the gradient is (1/16, 3/4, 1, −9/4). */
static void
test_clip (void)
{
  static const char *const plain[] = { "heads", "plain", NULL };
  const double g[4] = { 0.0625, 0.75, 1.0, -2.25 };
  double norm = sqrt (g[0] * g[0] + g[1] * g[1] + g[2] * g[2] + g[3] * g[3]);
  Bench bench;

  bench_init (&bench);
  for (double most = 0.0; most <= 3.0; most += 0.5)
    {
      double factor = most > 0.0 && norm > most ? most / (norm + 1e-6) : 1.0;
      const float *found;

      mtl_step_set_clip (bench.step, most, FALSE);
      found = take (&bench, "equal", plain, "none", NULL);
      for (guint i = 0; i < 4; i++)
        if (!(fabs (found[i] - factor * g[i]) <= (factor < 1.0 ? 3e-7 : 0.0)))
          g_test_fail_printf ("at most %g: element %u is %.9g, expected %.9g", most, i, found[i],
                              factor * g[i]);
    }
  bench_clear (&bench);
}

/* Of the trunk alone, (1/16, 3/4), heads stay as they are. */
static void
test_clip_trunk (void)
{
  static const char *const plain[] = { "heads", "plain", NULL };
  const double g[4] = { 0.0625, 0.75, 1.0, -2.25 };
  double factor = 0.5 / (sqrt (g[0] * g[0] + g[1] * g[1]) + 1e-6);
  const float *found;
  Bench bench;

  bench_init (&bench);
  mtl_step_set_clip (bench.step, 0.5, TRUE);
  found = take (&bench, "equal", plain, "none", NULL);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (found[i], (i < 2 ? factor : 1.0) * g[i], 3e-7);
  bench_clear (&bench);
}

/* As by the naive sum, whatever is left behind the last lane; and an empty vector is one. */
static void
test_clip_lengths (void)
{
  for (gsize n = 0; n <= 70; n++)
    {
      float v[70];
      double sum = 0.0;
      double norm;

      for (gsize i = 0; i < n; i++)
        {
          v[i] = (float) (i + 1) * (i % 2 == 0 ? 1.0f : -1.0f);
          sum += (double) v[i] * v[i];
        }
      norm = mtl_clip (v, n, 0.5);
      g_assert_cmpfloat_with_epsilon (norm, sqrt (sum), 1e-12 * (1.0 + norm));
      g_assert_cmpfloat_with_epsilon (mtl_clip (v, n, 0.5), n > 0 ? 0.5 : 0.0, 1e-6);
    }
}

/* Out here losses and heads are finite and the trunk's gradient is not, which is
 * seen in rows of their own as well as in one merged lane. */
static void
test_not_finite (gconstpointer data)
{
  const float far[4] = { 1e38f, 1e38f, 1.0f, -1.0f };
  gboolean merged = GPOINTER_TO_INT (data);
  g_autoptr(MtlChosen) equal = choose (MTL_KIND_BALANCER, "equal", NULL);
  g_autoptr(MtlChosen) none = choose (MTL_KIND_SHARP, "none", NULL);
  g_autoptr(GError) error = NULL;
  Bench bench;

  bench_init (&bench);
  mtl_step_set_balancer (bench.step, MTL_PART_LOSS, equal);
  mtl_step_set_sharp (bench.step, none);
  g_assert_false (mtl_step_take (bench.step, far, &bench.batch, 0, 1, !merged, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE);
  g_assert_nonnull (strstr (error->message, merged ? "all tasks together" : "of one"));
  g_assert_nonnull (strstr (error->message, "first in quadratic (x 0)"));
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      g_autofree char *path = g_strdup_printf ("/step/%s", cases[n].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (n), test_direction);
    }
  g_test_add_func ("/step/perturbed", test_perturbed);
  g_test_add_func ("/step/rho-zero", test_rho_zero);
  g_test_add_func ("/step/left-out", test_left_out);
  g_test_add_func ("/step/conflict-is-clean", test_conflict_is_clean);
  g_test_add_func ("/step/sam", test_sam);
  g_test_add_func ("/step/clip", test_clip);
  g_test_add_func ("/step/clip-trunk", test_clip_trunk);
  g_test_add_func ("/step/clip-lengths", test_clip_lengths);

  g_test_add_data_func ("/step/not-finite/rows", GINT_TO_POINTER (FALSE), test_not_finite);
  g_test_add_data_func ("/step/not-finite/merged", GINT_TO_POINTER (TRUE), test_not_finite);

  return g_test_run ();
}
