/* mtl-clip.c — see mtl-clip.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-clip.h"

#include <math.h>

#define LANES 16    /* sums that go on side by side, so that the compiler takes vectors */
#define LEAST 1e-6  /* beside the norm, as in common use */

static double
find_norm (const float *v,
           gsize        n)
{
  double sums[LANES] = { 0.0 };
  double total = 0.0;
  gsize i = 0;

  for (; n - i >= LANES; i += LANES)
    for (guint lane = 0; lane < LANES; lane++)
      sums[lane] += (double) v[i + lane] * v[i + lane];
  for (; i < n; i++)
    total += (double) v[i] * v[i];
  for (guint lane = 0; lane < LANES; lane++)
    total += sums[lane];

  return sqrt (total);
}

double
mtl_clip (float  *gradient,
          gsize   n,
          double  most)
{
  double norm = find_norm (gradient, n);
  float factor = (float) (most / (norm + LEAST));

  if (norm > most)
    for (gsize i = 0; i < n; i++)
      gradient[i] *= factor;

  return norm;
}
