/* test-norm.c — norms of channels against plain sums, of all sets
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtl-kernels.h"
#include "mtl-rng.h"

#define MOST      100    /* values of a piece */
#define ROWS      3
#define CHANNELS  2      /* of which the second is at hand */
#define TOLERANCE 1e-12  /* of sums, relative to that of sizes */
#define ROUNDING  1e-5f  /* of values near 1 */

typedef struct
{
  float x[ROWS * CHANNELS * MOST], dy[ROWS * CHANNELS * MOST];
  float found[ROWS * CHANNELS * MOST];
} Values;

static void
fill (Values *values)
{
  MtlRng rng = mtl_rng_new (1, MTL_STREAM_DATA);

  for (gsize i = 0; i < G_N_ELEMENTS (values->x); i++)
    {
      values->x[i] = 100.0f + (float) mtl_rng_normal (rng, 3 * i);
      values->dy[i] = (float) mtl_rng_normal (rng, 3 * i + 1);
      values->found[i] = (float) mtl_rng_normal (rng, 3 * i + 2);
    }
}

/* Whether element @i is of the second channel. */
static gboolean
is_at_hand (gsize n,
            gsize i)
{
  return i % (CHANNELS * n) >= n;
}

static void
check_sums (const MtlNormKernels *norm,
            gsize                 n,
            const Values         *values)
{
  MtlNormPieces of = { ROWS, n, CHANNELS * n };
  double sum = 1.0, squares = 2.0, sum_dy = 3.0, product = 4.0;
  double wish[4] = { 1.0, 2.0, 3.0, 4.0 }, size = 0.0;

  norm->measure (of, values->x + n, &sum, &squares);
  norm->measure_back (of, values->x + n, values->dy + n, 99.5, &sum_dy, &product);
  for (gsize i = 0; i < ROWS * CHANNELS * n; i++)
    if (is_at_hand (n, i))
      {
        wish[0] += (double) values->x[i];
        wish[1] += (double) values->x[i] * (double) values->x[i];
        wish[2] += (double) values->dy[i];
        wish[3] += (double) values->dy[i] * ((double) values->x[i] - 99.5);
        size += (double) values->x[i] * (double) values->x[i];
      }

  g_assert_cmpfloat_with_epsilon (sum, wish[0], TOLERANCE * size);
  g_assert_cmpfloat_with_epsilon (squares, wish[1], TOLERANCE * size);
  g_assert_cmpfloat_with_epsilon (sum_dy, wish[2], TOLERANCE * size);
  g_assert_cmpfloat_with_epsilon (product, wish[3], TOLERANCE * size);
}

static void
check_values (const MtlNormKernels *norm,
              gsize                 n,
              gboolean              add)
{
  MtlNormPieces of = { ROWS, n, CHANNELS * n };
  MtlNormBack by = { .mean = 100.0f, .factor = 0.5f, .mean_dy = 0.25f, .slope = 0.125f };
  Values shifted, back, values;

  fill (&values);
  fill (&shifted);
  fill (&back);
  norm->shift (of, values.x + n, 100.0f, 0.5f, 0.25f, shifted.found + n);
  norm->pass_back (of, by, values.x + n, values.dy + n, add, back.found + n);

  for (gsize i = 0; i < G_N_ELEMENTS (values.x); i++)
    {
      gboolean at_hand = i < ROWS * CHANNELS * n && is_at_hand (n, i);
      float x = values.x[i] - 100.0f;
      float dx = 0.5f * (values.dy[i] - 0.25f - 0.125f * x) + (add ? values.found[i] : 0.0f);

      g_assert_cmpfloat_with_epsilon (shifted.found[i], at_hand ? 0.5f * x + 0.25f
                                                                : values.found[i], ROUNDING);
      g_assert_cmpfloat_with_epsilon (back.found[i], at_hand ? dx : values.found[i], ROUNDING);
    }
}

static void
test_norm (gconstpointer data)
{
  const MtlKernels *set = data;
  Values values;

  fill (&values);
  for (gsize n = 1; n <= MOST; n++)
    {
      check_sums (set->norm, n, &values);
      check_values (set->norm, n, FALSE);
      check_values (set->norm, n, TRUE);
    }
}

int
main (int    argc,
      char **argv)
{
  const MtlKernels *set;

  g_test_init (&argc, &argv, NULL);
  for (guint n = 0; (set = mtl_kernels_usable (n)) != NULL; n++)
    {
      g_autofree char *path = g_strdup_printf ("/norm/%s", set->name);

      g_test_add_data_func (path, set, test_norm);
    }

  return g_test_run ();
}
