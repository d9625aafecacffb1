/* mtl-vector.h — vectors of the width that a kernel is built for
 *
 * Kernel sources are built once for each MTL_ISA_…; a Vec is one register.
 * Everything is GCC's vector extension, so that the same text serves SSE2,
 * NEON, AVX2 and AVX-512.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>
#include <string.h>
#if defined MTL_ISA_AVX2 || defined MTL_ISA_AVX512
#include <immintrin.h>
#endif

#if defined MTL_ISA_AVX512
#define MTL_LANES     16
#define MTL_REGISTERS 32
#elif defined MTL_ISA_AVX2
#define MTL_LANES     8
#define MTL_REGISTERS 16
#elif defined __aarch64__
#define MTL_LANES     4
#define MTL_REGISTERS 32
#else
#define MTL_LANES     4
#define MTL_REGISTERS 16
#endif
#define MTL_DOUBLES   (MTL_LANES / 2)   /* in a register */

typedef float  Vec   __attribute__ ((vector_size (MTL_LANES * 4)));
typedef gint32 Ints  __attribute__ ((vector_size (MTL_LANES * 4)));
/* In memory that need not be aligned. */
typedef float  Loose __attribute__ ((vector_size (MTL_LANES * 4), aligned (4), may_alias));

typedef double Doubles __attribute__ ((vector_size (MTL_DOUBLES * 8)));
typedef float  Half    __attribute__ ((vector_size (MTL_DOUBLES * 4), aligned (4), may_alias));

static G_ALWAYS_INLINE inline Vec
vec_load (const float *from)
{
  return *(const Loose *) from;
}

static G_ALWAYS_INLINE inline void
vec_store (float *to,
           Vec    v)
{
  *(Loose *) to = v;
}

/* The first @n values, fewer than a vector has, and zeros. Of memory no more is
 * touched; the way through a buffer would take as long as some exponentials. */
static G_ALWAYS_INLINE inline Vec
vec_load_few (const float *from,
              gsize        n)
{
#if defined MTL_ISA_AVX512
  return (Vec) _mm512_maskz_loadu_ps ((__mmask16) ((1u << n) - 1), from);
#elif defined MTL_ISA_AVX2
  const Ints lanes = { 0, 1, 2, 3, 4, 5, 6, 7 };

  return (Vec) _mm256_maskload_ps (from, (__m256i) (lanes < (gint32) n));
#else
  Vec v = { 0 };

  for (gsize i = 0; i < n; i++)
    v[i] = from[i];
  return v;
#endif
}

static G_ALWAYS_INLINE inline void
vec_store_few (float *to,
               Vec    v,
               gsize  n)
{
#if defined MTL_ISA_AVX512
  _mm512_mask_storeu_ps (to, (__mmask16) ((1u << n) - 1), (__m512) v);
#elif defined MTL_ISA_AVX2
  const Ints lanes = { 0, 1, 2, 3, 4, 5, 6, 7 };

  _mm256_maskstore_ps (to, (__m256i) (lanes < (gint32) n), (__m256) v);
#else
  for (gsize i = 0; i < n; i++)
    to[i] = v[i];
#endif
}

/* MTL_DOUBLES values in double precision. */
static G_ALWAYS_INLINE inline Doubles
vec_widen (const float *from)
{
  return __builtin_convertvector (*(const Half *) from, Doubles);
}

/* Minus zero, for 0 − 0 would lose the sign of a negative zero. */
static G_ALWAYS_INLINE inline Vec
vec_all (float value)
{
  return value - (Vec) { 0 };
}

/* A compiler likes to read memory again for each use of a vector. Where rows
 * straddle cache lines, one read and many uses is much faster. */
static G_ALWAYS_INLINE inline Vec
vec_read_once (const float *from)
{
  Vec v = vec_load (from);

#if defined __x86_64__
  __asm__ ("" : "+v" (v));
#elif defined __aarch64__
  __asm__ ("" : "+w" (v));
#endif

  return v;
}

static inline float
vec_sum (Vec v)
{
  float sum = 0.0f;

  for (guint i = 0; i < MTL_LANES; i++)
    sum += v[i];

  return sum;
}

/* @yes where @mask is −1, @no where it is 0. */
static G_ALWAYS_INLINE inline Vec
vec_choose (Ints mask,
            Vec  yes,
            Vec  no)
{
  return (Vec) ((mask & (Ints) yes) | (~mask & (Ints) no));
}

/* A transpose swaps, for s = 1, 2, 4 …, the blocks of s×s off the diagonal:
 * from rows a and b, s apart, first[] picks the new a and second[] the new b. */
#if MTL_LANES == 16
#define MTL_STAGES 4
static const Ints vec_first[MTL_STAGES] = {
  { 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30 },
  { 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29 },
  { 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27 },
  { 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23 },
};
static const Ints vec_second[MTL_STAGES] = {
  { 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31 },
  { 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31 },
  { 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31 },
  { 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31 },
};
#elif MTL_LANES == 8
#define MTL_STAGES 3
static const Ints vec_first[MTL_STAGES] = {
  { 0, 8, 2, 10, 4, 12, 6, 14 },
  { 0, 1, 8, 9, 4, 5, 12, 13 },
  { 0, 1, 2, 3, 8, 9, 10, 11 },
};
static const Ints vec_second[MTL_STAGES] = {
  { 1, 9, 3, 11, 5, 13, 7, 15 },
  { 2, 3, 10, 11, 6, 7, 14, 15 },
  { 4, 5, 6, 7, 12, 13, 14, 15 },
};
#else
#define MTL_STAGES 2
static const Ints vec_first[MTL_STAGES] = { { 0, 4, 2, 6 }, { 0, 1, 4, 5 } };
static const Ints vec_second[MTL_STAGES] = { { 1, 5, 3, 7 }, { 2, 3, 6, 7 } };
#endif

/* In place: element j of v[i] becomes element i of v[j]. */
static G_ALWAYS_INLINE inline void
vec_transpose (Vec v[MTL_LANES])
{
#pragma GCC unroll 4
  for (guint stage = 0; stage < MTL_STAGES; stage++)
#pragma GCC unroll 16
    for (guint i = 0; i < MTL_LANES; i++)
      if (!(i >> stage & 1))
        {
          Vec a = v[i];
          Vec b = v[i + (1u << stage)];

          v[i] = __builtin_shuffle (a, b, vec_first[stage]);
          v[i + (1u << stage)] = __builtin_shuffle (a, b, vec_second[stage]);
        }
}
