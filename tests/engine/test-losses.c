/* test-losses.c — losses of one label a sample, and what they refuse
 *
 * Golden numbers are those of section 11.9 of the algorithm reference, which
 * numpy and PyTorch computed in double precision.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "loss-rows.h"

#define GOLDEN 1e-7 /* absolute; values are of order 1 and printed to 1e-9 */

static const MtlTargetType three_classes = { MTL_TARGET_CLASS, 3, 1 };
static const MtlTargetType two_classes = { MTL_TARGET_CLASS, 2, 1 };
static const MtlTargetType three_values = { MTL_TARGET_VALUES, 0, 3 };

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

static void
test_golden (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (goldens); n++)
    {
      const Golden *g = &goldens[n];
      const MtlLoss *loss = find_loss (g->loss);
      const Settings set = settings_of (loss, g->set);
      double divisor = divisor_of (loss, set.of, g->target, g->rows, g->size, g->targets);
      float gradient[6];
      double sum = value_of (loss, set.of, g->target, g->rows, g->size, g->outputs, g->targets,
                             gradient);

      g_assert_cmpfloat_with_epsilon (sum / divisor, g->mean, GOLDEN);
      for (guint i = 0; i < g->rows * g->size; i++)
        if (!isnan (g->gradient[i]))
          g_assert_cmpfloat_with_epsilon (gradient[i] / divisor, g->gradient[i], GOLDEN);
    }
}

/* --- labels that are not there, outputs that are not finite --- */

static void
test_missing_classes (void)
{
  const float bad[] = { NAN, -1.0f, 3.0f, 1.5f, 1e30f, -1e30f, INFINITY, -INFINITY, -0.5f };
  const MtlLoss *loss = find_loss ("cross-entropy");
  const Settings set = settings_of (loss, 0.1);

  for (guint n = 0; n < G_N_ELEMENTS (bad); n++)
    {
      const float outputs[] = { 2, -1, 0.5f, 0, 1, -2 }, targets[] = { bad[n], 2 };
      float gradient[6] = { 9, 9, 9, 9, 9, 9 };
      double sum = value_of (loss, set.of, &three_classes, 2, 3, outputs, targets, gradient);

      g_assert_cmpfloat (divisor_of (loss, set.of, &three_classes, 2, 3, targets), ==, 1.0);
      g_assert_cmpfloat (sum, ==, value_of (loss, set.of, &three_classes, 1, 3, outputs + 3,
                                               targets + 1, NULL));
      for (guint i = 0; i < 3; i++)
        g_assert_cmpfloat (gradient[i], ==, 0.0);
      g_assert_cmpfloat (divisor_of (loss, set.of, &three_classes, 1, 3, targets), ==, 0.0);
      g_assert_cmpfloat (value_of (loss, set.of, &three_classes, 1, 3, outputs, targets, NULL), ==,
                         0.0);
    }
}

static void
test_missing_values (void)
{
  const float outputs[] = { 1, 2, 3 }, targets[] = { NAN, 1.0f, 1.25f };
  const MtlLoss *mse = find_loss ("mse"), *bce = find_loss ("bce");
  const Settings set = settings_of (bce, 1.0);
  float gradient[3];
  double sum;

  g_assert_cmpfloat (divisor_of (mse, NULL, &three_values, 1, 3, targets), ==, 2.0);
  g_assert_cmpfloat (value_of (mse, NULL, &three_values, 1, 3, outputs, targets, gradient), ==,
                     1.0 + 1.75 * 1.75);
  g_assert_cmpfloat (gradient[0], ==, 0.0);
  g_assert_cmpfloat (gradient[2], ==, 3.5);

  /* 1.25 is no share, and would have no smallest loss. */
  g_assert_cmpfloat (divisor_of (bce, set.of, &three_values, 1, 3, targets), ==, 1.0);
  sum = value_of (bce, set.of, &three_values, 1, 3, outputs, targets, gradient);
  g_assert_cmpfloat_with_epsilon (sum, log1p (exp (-2.0)), 1e-12);
  g_assert_cmpfloat (gradient[0], ==, 0.0);
  g_assert_cmpfloat (gradient[2], ==, 0.0);
}

