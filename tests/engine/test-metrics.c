/* test-metrics.c — figures that are reported of tasks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "loss-rows.h"

static const MtlTargetType three_classes = { MTL_TARGET_CLASS, 3, 1 };
static const MtlTargetType two_classes = { MTL_TARGET_CLASS, 2, 1 };
static const MtlTargetType three_values = { MTL_TARGET_VALUES, 0, 3 };

static gsize
count_sums (const MtlMetric     *metric,
            const MtlTargetType *type,
            const MtlItems      *items)
{
  return metric->n_sums != NULL ? metric->n_sums (type, items) : MTL_METRIC_SUMS;
}

/* Adds @rows samples one at a time, as batches may come. */
static double
measure_items (const char          *metric,
               const MtlTargetType *type,
               const MtlItems      *items,
               gsize                rows,
               const float         *outputs,
               const float         *targets)
{
  const MtlMetric *m = find_metric (metric);
  gsize n = count_sums (m, type, items);
  g_autofree double *sums = g_new0 (double, n);
  g_autofree double *whole = g_new0 (double, n);

  for (gsize r = 0; r < rows; r++)
    m->add (type, items, 1, outputs + r * items->size, targets + r * type->size, sums);
  m->add (type, items, rows, outputs, targets, whole);
  g_assert_cmpmem (sums, n * sizeof *sums, whole, n * sizeof *whole);

  return m->finish (sums, n);
}

static double
measure (const char          *metric,
         const MtlTargetType *type,
         gsize                rows,
         gsize                size,
         const float         *outputs,
         const float         *targets)
{
  const MtlItems items = row_of (find_loss ("mse"), NULL, type, size);

  return measure_items (metric, type, &items, rows, outputs, targets);
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
test_regions (void)
{
  const MtlTargetType pixels = { MTL_TARGET_CLASS, 4, 4 };
  const MtlShape shape = { 3, { 4, 2, 2 } };
  const MtlItems items = mtl_loss_items (find_loss ("mse"), NULL, &pixels, &shape);
  /* Class by class: guesses are 0, 2, nothing, 1. Class 3 is nowhere. */
  const float outputs[] = { 5, 0, NAN, 0,   0, 1, 0, 9,   1, 3, 0, 2,   0, 0, 0, 0 };
  const float targets[] = { 0, 1, 1, 1 };
  const float shares[] = { 1, 0, NAN,   0, 0, 1 }, logits[] = { 2, -1, 3,   1, -2, -3 };

  /* 1/1; both 1, true 3, guessed 1; both 0, guessed 1 */
  g_assert_cmpfloat_with_epsilon (measure_items ("mean-iou", &pixels, &items, 1, outputs, targets),
                                  (1.0 + 1.0 / 3 + 0.0) / 3, 1e-12);
  g_assert_cmpfloat_with_epsilon (measure_items ("f1", &pixels, &items, 1, outputs, targets),
                                  (1.0 + 2.0 / 4 + 0.0) / 3, 1e-12);
  g_assert_cmpfloat (measure_items ("accuracy", &pixels, &items, 1, outputs, targets), ==, 0.5);
  /* Of three labels: both 1, true 1, guessed 2; neither true nor guessed; true 1. */
  g_assert_cmpfloat_with_epsilon (measure ("f1", &three_values, 2, 3, logits, shares),
                                  (2.0 / 3 + 0.0) / 2, 1e-12);
}

static void
test_ranks (void)
{
  /* Beyond the last bin scores are alike; a NaN is as wrong as can be. */
  const float logits[] = { 100, 200, -1, 3 }, labels[] = { 0, 1, 0, 1 };
  const float broken[] = { NAN, 0, NAN, 1 }, halves[] = { 0, 1, NAN, 0 };

  g_assert_cmpfloat (measure ("auc", &two_classes, 4, 1, logits, labels), ==,
                     (0.5 + 1.0 + 0.0 + 1.0) / 4);
  g_assert_cmpfloat (measure ("auc", &two_classes, 4, 1, broken, halves), ==, 0.0);
  g_assert_true (isnan (measure ("auc", &two_classes, 1, 1, logits, labels)));
}

static void
test_broken_outputs (void)
{
  const float outputs[] = { NAN, 0, 0,   0, 0, 0 }, targets[] = { 0, 0, 1,   0, 0, 1 };
  const float classes[] = { 0, 0 }, sure[] = { NAN, 50 };

  g_assert_cmpfloat (measure ("mean-angle", &three_values, 2, 3, outputs, targets), ==, 90.0);
  g_assert_cmpfloat (measure ("within-30", &three_values, 2, 3, outputs, targets), ==, 0.0);
  g_assert_cmpfloat (measure ("agreement", &three_values, 1, 3, outputs, targets), ==, 0.0);
  g_assert_cmpfloat (measure ("ece", &two_classes, 2, 1, sure, classes), ==, 1.0);
}

/* Kinds of target and output of which each metric fits one. */
static const struct { MtlTargetType type; MtlShape shape; } kinds[] = {
  { { MTL_TARGET_VALUES, 0, 3 }, { 1, { 3 } } },
  { { MTL_TARGET_VALUES, 0, 6 }, { 3, { 1, 2, 3 } } },
  { { MTL_TARGET_CLASS, 3, 1 }, { 1, { 3 } } },
  { { MTL_TARGET_CLASS, 2, 6 }, { 3, { 2, 2, 3 } } },
};

/* Whether a loss that fits goes with the metric. */
static gboolean
is_reported (const MtlMetric     *metric,
             const MtlTargetType *type,
             const MtlShape      *shape)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_LOSS); *m != NULL; m++)
    {
      const MtlLoss *loss = (const MtlLoss *) *m;
      const Settings set = settings_of (loss, 0.5);
      const MtlItems items = mtl_loss_items (loss, set.of, type, shape);

      if (g_strv_contains (loss->metrics, metric->method.id)
          && loss->fits (type, &items, set.of, NULL)
          && (metric->fits == NULL || metric->fits (type, &items)))
        return TRUE;
    }

  return FALSE;
}

static void
test_nothing_seen (gconstpointer data)
{
  const MtlMetric *metric = data;
  const float outputs[12] = { 1, 2, 3 }, targets[] = { NAN, NAN, NAN, NAN, NAN, NAN };
  guint fitted = 0;

  for (guint n = 0; n < G_N_ELEMENTS (kinds); n++)
    {
      const MtlTargetType *type = &kinds[n].type;
      const MtlItems items = mtl_loss_items (find_loss ("mse"), NULL, type, &kinds[n].shape);
      gsize n_sums = count_sums (metric, type, &items);
      g_autofree double *sums = g_new0 (double, n_sums);

      if (!is_reported (metric, type, &kinds[n].shape))
        continue;
      metric->add (type, &items, 1, outputs, targets, sums);
      g_assert_true (isnan (metric->finish (sums, n_sums)));
      fitted++;
    }

  g_assert_cmpuint (fitted, >, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_METRIC); *m != NULL; m++)
    {
      g_autofree char *path = g_strdup_printf ("/metrics/%s/nothing-seen", (*m)->id);

      g_test_add_data_func (path, *m, test_nothing_seen);
    }
  g_test_add_func ("/metrics/accuracy", test_accuracy);
  g_test_add_func ("/metrics/misses", test_misses);
  g_test_add_func ("/metrics/regions", test_regions);
  g_test_add_func ("/metrics/ranks", test_ranks);
  g_test_add_func ("/metrics/broken-outputs", test_broken_outputs);

  return g_test_run ();
}
