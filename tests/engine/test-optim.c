/* test-optim.c — optimisers and schedules against golden numbers
 *
 * The trajectories are those of w·[[3,1],[1,2]]·w/2 − (1,−1)·w from (1,−2),
 * three steps at rate 0.1, computed in double precision by an independent
 * program. The first gradient is exactly 0 in its first element.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-catalogue.h"
#include "mtl-optimizer.h"
#include "mtl-rng.h"

/* Floats keep about seven digits, and three steps lose less than one. */
#define TOLERANCE 4e-7

#define MOST_SETTINGS 16

/* The initial settings of a method, changed by pairs “id=value id=value”. */
static void
fill_settings (const MtlMethod *method,
               MtlKind          kind,
               const char      *changes,
               MtlSetting       set[MOST_SETTINGS])
{
  g_auto(GStrv) pairs = g_strsplit (changes, " ", -1);
  guint n_params = mtl_method_n_params (method, kind);

  g_assert_cmpuint (n_params, <=, MOST_SETTINGS);
  memset (set, 0, MOST_SETTINGS * sizeof *set);
  for (guint n = 0; n < n_params; n++)
    set[n].number = mtl_method_param (method, kind, n)->initial;

  for (char **pair = pairs; *pair != NULL && **pair != '\0'; pair++)
    {
      g_auto(GStrv) sides = g_strsplit (*pair, "=", 2);
      guint n = 0;

      while (n < n_params && strcmp (mtl_method_param (method, kind, n)->id, sides[0]) != 0)
        n++;
      if (n == n_params)
        g_error ("%s has no parameter %s", method->id, sides[0]);
      set[n].number = g_ascii_strtod (sides[1], NULL);
    }
}

static const MtlOptimizer *
find_optimizer (const char *id)
{
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_OPTIMIZER, id, &error);

  g_assert_no_error (error);

  return (const MtlOptimizer *) method;
}

static double
schedule_factor (const char *id,
                 const char *changes,
                 double      epoch,
                 double      n_epochs)
{
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_SCHEDULE, id, &error);
  MtlSetting set[MOST_SETTINGS];

  g_assert_no_error (error);
  fill_settings (method, MTL_KIND_SCHEDULE, changes, set);

  return ((const MtlSchedule *) method)->factor (set, epoch, n_epochs);
}

/* --- optimisers --- */

typedef struct
{
  const char *id;
  const char *settings;
  double      path[3][2];
} Golden;

static const Golden goldens[] = {
  { "sgd", "", { { 1.0, -1.8 }, { 0.98, -1.64 }, { 0.95, -1.51 } } },
  { "sgd", "momentum=0.9", { { 1.0, -1.8 }, { 0.98, -1.46 }, { 0.914, -1.06 } } },
  { "sgd", "momentum=0.9 dampening=0.5",
    { { 1.0, -1.8 }, { 0.99, -1.54 }, { 0.9595, -1.2515 } } },
  { "sgd", "momentum=0.9 nesterov=1 weight-decay=0.01",
    { { 0.9981, -1.6162 }, { 0.92355461, -1.21499222 }, { 0.784058689, -0.867916645 } } },
  { "adam", "",
    { { 1.0, -1.9 }, { 0.925586328, -1.800412229 }, { 0.884321663, -1.701293441 } } },
  { "adam", "weight-decay=0.1",
    { { 0.90000001, -1.9 }, { 0.910013473, -1.800166487 }, { 0.90878905, -1.70094802 } } },
  { "adamw", "weight-decay=0.1",
    { { 0.99, -1.88 }, { 0.905686329, -1.761703055 }, { 0.873502877, -1.645200315 } } },
};

typedef struct
{
  const MtlOptimizer *optimizer;
  MtlSetting          set[MOST_SETTINGS];
  guint8              decay[64];
  float               weights[64];
  float               gradient[64];
  float               moments[4][64];
  guint64             step;
} Descent;

static void
start_descent (Descent    *self,
               const char *id,
               const char *settings)
{
  memset (self, 0, sizeof *self);
  self->optimizer = find_optimizer (id);
  g_assert_cmpuint (self->optimizer->n_moments, <=, 4);
  fill_settings (&self->optimizer->method, MTL_KIND_OPTIMIZER, settings, self->set);
  memset (self->decay, 1, sizeof self->decay);
}

/* One step over elements 0 … n-1, shared out in ranges of at most @range. */
static void
take_step (Descent *self,
           double   lr,
           gsize    n,
           gsize    range)
{
  float *moments[4] = { self->moments[0], self->moments[1], self->moments[2], self->moments[3] };
  MtlOptimizerStep step = {
    .set = self->set,
    .lr = lr,
    .step = ++self->step,
    .decay = self->decay,
  };

  for (gsize first = 0; first < n; first += range)
    self->optimizer->update (&step, first, MIN (range, n - first), self->gradient,
                             self->weights, moments);
}

