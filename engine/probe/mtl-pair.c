/* mtl-pair.c — how two gradients lie to each other, from their inner products
 *
 * Source: Yu et al., “Gradient Surgery for Multi-Task Learning”, arXiv 2001.06782 (2020),
 * definitions 1 to 3: conflict, magnitude similarity and the multi-task curvature bounding
 * measure.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-pair.h"

#include <math.h>

/* Of |a|² + |b|²: below it |a + b|² is what rounding left. */
#define ROUNDING 1e-14

MtlPair
mtl_pair (double aa,
          double bb,
          double ab)
{
  MtlPair pair = { .zero = !(aa > 0.0) || !(bb > 0.0) };
  double size = sqrt (aa) * sqrt (bb);
  double sum = aa + bb + 2.0 * ab;

  if (!pair.zero)
    {
      pair.cosine = CLAMP (ab / size, -1.0, 1.0);
      pair.similarity = 2.0 * size / (aa + bb);
    }
  else
    {
      pair.similarity = aa == bb ? 1.0 : 0.0;
    }

  pair.curvature = sum > ROUNDING * (aa + bb)
                   ? (1.0 - pair.cosine * pair.cosine) * MAX (aa + bb - 2.0 * ab, 0.0) / sum : NAN;

  return pair;
}
