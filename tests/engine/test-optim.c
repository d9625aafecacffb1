/* test-optim.c — what every optimiser and every schedule keeps to
 *
 * Where a function is descended it is w·[[3,1],[1,2]]·w/2 − (1,−1)·w.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-optimizer.h"
#include "mtl-rng.h"
#include "mtl-schedule.h"
#include "optim-choose.h"

static double
schedule_factor (const char *id,
                 const char *settings,
                 double      epoch,
                 double      n_epochs)
{
  g_autoptr(MtlChosen) chosen = choose (MTL_KIND_SCHEDULE, id, settings);

  return mtl_schedule_factor (chosen, epoch, n_epochs);
}

/* --- optimisers --- */

typedef struct
{
  const MtlOptimizer *optimizer;
  MtlChosen          *chosen;
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
  self->chosen = choose (MTL_KIND_OPTIMIZER, id, settings);
  self->optimizer = (const MtlOptimizer *) mtl_chosen_method (self->chosen);
  g_assert_cmpuint (self->optimizer->n_moments, <=, 4);
  memset (self->decay, 1, sizeof self->decay);
}

static void
end_descent (Descent *self)
{
  mtl_chosen_unref (self->chosen);
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
    .set = mtl_chosen_settings (self->chosen),
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

/* A constant gradient makes w₁ fall by the same, decayed or not; where decay
 * is off only `decay-all` lets the weight shrink. */
static void
test_decay_mask (gconstpointer data)
{
  const char *settings[] = { "weight-decay=0.5 decay-all=false",
                             "weight-decay=0.5 decay-all=true" };

  for (guint all = 0; all < 2; all++)
    {
      Descent descent;

      start_descent (&descent, data, settings[all]);
      descent.decay[0] = 0;
      descent.weights[0] = descent.weights[1] = 1.0f;
      take_step (&descent, 0.1, 2, 2);
      g_assert_cmpfloat (descent.weights[1], <, 1.0f);
      if (all)
        g_assert_cmpfloat (descent.weights[0], ==, descent.weights[1]);
      else
        g_assert_cmpfloat (descent.weights[0], ==, 1.0f);
      end_descent (&descent);
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
  for (guint d = 0; d < 3; d++)
    end_descent (&descents[d]);
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
  descent.optimizer->update (&(MtlOptimizerStep) { mtl_chosen_settings (descent.chosen), 0.1, 1,
                                                   descent.decay },
                             10, 20, descent.gradient, descent.weights, moments);
  for (guint i = 0; i < 64; i++)
    {
      gboolean inside = i >= 10 && i < 30;

      g_assert_true ((descent.weights[i] != 1.0f) == inside);
      for (guint m = 0; m < 4; m++)
        g_assert_true (inside || descent.moments[m][i] == 0.0f);
    }
  end_descent (&descent);
}

/* From (1, −2) every optimiser comes near the minimum (0.6, −0.8), also those whose
 * steps are as long as their rate. */
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
      take_step (&descent, 0.1 * (1.0 - t / 2000.0), 2, 2);
    }
  if (!(hypot (descent.weights[0] - 0.6, descent.weights[1] + 0.8) < 1e-2))
    g_error ("%s: at (%g, %g) after 2000 steps, expected (0.6, -0.8)",
             (const char *) data, descent.weights[0], descent.weights[1]);
  end_descent (&descent);
}

/* The look ahead needs momentum and no dampening; else it changes nothing. */
static void
test_nesterov_needs_momentum (void)
{
  static const char *const pairs[][2] = {
    { "nesterov=true", "" },
    { "nesterov=true momentum=0.9 dampening=0.5", "momentum=0.9 dampening=0.5" },
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
      end_descent (&descents[0]);
      end_descent (&descents[1]);
    }
}

static void
test_lr_first (gconstpointer data)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_OPTIMIZER, data, NULL);

  g_assert_cmpstr (mtl_method_param (method, MTL_KIND_OPTIMIZER, 0)->id, ==, "lr");
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

/* PyTorch's has no least factor. */
static void
test_polynomial (void)
{
  assert_near (schedule_factor ("polynomial", "power=1 minimum=0.2", 5.0, 10.0), 0.6);
  assert_near (schedule_factor ("polynomial", "minimum=0.2", 11.0, 10.0), 0.2);
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

  add_for_each (MTL_KIND_OPTIMIZER, "lr-first", test_lr_first);
  add_for_each (MTL_KIND_OPTIMIZER, "decay-mask", test_decay_mask);
  add_for_each (MTL_KIND_OPTIMIZER, "ranges", test_ranges);
  add_for_each (MTL_KIND_OPTIMIZER, "outside", test_outside);
  add_for_each (MTL_KIND_OPTIMIZER, "descends", test_descends);
  g_test_add_func ("/optimizer/sgd/nesterov-needs-momentum", test_nesterov_needs_momentum);
  g_test_add_func ("/schedule/cosine/golden", test_cosine);
  g_test_add_func ("/schedule/step/golden", test_step);
  g_test_add_func ("/schedule/polynomial/minimum", test_polynomial);
  add_for_each (MTL_KIND_SCHEDULE, "warmup", test_warmup);
  add_for_each (MTL_KIND_SCHEDULE, "bounded", test_bounded);

  return g_test_run ();
}
