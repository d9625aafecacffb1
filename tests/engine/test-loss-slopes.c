/* test-loss-slopes.c — gradients of losses against finite differences
 *
 * Every loss of the catalogue is compared on each pair of target and output
 * that it fits: one label, pixels, tokens, values; with its parameters at their
 * initial value, at the least and in between. Outputs lie between the points of
 * the grid that targets are on, so no step comes past a kink where they meet.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "loss-rows.h"

#define STEP      (1.0f / 2048.0f) /* exact in binary; losses sum in double */
#define TOLERANCE 1e-4             /* of a difference quotient, relative above 1 */

static const MtlTargetType target_types[] = {
  { MTL_TARGET_CLASS, 2, 1 },
  { MTL_TARGET_CLASS, 3, 1 },
  { MTL_TARGET_CLASS, 2, 6 },
  { MTL_TARGET_CLASS, 3, 6 },
  { MTL_TARGET_VALUES, 0, 1 },
  { MTL_TARGET_VALUES, 0, 4 },
  { MTL_TARGET_VALUES, 0, 18 },
};

static const MtlShape shapes[] = {
  { 1, { 1 } }, { 1, { 2 } }, { 1, { 3 } }, { 1, { 4 } }, { 1, { 6 } },
  { 2, { 6, 1 } }, { 2, { 6, 3 } }, { 2, { 2, 2 } },
  { 3, { 1, 2, 3 } }, { 3, { 2, 2, 3 } }, { 3, { 3, 3, 2 } }, { 3, { 3, 6, 1 } },
};

#define ROWS 6

/* About one item in four is missing. */
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
      targets[i] = g_rand_int_range (rand, 0, 33) / 32.0f;

  /* One sample is whole, one is not there at all. */
  for (gsize i = 0; i < type->size; i++)
    {
      targets[i] = isnan (targets[i]) ? 1.0f : targets[i];
      targets[type->size + i] = NAN;
    }
}

static void
check_differences (const MtlLoss       *loss,
                   const MtlSetting    *set,
                   const MtlTargetType *type,
                   const MtlItems      *items,
                   guint32              seed)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  gsize n = ROWS * items->size;
  g_autofree float *outputs = g_new (float, n);
  g_autofree float *targets = g_new (float, ROWS * type->size);
  g_autofree float *gradient = g_new (float, n);

  draw_targets (rand, type, targets);
  for (gsize i = 0; i < n; i++)
    outputs[i] = g_rand_int_range (rand, -64, 64) / 32.0f + 1.0f / 64.0f;
  loss->value (type, items, set, ROWS, outputs, targets, gradient);

  for (gsize i = 0; i < n; i++)
    {
      float kept = outputs[i];
      double above, below, slope;

      outputs[i] = kept + STEP;
      above = loss->value (type, items, set, ROWS, outputs, targets, NULL);
      outputs[i] = kept - STEP;
      below = loss->value (type, items, set, ROWS, outputs, targets, NULL);
      outputs[i] = kept;
      /* The sums of two floats are rounded: what was added is not quite STEP. */
      slope = (above - below) / ((double) (kept + STEP) - (double) (kept - STEP));
      if (!(fabs (slope - gradient[i]) <= TOLERANCE * MAX (fabs (slope), 1.0)))
        g_error ("%s, first setting %g, %u classes, size %" G_GSIZE_FORMAT ", seed %u, element "
                 "%" G_GSIZE_FORMAT ": gradient %.7g, by differences %.7g", loss->method.id,
                 set->number, type->n_classes, items->size, seed, i, gradient[i], slope);
    }
}

/* Where no target is there, nothing counts and nothing is learnt. */
static void
check_nothing (const MtlLoss       *loss,
               const MtlSetting    *set,
               const MtlTargetType *type,
               const MtlItems      *items)
{
  g_autofree float *outputs = g_new0 (float, ROWS * items->size);
  g_autofree float *targets = g_new (float, ROWS * type->size);
  g_autofree float *gradient = g_new (float, ROWS * items->size);

  for (gsize i = 0; i < ROWS * type->size; i++)
    targets[i] = NAN;
  for (gsize i = 0; i < ROWS * items->size; i++)
    gradient[i] = NAN;

  g_assert_cmpfloat (loss->divisor (type, items, set, ROWS, targets), ==, 0.0);
  g_assert_cmpfloat (loss->value (type, items, set, ROWS, outputs, targets, gradient), ==, 0.0);
  for (gsize i = 0; i < ROWS * items->size; i++)
    g_assert_cmpfloat (gradient[i], ==, 0.0);
}

/* How many pairs of target and output the loss fits, each checked with one value of all
 * its settings. */
static guint
check_types (const MtlLoss    *loss,
             const MtlSetting *set)
{
  guint fitted = 0;

  for (guint t = 0; t < G_N_ELEMENTS (target_types); t++)
    for (guint s = 0; s < G_N_ELEMENTS (shapes); s++)
      {
        const MtlTargetType *type = &target_types[t];
        const MtlItems items = mtl_loss_items (loss, set, type, &shapes[s]);

        if (!loss->fits (type, &items, set, NULL))
          continue;
        check_differences (loss, set, type, &items, 16 * t + s);
        check_nothing (loss, set, type, &items);
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

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_LOSS); *m != NULL; m++)
    {
      g_autofree char *path = g_strdup_printf ("/loss-slopes/%s", (*m)->id);

      g_test_add_data_func (path, *m, test_differences);
    }

  return g_test_run ();
}
