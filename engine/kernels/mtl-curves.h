/* mtl-curves.h — exponentials and what is made of them, many values at a time
 *
 * Errors against the same function in double precision, for all finite floats,
 * in units of the last place (ulp) of the result, of 1 where a slope is less:
 *
 *   exp 1.1  elu 1     tanh 2.8   sigmoid 2.8   softplus 3   silu 4
 *   gelu 6.5 slopes 2  gelu by tanh 2, of x where that is more   exp_wide 1.1
 *
 * and besides, where a result is denormal, those of a factor that is: 2⁻¹⁴².
 * At ±∞ they have their limits: no 0·∞. A NaN gives a NaN. What a value gives
 * does not depend on where it stands; sets may differ within these bounds, as
 * some add to a product without rounding it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

/* @y may be @x; @n values each. */
typedef void (*MtlCurve) (gsize        n,
                          const float *x,
                          float       *y);

typedef struct
{
  MtlCurve exp;
  void   (*exp_wide) (gsize         n,   /* the same in double precision */
                      const double *x,
                      double       *y);
  MtlCurve tanh;
  MtlCurve sigmoid;          /* also the slope of softplus */
  MtlCurve elu;              /* e^x − 1 below 0, x above */
  MtlCurve softplus;         /* log (1 + e^x) */
  MtlCurve silu;             /* x·sigmoid */
  MtlCurve silu_slope;
  MtlCurve gelu;             /* x·Φ, of the normal distribution */
  MtlCurve gelu_slope;
  MtlCurve gelu_tanh;        /* with Φ ≈ sigmoid (2·√(2/π)·(x + 0.044715·x³)) */
  MtlCurve gelu_tanh_slope;
} MtlCurveKernels;
