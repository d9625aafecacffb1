/* test-losses.c — losses and metrics
 *
 * Golden numbers are those of section 11.9 of the algorithm reference, which
 * numpy and PyTorch computed in double precision. Every loss of the catalogue
 * is compared with finite differences on each kind of target that it fits,
 * with its parameters at their initial value, at the least and in between.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-metric.h"

#define GOLDEN    1e-7            /* absolute; values are of order 1 and printed to 1e-9 */
#define STEP      (1.0f / 256.0f) /* exact in binary */
#define TOLERANCE 1e-4            /* absolute, of a difference quotient */

static const MtlTargetType three_classes = { MTL_TARGET_CLASS, 3, 1 };
static const MtlTargetType two_classes = { MTL_TARGET_CLASS, 2, 1 };
static const MtlTargetType three_values = { MTL_TARGET_VALUES, 0, 3 };

static const MtlLoss *
find_loss (const char *id)
{
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_LOSS, id, &error);

  g_assert_no_error (error);
  return (const MtlLoss *) method;
}

static const MtlMetric *
find_metric (const char *id)
{
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_METRIC, id, &error);

  g_assert_no_error (error);
  return (const MtlMetric *) method;
}

/* --- golden numbers --- */

typedef struct
{
  const char          *loss;
  double               set;
  const MtlTargetType *target;
  gsize                rows, size;
  float                outputs[6], targets[6];
  double               mean;
  double               gradient[6];  /* of the mean; NaN: not given */
} Golden;

static const Golden goldens[] = {
  { "cross-entropy", 0.0, &three_classes, 2, 3, { 2, -1, 0.5f, 0, 1, -2 }, { 0, 2 }, 1.795161757,
    { -.107201483, .019556287, .087645196, .129748230, .352692256, -.482440487 } },
  { "cross-entropy", 0.1, &three_classes, 2, 3, { 2, -1, 0.5f, 0, 1, -2 }, { 0, 2 }, 1.786828423,
    { NAN, NAN, NAN, NAN, NAN, NAN } },
  { "cross-entropy", 0.0, &three_classes, 2, 3, { 2, -1, 0.5f, 0, 1, -2 }, { 0, NAN }, .241311297,
    { 2 * -.107201483, 2 * .019556287, 2 * .087645196, 0, 0, 0 } },
  { "bce", 1.0, &three_values, 1, 3, { 1.5f, -0.5f, 0 }, { 1, 0, 1 }, .456212481,
    { -.060808508, .125846890, -.166666667 } },
  { "bce", 3.0, &three_values, 1, 3, { 1.5f, -0.5f, 0 }, { 1, 0, 1 }, 1.052586120,
    { 3 * -.060808508, .125846890, 3 * -.166666667 } },
  { "bce", 1.0, &two_classes, 3, 1, { 1.5f, -0.5f, 0 }, { 1, 0, 1 }, .456212481,
    { -.060808508, .125846890, -.166666667 } },
  /* The reference gives no gradient here: 2·(x − t)/3, by hand. */
  { "mse", 0.0, &three_values, 1, 3, { 1.5f, -0.5f, 0 }, { 0.2f, -3, 1 }, 2.98,
    { 2.6 / 3, 5.0 / 3, -2.0 / 3 } },
};

static double
mean_of (const MtlLoss       *loss,
         const MtlSetting    *set,
         const MtlTargetType *target,
         gsize                rows,
         gsize                size,
         const float         *outputs,
         const float         *targets,
         float               *gradient)
{
  return loss->value (target, set, rows, size, outputs, targets, gradient)
         / loss->divisor (target, set, rows, size, targets);
}

static void
test_golden (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (goldens); n++)
    {
      const Golden *g = &goldens[n];
      const MtlLoss *loss = find_loss (g->loss);
      const MtlSetting set = { .number = g->set };
      double divisor = loss->divisor (g->target, &set, g->rows, g->size, g->targets);
      float gradient[6];

      g_assert_cmpfloat_with_epsilon (mean_of (loss, &set, g->target, g->rows, g->size, g->outputs,
                                               g->targets, gradient), g->mean, GOLDEN);
      for (guint i = 0; i < g->rows * g->size; i++)
        if (!isnan (g->gradient[i]))
          g_assert_cmpfloat_with_epsilon (gradient[i] / divisor, g->gradient[i], GOLDEN);
    }
}

/* --- finite differences --- */

static const MtlTargetType target_types[] = {
  { MTL_TARGET_CLASS, 2, 1 },
  { MTL_TARGET_CLASS, 3, 1 },
  { MTL_TARGET_VALUES, 0, 1 },
  { MTL_TARGET_VALUES, 0, 4 },
};

