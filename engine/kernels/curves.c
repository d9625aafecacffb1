/* curves.c — functions of single values of one set, see mtl-curves.h
 *
 * Each is found on its flat side, from z = e^−|x|, and turned about: there no
 * sum loses what z has to say, and nothing overflows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-kernels-names.h"
#include "mtl-vector-exp.h"

#define FLAT       104.0f        /* e^−104 is 0 in floats */
#define NORMAL     14.5f         /* so is Φ(−14.5) */
#define GAUSS      0.39894228f   /* 1/√(2π) */
#define TWICE_ROOT 1.59576912f   /* 2·√(2/π) */
#define CUBIC      0.044715f

/* The last vector may overlap the one before it, and is read before y is written. */
static G_ALWAYS_INLINE inline void
draw (gsize        n,
      const float *x,
      float       *y,
      Vec        (*curve) (Vec))
{
  Vec last;

  if (n < MTL_LANES)
    {
      vec_store_few (y, curve (vec_load_few (x, n)), n);
      return;
    }

  last = vec_load (x + n - MTL_LANES);
  for (gsize i = 0; i + MTL_LANES < n; i += MTL_LANES)
    vec_store (y + i, curve (vec_load (x + i)));
  vec_store (y + n - MTL_LANES, curve (last));
}

static G_ALWAYS_INLINE inline Vec
clamp (Vec   x,
       float most)
{
  return vec_most (vec_least (x, most), -most);
}

/* σ(x) and 1 − σ(x), both to their last places. */
static G_ALWAYS_INLINE inline Vec
take_sigmoid_both (Vec  x,
                   Vec *rest)
{
  Vec z = vec_exp (-vec_abs (x)), most = 1.0f / (1.0f + z), least = z * most;

  *rest = vec_choose (x < 0.0f, most, least);
  return vec_choose (x < 0.0f, least, most);
}

static G_ALWAYS_INLINE inline Vec
take_sigmoid (Vec x)
{
  Vec rest;

  return take_sigmoid_both (x, &rest);
}

/* (e^2a − 1)/(e^2a + 1), a = |x|, which is 1 from 9.02 on. */
static G_ALWAYS_INLINE inline Vec
take_tanh (Vec x)
{
  Vec e = vec_exp_less_one (2.0f * vec_least (vec_abs (x), 10.0f));

  return vec_copy_sign (e / (e + 2.0f), x);
}

static G_ALWAYS_INLINE inline Vec
take_elu (Vec x)
{
  return vec_choose (x < 0.0f, vec_exp_less_one (vec_least (x, 0.0f)), x);
}

/* max (x, 0) + log (1 + z); with s = z/(2 + z), log (1 + z) = 2·atanh s =
 * 2·(s + s³/3 + …), here to 0.002 ulp. */
static G_ALWAYS_INLINE inline Vec
take_softplus (Vec x)
{
  Vec z = vec_exp (-vec_abs (x)), s = z / (2.0f + z), u = s * s, p;

  p = 0.121451691f * u + 0.107152671f;
  p = p * u + 0.143083081f;
  p = p * u + 0.199994445f;
  p = p * u + 0.333333373f;

  return vec_most (x, 0.0f) + 2.0f * (s + s * u * p);
}

static G_ALWAYS_INLINE inline Vec
take_silu (Vec x)
{
  return vec_most (x, -FLAT) * take_sigmoid (x);
}

/* s + x·s·(1 − s) */
static G_ALWAYS_INLINE inline Vec
take_silu_slope (Vec x)
{
  Vec rest, s = take_sigmoid_both (x, &rest);

  return s + clamp (x, FLAT) * s * rest;
}

/* Φ(x), for a = |x| from the tail Φ(−a) = e^(−a²/2)·P(t)/(1 + 5a/4),
 * t = (a − 15/4)/(a + 15/4), which P makes to 0.2 ulp. The form is that of
 * Shepherd, Laframboise, “Chebyshev Approximation of (1 + 2x)exp(x²)erfc x in
 * 0 ≤ x < ∞”, Mathematics of Computation 36 (1981). So that the exponential
 * does not multiply what rounding took of a², half its digits go apart: their
 * square is exact. @e: e^(−a²/2) */
