/* mtl-softmax.h — softmax of numbers that may lie apart, and of two with one of them 0
 *
 *   log p_c = z_c − m − log Σ e^(z_k − m)        m: the largest
 *
 * The largest is subtracted first, so no exponential overflows. A NaN among
 * the numbers is in each result.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>
#include <math.h>

typedef struct
{
  double most;
  double log_sum;  /* of e^(z − most) */
} MtlSoftmax;

/* Of @z × @scale; the @n numbers lie @stride apart. */
static inline MtlSoftmax
mtl_softmax (const float *z,
             gsize        n,
             gsize        stride,
             double       scale)
{
  float most = z[0];
  double sum = 0.0;

  for (gsize c = 1; c < n; c++)
    most = z[c * stride] > most ? z[c * stride] : most;
  for (gsize c = 0; c < n; c++)
    sum += exp (scale * ((double) z[c * stride] - most));

  return (MtlSoftmax) { most, log (sum) };
}

/* log p of the one among the numbers that is @z. */
static inline double
mtl_softmax_log (const MtlSoftmax *self,
                 float             z,
                 double            scale)
{
  return scale * ((double) z - self->most) - self->log_sum;
}

/* log (1 + e^x). A NaN is kept, which x > 0 ? x : 0 and fmax() would lose. */
static inline double
mtl_softplus (double x)
{
  return (x < 0.0 ? 0.0 : x) + log1p (exp (-fabs (x)));
}
