/* test-rows.c — what each set does to rows of values
 *
 * Inner products are compared with sums in long double; errors are relative to
 * the sum of the magnitudes of what is summed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtl-kernels.h"
#include "mtl-rng.h"

#define MOST      5000
#define MOST_ROWS 9
#define TOLERANCE 1e-14

static void
check_dot (const MtlKernels *kernels,
           const float      *x,
           const float      *y,
           gsize             n)
{
  long double sum = 0.0L, scale = 0.0L;
  double found = kernels->rows->dot (x, y, n);

  for (gsize i = 0; i < n; i++)
    {
      sum += (long double) x[i] * y[i];
      scale += fabsl ((long double) x[i] * y[i]);
    }
  if (!(fabsl (found - sum) <= TOLERANCE * scale))
    g_error ("%s, %zu values: %.17g, expected %.17Lg", kernels->name, n, found, sum);
}

static void
test_dot (gconstpointer data)
{
  const MtlKernels *kernels = data;
  g_autofree float *x = g_new (float, MOST);
  g_autofree float *y = g_new (float, MOST);

  for (gsize i = 0; i < MOST; i++)
    {
      x[i] = (float) mtl_rng_normal (mtl_rng_new (1, 0), i);
      y[i] = (float) mtl_rng_normal (mtl_rng_new (2, 0), i);
    }
  for (gsize n = 0; n < 140; n++)
    check_dot (kernels, x, y, n);
  check_dot (kernels, x, y, MOST);
}

/* Added to ones; below the diagonal only where all are asked for. */
static void
check_gram (const MtlKernels *kernels,
            const float      *x,
            const float      *y,
            guint             k,
            gsize             n,
            gboolean          half)
{
  gsize ld = n + 3;
  double m[MOST_ROWS * MOST_ROWS];

  for (guint i = 0; i < k * k; i++)
    m[i] = 1.0;
  kernels->rows->gram (k, x, y, ld, n, half, m);
  for (guint i = 0; i < k; i++)
    for (guint j = half ? i : 0; j < k; j++)
      {
        long double sum = 1.0L, scale = 1.0L;

        for (gsize c = 0; c < n; c++)
          {
            sum += (long double) x[i * ld + c] * y[j * ld + c];
            scale += fabsl ((long double) x[i * ld + c] * y[j * ld + c]);
          }
        if (!(fabsl (m[i * k + j] - sum) <= TOLERANCE * scale))
          g_error ("%s, %u rows of %zu: element %u, %u is %.17g, expected %.17Lg", kernels->name,
                   k, n, i, j, m[i * k + j], sum);
      }
}

static void
test_gram (gconstpointer data)
{
  const MtlKernels *kernels = data;
  const gsize widths[] = { 0, 1, 7, 40, 1024, 2500 };
  g_autofree float *x = g_new (float, MOST_ROWS * MOST);
  g_autofree float *y = g_new (float, MOST_ROWS * MOST);

  for (gsize i = 0; i < MOST_ROWS * MOST; i++)
    {
      x[i] = (float) mtl_rng_normal (mtl_rng_new (1, 0), i);
      y[i] = (float) mtl_rng_normal (mtl_rng_new (2, 0), i);
    }
  for (guint k = 1; k <= MOST_ROWS; k++)
    for (guint w = 0; w < G_N_ELEMENTS (widths); w++)
      {
        check_gram (kernels, x, x, k, widths[w], TRUE);
        check_gram (kernels, x, y, k, widths[w], FALSE);
      }
}

/* Zeros, NaN and both signs, at every distance from the end of a vector. */
static void
test_rectify (gconstpointer data)
{
  const MtlKernels *kernels = data;
  const float some[] = { 1.5f, -2.0f, 0.0f, -0.0f, NAN, INFINITY, -INFINITY };

  for (gsize n = 0; n < 40; n++)
    {
      float x[41] = { 0 }, dy[41] = { 0 }, y[41], dx[41], sum[41];

      for (gsize i = 0; i < n; i++)
        {
          x[i] = some[(n + i) % G_N_ELEMENTS (some)];
          dy[i] = (float) i + 1.0f;
          sum[i] = 0.5f;
        }
      y[n] = dx[n] = sum[n] = 7.0f;
      kernels->rows->rectify (x, n, y);
      kernels->rows->rectify_back (y, dy, n, FALSE, dx);
      kernels->rows->rectify_back (y, dy, n, TRUE, sum);

      for (gsize i = 0; i < n; i++)
        {
          float expected = x[i] < 0.0f ? 0.0f : x[i];
          float slope = x[i] <= 0.0f ? 0.0f : 1.0f;

          g_assert_true (isnan (x[i]) ? isnan (y[i]) : y[i] == expected);
          g_assert_cmpfloat (dx[i], ==, slope * dy[i]);
          g_assert_cmpfloat (sum[i], ==, 0.5f + slope * dy[i]);
        }
      g_assert_true (y[n] == 7.0f && dx[n] == 7.0f && sum[n] == 7.0f);
    }
}

int
main (int   argc,
      char *argv[])
{
  const MtlKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint set = 0; (kernels = mtl_kernels_usable (set)) != NULL; set++)
    {
      g_autofree char *path = g_strdup_printf ("/rows/dot/%s", kernels->name);

      g_autofree char *rows = g_strdup_printf ("/rows/gram/%s", kernels->name);
      g_autofree char *rectify = g_strdup_printf ("/rows/rectify/%s", kernels->name);

      g_test_add_data_func (path, kernels, test_dot);
      g_test_add_data_func (rows, kernels, test_gram);
      g_test_add_data_func (rectify, kernels, test_rectify);
    }

  return g_test_run ();
}
