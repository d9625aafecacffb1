/* mtl-vector-exp.h — exponentials of a vector
 *
 *   e^x = 2ⁿ·e^r, n = round (x/log 2), |r| ≤ (log 2)/2
 *   e^r − 1 = r + r²·P(r)
 *
 * log 2 is subtracted in two parts, of which n times the first is exact (Cody,
 * Waite, Software Manual for the Elementary Functions, Prentice-Hall 1980, ch. 6).
 * P has the least greatest relative error in e^r − 1: 0.004 ulp.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-vector.h"

#define LOG2_E    1.44269504f
#define LOG_2     0.693359375f      /* nine bits */
#define LOG_2_LOW -2.12194440e-4f   /* the rest */
#define ROUNDER   12582912.0f       /* 1.5·2²³: has no bits behind the point */

static G_ALWAYS_INLINE inline Vec
vec_least (Vec   x,
           float most)
{
  return vec_choose (x > most, vec_all (most), x);   /* a NaN stays */
}

static G_ALWAYS_INLINE inline Vec
vec_most (Vec   x,
          float least)
{
  return vec_choose (x < least, vec_all (least), x);
}

static G_ALWAYS_INLINE inline Vec
vec_abs (Vec x)
{
  return (Vec) ((Ints) x & G_MAXINT32);
}

/* @size with the sign of @sign. */
static G_ALWAYS_INLINE inline Vec
vec_copy_sign (Vec size,
               Vec sign)
{
  return (Vec) ((Ints) vec_abs (size) | ((Ints) sign & G_MININT32));
}

/* 2ⁿ for −126 ≤ n ≤ 127. */
static G_ALWAYS_INLINE inline Vec
vec_power (Ints n)
{
  return (Vec) ((n + 127) << 23);
}

/* e^r − 1 for x + @low = n·log 2 + r. @low: small */
static G_ALWAYS_INLINE inline Vec
vec_reduced_exp (Vec   x,
                 Vec   low,
                 Ints *n)
{
  Vec rounded = x * LOG2_E + ROUNDER, whole = rounded - ROUNDER;
  Vec r = x - whole * LOG_2 - whole * LOG_2_LOW + low, p;

  p = 1.98458802e-4f * r + 1.39406684e-3f;
  p = p * r + 8.33338965e-3f;
  p = p * r + 4.16663587e-2f;
  p = p * r + 0.166666657f;
  p = p * r + 0.5f;
  *n = (Ints) rounded - (Ints) vec_all (ROUNDER);

  return r * r * p + r;
}

/* e^(x + @low). The power of two comes in two factors, as 2ⁿ itself may be none
 * of the floats: the product is 0, denormal or ∞ where it should be. */
static G_ALWAYS_INLINE inline Vec
vec_exp_low (Vec x,
             Vec low)
{
  Ints n, half;
  Vec y = vec_reduced_exp (vec_most (vec_least (x, 89.0f), -105.0f), low, &n) + 1.0f;

  half = n >> 1;
  return y * vec_power (half) * vec_power (n - half);
}

static G_ALWAYS_INLINE inline Vec
vec_exp (Vec x)
{
  return vec_exp_low (x, (Vec) { 0 });
}

/* e^x − 1 for x ≤ 44; at less than −20 it is −1. */
static G_ALWAYS_INLINE inline Vec
vec_exp_less_one (Vec x)
{
  Ints n;
  Vec y = vec_reduced_exp (vec_most (x, -20.0f), (Vec) { 0 }, &n);

  return vec_power (n) * y + (vec_power (n) - 1.0f);
}

/* --- in double precision, half as many at a time --- */

typedef gint64 Longs        __attribute__ ((vector_size (MTL_LANES * 4)));
typedef double LooseDoubles __attribute__ ((vector_size (MTL_LANES * 4), aligned (8), may_alias));

#define LOG_2_WIDE     0x1.62e42feep-1          /* 32 bits */
#define LOG_2_WIDE_LOW 1.9082149292705877e-10
#define ROUNDER_WIDE   0x1.8p52

static G_ALWAYS_INLINE inline Doubles
vec_choose_wide (Longs   mask,
                 double  yes,
                 Doubles no)
{
  const Doubles all = yes - (Doubles) { 0 };

  return (Doubles) ((mask & (Longs) all) | (~mask & (Longs) no));
}

/* As vec_exp(), with a P that is made to 0.15 ulp. */
static G_ALWAYS_INLINE inline Doubles
vec_exp_wide (Doubles x)
{
  static const double terms[] = {
    2.7620088445409746e-07, 2.7557268459997064e-06, 2.4801521295954376e-05,
    1.9841269863053618e-04, 1.3888888917213717e-03, 8.3333333333300620e-03,
    4.1666666666624130e-02, 1.6666666666666669e-01, 0.5000000000000001,
  };
  Doubles near = vec_choose_wide (x < -750.0, -750.0, vec_choose_wide (x > 710.0, 710.0, x));
  Doubles rounded = near * 1.4426950408889634 + ROUNDER_WIDE, whole = rounded - ROUNDER_WIDE;
  Doubles r = near - whole * LOG_2_WIDE - whole * LOG_2_WIDE_LOW;
  Doubles p = 2.510038549551032e-08 - (Doubles) { 0 };
  Longs n = (Longs) rounded - (Longs) (ROUNDER_WIDE - (Doubles) { 0 }), half = n >> 1;

#pragma GCC unroll 9
  for (guint i = 0; i < G_N_ELEMENTS (terms); i++)
    p = p * r + terms[i];
  p = r * r * p + r + 1.0;

  return p * (Doubles) ((half + 1023) << 52) * (Doubles) ((n - half + 1023) << 52);
}
