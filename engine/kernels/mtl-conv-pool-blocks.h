/* mtl-conv-pool-blocks.h — cutting a filter into blocks of registers
 *
 * A filter is kernel × strip vectors. Grad and backward keep a block of it,
 * rows × width vectors for one or two gradients, in registers while they walk
 * a list; the list is walked once for each block. The loops over a block need
 * its size as a constant, so a handful of sizes is built and a filter is cut
 * into the largest that fit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-conv-pool-layout.h"

/* Registers for sums; the rest is for what is streamed past them. */
#define MTL_SUMS  (MTL_REGISTERS == 32 ? 26 : 12)
/* Vectors of the largest block, 5 × 5. */
#define MTL_BLOCK 25

/* One walk: @rows × @width vectors from vector @first_row, @first of each row. */
typedef void (*BlockWalk) (gconstpointer self,
                           guint         lanes,
                           guint         rows,
                           guint         width,
                           gsize         first_row,
                           gsize         first);

/* A block that never fits is not built. */
static G_ALWAYS_INLINE inline void
walk_fit (BlockWalk     walk,
          gconstpointer self,
          guint         lanes,
          guint         rows,
          guint         width,
          gsize         first_row,
          gsize         first)
{
  if (lanes * rows * width <= MTL_SUMS)
    walk (self, lanes, rows, width, first_row, first);
}

static G_ALWAYS_INLINE inline void
walk_narrow (BlockWalk     walk,
             gconstpointer self,
             guint         lanes,
             guint         rows,
             gsize         first_row,
             gsize         first)
{
  switch (rows)
    {
    case 9:
      walk_fit (walk, self, lanes, 9, 1, first_row, first);
      break;
    case 5:
      walk_fit (walk, self, lanes, 5, 1, first_row, first);
      break;
    case 3:
      walk_fit (walk, self, lanes, 3, 1, first_row, first);
      break;
    default:
      walk_fit (walk, self, lanes, 1, 1, first_row, first);
      break;
    }
}

static G_ALWAYS_INLINE inline void
walk_double (BlockWalk     walk,
             gconstpointer self,
             guint         lanes,
             guint         rows,
             gsize         first_row,
             gsize         first)
{
  switch (rows)
    {
    case 5:
      walk_fit (walk, self, lanes, 5, 2, first_row, first);
      break;
    case 3:
      walk_fit (walk, self, lanes, 3, 2, first_row, first);
      break;
    default:
      walk_fit (walk, self, lanes, 1, 2, first_row, first);
      break;
    }
}

static G_ALWAYS_INLINE inline void
walk_wide (BlockWalk     walk,
           gconstpointer self,
           guint         lanes,
           guint         rows,
           guint         width,
           gsize         first_row,
           gsize         first)
{
  if (width == 3 && rows == 3)
    walk_fit (walk, self, lanes, 3, 3, first_row, first);
  else if (width == 3)
    walk_fit (walk, self, lanes, 1, 3, first_row, first);
  else if (width == 4 && rows == 3)
    walk_fit (walk, self, lanes, 3, 4, first_row, first);
  else if (width == 4)
    walk_fit (walk, self, lanes, 1, 4, first_row, first);
  else if (rows == 5)
    walk_fit (walk, self, lanes, 5, 5, first_row, first);
  else if (rows == 2)
    walk_fit (walk, self, lanes, 2, 5, first_row, first);
  else
    walk_fit (walk, self, lanes, 1, 5, first_row, first);
}

/* The tallest built block of @width that fits registers and the @rows left. */
static inline guint
choose_rows (guint lanes,
             guint width,
             gsize rows)
{
  static const guint8 built[MTL_WIDTH][4] = {
    { 9, 5, 3, 1 }, { 5, 3, 1 }, { 3, 1 }, { 3, 1 }, { 5, 2, 1 },
  };
  guint n = 0;

  while (built[width - 1][n] > 1
         && (built[width - 1][n] > rows || built[width - 1][n] * width * lanes > MTL_SUMS))
    n++;

  return built[width - 1][n];
}

static G_ALWAYS_INLINE inline void
walk_filter (BlockWalk     walk,
             gconstpointer self,
             guint         lanes,
             gsize         kernel,
             gsize         strip)
{
  for (gsize first = 0; first < strip; first += MTL_WIDTH)
    {
      guint width = MIN (strip - first, MTL_WIDTH);
      guint rows;

      for (gsize row = 0; row < kernel; row += rows)
        {
          rows = choose_rows (lanes, width, kernel - row);
          if (width == 1)
            walk_narrow (walk, self, lanes, rows, row, first);
          else if (width == 2)
            walk_double (walk, self, lanes, rows, row, first);
          else
            walk_wide (walk, self, lanes, rows, width, row, first);
        }
    }
}