static void
slope_of_quadratic (Descent *self)
{
  double x = self->weights[0], y = self->weights[1];

  self->gradient[0] = (float) (3.0 * x + y - 1.0);
  self->gradient[1] = (float) (x + 2.0 * y + 1.0);
}

static void
test_golden (gconstpointer data)
{
  const Golden *golden = data;
  Descent descent;

  start_descent (&descent, golden->id, golden->settings);
  descent.weights[0] = 1.0f;
  descent.weights[1] = -2.0f;
  for (guint t = 0; t < 3; t++)
    {
      slope_of_quadratic (&descent);
      take_step (&descent, 0.1, 2, 2);
      for (guint i = 0; i < 2; i++)
        if (!(fabs (descent.weights[i] - golden->path[t][i]) < TOLERANCE))
          g_error ("%s %s: step %u, weight %u is %.9g, expected %.9g", golden->id,
                   golden->settings, t + 1, i, descent.weights[i], golden->path[t][i]);
    }
}

/* A constant gradient makes w₁ fall by the same, decayed or not; where decay
 * is off only `decay-all` lets the weight shrink. */
static void
test_decay_mask (gconstpointer data)
{
  const MtlOptimizer *optimizer = find_optimizer (data);
  const char *settings[] = { "weight-decay=0.5 decay-all=0", "weight-decay=0.5 decay-all=1" };

  for (guint all = 0; all < 2; all++)
    {
      Descent descent;

      start_descent (&descent, optimizer->method.id, settings[all]);
      descent.decay[0] = 0;
      descent.weights[0] = descent.weights[1] = 1.0f;
      take_step (&descent, 0.1, 2, 2);
      g_assert_cmpfloat (descent.weights[1], <, 1.0f);
      if (all)
        g_assert_cmpfloat (descent.weights[0], ==, descent.weights[1]);
      else
        g_assert_cmpfloat (descent.weights[0], ==, 1.0f);
    }
}

/* Workers share out ranges: where they are cut changes no bit. */
static void
test_ranges (gconstpointer data)
{
  MtlRng rng = mtl_rng_new (5, MTL_STREAM_DATA);
  gsize ranges[] = { 64, 17, 1 };
  Descent descents[3];

  for (guint d = 0; d < 3; d++)
    {
      start_descent (&descents[d], data, "weight-decay=0.01");
      for (guint t = 0; t < 5; t++)
        {
          for (guint i = 0; i < 64; i++)
            descents[d].gradient[i] = (float) mtl_rng_normal (rng, 64 * t + i);
          take_step (&descents[d], 0.1, 64, ranges[d]);
        }
      g_assert_cmpmem (descents[d].weights, sizeof descents[d].weights,
                       descents[0].weights, sizeof descents[0].weights);
    }
}

/* Elements outside the range are left alone, moments included. */
static void
test_outside (gconstpointer data)
{
  Descent descent;
  float *moments[4];

  start_descent (&descent, data, "");
  for (guint i = 0; i < 64; i++)
    descent.gradient[i] = descent.weights[i] = 1.0f;
  for (guint m = 0; m < 4; m++)
    moments[m] = descent.moments[m];
  descent.optimizer->update (&(MtlOptimizerStep) { descent.set, 0.1, 1, descent.decay },
                             10, 20, descent.gradient, descent.weights, moments);
  for (guint i = 0; i < 64; i++)
    {
      gboolean inside = i >= 10 && i < 30;

      g_assert_true ((descent.weights[i] != 1.0f) == inside);
      for (guint m = 0; m < 4; m++)
        g_assert_true (inside || descent.moments[m][i] == 0.0f);
    }
}

/* From (1, −2) every optimiser comes near the minimum (0.6, −0.8). */
static void
test_descends (gconstpointer data)
{
  Descent descent;

  start_descent (&descent, data, "");
  descent.weights[0] = 1.0f;
  descent.weights[1] = -2.0f;
  for (guint t = 0; t < 2000; t++)
    {
      slope_of_quadratic (&descent);
      take_step (&descent, 0.01, 2, 2);
    }
  if (!(hypot (descent.weights[0] - 0.6, descent.weights[1] + 0.8) < 1e-2))
    g_error ("%s: at (%g, %g) after 2000 steps, expected (0.6, -0.8)",
             (const char *) data, descent.weights[0], descent.weights[1]);
}

