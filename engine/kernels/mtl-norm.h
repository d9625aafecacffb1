/* mtl-norm.h — what a channel's values are normed by, and normed
 *
 * @rows pieces of @n values, each @stride floats after the one before: what one
 * channel has in each sample. Sums are taken in double, in an order that follows
 * from @rows and @n alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct
{
  gsize rows, n, stride;
} MtlNormPieces;

/* dx = factor·(dy − mean_dy − (x − mean)·slope) */
typedef struct
{
  float mean, factor, mean_dy, slope;
} MtlNormBack;

typedef struct
{
  /* Adds Σx and Σx². */
  void (*measure)      (MtlNormPieces  of,
                        const float   *x,
                        double        *sum,
                        double        *squares);
  /* y ← (x − mean)·scale + bias */
  void (*shift)        (MtlNormPieces  of,
                        const float   *x,
                        float          mean,
                        float          scale,
                        float          bias,
                        float         *y);
  /* Adds Σdy and Σ dy·(x − mean). */
  void (*measure_back) (MtlNormPieces  of,
                        const float   *x,
                        const float   *dy,
                        double         mean,
                        double        *sum,
                        double        *product);
  /* @add: to what is in dx. */
  void (*pass_back)    (MtlNormPieces  of,
                        MtlNormBack    by,
                        const float   *x,
                        const float   *dy,
                        gboolean       add,
                        float         *dx);
} MtlNormKernels;