static void
test_extreme_outputs (void)
{
  const float far[] = { 1e4f, -1e4f, 0 }, broken[] = { 0, NAN, 1 };
  const float second = 1.0f, yes[] = { 0, 1, 1 };
  const MtlLoss *ce = find_loss ("cross-entropy"), *bce = find_loss ("bce");
  const Settings none = settings_of (ce, 0.0), one = settings_of (bce, 1.0);
  float gradient[3];

  g_assert_cmpfloat (value_of (ce, none.of, &three_classes, 1, 3, far, &second, gradient), ==, 2e4);
  g_assert_cmpfloat (gradient[0], ==, 1.0);
  g_assert_cmpfloat (gradient[1], ==, -1.0);
  g_assert_cmpfloat_with_epsilon (value_of (bce, one.of, &three_values, 1, 3, far, yes, gradient),
                                  2e4 + log (2.0), 1e-9);
  g_assert_cmpfloat (gradient[0], ==, 1.0);
  g_assert_cmpfloat (gradient[1], ==, -1.0);

  /* A NaN is not swallowed: the trainer is to see it. */
  g_assert_true (isnan (value_of (ce, none.of, &three_classes, 1, 3, broken, &second, gradient)));
  g_assert_true (isnan (value_of (bce, one.of, &three_values, 1, 3, broken, yes, gradient)));
  g_assert_true (isnan (gradient[1]));
}

/* Where a formula divides by what may be nothing, or has no slope. */
static void
test_edges (void)
{
  const MtlLoss *l1 = find_loss ("l1"), *huber = find_loss ("huber"), *kl = find_loss ("kl");
  const MtlLoss *cosine = find_loss ("cosine");
  const Settings delta = settings_of (huber, 1.0), cold = settings_of (kl, 1.0);
  const float met[] = { 1, NAN, 3 }, targets[] = { 1, 1, NAN };
  const float none[] = { 0, 1e-9f, 0 }, up[] = { 0, 0, 2 }, sure[] = { 0, 0, 1 };
  float gradient[3];

  g_assert_true (isnan (value_of (l1, NULL, &three_values, 1, 3, met, targets, gradient)));
  g_assert_cmpfloat (gradient[0], ==, 0.0);
  g_assert_true (isnan (gradient[1]));
  g_assert_cmpfloat (gradient[2], ==, 0.0);
  g_assert_true (isnan (value_of (huber, delta.of, &three_values, 1, 3, met, targets, gradient)));
  g_assert_true (isnan (gradient[1]));

  /* No direction: as bad as a right angle, and no way is better. */
  g_assert_cmpfloat (value_of (cosine, NULL, &three_values, 1, 3, none, up, gradient), ==, 1.0);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat (gradient[i], ==, 0.0);
  g_assert_cmpfloat (divisor_of (cosine, NULL, &three_values, 1, 3, none), ==, 0.0);
  g_assert_cmpfloat (value_of (cosine, NULL, &three_values, 1, 3, up, none, gradient), ==, 0.0);
  g_assert_true (isnan (value_of (cosine, NULL, &three_values, 1, 3, met, up, gradient)));

  /* 0·log 0 = 0, and 1.5 is no probability. */
  g_assert_cmpfloat_with_epsilon (value_of (kl, cold.of, &three_values, 1, 3, none, sure, NULL),
                                  log (3.0), 1e-8);
  g_assert_cmpfloat (divisor_of (kl, cold.of, &three_values, 1, 3, up), ==, 0.0);
}