#define ROWS 6

/* About one in four is missing. */
static void
draw_targets (GRand               *rand,
              const MtlTargetType *type,
              float               *targets)
{
  for (gsize i = 0; i < ROWS * type->size; i++)
    if (g_rand_int_range (rand, 0, 4) == 0)
      targets[i] = NAN;
    else if (type->kind == MTL_TARGET_CLASS)
      targets[i] = g_rand_int_range (rand, 0, type->n_classes);
    else
      targets[i] = g_rand_double (rand);
}

static void
check_differences (const MtlLoss       *loss,
                   const MtlSetting    *set,
                   const MtlTargetType *type,
                   gsize                size,
                   guint32              seed)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  gsize n = ROWS * size;
  g_autofree float *outputs = g_new (float, n);
  g_autofree float *targets = g_new (float, ROWS * type->size);
  g_autofree float *gradient = g_new (float, n);

  draw_targets (rand, type, targets);
  for (gsize i = 0; i < n; i++)
    outputs[i] = g_rand_double_range (rand, -2.0, 2.0);
  loss->value (type, set, ROWS, size, outputs, targets, gradient);

  for (gsize i = 0; i < n; i++)
    {
      float kept = outputs[i];
      double above, below, slope;

      outputs[i] = kept + STEP;
      above = loss->value (type, set, ROWS, size, outputs, targets, NULL);
      outputs[i] = kept - STEP;
      below = loss->value (type, set, ROWS, size, outputs, targets, NULL);
      outputs[i] = kept;
      /* The sums of two floats are rounded: what was added is not quite STEP. */
      slope = (above - below) / ((double) (kept + STEP) - (double) (kept - STEP));
      if (!(fabs (slope - gradient[i]) <= TOLERANCE))
        g_error ("%s, first setting %g, %u classes, size %" G_GSIZE_FORMAT ", seed %u, element "
                 "%" G_GSIZE_FORMAT ": gradient %.7g, by differences %.7g", loss->method.id,
                 set->number, type->n_classes, size, seed, i, gradient[i], slope);
    }
}

/* How many kinds of target the loss fits, each checked with one value of all its settings. */
static guint
check_types (const MtlLoss    *loss,
             const MtlSetting *set)
{
  guint fitted = 0;

  for (guint t = 0; t < G_N_ELEMENTS (target_types); t++)
    for (gsize size = 1; size <= 4; size++)
      if (loss->fits (&target_types[t], size, set, NULL))
        {
          check_differences (loss, set, &target_types[t], size, 10 * t + size);
          fitted++;
        }

  return fitted;
}

static void
test_differences (gconstpointer data)
{
  const MtlLoss *loss = data;
  const MtlParam *params = loss->method.params;
  MtlSetting set[8] = { { 0 } };
  guint n = 0;

  for (; params != NULL && params[n].id != NULL; n++)
    set[n].number = params[n].initial;
  g_assert_cmpuint (check_types (loss, set), >, 0);

  for (guint i = 0; i < n; i++)
    {
      set[i].number = params[i].minimum;
      check_types (loss, set);
      set[i].number = MIN (params[i].initial + 0.3, params[i].maximum);
      check_types (loss, set);
      set[i].number = params[i].initial;
    }
}

/* --- labels that are not there, outputs that are not finite --- */

static void
test_missing_classes (void)
{
  const float bad[] = { NAN, -1.0f, 3.0f, 1.5f, 1e30f, -1e30f, INFINITY, -INFINITY, -0.5f };
  const MtlSetting set = { .number = 0.1 };
  const MtlLoss *loss = find_loss ("cross-entropy");

  for (guint n = 0; n < G_N_ELEMENTS (bad); n++)
    {
      const float outputs[] = { 2, -1, 0.5f, 0, 1, -2 }, targets[] = { bad[n], 2 };
      float gradient[6] = { 9, 9, 9, 9, 9, 9 };
      double sum = loss->value (&three_classes, &set, 2, 3, outputs, targets, gradient);

      g_assert_cmpfloat (loss->divisor (&three_classes, &set, 2, 3, targets), ==, 1.0);
      g_assert_cmpfloat (sum, ==, loss->value (&three_classes, &set, 1, 3, outputs + 3,
                                               targets + 1, NULL));
      for (guint i = 0; i < 3; i++)
        g_assert_cmpfloat (gradient[i], ==, 0.0);
      g_assert_cmpfloat (loss->divisor (&three_classes, &set, 1, 3, targets), ==, 0.0);
      g_assert_cmpfloat (loss->value (&three_classes, &set, 1, 3, outputs, targets, NULL), ==, 0.0);
    }
}

