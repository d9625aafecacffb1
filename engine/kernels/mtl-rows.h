/* mtl-rows.h — what is done to rows of values, whatever they stand for
 *
 * Inner products are taken in double, for in float the last digits that decide
 * angles near 90° would be lost.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct
{
  /* ⟨x, y⟩ of @n values; the order of the sum follows from @n alone. */
  double (*dot)     (const float *x,
                     const float *y,
                     gsize        n);
  /* m[i·k + j] ← m[i·k + j] + ⟨x_i, y_j⟩ over @n columns, where row i of k is i·ld
   * floats behind the first. @half: what stands below the diagonal is undefined. */
  void   (*gram)    (guint        k,
                     const float *x,
                     const float *y,
                     gsize        ld,
                     gsize        n,
                     gboolean     half,
                     double      *m);
  /* y ← x where x is not below zero, else 0; a NaN stays. */
  void   (*rectify) (const float *x,
                     gsize        n,
                     float       *y);
  /* dx ← dy, or dx + dy with @add, where y is not zero or below; else 0 takes its place. */
  void   (*rectify_back)
                    (const float *y,
                     const float *dy,
                     gsize        n,
                     gboolean     add,
                     float       *dx);
} MtlRowKernels;
