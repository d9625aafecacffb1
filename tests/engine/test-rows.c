/* test-rows.c — each set's inner products against sums in long double
 *
 * Errors are relative to the sum of the magnitudes of what is summed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "mtl-kernels.h"
#include "mtl-rng.h"

#define MOST      5000
#define TOLERANCE 1e-15

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

int
main (int   argc,
      char *argv[])
{
  const MtlKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint set = 0; (kernels = mtl_kernels_usable (set)) != NULL; set++)
    {
      g_autofree char *path = g_strdup_printf ("/rows/dot/%s", kernels->name);

      g_test_add_data_func (path, kernels, test_dot);
    }

  return g_test_run ();
}
