/* mtl-clip.c — see mtl-clip.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-clip.h"

#include <math.h>

#include "mtl-kernels.h"

#define LEAST 1e-6  /* beside the norm, as in common use */

double
mtl_clip (float  *gradient,
          gsize   n,
          double  most)
{
  double norm = sqrt (mtl_kernels ()->rows->dot (gradient, gradient, n));
  float factor = (float) (most / (norm + LEAST));

  if (norm > most)
    for (gsize i = 0; i < n; i++)
      gradient[i] *= factor;

  return norm;
}