static void
test_extreme_focal (void)
{
  const MtlLoss *focal = find_loss ("focal");
  const float far[] = { 1e4f, -1e4f, 0 }, right[] = { 1, 0, NAN }, wrong[] = { 0, 1, NAN };
  const float first = 0.0f, second = 1.0f;
  float gradient[3];

  for (double gamma = 0.0; gamma < 3.0; gamma += 0.5)
    {
      const Settings set = settings_of (focal, gamma);

      g_assert_cmpfloat (value_of (focal, set.of, &three_values, 1, 3, far, right, gradient), ==,
                         0.0);
      g_assert_cmpfloat (gradient[0], ==, 0.0);
      g_assert_cmpfloat (value_of (focal, set.of, &three_values, 1, 3, far, wrong, gradient), ==,
                         0.75 * 1e4 + 0.25 * 1e4);
      g_assert_cmpfloat (gradient[0], ==, 0.75);
      g_assert_cmpfloat (gradient[1], ==, -0.25);

      g_assert_cmpfloat (value_of (focal, set.of, &three_classes, 1, 3, far, &first, gradient), ==,
                         0.0);
      g_assert_cmpfloat (gradient[0], ==, 0.0);
      g_assert_cmpfloat (value_of (focal, set.of, &three_classes, 1, 3, far, &second, gradient),
                         ==, 2e4);
      g_assert_cmpfloat (gradient[1], ==, -1.0);
    }
}

