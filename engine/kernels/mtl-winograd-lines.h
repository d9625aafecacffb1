/* mtl-winograd-lines.h — transforms of a line, whose squares mtl-winograd.h has
 *
 * A function takes one line of a tile through one of the matrices. @tile is 2 or
 * 4 and known to the compiler. With the points 0, ±a, ±b and ∞ of F(4,3), rows of
 * a point and its opposite have the same even part and opposite odd parts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-vector.h"

#define MOST_TILE 4
#define MOST_SIDE (MOST_TILE + 2)

/* All of these are exact. */
#define A   0.625f           /* 5/8 */
#define B   1.5f             /* 3/2 */
#define AA  (A * A)
#define BB  (B * B)

/* What weights are divided by: the product of a point's distances to the others. */
#define PER_ZERO (1.0f / (AA * BB))
#define PER_A    (1.0f / (2.0f * AA * (AA - BB)))
#define PER_B    (1.0f / (2.0f * BB * (BB - AA)))

/* Bᵀ·d */
static G_ALWAYS_INLINE inline void
take_input (gsize     tile,
            const Vec d[MOST_SIDE],
            Vec       t[MOST_SIDE])
{
  if (tile == 2)
    {
      t[0] = d[0] - d[2];
      t[1] = d[1] + d[2];
      t[2] = d[2] - d[1];
      t[3] = d[1] - d[3];
    }
  else
    {
      Vec even_a = d[4] - BB * d[2], odd_a = A * (d[3] - BB * d[1]);
      Vec even_b = d[4] - AA * d[2], odd_b = B * (d[3] - AA * d[1]);

      t[0] = d[4] - (AA + BB) * d[2] + AA * BB * d[0];
      t[1] = even_a + odd_a;
      t[2] = even_a - odd_a;
      t[3] = even_b + odd_b;
      t[4] = even_b - odd_b;
      t[5] = d[5] - (AA + BB) * d[3] + AA * BB * d[1];
    }
}

/* G·g */
static G_ALWAYS_INLINE inline void
take_filter (gsize     tile,
             const Vec g[3],
             Vec       t[MOST_SIDE])
{
  if (tile == 2)
    {
      t[0] = g[0];
      t[1] = 0.5f * (g[0] + g[1] + g[2]);
      t[2] = 0.5f * (g[0] - g[1] + g[2]);
      t[3] = g[2];
    }
  else
    {
      Vec even_a = PER_A * (g[0] + AA * g[2]), odd_a = PER_A * A * g[1];
      Vec even_b = PER_B * (g[0] + BB * g[2]), odd_b = PER_B * B * g[1];

      t[0] = PER_ZERO * g[0];
      t[1] = even_a + odd_a;
      t[2] = even_a - odd_a;
      t[3] = even_b + odd_b;
      t[4] = even_b - odd_b;
      t[5] = g[2];
    }
}

/* Gᵀ·u */
static G_ALWAYS_INLINE inline void
return_filter (gsize     tile,
               const Vec u[MOST_SIDE],
               Vec       g[3])
{
  if (tile == 2)
    {
      g[0] = u[0] + 0.5f * (u[1] + u[2]);
      g[1] = 0.5f * (u[1] - u[2]);
      g[2] = 0.5f * (u[1] + u[2]) + u[3];
    }
  else
    {
      Vec even_a = PER_A * (u[1] + u[2]), odd_a = PER_A * A * (u[1] - u[2]);
      Vec even_b = PER_B * (u[3] + u[4]), odd_b = PER_B * B * (u[3] - u[4]);

      g[0] = PER_ZERO * u[0] + even_a + even_b;
      g[1] = odd_a + odd_b;
      g[2] = AA * even_a + BB * even_b + u[5];
    }
}

/* Aᵀ·m */
static G_ALWAYS_INLINE inline void
return_output (gsize     tile,
               const Vec m[MOST_SIDE],
               Vec       y[MOST_TILE])
{
  if (tile == 2)
    {
      y[0] = m[0] + m[1] + m[2];
      y[1] = m[1] - m[2] - m[3];
    }
  else
    {
      Vec even_a = m[1] + m[2], odd_a = A * (m[1] - m[2]);
      Vec even_b = m[3] + m[4], odd_b = B * (m[3] - m[4]);

      y[0] = m[0] + even_a + even_b;
      y[1] = odd_a + odd_b;
      y[2] = AA * even_a + BB * even_b;
      y[3] = AA * odd_a + BB * odd_b + m[5];
    }
}

/* A·y */
static G_ALWAYS_INLINE inline void
take_gradient (gsize     tile,
               const Vec y[MOST_TILE],
               Vec       t[MOST_SIDE])
{
  if (tile == 2)
    {
      t[0] = y[0];
      t[1] = y[0] + y[1];
      t[2] = y[0] - y[1];
      t[3] = -y[1];
    }
  else
    {
      Vec even_a = y[0] + AA * y[2], odd_a = A * (y[1] + AA * y[3]);
      Vec even_b = y[0] + BB * y[2], odd_b = B * (y[1] + BB * y[3]);

      t[0] = y[0];
      t[1] = even_a + odd_a;
      t[2] = even_a - odd_a;
      t[3] = even_b + odd_b;
      t[4] = even_b - odd_b;
      t[5] = y[3];
    }
}