static G_ALWAYS_INLINE inline Vec
take_normal (Vec  x,
             Vec *e)
{
  Vec a = vec_least (vec_abs (x), NORMAL), high = (Vec) ((Ints) a & ~0xfff);
  Vec slow = 1.25f * a + 1.0f, far = a + 3.75f;
  Vec share = 1.0f / (slow * far), t = (a - 3.75f) * slow * share, p, tail;

  *e = vec_exp_low (-0.5f * high * high, -0.5f * (a - high) * (a + high));
  p = 2.23345225e-4f * t + 5.97962469e-4f;
  p = p * t - 1.66021753e-3f;
  p = p * t - 2.57774815e-3f;
  p = p * t + 1.93407442e-2f;
  p = p * t - 4.60648686e-2f;
  p = p * t + 5.86259291e-2f;
  p = p * t - 2.15467587e-2f;
  p = p * t - 7.71482140e-2f;
  p = p * t + 0.568973005f;
  tail = *e * (p * far * share);

  return vec_choose (x < 0.0f, tail, 1.0f - tail);
}

static G_ALWAYS_INLINE inline Vec
take_gelu (Vec x)
{
  Vec e;

  return vec_most (x, -NORMAL) * take_normal (x, &e);
}

static G_ALWAYS_INLINE inline Vec
take_gelu_slope (Vec x)
{
  Vec e, normal = take_normal (x, &e);

  return clamp (x, NORMAL) * (GAUSS * e) + normal;
}

static G_ALWAYS_INLINE inline Vec
take_gelu_tanh (Vec x)
{
  Vec near = vec_most (x, -NORMAL);

  return near * take_sigmoid (near * (TWICE_ROOT * CUBIC * near * near + TWICE_ROOT));
}

/* s + x·s·(1 − s)·c·(1 + 3k·x²) */
static G_ALWAYS_INLINE inline Vec
take_gelu_tanh_slope (Vec x)
{
  Vec near = clamp (x, NORMAL), square = near * near, rest;
  Vec s = take_sigmoid_both (near * (TWICE_ROOT * CUBIC * square + TWICE_ROOT), &rest);

  return near * (3.0f * TWICE_ROOT * CUBIC * square + TWICE_ROOT) * (s * rest) + s;
}

/* --- the same for many --- */

static void
draw_exp (gsize        n,
          const float *x,
          float       *y)
{
  draw (n, x, y, vec_exp);
}

static void
draw_tanh (gsize        n,
           const float *x,
           float       *y)
{
  draw (n, x, y, take_tanh);
}

static void
draw_sigmoid (gsize        n,
              const float *x,
              float       *y)
{
  draw (n, x, y, take_sigmoid);
}

static void
draw_elu (gsize        n,
          const float *x,
          float       *y)
{
  draw (n, x, y, take_elu);
}

static void
draw_softplus (gsize        n,
               const float *x,
               float       *y)
{
  draw (n, x, y, take_softplus);
}

static void
draw_silu (gsize        n,
           const float *x,
           float       *y)
{
  draw (n, x, y, take_silu);
}

static void
draw_silu_slope (gsize        n,
                 const float *x,
                 float       *y)
{
  draw (n, x, y, take_silu_slope);
}

static void
draw_gelu (gsize        n,
           const float *x,
           float       *y)
{
  draw (n, x, y, take_gelu);
}

static void
draw_gelu_slope (gsize        n,
                 const float *x,
                 float       *y)
{
  draw (n, x, y, take_gelu_slope);
}

static void
draw_gelu_tanh (gsize        n,
                const float *x,
                float       *y)
{
  draw (n, x, y, take_gelu_tanh);
}

static void
draw_gelu_tanh_slope (gsize        n,
                      const float *x,
                      float       *y)
{
  draw (n, x, y, take_gelu_tanh_slope);
}

static void
draw_exp_wide (gsize         n,
               const double *x,
               double       *y)
{
  gsize whole = n / MTL_DOUBLES * MTL_DOUBLES;
  double rest[MTL_DOUBLES] = { 0.0 };

  for (gsize i = 0; i < whole; i += MTL_DOUBLES)
    *(LooseDoubles *) (y + i) = vec_exp_wide (*(const LooseDoubles *) (x + i));
  if (whole == n)
    return;

  for (gsize i = whole; i < n; i++)
    rest[i - whole] = x[i];
  *(LooseDoubles *) rest = vec_exp_wide (*(const LooseDoubles *) rest);
  for (gsize i = whole; i < n; i++)
    y[i] = rest[i - whole];
}

const MtlCurveKernels mtl_curve_set = {
  .exp = draw_exp,
  .exp_wide = draw_exp_wide,
  .tanh = draw_tanh,
  .sigmoid = draw_sigmoid,
  .elu = draw_elu,
  .softplus = draw_softplus,
  .silu = draw_silu,
  .silu_slope = draw_silu_slope,
  .gelu = draw_gelu,
  .gelu_slope = draw_gelu_slope,
  .gelu_tanh = draw_gelu_tanh,
  .gelu_tanh_slope = draw_gelu_tanh_slope,
};