static void
assert_misfit (const char          *loss,
               const MtlTargetType *type,
               MtlShape             shape,
               const char          *message)
{
  const MtlLoss *found = find_loss (loss);
  const Settings set = settings_of (found, 0.0);
  const MtlItems items = mtl_loss_items (found, set.of, type, &shape);
  g_autoptr(GError) error = NULL;

  g_assert_false (found->fits (type, &items, set.of, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==, message);
}

static void
test_misfits (void)
{
  const MtlTargetType digits = { MTL_TARGET_CLASS, 10, 1 };

  assert_misfit ("cross-entropy", &digits, (MtlShape) { 1, { 50 } },
                 "needs 10 values, one for each class, but gets 50");
  assert_misfit ("cross-entropy", &three_values, (MtlShape) { 1, { 3 } },
                 "needs a target of classes, but its target is 3 values: choose mse or bce");
  assert_misfit ("mse", &three_values, (MtlShape) { 1, { 1 } },
                 "needs 3 values, one for each value of its target, but gets 1");
  assert_misfit ("mse", &digits, (MtlShape) { 1, { 10 } },
                 "needs a target of values, but its target is one of 10 classes: "
                 "choose cross-entropy");
  assert_misfit ("bce", &digits, (MtlShape) { 1, { 1 } },
                 "needs a target of 2 classes, but its target has 10: choose cross-entropy");
  assert_misfit ("bce", &two_classes, (MtlShape) { 1, { 2 } },
                 "needs 1 value, the logit of the second class, but gets 2");
}

static void
test_misfits_of_items (void)
{
  const MtlTargetType pixels = { MTL_TARGET_CLASS, 5, 256 }, tokens = { MTL_TARGET_CLASS, 7, 12 };
  const MtlTargetType edges = { MTL_TARGET_CLASS, 2, 256 }, digits = { MTL_TARGET_CLASS, 10, 1 };
  const MtlTargetType many = { MTL_TARGET_CLASS, 257, 4 }, depth = { MTL_TARGET_VALUES, 0, 6 };

  assert_misfit ("cross-entropy", &pixels, (MtlShape) { 3, { 3, 16, 16 } },
                 "needs 5×16×16, one value for each class and pixel, but gets 3×16×16");
  assert_misfit ("cross-entropy", &pixels, (MtlShape) { 3, { 5, 8, 8 } },
                 "needs 5 × height × width of 256 pixels, one value for each class and pixel, "
                 "but gets 5×8×8");
  assert_misfit ("cross-entropy", &tokens, (MtlShape) { 2, { 12, 5 } },
                 "needs 12×7, one value for each class and token, but gets 12×5");
  assert_misfit ("cross-entropy", &tokens, (MtlShape) { 1, { 84 } },
                 "needs 12×7 or a picture of 7 × height × width, one value for each class and "
                 "item, but gets 84");
  assert_misfit ("bce", &edges, (MtlShape) { 3, { 2, 16, 16 } },
                 "needs 1×16×16, the logit of the second class for each pixel, but gets 2×16×16");
  assert_misfit ("dice", &digits, (MtlShape) { 1, { 10 } },
                 "needs a target with a class for each pixel or token, but its target is one "
                 "class: choose cross-entropy");
  assert_misfit ("dice", &many, (MtlShape) { 2, { 4, 257 } },
                 "needs a target of at most 256 classes, but its target has 257: choose "
                 "cross-entropy");
  assert_misfit ("cosine", &depth, (MtlShape) { 3, { 1, 2, 3 } },
                 "needs several channels, values that belong together, but gets 1×2×3");
  assert_misfit ("bce", &edges, (MtlShape) { 1, { 255 } },
                 "needs 256 values, the logit of the second class for each item, but gets 255");
}

/* Weights are a list, which the helpers above do not set. */
static void
test_class_weights (void)
{
  const MtlLoss *loss = find_loss ("cross-entropy");
  g_autoptr(MtlChosen) plain = mtl_chosen_new (MTL_KIND_LOSS, &loss->method);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlChosen) two = mtl_chosen_with (plain, "class-weights", "1,2", &error);
  const MtlItems items = row_of (loss, mtl_chosen_settings (plain), &three_classes, 3);

  g_assert_no_error (error);
  g_assert_false (loss->fits (&three_classes, &items, mtl_chosen_settings (two), &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SHAPE);
  g_assert_cmpstr (error->message, ==,
                   "needs 3 class weights, one for each class, but has 2");
}

static void
assert_layout (const MtlTargetType *type,
               MtlShape             shape,
               gsize                n_items,
               gsize                item_stride,
               gsize                channel_stride)
{
  const MtlLoss *loss = find_loss ("mse");
  const MtlItems items = mtl_loss_items (loss, NULL, type, &shape);

  g_assert_cmpuint (items.n_items, ==, n_items);
  g_assert_cmpuint (items.n_items * items.n_channels, ==, items.size);
  g_assert_cmpuint (items.item_stride, ==, item_stride);
  g_assert_cmpuint (items.channel_stride, ==, channel_stride);
  g_assert_cmpint (items.ignored, ==, -1);
}

static void
test_layouts (void)
{
  const MtlTargetType label = { MTL_TARGET_CLASS, 60, 1 }, labels = { MTL_TARGET_CLASS, 5, 12 };
  const MtlTargetType values = { MTL_TARGET_VALUES, 0, 60 };

  assert_layout (&label, (MtlShape) { 3, { 5, 3, 4 } }, 1, 60, 1);
  assert_layout (&label, (MtlShape) { 2, { 12, 5 } }, 1, 60, 1);
  assert_layout (&labels, (MtlShape) { 3, { 5, 3, 4 } }, 12, 1, 12);
  assert_layout (&labels, (MtlShape) { 2, { 12, 5 } }, 12, 5, 1);
  assert_layout (&labels, (MtlShape) { 1, { 12 } }, 12, 1, 1);
  assert_layout (&values, (MtlShape) { 3, { 5, 3, 4 } }, 12, 1, 12);
  assert_layout (&values, (MtlShape) { 2, { 12, 5 } }, 12, 5, 1);
  assert_layout (&values, (MtlShape) { 1, { 60 } }, 1, 60, 1);
}

static void
test_metrics_exist (gconstpointer data)
{
  const MtlLoss *loss = data;

  g_assert_nonnull (loss->metrics[0]);
  for (guint i = 0; loss->metrics[i] != NULL; i++)
    g_assert_nonnull (find_metric (loss->metrics[i]));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/losses/golden", test_golden);
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_LOSS); *m != NULL; m++)
    {
      g_autofree char *path = g_strdup_printf ("/losses/%s/metrics-exist", (*m)->id);

      g_test_add_data_func (path, *m, test_metrics_exist);
    }
  g_test_add_func ("/losses/missing-classes", test_missing_classes);
  g_test_add_func ("/losses/missing-values", test_missing_values);
  g_test_add_func ("/losses/extreme-outputs", test_extreme_outputs);
  g_test_add_func ("/losses/edges", test_edges);
  g_test_add_func ("/losses/extreme-focal", test_extreme_focal);
  g_test_add_func ("/losses/misfits", test_misfits);
  g_test_add_func ("/losses/misfits-of-items", test_misfits_of_items);
  g_test_add_func ("/losses/class-weights", test_class_weights);
  g_test_add_func ("/losses/layouts", test_layouts);

  return g_test_run ();
}