static void
test_missing_values (void)
{
  const float outputs[] = { 1, 2, 3 }, targets[] = { NAN, 1.0f, 1.25f };
  const MtlSetting set = { .number = 1.0 };
  const MtlLoss *mse = find_loss ("mse"), *bce = find_loss ("bce");
  float gradient[3];
  double sum;

  g_assert_cmpfloat (mse->divisor (&three_values, NULL, 1, 3, targets), ==, 2.0);
  g_assert_cmpfloat (mse->value (&three_values, NULL, 1, 3, outputs, targets, gradient), ==,
                     1.0 + 1.75 * 1.75);
  g_assert_cmpfloat (gradient[0], ==, 0.0);
  g_assert_cmpfloat (gradient[2], ==, 3.5);

  /* 1.25 is no share, and would have no smallest loss. */
  g_assert_cmpfloat (bce->divisor (&three_values, &set, 1, 3, targets), ==, 1.0);
  sum = bce->value (&three_values, &set, 1, 3, outputs, targets, gradient);
  g_assert_cmpfloat_with_epsilon (sum, log1p (exp (-2.0)), 1e-12);
  g_assert_cmpfloat (gradient[0], ==, 0.0);
  g_assert_cmpfloat (gradient[2], ==, 0.0);
}

static void
test_extreme_outputs (void)
{
  const MtlSetting none = { .number = 0.0 }, one = { .number = 1.0 };
  const float far[] = { 1e4f, -1e4f, 0 }, broken[] = { 0, NAN, 1 };
  const float second = 1.0f, yes[] = { 0, 1, 1 };
  const MtlLoss *ce = find_loss ("cross-entropy"), *bce = find_loss ("bce");
  float gradient[3];

  g_assert_cmpfloat (ce->value (&three_classes, &none, 1, 3, far, &second, gradient), ==, 2e4);
  g_assert_cmpfloat (gradient[0], ==, 1.0);
  g_assert_cmpfloat (gradient[1], ==, -1.0);
  g_assert_cmpfloat_with_epsilon (bce->value (&three_values, &one, 1, 3, far, yes, gradient),
                                  2e4 + log (2.0), 1e-9);
  g_assert_cmpfloat (gradient[0], ==, 1.0);
  g_assert_cmpfloat (gradient[1], ==, -1.0);

  /* A NaN is not swallowed: the trainer is to see it. */
  g_assert_true (isnan (ce->value (&three_classes, &none, 1, 3, broken, &second, gradient)));
  g_assert_true (isnan (bce->value (&three_values, &one, 1, 3, broken, yes, gradient)));
  g_assert_true (isnan (gradient[1]));
}

