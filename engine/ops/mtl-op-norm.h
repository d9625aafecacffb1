/* mtl-op-norm.h — mean and variance of values that lie in a row, for normalisation
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <math.h>

#include "mtl-c-writer.h"
#include "mtl-op-sum.h"

/* What @n values are shifted and scaled by, to have mean 0 and variance 1. */
typedef struct
{
  float mean, inverse;
} MtlOpMoments;

static inline MtlOpMoments
mtl_op_moments (const float *x,
                gsize        n,
                double       epsilon)
{
  double mean = mtl_op_sum (x, n) / (double) n;
  double variance = mtl_op_spread (x, n, mean) / (double) n;

  return (MtlOpMoments) { (float) mean, (float) (1.0 / sqrt (variance + epsilon)) };
}

/* The C of it, at depth 2: declares `mean` and `inverse` of the @n values of x. */
void mtl_op_write_moments (MtlCWriter *to,
                           gsize       n,
                           double      epsilon);