/* The look ahead needs momentum and no dampening; else it changes nothing. */
static void
test_nesterov_needs_momentum (void)
{
  static const char *const pairs[][2] = {
    { "nesterov=1", "" },
    { "nesterov=1 momentum=0.9 dampening=0.5", "momentum=0.9 dampening=0.5" },
  };

  for (guint p = 0; p < G_N_ELEMENTS (pairs); p++)
    {
      Descent descents[2];

      for (guint d = 0; d < 2; d++)
        {
          start_descent (&descents[d], "sgd", pairs[p][d]);
          descents[d].weights[0] = 1.0f;
          for (guint t = 0; t < 4; t++)
            {
              slope_of_quadratic (&descents[d]);
              take_step (&descents[d], 0.1, 2, 2);
            }
        }
      g_assert_cmpfloat (descents[0].weights[0], ==, descents[1].weights[0]);
    }
}

static void
test_lr_first (gconstpointer data)
{
  const MtlOptimizer *optimizer = find_optimizer (data);

  g_assert_cmpstr (optimizer->method.params[0].id, ==, "lr");
}

/* --- schedules --- */

static void
assert_near (double value,
             double expected)
{
  if (!(fabs (value - expected) < 5e-10))
    g_error ("%.12g, expected %.12g", value, expected);
}

/* Ten epochs at rate 0.1. */
static void
test_cosine (void)
{
  assert_near (0.1 * schedule_factor ("cosine", "", 0.0, 10.0), 0.1);
  assert_near (0.1 * schedule_factor ("cosine", "", 1.0, 10.0), 0.097552826);
  assert_near (0.1 * schedule_factor ("cosine", "", 5.0, 10.0), 0.05);
  assert_near (0.1 * schedule_factor ("cosine", "", 9.0, 10.0), 0.002447174);
  assert_near (schedule_factor ("cosine", "", 10.0, 10.0), 0.0);
  assert_near (schedule_factor ("cosine", "minimum=0.2", 5.0, 10.0), 0.6);
  assert_near (schedule_factor ("cosine", "minimum=0.2", 11.0, 10.0), 0.2);
}

static void
test_step (void)
{
  assert_near (schedule_factor ("step", "every=3 gamma=0.1", 2.999, 10.0), 1.0);
  assert_near (schedule_factor ("step", "every=3 gamma=0.1", 3.0, 10.0), 0.1);
  assert_near (schedule_factor ("step", "every=3 gamma=0.1", 9.5, 10.0), 0.001);
  assert_near (schedule_factor ("step", "", 100.0, 200.0), 0.5);
}

/* A warm-up of half an epoch multiplies whatever schedule it is part of. */
static void
test_warmup (gconstpointer data)
{
  for (guint n = 0; n <= 20; n++)
    {
      double epoch = n / 20.0;

      assert_near (schedule_factor (data, "warmup=0.5", epoch, 10.0),
                   schedule_factor (data, "", epoch, 10.0) * MIN (1.0, n / 10.0));
    }
}

/* A rate that is finite, not negative and never above the one that was set. */
static void
test_bounded (gconstpointer data)
{
  for (double n_epochs = 1.0; n_epochs <= 1000.0; n_epochs *= 10.0)
    for (guint n = 0; n <= 100; n++)
      {
        double factor = schedule_factor (data, "", n_epochs * n / 100.0, n_epochs);

        if (!(factor >= 0.0 && factor <= 1.0))
          g_error ("%s: factor %g at epoch %g of %g", (const char *) data, factor,
                   n_epochs * n / 100.0, n_epochs);
      }
}

static void
add_for_each (MtlKind       kind,
              const char   *name,
              GTestDataFunc check)
{
  for (const MtlMethod *const *method = mtl_catalogue_list (kind); *method != NULL; method++)
    {
      g_autofree char *path = g_strdup_printf ("/%s/%s/%s", mtl_kind_name (kind), (*method)->id,
                                               name);

      g_test_add_data_func (path, (*method)->id, check);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (guint n = 0; n < G_N_ELEMENTS (goldens); n++)
    {
      g_autofree char *path = g_strdup_printf ("/optimizer/golden/%u-%s", n, goldens[n].id);

      g_test_add_data_func (path, &goldens[n], test_golden);
    }
  add_for_each (MTL_KIND_OPTIMIZER, "lr-first", test_lr_first);
  add_for_each (MTL_KIND_OPTIMIZER, "decay-mask", test_decay_mask);
  add_for_each (MTL_KIND_OPTIMIZER, "ranges", test_ranges);
  add_for_each (MTL_KIND_OPTIMIZER, "outside", test_outside);
  add_for_each (MTL_KIND_OPTIMIZER, "descends", test_descends);
  g_test_add_func ("/optimizer/sgd/nesterov-needs-momentum", test_nesterov_needs_momentum);
  g_test_add_func ("/schedule/cosine/golden", test_cosine);
  g_test_add_func ("/schedule/step/golden", test_step);
  add_for_each (MTL_KIND_SCHEDULE, "warmup", test_warmup);
  add_for_each (MTL_KIND_SCHEDULE, "bounded", test_bounded);

  return g_test_run ();
}