static void
assert_misfit (const char          *loss,
               const MtlTargetType *type,
               gsize                size,
               const char          *message)
{
  const MtlSetting set = { .number = 0.0 };
  g_autoptr(GError) error = NULL;

  g_assert_false (find_loss (loss)->fits (type, size, &set, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_misfits (void)
{
  const MtlTargetType digits = { MTL_TARGET_CLASS, 10, 1 };

  assert_misfit ("cross-entropy", &digits, 50, "needs 10 values, one for each class, but gets 50");
  assert_misfit ("cross-entropy", &three_values, 3,
                 "needs a target of classes, but its target is 3 values: choose mse or bce");
  assert_misfit ("mse", &three_values, 1,
                 "needs 3 values, one for each value of its target, but gets 1");
  assert_misfit ("mse", &digits, 10,
                 "needs a target of values, but its target is one of 10 classes: "
                 "choose cross-entropy");
  assert_misfit ("bce", &digits, 1,
                 "needs a target of 2 classes, but its target has 10: choose cross-entropy");
  assert_misfit ("bce", &two_classes, 2,
                 "needs 1 value, the logit of the second class, but gets 2");
}

/* --- metrics --- */

/* Adds @rows samples one at a time, as shards may come. */
static double
measure (const char          *metric,
         const MtlTargetType *type,
         gsize                rows,
         gsize                size,
         const float         *outputs,
         const float         *targets)
{
  const MtlMetric *m = find_metric (metric);
  double sums[MTL_METRIC_SUMS] = { 0.0 }, whole[MTL_METRIC_SUMS] = { 0.0 };

  for (gsize r = 0; r < rows; r++)
    m->add (type, 1, size, outputs + r * size, targets + r * type->size, sums);
  m->add (type, rows, size, outputs, targets, whole);
  g_assert_cmpmem (sums, sizeof sums, whole, sizeof whole);

  return m->finish (sums);
}

static void
test_accuracy (void)
{
  /* Right; a tie that the lower index wins, so wrong; missing; a NaN, never right; wrong. */
  const float outputs[] = { 0, 1, 2,   3, 3, 1,   5, 0, 0,   NAN, 0, 0,   9, 8, 7 };
  const float targets[] = { 2, 1, NAN, 0, 2 };
  /* A logit of 0 is a no; NaN is neither. */
  const float logits[] = { 0, 0.5f, -1, NAN }, labels[] = { 0, 1, 1, 0 };
  const float shares[] = { 0.2f, 0.9f, NAN };
  const float many[] = { -1, 1, 1 };

  g_assert_cmpfloat (measure ("accuracy", &three_classes, 5, 3, outputs, targets), ==, 0.25);
  g_assert_cmpfloat (measure ("accuracy", &two_classes, 4, 1, logits, labels), ==, 0.5);
  g_assert_cmpfloat (measure ("accuracy", &three_values, 1, 3, many, shares), ==, 1.0);
}

static void
test_misses (void)
{
  const MtlTargetType one = { MTL_TARGET_VALUES, 0, 1 };
  /* Mean of targets 2.5; around it 5; misses 1, 0, -1, 2: squares 6, sizes 4. */
  const float targets[] = { 1, 2, 3, NAN, 4 }, outputs[] = { 2, 2, 2, 100, 6 };
  const float same[] = { 0.1f, 0.1f, 0.1f, 0.1f, 0.1f };
  /* Far from 0: around their mean they make 2, of Σ t² = 2·10¹². */
  const float far[] = { 1000000, 1000002 }, near_far[] = { 1000000, 1000001 };
  /* Pooled: mean 2, around it 2·(1 + 1) + 0; misses 1 of the first. */
  const float pooled[] = { 1, 3, 2, 3, 1, 2 }, guess[] = { 2, 3, 2, 3, 1, 2 };

  g_assert_cmpfloat (measure ("mean-squared", &one, 5, 1, outputs, targets), ==, 1.5);
  g_assert_cmpfloat (measure ("mean-absolute", &one, 5, 1, outputs, targets), ==, 1.0);
  g_assert_cmpfloat_with_epsilon (measure ("r2", &one, 5, 1, outputs, targets), 1.0 - 6.0 / 5.0,
                                  1e-12);
  g_assert_cmpfloat_with_epsilon (measure ("r2", &one, 2, 1, near_far, far), 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (measure ("r2", &three_values, 2, 3, guess, pooled), 0.75, 1e-12);
  g_assert_true (isnan (measure ("r2", &one, 5, 1, outputs, same)));
}

static void
test_nothing_seen (gconstpointer data)
{
  const MtlMetric *metric = data;
  const float outputs[] = { 1, 2, 3 }, targets[] = { NAN, NAN, NAN };
  double sums[MTL_METRIC_SUMS] = { 0.0 };

  metric->add (&three_values, 1, 3, outputs, targets, sums);
  g_assert_true (isnan (metric->finish (sums)));
}

static void
test_metrics_exist (gconstpointer data)
{
  const MtlLoss *loss = data;

  g_assert_nonnull (loss->metrics[0]);
  for (guint i = 0; loss->metrics[i] != NULL; i++)
    g_assert_nonnull (find_metric (loss->metrics[i]));
}

static void
add_walk (MtlKind            kind,
          const char        *what,
          GTestDataFunc      test)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
    {
      g_autofree char *path = g_strdup_printf ("/losses/%s/%s", (*m)->id, what);

      g_test_add_data_func (path, *m, test);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/losses/golden", test_golden);
  add_walk (MTL_KIND_LOSS, "differences", test_differences);
  add_walk (MTL_KIND_LOSS, "metrics-exist", test_metrics_exist);
  add_walk (MTL_KIND_METRIC, "nothing-seen", test_nothing_seen);
  g_test_add_func ("/losses/missing-classes", test_missing_classes);
  g_test_add_func ("/losses/missing-values", test_missing_values);
  g_test_add_func ("/losses/extreme-outputs", test_extreme_outputs);
  g_test_add_func ("/losses/misfits", test_misfits);
  g_test_add_func ("/losses/accuracy", test_accuracy);
  g_test_add_func ("/losses/misses", test_misses);

  return g_test_run ();
}
